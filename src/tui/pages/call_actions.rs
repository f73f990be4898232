//! Actions on one call: the call under the log's cursor, or the example of a row that counts
//! calls.

use crate::inspector::{CallDetail, CallSource, Detail, VendorDetail};
use crate::tui::app::action::Action;
use crate::tui::app::copy;
use crate::tui::app::view::{Response, SideEffect, ViewContext};
use crate::tui::dialogs::deliver::DeliverView;
use crate::tui::dialogs::muted_codes::MutedCodesView;
use crate::tui::dialogs::send_target::{SendItem, ask_where};

/// Executes an action on the call of a row, or returns none for another action. `code` is the
/// finding that the row counts.
pub fn act(
    action: Action,
    row: Option<u64>,
    code: Option<&str>,
    ctx: &ViewContext<'_>,
) -> Option<Response> {
    match action {
        Action::Mute => Some(match MutedCodesView::new(row, code, ctx) {
            Ok(view) => Response::Open(Box::new(view)),
            Err(why) => Response::Say(why),
        }),
        Action::SendAgain => Some(match row.and_then(|row| call(row, ctx)) {
            Some(call) => {
                let send_item = SendItem {
                    what: Some(name(&call)),
                    text: call.standalone_text(),
                    write_key: call.write_key.clone(),
                    rudder: call.rudder,
                    is_moved: false,
                };
                Response::Open(Box::new(ask_where(send_item, ctx)))
            }
            None => Response::Say("no call to send again here".to_owned()),
        }),
        Action::Deliver => Some(deliver(row, None, ctx)),
        action if is_copy(action) => Some(match row.and_then(|row| call(row, ctx)) {
            // the message names the call, because it is not in view here
            Some(call) => match copy(action, &call, None, ctx) {
                Response::Ask(SideEffect::Copy { what, text }) => Response::Ask(SideEffect::Copy {
                    what: format!("{what}, {}", name(&call)),
                    text,
                }),
                other => other,
            },
            None => Response::Say("no call to copy here".to_owned()),
        }),
        _ => None,
    }
}

/// Shows the requests for a vendor from the call of a row. Without a vendor, shows the first one.
pub fn deliver(row: Option<u64>, vendor: Option<usize>, ctx: &ViewContext<'_>) -> Response {
    let Some((row, call)) = row.and_then(|row| Some((row, call(row, ctx)?))) else {
        return Response::Say("no call to deliver here".to_owned());
    };
    match vendor.or_else(|| first(&call.vendors)) {
        Some(vendor) => {
            let view = DeliverView::new(CallSource::Row(row), vendor);
            Response::Open(Box::new(view.named(name(&call))))
        }
        None => Response::Say("no vendor has a result for this call".to_owned()),
    }
}

/// Returns the vendor to show first: one in use that receives something, else one in use, else
/// any.
pub fn first(vendors: &[VendorDetail]) -> Option<usize> {
    let of = |test: fn(&VendorDetail) -> bool| vendors.iter().find(|detail| test(detail));
    let receives = of(|detail| detail.in_use && !detail.requests.is_empty());
    let found = receives.or_else(|| of(|detail| detail.in_use)).or(vendors.first());
    found.map(|detail| detail.vendor)
}

/// The maximum length of a call's name inside of a message.
const MAX_NAME_CHARS: usize = 40;

/// Names a call that is not in view: `#12 track Order Received`.
pub fn name(call: &CallDetail) -> String {
    let row = &call.row;
    let number = row.seq.map_or(String::new(), |seq| format!("#{} ", seq.0));
    let name: String = row.name.chars().take(MAX_NAME_CHARS).collect();
    format!("{number}{} {name}", row.kind).trim_end().to_owned()
}

/// Returns the call of a row.
pub fn call(row: u64, ctx: &ViewContext<'_>) -> Option<Box<CallDetail>> {
    match ctx.inspector.detail(row)? {
        Detail::Call(call) => Some(call),
        Detail::NoCall(_) => None,
    }
}

/// Returns true if the action copies something made from a whole call.
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

/// Copies something made from a call. The output is that of `vendor`, or else of the first vendor
/// in use.
pub fn copy(
    action: Action,
    call: &CallDetail,
    vendor: Option<usize>,
    ctx: &ViewContext<'_>,
) -> Response {
    let base = ctx.shared.addresses.first().map(String::as_str);
    match copy::of_call(action, call, vendor, &ctx.shared.vendors, base) {
        Ok((what, text)) => Response::Ask(SideEffect::Copy { what, text }),
        Err(why) => Response::Say(why.to_owned()),
    }
}
