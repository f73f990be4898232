//! The log view: the log, and the detail of the selected call.
//!
//! ```text
//! from 130 columns on                      from 24 rows on     else only the
//! +------------------+-------------------+ +-----------------+ focused pane
//! | time type name … | ids, verdict, fix | | log             |
//! | log              | tabs              | +-----------------+
//! |                  | the open tab      | | detail, if open |
//! +------------------+-------------------+ +-----------------+
//! ```
//!
//! If the user widens the detail, it has the full page, as on a small screen.

mod column;
mod column_layout;
mod columns;
mod hints;
mod id_cells;
mod jump;
mod jump_search;
pub(crate) mod library_habits;
mod list;
mod panes;
mod rows;

pub use column::Column;
pub use column_layout::ColumnLayout;
pub use id_cells::{cell, mark_style, signed};
pub use rows::{NO_EVENT, table};

use crate::inspector::What;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::{FilterChange, SearchScope};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::dialogs::column_picker::ColumnsView;
use crate::tui::dialogs::export_format::ask_export;
use crate::tui::dialogs::filter_warnings::EmptyFilterDialog;
use crate::tui::dialogs::help::HelpView;
use crate::tui::dialogs::vendor_picker::VendorsView;
use crate::tui::pages::call_actions;
use crate::tui::pages::detail::DetailPane;
use crate::tui::pages::log::jump_search::JumpSearch;
use crate::tui::pages::vendor_question::VendorQuestion;
use crate::tui::prompts::{NamedView, SearchView, TextDialog, toggle_filter};
use crate::tui::widgets::match_count::MatchCount;
use crossterm::event::KeyEvent;
use list::List;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The log view.
#[derive(Default)]
pub struct LogView {
    list: List,
    /// The question of the start screen.
    question: VendorQuestion,
    detail: DetailPane,
    in_detail: bool,
    /// True if the detail stays below the log while the log has the focus.
    is_open: bool,
    /// True if the detail takes the whole page while it has the focus.
    wide: bool,
    jump_search: Option<JumpSearch>,
    /// The explanation of a filter that matches nothing.
    why_nothing: EmptyFilterDialog,
    /// The last count whose calls were shown in the log.
    behind: u64,
    body: Rect,
    /// The log's share in percent while the user drags the line between log and detail.
    dragged: Option<u16>,
    /// The log's share of the height in percent, if the user chose one.
    height: Option<u16>,
}

impl LogView {
    /// Marks the call under the cursor, or asks for a note about it.
    fn remark(&self, action: Action) -> Response {
        let row = self.list.current();
        let Some((row, seq)) = row.and_then(|row| Some((row, row.seq?))) else {
            return Response::Say("only calls can have marks and notes".to_owned());
        };
        match action {
            Action::Mark => Response::Ask(SideEffect::Mark { seq, marked: !row.marked }),
            _ => {
                let note = row.note.as_deref().unwrap_or("");
                Response::Open(Box::new(TextDialog::maybe_empty("note", note, move |text| {
                    Response::CloseAndAsk(SideEffect::Note { seq, text: text.to_owned() })
                })))
            }
        }
    }

    /// Returns true if a search inside the focused call is active.
    fn searches_inside(&self, ctx: &ViewContext<'_>) -> bool {
        self.in_detail && ctx.shared.filtering.inside().is_some()
    }

    /// Moves the focus to the detail.
    fn open(&mut self) {
        (self.in_detail, self.is_open) = (true, true);
    }

    /// Moves the focus back to the log, and closes the detail below or over it.
    fn leave_detail(&mut self) -> bool {
        // the next detail opens beside the log again
        self.wide = false;
        let is_below = std::mem::take(&mut self.is_open) && self.opens_below();
        std::mem::take(&mut self.in_detail) || is_below
    }
}

/// Shows or hides the columns and tabs of the vendors that are not in use.
fn other_vendors(ctx: &ViewContext<'_>) -> Response {
    if rows::column_vendors(&Column::OtherVendors, ctx).next().is_none() {
        return Response::Say("all vendors are in use".to_owned());
    }
    let mut columns = ctx.shared.columns.clone();
    match columns.iter().position(|column| *column == Column::OtherVendors) {
        Some(at) => drop(columns.remove(at)),
        None => columns.push(Column::OtherVendors),
    }
    let names = columns.iter().map(|column| column.name().to_owned()).collect();
    Response::Ask(SideEffect::Columns(names))
}

