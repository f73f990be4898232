//! The log view: the log on the left, the detail of the selected call on the right.
//!
//! ```text
//! at least 100 columns                     below: the one with the keys
//! +------------------+-------------------+ +------------------+
//! | time type name … | who, verdict, fix | | log              |
//! | log              | tabs              | |   or             |
//! |                  | the open tab      | | detail           |
//! +------------------+-------------------+ +------------------+
//! ```
//!
//! While the detail is wide it has the page as it has on a narrow screen.

mod columns;
mod hints;
mod hunt;
mod list;
mod panes;
mod rows;
mod seek;

pub use columns::{Column, Needs};
pub use rows::{cell, mark_style, needs, signed, table};

use super::ColumnsView;
use super::detail::DetailPane;
use super::doubts::WhyNothing;
use super::exporting::ask_export;
use super::prompt::{AskView, NamedView, SearchView};
use super::{Effect, HelpView, Pointer, Reply, VendorsView, View, World, one};
use crate::inspector::What;
use crate::tui::action::{Action, Place};
use crate::tui::filtering::Change;
use hunt::Hunt;
use list::List;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The log view.
#[derive(Default)]
pub struct LogView {
    list: List,
    detail: DetailPane,
    in_detail: bool,
    /// The detail takes the whole page while it has the keys.
    wide: bool,
    hunt: Option<Hunt>,
    /// Why nothing passes the filter.
    why_nothing: WhyNothing,
    /// The last number whose calls were shown here.
    behind: u64,
    body: Rect,
    /// While the line between log and detail is dragged: how much is the log's, in per cent.
    dragged: Option<u16>,
}

impl LogView {
    /// Marks the call under the cursor, or asks for a note to it.
    fn remark(&self, action: Action) -> Reply {
        let row = self.list.current();
        let Some((row, seq)) = row.and_then(|row| Some((row, row.seq?))) else {
            return Reply::Say("only calls can be marked or noted".to_owned());
        };
        match action {
            Action::Mark => Reply::Ask(Effect::Mark { seq, marked: !row.marked }),
            _ => {
                let note = row.note.as_deref().unwrap_or("");
                Reply::Open(Box::new(AskView::maybe_empty("note", note, move |text| {
                    Reply::CloseAndAsk(Effect::Note { seq, text: text.to_owned() })
                })))
            }
        }
    }

    /// Whether something is searched for inside of the call whose detail has the keys.
    fn searches_inside(&self, world: &World<'_>) -> bool {
        self.in_detail && world.shared.filtering.inside().is_some()
    }

    fn back(&mut self) -> bool {
        std::mem::take(&mut self.in_detail)
    }
}

fn first_key(action: Action, world: &World<'_>) -> String {
    world.keymap.keys(Place::Log, action).first().cloned().unwrap_or_default()
}

impl View for LogView {
    fn place(&self) -> Place {
        if self.in_detail { Place::Detail } else { Place::Log }
    }

