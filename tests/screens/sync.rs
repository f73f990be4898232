//! The sync page: what a vendor pushed to Segment.

use crate::app::{SIZES, TestApp};
use crate::fixture::Fixture;
use segscope::tui::app::screen::Msg;
use segscope::tui::app::view::SideEffect;
use segscope::tui::theme::Background;

fn pushed() -> Fixture {
    let inspector = Fixture::with_calls(5);
    inspector.push(0, "/v0/start", "");
    let mut lines = String::new();
    for n in 0..40 {
        lines += &format!(
            "{{\"id\":\"c{n:02}\",\"collection\":\"companies\",\"properties\":{{\"name\":\"Company {n}\",\"external_id\":\"acme-{n}\",\"mrr\":{n}.50,\"phase\":null}}}}\n"
        );
    }
    lines += "{\"id\":\"c40\",\"collection\":\"companies\",\"properties\":{\"tags\":[]}}\n";
    lines += "{\"collection\":\"companies\",\"properties\":{}}\n";
    lines += "{\"id\":\"e\u{1b}[31m1\",\"collection\":\"endusers\",\"properties\":{\"k\u{202e}\":\"v\"}}\n{\n";
    let lines = lines.replace('\u{1b}', "\\u001b");
    inspector.push(12, "/v0/upload/sync-1", &lines);
    inspector.push(95, "/v0/finish/sync-1", "{\"error\":\"\"}");
    inspector
}

#[test]
fn nothing_came_yet() {
    for (width, height) in SIZES {
        let mut app = TestApp::new(Fixture::with_calls(5), width, height);
        app.press("5");
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("sync_empty_{width}x{height}"), app.picture());
    }
}

#[test]
fn models_and_what_is_in_one() {
    for (width, height) in SIZES {
        let mut app = TestApp::new(pushed(), width, height);
        app.press("5 j");
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("sync_{width}x{height}"), app.picture());
        app.press("enter j j j");
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("sync_model_{width}x{height}"), app.picture());
    }
}

#[test]
fn a_hostile_object_stays_in_its_frame() {
    let mut app = TestApp::new(pushed(), 60, 14);
    app.press("5 j j enter");
    app.assert_well_formed();
    let picture = app.picture();
    assert!(picture.contains("e\\u{1b}[31m1") && picture.contains("k\\u{202e}"), "{picture}");
}

#[test]
fn an_open_model_is_drawn_anew_on_another_ground() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("5 j enter");
    let words = "not stored: ";
    let dark = app.style_of(words, 5).fg;
    app.send(Msg::Background(Some(Background::Light)));
    assert_ne!(app.style_of(words, 5).fg, dark);
}

#[test]
fn errors_are_red_and_say_why() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("5 j enter");
    assert_eq!(app.style_of("2 errors", 2).fg, app.theme().error.fg);
    assert!(app.picture().contains("the property `tags` is an object or a list"));
    app.press("j");
    assert!(app.picture().contains("not stored: `id` is not a string of 1 to 100 characters"));
}

#[test]
fn the_way_in_and_out() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("k k 5 j enter esc");
    assert!(app.line(5).contains("Objects Synced"), "{}", app.picture());
    app.press("q");
    assert!(app.line(2).contains("time"), "{}", app.picture());
    app.press("5");
    // the page is as it was left: the cursor on the second model
    assert!(app.line(7).contains("companies") && app.line(7).contains('▌'), "{}", app.picture());
    app.press("? 1");
    assert!(app.line(2).contains("time"), "a page closes the windows:\n{}", app.picture());
    assert!(app.effects.is_empty());
}

#[test]
fn the_ids_of_companies_are_offered_on_a_key() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("5");
    assert!(app.picture().contains("40 company ids received: yk copies them"), "{}", app.picture());
    app.press("y k");
    match app.effects.as_slice() {
        [SideEffect::Copy { what, text }] => {
            assert_eq!(what, "the setting known_companies for segscope.toml");
            assert!(text.contains("acme-39"));
        }
        other => panic!("{other:?}"),
    }
    let mut app = TestApp::new(Fixture::new(5), 100, 30);
    app.press("esc 5 y k");
    assert!(app.effects.is_empty());
    assert!(app.picture().contains("no company ids received yet"), "{}", app.picture());
}

