//! Texts that are used as ids but probably are not ids: missing values converted to text, names
//! that stand for an id, and ids with blanks (`docs/specs/vendors.md` A.4).
//!
//! Every id of every call is checked. So one pass over the bytes is enough for an ordinary id, and
//! no check allocates.

use crate::call::text::is_blank_or_invisible;
use crate::findings::printed_values::is_printed;

/// The reason why a text that is used as an id is probably not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdDoubt {
    /// The text of a missing value or an unfilled template.
    Placeholder,
    /// A name that stands for an id.
    StandIn,
    /// An id with white space or invisible characters around or in it.
    Blanks,
}

/// The names that corrected calls contain for ids that are not in the call.
pub mod stand_in {
    /// The name for an account.
    pub const ACCOUNT: &str = "ACCOUNT_ID";
    /// The name for a user.
    pub const USER: &str = "USER_ID";
    /// The name for a session.
    pub const ANONYMOUS: &str = "ANONYMOUS_ID";
    /// The name for a group.
    pub const GROUP: &str = "GROUP_ID";
    /// The name for the earlier id of a user.
    pub const PREVIOUS: &str = "PREVIOUS_ID";

    /// Returns true for one of these names.
    pub fn is_own(text: &str) -> bool {
        text.ends_with("_ID") && [ACCOUNT, USER, ANONYMOUS, GROUP, PREVIOUS].contains(&text)
    }
}

/// The texts of missing values.
const MISSING: [&str; 10] =
    ["undefined", "null", "nil", "none", "nan", "n/a", "false", "nonetype", "nilclass", "dbnull"];
/// The texts of missing values that also count as part of an id (`org_undefined`). The first two
/// also count in an email address.
const MISSING_PARTS: [&str; 5] = ["undefined", "null", "nil", "none", "nan"];
/// The delimiters of unfilled templates.
const TEMPLATES: [(&str, &str); 12] = [
    ("{{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("@{", "}"),
    ("[[", "]]"),
    ("[%", "%]"),
    ("%%", "%%"),
    ("%{", "}"),
    ("<%", "%>"),
    ("#{", "}"),
    ("{%", "%}"),
    ("{!!", "!!}"),
];
/// Names that stand for any user.
const ANYBODY: [&str; 4] = ["anonymous", "guest", "unknown", "test"];
/// Names of ids, in lower case without separators, that stand for the id itself.
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

/// The class of characters that templates and printed values contain.
const SIGN: u8 = 1;
/// The class of white space, control characters and all bytes that are not ASCII.
const BLANK: u8 = 2;
/// The class of the letter `n`, which most texts of missing values contain.
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

/// Returns the reason why a text that is used as an id is probably not an id, or `None` if it
/// probably is one.
#[inline]
pub fn doubt_of(id: &str) -> Option<IdDoubt> {
    let bytes = id.as_bytes();
    let (&first, &last) = (bytes.first()?, bytes.last()?);
    let seen = bytes.iter().fold(0, |seen, &byte| seen | CLASS[usize::from(byte)]);
    let ordinary = (seen == 0 || seen == N && !may_have_missing_part(bytes))
        && last.is_ascii_alphanumeric()
        // names of ids end in `id` or `here`
        && !(matches!(last | 0x20, b'd' | b'e') && ends_as_name(bytes))
        // `test`, `guest`, `false`, `Array`, `Object`
        && !(matches!(bytes.len(), 4..=6) && matches!(first | 0x20, b't' | b'g' | b'f' | b'a' | b'o'))
        && !(first == b'S' && id.starts_with("System."))
        && !may_be_java_object(bytes)
        // a UUID of zeros
        && !(first == b'0' && bytes.len() >= 32);
    if ordinary { None } else { check_closely(id, seen) }
}

/// The texts that follow an `n` in [`MISSING`], [`ANYBODY`], and [`PRINTED_WHOLE`].
const ENDINGS_AFTER_N: [&str; 9] =
    ["ull", "il", "one", "an", "def", "/a", "onymous", "own", "al.empty"];

/// Returns true if one of [`ENDINGS_AFTER_N`] follows an `n`.
fn may_have_missing_part(text: &[u8]) -> bool {
    let begins = |rest: &[u8], part: &str| {
        rest.get(..part.len()).is_some_and(|head| head.eq_ignore_ascii_case(part.as_bytes()))
    };
    let mut n = text.iter().enumerate().filter(|(_, byte)| **byte | 0x20 == b'n');
    n.any(|(at, _)| ENDINGS_AFTER_N.iter().any(|part| begins(&text[at + 1..], part)))
}

/// Returns true if an `@` is before the last eight bytes or within them, and no `.` follows it, as in
/// the texts of Java's objects and not in email addresses.
fn may_be_java_object(text: &[u8]) -> bool {
    let end = &text[text.len().saturating_sub(9)..];
    end.iter().rposition(|byte| matches!(byte, b'@' | b'.')).is_some_and(|at| end[at] == b'@')
}

/// Returns true if the last two characters without separators end a name of an id. The last one
/// alone would not be enough: 1 in 8 ids of hexadecimal digits ends in `d` or `e`.
fn ends_as_name(text: &[u8]) -> bool {
    let mut letters = text.iter().rev().filter(|byte| !is_separator(**byte));
    let mut next = || letters.next().map(u8::to_ascii_lowercase);
    matches!((next(), next()), (Some(b'd'), Some(b'i')) | (Some(b'e'), Some(b'r')))
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b' ')
}

