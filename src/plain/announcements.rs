//! The lines that are printed without a command: new calls, results of background work, and
//! problems.

use crate::engine::{Stats, is_given_up_notice};
use crate::inspector::{Sending, row_words};
use crate::plain::session::PlainSession;
use crate::report::plural;
use std::io;

/// The maximum number of calls that are printed at once. If more arrive, only their number and the
/// last [`LAST_ROWS`] are printed.
const MAX_NEW_ROWS: u64 = 20;
const LAST_ROWS: u64 = 5;

impl PlainSession<'_> {
    /// Prints the message of a background task that has ended, such as an export.
    pub(crate) fn print_message(&mut self) -> io::Result<()> {
        match self.inspector.take_message() {
            None => Ok(()),
            Some(Ok(text)) => self.say(&text),
            Some(Err(error)) => self.say_error(&error),
        }
    }

    /// Prints everything that is new since the last time.
    pub fn print_news(&mut self) -> io::Result<()> {
        self.print_new_calls()?;
        self.print_message()?;
        let sending = self.inspector.sending();
        if sending != self.printed.sending {
            if let Some(sending) =
                sending.as_ref().filter(|now| !matches!(now, Sending::Underway { .. }))
            {
                self.say(&sending.words())?;
            }
            self.printed.sending = sending;
        }
        let settings = self.inspector.settings();
        if settings.refused != self.printed.refused_settings {
            if let Some(refused) = &settings.refused {
                self.say_error(refused)?;
            }
            self.printed.refused_settings = settings.refused.clone();
        }
        if let Some(judged) = settings.judged.filter(|judged| judged.number > self.printed.judged) {
            self.printed.judged = judged.number;
            match &judged.changes {
                Ok(changes) => {
                    self.say(&format!("checked {} again", plural(changes.calls, "call")))?;
                    let lines: Vec<String> =
                        changes.vendors.iter().map(|vendor| vendor.sentence()).collect();
                    self.print(lines)?;
                }
                Err(error) => self.say_error(error)?,
            }
        }
        let stats = self.inspector.stats();
        if stats.problem != self.printed.problem {
            match &stats.problem {
                // there is a line about each of them below
                Some(notice) if is_given_up_notice(notice) => {}
                Some(problem) => self.say(&format!("attention: {problem}"))?,
                None => self.say("this is no longer a problem")?,
            }
            self.printed.problem = stats.problem.clone();
        }
        if stats.notes.is_some() && stats.notes != self.printed.notes {
            self.say(&format!("attention: {}", stats.notes.as_deref().unwrap_or_default()))?;
            self.printed.notes = stats.notes.clone();
        }
        let (given_up, seen) = self.inspector.given_up_lines(self.printed.given_up);
        self.printed.given_up = seen;
        for line in given_up {
            self.say(&format!("attention: {line}"))?;
        }
        if let Some(words) = lag_news(&mut self.printed.lags, &stats) {
            self.say(&words)?;
        }
        let alerts = self.inspector.alerts();
        if alerts.dropped > self.printed.unalerted {
            let new = alerts.dropped - self.printed.unalerted;
            self.printed.unalerted = alerts.dropped;
            let failed = alerts.failed.map_or(String::new(), |error| format!(": {error}"));
            self.say(&format!("attention: {} without an alert{failed}", plural(new, "call")))?;
        }
        let lost = stats.unrecorded + stats.too_much;
        if lost > self.printed.lost {
            self.printed.lost = lost;
            self.say(&format!(
                "attention: {} {}, {} too much at once{}",
                stats.unrecorded,
                stats.unrecorded_words(),
                stats.too_much,
                match stats.takes_copies {
                    true => "; these copies are lost here",
                    false if stats.forward.is_some_and(|it| it.not_recorded > 0) => "",
                    false => "; their senders try again",
                }
            ))?;
        }
        Ok(())
    }

    fn print_new_calls(&mut self) -> io::Result<()> {
        let rows = self.inspector.rows();
        if rows < self.next {
            // the log was cleared
            (self.next, self.current) = (rows, None);
        }
        let shown = self.inspector.shown();
        if shown.looked_at < shown.of || shown.of <= self.next {
            return Ok(());
        }
        let from = self.inspector.place_of(self.next);
        let count = shown.rows.saturating_sub(from);
        self.next = shown.of;
        if self.paused {
            self.unprinted += count;
            return Ok(());
        }
        let first = if count > MAX_NEW_ROWS { shown.rows - LAST_ROWS } else { from };
        if first > from {
            self.say(&format!("{} arrived; the last {LAST_ROWS}:", plural(count, "line")))?;
        }
        let new = self.inspector.shown_rows(first..shown.rows);
        let vendors = self.vendors();
        for row in self.inspector.window_of(&new, &[]) {
            self.current = Some(row.row);
            self.say(&row_words(&row, &vendors))?;
        }
        Ok(())
    }

    /// Stops or resumes printing calls.
    pub(crate) fn pause(&mut self) -> io::Result<()> {
        self.paused = !self.paused;
        if self.paused {
            return self.say("paused; nothing is lost");
        }
        let unprinted = std::mem::take(&mut self.unprinted);
        self.say(&format!("resumed; {} arrived meanwhile", plural(unprinted, "line")))
    }

    /// Prints the addresses of the listener and the totals.
    pub(crate) fn status(&mut self) -> io::Result<()> {
        let (stats, addresses) = (self.inspector.stats(), self.inspector.addresses());
        match addresses.is_empty() {
            false => {
                self.say(&format!("segscope listens on {}", addresses.join(" and ")))?;
                if let (Some(to), Some(counts)) = (&stats.forwards_to, &stats.forward) {
                    self.say(&format!("forwarding to {to}: {}", counts.words()))?;
                }
                if let (Some(to), Some(counts)) = (&stats.mirrors_to, &stats.mirror) {
                    self.say(&format!("mirroring to {to}: {}", counts.words()))?;
                }
            }
            true => self.say(match &stats.opened {
                Some(opened) if opened.files > 1 => "segscope reads files",
                Some(opened) if opened.grows => "segscope follows a file",
                _ => "segscope reads a file",
            })?,
        }
        let recording = match (&stats.opened, &stats.recording) {
            (Some(opened), _) => opened.path.display().to_string(),
            (None, Some(path)) => format!("recorded in {}", path.display()),
            (None, None) => "not recording".to_owned(),
        };
        self.say(&format!(
            "{}, {} without an id, {}, {}, {}, {} without a call, {recording}",
            plural(stats.calls, "call"),
            stats.missing,
            plural(stats.refused, "refused request"),
            plural(stats.repeats, "repeat"),
            plural(stats.requests, "request"),
            stats.empty
        ))?;
        if stats.lag_bytes > 0 && stats.reading.is_none() {
            self.printed.lags |= stats.notable_lag().is_some();
            self.say(&lag_words(stats.lag_bytes))?;
        }
        if let Some((read, all)) = stats.reading {
            self.say(&format!("{} % of the file is read", read * 100 / all.max(1)))?;
        }
        let common: Vec<String> = self
            .inspector
            .common()
            .iter()
            .map(|common| {
                let what = common.summary.clone().unwrap_or_else(|| common.codes.join(", "));
                format!("every {} call of {}: {what}", common.kinds.join(" and "), common.library)
            })
            .collect();
        self.print(common)
    }
}

