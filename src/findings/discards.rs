//! What Segment discards after it answered 200 (`specs/wire.md` 9), as findings of no vendor.

use super::{Book, Finding, advice, fill};
use std::borrow::Cow;
use std::sync::LazyLock;

static DISCARDS: LazyLock<Book> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/findings/wire.toml"))
        .expect("the built-in table of discard codes is valid")
});

/// All discard codes with their texts.
pub fn discards() -> &'static Book {
    &DISCARDS
}

/// The finding for a discard code at a place of the call.
///
/// # Panics
/// If the code is not in `assets/findings/wire.toml`.
pub fn finding_for_discard(code: &str, path: &str) -> Finding {
    let (code, text) = DISCARDS.get_key_value(code).expect("a discard code of the table");
    let words =
        |template: &str| fill(template, |name| (name == "dotted").then(|| advice::dotted(path)));
    Finding {
        code: Cow::Borrowed(code),
        severity: text.severity,
        effect: text.effect(),
        vendor: None,
        path: path.to_owned(),
        message: words(&text.message),
        why: words(&text.why),
        reason: None,
        hints: None,
        inferred: None,
        history: None,
        advice: None,
        fix: words(&text.fix),
        source: Cow::Borrowed(&text.source),
        headline: None,
        mistyped: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Effect, Severity};

    #[test]
    fn every_code_of_the_wire_has_its_text_and_no_text_is_idle() {
        let own = crate::wire::discard::CODES.iter().map(|code| code.code);
        let mut codes: Vec<&str> = own.chain(["signature_missing", "signature_wrong"]).collect();
        codes.sort_unstable();
        assert_eq!(DISCARDS.keys().map(String::as_str).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn a_discard_is_a_finding_of_no_vendor() {
        let finding = finding_for_discard("id_not_string", "/userId");
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.vendor, None);
        assert_eq!(finding.fix, "send `userId` as a text that is not empty");
        assert!(DISCARDS.values().all(|text| text.effect() == Effect::None));
    }
}
