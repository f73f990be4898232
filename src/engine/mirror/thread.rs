//! The mirror thread: reads requests, sends them, and notes up to where all are sent.

use crate::debug_log::ThreadLog;
use crate::engine::Engine;
use crate::engine::low_priority::give_way_to_all;
use crate::engine::mirror::given_up::given_up_notice;
use crate::engine::mirror::pace::MirrorPace;
use crate::engine::mirror::pauses::{RetryLimits, SharedPause};
use crate::engine::mirror::reader::MirrorReader;
use crate::engine::mirror::resume_point::ResumeFile;
use crate::engine::mirror::send_window::SendWindow;
use crate::outbound::mirror::{MirrorAttempt, MirrorClient, MirrorDecision, MirroredRequest};
use std::cell::Cell;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{sleep, sleep_until};

/// The maximum number of requests that are with the upstream.
const MAX_IN_FLIGHT: usize = 32;
/// The maximum number of requests that are read and not done.
const MAX_OPEN: usize = 1024;
/// The maximum number of those and of requests that are done behind one that is not.
const MAX_ENTRIES: usize = 1 << 16;
/// The bodies of these take no more, unless one alone does.
const MAX_WINDOW_BYTES: usize = 32 << 20;
/// The maximum number of lines that are read before the thread handles other events.
pub(crate) const MAX_LINES_AT_ONCE: usize = 256;
/// The intervals at which the mirror looks for new lines: while some come, and when none has come for
/// a while.
pub(crate) const MIN_LOOK_INTERVAL: Duration = Duration::from_millis(5);
const MAX_LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// The interval at which the resume point is written.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);
/// The maximum time for which the mirror sends when the listener has stopped, unless the upstream
/// pauses it.
const MAX_DRAIN: Duration = Duration::from_secs(3);
/// The reason of requests whose part of the recording is deleted.
const PART_DELETED: &str = "its part of the recording was deleted before it was sent (keep)";

/// The state of the mirror thread.
pub(crate) struct MirrorWork {
    engine: Arc<Engine>,
    client: Arc<MirrorClient>,
    reader: MirrorReader,
    window: SendWindow,
    resume: ResumeFile,
    limits: RetryLimits,
    /// The last notice to the user, which is not repeated.
    last_notice: Option<&'static str>,
}

/// The state that all tasks that send requests share.
struct MirrorSender {
    client: Arc<MirrorClient>,
    engine: Arc<Engine>,
    in_flight: Semaphore,
    pause: SharedPause,
    limits: RetryLimits,
    /// Nothing more is read until the oldest request is done, behind which many others passed.
    is_held_up: Cell<bool>,
}

impl MirrorWork {
    pub fn new(
        engine: Arc<Engine>,
        client: Arc<MirrorClient>,
        reader: MirrorReader,
        resume: ResumeFile,
        limits: RetryLimits,
    ) -> MirrorWork {
        let window = SendWindow::new(reader.position());
        MirrorWork { engine, client, reader, window, resume, limits, last_notice: None }
    }

