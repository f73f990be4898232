//! The two steps: judging every call in order, and making one call's output when someone looks.

use crate::call::{Event, Seq, time::Millis};
use crate::findings::{Severity, Verdict};
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

/// The first step's result for one call: small, and its room is used again for the next.
#[derive(Debug, Default)]
pub struct Judgement {
    /// The finding codes of all vendors, in order, each once.
    pub codes: Vec<CodeId>,
    /// One entry a vendor.
    pub vendors: Vec<VendorVerdict>,
    text: String,
    found: Vec<CodeId>,
    scratch: Scratch,
    lessons: LearnedFacts,
}

thread_local! {
    /// The room of the last call that this thread rendered, for the next: `check` renders them all.
    static SCRATCH: Cell<Scratch> = const { Cell::new(Scratch::new()) };
}

/// What became of a call at one vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorVerdict {
    /// What becomes of the call.
    pub verdict: Verdict,
    account: Option<(u32, u32)>,
    user: Option<(u32, u32)>,
    /// The account id is used and looks wrong: a number, or a missing value turned into text.
    pub account_doubtful: bool,
    /// The same of the user id.
    pub user_doubtful: bool,
    /// The vendor's memory was full before this call, so what depends on it may be wrong.
    pub uncertain: bool,
}

impl VendorVerdict {
    /// The ids that were found, in the text that they were written to.
    pub(crate) fn ids<'t>(&self, text: &'t str) -> [Option<&'t str>; 2] {
        let part = |(start, end): (u32, u32)| &text[start as usize..end as usize];
        [self.account.map(part), self.user.map(part)]
    }
}

impl Judgement {
    /// The account id that a vendor found.
    pub fn account(&self, vendor: usize) -> Option<&str> {
        self.text(self.vendors.get(vendor)?.account)
    }

    /// The user id that a vendor found.
    pub fn user(&self, vendor: usize) -> Option<&str> {
        self.text(self.vendors.get(vendor)?.user)
    }

    fn text(&self, span: Option<(u32, u32)>) -> Option<&str> {
        span.map(|(start, end)| &self.text[start as usize..end as usize])
    }
}

/// A session that was closed because nothing came for too long, and what that gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlushedSession {
    /// The vendor.
    pub vendor: usize,
    /// What it works out.
    pub record: VendorRecord,
}

/// What becomes of a call at a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The account id that the vendor found.
    pub account_id: Option<String>,
    /// The user id that the vendor found.
    pub user_id: Option<String>,
    /// How many errors and warnings there are.
    pub findings: usize,
}

impl Vendors {
    /// Step 1: what becomes of a call at each vendor, and what they remember from it. For every
    /// call, in order of arrival, once. Of a call that the service discards they remember nothing.
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
        let look = self.view(event, scratch);
        codes.extend(self.code_of_call(&look));
        codes.extend(self.codes.of_plan(self.plan_outcome(event)));
        for (vendor, memory) in self.vendors.iter().zip(&mut memory.vendors) {
            found.clear();
            let mut room = JudgeScratch { text: Some(text), found, lessons };
            let judged = self.judge_one(vendor, &look, seq, memory, &mut room);
            codes.extend_from_slice(found);
            vendors.push(judged);
        }
    }

    pub(crate) fn judge_one(
        &self,
        vendor: &Vendor,
        look: &CallView<'_>,
        seq: Seq,
        memory: &mut VendorMemory,
        room: &mut JudgeScratch<'_>,
    ) -> VendorVerdict {
        let VendorMemory { facts, notes, state } = memory;
        room.lessons.clear();
        // in a block of its own: to drop it by name would copy it first
        let judged = {
            let mut evaluation = Evaluation::new(look, vendor, &self.codes, facts, seq);
            evaluation.found = std::mem::take(room.found);
            run(&mut evaluation);
            settle(&mut evaluation);
            let teaches = evaluation.goes_through() || evaluation.kept > 0;
            if let Some(rules) = vendor.rules.as_ref().filter(|_| teaches) {
                rules.learn(&evaluation, room.lessons);
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
                account: span(&mut room.text, evaluation.account.as_ref()),
                user: span(&mut room.text, evaluation.user.as_ref()),
                account_doubtful: evaluation.account.as_ref().is_some_and(FoundId::doubtful),
                user_doubtful: evaluation.user.as_ref().is_some_and(FoundId::doubtful),
                uncertain: evaluation.facts.full_since().is_some_and(|since| since < seq),
            };
            *room.found = std::mem::take(&mut evaluation.found);
            judged
        };
        for (topic, key, value) in room.lessons.iter() {
            facts.learn(topic, key, value, seq);
        }
        judged
    }

    /// Step 2: everything about a call at one vendor. Pure: the same whenever it is made, as long
    /// as `memory` has seen the calls before `seq`. A call that is only being composed has no seq
    /// of its own; give it one behind all.
    pub fn render(
        &self,
        vendor: usize,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> RenderedCall {
        self.look_at(event, |look| render(self.evaluation(vendor, look, seq, memory), memory, true))
    }

    /// Step 2 at every vendor. Without `has_output`, it gives what a report needs, for a third less
    /// time.
    pub fn render_each(
        &self,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
        has_output: bool,
    ) -> Vec<RenderedCall> {
        self.look_at(event, |look| {
            let vendors = 0..self.vendors.len();
            vendors
                .map(|vendor| {
                    render(self.evaluation(vendor, look, seq, memory), memory, has_output)
                })
                .collect()
        })
    }

    /// Judges a call for some vendors and returns the outcomes, without texts.
    pub fn outcomes(
        &self,
        vendors: &[usize],
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> Vec<Outcome> {
        self.look_at(event, |look| {
            vendors.iter().map(|&at| outcome(self.evaluation(at, look, seq, memory))).collect()
        })
    }

    /// Returns the view of a call that was read into scratch room.
    pub(crate) fn view<'a>(&'a self, event: &'a Event<'a>, scratch: &'a Scratch) -> CallView<'a> {
        CallView::new(event, (self.vendors.len(), &self.keys), scratch, self.basics)
    }

    /// Reads a call and looks at it.
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

    /// Begins the evaluation of a call at one vendor, by what the vendor remembers.
    pub(crate) fn evaluation<'a>(
        &'a self,
        vendor: usize,
        look: &'a CallView<'a>,
        seq: Seq,
        memory: &'a Memory,
    ) -> Evaluation<'a> {
        let facts = &memory.vendors[vendor].facts;
        Evaluation::new(look, &self.vendors[vendor], &self.codes, facts, seq)
    }

    /// True if [`Vendors::idle_flush`] would close a session, so that it can be recorded first.
    pub fn is_idle(&self, now: Millis, memory: &mut Memory) -> bool {
        self.vendors.iter().zip(&mut memory.vendors).any(|(vendor, memory)| {
            let both = vendor.rules.as_ref().zip(memory.state.as_mut());
            both.is_some_and(|(rules, state)| rules.is_idle(now, state))
        })
    }

    /// Closes the sessions that have been idle at a moment of the clock.
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

