//! The sync page: the run of objects that a vendor pushed to Segment last.
//!
//! ```text
//! +---------------------------------------------+
//! | who pushes: status                          |
//! | last sync, duration                         |
//! |                                             |
//! | Model            Objects Synced      Errors |
//! | companies                     2           1 |   enter opens a model
//! |                                             |
//! | what the companies' ids may fill            |
//! +---------------------------------------------+
//! ```

mod empty_page;
mod model;

use crate::call::time::Millis;
use crate::inspector::{Panel, PushesView, Status};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::app::view_context::{count, grouped};
use crate::tui::dialogs::help::HelpView;
use crate::tui::theme::painter::{Painter, ground};
use crate::tui::widgets::list_cursor::ListCursor;
use crate::tui::widgets::text;
use model::ModelPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Lines above the first model.
const HEAD_LINES: u16 = 4;
/// Lines below the last one: an empty one and the offer.
const FOOT_LINES: u16 = 2;
/// The columns of a number.
const NUMBER: usize = 16;
/// A model's name has this much room at least, and this at most.
const NAME: (usize, usize) = (12, 48);

/// The sync page.
#[derive(Default)]
pub struct SyncView {
    pushes: PushesView,
    models: ListCursor,
    open: Option<ModelPane>,
    body: Rect,
}

impl SyncView {
    fn table(&self, body: Rect) -> Rect {
        let above = HEAD_LINES.min(body.height);
        let height = body.height.saturating_sub(above + FOOT_LINES);
        Rect { x: body.x + 1, y: body.y + above, width: body.width.saturating_sub(1), height }
    }

    fn open(&mut self) -> Response {
        let run = self.pushes.run.as_ref();
        let model = run.and_then(|run| run.models.get(self.models.at()?));
        match model {
            Some(row) => {
                self.open = Some(ModelPane::new(&row.model));
                Response::Done
            }
            None => Response::Pass,
        }
    }

    fn offers(&self) -> bool {
        self.pushes.companies > 0 && self.pushes.fills.is_some()
    }
}

impl View for SyncView {
    fn place(&self) -> KeyContext {
        KeyContext::Sync
    }

    fn can(&self, action: Action, _world: &ViewContext<'_>) -> bool {
        match action {
            Action::Help | Action::BackOrQuit | Action::Back | Action::ShowLog => true,
            Action::CopySettings => self.offers(),
            Action::Open => self.open.is_none() && self.models.at().is_some(),
            Action::NextPane => self.open.as_ref().is_some_and(ModelPane::has_more),
            _ => self.open.is_some() || self.models.at().is_some(),
        }
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Help => return Response::Open(Box::new(HelpView::new(KeyContext::Sync))),
            Action::CopySettings => return copy_companies(&self.pushes, ctx),
            Action::Back | Action::BackOrQuit => {
                return match self.open.take() {
                    Some(_) => Response::Done,
                    None => Response::Close,
                };
            }
            _ => {}
        }
        match &mut self.open {
            Some(model) => model.act(action),
            None if action == Action::Open => self.open(),
            None if self.models.step(action) => Response::Done,
            None => Response::Pass,
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> Response {
        if let Some(model) = &mut self.open {
            return model.point(pointer, at);
        }
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, ctx),
            Pointer::WheelUp => self.act(Action::Up, ctx),
            Pointer::Click => {
                let table = self.table(self.body);
                let line = table.contains(at).then(|| usize::from(at.y - table.y));
                let Some(line) = line.and_then(|line| self.models.line_at(line)) else {
                    return Response::Pass;
                };
                // a second click opens
                if self.models.at() == Some(line) {
                    return self.open();
                }
                self.models.select(line);
                Response::Done
            }
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        self.body = body;
        self.pushes = ctx.inspector.pushes();
        let models = self.pushes.run.as_ref().map_or(0, |run| run.models.len());
        self.models.sync(models, usize::from(self.table(body).height));
        let gone = self.open.as_mut().is_some_and(|model| !model.sync(body, ctx));
        if gone {
            self.open = None;
        }
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let Some(run) = &self.pushes.run else {
            return crate::tui::pages::sync::empty_page::render(buffer, body, ctx);
        };
        if let Some(model) = &self.open {
            return model.render(buffer, body, ctx);
        }
        head(buffer, body, run, ctx);
        let table = self.table(body);
        let widest = run.models.iter().map(|row| text::width(&ctx.look.clean(&row.model))).max();
        let name = widest.unwrap_or(0).clamp(NAME.0, NAME.1);
        let name = name.min(usize::from(table.width).saturating_sub(2 * NUMBER + 4).max(NAME.0));
        titles(buffer, body, name, ctx);
        for (line, at) in self.models.window().enumerate() {
            self.model(buffer, table, (line, at), name, ctx);
        }
        let under = usize::from(table.y - body.y) + self.models.window().len() + 1;
        self.offer(buffer, body, under, ctx);
    }

