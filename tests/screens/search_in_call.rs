//! Searching inside of one call, and going from a field to its outputs and back.

use crate::app::{SIZES, TestApp};
use crate::fixture::Fixture;

/// The detail of the call that lacks its ids has the keys.
fn app(width: u16, height: u16) -> TestApp {
    let mut app = TestApp::new(Fixture::with_calls(5), width, height);
    app.press("g j j j enter");
    app
}

/// The line of the detail that the cursor is on: its ground is the cursor's.
fn lit(app: &TestApp) -> String {
    let style = app.theme().selected;
    let height = app.picture().lines().count() as u16;
    let line = (0..height).find(|y| app.ground_of(*y) == style.bg);
    line.map_or("no cursor".to_owned(), |y| app.line(y))
}

#[test]
fn what_is_folded_is_found_inside_of_the_call() {
    let mut app = app(140, 60);
    assert!(app.picture().contains("▸ context {2}"), "{}", app.picture());
    app.press("/");
    assert!(app.line(58).starts_with(" search in this call"), "{}", app.line(58));
    app.type_in("1.84.3").press("enter");
    assert!(lit(&app).contains("version: \"1.84.3\""), "{}", app.picture());
    assert!(app.picture().contains("▾ context {2}"), "{}", app.picture());
    let found = app.style_of("1.84.3", 10);
    assert_eq!(found.bg, app.theme().found.bg, "it is lit");
    // the log is as it was: nothing is searched for there
    app.press("n");
    assert!(app.line(59).contains("continued from the top"), "{}", app.line(59));
    app.press("esc");
    assert_ne!(app.style_of("1.84.3", 10).bg, app.theme().found.bg);
    assert!(app.line(59).contains("open/fold"), "the detail still has the keys: {}", app.line(59));
    app.press("/").type_in("zebra").press("enter");
    assert!(app.line(59).contains("nothing in this tab matches zebra"), "{}", app.line(59));
}

#[test]
fn a_page_is_searched_too() {
    let mut app = app(80, 24);
    app.press("[ /").type_in("wk_live").press("enter");
    assert!(app.line(23).contains("nothing in this tab"), "a key is masked: {}", app.line(23));
    app.press("/").type_in("content-type").press("enter n N");
    assert_eq!(app.style_of("content-type", 5).bg, app.theme().found.bg);
}

#[test]
fn place_kind_and_size_are_told() {
    let mut app = app(140, 40);
    let mut moves = 0;
    while !app.picture().contains("/properties/accountId  string, 7 characters") {
        app.press("j");
        moves += 1;
        assert!(moves < 20, "{}", app.picture());
    }
    app.press("h");
    assert!(app.picture().contains("/properties  object, 5 members"), "{}", app.picture());
}

#[test]
fn a_field_leads_to_its_output_and_back() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    // the call that has all its ids: its event is in the outputs
    app.press("g j j enter /").type_in("acme-42").press("enter esc");
    assert!(lit(&app).contains("acme-42"), "{}", app.picture());
    let field = lit(&app);
    app.press("enter");
    assert!(app.picture().contains("CustomerSuccessBox"), "{}", app.picture());
    assert!(lit(&app).contains("acme-42") && lit(&app).contains('←'), "{}", app.picture());
    assert!(lit(&app).contains('▌'), "a sign besides the colour: {}", lit(&app));
    app.press("enter");
    assert_eq!(lit(&app), field, "and back");
    // in another vendor's tab the same field has its sign, without the cursor
    app.press("] ] ]");
    let marked = app.picture().lines().filter(|line| line.contains("│ ▌")).count();
    assert!(marked >= 1 && lit(&app) == "no cursor", "{}", app.picture());
}

/// An id that is not there goes nowhere, but somebody looks for it.
#[test]
fn enter_on_what_is_missing_shows_who_wants_it() {
    for (width, height) in SIZES {
        let mut app = app(width, height);
        app.press("g");
        let says = "not in the call; needed by FS, SS, CUS";
        let mut moves = 0;
        while !app.picture().contains(says) {
            app.press("j");
            moves += 1;
            assert!(moves < 40, "{}", app.picture());
        }
        app.press("enter");
        let tabs = app.picture();
        assert!(tabs.contains("Freshsuccess"), "{tabs}");
        assert!(!tabs.contains(says), "another tab is open: {tabs}");
        app.assert_well_formed();
    }
}
