//! A call that is only written gives what it would give if it came, and teaches nothing.

use crate::requests;
use segscope::call::template::TEMPLATES;
use segscope::call::{CallType, Doc};
use segscope::engine::{Engine, InUse, Recording, RowDetail};
use segscope::findings::{Finding, Headline, Verdict};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use segscope::wire::posted;
use std::sync::Arc;

const NOW: i64 = 1_714_564_800_000;

fn vendors() -> Arc<Vendors> {
    Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"))
}

fn engine() -> Engine {
    pipeline_of(vendors())
}

fn pipeline_of(vendors: Arc<Vendors>) -> Engine {
    let recording =
        Recording::from_file(RecordingFile::nameless().expect("a file")).expect("readable");
    let in_use = InUse::without_choice(&vendors);
    Engine::new(recording, vendors, in_use, Default::default()).expect("readable").0
}

/// Takes a text as it would be sent from where it is written.
fn take(engine: &Engine, text: &str) {
    let (path, body) = posted(text).expect("a call");
    // with the key that "compose:" is
    let headers = [("authorization", "Basic Y29tcG9zZTo=")];
    assert_eq!(requests::post_with(engine, path, &headers, &body, NOW), 200);
    engine.settle();
}

/// Asserts that a composed call and the same call when it arrives give the same result.
fn same(engine: &Engine, text: &str) -> usize {
    // twice: the first one teaches nothing
    engine.compose(text, NOW).expect("a call");
    let composed = engine.compose(text, NOW).expect("a call");
    let row = engine.rows();
    take(engine, text);
    let Ok(Some(RowDetail::Call(taken))) = engine.detail(row) else { panic!("a call") };
    assert_eq!(composed.common, taken.common, "{text}");
    assert_eq!((composed.vendors.len(), taken.vendors.len()), (5, 5));
    for ((vendor, composed), (_, taken)) in composed.vendors.iter().zip(&taken.vendors) {
        let of = format!("vendor {vendor}: {text}");
        assert_eq!(composed.verdict, taken.verdict, "{of}");
        assert_eq!(composed.account_id, taken.account_id, "{of}");
        assert_eq!(composed.user_id, taken.user_id, "{of}");
        assert_eq!(composed.findings, taken.findings, "{of}");
        assert_eq!(composed.requests, taken.requests, "{of}");
        // what it ends besides (sessions) is told of calls that came
    }
    assert_eq!(composed.in_use, taken.in_use);
    composed.in_use.len()
}

