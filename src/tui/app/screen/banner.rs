//! The line over the page for a problem, and for what was passed over in the opened files.

use crate::engine::Stats;

/// The texts that the user closed.
#[derive(Debug, Default)]
pub(crate) struct ClosedBanners {
    problem: Option<String>,
    notes: Option<String>,
}

impl ClosedBanners {
    /// Returns the text of the banner: the present problem, or else the notes about the opened files.
    pub fn open_text<'s>(&self, stats: &'s Stats) -> Option<&'s str> {
        let is_open = |text: &&str, closed: &Option<String>| closed.as_deref() != Some(text);
        let problem = stats.problem.as_deref().filter(|text| is_open(text, &self.problem));
        problem.or_else(|| stats.notes.as_deref().filter(|text| is_open(text, &self.notes)))
    }

    /// Closes the banner until there is another text.
    pub fn close(&mut self, stats: &Stats) {
        let text = self.open_text(stats).map(str::to_owned);
        if text == stats.problem {
            self.problem = text;
        } else {
            self.notes = text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stay_closed_when_a_problem_comes_and_goes() {
        let (mut closed, mut stats) = (ClosedBanners::default(), Stats::default());
        closed.close(&stats);
        stats.notes = Some("passed over".into());
        assert_eq!(closed.open_text(&stats), Some("passed over"));
        closed.close(&stats);
        assert_eq!(closed.open_text(&stats), None);
        stats.problem = Some("disk full".to_owned());
        assert_eq!(closed.open_text(&stats), Some("disk full"));
        closed.close(&stats);
        assert_eq!(closed.open_text(&stats), None);
        stats.problem = None;
        assert_eq!(closed.open_text(&stats), None);
    }
}
