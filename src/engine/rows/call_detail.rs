//! Creates the detail of a call from its request and the results of judging. It is the same for a
//! call in the index and for a call of a batch check.

use crate::call::text::write_excerpt;
use crate::call::time::{Millis, NO_TIME};
use crate::call::{Event, Seq};
use crate::engine::index::{SenderPlatform, SetInfo};
use crate::engine::judging::user_groups::UserGroups;
use crate::engine::judging::vendors_in_use::{IdPrecedence, InUse};
use crate::engine::rows::call_fields;
use crate::engine::rows::cross_vendor_fix::{CrossVendorFix, EvaluatedCall};
use crate::engine::rows::views::{CallDetail, RequestDetail};
use crate::findings::fixes::service_fix;
use crate::findings::{Finding, Id, finding_for_discard};
use crate::vendors::{Memory, RenderedCall, Vendors};
use crate::wire::{self, ParsedRequest, ReadCall, ServiceVerdict};
use std::sync::Arc;

/// The code for a call that the service discards because a different call had its `messageId`.
pub(crate) const MESSAGE_ID_REUSED: &str = wire::discard::MESSAGE_ID_REUSED;

/// The state from which the detail of a call is created.
pub(crate) struct DetailContext<'k> {
    /// The vendors with the settings with which the call was judged.
    pub vendors: &'k Vendors,
    pub memory: &'k Memory,
    pub people: &'k UserGroups,
    pub in_use: &'k InUse,
}

/// The results of judging a call.
pub(crate) struct JudgeNotes {
    pub seq: Seq,
    pub sender: SenderPlatform,
    pub repeat: bool,
    /// True if a different call with its `messageId` arrived before.
    pub reused: bool,
    pub marked: bool,
    /// The ids that a vendor in use misses.
    pub missing: Vec<&'static str>,
    /// The account id and the user id. The outer `None` means that the id was not kept.
    pub ids: [Option<Option<String>>; 2],
}

/// The amount of detail that is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Findings, outputs and needs.
    Everything,
    /// Findings only. A report shows no outputs and no needs.
    Findings,
}

/// The results of a call at all vendors.
pub(crate) struct VendorResults {
    rendered: Vec<(usize, RenderedCall)>,
    in_use: Vec<usize>,
    fixes: CrossVendorFix,
    /// The findings that do not depend on a vendor.
    common: Vec<Finding>,
}

impl DetailContext<'_> {
    /// Evaluates a call, which arrived at the time `at`, at all vendors.
    pub fn evaluate(
        &self,
        event: &Event<'_>,
        (seq, sender, at): (Seq, SenderPlatform, Millis),
        extent: Extent,
    ) -> VendorResults {
        let vendors = self.vendors;
        let has_output = extent == Extent::Everything;
        let rendered = vendors.render_each(event, seq, self.memory, has_output);
        let mut rendered: Vec<(usize, RenderedCall)> = rendered.into_iter().enumerate().collect();
        for (vendor, rendered) in &mut rendered {
            rendered.sent_by(sender == SenderPlatform::RudderStack, vendors.info(*vendor));
        }
        let in_use: Vec<usize> = self.in_use.ordered(sender).collect();
        let (memory, rudder) = (self.memory, sender == SenderPlatform::RudderStack);
        let call = EvaluatedCall { vendors, memory, event, seq, at, in_use: &in_use, rudder };
        let fixes = call.complete_findings(&mut rendered, self.people, extent);
        let common = vendors.findings_of_call(event);
        VendorResults { rendered, in_use, fixes, common }
    }
}

/// Returns the names of the ids that vendors in use miss.
pub(crate) fn missing(set: &SetInfo, in_use: u64) -> Vec<&'static str> {
    let ids = [Id::Account, Id::User].into_iter();
    ids.filter(|id| set.strong(*id) & in_use != 0).map(Id::name).collect()
}

/// Returns whether a different call with the same `messageId` arrived before the calls with these
/// findings.
pub(crate) fn is_reused(set: &SetInfo, vendors: &Vendors) -> bool {
    let code = vendors.codes().find(None, MESSAGE_ID_REUSED);
    code.is_some_and(|code| set.codes.binary_search(&code).is_ok())
}

