//! The command line, and keys that the user set.

use crate::app::{TestApp, options};
use crate::fixture::Fixture;
use segscope::tui::ScreenOptions;
use segscope::tui::app::keymap::{Keymap, SetKeys};
use segscope::tui::app::view::SideEffect;

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(1), width, height)
}

#[test]
fn an_action_runs_by_its_name() {
    let mut app = app(80, 24);
    app.press(":").type_in("next_missing");
    assert!(app.line(22).starts_with(" :next_missing"), "{}", app.picture());
    app.press("esc");
    assert!(app.line(23).contains("enter open"));
    app.press("g :").type_in("next_missing").press("enter");
    let picture = app.picture();
    let cursor = picture.lines().find(|line| line.starts_with('▌')).expect("a cursor");
    assert!(cursor.contains("Report Exported"), "{cursor}");
    app.press(": up");
    assert!(app.line(22).starts_with(" :next_missing"), "commands have a history");
    app.press("esc :").type_in("quit").press("enter");
    assert_eq!(app.effects, [SideEffect::Quit]);
}

#[test]
fn names_are_offered_with_what_they_do() {
    let mut app = app(80, 24);
    app.press(":").type_in("next");
    assert!(
        app.picture().contains("next_missing  next call with a missing id"),
        "{}",
        app.picture()
    );
    app.press("down down tab enter");
    assert_eq!(app.inspector.kept().commands.len(), 1, "{:?}", app.inspector.kept());
    app.press(": tab");
    assert!(app.picture().contains("more"), "a tab lists all: {}", app.picture());
}

#[test]
fn mistakes_are_told_in_words() {
    let mut app = app(80, 24);
    for (typed, says) in [
        ("opne", "opne is not a command; did you mean open?"),
        ("fliter x", "fliter is not a command; did you mean filter?"),
        ("serach", "serach is not a command; did you mean search?"),
        ("undo", "undo is not a command; did you mean undo_clear?"),
        ("zzzzzzzzz", "zzzzzzzzz is not a command"),
        ("tick", "tick works only in the vendor dialog, the mute dialog, and the column …"),
        ("open now", "open takes no argument"),
        ("filter type =", "expected"),
    ] {
        app.press(": ctrl-u").type_in(typed).press("enter");
        assert!(app.line(22).contains(says), "{typed}: {}", app.line(22));
        app.press("esc");
    }
    assert!(app.effects.is_empty());
    // a page needs its name alone
    app.press(":").type_in("coverage").press("enter");
    assert!(app.line(2).contains("coverage by event"), "{}", app.picture());
    app.press("1 :").paste("\u{1b}[2J漢字\u{202e}").press("enter").assert_well_formed();
}

#[test]
fn a_filter_and_a_search_may_be_given() {
    let mut app = app(80, 24);
    app.press(":").type_in("filter type = \"track\"").press("enter");
    assert_eq!(app.inspector.filter_text().as_deref(), Some("type = \"track\""));
    app.press("g :").type_in("search seat").press("enter");
    let picture = app.picture();
    let cursor = picture.lines().find(|line| line.starts_with('▌')).expect("a cursor");
    assert!(cursor.contains("Seat Added"), "{cursor}");
    app.press(":").type_in("filter").press("enter");
    assert_eq!(app.inspector.filter_text(), None);
}

#[test]
fn help_and_footer_tell_the_keys_in_force() {
    let set = |place: &str, action: &str, keys: &[&str]| SetKeys {
        place: place.to_owned(),
        action: action.to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        origin: "config.toml:1".to_owned(),
    };
    let set = [
        set("everywhere", "help", &["ctrl-y"]),
        set("calls", "edit_filter", &["B"]),
        set("calls", "next_missing", &[]),
    ];
    let keymap = Keymap::with(&set).expect("no clash");
    let options = ScreenOptions { keymap, ..options() };
    let mut app = TestApp::with(Fixture::with_calls(1), 80, 24, &options);
    assert!(
        app.line(23).contains("B filter") && app.line(23).contains("ctrl-y help"),
        "{}",
        app.line(23)
    );
    assert!(!app.line(23).contains("missing id"), "{}", app.line(23));
    app.press("f ? e");
    assert!(app.effects.is_empty(), "their old keys do nothing");
    assert!(app.line(23).contains("`e` does nothing here; ctrl-y shows"), "{}", app.line(23));
    app.press("B").type_in("zebra").press("enter");
    assert!(app.picture().contains("  B edits the filter"), "{}", app.picture());
    app.press(":").type_in("next_missing").press("enter");
    app.press("ctrl-y");
    assert!(app.picture().contains("Signs"), "{}", app.picture());
}
