//! Group calls fill Company Metrics: numbers in traits that are defined as metrics.

use super::super::codes::CodeId;
use super::super::cx::{Cx, From, Place, Value};
use super::super::keys::Spot;
use super::super::out::Out;
use super::super::rules::Parts;
use crate::call::{Kind, Val};
use std::borrow::Cow;
use std::collections::HashSet;

const SETTING: &str = "metrics";

pub(super) struct Metrics {
    traits: Spot,
    defined: HashSet<String>,
    name: CodeId,
    no_number: CodeId,
    undefined: CodeId,
    ignored: CodeId,
    none: CodeId,
}

impl Metrics {
    pub fn new(parts: &mut Parts<'_>) -> Metrics {
        Metrics {
            traits: parts.listed("/traits"),
            defined: parts.settings.texts(SETTING).unwrap_or_default().into_iter().collect(),
            name: parts.code("G-METRIC-NAME"),
            no_number: parts.code("G-METRIC-TYPE"),
            undefined: parts.code("G-METRIC-UNDEFINED"),
            ignored: parts.code("G-TRAIT-IGNORED"),
            none: parts.code("G-NO-METRICS"),
        }
    }

    /// One entry for each defined metric that has a number, in byte order of their names.
    pub fn send(&self, cx: &mut Cx<'_>) {
        let mut traits: Vec<Val<'_>> =
            cx.look.members(self.traits).map(|(value, _)| value).collect();
        if cx.rendering() {
            traits.sort_by(|a, b| a.key().cmp(&b.key()));
        }
        let mut sent = Vec::new();
        let mut ignored = false;
        for value in traits {
            let name = value.key();
            let place = Place::Member(self.traits, value);
            match (self.defined.contains(&*name), value.kind() == Kind::Number) {
                (true, true) => {
                    if !is_plain(&name) {
                        cx.find(self.name, place);
                    }
                    sent.push((name, value, place));
                }
                (true, false) => cx.find(self.no_number, place),
                (false, true) => cx.find(self.undefined, place),
                (false, false) => ignored = true,
            }
        }
        if ignored {
            cx.find(self.ignored, Place::Spot(self.traits));
        }
        if sent.is_empty() {
            cx.find(self.none, Place::Spot(self.traits));
        }
        if cx.rendering() {
            let entries: Vec<Out> = sent
                .into_iter()
                .map(|(name, value, place)| entry(cx, name, value, place))
                .collect();
            cx.change(0, |body| *body = Out::Array(entries_with(body, entries)));
        }
    }
}

/// What is a metric's own in its entry.
fn entry<'a>(cx: &Cx<'a>, name: Cow<'a, str>, value: Val<'a>, place: Place<'a>) -> Out {
    let name = cx.out(Value::Text(name), From::Setting(SETTING));
    let value = cx.out(Value::Copy(value), From::Place(place));
    Out::Object(vec![("dimensionId".to_owned(), name), ("value".to_owned(), value)])
}

/// The entries, each with the fields that the table gives all of them.
fn entries_with(table: &Out, mut entries: Vec<Out>) -> Vec<Out> {
    if let Some(Out::Object(shared)) = table.get("0") {
        for entry in &mut entries {
            for (key, value) in shared {
                entry.set(&[key], value.clone());
            }
        }
    }
    entries
}

/// Letters, digits, `_` and `-`, at least one.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    !name.is_empty() && name.bytes().all(plain)
}
