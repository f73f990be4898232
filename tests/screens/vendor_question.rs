//! The first minute: which tools does the user feed, and what rows look like until that is known.

use crate::app::{SIZES, TestApp, five};
use crate::colors::looks_like;
use crate::fixture::{Fixture, Given, empty_file};
use segscope::tui::app::view::SideEffect;
use serde_json::json;

#[test]
fn the_start_screen_asks_which_tools_the_user_feeds() {
    for (width, height) in SIZES {
        let mut app = TestApp::new(Fixture::new(5), width, height);
        app.assert_well_formed();
        insta::assert_snapshot!(format!("asked_{width}x{height}"), app.picture());
        app.press("3");
        assert!(app.picture().contains("[3]Planhat"), "{}", app.picture());
        insta::assert_snapshot!(format!("answering_{width}x{height}"), app.picture());
    }
}

#[test]
fn the_start_screen_names_the_address_with_https() {
    let addresses = ["http://127.0.0.1:7357", "https://127.0.0.1:7357"];
    let fixture = Given::vendors(1).addresses(&addresses).begin();
    let app = TestApp::new(fixture, 100, 30);
    let want = "PHP and analytics.js 1.x send to https://127.0.0.1:7357 (see `segscope tls trust`)";
    assert!(app.picture().contains(want), "{}", app.picture());
    app.assert_well_formed();
}

#[test]
fn a_digit_and_enter_choose_one_tool() {
    let mut app = TestApp::new(Fixture::new(5), 80, 24);
    app.press("3 enter").perform();
    assert_eq!(app.inspector.in_use().vendors, [2]);
    assert!(app.line(1).starts_with(" in use: Planhat "), "{}", app.line(1));
    assert!(!app.picture().contains("Which tools"), "{}", app.picture());
    // a digit opens a page again
    app.press("2");
    assert!(app.line(0).contains("[2"), "{}", app.line(0));
}

#[test]
fn several_digits_choose_several_and_a_second_press_takes_one_back() {
    let mut app = TestApp::new(Fixture::new(5), 80, 24);
    app.press("5 1 2 2");
    assert!(
        app.picture().contains("enter saves: CustomerSuccessBox, Custify"),
        "{}",
        app.picture()
    );
    app.press("enter");
    assert_eq!(app.effects, [SideEffect::UseVendors(vec![0, 4])]);
}

#[test]
fn enter_alone_chooses_all_and_esc_leaves_it_open() {
    let mut app = TestApp::new(Fixture::new(5), 80, 24);
    app.press("enter").perform();
    assert!(app.inspector.in_use().chosen && app.inspector.in_use().vendors.len() == 5);

    let mut app = TestApp::new(Fixture::new(5), 80, 24);
    app.press("1 esc");
    assert!(!app.inspector.in_use().chosen);
    assert!(!app.picture().contains("Which tools"), "{}", app.picture());
    app.press("3");
    assert!(app.line(0).contains("[3"), "{}", app.line(0));
}

#[test]
fn it_is_not_asked_once_there_is_an_answer_or_a_request() {
    let chosen = Given::vendors(5).setting("vendors.use", json!(["planhat"])).begin();
    assert!(!TestApp::new(chosen, 80, 24).picture().contains("Which tools"));
    let opened = empty_file();
    assert!(!TestApp::new(opened, 80, 24).picture().contains("Which tools"));

    let mut app = TestApp::new(Fixture::new(5), 80, 24);
    app.inspector.add(0);
    app.draw().press("3");
    assert!(app.line(0).contains("[3"), "{}", app.line(0));
    // what is cleared is not a start
    app.press("1 z");
    assert!(!app.picture().contains("Which tools"), "{}", app.picture());
}

#[test]
fn the_vendor_dialog_chooses_exactly_one_in_two_keys() {
    for (keys, wanted) in [("v 3", vec![2]), ("v j o", vec![1]), ("v o", vec![0])] {
        let mut app = TestApp::new(five(), 80, 24);
        app.press(keys);
        assert_eq!(app.effects, [SideEffect::UseVendors(wanted)], "{keys}");
        assert!(!app.picture().contains("Vendors in use"), "{keys}: the dialog is closed");
    }
    let mut app = TestApp::new(Fixture::with_calls(1), 80, 24);
    app.press("v a");
    assert_eq!(app.effects, [SideEffect::UseVendors(vec![0, 1, 2, 3, 4])]);
}

/// The rule: until vendors are chosen, only calls that nobody receives are in the alarm color.
#[test]
fn until_vendors_are_chosen_only_what_nobody_receives_is_in_the_alarm_color() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("g");
    let theme = app.theme().clone();
    let line = |app: &TestApp, text: &str| app.place_of(text, 3).1;
    // one of the vendors takes it: the words and marks are there, without the color
    let paid = line(&app, "Invoice Paid");
    looks_like(app.style_of("globex-inc!", paid), theme.text);
    looks_like(app.style_of("✗", paid), theme.quiet);
    let (first, _) = app.place_of("CS", 2);
    assert_eq!(app.symbol(first, paid), "✗");
    looks_like(app.style_at(first, paid), theme.text);
    // all of them lose the call
    let lost = line(&app, "Report Exported");
    looks_like(app.style_of("missing accountId?", lost), theme.missing_id);
    looks_like(app.style_of("✗", lost), theme.error);
    looks_like(app.style_at(first, lost), theme.missing_id);
    // refused requests are as loud as ever, and the count is not an alarm
    looks_like(app.style_of("refused the body", 3), theme.refused);
    looks_like(app.style_of("3 missing", 0), theme.text);
    assert!(app.line(1).contains("Checking all vendors"), "{}", app.line(1));

    app.inspector.set_in_use(&[0, 1, 2, 3, 4]).expect("saved");
    app.draw();
    looks_like(app.style_of("globex-inc!", paid), theme.warning);
    looks_like(app.style_of("✗", paid), theme.error);
    looks_like(app.style_at(first, paid), theme.missing_id);
    looks_like(app.style_of("4 missing", 0), theme.missing_id);
}

#[test]
fn a_discarded_call_is_in_the_alarm_color_before_anyone_chose() {
    let fixture = Fixture::new(5);
    fixture.batch(0, &[r#"{"type":"track","event":"No ids","properties":{}}"#.to_owned()]);
    let app = TestApp::new(fixture, 120, 40);
    looks_like(app.style_of("⊘", 3), app.theme().discarded);
}
