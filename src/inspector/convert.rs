//! Conversions from the engine's types to those that the screen shows.

use super::views::{Detail, FidelityView, NoCallDetail, OutputView, VendorView};
use crate::report::mask_request;
use crate::vendors::{FedBy, Fidelity, Output, Vendors};

/// Returns a vendor with the names that the screen shows.
fn vendor_view(vendors: &Vendors, at: usize) -> VendorView {
    let info = vendors.info(at);
    VendorView {
        name: info.name.clone(),
        title: info.title.clone(),
        short: info.short.clone(),
        fed_by: match info.fed_by {
            FedBy::Segment => "Segment",
            FedBy::Rudderstack => "RudderStack",
            FedBy::Both => "Segment and RudderStack",
            FedBy::Any => "any sender",
        }
        .to_owned(),
        document: info.document.clone(),
        note: info.note.clone(),
        pushes: info.pushes.as_ref().map(|pushes| pushes.when.clone()),
        preset: vendors.preset(at),
    }
}

impl From<Fidelity> for FidelityView {
    fn from(fidelity: Fidelity) -> FidelityView {
        let (word, means) = match fidelity {
            Fidelity::Equivalent => (
                "equivalent",
                "the vendor receives the call itself; this is the same write in its public API",
            ),
            Fidelity::Wire => ("wire", "exactly what is sent to the vendor"),
        };
        FidelityView { word, means }
    }
}

/// Returns all vendors.
pub fn vendor_views(vendors: &Vendors) -> Vec<VendorView> {
    (0..vendors.len()).map(|at| vendor_view(vendors, at)).collect()
}

/// Converts a request that has a row of its own, with its sender's key masked.
pub(crate) fn no_call_view(mut row: Box<NoCallDetail>) -> Detail {
    mask_request(&mut row.request);
    Detail::NoCall(row)
}

impl From<&Output> for OutputView {
    fn from(output: &Output) -> OutputView {
        let from = output.body.iter().flat_map(|body| body.from());
        OutputView {
            from: from.map(|(path, origin)| (path, origin.clone())).collect(),
            method: output.method.clone(),
            url: output.url.clone(),
            headers: output.headers.clone(),
            body: output.body.as_ref().map(|body| body.to_json()),
            caveats: output.caveats.clone(),
        }
    }
}
