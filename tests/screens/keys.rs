//! The keys and the mouse.

use crate::app::TestApp;
use crate::fixture::Fixture;
use segscope::tui::app::view::SideEffect;

fn app(width: u16, height: u16) -> TestApp {
    TestApp::new(Fixture::with_calls(1), width, height)
}

/// The line of the log that the cursor is on.
fn cursor(app: &TestApp) -> String {
    let picture = app.picture();
    let line = picture.lines().find(|line| line.starts_with('▌')).expect("a cursor");
    line.to_owned()
}

#[test]
fn it_follows_until_the_cursor_moves_up() {
    let mut app = app(80, 24);
    app.inspector.add(4);
    assert!(cursor(app.draw()).contains("Pricing"), "the newest");
    app.press("k");
    assert!(cursor(&app).contains("Report Exported"));
    for n in 0..40 {
        app.inspector.add(n);
    }
    app.draw();
    assert!(cursor(&app).contains("Report Exported"), "stays");
    assert!(app.line(1).ends_with("+33 new G follows"), "{}", app.line(1));
    app.press("G");
    assert!(!app.line(1).contains("new"), "{}", app.line(1));
    app.inspector.add(2);
    assert!(cursor(app.draw()).contains("Order Received"));
}

#[test]
fn pausing_loses_nothing() {
    let mut app = app(80, 24);
    app.press("space");
    for _ in 0..5 {
        app.inspector.add(4);
    }
    app.draw();
    assert!(app.line(1).ends_with("PAUSED  +5 new space resumes"), "{}", app.line(1));
    assert!(!app.line(15).contains("Pricing") && app.line(0).contains("15 calls"));
    app.press("G");
    assert!(cursor(&app).contains("Report Exported"), "the last before the pause");
    app.press("space");
    assert!(cursor(&app).contains("Pricing"));
    assert!(!app.line(1).contains("PAUSED"));
}

#[test]
fn e_finds_missing_ids_and_w_any_finding() {
    let mut app = app(200, 60);
    app.press("g e");
    assert!(cursor(&app).contains("Report Exported"));
    app.press("e");
    assert!(cursor(&app).contains("Invoice Paid"));
    app.press("E");
    assert!(cursor(&app).contains("Report Exported"));
    app.press("E");
    assert!(cursor(&app).contains("Report Exported") && app.picture().contains("#11"));
    assert!(app.picture().contains("continued from the bottom"), "{}", app.picture());
    app.wait(6_000);
    assert!(!app.picture().contains("continued from"), "a notice goes away");
    app.press("e");
    assert!(app.picture().contains("continued from the top"), "{}", app.picture());
    app.press("w");
    assert!(cursor(&app).contains("400"), "a refused request is a finding");
    app.press("W W");
    assert!(cursor(&app).contains("group"));
}

#[test]
fn below_130_columns_the_detail_opens_over_or_below_the_log() {
    let mut app = app(129, 24);
    assert!(!app.picture().contains("findings 2"));
    app.press("E enter");
    assert!(app.picture().contains("Invoice Paid") && app.line(2).contains("#8"));
    assert!(!app.picture().contains("joe@acm"));
    app.resize(130, 24);
    assert!(app.picture().contains("joe@acm") && app.picture().contains("#8"));
    app.resize(129, 40);
    assert!(app.line(10).contains("joe@acm") && app.line(17).contains("#8"), "{}", app.picture());
    // the log has the keys again, and the detail follows its cursor
    app.press("shift-tab");
    assert!(cursor(&app).contains("Invoice Paid"));
    app.press("k");
    assert!(app.line(17).contains("#7"), "{}", app.picture());
    app.press("j esc");
    assert!(!app.picture().contains("call  CSB"), "{}", app.picture());
    app.press("enter").resize(129, 24).press("q");
    assert!(cursor(&app).contains("Invoice Paid"), "the place is not lost");
    assert!(app.effects.is_empty());
    app.press("q");
    assert_eq!(app.effects, [SideEffect::Quit]);
}

#[test]
fn the_tree_folds_and_shows_long_texts_in_full() {
    let mut app = app(140, 40);
    app.press("E E enter");
    assert!(!app.picture().contains("over several lines"), "cut");
    app.press("j j j j j j j j j j j j j j j j enter");
    assert!(app.picture().contains("ellipsis in the tree"), "{}", app.picture());
    app.press("enter");
    assert!(!app.picture().contains("ellipsis in the tree"));
    app.press("h");
    app.press("h");
    assert!(app.picture().contains("▸ properties {5}"), "{}", app.picture());
    app.press("l");
    assert!(app.picture().contains("▾ properties {5}"));
    app.press("G k k k k k l");
    assert!(app.picture().contains("▾ context {2}"), "{}", app.picture());
    app.press("esc g j j");
    assert!(app.picture().contains("▾ context {3}"), "the next call's is unfolded as well");
}

