//! What each view and window shows when it is full and when there is nothing in it, at the three
//! sizes that everyone has; what is empty says how it is filled. Those of other tests stand beside
//! what they test.

use crate::app::{SIZES, TestApp, five};
use crate::colours::looks_like;
use crate::fake::FakeFeed;
use ratatui::style::Style;
use segscope::engine::{Changes, VendorChanges};
use segscope::tui::feed::{Feed, Judged, Sending, SettingsView};
use segscope::tui::theme::Theme;
use std::sync::Arc;

/// A snapshot at each size, of a feed after what a person does, drawn once: what a wide letter hid
/// of the frame before would stay in a drawing in memory.
fn shows(name: &str, feed: impl Fn() -> FakeFeed, act: impl Fn(&mut TestApp)) {
    for size in SIZES {
        shows_at(size, name, &feed, &act);
    }
}

/// The same where the detail opens over the log or beside it, but not in two columns of its own.
fn shows_narrow(name: &str, feed: impl Fn() -> FakeFeed, act: impl Fn(&mut TestApp)) {
    for size in &SIZES[..2] {
        shows_at(*size, name, &feed, &act);
    }
}

fn shows_at(
    (width, height): (u16, u16),
    name: &str,
    feed: &impl Fn() -> FakeFeed,
    act: &impl Fn(&mut TestApp),
) {
    let mut app = TestApp::new(feed(), width, height);
    act(&mut app);
    app.anew();
    app.assert_well_formed();
    insta::assert_snapshot!(format!("{name}_{width}x{height}"), app.picture());
}

/// The usual calls with a refused request behind them, which the cursor is on: its detail is short.
fn listed() -> FakeFeed {
    let feed = five();
    feed.add(5);
    feed
}

/// One of the usual calls alone.
fn only(n: u64) -> FakeFeed {
    let feed = FakeFeed::new(5);
    feed.add(n);
    feed
}

fn none() -> FakeFeed {
    FakeFeed::new(5)
}

fn press(keys: &'static str) -> impl Fn(&mut TestApp) {
    move |app| {
        app.press(keys);
    }
}

#[test]
fn the_log_without_rows() {
    let file = || {
        let feed = none();
        feed.without_address();
        feed
    };
    shows("log_empty_file", file, press(""));
    shows("log_cleared", five, press("z"));
    shows("log_none_passes", five, |app| {
        app.press("f").type_in("zebra").press("enter");
    });
    shows("log_none_passes_yet", five, |app| {
        app.press("f").type_in("zebra");
    });
    shows("log_none_marked", five, press("M"));
}

#[test]
fn the_log_with_something_to_say_above_it() {
    let problem = || {
        let feed = listed();
        feed.set_problem(Some("the disk is full: calls are answered 503 until there is room"));
        feed
    };
    shows("log_problem", problem, press(""));
    let stale = || {
        let feed = listed();
        feed.set_settings(SettingsView {
            changed: Some("vendors.custify.send_anonymous_id".to_owned()),
            stale_before: Some(12),
            ..SettingsView::default()
        });
        feed
    };
    shows("log_stale", stale, press(""));
    let refused = || {
        let feed = listed();
        let said =
            "segscope.toml:4: custify: `x` is no setting; the settings from before stay in force";
        let refused = Some(said.to_owned());
        feed.set_settings(SettingsView { refused, ..SettingsView::default() });
        feed
    };
    shows("log_settings_refused", refused, press(""));
}

#[test]
fn the_pages_that_count_with_calls_that_give_them_nothing() {
    // nothing is found, nobody is named
    shows("findings_well", || only(0), press("2"));
    shows("coverage_refused", || only(5), press("3"));
    shows("people_nobody", || only(4), press("4"));
    shows("people_no_user", || only(4), press("4 ]"));
    shows("people_account_alone", || only(1), press("4 enter"));
}

#[test]
fn the_other_tabs_of_coverage() {
    shows("coverage_version", five, press("3 ] ]"));
    shows("coverage_key", five, press("3 ] ] ]"));
}

/// Lets the page of a user go through all calls.
fn settle(app: &mut TestApp) {
    for _ in 0..200 {
        app.draw();
    }
}

#[test]
fn the_page_of_a_user_who_has_little_to_show() {
    shows(
        "user_alone",
        || only(10),
        |app| {
            app.press("4 ] enter");
            settle(app);
        },
    );
    // cleared away while the page is open
    shows("user_gone", five, |app| {
        app.press("4 ] enter");
        settle(app);
        app.feed.clear().expect("cleared");
        settle(app);
    });
}

#[test]
fn the_tabs_of_the_detail_with_nothing_in_them() {
    shows_narrow("tab_findings_none", five, press("g enter ] ] ] ] ] ]"));
    shows_narrow("tab_vendor_ignores", five, press("g j j j j enter ]"));
    shows_narrow("tab_vendor_not_fed", five, press("g j j enter ] ] ] ] ]"));
}

#[test]
fn compose_with_and_without_something_that_can_be_sent() {
    shows("compose_wrong", five, |app| {
        app.press("E E c x");
    });
    shows("compose_answered", five, |app| {
        app.press("E E c");
        let body = "{\"success\": true}".to_owned();
        let to = "http://127.0.0.1:7357".to_owned();
        app.feed.set_sending(Sending::Answered { to, status: 200, body, took_ms: 3 });
        app.draw();
    });
}

