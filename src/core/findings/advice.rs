//! What to change, in words: a sentence made from the first near miss.

use super::near_names::is_misspelling;
use super::{Finding, Hint, HintKind, Reason, norm};
use crate::call::{Event, pointer, text};
use crate::findings::doubtful_ids::{IdDoubt, doubt_of, names_nobody};
use crate::findings::near_misses::wanted_name;
use std::borrow::Cow;

/// The words for what stands at a place.
pub fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Absent => "is missing",
        Reason::Null => "is null",
        Reason::Empty => "is blank",
        Reason::Type => "has a type that cannot be an id",
    }
}

/// The part of a message that points at the first near miss.
pub fn advice(hint: &Hint, expected: &str) -> String {
    let found = dotted(&hint.path);
    match IdRoute::from_hint(Some(hint), expected) {
        IdRoute::Rename(_) => format!("rename `{found}` to `{}`", self::name(expected)),
        IdRoute::Copy(path) => match levels_up(path, expected) {
            Some(1) => format!("move `{found}` up one level"),
            Some(levels) => format!("move `{found}` up {levels} levels"),
            None => format!("copy `{found}` into {}", target(expected)),
        },
        IdRoute::Later => {
            format!("found only `{found}`: send {} once the user is known", target(expected))
        }
        _ => format!("if `{found}` is the id, send it as {}", target(expected)),
    }
}

/// The part of a message that points at an id inside of JSON text.
pub(crate) fn json_text_advice(place: &str, name: &str) -> String {
    let (place, name) = (dotted(place), text::visible(name));
    format!("`{place}` is JSON text and holds `{name}`: send it as an object")
}

/// The fix of an id that stands inside of JSON text.
pub(crate) fn json_text_fix(place: &str) -> String {
    format!("send `{}` as an object instead of JSON text", dotted(place))
}

/// How many levels further down the same name stands, if that is all that is wrong.
fn levels_up(path: &str, expected: &str) -> Option<usize> {
    let same = pointer::last(path) == pointer::last(expected);
    let below = container(path).strip_prefix(container(expected))?;
    let is_below = same && !container(expected).is_empty() && below.starts_with('/');
    is_below.then(|| below.matches('/').count())
}

/// What is so about a call, without the advice of its first near miss: for where the fix stands
/// below it.
pub fn without(finding: &Finding) -> Cow<'_, str> {
    let message = &finding.message;
    match finding.advice.as_ref().filter(|advice| message.contains(advice.as_str())) {
        Some(advice) => Cow::Owned(message.replacen(advice.as_str(), "", 1)),
        None => Cow::Borrowed(message),
    }
}

/// Where a rule was read, in words, if not in the vendor's document.
pub fn source_words(source: &str) -> Option<Cow<'_, str>> {
    match source {
        "document" => None,
        "ours" => Some(Cow::Borrowed("our reading; the document does not say")),
        source => Some(match source.strip_prefix("ours: ") {
            Some(reading) => Cow::Owned(format!("our reading: {reading}")),
            None => Cow::Borrowed(source),
        }),
    }
}

/// The first near miss that is worth a word: a text that names nobody is none.
pub fn worth<'h>(hints: &'h [Hint], event: &Event<'_>) -> Option<&'h Hint> {
    let mut worth = hints.iter().filter(|hint| {
        let text = event.pointer(&hint.path).and_then(|value| value.as_str());
        !text.is_some_and(|text| names_nobody(&text))
    });
    // a visitor's id is what there is only if there is nothing else
    let first = worth.next()?;
    match first.kind {
        HintKind::Anonymous => worth.next().or(Some(first)),
        _ => Some(first),
    }
}

