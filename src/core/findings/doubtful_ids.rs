//! Texts that are used as ids and are none: missing values turned into text, names that stand for
//! an id, and ids with blanks (`docs/specs/vendors.md` A.4).
//!
//! Every id of every call is asked about, so an ordinary one is passed by after one look at its
//! bytes, and nothing here allocates.

use crate::call::text::is_blank_or_invisible;

/// Why a text that is used as an id is probably none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdDoubt {
    /// What a missing value or an unfilled template becomes as text.
    Placeholder,
    /// A name that stands for an id.
    StandIn,
    /// An id with white space or invisible characters around or in it.
    Blanks,
}

/// Names that corrected calls have where the id is not in the call.
pub mod stand_in {
    /// An account.
    pub const ACCOUNT: &str = "ACCOUNT_ID";
    /// A user.
    pub const USER: &str = "USER_ID";
    /// A session.
    pub const ANONYMOUS: &str = "ANONYMOUS_ID";
    /// A group.
    pub const GROUP: &str = "GROUP_ID";
    /// The earlier id of a user.
    pub const PREVIOUS: &str = "PREVIOUS_ID";

    /// Returns true for one of these names.
    pub fn is_own(text: &str) -> bool {
        text.ends_with("_ID") && [ACCOUNT, USER, ANONYMOUS, GROUP, PREVIOUS].contains(&text)
    }
}

/// Texts that a missing value becomes.
const MISSING: [&str; 7] = ["undefined", "null", "nil", "none", "nan", "n/a", "false"];
/// Those that count as a part of an id too (`org_undefined`).
const MISSING_PARTS: [&str; 5] = ["undefined", "null", "nil", "none", "nan"];
/// What stands in an unfilled template.
const TEMPLATES: [(&str, &str); 7] = [
    ("{{", "}}"),
    ("${", "}"),
    ("%{", "}"),
    ("<%", "%>"),
    ("#{", "}"),
    ("{%", "%}"),
    ("{!!", "!!}"),
];
/// How a language prints what is not a string: the beginning and the end, without case.
const PRINTED: [(&str, &str); 30] = [
    ("[object ", "]"),
    ("optional(", ")"),
    ("optional[", "]"),
    ("some(", ")"),
    ("promise ", ""),
    ("promise{", "}"),
    ("promise(", ")"),
    ("function ", ""),
    ("function(", ""),
    ("async function", ""),
    ("[function", "]"),
    ("[asyncfunction", "]"),
    ("symbol(", ")"),
    ("closure: ", ""),
    ("instance of ", ""),
    ("#<", ">"),
    ("<built-in ", ">"),
    ("<function ", ">"),
    ("<bound method ", ">"),
    ("<class '", ">"),
    ("<module '", ">"),
    ("<lambda", ">"),
    ("<coroutine ", ">"),
    ("<generator ", ">"),
    ("map[", "]"),
    ("hash(0x", ")"),
    ("array(0x", ")"),
    ("code(0x", ")"),
    ("scalar(0x", ")"),
    ("system.threading.tasks.task`", ""),
];
/// Texts that are printed so and nothing else, without case.
const PRINTED_WHOLE: [&str; 9] =
    ["optional.empty", "<na>", "#n/a", "#null!", "#ref!", "#value!", "#name?", "#num!", "#div/0!"];
/// Names that stand for anybody.
const ANYBODY: [&str; 4] = ["anonymous", "guest", "unknown", "test"];
/// Names of ids, lower case without separators, that stand for the id itself.
const NAMES: [&str; 27] = [
    "accountid",
    "companyid",
    "customerid",
    "groupid",
    "orgid",
    "organizationid",
    "organisationid",
    "tenantid",
    "workspaceid",
    "companyexternalid",
    "externalcompanyid",
    "accountexternalid",
    "externalaccountid",
    "accid",
    "acctid",
    "teamid",
    "clientid",
    "userid",
    "uid",
    "distinctid",
    "externalid",
    "externaluserid",
    "usrid",
    "memberid",
    "contactid",
    "anonymousid",
    "previousid",
];

