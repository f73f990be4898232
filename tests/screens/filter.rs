//! The filter's line, and the log under a filter.

use crate::app::{SIZES, TestApp, cursor, options};
use crate::fixture::{Fixture, Given};
use segscope::inspector::Memo;
use segscope::tui::ScreenOptions;
use segscope::tui::theme::ColorDepth;

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(1), width, height)
}

/// Returns the number of rows in the log, by their times.
fn rows(app: &TestApp) -> usize {
    app.picture().lines().filter(|line| line.contains(" 10:00:")).count()
}

#[test]
fn what_is_typed_is_shown_at_once() {
    let mut app = app(80, 24);
    app.press("f").type_in("type = \"track\"");
    assert_eq!(app.inspector.filter_text().as_deref(), Some(r#"type = "track""#));
    assert_eq!(rows(&app), 7, "{}", app.picture());
    assert!(app.line(21).starts_with(" filter  type = \"track\""), "{}", app.picture());
    assert!(app.line(21).ends_with("7 of 12"), "{}", app.line(21));
    app.press("enter");
    assert!(app.line(22).ends_with("7 of 12"), "{}", app.picture());
    assert!(app.picture().contains("f filter"), "the log has the keys again");
    app.inspector.add(4);
    app.inspector.add(3);
    assert!(app.draw().line(22).ends_with("8 of 14"), "{}", app.line(22));
    assert!(cursor(&app).contains("Report Exported"), "it follows what passes");
}

#[test]
fn escape_gives_back_what_was() {
    let mut app = app(80, 24);
    app.press("f").type_in("repeat").press("enter f").type_in(" x");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("repeat and \"x\""));
    app.press("esc");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("repeat"));
    app.press("f ctrl-u enter");
    assert_eq!(app.inspector.filter_text(), None);
    assert_eq!(rows(&app), 12);
}

#[test]
fn a_wrong_text_is_told_at_its_place_and_the_last_good_one_stays() {
    let mut app = app(80, 24);
    app.press("f").type_in("repeat and");
    assert_eq!(
        app.line(22),
        format!("{}^ expected a field, a value or a function, found the end", " ".repeat(19))
    );
    assert_eq!(app.inspector.filter_text().as_deref(), Some("repeat"));
    app.press("enter");
    assert!(app.line(23).contains("the last valid filter stays active"), "{}", app.line(23));
    assert_eq!(app.inspector.filter_text().as_deref(), Some("repeat"));
    app.press("ctrl-u").type_in("type == 1");
    assert!(
        app.line(22).trim_start().starts_with("^ expected `=`, found `==`"),
        "{}",
        app.line(22)
    );
    let wrong = app.style_of("==", 21);
    assert_eq!(wrong.fg, app.theme().error.fg);
    app.press("ctrl-u").type_in(&format!("{} and", "repeat and ".repeat(9)));
    assert!(app.line(22).contains("expected a field"), "{}", app.line(22));
    app.assert_well_formed();
}

#[test]
fn a_filter_is_switched_off_and_on() {
    let mut app = app(80, 24);
    app.press("F");
    assert!(app.line(23).contains("no filter yet; f starts one"), "{}", app.line(23));
    app.press("f").type_in("repeat").press("enter");
    assert_eq!(rows(&app), 1);
    app.press("F");
    assert_eq!((rows(&app), app.inspector.filter_text()), (12, None));
    assert!(app.line(22).ends_with("off  F switches it on"), "{}", app.line(22));
    app.press("F");
    assert_eq!(rows(&app), 1);
    app.press("F f enter");
    assert_eq!(rows(&app), 1, "a filter that is accepted is on");
}

#[test]
fn nothing_passes_and_the_log_says_what_to_press() {
    let mut app = app(80, 24);
    app.press("f").type_in("zebra");
    assert!(!app.picture().contains("edits the filter"), "{}", app.picture());
    app.press("enter");
    assert!(app.picture().contains("F switches it off and shows all rows"), "{}", app.picture());
    assert_eq!(app.style_of("0 of 12", 0).fg, app.theme().warning.fg);
    app.press("e y y j enter space");
    assert!(app.effects.is_empty(), "nothing to act on");
    app.press("space F");
    assert_eq!(rows(&app), 12);
}

