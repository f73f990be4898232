//! Where things are on the page.

use crate::tui::app::view::View;
use ratatui::layout::{Rect, Size};

/// The lines of the page, from the top.
pub struct Layout {
    pub status: Rect,
    pub in_use: Rect,
    pub banner: Rect,
    pub settings: Rect,
    pub noise: Rect,
    pub body: Rect,
    pub footer: Rect,
}

impl Layout {
    /// The page for a size; banner, settings and noise take a line where there are such.
    pub fn of(size: Size, banner: bool, settings: bool, noise: bool) -> Layout {
        let all = Rect::new(0, 0, size.width, size.height);
        let [banner, settings, noise] = [banner, settings, noise].map(u16::from);
        let mut y = 0;
        let mut take = |height: u16| {
            let area = Rect { y, height, ..all }.intersection(all);
            y += height;
            area
        };
        let (status, in_use, banner) = (take(1), take(1), take(banner));
        let (settings, noise) = (take(settings), take(noise));
        let above = [status, in_use, banner, settings, noise].map(|area| area.height).iter().sum();
        let body = take(all.height.saturating_sub(above).saturating_sub(1));
        Layout { status, in_use, banner, settings, noise, body, footer: take(1) }
    }
}

/// What the strips at the foot leave for the page, and each window's area.
pub fn areas(windows: &[Box<dyn View>], mut body: Rect) -> (Rect, Vec<Rect>) {
    let strips: u16 = windows.iter().map(|window| window.strip()).sum();
    let whole = body;
    body.height = body.height.saturating_sub(strips);
    let mut y = body.bottom();
    let mut area = |strip: u16| match strip {
        0 => body,
        height => {
            let strip = Rect { y, height, ..whole }.intersection(whole);
            y += height;
            strip
        }
    };
    let areas = windows.iter().map(|window| area(window.strip())).collect();
    (body, areas)
}