#[test]
fn what_is_written_gives_what_it_would_give() {
    let engine = engine();
    let library = r#""context":{"library":{"name":"analytics-node","version":"1"}}"#;
    for (call, used) in [
        (format!(r#"{{"type":"identify","messageId":"1","userId":"u","timestamp":"2024-05-01T10:00:00Z","traits":{{"company_id":"c","email":"a@b.io"}},{library}}}"#), 5),
        (format!(r#"{{"type":"track","messageId":"2","event":"E","userId":"u","timestamp":"2024-05-01T10:00:00Z",{library}}}"#), 5),
        (r#"{"type":"group","messageId":"3","groupId":"g","userId":"u","timestamp":"2024-05-01T10:00:00Z","traits":{"n":1.50}}"#.to_owned(), 5),
        (r#"{"messageId":"4","properties":[]}"#.to_owned(), 5),
    ] {
        assert_eq!(same(&engine, &call), used, "{call}");
    }
}

/// The preview denied what the log showed a moment later, since it lacked the time that
/// the service adds.
#[test]
fn a_preview_is_what_the_log_says_after_sending() {
    // alone, and after all the others
    let after = engine();
    TEMPLATES.iter().for_each(|template| take(&after, &template.text));
    for template in TEMPLATES.iter() {
        let (name, text) = (&template.name, &template.text);
        same(&engine(), text);
        same(&after, text);
        let composed = after.compose(text, NOW).expect(name);
        for (vendor, rendered) in &composed.vendors {
            let times = rendered.findings.iter().any(|found| found.code.ends_with("TIME-MISSING"));
            assert!(!times, "{name}, vendor {vendor}: the service adds the time");
        }
    }
    // as the README sends it, with its type, which stood in the path alone
    let curl = r#"{"type":"track","userId":"u1","event":"Test","properties":{"accountId":"a1"}}"#;
    same(&engine(), curl);
    // without a type, several at once, and from a library of the other service
    for text in [
        r#"{"userId":"u1","event":"Test"}"#,
        r#"[{"type":"track","event":"A","userId":"u"},{"type":"page","userId":"u"}]"#,
        r#"{"batch":[{"type":"track","event":"A","userId":"u"}],"context":{"groupId":"g"},"sentAt":"2024-05-01T10:00:00Z"}"#,
        r#"{"type":"track","channel":"web","event":"A","userId":"u","originalTimestamp":"2024-05-01T10:00:00Z"}"#,
    ] {
        same(&engine(), text);
    }
}

/// Whoever begins with a template of a vendor begins with a call that this vendor takes.
#[test]
fn a_template_is_a_good_call_for_its_vendor() {
    let vendors = vendors();
    for template in TEMPLATES.iter() {
        let name = &template.name;
        let settings =
            template.vendor.iter().map(|own| (own.clone(), template.needs.clone().into()));
        let set = Vendors::new(&settings.collect(), &[]).expect("settings that there are");
        let composed = pipeline_of(Arc::new(set)).compose(&template.text, NOW).expect(name);
        assert_eq!((composed.calls, composed.common.len()), (1, 0), "{name}");
        let own = template.vendor.as_ref().map(|own| vendors.index_of(own).expect("a vendor"));
        for (vendor, rendered) in &composed.vendors {
            if own.is_some_and(|own| own != *vendor) {
                continue;
            }
            let strong = |finding: &Finding| matches!(finding.headline, Some(Headline::Strong(_)));
            let missing = rendered.findings.iter().find(|found| strong(found));
            assert_eq!(missing, None, "{name}, vendor {vendor}");
            let takes = matches!(rendered.verdict, Verdict::Delivered | Verdict::Degraded);
            assert!(own.is_none() || takes, "{name}: {:?}", rendered.findings);
            assert!(own.is_none() || composed.in_use.contains(vendor), "{name}");
        }
    }
}

#[test]
fn each_vendor_has_a_template_for_each_type_that_it_takes() {
    let vendors = vendors();
    for vendor in 0..vendors.len() {
        let info = vendors.info(vendor);
        for kind in CallType::ALL {
            let name = format!("{}-{}", info.name, kind.name());
            let found = TEMPLATES.iter().find(|template| template.name == name);
            assert_eq!(found.is_some(), info.call(kind).is_some(), "{name}");
            if let Some(found) = found {
                let doc = Doc::parse(&found.text).expect("JSON");
                assert_eq!(
                    doc.root().get("type").and_then(|kind| kind.as_str()).as_deref(),
                    Some(kind.name())
                );
            }
        }
    }
}

#[test]
fn a_text_that_is_no_call_says_where() {
    let engine = engine();
    for (text, line, column, says) in [
        ("", 1, 1, "expected a JSON value"),
        ("{\n  \"type\": ,\n}", 2, 11, "expected a JSON value"),
        ("[]", 1, 1, "expected a call"),
        ("7", 1, 1, "expected"),
        ("{\"batch\":[]}", 1, 1, "expected a call"),
    ] {
        let error = engine.compose(text, NOW).expect_err(text);
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.message.contains(says), "{text}: {error}");
    }
    let batch = r#"{"batch":[{"type":"track"},{"type":"page"}]}"#;
    assert_eq!(engine.compose(batch, NOW).expect("two calls").calls, 2);
    assert_eq!(engine.calls(), 0);
}
