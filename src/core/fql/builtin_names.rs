//! The names that the language itself knows: functions, keywords, fields of the record and
//! fields that every call has; and what a misspelt one was probably meant to be.

use crate::fql::ast::Path;

/// A field of the record that is no part of the call's own JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordField {
    /// Our own number of the call.
    Seq,
    /// The write key it came with.
    WriteKey,
    /// The name of the library that sent it.
    LibraryName,
    /// That library's version.
    LibraryVersion,
    /// The path of the request.
    Path,
    /// The status that was answered.
    Status,
    /// Whether its `messageId` had come before.
    Repeat,
    /// Whether the user marked it.
    Marked,
    /// The value of the header by which tests keep apart.
    Test,
    /// The service in front of the vendors.
    ServiceName,
    /// Whether that service passes the call on.
    ServiceVerdict,
    /// Why it does not.
    ServiceCode,
    /// The account id of the record; the call cannot shadow it.
    AccountId,
    /// The user id of the record; the call cannot shadow it.
    UserId,
}

impl RecordField {
    /// The top-level name by which a call takes this field's place with its own; `None` for the
    /// ids, which are always the record's.
    pub fn shadow(self) -> Option<&'static str> {
        Some(match self {
            RecordField::Seq => "seq",
            RecordField::WriteKey => "write_key",
            RecordField::LibraryName | RecordField::LibraryVersion => "library",
            RecordField::Path => "path",
            RecordField::Status => "status",
            RecordField::Repeat => "repeat",
            RecordField::Marked => "marked",
            RecordField::Test => "test",
            RecordField::ServiceName | RecordField::ServiceVerdict | RecordField::ServiceCode => {
                "service"
            }
            RecordField::AccountId | RecordField::UserId => return None,
        })
    }
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathTarget {
    /// Into the call's own JSON.
    Call,
    Record(RecordField),
    Age,
    Time,
    /// The verdict of one vendor, or the worst one.
    Verdict(Option<String>),
    Finding,
    Severity,
}

impl PathTarget {
    /// Where these names lead.
    pub(crate) fn from_path(path: &Path) -> PathTarget {
        let names: Vec<&str> = path.segments().iter().map(String::as_str).collect();
        match names.as_slice() {
            ["seq"] => PathTarget::Record(RecordField::Seq),
            ["write_key"] => PathTarget::Record(RecordField::WriteKey),
            ["library", "name"] => PathTarget::Record(RecordField::LibraryName),
            ["library", "version"] => PathTarget::Record(RecordField::LibraryVersion),
            ["path"] => PathTarget::Record(RecordField::Path),
            ["status"] => PathTarget::Record(RecordField::Status),
            ["repeat"] => PathTarget::Record(RecordField::Repeat),
            ["marked"] => PathTarget::Record(RecordField::Marked),
            ["test"] => PathTarget::Record(RecordField::Test),
            ["service", "name"] => PathTarget::Record(RecordField::ServiceName),
            ["service", "verdict"] => PathTarget::Record(RecordField::ServiceVerdict),
            ["service", "code"] => PathTarget::Record(RecordField::ServiceCode),
            ["account_id"] => PathTarget::Record(RecordField::AccountId),
            ["user_id"] => PathTarget::Record(RecordField::UserId),
            ["age"] => PathTarget::Age,
            ["time"] => PathTarget::Time,
            ["verdict"] => PathTarget::Verdict(None),
            ["verdict", vendor] => PathTarget::Verdict(Some((*vendor).to_owned())),
            ["finding"] => PathTarget::Finding,
            ["severity"] => PathTarget::Severity,
            _ => PathTarget::Call,
        }
    }

    /// Whether it is known only once the call has been judged.
    pub(crate) fn is_judged(&self) -> bool {
        matches!(
            self,
            PathTarget::Verdict(_)
                | PathTarget::Finding
                | PathTarget::Severity
                | PathTarget::Record(
                    RecordField::ServiceName
                        | RecordField::ServiceVerdict
                        | RecordField::ServiceCode
                        | RecordField::AccountId
                        | RecordField::UserId
                )
        )
    }

    /// Whether it is known as soon as the request is here.
    pub(crate) fn is_known_on_arrival(&self) -> bool {
        let is_later = matches!(
            self,
            PathTarget::Age
                | PathTarget::Record(
                    RecordField::Seq
                        | RecordField::Status
                        | RecordField::Repeat
                        | RecordField::Marked
                )
        );
        !is_later && !self.is_judged()
    }

