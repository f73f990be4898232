//! The window that sends an output to its vendor. It shows exactly what would be sent where, with
//! keys as `***`, and then the response. Nothing is sent before the user confirms it here.

use crate::inspector::{CallSource, PreparedRequests, Sending};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::app::view_context::count;
use crate::tui::dialogs::help::HelpView;
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::widgets::text_pane::TextPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// The width of the window.
const WIDTH: u16 = 92;

/// The state of the window.
pub struct DeliverView {
    chosen: CallSource,
    /// The name of the call, if it was received.
    what: Option<String>,
    vendor: usize,
    /// The requests, prepared when the vendor is first shown.
    prepared: Option<Result<PreparedRequests, String>>,
    sent: bool,
    pane: TextPane,
}

impl DeliverView {
    /// Returns a window with the requests for one vendor.
    pub fn new(chosen: CallSource, vendor: usize) -> DeliverView {
        let pane = TextPane::default();
        DeliverView { chosen, what: None, vendor, prepared: None, sent: false, pane }
    }

    /// Adds the name of the call.
    pub fn named(self, what: String) -> DeliverView {
        DeliverView { what: Some(what), ..self }
    }

    /// Switches to another vendor.
    fn switch_vendor(&mut self, by: usize, ctx: &ViewContext<'_>) -> Response {
        let count = ctx.shared.vendors.len().max(1);
        let what = self.what.take();
        let view = DeliverView::new(self.chosen.clone(), (self.vendor + by) % count);
        *self = DeliverView { what, ..view };
        Response::Done
    }

    fn send(&mut self) -> Response {
        match &self.prepared {
            _ if self.sent => Response::Say(
                "already sent; open this dialog again to send it once more".to_owned(),
            ),
            Some(Ok(prepared)) => {
                self.sent = true;
                Response::Ask(SideEffect::Deliver(prepared.number))
            }
            Some(Err(why)) => Response::Say(why.clone()),
            None => Response::Pass,
        }
    }

    fn lines(&self, width: usize, ctx: &ViewContext<'_>) -> Vec<Line<'static>> {
        let look = ctx.look;
        let theme = &look.theme;
        let mut builder = TextBuilder::new(look, width);
        let Some(vendor) = ctx.shared.vendors.get(self.vendor) else { return builder.done() };
        let prepared = self.prepared.as_ref().and_then(|prepared| prepared.as_ref().ok());
        builder.line(vec![
            Span::styled(look.clean(&vendor.title).into_owned(), theme.heading),
            Span::styled(
                prepared.map_or(String::new(), |p| format!("  {}", p.fidelity.word)),
                theme.quiet,
            ),
        ]);
        if let Some(what) = &self.what {
            builder.prose(0, &format!("of {what}"), theme.text);
        }
        if let Some(prepared) = prepared {
            builder.prose(0, prepared.fidelity.means, theme.quiet);
        }
        builder.blank();
        let prepared = match &self.prepared {
            Some(Ok(prepared)) => prepared,
            Some(Err(why)) => {
                builder.prose(0, "Cannot send:", theme.error);
                builder.prose(2, why, theme.text);
                return builder.done();
            }
            None => return builder.done(),
        };
        self.outcome(&mut builder, prepared, ctx);
        for request in &prepared.requests {
            builder.blank();
            builder.request(request);
        }
        builder.done()
    }

    /// Writes what enter does, or the result of sending.
    fn outcome(
        &self,
        builder: &mut TextBuilder<'_>,
        prepared: &PreparedRequests,
        ctx: &ViewContext<'_>,
    ) {
        let theme = &ctx.look.theme;
        let requests = count(prepared.requests.len() as u64, "request", "requests");
        match ctx.shared.sending.as_ref().filter(|_| self.sent) {
            None => {
                let keys = ctx.keymap.keys(KeyContext::Deliver, Action::SendOutput).join(" ");
                let to = match &prepared.stand_in {
                    Some(address) => {
                        let vendor = ctx.shared.vendors.get(self.vendor);
                        let title = vendor.map_or("the vendor", |vendor| vendor.title.as_str());
                        format!("{address} in place of {title}")
                    }
                    None => "the vendor itself".to_owned(),
                };
                let words = format!(
                    "Nothing is sent yet. {keys} sends {requests} to {to}, once, with your keys (shown as ***)."
                );
                builder.prose(0, &words, theme.warning);
            }
            Some(Sending::Underway { to }) => {
                builder.prose(0, &format!("sending to {to}"), theme.quiet);
            }
            Some(Sending::Answered { status, body, took_ms, .. }) => {
                let good = (200..300).contains(status);
                let style = if good { theme.good } else { theme.error };
                let word = if good { "accepted" } else { "not accepted" };
                let words = format!("{word}: answered {status} in {took_ms} ms");
                builder.prose(0, &words, style);
                builder.raw(body.trim(), theme.text);
            }
            Some(Sending::Failed { error, .. }) => builder.prose(0, error, theme.error),
        }
    }
}

impl View for DeliverView {
    fn place(&self) -> KeyContext {
        KeyContext::Deliver
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        match action {
            Action::SendOutput => !self.sent && matches!(self.prepared, Some(Ok(_))),
            Action::NextTab | Action::PreviousTab | Action::Help => true,
            action => self.pane.can(action),
        }
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::SendOutput => self.send(),
            Action::NextTab => self.switch_vendor(1, ctx),
            Action::PreviousTab => {
                self.switch_vendor(ctx.shared.vendors.len().saturating_sub(1), ctx)
            }
            Action::Help => Response::Open(Box::new(HelpView::new(KeyContext::Deliver))),
            action => self.pane.act(action),
        }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _ctx: &ViewContext<'_>) -> Response {
        match pointer {
            // a click beside the window does not answer the question
            Pointer::Click => Response::Pass,
            wheel => self.pane.point(wheel),
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        if self.prepared.is_none() {
            self.prepared = Some(ctx.inspector.prepare(&self.chosen, self.vendor));
        }
        let width = usize::from(WIDTH.min(body.width).saturating_sub(4));
        let lines = self.lines(width, ctx);
        self.pane.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.pane.render(buffer, body, WIDTH, "Deliver", ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::SendOutput, Action::NextTab, Action::Back, Action::Down, Action::Help]
    }
}
