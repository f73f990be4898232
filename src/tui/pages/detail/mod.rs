//! The detail of one row: a header with the ids and problems, and tabs below.

mod annotations;
mod draw;
mod follow_field;
mod header;
mod header_ids;
mod json_tree;
mod linked_text;
mod mouse;
mod pretty_json;
mod provenance;
pub(crate) mod split_view;
mod tabs;
pub(crate) mod text_builder;
mod text_tabs;
mod tree_draw;
mod tree_find;
mod tree_fold;

use tabs::Tab;

use crate::call::Doc;
use crate::findings::Finding;
use crate::inspector::{CallDetail, DELETED_ROW, Detail, Preset};
use crate::tui::app::action::Action;
use crate::tui::app::copy;
use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::pages::call_actions;
use crate::tui::pages::detail::annotations::Annotations;
use crate::tui::pages::detail::json_tree::{NewTree, Tree};
use crate::tui::pages::detail::linked_text::LinkedText;
use crate::tui::pages::detail::provenance::Provenance;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::log::Column;
use crate::tui::widgets::match_highlight;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The minimum height of a pane whose header has room for more lines.
const MIN_ROOMY_HEIGHT: u16 = 30;

/// The inputs that the lines of the page were made from. A change means that they are made again.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct PageInputs {
    row: u64,
    judged: u64,
    written: Tab,
    width: u16,
    roomy: bool,
}

/// The state of the detail.
#[derive(Default)]
pub struct DetailPane {
    /// The row, the version of the shared state (`judged`), and true if the uses at all vendors
    /// are shown.
    read: Option<(u64, u64, bool)>,
    data: Option<Detail>,
    /// The tab that the user chose. It is kept while a request, which has fewer tabs, is shown.
    tab: Tab,
    /// The vendor whose tab was open last. Its output stands beside the call.
    chosen: Option<usize>,
    /// The pointer in the call that is highlighted on the other side.
    lit: Option<String>,
    tabs: Vec<tabs::TabHead>,
    made: Option<PageInputs>,
    header: Vec<Line<'static>>,
    page: LinkedText,
    /// The pointer in the call whose value the page scrolls to first.
    wanted: Option<String>,
    /// True if the vendor of the open tab has settings to offer.
    has_preset: bool,
    tree: Tree,
    area: Rect,
}

impl DetailPane {
    fn call(&self) -> Option<&CallDetail> {
        match &self.data {
            Some(Detail::Call(call)) => Some(call),
            _ => None,
        }
    }

    /// Returns the tab in view.
    fn open_tab(&self) -> Tab {
        if self.tabs.iter().any(|head| head.tab == self.tab) {
            self.tab
        } else {
            self.tabs.first().map_or(Tab::Call, |head| head.tab)
        }
    }

    fn choose(&mut self, tab: Tab) {
        self.tab = tab;
        if let Tab::Vendor(vendor) = tab {
            self.chosen = Some(vendor);
        }
    }

    /// Returns the panes: header, tabs, page.
    fn panes(&self, area: Rect) -> (Rect, Rect, Rect) {
        let most = (area.height / 2).saturating_sub(1);
        let head = (self.header.len() as u16).min(most);
        let header = Rect { height: head, ..area };
        let bar_y = area.y + head;
        let bar = Rect { y: bar_y, height: 1.min(area.height - head), ..area };
        // an empty line below the tabs, if there is room for it
        let gap = if area.height > 12 { 2 } else { 1 };
        let used = (head + gap).min(area.height);
        let page = Rect { y: area.y + used, height: area.height - used, ..area };
        (header, bar, page)
    }

    /// Returns true if the header may show more than the most important lines.
    fn is_roomy(&self) -> bool {
        self.area.height >= MIN_ROOMY_HEIGHT
    }

    /// Returns true if an action does something here.
    pub fn can(&self, action: Action) -> bool {
        let tree = self.open_tab() == Tab::Call && self.call().is_some();
        match action {
            Action::Toggle => tree || self.page.source().is_some(),
            Action::Fold | Action::Unfold => tree,
            Action::CopyPointer | Action::CopyValue => {
                (tree || self.beside().is_some()) && self.tree.pointer().is_some()
            }
            Action::CopyCall | Action::CopyCurl => self.call().is_some(),
            Action::CopySdkCall => self.call().is_some_and(|call| call.fix.is_some()),
            Action::CopyTransformation => {
                let fix = self.call().and_then(|call| call.fix.as_ref());
                fix.is_some_and(|fix| fix.transformation.is_some())
            }
            Action::CopySettings => self.has_preset,
            Action::CopyOutput => {
                self.call().is_some_and(|call| copy::of_vendor(call, self.vendor()).is_some())
            }
            _ => true,
        }
    }