/// Returns true for a text that identifies nobody, although vendors use it as an id.
pub fn names_nobody(id: &str) -> bool {
    matches!(doubt_of(id), Some(IdDoubt::Placeholder | IdDoubt::StandIn))
}

#[inline(never)]
fn check_closely(id: &str, seen: u8) -> Option<IdDoubt> {
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
    seen & (SIGN | BLANK) != 0 && (is_only_quotes(text) || is_template(text)) || is_printed(text)
}

/// Returns true for a text that begins with an unfilled place of a format string: `%s`, `%1$d`,
/// `%(id)s`, `%@`, `{0}`, `{}`. `%20` is the blank of a URL.
fn is_placeholder_at(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('{') {
        let is_number =
            |inside: &str| inside.len() < 3 && inside.bytes().all(|b| b.is_ascii_digit());
        return rest.split_once('}').is_some_and(|(inside, _)| is_number(inside));
    }
    let Some(rest) = text.strip_prefix('%') else { return false };
    let (named, rest) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, rest)) => (true, rest),
        None => match rest.split_once('$') {
            Some((at, rest)) if at.len() == 1 && at.as_bytes()[0].is_ascii_digit() => (true, rest),
            _ => (false, rest),
        },
    };
    let verb = rest.trim_start_matches(['l', 'z']);
    let mut letters = verb.chars();
    let is_verb = letters.next().is_some_and(|c| "sdivfuqxgeT@".contains(c));
    is_verb && (named || !letters.next().is_some_and(char::is_alphanumeric))
}

pub(super) fn is_any_of(text: &str, all: &[&str]) -> bool {
    all.iter().any(|one| one.eq_ignore_ascii_case(text))
}

/// Removes one pair of brackets or quotes around a text.
fn unwrapped(text: &str) -> &str {
    let pairs = [('(', ')'), ('<', '>'), ('[', ']'), ('{', '}'), ('"', '"'), ('\'', '\'')];
    let inside = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    pairs.into_iter().find_map(inside).unwrap_or(text)
}

/// Returns true for quotes without a text in them.
fn is_only_quotes(text: &str) -> bool {
    text.len() > 1 && text.chars().all(|c| matches!(c, '"' | '\'' | '`' | ' '))
}

/// Returns true if a text has the text of a missing value between `-`, `_`, `:`, `/`, `.`, `@` and `+`. In an
/// email address, only `undefined` and `null` count, because the others may be part of a name.
fn has_missing_part(text: &str) -> bool {
    let words = if text.contains('@') { &MISSING_PARTS[..2] } else { &MISSING_PARTS[..] };
    text.split(['-', '_', ':', '/', '.', '@', '+']).any(|part| is_any_of(part, words))
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
    let is_unfilled = |at: usize| is_placeholder_at(&text[at..]);
    if text.match_indices(['%', '{']).any(|(at, _)| is_unfilled(at)) {
        return true;
    }
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

/// Returns true for a name of an id in any spelling, such as `<account_id>` or `your_account_id`,
/// and for a name that stands for any user.
fn is_stand_in(text: &str) -> bool {
    let core = text.trim_matches(|c: char| c.is_ascii_punctuation());
    if is_any_of(core, &ANYBODY) {
        return true;
    }
    let mut buffer = [0; 40];
    let mut len = 0;
    for byte in core.bytes().filter(|byte| !is_separator(*byte)) {
        if len == buffer.len() || !byte.is_ascii_alphabetic() {
            return false;
        }
        buffer[len] = byte.to_ascii_lowercase();
        len += 1;
    }
    let name = &buffer[..len];
    let bare = name.strip_prefix(b"your").or_else(|| name.strip_prefix(b"my")).unwrap_or(name);
    let bare = bare.strip_suffix(b"here").unwrap_or(bare);
    let is_marked = bare.len() < name.len() || core.len() < text.len();
    NAMES.iter().any(|known| known.as_bytes() == bare) || is_marked && bare == b"id"
}

#[cfg(test)]
mod tests;
