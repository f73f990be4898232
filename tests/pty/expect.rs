//! What is expected turns green as it comes: the rollout's definition of done.

use crate::common::{Http, wait_for};
use crate::listening;
use crate::terminal::Terminal;

const PLAN: &str = "[[event]]\nname = \"Signed In\"\n\n[[event]]\nname = \"Order Received\"\n";

#[test]
fn an_expected_event_is_grey_then_red_without_its_ids_then_green() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.toml");
    std::fs::write(&plan, PLAN).expect("written");
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--vendor",
        "customersuccessbox",
        "--expect",
        plan.to_str().expect("UTF-8"),
    ];
    let mut terminal = Terminal::start(120, 40, &args);
    let address = listening(&terminal);
    terminal.press("3");
    let shows = |terminal: &Terminal, says: &str| {
        wait_for(says, || terminal.text().contains(says).then_some(()));
    };
    shows(&terminal, "0 of 2 expected seen with their ids");
    shows(&terminal, "– not yet  Signed In");

    let mut http = Http::connect(&address).expect("it listens");
    let mut send = |event: &str, account: &str| {
        let call = format!(
            r#"{{"userId":"u1","event":"{event}","properties":{{"{account}":"a1","user_id":"u1","module_id":"m","product_id":"p"}}}}"#
        );
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    };
    send("Signed In", "account_id");
    shows(&terminal, "✓ seen     Signed In");
    shows(&terminal, "1 of 2 expected seen with their ids");
    let green = vt100::Color::Idx(2);
    assert_eq!(terminal.colour_of("✓ seen     Signed In"), green);

    send("Order Received", "accountId");
    shows(&terminal, "✗ no acct  Order Received");
    assert_eq!(terminal.colour_of("✗ no acct"), vt100::Color::Idx(9), "the alarm colour");
    // mended and begun anew: all of it is green
    terminal.press("1z3");
    shows(&terminal, "0 of 2 expected");
    for event in ["Order Received", "Signed In"] {
        send(event, "account_id");
    }
    shows(&terminal, "✓ 2 of 2 expected seen with their ids");
    assert_eq!(terminal.colour_of("2 of 2 expected"), green);
    assert_eq!(terminal.quit(), 0, "the inspector ends well, whatever is expected");
}