    /// Whether it can only be true or false, so that its bare name is a condition and no word
    /// to search for.
    pub(crate) fn is_flag(&self) -> bool {
        matches!(self, PathTarget::Record(RecordField::Repeat | RecordField::Marked))
    }
}

/// A function of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Contains,
    Match,
    Length,
    Lowercase,
    Uppercase,
    Snakecase,
    Kebabcase,
    Titlecase,
    Typeof,
    Bool,
    String,
    Number,
    Missing,
    Nearmiss,
}

/// Each function by name.
pub(crate) const FUNCTIONS: &[(&str, Function)] = &[
    ("bool", Function::Bool),
    ("contains", Function::Contains),
    ("kebabcase", Function::Kebabcase),
    ("length", Function::Length),
    ("lowercase", Function::Lowercase),
    ("match", Function::Match),
    ("missing", Function::Missing),
    ("nearmiss", Function::Nearmiss),
    ("number", Function::Number),
    ("snakecase", Function::Snakecase),
    ("string", Function::String),
    ("titlecase", Function::Titlecase),
    ("typeof", Function::Typeof),
    ("uppercase", Function::Uppercase),
];

/// The words that are no names.
pub(crate) const KEYWORDS: &[&str] = &["and", "or", "in", "true", "false", "null"];

/// What the record adds to the call, as it is written.
pub(crate) const RECORD_FIELDS: &[&str] = &[
    "account_id",
    "age",
    "finding",
    "library.name",
    "library.version",
    "marked",
    "path",
    "repeat",
    "seq",
    "service.code",
    "service.name",
    "service.verdict",
    "severity",
    "status",
    "test",
    "time",
    "user_id",
    "verdict",
    "write_key",
];

/// Top-level fields that every call has or may have by the protocol, whatever its type: a bare
/// one is a path, not a word to search for.
pub(crate) const CALL_FIELDS: &[&str] = &[
    "anonymousId",
    "context",
    "integrations",
    "messageId",
    "originalTimestamp",
    "receivedAt",
    "sentAt",
    "timestamp",
    "type",
    "userId",
];

/// Top-level fields of some types of calls.
pub(crate) const TYPE_FIELDS: &[&str] =
    &["category", "event", "groupId", "name", "previousId", "properties", "traits"];

/// The values of `type`.
pub(crate) const CALL_TYPES: &[&str] = &["track", "identify", "group", "page", "screen", "alias"];

/// The values of `verdict`.
pub(crate) const VERDICTS: &[&str] =
    &["delivered", "degraded", "dropped", "rejected", "ignored", "discarded"];

/// What the service in front of the vendors does with a call.
pub(crate) const SERVICE_VERDICTS: &[&str] = &["passed", "discarded"];

/// The services.
pub(crate) const SERVICES: &[&str] = &["segment", "rudderstack"];

/// The values of `severity`.
pub(crate) const SEVERITIES: &[&str] = &["error", "warning", "info"];

impl Function {
    /// The function of that name.
    pub(crate) fn named(name: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        FUNCTIONS
            .iter()
            .find(|(_, function)| *function == self)
            .map(|(name, _)| *name)
            .expect("each function stands in the table")
    }

    /// How many arguments it takes.
    pub(crate) fn arity(self) -> usize {
        match self {
            Function::Contains | Function::Match => 2,
            _ => 1,
        }
    }
}

/// The name nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let typed: Vec<char> = typed.to_lowercase().chars().take(40).collect();
    let bound = match typed.len() {
        0 | 1 => return None,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    names
        .into_iter()
        .map(|name| (distance(&typed, &name.chars().collect::<Vec<char>>()), name))
        .filter(|(distance, _)| *distance <= bound)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, left out or swapped with a neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let functions = || FUNCTIONS.iter().map(|(name, _)| *name);
        assert_eq!(nearest("contain", functions()), Some("contains"));
        assert_eq!(nearest("Lowercase", functions()), Some("lowercase"));
        assert_eq!(nearest("lenght", functions()), Some("length"));
        assert_eq!(nearest("purchase", functions()), None);
        assert_eq!(nearest("adn", KEYWORDS.iter().copied()), Some("and"));
        assert_eq!(nearest("x", KEYWORDS.iter().copied()), None);
    }
}
