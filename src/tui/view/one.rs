//! What is done with one call: the one under the log's cursor, or the example of what a page counts.

use super::compose::with_type;
use super::deliver::DeliverView;
use super::where_to::{Parcel, ask_where};
use super::{AsideView, ComposeView, Effect, Reply, World};
use crate::report::curl;
use crate::tui::action::Action;
use crate::tui::copy;
use crate::tui::feed::{CallDetail, Chosen, Detail, VendorDetail};

/// Does it with the call of a row; none if the action is none of these. A code is what the page
/// counts there.
pub fn act(
    action: Action,
    row: Option<u64>,
    code: Option<&str>,
    world: &World<'_>,
) -> Option<Reply> {
    match action {
        Action::SetAside => Some(match AsideView::of(row, code, world) {
            Ok(view) => Reply::Open(Box::new(view)),
            Err(why) => Reply::Say(why),
        }),
        Action::SendAgain => Some(match call(row, world) {
            Some(call) => {
                let parcel = Parcel {
                    text: with_type(&call),
                    write_key: call.write_key.clone(),
                    rudder: call.rudder,
                };
                Reply::Open(Box::new(ask_where(parcel, world)))
            }
            None => Reply::Say("there is no call here to be sent again".to_owned()),
        }),
        Action::Deliver => Some(deliver(row, None, world)),
        action if is_copy(action) => Some(match call(row, world) {
            Some(call) => copy(action, &call, None, world),
            None => Reply::Say("there is no call here to copy from".to_owned()),
        }),
        _ => None,
    }
}

/// Shows what would be sent to a vendor of the call of a row: to that one, else to the first in use
/// that would receive something.
pub fn deliver(row: Option<u64>, vendor: Option<usize>, world: &World<'_>) -> Reply {
    let (Some(row), Some(call)) = (row, call(row, world)) else {
        return Reply::Say("there is no call here to be sent to a vendor".to_owned());
    };
    let first = || output(&call, None).or(call.vendors.first()).map(|detail| detail.vendor);
    match vendor.or_else(first) {
        Some(vendor) => Reply::Open(Box::new(DeliverView::of(Chosen::Row(row), vendor))),
        None => Reply::Say("no vendor judged this call".to_owned()),
    }
}

/// A call to be written, from that of a row or a template.
pub fn compose(row: Option<u64>, world: &World<'_>) -> Box<ComposeView> {
    let call = call(row, world);
    Box::new(call.map_or_else(ComposeView::of_template, |call| ComposeView::of_call(&call)))
}

fn call(row: Option<u64>, world: &World<'_>) -> Option<Box<CallDetail>> {
    match world.feed.detail(row?)? {
        Detail::Call(call) => Some(call),
        Detail::Refused(_) => None,
    }
}

/// Whether it copies something of a call as a whole.
pub fn is_copy(action: Action) -> bool {
    matches!(
        action,
        Action::CopyCall
            | Action::CopyOutput
            | Action::CopyCurl
            | Action::CopySdkCall
            | Action::CopyTransformation
    )
}

/// Copies something of a call; of the outputs that of a vendor, else the first that is in use.
pub fn copy(action: Action, call: &CallDetail, vendor: Option<usize>, world: &World<'_>) -> Reply {
    let say = |words: &str| Reply::Say(words.to_owned());
    let fix = call.fix.as_ref();
    let (what, text) = match action {
        Action::CopyCall => ("the call".to_owned(), call.call_text.clone()),
        Action::CopyCurl => {
            let base = world.shared.addresses.first().map_or("$SEGSCOPE_URL", String::as_str);
            ("a curl line".to_owned(), curl(base, &call.row.kind, &call.call_text))
        }
        Action::CopySdkCall => match fix {
            Some(fix) => {
                (format!("the call for {}", fix.snippet.language), fix.snippet.code.clone())
            }
            None => return say("this is none of the six types of calls"),
        },
        Action::CopyTransformation => match fix.and_then(|fix| fix.transformation.as_ref()) {
            Some(function) => (format!("the {}", function.language), function.code.clone()),
            None => {
                return say(
                    "no function can mend this: nothing is wrong, or the id is not in the call",
                );
            }
        },
        Action::CopyOutput => match output(call, vendor) {
            Some(detail) => {
                let title = world.shared.vendors.get(detail.vendor).map_or("", |v| &v.title);
                (format!("the output for {title}"), copy::output(&detail.requests))
            }
            None => return say("no vendor would receive anything of this"),
        },
        _ => return Reply::Pass,
    };
    Reply::Ask(Effect::Copy { what, text })
}

/// The vendor whose output is meant: that one, else the first in use that would receive something.
pub fn output(call: &CallDetail, vendor: Option<usize>) -> Option<&VendorDetail> {
    let mut all = call.vendors.iter().filter(|detail| !detail.requests.is_empty());
    match vendor {
        Some(vendor) => all.find(|detail| detail.vendor == vendor),
        None => all.find(|detail| detail.in_use),
    }
}
