//! Every page with a list of rows searches, sorts, and wraps around.

use crate::app::{TestApp, cursor, options};
use crate::fixture::Fixture;
use segscope::tui::ScreenOptions;

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(5), width, height)
}

/// The last line of the screen.
fn footer(app: &TestApp) -> String {
    app.picture().lines().last().expect("a footer").to_owned()
}

#[test]
fn a_search_moves_the_cursor_while_it_is_typed() {
    let mut app = app(120, 40);
    app.press("2 /").type_in("invoice");
    assert!(cursor(&app).contains("Invoice Paid"), "{}", app.picture());
    assert!(footer(&app).contains("match 1 of "), "{}", footer(&app));
    let found = app.style_of("Invoice", 0);
    assert_eq!(found.bg, app.theme().found.bg, "{}", app.picture());
    app.type_in("zz");
    assert!(footer(&app).contains("no match"), "said at once: {}", footer(&app));
    assert!(cursor(&app).contains("Report Exported"), "back where it began");
    app.press("esc");
    assert!(cursor(&app).contains("Report Exported"), "{}", app.picture());
    assert!(!footer(&app).contains("match"), "{}", footer(&app));
}

#[test]
fn n_goes_round_in_every_list() {
    for (page, text) in [("2", "invoice"), ("3", "report"), ("4", "acme")] {
        let mut app = app(120, 40);
        app.press(page).press("/").type_in(text).press("enter");
        let first = cursor(&app);
        assert!(first.to_lowercase().contains(text), "{first}");
        let mut steps = 0;
        while !footer(&app).contains("only match") {
            app.press("n");
            steps += 1;
            assert!(cursor(&app).to_lowercase().contains(text), "{}", app.picture());
            if footer(&app).contains("search continued from the top") {
                break;
            }
            assert!(steps < 200, "{}", app.picture());
        }
        assert_eq!(cursor(&app), first);
        app.press("N");
        let said = footer(&app);
        assert!(
            said.contains("search continued from the bottom") || said.contains("only match"),
            "{said}"
        );
    }
}

#[test]
fn a_search_for_anything_is_a_search_for_its_text() {
    let mut app = app(120, 40);
    app.press("3 /").type_in("type = \"").press("enter");
    assert!(footer(&app).contains("no row matches type = \""), "{}", footer(&app));
    app.press("n");
    assert!(footer(&app).contains("no match"), "{}", footer(&app));
    app.press("esc n");
    assert!(footer(&app).contains("no search yet; / searches"), "{}", footer(&app));
}

/// A column of the rows between the heads and the line below the list.
fn column(app: &TestApp, head: &str) -> Vec<String> {
    let picture = app.picture();
    let lines: Vec<&str> = picture.lines().collect();
    let heads = lines.iter().position(|line| line.contains(head)).expect("the head");
    let end = lines[heads].find(head).expect("the head") + head.len();
    let end = lines[heads][..end].chars().count();
    let rows = lines[heads + 1..].iter().take_while(|line| !line.starts_with('─'));
    let cells = rows.filter_map(|line| {
        let line: String = line.chars().take(end).collect();
        line.split_whitespace().last().map(str::to_owned)
    });
    cells.collect()
}

#[test]
fn s_sorts_by_the_next_column_and_the_cursor_keeps_its_row() {
    let mut app = app(120, 40);
    app.press("3 j j");
    let row = cursor(&app);
    app.press("s");
    assert!(footer(&app).contains("sorted by calls"), "{}", footer(&app));
    assert_eq!(cursor(&app), row, "{}", app.picture());
    let calls: Vec<u64> =
        column(&app, "calls▼").iter().map(|calls| calls.parse().expect("a number")).collect();
    assert!(calls.len() > 3 && calls.is_sorted_by(|a, b| a >= b), "{calls:?}");
    app.press("S");
    let calls: Vec<u64> =
        column(&app, "calls▲").iter().map(|calls| calls.parse().expect("a number")).collect();
    assert!(calls.len() > 3 && calls.is_sorted(), "{calls:?}");
    assert_eq!(cursor(&app), row, "{}", app.picture());
    // the order stays while calls come
    for _ in 0..3 {
        app.inspector.add(0);
    }
    app.wait(300);
    let after: Vec<u64> =
        column(&app, "calls▲").iter().map(|calls| calls.parse().expect("a number")).collect();
    assert!(after.is_sorted() && after != calls, "{after:?}");
    assert!(app.press("s").picture().contains("event▲"), "{}", app.picture());
}