/// Why nothing passes is pointed at while it is typed, and stands in the empty log after.
#[test]
fn a_misspelt_word_or_field_is_pointed_at() {
    for (width, height) in SIZES {
        let mut app = app(width, height);
        app.press("f").type_in("type = \"track\" adn");
        let line = app.line(height - 2);
        let at = " filter  type = \"track\" ".len();
        let says = "`adn` is searched as text; did you mean `and`?";
        assert_eq!(line, format!("{}^ {says}", " ".repeat(at)));
        assert_eq!(app.style_of("did you", height - 2).fg, app.theme().warning.fg);
        app.press("enter");
        assert!(app.line(3).contains("none of 12 rows passes the filter"), "{}", app.picture());
        assert!(app.line(4).contains(says), "{}", app.picture());

        app.press("f ctrl-u").type_in("propertes.total > 3");
        let says = "no call has `propertes.total`; did you mean `properties.total`?";
        let line = app.line(height - 2);
        assert_eq!(line, format!("         ^ {says}"), "{}", app.picture());
        app.press("enter");
        assert!(app.line(4).contains(says), "{}", app.picture());
        app.assert_well_formed();
        // calls pass that have no such field: nothing is said
        app.press("f ctrl-u").type_in("propertes.total = null").press("enter");
        assert!(!app.picture().contains("no call has"), "{}", app.picture());
    }
}

/// The values of a field are offered before a quote is typed.
#[test]
fn values_are_offered_behind_the_operator() {
    let mut app = app(80, 24);
    app.press("f").type_in("event = ").press("tab");
    assert!(app.picture().contains("\"Order Received\""), "{}", app.picture());
    app.press("ctrl-u").type_in("event = Order").press("tab");
    assert!(app.line(21).contains("event = \"Order Received\""), "{}", app.picture());
}

#[test]
fn the_cursor_stays_on_its_row_while_the_filter_is_looked_at() {
    let inspector = Given::vendors(1).begin();
    inspector.add_many(4_000);
    inspector.add(7);
    inspector.add_many_from(4_000, 4_000);
    let mut app = TestApp::new(inspector, 80, 24);
    app.press("g /").type_in("event = \"Seat Added\"").press("enter");
    while app.line(1).contains("searching") {
        app.wait(16);
    }
    assert!(cursor(&app).contains("Seat Added"), "{}", cursor(&app));
    // a filter that looks into the text of every call
    app.draws = false;
    app.press("f").paste("type = \"track\" and !match(properties.order, \"*1\")");
    app.draw_now();
    assert!(app.line(21).contains("searched "), "{}", app.line(21));
    let mut was_there = false;
    while app.line(21).contains("searched ") {
        let there = cursor(&app).contains("Seat Added");
        assert!(there || !was_there, "once it is found the cursor stays: {}", app.picture());
        was_there = there;
        app.draw_now();
    }
    assert!(cursor(&app).contains("Seat Added"), "{}", app.picture());
    app.draws = true;
    app.press("enter");
    assert!(cursor(&app).contains("Seat Added"), "{}", app.picture());
    let y = |app: &TestApp, text: &str| {
        (0..24).find(|y| app.line(*y).contains(text)).unwrap_or_else(|| panic!("{text}"))
    };
    // rows that come later do not make it look again
    let line = y(&app, "Seat Added");
    app.inspector.add(2);
    app.inspector.engine().settle();
    assert!(!app.draw_now().line(22).contains("searched"), "{}", app.line(22));
    app.draw();
    assert_eq!(y(&app, "Seat Added"), line);
    app.press("F");
    assert!(cursor(&app).contains("Seat Added"), "and without the filter");
}

#[test]
fn a_cursor_whose_row_is_hidden_is_back_when_it_is_shown() {
    let mut app = app(80, 24);
    app.press("g j");
    assert!(cursor(&app).contains("group"));
    app.press("f").type_in("type = \"track\"");
    assert!(cursor(&app).contains("Order Received"), "the next that passes: {}", cursor(&app));
    app.press("esc");
    assert!(cursor(&app).contains("group"));
    app.press("f").type_in("type = \"track\"").press("enter j F");
    assert!(cursor(&app).contains("Report Exported"), "one that was gone to: {}", cursor(&app));
}

