//! The width of the log's columns from frame to frame: they grow with what is seen, and nothing else
//! but a key, the terminal's size or clearing the log makes one narrower.

use crate::fql::Field;
use crate::inspector::{IdCell, RowView};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::column::{Column, MAX_FIELDS};
use crate::tui::pages::log::columns::{ColumnNeeds, ColumnRequest, LogColumns};
use crate::tui::pages::log::{id_cells, rows};
use std::sync::Arc;

/// What the vendors that miss an id would read it as, in all rows so far.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum WantedName {
    /// No row has an id that some vendor misses.
    #[default]
    Unseen,
    /// The same in all rows: the column's head says it.
    Same(String),
    /// Not the same: each row says it.
    Various,
}

impl WantedName {
    fn see(&mut self, cell: &IdCell) {
        let IdCell::SomeMiss { wanted, .. } = cell else { return };
        let Some(name) = wanted.first().map(|wanted| wanted.name()) else { return };
        match self {
            WantedName::Unseen => *self = WantedName::Same(name.to_owned()),
            WantedName::Same(before) if before != name => *self = WantedName::Various,
            WantedName::Same(_) | WantedName::Various => {}
        }
    }

    /// Whether each row says its own.
    pub(crate) fn is_various(&self) -> bool {
        matches!(self, WantedName::Various)
    }
}

/// The columns of a table of calls, and what they were given so far.
#[derive(Debug, Default)]
pub struct ColumnLayout {
    needs: ColumnNeeds,
    /// The fields that `needs` is about.
    fields: Vec<Arc<Field>>,
    /// Of the account's and the user's column.
    pub(crate) wanted: [WantedName; 2],
    /// What name, account and user were given, of what they need.
    held: [usize; 3],
    /// The width and the columns that `held` is about.
    fitted: Option<(usize, ColumnRequest)>,
    columns: LogColumns,
}

impl ColumnLayout {
    /// Takes in what is in view.
    pub fn see(&mut self, rows: &[RowView], ctx: &ViewContext<'_>) {
        if self.fields != ctx.shared.fields {
            self.fields.clone_from(&ctx.shared.fields);
            self.needs.fields = [0; MAX_FIELDS];
        }
        for row in rows {
            for (need, value) in self.needs.fields.iter_mut().zip(&row.fields) {
                *need = (*need).max(value.as_deref().map_or(0, id_cells::some));
            }
            let day = ctx.look.times.day_form(row.received_at);
            self.needs.grow(ColumnNeeds { day, ..rows::needs(row) });
            self.wanted[0].see(&row.account);
            self.wanted[1].see(&row.user);
        }
    }

    /// Forgets all that was seen.
    pub fn clear(&mut self) {
        *self = ColumnLayout::default();
    }

    /// How wide a log beside the detail would be: at least, and so that only long texts are cut.
    pub fn wanted_widths(&self, ctx: &ViewContext<'_>) -> [u16; 2] {
        let wanted = rows::request(ctx).wanted_widths(self.needs);
        wanted.map(|width| u16::try_from(width).unwrap_or(u16::MAX))
    }

    /// Fits the columns to a width.
    pub fn fit(&mut self, width: usize, ctx: &ViewContext<'_>) {
        let request = rows::request(ctx);
        if self.fitted.as_ref() != Some(&(width, request.clone())) {
            self.held = [0; 3];
        }
        self.columns = request.columns(width, self.needs, self.held);
        let ColumnNeeds { name, account, user, .. } = self.needs;
        let needed = [(Column::Name, name), (Column::Account, account), (Column::User, user)];
        self.held = needed.map(|(column, need)| self.columns.width_of(&column).min(need));
        self.fitted = Some((width, request));
    }

    /// The columns as they were fitted last.
    pub fn columns(&self) -> &LogColumns {
        &self.columns
    }
}