    /// Sends until it is stopped.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let _thread = ThreadLog::begin("mirror");
        // threads that answer, judge, and draw come first
        give_way_to_all();
        LocalSet::new().run_until(self.send_all(stop)).await;
    }

    async fn send_all(mut self, mut stop: watch::Receiver<bool>) {
        let sending = Rc::new(MirrorSender {
            client: Arc::clone(&self.client),
            engine: Arc::clone(&self.engine),
            in_flight: Semaphore::new(MAX_IN_FLIGHT),
            pause: SharedPause::new(),
            limits: self.limits,
            is_held_up: Cell::new(false),
        });
        let mut sends = JoinSet::new();
        let mut look = MIN_LOOK_INTERVAL;
        let mut save_at = Instant::now() + SAVE_INTERVAL;
        let mut stop_at = None;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let keep = self.engine.shared.front().parts.keep;
        let mut pace = MirrorPace::new(processors, keep, self.recorded(), Instant::now());
        loop {
            let recorded = self.recorded();
            let (max_lines, max_bytes) = match stop_at {
                None => pace.take_turn(recorded, self.reader.position().offset, Instant::now()),
                Some(_) => (MAX_LINES_AT_ONCE, u64::MAX),
            };
            let has_read = self.read_lines(recorded, max_lines, max_bytes, &mut sends, &sending);
            look = match has_read || pace.is_busy() {
                true => MIN_LOOK_INTERVAL,
                false => (look * 2).min(MAX_LOOK_INTERVAL),
            };
            if Instant::now() >= save_at {
                self.save();
                save_at = Instant::now() + SAVE_INTERVAL;
            }
            let is_done = sends.is_empty() && !has_read;
            if stop_at.is_some_and(|at| is_done || sending.pause.is_on() || Instant::now() >= at) {
                break;
            }
            let is_full = !self.has_room();
            sending.is_held_up.set(self.window.len() >= MAX_ENTRIES);
            tokio::select! {
                biased;
                _ = stop.changed(), if stop_at.is_none() => {
                    stop_at = Some(Instant::now() + MAX_DRAIN);
                }
                Some(sent) = sends.join_next() => {
                    self.finish(sent);
                    while let Some(sent) = sends.try_join_next() {
                        self.finish(sent);
                    }
                }
                // more lines may be there already
                () = tokio::task::yield_now(), if has_read && !is_full && !pace.is_busy() => {}
                () = sleep(look), if !is_full => {}
                () = sleep_until(save_at.into()), if is_full => {}
                () = sleep(MIN_LOOK_INTERVAL), if stop_at.is_some() => {}
            }
        }
        self.save();
        let counts = self.engine.mirror_counts();
        tracing::info!(
            sent = counts.sent,
            sent_again = counts.sent_again,
            given_up = counts.given_up,
            lag_bytes = counts.lag_bytes,
            "the mirror stopped"
        );
        // a recording whose file is created with its first line never was
        if self.engine.shared.front().is_planned() {
            // then it is removed with the oldest recordings
            let _ = self.resume.remove();
        }
    }

    fn has_room(&self) -> bool {
        self.window.open() < MAX_OPEN
            && self.window.bytes() < MAX_WINDOW_BYTES
            && self.window.len() < MAX_ENTRIES
    }

    /// Returns the offset up to which lines are recorded.
    fn recorded(&self) -> u64 {
        self.engine.shared.queue.recorded()
    }

    /// Reads the next lines, up to a number and until they have a size, and begins to send their
    /// requests. Returns whether there were any.
    fn read_lines(
        &mut self,
        recorded: u64,
        max_lines: usize,
        max_bytes: u64,
        sends: &mut JoinSet<u64>,
        sending: &Rc<MirrorSender>,
    ) -> bool {
        let begin = self.reader.position().offset;
        let mut has_read = false;
        for _ in 0..max_lines {
            let read = self.reader.position().offset.saturating_sub(begin);
            if !self.has_room() || read >= max_bytes {
                break;
            }
            let line = match self.reader.next_line(recorded) {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(kind = %error.kind(), "the mirror cannot read the recording");
                    self.notify_once("the mirror cannot read the recording; it tries again");
                    break;
                }
            };
            has_read = true;
            let (gone, end) = (line.gone, line.end);
            let decision = match &line.request {
                Some(request) => MirrorDecision::from_line(line.text, request),
                None => MirrorDecision::Nothing,
            };
            if !gone.is_empty() {
                sending.give_up(PART_DELETED, gone);
            }
            match decision {
                MirrorDecision::Send(request) => {
                    let number = self.window.add(end, request.body_bytes());
                    let sending = Rc::clone(sending);
                    sends.spawn_local(async move {
                        sending.deliver(&request).await;
                        number
                    });
                }
                MirrorDecision::NotMirrored => {
                    self.engine.mirroring.count_not_mirrored();
                    self.window.skip(end);
                }
                MirrorDecision::Nothing => self.window.skip(end),
            }
        }
        if has_read {
            self.show_progress();
        }
        has_read
    }

    fn finish(&mut self, sent: Result<u64, tokio::task::JoinError>) {
        match sent {
            Ok(number) => self.window.finish(number),
            // its request stays the oldest that is not done, and is sent after a restart
            Err(_) => self.notify_once("the mirror failed on a request, which is sent after a restart: this is a bug in segscope"),
        }
        self.show_progress();
    }

    fn show_progress(&self) {
        self.engine.mirroring.set_waiting(self.window.open());
        self.engine.mirroring.set_done(self.window.done().offset);
        self.engine.changed();
    }

    fn save(&mut self) {
        // not locked while the file is written
        let given_up = self.engine.mirroring.given_up_requests().clone();
        if let Err(error) = self.resume.save(self.window.done(), given_up) {
            tracing::warn!(%error, "the resume point of the mirror cannot be written");
            self.notify_once(
                "the resume point of the mirror cannot be written: after a restart, more is sent again",
            );
        }
    }

    fn notify_once(&mut self, notice: &'static str) {
        if self.last_notice.replace(notice) != Some(notice) {
            self.engine.notice(notice.to_owned());
        }
    }
}

