//! A command that is run for a call, with the call's record on its standard input. One at a time;
//! a few calls wait, and what is more is dropped and counted.

use super::{Alerts, INTERVAL};
use crate::debug_log::ThreadLog;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// So many calls wait.
const WAITING: usize = 16;
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(10);
/// At the end of the program a command that still runs is waited for no longer.
const LAST: Duration = Duration::from_millis(500);
/// What a command is given of the environment: where programs and the user's files are, the
/// language, and how a notification reaches the desktop. Keys of vendors stand in the rest.
const PASSED_ON: [&str; 10] = [
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
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

/// The queue to the commands.
pub struct Commands {
    /// None: it is the end.
    queue: Option<SyncSender<String>>,
    waiting: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    runner: JoinHandle<()>,
    alerts: Arc<Alerts>,
}

impl Commands {
    /// Begins to wait for calls.
    pub fn begin(words: Vec<String>, alerts: Arc<Alerts>) -> std::io::Result<Commands> {
        let (queue, records) = sync_channel(WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let (counted, end) = (Arc::clone(&waiting), Arc::clone(&ended));
        let told = Arc::clone(&alerts);
        let runner =
            std::thread::Builder::new().name("alert command".to_owned()).spawn(move || {
                let _thread = ThreadLog::begin("alert command");
                run_all(&words, &records, &counted, &end, &told);
            })?;
        Ok(Commands { queue: Some(queue), waiting, ended, runner, alerts })
    }

    /// Whether another call may wait.
    pub fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < WAITING
    }

    /// Lets the command run for a record; false if too many wait.
    pub fn run(&self, record: String) -> bool {
        let taken = self.queue.as_ref().is_some_and(|queue| queue.try_send(record).is_ok());
        self.waiting.fetch_add(usize::from(taken), Ordering::Relaxed);
        taken
    }
}

/// At the end what waits is dropped, and what runs goes on by itself if it takes long.
impl Drop for Commands {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        self.queue = None;
        let begun = Instant::now();
        while !self.runner.is_finished() && begun.elapsed() < LAST {
            std::thread::sleep(LOOK);
        }
        if !self.runner.is_finished() {
            // all but the one that runs
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
        while last.is_some_and(|at| at.elapsed() < INTERVAL) && !ended.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
        }
        if last.is_some() && ended.load(Ordering::Relaxed) {
            alerts.drop_one();
            continue;
        }
        let begun = Instant::now();
        last = Some(begun);
        let environment = PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::piped())
            // the screen is drawn on the terminal that they would write to
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

/// Writes the record and waits for the end.
fn feed(mut child: Child, record: String) -> std::io::Result<()> {
    let input = child.stdin.take();
    // a command that reads nothing must not hold anybody up: the pipe breaks with its end
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
        if begun.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Err(std::io::Error::other("took longer than 10 s and was ended"));
        }
        std::thread::sleep(LOOK);
    };
    // it has nobody to write to any more, unless a child of the command holds the pipe
    drop(writer);
    match status.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(format!("ended with {status}"))),
    }
}
