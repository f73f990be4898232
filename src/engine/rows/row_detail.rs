//! The detail of a row, which is created when the user or a client asks for it.

use crate::call::{Seq, text::visible};
use crate::engine::index::{CallRow, IndexRow, NoCall, RequestRow, TextId};
use crate::engine::ingest::accept::{FAULT, InjectedFault};
use crate::engine::ingest::forwarded::UPSTREAM_REFUSED;
use crate::engine::ingest::refusal_status::status_of_code;
use crate::engine::rows::call_detail::{self, DetailContext, Extent, JudgeNotes};
use crate::engine::rows::call_fields;
use crate::engine::rows::request_without_calls;
use crate::engine::rows::row_window::request_line;
use crate::engine::rows::views::{CallDetail, RequestDetail, RowDetail};
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::{body_text, head_of, read_calls};
use crate::engine::{Engine, JudgingState};
use crate::recording::{self, RequestLine, ResponseSource, UpstreamAnswer};
use crate::wire::{self, ParsedRequest, ReadCall, Reply};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The data of a row from the index, before the line of its request is read.
struct UnreadRow {
    request_at: u32,
    request: RequestRow,
    place: LinePosition,
    call: Option<UnreadCall>,
    /// The reason why the request has this row; `None` for a call.
    no_call: Option<NoCall>,
}

/// The data of a call from the index.
struct UnreadCall {
    seq: Seq,
    row: CallRow,
    /// The account id and the user id. The outer `None` means that the index had no room for the
    /// id.
    ids: [Option<Option<String>>; 2],
    missing: Vec<&'static str>,
    /// True if a different call with its `messageId` arrived before.
    reused: bool,
}

impl Engine {
    /// Returns the detail of a row.
    ///
    /// # Errors
    /// Fails if the recording cannot be read there.
    pub fn detail(&self, row: u64) -> Result<Option<RowDetail>, String> {
        self.details(row..row + 1).pop().transpose()
    }

    /// Returns the details of the rows of a range, up to the first row that does not exist. A batch
    /// is read once for all of its calls.
    pub fn details(&self, range: Range<u64>) -> Vec<Result<RowDetail, String>> {
        self.details_of(range)
    }

    /// Returns the details of any rows, with `None` for a row that does not exist.
    pub fn details_of_each(&self, rows: &[u64]) -> Vec<Result<Option<RowDetail>, String>> {
        let mut details = Vec::with_capacity(rows.len());
        while details.len() < rows.len() {
            let found = self.details_of(rows[details.len()..].iter().copied());
            details.extend(found.into_iter().map(|detail| detail.map(Some)));
            if details.len() < rows.len() {
                details.push(Ok(None));
            }
        }
        details
    }

    /// Returns the details of any rows, up to the first row that does not exist.
    pub fn details_of(
        &self,
        rows: impl IntoIterator<Item = u64>,
    ) -> Vec<Result<RowDetail, String>> {
        self.details_within(rows, Duration::MAX)
    }

    /// Returns the details of rows that can be read within a time limit. The rows of one request
    /// are always read together, and those of the first request are read in any case.
    pub fn details_within(
        &self,
        rows: impl IntoIterator<Item = u64>,
        time_limit: Duration,
    ) -> Vec<Result<RowDetail, String>> {
        let began = Instant::now();
        let state = self.lock();
        let unread_rows: Vec<UnreadRow> =
            rows.into_iter().map_while(|row| unread_row(&state, row)).collect();
        drop(state);
        let mut out = Vec::with_capacity(unread_rows.len());
        let mut scratch = wire::ParseScratch::default();
        for group in unread_rows.chunk_by(|a, b| a.request_at == b.request_at) {
            match request_line(&group[0].place, group[0].request.len) {
                Ok((line, request)) => {
                    self.push_details(group, &line, &request, &mut scratch, &mut out)
                }
                Err(error) => out.extend(group.iter().map(|_| Err(error.clone()))),
            }
            if began.elapsed() >= time_limit {
                break;
            }
        }
        out
    }