/// Memory that judging uses again for each vendor and call.
pub(crate) struct JudgeScratch<'r> {
    /// The texts of the ids that were found, if they are wanted.
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

/// Judges a call for one vendor.
fn outcome(mut evaluation: Evaluation<'_>) -> Outcome {
    run(&mut evaluation);
    let goes = evaluation.goes_through();
    let counts = |code: &&CodeId| {
        let entry = evaluation.codes.entry(**code);
        entry.severity != Severity::Info && (goes || !entry.text.only_if_sent)
    };
    let findings = evaluation.found.iter().filter(counts).count();
    let text = |id: &Option<FoundId<'_>>| id.as_ref().map(|id| id.text.clone().into_owned());
    Outcome {
        verdict: evaluation.verdict(),
        account_id: text(&evaluation.account),
        user_id: text(&evaluation.user),
        findings,
    }
}

/// Everything about a call at one vendor; the output only if it is asked for.
fn render(mut evaluation: Evaluation<'_>, memory: &Memory, has_output: bool) -> RenderedCall {
    evaluation.sheet = Some(Box::new(Rendering { has_output, ..Rendering::default() }));
    run(&mut evaluation);
    if let Some(rules) = evaluation.vendor.rules.as_ref().filter(|_| evaluation.goes_through()) {
        let note = memory.vendors[evaluation.vendor.index].notes.get(evaluation.seq);
        rules.show(&mut evaluation, note.as_ref());
    }
    settle(&mut evaluation);
    finish(evaluation)
}

/// What was written on the sheet, as the call's verdict has it.
fn finish(mut evaluation: Evaluation<'_>) -> RenderedCall {
    let sheet = *evaluation.sheet.take().unwrap_or_default();
    let Rendering { has_output, findings, bodies, extras, caveats, .. } = sheet;
    let verdict = evaluation.verdict();
    let goes = verdict.goes_through();
    let made = if goes { usize::MAX } else { evaluation.kept };
    let requests =
        evaluation.vendor.calls[slot(evaluation.kind)].iter().flat_map(|call| &call.requests);
    let requests = requests
        .zip(bodies)
        .enumerate()
        .filter(|(at, _)| *at < made && evaluation.skipped >> at & 1 == 0)
        .map(|(at, (request, body))| {
            let of_table = request.caveats.iter().filter(|caveat| caveat.holds(&body));
            let of_code = caveats.iter().filter(|(request, _)| *request == at);
            let all = of_table.map(|caveat| &caveat.says).chain(of_code.map(|(_, says)| says));
            let caveats = all.cloned().collect();
            Output { caveats, ..output(&evaluation, &request.carrier, Some(body)) }
        })
        .collect();
    let carried = has_output && evaluation.carried && verdict != Verdict::Discarded;
    let transport = evaluation.vendor.transport.as_ref().filter(|_| carried);
    let transport = transport.map(|carrier| output(&evaluation, carrier, None));
    RenderedCall {
        fidelity: evaluation.vendor.info.fidelity,
        verdict,
        account_id: evaluation.account.map(|id| id.text.into_owned()),
        user_id: evaluation.user.map(|id| id.text.into_owned()),
        findings,
        requests,
        transport,
        extras: if goes { extras } else { Vec::new() },
    }
}

fn output(evaluation: &Evaluation<'_>, carrier: &Carrier, body: Option<OutputJson>) -> Output {
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
    /// A record as a value of an output.
    pub fn out(&self) -> OutputJson {
        OutputJson::json(self.json(), ValueOrigin::Default)
    }
}
