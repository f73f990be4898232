//! An open model: its errors with their reasons, its objects, and below the list the details of
//! the line under the cursor.

use crate::inspector::{ModelItem, ModelView};
use crate::tui::app::action::Action;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::lines;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::sync::{Pointer, Response, ViewContext};
use crate::tui::theme::painter::{Painter, ground};
use crate::tui::theme::time_format::TimeDetail;
use crate::tui::widgets::list_cursor::ListCursor;
use crate::tui::widgets::movement::step;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// The maximum number of properties of an object, and of characters of a value.
const MAX_SHOWN_PROPERTIES: usize = 1_000;
const MAX_SHOWN_CHARS: usize = 2_000;
/// The maximum width of a property's name.
const MAX_LABEL_WIDTH: usize = 24;
/// The width of the time before an error.
const TIME: usize = 8;
/// The width of an object's id.
const ID_WIDTH: usize = 24;

/// The state of an open model.
pub struct ModelPane {
    name: String,
    view: ModelView,
    list: ListCursor,
    /// True if keys scroll the details below the list.
    below: bool,
    scroll: usize,
    page: Vec<Line<'static>>,
    /// The inputs of the page: the line, the width, the number of requests, and the version of the
    /// shared state (`judged`), which also changes with the appearance.
    made: Option<(usize, u16, u64, u64)>,
    body: Rect,
}

impl ModelPane {
    /// Returns the pane of a model.
    pub fn new(name: &str) -> ModelPane {
        ModelPane {
            name: name.to_owned(),
            view: ModelView::default(),
            list: ListCursor::default(),
            below: false,
            scroll: 0,
            page: Vec::new(),
            made: None,
            body: Rect::default(),
        }
    }

    /// Returns the areas: list, line, details.
    fn panes(body: Rect) -> (Rect, Rect, Rect) {
        let head = 2.min(body.height);
        let rest = Rect { y: body.y + head, height: body.height - head, ..body };
        let list = Rect { height: rest.height / 2, ..rest };
        let rule = Rect { y: list.bottom(), height: 1.min(rest.height - list.height), ..rest };
        let height = rest.height - list.height - rule.height;
        let below = Rect {
            x: rest.x + 2.min(rest.width),
            y: rule.bottom(),
            width: rest.width.saturating_sub(3),
            height,
        };
        (list, rule, below)
    }

    /// Returns true if the details do not all fit.
    pub fn has_more(&self) -> bool {
        self.page.len() > usize::from(ModelPane::panes(self.body).2.height)
    }

    /// Moves the focus back to the list. Returns false if it is already there.
    pub fn leave_below(&mut self) -> bool {
        std::mem::take(&mut self.below)
    }

    pub fn act(&mut self, action: Action) -> Response {
        if action == Action::NextPane {
            self.below = !self.below && self.has_more();
            return Response::Done;
        }
        if !self.below {
            return if self.list.step(action) { Response::Done } else { Response::Pass };
        }
        let height = usize::from(ModelPane::panes(self.body).2.height).max(1);
        let last = self.page.len().saturating_sub(height);
        let Some(to) = step(action, self.scroll, height, last) else { return Response::Pass };
        self.scroll = to;
        Response::Done
    }

    pub fn point(&mut self, pointer: Pointer, at: Position) -> Response {
        let (list, _, below) = ModelPane::panes(self.body);
        self.below = below.contains(at) && self.has_more();
        match pointer {
            Pointer::WheelDown => self.act(Action::Down),
            Pointer::WheelUp => self.act(Action::Up),
            Pointer::Click => {
                let line = list.contains(at).then(|| usize::from(at.y - list.y));
                match line.and_then(|line| self.list.line_at(line)) {
                    Some(line) => {
                        self.list.select(line);
                        Response::Done
                    }
                    None => Response::Pass,
                }
            }
        }
    }