fn lag_words(bytes: u64) -> String {
    format!("{bytes} bytes of the recording are not checked yet")
}

/// Returns the line to print if the checking begins to lag behind what arrives, or has caught up with it.
/// `lags` is true if the last such line says that it lags.
fn lag_news(lags: &mut bool, stats: &Stats) -> Option<String> {
    let (words, now) = match (*lags, stats.notable_lag()) {
        (false, Some(bytes)) => (format!("attention: {}", lag_words(bytes)), true),
        (true, _) if stats.has_caught_up() => ("checking has caught up".to_owned(), false),
        _ => return None,
    };
    *lags = now;
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_once_that_the_checking_lags_and_once_that_it_has_caught_up() {
        let mut lags = false;
        let mut news = |lag_bytes, reading| {
            let stats = Stats { lag_bytes, reading, ..Stats::default() };
            lag_news(&mut lags, &stats)
        };
        assert_eq!(news(1_000, None), None);
        assert_eq!(news(20_000_000, Some((0, 30_000_000))), None);
        let begun = "attention: 20000000 bytes of the recording are not checked yet";
        assert_eq!(news(20_000_000, None).as_deref(), Some(begun));
        assert_eq!(news(30_000_000, None), None);
        assert_eq!(news(10_000_000, None), None);
        // while calls keep arriving, some are always not checked yet
        assert_eq!(news(1_000, None).as_deref(), Some("checking has caught up"));
        assert_eq!(news(0, None), None);
    }
}
