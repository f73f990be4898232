//! Faults on the screen: the word in the row, the fault in the detail, and switching them off.

use crate::app::TestApp;
use crate::fixture::{BASE, BEGIN_MS, Fixture, Given};
use segscope::engine::{AcceptedRequest, InjectedFault};
use segscope::wire::RequestHead;
use serde_json::json;

const TRACK: &[u8] = br#"{"type":"track","event":"Paid","userId":"u","messageId":"m1"}"#;

fn head() -> RequestHead<'static> {
    RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &[],
        received_at: BEGIN_MS,
        is_tls: false,
    }
}

fn with_faults() -> Fixture {
    Given::vendors(1).setting("fault", json!(["close answer"])).begin()
}

#[test]
fn a_row_and_the_request_tab_say_which_fault_a_request_had() {
    let fixture = with_faults();
    let fault = Some(InjectedFault { text: "close answer", status: None });
    match fixture.engine().take_in(&head(), TRACK, BASE, fault) {
        AcceptedRequest::Pending(_, held) => assert_eq!(fixture.engine().written(&held), None),
        other => panic!("{other:?}"),
    }
    let refusing = InjectedFault { text: "status=429", status: Some(429) };
    fixture.engine().refuse_by_fault(&head(), TRACK, refusing);
    let mut app = TestApp::new(fixture, 140, 40);
    let picture = app.picture();
    assert!(picture.contains("fault Paid"), "{picture}");
    assert!(picture.contains("fault injected: status=429"), "{picture}");
    app.press("g enter [");
    assert!(app.picture().contains("fault    close answer"), "{}", app.picture());
    app.press("esc G enter");
    let picture = app.picture();
    assert!(picture.contains("this fault is injected on purpose"), "{picture}");
}

#[test]
fn the_first_line_counts_faults_and_a_command_switches_them() {
    let mut app = TestApp::new(with_faults(), 160, 40);
    assert!(app.line(0).contains("1 fault on"), "{}", app.line(0));
    app.press(":").type_in("fault").press("enter").perform();
    assert!(app.line(0).contains("1 fault off"), "{}", app.picture());
    app.press("!").perform();
    assert!(app.line(0).contains("1 fault on"), "{}", app.line(0));
    let none = Given::vendors(1).begin();
    assert!(none.toggle_faults().expect_err("there are none").contains("--fault FAULT"));
}
