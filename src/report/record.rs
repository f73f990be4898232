//! The call record: the only JSON form of a captured call (`tail`, `check`, the HTTP view, exports).
//! Fields are only ever added to it.

use crate::call::time;
use crate::engine::{CallDetail, JudgedDraft, MirrorFailure, SeenGroup};
use crate::findings::fixes::SnippetAudience;
use crate::findings::{Finding, Headline, Id};
use crate::vendors::{RenderedCall, Vendors};
use crate::wire::ServiceVerdict;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

#[derive(serde::Serialize)]
struct CallRecord<'a> {
    seq: u64,
    request: u64,
    /// Null if the call comes from a file and has no time.
    received_at: Option<String>,
    path: &'a str,
    write_key: Option<&'a str>,
    library: Option<LibraryRecord<'a>>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    name: Option<&'a str>,
    message_id: Option<&'a str>,
    timestamp: Option<&'a str>,
    account_id: Option<&'a str>,
    user_id: Option<&'a str>,
    anonymous_id: Option<&'a str>,
    service: ServiceVerdict,
    missing: &'a [&'static str],
    findings: Vec<FindingRecord<'a>>,
    vendors: OutcomeRecords<'a>,
    repeat: bool,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'a str>,
    /// Why its request was not delivered to the mirror's target; null if it is not known whether it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    undelivered: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_group: Option<&'a SeenGroup>,
    /// The corrected call, if an id is missing or doubtful.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix_language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix_snippet: Option<String>,
    derived: Box<RawValue>,
    call: Box<RawValue>,
}

#[derive(serde::Serialize)]
struct LibraryRecord<'a> {
    name: &'a str,
    version: Option<&'a str>,
}

/// Returns the call record of a call, on one line. It contains the vendors at the places `shown`.
pub fn call_record(call: &CallDetail, vendors: &Vendors, shown: &[usize]) -> String {
    let outcomes = OutcomeRecords::new(&call.vendors, vendors, shown, &call.in_use);
    let fix = call.correction(SnippetAudience::Owner);
    let fix = fix.as_ref();
    let record = CallRecord {
        seq: call.seq.0,
        request: call.request.number,
        received_at: time::format_known(call.request.received_at),
        path: &call.request.path,
        write_key: call.write_key.as_deref(),
        library: call
            .library
            .as_ref()
            .map(|(name, version)| LibraryRecord { name, version: version.as_deref() }),
        kind: call.kind.as_deref(),
        name: call.name.as_deref(),
        message_id: call.message_id.as_deref(),
        timestamp: call.timestamp.as_deref(),
        account_id: call.account_id.as_deref(),
        user_id: call.user_id.as_deref(),
        anonymous_id: call.anonymous_id.as_deref(),
        service: call.service,
        missing: &call.missing,
        findings: outcomes.findings(&call.common),
        vendors: outcomes,
        repeat: call.repeat,
        status: call.request.status,
        signature: call.request.signature.as_deref(),
        fault: call.request.fault.as_deref(),
        undelivered: call.request.mirror_failure.as_ref().map(|failure| match failure {
            MirrorFailure::GivenUp(reason) => Some(reason.as_str()),
            MirrorFailure::Unknown => None,
        }),
        seen_group: call.seen_group.as_ref(),
        fix_language: fix.map(|fix| fix.snippet.language),
        fix_snippet: fix.map(|fix| fix.snippet.text()),
        derived: raw(&call.derived_text),
        call: raw(&call.call_text),
    };
    serde_json::to_string(&record).expect("a record always has a JSON form")
}

#[derive(serde::Serialize)]
struct DraftRecord<'a> {
    service: ServiceVerdict,
    missing: Vec<&'static str>,
    findings: Vec<FindingRecord<'a>>,
    vendors: OutcomeRecords<'a>,
}

/// Returns the results of a call that was not sent, in the form of a call record.
pub fn draft_record(draft: &JudgedDraft, vendors: &Vendors, shown: &[usize]) -> String {
    let outcomes = OutcomeRecords::new(&draft.vendors, vendors, shown, &draft.in_use);
    let in_use = draft.vendors.iter().filter(|(vendor, _)| draft.in_use.contains(vendor));
    let headlines: Vec<Headline> = in_use
        .flat_map(|(_, rendered)| &rendered.findings)
        .filter_map(|finding| finding.headline)
        .collect();
    let is_missing = |id: &Id| headlines.contains(&Headline::Strong(*id));
    let record = DraftRecord {
        service: draft.service,
        missing: [Id::Account, Id::User].into_iter().filter(is_missing).map(Id::name).collect(),
        findings: outcomes.findings(&draft.common),
        vendors: outcomes,
    };
    serde_json::to_string(&record).expect("a record always has a JSON form")
}

