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

mod columns;
mod hunt;
mod list;
mod rows;

pub use rows::{cell, mark_style};

use super::AsideView;
use super::detail::DetailPane;
use super::prompt::{AskView, NamedView, SearchView};
use super::{
    ComposeView, Effect, HelpView, Pointer, Reply, VendorsView, View, World, ask_where, filter_bar,
    found, start, with_type,
};
use crate::tui::action::{Action, Place};
use crate::tui::feed::{Detail, What};
use crate::tui::filtering::Change;
use crate::tui::look::Pen;
use crate::tui::shared::{count, grouped};
use hunt::{Hunt, Step};
use list::List;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use std::sync::Arc;

/// From this width on log and detail stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// Rows that one turn of the wheel moves.
const WHEEL_ROWS: usize = 3;

/// The log view.
#[derive(Default)]
pub struct LogView {
    list: List,
    detail: DetailPane,
    in_detail: bool,
    hunt: Option<Hunt>,
    /// The last number whose calls were shown here.
    behind: u64,
    body: Rect,
}

impl LogView {
    /// The panes of a body: log, the line between, detail. One that is not shown is empty.
    fn panes(&self, body: Rect) -> (Rect, Rect, Rect) {
        let none = Rect { width: 0, height: 0, ..body };
        if body.width < SIDE_BY_SIDE {
            let inside = Rect { x: body.x + 1, width: body.width.saturating_sub(1), ..body };
            return if self.in_detail { (none, none, inside) } else { (body, none, none) };
        }
        // the detail needs room for a sentence, the log for its columns
        let left = (u32::from(body.width) * 29 / 50).max(60) as u16;
        let log = Rect { width: left, ..body };
        let rule = Rect { x: body.x + left, width: 1, ..body };
        let detail = Rect { x: rule.x + 2, width: body.width - left - 2, ..body };
        (log, rule, detail)
    }

    /// The body without the line for the filter, and that line.
    fn split(body: Rect, world: &World<'_>) -> (Rect, Rect) {
        let height = filter_bar::height(world).min(body.height);
        let left = Rect { height: body.height - height, ..body };
        (left, Rect { y: left.bottom(), height, ..body })
    }

    /// Looks for a row from the cursor on.
    fn look_for(&mut self, what: What, forward: bool, world: &World<'_>) -> Reply {
        let Some(from) = self.list.cursor() else { return Reply::Pass };
        let wraps = matches!(what, What::Matches(_) | What::Marked);
        self.hunt = Some(Hunt::new(from, forward, what, wraps));
        self.look_further(world)
    }

    fn look_further(&mut self, world: &World<'_>) -> Reply {
        let Some(hunt) = &mut self.hunt else { return Reply::Pass };
        let (step, forward) = (hunt.step(&self.list, world), hunt.is_forward());
        if step == Step::Further {
            return Reply::Done;
        }
        let Some(hunt) = self.hunt.take() else { return Reply::Pass };
        match step {
            Step::Row { row, wrapped } => {
                let only = wrapped && self.list.cursor() == Some(row);
                self.list.jump(row, world);
                match (wrapped, forward) {
                    (false, _) => Reply::Done,
                    _ if only && *hunt.what() == What::Marked => {
                        Reply::Say("this is the only marked call".to_owned())
                    }
                    _ if only => Reply::Say("this is the only call that matches".to_owned()),
                    (_, true) => Reply::Say("on from the first call".to_owned()),
                    (_, false) => Reply::Say("on from the last call".to_owned()),
                }
            }
            _ => Reply::Say(nothing_found(hunt.what(), forward, world)),
        }
    }

