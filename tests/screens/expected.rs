//! Expected events on the coverage page: listed from the start, and green once they arrive with
//! their ids.

use crate::app::{TestApp, options, pictures};
use crate::colors::looks_like;
use crate::fixture::Given;
use segscope::tui::ScreenOptions;
use segscope::tui::theme::ColorDepth;

const PLAN: &str = r#"
[[event]]
name = "Seat Added"
[[event]]
name = "Report Exported"
[[event]]
name = "Invoice Paid"
ids = ["user_id"]
[[event]]
name = "Plan Changed"
[[event]]
type = "identify"
[[event]]
name = "Order Received"
count = 3
[[event]]
type = "page"
ids = []
[[event]]
name = "\u001b[2J never"
"#;

fn expecting() -> Given {
    Given::vendors(5).plan(PLAN)
}

/// The line of the list that contains this text.
fn line(app: &TestApp, text: &str) -> u16 {
    (5..20).find(|y| app.line(*y).contains(text)).unwrap_or_else(|| panic!("{}", app.picture()))
}

#[test]
fn what_it_shows() {
    pictures!("expected", expecting().with_calls(), "3");
    pictures!("expected_about", expecting().with_calls(), "3 j");
    pictures!("expected_unseen", expecting().begin(), "esc 3");
}

#[test]
fn all_is_listed_before_anything_came_and_turns_green_as_it_comes() {
    let mut app = TestApp::new(expecting().begin(), 120, 40);
    app.press("esc 3");
    assert!(app.line(3).contains("0 of 8 expected seen with their ids"), "{}", app.picture());
    let theme = app.theme().clone();
    let at = line(&app, "Seat Added");
    assert!(app.line(at).contains("– not yet"), "{}", app.picture());
    looks_like(app.style_of("Seat Added", at), theme.unused);
    // a call with a number as account: it is used, so the ids are there, and one looks wrong
    app.inspector.add(7);
    app.wait(250);
    assert_eq!(line(&app, "Seat Added"), at, "a row stays where it is");
    assert!(app.line(at).contains("? doubtful"), "{}", app.picture());
    looks_like(app.style_of("Seat Added", at), theme.text);
    looks_like(app.style_of("? doubtful", at), theme.warning);
    let says = "1 of 8 expected seen with their ids, 1 of them doubtful";
    assert!(app.line(3).contains(says), "{}", app.picture());
    let at = line(&app, "Invoice Paid");
    app.inspector.add(8);
    app.wait(250);
    assert!(app.line(at).contains("✓ seen"), "{}", app.picture());
    // its ids are there, and a vendor in use does not use it
    looks_like(app.style_of("Invoice Paid", at), theme.text);
    looks_like(app.style_of("✓ seen", at), theme.text);
    assert!(app.line(3).contains("2 of 8 expected seen with their ids"), "{}", app.picture());
}

#[test]
fn what_came_otherwise_than_expected_is_no_green() {
    let mut app = TestApp::new(expecting().with_calls(), 120, 40);
    app.press("3");
    let theme = app.theme().clone();
    for (event, says, style) in [
        ("Report Exported", "✗ no acct", theme.missing_id),
        ("Plan Changed", "– not yet", theme.unused),
        ("identify", "! 1 lack", theme.warning),
        ("Order Received", "~ 1 of 3", theme.warning),
        ("page", "✓ seen", theme.good),
        ("Invoice Paid", "✓ seen", theme.text),
    ] {
        let at = line(&app, &format!(" {event} "));
        assert!(app.line(at).contains(says), "{event}: {}", app.picture());
        looks_like(app.style_of(says, at), style);
    }
    assert!(app.line(3).contains("2 seen without"), "{}", app.picture());
    looks_like(app.style_of("2 seen without", 3), theme.missing_id);
    // what is not in the plan stands below it and says so; a page is in it by its type
    let extra = line(&app, "group");
    assert!(app.line(extra).contains("extra"), "{}", app.picture());
    assert!(!app.line(line(&app, "page Pricing")).contains("extra"), "{}", app.picture());
    assert!(extra > line(&app, "never"), "{}", app.picture());
}

#[test]
fn the_calls_behind_what_is_expected() {
    let mut app = TestApp::new(expecting().with_calls(), 120, 40);
    app.press("3 j enter");
    let filter = app.inspector.filter_text().expect("a filter");
    assert_eq!(filter, "type = \"track\" and event = \"Report Exported\"");
    let page = app.press("esc").picture();
    app.press("enter esc");
    assert_eq!(app.picture(), page, "back where one was");
    app.press("j j enter");
    assert!(app.picture().contains("no such call yet"), "{}", app.picture());
    assert_eq!(app.inspector.filter_text(), None);
    app.press("y y");
    assert!(app.picture().contains("no call to copy here"), "{}", app.picture());
    app.press("j j j enter");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("type = \"page\""));
    assert_eq!(app.inspector.shown().rows, 1);
}

#[test]
fn an_entry_without_a_name_leaves_out_what_has_its_own() {
    let plan = "[[event]]\ntype = \"track\"\n[[event]]\nname = \"Seat Added\"\n[[event]]\nname = \"Report Exported\"";
    let mut app = TestApp::new(Given::vendors(5).plan(plan).with_calls(), 120, 40);
    let counted = app.inspector.expectations().expect("a plan").list[0].came.counted.calls;
    app.press("3 enter");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(
        filter.contains("!event = \"Seat Added\"") || filter.contains("!(event = "),
        "{filter}"
    );
    assert_eq!(app.inspector.shown().rows, counted);
}

#[test]
fn the_other_tabs_have_the_count_and_no_entries() {
    let mut app = TestApp::new(expecting().with_calls(), 80, 24);
    app.press("3 ]");
    assert!(app.line(3).contains("of 8 expected seen with their ids"), "{}", app.picture());
    assert!(!app.picture().contains("Plan Changed"), "{}", app.picture());
}

#[test]
fn ascii_no_colour_and_every_size() {
    let plain = ScreenOptions { ascii: true, depth: ColorDepth::NoColor, ..options() };
    let mut app = TestApp::with(expecting().with_calls(), 120, 40, &plain);
    app.press("3");
    app.assert_no_colour();
    assert!(app.picture().is_ascii(), "{}", app.picture());
    assert!(app.picture().contains("+ seen") && app.picture().contains("- not yet"));
    for size in [(40, 10), (60, 12), (79, 24), (139, 10), (140, 10), (300, 100)] {
        let mut app = TestApp::new(expecting().with_calls(), size.0, size.1);
        for keys in ["3", "G", "] G", "] ]"] {
            app.press(keys).assert_well_formed();
        }
    }
}
