//! The call and an output side by side: what lights up on the other side, and where keys and mouse go.

use crate::app::{TestApp, picture_of};
use crate::fixture::Fixture;
use segscope::tui::app::view::SideEffect;

/// The detail of the call that has all its ids, with room for both sides.
fn app() -> TestApp {
    let mut app = TestApp::new(Fixture::with_calls(5), 200, 60);
    app.press("g j j enter");
    app
}

/// Returns the two sides of the line between call and output, in the row with the text.
fn sides(app: &TestApp, text: &str) -> (String, String) {
    let picture = app.picture();
    let line = picture.lines().find(|line| line.contains(text)).expect("a line with it");
    let mut parts = line.split('│').skip(1).map(|part| part.trim_end().to_owned());
    (parts.next().expect("the call"), parts.next().expect("the output"))
}

/// The texts of both sides that are lit, with `▌` before those that are so without the cursor.
fn lit(app: &TestApp) -> Vec<String> {
    let mut out = Vec::new();
    for line in app.picture().lines().skip(3) {
        let parts = line.split('│').skip(1).filter(|part| part.contains('▌'));
        out.extend(parts.map(|part| part.trim().to_owned()));
    }
    out
}

#[test]
fn both_stand_there_where_there_is_room() {
    let app = app();
    let (call, output) = sides(&app, "CustomerSuccessBox  ✓");
    assert!(call.contains("messageId: \"m-3\""), "{call}");
    assert!(output.contains("delivered"), "{output}");
    // in a narrow detail one of them
    let mut narrow = TestApp::new(Fixture::with_calls(5), 140, 40);
    narrow.press("g j j enter");
    assert!(!narrow.picture().contains("CustomerSuccessBox  ✓"), "{}", narrow.picture());
    // `o` gives it the page, and takes it back
    narrow.press("o");
    assert!(narrow.picture().contains("CustomerSuccessBox  ✓"), "{}", narrow.picture());
    assert!(!narrow.line(2).contains("account "), "the log gave way");
    narrow.assert_well_formed();
    narrow.press("o");
    assert!(!narrow.picture().contains("CustomerSuccessBox  ✓"), "{}", narrow.picture());
    // from the log it opens so, and `esc` shows the log again
    narrow.press("esc o");
    assert!(narrow.picture().contains("CustomerSuccessBox  ✓"), "{}", narrow.picture());
    narrow.press("esc");
    assert!(narrow.line(2).contains("account "), "{}", narrow.picture());
    let mut small = TestApp::new(Fixture::with_calls(5), 80, 24);
    small.press("o");
    assert!(small.line(23).contains("the detail already has the full page"), "{}", small.line(23));
}

#[test]
fn a_field_lights_up_its_values_and_a_value_its_field() {
    let mut app = app();
    assert_eq!(lit(&app), Vec::<String>::new(), "the type is in no output");
    app.press("/").type_in("acme-42").press("enter esc");
    let on_the_right = lit(&app);
    assert!(on_the_right.iter().all(|text| text.contains("acme-42")), "{on_the_right:?}");
    assert!(!on_the_right.is_empty() && on_the_right[0].starts_with('▌'), "{}", app.picture());
    // to the other side: the cursor is on what was lit, and lights up where it came from
    app.press("tab");
    let selected = app.theme().selected;
    let (_, y) = app.place_of("account_id: \"acme-42\"", 3);
    let call = app.line(y).split('│').nth(1).unwrap_or_default().to_owned();
    assert!(call.starts_with('▌'), "{call}");
    assert_eq!(app.ground_of(y_of_cursor(&app)), selected.bg);
    // down to another value: another field is lit, and its place is told below
    app.press("j");
    let now = lit(&app);
    assert!(now.iter().any(|text| text.contains("user_id: \"jane@acme.test\"")), "{now:?}");
    assert!(app.picture().contains("/properties/user_id  string"), "{}", app.picture());
    // and back with `shift-tab` or `enter`, to that field
    let before = app.picture();
    app.press("enter");
    assert!(app.picture().contains("/properties/user_id  string"), "{}", app.picture());
    app.press("enter");
    assert_eq!(app.picture(), before);
    app.press("tab");
    assert!(app.line(59).contains("quit"), "the log has the keys: {}", app.line(59));
}

