//! What is found in the usual calls.

use super::samples::{Id, Sample};
use segscope::findings::{Effect, Finding, Headline, Hint, HintKind, Reason, Severity};
use segscope::vendors::Vendors;
use std::sync::LazyLock;

/// The id that a code of a built-in vendor is about, as its table states it.
pub fn headline(code: &str) -> Option<Headline> {
    static VENDORS: LazyLock<Vendors> = LazyLock::new(|| {
        Vendors::new(&Default::default(), &[]).expect("the built-in vendors are valid")
    });
    let codes = VENDORS.codes();
    codes.all_named(code).first().and_then(|&code| codes.entry(code).headline)
}

impl Sample {
    pub fn findings(&self, misses: bool) -> Vec<Finding> {
        let mut out = Vec::new();
        let missing = |what: &str, code: &'static str, hint: (&str, HintKind), fix: &str| {
            Finding {
            code: code.into(),
            severity: Severity::Error,
            effect: Effect::Drop,
            vendor: Some("customersuccessbox".to_owned()),
            path: format!("/properties/{what}"),
            message: format!("properties.{what} is not there"),
            why: "CustomerSuccessBox reads both ids from a track call's properties only (CustomerSuccessBox, “CustomerSuccessBox Destination on Segment.com”)".to_owned(),
            reason: Some(Reason::Absent),
            hints: Some(vec![Hint { path: hint.0.to_owned(), kind: hint.1 }]),
            inferred: None,
            history: (matches!(self.account, Id::Missing(_)) && what == "account_id").then(|| {
                "group `acme-42` was called 4 s earlier (call 2); SDKs do not attach it to track calls"
                    .to_owned()
            }),
            advice: None,
            source: "document".into(),
            fix: fix.to_owned(),
            headline: headline(code),
            mistyped: None,
        }
        };
        if let (Id::Missing(_), true) = (self.account, misses) {
            out.push(missing(
                "account_id",
                "CSB-T-ACCOUNT-MISSING",
                ("/properties/accountId", HintKind::Spelling),
                "found `accountId` in properties: rename it to `account_id`",
            ));
        }
        if let (Id::Missing(_), true) = (self.user, misses) {
            out.push(missing(
                "user_id",
                "CSB-T-USER-MISSING",
                ("/userId", HintKind::Level),
                "found `userId` at the top level: copy it into `properties.user_id`",
            ));
        }
        if let (Id::Some(_), true) = (self.account, misses) {
            let mut finding = missing(
                "account_id",
                "CSB-T-ACCOUNT-MISSING",
                ("/groupId", HintKind::Alias),
                "found `groupId` at the top level: copy it into `properties.account_id`",
            );
            finding.reason = Some(Reason::Absent);
            out.push(finding);
        }
        let plain = |code: &'static str, severity, path: &str, message: &str, fix: &str| Finding {
            code: code.into(),
            severity,
            effect: Effect::Degrade,
            vendor: Some("customersuccessbox".to_owned()),
            path: path.to_owned(),
            message: message.to_owned(),
            why: "CustomerSuccessBox lists the traits that it takes".to_owned(),
            reason: None,
            hints: None,
            inferred: None,
            history: None,
            advice: None,
            source: "document".into(),
            fix: fix.to_owned(),
            headline: headline(code),
            mistyped: None,
        };
        match (self.kind, self.account) {
            ("group", _) => out.push(plain(
                "CSB-G-TRAIT-UNMAPPED",
                Severity::Warning,
                "/traits/plan",
                "the trait `plan` is not sent: no custom attribute of that name is set up",
                "add `plan` to the custom attributes of accounts",
            )),
            (_, Id::Number(_)) => out.push(plain(
                "CSB-T-ACCOUNT-TYPE",
                Severity::Warning,
                "/properties/account_id",
                "the account id is a number; it is sent as the text \"4711\"",
                "send the id as a string",
            )),
            (_, Id::Nobody) => out.push(plain(
                "PH-I-COMPANY-ABSENT",
                Severity::Warning,
                "/traits/company_id",
                "no company id; the user is known from an earlier call",
                "send `company_id` with each identify call",
            )),
            ("page", _) => out.push(Finding {
                effect: Effect::Ignore,
                ..plain("CSB-P-UNSUPPORTED", Severity::Info, "/type", "page calls are not used", "")
            }),
            ("track", Id::Found(_)) => out.push(plain(
                "CSB-T-PROPS-IGNORED",
                Severity::Info,
                "/properties",
                "properties other than the listed ones are not sent",
                "",
            )),
            _ => {}
        }
        out
    }
}
