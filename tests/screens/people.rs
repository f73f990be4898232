//! The people page: accounts and users, and which belong together.

use crate::app::{SIZES, TestApp, cursor, five, options, pictures};
use crate::colors::looks_like;
use crate::fixture::{BEGIN_MS, Fixture, Given};
use segscope::inspector::Who;
use segscope::tui::ScreenOptions;
use segscope::tui::theme::ColorDepth;

/// Three sessions of jane's, the last of them open, and calls that came before she was known.
fn with_sessions() -> Fixture {
    let inspector = five();
    for (minute, session, module) in [
        (1, "s-1", "Dash"),
        (11, "s-1", "Reports"),
        (26, "s-1", "Reports"),
        (91, "s-2", ""),
        (116, "s-2", ""),
        (141, "s-2", ""),
        (152, "s-2", ""),
        (241, "s-3", ""),
        (246, "s-3", ""),
    ] {
        inspector.add_in_session(minute, session, module);
    }
    // the listener's clock: what is idle for half an hour has ended
    inspector.settle();
    inspector.engine().tick(BEGIN_MS + 250 * 60_000);
    inspector
}

/// Lets the page go through all calls.
fn settle(app: &mut TestApp) {
    app.draw();
    for _ in 0..200 {
        if !app.draw().picture().contains("still going") {
            return;
        }
    }
    panic!("{}", app.picture());
}

#[test]
fn what_it_shows() {
    pictures!("people", five(), "4");
    pictures!("people_users", five(), "4 ]");
    pictures!("people_account", five(), "4 enter");
    for (width, height) in SIZES {
        let mut app = TestApp::new(with_sessions(), width, height);
        app.press("4 ] enter");
        settle(&mut app);
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("people_user_{width}x{height}"), app.picture());
    }
}

#[test]
fn what_it_says_when_there_is_nobody() {
    pictures!("people_empty", Fixture::new(5), "esc 4");
    let inspector = Fixture::new(1);
    inspector.add(4);
    let mut app = TestApp::new(inspector, 80, 24);
    assert!(app.press("4").picture().contains("No account id in 1 call."), "{}", app.picture());
    assert!(app.press("]").picture().contains("No user id in 1 call."), "{}", app.picture());
}

#[test]
fn who_belongs_together_and_since_which_call() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("4");
    let picture = app.picture();
    assert!(picture.contains("Its users") && picture.contains("since call #1"), "{picture}");
    looks_like(app.style_of("since call #1", 5), app.theme().label);
}

#[test]
fn who_has_no_account_or_several_is_said() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("4 ]");
    let users = app.inspector.people(Who::Users, 0..100).rows;
    let mut said = Vec::new();
    for user in &users {
        let accounts = app.inspector.members(Who::Users, &user.id).rows;
        let picture = app.picture();
        assert_eq!(
            picture.contains("no vendor in use finds an account in these calls"),
            accounts.is_empty()
        );
        assert_eq!(picture.contains("more than one account"), accounts.len() > 1);
        if accounts.is_empty() {
            looks_like(app.style_of("no vendor in use finds", 5), app.theme().warning);
        }
        said.push(accounts.len());
        app.press("j");
    }
    assert!(said.contains(&0) && said.contains(&1), "{said:?}");
}

#[test]
fn from_an_account_to_its_user_to_a_call_in_the_log_and_back() {
    // without wide letters, which leave traces in a drawing in memory
    let inspector = Fixture::new(5);
    (0..9).for_each(|n| inspector.add(n));
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("4");
    let accounts = app.picture();
    app.press("enter");
    assert!(app.line(3).contains("account acme-42"), "{}", app.picture());
    assert!(app.picture().contains("users of one account"), "{}", app.picture());
    let users = app.picture();
    app.press("enter");
    settle(&mut app);
    assert!(app.line(3).contains("user jane@acme.test"), "{}", app.picture());
    let user = app.press("j").picture();
    app.press("enter");
    assert_eq!(
        app.inspector.filter_text().as_deref(),
        Some("user_id = \"jane@acme.test\" or user_id = null and userId = \"jane@acme.test\"")
    );
    assert!(app.line(1).contains("back to people"), "{}", app.picture());
    assert!(cursor(&app).contains("00:01"), "the same call: {}", app.picture());
    assert_eq!(app.press("esc").picture(), user, "back where one was");
    assert_eq!(app.press("esc").picture(), users);
    assert_eq!(app.press("q").picture(), accounts);
    assert_eq!(app.inspector.filter_text(), None);
    app.press("esc");
    assert!(app.line(2).contains("time"), "{}", app.picture());
}

#[test]
fn keys_that_come_faster_than_frames_go_down_all_the_same() {
    let mut app = TestApp::new(five(), 120, 40);
    let second = app.inspector.people(Who::Users, 1..2).rows[0].id.clone();
    app.draws = false;
    app.press("4 enter enter").draw();
    assert!(app.line(3).contains("user jane@acme.test"), "{}", app.picture());
    app.press("esc esc ] j enter").draw().press("enter").draw();
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.starts_with(&format!("user_id = \"{second}\"")), "{filter}");
}

#[test]
fn all_calls_of_what_is_under_the_cursor_have_a_key_of_their_own() {
    let mut app = TestApp::new(five(), 120, 40);
    let calls = app.inspector.people(Who::Accounts, 0..1).rows[0].counted.calls;
    app.press("4 b");
    assert_eq!(
        app.inspector.filter_text().as_deref(),
        Some("account_id = \"acme-42\" and !repeat")
    );
    assert_eq!(app.inspector.shown().rows, calls);
    app.press("esc enter b");
    assert_eq!(
        app.inspector.filter_text().as_deref(),
        Some("user_id = \"jane@acme.test\" and !repeat")
    );
    app.press("esc enter b");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.starts_with("user_id = \"jane@acme.test\" or "), "{filter}");
    app.press("esc esc esc ] b");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.starts_with("user_id = \"jane@acme.test\" and"), "{filter}");
}

