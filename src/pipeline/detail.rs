//! Everything about one row, made when someone looks at it.

use super::replay::{body_text, head_of};
use super::window::request_line;
use super::{
    CallDetail, Detail, Pipeline, RefusedDetail, RequestDetail, SeenGroup, fields, index, refused,
};
use crate::call::{Seq, text::visible, time::Millis};
use crate::findings::{Finding, Id, finding_for_discard};
use crate::journal::RequestLine;
use crate::store::{Row, Store, TextId};
use crate::vendors::Rendered;
use crate::wire::{self, Reply};

impl Pipeline {
    /// Everything about a row; an error if the recording cannot be read there.
    pub fn detail(&self, row: u64) -> Result<Option<Detail>, String> {
        let state = self.lock();
        let store = &state.index.store;
        let Some(what) = store.row(row) else { return Ok(None) };
        let (request_at, call) = match what {
            Row::Refused(request) => (request, None),
            Row::Call(at) => {
                let Some(call) = store.calls.get(at) else { return Ok(None) };
                (call.request, Some((Seq(at + 1), *call)))
            }
        };
        let Some(request) = store.requests.get(u64::from(request_at)).copied() else {
            return Ok(None);
        };
        let Some(place) = state.recording.place(request.offset) else { return Ok(None) };
        let write_key = store.texts.get(request.write_key).map(str::to_owned);
        let ids = call.map(|(_, call)| {
            [call.account, call.user]
                .map(|id| (id != TextId::UNKEPT).then(|| store.texts.get(id).map(str::to_owned)))
        });
        let missing = call.map(|(_, call)| {
            let (set, in_use) = (store.sets.get(call.set), state.index.in_use.bits(request.sender));
            [Id::Account, Id::User]
                .into_iter()
                .filter(|id| set.strong(*id) & in_use != 0)
                .map(Id::name)
                .collect()
        });
        drop(state);
        let (line, request) = request_line(&place, request.len)?;
        let Some(((seq, call), missing)) = call.zip(missing) else {
            return Ok(Some(Detail::Refused(Box::new(refused_detail(&line, &request)))));
        };
        let mut scratch = wire::Scratch::default();
        let reading = wire::read(
            &head_of(&request),
            request.request,
            body_text(&line, &request),
            &mut scratch,
        )
        .map_err(|refusal| refusal.to_string())?;
        let nth = usize::from(call.nth);
        let read = reading
            .calls
            .get(nth)
            .ok_or("the recording holds fewer calls there than when it was read")?;
        let event = reading.event(read);
        let state = self.lock();
        let rendered: Vec<(usize, Rendered)> = (0..self.vendors.len())
            .map(|vendor| (vendor, self.vendors.render(vendor, &event, seq, &state.index.memory)))
            .collect();
        let in_use: Vec<usize> =
            state.index.in_use.ordered(index::sender(reading.platform)).collect();
        let lacks = |vendor: &usize| {
            rendered[*vendor].1.findings.iter().any(|finding| finding.lacks() == Some(Id::Account))
        };
        let seen_group =
            state.index.people.before(&event, seq).filter(|_| in_use.iter().any(lacks)).map(
                |(at, group)| SeenGroup {
                    group_id: group.to_owned(),
                    seq: at.0,
                    ms_before: received_at(&state.index.store, at)
                        .map_or(0, |then| request.received_at - then),
                },
            );
        drop(state);
        // where the index had no room for an id, the first vendor in use that finds one says it
        let found = |pick: fn(&Rendered) -> &Option<String>| {
            in_use.iter().find_map(|vendor| pick(&rendered[*vendor].1).clone())
        };
        let [account, user] = ids.unwrap_or([None, None]);
        Ok(Some(Detail::Call(Box::new(CallDetail {
            seq,
            kind: fields::kind(&event).map(|kind| kind.into_owned()),
            name: fields::name(&event, read.kind).map(|name| name.into_owned()),
            message_id: fields::message_id(&event).map(|id| id.into_owned()),
            timestamp: fields::timestamp(&event).map(|at| at.into_owned()),
            anonymous_id: fields::anonymous_id(&event).map(|id| id.into_owned()),
            account_id: account.unwrap_or_else(|| found(|at| &at.account_id)),
            user_id: user.unwrap_or_else(|| found(|at| &at.user_id)),
            missing,
            library: reading.library(read).map(|library| {
                (library.name.into_owned(), library.version.map(|v| v.into_owned()))
            }),
            rudder: reading.platform == wire::Platform::RudderStack,
            seen_group,
            write_key: reading.key_of(read).map(|key| key.into_owned()).or(write_key),
            repeat: call.flags.repeat,
            call_text: event.call.raw().to_owned(),
            derived_text: reading.derived_text(read).to_owned(),
            common: common(&reading, read, request.signature.as_deref()),
            vendors: rendered,
            in_use,
            request: request_detail(&line, &request),
        }))))
    }
}

/// When a call arrived.
fn received_at(store: &Store, seq: Seq) -> Option<Millis> {
    let call = store.calls.get(seq.0.checked_sub(1)?)?;
    store.requests.get(u64::from(call.request)).map(|request| request.received_at)
}

/// What Segment itself does with the call, and what is odd about its request.
fn common(
    reading: &wire::Reading<'_>,
    call: &wire::ReadCall,
    signature: Option<&str>,
) -> Vec<Finding> {
    let own = call.discards.iter().map(|discard| finding_for_discard(discard.code, &discard.path));
    let mut findings: Vec<Finding> = own.collect();
    // what is so about the whole request is said once, with its first call
    if call.index == reading.calls.first().map_or(0, |first| first.index) {
        let code = wire::signature::code(signature);
        findings.extend(code.map(|code| finding_for_discard(code, "")));
        findings.extend(
            reading.discards.iter().map(|discard| finding_for_discard(discard.code, &discard.path)),
        );
    }
    findings
}

fn refused_detail(line: &str, request: &RequestLine) -> RefusedDetail {
    let (code, message) = request.refused.clone().unwrap_or_default();
    RefusedDetail {
        fix: refused::fix(request.status, &code, &message),
        reason: message,
        request: request_detail(line, request),
    }
}

fn request_detail(line: &str, request: &RequestLine) -> RequestDetail {
    let body = match &request.other_body {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => body_text(line, request).to_owned(),
    };
    let answer = match &request.refused {
        Some((code, message)) => Reply::failure(request.status, code, message),
        None => wire::reply::of(&head_of(request), "", false),
    };
    let answer = match answer.content_type {
        wire::reply::JSON => String::from_utf8_lossy(&answer.body).into_owned(),
        other => format!("{} bytes of {}", answer.body.len(), visible(other)),
    };
    RequestDetail {
        number: request.request,
        method: request.method.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        headers: request.headers.clone(),
        body,
        body_bytes: request.body_bytes,
        status: request.status,
        answer,
        received_at: request.received_at,
        signature: request.signature.clone(),
    }
}
