//! A call that is written: its colours, what it would give, and sending it.

use crate::app::{SIZES, TestApp, five};
use crate::fixture::{Fixture, Given, NOBODY, Server};
use segscope::call::template::TEMPLATES;
use segscope::tui::app::view::SideEffect;
use serde_json::json;
use std::net::TcpListener;

fn composing(width: u16, height: u16) -> TestApp {
    let mut app = TestApp::new(Fixture::with_calls(5), width, height);
    app.press("E E c");
    app
}

#[test]
fn a_call_beside_what_it_would_give() {
    for (width, height) in SIZES {
        let app = composing(width, height);
        app.assert_well_formed();
        insta::assert_snapshot!(format!("compose_{width}x{height}"), app.picture());
    }
}

#[test]
fn half_typed_text_is_coloured_and_its_mistake_named() {
    let mut app = composing(120, 40);
    assert!(app.picture().contains("\"event\""), "{}", app.picture());
    assert!(!app.picture().contains("messageId"), "a call with the same id would be a repeat");
    assert_eq!(app.style_of("\"event\"", 2).fg, app.theme().json_name.fg);
    // the cursor is before the brace: what is typed there makes it no JSON
    app.press("x");
    assert!(app.picture().contains("line 1, column 1: expected a JSON value"), "{}", app.picture());
    assert_eq!(app.style_of("  1", 3).fg, app.theme().error.fg);
    app.press("ctrl-s");
    assert!(app.effects.is_empty(), "nothing wrong is sent: {:?}", app.effects);
    app.press("backspace");
    assert!(!app.picture().contains("line 1, column 1"), "{}", app.picture());
}

