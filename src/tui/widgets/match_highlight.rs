//! The highlighting of matches of a search on the screen.

use crate::fql::Filter;
use crate::tui::app::filters::TextSearch;
use crate::tui::theme::painter::Appearance;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Highlights every match of a search in an area. It compares the text on the screen, so matches
/// in text that is cut off or folded away are not found.
pub fn mark(buffer: &mut Buffer, area: Rect, search: Option<&TextSearch>, look: &Appearance) {
    let Some(search) = search else { return };
    let area = area.intersection(buffer.area);
    let mut line = String::new();
    let mut columns: Vec<(usize, u16)> = Vec::new();
    for y in area.top()..area.bottom() {
        line.clear();
        columns.clear();
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            columns.push((line.len(), x));
            line.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        for (from, to) in places(&search.filter, &line) {
            for (_, x) in columns.iter().filter(|(byte, _)| (from..to).contains(byte)) {
                buffer[(*x, y)].set_style(look.theme.found);
            }
        }
    }
}

/// Returns true if a line contains a match.
pub fn is_in(search: &Filter, line: &str) -> bool {
    places(search, line).iter().any(|(from, to)| from < to)
}

/// Returns the byte ranges of a search's texts and patterns in a line.
fn places(search: &Filter, line: &str) -> Vec<(usize, usize)> {
    let (needles, patterns) = search.highlights();
    let mut out = Vec::new();
    let bytes = line.as_bytes();
    for needle in needles.iter().filter(|needle| !needle.text().is_empty()) {
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| needle.find(rest)) {
            out.push((at + found, at + found + needle.text().len()));
            at += found + needle.text().len();
        }
    }
    for pattern in patterns {
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| pattern.find(rest)) {
            out.push((at + found.start, at + found.end));
            at += found.end.max(found.start + 1);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_match_in_a_line() {
        let places = |search: &str, line: &str| -> Vec<String> {
            let search = crate::fql::parse(search).expect("it parses");
            let found = places(&search, line);
            found.into_iter().map(|(from, to)| line[from..to].to_owned()).collect()
        };
        assert_eq!(places("refund", "Refund a refund"), ["Refund", "refund"]);
        assert_eq!(places("~x*~", "axxb"), ["", "xx", "", ""]);
        assert_eq!(places("aa or ~b.~", "aaaabb"), ["aa", "aa", "bb"]);
        assert_eq!(places("!refund", "refund"), Vec::<String>::new());
    }
}
