//! The task of a connection, which is polled again at once if it wakes itself.
//!
//! The parts of such a task (hyper's server, the body of a request, the client to the upstream) wake
//! each other while it is polled. tokio puts a task that was woken while it ran at the end of its queue
//! and wakes another thread to look for work: with one connection, two threads woke each other twice
//! for each request.

use atomic_waker::AtomicWaker;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// The maximum number of polls before other tasks get their turn.
const MAX_POLLS: u32 = 16;

/// No thread polls the task, and it was not woken.
const WAITING: u8 = 0;
/// A thread polls the task.
const POLLED: u8 = 1;
/// The task was woken since the last poll began.
const WOKEN: u8 = 2;

thread_local! {
    /// True if the task that this thread polls lets other tasks run first.
    static YIELDS: Cell<bool> = const { Cell::new(false) };
}

/// Lets the tasks run that are ready now. Unlike tokio's own yielding, it does not poll for new events
/// in between, which costs a system call.
pub(crate) async fn yield_to_ready_tasks() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        YIELDS.set(true);
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A task that is polled until it no longer wakes itself.
#[derive(Debug)]
pub(crate) struct SelfWakingTask<F> {
    future: Pin<Box<F>>,
    wakes: Arc<TaskWakes>,
    /// The waker of the future, which marks `wakes`.
    waker: Waker,
}

/// The waker of a task, with the state that says whether the task is being polled.
#[derive(Debug, Default)]
struct TaskWakes {
    task: AtomicWaker,
    state: AtomicU8,
}

impl Wake for TaskWakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // otherwise the thread that polls the task polls it again, or tokio knows of an earlier wake
        if self.state.swap(WOKEN, Ordering::AcqRel) == WAITING {
            self.task.wake();
        }
    }
}

impl<F: Future> SelfWakingTask<F> {
    /// Wraps the future of a task.
    pub fn new(future: F) -> SelfWakingTask<F> {
        let wakes = Arc::new(TaskWakes::default());
        SelfWakingTask { future: Box::pin(future), waker: Arc::clone(&wakes).into(), wakes }
    }
}

impl<F: Future> Future for SelfWakingTask<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let task = &mut *self;
        task.wakes.task.register(context.waker());
        for _ in 0..MAX_POLLS {
            task.wakes.state.swap(POLLED, Ordering::AcqRel);
            let polled = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
            if polled.is_ready() {
                return polled;
            }
            if YIELDS.replace(false) {
                break;
            }
            let quiet = task.wakes.state.compare_exchange(
                POLLED,
                WAITING,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            if quiet.is_ok() {
                return Poll::Pending;
            }
        }
        task.wakes.state.swap(WAITING, Ordering::AcqRel);
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    /// Counts how often a task is woken.
    #[derive(Default)]
    struct CountedWakes(AtomicU32);

    impl Wake for CountedWakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Polls a future once. Returns whether it is ready, and how often it was woken.
    fn poll_once<F: Future>(task: &mut SelfWakingTask<F>) -> (bool, u32) {
        let wakes = Arc::new(CountedWakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let polled = Pin::new(task).poll(&mut Context::from_waker(&waker));
        (polled.is_ready(), wakes.0.load(Ordering::Relaxed))
    }

    #[test]
    fn polls_a_task_that_wakes_itself_again_at_once() {
        let mut polls = 0;
        let future = poll_fn(|context| {
            polls += 1;
            if polls == 3 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        });
        assert_eq!(poll_once(&mut SelfWakingTask::new(future)), (true, 0));
    }

    #[test]
    fn a_task_that_never_stops_waking_itself_lets_others_run() {
        let mut polls = 0;
        let mut task = SelfWakingTask::new(poll_fn(|context| {
            polls += 1;
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        }));
        assert_eq!(poll_once(&mut task), (false, 1));
        drop(task);
        assert_eq!(polls, MAX_POLLS);
    }

    #[test]
    fn a_task_that_yields_is_woken_and_not_polled_again_at_once() {
        let mut task = SelfWakingTask::new(yield_to_ready_tasks());
        assert_eq!(poll_once(&mut task), (false, 1));
        assert_eq!(poll_once(&mut task), (true, 0));
    }

    #[test]
    fn a_waiting_task_is_woken_by_other_threads() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
        let runtime = runtime.expect("a runtime");
        // each answer is sent while the task waits or is just being polled
        let (questions, asked) = std::sync::mpsc::channel::<tokio::sync::oneshot::Sender<u32>>();
        let answering = std::thread::spawn(move || {
            asked.into_iter().zip(0..).for_each(|(question, answer)| {
                let _ = question.send(answer);
            });
        });
        let task = runtime.spawn(SelfWakingTask::new(async move {
            for expected in 0..20_000 {
                let (question, answer) = tokio::sync::oneshot::channel();
                questions.send(question).expect("the other thread waits");
                assert_eq!(answer.await, Ok(expected));
            }
        }));
        runtime.block_on(task).expect("every answer arrived");
        answering.join().expect("no panic");
    }
}
