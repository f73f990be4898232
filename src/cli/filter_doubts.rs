//! Doubts about the filters of a listener's settings: words and names that are probably mistakes. A
//! doubtful filter is valid, but it may never match.

use crate::call::text::visible;
use crate::engine::{Engine, WatchRule};
use crate::fql::{self, Filter};
use crate::inspector::Setup;
use crate::server::FaultRule;

/// Notifies the user of the doubts about the filters of the settings.
pub fn tell(setup: &Setup, engine: &Engine) {
    let doubts = all(setup);
    if doubts.is_empty() {
        return;
    }
    let earlier = engine.stats().problem;
    let sentences: Vec<String> = earlier.into_iter().chain(doubts).collect();
    engine.notice(sentences.join("; "));
}

/// Returns one sentence for each doubt.
fn all(setup: &Setup) -> Vec<String> {
    let settings = &setup.settings;
    let mut doubts = Vec::new();
    let mut add = |key: &str, filter: &Filter| {
        let origin = settings.origin_of(key).to_string();
        let hints = filter.hints().iter();
        doubts.extend(hints.map(|hint| format!("{}: {}", visible(&origin), hint.message)));
    };
    // what does not parse stops the start with a message of its own
    for key in ["alert", "forward_only"] {
        let text = settings.text(key).unwrap_or_default();
        add(key, &fql::parse(text).unwrap_or_default());
    }
    for rule in settings.list("watch").unwrap_or_default() {
        let rule = WatchRule::parse(&rule).ok();
        rule.iter().flat_map(WatchRule::filters).for_each(|filter| add("watch", filter));
    }
    for fault in settings.list("fault").unwrap_or_default() {
        let fault = FaultRule::parse(&fault).ok();
        fault.iter().flat_map(|fault| &fault.only).for_each(|only| add("fault", only));
    }
    for (name, vendor) in settings.vendors() {
        let only = vendor.get("only").and_then(|only| only.as_str()).unwrap_or_default();
        add(&format!("vendors.{name}.only"), &fql::parse(only).unwrap_or_default());
    }
    doubts
}
