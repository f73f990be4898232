//! Where the parts of a page that counts are.

use ratatui::layout::Rect;

/// From this width on the pane is beside the list.
const SIDE_BY_SIDE: u16 = 140;

/// Where things are.
pub struct Panes {
    /// The tabs.
    pub tabs: Rect,
    /// A line of the list's own above it.
    pub line: Rect,
    /// The heads of the columns.
    pub heads: Rect,
    /// The list.
    pub list: Rect,
    /// The line between.
    pub rule: Rect,
    /// All about the row under the cursor.
    pub about: Rect,
}

/// Divides a page's body.
pub fn panes(body: Rect, has_line: bool) -> Panes {
    let line = |y: u16| Rect { y: (body.y + y).min(body.bottom()), height: 1, ..body };
    let tabs = line(0).intersection(body);
    let own_line = if has_line { line(1).intersection(body) } else { Rect::ZERO };
    let head = (1 + u16::from(has_line)).min(body.height);
    let rest = Rect { y: body.y + head, height: body.height - head, ..body };
    let (left, rule, about) = if body.width >= SIDE_BY_SIDE {
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
    Panes { tabs, line: own_line, heads, list, rule, about }
}
