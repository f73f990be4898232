//! Where the parts of a page that counts are.

use ratatui::layout::Rect;

/// From this width on the pane is beside the list.
const SIDE_BY_SIDE: u16 = 140;

/// Where things are.
pub struct Panes {
    /// The tabs.
    pub tabs: Rect,
    /// Lines of the list's own above it.
    pub lines: Rect,
    /// The heads of the columns.
    pub heads: Rect,
    /// The list.
    pub list: Rect,
    /// The line between.
    pub rule: Rect,
    /// All about the row under the cursor.
    pub about: Rect,
}

/// What a page has besides its list.
#[derive(Debug, Clone, Copy)]
pub struct PageShape {
    /// A line of tabs.
    pub has_tabs: bool,
    /// So many lines above the list.
    pub lines: u16,
    /// A pane about the row under the cursor.
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
    } else if body.width >= SIDE_BY_SIDE {
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
