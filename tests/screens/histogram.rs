//! The calls over time, above the log.

use crate::app::{TestApp, options, pictures};
use crate::fixture::{Fixture, Given};
use segscope::tui::ScreenOptions;

/// The usual calls, and then some bursts: after 20 minutes ten calls, half of them without an id.
fn with_bursts() -> Fixture {
    let inspector = Fixture::with_calls(1);
    let call = |nth: u32, id: &str| {
        format!(
            r#"{{"messageId":"b{nth}","type":"track","event":"Burst","userId":"u","properties":{{{id}"user_id":"u"}}}}"#
        )
    };
    for nth in 0..10 {
        let id = if nth % 2 == 0 { r#""account_id":"a","# } else { "" };
        inspector.batch(1_200_000 + i64::from(nth), &[call(nth, id)]);
    }
    inspector.settle();
    inspector
}

#[test]
fn calls_over_time_with_those_that_miss_an_id() {
    pictures!("histogram", with_bursts(), "i");
    let mut app = TestApp::new(with_bursts(), 80, 24);
    let before = app.picture();
    app.press("i");
    // the tallest bar: half of it misses an id
    let (x, y) = app.place_of("█", 2);
    let foot = app.symbol(x, y + 3).to_owned();
    assert_eq!(app.line(2).trim_end(), " calls per 30 s  peak 10  20 calls  8 missing an id");
    assert_eq!(app.style_of("8 missing", 2).fg, app.theme().missing_id.fg);
    let red = app.colour_at(x, y + 3);
    assert_eq!((foot.as_str(), red), ("█", app.theme().missing_id.fg), "{}", app.picture());
    assert_eq!(app.colour_at(x, y), app.theme().quiet.fg, "the others stand above");
    // above coverage and findings, too, and not above people
    app.press("3");
    assert!(app.line(2).contains("calls per 30 s"), "{}", app.picture());
    app.press("4");
    assert!(!app.picture().contains("calls per"), "{}", app.picture());
    app.press("1 i");
    assert_eq!(app.picture(), before);
}

#[test]
fn it_counts_what_passes_the_filter() {
    let mut app = TestApp::new(with_bursts(), 120, 40);
    app.press("i f").type_in("event = \"Burst\"").press("enter");
    app.inspector.settle();
    app.anew();
    let picture = app.picture();
    assert!(picture.contains("calls per second  peak 10  10 calls  5 missing an id"), "{picture}");
    // a call that comes is counted, a cleared log has none
    app.inspector
        .batch(1_201_000, &[r#"{"type":"track","event":"Burst","userId":"u"}"#.to_owned()]);
    app.inspector.settle();
    app.anew();
    let picture = app.picture();
    assert!(picture.contains("peak 10  11 calls  6 missing an id"), "{picture}");
    app.press("F z");
    app.inspector.settle();
    app.anew();
    assert!(app.picture().contains("no calls to show over time"), "{}", app.picture());
}

#[test]
fn without_blocks_or_colours_signs_tell_them_apart() {
    let options = ScreenOptions { ascii: true, ..options() };
    let mut app = TestApp::with(with_bursts(), 80, 24, &options);
    app.press("i");
    assert!(app.line(2).contains("8 missing an id (#)"), "{}", app.picture());
    let bars: Vec<String> = (3..7).map(|y| app.line(y)).collect();
    let column = bars[0].find(':').expect("the tallest bar");
    let signs: String = bars.iter().filter_map(|line| line.chars().nth(column)).collect();
    assert_eq!(signs, "::##", "{bars:?}");
}

#[test]
fn a_screen_too_low_says_so() {
    let mut app = TestApp::new(with_bursts(), 80, 16);
    app.press("i");
    assert!(app.picture().contains("calls over time need 18 lines"), "{}", app.picture());
}

#[test]
fn calls_of_a_file_that_have_no_time_are_said_to_have_none() {
    let calls = "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}\n".repeat(2);
    let mut app = TestApp::new(Given::vendors(1).opened(&calls).begin(), 80, 24);
    app.press("i");
    assert_eq!(app.line(2).trim_end(), " 2 calls without a time", "{}", app.picture());
}