    fn can(&self, action: Action, world: &World<'_>) -> bool {
        let filtering = &world.shared.filtering;
        match action {
            Action::ChooseVendors | Action::Columns | Action::Help | Action::BackOrQuit => true,
            Action::Quit | Action::Suspend | Action::Pause => true,
            Action::EditFilter => world.shared.rows > 0 || !filtering.text().is_empty(),
            Action::ToggleFilter => !filtering.text().is_empty(),
            Action::NamedFilters => !world.shared.kept.named.is_empty(),
            Action::Clear => world.shared.rows > 0,
            Action::UndoClear => world.shared.stats.cleared.is_some(),
            Action::Back => {
                self.in_detail || filtering.search().is_some() || filtering.came_from().is_some()
            }
            Action::NextMatch | Action::PreviousMatch
                if filtering.search().is_none() && !self.searches_inside(world) =>
            {
                false
            }
            _ if self.list.cursor().is_none() => false,
            Action::Widen => self.body.width >= panes::SIDE_BY_SIDE,
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

    fn example(&self) -> Option<u64> {
        self.list.cursor()
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        let filtering = &world.shared.filtering;
        match action {
            Action::Help => Reply::Open(Box::new(HelpView::of(self.place()))),
            Action::ChooseVendors => Reply::Open(Box::new(VendorsView::of(world))),
            Action::Columns => Reply::Open(Box::new(ColumnsView::of(world))),
            Action::Deliver => {
                let vendor = self.detail.vendor();
                one::deliver(self.list.cursor(), vendor, world)
            }
            Action::SetAside | Action::SendAgain => {
                one::act(action, self.list.cursor(), None, world).unwrap_or(Reply::Pass)
            }
            Action::EditFilter => Reply::EditFilter,
            Action::ToggleFilter if world.shared.filtering.text().is_empty() => {
                let key = first_key(Action::EditFilter, world);
                Reply::Say(format!("there is no filter yet; {key} writes one"))
            }
            Action::ToggleFilter => Reply::Filter(Change::Toggle),
            Action::OnlyMarked => Reply::Filter(Change::OnlyMarked),
            Action::NamedFilters => match NamedView::of(world) {
                Some(view) => Reply::Open(Box::new(view)),
                None => {
                    let key = first_key(Action::EditFilter, world);
                    let save = world.keymap.keys(Place::Filter, Action::SaveFilter).join(" ");
                    Reply::Say(format!("no filter has a name yet; {key}, then {save} gives one"))
                }
            },
            Action::Search => Reply::Open(Box::new(SearchView::of(self.in_detail, world))),
            Action::Pause => {
                self.list.pause(world.shared.rows);
                Reply::Done
            }
            // the marks of what was searched for go first
            Action::Back if self.searches_inside(world) => {
                Reply::Filter(Change::SearchInside(String::new()))
            }
            Action::Back | Action::BackOrQuit if self.back() => Reply::Done,
            Action::Back | Action::BackOrQuit if filtering.came_from().is_some() => Reply::Return,
            Action::BackOrQuit => Reply::Ask(Effect::Quit),
            // nothing is left to go back from but the marks of the search
            Action::Back => Reply::Filter(Change::Search(String::new())),
            Action::Clear if world.shared.rows > 0 => Reply::Ask(Effect::Clear),
            Action::UndoClear => match world.shared.stats.cleared {
                Some(_) => Reply::Ask(Effect::UndoClear),
                None => Reply::Say("nothing was cleared away".to_owned()),
            },
            _ if self.list.cursor().is_none() => Reply::Pass,
            Action::Mark | Action::Note => self.remark(action),
            Action::Export => Reply::Open(Box::new(ask_export(world))),
            Action::NextMark => self.look_for(What::Marked, true, world),
            Action::NextMatch | Action::PreviousMatch if self.searches_inside(world) => {
                self.detail.find(action == Action::NextMatch, world)
            }
            Action::NextMatch => self.look_for_match(true, world),
            Action::PreviousMatch => self.look_for_match(false, world),
            Action::NextMissing => self.look_for(What::Missing, true, world),
            Action::PreviousMissing => self.look_for(What::Missing, false, world),
            Action::NextFinding => self.look_for(What::Finding, true, world),
            Action::PreviousFinding => self.look_for(What::Finding, false, world),
            Action::Widen if self.body.width >= panes::SIDE_BY_SIDE => {
                self.wide = !(self.wide && self.in_detail);
                self.in_detail |= self.wide;
                Reply::Done
            }
            Action::Widen => Reply::Say("the detail has the whole page already".to_owned()),
            Action::Open => {
                self.in_detail = true;
                Reply::Done
            }
            Action::NextPane | Action::PreviousPane => {
                let forward = action == Action::NextPane;
                if !self.in_detail {
                    self.detail.enter(forward);
                    self.in_detail = true;
                } else if !self.detail.next_side(forward) {
                    self.in_detail = false;
                }
                Reply::Done
            }
            _ if self.in_detail => self.detail.act(action, world),
            action if self.list.step(action, world) => Reply::Done,
            action => self.detail.act(action, world),
        }
    }

    fn tick(&mut self, world: &World<'_>) -> Reply {
        self.look_further(world)
    }

    fn interrupt(&mut self) -> bool {
        self.hunt.take().is_some()
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        self.pointed(pointer, at, world)
    }

    fn drag(&mut self, at: Position, ended: bool, _world: &World<'_>) -> Reply {
        self.dragged_to(at, ended)
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.read(body, world);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        self.draw(buffer, body, world);
    }

    fn state(&self, world: &World<'_>) -> Vec<Span<'static>> {
        self.going_on(world)
    }

    fn footer(&self) -> &'static [Action] {
        self.keys()
    }
}