impl MirrorSender {
    /// Sends a request until the upstream accepts it or it is given up.
    async fn deliver(&self, request: &MirroredRequest) {
        let began = Instant::now();
        let (mut attempts, mut has_been_sent) = (0, false);
        // the number of requests that the upstream had accepted when this one failed last
        let mut accepted_before = None;
        loop {
            self.pause.wait().await;
            let attempt = {
                // it is never closed
                let _permit = self.in_flight.acquire().await;
                // others may have found the upstream gone meanwhile
                self.pause.wait().await;
                if has_been_sent {
                    self.engine.mirroring.count_again();
                }
                self.client.send(request).await
            };
            let (reason, is_sent) = match self.count_attempt(attempt, request.number) {
                ControlFlow::Break(()) => return,
                ControlFlow::Continue(again) => again,
            };
            if is_sent {
                (has_been_sent, attempts) = (true, attempts + 1);
                let accepted = self.pause.accepted();
                // while nothing passes, it is the upstream that fails, not this request
                let others_pass = accepted_before.replace(accepted).is_some_and(|it| it < accepted)
                    || self.is_held_up.get();
                if attempts >= self.limits.max_attempts && others_pass {
                    return self.give_up_request(&reason, request.number);
                }
                if began.elapsed() < self.limits.max_time {
                    sleep(self.limits.pause(attempts - 1)).await;
                }
            }
            if began.elapsed() >= self.limits.max_time {
                return self.give_up_request(&reason, request.number);
            }
        }
    }

    /// Counts the outcome of an attempt. If it is to be repeated, returns the reason, and whether the
    /// request was sent.
    fn count_attempt(
        &self,
        attempt: MirrorAttempt,
        number: u64,
    ) -> ControlFlow<(), (String, bool)> {
        let is_back = match &attempt {
            MirrorAttempt::Accepted => self.pause.note_answer(true),
            MirrorAttempt::Refused(_) | MirrorAttempt::Busy(..) => self.pause.note_answer(false),
            MirrorAttempt::Unanswered(_) => false,
            MirrorAttempt::Unreachable(reason) => {
                if self.pause.note_unreachable(&self.limits) {
                    tracing::warn!("the mirror cannot reach the upstream");
                    self.engine.notice(format!("mirror: {reason}; it is tried again"));
                }
                false
            }
        };
        if is_back {
            tracing::info!("the mirror reaches the upstream again");
            self.engine.notice("mirror: the upstream is reached again".to_owned());
        }
        match attempt {
            MirrorAttempt::Accepted => {
                self.engine.mirroring.count_sent();
                ControlFlow::Break(())
            }
            MirrorAttempt::Refused(reason) => {
                self.give_up_request(&reason, number);
                ControlFlow::Break(())
            }
            MirrorAttempt::Busy(reason, asked) => {
                if let Some(asked) = asked {
                    self.pause.extend(asked);
                }
                ControlFlow::Continue((reason, true))
            }
            MirrorAttempt::Unanswered(reason) => ControlFlow::Continue((reason, true)),
            MirrorAttempt::Unreachable(reason) => ControlFlow::Continue((reason, false)),
        }
    }

    /// Counts a request that will not be delivered.
    fn give_up_request(&self, reason: &str, number: u64) {
        self.give_up(reason, number..number + 1);
    }

    /// Counts requests that will not be delivered.
    fn give_up(&self, reason: &str, requests: Range<u64>) {
        let (number, count) = (requests.start, requests.end - requests.start);
        self.engine.mirroring.given_up_requests().add_all(requests, reason);
        if self.engine.mirroring.count_given_up(reason, count) {
            tracing::warn!(reason, number, "the mirror gave up on a request");
            self.engine.notice(given_up_notice(number, reason));
        }
    }
}
