//! Warnings about a filter: words that the user probably meant otherwise, and fields that no call
//! has.

use crate::fql::{Absent, Filter, FilterHint, HintSubject, NameSource, absent};
use crate::tui::app::view::ViewContext;

/// A warning, and the position in the text that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The byte offset in the text.
    pub at: Option<usize>,
    /// The message.
    pub says: String,
}

/// Returns the warnings about the text of a filter.
pub fn text_warnings(filter: &Filter) -> Vec<Doubt> {
    hint_warnings(filter.hints().iter())
}

fn hint_warnings<'h>(hints: impl Iterator<Item = &'h FilterHint>) -> Vec<Doubt> {
    hints.map(|hint| Doubt { at: Some(hint.span.start), says: hint.message.clone() }).collect()
}

/// Returns the warnings about fields that no call has. They are useful if no call passes the
/// filter.
pub fn absent_field_warnings(text: &str, filter: &Filter, names: &dyn NameSource) -> Vec<Doubt> {
    let absent = absent(filter, names).into_iter();
    let doubt = |one: Absent| Doubt { at: text.find(&one.named), says: one.to_string() };
    absent.map(doubt).collect()
}

/// The explanation of an active filter that no call passes. It is made again as calls arrive.
#[derive(Debug, Default)]
pub struct EmptyFilterDialog {
    /// The generation of the filter, and the number of rows that it was applied to.
    made: Option<(u64, u64)>,
    doubts: Vec<Doubt>,
}

/// The number of rows up to which every new row updates the warnings. After that, they are updated
/// when the number of rows has doubled.
const MAX_ROWS_FOR_EACH_UPDATE: u64 = 1_000;

impl EmptyFilterDialog {
    /// Updates the warnings if no call passes and there are new rows or a new filter.
    pub fn sync(&mut self, ctx: &ViewContext<'_>) {
        let (filtering, shown) = (&ctx.shared.filtering, &ctx.shared.shown);
        let nothing = shown.rows == 0 && shown.of > 0 && filtering.progress(shown).is_none();
        let Some(filter) = filtering.in_force().filter(|_| nothing) else {
            *self = EmptyFilterDialog::default();
            return;
        };
        let is_new = self.made.is_none_or(|(generation, of)| {
            generation != shown.generation
                || (of != shown.of && (shown.of < MAX_ROWS_FOR_EACH_UPDATE || shown.of >= 2 * of))
        });
        if is_new {
            self.made = Some((shown.generation, shown.of));
            let names = ctx.inspector.names();
            let absent = absent_field_warnings(filtering.text(), &filter, names.as_ref());
            // a field that no call has is not reported twice
            let is_told =
                |hint: &&FilterHint| hint.subject != HintSubject::Field || absent.is_empty();
            self.doubts = hint_warnings(filter.hints().iter().filter(is_told));
            self.doubts.extend(absent);
        }
    }

    /// Returns the warnings.
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }
}