    fn footer(&self) -> &'static [Action] {
        match self.open {
            Some(_) => &[Action::Back, Action::NextPane, Action::Down, Action::Help],
            None => &[
                Action::Open,
                Action::CopySettings,
                Action::ShowLog,
                Action::Help,
                Action::BackOrQuit,
            ],
        }
    }
}

impl SyncView {
    fn model(
        &self,
        buffer: &mut Buffer,
        table: Rect,
        (line, at): (usize, usize),
        name: usize,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let Some(row) = self.pushes.run.as_ref().and_then(|run| run.models.get(at)) else { return };
        let here = self.models.at() == Some(at);
        if here {
            ground(buffer, table, line, theme.selected);
        }
        let Some(mut painter) = Painter::on(buffer, table, line, look) else { return };
        let errors = if row.errors > 0 { theme.error } else { theme.quiet };
        painter.put(if here { look.cursor() } else { " " }, theme.rule_focus);
        painter.column(&row.model, name, theme.text);
        painter.put(&format!("{:>NUMBER$}", grouped(row.objects_synced)), theme.text);
        painter.put(&format!("{:>NUMBER$}", grouped(row.errors)), errors);
    }

    fn offer(&self, buffer: &mut Buffer, body: Rect, line: usize, ctx: &ViewContext<'_>) {
        let (Some(fills), true) = (&self.pushes.fills, self.offers()) else { return };
        let theme = &ctx.look.theme;
        let Some(mut painter) = Painter::on(buffer, body, line, ctx.look) else { return };
        let keys = ctx.keymap.keys(KeyContext::Sync, Action::CopySettings);
        let companies = count(self.pushes.companies as u64, "company id", "company ids");
        painter.put(&format!("  {companies} received: "), theme.text);
        painter.put(keys.first().map_or("", String::as_str), theme.key);
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

/// Who pushes, how the run stands, when it ended and how long it took.
fn head(buffer: &mut Buffer, body: Rect, run: &Panel, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    if let Some(mut painter) = Painter::on(buffer, body, 0, look) {
        let who = pushers(ctx).map(|(title, _)| title.to_owned()).collect::<Vec<_>>().join(", ");
        let (words, style) = status(run, ctx);
        painter.put("  ", theme.text).show(&who, theme.heading);
        painter.put(&format!(" {} Segment  ", look.arrow()), theme.heading).put(&words, style);
    }
    if let Some(mut painter) = Painter::on(buffer, body, 1, look) {
        let none = || look.nothing().to_owned();
        painter.put("  last sync ", theme.label);
        painter.put(&run.last_sync.map_or_else(none, |at| look.moment(at)), theme.text);
        painter.put("   duration ", theme.label);
        painter.put(&run.duration_ms.map_or_else(none, duration), theme.text);
    }
}

/// The vendors that push: their titles, and when they do so.
fn pushers<'w>(ctx: &'w ViewContext<'_>) -> impl Iterator<Item = (&'w str, &'w str)> {
    let vendors = ctx.shared.vendors.iter();
    vendors.filter_map(|vendor| Some((vendor.title.as_str(), vendor.pushes.as_deref()?)))
}

fn titles(buffer: &mut Buffer, body: Rect, name: usize, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    if let Some(mut painter) = Painter::on(buffer, body, usize::from(HEAD_LINES) - 1, ctx.look) {
        painter.put(&format!("  {:<name$}", "Model"), theme.label);
        painter.put(&format!("{:>NUMBER$}", "Objects Synced"), theme.label);
        painter.put(&format!("{:>NUMBER$}", "Errors"), theme.label);
    }
}

/// How a run stands; none with errors below it is well.
fn status(run: &Panel, ctx: &ViewContext<'_>) -> (String, Style) {
    let theme = &ctx.look.theme;
    let (words, style) = match run.status {
        Status::Running => ("running", theme.text),
        Status::Ok if run.errors() > 0 => ("ended", theme.text),
        Status::Ok => ("ok", theme.good),
        Status::Failed => ("failed, according to its source", theme.error),
        Status::Expired => ("expired: nothing arrived for ten minutes", theme.warning),
    };
    match run.errors() {
        0 => (words.to_owned(), style),
        some => (format!("{words}, with {}", count(some, "error", "errors")), theme.error),
    }
}

/// How long something took, short.
fn duration(ms: Millis) -> String {
    match ms / 1000 {
        0 => format!("{ms} ms"),
        1..60 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        60..3600 => format!("{} min {} s", ms / 60_000, ms / 1000 % 60),
        _ => format!("{} h {} min", ms / 3_600_000, ms / 60_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_read_well() {
        let shown = [0, 999, 1_000, 30_049, 61_000, 3_599_999, 7_260_000].map(duration);
        assert_eq!(
            shown,
            ["0 ms", "999 ms", "1.0 s", "30.0 s", "1 min 1 s", "59 min 59 s", "2 h 1 min"]
        );
    }
}