impl View for LogView {
    fn place(&self) -> KeyContext {
        if self.in_detail { KeyContext::Detail } else { KeyContext::Log }
    }

    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool {
        let filtering = &ctx.shared.filtering;
        match action {
            Action::ChooseVendors | Action::Columns | Action::Help | Action::BackOrQuit => true,
            Action::OtherVendors => {
                rows::column_vendors(&Column::OtherVendors, ctx).next().is_some()
            }
            Action::Quit | Action::Suspend | Action::Pause => true,
            Action::EditFilter => ctx.shared.rows > 0 || !filtering.text().is_empty(),
            Action::ToggleFilter => !filtering.text().is_empty(),
            Action::NamedFilters => !ctx.shared.kept.named.is_empty(),
            Action::Clear => ctx.shared.rows > 0,
            Action::UndoClear => ctx.shared.stats.cleared.is_some(),
            Action::Back => {
                self.has_inner(ctx) || filtering.came_from().is_some() || filtering.is_on()
            }
            Action::NextMatch | Action::PreviousMatch
                if filtering.search().is_none() && !self.searches_inside(ctx) =>
            {
                false
            }
            _ if self.list.cursor().is_none() => false,
            Action::Widen => self.has_room_for_both(),
            Action::NarrowLog | Action::WidenLog | Action::ResetSplit => self.has_divider(ctx),
            Action::Toggle
            | Action::Fold
            | Action::Unfold
            | Action::CopyCall
            | Action::CopyOutput
            | Action::CopyPointer
            | Action::CopyValue
            | Action::CopySettings
            | Action::CopyCurl => self.detail.can(action),
            _ => true,
        }
    }

    fn quits(&self, ctx: &ViewContext<'_>) -> bool {
        let is_below = self.is_open && self.opens_below();
        !self.in_detail && !is_below && ctx.shared.filtering.came_from().is_none()
    }

