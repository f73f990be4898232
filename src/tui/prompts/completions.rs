//! The list of completions above a prompt.

use crate::tui::app::view::frame;
use crate::tui::prompts::Prompt;
use crate::tui::theme::painter::{Appearance, Painter, ground};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The maximum number of completions in view.
const MAX_SHOWN_OFFERS: usize = 8;
/// The maximum width of a completion.
const MAX_OFFER_WIDTH: usize = 60;

/// Draws the completions above a line. `column` is the start of the part that they replace.
pub fn render(buffer: &mut Buffer, line: Rect, column: usize, prompt: &Prompt, look: &Appearance) {
    if prompt.offers.is_empty() {
        return;
    }
    let theme = &look.theme;
    let shown =
        prompt.offers.len().min(MAX_SHOWN_OFFERS).min(usize::from(line.y.saturating_sub(3)));
    let chosen = prompt.chosen.unwrap_or(0);
    let from = (chosen + 1).saturating_sub(shown);
    let safe: Vec<_> =
        prompt.offers.iter().skip(from).take(shown).map(|offer| look.clean(&offer.text)).collect();
    let widest =
        safe.iter().map(|offer| text::width(offer)).max().unwrap_or(0).min(MAX_OFFER_WIDTH);
    let about = prompt.offers.iter().map(|offer| text::width(offer.about)).max().unwrap_or(0);
    let width = (widest + about + 6).min(usize::from(line.width)) as u16;
    let height = shown as u16 + 2;
    let x = line.x.saturating_add(column.min(usize::from(line.width)) as u16);
    let x = x.min(line.right().saturating_sub(width));
    let area = Rect { x, y: line.y.saturating_sub(height), width, height };
    let inside = frame(buffer, area, "", look);
    for (at, (offer, safe)) in prompt.offers.iter().skip(from).zip(&safe).enumerate() {
        if prompt.chosen == Some(from + at) {
            ground(buffer, inside, at, theme.selected);
        }
        let Some(mut painter) = Painter::on(buffer, inside, at, look) else { return };
        painter.column(safe, widest, theme.text).skip(2).put(offer.about, theme.quiet);
    }
    let more = prompt.offers.len() - shown;
    if more > 0 {
        let words = format!(" {more} more ");
        let foot = Rect { y: area.bottom().saturating_sub(1), height: 1, ..inside };
        if let Some(mut painter) = Painter::on(buffer, foot, 0, look) {
            painter.right(words.len()).put(&words, theme.quiet);
        }
    }
}