#[test]
fn long_properties_are_scrolled_below_the_list() {
    let inspector = Fixture::new(5);
    let many: Vec<String> = (0..60).map(|n| format!("\"p{n:02}\":{n}")).collect();
    let object = format!("{{\"id\":\"a\",\"properties\":{{{}}}}}", many.join(","));
    inspector.push(0, "/v1/set", &format!("{{\"collection\":\"users\",\"objects\":[{object}]}}"));
    let mut app = TestApp::new(inspector, 80, 24);
    app.press("5 enter");
    assert!(!app.picture().contains("p59") && app.picture().contains("below"), "{}", app.picture());
    app.press("tab G");
    assert!(app.picture().contains("p59"), "{}", app.picture());
    app.press("tab esc");
    assert!(app.picture().contains("Objects Synced"), "{}", app.picture());
}

#[test]
fn a_clear_takes_the_open_model_away() {
    let mut app = TestApp::new(pushed(), 80, 24);
    app.press("5 j enter");
    app.inspector.clear().expect("cleared");
    app.draw();
    assert!(app.picture().contains("Nothing has been received"), "{}", app.picture());
}

#[test]
fn clicks_select_and_open() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("5");
    app.click(10, 7).click(10, 7);
    assert!(app.picture().contains("40 objects synced"), "{}", app.picture());
    app.wheel(10, 10, true).click(10, 8);
    assert!(app.picture().contains("id"), "{}", app.picture());
}

#[test]
fn a_preset_is_copied_from_the_vendor_s_tab() {
    let mut app = TestApp::new(Fixture::with_calls(5), 200, 60);
    app.press("enter ] ] ] ]");
    assert!(app.picture().contains("recommends it: yk copies the lines"), "{}", app.picture());
    app.press("y k");
    match app.effects.as_slice() {
        [SideEffect::Copy { what, text }] => {
            assert_eq!(what, "the setting channel_mapping for segscope.toml");
            assert!(text.starts_with("[vendors.suprsend]"));
        }
        other => panic!("{other:?}"),
    }
    app.press("] y k");
    assert!(app.picture().contains("no fix of this call names a setting"), "{}", app.picture());
}

#[test]
fn a_run_with_errors_is_not_well() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("5");
    assert!(app.line(2).contains("ended, with "), "{}", app.picture());
    assert!(app.line(2).contains(" errors"), "{}", app.picture());
    assert_eq!(app.style_of("ended, with ", 2).fg, app.theme().error.fg);
    let inspector = Fixture::with_calls(5);
    inspector.push(
        0,
        "/v1/set",
        r#"{"collection":"companies","objects":[{"id":"a","properties":{}}]}"#,
    );
    let mut app = TestApp::new(inspector, 100, 30);
    app.press("5");
    assert_eq!(app.style_of("ok", 2).fg, app.theme().good.fg, "{}", app.picture());
}

#[test]
fn the_models_are_searched_and_sorted() {
    let mut app = TestApp::new(pushed(), 100, 30);
    app.press("5 /").type_in("users").press("enter");
    assert!(app.line(8).contains('▌') && app.line(8).contains("endusers"), "{}", app.picture());
    assert!(app.line(29).contains("match 1 of 1"), "{}", app.picture());
    app.press("esc s s");
    assert!(app.line(5).contains("Objects Synced▼"), "{}", app.picture());
    assert!(app.line(6).contains("companies"), "{}", app.picture());
    app.press("g enter /");
    assert!(app.line(29).contains("only the list of models can be searched"), "{}", app.picture());
    app.press("f");
    assert!(app.line(29).contains("`f` works in the log: edit the filter"), "{}", app.picture());
}
