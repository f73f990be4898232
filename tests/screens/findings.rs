//! The findings page: what was found, by code, vendor and event.

use crate::app::{TestApp, five, options, pictures};
use crate::colors::looks_like;
use crate::fixture::{Fixture, Given, empty_file};
use segscope::findings::Severity;
use segscope::inspector::FoundIn;
use segscope::report::sort_by_event;
use segscope::tui::ScreenOptions;
use segscope::tui::theme::ColorDepth;
use serde_json::json;

/// Creates the fixture without Planhat in use.
fn without_planhat() -> Fixture {
    let inspector = five();
    inspector.use_all_but(&[2]);
    inspector
}

#[test]
fn what_it_shows() {
    pictures!("findings", five(), "2");
    pictures!("findings_all", without_planhat(), "2 ] G");
}

#[test]
fn what_it_says_when_there_is_nothing() {
    pictures!("findings_empty", Fixture::new(5), "esc 2");
    let inspector = Given::vendors(5).setting("vendors.use", json!(["suprsend"])).begin();
    inspector.add(2);
    let mut app = TestApp::new(inspector, 80, 24);
    app.press("2");
    assert!(
        app.picture().contains("No findings in 1 call at vendors in use."),
        "{}",
        app.picture()
    );
    assert_eq!(app.style_of("No findings in 1 call", 0).fg, app.theme().good.fg);
    let inspector = empty_file();
    let mut app = TestApp::new(inspector, 80, 24);
    assert!(app.press("2").picture().contains("The file that is open holds no calls."));
}

#[test]
fn errors_stand_first_and_each_severity_has_its_colour_and_word() {
    let mut app = TestApp::new(without_planhat(), 120, 40);
    app.press("2");
    let theme = app.theme().clone();
    looks_like(app.style_of("✗ error", 4), theme.error);
    looks_like(app.style_of("! warning", 4), theme.warning);
    assert!(!app.picture().contains(" PH "), "{}", app.picture());
    // the worst event first, and in each event the worst finding
    let list: Vec<String> = (4..18).map(|y| app.line(y)).collect();
    let place = |word: &str, last: bool| {
        let is = |line: &String| line.contains(word);
        if last { list.iter().rposition(is) } else { list.iter().position(is) }
    };
    let of_first = |word: &str| {
        let line = list.iter().take_while(|line| line.contains("Report Exported"));
        line.filter(|line| line.contains(word)).count()
    };
    assert!(of_first("error") > 0 && of_first("warning") > 0, "{}", app.picture());
    let (last, next) = (place("Report Exported", true), place("group", false));
    assert!(last < next, "{}", app.picture());
    let (error, warning) = (of_first("error") - 1, place("warning", false));
    assert_eq!(Some(error + 1), warning, "{}", app.picture());
    // a finding of a vendor that is not in use is dim, and stands after all that count
    app.press("] G");
    let dim = (4..30).rfind(|y| app.line(*y).contains(" PH ")).expect("a finding of PH");
    looks_like(app.style_of("· info", dim), theme.unused);
}

#[test]
fn the_calls_behind_a_line_and_the_way_back() {
    for back in ["esc", "q"] {
        let mut app = TestApp::new(five(), 120, 40);
        app.press("f").type_in("type = \"track\"").press("enter");
        let before = app.inspector.filter_text();
        assert_eq!(before.as_deref(), Some("type = \"track\""));
        app.press("2 j");
        let page = app.picture();
        app.press("enter");
        let filter = app.inspector.filter_text().expect("a filter");
        assert!(
            filter.contains("match(finding, \"") && filter.contains("type = \"track\""),
            "{filter}"
        );
        let rows = app.inspector.shown().rows;
        let begins: String = filter.chars().take(60).collect();
        assert!(rows > 0 && app.picture().contains(&begins), "{}", app.picture());
        assert!(app.line(1).contains("back to findings"), "{}", app.picture());
        // into a call and out again, then back to where one was, with the filter as before
        app.press("enter").press(back).press(back);
        assert_eq!(app.picture(), page);
        assert_eq!(app.inspector.filter_text(), before);
        app.press("esc");
        assert!(app.line(2).contains("time"), "the page closes:\n{}", app.picture());
        assert!(app.effects.is_empty());
    }
}

#[test]
fn the_number_is_that_of_the_calls_behind_it() {
    let mut app = TestApp::new(five(), 120, 40);
    let mut rows = app.inspector.findings(false).rows;
    let event = |row: &FoundIn| {
        let is_info = row.severity == Severity::Info;
        (is_info, row.remark.is_some(), row.kind.clone(), row.event.clone())
    };
    sort_by_event(&mut rows, event, |row| row.severity);
    assert!(rows.len() > 4);
    // the hostile call's name in the list is not the one that the call itself has
    let hostile = |name: &str| name.contains("owned");
    app.press("2");
    for (at, row) in rows.iter().enumerate() {
        if row.event.as_deref().is_some_and(hostile) {
            app.press("j");
            continue;
        }
        app.press("enter");
        let shown = app.inspector.shown().rows;
        let counted = &row.counted;
        assert_eq!(
            shown,
            if counted.calls > 0 { counted.calls } else { counted.repeats },
            "{at} {row:?}\n{}",
            app.picture()
        );
        app.press("esc j");
    }
}

