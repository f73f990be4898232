//! The two steps of checking a call: judging every call in order, and rendering the output of one
//! call when it is shown.

use crate::call::{Event, Seq, time::Millis};
use crate::findings::Verdict;
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::deliver::address;
use crate::vendors::deliver::request_template::RequestTemplate;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::evaluation::{Evaluation, FoundId, Rendering};
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::engine::rendered::{Output, RenderedCall};
use crate::vendors::engine::run_rules::{run, settle};
use crate::vendors::look_plan::Scratch;
use crate::vendors::memory::vendor_record::VendorRecord;
use crate::vendors::memory::{Memory, VendorMemory};
use crate::vendors::rules::LearnedFacts;
use crate::vendors::vendor::{Carrier, Caveat, Vendor, slot};
use std::cell::Cell;
use std::sync::Arc;

/// The result of the first step for one call. It is small, and its buffers are reused for the next
/// call.
#[derive(Debug, Default)]
pub struct Judgement {
    /// The finding codes of the call, the plan and all vendors, in this order, each once.
    pub codes: Vec<CodeId>,
    /// The verdict of each vendor, in the order of the vendors.
    pub vendors: Vec<VendorVerdict>,
    text: String,
    found: Vec<CodeId>,
    scratch: Scratch,
    lessons: LearnedFacts,
}

thread_local! {
    /// The buffers of the last call that this thread rendered, reused for the next one, because
    /// `check` renders every call.
    static SCRATCH: Cell<Scratch> = const { Cell::new(Scratch::new()) };
}

/// The result of judging a call at one vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorVerdict {
    /// The verdict.
    pub verdict: Verdict,
    account: Option<(u32, u32)>,
    user: Option<(u32, u32)>,
    /// True if the account id is used but looks wrong: a number, or a missing value that became
    /// text.
    pub account_doubtful: bool,
    /// True if the user id is used but looks wrong in the same way.
    pub user_doubtful: bool,
    /// True if the vendor's memory was full before this call, so that findings that depend on it
    /// may be wrong.
    pub uncertain: bool,
}

impl VendorVerdict {
    /// Returns the account id and the user id. `text` must be the text that they were written to.
    pub(crate) fn ids<'t>(&self, text: &'t str) -> [Option<&'t str>; 2] {
        let part = |(start, end): (u32, u32)| &text[start as usize..end as usize];
        [self.account.map(part), self.user.map(part)]
    }
}

impl Judgement {
    /// Returns the account id that a vendor found.
    pub fn account(&self, vendor: usize) -> Option<&str> {
        self.text(self.vendors.get(vendor)?.account)
    }

    /// Returns the user id that a vendor found.
    pub fn user(&self, vendor: usize) -> Option<&str> {
        self.text(self.vendors.get(vendor)?.user)
    }

    fn text(&self, span: Option<(u32, u32)>) -> Option<&str> {
        span.map(|(start, end)| &self.text[start as usize..end as usize])
    }
}

/// A session that was closed because no call came for too long, with its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlushedSession {
    /// The index of the vendor.
    pub vendor: usize,
    /// The record that the vendor estimates.
    pub record: VendorRecord,
}

impl Vendors {
    /// Runs step 1: judges a call at each vendor, and adds the facts that it teaches to their
    /// memory. The caller judges every call once, in order of arrival. Vendors learn nothing from a
    /// call that the service discards.
    pub fn judge(
        &self,
        event: &Event<'_>,
        seq: Seq,
        memory: &mut Memory,
        judgement: &mut Judgement,
    ) {
        let Judgement { codes, vendors, text, found, scratch, lessons } = judgement;
        codes.clear();
        vendors.clear();
        text.clear();
        scratch.read(&self.keys, event);
        let view = self.view(event, scratch);
        codes.extend(self.codes_of_call(&view).into_iter().flatten());
        codes.extend(self.codes.of_plan(self.plan_outcome(event)));
        for (vendor, memory) in self.vendors.iter().zip(&mut memory.vendors) {
            found.clear();
            let mut buffers = JudgeScratch { text: Some(text), found, lessons };
            let judged = self.judge_one(vendor, &view, seq, memory, &mut buffers);
            codes.extend_from_slice(found);
            vendors.push(judged);
        }
    }

