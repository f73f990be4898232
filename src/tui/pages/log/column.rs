//! A column of the log, and its name in the settings.

use crate::fql::{Field, nearest};
use crate::inspector::ColumnChoice;
use crate::tui::widgets::text;
use std::sync::Arc;

/// The maximum number of columns that show fields chosen by the user.
pub const MAX_FIELDS: usize = 6;
/// The width for the head of a field's column. The head shows at least the last name of the
/// field's path, and as many names before it as fit into this width.
const SHORT_HEAD_WIDTH: usize = 12;

/// A column of the log.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Column {
    /// the call's number
    Number,
    /// the time of the call
    Time,
    /// the call's type
    Kind,
    /// the event's or page's name
    Name,
    /// the account id
    Account,
    /// the user id
    User,
    /// a mark for each vendor in use
    Vendors,
    /// a mark for each other vendor
    OtherVendors,
    /// the value of a field that the user chose
    Field(Arc<Field>),
}

impl Column {
    /// All columns except those of fields.
    pub const ALL: [Column; 8] = [
        Column::Number,
        Column::Time,
        Column::Kind,
        Column::Name,
        Column::Account,
        Column::User,
        Column::Vendors,
        Column::OtherVendors,
    ];

    /// The default columns.
    pub const USUAL: [Column; 6] =
        [Column::Time, Column::Kind, Column::Name, Column::Account, Column::User, Column::Vendors];

    /// Returns the column's name in the settings.
    pub fn name(&self) -> &str {
        match self {
            Column::Number => "number",
            Column::Time => "time",
            Column::Kind => "type",
            Column::Name => "name",
            Column::Account => "account",
            Column::User => "user",
            Column::Vendors => "vendors",
            Column::OtherVendors => "other_vendors",
            Column::Field(field) => field.name(),
        }
    }

    /// Returns the columns that the user chose, or else the default ones. A name that no longer
    /// exists is left out.
    pub fn chosen(arranged: &ColumnChoice) -> Vec<Column> {
        let names = arranged.columns.iter().flatten();
        let chosen: Vec<Column> = names.filter_map(|name| Column::parse(name).ok()).collect();
        if chosen.is_empty() { Column::USUAL.to_vec() } else { chosen }
    }

    /// Returns the column with a name, or the column of a field named as in the filter language.
    /// The error lists the possible names.
    pub fn parse(name: &str) -> Result<Column, String> {
        if let Some(column) = Column::ALL.into_iter().find(|column| column.name() == name) {
            return Ok(column);
        }
        // a name without dots could be any field, but is more often misspelled
        let near = match nearest(name, Column::ALL.iter().map(Column::name)) {
            Some(near) if !name.contains('.') => Some(near),
            _ => None,
        };
        let known = || {
            let names = Column::ALL.map(|column| column.name().to_owned());
            format!("there are {}, and fields such as properties.plan", names.join(", "))
        };
        match (near, Field::parse(name)) {
            (Some(near), _) => Err(format!("is not a column of the log; did you mean `{near}`?")),
            (None, Ok(field)) => Ok(Column::Field(Arc::new(field))),
            (None, Err(_)) => Err(format!("is not a column of the log; {}", known())),
        }
    }

    /// Refuses names of columns that do not exist or occur twice, and too many fields. The error
    /// contains the name and what is wrong with it.
    pub fn check(names: &[String]) -> Result<(), (&str, String)> {
        let mut fields = 0;
        for (at, name) in names.iter().enumerate() {
            let column = Column::parse(name).map_err(|why| (name.as_str(), why))?;
            if names[..at].contains(name) {
                return Err((name, "is listed twice in the columns".to_owned()));
            }
            fields += usize::from(matches!(column, Column::Field(_)));
            if fields > MAX_FIELDS {
                return Err((name, format!("is one field too many; {MAX_FIELDS} have columns")));
            }
        }
        Ok(())
    }

    /// Returns the fields among columns, from the left.
    pub fn fields(columns: &[Column]) -> Vec<Arc<Field>> {
        let field = |column: &Column| match column {
            Column::Field(field) => Some(Arc::clone(field)),
            _ => None,
        };
        columns.iter().filter_map(field).collect()
    }
}

/// Returns the shortest head of a field's column.
pub(crate) fn short_head(field: &Field) -> &str {
    head_within(field, SHORT_HEAD_WIDTH)
}

/// Returns as many of the last names of a field's path as fit, and at least the last one.
pub(crate) fn head_within(field: &Field, room: usize) -> &str {
    let name = field.name();
    let dots = name.match_indices('.').map(|(at, _)| at + 1);
    let parts = std::iter::once(0).chain(dots).map(|at| &name[at..]);
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut fitting = parts.filter(|part| text::width(part) <= room);
    fitting.next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_shows_as_many_of_the_last_names_as_fit() {
        let field = |name: &str| Field::parse(name).expect("a field");
        let short = |name: &str| short_head(&field(name)).to_owned();
        assert_eq!(short("properties.plan"), "plan");
        assert_eq!(short("context.app.version"), "app.version");
        assert_eq!(short("library.name"), "library.name");
        assert_eq!(short("properties.aVeryLongNameIndeed"), "aVeryLongNameIndeed");
        assert_eq!(head_within(&field("context.app.version"), 30), "context.app.version");
        assert_eq!(head_within(&field("messageId"), 2), "messageId");
    }
}