/// How an id gets to where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdRoute<'w> {
    /// A value of this place goes there.
    Rename(&'w str),
    /// A value of this place stands there too.
    Copy(&'w str),
    /// The same with one that may be another id.
    Alias(&'w str),
    /// Nobody knows it before the user is known.
    Later,
    /// It is this one, which a call with this number named.
    Known(&'w str, u64),
    /// The app has to say it.
    Say,
}

impl<'w> IdRoute<'w> {
    /// What a near miss makes possible for an id that is expected at a place.
    pub fn from_hint(hint: Option<&'w Hint>, expected: &str) -> IdRoute<'w> {
        let Some(Hint { path, kind }) = hint else { return IdRoute::Say };
        let key = pointer::last(path);
        let wanted = wanted_name(expected);
        match kind {
            HintKind::Spelling => IdRoute::Rename(path),
            HintKind::Typo if !is_misspelling(&key, &wanted) => IdRoute::Alias(path),
            HintKind::Typo if container(path) == container(expected) => IdRoute::Rename(path),
            HintKind::Nested if norm(&key) != wanted && wanted_name(path) != wanted => {
                IdRoute::Alias(path)
            }
            HintKind::Level | HintKind::Nested | HintKind::Typo => IdRoute::Copy(path),
            HintKind::Alias => IdRoute::Alias(path),
            HintKind::Anonymous => IdRoute::Later,
        }
    }
}

/// Follows a group that an earlier call of the user named.
const SINCE_CALL: &str = ", the user's group since call ";

/// Returns true for a fix that holds for one call only, because it names what its user did before.
pub fn names_earlier_call(fix: &str) -> bool {
    fix.contains(SINCE_CALL)
}

/// The fix of a missing id. `instead` says what stands in its place; where nothing does it is
/// empty.
pub fn fix(way: IdRoute<'_>, expected: &str, instead: &str) -> String {
    let target = target(expected);
    let key = name(expected);
    let comma = if instead.is_empty() { "" } else { "," };
    match way {
        IdRoute::Rename(path) => {
            let place = within(expected, "in");
            format!("rename `{}` to `{key}` {place}{comma}{instead}", name(path))
        }
        IdRoute::Copy(path) => format!("copy `{}` into {target}{instead}", dotted(path)),
        IdRoute::Alias(path) => format!(
            "send the value of `{}` as {target}{instead}, if it is the same id",
            dotted(path)
        ),
        IdRoute::Later => {
            format!("send {target}{comma}{instead}{comma} as soon as the user is known")
        }
        IdRoute::Known(id, seq) => {
            let id = text::visible_id(id);
            let known = format!("`{id}`{SINCE_CALL}{seq}");
            match instead {
                "" => format!("add `{key}` {}: {known}", within(expected, "to")),
                _ => format!("set {target} to {known},{instead}"),
            }
        }
        IdRoute::Say => match instead {
            "" => format!("add `{key}` {}", within(expected, "to")),
            _ => format!("send the id in {target}{instead}"),
        },
    }
}

/// What stands where an id should, for [`fix`].
pub fn instead(reason: Option<Reason>) -> &'static str {
    match reason {
        None | Some(Reason::Absent) => "",
        Some(Reason::Null) => " instead of null",
        Some(Reason::Empty) => " instead of a blank string",
        Some(Reason::Type) => " instead of a value that cannot be an id",
    }
}

/// The container that a place is in or goes to, in words.
fn within(path: &str, preposition: &str) -> String {
    match container(path) {
        "" => "at the top level".to_owned(),
        place => format!("{preposition} {}", dotted(place)),
    }
}

/// Why an id that is used is doubtful, in a few words.
pub fn doubt(id: &str) -> &'static str {
    match doubt_of(id) {
        Some(IdDoubt::Placeholder) => "a missing value or a template",
        Some(IdDoubt::StandIn) => "a placeholder name, not an id",
        Some(IdDoubt::Blanks) => "white space or invisible characters in it",
        None => "not a string, as ids are",
    }
}

/// A pointer as people write it: `properties.user_id`.
pub fn dotted(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    write_dotted(&mut out, path);
    out
}

/// Appends what [`dotted`] gives.
pub fn write_dotted(out: &mut String, path: &str) {
    for (at, token) in pointer::tokens(path).enumerate() {
        if at > 0 {
            out.push('.');
        }
        out.push_str(&text::visible(&token));
    }
}

/// Where a pointer's value stands, in words: `in properties`, `at the top level`.
pub fn place(path: &str) -> String {
    match container(path) {
        "" => "at the top level".to_owned(),
        place => format!("in {}", dotted(place.strip_suffix("/company").unwrap_or(place))),
    }
}

fn target(expected: &str) -> String {
    match container(expected) {
        "" => format!("`{}` at the top level", name(expected)),
        _ => format!("`{}`", dotted(expected)),
    }
}

/// The name that people know a value by: its key, for `…/company/id` both.
fn name(path: &str) -> String {
    let last = pointer::last(path);
    let shown = text::visible(&last).into_owned();
    if path.ends_with("/company/id") { "company.id".to_owned() } else { shown }
}

fn container(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let hint = |path: &str, kind| Hint { path: path.to_owned(), kind };
        let spelling = hint("/properties/accountId", HintKind::Spelling);
        let expected = "/properties/account_id";
        assert_eq!(advice(&spelling, expected), "rename `properties.accountId` to `account_id`");
        assert_eq!(
            fix(IdRoute::from_hint(Some(&spelling), expected), expected, ""),
            "rename `accountId` to `account_id` in properties"
        );
        let level = hint("/userId", HintKind::Level);
        assert_eq!(
            advice(&level, "/properties/user_id"),
            "copy `userId` into `properties.user_id`"
        );
        assert_eq!(
            fix(IdRoute::from_hint(Some(&level), "/properties/user_id"), "/properties/user_id", ""),
            "copy `userId` into `properties.user_id`"
        );
        assert_eq!(fix(IdRoute::Say, expected, ""), "add `account_id` to properties");
        assert_eq!(fix(IdRoute::Say, "/userId", ""), "add `userId` at the top level");
        let instead = instead(Some(Reason::Null));
        assert_eq!(
            fix(IdRoute::Later, "/userId", instead),
            "send `userId` at the top level, instead of null, as soon as the user is known"
        );
        assert_eq!(
            fix(IdRoute::Known("a\u{1b}", 7), "/groupId", ""),
            "add `groupId` at the top level: `a\\u{1b}`, the user's group since call 7"
        );
        let typo = |path: &str| advice(&hint(path, HintKind::Typo), expected);
        assert_eq!(typo("/properties/acount_id"), "rename `properties.acount_id` to `account_id`");
        assert_eq!(typo("/traits/acct_id"), "copy `traits.acct_id` into `properties.account_id`");
        assert_eq!(
            typo("/properties/company"),
            "if `properties.company` is the id, send it as `properties.account_id`"
        );
        let nested = |path: &str| advice(&hint(path, HintKind::Nested), expected);
        assert_eq!(
            nested("/properties/custom/account_id"),
            "move `properties.custom.account_id` up one level"
        );
        assert_eq!(
            nested("/properties/a/b/account_id"),
            "move `properties.a.b.account_id` up 2 levels"
        );
        assert_eq!(
            nested("/properties/account/id"),
            "copy `properties.account.id` into `properties.account_id`"
        );
        assert_eq!(
            nested("/traits/companies/0/id"),
            "if `traits.companies.0.id` is the id, send it as `properties.account_id`"
        );
        let company = hint("/context/traits/company/id", HintKind::Alias);
        assert_eq!(
            advice(&company, "/groupId"),
            "if `context.traits.company.id` is the id, send it as `groupId` at the top level"
        );
    }
}