/// Returns the words about the time between a call that arrived at `arrival` and the earlier call
/// with its `messageId`.
fn words_about_arrival(arrival: Option<Millis>) -> Vec<(&'static str, String)> {
    match arrival.filter(|at| *at != NO_TIME) {
        Some(_) => {
            let within = " within about 24 hours, as far as their times are known";
            vec![("within", within.to_owned())]
        }
        None => {
            let unknown = "; when this one arrived is not known";
            let if_within = format!(" if both arrived within about 24 hours{unknown}");
            vec![("if_within", if_within), ("unknown", unknown.to_owned())]
        }
    }
}

/// Creates the detail of a call.
pub(crate) fn detail(
    notes: JudgeNotes,
    results: VendorResults,
    reading: &ParsedRequest<'_>,
    read: &ReadCall,
    request: &Arc<RequestDetail>,
) -> CallDetail {
    let event = reading.event(read);
    let VendorResults { rendered, in_use, fixes, common: of_call } = results;
    // an id that was not kept is found as it was when the call was judged
    let found = |id: usize| {
        let ids = in_use.iter().enumerate().filter_map(|(rank, vendor)| {
            let rendered = &rendered[*vendor].1;
            let text = [&rendered.account_id, &rendered.user_id][id].as_ref()?;
            Some((IdPrecedence::new(rendered.doubtful[id], rank), text))
        });
        ids.min().map(|(_, text)| text.clone())
    };
    let [account, user] = notes.ids;
    let library = reading.library(read);
    let service = reading.platform.service();
    let mut common = service_findings(reading, read, request.signature.as_deref());
    for finding in &mut common {
        if let Some(fix) = service_fix(finding, &fixes.edits) {
            finding.fix = fix;
        }
    }
    common.extend(of_call);
    if notes.reused {
        let mut id = String::new();
        write_excerpt(&mut id, &call_fields::message_id(&event).unwrap_or_default());
        let mut values = vec![("value", id)];
        values.extend(words_about_arrival(read.received_at));
        common.insert(0, finding_for_discard(MESSAGE_ID_REUSED, "/messageId", &values, service));
    }
    CallDetail {
        seq: notes.seq,
        kind: call_fields::kind(&event).map(|kind| kind.into_owned()),
        name: call_fields::name(&event, read.kind).map(|name| name.into_owned()),
        message_id: call_fields::message_id(&event).map(|id| id.into_owned()),
        timestamp: call_fields::timestamp(&event).map(|at| at.into_owned()),
        anonymous_id: call_fields::anonymous_id(&event).map(|id| id.into_owned()),
        account_id: account.unwrap_or_else(|| found(0)),
        user_id: user.unwrap_or_else(|| found(1)),
        missing: notes.missing,
        library: library
            .map(|library| (library.name.into_owned(), library.version.map(|v| v.into_owned()))),
        rudder: notes.sender == SenderPlatform::RudderStack,
        seen_group: fixes.seen,
        edits: fixes.edits,
        needs: fixes.needs,
        group_places: fixes.group,
        write_key: reading
            .key_of(read)
            .map(|key| key.into_owned())
            .or_else(|| reading.write_key.as_ref().map(|key| key.key.clone())),
        repeat: notes.repeat,
        marked: notes.marked,
        call_text: event.call.raw().to_owned(),
        derived_text: reading.derived_text(read).to_owned(),
        service: ServiceVerdict { service, code: discarded_as(read, notes.reused) },
        common,
        vendors: rendered,
        in_use,
        request: Arc::clone(request),
    }
}

/// Returns the code for which the service discards a call. If there are several, it is the one that
/// the index names too. `reused` is true if a different call with its `messageId` arrived before.
pub(crate) fn discarded_as(call: &ReadCall, reused: bool) -> Option<&'static str> {
    let own = call.discards.iter().map(|discard| discard.code);
    wire::discard::first_fatal(own.chain(reused.then_some(MESSAGE_ID_REUSED)))
}

/// Returns the findings of the service about a call and, with the first call of a request, about
/// the request.
fn service_findings(
    reading: &ParsedRequest<'_>,
    call: &ReadCall,
    signature: Option<&str>,
) -> Vec<Finding> {
    let service = reading.platform.service();
    let finding = |discard: &wire::Discard| {
        finding_for_discard(discard.code, &discard.path, &discard.said, service)
    };
    let own = call.discards.iter().map(finding);
    let mut findings: Vec<Finding> = own.collect();
    // findings about the whole request are reported once, with its first call
    if call.index == reading.calls.first().map_or(0, |first| first.index) {
        let code = wire::signature::code(signature);
        findings.extend(code.map(|code| finding_for_discard(code, "", &[], service)));
        findings.extend(reading.whole_discards().map(finding));
    }
    findings
}
