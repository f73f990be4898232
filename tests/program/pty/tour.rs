//! The README's tour: from a fresh home to knowing which calls lack an account id, and with the
//! corrected call on the clipboard, in five keys.

use crate::common::wait_for;
use crate::terminal::Terminal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The number of keys that may be pressed.
const KEYS: usize = 5;

/// A terminal whose keys are counted.
struct Tour {
    terminal: Terminal,
    pressed: usize,
}

impl Tour {
    /// Presses one key, and waits for what it should bring.
    fn press(&mut self, key: &str, brings: &str) {
        self.pressed += 1;
        assert!(self.pressed <= KEYS, "the tour needs more than {KEYS} keys");
        self.terminal.press(key);
        wait_for(brings, || self.terminal.text().contains(brings).then_some(()));
    }
}

#[test]
fn five_keys_lead_to_the_calls_without_an_account_and_to_the_fix() {
    let args = ["--listen", "127.0.0.1:0", "--vendor", "customersuccessbox"];
    let mut tour = Tour { terminal: Terminal::start(80, 24, &args), pressed: 0 };
    let mut http = tour.terminal.http();
    let good = r#"{"userId":"u1","event":"Signed In","properties":{"account_id":"a1","user_id":"u1","module_id":"m","product_id":"p"}}"#;
    let bad = r#"{"userId":"u1","event":"Order Received","properties":{"accountId":"a1","user_id":"u1"}}"#;
    for call in [good, bad, good, bad, good] {
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    }
    tour.terminal.sees("5 calls");

    // what is missing, of which event and how often; the calls behind that; what to change
    tour.press("2", "fix   rename `accountId` to `account_id` in properties");
    tour.press("\r", "2 of 5");
    tour.press("\r", "account_id: missing  CSB");
    tour.press("y", "copy SDK call");
    tour.press("s", "to the terminal's clipboard");

    let sent = String::from_utf8_lossy(&tour.terminal.bytes()).into_owned();
    let (_, copied) = sent.rsplit_once("\x1b]52;c;").expect("the clipboard was set");
    let end = copied.find(['\x07', '\x1b']).expect("it has an end");
    let text = STANDARD.decode(&copied[..end]).expect("base64");
    let text = String::from_utf8(text).expect("text");
    assert!(text.contains("account_id") && !text.contains("accountId"), "{text}");
    tour.terminal.quit();
}