    fn example(&self) -> Option<u64> {
        self.list.cursor()
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        let filtering = &ctx.shared.filtering;
        match action {
            Action::Help => Response::Open(Box::new(HelpView::new(self.place()))),
            Action::ChooseVendors => Response::Open(Box::new(VendorsView::new(ctx))),
            Action::OtherVendors => other_vendors(ctx),
            Action::Columns => Response::Open(Box::new(ColumnsView::new(ctx))),
            Action::Deliver => {
                let vendor = self.detail.vendor();
                call_actions::deliver(self.list.cursor(), vendor, ctx)
            }
            Action::Mute | Action::SendAgain => {
                call_actions::act(action, self.list.cursor(), None, ctx).unwrap_or(Response::Pass)
            }
            Action::EditFilter => Response::EditFilter,
            Action::ToggleFilter => toggle_filter(KeyContext::Log, ctx),
            Action::OnlyMarked => Response::Filter(FilterChange::OnlyMarked),
            Action::NamedFilters => match NamedView::new(ctx) {
                Some(view) => Response::Open(Box::new(view)),
                None => {
                    let key = ctx.keymap.first_key(KeyContext::Log, Action::EditFilter);
                    let save = ctx.keymap.keys(KeyContext::Filter, Action::SaveFilter).join(" ");
                    Response::Say(format!("no filter has a name yet; {key}, then {save} gives one"))
                }
            },
            Action::Search => {
                let scope = if self.in_detail { SearchScope::OneCall } else { SearchScope::Calls };
                Response::Open(Box::new(SearchView::new(scope, ctx)))
            }
            Action::Pause => {
                self.list.pause(ctx.shared.rows);
                Response::Done
            }
            // the first `esc` removes the highlights of the search
            Action::Back if self.searches_inside(ctx) => {
                Response::Filter(FilterChange::Search(SearchScope::OneCall, String::new()))
            }
            Action::Back if filtering.search().is_some() => {
                Response::Filter(FilterChange::Search(SearchScope::Calls, String::new()))
            }
            Action::Back | Action::BackOrQuit if self.leave_detail() => Response::Done,
            Action::Back | Action::BackOrQuit if filtering.came_from().is_some() => {
                Response::Return
            }
            Action::BackOrQuit => Response::Ask(SideEffect::Quit),
            // only the filter is left to go back from
            Action::Back if filtering.only_marked() => {
                let key = ctx.keymap.first_key(KeyContext::Log, Action::OnlyMarked);
                let words = format!("all calls; {key} shows only marked ones again");
                Response::FilterAndSay(FilterChange::OnlyMarked, words)
            }
            Action::Back if filtering.is_on() => {
                let key = ctx.keymap.first_key(KeyContext::Log, Action::ToggleFilter);
                let words = format!("filter off; {key} turns it on again");
                Response::FilterAndSay(FilterChange::Toggle, words)
            }
            Action::Back => {
                let key = ctx.keymap.first_key(KeyContext::Log, Action::BackOrQuit);
                Response::Say(format!("nothing to go back from; {key} quits"))
            }
            Action::Clear if ctx.shared.rows > 0 => Response::Ask(SideEffect::Clear),
            Action::UndoClear => match ctx.shared.stats.cleared {
                Some(_) => Response::Ask(SideEffect::UndoClear),
                None => Response::Say("nothing was cleared".to_owned()),
            },
            _ if self.list.cursor().is_none() => Response::Pass,
            Action::Mark | Action::Note => self.remark(action),
            Action::Export => Response::Open(Box::new(ask_export(ctx))),
            Action::NextMark => self.start_jump(What::Marked, true, ctx),
            Action::NextMatch | Action::PreviousMatch if self.searches_inside(ctx) => {
                self.detail.find(action == Action::NextMatch, ctx)
            }
            Action::NextMatch => self.jump_to_match(true, ctx),
            Action::PreviousMatch => self.jump_to_match(false, ctx),
            Action::NextMissing => self.start_jump(What::Missing, true, ctx),
            Action::PreviousMissing => self.start_jump(What::Missing, false, ctx),
            Action::NextFinding => self.start_jump(What::Finding, true, ctx),
            Action::PreviousFinding => self.start_jump(What::Finding, false, ctx),
            Action::Widen if self.has_room_for_both() => {
                self.wide = !(self.wide && self.in_detail);
                if self.wide {
                    self.open();
                }
                Response::Done
            }
            Action::NarrowLog | Action::WidenLog | Action::ResetSplit => {
                self.move_divider(action, ctx)
            }
            Action::Widen => Response::Say("the detail already has the full page".to_owned()),
            Action::Open => {
                self.open();
                Response::Done
            }
            Action::NextPane | Action::PreviousPane => {
                let forward = action == Action::NextPane;
                if !self.in_detail {
                    self.detail.enter(forward);
                    self.open();
                } else if !self.detail.next_side(forward) {
                    self.in_detail = false;
                }
                Response::Done
            }
            _ if self.in_detail => self.detail.act(action, ctx),
            // a detail that is not in view may have another call, or none
            action if call_actions::is_copy(action) && !self.shows_detail(ctx) => {
                call_actions::act(action, self.list.cursor(), None, ctx).unwrap_or(Response::Pass)
            }
            action if self.list.step(action, ctx) => Response::Done,
            action => self.detail.act(action, ctx),
        }
    }

    fn end_search(&mut self, accepted: bool, ctx: &ViewContext<'_>) -> Response {
        if accepted { self.act(Action::NextMatch, ctx) } else { Response::Pass }
    }

    fn match_count(&self, ctx: &ViewContext<'_>) -> Option<MatchCount> {
        self.count_matches(ctx)
    }

    fn answer(&mut self, event: KeyEvent, ctx: &ViewContext<'_>) -> Option<Response> {
        self.question.answer(event, ctx)
    }

    fn tick(&mut self, ctx: &ViewContext<'_>) -> Response {
        self.continue_jump(ctx)
    }

    fn has_inner(&self, ctx: &ViewContext<'_>) -> bool {
        self.in_detail
            || self.is_open && self.opens_below()
            || ctx.shared.filtering.search().is_some()
    }

    fn interrupt(&mut self) -> bool {
        self.jump_search.take().is_some()
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        self.handle_pointer(pointer, at, ctx)
    }

    fn drag(&mut self, at: Position, ended: bool, _ctx: &ViewContext<'_>) -> Response {
        self.handle_drag(at, ended)
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.read(body, ctx);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.draw(buffer, body, ctx);
    }

    fn state(&self, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        self.status_spans(ctx)
    }

    fn footer(&self) -> &'static [Action] {
        self.footer_actions()
    }
}
