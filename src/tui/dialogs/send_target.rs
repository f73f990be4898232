//! The window that asks where to send a call: this listener, the real service, or another address.

use crate::call::credential::without_credentials;
use crate::call::own_times;
use crate::call::time::Millis;
use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::prompts::TextDialog;
use crate::tui::widgets::choice_dialog::ChoiceDialog;
use crate::tui::widgets::text::masked;

/// The address of Segment's tracking API (public, from the documentation of the HTTP Tracking
/// API). For RudderStack there is no such address, because each user has a data plane of their
/// own.
const SEGMENT: &str = "https://api.segment.io";

/// A call to send.
#[derive(Debug, Clone)]
pub struct SendItem {
    /// The name of the call, if it was received.
    pub what: Option<String>,
    /// The text of the call.
    pub text: String,
    /// The write key to send it with.
    pub write_key: Option<String>,
    /// True if a RudderStack library sent the call.
    pub rudder: bool,
    /// True if the times of the call were moved to now.
    pub is_moved: bool,
}

impl SendItem {
    fn to(&self, to: &str) -> Response {
        let SendItem { text, write_key, .. } = self.clone();
        Response::CloseAndAsk(SideEffect::Send { to: Some(to.to_owned()), text, write_key })
    }

    /// Returns the notes below the choices.
    fn notes(&self, ctx: &ViewContext<'_>) -> Vec<String> {
        let key = self.write_key.as_deref().map(masked);
        let key = key.map_or("a made-up write key".to_owned(), |key| format!("write key {key}"));
        let mut notes: Vec<String> = self.what.iter().cloned().collect();
        notes.push(format!("uses {key}; sending to a real service creates real data"));
        if self.is_moved {
            notes.push("its times are moved to now".to_owned());
        }
        if ctx.shared.upstream.is_none() && self.rudder {
            notes.push("the setting `upstream` offers your data plane here".to_owned());
        }
        notes
    }
}

/// Returns the window that asks for the target.
pub fn ask_where(send_item: SendItem, ctx: &ViewContext<'_>) -> ChoiceDialog {
    let here = ctx.shared.addresses.first().cloned();
    // the name and the target of each choice
    let mut choices: Vec<(&str, SendPlace)> = Vec::new();
    choices.extend(here.map(|here| match &ctx.shared.stats.forward {
        Some(_) => ("this listener, which forwards it", SendPlace::Service(here)),
        None => ("this listener", SendPlace::Here(here)),
    }));
    match &ctx.shared.upstream {
        Some(upstream) => choices.push(("the upstream", SendPlace::Service(upstream.clone()))),
        None if !send_item.rudder => {
            choices.push(("Segment itself", SendPlace::Service(SEGMENT.to_owned())));
        }
        None => {}
    }
    choices.push(("another address", SendPlace::Asked));
    let latest = own_times::find_latest(&send_item.text).filter(|_| !send_item.is_moved);
    choices.extend(latest.map(|latest| ("times of now", SendPlace::Moved(latest))));
    let means = |to: &SendPlace| match to {
        SendPlace::Here(to) | SendPlace::Service(to) => without_credentials(to).into_owned(),
        SendPlace::Asked => "you enter it".to_owned(),
        SendPlace::Moved(_) => "moves its times; then choose where".to_owned(),
    };
    let lines = choices.iter().map(|(what, to)| ((*what).to_owned(), means(to))).collect();
    let notes = send_item.notes(ctx);
    ChoiceDialog::new("Send to", lines, notes.clone(), move |at, ctx| match choices.get(at) {
        Some((_, SendPlace::Moved(latest))) => {
            let text = own_times::move_by(&send_item.text, ctx.inspector.now() - latest);
            let moved = SendItem { text, is_moved: true, ..send_item.clone() };
            Response::CloseAndOpen(Box::new(ask_where(moved, ctx)))
        }
        Some((_, SendPlace::Here(to))) => send_item.to(to),
        Some((_, SendPlace::Service(to))) => {
            Response::CloseAndOpen(Box::new(confirm(send_item.clone(), to.clone(), notes.clone())))
        }
        Some((_, SendPlace::Asked)) => {
            let send_item = send_item.clone();
            let ask = TextDialog::new("send to", "https://", move |to| send_item.to(to));
            Response::CloseAndOpen(Box::new(ask))
        }
        None => Response::Pass,
    })
}

/// The target of a choice.
enum SendPlace {
    /// This listener.
    Here(String),
    /// A service that processes the call as real data.
    Service(String),
    /// An address that the user types.
    Asked,
    /// No target yet: first the times of the call, whose latest is this, are moved to now.
    Moved(Millis),
}

/// Returns the window that asks again before a service receives real data.
fn confirm(send_item: SendItem, to: String, notes: Vec<String>) -> ChoiceDialog {
    let lines = vec![
        ("do not send".to_owned(), String::new()),
        ("send it".to_owned(), without_credentials(&to).into_owned()),
    ];
    ChoiceDialog::new("Create real data there?", lines, notes, move |at, _| match at {
        0 => Response::Close,
        _ => send_item.to(&to),
    })
}
