//! Commands for the call in the editor: send, deliver, correct.

use crate::inspector::{CallSource, ComposedCall};
use crate::tui::app::action::Action;
use crate::tui::app::view::{Response, SideEffect, View, ViewContext};
use crate::tui::dialogs::deliver::DeliverView;
use crate::tui::dialogs::send_target::{SendItem, ask_where};
use crate::tui::pages::call_actions;
use crate::tui::pages::compose::drafts::Draft;
use crate::tui::pages::compose::{ComposeView, can_be_undone};

impl ComposeView {
    /// Returns the call, or a message if the text is not a call.
    fn call(&self) -> Result<&ComposedCall, Response> {
        match &self.composed {
            Some(Ok(call)) => Ok(call),
            Some(Err(error)) => Err(Response::Say(error.to_string())),
            None => Err(Response::Pass),
        }
    }

    /// Sends the call to this listener, or to an address that the user chooses.
    pub(super) fn send(&self, elsewhere: bool, ctx: &ViewContext<'_>) -> Response {
        if let Some(Err(error)) = &self.composed {
            return Response::Say(error.to_string());
        }
        let Draft { editor, write_key, rudder, .. } = &self.drafts.now;
        let (text, write_key) = (editor.text(), write_key.clone());
        match elsewhere {
            false if ctx.shared.addresses.is_empty() => {
                let keys = ctx.keymap.keys(self.place(), Action::SendElsewhere).join(" ");
                Response::Say(format!("nothing listens here; {keys} sends it to another address"))
            }
            false => Response::Ask(SideEffect::Send { to: None, text, write_key }),
            true => {
                let send_item =
                    SendItem { what: None, text, write_key, rudder: *rudder, is_moved: false };
                Response::Open(Box::new(ask_where(send_item, ctx)))
            }
        }
    }

    /// Shows the requests for the first vendor in use that would receive something.
    pub(super) fn deliver(&self) -> Response {
        let call = match self.call() {
            Ok(call) => call,
            Err(answer) => return answer,
        };
        match call_actions::first(&call.vendors) {
            Some(vendor) => {
                let chosen = CallSource::Text(self.drafts.now.editor.text());
                Response::Open(Box::new(DeliverView::new(chosen, vendor)))
            }
            None => Response::Say("no vendor has a result for this call".to_owned()),
        }
    }

    /// Makes the changes that the vendors in use need.
    pub(super) fn correct(&mut self, ctx: &ViewContext<'_>) -> Response {
        let call = match self.call() {
            Ok(call) => call,
            Err(answer) => return answer,
        };
        let Some(corrected) = &call.corrected else {
            return Response::Say("the vendors in use need no change that is known".to_owned());
        };
        if call.calls > 1 {
            let calls = call.calls;
            return Response::Say(format!("these are {calls} calls; only one can be corrected"));
        }
        let draft = self.drafts.now.with_text(corrected);
        self.drafts.replace(draft);
        self.edits += 1;
        Response::Say(format!("corrected; {}", can_be_undone(ctx)))
    }
}
