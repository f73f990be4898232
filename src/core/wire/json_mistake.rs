//! The mistake at the place where a body stops being JSON, and what to change.

use crate::call::SyntaxError;
use crate::wire::empty_request::quoted;

/// The kinds of mistakes, with what to change.
pub(crate) const FIXES: &[(&str, &str)] = &[
    (
        "form",
        "send the call as JSON: `{\"userId\": \"...\", \"event\": \"...\"}` with content-type application/json (in curl, `-H 'Content-Type: application/json' -d '{...}'`)",
    ),
    ("multipart", "send the call as JSON in the body, not as a multipart form"),
    ("markup", "send the call as JSON; a proxy or an error page may have replaced it"),
    ("object_text", "encode the object before it is sent: `body: JSON.stringify(call)`"),
    (
        "file_name",
        "let the HTTP client read the file: in curl `--data-binary @FILE`, in double quotes on Windows",
    ),
    ("base64", "send the JSON itself, not its base64 form"),
    (
        "escaped",
        "remove the backslashes before the quotes: the shell or a second encoding has added them",
    ),
    ("several", "send one JSON value: put the calls into `{\"batch\": [...]}`"),
    (
        "cut",
        "send the whole body: the content-length must be its length in bytes, not in characters",
    ),
    (
        "not_a_number",
        "send `null` or leave the property out: JSON has no NaN and no Infinity (in Python, `json.dumps(..., allow_nan=False)` finds them)",
    ),
    ("undefined", "leave the property out, or send `null`: JSON has no `undefined`"),
    (
        "python",
        "encode the call with `json.dumps(call)`; this is the text that Python prints for a dict",
    ),
    ("ruby", "encode the call with `call.to_json`; this is the text that Ruby prints for a hash"),
    ("single_quotes", "use double quotes, the only ones in JSON (a JSON library writes them)"),
    ("curly_quotes", "use plain double quotes: an editor has replaced them with typographic ones"),
    ("trailing_comma", "remove the last comma before the `}` or `]`"),
    ("extra_comma", "remove the comma that has no value before it"),
    ("comment", "remove the comment: JSON has none"),
    ("unquoted_name", "put the name into double quotes"),
    ("line_break", "write a line break in a string as `\\n`; a JSON library does so"),
    ("escape", "write the backslash as `\\\\`, or use one of the escapes that JSON has"),
    (
        "number",
        "write the number as JSON has it: no `+`, no leading zero, a digit on both sides of the point",
    ),
    ("missing_comma", "put a comma between the two values"),
    ("inner_quote", "write a double quote inside a string as `\\\"`; a JSON library does so"),
    ("utf16", "encode the body as UTF-8"),
    (
        "decimal_comma",
        "write the number with a point and without separators of thousands: `12.50`, `1234`",
    ),
    (
        "printed_object",
        "encode the fields of the object as JSON; this is the text that the language prints for it",
    ),
    ("template", "fill in the template before the body is sent"),
    ("equals", "write `:` between a name and its value"),
    ("extra_text", "end the body where the JSON ends"),
    ("unicode_escape", "write four hexadecimal digits after `\\u`, or the character itself"),
    ("escaped_apostrophe", "remove the backslash: JSON has no escape for `'`"),
    ("other", "build the body with a JSON library"),
];

