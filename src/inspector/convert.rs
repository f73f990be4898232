//! What the pipeline has, as the screen shows it.

use super::views::{
    CallDetail, ComposedCall, ComposedView, Detail, FidelityView, NoCallDetail, OutputView,
    RowView, VendorDetail, VendorView,
};
use crate::findings::fixes::Reader;
use crate::pipeline::{self, NotYet};
use crate::report::mask_request;
use crate::vendors::{FedBy, Fidelity, Output, Rendered, Vendors};
use std::sync::Arc;

/// A vendor, as the screen names it.
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

pub(super) fn fidelity(fidelity: Fidelity) -> FidelityView {
    let (word, means) = match fidelity {
        Fidelity::Equivalent => (
            "equivalent",
            "the vendor takes the call itself; this is the same write in its public API",
        ),
        Fidelity::Wire => ("wire", "exactly what is sent to the vendor"),
    };
    FidelityView { word, means }
}

/// All vendors.
pub fn vendor_views(vendors: &Vendors) -> Vec<VendorView> {
    (0..vendors.len()).map(|at| vendor_view(vendors, at)).collect()
}

/// A request that has a row of its own, without its sender's key.
pub(super) fn no_call_view(mut row: Box<NoCallDetail>) -> Detail {
    mask_request(&mut row.request);
    Detail::NoCall(row)
}

pub(super) fn call_view(call: pipeline::CallDetail, row: RowView) -> CallDetail {
    let fix = call.fix(Reader::Owner);
    let in_use = call.in_use;
    let vendors = call
        .vendors
        .into_iter()
        .map(|(vendor, rendered)| vendor_detail(vendor, rendered, in_use.contains(&vendor)));
    CallDetail {
        row,
        message_id: call.message_id,
        library: call.library,
        rudder: call.rudder,
        write_key: call.write_key,
        call_text: call.call_text,
        derived_text: call.derived_text,
        vendors: vendors.collect(),
        wire_findings: call.common,
        needs: call.needs,
        fix,
        request: Arc::unwrap_or_clone(call.request),
    }
}

/// What a text would give if it came now.
pub(super) fn composed(composed: Result<pipeline::Composed, NotYet>) -> ComposedView {
    match composed {
        Ok(composed) => {
            let in_use = composed.in_use;
            let vendors = composed.vendors.into_iter();
            let vendors = vendors.map(|(vendor, rendered)| {
                vendor_detail(vendor, rendered, in_use.contains(&vendor))
            });
            ComposedView::Call(Box::new(ComposedCall {
                calls: composed.calls,
                wire_findings: composed.common,
                vendors: vendors.collect(),
            }))
        }
        Err(NotYet { line, column, message }) => ComposedView::NotYet { line, column, message },
    }
}

pub(super) fn vendor_detail(vendor: usize, rendered: Rendered, in_use: bool) -> VendorDetail {
    VendorDetail {
        vendor,
        verdict: rendered.verdict,
        in_use,
        account: rendered.account_id,
        user: rendered.user_id,
        fidelity: fidelity(rendered.fidelity),
        findings: rendered.findings,
        requests: rendered.requests.into_iter().map(output).collect(),
        transport: rendered.transport.map(output),
        extras: rendered
            .extras
            .into_iter()
            .map(|(name, out)| (name.to_owned(), out.to_json()))
            .collect(),
    }
}

fn output(output: Output) -> OutputView {
    let caveats = output.caveats;
    let from = output.body.iter().flat_map(|body| body.from());
    OutputView {
        from: from.map(|(path, origin)| (path, origin.clone())).collect(),
        method: output.method,
        url: output.url,
        headers: output.headers,
        body: output.body.map(|body| body.to_json()),
        caveats,
    }
}
