//! An output that is sent to its vendor: shown first, sent when asked, its answer shown.

use crate::app::TestApp;
use crate::fixture::{Fixture, Server, with_keys};
use segscope::tui::app::view::SideEffect;

#[test]
fn it_is_shown_then_sent_and_the_answer_shown() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let inspector = with_keys(5, "http://127.0.0.1:48771").with_calls();
        let mut app = TestApp::new(inspector, width, height);
        app.press("g j j D");
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("deliver_{width}x{height}"), app.picture());
        assert!(app.effects.is_empty(), "nothing is sent by looking: {:?}", app.effects);
        let server = Server::start();
        let inspector = with_keys(5, &server.url).with_calls();
        let mut app = TestApp::new(inspector, width, height);
        app.press("g j j D enter");
        assert!(matches!(app.effects[..], [SideEffect::Deliver(_)]), "{:?}", app.effects);
        server.answer(422, "{\"error\": \"\u{1b}[2Jno such account\"}");
        app.perform();
        app.inspector.wait_for_answer();
        app.draw().assert_well_formed();
        let picture = app.picture();
        assert!(picture.contains("not accepted: answered 422 in "), "{picture}");
        assert!(picture.contains("no such account"), "{picture}");
        app.press("enter");
        assert!(
            app.picture().contains("already sent; open this dialog again to send it once more"),
            "{}",
            app.picture()
        );
        assert!(app.effects.is_empty(), "{:?}", app.effects);
        app.press("esc");
        assert!(!app.picture().contains("Deliver"), "{}", app.picture());
    }
}

#[test]
fn the_tab_chooses_the_vendor_and_keys_go_to_others() {
    let inspector = with_keys(5, "http://127.0.0.1:48771").with_calls();
    let mut app = TestApp::new(inspector, 120, 40);
    app.press("g j j enter ] ] D");
    assert!(app.picture().contains("│ Freshsuccess  "), "{}", app.picture());
    assert!(app.picture().contains("to http://127.0.0.1:48771"), "{}", app.picture());
    app.press("] ] ] enter");
    assert!(app.picture().contains("Custify  equivalent"), "{}", app.picture());
    assert!(matches!(app.effects[..], [SideEffect::Deliver(_)]), "{:?}", app.effects);
    app.press("] [ [");
    assert!(app.picture().contains("SuprSend"), "{}", app.picture());
    assert!(app.picture().contains("Nothing is sent yet"), "it asks anew: {}", app.picture());
}

#[test]
fn what_cannot_be_sent_says_why_and_sends_nothing() {
    let mut app = TestApp::new(Fixture::with_calls(1), 120, 40);
    app.press("g j j j D");
    let picture = app.picture();
    assert!(picture.contains("Cannot send:"), "{picture}");
    assert!(picture.contains("would receive nothing of the call: dropped"), "{picture}");
    assert!(!app.line(39).contains("send"), "{}", app.line(39));
    app.press("enter esc");
    // a refused request, and a call that is being written
    app.press("g j j j j j D");
    assert!(app.line(39).contains("no call to deliver here"), "{}", app.line(39));
    app.press("g c ctrl-l");
    assert!(app.picture().contains("vendors.customersuccessbox."), "{}", app.picture());
    app.press("enter");
    assert!(app.effects.is_empty(), "{:?}", app.effects);
}

#[test]
fn from_a_page_that_counts_its_example_is_meant() {
    let mut app = TestApp::new(Fixture::with_calls(5), 120, 40);
    app.press("3 D");
    assert!(app.picture().contains("Deliver"), "{}", app.picture());
    app.click(5, 5).wheel(60, 20, true).press("G");
    app.assert_well_formed();
    assert!(app.effects.is_empty());
}

#[test]
fn a_vendor_in_use_is_shown_first_even_if_it_receives_nothing() {
    let inspector = Fixture::with_calls(5);
    inspector.use_all_but(&[0, 3]);
    let mut app = TestApp::new(inspector, 120, 40);
    // none of those in use receives anything of it
    app.press("g j j j D");
    assert!(app.picture().contains("│ Freshsuccess  "), "{}", app.picture());
}