/// Returns the kind of mistake at the place of an error.
pub(crate) fn mistake(text: &str, error: &SyntaxError) -> (&'static str, String) {
    let (before, rest) = text.split_at(error.offset);
    let last = before.trim_ascii_end().chars().next_back();
    // the word includes a minus sign before it
    let word_at = before.len() - usize::from(before.ends_with('-'));
    let word: String = text[word_at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(20)
        .collect();
    let is_word = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    let first = rest.chars().next();
    let in_text = error.expected.contains("string");
    let found = |kind| (kind, format!("`{}`", quoted(&word)));
    match first {
        None => ("cut", format!("it ends where {} should follow", error.expected)),
        _ if in_text && !error.expected.contains("closing") => {
            ("line_break", "a line break or another control character in a string".to_owned())
        }
        _ if error.expected.contains("hexadecimal") => {
            ("unicode_escape", "`\\u` without four hexadecimal digits".to_owned())
        }
        Some('\'') if error.expected.contains("after `\\") => {
            ("escaped_apostrophe", "a backslash before `'`".to_owned())
        }
        _ if error.expected.contains("after `\\") => {
            ("escape", format!("a backslash before {}", error.found))
        }
        Some(_) if error.expected == "the end of the text" && !is_second_value(rest) => {
            ("extra_text", format!("text after the end of the JSON ({})", error.found))
        }
        _ if error.expected == "the end of the text" => {
            ("several", format!("a second value ({}) after the first", error.found))
        }
        Some(digit)
            if digit.is_ascii_digit()
                && error.expected.contains("member name")
                && has_decimal_comma(before) =>
        {
            ("decimal_comma", "a number with a comma in it".to_owned())
        }
        Some('#') if ["#IND", "#INF", "#QNAN", "#SNAN"].iter().any(|end| rest.starts_with(end)) => {
            ("not_a_number", format!("`{}`, as C prints what is not a number", quoted(&rest[..4])))
        }
        Some('#' | '<') if rest.starts_with("#<") || is_python_object(rest) => {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            ("printed_object", format!("a printed object, `{}`", quoted(&rest[..end])))
        }
        Some('{' | '%' | '$' | '<') if is_template(before, rest) => {
            ("template", "a placeholder of a template that was not filled in".to_owned())
        }
        Some(':') if is_ruby_symbol(rest) => ("ruby", "a symbol, as Ruby prints a hash".to_owned()),
        Some(',') if matches!(last, Some(',' | '[' | '{' | ':')) => {
            ("extra_comma", "a comma without a value before it".to_owned())
        }
        Some('}' | ']') if last == Some(',') => {
            ("trailing_comma", "a comma after the last value".to_owned())
        }
        Some('“' | '”' | '„' | '‘' | '’' | '«') => {
            ("curly_quotes", format!("a typographic quote {}", error.found))
        }
        Some('\'') if looks_like_python(text) => {
            ("python", "single quotes, as Python prints a dict".to_owned())
        }
        Some('\'') => ("single_quotes", "single quotes".to_owned()),
        Some('/' | '#') => ("comment", "a comment".to_owned()),
        Some('=') if !rest.starts_with("=>") => ("equals", "`=` where `:` should be".to_owned()),
        Some('=') => ("ruby", "`=>`, as Ruby prints a hash".to_owned()),
        Some('\\') => ("escaped", "a backslash before a quote".to_owned()),
        Some(_) if is_word(&["nan", "-nan", "infinity", "-infinity", "inf", "-inf"]) => {
            found("not_a_number")
        }
        Some(_) if word == "undefined" => found("undefined"),
        Some(_) if ["True", "False", "None"].contains(&&*word) => found("python"),
        Some(_) if word == "nil" => found("ruby"),
        Some(_) if error.expected.contains("member name") => {
            ("unquoted_name", format!("the name {} without quotes", found("").1))
        }
        Some('+' | '.') => ("number", format!("a number that begins with {}", error.found)),
        Some(digit) if error.expected == "a digit" || number_goes_on(before, digit) => {
            ("number", "a number that JSON does not have".to_owned())
        }
        Some('"' | '{' | '[') if error.expected.starts_with("`,`") => {
            ("missing_comma", "no comma between two values".to_owned())
        }
        Some(_) if last == Some('"') && error.expected.starts_with("`,`") => {
            ("inner_quote", "a double quote inside a string".to_owned())
        }
        Some(_) => ("other", format!("expected {}, found {}", error.expected, error.found)),
    }
}

/// Returns whether a number continues in a way that JSON does not have, such as `01`, `1_000`,
/// `0x1F`.
fn number_goes_on(before: &str, next: char) -> bool {
    before.ends_with(|last: char| last.is_ascii_digit())
        && (next.is_ascii_alphanumeric() || next == '_')
}

/// Returns whether a text with single quotes looks like a dict that Python printed.
fn looks_like_python(text: &str) -> bool {
    ["True", "False", "None"].iter().any(|word| {
        let at = text.find(&format!(": {word}"));
        at.is_some()
    }) || text.contains("': ")
}

/// Returns whether the text after a value begins another one.
fn is_second_value(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '{' | '[' | '"' | '-'))
}

/// Returns whether a text ends in a digit and a comma, without a blank between.
fn has_decimal_comma(before: &str) -> bool {
    before.strip_suffix(',').is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()))
}

/// Returns whether a text begins with an object as Python prints it, such as `<app.User object at
/// 0x7f…>`.
fn is_python_object(rest: &str) -> bool {
    let printed = rest.split('>').next().unwrap_or_default();
    printed.starts_with('<') && printed.contains(" at 0x")
}

/// Returns whether a placeholder of a template is at a place: `{{name}}`, `{% … %}`, `${name}`,
/// `%{name}` or `<%= … %>`.
fn is_template(before: &str, rest: &str) -> bool {
    let opened = before.ends_with('{') && rest.starts_with(['{', '%']);
    opened || ["${", "%{", "<%", "{{", "{%"].iter().any(|begin| rest.starts_with(begin))
}

/// Returns whether a text begins with a member as Ruby prints it, such as `:userId=>`.
fn is_ruby_symbol(rest: &str) -> bool {
    let name = rest[1..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    name.len() < rest.len() - 1 && name.trim_start().starts_with("=>")
}
