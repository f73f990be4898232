//! Searching without hiding.

use crate::app::{TestApp, cursor};
use crate::fixture::{Fixture, Given};

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(1), width, height)
}

#[test]
fn a_word_is_marked_where_it_stands_and_hides_nothing() {
    let mut app = app(140, 40);
    app.press("g /").type_in("order rec");
    let found = app.style_of("Order", 0);
    assert_eq!((found.fg, found.bg), (app.theme().found.fg, app.theme().found.bg));
    assert!(app.picture().contains("Pricing"), "nothing is hidden");
    assert_eq!(app.inspector.filter_text(), None);
    app.press("enter");
    assert!(cursor(&app).contains("Order Rec"), "{}", cursor(&app));
    assert!(app.picture().contains("n next match"), "{}", app.picture());
    app.press("esc");
    assert_ne!(app.style_of("Order", 0).bg, app.theme().found.bg, "esc takes the marks away");
    app.press("n");
    assert!(app.line(39).contains("no search yet; / searches"), "{}", app.line(39));
}

#[test]
fn the_detail_shows_it_too() {
    let mut app = app(140, 40);
    app.press("g /").type_in("\"pdf\"").press("enter");
    assert!(cursor(&app).contains("Report"), "{}", cursor(&app));
    assert_eq!(app.style_of("pdf", 0).bg, app.theme().found.bg, "{}", app.picture());
}

#[test]
fn n_goes_round_with_a_word() {
    let mut app = app(80, 24);
    app.press("g /").type_in("Exported").press("enter");
    assert!(cursor(&app).contains("10:00:03"), "{}", cursor(&app));
    app.press("n");
    assert!(cursor(&app).contains("10:00:13"), "{}", cursor(&app));
    app.press("n");
    assert!(cursor(&app).contains("10:00:03"), "{}", cursor(&app));
    assert!(app.line(23).contains("search continued from the top"), "{}", app.line(23));
    app.press("N");
    assert!(cursor(&app).contains("10:00:13"), "{}", cursor(&app));
    assert!(app.line(23).contains("search continued from the bottom"), "{}", app.line(23));
    app.press("/").type_in("zebra").press("enter");
    assert!(app.line(23).contains("no call that is shown matches zebra"), "{}", app.line(23));
    app.press("/").type_in("identify").press("enter");
    assert!(cursor(&app).contains("ident"), "the first row is found on the way round");
    app.press("/").type_in("seat").press("enter n");
    assert!(app.line(23).contains("the only call that matches"), "{}", app.line(23));
    app.press("/ up up");
    assert!(app.line(22).starts_with(" search  identify"), "{}", app.line(22));
    assert_eq!(app.inspector.kept().searches, ["Exported", "zebra", "identify", "seat"]);
}

#[test]
fn an_expression_searches_like_a_filter() {
    let mut app = app(80, 24);
    app.press("g /").type_in("properties.account_id = 4711").press("enter");
    assert!(cursor(&app).contains("Seat Added"), "{}", cursor(&app));
    app.press("/").type_in("type =");
    assert!(app.line(22).contains("expected"), "{}", app.line(22));
    app.press("enter");
    assert!(app.line(22).contains("search"), "a wrong one is not accepted");
    app.press("esc n");
    assert!(cursor(&app).contains("Seat Added"), "the search before is still there");
}

#[test]
fn a_long_search_goes_on_behind_and_any_key_stops_it() {
    let inspector = Given::vendors(1).begin();
    inspector.add(7);
    inspector.add_many(8_000);
    inspector.add(7);
    let mut app = TestApp::new(inspector, 80, 24);
    app.goes_on = false;
    // the text of every call is looked at
    app.press("g /").type_in("seat").press("enter");
    assert!(
        app.line(1).contains("searching") && app.line(1).ends_with("any key stops"),
        "{}",
        app.line(1)
    );
    let first = cursor(&app);
    assert!(first.contains("10:00:00"), "{first}");
    app.press("esc");
    assert!(app.line(23).contains("the search was stopped"), "{}", app.line(23));
    app.wait(16).wait(16);
    assert_eq!(cursor(&app), first);
    // the key that stops it does what it does
    app.press("n j").wait(16);
    assert!(!app.line(1).contains("searching"), "{}", app.line(1));
    assert!(cursor(&app).contains("Order Received"), "{}", cursor(&app));
    app.press("n");
    let mut ticks = 0;
    while app.line(1).contains("searching") {
        app.wait(16);
        ticks += 1;
        assert!(ticks < 100_000, "{}", app.picture());
    }
    assert!(ticks > 0, "it was over at once");
    assert!(cursor(&app).contains("Seat Added"), "{}", cursor(&app));
}

#[test]
fn it_searches_among_what_is_shown() {
    let mut app = app(80, 24);
    app.press("f")
        .type_in("type = \"identify\"")
        .press("enter g /")
        .type_in("exported")
        .press("enter");
    assert!(app.line(23).contains("no call that is shown matches exported"), "{}", app.line(23));
    app.press("F n");
    assert!(cursor(&app).contains("Report Exported"), "{}", cursor(&app));
}
