//! Completions at the cursor.

use std::ops::Range;

use crate::fql::ast::Path;
use crate::fql::builtin_names::{
    CALL_FIELDS, CALL_TYPES, FUNCTIONS, Function, KEYWORDS, RECORD_FIELDS, SERVICE_VERDICTS,
    SERVICES, SEVERITIES, TYPE_FIELDS, VERDICTS,
};
use crate::fql::lexer::{SpannedToken, Token, ends_word, lex};
use crate::fql::value::quote;

/// The maximum number of completions that are offered at once.
const MAX_OFFERS: usize = 200;

/// The names and values that a recording really contains. `typed` is the text typed so far: an
/// implementation may leave out names that do not begin with it, or ignore it.
pub trait NameSource {
    /// Returns the names of the fields directly under these names in the calls; with no names, at
    /// the top level.
    fn fields(&self, under: &[String], typed: &str) -> Vec<String>;
    /// Returns the text values seen at a path of the call or of the record (`library.name`,
    /// `write_key`…).
    fn values(&self, path: &Path, typed: &str) -> Vec<String>;
    /// Returns the names of the vendors.
    fn vendors(&self) -> Vec<String>;
    /// Returns the codes of the findings seen.
    fn codes(&self, typed: &str) -> Vec<String>;
    /// Returns whether only some of the calls were searched for these names.
    fn is_sample(&self) -> bool {
        false
    }
}

/// The kind of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompletionKind {
    /// A field of the call or the record, or a vendor.
    Field,
    /// A text value.
    Value,
    /// A function.
    Function,
    /// A keyword.
    Keyword,
}

/// A completion: a part of the text, and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The kind.
    pub kind: CompletionKind,
    /// The replacement.
    pub text: String,
    /// The range of the replaced text, in bytes.
    pub replace: Range<usize>,
}

/// Returns the completions at the cursor, a byte offset into the text. An offset inside a character
/// counts as before the character.
pub fn complete(text: &str, cursor: usize, names: &dyn NameSource) -> Vec<Completion> {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let text = &text[..cursor];
    let mut before = Vec::new();
    let mut start = text.len();
    let mut open_quote = false;
    match lex(text, &mut before) {
        // The word at the cursor, whole or ending in a dot, is what is being typed.
        Ok(()) => {
            if before.last().is_some_and(|last| last.span.end == cursor && is_word(&last.token)) {
                start = before.pop().map_or(start, |last| last.span.start);
            }
        }
        Err(_) => {
            let done = before.last().map_or(0, |last| last.span.end);
            start = text.len() - text[done..].trim_start().len();
            open_quote = text[start..].starts_with(['"', '\'']);
            if !open_quote && text[start..].contains(|c| ends_word(c) && c != ' ') {
                return Vec::new();
            }
        }
    }
    let mut offers = if open_quote {
        values(&before, start, &text[start + 1..], names)
    } else {
        word_offers(&before, &text[start..], start, names)
    };
    for offer in &mut offers {
        offer.replace.end = cursor;
    }
    offers.truncate(MAX_OFFERS);
    offers
}

fn is_word(token: &Token) -> bool {
    !matches!(token, Token::Sign(_) | Token::Quoted(_) | Token::Regex { .. })
}

fn offer(kind: CompletionKind, text: impl Into<String>, start: usize) -> Completion {
    Completion { kind, text: text.into(), replace: start..start }
}

/// Returns the completions outside quotes.
fn word_offers(
    before: &[SpannedToken],
    typed: &str,
    start: usize,
    names: &dyn NameSource,
) -> Vec<Completion> {
    let last = before.last().map(|spanned| &spanned.token);
    if after_operand(last) {
        return KEYWORDS[..3]
            .iter()
            .filter(|keyword| keyword.starts_with(&typed.to_ascii_lowercase()))
            .map(|keyword| offer(CompletionKind::Keyword, *keyword, start))
            .collect();
    }
    if let Some(Function::Missing | Function::Nearmiss) = open_function(before) {
        let ids = ["account_id", "user_id"].into_iter().filter(|id| id.starts_with(typed));
        return ids.map(|id| offer(CompletionKind::Field, id, start)).collect();
    }
    // values come first, because a field is seldom compared with another field
    let mut offers = values(before, start, typed, names);
    offers.extend(
        fields(typed, names).into_iter().map(|field| offer(CompletionKind::Field, field, start)),
    );
    let functions = FUNCTIONS.iter().filter(|(name, _)| name.starts_with(typed));
    offers.extend(
        functions.map(|(name, _)| offer(CompletionKind::Function, format!("{name}("), start)),
    );
    if !typed.is_empty() {
        let literals = KEYWORDS[3..].iter().filter(|keyword| keyword.starts_with(typed));
        offers.extend(literals.map(|keyword| offer(CompletionKind::Keyword, *keyword, start)));
    }
    offers
}

