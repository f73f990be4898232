//! The coverage page: event by event, how many calls have ids and what vendors take of them.

use crate::app::{TestApp, five, options, pictures};
use crate::colors::looks_like;
use crate::fixture::{Fixture, Given};
use segscope::inspector::GroupBy;
use segscope::tui::ScreenOptions;
use segscope::tui::theme::ColorDepth;
use serde_json::json;

#[test]
fn what_it_shows() {
    pictures!("coverage", five(), "3");
    pictures!("coverage_library", five(), "3 ]");
}

#[test]
fn what_it_says_when_there_is_nothing() {
    pictures!("coverage_empty", Fixture::new(5), "esc 3");
}

#[test]
fn what_is_whole_is_green_and_what_is_missing_is_loud() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3 G");
    let theme = app.theme().clone();
    looks_like(app.style_of("Order Received", 3), theme.good);
    looks_like(app.style_of("✓ Order Received", 3), theme.good);
    looks_like(app.style_of("✗ Report Exported", 3), theme.missing_id);
    looks_like(app.style_of("Report Exported", 3), theme.text);
    let line = (3..20).find(|y| app.line(*y).contains("Report Exported")).expect("there");
    looks_like(app.style_of(" 0%", line), theme.missing_id);
    looks_like(app.style_of("██████████ 100%", 3), theme.good);
    // an event that nobody needs ids of is quiet
    let line = (3..20).find(|y| app.line(*y).contains("page Pricing")).expect("there");
    looks_like(app.style_of(" 0%", line), theme.quiet);
}

#[test]
fn what_one_vendor_finds_and_another_misses_is_no_green() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3");
    let line = (3..20).find(|y| app.line(*y).contains("✗ Invoice Paid")).expect("there");
    looks_like(app.style_of("██████████ 100%", line), app.theme().warning);
}

#[test]
fn keys_that_come_faster_than_frames_mean_what_they_would_mean_later() {
    let mut app = TestApp::new(five(), 120, 40);
    app.draws = false;
    app.press("3 ] ] ] enter").draw();
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.contains("match(write_key, \"*1234\")"), "{filter}");
    app.press("esc [ [ j enter").draw();
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.contains("library.name = "), "{filter}");
    assert!(filter.contains("RudderLabs"), "the second line: {filter}");
}

#[test]
fn repeats_are_not_counted_and_are_named() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3");
    for _ in 0..12 {
        if app.picture().contains("1 repeat, not counted") {
            break;
        }
        app.press("j");
    }
    assert!(app.picture().contains("1 repeat, not counted"), "{}", app.picture());
    app.press("enter");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.ends_with("and !repeat"), "{filter}");
}

#[test]
fn the_number_is_that_of_the_calls_behind_it() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3");
    let mut rows = 0;
    let mut calls = Vec::new();
    for row in app.inspector.coverage(GroupBy::Event).rows {
        rows += 1;
        calls.push(row.counted.calls);
    }
    let mut shown = Vec::new();
    for _ in 0..rows {
        app.press("enter");
        if app.inspector.shown().rows > 0 {
            shown.push(app.inspector.shown().rows);
        }
        app.press("esc j");
    }
    calls.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, calls);
}

#[test]
fn a_write_key_is_masked_in_the_list_and_in_its_filter() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3 [");
    assert!(app.picture().contains("***1234"), "{}", app.picture());
    assert!(!app.picture().contains("wk_live"), "{}", app.picture());
    app.press("enter");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.contains("match(write_key, \"*1234\")"), "{filter}");
    app.press("esc");
    assert!(app.picture().contains("***1234"), "the tab is as it was:\n{}", app.picture());
}

#[test]
fn tabs_turn_by_key_and_click_and_the_way_back_is_short() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3 ] enter");
    let filter = app.inspector.filter_text().expect("a filter");
    assert!(filter.contains("library.name = \"analytics-node\""), "{filter}");
    assert!(app.line(1).contains("back to coverage"), "{}", app.picture());
    app.press("q");
    assert!(app.picture().contains("analytics-node"), "{}", app.picture());
    app.click(4, 2);
    assert!(!app.line(3).contains("library"), "{}", app.picture());
    app.press("esc");
    assert!(app.line(2).contains("time"), "{}", app.picture());
}

