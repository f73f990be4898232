//! Runs a command for each call that alerts, with the call's record on its standard input. One
//! command runs at a time. A few calls wait; those beyond are dropped and counted.

use super::{Alerts, MIN_INTERVAL};
use crate::debug_log::ThreadLog;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The maximum number of calls that wait for the command.
const MAX_WAITING: usize = 16;
/// The time after which a command is killed.
const RUN_TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum time that the program waits at its end for a command that still runs.
const END_TIMEOUT: Duration = Duration::from_millis(500);
/// The environment variables that a command receives: where programs and the user's files are, the
/// language, and how a notification reaches the desktop. The others may contain keys of vendors.
const ENVIRONMENT: [&str; 10] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TERM",
    "TZ",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
];
/// The interval at which a thread checks whether the command has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The queue to the commands.
pub struct Commands {
    /// None once the program ends.
    queue: Option<SyncSender<String>>,
    waiting: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    runner: JoinHandle<()>,
    alerts: Arc<Alerts>,
}

impl Commands {
    /// Starts the thread that runs the command.
    pub fn begin(words: Vec<String>, alerts: Arc<Alerts>) -> std::io::Result<Commands> {
        let (queue, records) = sync_channel(MAX_WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let (counted, end) = (Arc::clone(&waiting), Arc::clone(&ended));
        let thread_alerts = Arc::clone(&alerts);
        let runner =
            std::thread::Builder::new().name("alert command".to_owned()).spawn(move || {
                let _thread = ThreadLog::begin("alert command");
                run_all(&words, &records, &counted, &end, &thread_alerts);
            })?;
        Ok(Commands { queue: Some(queue), waiting, ended, runner, alerts })
    }

    /// Returns true if another call may wait.
    pub fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < MAX_WAITING
    }

    /// Queues a record for the command. Returns false if too many wait.
    pub fn run(&self, record: String) -> bool {
        let taken = self.queue.as_ref().is_some_and(|queue| queue.try_send(record).is_ok());
        self.waiting.fetch_add(usize::from(taken), Ordering::Relaxed);
        taken
    }
}

/// Drops the calls that wait. A command that takes longer than `END_TIMEOUT` goes on by itself.
impl Drop for Commands {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.queue = None;
        let begun = Instant::now();
        while !self.runner.is_finished() && begun.elapsed() < END_TIMEOUT {
            std::thread::sleep(POLL_INTERVAL);
        }
        if !self.runner.is_finished() {
            // all calls but the one whose command runs
            let waiting = self.waiting.load(Ordering::Relaxed).saturating_sub(1);
            (0..waiting).for_each(|_| self.alerts.drop_one());
        }
    }
}

fn run_all(
    words: &[String],
    records: &Receiver<String>,
    waiting: &AtomicUsize,
    ended: &AtomicBool,
    alerts: &Alerts,
) {
    let Some((program, arguments)) = words.split_first() else { return };
    let mut last: Option<Instant> = None;
    for record in records {
        while last.is_some_and(|at| at.elapsed() < MIN_INTERVAL) && !ended.load(Ordering::Relaxed) {
            std::thread::sleep(POLL_INTERVAL);
        }
        if last.is_some() && ended.load(Ordering::Relaxed) {
            alerts.drop_one();
            continue;
        }
        let begun = Instant::now();
        last = Some(begun);
        let environment =
            ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::piped())
            // the command would write to the terminal on which the screen is drawn
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child.and_then(|child| feed(child, record)) {
            Ok(()) => {
                let took_ms = begun.elapsed().as_millis() as u64;
                tracing::debug!(took_ms, "an alert's command ended");
            }
            Err(error) => {
                tracing::warn!(%error, "an alert's command failed");
                alerts.fail(format!("{program}: {error}"));
            }
        }
        waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Writes the record to the command and waits until it ends.
fn feed(mut child: Child, record: String) -> std::io::Result<()> {
    let input = child.stdin.take();
    // a command that reads nothing must not block this thread: the pipe breaks when the command ends
    let writer = std::thread::Builder::new().spawn(move || {
        if let Some(mut input) = input {
            let _ = writeln!(input, "{record}");
        }
    })?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begun.elapsed() > RUN_TIMEOUT {
            child.kill()?;
            child.wait()?;
            return Err(std::io::Error::other("took longer than 10 s and was ended"));
        }
        std::thread::sleep(POLL_INTERVAL);
    };
    // the writer has ended with the pipe, unless a child of the command holds the pipe open
    drop(writer);
    match status.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(format!("ended with {status}"))),
    }
}
