//! The order of the lines in the header of a call, and the notes beside its fields.

use crate::app::TestApp;
use crate::fixture::{Fixture, Given};

/// A weak finding led and the strong one behind the `!` was a tab away.
#[test]
fn a_missing_id_leads_before_a_missing_session() {
    let inspector = Given::vendors(5).begin();
    let call = r#"{"messageId":"m","type":"track","event":"Order Received","userId":"jane","groupId":"acme-42","properties":{"account_id":"acme-42","user_id":"jane@acme.test","module_id":"Order"}}"#;
    inspector.batch(0, &[call.to_owned()]);
    let mut app = TestApp::new(inspector, 80, 24);
    app.press("g enter");
    let picture = app.picture();
    let company = picture.find("PH needs properties.company_id").expect("it leads");
    let session = picture.find("FS needs anonymousId").expect("it follows");
    assert!(company < session, "{picture}");
    // `none` is for what a call goes through without
    assert!(picture.contains("anonymousId: missing"), "{picture}");
    let style = app.style_of("anonymousId: missing", 0);
    assert_eq!(style.fg, app.theme().warning.fg, "it is no account and no user");
}

/// The header tells which vendor misses the id, and under which name.
#[test]
fn who_wants_an_id_under_another_name_is_told() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = TestApp::new(Fixture::with_calls(5), width, height);
        app.press("g /").type_in("Invoice").press("enter n enter");
        let picture = app.picture();
        // in short where the line has no room for the vendor's name and the whole place
        let short = picture.contains("globex-inc!  CSB needs it as account_id");
        let long = picture.contains("CustomerSuccessBox needs it as properties.account_id");
        assert!(short || long, "{picture}");
    }
}

/// Header, first lines and tabs left ten rows of 24 for the call (F24).
#[test]
fn the_header_has_four_lines_with_one_vendor_in_use() {
    for vendor in 0..5 {
        let inspector = Fixture::with_calls(5);
        let others: Vec<usize> = (0..5).filter(|other| *other != vendor).collect();
        inspector.use_all_but(&others);
        inspector.add(200);
        let mut app = TestApp::new(inspector, 200, 60);
        app.press("g enter o");
        for size in [(200, 60), (160, 45), (120, 40), (100, 30), (80, 24)] {
            app.resize(size.0, size.1);
            for _ in 0..30 {
                let tabs = app.place_of(" request", 2).1;
                let lines: Vec<String> = (2..tabs).map(|y| app.line(y)).collect();
                // a line about all calls of a library stands above the header; the tabs have an
                // empty line above them
                let head = lines.iter().filter(|line| !line.starts_with(" every call of"));
                let head = head.filter(|line| !line.trim().is_empty());
                // what the user wrote, and the sign that settings changed, have lines of their own
                let head = head.filter(|line| !line.starts_with(" note"));
                assert!(head.count() <= 4, "{size:?}\n{}", app.picture());
                app.press("w");
            }
        }
    }
}

/// A doubtful id differed by its colour alone.
#[test]
fn a_doubtful_id_has_a_sign_and_a_word() {
    let mut app = TestApp::new(Fixture::with_calls(1), 200, 60);
    assert!(app.picture().contains("4711? "), "{}", app.picture());
    app.press("/").type_in("Seat").press("enter n enter");
    let picture = app.picture();
    assert!(picture.contains("properties.account_id as a string (it is 4711)"), "{picture}");
    app.press("esc 4");
    let picture = app.picture();
    assert!(picture.contains("4711?"), "{picture}");
    app.press("?");
    let mut help = app.picture();
    for _ in 0..9 {
        app.press("pagedown");
        help.push_str(&app.picture());
    }
    assert!(help.contains("value?") && help.contains("value! as name"), "{help}");
}