#[derive(serde::Serialize)]
struct OutputRecord<'a> {
    seq: u64,
    vendor: &'a str,
    #[serde(flatten)]
    outcome: OutcomeRecord<'a>,
    findings: &'a [Finding],
}

/// Returns the result of a call at one vendor: its entry in the call record, with its findings.
pub fn output_record(call: &CallDetail, vendors: &Vendors, vendor: usize) -> String {
    let rendered = call.vendors.iter().find(|(at, _)| *at == vendor).map(|(_, rendered)| rendered);
    let record = rendered.map(|rendered| OutputRecord {
        seq: call.seq.0,
        vendor: &vendors.info(vendor).name,
        outcome: OutcomeRecord { rendered, in_use: call.in_use.contains(&vendor) },
        findings: &rendered.findings,
    });
    serde_json::to_string(&record).expect("a record always has a JSON form")
}

/// Returns a JSON text on one line, otherwise unchanged.
fn raw(text: &str) -> Box<RawValue> {
    // in JSON, line ends occur only between tokens, so replacing them by spaces changes no value
    let line = text.replace(['\n', '\r'], " ");
    RawValue::from_string(line).expect("it was read as JSON")
}

struct OutcomeRecords<'a> {
    vendors: &'a Vendors,
    of: Vec<(usize, OutcomeRecord<'a>)>,
}

impl<'a> OutcomeRecords<'a> {
    /// Selects the results of the vendors at the places `shown`.
    fn new(
        all: &'a [(usize, RenderedCall)],
        vendors: &'a Vendors,
        shown: &[usize],
        in_use: &[usize],
    ) -> OutcomeRecords<'a> {
        let shown = all.iter().filter(|(vendor, _)| shown.contains(vendor));
        let outcome = |(vendor, rendered): &'a (usize, RenderedCall)| {
            (*vendor, OutcomeRecord { rendered, in_use: in_use.contains(vendor) })
        };
        OutcomeRecords { vendors, of: shown.map(outcome).collect() }
    }

    /// Returns the findings of the call itself and of these vendors, the worst first.
    fn findings(&self, common: &'a [Finding]) -> Vec<FindingRecord<'a>> {
        let own = self.of.iter().flat_map(|(_, outcome)| {
            let findings = outcome.rendered.findings.iter();
            findings.map(|finding| FindingRecord { finding, in_use: outcome.in_use })
        });
        let common = common.iter().map(|finding| FindingRecord { finding, in_use: true });
        let mut findings: Vec<FindingRecord<'_>> = common.chain(own).collect();
        findings.sort_by_key(|record| record.finding.severity);
        findings
    }
}

impl Serialize for OutcomeRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.of.len()))?;
        for (vendor, outcome) in &self.of {
            map.serialize_entry(&self.vendors.info(*vendor).name, outcome)?;
        }
        map.end()
    }
}

/// A finding of a call record. One of a vendor that is not in use for the call counts nowhere, and
/// has the member `in_use` to say so.
struct FindingRecord<'a> {
    finding: &'a Finding,
    in_use: bool,
}

impl Serialize for FindingRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct NotInUse<'a> {
            #[serde(flatten)]
            finding: &'a Finding,
            in_use: bool,
        }
        match self.in_use {
            true => self.finding.serialize(serializer),
            false => NotInUse { finding: self.finding, in_use: false }.serialize(serializer),
        }
    }
}

struct OutcomeRecord<'a> {
    rendered: &'a RenderedCall,
    /// Whether the vendor counts for the call: it is chosen, or the call's service feeds it.
    in_use: bool,
}

impl Serialize for OutcomeRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rendered = self.rendered;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", &rendered.verdict)?;
        map.serialize_entry("in_use", &self.in_use)?;
        map.serialize_entry("account_id", &rendered.account_id)?;
        map.serialize_entry("user_id", &rendered.user_id)?;
        map.serialize_entry("requests", &rendered.requests)?;
        map.serialize_entry("transport", &rendered.transport)?;
        for (name, out) in &rendered.extras {
            map.serialize_entry(name, out)?;
        }
        let from: Vec<_> = rendered.requests.iter().map(|request| request.from_json()).collect();
        map.serialize_entry("from", &from)?;
        map.serialize_entry("fidelity", &rendered.fidelity)?;
        let caveats: Vec<_> = rendered.requests.iter().map(|request| &request.caveats).collect();
        if caveats.iter().any(|caveats| !caveats.is_empty()) {
            map.serialize_entry("caveats", &caveats)?;
        }
        map.end()
    }
}
