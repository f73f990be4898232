//! Settings that change while the screen is open: what is stale is marked, and judging all again
//! says what changed.

use crate::app::TestApp;
use crate::fake::FakeFeed;
use segscope::engine::{Changes, VendorChanges};
use segscope::tui::app::view::Effect;
use segscope::tui::feed::{Judged, SettingsView};
use std::sync::Arc;

fn changed() -> SettingsView {
    SettingsView {
        changed: Some("vendors.custify.send_anonymous_id".to_owned()),
        stale_before: Some(12),
        ..SettingsView::default()
    }
}

/// What judging again gave: in the order rejected, dropped, degraded, delivered, ignored.
fn judged(number: u64, moved: &[(usize, usize, u64)]) -> SettingsView {
    let mut custify = VendorChanges { name: "custify".to_owned(), moved: Default::default() };
    custify.moved[4][4] = 100;
    for (from, to, calls) in moved {
        custify.moved[*from + 1][*to + 1] = *calls;
    }
    let planhat = VendorChanges { name: "planhat".to_owned(), moved: Default::default() };
    let changes = Changes { calls: 1_119, vendors: vec![planhat, custify] };
    let judged = Some(Arc::new(Judged { number, changes: Ok(changes) }));
    SettingsView { judged, ..SettingsView::default() }
}

#[test]
fn what_is_stale_is_marked_and_the_key_is_named() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 120, 40);
    app.feed.set_settings(changed());
    app.press("g");
    assert!(app.picture().contains("judged with earlier settings; R judges"));
    assert_eq!(app.style_of("°", 4).fg, app.theme().warning.fg);
    app.press("R");
    assert_eq!(app.effects, [Effect::JudgeAgain]);
}

#[test]
fn a_bad_file_is_told_in_the_alarm_colour() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 120, 24);
    let said =
        "segscope.toml:4: custify: `x` is no setting; the settings from before stay in force";
    app.feed.set_settings(SettingsView { refused: Some(said.to_owned()), ..changed() });
    app.draw();
    assert!(app.line(2).contains(said), "{}", app.picture());
    assert_eq!(app.style_of("segscope.toml:4", 2).bg, app.theme().alarm.bg);
}

#[test]
fn what_changed_is_shown_beside_what_was() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut app = TestApp::new(FakeFeed::with_calls(5), width, height);
        app.feed.set_settings(judged(1, &[(0, 3, 17), (3, 1, 2)]));
        app.draw();
        app.assert_well_formed();
        assert!(app.picture().contains("custify: 17 more delivered, 2 fewer"), "{}", app.picture());
        // it is told once
        app.press("esc");
        app.draw();
        assert!(!app.picture().contains("Judged again"), "{}", app.picture());
    }
}

#[test]
fn nothing_changed_is_said_in_a_line() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 80, 24);
    app.feed.set_settings(judged(1, &[]));
    app.draw();
    assert!(
        app.line(23).contains("judged 1,119 calls again: nothing changed"),
        "{}",
        app.picture()
    );
}

/// A window that takes what is typed is not covered.
#[test]
fn who_types_is_not_interrupted() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 100, 30);
    app.press("f");
    app.feed.set_settings(judged(1, &[(0, 3, 17)]));
    app.draw();
    assert!(!app.picture().contains("Judged again"), "{}", app.picture());
    assert!(app.picture().contains("custify: 17 more delivered; 17 fewer rejected"));
}

#[test]
fn what_holds_later_is_said() {
    let mut app = TestApp::new(FakeFeed::with_calls(5), 100, 30);
    app.feed
        .set_settings(SettingsView { later: Some("theme".to_owned()), ..SettingsView::default() });
    app.draw();
    assert!(app.line(2).contains("holds from the next start on: theme"), "{}", app.picture());
    app.feed.set_settings(SettingsView { judging: true, ..changed() });
    app.draw();
    assert!(app.line(2).contains("judging all calls again"), "{}", app.picture());
    app.feed.set_settings(SettingsView { waits: true, ..SettingsView::default() });
    app.draw();
    assert!(app.line(2).contains("STALE  settings wait"), "{}", app.picture());
}
