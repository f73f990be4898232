//! The values of expressions.

use std::borrow::Cow;

/// A value of the language. An absent field is [`Value::Null`].
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// Null, or no value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number<'a>),
    /// A string, its escapes resolved.
    String(Cow<'a, str>),
    /// A list.
    List(Vec<Value<'a>>),
    /// An object, as its JSON text. It equals nothing; the text is only for `string()` of a list
    /// that contains it.
    Object(Cow<'a, str>),
}

/// A number, in the form that is cheapest for its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number<'a> {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// A number as JSON text; it keeps its spelling for `string()`.
    Json(&'a str),
}

impl<'a> Number<'a> {
    /// Parses a number; returns `None` if the text is not a JSON number.
    pub fn parse(text: &str) -> Option<Number<'static>> {
        is_json_number(text).then(|| match text.parse() {
            Ok(whole) => Number::Int(whole),
            Err(_) => Number::Float(text.parse().unwrap_or(f64::NAN)),
        })
    }

    /// Compares two numbers: whole numbers exactly, all others as doubles.
    fn compare(self, other: Number<'_>) -> Option<std::cmp::Ordering> {
        match (self.parsed(), other.parsed()) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            (a, b) => a.as_f64().partial_cmp(&b.as_f64()),
        }
    }

    fn parsed(self) -> Number<'a> {
        match self {
            Number::Json(text) => Number::parse(text).unwrap_or(Number::Float(f64::NAN)),
            parsed => parsed,
        }
    }

    /// Returns the number as a double.
    pub fn as_f64(self) -> f64 {
        match self.parsed() {
            Number::Int(whole) => whole as f64,
            Number::Float(float) => float,
            Number::Json(_) => f64::NAN,
        }
    }

    /// Returns the JSON text; `null` if JSON has no form for the number.
    pub fn json(self) -> String {
        match self {
            Number::Int(whole) => whole.to_string(),
            Number::Float(float) if float.is_finite() => format!("{float:?}"),
            Number::Float(_) => "null".to_owned(),
            Number::Json(text) => text.to_owned(),
        }
    }
}

impl Value<'_> {
    /// Creates a borrowed string, or null.
    pub fn text(text: Option<&str>) -> Value<'_> {
        text.map_or(Value::Null, |text| Value::String(Cow::Borrowed(text)))
    }

    /// Creates a whole number.
    pub fn int(number: impl Into<i128>) -> Value<'static> {
        Value::Number(Number::Int(number.into()))
    }

    /// Returns whether the value is true as a condition: only the bool `true` is.
    pub fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// Evaluates `=`: true for strictly equal values of the same type; lists are compared element
    /// by element; an object equals nothing.
    pub fn same(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a.compare(*b).is_some_and(|o| o.is_eq()),
            (Value::String(a), Value::String(b)) => a == b,
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            _ => false,
        }
    }

    /// Returns the order of two numbers; other values have none.
    pub fn order(&self, other: &Value<'_>) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => a.compare(*b),
            _ => None,
        }
    }

    /// Returns the JSON text, without spaces between tokens.
    pub fn json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Number(number) => out.push_str(&number.json()),
            Value::String(text) => quote(text, out),
            Value::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Value::Object(text) => compact(text, out),
        }
    }
}

/// Appends JSON text without the spaces between its tokens.
fn compact(text: &str, out: &mut String) {
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if quoted || !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
        }
        quoted = if escaped { quoted } else { quoted != (c == '"') };
        escaped = quoted && c == '\\' && !escaped;
    }
}

/// Returns whether the text is a JSON number.
pub(crate) fn is_json_number(text: &str) -> bool {
    let bytes = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    if whole == 0 || (whole > 1 && bytes[0] == b'0') {
        return false;
    }
    let mut at = whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == bytes.len()
}

/// Appends text in double quotes, in a form that JSON and this language both read back.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_numbers_of_json() {
        for good in ["0", "-0", "5", "-5", "1.5", "1e5", "1E-5", "120.25e+3", "0.1"] {
            assert!(is_json_number(good), "{good}");
        }
        for bad in ["", "-", "01", "1.", ".5", "+5", "1e", "1e+", "0x1", "1_000", "NaN", "1.e5"] {
            assert!(!is_json_number(bad), "{bad}");
        }
    }

    #[test]
    fn distinguishes_large_whole_numbers() {
        let number = |text| Value::Number(Number::Json(text));
        assert!(!number("9007199254740993").same(&number("9007199254740992")));
        assert!(number("5").same(&number("5.0")));
        assert!(number("1e400").order(&number("5")).is_some_and(|o| o.is_gt()));
        assert!(!number("oops").same(&number("oops")));
    }

    #[test]
    fn writes_lists_without_spaces() {
        let object = r#"{ "a b" : "c \" d \\" , "e" : [ 1 , 2 ] }"#;
        let list = Value::List(vec![
            Value::Null,
            Value::Number(Number::Json("1.50")),
            Value::String("a\"b".into()),
            Value::Object(object.into()),
        ]);
        assert_eq!(list.json(), r#"[null,1.50,"a\"b",{"a b":"c \" d \\","e":[1,2]}]"#);
    }
}
