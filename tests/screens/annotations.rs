//! Marks, notes, clearing and taking that back.

use crate::app::{TestApp, cursor};
use crate::fixture::{Fixture, Given};
use segscope::report::ExportFormat;

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(1), width, height)
}

#[test]
fn calls_are_marked_and_gone_to() {
    let mut app = app(80, 24);
    app.press("g '");
    assert!(
        app.line(23).contains("no call that is shown is marked; m marks one"),
        "{}",
        app.line(23)
    );
    app.press("j j m");
    assert!(cursor(&app).starts_with("▌ ◆10:00:02"), "{}", cursor(&app));
    assert_eq!(app.style_of("◆", 0).fg, app.theme().marked.fg);
    app.press("G m g '");
    assert!(cursor(&app).contains("10:00:02"), "{}", cursor(&app));
    app.press("'");
    assert!(cursor(&app).contains("10:00:13"), "{}", cursor(&app));
    app.press("'");
    assert!(cursor(&app).contains("10:00:02"), "{}", cursor(&app));
    assert!(app.line(23).contains("continued from the top"), "{}", app.line(23));
    app.press("M");
    assert!(app.line(22).starts_with(" filter  only marked"), "{}", app.line(22));
    assert!(app.line(22).ends_with("2 of 12"), "{}", app.line(22));
    app.press("f").type_in("exported").press("enter");
    assert!(app.line(22).ends_with("1 of 12"), "{}", app.line(22));
    assert_eq!(app.inspector.filter_text().as_deref(), Some("\"exported\" and marked"));
    app.press("m");
    assert!(app.picture().contains("M shows also what is not marked"), "{}", app.picture());
    app.press("M F");
    assert!(app.line(22).ends_with("switches it on"), "{}", app.line(22));
    app.press("g j j j j j m");
    assert!(app.line(23).contains("only calls can have marks and notes"), "{}", app.line(23));
}

#[test]
fn a_note_stands_in_the_log_and_in_the_detail() {
    let mut app = app(140, 40);
    app.press("g j j ;").type_in("look here").press("enter");
    assert!(cursor(&app).contains("¶ lo"), "{}", cursor(&app));
    assert!(app.picture().contains("note     look here"), "{}", app.picture());
    app.press(";");
    assert!(app.line(38).starts_with(" note  look here"), "{}", app.line(38));
    app.press("ctrl-u").paste("\u{1b}[2J漢字漢字漢字\u{202e}\nx").press("enter");
    app.assert_well_formed();
    assert!(app.picture().contains("note     \\u{1b}[2J漢字"), "{}", app.picture());
    app.press("; ctrl-u enter");
    assert!(!app.picture().contains("¶") && !app.picture().contains("note  "), "{}", app.picture());
    for (width, height) in [(40, 10), (80, 24), (200, 60)] {
        app.resize(width, height)
            .press(";")
            .type_in("a note that is much longer than the column of the names")
            .press("enter");
        app.assert_well_formed();
    }
}

#[test]
fn what_is_cleared_away_comes_back() {
    let mut app = app(80, 24);
    app.press("u");
    assert!(app.line(23).contains("nothing was cleared"), "{}", app.line(23));
    app.press("g j z");
    assert!(app.picture().contains("Waiting for the next call"), "{}", app.picture());
    assert!(app.line(1).ends_with("u brings 10 calls back"), "{}", app.line(1));
    assert!(app.picture().contains("u undo clear"), "{}", app.picture());
    app.inspector.add(2);
    app.draw();
    assert!(cursor(&app).contains("Order Received"), "{}", cursor(&app));
    app.press("u G");
    assert!(app.line(0).contains("11 calls"), "{}", app.line(0));
    assert!(cursor(&app).contains("Order Received"), "{}", cursor(&app));
    app.press("k");
    assert!(cursor(&app).contains("Report Exported"), "{}", cursor(&app));
    assert!(!app.picture().contains("undo clear"));
}

