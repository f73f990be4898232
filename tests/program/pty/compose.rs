//! A call written on the screen, and sent to the program itself.

use crate::common::{StandIn, wait_for};
use crate::terminal::Terminal;

#[test]
fn a_call_is_written_judged_while_it_is_typed_and_sent() {
    let args = ["--no-record", "--vendor", "suprsend"];
    let (mut terminal, _http) = Terminal::listening(160, 40, &args);
    terminal.press("c");
    terminal.sees("\"track\"");
    // all of it in other words
    terminal.press("\x1b[200~x\x1b[201~");
    terminal.sees("line 1, column 1: expected a JSON value");
    terminal.press("\x7f");
    wait_for("none", || (!terminal.text().contains("column 1:")).then_some(()));
    terminal.press("\x13");
    terminal.sees("answered 200 in ");
    terminal.sees("1 call ");
    // out of the text, and back to the log that has it
    terminal.press("\x1b");
    terminal.sees("? help");
    terminal.press("q");
    terminal.sees("enter open");
    // from that call another one, of the same kind
    terminal.press("c");
    terminal.press("\x13");
    terminal.sees("2 calls ");
    assert!(terminal.text().contains("0 repeats"), "{}", terminal.text());
    // in a text `q` types, and ctrl-c quits at once
    terminal.press("\x03");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_output_is_sent_to_its_vendor_when_asked() {
    let vendor = StandIn::start();
    let to = format!("deliver.suprsend=http://{}", vendor.address);
    let vendor_flags = ["--no-record", "--vendor", "suprsend", "--setting", &to];
    let key = ["--setting", "vendors.suprsend.api_key=s3cret-k3y"];
    let args = [&vendor_flags[..], &key].concat();
    let (mut terminal, mut http) = Terminal::listening(120, 40, &args);
    let call = r#"{"userId":"u1","event":"Order Received","properties":{"total":1}}"#;
    assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    terminal.sees("1 call ");
    terminal.press("D");
    terminal.sees("Nothing is sent yet");
    assert!(!terminal.text().contains("to the vendor itself"), "{}", terminal.text());
    assert!(terminal.text().contains(&format!("POST http://{}/event/", vendor.address)));
    assert!(vendor.requests().is_empty(), "nothing is sent by looking");
    terminal.press("\r");
    terminal.sees("accepted: answered 200");
    let sent = vendor.requests();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to_lowercase().contains("authorization: bearer s3cret-k3y"), "{}", sent[0]);
    let all = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!all.contains("s3cret"), "a key never reaches the screen");
    terminal.press("\x03");
    assert_eq!(terminal.end(), 0);
}
