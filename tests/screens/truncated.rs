//! The texts that the log truncates at common sizes, and those that it never truncates.

use crate::app::{TestApp, five};
use crate::fixture::Fixture;
use segscope::tui::app::view::SideEffect;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

const SIZES: [(u16, u16); 5] = [(80, 24), (100, 30), (120, 40), (160, 45), (200, 60)];
/// A name of 24 characters.
const NAME: &str = "Nightly Report Generated";

/// Calls of an app in production: long ids that begin alike, and ids under other names.
fn calls(vendors: usize) -> Fixture {
    let fixture = Fixture::new(vendors);
    fixture.use_all_but(&(vendors..5).collect::<Vec<_>>());
    let good = |n: u32, user: &str| {
        let account = format!("019333a1-7c2e-7000-8000-00000000{n:04}");
        let ids = format!(
            r#""account_id":"{account}","company_id":"{account}","organization_id":"{account}","user_id":"{user}""#
        );
        format!(
            r#"{{"type":"track","event":"{NAME}","userId":"{user}","anonymousId":"a","context":{{"groupId":"{account}"}},"properties":{{{ids},"module_id":"m"}}}}"#
        )
    };
    let calls = [
        good(5, "jane.doe@subsidiary.example.com"),
        good(6, "019333a1-7c2e-7000-8000-000000000777"),
        format!(
            r#"{{"type":"track","event":"{NAME}","anonymousId":"a","properties":{{"accountId":"a1","userId":"u1"}}}}"#
        ),
        r#"{"type":"track","event":"Invoice Paid By A Customer Of Another Customer","userId":"u1","properties":{"accountId":"a1"}}"#.to_owned(),
        good(6, "019333a1-7c2e-7000-8000-000000000777"),
    ];
    for (n, call) in (0..).zip(&calls) {
        fixture.batch(n * 1_234, std::slice::from_ref(call));
    }
    fixture
}

/// The columns of the log: their heads, each with where it begins.
fn heads(app: &TestApp, width: u16) -> Vec<(&'static str, u16)> {
    let words = ["time", "type", "name", "account", "user", "CS"];
    let line: String = (0..width).map(|x| app.symbol(x, 2).to_owned()).collect();
    let log = line.split('│').next().unwrap_or_default().to_owned();
    words.into_iter().filter_map(|word| Some((word, log.find(word)? as u16))).collect()
}

/// The text of a row's cells, by their heads.
fn cells(app: &TestApp, width: u16, y: u16) -> Vec<(&'static str, String)> {
    let heads = heads(app, width);
    let end = (0..width).find(|x| app.symbol(*x, 2) == "│").unwrap_or(width);
    let text = |from: u16, to: u16| {
        let (mut out, mut x) = (String::new(), from);
        while x < to {
            out.push_str(app.symbol(x, y));
            x += (app.symbol(x, y).width() as u16).max(1);
        }
        out.trim().to_owned()
    };
    let ends = heads.iter().skip(1).map(|(_, x)| *x).chain([end]);
    heads.iter().zip(ends).map(|((head, x), to)| (*head, text(*x, to))).collect()
}

const ROWS: std::ops::Range<u16> = 3..8;

#[test]
fn what_is_cut_at_the_sizes_that_people_use() {
    let mut table = String::new();
    for (width, height) in SIZES {
        for vendors in [1, 5] {
            for (keys, open) in [("", "log alone"), ("enter tab", "detail open")] {
                let mut app = TestApp::new(calls(vendors), width, height);
                app.press("g j").press(keys);
                app.anew().assert_well_formed();
                let mut cut: Vec<String> = Vec::new();
                for y in ROWS {
                    for (head, text) in cells(&app, width, y) {
                        let cell = format!("{head}: {text}");
                        if text.contains('…') && !cut.contains(&cell) {
                            cut.push(cell);
                        }
                    }
                }
                let shown: Vec<&str> = heads(&app, width).iter().map(|(head, _)| *head).collect();
                writeln!(table, "{width}x{height}, {vendors} in use, {open}: {}", shown.join(" "))
                    .expect("a text");
                for cell in cut {
                    writeln!(table, "    {cell}").expect("a text");
                }
            }
        }
    }
    insta::assert_snapshot!("cut", table);
}

#[test]
fn names_of_24_characters_and_what_is_missing_are_never_cut() {
    for width in (100..=220).step_by(5) {
        for vendors in 1..=5 {
            for keys in ["", "enter", "enter tab"] {
                let mut app = TestApp::new(calls(vendors), width, 40);
                app.press("g").press(keys);
                let rows: Vec<_> = ROWS.map(|y| cells(&app, width, y)).collect();
                let texts = |head: &str| -> Vec<&str> {
                    let of = |row: &'_ Vec<(&str, String)>| {
                        row.iter().position(|(column, _)| *column == head)
                    };
                    let rows = rows.iter().filter_map(|row| of(row).map(|at| row[at].1.as_str()));
                    rows.collect()
                };
                let all = format!("{width}, {vendors}, {keys}:\n{}", app.picture());
                assert_eq!(texts("account").len(), 5, "{all}");
                assert!(texts("account")[2] == "missing accountId?", "{all}");
                assert!(!texts("user")[2].contains('…'), "{all}");
                if width >= 120 {
                    assert_eq!(
                        texts("name").iter().filter(|name| **name == NAME).count(),
                        4,
                        "{all}"
                    );
                }
                // the ends of ids are seen, so that two that begin alike are told apart
                assert_ne!(texts("account")[0], texts("account")[1], "{all}");
                assert!(texts("account")[0].ends_with('5'), "{all}");
            }
        }
    }
}

