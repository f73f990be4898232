//! What Segment discards after it answered 200 (`specs/wire.md` 9), as findings of no vendor.

use super::{Book, Finding, advice, fill};
use std::borrow::Cow;
use std::sync::LazyLock;

static DISCARDS: LazyLock<Book> = LazyLock::new(|| {
    let read = |text: &str| -> Book {
        toml::from_str(text).expect("the built-in table of codes of no vendor is valid")
    };
    let mut all = read(include_str!("../../assets/findings/wire.toml"));
    all.extend(read(include_str!("../../assets/findings/call.toml")));
    all
});

/// All codes of no vendor with their texts: what a service discards, and what is wrong with a call
/// whoever reads it.
pub fn discards() -> &'static Book {
    &DISCARDS
}

/// The finding for a code of no vendor at a place of the call. `said` are words for placeholders.
///
/// # Panics
/// If the code is in neither `assets/findings/wire.toml` nor `assets/findings/call.toml`.
pub fn finding_for_discard(code: &str, path: &str, said: &[(&str, String)]) -> Finding {
    let (code, text) = DISCARDS.get_key_value(code).expect("a discard code of the table");
    let word = |name: &str| match name {
        "dotted" => Some(advice::dotted(path)),
        name => said.iter().find(|(said, _)| *said == name).map(|(_, word)| word.clone()),
    };
    let words = |template: &str| fill(template, word);
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
        fix: words(&text.fix),
        headline: None,
        mistyped: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Effect, Severity};

    #[test]
    fn every_code_of_no_vendor_has_its_text_and_no_text_is_idle() {
        let own = crate::wire::discard::CODES.iter().map(|code| code.code);
        let others =
            ["signature_missing", "signature_wrong", "EVT-INTEGRATION-NAME", "MESSAGE-ID-REUSED"];
        let mut codes: Vec<&str> = own.chain(others).collect();
        codes.sort_unstable();
        assert_eq!(DISCARDS.keys().map(String::as_str).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn a_discard_is_a_finding_of_no_vendor() {
        let finding = finding_for_discard("id_not_string", "/userId", &[]);
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.vendor, None);
        assert_eq!(finding.fix, "send `userId` as a text that is not empty");
        assert!(DISCARDS.values().all(|text| text.effect() == Effect::None));
    }
}
