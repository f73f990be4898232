//! Preparation of captured text for the screen: escaping, measuring, cutting and wrapping.
//!
//! Widths are display columns, counted by grapheme, so that wide, combining and joined characters
//! never shift the frame.

use crate::call::text::{is_invisible, visible};
pub use crate::call::text::{masked, visible_id};
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The maximum number of characters of a grapheme. Further marks are left out, because a tall
/// stack of them would cover the lines above.
const MAX_GRAPHEME_CHARS: usize = 12;

/// Returns the columns that an escaped text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Returns a captured text as one line that is safe to print: controls, invisible characters and
/// marks without a letter are escaped, and with `ascii` everything beyond ASCII too.
pub fn clean(text: &str, ascii: bool) -> Cow<'_, str> {
    let safe = visible(text);
    if safe.is_ascii() {
        return safe;
    }
    if ascii {
        let escape = |c: char| match c.is_ascii() {
            true => c.to_string(),
            false => format!("\\u{{{:x}}}", c as u32),
        };
        return Cow::Owned(safe.chars().map(escape).collect());
    }
    let odd = |g: &str| {
        g.width() == 0 || g.chars().count() > MAX_GRAPHEME_CHARS || g.chars().any(is_invisible)
    };
    if !safe.graphemes(true).any(odd) {
        return safe;
    }
    let mut out = String::with_capacity(safe.len());
    for grapheme in safe.graphemes(true) {
        let is_escaped = grapheme.width() == 0;
        let most = if is_escaped { usize::MAX } else { MAX_GRAPHEME_CHARS };
        for (at, c) in grapheme.char_indices().take(most) {
            let (before, rest) = (&grapheme[..at], &grapheme[at + c.len_utf8()..]);
            if is_escaped || (is_invisible(c) && !changes_look(c, before, rest)) {
                out.push_str(&format!("\\u{{{:x}}}", c as u32));
            } else {
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// Returns true if an invisible character changes the look of its grapheme: it joins two pictures
/// or letters to one, or chooses the look of a sign.
fn changes_look(c: char, before: &str, rest: &str) -> bool {
    match c {
        '\u{200d}' => {
            let next = rest.chars().next().filter(|next| !is_invisible(*next));
            next.and_then(|next| next.width()).is_some_and(|width| width > 0)
        }
        '\u{fe0e}' | '\u{fe0f}' => {
            let is_sign = before.chars().next_back().is_some_and(|c| !c.is_alphanumeric());
            is_sign || rest.starts_with('\u{20e3}')
        }
        _ => false,
    }
}

/// Returns the part of a captured text that can be visible in `room` columns, so that a long text
/// costs no more than a short one.
pub fn beginning(text: &str, room: usize) -> &str {
    let most = (room + 1) * MAX_GRAPHEME_CHARS;
    match text.char_indices().nth(most) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Returns the beginning of an escaped text that fits, with an ellipsis if something is left out.
pub fn cut<'t>(text: &'t str, room: usize, ellipsis: &str) -> Cow<'t, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let tail = if width(ellipsis) <= room { ellipsis } else { "" };
    let head = head(text, room - width(tail));
    Cow::Owned(format!("{}{tail}", &text[..head]))
}

/// Returns the end of an escaped text that fits, with an ellipsis if something is left out. Used
/// for paths, whose last names say most.
pub fn cut_front<'t>(text: &'t str, room: usize, ellipsis: &str) -> Cow<'t, str> {
    let all = width(text);
    if all <= room {
        return Cow::Borrowed(text);
    }
    let sign = if width(ellipsis) <= room { ellipsis } else { "" };
    // a wide letter that would be cut in half is left out
    let from = text
        .grapheme_indices(true)
        .map(|(at, _)| at)
        .find(|at| width(&text[*at..]) + width(sign) <= room)
        .unwrap_or(text.len());
    Cow::Owned(format!("{sign}{}", &text[from..]))
}

/// Returns a captured id cut to a width. A long id keeps its beginning and its end, because ids
/// that begin alike (UUIDv7) differ at the end. `clean` escapes a text.
pub fn fit_id(
    captured: &str,
    room: usize,
    ellipsis: &str,
    clean: impl Fn(&str) -> String,
) -> String {
    let most = (room + 1) * MAX_GRAPHEME_CHARS;
    let is_long = captured.char_indices().nth(2 * most).is_some();
    if !is_long {
        let safe = clean(captured);
        if width(&safe) <= room {
            return safe;
        }
    }
    let left = room.saturating_sub(width(ellipsis));
    if left < MIN_TWO_ENDS_WIDTH {
        return cut(&clean(beginning(captured, room)), room, ellipsis).into_owned();
    }
    let last = left / 3;
    // only the visible ends of a long id are escaped
    let from =
        if is_long { captured.char_indices().rev().nth(most).map_or(0, |at| at.0) } else { 0 };
    let (start, end) = (clean(beginning(captured, room)), clean(&captured[from..]));
    let start = &start[..head(&start, left - last)];
    format!("{start}{ellipsis}{}", cut_front(&end, last, ""))
}

/// The minimum width in which an id keeps its end too.
const MIN_TWO_ENDS_WIDTH: usize = 6;

/// Returns the number of bytes at the start of an escaped text that fit into `room` columns.
pub fn head(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > room {
            return at;
        }
    }
    text.len()
}

