//! The commands that act on calls, on the log and on the settings.

use crate::call::Seq;
use crate::plain::command::{number, word};
use crate::plain::session::PlainSession;
use crate::report::{ExportFormat, calls_words, plural};
use std::io;

impl PlainSession<'_> {
    /// Returns the number of the call that the user means, whether it is marked, and the text after
    /// the number.
    fn parse_call_number<'a>(&mut self, text: &'a str) -> io::Result<Option<(Seq, bool, &'a str)>> {
        let Some((row, rest)) = self.parse_row(text)? else { return Ok(None) };
        let view = self.inspector.window(row..row + 1).pop();
        match view.and_then(|view| Some((view.seq?, view.marked))) {
            Some((seq, marked)) => Ok(Some((seq, marked, rest))),
            None => self.say("this row is a request, not a call").map(|()| None),
        }
    }

    /// Marks a call, or removes its mark.
    pub(crate) fn mark(&mut self, text: &str) -> io::Result<()> {
        let Some((seq, marked, _)) = self.parse_call_number(text)? else { return Ok(()) };
        let done = self.inspector.mark(seq, !marked);
        let words = if marked { "mark removed" } else { "marked" };
        self.done(done, &format!("{}: {words}", seq.0))
    }

    /// Sets or removes the note of a call.
    pub(crate) fn note(&mut self, text: &str) -> io::Result<()> {
        let Some((seq, _, note)) = self.parse_call_number(text)? else { return Ok(()) };
        let done = self.inspector.note(seq, note);
        let words = if note.is_empty() { "note removed" } else { "noted" };
        self.done(done, &format!("{}: {words}", seq.0))
    }

    /// Chooses the vendors in use; without names, prints them.
    pub(crate) fn choose_vendors(&mut self, names: &str) -> io::Result<()> {
        let vendors = self.vendors();
        if names.is_empty() {
            let in_use = self.inspector.in_use();
            let chosen = |at: usize| match (in_use.chosen, in_use.vendors.contains(&at)) {
                (false, _) => "not chosen: checked when the sender's service feeds it",
                (true, true) => "in use",
                (true, false) => "not in use",
            };
            let lines: Vec<String> = vendors
                .iter()
                .enumerate()
                .map(|(at, vendor)| {
                    format!(
                        "{} ({}), fed by {}: {}",
                        vendor.title,
                        vendor.name,
                        vendor.fed_by,
                        chosen(at)
                    )
                })
                .collect();
            return self.print(lines);
        }
        let mut chosen = Vec::new();
        for name in names.split([',', ' ']).filter(|name| !name.is_empty()) {
            match self.vendor(name) {
                Some(vendor) => chosen.push(vendor),
                None => return self.say(&format!("unknown vendor `{name}`; `vendors` lists them")),
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        let done = self.inspector.set_in_use(&chosen);
        self.done(done, "the choice is saved")
    }

    /// Mutes or unmutes a finding code; without a code, prints the muted ones.
    pub(crate) fn mute(&mut self, code: &str) -> io::Result<()> {
        let mut codes = self.inspector.muted();
        if code.is_empty() {
            let calls = self.inspector.calls_with(&codes);
            let lines: Vec<String> = codes
                .iter()
                .zip(calls)
                .map(|(code, calls)| format!("{code}: {}", plural(calls, "call")))
                .collect();
            return match lines.is_empty() {
                true => self.say("nothing is muted"),
                false => self.print(lines),
            };
        }
        let code = code.to_ascii_uppercase();
        let words = if codes.contains(&code) {
            codes.retain(|other| *other != code);
            format!("{code} is no longer muted")
        } else {
            codes.push(code.clone());
            format!("{code} is muted; it still counts")
        };
        let done = self.inspector.set_muted(&codes);
        self.done(done, &words)
    }

    /// Checks all calls again.
    pub(crate) fn judge(&mut self) -> io::Result<()> {
        let begun = self.inspector.judge_again();
        match begun {
            Ok(told) => self.say(&told),
            Err(error) => self.say_error(&error),
        }
    }

    /// Starts or stops the injection of faults.
    pub(crate) fn toggle_faults(&mut self) -> io::Result<()> {
        match self.inspector.toggle_faults() {
            Ok(told) => self.say(&told),
            Err(error) => self.say_error(&error),
        }
    }

    /// Writes the calls that pass the filter to a file.
    pub(crate) fn export(&mut self, file: &str) -> io::Result<()> {
        if file.is_empty() {
            return self.say("expected a file, such as `export calls.ndjson`");
        }
        let ends = |format: &ExportFormat| file.ends_with(&format!(".{}", format.ending()));
        let format = ExportFormat::ALL.into_iter().find(ends).unwrap_or(ExportFormat::Ndjson);
        let begun = self.inspector.export(file, format, self.filtered.filter.clone());
        self.done(begun, &format!("writing the calls to {file}"))
    }

    /// Clears the log.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        let done = self.inspector.clear();
        self.wait_until(|inspector| inspector.rows() == 0);
        (self.next, self.current) = (self.inspector.rows(), None);
        self.done(done, "cleared; the recording keeps everything, and `undo` restores it")
    }

    /// Restores the cleared calls.
    pub(crate) fn undo(&mut self) -> io::Result<()> {
        let before = self.inspector.rows();
        let done = self.inspector.undo_clear();
        if done.is_ok() {
            self.wait_until(|inspector| inspector.rows() > before);
        }
        // the restored calls were printed before
        self.next = self.inspector.rows();
        let stats = self.inspector.stats();
        let words = format!("restored; {} now", calls_words(stats.calls, stats.repeats));
        self.done(done, &words)
    }

    /// Sends a call again, or the draft.
    pub(crate) fn send(&mut self, text: &str) -> io::Result<()> {
        let (first, rest) = word(text);
        let (text, key, rest) = if first == "draft" {
            let Some(draft) = self.draft.clone() else {
                return self.say("no draft; `compose` starts one");
            };
            (draft, None, rest)
        } else {
            let rest = number(text).1;
            let Some((row, _)) = self.parse_row(text)? else { return Ok(()) };
            let Some(call) = self.call_of(row)? else { return Ok(()) };
            (call.standalone_text(), call.write_key.clone(), rest)
        };
        let to =
            match word(rest) {
                ("", _) => None,
                ("to", url) if !url.is_empty() => Some(url),
                _ => return self.say(
                    "expected `send`, `send NUMBER`, `send draft`, each with `to URL` or without",
                ),
            };
        let begun = self.inspector.send(to, &text, key.as_deref());
        match begun {
            Ok(()) => Ok(()),
            Err(error) => self.say_error(&error),
        }
    }
}
