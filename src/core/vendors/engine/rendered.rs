//! The second step's result: everything about one call at one vendor, made to be shown.

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
    /// The address, secrets masked.
    pub url: String,
    /// The headers, secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body, each value with its origin; none for a carrier, whose body is the call itself.
    pub body: Option<OutputJson>,
    /// What is doubtful about it, in sentences.
    pub caveats: Vec<String>,
    /// What it is sent by ([`crate::vendors::Vendors::delivery`]).
    pub(crate) template: Arc<RequestTemplate>,
}

impl Output {
    /// The body's leaves, as output pointer → where it came from (`from` in the call record).
    pub fn from_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let body = self.body.iter().flat_map(|body| body.from());
        body.map(|(path, origin)| (path, origin.json())).collect()
    }
}

/// One call at one vendor.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedCall {
    /// How true the requests are to what the vendor gets.
    pub fidelity: Fidelity,
    /// What becomes of the call.
    pub verdict: Verdict,
    /// The account that the vendor finds.
    pub account_id: Option<String>,
    /// The user that the vendor finds.
    pub user_id: Option<String>,
    /// What a developer should know: errors, warnings, infos, each in order of discovery.
    pub findings: Vec<Finding>,
    /// The requests in sending order.
    pub requests: Vec<Output>,
    /// The request that carries the call itself to the vendor.
    pub transport: Option<Output>,
    /// What else there is to show, by name (`aggregation`, `derived`, …).
    pub extras: Vec<(&'static str, OutputJson)>,
}

impl RenderedCall {
    /// Takes into account who sent the call: a vendor that both services feed gets exactly these
    /// requests from RudderStack only.
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
