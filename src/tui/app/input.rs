//! Input for the screen: keys, mouse, sizes and signals, in one bounded queue.
//!
//! When the queue is full, the thread that reads keys waits and the terminal keeps what was typed, so
//! nothing is lost.

use crate::tui::app::screen::Msg;
use crate::tui::app::terminal_replies::{HOLD_TIMEOUT, KeyOutcome, TerminalReplies};
use crossterm::event::{self, Event};
use ratatui::layout::Size;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGSTOP, SIGTERM, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};
use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// The maximum number of inputs in the queue.
const MAX_QUEUED_INPUTS: usize = 256;
/// The interval at which the thread that reads keys checks whether the screen has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// The maximum time that the end of the screen waits for an answer of the terminal, which the shell
/// would otherwise read as typed text.
const REPLY_TIMEOUT: Duration = Duration::from_millis(150);

/// One input.
#[derive(Debug)]
pub enum InputEvent {
    /// A message for the screen.
    Msg(Msg),
    /// A signal asks the program to stop until the shell continues it.
    Stop,
    /// The program continues after a stop; the shell may have changed the terminal.
    Continued,
    /// This signal ends the program.
    End(i32),
    /// The terminal can no longer be read.
    Gone,
}

/// The threads that read input. They end when this is dropped.
pub struct Inputs {
    queue: Receiver<InputEvent>,
    signals: Handle,
    /// The number of stop signals that the program sent to its own process group and has to ignore.
    own_stops: Arc<AtomicU32>,
    ended: Arc<AtomicBool>,
    /// The time of a question to the terminal that it has not answered.
    asked: Cell<Option<Instant>>,
    /// True from a question to the terminal until the thread that reads keys knows of it.
    asks: Arc<AtomicBool>,
}

impl Inputs {
    /// Starts the threads that read input.
    pub fn listen() -> io::Result<Inputs> {
        let (sender, queue) = sync_channel(MAX_QUEUED_INPUTS);
        let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT])?;
        let handle = signals.handle();
        let own_stops = Arc::new(AtomicU32::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGTSTP] {
            // once the screen has ended, these signals have their default effect again
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&ended))?;
        }
        let (stops, to_queue) = (Arc::clone(&own_stops), sender.clone());
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let input = match signal {
                    SIGTSTP if take_own_stop(&stops) => continue,
                    SIGTSTP => InputEvent::Stop,
                    SIGCONT => InputEvent::Continued,
                    signal => InputEvent::End(signal),
                };
                if to_queue.send(input).is_err() {
                    return;
                }
            }
        })?;
        let asks = Arc::new(AtomicBool::new(false));
        let (end, asked) = (Arc::clone(&ended), Arc::clone(&asks));
        std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || read(&sender, &end, &asked))?;
        Ok(Inputs { queue, signals: handle, own_stops, ended, asked: Cell::default(), asks })
    }

    /// Prepares for an answer among the keys. To be called before the terminal is asked for its background.
    pub fn expect_answer(&self) {
        self.asks.store(true, Ordering::SeqCst);
        self.asked.set(Some(Instant::now()));
    }

    /// Returns the next input; none if there is none within `wait`.
    pub fn next(&self, wait: Duration) -> Option<InputEvent> {
        match self.queue.recv_timeout(wait) {
            Ok(input) => {
                if matches!(input, InputEvent::Msg(Msg::Background(_))) {
                    self.asked.set(None);
                }
                Some(input)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(InputEvent::Gone),
        }
    }

    /// Stops the whole process group, as the shell expects, and returns when it continues.
    pub fn stop(&self) -> io::Result<()> {
        // the group's signal reaches this process too and must not stop it a second time
        self.own_stops.fetch_add(1, Ordering::SeqCst);
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        signal_hook::low_level::raise(SIGSTOP)
    }
}

impl Drop for Inputs {
    fn drop(&mut self) {
        while let Some(left) =
            self.asked.get().and_then(|at| REPLY_TIMEOUT.checked_sub(at.elapsed()))
        {
            if let Some(InputEvent::Gone) = self.next(left) {
                break;
            }
        }
        self.ended.store(true, Ordering::SeqCst);
        self.signals.close();
    }
}

fn take_own_stop(stops: &AtomicU32) -> bool {
    let one_less = |n: u32| n.checked_sub(1);
    stops.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
}

fn read(queue: &SyncSender<InputEvent>, ended: &AtomicBool, asked: &AtomicBool) {
    let key = |key| InputEvent::Msg(Msg::Key(key));
    let mut answers = TerminalReplies::default();
    while !ended.load(Ordering::SeqCst) {
        let event = match event::poll(if answers.holds() { HOLD_TIMEOUT } else { POLL_INTERVAL }) {
            Ok(false) => {
                if answers.lapse().into_iter().any(|held| queue.send(key(held)).is_err()) {
                    return;
                }
                continue;
            }
            Ok(true) => event::read(),
            Err(error) => Err(error),
        };
        // the flag is set before the question is written, so before any key of the answer arrives
        if asked.swap(false, Ordering::SeqCst) {
            answers = TerminalReplies::to_question();
        }
        let input = match event {
            Ok(Event::Key(event)) => match answers.take(event) {
                KeyOutcome::Held => continue,
                KeyOutcome::Answer(ground) => InputEvent::Msg(Msg::Background(ground)),
                KeyOutcome::Keys(keys) => {
                    if keys.into_iter().any(|event| queue.send(key(event)).is_err()) {
                        return;
                    }
                    continue;
                }
            },
            Ok(Event::Mouse(mouse)) => InputEvent::Msg(Msg::Mouse(mouse)),
            Ok(Event::Resize(width, height)) => {
                InputEvent::Msg(Msg::Resize(Size { width, height }))
            }
            Ok(Event::Paste(text)) => InputEvent::Msg(Msg::Paste(text)),
            Ok(Event::FocusGained | Event::FocusLost) => continue,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => InputEvent::Gone,
        };
        let last = matches!(input, InputEvent::Gone);
        if queue.send(input).is_err() || last {
            return;
        }
    }
}
