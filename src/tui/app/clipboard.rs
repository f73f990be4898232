//! The clipboard. Inside tmux, a text is loaded into tmux; otherwise it is sent through the terminal
//! (OSC 52). tmux and GNU screen pass the sequence on only if it is wrapped for them.

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;
use std::io::Write;
use std::process::{self, Stdio};

/// The terminal multiplexer between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    /// No known one.
    None,
    /// tmux: handles the plain sequence if `set-clipboard` is on, and passes a wrapped one on if
    /// `allow-passthrough` is on.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Multiplexer {
    /// Returns the multiplexer that the environment variables show.
    pub fn from_environment(var: impl Fn(&str) -> Option<String>) -> Multiplexer {
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        // ssh passes on the terminal's name, but not the multiplexer's variables
        let term = var("TERM").unwrap_or_default();
        match (set("TMUX") || term.starts_with("tmux"), set("STY")) {
            (true, _) => Multiplexer::Tmux,
            (false, true) => Multiplexer::Screen,
            (false, false) => Multiplexer::None,
        }
    }
}

/// The destination of a copied text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyTarget {
    /// The terminal, which does not report whether it accepted the text.
    Terminal,
    /// tmux, which passes it on to the terminal's clipboard.
    TmuxAndClipboard,
    /// A buffer of tmux alone, because its `set-clipboard` is off.
    Tmux,
}

impl CopyTarget {
    /// Describes what happened to a text, and what to do if it did not arrive. `keys` show the text.
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
    // with `external`, tmux passes on what it copies itself, which includes `load-buffer`
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

/// The maximum size of a piece for GNU screen, safely below its limit for one string.
const SCREEN_CHUNK_BYTES: usize = 512;

/// Returns the bytes that put a text on the clipboard.
pub fn sequence(text: &str, multiplexer: Multiplexer) -> Vec<u8> {
    let mut plain = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut plain)
        .expect("writing to a String cannot fail");
    match multiplexer {
        Multiplexer::None => plain.into_bytes(),
        // tmux handles one of the two and drops the other, according to its settings
        Multiplexer::Tmux => {
            let wrapped = plain.replace('\x1b', "\x1b\x1b");
            format!("{plain}\x1bPtmux;{wrapped}\x1b\\").into_bytes()
        }
        Multiplexer::Screen => {
            // the terminator of the sequence would also end the wrapping
            let plain = plain.strip_suffix("\x1b\\").unwrap_or(&plain);
            let ended = format!("{}\x07", plain.trim_end_matches('\x07'));
            let chunks = ended.as_bytes().chunks(SCREEN_CHUNK_BYTES);
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
            Multiplexer::from_environment(|name| vars.get(name).map(|value| (*value).to_owned()))
        };
        assert_eq!(of(&[("TERM", "xterm-256color")]), Multiplexer::None);
        assert_eq!(of(&[("TERM", "screen"), ("TMUX", "/tmp/x,1,0")]), Multiplexer::Tmux);
        assert_eq!(of(&[("TERM", "tmux-256color")]), Multiplexer::Tmux);
        assert_eq!(of(&[("TERM", "screen"), ("STY", "1.pts")]), Multiplexer::Screen);
        assert_eq!(of(&[("TMUX", "")]), Multiplexer::None);
    }

    #[test]
    fn tmux_gets_it_both_ways() {
        let text = "a call";
        let code = STANDARD.encode(text);
        let sent = String::from_utf8(sequence(text, Multiplexer::Tmux)).expect("ASCII");
        let (plain, wrapped) = sent.split_once("\x1bPtmux;").expect("both");
        assert!(plain.starts_with(&format!("\x1b]52;c;{code}")), "{plain:?}");
        let wrapped = wrapped.strip_suffix("\x1b\\").expect("an end");
        assert_eq!(wrapped.replace("\x1b\x1b", "\x1b"), plain);
    }

    #[test]
    fn screen_gets_pieces_that_it_can_take() {
        let text = "x".repeat(5_000);
        let sent = String::from_utf8(sequence(&text, Multiplexer::Screen)).expect("ASCII");
        let pieces: Vec<&str> = sent.split("\x1bP").skip(1).collect();
        assert!(pieces.len() > 10);
        let inner: String = pieces
            .iter()
            .map(|piece| piece.strip_suffix("\x1b\\").expect("each has its end"))
            .collect();
        assert!(pieces.iter().all(|piece| piece.len() <= SCREEN_CHUNK_BYTES + 2));
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
