//! The areas of the screen.

use crate::tui::app::view::View;
use ratatui::layout::{Rect, Size};

/// The lines of the page, from the top.
pub struct ScreenLayout {
    pub status: Rect,
    pub in_use: Rect,
    pub banner: Rect,
    pub settings: Rect,
    pub noise: Rect,
    pub histogram: Rect,
    pub body: Rect,
    pub footer: Rect,
}

impl ScreenLayout {
    /// Divides a screen of this size. Banner, settings and noise take one line each if present, and the
    /// histogram takes its height.
    pub fn new(size: Size, [banner, settings, noise]: [bool; 3], histogram: u16) -> ScreenLayout {
        let all = Rect::new(0, 0, size.width, size.height);
        let [banner, settings, noise] = [banner, settings, noise].map(u16::from);
        let mut y = 0;
        let mut take = |height: u16| {
            let area = Rect { y, height, ..all }.intersection(all);
            y += height;
            area
        };
        let (status, in_use, banner) = (take(1), take(1), take(banner));
        let (settings, noise, histogram) = (take(settings), take(noise), take(histogram));
        let above = [status, in_use, banner, settings, noise, histogram];
        let above = above.map(|area| area.height).iter().sum();
        let body = take(all.height.saturating_sub(above).saturating_sub(1));
        let footer = take(1);
        ScreenLayout { status, in_use, banner, settings, noise, histogram, body, footer }
    }
}

/// Returns the area that the strips at the foot leave for the page, and the area of each window.
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