#[test]
fn the_sign_of_the_order_is_ascii_where_signs_are() {
    let plain = ScreenOptions { ascii: true, ..options() };
    let mut app = TestApp::with(Fixture::with_calls(5), 120, 40, &plain);
    assert!(app.press("4 s").picture().contains("callsv"), "{}", app.picture());
    assert!(app.press("S").picture().contains("calls^"), "{}", app.picture());
    app.press("s s s s s");
    assert!(footer(&app).contains("the usual order"), "{}", footer(&app));
    app.press("S");
    assert!(footer(&app).contains("choose a column first; s sorts"), "{}", footer(&app));
}

#[test]
fn the_first_e_after_traffic_finds_the_missing_call() {
    let mut app = app(120, 40);
    app.inspector.add(4);
    app.draw();
    assert!(cursor(&app).contains("Pricing"), "on the newest");
    app.press("e");
    assert!(cursor(&app).contains("10:00:03.702 track    Report"), "{}", app.picture());
    assert!(footer(&app).contains("continued from the top"), "{}", footer(&app));
    app.press("g E");
    assert!(footer(&app).contains("continued from the bottom"), "{}", footer(&app));
}

#[test]
fn the_log_says_how_many_calls_match() {
    let mut app = app(120, 40);
    app.press("g /").type_in("Exported");
    assert!(footer(&app).contains("2 matches"), "{}", footer(&app));
    app.type_in("zz");
    assert!(footer(&app).contains("no match"), "{}", footer(&app));
    app.press("backspace backspace enter");
    assert!(footer(&app).contains("match 1 of 2"), "{}", footer(&app));
    app.press("n");
    assert!(footer(&app).contains("match 2 of 2"), "{}", footer(&app));
    app.press("n");
    assert!(footer(&app).contains("search continued from the top"), "{}", footer(&app));
    assert!(footer(&app).contains("match 1 of 2"), "{}", footer(&app));
    // only calls that are shown count
    app.press("f").type_in("type = \"identify\"").press("enter");
    assert!(footer(&app).contains("no match"), "{}", footer(&app));
}

#[test]
fn f_counts_only_the_calls_that_pass() {
    let mut app = app(120, 40);
    app.press("3");
    assert!(app.picture().contains("identify") && app.picture().contains("Report Exported"));
    app.press("f").type_in("type = \"track\"").press("enter");
    assert!(!app.picture().contains("identify"), "{}", app.picture());
    assert!(app.picture().contains("Report Exported"), "{}", app.picture());
    assert!(app.line(38).contains("filter  type = \"track\""), "{}", app.picture());
    assert!(app.line(38).contains("counts of 6 of 10 calls"), "{}", app.picture());
    // a call that comes is counted if it passes
    app.inspector.add(2);
    app.inspector.add(0);
    app.wait(300);
    assert!(app.line(38).contains("counts of 7 of 12 calls"), "{}", app.picture());
    // the other pages count the same calls, and the calls behind a number are of them
    app.press("2");
    assert!(app.line(38).contains("counts of 7 of 12 calls"), "{}", app.picture());
    app.press("4 s s enter esc 3 enter");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.starts_with("type = \"track\" and "), "{filter}");
    app.press("esc F");
    assert!(app.picture().contains("identify"), "{}", app.picture());
    assert!(app.line(38).contains("off"), "{}", app.picture());
}

#[test]
fn what_no_call_passes_has_no_row_and_says_why() {
    for page in ["2", "3", "4"] {
        let mut app = app(120, 40);
        app.press(page).press("f").type_in("event = \"nobody\"").press("enter");
        assert!(app.picture().contains("No call passes the filter."), "{}", app.picture());
        assert!(app.line(38).contains("counts of 0 of 10 calls"), "{}", app.picture());
    }
}

