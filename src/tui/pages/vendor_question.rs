//! The question on the start screen: which tools the user feeds. Digits answer it.

use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::widgets::page_text::PageText;
use crate::tui::widgets::text;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Style;

/// The maximum number of vendors with a digit. The vendor dialog offers all vendors.
pub const MAX_DIGITS: usize = 9;

/// Returns the vendor of a digit key: `1` is the first vendor.
pub fn vendor_of_digit(event: KeyEvent, vendors: usize) -> Option<usize> {
    let KeyCode::Char(digit) = event.code else { return None };
    let place = (digit.to_digit(10)? as usize).checked_sub(1)?;
    (event.modifiers == KeyModifiers::NONE && place < vendors.min(MAX_DIGITS)).then_some(place)
}

/// The state of the question.
#[derive(Debug, Default)]
pub struct VendorQuestion {
    ticked: Vec<usize>,
    is_open: bool,
    /// True if the user postponed the answer.
    is_put_off: bool,
}

impl VendorQuestion {
    /// Asks until there is an answer or a first request, or until the user postpones the answer.
    pub fn sync(&mut self, ctx: &ViewContext<'_>) {
        let shared = ctx.shared;
        let (rows, requests) = (shared.rows, shared.stats.requests);
        let is_first = rows == 0 && requests == 0 && shared.stats.cleared.is_none();
        let listens = !shared.addresses.is_empty();
        self.is_open = is_first && listens && !shared.in_use.chosen && !self.is_put_off;
        // pushed objects are requests without a row
        self.is_open = self.is_open && ctx.inspector.pushes().run.is_none();
        if !self.is_open {
            self.ticked.clear();
        }
    }

    /// Returns true if the question is on the screen.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Handles a key that answers the question.
    pub fn answer(&mut self, event: KeyEvent, ctx: &ViewContext<'_>) -> Option<Response> {
        if !self.is_open {
            return None;
        }
        let all = ctx.shared.vendors.len();
        if let Some(vendor) = vendor_of_digit(event, all) {
            match self.ticked.iter().position(|ticked| *ticked == vendor) {
                Some(at) => drop(self.ticked.remove(at)),
                None => self.ticked.push(vendor),
            }
            return Some(Response::Done);
        }
        match event.code {
            KeyCode::Enter => {
                let mut chosen = std::mem::take(&mut self.ticked);
                chosen.sort_unstable();
                if chosen.is_empty() {
                    chosen = (0..all).collect();
                }
                Some(Response::Ask(SideEffect::UseVendors(chosen)))
            }
            KeyCode::Esc => {
                (self.is_open, self.is_put_off) = (false, true);
                Some(Response::Done)
            }
            _ => None,
        }
    }

    /// Writes the question, and each tool with its digit.
    pub fn write(&self, line: &mut PageText<'_>, width: u16, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        let title = |at: &usize| ctx.shared.vendors.get(*at).map(|vendor| vendor.title.as_str());
        let mut ticked = self.ticked.clone();
        ticked.sort_unstable();
        let names: Vec<&str> = ticked.iter().filter_map(title).collect();
        let hint = match names.is_empty() {
            true => "  digits choose, enter saves (none: all), esc: later".to_owned(),
            false => format!("  enter saves: {}", names.join(", ")),
        };
        let hint_style = if names.is_empty() { theme.quiet } else { theme.text };
        line.write(&[("  Which tools do you feed?", theme.heading), (&hint, hint_style)]);
        let mut parts: Vec<(String, Style)> = Vec::new();
        let mut used = INDENT.len();
        for (at, vendor) in ctx.shared.vendors.iter().take(MAX_DIGITS).enumerate() {
            let is_ticked = self.ticked.contains(&at);
            let digit = if is_ticked { format!("[{}]", at + 1) } else { format!(" {} ", at + 1) };
            let name = ctx.look.clean(&vendor.title).into_owned();
            let wide = digit.len() + text::width(&name) + 1;
            if used + wide > usize::from(width) && !parts.is_empty() {
                write_items(line, &mut parts);
                used = INDENT.len();
            }
            used += wide;
            parts.push((digit, theme.key));
            parts.push((name, if is_ticked { theme.brand } else { theme.text }));
            parts.push((" ".to_owned(), theme.text));
        }
        write_items(line, &mut parts);
    }
}

/// The indent of a line of tools.
const INDENT: &str = "  ";

fn write_items(line: &mut PageText<'_>, parts: &mut Vec<(String, Style)>) {
    let indent = (INDENT, Style::default());
    let items = parts.iter().map(|(words, style)| (words.as_str(), *style));
    line.write(&std::iter::once(indent).chain(items).collect::<Vec<_>>());
    parts.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_selects_only_an_existing_vendor() {
        let vendor = |key: char, vendors| {
            vendor_of_digit(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE), vendors)
        };
        assert_eq!([vendor('1', 5), vendor('5', 5)], [Some(0), Some(4)]);
        assert_eq!([vendor('0', 5), vendor('6', 5), vendor('x', 5)], [None; 3]);
        assert_eq!(vendor('9', 12), Some(8));
        let with_control = KeyEvent::new(KeyCode::Char('1'), KeyModifiers::CONTROL);
        assert_eq!(vendor_of_digit(with_control, 5), None);
    }
}
