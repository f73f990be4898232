//! The people page: accounts and users, and which belong together.

use crate::app::{TestApp, five, options, pictures};
use crate::colours::looks_like;
use crate::fake::FakeFeed;
use segscope::tui::ScreenOptions;
use segscope::tui::feed::{Feed, Who};
use segscope::tui::theme::Depth;

#[test]
fn what_it_shows() {
    pictures!("people", five(), "4");
    pictures!("people_users", five(), "4 ]");
}

#[test]
fn what_it_says_when_there_is_nobody() {
    pictures!("people_empty", FakeFeed::new(5), "4");
    let feed = FakeFeed::new(1);
    feed.add(4);
    let mut app = TestApp::new(feed, 80, 24);
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
    let users = app.feed.people(Who::Users, 0..100).rows;
    let mut said = Vec::new();
    for user in &users {
        let accounts = app.feed.members(Who::Users, &user.id).rows;
        let picture = app.picture();
        assert_eq!(picture.contains("no call of this user names an account"), accounts.is_empty());
        assert_eq!(picture.contains("more than one account"), accounts.len() > 1);
        if accounts.is_empty() {
            looks_like(app.style_of("no call of this", 5), app.theme().warning);
        }
        said.push(accounts.len());
        app.press("j");
    }
    assert!(said.contains(&0) && said.contains(&1), "{said:?}");
}

#[test]
fn the_calls_of_an_account_and_the_way_back() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("4 enter");
    assert_eq!(app.feed.filter_in_force().as_deref(), Some("account_id = \"acme-42\" and !repeat"));
    let calls = app.feed.people(Who::Accounts, 0..1).rows[0].counted.calls;
    assert_eq!(app.feed.shown().rows, calls);
    assert!(app.line(1).contains("back to people"), "{}", app.picture());
    app.press("esc ] enter");
    let filter = app.feed.filter_in_force().expect("a filter");
    assert!(filter.starts_with("user_id = \""), "{filter}");
    app.press("esc");
    assert_eq!(app.feed.filter_in_force(), None);
}

#[test]
fn ascii_no_colour_and_every_size() {
    let plain = ScreenOptions { ascii: true, depth: Depth::NoColour, ..options() };
    for keys in ["4", "4 ]", "4 G", "4 ] G"] {
        let mut app = TestApp::with(five(), 120, 40, &plain);
        app.press(keys);
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
    }
}
