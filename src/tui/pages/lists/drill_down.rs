//! The filters that select the calls of a count.

use crate::engine::index::{IdRemark, RemarkKind};
use crate::fql::quoted;
use crate::tui::widgets::text::masked;

/// Returns the filter terms for the calls of an event.
pub fn event_terms(kind: Option<&str>, event: Option<&str>) -> Vec<String> {
    let mut terms = Vec::new();
    terms.extend(kind.map(|kind| format!("type = {}", quoted(kind))));
    let named = |name: &str| match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("page" | "screen") => format!("(name = {name} or properties.name = {name})"),
        _ => format!("event = {name}"),
    };
    terms.extend(event.map(|event| named(&quoted(event))));
    terms
}

/// Returns the filter for the calls that show a remark about ids.
pub fn calls_of_remark(remark: &IdRemark) -> String {
    let fields: &[&str] = match remark.kind {
        RemarkKind::SharedAnonymousId => &["anonymousId"],
        RemarkKind::SharedUser => &["user_id"],
        RemarkKind::SimilarAccounts => &["account_id"],
        RemarkKind::SimilarUsers => &["user_id", "userId"],
        RemarkKind::SimilarEvents => &["event"],
    };
    let similar = !matches!(remark.kind, RemarkKind::SharedAnonymousId | RemarkKind::SharedUser);
    let others = remark.others.iter().filter(|_| similar);
    let ids = [&remark.id].into_iter().chain(others);
    let terms =
        ids.flat_map(|id| fields.iter().map(move |field| format!("{field} = {}", quoted(id))));
    terms.collect::<Vec<_>>().join(" or ")
}

/// The treatment of repeats in a count. They are left out if there are other calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatCounting {
    /// The count has only the calls that are not repeats.
    WithoutRepeats,
    /// The count has all calls: there are no repeats, or only repeats.
    All,
}

impl RepeatCounting {
    /// Returns how a count of `calls` first calls and `repeats` repeats is shown.
    pub fn new(calls: u64, repeats: u64) -> RepeatCounting {
        match (calls, repeats) {
            (0, _) | (_, 0) => RepeatCounting::All,
            _ => RepeatCounting::WithoutRepeats,
        }
    }
}

/// Returns the filter terms for the calls of a library. `whole` is its name with the version.
pub fn library_terms(whole: Option<&str>, version: Option<&str>) -> Vec<String> {
    let Some(whole) = whole else { return vec!["!bool(library.name)".to_owned()] };
    let name = version.and_then(|version| whole.strip_suffix(version)?.strip_suffix(' '));
    let mut terms = vec![format!("library.name = {}", quoted(name.unwrap_or(whole)))];
    terms.extend(version.map(|version| format!("library.version = {}", quoted(version))));
    terms
}

/// Returns the filter terms for the calls of a version of an app.
pub fn app_terms(version: Option<&str>) -> Vec<String> {
    vec![match version {
        Some(version) => format!("context.app.version = {}", quoted(version)),
        None => "!bool(context.app.version)".to_owned(),
    }]
}

/// Returns the filter terms for the calls of a write key. The screen shows only the end of a key,
/// so the filter contains only that end if it is alphanumeric.
pub fn key_terms(key: Option<&str>) -> Vec<String> {
    let Some(key) = key else { return vec!["!bool(write_key)".to_owned()] };
    let tail = masked(key).trim_start_matches('*').to_owned();
    let plain = !tail.is_empty() && tail.chars().all(|c| c.is_ascii_alphanumeric());
    vec![match plain {
        true => format!("match(write_key, {})", quoted(&format!("*{tail}"))),
        false => format!("write_key = {}", quoted(key)),
    }]
}

/// Joins terms that must all hold.
pub fn all(mut terms: Vec<String>, grouped: RepeatCounting) -> String {
    if grouped == RepeatCounting::WithoutRepeats {
        terms.push("!repeat".to_owned());
    }
    terms.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fql::parse;

    #[test]
    fn hostile_names_cannot_leave_their_quotes() {
        let names = ["a\"b", "a\\", "\n\u{1b}[31m", "x\" or true or \"", "ü 漢"];
        for name in names {
            for kind in [Some("track"), Some("page"), Some(name), None] {
                let text = all(event_terms(kind, Some(name)), RepeatCounting::All);
                let filter = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(
                    filter.to_string(),
                    parse(&filter.to_string()).expect("its own").to_string()
                );
                assert!(filter.paths().len() <= 3, "{text}");
            }
        }
        assert_eq!(
            all(event_terms(Some("track"), Some("Order \"x\"")), RepeatCounting::All),
            r#"type = "track" and event = "Order \"x\"""#
        );
    }

    #[test]
    fn selects_the_calls_of_each_similar_id() {
        let remark = |kind| IdRemark {
            kind,
            id: "a\u{200b}\"".to_owned(),
            others: vec!["A".to_owned()],
            of: 1,
            calls: [0, 1],
        };
        for kind in RemarkKind::ALL {
            let text = calls_of_remark(&remark(kind));
            parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let similar = matches!(
                kind,
                RemarkKind::SimilarAccounts | RemarkKind::SimilarUsers | RemarkKind::SimilarEvents
            );
            assert_eq!(text.contains("= \"A\""), similar, "{text}");
        }
    }

    #[test]
    fn selects_the_calls_of_a_library_an_app_and_a_write_key() {
        let of = |terms: Vec<String>| {
            let text = all(terms, RepeatCounting::All);
            parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            text
        };
        assert_eq!(
            of(library_terms(Some("my lib 2.0 b"), Some("2.0 b"))),
            r#"library.name = "my lib" and library.version = "2.0 b""#
        );
        assert_eq!(of(library_terms(Some("lib 2"), None)), r#"library.name = "lib 2""#);
        assert_eq!(of(library_terms(None, None)), "!bool(library.name)");
        assert_eq!(of(app_terms(Some("1\"2"))), r#"context.app.version = "1\"2""#);
        assert_eq!(of(app_terms(None)), "!bool(context.app.version)");
        assert_eq!(of(key_terms(Some("wk_live_abcd1234"))), r#"match(write_key, "*1234")"#);
        assert_eq!(of(key_terms(Some("K"))), r#"write_key = "K""#);
        assert_eq!(of(key_terms(Some("secret**"))), r#"write_key = "secret**""#);
        assert_eq!(of(key_terms(None)), "!bool(write_key)");
        assert_eq!(all(key_terms(None), RepeatCounting::new(2, 1)), "!bool(write_key) and !repeat");
        assert_eq!(RepeatCounting::new(0, 1), RepeatCounting::All);
    }
}
