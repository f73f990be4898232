//! The filters that the calls behind a number pass.

use crate::filter::quoted;

/// The terms that an event's calls pass.
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

/// All of these hold.
pub fn all(terms: &[String]) -> String {
    terms.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::parse;

    #[test]
    fn hostile_names_stay_in_their_quotes() {
        let names = ["a\"b", "a\\", "\n\u{1b}[31m", "x\" or true or \"", "ü 漢"];
        for name in names {
            for kind in [Some("track"), Some("page"), Some(name), None] {
                let text = all(&event_terms(kind, Some(name)));
                let filter = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(
                    filter.to_string(),
                    parse(&filter.to_string()).expect("its own").to_string()
                );
                assert!(filter.paths().len() <= 3, "{text}");
            }
        }
        assert_eq!(
            all(&event_terms(Some("track"), Some("Order \"x\""))),
            r#"type = "track" and event = "Order \"x\"""#
        );
    }
}
