//! A call with its result at each vendor: the engine's detail, and what the user can paste.

use super::views::RowView;
use crate::call::Doc;
use crate::engine;
use crate::engine::JudgedDraft;
use crate::findings::fixes::{Fix, SnippetAudience};
use crate::vendors::{Preset, RenderedCall, Vendors};
use std::ops::Deref;

/// The details of one call: the engine's detail, and what the user can paste.
#[derive(Debug, Clone)]
pub struct CallDetail {
    /// The row of the log.
    pub row: RowView,
    /// The fix to paste; none for a call of no known type.
    pub fix: Option<Fix>,
    /// The result at each vendor.
    pub vendors: Vec<VendorDetail>,
    /// The engine's detail; its vendors were moved to `vendors`.
    call: engine::CallDetail,
}

impl CallDetail {
    /// Creates the details of a call from the engine's detail and its row.
    pub(crate) fn new(
        mut call: engine::CallDetail,
        row: RowView,
        registry: &Vendors,
    ) -> CallDetail {
        let fix = call.fix(SnippetAudience::Owner);
        let doc = Doc::parse(call.call_text.as_str()).ok();
        let settings = |vendor: usize, rendered: &RenderedCall| {
            registry.settings_for(vendor, &rendered.findings, doc.as_ref()?.root())
        };
        let vendors = std::mem::take(&mut call.vendors);
        let vendors = VendorDetail::all(vendors, &call.in_use, settings);
        CallDetail { row, fix, vendors, call }
    }
}

impl Deref for CallDetail {
    type Target = engine::CallDetail;

    fn deref(&self) -> &engine::CallDetail {
        &self.call
    }
}

/// The result of a call at one vendor.
#[derive(Debug, Clone)]
pub struct VendorDetail {
    /// The vendor's place in [`super::Inspector::vendors`].
    pub vendor: usize,
    /// True if the vendor is in use for this call.
    pub in_use: bool,
    /// The settings that the fixes name, ready to paste.
    pub settings: Option<Preset>,
    rendered: RenderedCall,
}

impl VendorDetail {
    fn all(
        vendors: Vec<(usize, RenderedCall)>,
        in_use: &[usize],
        settings: impl Fn(usize, &RenderedCall) -> Option<Preset>,
    ) -> Vec<VendorDetail> {
        let detail = |(vendor, rendered): (usize, RenderedCall)| VendorDetail {
            vendor,
            in_use: in_use.contains(&vendor),
            settings: settings(vendor, &rendered),
            rendered,
        };
        vendors.into_iter().map(detail).collect()
    }
}

impl Deref for VendorDetail {
    type Target = RenderedCall;

    fn deref(&self) -> &RenderedCall {
        &self.rendered
    }
}

/// A call that is being composed.
#[derive(Debug, Clone)]
pub struct ComposedCall {
    /// The result that it would have at each vendor.
    pub vendors: Vec<VendorDetail>,
    /// The engine's detail; its vendors were moved to `vendors`.
    composed: JudgedDraft,
}

impl ComposedCall {
    pub(crate) fn new(mut composed: JudgedDraft) -> ComposedCall {
        let vendors = std::mem::take(&mut composed.vendors);
        let vendors = VendorDetail::all(vendors, &composed.in_use, |_, _| None);
        ComposedCall { vendors, composed }
    }
}

impl Deref for ComposedCall {
    type Target = JudgedDraft;

    fn deref(&self) -> &JudgedDraft {
        &self.composed
    }
}