#[test]
fn it_is_sent_and_the_answer_shown() {
    let server = Server::start();
    let inspector = Given::vendors(5).addresses(&[&server.url]).with_calls();
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("E E c ctrl-s");
    match app.effects.as_slice() {
        [SideEffect::Send { to: None, text, .. }] => {
            assert!(text.starts_with("{\n  \"") && !text.contains("messageId"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    app.perform();
    let sending = format!("sending to {}", server.url);
    assert!(app.picture().contains(&sending), "{}", app.picture());
    server.answer(200, "{\"success\": true}\u{1b}[31m");
    app.inspector.wait_for_answer();
    app.draw();
    assert!(app.picture().contains("answered 200 in "), "{}", app.picture());
    assert!(app.picture().contains(" ms  {\"success\": true}\\u{1b}"), "{}", app.picture());
    // an address where nobody listens
    drop(server);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    app.inspector
        .send(Some(&format!("http://{address}")), "{\"type\":\"track\"}", None)
        .expect("begun");
    app.inspector.wait_for_answer();
    app.draw();
    assert_eq!(app.style_of("could not send", 2).fg, app.theme().error.fg);
}

#[test]
fn keys_type_until_the_text_is_left() {
    let mut app = composing(120, 40);
    app.press("q j 1 ?");
    assert!(app.picture().contains("qj1?{"), "{}", app.picture());
    app.press("esc j k q");
    assert!(app.line(2).contains("time"), "q goes back to the log:\n{}", app.picture());
    // the text is as it was left
    app.press("C");
    assert!(app.picture().contains("qj1?{"), "{}", app.picture());
}

/// Nothing that was typed is thrown away unasked, neither for a template nor for another
/// call.
#[test]
fn what_was_typed_comes_back() {
    for (width, height) in SIZES {
        let mut app = composing(width, height);
        app.press("Z Z ctrl-t j j enter");
        let foot = app.line(height - 1);
        assert!(foot.contains("this is the template group"), "{foot}");
        assert!(foot.contains("ctrl-u brings back what was written before"), "{foot}");
        assert!(!app.picture().contains("ZZ{"), "{}", app.picture());
        // another template, in which nothing was typed: the way back leads to what was typed
        app.press("ctrl-t enter ctrl-u");
        assert!(app.picture().contains("ZZ{"), "{}", app.picture());
        app.press("ctrl-r");
        assert!(!app.picture().contains("ZZ{"), "{}", app.picture());
        app.press("ctrl-u backspace");
        assert!(app.picture().contains(" Z{"), "typing goes on: {}", app.picture());
        app.press("ctrl-u ctrl-u ctrl-u");
        assert!(app.picture().contains("  1 {"), "{}", app.picture());
        app.press("ctrl-u");
        assert!(app.line(height - 1).contains("nothing to undo"));
        app.press("ctrl-r ctrl-r");
        assert!(app.picture().contains("ZZ{"), "{}", app.picture());
        // a call from the log takes its place as well
        app.press("esc esc g c");
        assert!(app.line(height - 1).contains("ctrl-u brings back"), "{}", app.picture());
        app.press("ctrl-u");
        assert!(app.picture().contains("ZZ{"), "{}", app.picture());
    }
}

#[test]
fn the_templates_of_types_and_vendors_are_chosen_from() {
    for (width, height) in SIZES {
        let mut app = TestApp::new(Fixture::new(5), width, height);
        app.press("c");
        assert!(app.picture().contains("\"track\""), "{}", app.picture());
        app.press("ctrl-t").assert_well_formed();
        insta::assert_snapshot!(format!("templates_{width}x{height}"), app.picture());
        app.press("up enter");
        assert!(app.picture().contains("\"type\""), "{}", app.picture());
        for (nth, template) in TEMPLATES.iter().enumerate() {
            app.press("ctrl-t");
            for _ in 0..nth {
                app.press("down");
            }
            assert!(app.picture().contains(&template.about), "{}", app.picture());
            app.press("enter");
            let first = template.text.lines().nth(1).expect("a line");
            assert!(app.picture().contains(first.trim()), "{}: {}", template.name, app.picture());
            assert!(!app.line(height - 1).contains("ctrl-u"), "nothing was typed");
        }
    }
}

/// From wherever one came, there one is again.
#[test]
fn the_way_back_leads_to_the_page_from_which_one_came() {
    for page in ["2 findings", "3 coverage", "4 people", "5 sync", "1 log"] {
        let (key, _) = page.split_once(' ').expect("a key");
        for compose in ["c", "C"] {
            let mut app = TestApp::new(five(), 120, 40);
            app.press(key).press("j j");
            let before = app.picture();
            app.press(compose).press("esc esc");
            assert!(app.line(0).contains(&format!("[{page}]")), "{compose}: {}", app.line(0));
            let body =
                |picture: &str| picture.lines().take(39).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(body(&app.picture()), body(&before), "{page} {compose}");
        }
    }
    // by way of other pages: the last one counts
    let mut app = TestApp::new(five(), 120, 40);
    app.press("2 c tab 3 C q");
    assert!(app.line(0).contains("[3 coverage]"), "{}", app.line(0));
}

/// The results beside a text with a mistake are not those of this text.
#[test]
fn results_of_an_older_text_say_so() {
    for (width, height) in SIZES {
        let mut app = composing(width, height);
        assert!(!app.picture().contains("STALE"), "{}", app.picture());
        app.press("x");
        assert!(app.line(2).contains("STALE  the results are of the text before its mistake"));
        // the findings and outputs stay readable, as what is not in use is
        let shown = app.style_of("CustomerSuccessBox", 3);
        assert_eq!(shown.fg, app.theme().unused.fg, "{}", app.picture());
        app.press("backspace");
        assert!(!app.picture().contains("STALE"), "{}", app.picture());
    }
}

/// A file is open, and nothing listens that a call could be sent to.
#[test]
fn where_nothing_listens_only_another_address_is_offered() {
    for (width, height) in SIZES {
        let inspector = Given::vendors(5).opened(&five().recorded()).begin();
        let mut app = TestApp::new(inspector, width, height);
        app.press("E E c");
        assert!(app.line(height - 2).contains("nothing listens here"), "{}", app.picture());
        assert!(!app.line(height - 1).contains("ctrl-s"), "{}", app.picture());
        assert!(app.line(height - 1).contains("ctrl-o send to"), "{}", app.picture());
        app.press("ctrl-s");
        let says = "nothing listens here; ctrl-o sends it to another address";
        assert!(app.line(height - 1).contains(says), "{}", app.picture());
        assert!(app.effects.is_empty(), "{:?}", app.effects);
    }
}

#[test]
fn the_mouse_places_the_cursor_and_scrolls() {
    let mut app = composing(120, 40);
    app.press("tab");
    app.click(4, 3).press("Z");
    assert!(app.picture().contains("Z{"), "{}", app.picture());
    app.wheel(10, 10, true).wheel(100, 10, true).wheel(100, 10, false).click(100, 10);
    app.press("G");
    app.assert_well_formed();
}

#[test]
fn wide_and_hostile_text_stays_in_its_frame() {
    for width in [40, 60, 79, 100, 101] {
        let mut app = TestApp::new(Fixture::with_calls(5), width, 14);
        app.press("k k c");
        app.paste("\u{1b}[31m漢字漢字漢字\u{202e}e\u{301}\u{301}👨‍👩‍👧\r\n\t\"x\"");
        app.assert_well_formed();
        for _ in 0..30 {
            app.press("right");
            app.assert_well_formed();
        }
    }
}

#[test]
fn it_is_sent_where_the_user_says() {
    let mut app = composing(120, 40);
    app.press("ctrl-o");
    let picture = app.picture();
    for choice in
        ["this listener    http://127.0.0.1:7357", "Segment itself   https://api.segment.io"]
    {
        assert!(picture.contains(choice), "{picture}");
    }
    assert!(picture.contains("write key ***1234") && !picture.contains("wk_live"), "{picture}");
    // the first click selects, the second takes it
    let line = (0..40).find(|y| app.line(*y).contains("another address")).expect("it is there");
    app.click(40, line).click(40, line);
    assert!(app.line(38).contains("send to  https://"), "{}", app.picture());
    app.press("a . b enter");
    match app.effects.as_slice() {
        [SideEffect::Send { to, text, .. }] => {
            assert_eq!(to.as_deref(), Some("https://a.b"));
            assert!(!text.contains("messageId"));
        }
        other => panic!("{other:?}"),
    }
    assert!(app.line(2).contains("Compose"), "no window is left: {}", app.picture());
}

/// The known fix was given as code only, not put into the text (F33).
#[test]
fn the_known_changes_are_made_on_a_key() {
    let inspector = Given::vendors(5).begin();
    inspector.use_all_but(&[0, 1, 3, 4]);
    let call = r#"{"type":"track","userId":"u","event":"Order Received","properties":{"accountId":"acme","total":12.0}}"#;
    inspector.batch(0, &[call.to_owned()]);
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("c");
    assert!(app.line(2).contains("PH ✗"), "{}", app.picture());
    assert!(app.line(39).contains("ctrl-g apply fix"), "{}", app.picture());
    app.press("ctrl-g");
    let picture = app.picture();
    assert!(app.line(2).contains("PH ✓"), "{picture}");
    // the other values stand as they were
    for line in ["\"company_id\": \"acme\"", "\"accountId\": \"acme\"", "\"total\": 12.0"] {
        assert!(picture.contains(line), "{line}\n{picture}");
    }
    assert!(app.line(39).contains("corrected; ctrl-u brings back"), "{picture}");
    app.press("ctrl-g");
    assert!(app.line(39).contains("need no change that is known"), "{}", app.picture());
    app.press("ctrl-u");
    assert!(app.line(2).contains("PH ✗"), "{}", app.picture());
}

/// Segment itself was one `j enter` from this listener, without a second question (F49).
#[test]
fn a_service_gets_real_data_after_a_second_question_only() {
    let mut app = composing(120, 40);
    app.press("ctrl-o j enter");
    assert!(app.picture().contains("Create real data there?"), "{}", app.picture());
    app.press("enter");
    assert!(app.effects.is_empty(), "not sending is the first choice: {:?}", app.effects);
    app.press("ctrl-o j enter j enter");
    match app.effects.as_slice() {
        [SideEffect::Send { to, .. }] => assert_eq!(to.as_deref(), Some("https://api.segment.io")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_is_sent_again_as_it_came() {
    let server = Server::start();
    let inspector = Given::vendors(5).addresses(&[&server.url]).with_calls();
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("E E r enter");
    match app.effects.as_slice() {
        [SideEffect::Send { to, text, write_key }] => {
            assert_eq!(to.as_deref(), Some(server.url.as_str()));
            assert!(text.contains("messageId") && text.contains("\"type\":\"track\""), "{text}");
            assert!(write_key.is_some(), "with the key that it came with");
        }
        other => panic!("{other:?}"),
    }
    server.answer(200, "{\"success\": true}");
    app.perform();
    app.inspector.wait_for_answer();
    app.draw();
    let answered = format!("{} answered 200 in ", server.url);
    assert!(app.line(39).contains(&answered), "{}", app.picture());
    assert!(app.line(39).contains(" ms: {\"success\": true}"), "{}", app.picture());
    // a refused request has no call
    app.press("g j j j j j r");
    assert!(app.picture().contains("no call to send again here"), "{}", app.picture());
}

#[test]
fn the_upstream_that_the_user_named_is_offered() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = TestApp::new(Fixture::with_calls(5), width, height);
        // a call of a RudderStack library: its data plane is known only if it is set
        let call = NOBODY.replace("$ID", "m-rudder");
        app.inspector.batch(20_000, &[call]);
        app.draw().press("G r");
        assert!(!app.picture().contains("Segment itself"), "{}", app.picture());
        assert!(app.picture().contains("`upstream` offers your data plane"), "{}", app.picture());
        app.press("esc");
        let inspector =
            Given::vendors(5).setting("upstream", json!("https://plane.example")).with_calls();
        let mut app = TestApp::new(inspector, width, height);
        app.press("g j j r");
        app.assert_well_formed();
        insta::assert_snapshot!(format!("where_{width}x{height}"), app.picture());
        app.press("j enter j enter");
        let to = |effect: &SideEffect| match effect {
            SideEffect::Send { to, .. } => to.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(app.effects.first().and_then(to).as_deref(), Some("https://plane.example"));
    }
}

#[test]
fn before_any_call_it_is_a_template() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = TestApp::new(Fixture::new(5), width, height);
        app.press("C").assert_well_formed();
        insta::assert_snapshot!(format!("compose_empty_{width}x{height}"), app.picture());
    }
}
