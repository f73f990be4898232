//! The sync page: the last run in which a vendor pushed objects to Segment.
//!
//! ```text
//! +---------------------------------------------+
//! | vendor: status                              |
//! | last sync, duration                         |
//! |                                             |
//! | Model            Objects Synced      Errors |
//! | companies                     2           1 |   enter opens a model
//! |                                             |
//! | the setting for the companies' ids          |
//! +---------------------------------------------+
//! ```

mod empty_page;
mod model;
mod models;

use crate::inspector::PushesView;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::app::view_context::count;
use crate::tui::dialogs::help::HelpView;
use crate::tui::pages::lists::list_page::ListPage;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::match_count::MatchCount;
use model::ModelPane;
use models::Models;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The lines above the first model.
const HEAD_LINES: usize = 4;
/// The lines below the last model: an empty one and the offer to copy ids.
const FOOT_LINES: u16 = 2;

/// The state of the sync page.
#[derive(Default)]
pub struct SyncView {
    models: ListPage<Models>,
    open: Option<ModelPane>,
}

impl SyncView {
    /// Returns the area without the lines below the list.
    fn list(body: Rect) -> Rect {
        Rect { height: body.height.saturating_sub(FOOT_LINES), ..body }
    }

    fn open(&mut self, ctx: &ViewContext<'_>) -> Response {
        self.models.catch_up(ctx);
        match self.models.selected() {
            Some(row) => {
                self.open = Some(ModelPane::new(&row.model));
                Response::Done
            }
            None => Response::Pass,
        }
    }

    fn pushes(&self) -> &PushesView {
        &self.models.content().pushes
    }

    fn offers(&self) -> bool {
        self.pushes().companies > 0 && self.pushes().fills.is_some()
    }
}

impl View for SyncView {
    fn place(&self) -> KeyContext {
        KeyContext::Sync
    }

    fn can(&self, action: Action, ctx: &ViewContext<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::CopySettings => self.offers(),
            Action::Open => self.open.is_none() && self.models.selected().is_some(),
            Action::NextPane => self.open.as_ref().is_some_and(ModelPane::has_more),
            Action::Search | Action::NextMatch | Action::PreviousMatch if self.open.is_some() => {
                false
            }
            Action::Sort | Action::ReverseSort if self.open.is_some() => false,
            _ if self.open.is_some() => true,
            action => self.models.can(action, ctx),
        }
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Help => return Response::Open(Box::new(HelpView::new(KeyContext::Sync))),
            Action::CopySettings => {
                self.models.catch_up(ctx);
                return copy_companies(self.pushes(), ctx);
            }
            Action::Search
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::Sort
            | Action::ReverseSort
                if self.open.is_some() =>
            {
                let words = "only the list of models can be searched and sorted";
                return Response::Say(words.to_owned());
            }
            Action::Back | Action::BackOrQuit if self.open.is_some() => {
                let stays = self.open.as_mut().is_some_and(ModelPane::leave_below);
                self.open = self.open.take().filter(|_| stays);
                return Response::Done;
            }
            _ => {}
        }
        match &mut self.open {
            Some(model) => model.act(action),
            None if action == Action::Open => self.open(ctx),
            None => self.models.act(action, ctx),
        }
    }

    fn end_search(&mut self, accepted: bool, ctx: &ViewContext<'_>) -> Response {
        self.models.end_search(accepted, ctx)
    }

    fn match_count(&self, ctx: &ViewContext<'_>) -> Option<MatchCount> {
        self.models.match_count(ctx).filter(|_| self.open.is_none())
    }

    fn tick(&mut self, ctx: &ViewContext<'_>) -> Response {
        self.models.tick(ctx)
    }

    fn has_inner(&self, ctx: &ViewContext<'_>) -> bool {
        self.open.is_some() || self.models.has_inner(ctx)
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        if let Some(model) = &mut self.open {
            return model.point(pointer, at);
        }
        match self.models.press(pointer, at, ctx) {
            // a second click opens the model
            true => self.open(ctx),
            false => Response::Done,
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.models.sync(SyncView::list(body), ctx);
        let gone = self.open.as_mut().is_some_and(|model| !model.sync(body, ctx));
        if gone {
            self.open = None;
        }
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        if self.pushes().run.is_none() {
            return crate::tui::pages::sync::empty_page::render(buffer, body, ctx);
        }
        if let Some(model) = &self.open {
            return model.render(buffer, body, ctx);
        }
        self.models.render(buffer, SyncView::list(body), ctx);
        self.offer(buffer, body, HEAD_LINES + self.models.visible_rows() + 1, ctx);
    }

    fn footer(&self) -> &'static [Action] {
        match self.open {
            Some(_) => &[Action::Back, Action::NextPane, Action::Down, Action::Help],
            None => self.models.footer(),
        }
    }
}

impl SyncView {
    fn offer(&self, buffer: &mut Buffer, body: Rect, line: usize, ctx: &ViewContext<'_>) {
        let (Some(fills), true) = (&self.pushes().fills, self.offers()) else { return };
        let theme = &ctx.look.theme;
        let Some(mut painter) = Painter::on(buffer, body, line, ctx.look) else { return };
        let key = ctx.keymap.first_key(KeyContext::Sync, Action::CopySettings);
        let companies = count(self.pushes().companies as u64, "company id", "company ids");
        painter.put(&format!("  {companies} received: "), theme.text);
        painter.put(&key, theme.key);
        painter.put(&format!(" copies them for the setting {fills}"), theme.text);
    }
}

fn copy_companies(pushes: &PushesView, ctx: &ViewContext<'_>) -> Response {
    let fills = pushes.fills.as_deref().filter(|_| pushes.companies > 0);
    match fills.and_then(|fills| Some((fills, ctx.inspector.pushed_companies()?))) {
        Some((fills, text)) => Response::Ask(SideEffect::Copy {
            what: format!("the setting {fills} for segscope.toml"),
            text,
        }),
        None => Response::Say("no company ids received yet".to_owned()),
    }
}

/// Returns the titles of the vendors that push, and when each of them does.
fn pushers<'w>(ctx: &'w ViewContext<'_>) -> impl Iterator<Item = (&'w str, &'w str)> {
    let vendors = ctx.shared.vendors.iter();
    vendors.filter_map(|vendor| Some((vendor.title.as_str(), vendor.pushes.as_deref()?)))
}
