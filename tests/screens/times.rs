//! Dates, hours and how long ago: in the log and in lists.

use crate::app::TestApp;
use crate::fixture::{BEGIN_MS, Fixture};
use segscope::tui::app::screen::Msg;

const DAY_MS: i64 = 86_400_000;

/// Calls of today and of days before. Today is November 22, 2026, 11:00.
fn calls(days: &[i64]) -> Fixture {
    let fixture = Fixture::new(1);
    for (n, day) in days.iter().enumerate() {
        let call = format!(
            r#"{{"type":"track","event":"E{n}","userId":"u","properties":{{"account_id":"a","user_id":"u"}}}}"#
        );
        fixture.batch(-day * DAY_MS, &[call]);
    }
    fixture
}

#[test]
fn the_day_is_shown_where_it_is_not_today() {
    for (width, height) in [(60, 15), (80, 24), (100, 30), (120, 40), (160, 45), (200, 60)] {
        let app = TestApp::new(calls(&[5, 1, 0]), width, height);
        let rows = [app.line(3), app.line(4), app.line(5)];
        assert!(rows[0].contains("11-17 10:00"), "{width}: {}", app.picture());
        assert!(rows[1].contains("11-21 10:00"), "{width}: {}", app.picture());
        assert!(rows[2].contains(" 10:00") && !rows[2].contains("11-22"), "{}", app.picture());
        assert!(app.line(2).contains("time UTC"), "{width}: {}", app.line(2));
        // a call of another year says so
        let app = TestApp::new(calls(&[400, 0]), width, height);
        assert!(app.line(3).contains("2025-10-18 10:00"), "{width}: {}", app.picture());
    }
    let app = TestApp::new(calls(&[0]), 100, 30);
    assert!(!app.line(3).contains("11-22") && app.line(3).contains(" 10:00:00"), "{}", app.line(3));
}

#[test]
fn the_hour_is_never_cut() {
    for width in 40..200 {
        for days in [&[0][..], &[5, 0]] {
            let app = TestApp::new(calls(days), width, 24);
            let has_time = app.line(2).contains("UTC");
            assert!(!has_time || app.line(3).contains("10:00"), "{width}: {}", app.picture());
        }
    }
}

#[test]
fn lists_and_the_head_of_the_detail_show_the_day_too() {
    let mut app = TestApp::new(calls(&[5, 1, 0]), 160, 45);
    app.press("g");
    assert!(app.picture().contains("#1 11-17 10:00:00.000"), "{}", app.picture());
    app.press("4");
    assert!(app.picture().contains("11-17 10:00"), "{}", app.picture());
}

#[test]
fn a_key_shows_how_long_ago_calls_came() {
    // it is 11:00
    let mut app = TestApp::new(calls(&[5, 1, 0]), 100, 30);
    app.press("t");
    assert!(app.line(2).contains("ago"), "{}", app.line(2));
    let rows = [app.line(3), app.line(4), app.line(5)];
    for (row, ago) in rows.iter().zip([" 5 d ", " 1 d ", " 1 h "]) {
        assert!(row.contains(ago), "{row}");
    }
    app.press("4");
    assert!(
        app.picture().contains("  5 d") && app.picture().contains("  1 h"),
        "{}",
        app.picture()
    );
    app.press("1 t");
    assert!(app.line(3).contains("11-17 10:00"), "{}", app.line(3));
}

#[test]
fn a_frame_is_drawn_for_the_clock_only_when_a_text_changes() {
    let mut app = TestApp::new(calls(&[0]), 100, 30);
    app.press("t");
    // the clock of the fixture stands still
    app.send(Msg::Tick(5_000));
    app.draw();
    app.draws = false;
    app.send(Msg::Tick(5_016));
    assert!(!app.is_dirty(), "nothing is another text than before");
    assert_eq!(BEGIN_MS % 1_000, 0);
}
