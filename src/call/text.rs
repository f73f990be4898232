//! Captured text is hostile: what is shown goes through here first.

/// True for a character that a terminal may act on, or that changes the order or the look of
/// its neighbours: C0, DEL, C1, bidirectional controls, line separators, tags, a lone BOM.
pub fn is_hostile(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A character as it may be shown: itself, or an escape that names it.
pub fn visible_char(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if is_hostile(c) => format!("\\u{{{:x}}}", c as u32),
        c => c.to_string(),
    }
}

/// A text as it may be shown on one line, hostile characters escaped.
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

/// How many characters of a captured value a sentence may show.
const EXCERPT_CHARS: usize = 60;

/// Appends captured text as a sentence may show it: one line, hostile characters escaped, not too
/// long.
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

/// True for a character that takes no room and so tells two texts apart without being seen.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// A text in backticks that may be compared with another by eye: what is not seen is escaped, and so
/// are blanks other than the usual one.
pub fn spelled(text: &str) -> String {
    let mut out = String::from("`");
    for c in text.chars() {
        match is_invisible(c) || (c.is_whitespace() && c != ' ' && !c.is_control()) {
            true => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            false => out.push_str(&visible_char(c)),
        }
    }
    out.push('`');
    out
}

/// A write key as it may be shown: its last four characters.
pub fn masked(key: &str) -> String {
    let from = key.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let tail = if key.chars().count() > 4 { &key[from..] } else { "" };
    format!("***{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_last_four() {
        assert_eq!(masked("wk_live_abcd1234"), "***1234");
        assert_eq!(masked("1234"), "***");
        assert_eq!(masked(""), "***");
    }
}