/// Returns the same number as [`head`], but at least one character. If the first grapheme alone is
/// too wide (a letter may have any number of marks that take room), it is split.
fn step(text: &str, room: usize) -> usize {
    match head(text, room) {
        0 => {
            let wide = |(at, c): (usize, char)| width(&text[..at + c.len_utf8()]) > room;
            let first = text.chars().next().map_or(0, char::len_utf8);
            text.char_indices().find(|&at| wide(at)).map_or(text.len(), |(at, _)| at).max(first)
        }
        at => at,
    }
}

/// Cuts an escaped text into full pieces, at any character.
pub fn chunks(text: &str, room: usize) -> Vec<&str> {
    let room = room.max(2);
    let mut out = Vec::new();
    let mut rest = text;
    while width_over(rest, room) {
        let at = if rest.as_bytes()[..room].is_ascii() && rest.is_char_boundary(room) {
            // a mark that joins the last letter stays with it
            room - usize::from(!rest[room..].starts_with(|c: char| c.is_ascii()))
        } else {
            step(rest, room)
        };
        let (piece, tail) = rest.split_at(at);
        out.push(piece);
        rest = tail;
    }
    out.push(rest);
    out
}

/// Returns true if a text is wider than `room`, without measuring all of a long text.
fn width_over(text: &str, room: usize) -> bool {
    text.len() > room && head(text, room) < text.len()
}

/// Wraps an escaped text, between words if possible.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut word = word;
        let wide = width(word);
        if used > 0 && used + 1 + wide > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        while width(word) > room {
            let (piece, rest) = word.split_at(step(word, room));
            lines.push(piece.to_owned());
            word = rest;
        }
        line.push_str(word);
        used += width(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cut_path_keeps_its_end() {
        assert_eq!(cut_front("properties.account_id", 21, "…"), "properties.account_id");
        assert_eq!(cut_front("properties.account_id", 11, "…"), "…account_id");
        assert_eq!(cut_front("漢字.id", 6, ".."), "...id");
        assert_eq!(cut_front("abc", 1, ".."), "c");
        assert_eq!(cut_front("abc", 0, "…"), "");
    }

    #[test]
    fn a_cut_id_keeps_both_ends() {
        let fit = |id: &str, room| fit_id(id, room, "…", |id| clean(id, false).into_owned());
        assert_eq!(fit("019333a1-7c2e-7000-8000-000000000005", 13), "019333a1…0005");
        assert_eq!(fit("acme-42", 7), "acme-42");
        assert_eq!(fit("acme-42", 6), "acme-…", "too little for two ends");
        assert_eq!(fit("漢字漢字漢字", 8), "漢字…字");
        assert_eq!(fit("a\u{1b}[31m0123456789b", 12), "a\\u{1b}[…89b");
        let long = format!("start{}end", "x".repeat(1_000_000));
        assert_eq!(fit(&long, 12), "startxxx…end");
        assert_eq!(fit("", 0), "");
    }

    #[test]
    fn escapes_control_sequences_of_terminals() {
        assert_eq!(clean("a\u{1b}[31mb\r\n\u{202e}", false), "a\\u{1b}[31mb\\r\\n\\u{202e}");
        assert_eq!(clean("\u{301}x", false), "\\u{301}x");
        assert_eq!(clean("é 漢", true), "\\u{e9} \\u{6f22}");
        assert_eq!(clean("é 漢", false), "é 漢");
        for (text, shown) in [
            ("ac\u{200d}me", "ac\\u{200d}me"),
            ("ac\u{200c}me", "ac\\u{200c}me"),
            ("acme\u{fe0f}", "acme\\u{fe0f}"),
            ("a\u{200d}\u{301}", "a\\u{200d}\u{301}"),
            ("ac\u{ad}me \u{3164}", "ac\\u{ad}me \\u{3164}"),
            ("👩\u{200d}", "👩\\u{200d}"),
            // what joins two pictures to one, or chooses the look of a sign, shows itself
            (
                "👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
                "👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            ),
        ] {
            assert_eq!(clean(text, false), shown, "{text:?}");
        }
        let tower = format!("a{}", "\u{301}".repeat(200));
        assert_eq!(clean(&tower, false).chars().count(), 12);
    }

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut("漢字漢字", 5, "…"), "漢字…");
        assert_eq!(cut("漢字漢字", 4, "…"), "漢…");
        assert_eq!(cut("abc", 3, "…"), "abc");
        assert_eq!(cut("abc", 1, ".."), "a");
        assert_eq!(cut("abc", 0, "…"), "");
    }

    #[test]
    fn wrapping_breaks_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(chunks("abcdefg", 3), ["abc", "def", "g"]);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_lose_nothing(text in any::<String>(), room in 2usize..20) {
            let safe = clean(&text, false);
            let pieces = chunks(&safe, room);
            prop_assert_eq!(pieces.concat(), safe.as_ref());
            for piece in &pieces {
                prop_assert!(width(piece) <= room, "{piece:?}");
            }
            for line in wrap(&safe, room) {
                prop_assert!(width(&line) <= room, "{line:?}");
            }
            prop_assert!(width(&cut(&safe, room, "…")) <= room);
            let id = fit_id(&text, room, "…", |id| clean(id, false).into_owned());
            prop_assert!(width(&id) <= room, "{id:?}");
        }
    }
}
