//! Everything about one row, made when someone looks at it.

use crate::call::{Seq, text::visible};
use crate::engine::index::{CallRow, IndexRow, NoCall, RequestRow, TextId};
use crate::engine::rows::call_detail::{self, DetailContext, Extent, JudgeNotes};
use crate::engine::rows::call_fields;
use crate::engine::rows::request_without_calls;
use crate::engine::rows::row_window::request_line;
use crate::engine::rows::views::{CallDetail, RequestDetail, RowDetail};
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::{body_text, head_of};
use crate::engine::{Engine, JudgingState};
use crate::recording::{self, RequestLine, ResponseSource, UpstreamAnswer};
use crate::wire::{self, ParsedRequest, ReadCall, Reply};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the index says of a row, before its line is read.
struct UnreadRow {
    request_at: u32,
    request: RequestRow,
    place: LinePosition,
    call: Option<UnreadCall>,
    /// Why the request has this row.
    no_call: Option<NoCall>,
}

struct UnreadCall {
    seq: Seq,
    row: CallRow,
    /// Account and user; none where the index had no room for the id.
    ids: [Option<Option<String>>; 2],
    missing: Vec<&'static str>,
    /// A different call with its `messageId` came before.
    reused: bool,
}

impl Engine {
    /// Everything about a row; an error if the recording cannot be read there.
    pub fn detail(&self, row: u64) -> Result<Option<RowDetail>, String> {
        self.details(row..row + 1).pop().transpose()
    }

    /// Everything about the rows of a range, as far as they are there. A batch is read once for all
    /// of its calls.
    pub fn details(&self, range: Range<u64>) -> Vec<Result<RowDetail, String>> {
        self.details_of(range)
    }

    /// The same of rows that need not stand together, up to the first that is not there.
    pub fn details_of(
        &self,
        rows: impl IntoIterator<Item = u64>,
    ) -> Vec<Result<RowDetail, String>> {
        self.details_within(rows, Duration::MAX)
    }

    /// The same as far as it gets in a time: what one request carried is always read together, and
    /// what the first one did always.
    pub fn details_within(
        &self,
        rows: impl IntoIterator<Item = u64>,
        patience: Duration,
    ) -> Vec<Result<RowDetail, String>> {
        let began = Instant::now();
        let state = self.lock();
        let halves: Vec<UnreadRow> = rows.into_iter().map_while(|row| half(&state, row)).collect();
        drop(state);
        let mut out = Vec::with_capacity(halves.len());
        let mut scratch = wire::ParseScratch::default();
        for group in halves.chunk_by(|a, b| a.request_at == b.request_at) {
            match request_line(&group[0].place, group[0].request.len) {
                Ok((line, request)) => self.group(group, &line, &request, &mut scratch, &mut out),
                Err(error) => out.extend(group.iter().map(|_| Err(error.clone()))),
            }
            if began.elapsed() >= patience {
                break;
            }
        }
        out
    }

    fn group(
        &self,
        group: &[UnreadRow],
        line: &str,
        request: &RequestLine,
        scratch: &mut wire::ParseScratch,
        out: &mut Vec<Result<RowDetail, String>>,
    ) {
        let mut shared = request_detail(line, request);
        if request.response == ResponseSource::Upstream {
            add_upstream_answer(&mut shared, group[0].place.line_behind(line.len()).as_deref());
        }
        let shared = Arc::new(shared);
        let reading =
            wire::read(&head_of(request), request.request, body_text(line, request), scratch);
        for half in group {
            out.push(match (&half.call, &reading) {
                (None, reading) => {
                    let kind = half.no_call.unwrap_or(NoCall::Other);
                    let detail = request_without_calls::of_request(
                        request,
                        &shared,
                        kind,
                        reading.as_ref().ok(),
                    );
                    Ok(RowDetail::NoCall(Box::new(detail)))
                }
                (Some(_), Err(refusal)) => Err(refusal.to_string()),
                (Some(call), Ok(reading)) => match find_call(reading, request, &call.row) {
                    Some(read) => {
                        Ok(RowDetail::Call(Box::new(self.call(half, call, reading, read, &shared))))
                    }
                    None => Err("the recording holds no call there; was it changed?".to_owned()),
                },
            });
        }
        if let Ok(reading) = reading {
            reading.recycle(scratch);
        }
    }

