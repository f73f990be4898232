//! The first minute of someone who has a mouse and touches no key.

use super::CALL;
use crate::common::wait_for;
use crate::terminal::Terminal;

impl Terminal {
    /// The column and the line of a text, from 1; the last where it stands more than once.
    fn place_of(&self, text: &str) -> Option<(usize, usize)> {
        let screen = self.text();
        let lines: Vec<&str> = screen.lines().collect();
        let at = lines.iter().rposition(|line| line.contains(text))?;
        let column = lines[at].rfind(text)?;
        Some((lines[at][..column].chars().count() + 1, at + 1))
    }

    fn click_on(&mut self, text: &str) {
        let (x, y) = wait_for(text, || self.place_of(text));
        self.press(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    }
}

#[test]
fn from_the_first_call_to_the_fix_and_back_to_the_shell() {
    let (mut terminal, mut http) =
        Terminal::listening(160, 40, &["--vendor", "customersuccessbox"]);
    for _ in 0..3 {
        http.post("/v1/track", CALL).expect("an answer");
    }
    terminal.sees("3 calls");

    // its tab, by its head
    terminal.click_on("CSB ");
    terminal.sees("esc back");
    terminal.click_on("2 findings");
    terminal.sees("[2 findings]");
    terminal.sees("ACCOUNT-MISSING");
    // the first is chosen already: a click shows its calls
    let (x, y) = wait_for("the first", || {
        let text = terminal.text();
        text.lines().position(|line| line.starts_with('▌')).map(|line| (5, line + 1))
    });
    terminal.press(&format!("\x1b[<0;{x};{y}M"));
    // the footer is drawn last: until it is there, what was before may stand in the lines above
    wait_for("its calls", || {
        let text = terminal.text();
        (text.contains("back to findings") && text.contains("enter open")).then_some(())
    });

    // the line between log and detail is dragged to the left, and stays there at the next start
    let rule = |terminal: &Terminal| {
        let text = terminal.text();
        text.lines().nth(20).and_then(|line| line.chars().position(|c| c == '│'))
    };
    let at = wait_for("the line between", || rule(&terminal)) + 1;
    terminal.press(&format!("\x1b[<0;{at};21M\x1b[<32;{};21M\x1b[<0;{0};21m", at - 20));
    wait_for("another place", || rule(&terminal).filter(|now| *now + 1 < at - 15));
    let choices = terminal.home().join(".local/state/segscope/choices.json");
    wait_for("what is kept", || {
        std::fs::read_to_string(&choices).ok().filter(|text| text.contains("split"))
    });

    terminal.click_on("q back");
    terminal.sees("[2 findings]");
    terminal.click_on("1 log");
    terminal.click_on("q quit");
    assert_eq!(terminal.end(), 0);
}