#[test]
fn moving_pausing_and_the_mouse_know_the_filter() {
    let mut app = app(80, 24);
    app.press("f").type_in("type = \"track\"").press("enter g e");
    assert!(cursor(&app).contains("Report Exported"));
    app.press("e");
    assert!(cursor(&app).contains("Invoice Paid"), "{}", cursor(&app));
    app.press("k");
    assert!(cursor(&app).contains("Seat Added"));
    app.press("k");
    assert!(cursor(&app).contains("repeat") || cursor(&app).contains("↻"), "no page, no refused");
    app.click(10, 3);
    assert!(cursor(&app).contains("Order Received"), "{}", cursor(&app));
    app.press("G space");
    (0..6).for_each(|n| app.inspector.add(n));
    app.draw();
    assert!(
        app.line(1).ends_with("PAUSED  +2 new space resumes"),
        "two of six pass: {}",
        app.line(1)
    );
    assert_eq!(rows(&app), 7);
    app.press("space");
    assert_eq!(rows(&app), 9);
    app.click(3, 22);
    assert!(app.line(21).starts_with(" filter  type"), "a click on the filter edits it");
}

#[test]
fn tab_takes_an_offer_and_the_arrows_choose() {
    let mut app = app(80, 24);
    app.press("f").type_in("properties.");
    assert!(app.picture().contains("properties.account_id  field"), "{}", app.picture());
    app.press("down down tab");
    assert!(app.line(21).starts_with(" filter  properties.account_id"), "{}", app.line(21));
    app.type_in(" = 1 and ev").press("tab").type_in(" = \"Ord");
    assert!(app.picture().contains("\"Order Received\""), "{}", app.picture());
    app.press("tab");
    assert!(app.line(21).contains("and event = \"Order Received\""), "{}", app.line(21));
    // one that the arrows chose is taken by enter, and the next enter accepts
    app.press("ctrl-u").type_in("ev").press("down enter");
    assert!(app.line(21).starts_with(" filter  event"), "{}", app.line(21));
    app.press("enter");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("\"event\""));
}

#[test]
fn the_history_goes_back_and_forth() {
    let mut app = app(80, 24);
    for text in ["repeat", "page", "repeat"] {
        app.press("f ctrl-u").type_in(text).press("enter");
    }
    assert_eq!(app.inspector.kept().history, ["page", "repeat"]);
    app.press("f up");
    assert!(app.line(21).starts_with(" filter  repeat "), "{}", app.line(21));
    app.press("up");
    assert!(app.line(21).starts_with(" filter  page "), "{}", app.line(21));
    assert_eq!(app.inspector.filter_text().as_deref(), Some("\"page\""));
    app.press("up down down");
    assert!(app.line(21).starts_with(" filter  repeat "), "what was typed: {}", app.line(21));
}

#[test]
fn filters_have_names() {
    let mut app = app(80, 24);
    app.press("ctrl-o");
    assert!(
        app.line(23).contains("no filter has a name yet; f, then ctrl-s gives one"),
        "{}",
        app.line(23)
    );
    app.press("f").type_in("repeat").press("ctrl-s");
    assert!(app.picture().contains(" name of this filter"), "{}", app.picture());
    app.press("enter");
    assert!(app.line(23).contains("type something"), "{}", app.line(23));
    app.type_in("retries").press("enter");
    assert!(app.line(23).contains("filter saved as retries"), "{}", app.line(23));
    assert!(app.picture().contains(" filter  repeat"), "the line is still open");
    app.press("esc");
    assert_eq!(app.inspector.filter_text(), None);
    let (name, text) = ("\u{1b}[31m漢字\u{202e}x".repeat(9), "page".to_owned());
    app.inspector.keep(&Memo::Named { name, text }).expect("kept");
    app.press("f esc ctrl-o");
    app.assert_well_formed();
    app.press("f up");
    app.press("esc ctrl-s ctrl-o");
    app.press("j j enter");
    assert!(app.inspector.filter_text().is_some());
    assert!(app.line(22).starts_with(" filter  "), "all windows are closed: {}", app.picture());
    app.press("ctrl-o g d");
    assert!(app.line(23).contains("forgotten: "), "{}", app.line(23));
    assert_eq!(app.inspector.kept().named.len(), 1);
}

