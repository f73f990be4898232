//! Comparisons on the coverage page: versions in one recording, and another recording.

use crate::app::TestApp;
use crate::fixture::Fixture;

/// A call of a release: the later one has lost an event, one user in five, and a type.
fn call(version: &str, n: usize) -> String {
    let is_late = version == "2.1";
    let event = match n % 4 {
        0 if !is_late => "Heartbeat",
        1 => "Paid",
        _ => "Viewed",
    };
    let total = if is_late && event == "Paid" { r#""3""# } else { "3" };
    let id = if is_late && n.is_multiple_of(5) { "anonymousId" } else { "userId" };
    format!(
        r#"{{"type":"track","event":"{event}","{id}":"u{n}","messageId":"{version}-{n}",
           "properties":{{"company_id":"c","account_id":"c","total":{total}}},
           "context":{{"app":{{"version":"{version}"}},"library":{{"name":"analytics-go","version":"3.0"}}}}}}"#
    )
}

fn releases() -> Fixture {
    let inspector = Fixture::new(2);
    for version in ["2.0", "2.1"] {
        let calls: Vec<String> = (0..400).map(|n| call(version, n)).collect();
        inspector.batch(0, &calls);
    }
    inspector
}

#[test]
fn a_version_is_compared_with_the_one_before_it() {
    let mut app = TestApp::new(releases(), 120, 40);
    app.press("3 ] ]").wait(1_000).draw();
    let picture = app.picture();
    for row in ["Heartbeat", "gone, 100 before", "- user 100%"] {
        assert!(picture.contains(row), "{row}:\n{picture}");
    }
    app.assert_well_formed();
    let alarm = app.theme().missing_id.fg;
    assert_eq!(app.style_of("gone, 100 before", 0).fg, alarm);
    assert_eq!(app.style_of("- user 100%", 0).fg, alarm);
    insta::assert_snapshot!("before_by_version_120x40", picture);
    app.resize(80, 24);
    insta::assert_snapshot!("before_by_version_80x24", app.picture());
    // there is one version of the library, so nothing to compare
    app.press("[").wait(1_000).draw();
    assert!(!app.picture().contains("before"), "{}", app.picture());
    // under a filter nothing is compared
    app.press("]").press("f").type_in("event = \"Viewed\"").press("enter").wait(1_000).draw();
    assert!(!app.picture().contains("before"), "{}", app.picture());
}

#[test]
fn the_calls_of_an_event_that_is_gone_are_those_of_the_version_before() {
    let mut app = TestApp::new(releases(), 120, 40);
    app.press("3 ] ] G enter").wait(1_000).draw();
    assert!(app.picture().contains("Heartbeat"), "{}", app.picture());
    assert!(app.inspector.filter_text().is_some_and(|text| text.contains("Heartbeat")));
}
