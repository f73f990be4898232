//! Snapshots: what a person sees, at the three sizes that everyone has.

use crate::app::{SIZES, TestApp, options};
use crate::fixture::{Fixture, Given, with_habits};
use segscope::tui::ScreenOptions;

/// A snapshot at each size, after these keys.
fn pictures(name: &str, vendors: usize, keys: &str) {
    for (width, height) in SIZES {
        let mut app = TestApp::new(Fixture::with_calls(vendors), width, height);
        app.press(keys);
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), app.picture());
    }
}

#[test]
fn start() {
    for (width, height) in SIZES {
        let app = TestApp::new(Fixture::new(1), width, height);
        insta::assert_snapshot!(format!("start_{width}x{height}"), app.picture());
    }
}

#[test]
fn log_with_one_vendor() {
    pictures("log", 1, "");
}

#[test]
fn log_with_five_vendors() {
    pictures("log_five", 5, "E E");
}

#[test]
fn detail_tabs() {
    // the fourth call lacks both ids
    pictures("tab_call", 1, "E E enter");
    pictures("tab_vendor", 1, "E E enter ]");
    pictures("tab_findings", 1, "E E enter [ [");
    pictures("tab_request", 1, "E E enter [");
}

#[test]
fn a_vendor_that_takes_the_call() {
    pictures("tab_vendor_output", 5, "g j j enter ]");
}

#[test]
fn a_refused_request() {
    pictures("refused", 1, "g j j j j j enter");
}

#[test]
fn a_hostile_call() {
    pictures("hostile", 1, "k k enter");
}

#[test]
fn help() {
    pictures("help", 1, "?");
}

#[test]
fn the_choice_of_vendors() {
    pictures("vendors", 5, "v j space");
}

#[test]
fn how_far_a_file_is_read() {
    let line = format!("{}\n", "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}");
    let inspector = Given::vendors(1).opened(&line.repeat(60_000)).begin();
    let mut app = TestApp::begin(inspector, 160, 24, &options());
    let top = app.draw_now().line(0);
    assert!(top.contains("reading ") && top.contains(" of 2.5 MB"), "{top}");
    assert!(!app.draw().line(0).contains("reading "), "{}", app.line(0));
}

#[test]
fn what_every_call_of_a_library_has_is_said_once() {
    for (width, height) in SIZES {
        let mut app = TestApp::new(with_habits(), width, height);
        app.press("g j enter ]");
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("noise_{width}x{height}"), app.picture());
    }
}

#[test]
fn ascii_only() {
    let options = ScreenOptions { ascii: true, ..options() };
    for keys in ["", "E E enter", "k k enter", "?", "v"] {
        let mut app = TestApp::with(Fixture::with_calls(5), 120, 40, &options);
        app.press(keys);
        assert!(app.picture().is_ascii(), "{}", app.picture());
    }
    let mut app = TestApp::with(Fixture::with_calls(5), 120, 40, &options);
    insta::assert_snapshot!("ascii_120x40", app.press("E E").anew().picture());
}

#[test]
fn too_small_says_what_it_needs() {
    let mut app = TestApp::new(Fixture::with_calls(5), 39, 10);
    assert_eq!(app.line(0), "segscope needs 40x10,");
    assert_eq!(app.line(1), "this is 39x10");
    app.resize(40, 10).anew();
    insta::assert_snapshot!("least_40x10", app.picture());
    for (width, height) in [(1, 1), (2, 1), (1, 9), (300, 1), (300, 100), (100, 10)] {
        app.resize(width, height).press("enter").assert_well_formed();
        app.press("? esc v esc").assert_well_formed();
    }
}