/// A log that is empty since it is paused says that, not that no row passes a filter.
#[test]
fn a_paused_log_that_is_empty_says_why() {
    for filter in ["", "Order", "off"] {
        let mut app = app(80, 24);
        if !filter.is_empty() {
            app.press("f").type_in("Order").press("enter");
        }
        if filter == "off" {
            app.press("F");
        }
        app.press("space z");
        app.inspector.add(2);
        app.draw();
        let picture = app.picture();
        assert!(picture.contains("paused; 1 row waits to"), "{filter}: {picture}");
        assert!(picture.contains("space resumes and shows"), "{filter}: {picture}");
        assert!(!picture.contains("passes the filter"), "{filter}: {picture}");
        assert!(!picture.contains("switches it off and"), "{filter}: {picture}");
        app.press("u");
        assert!(app.picture().contains("paused; "), "{filter}: {}", app.picture());
        app.press("space");
        assert!(!app.picture().contains("paused; "), "{filter}: {}", app.picture());
    }
    // paused, and nothing that came would pass: then it is the filter
    let mut app = app(80, 24);
    app.press("f").type_in("nowhere").press("enter space");
    assert!(app.picture().contains("none of 12 rows passes the filter"), "{}", app.picture());
    assert!(app.picture().contains("f edits the filter"), "{}", app.picture());
}

#[test]
fn the_detail_is_that_of_the_row_after_a_clearing() {
    let mut app = app(140, 40);
    app.press("g");
    assert!(app.picture().contains("#1 10:00:00"), "{}", app.picture());
    app.press("z");
    app.inspector.add(3);
    app.draw();
    assert!(app.picture().contains("accountId"), "{}", app.picture());
    app.press("u g");
    assert!(app.picture().contains("#1 10:00:00"), "{}", app.picture());
}

#[test]
fn the_calls_that_pass_are_written_to_a_file_that_is_asked_for() {
    let mut app = app(80, 24);
    app.press("x");
    assert!(app.picture().contains("all 12 rows; write keys"), "{}", app.picture());
    app.press("esc f").type_in("repeat").press("enter x enter");
    assert!(app.line(22).starts_with(" file for these calls  calls.ndjson"), "{}", app.picture());
    let file = |app: &TestApp, name: &str| {
        app.inspector.folder().join(name).to_str().expect("UTF-8").to_owned()
    };
    let told = |app: &mut TestApp| {
        app.inspector.wait_until("it is written", |inspector| inspector.exporting().is_none());
        app.wait(16).line(39)
    };
    app.resize(200, 40);
    let name = file(&app, "a.ndjson");
    app.press("ctrl-u").paste(&name).press("enter");
    let says = told(&mut app);
    assert!(says.contains(&format!("1 call record written to {name}")), "{says}");
    assert_eq!(std::fs::read_to_string(&name).expect("written").lines().count(), 1);
    app.press("x j j enter");
    assert!(app.line(38).starts_with(" file for these calls  calls.sh"), "{}", app.line(38));
    let name = file(&app, "calls.sh");
    app.press("ctrl-u").paste(&name).press("enter");
    let says = told(&mut app);
    assert!(says.contains(&format!("1 call record written to {name}")), "{says}");
    assert!(std::fs::read_to_string(&name).expect("written").contains("curl "));
}

/// How far it is, and keys are taken meanwhile.
#[test]
fn an_export_goes_on_behind_the_screen() {
    let inspector = Given::vendors(1).begin();
    inspector.add_many(400);
    let mut app = TestApp::new(inspector, 80, 24);
    let name = app.inspector.folder().join("calls.ndjson");
    app.inspector
        .export(name.to_str().expect("UTF-8"), ExportFormat::Ndjson, None)
        .expect("it begins");
    assert!(app.draw_now().line(1).contains("exporting "), "{}", app.line(1));
    app.press("k ?");
    assert!(app.picture().contains("Signs"), "{}", app.picture());
    app.inspector.wait_until("it is written", |inspector| inspector.exporting().is_none());
    app.press("esc");
    assert!(!app.picture().contains("exporting"), "{}", app.picture());
    assert_eq!(std::fs::read_to_string(name).expect("written").lines().count(), 400);
}
