//! The mouse, without any key.

use crate::app::{TestApp, cursor};
use crate::fixture::Fixture;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use segscope::tui::app::screen::Msg;
use segscope::tui::app::view::SideEffect;

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(5), width, height)
}

/// Clicks on the key of a page in the first line.
fn page(app: &mut TestApp, key: char) {
    let line: Vec<char> = app.line(0).chars().collect();
    let x = line.iter().rposition(|c| *c == key).expect("the pages");
    app.click(x as u16, 0);
}

#[test]
fn the_first_line_names_the_pages_and_a_click_shows_one() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = app(width, height);
        let is_open = |app: &TestApp, key: char, name: &str| {
            let line = app.line(0);
            // a long name gives way to the counters
            let brief = width == 80 && line.contains(&format!("[{key}]"));
            assert!(brief || line.contains(&format!("[{key} {name}]")), "{line}");
        };
        is_open(&app, '1', "log");
        let pages = [
            ('2', "findings"),
            ('3', "coverage"),
            ('4', "people"),
            ('5', "sync"),
            ('C', "compose"),
        ];
        for (key, name) in pages.into_iter().chain([('1', "log")]) {
            page(&mut app, key);
            is_open(&app, key, name);
        }
        assert!(cursor(&app).contains("Report"));
    }
    // what was lost is never pushed out by them
    let narrow = app(62, 24);
    let line = narrow.line(0);
    assert!(line.contains("1 refused") && !line.contains("[1]"), "{line}");
}

#[test]
fn a_click_on_a_key_of_the_footer_does_what_the_key_does() {
    let mut app = app(120, 40);
    app.click_on("e missing id", 39);
    assert!(app.picture().contains("continued from the top"), "{}", app.picture());
    // a notice stands in the footer's place until something else is done
    app.click(10, 39).wait(6_000);
    app.click_on("? help", 39);
    assert!(app.picture().contains("Signs"));
    app.click_on("esc back", 39);
    assert!(!app.picture().contains("Signs"));
    app.click_on("f filter", 39);
    assert!(app.picture().contains("esc back"), "{}", app.picture());
    // the pages are out of reach while something is typed
    page(&mut app, '2');
    assert!(app.line(0).contains("[1 log]"));
    app.click_on("esc back", 39);
    app.click_on("q quit", 39);
    assert_eq!(app.effects, [SideEffect::Quit]);
}

#[test]
fn the_heads_that_do_something() {
    let mut app = app(120, 40);
    app.press("g");
    let before = cursor(&app);
    app.click_on("account", 2);
    assert!(cursor(&app).contains("missing") && cursor(&app) != before, "{}", cursor(&app));
    app.click_on("time", 2);
    assert!(cursor(&app).contains("Report Exp"), "the newest: {}", cursor(&app));
    app.click_on("PH", 2);
    assert!(app.picture().contains("Planhat"), "{}", app.picture());
    assert!(app.picture().contains("Planhat  ~ degraded"), "{}", app.picture());
}

#[test]
fn the_line_between_is_dragged_and_stays_where_it_was_left() {
    let mut app = app(140, 40);
    let rule = |app: &TestApp| app.line(20).chars().position(|c| c == '│').expect("a line") as u16;
    let at = rule(&app);
    let left = MouseButton::Left;
    app.click(at, 20).mouse(MouseEventKind::Drag(left), at - 12, 20);
    assert!(rule(&app).abs_diff(at - 12) <= 1, "{}", app.picture());
    app.mouse(MouseEventKind::Drag(left), at + 9, 25);
    app.mouse(MouseEventKind::Up(left), at + 9, 25);
    assert!(rule(&app).abs_diff(at + 9) <= 1, "{}", app.picture());
    let split = app.inspector.arranged().split.expect("kept");
    let wanted = (at + 9) * 100 / 140;
    assert!((wanted..=wanted + 1).contains(&split), "{split}");
    // it ended: what the mouse does now is nothing to the line
    app.mouse(MouseEventKind::Drag(left), 50, 20);
    assert!(rule(&app).abs_diff(at + 9) <= 1);
    // neither pane can be dragged away, and a smaller screen is shared likewise
    for x in [0, 139] {
        app.click(rule(&app), 20).mouse(MouseEventKind::Drag(left), x, 20);
        app.mouse(MouseEventKind::Up(left), x, 20);
        let log = rule(&app);
        assert!((40..=108).contains(&log), "{log}");
        app.resize(100, 30).assert_well_formed();
        app.resize(140, 40);
        assert_eq!(rule(&app), log);
    }
    // below the log it is dragged likewise
    app.resize(120, 40).press("enter");
    let rule = |app: &TestApp| (2..38).find(|y| app.line(*y).starts_with('─')).expect("a line");
    let at = rule(&app);
    app.click(30, at).mouse(MouseEventKind::Drag(left), 30, at + 5);
    app.mouse(MouseEventKind::Up(left), 30, at + 5);
    assert_eq!(rule(&app), at + 5);
    app.click(30, at + 5).mouse(MouseEventKind::Drag(left), 30, 0).assert_well_formed();
    assert!(rule(&app) > 5, "{}", app.picture());
}

#[test]
fn with_shift_the_mouse_is_the_terminals() {
    let mut app = app(120, 40);
    let before = app.picture();
    let kind = MouseEventKind::Down(MouseButton::Left);
    app.send(Msg::Mouse(MouseEvent { kind, column: 10, row: 4, modifiers: KeyModifiers::SHIFT }));
    assert_eq!(app.picture(), before);
}

#[test]
fn from_what_was_found_to_the_call_its_fix_and_the_way_out() {
    let mut app = app(120, 40);
    page(&mut app, '2');
    let first = app.picture().lines().nth(4).expect("a finding").to_owned();
    assert!(first.starts_with('▌'), "{first}");
    // a second click shows its calls
    app.click(5, 4);
    assert!(app.line(0).contains("[1 log]") && app.line(1).contains("back to findings"));
    // the first click on a call selects it, one more opens it
    let (x, y) = app.place_of("track", 3);
    app.click(x, y).click(x, y);
    app.wheel(100, 30, true).wheel(100, 30, false);
    app.click_on("ys", 39);
    let copied = app.effects.pop();
    assert!(
        matches!(&copied, Some(SideEffect::Copy { what, .. }) if what.contains("the call for")),
        "{copied:?}"
    );
    app.click_on("esc back", 39);
    app.click_on("q back", 39);
    assert!(app.line(0).contains("[2 findings]"), "{}", app.picture());
}

#[test]
fn a_click_ticks_in_the_lists_that_are_chosen_from() {
    let mut app = app(120, 40);
    app.press("v").click_on("Planhat", 3);
    assert!(app.picture().contains("[ ] 3 Planhat") || app.picture().contains("[x] 3 Planhat"));
    let ticked = app.picture().contains("[x] 3 Planhat");
    app.click_on("Planhat", 3);
    assert_eq!(app.picture().contains("[x] 3 Planhat"), !ticked);
    app.press("esc a");
    assert!(app.picture().contains("Muted findings"));
    let before = app.picture().matches("[x]").count();
    app.click_on("[ ]", 3);
    assert_eq!(app.picture().matches("[x]").count(), before + 1);
}
