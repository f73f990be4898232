//! A snapshot holds symbols only: the colours that mean something are asserted here.

use crate::app::{TestApp, five, options};
use crate::fixture::{Fixture, Given, with_habits};
use ratatui::style::{Color, Style};
use segscope::tui::ScreenOptions;
use segscope::tui::app::screen::Msg;
use segscope::tui::theme::{Background, ColorDepth};
use serde_json::json;

pub fn looks_like(found: Style, wanted: Style) {
    assert_eq!(found.fg, Some(wanted.fg.unwrap_or(Color::Reset)));
    assert!(found.add_modifier.contains(wanted.add_modifier), "{found:?} {wanted:?}");
}

#[test]
fn what_is_missing_is_in_the_alarm_colour_and_the_near_miss_beside_it() {
    let all = five();
    all.use_all_but(&[]);
    let all = TestApp::new(all, 99, 24);
    looks_like(all.style_of("globex-inc!", 3), all.theme().warning);
    looks_like(all.style_of("user ! as user_id", 2), all.theme().label);
    let app = TestApp::new(Fixture::with_calls(1), 99, 24);
    let theme = app.theme();
    looks_like(app.style_of("missing accountId?", 3), theme.missing_id);
    looks_like(app.style_of("accountId?", 3), theme.near_miss);
    looks_like(app.style_of("none ", 3), theme.warning);
    looks_like(app.style_of("4711?", 3), theme.warning);
    looks_like(app.style_of("acme-42", 3), theme.text);
    looks_like(app.style_of("3 missing", 0), theme.missing_id);
    looks_like(app.style_of("1 refused", 0), theme.lost);
    looks_like(app.style_of("refused the body", 3), theme.refused);
}

#[test]
fn marks_that_miss_are_loud_and_those_not_in_use_are_dim() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    app.press("g j j j");
    let theme = app.theme();
    // the fourth call's row: four vendors miss an id
    looks_like(app.style_of("✗", 6), theme.error);
    looks_like(app.style_of("✗  ✗  ✗  ✗  ⊗", 6), theme.missing_id);
    // the last but one: only the last vendor is fed by its sender
    looks_like(app.style_of("✓", 13), theme.unused);
    looks_like(app.style_of("✓  ✓  ✓", 5), theme.delivered);
}

#[test]
fn the_fix_and_the_near_miss_are_marked_in_the_detail() {
    let mut app = TestApp::new(Fixture::with_calls(1), 140, 40);
    app.press("E E o");
    let theme = app.theme();
    looks_like(app.style_of("ys copies", 0), theme.fix);
    looks_like(app.style_of("◂ rename to account_id", 0), theme.near_miss);
    looks_like(app.style_of("account_id: missing", 0), theme.missing_id);
    looks_like(app.style_of("added by the service", 0), theme.derived);
}

#[test]
fn without_colour_nothing_has_one_and_the_words_stay() {
    let options = ScreenOptions { depth: ColorDepth::NoColor, ..options() };
    let mut app = TestApp::with(Fixture::with_calls(5), 200, 40, &options);
    app.press("E E");
    app.assert_no_colour();
    for word in ["missing", "refused", "repeat", "need", "CSB ✗"] {
        assert!(app.picture().contains(word), "{word}");
    }
}

#[test]
fn a_vendor_that_is_not_chosen_has_a_dim_head() {
    let inspector = Fixture::with_calls(5);
    inspector.set_in_use(&[0]).expect("saved");
    let mut app = TestApp::new(inspector, 200, 60);
    assert!(!app.line(2).contains("FS ") && !app.picture().contains("FS ✗"), "it takes no width");
    app.press("V");
    looks_like(app.style_of("FS PH", 2), app.theme().unused);
    looks_like(app.style_of("CS FS", 2), app.theme().label);
    assert!(app.picture().contains("FS ✗"), "{}", app.picture());
    app.press("V");
    assert!(!app.line(2).contains("FS "), "{}", app.line(2));
}

#[test]
fn what_is_noise_is_quiet_in_the_log_and_loud_once_above_it() {
    let (inspector, before) = (with_habits(), Fixture::with_calls(5));
    inspector.use_all_but(&[]);
    before.use_all_but(&[]);
    let before = TestApp::new(before, 80, 24);
    looks_like(before.style_of("! ", 3), before.theme().warning);
    let mut app = TestApp::new(inspector, 80, 24);
    app.press("g");
    let theme = app.theme();
    looks_like(app.style_of("FS no `anonymousId`", 2), theme.error);
    // a row's own warning is as loud as before
    looks_like(app.style_of("! ", 4), theme.warning);
    // the group call's row: its sign and its marks
    looks_like(app.style_of("✗ ", 5), theme.quiet);
    looks_like(app.style_of("~  ✗", 5), theme.quiet);
}

#[test]
fn where_things_come_from_and_go_to_is_beside_them_and_quiet() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    app.press("g j j enter");
    let theme = app.theme().clone();
    looks_like(app.style_of("→ CSB", 0), theme.quiet);
    looks_like(app.style_of("unused", 0), theme.unused);
    // the cursor is on the message id, which nobody uses; then on the event
    app.press("j j");
    assert!(app.picture().contains("→ CSB feature_id · FS feature"), "{}", app.picture());
    app.press("]");
    looks_like(app.style_of("← default", 0), theme.quiet);
    looks_like(app.style_of("← event", 0), theme.quiet);
}

#[test]
fn calls_without_an_alert_are_loud() {
    let inspector = Given::vendors(1)
        .setting("alert", json!("type = \"track\""))
        .setting("alert_with", json!("/no/such\u{1b}command"))
        .begin();
    inspector.add(2);
    inspector.wait_until("the alert fails", |inspector| inspector.alerts().dropped == 1);
    let app = TestApp::new(inspector, 250, 40);
    looks_like(app.style_of("1 without alert: /no/such\\u{1b}command", 0), app.theme().lost);
    looks_like(app.style_of("1 alert ", 0), app.theme().quiet);
}

#[test]
fn what_was_drawn_before_the_terminal_answered_is_drawn_anew() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    for (keys, word) in [("E E", "ys copies"), ("2", "rename `accountId` to")] {
        app.press(keys);
        let dark = app.style_of(word, 4);
        app.send(Msg::Background(Some(Background::Light)));
        assert_ne!(app.style_of(word, 4).fg, dark.fg, "{keys}");
        app.send(Msg::Background(Some(Background::Dark)));
        looks_like(app.style_of(word, 4), dark);
    }
}

#[test]
fn looks_and_keys_that_change_hold_from_the_next_frame_on() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    app.press("E E");
    let before = app.style_of("ys copies", 4);
    app.inspector.write_settings("[colors]\nfix = \"#ff00ff\"\n[keys.calls]\npause = [\"P\"]\n");
    assert!(app.is_dirty());
    app.draw();
    let after = app.style_of("ys copies", 4);
    assert_ne!(before.fg, after.fg);
    assert_eq!(after.fg, Some(Color::Rgb(0xff, 0, 0xff)));
    assert!(app.picture().contains("P pause"), "{}", app.picture());
    assert!(!app.press("space").picture().contains("PAUSED"), "{}", app.picture());
    assert!(app.press("P").picture().contains("PAUSED"), "{}", app.picture());
}