#[test]
fn a_key_that_does_nothing_says_so() {
    let mut app = app(120, 40);
    app.press("b");
    assert!(
        footer(&app).contains("`b` works in people: show this line's calls"),
        "{}",
        footer(&app)
    );
    app.press("d");
    assert!(footer(&app).contains("`d` does nothing here; ? shows the keys"), "{}", footer(&app));
    app.press("2 e");
    assert!(
        footer(&app).contains("`e` works in the log: next call with a missing id"),
        "{}",
        footer(&app)
    );
    app.press("v d");
    assert!(footer(&app).contains("`d` does nothing here; esc goes back"), "{}", footer(&app));
    // text is typed
    app.press("esc /").type_in("db");
    assert!(!footer(&app).contains("does nothing"), "{}", footer(&app));
    let mut empty = TestApp::new(Fixture::new(5), 120, 40);
    empty.press("e");
    assert!(footer(&empty).contains("`e` has nothing to do here now"), "{}", footer(&empty));
}

#[test]
fn esc_puts_away_the_innermost_thing_first() {
    let mut app = app(120, 40);
    app.press("f").type_in("type = \"track\"").press("enter");
    app.press("2 /").type_in("report").press("enter tab");
    assert!(app.picture().contains("match 1 of"), "{}", app.picture());
    // a window, then the marks of the search, then the pane, then the page
    app.press("? esc");
    assert!(app.picture().contains("match 1 of"), "{}", app.picture());
    app.press("esc");
    assert!(!app.picture().contains("match 1 of"), "{}", app.picture());
    assert!(app.line(0).contains("[2 findings]"), "{}", app.picture());
    app.press("esc");
    assert!(app.line(0).contains("[2 findings]"), "the pane first: {}", app.picture());
    app.press("enter");
    assert!(app.line(1).contains("back to findings"), "{}", app.picture());
    app.press("/").type_in("report").press("enter enter esc");
    assert!(!app.picture().contains("match 1 of"), "{}", app.picture());
    app.press("esc esc");
    assert!(app.line(0).contains("[2 findings]"), "{}", app.picture());
    app.press("esc");
    assert!(app.line(0).contains("[1 log]"), "{}", app.picture());
    assert_eq!(app.inspector.filter_text().as_deref(), Some("type = \"track\""));
    app.press("esc");
    assert_eq!(app.inspector.filter_text(), None);
    assert!(footer(&app).contains("filter off; F turns it on again"), "{}", footer(&app));
    app.press("esc");
    assert!(footer(&app).contains("nothing to go back from; q quits"), "{}", footer(&app));
    app.press("F");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("type = \"track\""));
    assert!(app.effects.is_empty());
}

#[test]
fn a_track_call_without_a_name_says_so_in_the_log_and_in_the_lists() {
    let inspector = Fixture::new(5);
    let call = r#"{"type":"track","userId":"u","properties":{}}"#;
    inspector.batch(0, &[call.to_owned()]);
    let mut app = TestApp::new(inspector, 120, 40);
    assert!(cursor(&app).contains("(no event)"), "{}", app.picture());
    assert!(app.press("3").picture().contains("⊘ (no event)"), "{}", app.picture());
}

#[test]
fn a_narrow_log_cuts_a_type_where_one_sees_it() {
    let app = app(60, 24);
    assert!(app.picture().contains(" iden… "), "{}", app.picture());
}

#[test]
fn a_problem_that_was_read_is_put_away_until_it_changes() {
    let mut app = app(120, 40);
    app.inspector.engine().notice("the disk is slow".to_owned());
    app.draw();
    assert!(app.line(2).contains("the disk is slow"), "{}", app.picture());
    app.press("2 tab esc");
    assert!(app.line(2).contains("the disk is slow"), "the pane first: {}", app.picture());
    app.press("esc");
    assert!(!app.picture().contains("the disk is slow"), "{}", app.picture());
    assert!(app.line(0).contains("[2 findings]"), "{}", app.picture());
    app.inspector.engine().notice("the disk is full".to_owned());
    app.draw();
    assert!(app.line(2).contains("the disk is full"), "{}", app.picture());
}
