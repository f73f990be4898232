//! What is doubtful about a filter: words that were probably meant otherwise, fields that no call has.

use crate::fql::{Absent, Filter, FilterHint, HintSubject, NameSource, absent};
use crate::tui::app::view::ViewContext;

/// A doubt, and where in the text it is about something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The first byte.
    pub at: Option<usize>,
    /// What to think of it.
    pub says: String,
}

/// What stands in the text itself.
pub fn of_text(filter: &Filter) -> Vec<Doubt> {
    of_hints(filter.hints().iter())
}

fn of_hints<'h>(hints: impl Iterator<Item = &'h FilterHint>) -> Vec<Doubt> {
    hints.map(|hint| Doubt { at: Some(hint.span.start), says: hint.message.clone() }).collect()
}

/// The fields that no call has: worth telling where nothing passes.
pub fn of_fields(text: &str, filter: &Filter, names: &dyn NameSource) -> Vec<Doubt> {
    let absent = absent(filter, names).into_iter();
    let doubt = |one: Absent| Doubt { at: text.find(&one.named), says: one.to_string() };
    absent.map(doubt).collect()
}

/// Why nothing passes the filter in force, worked out when that is known and again as calls come.
#[derive(Debug, Default)]
pub struct EmptyFilterDialog {
    /// The filter's generation and how many rows it had looked at.
    made: Option<(u64, u64)>,
    doubts: Vec<Doubt>,
}

/// Up to so many rows each new one may change the answer.
const FEW: u64 = 1_000;

impl EmptyFilterDialog {
    /// Looks, if nothing passes and something is new.
    pub fn sync(&mut self, ctx: &ViewContext<'_>) {
        let (filtering, shown) = (&ctx.shared.filtering, &ctx.shared.shown);
        let nothing = shown.rows == 0 && shown.of > 0 && filtering.progress(shown).is_none();
        let Some(filter) = filtering.in_force().filter(|_| nothing) else {
            *self = EmptyFilterDialog::default();
            return;
        };
        let is_new = self.made.is_none_or(|(generation, of)| {
            generation != shown.generation
                || (of != shown.of && (shown.of < FEW || shown.of >= 2 * of))
        });
        if is_new {
            self.made = Some((shown.generation, shown.of));
            let names = ctx.inspector.names();
            let absent = of_fields(filtering.text(), &filter, names.as_ref());
            // a field that is nowhere is not told twice
            let is_told =
                |hint: &&FilterHint| hint.subject != HintSubject::Field || absent.is_empty();
            self.doubts = of_hints(filter.hints().iter().filter(is_told));
            self.doubts.extend(absent);
        }
    }

    /// What was found.
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }
}
