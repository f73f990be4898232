//! What is done with one call: the one under the log's cursor, or the example of what a page counts.

use super::compose::with_type;
use super::deliver::DeliverView;
use super::where_to::{Parcel, ask_where};
use super::{AsideView, Effect, Reply, World};
use crate::inspector::{CallDetail, Chosen, Detail, VendorDetail};
use crate::tui::action::Action;
use crate::tui::copy;

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
        Action::SendAgain => Some(match row.and_then(|row| call(row, world)) {
            Some(call) => {
                let parcel = Parcel {
                    what: Some(name(&call)),
                    text: with_type(&call),
                    write_key: call.write_key.clone(),
                    rudder: call.rudder,
                };
                Reply::Open(Box::new(ask_where(parcel, world)))
            }
            None => Reply::Say("there is no call here to be sent again".to_owned()),
        }),
        Action::Deliver => Some(deliver(row, None, world)),
        action if is_copy(action) => Some(match row.and_then(|row| call(row, world)) {
            // the call itself is not in view here
            Some(call) => match copy(action, &call, None, world) {
                Reply::Ask(Effect::Copy { what, text }) => {
                    Reply::Ask(Effect::Copy { what: format!("{what}, {}", name(&call)), text })
                }
                other => other,
            },
            None => Reply::Say("there is no call here to copy from".to_owned()),
        }),
        _ => None,
    }
}

/// Shows what would be sent to a vendor of the call of a row: to that one, else to the first.
pub fn deliver(row: Option<u64>, vendor: Option<usize>, world: &World<'_>) -> Reply {
    let Some((row, call)) = row.and_then(|row| Some((row, call(row, world)?))) else {
        return Reply::Say("there is no call here to be sent to a vendor".to_owned());
    };
    match vendor.or_else(|| first(&call.vendors)) {
        Some(vendor) => {
            let view = DeliverView::of(Chosen::Row(row), vendor);
            Reply::Open(Box::new(view.named(name(&call))))
        }
        None => Reply::Say("no vendor judged this call".to_owned()),
    }
}

/// The vendor that is shown first: in use and receiving something, else in use, else any.
pub fn first(vendors: &[VendorDetail]) -> Option<usize> {
    let of = |test: fn(&VendorDetail) -> bool| vendors.iter().find(|detail| test(detail));
    let receives = of(|detail| detail.in_use && !detail.requests.is_empty());
    let found = receives.or_else(|| of(|detail| detail.in_use)).or(vendors.first());
    found.map(|detail| detail.vendor)
}

/// The longest name of a call where it stands among other words.
const NAME: usize = 40;

/// Which call it is, for where it is not in view: `#12 track Order Received`.
pub fn name(call: &CallDetail) -> String {
    let row = &call.row;
    let number = row.seq.map_or(String::new(), |seq| format!("#{} ", seq.0));
    let name: String = row.name.chars().take(NAME).collect();
    format!("{number}{} {name}", row.kind).trim_end().to_owned()
}

/// The call of a row.
pub fn call(row: u64, world: &World<'_>) -> Option<Box<CallDetail>> {
    match world.inspector.detail(row)? {
        Detail::Call(call) => Some(call),
        Detail::NoCall(_) => None,
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
    let base = world.shared.addresses.first().map(String::as_str);
    match copy::of_call(action, call, vendor, &world.shared.vendors, base) {
        Ok((what, text)) => Reply::Ask(Effect::Copy { what, text }),
        Err(why) => Reply::Say(why.to_owned()),
    }
}
