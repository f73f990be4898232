//! The result of the second step: everything about one call at one vendor that can be shown.

use crate::findings::{Finding, Verdict};
use crate::vendors::deliver::request_template::RequestTemplate;
use crate::vendors::engine::output_json::OutputJson;
use crate::vendors::table::{FedBy, Fidelity};
use crate::vendors::vendor_info::VendorInfo;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;

/// A request that the vendor would receive.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The method.
    pub method: String,
    /// The URL, with secrets masked.
    pub url: String,
    /// The headers, with secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body, in which each value has its origin; none for a request that carries the call
    /// itself.
    pub body: Option<OutputJson>,
    /// Sentences about the doubtful parts of the request.
    pub caveats: Vec<String>,
    /// The template from which the request is sent ([`crate::vendors::Vendors::delivery`]).
    pub(crate) template: Arc<RequestTemplate>,
}

impl Output {
    /// Returns the origin of each leaf of the body, by output pointer (`from` in the call record).
    pub fn from_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let body = self.body.iter().flat_map(|body| body.from());
        body.map(|(path, origin)| (path, origin.json())).collect()
    }
}

/// The rendering of one call at one vendor.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedCall {
    /// The exactness of the requests: exactly what is sent, or an equivalent.
    pub fidelity: Fidelity,
    /// The verdict.
    pub verdict: Verdict,
    /// The account id that the vendor finds.
    pub account_id: Option<String>,
    /// The user id that the vendor finds.
    pub user_id: Option<String>,
    /// True if the account id is doubtful, and true if the user id is.
    pub doubtful: [bool; 2],
    /// The findings: errors, warnings and infos, each in order of discovery.
    pub findings: Vec<Finding>,
    /// The requests, in the order of sending.
    pub requests: Vec<Output>,
    /// The request that carries the call itself to the vendor.
    pub transport: Option<Output>,
    /// Further parts by name (`aggregation`, `derived`, …).
    pub extras: Vec<(&'static str, OutputJson)>,
}

impl RenderedCall {
    /// Adjusts the result to the service that sent the call. If both services feed the vendor, only
    /// RudderStack is known to send exactly these requests.
    pub fn sent_by(&mut self, is_rudderstack: bool, vendor: &VendorInfo) {
        let exact = self.fidelity == Fidelity::Wire && vendor.fed_by == FedBy::Both;
        if !exact || is_rudderstack {
            return;
        }
        self.fidelity = Fidelity::Equivalent;
        for request in &mut self.requests {
            request.caveats.push(format!(
                "RudderStack makes this request; what reaches {} through Segment is not public",
                vendor.title
            ));
        }
    }
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("url", &self.url)?;
        let headers: serde_json::Map<String, serde_json::Value> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        map.serialize_entry("headers", &headers)?;
        if let Some(body) = &self.body {
            map.serialize_entry("body", body)?;
        }
        map.end()
    }
}

/// The form that `segscope map` prints (`docs/specs/vendors.md` H).
impl Serialize for RenderedCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("requests", &self.requests)?;
        map.serialize_entry("transport", &self.transport)?;
        map.serialize_entry("findings", &self.findings)?;
        for (name, out) in &self.extras {
            map.serialize_entry(name, out)?;
        }
        map.end()
    }
}
