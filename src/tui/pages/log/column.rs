//! A column of the log, and its name in the settings.

use crate::fql::{Field, nearest};
use crate::inspector::ColumnChoice;
use crate::tui::widgets::text;
use std::sync::Arc;

/// At most this many columns show fields of the user's own.
pub const MAX_FIELDS: usize = 6;
/// The head of such a column shows at least its last name, and as many names before it as fit here.
const SHORT_HEAD: usize = 12;

/// A column of the log.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Column {
    /// the call's number
    Number,
    /// when it came
    Time,
    /// the call's type
    Kind,
    /// what names it
    Name,
    /// its account
    Account,
    /// its user
    User,
    /// a mark for each vendor in use
    Vendors,
    /// a mark for each other vendor
    OtherVendors,
    /// the value of a field of the user's own choice
    Field(Arc<Field>),
}

impl Column {
    /// All columns but those of fields.
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

    /// Those that are shown where nobody said otherwise.
    pub const USUAL: [Column; 6] =
        [Column::Time, Column::Kind, Column::Name, Column::Account, Column::User, Column::Vendors];

    /// Its name in the settings.
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

    /// Those that were chosen, else the usual ones. A name that no longer exists is left out.
    pub fn chosen(arranged: &ColumnChoice) -> Vec<Column> {
        let names = arranged.columns.iter().flatten();
        let chosen: Vec<Column> = names.filter_map(|name| Column::parse(name).ok()).collect();
        if chosen.is_empty() { Column::USUAL.to_vec() } else { chosen }
    }

    /// The column of that name, or of the field that the filter language calls so. The error says
    /// what could have stood there.
    pub fn parse(name: &str) -> Result<Column, String> {
        if let Some(column) = Column::ALL.into_iter().find(|column| column.name() == name) {
            return Ok(column);
        }
        // a lone name may be any field, and is more often a slip
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

    /// Refuses names of columns that there are not or that are named twice, and too many fields. The
    /// error has the name and what is wrong with it.
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

    /// The fields among columns, from the left.
    pub fn fields(columns: &[Column]) -> Vec<Arc<Field>> {
        let field = |column: &Column| match column {
            Column::Field(field) => Some(Arc::clone(field)),
            _ => None,
        };
        columns.iter().filter_map(field).collect()
    }
}

/// The least that the head of a field's column says.
pub(crate) fn short_head(field: &Field) -> &str {
    head_within(field, SHORT_HEAD)
}

/// As many of a field's last names as fit, and the last one in any case.
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
    fn a_head_has_as_many_of_the_last_names_as_fit() {
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
