//! The call and an output side by side in a wide pane: the choice of the vendor, the focus, and
//! the highlight of related values on the other side.
//!
//! ```text
//! +---------------------------------------+
//! | ids, verdict, fix                     |
//! | tabs                                  |
//! | the call as a tree | what the vendor  |
//! |                    | would receive    |
//! +---------------------------------------+
//! ```

use crate::tui::pages::detail::DetailPane;
use crate::tui::pages::detail::tabs::Tab;
use ratatui::layout::Rect;

/// The minimum width at which the call and an output stand side by side.
pub(crate) const MIN_TWO_SIDES_WIDTH: u16 = 96;
/// The columns between the call and the output.
const GAP_WIDTH: u16 = 3;

/// The areas of the page's parts. The area of a hidden part is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SplitView {
    /// The call as a tree.
    pub call: Rect,
    /// The line between the two.
    pub rule: Rect,
    /// The text: an output, the findings, or the request.
    pub page: Rect,
}

impl DetailPane {
    /// Returns the vendor whose output stands beside the call, or none if only one side is shown.
    pub(crate) fn beside(&self) -> Option<usize> {
        let call = self.call().filter(|_| self.area.width >= MIN_TWO_SIDES_WIDTH)?;
        match self.open_tab() {
            Tab::Vendor(vendor) => Some(vendor),
            Tab::Call => {
                let chosen = call.vendors.iter().find(|detail| Some(detail.vendor) == self.chosen);
                let in_use = || call.vendors.iter().filter(|detail| detail.in_use);
                let sends = || in_use().find(|detail| !detail.requests.is_empty());
                let any = chosen.or_else(sends).or_else(|| in_use().next());
                any.or(call.vendors.first()).map(|detail| detail.vendor)
            }
            Tab::Findings | Tab::Request => None,
        }
    }

    /// Returns the tab whose text the page shows.
    pub(crate) fn written(&self) -> Tab {
        self.beside().map_or_else(|| self.open_tab(), Tab::Vendor)
    }

    /// Returns the areas of the parts below the tabs.
    pub(crate) fn sides(&self, page: Rect) -> SplitView {
        let none = Rect { width: 0, height: 0, ..page };
        if self.beside().is_none() {
            let is_call = self.open_tab() == Tab::Call && self.call().is_some();
            let (call, page) = if is_call { (page, none) } else { (none, page) };
            return SplitView { call, rule: none, page };
        }
        let left = page.width.saturating_sub(GAP_WIDTH) / 2;
        let call = Rect { width: left, ..page };
        let rule = Rect { x: page.x + left + 1, width: 1, ..page };
        let x = rule.x + 2;
        SplitView { call, rule, page: Rect { x, width: page.right().saturating_sub(x), ..page } }
    }

    /// Moves the focus into the detail, from the left or from the right.
    pub fn enter(&mut self, from_the_left: bool) {
        if self.beside().is_some() {
            self.go_to_side(from_the_left);
        }
    }

    /// Moves the focus to the other side. Returns false if there is none in that direction.
    pub fn next_side(&mut self, forward: bool) -> bool {
        let there = self.beside().is_some() && (self.open_tab() == Tab::Call) == forward;
        if there {
            self.go_to_side(!forward);
        }
        there
    }

    pub(crate) fn go_to_side(&mut self, call: bool) {
        let Some(vendor) = self.beside() else { return };
        if call == (self.open_tab() == Tab::Call) {
            return;
        }
        if call {
            // the cursor of the tree goes to the source of the value under the page's cursor
            if let Some(source) = self.page.source() {
                self.tree.point_at(source);
            }
            self.choose(Tab::Call);
        } else {
            self.page.enter(self.tree.pointer().as_deref());
            self.choose(Tab::Vendor(vendor));
        }
        self.lit = None;
    }

    /// Highlights on the other side the values related to the one under the cursor.
    pub(crate) fn highlight_other_side(&mut self) {
        if self.beside().is_none() {
            self.lit = None;
            return;
        }
        let call = self.open_tab() == Tab::Call;
        let now = if call { self.tree.pointer() } else { self.page.source().map(str::to_owned) };
        if self.lit == now {
            return;
        }
        if let Some(pointer) = &now {
            match call {
                true => self.page.scroll_to_source(pointer),
                false => self.tree.point_at(pointer),
            }
        }
        self.lit = now;
    }
}
