//! Settings that change while the screen is open: what is stale is marked, and judging all again
//! says what changed.

use crate::app::TestApp;
use crate::fixture::{Fixture, Given};
use segscope::tui::app::view::SideEffect;
use serde_json::json;

/// A setting by which nothing of the usual calls is judged otherwise.
const HARMLESS: &str = "[vendors.planhat]\nsubdomain = \"api-us4\"\n";
/// One by which two vendors of the usual calls are.
const CHANGING: &str = "[vendors.planhat]\nknown_companies = [\"globex-inc\"]\n";

#[test]
fn what_is_stale_is_marked_and_the_key_is_named() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    app.inspector.write_settings(CHANGING);
    app.inspector.add(3);
    app.draw().press("g");
    assert!(
        app.picture().contains("checked with earlier settings; R checks all"),
        "{}",
        app.picture()
    );
    assert!(app.line(2).contains("vendors.planhat.known_companies"), "{}", app.line(2));
    assert_eq!(app.style_of("°", 4).fg, app.theme().warning.fg);
    app.press("R");
    assert_eq!(app.effects, [SideEffect::JudgeAgain]);
}

#[test]
fn a_bad_file_is_told_in_the_alarm_colour() {
    let mut app = TestApp::new(Fixture::with_calls(5), 120, 24);
    app.inspector.write_settings("[vendors.custify]\nx = 1\n");
    app.draw();
    assert!(app.line(2).contains("config.toml:2: "), "{}", app.picture());
    assert_eq!(app.style_of("config.toml:2", 2).bg, app.theme().alarm.bg);
    // the settings from before judge what comes, until the file is good again
    app.inspector.write_settings("");
    app.draw();
    assert!(!app.line(2).contains("config.toml:2"), "{}", app.picture());
}

#[test]
fn what_changed_is_shown_beside_what_was() {
    for (width, height) in [(80, 24), (140, 40)] {
        let mut app = TestApp::new(Fixture::with_calls(5), width, height);
        app.inspector.write_settings(CHANGING);
        app.inspector.judge_all_again();
        app.draw();
        app.assert_well_formed();
        assert!(app.picture().contains("Checked again"), "{}", app.picture());
        assert!(app.picture().contains("planhat: "), "{}", app.picture());
        // it is told once
        app.press("esc");
        app.draw();
        assert!(!app.picture().contains("Checked again"), "{}", app.picture());
    }
}

#[test]
fn nothing_changed_is_said_in_a_line() {
    let mut app = TestApp::new(Fixture::with_calls(5), 80, 24);
    app.inspector.write_settings(HARMLESS);
    app.inspector.judge_all_again();
    app.draw();
    assert!(app.line(23).contains("checked 10 calls again: nothing changed"), "{}", app.picture());
}

/// A window that takes what is typed is not covered.
#[test]
fn who_types_is_not_interrupted() {
    let mut app = TestApp::new(Fixture::with_calls(5), 100, 30);
    app.press("f");
    app.inspector.write_settings(CHANGING);
    app.inspector.judge_all_again();
    app.draw();
    assert!(!app.picture().contains("Checked again"), "{}", app.picture());
    assert!(app.picture().contains("planhat: "), "{}", app.picture());
}

#[test]
fn what_holds_later_is_said() {
    let mut app = TestApp::new(Fixture::with_calls(5), 100, 30);
    app.inspector.write_settings("fsync = true\n");
    app.draw();
    assert!(app.line(2).contains("takes effect after a restart: fsync"), "{}", app.picture());
    // other vendors in use wait until all is judged again
    app.inspector.write_settings("[vendors]\nuse = [\"planhat\"]\n");
    app.draw();
    assert!(app.line(2).contains("STALE  settings wait"), "{}", app.picture());
}

/// While all calls are judged again the screen is drawn, and says so.
#[test]
fn the_screen_goes_on_while_all_calls_are_judged_again() {
    let many = Given::vendors(5).begin();
    many.add_many(6_000);
    let mut app = TestApp::new(many, 100, 30);
    app.inspector.judge_again().expect("it begins");
    let begun = std::time::Instant::now();
    app.draw_now();
    let drawn = begun.elapsed();
    assert!(app.line(2).contains("checking all calls again"), "{}", app.picture());
    app.inspector.wait_until("it is done", |inspector| !inspector.settings().judging);
    assert!(drawn < begun.elapsed() / 2, "the screen waited for it: {drawn:?}");
}

/// `yk` said "open the tab of a vendor whose document recommends settings", where the value of the
/// setting was known (F30).
#[test]
fn settings_that_a_fix_names_are_shown_and_copied() {
    let given = Given::vendors(5).setting("vendors.planhat.metrics", json!(["seats"]));
    let inspector = given.begin();
    inspector.use_all_but(&[0, 1, 3, 4]);
    let call = r#"{"type":"group","userId":"u","groupId":"acme","traits":{"mrr":9,"seats":3}}"#;
    inspector.batch(0, &[call.to_owned()]);
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("g enter ] ]");
    let lines = "[vendors.planhat]\nmetrics = [\"mrr\", \"seats\"]\n";
    for line in lines.lines().chain(["for segscope.toml, if that is so: yk copies the lines"]) {
        assert!(app.picture().contains(line), "{line}\n{}", app.picture());
    }
    let copied = |app: &TestApp| match app.effects.last() {
        Some(SideEffect::Copy { what, text }) => (what.clone(), text.clone()),
        other => panic!("{other:?}"),
    };
    let expected = ("the setting metrics for segscope.toml".to_owned(), lines.to_owned());
    app.press("y k");
    assert_eq!(copied(&app), expected, "beside the findings");
    app.press("[ y k");
    assert_eq!(copied(&app), expected, "in the vendor's tab");
}