#[test]
fn heads_of_vendors_always_have_two_letters() {
    for width in (60..200).step_by(7) {
        let app = TestApp::new(calls(5), width, 24);
        assert!(app.line(2).contains(" CS FS PH SS CU"), "{width}: {}", app.line(2));
    }
}

#[test]
fn columns_do_not_jump_while_calls_come() {
    for (width, height) in SIZES {
        let mut app = TestApp::new(five(), width, height);
        let before = heads(&app, width);
        for n in 0..40 {
            app.inspector.add(n);
            app.draw();
            assert_eq!(heads(&app, width), before, "{width}, call {n}:\n{}", app.picture());
        }
        app.press("g").press("ctrl-d").press("G");
        assert_eq!(heads(&app, width), before, "{width}:\n{}", app.picture());
        // a longer name may move what is behind it once, and nothing moves back
        for call in [NAME, "x", NAME] {
            let text = format!(r#"{{"type":"track","event":"{call}","userId":"u"}}"#);
            app.inspector.batch(90_000, &[text]);
            app.draw();
        }
        let after = heads(&app, width);
        app.inspector.add(4);
        app.draw();
        assert_eq!(heads(&app, width), after, "{width}:\n{}", app.picture());
    }
}

#[test]
fn the_head_says_once_what_all_rows_with_a_sign_are_wanted_as() {
    let call = |event: &str, ids: &str| {
        format!(r#"{{"type":"track","event":"{event}","userId":"u1","properties":{{{ids}}}}}"#)
    };
    let fixture = Fixture::new(5);
    fixture.use_all_but(&[3, 4]);
    fixture.batch(0, &[call("A", r#""user_id":"u1""#), call("B", r#""account_id":"a1""#)]);
    fixture.batch(1, &[call("C", r#""account_id":"a1""#)]);
    let mut app = TestApp::new(fixture, 200, 60);
    let (head, rows) = (app.line(2), [app.line(4), app.line(5)]);
    let log = head.split('│').next().expect("a log");
    assert!(log.contains("user ! as user_id"), "{}", app.picture());
    for row in rows {
        let row = row.split('│').next().expect("a log").to_owned();
        assert!(row.contains("u1! ") && !row.contains("as user_id"), "{}", app.picture());
    }
    // another name comes: each row says its own
    let other = r#"{"type":"identify","userId":"u1","traits":{"id":"u1","account_id":"a"}}"#;
    app.inspector.batch(2, &[other.to_owned()]);
    app.draw();
    assert!(app.line(2).contains("user "), "{}", app.picture());
}

#[test]
fn keys_move_the_line_between_log_and_detail_and_put_it_back() {
    let mut app = TestApp::new(five(), 160, 45);
    let at = |app: &TestApp| app.place_of("│", 2).0;
    let before = at(&app);
    app.press("<");
    assert!(at(&app) < before, "{}", app.picture());
    app.press("> >");
    assert!(at(&app) > before, "{}", app.picture());
    assert!(app.inspector.arranged().split.is_some(), "it is saved for the folder");
    app.press("=");
    assert_eq!((at(&app), app.inspector.arranged().split), (before, None));
    for key in ["<", ">"] {
        for _ in 0..40 {
            app.press(key);
        }
        app.assert_well_formed();
        assert!(app.picture().contains('│'), "both are there:\n{}", app.picture());
    }

    // below the log it is the height that changes
    let mut app = TestApp::new(five(), 120, 40);
    app.press("<");
    assert!(app.picture().contains("open the detail first"), "{}", app.picture());
    app.press("enter");
    let at = |app: &TestApp| app.place_of("────────", 3).1;
    let before = at(&app);
    app.press(">");
    assert!(at(&app) > before, "{}", app.picture());
    app.press("< <");
    assert!(at(&app) < before, "{}", app.picture());
    app.press("=");
    assert_eq!(at(&app), before);
    assert!(!app.effects.iter().any(|effect| matches!(effect, SideEffect::Split(_))));
}

#[test]
fn both_panes_use_a_wide_screen() {
    for vendors in [1, 5] {
        let app = TestApp::new(calls(vendors), 200, 60);
        let log = app.place_of("│", 2).0;
        assert!((80..=150).contains(&log), "{log}:\n{}", app.picture());
        // the log has no column to spare and the detail has the rest
        assert!(200 - log > 48, "{}", app.picture());
    }
}