    /// Returns the vendor whose output is in view.
    pub fn vendor(&self) -> Option<usize> {
        match self.written() {
            Tab::Vendor(vendor) => Some(vendor),
            _ => None,
        }
    }

    /// Returns the settings that the vendor in view offers: those that its fixes name, else those
    /// that its document recommends. If no output is in view, returns the settings of the first
    /// vendor in use whose fixes name some.
    fn preset<'w>(&'w self, ctx: &'w ViewContext<'_>) -> Option<&'w Preset> {
        let vendors = self.call().map_or(&[][..], |call| &call.vendors);
        let Some(vendor) = self.vendor() else {
            return vendors
                .iter()
                .filter(|detail| detail.in_use)
                .find_map(|it| it.settings.as_ref());
        };
        let named = vendors.iter().find(|detail| detail.vendor == vendor);
        let named = named.and_then(|detail| detail.settings.as_ref());
        named.or_else(|| ctx.shared.vendors.get(vendor)?.preset.as_ref())
    }

    /// Executes an action.
    pub fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        if call_actions::is_copy(action) {
            return match self.call() {
                Some(call) => call_actions::copy(action, call, self.vendor(), ctx),
                None => Response::Say("this row is a request, not a call".to_owned()),
            };
        }
        if !self.can(action) {
            return Response::Say(match action {
                Action::CopyPointer | Action::CopyValue => "open the call's tab first".to_owned(),
                Action::CopySettings => {
                    "no fix of this call names a setting, and no document recommends one".to_owned()
                }
                _ => return Response::Pass,
            });
        }
        let taken = |what: &str, text: String| {
            Response::Ask(SideEffect::Copy { what: what.to_owned(), text })
        };
        match action {
            Action::NextTab => self.switch_tab(1),
            Action::PreviousTab => self.switch_tab(self.tabs.len().saturating_sub(1)),
            Action::CopySettings => {
                let Some(preset) = self.preset(ctx) else { return Response::Pass };
                let what = format!("the setting {} for segscope.toml", preset.keys.join(", "));
                return taken(&what, preset.lines.clone());
            }
            Action::CopyPointer => match self.tree.pointer() {
                Some(pointer) => return taken(&ctx.look.clean(&pointer), pointer.clone()),
                None => return Response::Pass,
            },
            Action::CopyValue => match self.tree.copy() {
                Some(value) => return taken("the value", value),
                None => return Response::Pass,
            },
            Action::Toggle if self.follow(ctx) => {}
            _ if self.open_tab() == Tab::Call => self.tree.act(action, ctx.look),
            _ if self.page.act(action) => {}
            _ => return Response::Pass,
        }
        Response::Done
    }

    /// Shows the next match of the search in the open tab.
    pub fn find(&mut self, forward: bool, ctx: &ViewContext<'_>) -> Response {
        let Some(search) = ctx.shared.filtering.inside() else { return Response::Pass };
        let matches = |line: &str| match_highlight::is_in(&search.filter, line);
        let found = match self.open_tab() {
            Tab::Call if self.call().is_some() => self.tree.find(matches, forward, ctx.look),
            _ => self.page.find(matches, forward),
        };
        match (found, forward) {
            (Some(false), _) => Response::Done,
            (Some(true), true) => Response::Say("continued from the top".to_owned()),
            (Some(true), false) => Response::Say("continued from the end".to_owned()),
            (None, _) => Response::Say(format!("nothing in this tab matches {}", search.text)),
        }
    }

    fn switch_tab(&mut self, by: usize) {
        let open = self.open_tab();
        let at = self.tabs.iter().position(|head| head.tab == open).unwrap_or(0);
        if let Some(head) = self.tabs.get((at + by) % self.tabs.len().max(1)) {
            self.choose(head.tab);
        }
    }

    /// Opens the tab of a vendor.
    pub fn show_vendor(&mut self, vendor: usize) {
        self.choose(Tab::Vendor(vendor));
    }

    /// Reads what the next frame shows.
    pub fn sync(&mut self, row: Option<u64>, area: Rect, ctx: &ViewContext<'_>) {
        self.area = area;
        let Some(row) = row else { return };
        let wanted = (row, ctx.shared.judged, self.shows_all_vendors(ctx));
        if self.read != Some(wanted) {
            self.data = ctx.inspector.detail(row);
            self.read = Some(wanted);
            self.made = None;
            self.rebuild_tree(wanted.2, ctx);
        }
        let heads = |data| tabs::heads(data, self.tab, ctx);
        self.tabs = self.data.as_ref().map_or(Vec::new(), heads);
        let sides = self.sides(area);
        let width = area.width;
        let (judged, written) = (ctx.shared.judged, self.written());
        let made = PageInputs { row, judged, written, width, roomy: self.is_roomy() };
        if self.made != Some(made) {
            let roomy = made.roomy;
            let same_page = self.made.is_some_and(|old| PageInputs { width, roomy, ..old } == made);
            self.made = Some(made);
            self.write(made.written, usize::from(sides.page.width), same_page, ctx);
        }
        self.has_preset = self.preset(ctx).is_some();
        let page = self.panes(area).2;
        let tree_width = usize::from(sides.call.width);
        let tree_height = usize::from(page.height - tree_draw::foot_height(page, &self.tree));
        self.tree.sync(tree_width, tree_height, ctx.look);
        self.page.sync(usize::from(page.height));
        if let Some(wanted) = self.wanted.take() {
            self.page.go_to(&wanted);
        }
        self.highlight_other_side();
        // the highlighted row may have been out of view
        self.tree.sync(tree_width, tree_height, ctx.look);
    }

    /// Returns true if vendors that are not in use are included in the uses of fields: the user
    /// asked for them, or the tab of one is open.
    fn shows_all_vendors(&self, ctx: &ViewContext<'_>) -> bool {
        let is_used = |vendor: &usize| {
            let vendors = self.call().map_or(&[][..], |call| &call.vendors);
            vendors.iter().any(|detail| detail.vendor == *vendor && detail.in_use)
        };
        let open = self.vendor().filter(|vendor| !is_used(vendor));
        open.is_some() || ctx.shared.columns.contains(&Column::OtherVendors)
    }

    /// Builds the tree of another call.
    fn rebuild_tree(&mut self, all: bool, ctx: &ViewContext<'_>) {
        let Some(Detail::Call(call)) = &self.data else {
            return self.tree.set(NewTree::default());
        };
        let doc = Doc::parse(call.call_text.clone()).ok();
        let derived = Doc::parse(call.derived_text.clone()).ok();
        let mut notes = Annotations::default();
        if let Some(doc) = &doc {
            let short = |at: usize| ctx.shared.vendors.get(at).map_or("", |v| v.short.as_str());
            let mut add =
                |finding: &Finding, short: &str| notes.add(finding, short, doc, derived.as_ref());
            call.common.iter().for_each(|finding| add(finding, ""));
            for detail in call.vendors.iter().filter(|detail| detail.in_use) {
                let short = short(detail.vendor);
                detail.findings.iter().for_each(|finding| add(finding, short));
            }
            let edits = call.fix.as_ref().map_or(&[][..], |fix| &fix.edits);
            notes.add_edits(edits, short, doc, derived.as_ref());
        }
        let uses = doc.as_ref().map(|doc| Provenance::new(call, doc, derived.as_ref(), all));
        let uses = uses.unwrap_or_default();
        self.tree.set(NewTree { call: doc, derived, notes, uses, key: call.write_key.clone() });
    }

    fn write(&mut self, written: Tab, page_width: usize, same_page: bool, ctx: &ViewContext<'_>) {
        let width = usize::from(self.area.width);
        let mut header = TextBuilder::new(ctx.look, width);
        let mut page = TextBuilder::new(ctx.look, page_width);
        match &self.data {
            None => {
                let row = self.read.map(|(row, ..)| row);
                let is_deleted = row.is_some_and(|row| ctx.inspector.is_deleted(row));
                let words = if is_deleted { DELETED_ROW } else { "this row can no longer be read" };
                header.prose(0, words, ctx.look.theme.warning);
            }
            Some(Detail::NoCall(row)) => {
                header::no_call(&mut header, row);
                crate::tui::pages::detail::text_tabs::request(&mut page, &row.request, None);
            }
            Some(Detail::Call(call)) => {
                header::call(&mut header, call, self.is_roomy(), ctx);
                match written {
                    Tab::Call => {}
                    Tab::Findings => {
                        crate::tui::pages::detail::text_tabs::findings(&mut page, call, ctx)
                    }
                    Tab::Request => {
                        crate::tui::pages::detail::text_tabs::sender(&mut page, call);
                        crate::tui::pages::detail::text_tabs::request(
                            &mut page,
                            &call.request,
                            call.write_key.as_deref(),
                        );
                    }
                    Tab::Vendor(vendor) => {
                        let not_sent = self
                            .tree
                            .doc(crate::tui::pages::detail::annotations::DocumentSide::Call)
                            .map_or_else(
                                || (Vec::new(), false),
                                |doc| self.tree.uses().not_sent(vendor, doc),
                            );
                        crate::tui::pages::detail::text_tabs::vendor(
                            &mut page, call, vendor, not_sent, ctx,
                        );
                    }
                }
            }
        }
        header.blank();
        self.header = header.done();
        let (lines, sources) = page.with_sources();
        self.page.set(lines, sources, same_page);
    }
}

/// Draws lines of text.
pub(crate) fn lines(buffer: &mut Buffer, area: Rect, lines: &[Line<'static>]) {
    let area = area.intersection(buffer.area);
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        buffer.set_line(area.x, y, line, area.width);
    }
}
