//! The clipboard, through tmux where the program runs inside of it, else through the terminal (OSC 52), also from inside of tmux and GNU screen, which hand
//! nothing on that is not wrapped for them.

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;
use std::io::Write;
use std::process::{self, Stdio};

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Nothing that we know of.
    Nothing,
    /// tmux: takes the sequence itself where `set-clipboard` is on, and hands a wrapped one on where
    /// `allow-passthrough` is.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Between {
    /// What the environment says of it.
    pub fn from_environment(var: impl Fn(&str) -> Option<String>) -> Between {
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        // over ssh the variables of the multiplexer stay behind, its terminal's name does not
        let term = var("TERM").unwrap_or_default();
        match (set("TMUX") || term.starts_with("tmux"), set("STY")) {
            (true, _) => Between::Tmux,
            (false, true) => Between::Screen,
            (false, false) => Between::Nothing,
        }
    }
}

/// Where a copied text went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyTarget {
    /// To the terminal, which does not say whether it took it.
    Terminal,
    /// To tmux, which passes it on to the terminal's clipboard.
    TmuxAndClipboard,
    /// To a buffer of tmux alone: its `set-clipboard` is off.
    Tmux,
}

impl CopyTarget {
    /// What happened to a text, and what to do if it did not arrive. `keys` show the text.
    pub fn words(self, what: &str, keys: &str) -> String {
        match self {
            CopyTarget::Terminal => {
                format!("sent {what} to the terminal's clipboard; if nothing arrives, press {keys}")
            }
            CopyTarget::TmuxAndClipboard => {
                format!("copied {what} to tmux and sent it to the terminal's clipboard")
            }
            CopyTarget::Tmux => format!(
                "copied {what} to tmux; for the clipboard too: tmux set -g set-clipboard on"
            ),
        }
    }
}

/// Loads a text into a buffer of the tmux that the program runs in; none if that fails.
pub fn load_into_tmux(text: &str) -> Option<CopyTarget> {
    let mut tmux = tmux(&["load-buffer", "-w", "-"]).stdin(Stdio::piped()).spawn().ok()?;
    let written = tmux.stdin.take().map(|mut stdin| stdin.write_all(text.as_bytes()));
    let loaded = tmux.wait().ok()?.success();
    if !loaded || !matches!(written, Some(Ok(()))) {
        return None;
    }
    let option = tmux_option("set-clipboard").unwrap_or_default();
    // `external` passes on what tmux itself copies, which this is
    Some(if option == "off" { CopyTarget::Tmux } else { CopyTarget::TmuxAndClipboard })
}

fn tmux_option(name: &str) -> Option<String> {
    let output = tmux(&["show-options", "-gsv", name]).stdout(Stdio::piped()).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn tmux(args: &[&str]) -> process::Command {
    let mut command = process::Command::new("tmux");
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The longest string that screen takes at once, with room to spare.
const SCREEN_CHUNK: usize = 512;

/// What puts a text on the clipboard.
pub fn sequence(text: &str, between: Between) -> Vec<u8> {
    let mut plain = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut plain)
        .expect("writing to a String cannot fail");
    match between {
        Between::Nothing => plain.into_bytes(),
        // whichever of the two it takes; the other one it drops
        Between::Tmux => {
            let wrapped = plain.replace('\x1b', "\x1b\x1b");
            format!("{plain}\x1bPtmux;{wrapped}\x1b\\").into_bytes()
        }
        Between::Screen => {
            // its own end would end the wrapping
            let plain = plain.strip_suffix("\x1b\\").unwrap_or(&plain);
            let ended = format!("{}\x07", plain.trim_end_matches('\x07'));
            let chunks = ended.as_bytes().chunks(SCREEN_CHUNK);
            chunks.flat_map(|chunk| [b"\x1bP", chunk, b"\x1b\\"].concat()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use std::collections::HashMap;

    #[test]
    fn the_environment_tells() {
        let of = |vars: &[(&str, &str)]| {
            let vars: HashMap<&str, &str> = vars.iter().copied().collect();
            Between::from_environment(|name| vars.get(name).map(|value| (*value).to_owned()))
        };
        assert_eq!(of(&[("TERM", "xterm-256color")]), Between::Nothing);
        assert_eq!(of(&[("TERM", "screen"), ("TMUX", "/tmp/x,1,0")]), Between::Tmux);
        assert_eq!(of(&[("TERM", "tmux-256color")]), Between::Tmux);
        assert_eq!(of(&[("TERM", "screen"), ("STY", "1.pts")]), Between::Screen);
        assert_eq!(of(&[("TMUX", "")]), Between::Nothing);
    }

    #[test]
    fn tmux_gets_it_both_ways() {
        let text = "a call";
        let code = STANDARD.encode(text);
        let sent = String::from_utf8(sequence(text, Between::Tmux)).expect("ASCII");
        let (plain, wrapped) = sent.split_once("\x1bPtmux;").expect("both");
        assert!(plain.starts_with(&format!("\x1b]52;c;{code}")), "{plain:?}");
        let wrapped = wrapped.strip_suffix("\x1b\\").expect("an end");
        assert_eq!(wrapped.replace("\x1b\x1b", "\x1b"), plain);
    }

    #[test]
    fn screen_gets_pieces_that_it_can_take() {
        let text = "x".repeat(5_000);
        let sent = String::from_utf8(sequence(&text, Between::Screen)).expect("ASCII");
        let pieces: Vec<&str> = sent.split("\x1bP").skip(1).collect();
        assert!(pieces.len() > 10);
        let inner: String = pieces
            .iter()
            .map(|piece| piece.strip_suffix("\x1b\\").expect("each has its end"))
            .collect();
        assert!(pieces.iter().all(|piece| piece.len() <= SCREEN_CHUNK + 2));
        assert_eq!(inner, format!("\x1b]52;c;{}\x07", STANDARD.encode(&text)));
    }

    #[test]
    fn what_was_copied_says_where_it_went() {
        let words = |copied: CopyTarget| copied.words("the call (4 B)", "Y");
        assert!(words(CopyTarget::Terminal).starts_with("sent the call (4 B) to the terminal's"));
        assert!(words(CopyTarget::Terminal).ends_with("press Y"));
        assert!(words(CopyTarget::Tmux).ends_with("tmux set -g set-clipboard on"));
        assert!(!words(CopyTarget::TmuxAndClipboard).contains("set -g"));
    }
}
