//! The usual calls: one of each kind that a log has.

use super::FakeFeed;
use segscope::call::{CallType, Doc, Event, Seq};
use segscope::findings::fixes::{self, Fix};
use segscope::findings::{Effect, Finding, Hint, HintKind, Reason, Severity, Verdict};
use segscope::tui::feed::*;

#[derive(Clone, Copy)]
pub struct Sample {
    pub kind: &'static str,
    pub name: &'static str,
    pub account: Id,
    pub user: Id,
    pub verdict: Verdict,
    pub repeat: bool,
    pub text: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Id {
    Found(&'static str),
    Number(&'static str),
    Some(&'static str),
    Missing(&'static str),
    Nobody,
    Nowhere,
}

const HOSTILE: &str =
    "\\u001b[31mred\\u0007 \u{202e}evil\u{202c} e\u{301}\u{301} 漢字漢字 👩\u{200d}👧 \u{9b}31m";

impl Sample {
    pub const IDENTIFY: Sample = Sample {
        kind: "identify",
        name: "",
        account: Id::Found("acme-42"),
        user: Id::Found("jane@acme.test"),
        verdict: Verdict::Delivered,
        repeat: false,
        text: r#"{"type":"identify","messageId":"m-1","userId":"jane","traits":{"account_id":"acme-42","user_id":"jane@acme.test","email":"jane@acme.test"},"context":{"library":{"name":"analytics-node","version":"3.1.0"}},"timestamp":"2026-11-22T10:00:00.000Z"}"#,
    };
    pub const GROUP: Sample = Sample {
        kind: "group",
        name: "acme-42",
        account: Id::Found("acme-42"),
        user: Id::Nowhere,
        verdict: Verdict::Degraded,
        repeat: false,
        text: r#"{"type":"group","groupId":"acme-42","userId":"jane","traits":{"account_id":"acme-42","name":"Acme","plan":"gold","employees":250},"context":{"library":{"name":"analytics-node","version":"3.1.0"}}}"#,
    };
    pub const GOOD: Sample = Sample {
        kind: "track",
        name: "Order Received",
        account: Id::Found("acme-42"),
        user: Id::Found("jane@acme.test"),
        verdict: Verdict::Delivered,
        repeat: false,
        text: r#"{"type":"track","event":"Order Received","messageId":"m-3","userId":"jane","properties":{"account_id":"acme-42","user_id":"jane@acme.test","module_id":"Order","total":12.0,"paid":true,"coupon":null},"context":{"ip":"192.0.2.7","library":{"name":"analytics-node","version":"3.1.0"}}}"#,
    };
    pub const MISSING: Sample = Sample {
        kind: "track",
        name: "Report Exported",
        account: Id::Missing("accountId"),
        user: Id::Missing("userId"),
        verdict: Verdict::Dropped,
        repeat: false,
        text: r#"{"type":"track","event":"Report Exported","messageId":"m-4","userId":"jane","properties":{"accountId":"acme-42","format":"pdf","pages":[1,2,{"from":3,"to":9}],"remark":"a remark that is much longer than any pane is wide, so that it has to be cut with an ellipsis in the tree and can be read in full only when it is opened, over several lines"},"context":{"groupId":"acme-42","library":{"name":"analytics.js","version":"1.84.3"}}}"#,
    };
    pub const PAGE: Sample = Sample {
        kind: "page",
        name: "Pricing",
        account: Id::Nowhere,
        user: Id::Nowhere,
        verdict: Verdict::Ignored,
        repeat: false,
        text: r#"{"type":"page","name":"Pricing","anonymousId":"a-77","properties":{"url":"https://acme.test/pricing","title":"Pricing"}}"#,
    };
    pub const NUMBER: Sample = Sample {
        kind: "track",
        name: "Seat Added",
        account: Id::Number("4711"),
        user: Id::Found("joe@acme.test"),
        verdict: Verdict::Degraded,
        repeat: false,
        text: r#"{"type":"track","event":"Seat Added","properties":{"account_id":4711,"user_id":"joe@acme.test"}}"#,
    };
    pub const SOME: Sample = Sample {
        kind: "track",
        name: "Invoice Paid",
        account: Id::Some("globex-inc"),
        user: Id::Found("kim@globex.test"),
        verdict: Verdict::Delivered,
        repeat: false,
        text: r#"{"type":"track","event":"Invoice Paid","groupId":"globex-inc","userId":"kim@globex.test","properties":{"user_id":"kim@globex.test"}}"#,
    };
    pub const HOSTILE: Sample = Sample {
        kind: "track",
        name: "\u{1b}]0;owned\u{7}\u{1b}[2J \u{202e}evil é\u{301}\u{301} 漢字漢字漢字 👩\u{200d}👧 end",
        account: Id::Found("漢字漢字漢字漢字漢字漢字漢字漢字"),
        user: Id::Found("\u{301}\u{200f}\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\t\r\n"),
        verdict: Verdict::Delivered,
        repeat: false,
        text: "", // made below
    };
    pub const NOBODY: Sample = Sample {
        kind: "identify",
        name: "",
        account: Id::Nobody,
        user: Id::Found("u-1"),
        verdict: Verdict::Degraded,
        repeat: false,
        text: r#"{"type":"identify","userId":"u-1","traits":{"user_id":"u-1"}}"#,
    };

    fn text(&self) -> String {
        if !self.text.is_empty() {
            return self.text.to_owned();
        }
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let long = "x漢".repeat(8_000);
        format!(
            r#"{{"type":"track","event":"{HOSTILE}","properties":{{"account_id":"漢字","user_id":"{HOSTILE}","{HOSTILE}":"{HOSTILE}","deep":{deep},"long":"{long}"}}}}"#
        )
    }

    fn cell(id: Id) -> Cell {
        let owned = |text: &str| text.to_owned();
        match id {
            Id::Found(text) => Cell::Found { text: owned(text), doubtful: false },
            Id::Number(text) => Cell::Found { text: owned(text), doubtful: true },
            Id::Some(text) => {
                Cell::SomeMiss { text: owned(text), doubtful: false, near: Some(owned("groupId")) }
            }
            Id::Missing(near) => Cell::Missing { near: Some(owned(near)) },
            Id::Nobody => Cell::Nobody,
            Id::Nowhere => Cell::NotLooked,
        }
    }

    fn findings(&self, misses: bool) -> Vec<Finding> {
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
            fix: fix.to_owned(),
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
            fix: fix.to_owned(),
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

pub fn call(feed: &FakeFeed, row: u64, received_at: i64, sample: Sample) -> (RowView, Detail) {
    let in_use = feed.in_use().vendors;
    let mut marks = Vec::new();
    let mut vendors = Vec::new();
    for at in 0..feed.vendors.len() {
        // the last vendor is fed by another sender
        let counts = in_use.contains(&at) && at != 4;
        let misses = match sample.account {
            Id::Missing(_) => at < 3,
            Id::Some(_) => at == 0,
            _ => false,
        };
        let verdict = match (misses, sample.account, at) {
            (true, ..) => Verdict::Dropped,
            (false, Id::Missing(_), 3) => Verdict::Delivered,
            (false, Id::Missing(_), _) => Verdict::Rejected,
            _ => sample.verdict,
        };
        marks.push(Mark { verdict, in_use: counts, misses: misses && counts, folded: false });
        let through = verdict.goes_through();
        let id = |id: Id| match id {
            Id::Found(text) | Id::Number(text) | Id::Some(text) if through => Some(text.to_owned()),
            _ => None,
        };
        let output = OutputView {
            method: "POST".to_owned(),
            url: format!("https://acme.{}.com/api/v1_1/feature", feed.vendors[at].name),
            headers: vec![
                ("Authorization".to_owned(), "Bearer ***".to_owned()),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            body: Some(r#"{"account_id":"acme-42","user_id":"jane@acme.test","module_id":"Order","feature_id":"Order Received","total":12.0,"type":"feature"}"#.to_owned()),
            from: [
                ("/account_id", Origin::Input("/properties/account_id".to_owned())),
                ("/user_id", Origin::Input("/properties/user_id".to_owned())),
                ("/module_id", Origin::Setting("default_module".to_owned())),
                ("/feature_id", Origin::Input("/event".to_owned())),
                ("/total", Origin::Memory(Seq(2))),
                ("/type", Origin::Default),
            ]
            .map(|(path, origin)| (path.to_owned(), origin))
            .to_vec(),
        };
        vendors.push(VendorDetail {
            vendor: at,
            verdict,
            in_use: counts,
            account: id(sample.account),
            user: id(sample.user),
            findings: if at == 0 || misses { sample.findings(misses) } else { Vec::new() },
            requests: if through { vec![output.clone()] } else { Vec::new() },
            transport: (at == 2).then_some(OutputView { body: None, from: Vec::new(), ..output }),
            extras: match at == 0 && through {
                true => vec![(
                    "aggregation".to_owned(),
                    r#"{"bucket":"2026-11-22","visible_from":"2026-11-23T00:00:00Z"}"#.to_owned(),
                )],
                false => Vec::new(),
            },
        });
    }
    let findings = vendors.iter().filter(|v| v.in_use).flat_map(|v| &v.findings);
    let view = RowView {
        row,
        seq: Some(Seq(row + 1)),
        received_at,
        kind: sample.kind.to_owned(),
        name: sample.name.to_owned(),
        account: Sample::cell(sample.account),
        user: Sample::cell(sample.user),
        marks,
        repeat: sample.repeat,
        worst: findings.map(|finding| finding.severity).min(),
        folded: false,
        marked: false,
        note: None,
        stale: false,
        refused: None,
    };
    let text = sample.text();
    let detail = CallDetail {
        row: view.clone(),
        message_id: Some("m-1".to_owned()),
        library: Some(("analytics-node".to_owned(), Some("3.1.0".to_owned()))),
        rudder: sample.name == "Seat Added",
        write_key: Some("wk_live_abcd1234".to_owned()),
        derived_text: format!(
            r#"{{"receivedAt":"{0}","timestamp":"{0}"}}"#,
            segscope::call::time::format(received_at)
        ),
        fix: fix(&text, &vendors),
        vendors,
        wire_findings: Vec::new(),
        request: request(
            row,
            received_at,
            format!(r#"{{"batch":[{text}],"writeKey":"wk_live_abcd1234"}}"#),
            200,
        ),
        call_text: text,
    };
    (view, Detail::Call(Box::new(detail)))
}

fn fix(text: &str, vendors: &[VendorDetail]) -> Option<Fix> {
    let doc = Doc::parse(text).expect("JSON");
    let kind = doc.root().get("type").and_then(|kind| kind.as_str())?;
    let call = fixes::Call {
        event: Event::bare(doc.root()),
        kind: CallType::parse(&kind)?,
        library: Some("analytics-node"),
        rudder: false,
    };
    let findings = vendors.iter().filter(|v| v.in_use).flat_map(|v| &v.findings);
    let edits = fixes::edits(&call, findings, None, |_, _| false);
    Some(fixes::fix(&call, edits))
}

fn request(row: u64, received_at: i64, body: String, status: u16) -> RequestDetail {
    let answer = match status {
        200 => r#"{"success": true}"#,
        _ => r#"{"success": false, "message": "malformed JSON"}"#,
    };
    RequestDetail {
        number: row + 1,
        method: "POST".to_owned(),
        path: "/v1/batch".to_owned(),
        query: String::new(),
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("user-agent".to_owned(), "analytics-node/3.1.0".to_owned()),
            ("authorization".to_owned(), "Basic d2tfbGl2ZV9hYmNkMTIzNDo=".to_owned()),
        ],
        body,
        body_bytes: None,
        status,
        answer: answer.to_owned(),
        received_at,
        signature: None,
    }
}

pub fn refused(row: u64, received_at: i64) -> (RowView, Detail) {
    let reason = "the body is no JSON: line 1, column 20: expected a comma";
    let view = RowView {
        row,
        seq: None,
        received_at,
        kind: String::new(),
        name: String::new(),
        account: Cell::NotLooked,
        user: Cell::NotLooked,
        marks: Vec::new(),
        repeat: false,
        worst: Some(Severity::Error),
        folded: false,
        marked: false,
        note: None,
        stale: false,
        refused: Some(RefusedView {
            status: 400,
            reason: reason.to_owned(),
            path: "/v1/batch".to_owned(),
        }),
    };
    let body = "{\"batch\":[{\"type\":\"track\" \"event\":\u{1b}[2J\u{0}".to_owned();
    let detail = RefusedDetail {
        request: request(row, received_at, body, 400),
        reason: reason.to_owned(),
        fix: "check how the body is put together; SDKs drop such a request without a retry"
            .to_owned(),
    };
    (view, Detail::Refused(Box::new(detail)))
}
