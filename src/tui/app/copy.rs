//! The texts that the copy keys put on the clipboard.

use crate::inspector::{CallDetail, VendorDetail, VendorView};
use crate::report::curl;
use crate::tui::app::action::Action;
use crate::vendors::Output;

/// The maximum size of a copied text: terminals silently drop longer ones.
pub const MAX_COPY_BYTES: usize = 74_000;

/// Returns the bodies of an output, one per line.
pub fn output(requests: &[Output]) -> String {
    let bodies: Vec<String> =
        requests.iter().filter_map(|request| Some(request.body.as_ref()?.to_json())).collect();
    bodies.join("\n")
}

/// Returns the text that an action copies of a call, with its name for messages; or the reason why
/// there is none. Of the outputs, it copies that for `vendor`; if that is none, that for the first vendor
/// in use.
pub fn of_call(
    action: Action,
    call: &CallDetail,
    vendor: Option<usize>,
    vendors: &[VendorView],
    base: Option<&str>,
) -> Result<(String, String), &'static str> {
    let fix = call.fix.as_ref();
    match action {
        Action::CopyCurl => Ok((
            "a curl line".to_owned(),
            curl(
                base.unwrap_or("$SEGSCOPE_URL"),
                &call.row.kind,
                &call.standalone_text(),
                call.write_key.as_deref(),
            ),
        )),
        Action::CopySdkCall => match fix {
            Some(fix) => Ok((format!("the call for {}", fix.snippet.language), fix.snippet.text())),
            None => Err("this is not one of the six call types"),
        },
        Action::CopyTransformation => match fix.and_then(|fix| fix.transformation.as_ref()) {
            Some(function) => Ok((format!("the {}", function.language), function.code.clone())),
            None => Err("no function can fix this: nothing is wrong, or the id is not in the call"),
        },
        Action::CopyOutput => match of_vendor(call, vendor) {
            Some(detail) => {
                let title = vendors.get(detail.vendor).map_or("", |v| &v.title);
                Ok((format!("the output for {title}"), output(&detail.requests)))
            }
            None => Err("no vendor would receive this"),
        },
        _ => Ok(("the call".to_owned(), call.call_text.clone())),
    }
}

/// Returns the result at `vendor`; if that is none, at the first vendor in use. Only vendors that would
/// receive something count.
pub fn of_vendor(call: &CallDetail, vendor: Option<usize>) -> Option<&VendorDetail> {
    let mut all = call.vendors.iter().filter(|detail| !detail.requests.is_empty());
    match vendor {
        Some(vendor) => all.find(|detail| detail.vendor == vendor),
        None => all.find(|detail| detail.in_use),
    }
}