#[test]
fn tabs_go_round_and_stay_from_call_to_call() {
    let mut app = app(140, 40);
    app.press("]");
    assert!(app.picture().contains("accepts the call and silently does not use it"));
    app.press("E");
    assert!(app.picture().contains("accepts the call"), "still the vendor's tab");
    app.press("W W W");
    app.press("g j j j j j");
    assert!(app.picture().contains("POST /v1/batch"), "a refused request has one tab");
    app.press("g j j");
    assert!(app.picture().contains("accepts the call in full"), "{}", app.picture());
    app.press("[ [");
    assert!(app.picture().contains("POST /v1/batch"));
}

#[test]
fn the_vendors_are_chosen_and_saved() {
    let mut app = TestApp::new(Fixture::with_calls(5), 140, 40);
    assert!(app.line(1).contains("v chooses yours"));
    app.press("v space j space j space j space j space enter");
    assert!(app.picture().contains("tick at least one vendor"));
    app.press("k space enter");
    assert_eq!(app.effects, [SideEffect::UseVendors(vec![3])]);
    app.inspector.set_in_use(&[3]).expect("saved");
    app.draw();
    assert!(app.line(1).contains("in use: SuprSend  · v chooses"), "{}", app.line(1));
    assert!(!app.line(1).contains("feed"));
}

#[test]
fn copies_name_what_they_are() {
    let mut app = app(140, 40);
    app.press("E E enter j j j j j j j y");
    assert!(app.picture().lines().last().expect("footer").contains("p copy pointer"));
    app.press("p y v y y y c");
    let texts: Vec<&str> = app
        .effects
        .iter()
        .map(|effect| match effect {
            SideEffect::Copy { text, .. } => text.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts[..2], ["/properties/accountId", "acme-42"]);
    assert!(texts[2].starts_with(r#"{"messageId":"m-4","type":"track","event":"Report Exported""#));
    assert!(texts[3].starts_with("curl http://127.0.0.1:7357/v1/track -H"), "{}", texts[3]);
    assert!(texts[3].contains("$WRITE_KEY") && !texts[3].contains("wk_live"));
    app.effects.clear();
    app.press("y o");
    assert!(app.effects.is_empty() && app.picture().contains("no vendor would receive"));
    app.press("esc g y o");
    assert!(matches!(&app.effects[..], [SideEffect::Copy { what, text }]
        if what == "the output for CustomerSuccessBox" && text.starts_with("{\"account_id\"")));
}

#[test]
fn a_write_key_is_masked() {
    let mut app = app(200, 60);
    app.press("g enter [");
    assert!(app.picture().contains("***1234"), "{}", app.picture());
    assert!(!app.picture().contains("wk_live"));
    let coded = "d2tfbGl2ZV9hYmNkMTIzNDo=";
    assert!(!app.picture().contains(coded), "Base64 hides nothing:\n{}", app.picture());
    assert!(app.picture().contains("authorization: Basic ***1234:"), "{}", app.picture());
}

#[test]
fn the_mouse_selects_scrolls_and_opens_tabs() {
    let mut app = app(140, 40);
    app.click(10, 4);
    assert!(cursor(&app).contains("group"), "{}", app.picture());
    app.wheel(10, 10, true);
    assert!(cursor(&app).contains("Pricing"));
    app.wheel(10, 10, false);
    assert!(cursor(&app).contains("group"));
    let bar = (0..40).find(|y| app.line(*y).contains("call  CSB")).expect("tabs");
    app.click_on("request", bar);
    assert!(app.picture().contains("POST /v1/batch"), "{}", app.picture());
}

#[test]
fn a_digit_shows_its_page_without_the_windows_over_it() {
    let mut app = app(80, 24);
    app.press("? 1");
    assert!(!app.picture().contains("Signs"), "{}", app.picture());
    assert!(cursor(&app).contains("Report Exported"));
}

#[test]
fn what_does_nothing_here_is_not_offered() {
    let mut app = TestApp::new(Fixture::new(1), 140, 40);
    let footer = app.line(39);
    assert!(!footer.contains("open") && !footer.contains("missing"), "{footer}");
    assert!(footer.contains("? help") && footer.contains("q quit"), "{footer}");
    app.press("enter e w tab ] y y j G");
    assert!(app.effects.is_empty());
    app.press("ctrl-z ctrl-c");
    assert_eq!(app.effects, [SideEffect::Suspend, SideEffect::Quit]);
}

/// `G follows` stood there while the detail had the keys, where `G` goes to its end (F44).
#[test]
fn that_g_follows_is_said_where_it_does() {
    let mut app = TestApp::new(Fixture::with_calls(1), 120, 40);
    app.press("k k");
    assert!(app.line(1).contains("G follows"), "{}", app.picture());
    app.press("enter");
    assert!(!app.line(1).contains("G follows"), "{}", app.picture());
}

#[test]
fn a_frame_is_drawn_only_when_something_changed() {
    let mut app = app(80, 24);
    assert!(!app.is_dirty());
    app.wait(1_000).wait(1_000).wait(1_000).wait(1_000);
    assert!(!app.is_dirty());
    app.inspector.add(0);
    app.inspector.settle();
    assert!(app.is_dirty());
}