#[test]
fn another_page_s_key_takes_the_filter_away() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("2 enter 5");
    assert_eq!(app.inspector.filter_text(), None);
    app.press("2 enter 1");
    assert!(app.inspector.filter_text().is_some());
    app.press("F");
    assert_eq!(app.inspector.filter_text(), None);
    app.press("esc 1");
    assert_eq!(app.inspector.filter_text(), None);
    assert!(!app.picture().contains("match(finding"), "{}", app.picture());
}

#[test]
fn a_line_of_a_vendor_not_in_use_says_why_it_shows_no_calls() {
    let mut app = TestApp::new(without_planhat(), 120, 40);
    app.press("2 ] G enter");
    assert!(app.picture().contains("v chooses them"), "{}", app.picture());
    assert_eq!(app.inspector.filter_text(), None);
    app.press("v esc");
    assert!(app.line(2).contains("of all vendors"), "{}", app.picture());
}

#[test]
fn the_cursor_stays_on_its_line_while_calls_come() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("2 j j");
    let before = (4..24).map(|y| app.line(y)).find(|line| line.contains('▌')).expect("a cursor");
    let code = before.chars().skip(12).take(60).collect::<String>();
    for n in [10, 9, 8, 7, 10, 9] {
        app.inspector.add(n);
    }
    assert!(!app.is_dirty() || app.inspector.version() > 0);
    app.wait(250);
    let after = (4..30).map(|y| app.line(y)).find(|line| line.contains('▌')).expect("a cursor");
    assert!(after.contains(&code), "{before}\n{after}");
}

#[test]
fn counts_are_read_again_only_after_a_while() {
    let mut app = TestApp::new(Fixture::new(5), 80, 24);
    app.press("esc 2");
    app.inspector.add(3);
    app.draw();
    assert!(app.picture().contains("0 rows"), "{}", app.picture());
    app.wait(250);
    assert!(!app.picture().contains("0 rows"), "{}", app.picture());
}

#[test]
fn what_is_long_is_scrolled_with_keys_and_wheel() {
    let mut app = TestApp::new(five(), 80, 24);
    app.press("2");
    let top = app.picture();
    assert!(top.contains("below"), "{top}");
    app.press("tab G");
    assert!(app.line(22).contains('}'), "{}", app.picture());
    app.press("esc g");
    app.wheel(10, 20, true);
    assert_ne!(app.picture(), top);
    app.wheel(10, 20, false).wheel(10, 20, false).wheel(10, 20, false).wheel(10, 20, false);
}

#[test]
fn the_mouse_turns_selects_and_shows() {
    let mut app = TestApp::new(without_planhat(), 120, 40);
    app.press("2");
    assert!(!app.picture().contains(" PH "), "{}", app.picture());
    app.click(32, 2).press("G");
    assert!(app.picture().contains(" PH "), "{}", app.picture());
    app.click(4, 2).click(20, 5);
    assert!(app.line(5).contains('▌'), "{}", app.picture());
    app.wheel(20, 5, true);
    assert!(app.line(8).contains('▌'), "{}", app.picture());
    app.click(20, 6).click(20, 6);
    assert!(app.inspector.filter_text().is_some(), "{}", app.picture());
}

#[test]
fn ascii_no_colour_and_hostile_names() {
    let plain = ScreenOptions { ascii: true, depth: ColorDepth::NoColor, ..options() };
    for keys in ["2", "2 ]", "2 G", "2 k j j j j"] {
        let mut app = TestApp::with(five(), 120, 40, &plain);
        app.press(keys);
        app.assert_no_colour();
        assert!(app.picture().is_ascii(), "{}", app.picture());
    }
    for size in [(40, 10), (41, 12), (139, 10), (140, 10), (300, 100)] {
        let mut app = TestApp::new(five(), size.0, size.1);
        app.press("2");
        for _ in 0..20 {
            app.press("j").assert_well_formed();
        }
    }
}

#[test]
fn the_smallest_screen_says_what_was_found_in_which_event_how_often() {
    let mut app = TestApp::new(five(), 40, 10);
    app.press("2");
    let line = (3..10).find(|y| app.line(*y).contains("no account id")).expect("the finding");
    assert!(app.line(line).contains(" 2 Report E"), "{}", app.picture());
}
