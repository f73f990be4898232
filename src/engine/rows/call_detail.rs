//! Everything about one call, from its request and what is known besides: the same whether an index
//! holds the call or it was met on a batch check.

use crate::call::text::write_excerpt;
use crate::call::time::Millis;
use crate::call::{Event, Seq};
use crate::engine::index::{SenderPlatform, SetInfo};
use crate::engine::judging::user_groups::UserGroups;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::call_fields;
use crate::engine::rows::cross_vendor_fix::{CrossVendorFix, EvaluatedCall};
use crate::engine::rows::views::{CallDetail, RequestDetail};
use crate::findings::{Finding, Id, finding_for_discard};
use crate::vendors::{Memory, RenderedCall, Vendors};
use crate::wire::{self, ParsedRequest, ReadCall, ServiceVerdict};
use std::sync::Arc;

/// The code of a call that the service drops, since a different one had its `messageId`.
pub(crate) const MESSAGE_ID_REUSED: &str = wire::discard::MESSAGE_ID_REUSED;

/// What is known of all calls.
pub(crate) struct DetailContext<'k> {
    /// Those that judged the call.
    pub vendors: &'k Vendors,
    pub memory: &'k Memory,
    pub people: &'k UserGroups,
    pub in_use: &'k InUse,
}

/// What was noted of a call when it was judged.
pub(crate) struct JudgeNotes {
    pub seq: Seq,
    pub sender: SenderPlatform,
    pub repeat: bool,
    /// A different call with its `messageId` came before.
    pub reused: bool,
    pub marked: bool,
    /// The ids that a vendor in use misses.
    pub missing: Vec<&'static str>,
    /// Account and user; none where nobody kept them.
    pub ids: [Option<Option<String>>; 2],
}

/// How much vendors make of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Findings and output.
    Everything,
    /// Neither output nor needs, which a report does not show.
    Findings,
}

/// What the vendors make of a call.
pub(crate) struct VendorResults {
    rendered: Vec<(usize, RenderedCall)>,
    in_use: Vec<usize>,
    told: CrossVendorFix,
    /// What is wrong with the call whichever vendor reads it.
    of_call: Vec<Finding>,
}

impl DetailContext<'_> {
    /// What the vendors make of a call that arrived at a moment.
    pub fn make(
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
        let asked = EvaluatedCall { vendors, memory, event, seq, at, in_use: &in_use, rudder };
        let told = asked.tell(&mut rendered, self.people, extent);
        let of_call = vendors.findings_of_call(event);
        VendorResults { rendered, in_use, told, of_call }
    }
}

/// The names of the ids that vendors in use miss.
pub(crate) fn missing(set: &SetInfo, in_use: u64) -> Vec<&'static str> {
    let ids = [Id::Account, Id::User].into_iter();
    ids.filter(|id| set.strong(*id) & in_use != 0).map(Id::name).collect()
}

/// Whether a different call with the `messageId` of these calls came before.
pub(crate) fn is_reused(set: &SetInfo, vendors: &Vendors) -> bool {
    let code = vendors.codes().find(None, MESSAGE_ID_REUSED);
    code.is_some_and(|code| set.codes.binary_search(&code).is_ok())
}

/// Everything about a call.
pub(crate) fn detail(
    noted: JudgeNotes,
    made: VendorResults,
    reading: &ParsedRequest<'_>,
    read: &ReadCall,
    request: &Arc<RequestDetail>,
) -> CallDetail {
    let event = reading.event(read);
    let VendorResults { rendered, in_use, told, of_call } = made;
    // where nobody kept an id, the first vendor in use that finds one says it
    let found = |pick: fn(&RenderedCall) -> &Option<String>| {
        in_use.iter().find_map(|vendor| pick(&rendered[*vendor].1).clone())
    };
    let [account, user] = noted.ids;
    let library = reading.library(read);
    let service = reading.platform.service();
    let mut common = common(reading, read, request.signature.as_deref());
    common.extend(of_call);
    if noted.reused {
        let mut id = String::new();
        write_excerpt(&mut id, &call_fields::message_id(&event).unwrap_or_default());
        common.insert(
            0,
            finding_for_discard(MESSAGE_ID_REUSED, "/messageId", &[("value", id)], service),
        );
    }
    CallDetail {
        seq: noted.seq,
        kind: call_fields::kind(&event).map(|kind| kind.into_owned()),
        name: call_fields::name(&event, read.kind).map(|name| name.into_owned()),
        message_id: call_fields::message_id(&event).map(|id| id.into_owned()),
        timestamp: call_fields::timestamp(&event).map(|at| at.into_owned()),
        anonymous_id: call_fields::anonymous_id(&event).map(|id| id.into_owned()),
        account_id: account.unwrap_or_else(|| found(|at| &at.account_id)),
        user_id: user.unwrap_or_else(|| found(|at| &at.user_id)),
        missing: noted.missing,
        library: library
            .map(|library| (library.name.into_owned(), library.version.map(|v| v.into_owned()))),
        rudder: noted.sender == SenderPlatform::RudderStack,
        seen_group: told.seen,
        edits: told.edits,
        needs: told.needs,
        group_places: told.group,
        write_key: reading
            .key_of(read)
            .map(|key| key.into_owned())
            .or_else(|| reading.write_key.as_ref().map(|key| key.key.clone())),
        repeat: noted.repeat,
        marked: noted.marked,
        call_text: event.call.raw().to_owned(),
        derived_text: reading.derived_text(read).to_owned(),
        service: ServiceVerdict { service, code: discarded_as(read, noted.reused) },
        common,
        vendors: rendered,
        in_use,
        request: Arc::clone(request),
    }
}

/// Why the service discards a call: the same code of several that the index names. `reused` says
/// that a different call with its `messageId` came before.
pub(crate) fn discarded_as(call: &ReadCall, reused: bool) -> Option<&'static str> {
    let own = call.discards.iter().map(|discard| discard.code);
    wire::discard::first_fatal(own.chain(reused.then_some(MESSAGE_ID_REUSED)))
}

/// What the service itself does with the call, and what is odd about its request.
fn common(reading: &ParsedRequest<'_>, call: &ReadCall, signature: Option<&str>) -> Vec<Finding> {
    let service = reading.platform.service();
    let finding = |discard: &wire::Discard| {
        finding_for_discard(discard.code, &discard.path, &discard.said, service)
    };
    let own = call.discards.iter().map(finding);
    let mut findings: Vec<Finding> = own.collect();
    // what is so about the whole request is said once, with its first call
    if call.index == reading.calls.first().map_or(0, |first| first.index) {
        let code = wire::signature::code(signature);
        findings.extend(code.map(|code| finding_for_discard(code, "", &[], service)));
        findings.extend(reading.whole_discards().map(finding));
    }
    findings
}