    /// Marks the call under the cursor, or asks for a note to it.
    fn remark(&self, action: Action) -> Reply {
        let row = self.list.current();
        let Some((row, seq)) = row.and_then(|row| Some((row, row.seq?))) else {
            return Reply::Say("a refused request gave no call to mark or to note".to_owned());
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

    fn look_for_match(&mut self, forward: bool, world: &World<'_>) -> Reply {
        match world.shared.filtering.search() {
            Some(search) => {
                self.look_for(What::Matches(Arc::clone(&search.filter)), forward, world)
            }
            None => {
                let key = first_key(Action::Search, world);
                Reply::Say(format!("nothing is searched for; {key} searches"))
            }
        }
    }

    /// The call under the cursor is sent again as it came.
    fn send_again(&self, world: &World<'_>) -> Reply {
        let detail = self.list.cursor().and_then(|row| world.feed.detail(row));
        let Some(Detail::Call(call)) = detail else {
            return Reply::Say("there is no call here to be sent again".to_owned());
        };
        let here = world.shared.addresses.first().map_or("https://", String::as_str);
        ask_where(here, with_type(&call), call.write_key.clone())
    }

    /// A call to be written, from the one under the cursor.
    fn compose(&self, world: &World<'_>) -> Reply {
        let detail = self.list.cursor().and_then(|row| world.feed.detail(row));
        Reply::Compose(Box::new(match detail {
            Some(Detail::Call(call)) => ComposeView::of_call(&call),
            _ => ComposeView::of_template(),
        }))
    }

    fn back(&mut self) -> bool {
        std::mem::take(&mut self.in_detail)
    }
}

fn first_key(action: Action, world: &World<'_>) -> String {
    world.keymap.keys(Place::Log, action).first().cloned().unwrap_or_default()
}

/// What is said when there is no such call.
fn nothing_found(what: &What, forward: bool, world: &World<'_>) -> String {
    let (thing, other) = match (what, forward) {
        (What::Matches(_), _) => {
            let search = world.shared.filtering.search();
            let text = search.map_or("", |search| search.text.as_str());
            return format!("no call that is shown matches {text}");
        }
        (What::Marked, _) => {
            let key = first_key(Action::Mark, world);
            return format!("no call that is shown is marked; {key} marks one");
        }
        (What::Missing, true) => ("a missing id", Action::PreviousMissing),
        (What::Missing, false) => ("a missing id", Action::NextMissing),
        (What::Finding, true) => ("a finding", Action::PreviousFinding),
        (What::Finding, false) => ("a finding", Action::NextFinding),
    };
    let where_to = if forward { "further" } else { "earlier" };
    let key = first_key(other, world);
    format!("no {where_to} call with {thing}; {key} looks the other way")
}

impl View for LogView {
    fn place(&self) -> Place {
        if self.in_detail { Place::Detail } else { Place::Log }
    }

    fn can(&self, action: Action, world: &World<'_>) -> bool {
        let filtering = &world.shared.filtering;
        match action {
            Action::ChooseVendors | Action::Help | Action::BackOrQuit => true,
            Action::Quit | Action::Suspend | Action::Pause => true,
            Action::EditFilter => world.shared.rows > 0 || !filtering.text().is_empty(),
            Action::ToggleFilter => !filtering.text().is_empty(),
            Action::NamedFilters => !world.shared.kept.named.is_empty(),
            Action::Clear => world.shared.rows > 0,
            Action::UndoClear => world.shared.stats.cleared.is_some(),
            Action::Back => {
                self.in_detail || filtering.search().is_some() || filtering.came_from().is_some()
            }
            Action::NextMatch | Action::PreviousMatch if filtering.search().is_none() => false,
            _ if self.list.cursor().is_none() => false,
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

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        let filtering = &world.shared.filtering;
        match action {
            Action::Help => Reply::Open(Box::new(HelpView::of(self.place()))),
            Action::Compose => self.compose(world),
            Action::SendAgain => self.send_again(world),
            Action::ChooseVendors => Reply::Open(Box::new(VendorsView::of(world))),
            Action::SetAside => match AsideView::of(self.list.cursor(), world) {
                Some(view) => Reply::Open(Box::new(view)),
                None => Reply::Say("this call has no finding that is marked".to_owned()),
            },
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
            Action::Search => Reply::Open(Box::new(SearchView::of(world))),
            Action::Pause => {
                self.list.pause(world.shared.rows);
                Reply::Done
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
            Action::Export => {
                let filter = world.shared.filtering.in_force();
                let ask = AskView::new("file for these calls", "calls.ndjson", move |file| {
                    let (file, filter) = (file.to_owned(), filter.clone());
                    Reply::CloseAndAsk(Effect::Export { file, filter })
                });
                Reply::Open(Box::new(ask))
            }
            Action::NextMark => self.look_for(What::Marked, true, world),
            Action::NextMatch => self.look_for_match(true, world),
            Action::PreviousMatch => self.look_for_match(false, world),
            Action::NextMissing => self.look_for(What::Missing, true, world),
            Action::PreviousMissing => self.look_for(What::Missing, false, world),
            Action::NextFinding => self.look_for(What::Finding, true, world),
            Action::PreviousFinding => self.look_for(What::Finding, false, world),
            Action::Open => {
                self.in_detail = true;
                Reply::Done
            }
            Action::NextPane | Action::PreviousPane => {
                self.in_detail = !self.in_detail;
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
        let (body, bar) = LogView::split(self.body, world);
        if pointer == Pointer::Click && bar.contains(at) {
            return Reply::EditFilter;
        }
        let (log, _, detail) = self.panes(body);
        if self.list.cursor().is_none() {
            return Reply::Pass;
        }
        let wheel = match pointer {
            Pointer::Click => None,
            Pointer::WheelDown => Some(Action::Down),
            Pointer::WheelUp => Some(Action::Up),
        };
        if log.contains(at) {
            if let Some(action) = wheel {
                for _ in 0..WHEEL_ROWS {
                    self.list.step(action, world);
                }
                return Reply::Done;
            }
            let line = u64::from(at.y - log.y);
            let Some(row) = line.checked_sub(1).and_then(|line| self.list.row_at(line)) else {
                return Reply::Pass;
            };
            // a second click opens; so does the first where the detail is beside it
            self.in_detail = self.list.cursor() == Some(row) && !self.in_detail;
            self.list.select(row, world);
            return Reply::Done;
        }
        if detail.contains(at) {
            if let Some(action) = wheel {
                for _ in 0..WHEEL_ROWS {
                    self.detail.act(action, world);
                }
                return Reply::Done;
            }
            self.in_detail = true;
            return self.detail.click(at);
        }
        Reply::Pass
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        self.body = body;
        let behind = world.shared.filtering.behind();
        if self.behind != behind {
            // the calls behind a number are a list first
            (self.behind, self.in_detail) = (behind, false);
        }
        let (body, _) = LogView::split(body, world);
        let (log, _, detail) = self.panes(body);
        // covered by the detail it keeps its height, so that its window stays where it was
        let height = if log.height == 0 { body.height } else { log.height };
        self.list.sync(u64::from(height.saturating_sub(1)), world);
        self.in_detail &= self.list.cursor().is_some();
        if !detail.is_empty() {
            self.detail.sync(self.list.cursor(), detail, world);
        }
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let (body, bar) = LogView::split(body, world);
        if !bar.is_empty() {
            filter_bar::render(buffer, bar, world);
        }
        match (self.list.cursor(), world.shared.rows) {
            (Some(_), _) => {}
            (None, 0) => return start::render(buffer, body, world),
            (None, _) => return filter_bar::nothing(buffer, body, world),
        }
        let (log, rule, detail) = self.panes(body);
        if !log.is_empty() {
            rows::render(buffer, log, &self.list, !self.in_detail, world);
            let below_heads = Rect { y: log.y + 1, height: log.height - 1, ..log };
            found::mark(buffer, below_heads, world);
        }
        for line in 0..usize::from(rule.height) {
            if let Some(mut pen) = Pen::on(buffer, rule, line, world.look) {
                pen.put(world.look.rule(), world.look.theme.rule);
            }
        }
        if !detail.is_empty() {
            self.detail.render(buffer, detail, self.in_detail, world);
            found::mark(buffer, detail, world);
        }
    }

    fn state(&self, world: &World<'_>) -> Vec<Span<'static>> {
        let theme = &world.look.theme;
        let mut out = Vec::new();
        let key = |action| world.keymap.keys(Place::Log, action).first().cloned();
        let hint = |out: &mut Vec<Span<'static>>, action, does: &str| {
            if let Some(key) = key(action) {
                out.push(Span::styled(format!(" {key}"), theme.key));
                out.push(Span::styled(format!(" {does}"), theme.quiet));
            }
        };
        let unseen = self.list.unseen();
        if let Some(hunt) = &self.hunt {
            let progress = hunt.progress(world.shared.rows);
            out.push(Span::styled(format!(" searching {progress} % "), theme.paused));
            out.push(Span::styled("  any key stops", theme.quiet));
            return out;
        }
        if let Some(page) = world.shared.filtering.came_from() {
            hint(&mut out, Action::Back, &format!("back to {}", page.name()));
        }
        let aside = world.shared.aside.len() as u64;
        if aside > 0 {
            let codes = count(aside, "code", "codes");
            hint(&mut out, Action::SetAside, &format!("{codes} set aside"));
        }
        if self.list.is_paused() {
            out.push(Span::styled(" PAUSED ", theme.paused));
        }
        if unseen > 0 {
            out.push(Span::styled(format!(" +{} new", grouped(unseen)), theme.new_rows));
        }
        if let Some(cleared) = world.shared.stats.cleared.filter(|_| world.shared.rows == 0) {
            let calls = count(cleared, "call", "calls");
            hint(&mut out, Action::UndoClear, &format!("brings {calls} back"));
        }
        if self.list.is_paused() {
            hint(&mut out, Action::Pause, "goes on");
        } else if !self.list.follows() {
            hint(&mut out, Action::Last, "follows");
        }
        out
    }

    fn footer(&self) -> &'static [Action] {
        if self.in_detail {
            &[
                Action::Back,
                Action::Toggle,
                Action::NextTab,
                Action::NextMissing,
                Action::Help,
                Action::CopyCall,
                Action::CopyValue,
            ]
        } else {
            &[
                Action::Open,
                Action::NextMatch,
                Action::NextMissing,
                Action::EditFilter,
                Action::Search,
                Action::Help,
                Action::BackOrQuit,
                Action::UndoClear,
                Action::Pause,
                Action::NextFinding,
                Action::NextTab,
                Action::ChooseVendors,
            ]
        }
    }
}
