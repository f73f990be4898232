//! The two steps: judging every call in order, and making one call's output when someone looks.

use crate::call::{Event, Seq, time::Millis};
use crate::findings::{Severity, Verdict};
use crate::vendors::Vendors;
use crate::vendors::codes::CodeId;
use crate::vendors::deliver::{Template, address};
use crate::vendors::engine::call_view::Look;
use crate::vendors::engine::evaluation::{Cx, Found, Sheet};
use crate::vendors::engine::output_json::{Origin, Out};
use crate::vendors::engine::rendered::{Output, Record, Rendered};
use crate::vendors::engine::run_rules::{run, settle};
use crate::vendors::look_plan::Scratch;
use crate::vendors::memory::{Memory, VendorMemory};
use crate::vendors::rules::Lessons;
use crate::vendors::vendor::{Carrier, Caveat, Vendor, slot};
use std::cell::Cell;
use std::sync::Arc;

/// The first step's result for one call: small, and its room is used again for the next.
#[derive(Debug, Default)]
pub struct Judgement {
    /// The finding codes of all vendors, in order, each once.
    pub codes: Vec<CodeId>,
    /// One entry a vendor.
    pub vendors: Vec<Judged>,
    text: String,
    found: Vec<CodeId>,
    scratch: Scratch,
    lessons: Lessons,
}

thread_local! {
    /// The room of the last call that this thread rendered, for the next: `check` renders them all.
    static SCRATCH: Cell<Scratch> = const { Cell::new(Scratch::NEW) };
}

/// What became of a call at one vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
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

