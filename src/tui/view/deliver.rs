//! An output before it is sent to its vendor: exactly what goes where, keys as `***`, and after
//! that what came of it. Nothing is sent before it is asked for here.

use super::detail::paper::Paper;
use super::scroll::Scroll;
use super::{Effect, HelpView, Pointer, Reply, View, World};
use crate::inspector::{Chosen, Prepared, Sending};
use crate::tui::action::{Action, Place};
use crate::tui::shared::count;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// The window's width.
const WIDTH: u16 = 92;

/// The output that is shown.
pub struct DeliverView {
    chosen: Chosen,
    /// Which call it is, if one that came.
    what: Option<String>,
    vendor: usize,
    /// What would be sent, read when the vendor is first shown.
    prepared: Option<Result<Prepared, String>>,
    sent: bool,
    scroll: Scroll,
}

impl DeliverView {
    /// Shows what one vendor would be sent of a call.
    pub fn of(chosen: Chosen, vendor: usize) -> DeliverView {
        let scroll = Scroll::default();
        DeliverView { chosen, what: None, vendor, prepared: None, sent: false, scroll }
    }

    /// The same, naming the call.
    pub fn named(self, what: String) -> DeliverView {
        DeliverView { what: Some(what), ..self }
    }

    /// Another vendor.
    fn turn(&mut self, by: usize, world: &World<'_>) -> Reply {
        let count = world.shared.vendors.len().max(1);
        let what = self.what.take();
        let view = DeliverView::of(self.chosen.clone(), (self.vendor + by) % count);
        *self = DeliverView { what, ..view };
        Reply::Done
    }

    fn send(&mut self) -> Reply {
        match &self.prepared {
            _ if self.sent => {
                Reply::Say("this was sent; nothing is sent twice by one question".to_owned())
            }
            Some(Ok(prepared)) => {
                self.sent = true;
                Reply::Ask(Effect::Deliver(prepared.number))
            }
            Some(Err(why)) => Reply::Say(why.clone()),
            None => Reply::Pass,
        }
    }

    fn lines(&self, width: usize, world: &World<'_>) -> Vec<Line<'static>> {
        let look = world.look;
        let theme = &look.theme;
        let mut paper = Paper::new(look, width);
        let Some(vendor) = world.shared.vendors.get(self.vendor) else { return paper.done() };
        let prepared = self.prepared.as_ref().and_then(|prepared| prepared.as_ref().ok());
        paper.line(vec![
            Span::styled(look.clean(&vendor.title).into_owned(), theme.heading),
            Span::styled(
                prepared.map_or(String::new(), |p| format!("  {}", p.fidelity.word)),
                theme.quiet,
            ),
        ]);
        if let Some(what) = &self.what {
            paper.prose(0, &format!("of {what}"), theme.text);
        }
        if let Some(prepared) = prepared {
            paper.prose(0, prepared.fidelity.means, theme.quiet);
        }
        paper.blank();
        let prepared = match &self.prepared {
            Some(Ok(prepared)) => prepared,
            Some(Err(why)) => {
                paper.prose(0, "This cannot be sent from here:", theme.error);
                paper.prose(2, why, theme.text);
                return paper.done();
            }
            None => return paper.done(),
        };
        self.outcome(&mut paper, prepared, world);
        for request in &prepared.requests {
            paper.blank();
            paper.request(request);
        }
        paper.done()
    }

    /// What enter does, or what came of it.
    fn outcome(&self, paper: &mut Paper<'_>, prepared: &Prepared, world: &World<'_>) {
        let theme = &world.look.theme;
        let requests = count(prepared.requests.len() as u64, "request", "requests");
        match world.shared.sending.as_ref().filter(|_| self.sent) {
            None => {
                let keys = world.keymap.keys(Place::Deliver, Action::SendOutput).join(" ");
                let to = match &prepared.stand_in {
                    Some(address) => {
                        let vendor = world.shared.vendors.get(self.vendor);
                        let title = vendor.map_or("the vendor", |vendor| vendor.title.as_str());
                        format!("{address} in place of {title}")
                    }
                    None => "the vendor itself".to_owned(),
                };
                let words = format!(
                    "Nothing is sent yet. {keys} sends {requests} to {to}, once, with your keys (shown as ***)."
                );
                paper.prose(0, &words, theme.warning);
            }
            Some(Sending::Underway { to }) => {
                paper.prose(0, &format!("sending to {to}"), theme.quiet);
            }
            Some(Sending::Answered { status, body, took_ms, .. }) => {
                let good = (200..300).contains(status);
                let style = if good { theme.good } else { theme.error };
                let word = if good { "accepted" } else { "not accepted" };
                let words = format!("{word}: answered {status} in {took_ms} ms");
                paper.prose(0, &words, style);
                paper.raw(body.trim(), theme.text);
            }
            Some(Sending::Failed { error, .. }) => paper.prose(0, error, theme.error),
        }
    }
}

impl View for DeliverView {
    fn place(&self) -> Place {
        Place::Deliver
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        match action {
            Action::SendOutput => !self.sent && matches!(self.prepared, Some(Ok(_))),
            Action::NextTab | Action::PreviousTab | Action::Help => true,
            action => self.scroll.can(action),
        }
    }

    fn act(&mut self, action: Action, world: &World<'_>) -> Reply {
        match action {
            Action::SendOutput => self.send(),
            Action::NextTab => self.turn(1, world),
            Action::PreviousTab => self.turn(world.shared.vendors.len().saturating_sub(1), world),
            Action::Help => Reply::Open(Box::new(HelpView::of(Place::Deliver))),
            action => self.scroll.act(action),
        }
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _world: &World<'_>) -> Reply {
        match pointer {
            // a click beside the question is no answer to it
            Pointer::Click => Reply::Pass,
            wheel => self.scroll.point(wheel),
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        if self.prepared.is_none() {
            self.prepared = Some(world.inspector.prepare(&self.chosen, self.vendor));
        }
        let width = usize::from(WIDTH.min(body.width).saturating_sub(4));
        let lines = self.lines(width, world);
        self.scroll.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        self.scroll.render(buffer, body, WIDTH, "Deliver", world.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::SendOutput, Action::NextTab, Action::Back, Action::Down, Action::Help]
    }
}
