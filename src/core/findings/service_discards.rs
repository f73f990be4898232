//! The findings that do not depend on a vendor, such as those about calls that the service does not
//! forward (`docs/specs/wire.md` 7 and 9).

use crate::findings::{CodeText, Effect, Finding, FindingTexts, advice, fill, is_of_call};
use crate::wire::{Service, discard};
use std::borrow::Cow;
use std::sync::LazyLock;

static DISCARDS: LazyLock<FindingTexts> = LazyLock::new(|| {
    let mut all = book(include_str!("../../../assets/findings/wire.toml"));
    all.append(&mut book(include_str!("../../../assets/findings/call.toml")));
    all.append(&mut book(include_str!("../../../assets/findings/plan.toml")));
    all
});

/// The texts of the codes for which RudderStack's gateway behaves differently from Segment.
static GATEWAY: LazyLock<FindingTexts> =
    LazyLock::new(|| book(include_str!("../../../assets/findings/gateway.toml")));

/// Parses a table, and sets the effect of codes that lose the call, which tables do not contain.
fn book(table: &str) -> FindingTexts {
    let mut book: FindingTexts =
        toml::from_str(table).expect("the built-in table of codes is valid");
    for (code, text) in &mut book {
        if discard::find(code).is_some_and(|code| code.lost) {
            text.effect = Some(Effect::Discard);
        }
    }
    book
}

static REMARKS: LazyLock<FindingTexts> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/findings/remarks.toml"))
        .expect("the built-in table of remarks is valid")
});

/// Returns all codes that do not depend on a vendor, with their texts: those about the service, the
/// call itself, and the plan.
pub fn discards() -> &'static FindingTexts {
    &DISCARDS
}

fn text_of(code: &str, service: Service) -> Option<(&'static str, &'static CodeText)> {
    let own = (service == Service::RudderStack).then(|| GATEWAY.get_key_value(code)).flatten();
    own.or_else(|| DISCARDS.get_key_value(code)).map(|(code, text)| (code.as_str(), text))
}

/// Makes the finding of a code that does not depend on a vendor, at a place of the call or of its
/// request. `values` has the values of placeholders.
///
/// # Panics
/// If the code is in none of `wire.toml`, `call.toml` and `plan.toml` in `assets/findings`.
pub fn finding_for_discard(
    code: &str,
    path: &str,
    values: &[(&str, String)],
    service: Service,
) -> Finding {
    let (code, text) = text_of(code, service).expect("a discard code of the table");
    let words = |template: &str| {
        fill(template, |name| match name {
            "dotted" => Some(advice::dotted(path)),
            "item" => item(path),
            name => values
                .iter()
                .find(|(placeholder, _)| *placeholder == name)
                .map(|(_, word)| word.clone()),
        })
    };
    let cause = words(&text.message);
    let finding = finding(code, text, path, words);
    match text.effect() {
        Effect::Discard if !is_of_call(code) => {
            Finding { message: format!("{}: {cause}", service.discards()), ..finding }
        }
        _ => finding,
    }
}

/// Makes the finding for a remark about ids. Its name in `assets/findings/remarks.toml` is a code,
/// followed by the kind of the ids.
///
/// # Panics
/// If the name is not in that file.
pub fn finding_for_remark(name: &str, path: &str, values: &[(&str, String)]) -> Finding {
    let (name, text) = REMARKS.get_key_value(name).expect("a remark of the table");
    let code = name.split(' ').next().unwrap_or_default();
    let word = |name: &str| {
        values.iter().find(|(placeholder, _)| *placeholder == name).map(|(_, word)| word.clone())
    };
    finding(code, text, path, |template| fill(template, word))
}

/// Makes the finding of a code that does not depend on a vendor; `words` fills its templates.
fn finding(
    code: &'static str,
    text: &'static CodeText,
    path: &str,
    words: impl Fn(&str) -> String,
) -> Finding {
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
        needs_setting: false,
    }
}

/// Returns the position, from 1, of the item in its batch that a pointer into the body refers to.
fn item(path: &str) -> Option<String> {
    let (_, index) = path.rsplit_once('/')?;
    index.parse().ok().map(|index: usize| (index + 1).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Severity;

    #[test]
    fn every_code_of_no_vendor_has_its_text_and_no_text_is_idle() {
        let own = discard::CODES.iter().map(|code| code.code);
        let others = [
            "signature_missing",
            "signature_wrong",
            "EVT-INTEGRATION-NAME",
            "EVT-INTEGRATION-VALUE",
            "EVT-INTEGRATIONS-PLACE",
            "EVT-INTEGRATIONS-TYPE",
            "EVT-VIOLATION",
        ];
        let of_plan =
            DISCARDS.iter().filter(|(_, text)| text.of_plan).map(|(code, _)| code.as_str());
        let mut codes: Vec<&str> = own.chain(others).chain(of_plan).collect();
        codes.sort_unstable();
        assert_eq!(DISCARDS.keys().map(String::as_str).collect::<Vec<_>>(), codes);
        for (code, text) in GATEWAY.iter() {
            assert_eq!(
                (text.severity, text.effect()),
                (DISCARDS[code].severity, DISCARDS[code].effect())
            );
        }
    }

    #[test]
    fn a_discard_is_a_finding_of_no_vendor_and_says_who_discards_the_call() {
        let finding = finding_for_discard("id_not_string", "/userId", &[], Service::Segment);
        assert_eq!((finding.severity, finding.effect), (Severity::Error, Effect::Discard));
        assert_eq!(finding.vendor, None);
        assert_eq!(finding.message, "discarded by Segment: `userId` is not a string, or is empty");
        assert_eq!(finding.fix, "send `userId` as a non-empty string");
        let finding = finding_for_discard("no_user_anon_id", "/userId", &[], Service::RudderStack);
        assert!(finding.message.starts_with("refused by RudderStack: the call has neither"));
        let finding = finding_for_discard("request_refused", "/batch/1", &[], Service::RudderStack);
        assert!(finding.fix.contains("in item 2 of the request"), "{}", finding.fix);
        let finding = finding_for_discard("multi_user_error", "/batch", &[], Service::Segment);
        assert_eq!(finding.effect, Effect::None);
        assert_eq!(
            finding.message,
            "Segment discards some calls of the batch and forwards the others"
        );
    }
}