impl Judged {
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
pub struct Flushed {
    /// The vendor.
    pub vendor: usize,
    /// What it works out.
    pub record: Record,
}

/// What becomes of a call at a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub verdict: Verdict,
    pub account_id: Option<String>,
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
        let look = Look::new(event, &self.keys, scratch, self.basics);
        codes.extend(self.code_of_call(&look));
        for (vendor, memory) in self.vendors.iter().zip(&mut memory.vendors) {
            found.clear();
            let mut room = Room { text: Some(text), found, lessons };
            let judged = self.judge_one(vendor, &look, seq, memory, &mut room);
            codes.extend_from_slice(found);
            vendors.push(judged);
        }
    }

    pub(crate) fn judge_one(
        &self,
        vendor: &Vendor,
        look: &Look<'_>,
        seq: Seq,
        memory: &mut VendorMemory,
        room: &mut Room<'_>,
    ) -> Judged {
        let VendorMemory { facts, notes, state } = memory;
        room.lessons.clear();
        // in a block of its own: to drop it by name would copy it first
        let judged = {
            let mut cx = Cx::new(look, vendor, &self.codes, facts, seq);
            cx.found = std::mem::take(room.found);
            run(&mut cx);
            settle(&mut cx);
            let teaches = cx.goes_through() || cx.kept > 0;
            if let Some(rules) = vendor.rules.as_ref().filter(|_| teaches) {
                rules.learn(&cx, room.lessons);
                if let Some(state) = state.as_mut().filter(|_| cx.goes_through())
                    && let Some(note) = rules.step(&cx, state)
                {
                    let codes = note.codes.clone();
                    if notes.keep(seq, note) {
                        cx.found.extend(codes.into_iter().map(|(code, _)| code));
                        cx.found.sort_unstable();
                    }
                }
            }
            let judged = Judged {
                verdict: cx.verdict(),
                account: span(&mut room.text, cx.account.as_ref()),
                user: span(&mut room.text, cx.user.as_ref()),
                account_doubtful: cx.account.as_ref().is_some_and(Found::doubtful),
                user_doubtful: cx.user.as_ref().is_some_and(Found::doubtful),
                uncertain: cx.facts.full_since().is_some_and(|since| since < seq),
            };
            *room.found = std::mem::take(&mut cx.found);
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
    pub fn render(&self, vendor: usize, event: &Event<'_>, seq: Seq, memory: &Memory) -> Rendered {
        self.look_at(vendor, event, seq, memory, |cx| render(cx, memory, true))
    }

    /// The same without the output: what a report needs, for a third less time.
    pub fn render_findings(
        &self,
        vendor: usize,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> Rendered {
        self.look_at(vendor, event, seq, memory, |cx| render(cx, memory, false))
    }

    /// What becomes of a call at one vendor, without words.
    pub(crate) fn outcome(
        &self,
        vendor: usize,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> Outcome {
        self.look_at(vendor, event, seq, memory, |mut cx| {
            run(&mut cx);
            let goes = cx.goes_through();
            let counts = |code: &&CodeId| {
                let entry = cx.codes.entry(**code);
                entry.severity != Severity::Info && (goes || !entry.text.only_if_sent)
            };
            let findings = cx.found.iter().filter(counts).count();
            let text = |id: &Option<Found<'_>>| id.as_ref().map(|id| id.text.clone().into_owned());
            Outcome {
                verdict: cx.verdict(),
                account_id: text(&cx.account),
                user_id: text(&cx.user),
                findings,
            }
        })
    }

    fn look_at<T>(
        &self,
        vendor: usize,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
        look_at: impl FnOnce(Cx<'_>) -> T,
    ) -> T {
        let (vendor, memory) = (&self.vendors[vendor], &memory.vendors[vendor]);
        let mut scratch = SCRATCH.take();
        scratch.read(&self.keys, event);
        let look = Look::new(event, &self.keys, &scratch, self.basics);
        let found = look_at(Cx::new(&look, vendor, &self.codes, &memory.facts, seq));
        SCRATCH.set(scratch.kept());
        found
    }

    /// True if [`Vendors::idle_flush`] would close a session, so that it can be recorded first.
    pub fn is_idle(&self, now: Millis, memory: &mut Memory) -> bool {
        self.vendors.iter().zip(&mut memory.vendors).any(|(vendor, memory)| {
            let both = vendor.rules.as_ref().zip(memory.state.as_mut());
            both.is_some_and(|(rules, state)| rules.is_idle(now, state))
        })
    }

    /// Closes the sessions that have been idle at a moment of the clock.
    pub fn idle_flush(&self, now: Millis, memory: &mut Memory) -> Vec<Flushed> {
        let mut flushed = Vec::new();
        for (vendor, memory) in self.vendors.iter().zip(&mut memory.vendors) {
            if let (Some(rules), Some(state)) = (&vendor.rules, &mut memory.state) {
                let records = rules.flush(now, state).into_iter();
                flushed.extend(records.map(|record| Flushed { vendor: vendor.index, record }));
            }
        }
        flushed
    }
}

/// Room that judging uses again for each vendor and call.
pub(crate) struct Room<'r> {
    /// The texts of the ids that were found, if they are wanted.
    pub text: Option<&'r mut String>,
    pub found: &'r mut Vec<CodeId>,
    pub lessons: &'r mut Lessons,
}

fn span(text: &mut Option<&mut String>, id: Option<&Found<'_>>) -> Option<(u32, u32)> {
    let (text, id) = (text.as_mut()?, id?);
    let start = text.len() as u32;
    text.push_str(&id.text);
    Some((start, text.len() as u32))
}

/// Everything about a call at one vendor; the output only if it is asked for.
fn render(mut cx: Cx<'_>, memory: &Memory, has_output: bool) -> Rendered {
    cx.sheet = Some(Box::new(Sheet { has_output, ..Sheet::default() }));
    run(&mut cx);
    if let Some(rules) = cx.vendor.rules.as_ref().filter(|_| cx.goes_through()) {
        let note = memory.vendors[cx.vendor.index].notes.get(cx.seq);
        rules.show(&mut cx, note);
    }
    settle(&mut cx);
    finish(cx)
}

/// What was written on the sheet, as the call's verdict has it.
fn finish(mut cx: Cx<'_>) -> Rendered {
    let sheet = *cx.sheet.take().unwrap_or_default();
    let Sheet { has_output, findings, bodies, extras, caveats, .. } = sheet;
    let verdict = cx.verdict();
    let goes = verdict.goes_through();
    let made = if goes { usize::MAX } else { cx.kept };
    let requests = cx.vendor.calls[slot(cx.kind)].iter().flat_map(|call| &call.requests);
    let requests = requests
        .zip(bodies)
        .enumerate()
        .filter(|(at, _)| *at < made && cx.skipped >> at & 1 == 0)
        .map(|(at, (request, body))| {
            let of_table = request.caveats.iter().filter(|caveat| caveat.holds(&body));
            let of_code = caveats.iter().filter(|(request, _)| *request == at);
            let all = of_table.map(|caveat| &caveat.says).chain(of_code.map(|(_, says)| says));
            let caveats = all.cloned().collect();
            Output { caveats, ..output(&cx, &request.carrier, Some(body)) }
        })
        .collect();
    let carried = has_output && cx.carried && verdict != Verdict::Discarded;
    let transport = cx.vendor.transport.as_ref().filter(|_| carried);
    let transport = transport.map(|carrier| output(&cx, carrier, None));
    Rendered {
        fidelity: cx.vendor.info.fidelity,
        verdict,
        account_id: cx.account.map(|id| id.text.into_owned()),
        user_id: cx.user.map(|id| id.text.into_owned()),
        findings,
        requests,
        transport,
        extras: if goes { extras } else { Vec::new() },
    }
}

fn output(cx: &Cx<'_>, carrier: &Carrier, body: Option<Out>) -> Output {
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
                "@account" => &cx.account,
                "@user" => &cx.user,
                _ => &cx.session,
            };
            found.as_ref().map_or("", |found| &*found.text)
        };
        output.url = address::with_ids(&output.url, id);
        let headers = output.template.headers.clone();
        let url = address::with_ids(&output.template.url, id);
        output.template = Arc::new(Template { url, headers });
    }
    output
}

impl Caveat {
    fn holds(&self, body: &Out) -> bool {
        let member = self.of.iter().try_fold(body, |body, name| body.get(name));
        member.is_some() == self.with
    }
}

impl Record {
    /// A record as a value of an output.
    pub fn out(&self) -> Out {
        Out::json(&self.json, Origin::Default)
    }
}
