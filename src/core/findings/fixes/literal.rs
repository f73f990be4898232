//! The literals of a language: texts, numbers, objects and lists.

use super::language::{Language, LiteralSyntax, Strings, Unicode};
use crate::call::text::is_hostile;
use crate::findings::fixes::json_tree::Lit;

/// Replaces each token of a template with its text in one pass, so that tokens in inserted texts
/// are not replaced.
pub(crate) fn put(template: &str, words: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match words.iter().find(|(token, _)| rest.starts_with(token)) {
            Some((token, word)) => {
                out.push_str(word);
                rest = &rest[token.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

impl Language {
    /// Returns the literal of a value, with its later lines indented by `depth` levels.
    pub fn literal(&self, value: &Lit, depth: usize) -> String {
        self.opened(value, depth, None)
    }

    /// Returns the literal of a value, with another opening for the outermost object.
    pub fn opened(&self, value: &Lit, depth: usize, open: Option<&str>) -> String {
        match value {
            Lit::Null => self.null.clone(),
            Lit::Bool(on) => if *on { &self.yes } else { &self.no }.clone(),
            Lit::Number(digits) => self.number(digits),
            Lit::Text(text) => self.string.quote(text),
            Lit::List(items) => {
                let item = |item: &Lit| {
                    put(&self.list.item, &[("{value}", &self.literal(item, depth + 1))])
                };
                self.block(&self.list, None, items.iter().map(item).collect(), depth)
            }
            Lit::Map(members) => {
                let shown = members.iter().filter(|(_, v)| !self.map.skip_null || *v != Lit::Null);
                let items = shown.map(|(name, value)| self.member(name, value, depth)).collect();
                self.block(&self.map, open, items, depth)
            }
        }
    }

    fn member(&self, name: &str, value: &Lit, depth: usize) -> String {
        let form = match (self.map.odd.get(name), &self.map.word) {
            (Some(odd), _) => odd,
            (None, Some(word)) if is_word(name) => word,
            _ => &self.map.item,
        };
        let key = self.string.quote(name);
        let value = self.literal(value, depth + 1);
        put(form, &[("{key}", &key), ("{word}", name), ("{value}", &value)])
    }

    fn block(
        &self,
        shape: &LiteralSyntax,
        open: Option<&str>,
        items: Vec<String>,
        depth: usize,
    ) -> String {
        let open = open.unwrap_or(&shape.open);
        if items.is_empty() {
            return match &shape.empty {
                // the empty form is that of the usual type only
                Some(empty) if open == shape.open => empty.clone(),
                _ => format!("{}{}", open.trim_end(), shape.close),
            };
        }
        let inner = self.indent.repeat(depth + 1);
        let mut out = open.to_owned();
        let last = items.len() - 1;
        for (at, item) in items.into_iter().enumerate() {
            out.push('\n');
            out.push_str(&inner);
            out.push_str(&item);
            if at < last || shape.trailing {
                out.push_str(&shape.separator);
            }
        }
        out.push('\n');
        out.push_str(&self.indent.repeat(depth));
        out.push_str(&shape.close);
        out
    }

    fn number(&self, digits: &str) -> String {
        let integer = !digits.contains(['.', 'e', 'E']);
        let form = match integer {
            true if digits.parse::<i32>().is_ok() => return digits.to_owned(),
            true if digits.parse::<i64>().is_ok() => &self.number.long,
            false if digits.parse::<f64>().is_ok_and(f64::is_finite) => return digits.to_owned(),
            _ => &self.number.wide,
        };
        put(form, &[("{}", digits)])
    }
}

/// Returns true for a name that needs no quotes in languages that have such names.
fn is_word(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Strings {
    /// Returns the literal of a text. Characters that could control a terminal or an editor are
    /// escaped.
    pub fn quote(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 2);
        if let Some(plain) = self.plain.filter(|_| !text.contains(is_hostile)) {
            out.push(plain);
            for c in text.chars() {
                if c == plain || c == '\\' {
                    out.push('\\');
                }
                out.push(c);
            }
            out.push(plain);
            return out;
        }
        out.push(self.quote);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let tag =
                self.markup && c == '<' && matches!(chars.peek(), Some('/' | '!' | 's' | 'S'));
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if tag || is_hostile(c) => self.name(c, &mut out),
                c => {
                    if c == self.quote || c == '\\' || self.also.contains(c) {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
        out.push(self.quote);
        out
    }

    fn name(&self, c: char, out: &mut String) {
        let code = c as u32;
        let name = match self.unicode {
            Unicode::Braces => format!("\\u{{{code:x}}}"),
            Unicode::Fixed if code > 0xffff => format!("\\U{code:08x}"),
            Unicode::Fixed => format!("\\u{code:04x}"),
            Unicode::Utf16 => {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
        };
        out.push_str(&name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in_one_pass() {
        let words = [("{key}", "{value}"), ("{value}", "{key}"), ("{}", "x")];
        assert_eq!(put("{ {key}, {value} } {} {{}", &words), "{ {value}, {key} } x {x");
    }

    #[test]
    fn texts() {
        let strings = |plain, quote, unicode, also: &str, markup| Strings {
            plain,
            quote,
            unicode,
            also: also.to_owned(),
            markup,
        };
        let js = strings(None, '\'', Unicode::Utf16, "", true);
        assert_eq!(js.quote("it's \\ </script>"), r"'it\'s \\ \u003c/script>'");
        assert_eq!(js.quote("a\n\u{1b}\u{e0041}\u{202e}"), r"'a\n\u001b\udb40\udc41\u202e'");
        let php = strings(Some('\''), '"', Unicode::Braces, "$", false);
        assert_eq!(php.quote("$a 'b' \\"), r"'$a \'b\' \\'");
        assert_eq!(php.quote("$a \"\u{7}"), r#""\$a \"\u{7}""#);
        let python = strings(None, '\'', Unicode::Fixed, "", false);
        assert_eq!(python.quote("\0\u{e0041}é"), r"'\u0000\U000e0041é'");
    }
}
