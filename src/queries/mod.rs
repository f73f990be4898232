//! Answers questions about the calls of an engine, the same ones for the HTTP paths below
//! `/_segscope/` and for the tools of `segscope mcp`.
//!
//! Work that reads many calls runs in turn with other such work ([`in_turn`]) and not on the thread
//! of the caller.

pub(crate) mod calls;
mod check;
mod compare;
mod judge;
mod new_calls;
mod outputs;
pub(crate) mod parameters;
mod record_page;
mod reset;
mod summary;
mod wait;

pub(crate) use crate::queries::record_page::RecordPage;

use crate::call::time;
use crate::engine::low_priority::give_way;
use crate::engine::{Engine, Settling};
use crate::queries::new_calls::NewCalls;
use crate::wire::Reply;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinError;

/// The maximum number of questions that search calls or write records at the same time.
const MAX_WORKERS: usize = 2;

/// The time for which a blocking thread waits for the judge thread before it is released. If the
/// client has left by then, no other thread is taken.
const SETTLE_STEP: Duration = Duration::from_millis(100);

/// The methods of questions that change nothing.
const READS: &str = "GET, HEAD";

/// Each question with the methods that a request for it may have.
pub(crate) const QUESTIONS: &[(&str, &str)] = &[
    ("calls", READS),
    ("wait", "GET"),
    ("summary", READS),
    ("sync", READS),
    ("outputs", READS),
    ("compare", READS),
    ("judge", "POST"),
    ("check", "POST"),
    ("reset", "POST"),
];

/// The maximum size of a single call; no real one is larger.
const MAX_CALL_BYTES: usize = 1 << 20;
/// The maximum size of a plan. A tracking plan of a few hundred events is smaller.
const MAX_PLAN_BYTES: usize = 16 << 20;

/// A check that returns true if the client no longer waits for the answer.
pub(crate) type IsGone<'g> = &'g (dyn Fn() -> bool + Sync);

/// A question, as a request to one of segscope's own paths asks it.
pub(crate) struct Question<'q> {
    /// One of [`QUESTIONS`].
    pub name: &'q str,
    /// The part of the path after the name.
    pub rest: &'q str,
    /// The query, without its question mark.
    pub query: &'q str,
    /// The body; empty for questions without one.
    pub body: &'q [u8],
    /// Returns true if the client has left. It is called while the answer waits for calls.
    pub is_gone: IsGone<'q>,
}

/// An answer.
pub(crate) enum Answer {
    Whole(Reply),
    /// A status and call records.
    Page(u16, RecordPage),
}

/// The limits and caches that all questions share: the permits for searching calls and writing
/// records, and the search for new calls.
#[derive(Clone)]
pub(crate) struct Workers {
    turns: Arc<Semaphore>,
    new_calls: Arc<NewCalls>,
}

impl Default for Workers {
    fn default() -> Workers {
        Workers { turns: Arc::new(Semaphore::new(MAX_WORKERS)), new_calls: Arc::default() }
    }
}

/// Returns the maximum size of the body of a question, or none if it has no body.
pub(crate) fn body_limit(name: &str) -> Option<usize> {
    match name {
        "judge" => Some(MAX_CALL_BYTES),
        "check" => Some(MAX_PLAN_BYTES),
        _ => None,
    }
}

/// Refuses a query with parameters if the question has none.
pub(crate) fn check_parameters(name: &str, query: &str) -> Result<(), Reply> {
    match name {
        "summary" | "sync" | "outputs" | "judge" => parameters::known(query, &[]),
        // these questions check their parameters when they read them
        _ => Ok(()),
    }
}

/// Answers a question after the judge thread has checked all calls acknowledged before it.
pub(crate) async fn answer(
    engine: &Arc<Engine>,
    workers: &Workers,
    question: &Question<'_>,
) -> Answer {
    let Question { name, rest, query, body, is_gone } = *question;
    if let Err(reply) = check_parameters(name, query) {
        return Answer::Whole(reply);
    }
    settled(engine).await;
    Answer::Whole(match name {
        "calls" => return calls::answer(engine, query, workers).await,
        "wait" => return wait::answer(engine, query, workers, is_gone).await,
        "summary" => Reply::json(200, summary::json(engine)),
        "outputs" => outputs::answer(engine, rest, workers).await,
        "compare" => compare::answer(engine, query, workers).await,
        "judge" => judge::answer(engine, body),
        "check" => check::answer(engine, query, body, workers, is_gone).await,
        "sync" => {
            let panel = engine.sync(|objects| objects.panel(time::now()));
            Reply::json(200, json!(panel).to_string())
        }
        "reset" => reset::answer(engine, query, workers).await,
        _ => Reply::failure(404, "not_found", "there is no such question"),
    })
}

/// Runs work that searches calls on a blocking thread, in turn with other such work. The thread gives
/// way to those that answer requests.
pub(crate) async fn in_turn<T: Send + 'static>(
    workers: &Workers,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    let turn = Arc::clone(&workers.turns).acquire_owned().await;
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        give_way();
        work()
    });
    done.await
}

/// Waits until the judge thread has checked all calls acknowledged before, so that they are part of
/// the answer. The wait is on a blocking thread, not on the thread of the caller.
pub(crate) async fn settled(engine: &Arc<Engine>) {
    let mut settling = Settling::default();
    let mut is_over = engine.is_settled();
    while !is_over {
        let engine = Arc::clone(engine);
        // each step is short, so that the thread is released soon after a client leaves
        let step = tokio::task::spawn_blocking(move || {
            let is_over = engine.settle_for(&mut settling, SETTLE_STEP);
            (settling, is_over)
        });
        // an error means that the runtime is ending; the answer then lacks the unchecked calls
        let Ok(next) = step.await else { return };
        (settling, is_over) = next;
    }
}
