//! Findings that are muted.

use crate::app::TestApp;
use crate::fixture::Fixture;
use segscope::tui::app::view::SideEffect;

#[test]
fn the_codes_of_a_call_are_offered_and_what_is_aside_comes_back() {
    let mut app = TestApp::new(Fixture::with_calls(1), 80, 24);
    app.press("g j j a");
    assert!(app.line(23).contains("nothing to mute in"), "{}", app.line(23));
    app.press("G a");
    assert!(app.picture().contains("[ ] ✗ CSB-T-USER-MISSING"), "{}", app.picture());
    app.press("j space enter");
    let codes = vec!["CSB-T-USER-MISSING".to_owned()];
    assert_eq!(app.effects, [SideEffect::SetMuted(codes.clone())]);
    app.inspector.set_muted(&codes).expect("kept");
    app.draw();
    assert!(app.line(1).ends_with("a 1 code muted"), "{}", app.line(1));
    // from any call there is a way back
    app.press("g j j a");
    assert!(app.picture().contains("[x]   CSB-T-USER-MISSING"), "{}", app.picture());
    app.press("space enter");
    assert_eq!(app.effects[1..], [SideEffect::SetMuted(Vec::new())]);
    app.resize(200, 60).press("G enter ] ] ] ] ] ]");
    assert!(app.picture().contains("muted in this folder"), "{}", app.picture());
}
