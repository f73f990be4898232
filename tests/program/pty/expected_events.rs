//! Expected events turn green as they arrive: the rollout's definition of done.

use crate::terminal::Terminal;

const PLAN: &str = "[[event]]\nname = \"Signed In\"\n\n[[event]]\nname = \"Order Received\"\n";

#[test]
fn an_expected_event_is_grey_then_red_without_its_ids_then_green() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.toml");
    std::fs::write(&plan, PLAN).expect("written");
    let plan = plan.to_str().expect("UTF-8");
    let args = ["--vendor", "customersuccessbox", "--expect", plan];
    let (mut terminal, mut http) = Terminal::listening(120, 40, &args);
    terminal.press("3");
    terminal.sees("0 of 2 expected seen with their ids");
    terminal.sees("– not yet  Signed In");

    let mut send = |event: &str, account: &str| {
        let call = format!(
            r#"{{"userId":"u1","event":"{event}","properties":{{"{account}":"a1","user_id":"u1","module_id":"m","product_id":"p"}}}}"#
        );
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    };
    send("Signed In", "account_id");
    terminal.sees("✓ seen     Signed In");
    terminal.sees("1 of 2 expected seen with their ids");
    let green = vt100::Color::Idx(77);
    assert_eq!(terminal.colour_of("✓ seen     Signed In"), green);

    send("Order Received", "accountId");
    terminal.sees("✗ no acct  Order Received");
    assert_eq!(terminal.colour_of("✗ no acct"), vt100::Color::Idx(203), "the alarm color");
    // mended and begun anew: all of it is green
    terminal.press("1z3");
    terminal.sees("0 of 2 expected");
    for event in ["Order Received", "Signed In"] {
        send(event, "account_id");
    }
    terminal.sees("✓ 2 of 2 expected seen with their ids");
    assert_eq!(terminal.colour_of("2 of 2 expected"), green);
    assert_eq!(terminal.quit(), 0, "the inspector ends well, whatever is expected");
}
