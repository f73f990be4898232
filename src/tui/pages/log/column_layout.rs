//! The widths of the log's columns from frame to frame. They grow with the rows seen so far. Only
//! a key, a change of the terminal's size, or clearing the log makes a column narrower.

use crate::fql::Field;
use crate::inspector::{IdCell, RowView};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::column::{Column, MAX_FIELDS};
use crate::tui::pages::log::columns::{ColumnNeeds, ColumnRequest, LogColumns};
use crate::tui::pages::log::{id_cells, rows};
use std::sync::Arc;

/// The name under which vendors need an id that they miss, over all rows so far.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum WantedName {
    /// No row has an id that a vendor misses.
    #[default]
    Unseen,
    /// The name is the same in all rows, so the column's head shows it.
    Same(String),
    /// The names differ, so each row shows its own.
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

    /// Returns true if each row shows its own name.
    pub(crate) fn is_various(&self) -> bool {
        matches!(self, WantedName::Various)
    }
}

/// The columns of a table of calls, and the widths that they had so far.
#[derive(Debug, Default)]
pub struct ColumnLayout {
    needs: ColumnNeeds,
    /// The fields that `needs` refers to.
    fields: Vec<Arc<Field>>,
    /// The names for the account's and the user's column.
    pub(crate) wanted: [WantedName; 2],
    /// The widths that the name, account and user columns had, up to what they need.
    held: [usize; 3],
    /// The width and the columns that `held` refers to.
    fitted: Option<(usize, ColumnRequest)>,
    columns: LogColumns,
}

impl ColumnLayout {
    /// Grows the needs of the columns by the rows in view.
    pub fn see(&mut self, rows: &[RowView], ctx: &ViewContext<'_>) {
        if self.fields != ctx.shared.fields {
            self.fields.clone_from(&ctx.shared.fields);
            self.needs.fields = [0; MAX_FIELDS];
        }
        for row in rows {
            for (need, value) in self.needs.fields.iter_mut().zip(&row.fields) {
                *need = (*need).max(value.as_deref().map_or(0, id_cells::approximate_width));
            }
            let day = ctx.look.times.day_form(row.received_at);
            self.needs.grow(ColumnNeeds { day, ..rows::column_needs(row) });
            self.wanted[0].see(&row.account);
            self.wanted[1].see(&row.user);
        }
    }

    /// Forgets the widths of all rows so far.
    pub fn clear(&mut self) {
        *self = ColumnLayout::default();
    }

    /// Returns two widths of a log beside the detail: the minimum, and the one at which only long
    /// texts are cut.
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

    /// Returns the columns as fitted last.
    pub fn columns(&self) -> &LogColumns {
        &self.columns
    }
}