    fn call(
        &self,
        half: &UnreadRow,
        call: &UnreadCall,
        reading: &ParsedRequest<'_>,
        read: &ReadCall,
        request: &Arc<RequestDetail>,
    ) -> CallDetail {
        let state = self.lock();
        let known = DetailContext {
            vendors: state.eras.at(call.seq),
            memory: &state.index.memory,
            people: &state.index.people,
            in_use: &state.index.in_use,
        };
        let (sender, reused) = (half.request.sender, call.reused);
        let mut event = reading.event(read);
        event.discarded |= reused;
        let made = known.make(&event, (call.seq, sender, request.received_at), Extent::Everything);
        let noted = JudgeNotes {
            seq: call.seq,
            sender,
            repeat: call.row.flags.repeat(),
            reused,
            marked: state.index.remarks.is_marked(call.seq.0),
            missing: call.missing.clone(),
            ids: call.ids.clone(),
        };
        let reported = call_fields::message_id(&event)
            .map(|id| state.index.violations.findings(&id, reading.platform.service()));
        drop(state);
        let mut detail = call_detail::detail(noted, made, reading, read, request);
        detail.common.extend(reported.into_iter().flatten());
        detail
    }
}

fn half(state: &JudgingState, row: u64) -> Option<UnreadRow> {
    let store = &state.index.store;
    let (request_at, call, no_call) = match store.row(row)? {
        IndexRow::NoCall(row) => (row.request, None, Some(row.kind)),
        IndexRow::Call(at) => {
            let call = store.calls.get(at)?;
            (call.request, Some((Seq(state.index.seq_at(at)), *call)), None)
        }
    };
    let request = *store.requests.get(u64::from(request_at))?;
    let text = |id: TextId| store.texts.get(id).map(str::to_owned);
    let call = call.map(|(seq, row)| {
        let (set, in_use) = (store.sets.get(row.set), state.index.in_use.bits(request.sender));
        UnreadCall {
            seq,
            row,
            ids: [row.account, row.user].map(|id| (id != TextId::UNKEPT).then(|| text(id))),
            missing: call_detail::missing(set, in_use),
            reused: call_detail::is_reused(set, state.eras.at(seq)),
        }
    });
    let place = state.recording.place(request.offset)?;
    Some(UnreadRow { request_at, request, place, call, no_call })
}

/// The call of a request that stands where the index says.
pub(crate) fn find_call<'r>(
    reading: &'r ParsedRequest<'_>,
    request: &RequestLine,
    row: &CallRow,
) -> Option<&'r ReadCall> {
    let doc = reading.doc.as_ref()?;
    let body_at = request.body.as_ref().map_or(0, |body| body.start);
    let start = (row.start as usize).checked_sub(body_at)?;
    let at = reading.calls.binary_search_by_key(&start, |call| doc.at(call.node).span().start);
    reading.calls.get(at.ok()?)
}

/// Adds what the upstream answered, as the line behind the request's has it.
fn add_upstream_answer(request: &mut RequestDetail, line: Option<&str>) {
    let answer = line.and_then(|line| UpstreamAnswer::read(line, request.number).ok().flatten());
    if let Some(Ok(with)) = answer.as_ref().map(|answer| &answer.outcome) {
        request.answer = String::from_utf8_lossy(&with.body).into_owned();
    }
    request.upstream = answer;
}

pub(crate) fn request_detail(line: &str, request: &RequestLine) -> RequestDetail {
    let body = match &request.other_body {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => body_text(line, request).to_owned(),
    };
    let answer = match &request.refused {
        // what the upstream answered is in another line, if in any
        Some((code, _)) if code == "upstream_refused" => Reply::json(request.status, ""),
        None if request.response == ResponseSource::Upstream => Reply::json(request.status, ""),
        // HTTP itself refused it, without a body
        Some((code, _)) if code == "bad_http" || request.status == 0 => {
            Reply::json(request.status, "")
        }
        Some((code, message)) => Reply::failure(request.status, code, message),
        None => wire::reply::for_request(&head_of(request), ""),
    };
    let answer = match answer.content_type {
        wire::reply::JSON => String::from_utf8_lossy(&answer.body).into_owned(),
        other => format!("{} bytes of {}", answer.body.len(), visible(other)),
    };
    let headers = request.headers.iter();
    RequestDetail {
        number: request.request,
        method: request.method.clone(),
        path: request.path.clone(),
        // an earlier version recorded more of them as they came
        query: recording::redacted_query(&request.query).into_owned(),
        headers: headers
            .map(|(name, value)| (name.clone(), recording::redacted(name, value).into_owned()))
            .collect(),
        body,
        body_bytes: request.body_bytes,
        status: request.status,
        answer,
        response: request.response,
        upstream: None,
        fault: request.fault.clone(),
        received_at: request.received_at,
        signature: request.signature.clone(),
        is_tls: request.is_tls,
    }
}