#[test]
fn nothing_that_is_typed_or_pasted_breaks_the_frame() {
    for (width, height) in [(40, 10), (80, 24), (200, 60)] {
        let mut app = app(width, height);
        app.press("f")
            .paste("\u{1b}[2J\u{7}漢字漢字 👩\u{200d}👧 e\u{301}\u{301}\u{202e}\r\nnew\tline\n");
        app.assert_well_formed();
        app.paste(&"漢".repeat(300)).assert_well_formed();
        app.press("left left left").type_in("\u{5e9}\u{5dc}\u{5d5}").assert_well_formed();
        app.press("enter").assert_well_formed();
        app.press("esc /").paste("\u{9b}31m \u{301}\u{301}").assert_well_formed();
        app.press("enter").assert_well_formed();
        app.press("f ctrl-u").type_in("event = \"").assert_well_formed();
        app.press("tab").assert_well_formed();
    }
}

#[test]
fn a_paste_is_no_row_of_keys() {
    let mut app = app(80, 24);
    app.paste("qqq\nv");
    assert!(app.effects.is_empty() && !app.picture().contains("Vendors in use"));
}

#[test]
fn the_line_is_in_ascii_where_that_is_asked() {
    let options = ScreenOptions { ascii: true, ..options() };
    let mut app = TestApp::with(Fixture::with_calls(5), 80, 24, &options);
    app.press("f").type_in("properties.").paste("漢");
    assert!(app.picture().is_ascii(), "{}", app.picture());
}

#[test]
fn without_colour_the_words_say_it() {
    let options = ScreenOptions { depth: ColorDepth::NoColor, ..options() };
    let mut app = TestApp::with(Fixture::with_calls(5), 80, 24, &options);
    app.press("f").type_in("event = ").assert_no_colour();
    assert!(app.line(22).contains("^ expected"), "{}", app.line(22));
    app.press("esc /").type_in("order").press("enter").assert_no_colour();
}

#[test]
fn a_half_typed_field_keeps_the_rows_of_the_last_good_filter() {
    let mut app = app(80, 24);
    app.press("f").type_in("type = \"track\"");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("type = \"track\""));
    for half in [" and p", "roperties", ".", "tot", "al"] {
        app.type_in(half);
        assert_eq!(app.inspector.filter_text().as_deref(), Some("type = \"track\""), "{half}");
        assert!(app.picture().contains("Order Received"), "{}", app.picture());
    }
    assert!(
        app.picture()
            .contains("a field: compare it, e.g. type = \"track\" (enter searches for the word)"),
        "{}",
        app.picture()
    );
    app.type_in(" > 2");
    let whole = "type = \"track\" and properties.total > 2";
    assert_eq!(app.inspector.filter_text().as_deref(), Some(whole));
    // a word that begins no field is searched for at once
    app.press("esc f").type_in("zebra");
    assert!(!app.picture().contains("Order Received"), "{}", app.picture());
    // and one that does when it is accepted
    app.press("ctrl-u").type_in("event").press("esc");
    app.press("f ctrl-u").type_in("event").press("enter");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("\"event\""));
    // what is true or false by itself is whole
    app.press("f ctrl-u").type_in("repeat");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("repeat"));
}

#[test]
fn it_begins_with_the_filter_of_the_command_line() {
    let filter = Some("event = \"Seat Added\"".to_owned());
    let mut given = Given::vendors(5);
    given.filter = filter;
    let mut app = TestApp::new(given.with_calls(), 120, 40);
    app.inspector.settle();
    app.anew();
    let picture = app.picture();
    assert!(picture.contains("Seat Added") && !picture.contains("Pricing"), "{picture}");
    assert!(picture.contains("filter  event = \"Seat Added\""), "{picture}");
    app.press("F");
    app.inspector.settle();
    assert!(app.anew().picture().contains("Pricing"));
}