/// Signs that templates and printed values have.
const SIGN: u8 = 1;
/// White space, control characters and everything that is not ASCII.
const BLANK: u8 = 2;
/// `n`, which most texts of missing values have.
const N: u8 = 4;

static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            0..=b' ' | 0x7f.. => BLANK,
            b'{' | b'}' | b'$' | b'%' | b'<' | b'>' | b'#' | b'(' | b')' | b'[' | b']' | b'!'
            | b'"' | b'\'' | b'=' | b'`' => SIGN,
            b'n' | b'N' => N,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// Says why a text that is used as an id is probably none.
#[inline]
pub fn doubt_of(id: &str) -> Option<IdDoubt> {
    let bytes = id.as_bytes();
    let (&first, &last) = (bytes.first()?, bytes.last()?);
    let seen = bytes.iter().fold(0, |seen, &byte| seen | CLASS[usize::from(byte)]);
    let ordinary = (seen == 0 || seen == N && !may_have_missing_part(bytes))
        && last.is_ascii_alphanumeric()
        // a name of an id ends in `id` or `here`
        && !(matches!(last | 0x20, b'd' | b'e') && ends_as_name(bytes))
        // `test`, `guest`, `false`, `Array`, `Object`
        && !(matches!(bytes.len(), 4..=6) && matches!(first | 0x20, b't' | b'g' | b'f' | b'a' | b'o'))
        // a UUID of zeros
        && !(first == b'0' && bytes.len() >= 32);
    if ordinary { None } else { closely(id, seen) }
}

/// What follows an `n` in [`MISSING`], [`ANYBODY`], and [`PRINTED_WHOLE`].
const ENDINGS_AFTER_N: [&str; 9] =
    ["ull", "il", "one", "an", "def", "/a", "onymous", "own", "al.empty"];

/// True if an `n` is followed by what follows it in one of those texts.
fn may_have_missing_part(text: &[u8]) -> bool {
    let begins = |rest: &[u8], part: &str| {
        rest.get(..part.len()).is_some_and(|head| head.eq_ignore_ascii_case(part.as_bytes()))
    };
    let mut n = text.iter().enumerate().filter(|(_, byte)| **byte | 0x20 == b'n');
    n.any(|(at, _)| ENDINGS_AFTER_N.iter().any(|part| begins(&text[at + 1..], part)))
}

/// True if the last two letters without separators are those of a name of an id. One in eight ids
/// of hexadecimal digits ends in the last of them.
fn ends_as_name(text: &[u8]) -> bool {
    let mut letters = text.iter().rev().filter(|byte| !is_separator(**byte));
    let mut next = || letters.next().map(u8::to_ascii_lowercase);
    matches!((next(), next()), (Some(b'd'), Some(b'i')) | (Some(b'e'), Some(b'r')))
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b' ')
}

/// Returns true for a text that names nobody, though vendors take it for an id.
pub fn names_nobody(id: &str) -> bool {
    matches!(doubt_of(id), Some(IdDoubt::Placeholder | IdDoubt::StandIn))
}

#[inline(never)]
fn closely(id: &str, seen: u8) -> Option<IdDoubt> {
    let trimmed = if seen & BLANK == 0 { id } else { id.trim_matches(is_blank_or_invisible) };
    if is_placeholder(trimmed, seen) {
        Some(IdDoubt::Placeholder)
    } else if is_stand_in(trimmed) {
        Some(IdDoubt::StandIn)
    } else if seen & BLANK != 0 && id.chars().any(is_blank_or_invisible) {
        Some(IdDoubt::Blanks)
    } else {
        None
    }
}

fn is_placeholder(text: &str, seen: u8) -> bool {
    if is_any_of(unwrapped(text), &MISSING) || matches!(text, "Array" | "Object") {
        return true;
    }
    if seen & N != 0 && has_missing_part(text) || is_zero_uuid(text) {
        return true;
    }
    seen & (SIGN | BLANK) != 0 && (is_template(text) || is_printed(text))
        || is_any_of(text, &PRINTED_WHOLE)
}

