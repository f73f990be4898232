//! A call written on the screen, and sent to the program itself.

use crate::common::{Http, StandIn, wait_for};
use crate::listening;
use crate::terminal::Terminal;

#[test]
fn a_call_is_written_judged_while_it_is_typed_and_sent() {
    let mut terminal = Terminal::start(
        160,
        40,
        &["--listen", "127.0.0.1:0", "--no-record", "--vendor", "suprsend"],
    );
    listening(&terminal);
    terminal.press("c");
    wait_for("a template", || terminal.text().contains("\"track\"").then_some(()));
    // all of it in other words
    terminal.press("\x1b[200~x\x1b[201~");
    wait_for("the mistake", || {
        terminal.text().contains("line 1, column 1: expected a JSON value").then_some(())
    });
    terminal.press("\x7f");
    wait_for("none", || (!terminal.text().contains("column 1:")).then_some(()));
    terminal.press("\x13");
    wait_for("the answer", || terminal.text().contains("answered 200 in ").then_some(()));
    wait_for("the call", || terminal.text().contains("1 call ").then_some(()));
    // out of the text, and back to the log that has it
    terminal.press("\x1b");
    wait_for("the results have the keys", || terminal.text().contains("? help").then_some(()));
    terminal.press("q");
    wait_for("the log", || terminal.text().contains("enter open").then_some(()));
    // from that call another one, of the same kind
    terminal.press("c");
    terminal.press("\x13");
    wait_for("two calls", || terminal.text().contains("2 calls ").then_some(()));
    assert!(terminal.text().contains("0 repeats"), "{}", terminal.text());
    // in a text `q` types, and ctrl-c quits at once
    terminal.press("\x03");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_output_is_sent_to_its_vendor_when_asked() {
    let vendor = StandIn::start();
    let to = format!("deliver.suprsend=http://{}", vendor.address);
    let mut terminal = Terminal::start(
        120,
        40,
        &[
            "--listen",
            "127.0.0.1:0",
            "--no-record",
            "--vendor",
            "suprsend",
            "--setting",
            &to,
            "--setting",
            "vendors.suprsend.api_key=s3cret-k3y",
        ],
    );
    let address = listening(&terminal);
    let mut http = Http::connect(&address).expect("it listens");
    let call = r#"{"userId":"u1","event":"Order Received","properties":{"total":1}}"#;
    assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    wait_for("the call", || terminal.text().contains("1 call ").then_some(()));
    terminal.press("D");
    wait_for("the question", || terminal.text().contains("Nothing is sent yet").then_some(()));
    assert!(terminal.text().contains(&format!("POST http://{}/event/", vendor.address)));
    assert!(vendor.requests().is_empty(), "nothing is sent by looking");
    terminal.press("\r");
    wait_for("the answer", || terminal.text().contains("accepted: answered 200").then_some(()));
    let sent = vendor.requests();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to_lowercase().contains("authorization: bearer s3cret-k3y"), "{}", sent[0]);
    let all = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!all.contains("s3cret"), "a key never reaches the screen");
    terminal.press("\x03");
    assert_eq!(terminal.end(), 0);
}