fn y_of_cursor(app: &TestApp) -> u16 {
    let style = app.theme().selected;
    (3..59).find(|y| app.ground_of(*y) == style.bg).expect("a cursor")
}

#[test]
fn what_is_folded_away_is_lit_by_what_it_stands_in() {
    let mut app = app();
    // fold the properties, then walk through the output
    app.press("j j j j j h");
    assert!(app.picture().contains("▸ properties"), "{}", app.picture());
    app.press("tab");
    let folded = |app: &TestApp| lit(app).iter().any(|text| text.contains("▸ properties"));
    for _ in 0..8 {
        if folded(&app) {
            break;
        }
        app.press("j");
    }
    assert!(folded(&app), "{}", app.picture());
    assert!(app.picture().contains("▸ properties"), "it stays folded: {}", app.picture());
    app.press("enter");
    assert!(app.picture().contains("▾ properties"), "to go there it is unfolded");
}

#[test]
fn the_vendor_beside_is_the_one_looked_at_last() {
    let mut app = app();
    app.press("] ] ]");
    assert!(sides(&app, "Planhat  ").0.contains("messageId: \"m-3\""), "{}", app.picture());
    app.press("shift-tab");
    assert!(app.picture().contains("Planhat  ✓"), "the keys are in the call: {}", app.picture());
    // what is copied is what is in view
    app.press("y o");
    let copied = app.effects.pop();
    assert!(
        matches!(&copied, Some(SideEffect::Copy { what, .. }) if what.contains("Planhat")),
        "{copied:?}"
    );
    app.press("] y p");
    assert!(matches!(app.effects.pop(), Some(SideEffect::Copy { .. })), "of the field that is lit");
    // the pages that are no vendor's have all of the width
    app.press("[ [");
    assert!(app.picture().contains("POST /v1/"), "{}", app.picture());
    assert!(!app.picture().contains("type: \"track\""), "{}", app.picture());
}

#[test]
fn the_mouse_reaches_both_sides() {
    let mut app = app();
    let (x, y) = app.place_of("account_id: \"acme-42\"", 8);
    app.click(x, y);
    assert!(!lit(&app).is_empty(), "{}", app.picture());
    let (right, line) = app.place_of("account_id\": \"acme-42\"", 8);
    app.click(right, line);
    assert_eq!(app.ground_of(line), app.theme().selected.bg, "{}", app.picture());
    // a second click goes where it came from
    app.click(right, line);
    assert!(app.picture().contains("/properties/account_id  string"), "{}", app.picture());
    assert_ne!(app.ground_of(line), app.theme().selected.bg);
    // the wheel moves what is under it, whoever has the keys
    let before = app.line(line);
    app.resize(200, 20);
    let top = app.line(10);
    app.wheel(190, 15, true).wheel(190, 15, true).wheel(190, 15, true).wheel(190, 15, true);
    let (left_before, left_after) = (left_of(&top), left_of(&app.line(10)));
    assert_eq!(left_before, left_after, "the call stays: {before}");
    assert_ne!(top, app.line(10), "{}", app.picture());
}

fn left_of(line: &str) -> String {
    line.split('│').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn snapshots() {
    let open = "g j j enter";
    for (name, keys) in [("call", "j j j j j"), ("output", "] j j")] {
        for (width, height, open) in [(120, 40, "g j j o"), (200, 60, open)] {
            let inspector = Fixture::with_calls(5);
            let picture = picture_of(inspector, width, height, &format!("{open} {keys}"));
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture);
        }
    }
}