fn is_any_of(text: &str, all: &[&str]) -> bool {
    all.iter().any(|one| one.eq_ignore_ascii_case(text))
}

/// The text without one pair of brackets or quotes around it.
fn unwrapped(text: &str) -> &str {
    let pairs = [('(', ')'), ('<', '>'), ('[', ']'), ('{', '}'), ('"', '"'), ('\'', '\'')];
    let inside = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    pairs.into_iter().find_map(inside).unwrap_or(text)
}

/// A missing value between `-`, `_`, `:`, `/` and `.`. Of an email address, `nil` and `nan` may be
/// somebody's name.
fn has_missing_part(text: &str) -> bool {
    let words = if text.contains('@') { &MISSING_PARTS[..2] } else { &MISSING_PARTS[..] };
    text.split(['-', '_', ':', '/', '.']).any(|part| is_any_of(part, words))
}

fn is_zero_uuid(text: &str) -> bool {
    let text = unwrapped(text);
    let dash = |at| text.len() == 36 && matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte)| if dash(at) { byte == b'-' } else { byte == b'0' };
    matches!(text.len(), 32 | 36) && text.bytes().enumerate().all(fits)
}

fn is_template(text: &str) -> bool {
    let holds = |open: &str, close: &str| {
        text.find(open).is_some_and(|at| text[at + open.len()..].contains(close))
    };
    // Go's `%!s(<nil>)`
    let go = text.find("%!").is_some_and(|at| {
        let rest = &text.as_bytes()[at + 2..];
        rest.first().is_some_and(u8::is_ascii_alphabetic) && rest.get(1) == Some(&b'(')
    });
    let variable = text.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
    });
    go || variable || TEMPLATES.iter().any(|(open, close)| holds(open, close))
}

fn is_printed(text: &str) -> bool {
    let fits = |&(start, end): &(&str, &str)| {
        let head = text.as_bytes().get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes())) && text.ends_with(end)
    };
    PRINTED.iter().any(fits)
        || text.contains(" object at 0x")
        || text.contains("=>")
        || is_json(text)
}

/// A list or an object as text, in JSON or with the quotes of Python.
fn is_json(text: &str) -> bool {
    let inside = |open, close| Some(text.strip_prefix(open)?.strip_suffix(close)?.trim());
    if let Some(members) = inside('{', '}') {
        return members.is_empty() || members.starts_with(['"', '\'']) && members.contains(':');
    }
    inside('[', ']').is_some_and(|items| {
        let number =
            |b: u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E' | b',' | b' ');
        let first = items.split(',').next().unwrap_or_default().trim();
        items.starts_with(['"', '\'', '{', '['])
            || items.bytes().all(number)
            || is_any_of(first, &["true", "false", "null"])
    })
}

/// A name of an id in any spelling, as `<account_id>`, `your_account_id`, or a name for anybody.
fn is_stand_in(text: &str) -> bool {
    let core = text.trim_matches(|c: char| c.is_ascii_punctuation());
    if is_any_of(core, &ANYBODY) {
        return true;
    }
    let mut room = [0; 40];
    let mut len = 0;
    for byte in core.bytes().filter(|byte| !is_separator(*byte)) {
        if len == room.len() || !byte.is_ascii_alphabetic() {
            return false;
        }
        room[len] = byte.to_ascii_lowercase();
        len += 1;
    }
    let name = &room[..len];
    let asked = name.strip_prefix(b"your").or_else(|| name.strip_prefix(b"my")).unwrap_or(name);
    let asked = asked.strip_suffix(b"here").unwrap_or(asked);
    let is_said_to_be = asked.len() < name.len() || core.len() < text.len();
    NAMES.iter().any(|known| known.as_bytes() == asked) || is_said_to_be && asked == b"id"
}

#[cfg(test)]
mod tests;