#[test]
fn windows_of_ticked_lines() {
    shows("vendors_none", listed, press("v space j space j space j space j space enter"));
    shows("columns", listed, press("|"));
    shows("columns_none", listed, press("| space j space j space j space j space j space enter"));
    shows("aside", five, press("2 a"));
    shows("aside_none", || only(0), press("a"));
}

#[test]
fn windows_that_ask() {
    shows("export", listed, press("x"));
    shows("export_empty", listed, press("x enter ctrl-u enter"));
    shows("export_ready", listed, |app| {
        app.press("x j enter");
    });
    shows_narrow("note", five, press("g ;"));
    shows_narrow("note_full", five, |app| {
        app.press("g ;").type_in("look at this again").press("enter ;");
    });
    shows("where_here", listed, press("3 r"));
    shows("where_address", listed, |app| {
        app.press("3 r j j enter").type_in("track.example");
    });
}

#[test]
fn windows_over_a_call() {
    shows("deliver_nothing", || FakeFeed::with_calls(1), press("2 D"));
    shows("deliver_sent", five, |app| {
        app.press("3 D enter");
        let to = "CustomerSuccessBox".to_owned();
        let body = "{\"ok\": true}".to_owned();
        app.feed.set_sending(Sending::Answered { to, status: 201, body, took_ms: 31 });
        app.draw();
    });
    let judged = |moved: u64| {
        let mut custify = VendorChanges { name: "custify".to_owned(), moved: Default::default() };
        custify.moved[4][4] = 100;
        custify.moved[1][4] = moved;
        let planhat = VendorChanges { name: "planhat".to_owned(), moved: Default::default() };
        Changes { calls: 1_119, vendors: vec![planhat, custify] }
    };
    let again = |changes: Result<Changes, String>| {
        let feed = listed();
        let judged = Some(Arc::new(Judged { number: 1, changes }));
        feed.set_settings(SettingsView { judged, ..SettingsView::default() });
        feed
    };
    shows("judged", || again(Ok(judged(17))), press(""));
    let error = || "the calls could not be read again: No such file or directory".to_owned();
    shows("judged_failed", || again(Err(error())), press(""));
}

#[test]
fn lines_that_are_typed_into() {
    shows("command", listed, press(":"));
    shows("command_offers", listed, |app| {
        app.press(":").type_in("next");
    });
    shows("command_wrong", listed, |app| {
        app.press(":").type_in("nxt_missing").press("enter");
    });
    shows("filter", listed, press("f"));
    shows("filter_offers", listed, |app| {
        app.press("f").type_in("properties.");
    });
    shows("filter_wrong", listed, |app| {
        app.press("f").type_in("type = track and").press("enter");
    });
    shows("filter_named_none", listed, press("ctrl-o"));
    shows("filter_named", listed, |app| {
        for (filter, name) in [("repeat", "retries"), ("missing(account_id)", "no account")] {
            app.press("f ctrl-u").type_in(filter).press("ctrl-s ctrl-u").type_in(name);
            app.press("enter enter");
        }
        app.press("F G ctrl-o");
    });
    shows("search", listed, press("/"));
    shows("search_found", listed, |app| {
        app.press("/").type_in("order rec");
    });
    shows("search_none", listed, |app| {
        app.press("/").type_in("zebra").press("enter");
    });
}

/// The style that words have after these keys, and what they should look like.
fn has_style(
    feed: FakeFeed,
    keys: &str,
    (words, from_line): (&str, u16),
    style: impl Fn(&Theme) -> Style,
) {
    let mut app = TestApp::new(feed, 120, 40);
    app.press(keys);
    looks_like(app.style_of(words, from_line), style(app.theme()));
}

#[test]
fn what_means_something_in_these_states_has_its_colour() {
    let vendor = || FakeFeed::with_calls(1);
    has_style(only(0), "2", ("Nothing is found", 2), |theme| theme.good);
    has_style(only(4), "4", ("No account id", 2), |theme| theme.text);
    has_style(five(), "M", ("none of 12 rows is marked", 2), |theme| theme.warning);
    has_style(five(), "2 a", ("✗ CSB-T-ACCOUNT", 14), |theme| theme.error);
    has_style(five(), "2 a", ("[ ] ✗ CSB-T", 14), |theme| theme.key);
    has_style(vendor(), "2 D", ("This cannot be sent", 2), |theme| theme.error);
    has_style(five(), "3 D", ("Nothing is sent yet", 2), |theme| theme.warning);
    has_style(five(), "E E c x", ("line 1, column 1", 2), |theme| theme.error);
    has_style(five(), ": n x t enter", ("nxt is no command", 30), |theme| theme.error);
    has_style(five(), "f ( enter", ("expected", 30), |theme| theme.error);
    has_style(five(), "/ ( enter", ("expected", 30), |theme| theme.error);
    has_style(only(10), "4 ] enter", ("! no vendor in use finds", 5), |theme| theme.warning);
    has_style(five(), "3", ("✓ Order Received", 3), |theme| theme.good);
    has_style(five(), "3", ("✗ Report Exported", 3), |theme| theme.error);
    for (status, words) in [(201, "accepted"), (422, "not accepted")] {
        let style = |theme: &Theme| if status == 201 { theme.good } else { theme.error };
        let mut app = TestApp::new(five(), 120, 40);
        app.press("3 D enter");
        let (to, body) = ("CustomerSuccessBox".to_owned(), "{}".to_owned());
        app.feed.set_sending(Sending::Answered { to, status, body, took_ms: 31 });
        app.draw();
        looks_like(app.style_of(words, 3), style(app.theme()));
    }
}
