//! The areas of the parts of a list page.

use ratatui::layout::Rect;

/// The minimum width of a page with the side pane beside the list.
const MIN_SIDE_BY_SIDE_WIDTH: u16 = 140;

/// The areas of a page.
pub struct Panes {
    /// The tabs.
    pub tabs: Rect,
    /// The page's own lines above the list.
    pub lines: Rect,
    /// The heads of the columns.
    pub heads: Rect,
    /// The list.
    pub list: Rect,
    /// The line between list and side pane.
    pub rule: Rect,
    /// The pane about the row under the cursor.
    pub about: Rect,
}

/// The parts of a page besides its list.
#[derive(Debug, Clone, Copy)]
pub struct PageShape {
    /// True if there is a line of tabs.
    pub has_tabs: bool,
    /// The number of lines above the list.
    pub lines: u16,
    /// True if there is a pane about the row under the cursor.
    pub has_pane: bool,
}

/// Divides a page's body.
pub fn panes(body: Rect, shape: PageShape) -> Panes {
    let part = |y: u16, height: u16| {
        let y = y.min(body.height);
        Rect { y: body.y + y, height: height.min(body.height - y), ..body }
    };
    let tabs = part(0, u16::from(shape.has_tabs));
    let lines = part(tabs.height, shape.lines);
    let rest = part(tabs.height + lines.height, body.height);
    let (left, rule, about) = if !shape.has_pane {
        (rest, Rect::ZERO, Rect::ZERO)
    } else if body.width >= MIN_SIDE_BY_SIDE_WIDTH {
        let left = Rect { width: body.width * 11 / 20, ..rest };
        let rule = Rect { x: left.right(), width: 1, ..rest };
        (left, rule, Rect { x: rule.x + 2, width: rest.right() - rule.x - 3, ..rest })
    } else {
        let left = Rect { height: rest.height / 2, ..rest };
        let rule = Rect { y: left.bottom(), height: 1.min(rest.height - left.height), ..rest };
        let height = rest.height - left.height - rule.height;
        let (x, width) = (rest.x + 1.min(rest.width), rest.width.saturating_sub(2));
        (left, rule, Rect { x, y: rule.bottom(), width, height })
    };
    let heads = Rect { height: 1.min(left.height), ..left };
    let list = Rect { y: heads.bottom(), height: left.height - heads.height, ..left };
    Panes { tabs, lines, heads, list, rule, about }
}
