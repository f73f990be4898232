//! Where a call is sent to: this listener, the real service, or another address.

use crate::call::credential::without_credentials;
use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::prompts::TextDialog;
use crate::tui::widgets::choice_dialog::ChoiceDialog;
use crate::tui::widgets::text::masked;

/// Segment's own tracking API (public: its documentation of the HTTP Tracking API). A RudderStack
/// data plane is its user's own, so there is none to offer.
const SEGMENT: &str = "https://api.segment.io";

/// What is sent.
#[derive(Debug, Clone)]
pub struct SendItem {
    /// Which call it is, if one that came.
    pub what: Option<String>,
    /// The call's text.
    pub text: String,
    /// The write key that it goes with.
    pub write_key: Option<String>,
    /// Whether a library of RudderStack's sent it.
    pub rudder: bool,
}

impl SendItem {
    fn to(&self, to: &str) -> Response {
        let SendItem { text, write_key, .. } = self.clone();
        Response::CloseAndAsk(SideEffect::Send { to: Some(to.to_owned()), text, write_key })
    }

    /// What is said below the choices.
    fn notes(&self, ctx: &ViewContext<'_>) -> Vec<String> {
        let key = self.write_key.as_deref().map(masked);
        let key = key.map_or("a made-up write key".to_owned(), |key| format!("write key {key}"));
        let mut notes: Vec<String> = self.what.iter().cloned().collect();
        notes.push(format!("uses {key}; sending to a real service creates real data"));
        if ctx.shared.upstream.is_none() && self.rudder {
            notes.push("the setting `upstream` offers your data plane here".to_owned());
        }
        notes
    }
}

/// Asks where to.
pub fn ask_where(send_item: SendItem, ctx: &ViewContext<'_>) -> ChoiceDialog {
    let here = ctx.shared.addresses.first().cloned();
    // what each is, and its address; the last asks for one
    let mut choices: Vec<(&str, Option<String>)> = Vec::new();
    choices.extend(here.map(|here| ("this listener", Some(here))));
    match &ctx.shared.upstream {
        Some(upstream) => choices.push(("the upstream", Some(upstream.clone()))),
        None if !send_item.rudder => choices.push(("Segment itself", Some(SEGMENT.to_owned()))),
        None => {}
    }
    choices.push(("another address", None));
    let means = |to: &Option<String>| match to {
        Some(to) => without_credentials(to).into_owned(),
        None => "you enter it".to_owned(),
    };
    let lines = choices.iter().map(|(what, to)| ((*what).to_owned(), means(to))).collect();
    let notes = send_item.notes(ctx);
    ChoiceDialog::new("Send to", lines, notes, move |at, _| match choices.get(at) {
        Some((_, Some(to))) => send_item.to(to),
        Some((_, None)) => {
            let send_item = send_item.clone();
            let ask = TextDialog::new("send to", "https://", move |to| send_item.to(to));
            Response::CloseAndOpen(Box::new(ask))
        }
        None => Response::Pass,
    })
}
