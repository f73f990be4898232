//! A snapshot holds symbols only: the colours that mean something are asserted here.

use crate::app::{TestApp, options};
use crate::fake::FakeFeed;
use ratatui::style::{Color, Style};
use segscope::tui::ScreenOptions;
use segscope::tui::app::keymap::{Keymap, SetKeys};
use segscope::tui::app::screen::Msg;
use segscope::tui::feed::{Alerts, Feed, Looks};
use segscope::tui::theme::{Depth, Ground, SetStyle, Themes};

pub fn looks_like(found: Style, wanted: Style) {
    assert_eq!(found.fg, Some(wanted.fg.unwrap_or(Color::Reset)));
    assert!(found.add_modifier.contains(wanted.add_modifier), "{found:?} {wanted:?}");
}

#[test]
fn what_is_missing_is_in_the_alarm_colour_and_the_near_miss_beside_it() {
    let app = TestApp::new(FakeFeed::with_calls(1), 80, 24);
    let theme = app.theme();
    looks_like(app.style_of("missing accountId?", 3), theme.missing_id);
    looks_like(app.style_of("accountId?", 3), theme.near_miss);
    looks_like(app.style_of("globex-inc!", 3), theme.warning);
    looks_like(app.style_of("as acco", 3), theme.near_miss);
    looks_like(app.style_of("none ", 3), theme.warning);
    looks_like(app.style_of("4711?", 3), theme.warning);
    looks_like(app.style_of("acme-42", 3), theme.text);
    looks_like(app.style_of("3 missing", 0), theme.missing_id);
    looks_like(app.style_of("1 refused", 0), theme.lost);
    looks_like(app.style_of("refused the body", 3), theme.refused);
}

#[test]
fn marks_that_miss_are_loud_and_those_not_in_use_are_dim() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 120, 40);
    app.press("g j j j");
    let theme = app.theme();
    // the fourth call's row: the first three vendors miss an id, the last is not fed by its sender
    looks_like(app.style_of("✗", 6), theme.error);
    looks_like(app.style_of("✗  ✗  ✗  ✓", 6), theme.missing_id);
    looks_like(app.style_of("✓  ⊗", 6), theme.delivered);
    looks_like(app.style_of("⊗", 6), theme.unused);
}

#[test]
fn the_fix_and_the_near_miss_are_marked_in_the_detail() {
    let mut app = TestApp::new(FakeFeed::with_calls(1), 120, 40);
    app.press("E E");
    let theme = app.theme();
    looks_like(app.style_of("ys copies", 0), theme.fix);
    looks_like(app.style_of("◂ rename to account_id", 0), theme.near_miss);
    looks_like(app.style_of("account_id: missing", 0), theme.missing_id);
    looks_like(app.style_of("added by the service", 0), theme.derived);
}

#[test]
fn without_colour_nothing_has_one_and_the_words_stay() {
    let options = ScreenOptions { depth: Depth::NoColour, ..options() };
    let mut app = TestApp::with(FakeFeed::with_calls(5), 120, 40, &options);
    app.press("E E");
    app.assert_no_colour();
    for word in ["missing", "refused", "repeat", "need", "CSB✗"] {
        assert!(app.picture().contains(word), "{word}");
    }
}

#[test]
fn a_vendor_that_is_not_chosen_has_a_dim_head() {
    let feed = FakeFeed::with_calls(5);
    feed.set_in_use(&[0]).expect("saved");
    let app = TestApp::new(feed, 200, 60);
    looks_like(app.style_of("FS ", 2), app.theme().unused);
    looks_like(app.style_of("CSB", 2), app.theme().label);
}

#[test]
fn what_is_noise_is_quiet_in_the_log_and_loud_once_above_it() {
    let feed = FakeFeed::with_calls(5);
    let before = TestApp::new(FakeFeed::with_calls(5), 80, 24);
    looks_like(before.style_of("! ", 3), before.theme().warning);
    feed.set_common();
    let app = TestApp::new(feed, 80, 24);
    let theme = app.theme();
    looks_like(app.style_of("FS sends no `anonymousId` (1,234", 2), theme.error);
    // the group call's row: its sign and its marks
    looks_like(app.style_of("! ", 4), theme.quiet);
    looks_like(app.style_of("~  ~", 4), theme.quiet);
    // a later row's own warning is as loud as before
    looks_like(app.style_of("! ", 6), theme.warning);
}

#[test]
fn where_things_come_from_and_go_to_is_beside_them_and_quiet() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 120, 40);
    app.press("g j j enter");
    let theme = app.theme().clone();
    looks_like(app.style_of("→ CSB", 0), theme.quiet);
    looks_like(app.style_of("unused", 0), theme.unused);
    // the cursor is on `type`, which decides and is sent nowhere; then on the event
    app.press("j");
    assert!(app.picture().contains("→ CSB feature_id · FS feature_id"), "{}", app.picture());
    app.press("]");
    looks_like(app.style_of("← setting default_module", 0), theme.quiet);
    looks_like(app.style_of("← learned from call #2", 0), theme.quiet);
    looks_like(app.style_of("← event", 0), theme.quiet);
}

#[test]
fn calls_without_an_alert_are_loud() {
    let feed = FakeFeed::with_calls(1);
    feed.set_alerts(Alerts { calls: 4, dropped: 2, failed: Some("no\u{1b}tify".to_owned()) });
    let app = TestApp::new(feed, 160, 40);
    looks_like(app.style_of("2 without alert: no\\u{1b}tify", 0), app.theme().lost);
    looks_like(app.style_of("4 alerts", 0), app.theme().quiet);
}

#[test]
fn what_was_drawn_before_the_terminal_answered_is_drawn_anew() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 120, 40);
    for (keys, word) in [("E E", "ys copies"), ("2", "found `accountId`")] {
        app.press(keys);
        let dark = app.style_of(word, 4);
        app.send(Msg::Ground(Some(Ground::Light)));
        assert_ne!(app.style_of(word, 4).fg, dark.fg, "{keys}");
        app.send(Msg::Ground(Some(Ground::Dark)));
        looks_like(app.style_of(word, 4), dark);
    }
}

#[test]
fn looks_and_keys_that_change_hold_from_the_next_frame_on() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 120, 40);
    app.press("E E");
    let before = app.style_of("ys copies", 4);
    let set = SetStyle {
        name: "fix".to_owned(),
        words: "#ff00ff".to_owned(),
        origin: "mine.toml:1".to_owned(),
    };
    let themes = Themes::of("dark", &[set]).expect("a theme");
    let keys = SetKeys {
        place: "calls".to_owned(),
        action: "pause".to_owned(),
        keys: vec!["P".to_owned()],
        origin: "config.toml:1".to_owned(),
    };
    let keymap = Keymap::with(&[keys]).expect("keys");
    app.feed.set_looks(Looks { number: 1, themes, keymap });
    assert!(app.is_dirty());
    app.draw();
    let after = app.style_of("ys copies", 4);
    assert_ne!(before.fg, after.fg);
    assert_eq!(after.fg, Some(Color::Rgb(0xff, 0, 0xff)));
    assert!(app.press("space").picture().contains("P pause"), "{}", app.picture());
    assert!(!app.picture().contains("PAUSED"), "{}", app.picture());
    assert!(app.press("P").picture().contains("PAUSED"), "{}", app.picture());
}
