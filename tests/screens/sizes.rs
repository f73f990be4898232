//! From the least size to the largest: the frame is whole, and no place is lost.

use crate::app::{TestApp, cursor};
use crate::fixture::Fixture;
use unicode_width::UnicodeWidthStr;

const SIZES: [(u16, u16); 10] = [
    (40, 10),
    (41, 11),
    (60, 15),
    (79, 23),
    (80, 24),
    (99, 30),
    (100, 30),
    (120, 40),
    (200, 60),
    (300, 100),
];

#[test]
fn every_page_and_window_is_whole_at_every_size() {
    // the third from the end is hostile: controls, wide and joined characters, right to left
    let ways = [
        "g",
        "k k",
        "k k enter",
        "k k enter ]",
        "k k enter ] ] ] ] ] ]",
        "k k enter [",
        "2",
        "2 tab",
        "3",
        "3 ]",
        "4",
        "4 ]",
        "5",
        "c",
        "c tab",
        "?",
        "v",
        "k k a",
        "|",
        "f",
        "/",
        ":",
        "r",
        "D",
        "k k y",
    ];
    for way in ways {
        let mut app = TestApp::new(Fixture::with_calls(5), 120, 40);
        app.press(way);
        for (width, height) in SIZES {
            app.resize(width, height).assert_well_formed();
            assert!(!app.picture().contains("segscope needs"), "{way}: {width}x{height}");
            assert!(!app.line(height - 1).is_empty(), "{way}: no footer at {width}x{height}");
        }
    }
}

#[test]
fn below_the_least_size_it_says_what_it_needs_and_comes_back_as_it_was() {
    let mut app = TestApp::new(Fixture::with_calls(5), 80, 24);
    // the backend keeps what stood under a wide letter until all is drawn anew
    app.press("k k enter ]").resize(81, 24).resize(80, 24);
    let before = app.picture();
    for (width, height) in [(39, 10), (40, 9), (20, 2)] {
        app.resize(width, height).assert_well_formed();
        assert!(app.picture().contains("needs 40x10"), "{}", app.picture());
        assert!(app.picture().contains(&format!("this is {width}x{height}")));
    }
    app.resize(1, 1).assert_well_formed();
    // a key that is pressed meanwhile is not lost
    app.press("[");
    app.resize(80, 24);
    assert_ne!(app.picture(), before);
    app.press("]").resize(81, 24).resize(80, 24);
    assert_eq!(app.picture(), before);
}

#[test]
fn a_storm_of_sizes_loses_no_place() {
    let storm = |app: &mut TestApp| {
        for step in 0..200_u16 {
            app.resize(40 + step * 37 % 261, 10 + step * 13 % 91);
        }
        app.resize(140, 40);
    };
    for way in
        ["g j j", "g j j enter j j j", "g j j enter ]", "2 j j", "3 j", "4 j", "f t y p e", "v j j"]
    {
        let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
        app.press(way);
        let before = app.picture();
        storm(&mut app);
        assert_eq!(app.picture(), before, "{way}");
    }
    // while it follows it goes on following
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    storm(&mut app);
    app.inspector.add(4);
    assert!(cursor(app.draw()).contains("Pricing"), "{}", cursor(&app));
}

#[test]
fn no_text_moves_the_line_between_log_and_detail() {
    for (width, height) in [(130, 30), (140, 40), (200, 60), (300, 100)] {
        let mut app = TestApp::new(Fixture::with_calls(5), width, height);
        for _ in 0..12 {
            app.press("k");
            let (x, _) = app.place_of("│", 2);
            for y in 3..height - 2 {
                assert_eq!(app.symbol(x, y), "│", "{width}x{height}, line {y}:\n{}", app.picture());
            }
        }
    }
}

#[test]
fn the_largest_screen() {
    let mut app = TestApp::new(Fixture::with_calls(5), 300, 100);
    app.press("k k").anew();
    insta::assert_snapshot!("log_300x100", app.picture());
}

#[test]
fn a_wide_letter_under_a_window_leaves_its_frame_whole() {
    let inspector = Fixture::with_calls(5);
    for _ in 0..40 {
        inspector.add(9);
    }
    let mut app = TestApp::new(inspector, 120, 40);
    assert!(app.picture().matches('漢').count() > 40, "{}", app.picture());
    app.draws = false;
    for (width, keys) in (100..140).flat_map(|width| ["v", "|"].map(|keys| (width, keys))) {
        // the window's left edge meets every column of the log's wide letters once
        app.resize(width, 40).press(keys).draw();
        let (x, top) = app.place_of("╭", 2);
        for y in (top..40).take_while(|y| app.symbol(x, *y) != "╰") {
            let before = app.symbol(x - 1, y);
            assert!(before.width() <= 1, "{width}: line {y}, {before}\n{}", app.picture());
        }
        app.press("esc");
    }
}