#[test]
fn ascii_no_colour_and_every_size() {
    let plain = ScreenOptions { ascii: true, depth: ColorDepth::NoColor, ..options() };
    for keys in ["3", "3 ]", "3 ] ]", "3 G"] {
        let mut app = TestApp::with(five(), 120, 40, &plain);
        app.press(keys);
        app.assert_no_colour();
        assert!(app.picture().is_ascii(), "{}", app.picture());
    }
    for size in [(40, 10), (60, 12), (79, 24), (139, 10), (140, 10), (300, 100)] {
        let mut app = TestApp::new(five(), size.0, size.1);
        app.press("3");
        for _ in 0..4 {
            app.press("] G").assert_well_formed();
        }
    }
}

#[test]
fn the_smallest_screen_says_of_which_event_ids_are_there() {
    let mut app = TestApp::new(five(), 40, 10);
    app.press("3");
    let line = (3..10).find(|y| app.line(*y).contains("✗ Report E")).expect("the event");
    assert!(app.line(line).contains("0%    100%!"), "{}", app.picture());
    app.press("]");
    assert!(app.picture().contains(" analy"), "{}", app.picture());
    assert!(app.picture().contains("✓ ident"), "{}", app.picture());
}

#[test]
fn what_events_do_not_need_is_for_what_they_are_counted_by() {
    for width in [120, 200] {
        let mut app = TestApp::new(five(), width, 30);
        app.press("3 ]");
        assert!(app.picture().contains("analytics-node 3.1.0"), "{}", app.picture());
    }
}

#[test]
fn a_page_call_has_no_share_where_nobody_looks_and_doubt_is_no_green() {
    let mut app = TestApp::new(five(), 120, 40);
    app.press("3");
    let theme = app.theme().clone();
    let line = (3..20).find(|y| app.line(*y).contains("? Seat Added")).expect("there");
    looks_like(app.style_of("Seat Added", line), theme.text);
    looks_like(app.style_of("100%?", line), theme.warning);
    for _ in 0..12 {
        if app.picture().contains("1 doubtful") {
            break;
        }
        app.press("j");
    }
    assert!(app.picture().contains("? 1 doubtful: a number, or a missing value as text"));
}

#[test]
fn an_id_that_is_doubtful_at_one_vendor_is_no_green_in_any_order_of_the_vendors() {
    let plan = "[[event]]\ntype = \"track\"\nname = \"Pay\"\n";
    for (account, shown) in [("undefined", "undefined?"), ("acme ", "acme\\u{20}?")] {
        for vendors in [["planhat", "customersuccessbox"], ["customersuccessbox", "planhat"]] {
            let given = Given::default().setting("vendors.use", json!(vendors)).plan(plan);
            let inspector = given.begin();
            let properties = json!({"account_id": account, "user_id": "u1", "company_id": "acme"});
            let call = json!({
                "type": "track", "event": "Pay", "userId": "u1", "properties": properties,
            });
            inspector.batch(0, &[call.to_string()]);
            let mut app = TestApp::new(inspector, 120, 40);
            assert!(app.picture().contains(shown), "{vendors:?}: {}", app.picture());
            let expected = app.inspector.expectations().expect("a plan");
            assert!(expected.list[0].is_doubtful(), "{vendors:?}: {expected:?}");
            app.press("3");
            let line = (3..20).find(|y| app.line(*y).contains("? doubtful")).expect("the event");
            assert!(app.line(line).contains("100%?"), "{vendors:?}: {}", app.picture());
            looks_like(app.style_of("Pay", line), app.theme().text);
        }
    }
}

#[test]
fn a_share_of_accepted_calls_is_that_of_these_calls_alone() {
    let call = |account: &str| {
        let properties = json!({"account_id": account, "user_id": "u1"});
        json!({"type": "track", "event": "Pay", "userId": "u1", "properties": properties})
            .to_string()
    };
    for (good, doubtful, missing, accepted, list) in [
        // 71.4%, 14.3% and 14.3%
        (5, 1, 1, "86%", ["delivered 5 (71%)", "degraded 1 (14%)", "dropped 1 (14%)"]),
        // 87.5% and 12.5%
        (7, 0, 1, "88%", ["delivered 7 (88%)", "dropped 1 (13%)", ""]),
    ] {
        let inspector = Given::vendors(1).begin();
        let calls =
            [vec![call("acme"); good], vec![call("null"); doubtful], vec![call(""); missing]];
        inspector.batch(0, &calls.concat());
        let mut app = TestApp::new(inspector, 200, 40);
        app.press("3");
        let line = (3..20).find(|y| app.line(*y).contains("✗ Pay")).expect("the event");
        assert!(app.line(line).contains(accepted), "{}", app.picture());
        for words in list {
            assert!(app.picture().contains(words), "{words}: {}", app.picture());
        }
    }
}
