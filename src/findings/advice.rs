//! What to change, in words: a sentence made from the first near miss.

use super::{Hint, HintKind, Reason};
use crate::call::{pointer, text};

/// The words for what stands at a place.
pub fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Absent => "it is not there",
        Reason::Null => "it is null",
        Reason::Empty => "it is empty",
        Reason::Type => "its value is of a type that is no id",
    }
}

/// The part of a message that points at the first near miss.
pub fn advice(hint: &Hint, expected: &str) -> String {
    let (name, place) = (name(&hint.path), place(&hint.path));
    match hint.kind {
        HintKind::Spelling => {
            format!("found `{name}` {place}: rename it to `{}`", self::name(expected))
        }
        HintKind::Level => format!("found `{name}` {place}: copy it into {}", target(expected)),
        HintKind::Alias => {
            format!("found `{name}` {place}: if that is the id, send it as {}", target(expected))
        }
        HintKind::Anonymous => {
            format!("found only `{name}`: send {} once the user is known", target(expected))
        }
    }
}

/// The fix of a missing id: what to do with the first near miss, or what to add.
pub fn fix(hint: Option<&Hint>, expected: &str) -> String {
    let Some(hint) = hint else {
        let name = name(expected);
        return match container(expected) {
            "" => format!("add `{name}` at the top level"),
            place => format!("add `{name}` to {}", dotted(place)),
        };
    };
    let found = name(&hint.path);
    match hint.kind {
        HintKind::Spelling => match container(expected) {
            "" => format!("rename `{found}` to `{}` at the top level", name(expected)),
            place => format!("rename `{found}` to `{}` in {}", name(expected), dotted(place)),
        },
        HintKind::Level => format!("copy `{}` into {}", dotted(&hint.path), target(expected)),
        HintKind::Alias => format!(
            "send the value of `{}` as {}, if it is the same id",
            dotted(&hint.path),
            target(expected)
        ),
        HintKind::Anonymous => {
            format!("send {} as soon as the user is known", target(expected))
        }
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
        assert_eq!(
            advice(&spelling, expected),
            "found `accountId` in properties: rename it to `account_id`"
        );
        assert_eq!(
            fix(Some(&spelling), expected),
            "rename `accountId` to `account_id` in properties"
        );
        let level = hint("/userId", HintKind::Level);
        assert_eq!(
            advice(&level, "/properties/user_id"),
            "found `userId` at the top level: copy it into `properties.user_id`"
        );
        assert_eq!(
            fix(Some(&level), "/properties/user_id"),
            "copy `userId` into `properties.user_id`"
        );
        assert_eq!(fix(None, expected), "add `account_id` to properties");
        assert_eq!(fix(None, "/userId"), "add `userId` at the top level");
        let company = hint("/context/traits/company/id", HintKind::Alias);
        assert_eq!(
            advice(&company, "/groupId"),
            "found `company.id` in context.traits: if that is the id, send it as `groupId` at the top level"
        );
    }
}
