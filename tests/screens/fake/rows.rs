//! The rows that the usual calls give, each with its detail.

use super::FakeFeed;
use super::samples::{Id, Sample};
use segscope::call::{CallType, Doc, Event, Seq};
use segscope::findings::fixes::{self, Fix, SnippetAudience, VendorNeed};
use segscope::findings::{Severity, Verdict};
use segscope::tui::feed::*;
use segscope::wire::{Service, ServiceVerdict};

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
                ("/account_id", ValueOrigin::Input("/properties/account_id".to_owned())),
                ("/user_id", ValueOrigin::Input("/properties/user_id".to_owned())),
                ("/module_id", ValueOrigin::Setting("default_module".to_owned())),
                ("/feature_id", ValueOrigin::Input("/event".to_owned())),
                ("/total", ValueOrigin::Memory(Seq(2))),
                ("/type", ValueOrigin::Default),
            ]
            .map(|(path, origin)| (path.to_owned(), origin))
            .to_vec(),
            caveats: Vec::new(),
        };
        vendors.push(VendorDetail {
            vendor: at,
            fidelity: super::vendors::fidelity(at),
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
        service: Some(ServiceVerdict { service: Service::Segment, code: None }),
        marks,
        repeat: sample.repeat,
        worst: findings.map(|finding| finding.severity).min(),
        folded: false,
        marked: false,
        note: None,
        stale: false,
        unread: false,
        no_call: None,
    };
    let text = sample.text();
    let (fix, needs) = corrected(&text, &vendors);
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
        fix,
        needs,
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

/// The corrected call, and what the vendors in use need.
pub fn corrected(text: &str, vendors: &[VendorDetail]) -> (Option<Fix>, Vec<VendorNeed>) {
    let doc = Doc::parse(text).expect("JSON");
    let kind = doc.root().get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
    let findings = || {
        let counted = vendors.iter().filter(|v| v.in_use);
        counted.flat_map(|v| v.findings.iter().map(|finding| (v.vendor, finding)))
    };
    let event = Event::bare(doc.root());
    let Some(kind) = kind else { return (None, fixes::needs(&event, findings(), &[], None)) };
    let call = fixes::BrokenCall { event, kind, library: Some("analytics-node"), rudder: false };
    let edits = fixes::edits(&call, findings(), None, |_, _| false);
    let needs = fixes::needs(&event, findings(), &edits, None);
    (Some(fixes::fix(&call, edits, &[], SnippetAudience::Owner)), needs)
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
        account: IdCell::NotLooked,
        user: IdCell::NotLooked,
        service: None,
        marks: Vec::new(),
        repeat: false,
        worst: Some(Severity::Error),
        folded: false,
        marked: false,
        note: None,
        stale: false,
        unread: false,
        no_call: Some(NoCallView {
            kind: NoCall::Refused,
            severity: Some(Severity::Error),
            fix: String::new(),
            method: "POST".to_owned(),
            status: 400,
            reason: reason.to_owned(),
            path: "/v1/batch".to_owned(),
        }),
    };
    let body = "{\"batch\":[{\"type\":\"track\" \"event\":\u{1b}[2J\u{0}".to_owned();
    let detail = NoCallDetail {
        kind: NoCall::Refused,
        severity: Some(Severity::Error),
        problem: String::new(),
        request: request(row, received_at, body, 400),
        reason: reason.to_owned(),
        fix: "check how the body is put together; SDKs drop such a request without a retry"
            .to_owned(),
    };
    (view, Detail::NoCall(Box::new(detail)))
}
