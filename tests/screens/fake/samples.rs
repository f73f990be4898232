//! The usual calls: one of each kind that a log has.

use segscope::findings::Verdict;
use segscope::tui::feed::{IdCell, MissedId};

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

    pub fn text(&self) -> String {
        if !self.text.is_empty() {
            return self.text.to_owned();
        }
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let long = "x漢".repeat(8_000);
        format!(
            r#"{{"type":"track","event":"{HOSTILE}","properties":{{"account_id":"漢字","user_id":"{HOSTILE}","{HOSTILE}":"{HOSTILE}","deep":{deep},"long":"{long}"}}}}"#
        )
    }

    pub fn cell(id: Id) -> IdCell {
        let owned = |text: &str| text.to_owned();
        match id {
            Id::Found(text) => IdCell::Found { text: owned(text), doubtful: false },
            Id::Number(text) => IdCell::Found { text: owned(text), doubtful: true },
            Id::Some(text) => {
                let wanted = vec![MissedId { vendor: 0, path: owned("/properties/account_id") }];
                IdCell::SomeMiss { text: owned(text), doubtful: false, wanted }
            }
            Id::Missing(near) => IdCell::Missing { near: Some(owned(near)) },
            Id::Nobody => IdCell::Nobody,
            Id::Nowhere => IdCell::NotLooked,
        }
    }
}
