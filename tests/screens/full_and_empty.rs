//! Each view and window when it is full and when it is empty, at the three common sizes; an empty one
//! says how it is filled. Those of other tests stand beside what they test.

use crate::app::{SIZES, TestApp, five};
use crate::colors::looks_like;
use crate::fixture::{Fixture, Given, Server, empty_file, with_keys};
use ratatui::style::Style;
use segscope::tui::theme::Theme;
use serde_json::json;

/// A snapshot at each size, of a feed after what a person does, drawn once: what a wide letter hid
/// of the frame before would stay in a drawing in memory.
fn shows(name: &str, inspector: impl Fn() -> Fixture, act: impl Fn(&mut TestApp)) {
    for size in SIZES {
        shows_at(size, name, &inspector, &act);
    }
}

/// A picture without what differs from run to run: ports, and how long an answer took.
fn steady(picture: &str) -> String {
    let mut out = String::new();
    for line in picture.lines() {
        let line = replace_digits(line, "127.0.0.1:", "48771");
        // where an answer took longer, the space behind it is narrower
        let took = replace_digits(&line, "answered 200 in ", "3");
        let took = replace_digits(&took, "answered 201 in ", "3");
        let shorter = line.chars().count() - took.chars().count();
        out += &widen(&took, shorter);
        out.push('\n');
    }
    out
}

/// Makes the widest space of a line wider, where there is one between columns.
fn widen(line: &str, by: usize) -> String {
    let widest = line.split(|c: char| c != ' ').max_by_key(|space| space.len()).unwrap_or("");
    match line.find(widest) {
        Some(at) if widest.len() > 1 => {
            format!("{}{}{}", &line[..at], " ".repeat(by), &line[at..])
        }
        _ => line.to_owned(),
    }
}

/// Puts other digits behind the first of these words; the usual port stays.
fn replace_digits(line: &str, before: &str, digits: &str) -> String {
    let Some((head, tail)) = line.split_once(before) else { return line.to_owned() };
    let rest = tail.trim_start_matches(|c: char| c.is_ascii_digit());
    match &tail[..tail.len() - rest.len()] {
        "7357" | "" => line.to_owned(),
        _ => format!("{head}{before}{digits}{rest}"),
    }
}

/// Shows a view at sizes where the detail is not in two columns of its own.
fn shows_narrow(name: &str, inspector: impl Fn() -> Fixture, act: impl Fn(&mut TestApp)) {
    for size in &SIZES[..2] {
        shows_at(*size, name, &inspector, &act);
    }
}

fn shows_at(
    (width, height): (u16, u16),
    name: &str,
    inspector: &impl Fn() -> Fixture,
    act: &impl Fn(&mut TestApp),
) {
    let mut app = TestApp::new(inspector(), width, height);
    act(&mut app);
    app.anew();
    app.assert_well_formed();
    insta::assert_snapshot!(format!("{name}_{width}x{height}"), steady(&app.picture()));
}

/// The usual calls with a refused request behind them, which the cursor is on: its detail is short.
fn listed() -> Fixture {
    let inspector = five();
    inspector.add(5);
    inspector
}

/// One of the usual calls alone.
fn only(n: u64) -> Fixture {
    let inspector = Fixture::new(5);
    inspector.add(n);
    inspector
}

/// A call in which the only vendor in use finds nothing.
fn well() -> Fixture {
    let inspector = Given::vendors(5).setting("vendors.use", json!(["suprsend"])).begin();
    inspector.add(2);
    inspector
}

fn press(keys: &'static str) -> impl Fn(&mut TestApp) {
    move |app| {
        app.press(keys);
    }
}

#[test]
fn the_log_without_rows() {
    let file = || empty_file();
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

/// An inspector whose recording cannot be written when the last request arrives.
fn unwritable() -> Fixture {
    let inspector = listed();
    let folder = inspector.folder();
    std::fs::remove_dir_all(folder).expect("removed");
    std::fs::write(folder, "in the way").expect("written");
    let status = inspector.request(60_000, "/v1/track", b"{\"event\":\"E\",\"userId\":\"u\"}");
    assert_eq!(status, 503);
    std::fs::remove_file(folder).expect("removed");
    std::fs::create_dir(folder).expect("there again");
    inspector
}

#[test]
fn the_log_with_something_to_say_above_it() {
    let notice = || {
        let inspector = listed();
        inspector.engine().notice("wrote a new token to token.txt".to_owned());
        inspector
    };
    shows("log_notice", notice, press(""));
    shows("log_problem", unwritable, press(""));
    let stale = || {
        let inspector = five();
        inspector.write_settings("[vendors.custify]\nsend_anonymous_id = true\n");
        inspector.add(5);
        inspector.add(3);
        inspector.add(5);
        inspector
    };
    shows("log_stale", stale, press(""));
    // a relative name, so that the line is the same on every machine
    let refused = || {
        const FILE: &str = "target/tmp/config.toml";
        std::fs::create_dir_all("target/tmp").expect("a folder");
        // what an earlier run left
        let _ = std::fs::remove_file(FILE);
        let inspector = Given::vendors(5).config_file(FILE).with_calls();
        inspector.add(5);
        inspector.write_settings("[vendors.custify]\nx = 1\n");
        inspector
    };
    shows("log_settings_refused", refused, press(""));
}

#[test]
fn the_pages_that_count_with_calls_that_give_them_nothing() {
    // nothing is found, nobody is named
    shows("findings_well", well, press("2"));
    shows("coverage_refused", || only(5), press("3"));
    shows("people_nobody", || only(4), press("4"));
    shows("people_no_user", || only(4), press("4 ]"));
    let nobody_in_it = || {
        let inspector = Fixture::new(5);
        let call = r#"{"type":"group","groupId":"acme-42","anonymousId":"a-1","messageId":"m"}"#;
        inspector.batch(0, &[call.to_owned()]);
        inspector
    };
    shows("people_account_alone", nobody_in_it, press("4 enter"));
    shows("people_account_of_one", || only(1), press("4 enter"));
}

#[test]
fn the_other_tabs_of_coverage() {
    let versions = || {
        let inspector = five();
        inspector.add_of_app("2.4.1");
        inspector.add_of_app("2.4.1");
        inspector.add_of_app("2.5.0");
        inspector
    };
    shows("coverage_version", versions, press("3 ] ]"));
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
        app.inspector.clear().expect("cleared");
        settle(app);
    });
}