#[test]
fn what_is_odd_about_the_order_is_said_with_a_mark() {
    let inspector = with_sessions();
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("4 ] enter");
    settle(&mut app);
    let theme = app.theme().clone();
    looks_like(
        app.style_of("✓ identify arrived before the first track, page or screen call", 5),
        theme.good,
    );
    let group = "✓ group arrived before the first track, page or screen call";
    looks_like(app.style_of(group, 5), theme.good);
    let found = "· CSB-I-NO-GROUP-YET (CustomerSuccessBox, 1 call, first #1)";
    looks_like(app.style_of(found, 5), theme.info);
    // one whose calls came before any identify
    app.press("esc");
    while !app.line(2).is_empty() && !app.picture().contains("user      joe@acme.test") {
        app.press("j");
    }
    app.press("enter");
    settle(&mut app);
    let never = "! never identified with this id: 1 track, page or screen call";
    looks_like(app.style_of(never, 5), theme.warning);
    // and then one comes
    app.inspector.add_identify("joe@acme.test");
    app.wait(1_100);
    settle(&mut app);
    let late = "! 1 track, page or screen call arrived before the first identify call, #21";
    assert!(app.picture().contains(late), "{}", app.picture());
}

#[test]
fn sessions_are_drawn_as_a_line_of_time() {
    let mut app = TestApp::new(with_sessions(), 200, 60);
    app.press("4 ] enter");
    settle(&mut app);
    let picture = app.picture();
    assert!(picture.contains("Sessions  as Freshsuccess estimates them"), "{picture}");
    assert!(picture.contains("4 sessions, 1 h 31 min in all, the last still open"), "{picture}");
    assert!(picture.contains("Dash 10 min, Reports 15 min"), "{picture}");
    let theme = app.theme().clone();
    looks_like(app.style_of("▓", 5), theme.good);
    looks_like(app.style_of("██████████", 8), theme.text);
    // one whose calls are of no session
    let inspector = Fixture::new(5);
    inspector.add(1);
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("4 ] enter tab G");
    settle(&mut app);
    let none = "no vendor counts these calls toward a session";
    assert!(app.picture().contains(none), "{}", app.picture());
}

#[test]
fn a_user_with_many_calls_is_gone_through_frame_by_frame() {
    let inspector = Given::vendors(1).begin();
    inspector.add_many(6_000);
    let mut app = TestApp::new(inspector, 120, 40);
    app.draws = false;
    app.press("4");
    app.draw().press("] enter");
    // a frame goes through 5,000 calls at most, and says that there are more
    let (mut before, mut frames) = (0, 0);
    while before < 6_000 {
        app.draw_now();
        let picture = app.picture();
        let went = picture.lines().find_map(|line| line.trim().strip_prefix("types "));
        let went = went.and_then(|types| types.trim().strip_suffix(" track"));
        let went = went.map_or(0, |calls| calls.replace(',', "").parse().expect("a number"));
        assert!((before..=before + 5_000).contains(&went), "{before}: {picture}");
        let goes_on = picture.contains("still reading the calls");
        assert!(goes_on || went == 6_000, "{picture}");
        (before, frames) = (went, frames + 1);
        assert!(frames < 100_000, "{picture}");
    }
    assert!(frames > 1);
    app.draws = true;
    settle(&mut app);
    assert!(app.picture().contains("6,000 track"), "{}", app.picture());
    assert!(!app.picture().contains("still going through"), "{}", app.picture());
    app.press("tab G");
    assert!(
        app.picture().contains("read from a sample: 1,000 calls of 6,000"),
        "{}",
        app.picture()
    );
}

#[test]
fn the_mouse_goes_down_a_step_with_a_second_click() {
    let mut app = TestApp::new(with_sessions(), 120, 40);
    app.press("4").click(20, 4);
    assert!(app.picture().contains("users of one account"), "{}", app.picture());
    app.click(20, 5);
    settle(&mut app);
    assert!(app.picture().contains("calls of one user"), "{}", app.picture());
    app.click(20, 6).wheel(20, 6, false).wheel(20, 30, true);
    app.click(20, 5);
    assert!(app.inspector.filter_text().is_some(), "{}", app.picture());
}

#[test]
fn ascii_no_colour_and_every_size() {
    let plain = ScreenOptions { ascii: true, depth: ColorDepth::NoColor, ..options() };
    for keys in ["4", "4 ]", "4 G", "4 ] G", "4 enter", "4 enter enter", "4 ] G enter tab G"] {
        let mut app = TestApp::with(with_sessions(), 120, 40, &plain);
        app.press(keys);
        settle(&mut app);
        app.assert_no_colour();
        assert!(app.picture().is_ascii(), "{}", app.picture());
    }
    for size in [(40, 10), (60, 12), (139, 10), (140, 10), (300, 100)] {
        let mut app = TestApp::new(five(), size.0, size.1);
        app.press("4");
        for _ in 0..6 {
            app.press("j").assert_well_formed();
        }
        app.press("] G").assert_well_formed();
        for keys in ["enter", "j", "tab G", "esc esc [ g enter", "G enter", "G"] {
            app.press(keys).assert_well_formed();
        }
    }
}