    /// Reads what the next frame shows. Returns false if the model no longer exists.
    pub fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) -> bool {
        self.body = body;
        let (list, _, below) = ModelPane::panes(body);
        let Some(mut view) = ctx.inspector.pushed(&self.name, 0..0) else { return false };
        self.list.sync(view.items, usize::from(list.height));
        let window = self.list.window();
        view = ctx.inspector.pushed(&self.name, window).unwrap_or(view);
        self.view = view;
        let (requests, judged) = (self.view.requests, ctx.shared.judged);
        let wanted = self.list.at().map(|item| (item, below.width, requests, judged));
        if self.made != wanted {
            let same = wanted.map(|(item, ..)| item) == self.made.map(|(item, ..)| item);
            self.scroll = if same { self.scroll } else { 0 };
            self.made = wanted;
            self.page = self.write(usize::from(below.width), ctx);
        }
        self.scroll = self.scroll.min(self.page.len().saturating_sub(usize::from(below.height)));
        self.below &= self.has_more();
        true
    }

    /// Returns the details of the line under the cursor.
    fn write(&self, width: usize, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
        let theme = &ctx.look.theme;
        let mut builder = TextBuilder::new(ctx.look, width);
        let Some(at) = self.list.at() else { return Vec::new() };
        match self.view.window.get(at - self.list.window().start) {
            None => {}
            Some(ModelItem::Problem(problem)) => {
                builder.prose(0, &format!("not stored: {}", problem.reason), theme.error);
                builder.field("received", &ctx.look.moment(problem.at), theme.text);
            }
            Some(ModelItem::Object { id, .. }) => {
                let all = ctx.inspector.pushed_properties(&self.name, at).unwrap_or_default();
                let shown = || all.iter().take(MAX_SHOWN_PROPERTIES);
                let clean = |key: &str| ctx.look.clean(text::beginning(key, width)).into_owned();
                let widest = shown().map(|(key, _)| text::width(&clean(key))).max();
                let indent = widest.unwrap_or(0).clamp(2, MAX_LABEL_WIDTH) + 2;
                let mut put = |key: &str, value: &str| {
                    let name = text::cut(key, indent - 1, ctx.look.ellipsis());
                    builder.labelled(indent, &name, value, theme.text);
                };
                put("id", id);
                for (key, json) in shown() {
                    match json.char_indices().nth(MAX_SHOWN_CHARS) {
                        None => put(&clean(key), json),
                        Some((end, _)) => {
                            let size = grouped(json.len() as u64);
                            put(&clean(key), &format!("{}... ({size} bytes)", &json[..end]));
                        }
                    }
                }
                if let Some(more) =
                    all.len().checked_sub(MAX_SHOWN_PROPERTIES).filter(|more| *more > 0)
                {
                    let words = format!("and {} more properties", grouped(more as u64));
                    builder.prose(0, &words, theme.quiet);
                }
            }
        }
        builder.done()
    }

    pub fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let theme = &look.theme;
        let (list, rule, below) = ModelPane::panes(body);
        if let Some(mut painter) = Painter::on(buffer, body, 0, look) {
            painter.put("  ", theme.text).show(&self.name, theme.heading);
            let objects = count(self.view.objects_synced, "object synced", "objects synced");
            let least = if self.view.has_uncounted { "at least " } else { "" };
            painter.put(&format!("   {least}{objects}"), theme.text);
            let errors = count(self.view.errors, "error", "errors");
            let style = if self.view.errors > 0 { theme.error } else { theme.quiet };
            painter.put(&format!("   {errors}"), style);
            let unkept = self.view.objects_synced + self.view.errors - self.view.items as u64;
            if unkept > 0 {
                let words =
                    format!("   {least}{} counted without room to keep them", grouped(unkept));
                painter.put(&words, theme.warning);
            }
        }
        for (line, item) in self.view.window.iter().enumerate() {
            let here = self.list.at() == Some(self.list.window().start + line);
            if here {
                let style = if self.below { theme.selected_unfocused } else { theme.selected };
                ground(buffer, list, line, style);
            }
            let Some(mut painter) = Painter::on(buffer, list, line, look) else { break };
            painter.put(if here { look.cursor() } else { " " }, theme.rule_focus);
            match item {
                ModelItem::Problem(problem) => {
                    let sign = look.severity_sign(crate::findings::Severity::Error);
                    painter.put(&format!("{sign} error  "), theme.error);
                    let time = look.times.listed(problem.at, TimeDetail::Second);
                    painter.put(&format!("{time:<TIME$}"), theme.quiet).skip(2);
                    painter.show(&problem.reason, theme.text);
                }
                ModelItem::Object { id, summary } => {
                    painter.column(id, ID_WIDTH, theme.text).skip(2).show(summary, theme.quiet);
                }
            }
        }
        if let Some(mut painter) = Painter::on(buffer, rule, 0, look) {
            let style = if self.below { theme.rule_focus } else { theme.rule };
            painter.put(&look.dash().repeat(usize::from(rule.width)), style);
        }
        lines(buffer, below, self.page.get(self.scroll..).unwrap_or(&[]));
        let hidden = self.page.len().saturating_sub(self.scroll + usize::from(below.height)) as u64;
        if let Some(mut painter) = Painter::on(buffer, rule, 0, look).filter(|_| hidden > 0) {
            let words = format!(" +{} below ", grouped(hidden));
            painter.right(words.len() + 1).put(&words, theme.quiet);
        }
    }
}
