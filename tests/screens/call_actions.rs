//! Actions on one call from any page, and actions that belong to another page.

use crate::app::{TestApp, cursor};
use crate::fixture::Fixture;
use segscope::tui::app::view::SideEffect;

fn app() -> TestApp {
    TestApp::new(Fixture::with_calls(5), 120, 40)
}

fn copied(app: &TestApp) -> &str {
    match app.effects.last() {
        Some(SideEffect::Copy { text, .. }) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_example_of_a_page_is_composed() {
    for page in ["2", "3", "4"] {
        let mut app = app();
        app.press(page).press("c");
        assert!(app.picture().contains(" Compose"), "{page}: {}", app.picture());
        assert!(app.picture().contains("  1 {"), "{page}: {}", app.picture());
        app.press("ctrl-s");
        assert!(
            matches!(&app.effects[..], [SideEffect::Send { write_key: Some(_), .. }]),
            "{page}"
        );
    }
    // what the sync page shows is not a call
    let mut app = app();
    app.press("5 c ctrl-s");
    assert!(matches!(&app.effects[..], [SideEffect::Send { write_key: None, .. }]), "a template");
}

#[test]
fn the_page_that_composes_keeps_its_call() {
    let mut app = app();
    app.press("c Z Z esc c");
    assert!(app.picture().contains("ZZ{"), "{}", app.picture());
    app.press("Y");
    assert!(app.picture().contains("ZZY{"), "c types again: {}", app.picture());
}

#[test]
fn a_call_of_a_batch_is_copied_and_composed_with_what_its_batch_gave_it() {
    let fixture = Fixture::new(5);
    let batch = r#"{"batch":[{"type":"track","event":"E","userId":"u"}],"integrations":{"All":false},"context":{"groupId":"g9"}}"#;
    fixture.request(0, "/v1/batch", batch.as_bytes());
    fixture.settle();
    let mut app = TestApp::new(fixture, 120, 40);
    app.press("enter g y c");
    let given = r#""context":{"groupId":"g9"},"integrations":{"All":false}"#;
    assert!(copied(&app).starts_with("curl ") && copied(&app).contains(given), "{}", copied(&app));
    app.effects.clear();
    app.press("c ctrl-s");
    match &app.effects[..] {
        [SideEffect::Send { text, .. }] => {
            assert!(
                text.contains(r#""groupId": "g9""#) && text.contains(r#""All": false"#),
                "{text}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_copy_is_of_the_call_under_the_cursor_while_no_detail_is_open() {
    let mut app = app();
    app.press("E E g y y");
    assert!(copied(&app).contains(r#""messageId":"m-1""#), "{}", copied(&app));
    // the detail that was closed had another call
    app.press("enter esc j y y");
    assert!(copied(&app).contains(r#""messageId":"m-2""#), "{}", copied(&app));
}

#[test]
fn the_fix_of_a_finding_is_copied_from_its_page() {
    let mut app = app();
    app.press("2 y");
    assert!(app.line(39).contains("s copy SDK call"), "{}", app.line(39));
    app.press("s");
    let from_page = copied(&app).to_owned();
    assert!(from_page.contains("Report Exported"), "{from_page}");
    // the same as in the log, where its first call is shown
    app.press("enter g y s");
    assert_eq!(copied(&app), from_page);
    app.press("esc 2 y y");
    assert!(copied(&app).starts_with('{'));
}

#[test]
fn a_finding_is_set_aside_from_its_page() {
    let mut app = app();
    app.press("2 j a");
    let picture = app.picture();
    let line = picture.lines().find(|line| line.contains("▌[ ]")).expect("a cursor");
    app.press("space enter");
    let Some(SideEffect::SetMuted(codes)) = app.effects.last() else { panic!("{:?}", app.effects) };
    assert!(codes.len() == 1 && line.contains(&codes[0]), "{line}: {codes:?}");
}

#[test]
fn a_command_goes_to_the_page_of_its_action() {
    let mut app = app();
    app.press("g 3 :").type_in("next_missing").press("enter");
    assert!(cursor(&app).contains("Report Exp"), "{}", app.picture());
    app.press("3 :").type_in("export").press("enter");
    assert!(app.picture().contains("Export as"), "{}", app.picture());
    app.press("esc 4 :").type_in("choose_template").press("enter j enter");
    assert!(app.line(39).contains("this is the template identify"), "{}", app.picture());
    app.press("esc 1 :").type_in("show_calls").press("enter");
    assert!(app.line(1).contains("back to findings"), "{}", app.picture());
}

#[test]
fn a_filter_and_a_search_show_what_they_do() {
    let mut app = app();
    app.press("g 3 :").type_in("filter type = \"group\"").press("enter");
    assert!(cursor(&app).contains("group"), "{}", app.picture());
    assert!(app.line(38).contains("counts of 1 of 10 calls"), "{}", app.picture());
    app.press(":").type_in("filter").press("enter");
    app.press("g 3 :").type_in("search seat").press("enter");
    assert!(cursor(&app).contains("Seat Added"), "{}", app.picture());
}

#[test]
fn what_only_a_window_can_do_says_so() {
    let mut app = app();
    app.press(":").type_in("tick").press("enter");
    let says = "tick works only in the vendor dialog, the mute dialog, and the column dialog";
    assert!(app.line(38).contains(says), "{}", app.line(38));
}

/// Where the call is not in view, what is done with it says which one it is.
#[test]
fn what_is_done_with_an_example_names_it() {
    let mut app = app();
    app.press("4 y y");
    let Some(SideEffect::Copy { what, text }) = app.effects.last() else {
        panic!("{:?}", app.effects)
    };
    let call: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let name = call["event"].as_str().or(call["name"].as_str()).unwrap_or_default();
    let kind = call["type"].as_str().expect("a type");
    let (said, named) = what.split_once(", #").expect("it is named");
    assert_eq!(said, "the call");
    assert!(named.contains(format!(" {kind} {name}").trim_end()), "{what}: {text}");
    let named = format!("#{named}");
    for (key, title) in
        [("r", "Send to"), ("D", "Deliver"), ("a", "Muted findings"), ("c", "from ")]
    {
        app.press(key);
        let picture = app.picture();
        assert!(picture.contains(title) && picture.contains(&named), "{key} {named}: {picture}");
        app.press("esc").press("esc 4");
    }
}

#[test]
fn the_times_of_a_call_that_is_sent_again_can_be_moved_to_now() {
    let inspector = Fixture::new(2);
    let at = |time: &str| {
        format!(
            r#"{{"type":"track","event":"A","userId":"u","messageId":"m","timestamp":"{time}"}}"#
        )
    };
    inspector.batch(0, &[at("2024-01-01T00:00:00.000Z")]);
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("r").press("G enter");
    assert!(app.picture().contains("its times are moved to now"), "{}", app.picture());
    assert!(!app.picture().contains("times of now"), "it is done once only");
    app.press("enter");
    let Some(SideEffect::Send { text, .. }) = app.effects.last() else {
        panic!("nothing is sent: {:?}", app.effects);
    };
    // an hour after the fixture begins
    assert!(text.contains(r#""timestamp":"2026-11-22T11:00:00.000Z""#), "{text}");
}