/// Returns the fields that begin with the typed text, as a filter writes them.
fn fields(typed: &str, names: &dyn NameSource) -> Vec<String> {
    // The names before the last dot, unescaped as the lexer does it.
    let (under, last) = split_path(typed);
    let path = |name: &str| Path::new(under.iter().map(String::as_str).chain([name])).to_string();
    let mut all = names.fields(&under, &last);
    match under.as_slice() {
        [] => all.extend(CALL_FIELDS.iter().chain(TYPE_FIELDS).map(|name| (*name).to_owned())),
        [one] if one == "verdict" => all.extend(names.vendors()),
        _ => {}
    }
    let is_written = |name: &String| !name.is_empty() && !name.contains(char::is_control);
    all.retain(|name| name.starts_with(&last) && is_written(name));
    let mut written: Vec<String> = all.iter().map(|name| path(name)).collect();
    // a complete name is completed with the names under it
    let whole: Vec<String> = under.iter().cloned().chain([last.clone()]).collect();
    let inner = |name: String| Path::new(whole.iter().cloned().chain([name])).to_string();
    if !last.is_empty() {
        written.extend(names.fields(&whole, "").into_iter().filter(is_written).map(inner));
    }
    let record = RECORD_FIELDS.iter().filter(|name| name.starts_with(typed));
    written.extend(record.map(|name| (*name).to_owned()));
    written.sort();
    written.dedup();
    written
}

fn split_path(typed: &str) -> (Vec<String>, String) {
    let (mut names, mut name, mut chars) = (Vec::new(), String::new(), typed.chars());
    while let Some(c) = chars.next() {
        match c {
            '.' => names.push(std::mem::take(&mut name)),
            '\\' => name.extend(chars.next()),
            c => name.push(c),
        }
    }
    (names, name)
}

/// Returns the completions inside quotes, or where quotes could open: the values of the path on the
/// other side of the operator.
fn values(
    before: &[SpannedToken],
    quote_at: usize,
    typed: &str,
    names: &dyn NameSource,
) -> Vec<Completion> {
    let before: Vec<&Token> = before.iter().map(|spanned| &spanned.token).collect();
    let found = match compared_path(&before) {
        Some(path) => match path.segments() {
            [one] if one == "finding" => names.codes(typed),
            [one] if one == "severity" => fixed(SEVERITIES),
            [one, ..] if one == "verdict" => fixed(VERDICTS),
            [one, two] if one == "service" && two == "verdict" => fixed(SERVICE_VERDICTS),
            [one, two] if one == "service" && two == "name" => fixed(SERVICES),
            [one] if one == "type" => {
                let mut all = names.values(path, typed);
                all.extend(fixed(CALL_TYPES));
                all
            }
            _ => names.values(path, typed),
        },
        None => Vec::new(),
    };
    let mut found: Vec<String> =
        found.into_iter().filter(|value| value.starts_with(typed)).collect();
    found.sort();
    found.dedup();
    let written = found.into_iter().map(|value| {
        let mut out = String::new();
        quote(&value, &mut out);
        offer(CompletionKind::Value, out, quote_at)
    });
    written.collect()
}

fn fixed(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// Returns the path whose value is being typed: the one before an operator or `in [`, or the first
/// argument of the same function.
fn compared_path<'t>(before: &[&'t Token]) -> Option<&'t Path> {
    let mut rest = before;
    // Back over the elements of a list.
    while let [head @ .., Token::Quoted(_) | Token::Number(_), Token::Sign(",")] = rest {
        rest = head;
    }
    if let [head @ .., Token::Sign("[")] = rest {
        rest = head;
    }
    match rest {
        [.., Token::Path(path), Token::Sign("=" | "!=" | ",") | Token::Keyword("in")] => Some(path),
        _ => None,
    }
}

/// Returns whether a complete operand precedes the cursor, so that only a joining word can follow.
fn after_operand(last: Option<&Token>) -> bool {
    match last {
        None | Some(Token::Keyword("and" | "or" | "in")) => false,
        Some(Token::Sign(sign)) => matches!(*sign, ")" | "]"),
        Some(_) => true,
    }
}

/// Returns the function whose parenthesis has just been opened.
fn open_function(before: &[SpannedToken]) -> Option<Function> {
    match before {
        [
            ..,
            SpannedToken { token: Token::Path(path), .. },
            SpannedToken { token: Token::Sign("("), .. },
        ] => path.name().and_then(Function::named),
        _ => None,
    }
}
