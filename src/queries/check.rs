//! `/_segscope/check`: compares the calls with a plan in the body of the request. The plan is
//! dropped after the answer.

use crate::call::{Doc, Event};
use crate::engine::{Engine, RowDetail};
use crate::findings::Severity;
use crate::plan::Plan;
use crate::queries::calls::{Scan, look};
use crate::queries::{IsGone, Workers, in_turn, parameters, summary};
use crate::wire::{Reply, query_value};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The maximum number of violating calls that an answer shows.
const MAX_SHOWN_VIOLATIONS: usize = 100;
/// The maximum number of calls that are read at once.
const MAX_CALLS_PER_READ: usize = 32;
/// The time after which a check lets other requests search.
const MAX_TURN: Duration = Duration::from_millis(50);

pub(crate) async fn answer(
    engine: &Arc<Engine>,
    query: &str,
    plan: &[u8],
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Reply {
    let checked = check_calls(engine, query, plan, workers, is_gone).await;
    checked.map_or_else(|reply| reply, |verdict| Reply::json(200, verdict.to_string()))
}

async fn check_calls(
    engine: &Arc<Engine>,
    query: &str,
    plan: &[u8],
    workers: &Workers,
    is_gone: IsGone<'_>,
) -> Result<Value, Reply> {
    parameters::known(query, &["filter", "after"])?;
    let after = parameters::number(query, "after", u64::MAX)?.unwrap_or(0);
    let filter = parameters::filter(engine, query)?;
    let is_part = after > 0 || query_value(query, "filter").is_some();
    let plan = read_plan(plan).map_err(|error| Reply::failure(400, "bad_plan", &error))?;
    let rows = look(Scan::new(engine, filter, after, usize::MAX), workers).await?.into_rows();
    let mut check = PlanCheck::new(Arc::clone(engine), plan, rows);
    loop {
        let checked = in_turn(workers, move || {
            let is_done = check.run();
            (check, is_done)
        });
        let is_done;
        (check, is_done) =
            checked.await.map_err(|_| Reply::failure(500, "internal", "the check ended early"))?;
        if is_done {
            return Ok(check.verdict(is_part));
        }
        if is_gone() {
            return Err(Reply::failure(408, "gone", "the client went away"));
        }
    }
}

/// Reads a plan file or Segment's rules.
fn read_plan(data: &[u8]) -> Result<Plan, String> {
    let text = std::str::from_utf8(data).map_err(|_| "expected a plan in UTF-8".to_owned())?;
    if let Some(plan) = Plan::from_json(text, "the plan")? {
        return Ok(plan);
    }
    Plan::read(text).map_err(|error| match text.contains("event") {
        true => error.to_string(),
        false => format!("{error}; {}", Plan::formats()),
    })
}

/// Calls that are checked against a plan.
struct PlanCheck {
    engine: Arc<Engine>,
    plan: Plan,
    rows: Vec<u64>,
    done: usize,
    /// The number of violating calls for each entry of the plan.
    violating: Vec<u64>,
    all_violating: u64,
    shown: Vec<Value>,
    unreadable: u64,
}

impl PlanCheck {
    fn new(engine: Arc<Engine>, plan: Plan, rows: Vec<u64>) -> PlanCheck {
        let violating = vec![0; plan.list.len()];
        let (done, all_violating, shown, unreadable) = (0, 0, Vec::new(), 0);
        PlanCheck { engine, plan, rows, done, violating, all_violating, shown, unreadable }
    }

    /// Checks calls until none is left, and returns true. Returns false if the turn ends before
    /// that.
    fn run(&mut self) -> bool {
        let began = Instant::now();
        while self.done < self.rows.len() {
            let some = &self.rows[self.done..self.rows.len().min(self.done + MAX_CALLS_PER_READ)];
            let details = self.engine.details_of(some.iter().copied());
            // calls that were cleared meanwhile are missing in `details`
            self.done += some.len();
            for detail in details {
                match detail {
                    Ok(RowDetail::Call(call)) if !call.repeat => {
                        self.check(call.seq.0, &call.call_text, &call.derived_text);
                    }
                    Ok(_) => {}
                    Err(_) => self.unreadable += 1,
                }
            }
            if began.elapsed() >= MAX_TURN {
                return self.done >= self.rows.len();
            }
        }
        true
    }

    fn check(&mut self, seq: u64, call: &str, derived: &str) {
        let (Ok(own), derived) = (Doc::parse(call), Doc::parse(derived).ok()) else {
            self.unreadable += 1;
            return;
        };
        let event = Event { derived: derived.as_ref().map(Doc::root), ..Event::bare(own.root()) };
        let findings = self.plan.findings(&event);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            self.all_violating += 1;
            if let Some(entry) = self.plan.check(&event).entry {
                self.violating[entry as usize] += 1;
            }
        }
        if !findings.is_empty() && self.shown.len() < MAX_SHOWN_VIOLATIONS {
            self.shown.push(json!({"seq": seq, "findings": findings}));
        }
    }

    /// Returns the result of the check as JSON. `is_part` says that the request selected only some
    /// of the calls.
    fn verdict(self, is_part: bool) -> Value {
        let rows = is_part.then_some(&self.rows[..]);
        let mut expectations = self.engine.compare_with(&self.plan, rows);
        for (entry, violating) in expectations.list.iter_mut().zip(self.violating) {
            entry.violating = violating;
        }
        json!({
            "met": expectations.all_met() && self.all_violating == 0,
            "violating": self.all_violating,
            "expected": summary::expected(&expectations),
            "violations": self.shown,
            "unreadable": self.unreadable,
        })
    }
}
