//! Jumps from a value to its source or its use, and from a missing id to the vendor that needs it.

use crate::inspector::VendorView;
use crate::tui::pages::detail::{DetailPane, Tab, ViewContext};

impl DetailPane {
    /// Goes from a value of an output to the field that it came from, or from a field to the first
    /// output that contains it. Returns false if there is nowhere to go.
    pub(crate) fn follow(&mut self, ctx: &ViewContext<'_>) -> bool {
        match self.open_tab() {
            Tab::Vendor(_) => {
                let source = self.page.source();
                let shown = source.is_some_and(|at| self.tree.reveal_pointer(at, ctx.look));
                if shown {
                    self.choose(Tab::Call);
                }
                shown
            }
            // a missing id has no output: the tab of the first vendor that needs it says why
            Tab::Call if let Some(wanted_by) = self.tree.wanted_by() => {
                let wants = |vendor: &VendorView| wanted_by.contains(&vendor.short);
                let Some(vendor) = ctx.shared.vendors.iter().position(wants) else {
                    return false;
                };
                self.choose(Tab::Vendor(vendor));
                true
            }
            Tab::Call if !self.tree.can_turn() => {
                let beside = self.beside();
                let Some((vendor, pointer)) = self.tree.first_use(beside) else { return false };
                self.choose(Tab::Vendor(vendor));
                self.wanted = Some(pointer);
                true
            }
            _ => false,
        }
    }
}
