//! Suggestions of changes in words, made from the first near miss.

use super::near_names::is_misspelling;
use super::{Finding, Hint, HintKind, Reason, norm};
use crate::call::{Event, pointer, text};
use crate::findings::doubtful_ids::{IdDoubt, doubt_of, names_nobody};
use crate::findings::near_misses::wanted_name;
use std::borrow::Cow;

/// Returns the words for the state of a place.
pub fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Absent => "is missing",
        Reason::Null => "is null",
        Reason::Empty => "is blank",
        Reason::Type => "has a type that cannot be an id",
    }
}

/// Returns the part of a message that suggests a change because of a near miss.
pub fn advice(hint: &Hint, expected: &str) -> String {
    advice_by_route(IdRoute::from_hint(Some(hint), expected), hint, expected)
}

/// Returns the part of a message that suggests to use the value of a near miss in a given way.
pub(crate) fn advice_by_route(route: IdRoute<'_>, hint: &Hint, expected: &str) -> String {
    let found = dotted(&hint.path);
    match route {
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

/// Returns the part of a message that mentions an id inside JSON text.
pub(crate) fn json_text_advice(place: &str, name: &str) -> String {
    let (place, name) = (dotted(place), text::visible(name));
    format!("`{place}` is JSON text and holds `{name}`: send it as an object")
}

/// Returns the fix for an id inside JSON text.
pub(crate) fn json_text_fix(place: &str) -> String {
    format!("send `{}` as an object instead of JSON text", dotted(place))
}

/// Returns the number of levels that a value with the expected name is too deep, if it is inside
/// the expected container.
fn levels_up(path: &str, expected: &str) -> Option<usize> {
    let same = pointer::last(path) == pointer::last(expected);
    let below = container(path).strip_prefix(container(expected))?;
    let is_below = same && !container(expected).is_empty() && below.starts_with('/');
    is_below.then(|| below.matches('/').count())
}

/// Returns the message of a finding without the advice of its first near miss, for places that show
/// the fix below the message.
pub fn without(finding: &Finding) -> Cow<'_, str> {
    let message = &finding.message;
    match finding.advice.as_ref().filter(|advice| message.contains(advice.as_str())) {
        Some(advice) => Cow::Owned(message.replacen(advice.as_str(), "", 1)),
        None => Cow::Borrowed(message),
    }
}

/// Returns the source of a rule in words, if it is not the vendor's document.
pub fn source_words(source: &str) -> Option<Cow<'_, str>> {
    match source {
        "document" => None,
        "ours" => Some(Cow::Borrowed("our reading; the document does not say")),
        source => {
            Some(match source.strip_prefix("document; ").unwrap_or(source).strip_prefix("ours: ") {
                Some(reading) => Cow::Owned(format!("our reading: {reading}")),
                None => Cow::Borrowed(source),
            })
        }
    }
}

/// Returns the first near miss that is worth mentioning. A text that is probably not an id is
/// skipped.
pub fn worth<'h>(hints: &'h [Hint], event: &Event<'_>) -> Option<&'h Hint> {
    let mut worth = hints.iter().filter(|hint| {
        let text = event.pointer(&hint.path).and_then(|value| value.as_str());
        !text.is_some_and(|text| names_nobody(&text))
    });
    // an `anonymousId` is suggested only if there is no other near miss
    let first = worth.next()?;
    match first.kind {
        HintKind::Anonymous => worth.next().or(Some(first)),
        _ => Some(first),
    }
}

/// The way in which an id can get to the place where it is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdRoute<'w> {
    /// The value at this path is moved there.
    Rename(&'w str),
    /// The value at this path is copied there.
    Copy(&'w str),
    /// The value at this path is copied there if it is the same id.
    Alias(&'w str),
    /// The id is known only when the user is known.
    Later,
    /// The id is known from the call with this number.
    Known(&'w str, u64),
    /// The app has to supply the id.
    Say,
}

impl<'w> IdRoute<'w> {
    /// Returns the way that a near miss offers for an id that is expected at a place.
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

/// The text after a group id that is known from an earlier call of the user.
const SINCE_CALL: &str = ", the user's group since call ";

/// Returns true for a fix that is valid for one call only, because it names an earlier call of the
/// user.
pub fn names_earlier_call(fix: &str) -> bool {
    fix.contains(SINCE_CALL)
}

/// Returns the fix for a missing id. `instead` describes the value at its place, and is empty if
/// there is none.
pub fn fix(way: IdRoute<'_>, expected: &str, instead: &str) -> String {
    let target = target(expected);
    let key = name(expected);
    let comma = if instead.is_empty() { "" } else { "," };
    match way {
        IdRoute::Rename(path) => {
            if container(path) != container(expected) {
                return format!("move `{}` to {target}{comma}{instead}", dotted(path));
            }
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

/// Returns the description of the value at the place of an id, for [`fix`].
pub fn instead(reason: Option<Reason>) -> &'static str {
    match reason {
        None | Some(Reason::Absent) => "",
        Some(Reason::Null) => " instead of null",
        Some(Reason::Empty) => " instead of a blank string",
        Some(Reason::Type) => " instead of a value that cannot be an id",
    }
}

/// Returns the container of a place in words, with a preposition.
fn within(path: &str, preposition: &str) -> String {
    match container(path) {
        "" => "at the top level".to_owned(),
        place => format!("{preposition} {}", dotted(place)),
    }
}

/// Returns the reason why an id is doubtful, in a few words.
pub fn doubt(id: &str) -> &'static str {
    match doubt_of(id) {
        Some(IdDoubt::Placeholder) => "a missing value or a template",
        Some(IdDoubt::StandIn) => "a placeholder name, not an id",
        Some(IdDoubt::Blanks) => "white space or invisible characters in it",
        None => "not a string, as ids are",
    }
}

/// Converts a pointer to the notation with dots: `properties.user_id`.
pub fn dotted(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    write_dotted(&mut out, path);
    out
}

/// Appends the result of [`dotted`].
pub fn write_dotted(out: &mut String, path: &str) {
    for (at, token) in pointer::tokens(path).enumerate() {
        if at > 0 {
            out.push('.');
        }
        out.push_str(&text::visible(&token));
    }
}

/// Returns the place of a pointer's value in words: `in properties`, `at the top level`.
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

/// Returns the name to show for a value: its key, or `company.id` for `…/company/id`.
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