    /// Adds the details of the rows of one request to `out`.
    fn push_details(
        &self,
        group: &[UnreadRow],
        line: &str,
        request: &RequestLine,
        scratch: &mut wire::ParseScratch,
        out: &mut Vec<Result<RowDetail, String>>,
    ) {
        let mut shared = request_detail(line, request);
        if matches!(request.response, ResponseSource::Upstream | ResponseSource::Archived) {
            add_upstream_answer(&mut shared, group[0].place.line_behind(line.len()).as_deref());
        }
        if request.refused.is_none() {
            shared.mirror_failure = self.mirroring.given_up_requests().failure_of(request.request);
        }
        let shared = Arc::new(shared);
        let reading = read_calls(line, request, scratch);
        for unread in group {
            out.push(match (&unread.call, &reading) {
                (None, reading) => {
                    let kind = unread.no_call.unwrap_or(NoCall::Other);
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
                    Some(read) => Ok(RowDetail::Call(Box::new(
                        self.call(unread, call, reading, read, &shared),
                    ))),
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
        unread: &UnreadRow,
        call: &UnreadCall,
        reading: &ParsedRequest<'_>,
        read: &ReadCall,
        request: &Arc<RequestDetail>,
    ) -> CallDetail {
        let state = self.lock();
        let context = DetailContext {
            vendors: state.eras.at(call.seq),
            memory: &state.index.memory,
            people: &state.index.people,
            in_use: &state.index.in_use,
        };
        let (sender, reused) = (unread.request.sender, call.reused);
        let mut event = reading.event(read);
        event.discarded |= reused;
        let results =
            context.evaluate(&event, (call.seq, sender, request.received_at), Extent::Everything);
        let notes = JudgeNotes {
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
        let mut detail = call_detail::detail(notes, results, reading, read, request);
        detail.common.extend(reported.into_iter().flatten());
        detail
    }
}

/// Copies the data of a row from the index.
fn unread_row(state: &JudgingState, row: u64) -> Option<UnreadRow> {
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

/// Finds a call in its request by the position that the index has.
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

/// Adds the response of the upstream, which is in the line after that of the request.
fn add_upstream_answer(request: &mut RequestDetail, line: Option<&str>) {
    let answer = line.and_then(|line| UpstreamAnswer::read(line, request.number).ok().flatten());
    if let Some(Ok(with)) = answer.as_ref().map(|answer| &answer.outcome) {
        request.answer = String::from_utf8_lossy(&with.body).into_owned();
    }
    request.upstream = answer;
}

/// Returns the response of segscope's own that a fault put in the place of another.
fn response_of_fault(request: &RequestLine) -> Option<Reply> {
    let text = request.fault.as_deref().filter(|_| request.response == ResponseSource::Own)?;
    let own = match &request.refused {
        None => 200,
        Some((code, _)) => status_of_code(code)?,
    };
    match request.status {
        status if status == own => None,
        0 => Some(Reply::json(0, "")),
        status => {
            let fault = InjectedFault { text, status: Some(status) };
            Some(Reply::failure(status, FAULT, &fault.message()))
        }
    }
}

/// Returns the detail of a request.
pub(crate) fn request_detail(line: &str, request: &RequestLine) -> RequestDetail {
    let body = match &request.other_body {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => body_text(line, request).to_owned(),
    };
    let answer = match &request.refused {
        // no response is known of an object of a file
        _ if request.method.is_empty() => Reply::json(request.status, ""),
        // the archive's response is in another line
        _ if request.response == ResponseSource::Archived => Reply::json(request.status, ""),
        // the response of the upstream, if recorded, is in another line
        Some((code, _)) if code == UPSTREAM_REFUSED => Reply::json(request.status, ""),
        None if request.response == ResponseSource::Upstream => Reply::json(request.status, ""),
        // the HTTP parser refused it without a response body
        Some((code, _)) if code == "bad_http" || request.status == 0 => {
            Reply::json(request.status, "")
        }
        Some((code, message)) => Reply::failure(request.status, code, message),
        None => wire::reply::for_request(&head_of(request), ""),
    };
    let answer = response_of_fault(request).unwrap_or(answer);
    let answer = match answer.content_type {
        wire::reply::JSON => String::from_utf8_lossy(&answer.body).into_owned(),
        other => format!("{} bytes of {}", answer.body.len(), visible(other)),
    };
    let headers = request.headers.iter();
    RequestDetail {
        number: request.request,
        method: request.method.clone(),
        path: request.path.clone(),
        // earlier versions redacted fewer parameters when recording
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
        excerpt: request.excerpt.clone(),
        mirror_failure: None,
    }
}
