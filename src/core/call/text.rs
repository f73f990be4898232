//! Making captured text safe to show. It may be hostile, so all text that is shown goes through
//! these functions first.

/// Returns true for a character that a terminal may act on, or that changes the order or the look
/// of its neighbors: C0, DEL, C1, bidirectional controls, line separators, tags, a lone BOM.
pub fn is_hostile(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns true for an invisible character, or one that a terminal may act on: zero-width
/// characters, fillers, variation selectors, tags, controls.
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    is_hostile(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{e0fff}')
}

/// Returns true for white space and for invisible characters.
pub fn is_blank_or_invisible(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Returns a character in a form that is safe to show: the character itself, or an escape.
pub fn visible_char(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if is_hostile(c) => format!("\\u{{{:x}}}", c as u32),
        c => c.to_string(),
    }
}

/// Returns a text in a form that is safe to show on one line, with hostile characters escaped.
pub fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    // most texts are plain ASCII
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        text.into()
    } else if text.chars().any(is_hostile) {
        text.chars().map(visible_char).collect::<String>().into()
    } else {
        text.into()
    }
}

/// Returns an id in a form that is safe to show, in which different ids look different. Invisible
/// characters and white space are escaped, except plain spaces between other characters.
pub fn visible_id(id: &str) -> std::borrow::Cow<'_, str> {
    if id.bytes().all(|b| matches!(b, b'!'..=b'~')) || !id.chars().any(is_blank_or_invisible) {
        return id.into();
    }
    let inside = id.len() - id.trim_start().len()..id.trim_end().len();
    let shown = id.char_indices().map(|(at, c)| match c {
        ' ' if inside.contains(&at) => " ".to_owned(),
        c => visible_blank(c),
    });
    shown.collect::<String>().into()
}

/// Returns a character for a sentence about blanks: every blank is escaped.
pub fn visible_blank(c: char) -> String {
    match c {
        c if is_blank_or_invisible(c) => format!("\\u{{{:x}}}", c as u32),
        c => c.to_string(),
    }
}

/// The maximum number of characters of a captured value in a sentence.
pub(crate) const EXCERPT_CHARS: usize = 60;

/// Appends captured text for a sentence: on one line, shortened, with hostile characters escaped.
pub fn write_excerpt(out: &mut String, captured: &str) {
    // a text has at least as many bytes as characters
    let long = captured.len() > EXCERPT_CHARS;
    let nth = |(at, _)| at;
    let end = if long { captured.char_indices().nth(EXCERPT_CHARS).map(nth) } else { None };
    out.push_str(&visible(&captured[..end.unwrap_or(captured.len())]));
    if end.is_some() {
        out.push('…');
    }
}

/// Returns a text in backticks that can be compared with another by eye: invisible characters are
/// escaped, and blanks other than the plain space.
pub fn spelled(text: &str) -> String {
    let shown = text.chars().map(|c| if c == ' ' { " ".to_owned() } else { visible_blank(c) });
    format!("`{}`", shown.collect::<String>())
}

/// The beginning of a masked write key.
pub const KEY_MASK: &str = "***";

/// Returns a masked write key, of which only the last four characters are shown.
pub fn masked(key: &str) -> String {
    let from = key.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let tail = if key.chars().count() > 4 { &key[from..] } else { "" };
    format!("{KEY_MASK}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_look_different() {
        for (id, shown) in [
            ("acme", "acme"),
            (" acme", "\\u{20}acme"),
            ("acme\u{a0}", "acme\\u{a0}"),
            ("Acme Corp", "Acme Corp"),
            ("Acme\tCorp\n", "Acme\\u{9}Corp\\u{a}"),
            ("ac\u{200c}me", "ac\\u{200c}me"),
            ("\u{2800}acme\u{fe0f}", "\\u{2800}acme\\u{fe0f}"),
            ("acme\u{e0041}", "acme\\u{e0041}"),
            ("Müller", "Müller"),
            ("  ", "\\u{20}\\u{20}"),
        ] {
            assert_eq!(visible_id(id), shown, "{id:?}");
        }
    }

    #[test]
    fn a_key_keeps_its_last_four() {
        assert_eq!(masked("wk_live_abcd1234"), "***1234");
        assert_eq!(masked("1234"), "***");
        assert_eq!(masked(""), "***");
    }
}