    pub(crate) fn judge_one(
        &self,
        vendor: &Vendor,
        view: &CallView<'_>,
        seq: Seq,
        memory: &mut VendorMemory,
        buffers: &mut JudgeScratch<'_>,
    ) -> VendorVerdict {
        let VendorMemory { facts, notes, state } = memory;
        buffers.lessons.clear();
        // the evaluation ends with a block, because passing it to `drop` would copy it first
        let judged = {
            let mut evaluation = Evaluation::new(view, vendor, &self.codes, facts, seq);
            evaluation.found = std::mem::take(buffers.found);
            run(&mut evaluation);
            settle(&mut evaluation);
            let teaches = evaluation.goes_through() || evaluation.kept > 0;
            if let Some(rules) = vendor.rules.as_ref().filter(|_| teaches) {
                rules.learn(&evaluation, buffers.lessons);
                if let Some(state) = state.as_mut().filter(|_| evaluation.goes_through())
                    && let Some(note) = rules.step(&evaluation, state)
                    && notes.keep(seq, &note)
                {
                    evaluation.found.extend(note.codes);
                    evaluation.found.sort_unstable();
                }
            }
            let judged = VendorVerdict {
                verdict: evaluation.verdict(),
                account: span(&mut buffers.text, evaluation.account.as_ref()),
                user: span(&mut buffers.text, evaluation.user.as_ref()),
                account_doubtful: evaluation.account.as_ref().is_some_and(FoundId::doubtful),
                user_doubtful: evaluation.user.as_ref().is_some_and(FoundId::doubtful),
                uncertain: evaluation.facts.full_since().is_some_and(|since| since < seq),
            };
            *buffers.found = std::mem::take(&mut evaluation.found);
            judged
        };
        for (topic, key, value) in buffers.lessons.iter() {
            facts.learn(topic, key, value, seq);
        }
        judged
    }

    /// Runs step 2: renders a call at one vendor. The result depends on nothing else, and `memory`
    /// may also have seen later calls, but it must have seen the calls before `seq`. A call that is
    /// only composed has no number; the caller gives it one after all calls.
    pub fn render(
        &self,
        vendor: usize,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> RenderedCall {
        self.look_at(event, |view| render(self.evaluation(vendor, view, seq, memory), memory, true))
    }

    /// Runs step 2 at every vendor. Without `has_output`, it renders only the parts that a report
    /// needs, in a third less time.
    pub fn render_each(
        &self,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
        has_output: bool,
    ) -> Vec<RenderedCall> {
        self.look_at(event, |view| {
            let vendors = 0..self.vendors.len();
            vendors
                .map(|vendor| {
                    render(self.evaluation(vendor, view, seq, memory), memory, has_output)
                })
                .collect()
        })
    }

    /// Returns the view of a call that was read into `scratch`.
    pub(crate) fn view<'a>(&'a self, event: &'a Event<'a>, scratch: &'a Scratch) -> CallView<'a> {
        CallView::new(event, (self.vendors.len(), &self.keys), scratch, self.basics)
    }

    /// Reads a call and passes its view to `look_at`.
    pub(crate) fn look_at<T>(
        &self,
        event: &Event<'_>,
        look_at: impl FnOnce(&CallView<'_>) -> T,
    ) -> T {
        let mut scratch = SCRATCH.take();
        scratch.read(&self.keys, event);
        let found = look_at(&self.view(event, &scratch));
        SCRATCH.set(scratch.kept());
        found
    }

    /// Starts the evaluation of a call at one vendor with the facts that the vendor knows.
    pub(crate) fn evaluation<'a>(
        &'a self,
        vendor: usize,
        view: &'a CallView<'a>,
        seq: Seq,
        memory: &'a Memory,
    ) -> Evaluation<'a> {
        let facts = &memory.vendors[vendor].facts;
        Evaluation::new(view, &self.vendors[vendor], &self.codes, facts, seq)
    }

    /// Returns true if [`Vendors::idle_flush`] would close a session. The caller then records the
    /// flush first.
    pub fn is_idle(&self, now: Millis, memory: &mut Memory) -> bool {
        self.vendors.iter().zip(&mut memory.vendors).any(|(vendor, memory)| {
            let both = vendor.rules.as_ref().zip(memory.state.as_mut());
            both.is_some_and(|(rules, state)| rules.is_idle(now, state))
        })
    }

    /// Closes the sessions that are idle at this time.
    pub fn idle_flush(&self, now: Millis, memory: &mut Memory) -> Vec<FlushedSession> {
        let mut flushed = Vec::new();
        for (vendor, memory) in self.vendors.iter().zip(&mut memory.vendors) {
            if let (Some(rules), Some(state)) = (&vendor.rules, &mut memory.state) {
                let records = rules.flush(now, state).into_iter();
                flushed
                    .extend(records.map(|record| FlushedSession { vendor: vendor.index, record }));
            }
        }
        flushed
    }
}