#[test]
fn the_tabs_of_the_detail_with_nothing_in_them() {
    shows_narrow("tab_findings_none", well, press("g enter [ ["));
    shows_narrow("tab_vendor_ignores", five, press("g j j j j enter ]"));
    // the last call but one is of a RudderStack library
    shows_narrow("tab_vendor_wire", five, press("G k enter ] ] ] ] ]"));
    shows_narrow("tab_vendor_not_fed", five, press("G k enter ]"));
}

#[test]
fn compose_with_and_without_something_that_can_be_sent() {
    shows("compose_wrong", five, |app| {
        app.press("E E c x");
    });
    let server = Server::start();
    let sender = || Given::vendors(5).addresses(&[&server.url]).with_calls();
    shows("compose_answered", sender, |app| {
        app.press("E E c ctrl-s");
        server.answer(200, "{\"success\": true}");
        app.perform();
        app.inspector.wait_for_answer();
    });
}

#[test]
fn windows_of_ticked_lines() {
    shows("vendors_none", listed, press("v space j space j space j space j space enter"));
    shows("columns", listed, press("|"));
    shows("columns_none", listed, press("| space j space j space j space j space j space enter"));
    shows("aside", five, press("2 a"));
    shows("aside_none", well, press("a"));
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
    shows("deliver_nothing", || Fixture::with_calls(1), press("2 D"));
    let server = Server::start();
    let sender = || with_keys(5, &server.url).with_calls();
    shows("deliver_sent", sender, |app| {
        app.press("g j j D enter");
        server.answer(201, "{\"ok\": true}");
        app.perform();
        app.inspector.wait_for_answer();
    });
    let changed = || {
        let inspector = listed();
        inspector.write_settings("[vendors.planhat]\nknown_companies = [\"globex-inc\"]\n");
        inspector
    };
    let judge = |app: &mut TestApp| {
        app.press("R");
        app.inspector.judge_all_again();
        app.draw();
    };
    shows("judged", changed, judge);
    // the recording was cut by somebody else
    let cut = || {
        let inspector = listed();
        inspector.engine().settle();
        let recording = inspector.stats().recording.expect("a recording");
        std::fs::write(recording, "").expect("cut");
        inspector.judge_all_again();
        inspector
    };
    shows("judged_failed", cut, press(""));
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
    inspector: Fixture,
    keys: &str,
    (words, from_line): (&str, u16),
    style: impl Fn(&Theme) -> Style,
) {
    let mut app = TestApp::new(inspector, 120, 40);
    app.press(keys);
    looks_like(app.style_of(words, from_line), style(app.theme()));
}

#[test]
fn what_means_something_in_these_states_has_its_colour() {
    let vendor = || Fixture::with_calls(1);
    let sends = || with_keys(5, "http://127.0.0.1:48771").with_calls();
    has_style(well(), "2", ("No findings in", 2), |theme| theme.good);
    has_style(only(4), "4", ("No account id", 2), |theme| theme.text);
    has_style(five(), "M", ("none of 12 rows is marked", 2), |theme| theme.warning);
    has_style(five(), "2 a", ("✗ CSB-T-ACCOUNT", 14), |theme| theme.error);
    has_style(five(), "2 a", ("[ ] ✗ CSB-T", 14), |theme| theme.key);
    has_style(vendor(), "2 D", ("Cannot send:", 2), |theme| theme.error);
    has_style(sends(), "g j j D", ("Nothing is sent yet", 2), |theme| theme.warning);
    has_style(five(), "E E c x", ("line 1, column 1", 2), |theme| theme.error);
    has_style(five(), ": n x t enter", ("nxt is not a command", 30), |theme| theme.error);
    has_style(five(), "f ( enter", ("expected", 30), |theme| theme.error);
    has_style(five(), "/ ( enter", ("expected", 30), |theme| theme.error);
    has_style(only(10), "4 ] enter", ("! no vendor in use finds", 5), |theme| theme.warning);
    has_style(five(), "3", ("✓ Order Received", 3), |theme| theme.good);
    has_style(five(), "3", ("✗ Report Exported", 3), |theme| theme.error);
    for (status, words) in [(201, "accepted"), (422, "not accepted")] {
        let style = |theme: &Theme| if status == 201 { theme.good } else { theme.error };
        let server = Server::start();
        let inspector = with_keys(5, &server.url).with_calls();
        let mut app = TestApp::new(inspector, 120, 40);
        app.press("g j j D enter");
        server.answer(status, "{}");
        app.perform();
        app.inspector.wait_for_answer();
        app.draw();
        looks_like(app.style_of(words, 3), style(app.theme()));
    }
}
