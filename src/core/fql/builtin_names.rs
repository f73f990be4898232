//! The names that are built into the language: functions, keywords, fields of the record, and
//! fields that every call has; and the search for the name that a misspelled one was meant to be.

use crate::fql::ast::Path;

/// A field of the record that is not part of the call's own JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordField {
    /// The number that segscope gave the call.
    Seq,
    /// The write key of the request.
    WriteKey,
    /// The name of the library that sent it.
    LibraryName,
    /// That library's version.
    LibraryVersion,
    /// The path of the request.
    Path,
    /// The status of the response.
    Status,
    /// True if its `messageId` was received before.
    Repeat,
    /// True if the user marked the call.
    Marked,
    /// The value of the `X-Segscope-Test` header, by which tests tell their calls apart.
    Test,
    /// The service in front of the vendors.
    ServiceName,
    /// The decision of that service, whether to pass the call on.
    ServiceVerdict,
    /// The code of the reason why it does not.
    ServiceCode,
    /// The account id of the record; the call cannot shadow it.
    AccountId,
    /// The user id of the record; the call cannot shadow it.
    UserId,
}

impl RecordField {
    /// Returns the top-level name of a call's own field that replaces this one; `None` for the ids,
    /// which are always the record's.
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

/// The target of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathTarget {
    /// A place in the call's own JSON.
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
    /// Returns the target of a path.
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

    /// Returns whether it is known only after the call has been checked.
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

    /// Returns whether it is known as soon as the request arrives.
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

    /// Returns whether it can only be true or false, so that its bare name is a condition and not a
    /// word to search for.
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

/// The functions by name.
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

/// The words that cannot be names.
pub(crate) const KEYWORDS: &[&str] = &["and", "or", "in", "true", "false", "null"];

/// The fields that the record adds to the call, as they are written.
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

/// The top-level fields that every call, of any type, has or may have by the protocol. A bare one
/// is a path, not a word to search for.
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

/// The top-level fields of some types of calls.
pub(crate) const TYPE_FIELDS: &[&str] =
    &["category", "event", "groupId", "name", "previousId", "properties", "traits"];

/// The values of `type`.
pub(crate) const CALL_TYPES: &[&str] = &["track", "identify", "group", "page", "screen", "alias"];

/// The values of `verdict`.
pub(crate) const VERDICTS: &[&str] =
    &["delivered", "degraded", "dropped", "rejected", "ignored", "discarded"];

/// The values of `service.verdict`: what the service in front of the vendors does with a call.
pub(crate) const SERVICE_VERDICTS: &[&str] = &["passed", "discarded"];

/// The values of `service.name`.
pub(crate) const SERVICES: &[&str] = &["segment", "rudderstack"];

/// The values of `severity`.
pub(crate) const SEVERITIES: &[&str] = &["error", "warning", "info"];

impl Function {
    /// Returns the function of that name.
    pub(crate) fn named(name: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        FUNCTIONS
            .iter()
            .find(|(_, function)| *function == self)
            .map(|(name, _)| *name)
            .expect("each function stands in the table")
    }

    /// Returns the number of its arguments.
    pub(crate) fn arity(self) -> usize {
        match self {
            Function::Contains | Function::Match => 2,
            _ => 1,
        }
    }
}

/// Returns the name nearest to a misspelled one, if it is near enough.
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

/// Returns the number of letters that must be changed, added, left out, or swapped with a neighbor.
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
    fn finds_only_names_that_are_near() {
        let functions = || FUNCTIONS.iter().map(|(name, _)| *name);
        assert_eq!(nearest("contain", functions()), Some("contains"));
        assert_eq!(nearest("Lowercase", functions()), Some("lowercase"));
        assert_eq!(nearest("lenght", functions()), Some("length"));
        assert_eq!(nearest("purchase", functions()), None);
        assert_eq!(nearest("adn", KEYWORDS.iter().copied()), Some("and"));
        assert_eq!(nearest("x", KEYWORDS.iter().copied()), None);
    }
}