/// The buffers that judging reuses for each vendor and call.
pub(crate) struct JudgeScratch<'r> {
    /// The buffer for the texts of the ids found; none if the caller does not need them.
    pub text: Option<&'r mut String>,
    pub found: &'r mut Vec<CodeId>,
    pub lessons: &'r mut LearnedFacts,
}

fn span(text: &mut Option<&mut String>, id: Option<&FoundId<'_>>) -> Option<(u32, u32)> {
    let (text, id) = (text.as_mut()?, id?);
    let start = text.len() as u32;
    text.push_str(&id.text);
    Some((start, text.len() as u32))
}

/// Renders a call at one vendor, with its output only if `has_output` is true.
fn render(mut evaluation: Evaluation<'_>, memory: &Memory, has_output: bool) -> RenderedCall {
    evaluation.rendering = Some(Box::new(Rendering { has_output, ..Rendering::default() }));
    run(&mut evaluation);
    if let Some(rules) = evaluation.vendor.rules.as_ref().filter(|_| evaluation.goes_through()) {
        let note = memory.vendors[evaluation.vendor.index].notes.get(evaluation.seq);
        rules.show(&mut evaluation, note.as_ref());
    }
    settle(&mut evaluation);
    finish(evaluation)
}

/// Builds the result from the parts that were rendered, as far as the verdict of the call allows.
fn finish(mut evaluation: Evaluation<'_>) -> RenderedCall {
    let rendering = *evaluation.rendering.take().unwrap_or_default();
    let Rendering { has_output, findings, bodies, extras, caveats, .. } = rendering;
    let verdict = evaluation.verdict();
    let goes = verdict.goes_through();
    let request_count = if goes { usize::MAX } else { evaluation.kept };
    let requests =
        evaluation.vendor.calls[slot(evaluation.kind)].iter().flat_map(|call| &call.requests);
    let requests = requests
        .zip(bodies)
        .enumerate()
        .filter(|(at, _)| *at < request_count && evaluation.skipped >> at & 1 == 0)
        .map(|(at, (request, body))| {
            let of_table = request.caveats.iter().filter(|caveat| caveat.holds(&body));
            let of_code = caveats.iter().filter(|(request, _)| *request == at);
            let all = of_table.map(|caveat| &caveat.says).chain(of_code.map(|(_, says)| says));
            let caveats = all.cloned().collect();
            Output { caveats, ..build_output(&evaluation, &request.carrier, Some(body)) }
        })
        .collect();
    let carried = has_output && evaluation.carried && verdict != Verdict::Discarded;
    let transport = evaluation.vendor.transport.as_ref().filter(|_| carried);
    let transport = transport.map(|carrier| build_output(&evaluation, carrier, None));
    RenderedCall {
        fidelity: evaluation.vendor.info.fidelity,
        verdict,
        doubtful: [&evaluation.account, &evaluation.user]
            .map(|id| id.as_ref().is_some_and(FoundId::doubtful)),
        account_id: evaluation.account.map(|id| id.text.into_owned()),
        user_id: evaluation.user.map(|id| id.text.into_owned()),
        findings,
        requests,
        transport,
        extras: if goes { extras } else { Vec::new() },
    }
}

fn build_output(
    evaluation: &Evaluation<'_>,
    carrier: &Carrier,
    body: Option<OutputJson>,
) -> Output {
    let mut output = Output {
        method: carrier.method.clone(),
        url: carrier.url.clone(),
        headers: carrier.headers.clone(),
        body,
        caveats: Vec::new(),
        template: Arc::clone(&carrier.template),
    };
    if !carrier.ids.is_empty() {
        let id = |name: &str| {
            let found = match name {
                "@account" => &evaluation.account,
                "@user" => &evaluation.user,
                _ => &evaluation.session,
            };
            found.as_ref().map_or("", |found| &*found.text)
        };
        output.url = address::with_ids(&output.url, id);
        let headers = output.template.headers.clone();
        let url = address::with_ids(&output.template.url, id);
        output.template = Arc::new(RequestTemplate { url, headers });
    }
    output
}

impl Caveat {
    fn holds(&self, body: &OutputJson) -> bool {
        let member = self.of.iter().try_fold(body, |body, name| body.get(name));
        member.is_some() == self.with
    }
}

impl VendorRecord {
    /// Returns the record as a value of an output.
    pub fn out(&self) -> OutputJson {
        OutputJson::json(self.json(), ValueOrigin::Default)
    }
}
