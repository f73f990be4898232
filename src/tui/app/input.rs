//! What comes in: keys, mouse, sizes and signals, on one bounded queue.
//!
//! When it is full the reader waits, and the terminal keeps what was typed: nothing is lost.

use crate::tui::app::screen::Msg;
use crate::tui::app::terminal_replies::{Answers, HOLD, Taken};
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

/// The queue's bound.
const BOUND: usize = 256;
/// How soon the reader sees that the screen has ended.
const LOOK: Duration = Duration::from_millis(200);
/// Who leaves at once waits so long for an answer, which else the shell would take as typed.
const ANSWER: Duration = Duration::from_millis(150);

/// Something that came in.
#[derive(Debug)]
pub enum Input {
    /// for the screen
    Msg(Msg),
    /// a signal asks to stop until the shell lets us go on
    Stop,
    /// we go on after a stop, perhaps with the terminal as the shell left it
    Continued,
    /// this signal ends the program
    End(i32),
    /// the terminal cannot be read any more
    Gone,
}

/// The sources of input. They end when this is dropped.
pub struct Inputs {
    queue: Receiver<Input>,
    signals: Handle,
    /// Stop signals that we sent to our own process group and that are to be overlooked.
    own_stops: Arc<AtomicU32>,
    ended: Arc<AtomicBool>,
    /// When the terminal was asked something that it has not answered.
    asked: Cell<Option<Instant>>,
    /// It is asked just now, which the reader of keys has not seen yet.
    asks: Arc<AtomicBool>,
}

impl Inputs {
    /// Begins to listen.
    pub fn listen() -> io::Result<Inputs> {
        let (sender, queue) = sync_channel(BOUND);
        let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT])?;
        let handle = signals.handle();
        let own_stops = Arc::new(AtomicU32::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGTSTP] {
            // once the screen has ended they do again what they always do
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&ended))?;
        }
        let (stops, to_queue) = (Arc::clone(&own_stops), sender.clone());
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let input = match signal {
                    SIGTSTP if own(&stops) => continue,
                    SIGTSTP => Input::Stop,
                    SIGCONT => Input::Continued,
                    signal => Input::End(signal),
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

    /// The terminal is asked for its background next, and its answer comes among the keys.
    pub fn expect_answer(&self) {
        self.asks.store(true, Ordering::SeqCst);
        self.asked.set(Some(Instant::now()));
    }

    /// The next input, waited for so long.
    pub fn next(&self, wait: Duration) -> Option<Input> {
        match self.queue.recv_timeout(wait) {
            Ok(input) => {
                if matches!(input, Input::Msg(Msg::Ground(_))) {
                    self.asked.set(None);
                }
                Some(input)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Input::Gone),
        }
    }

    /// Stops the whole process group, as the shell expects, and ourselves; returns when it goes on.
    pub fn stop(&self) -> io::Result<()> {
        // the group's signal reaches us too: it is ours, and is not to stop us a second time
        self.own_stops.fetch_add(1, Ordering::SeqCst);
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        signal_hook::low_level::raise(SIGSTOP)
    }
}

impl Drop for Inputs {
    fn drop(&mut self) {
        while let Some(left) = self.asked.get().and_then(|at| ANSWER.checked_sub(at.elapsed())) {
            if let Some(Input::Gone) = self.next(left) {
                break;
            }
        }
        self.ended.store(true, Ordering::SeqCst);
        self.signals.close();
    }
}

fn own(stops: &AtomicU32) -> bool {
    let one_less = |n: u32| n.checked_sub(1);
    stops.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
}

fn read(queue: &SyncSender<Input>, ended: &AtomicBool, asked: &AtomicBool) {
    let key = |key| Input::Msg(Msg::Key(key));
    let mut answers = Answers::default();
    while !ended.load(Ordering::SeqCst) {
        let event = match event::poll(if answers.holds() { HOLD } else { LOOK }) {
            Ok(false) => {
                if answers.lapse().into_iter().any(|held| queue.send(key(held)).is_err()) {
                    return;
                }
                continue;
            }
            Ok(true) => event::read(),
            Err(error) => Err(error),
        };
        // set before the question is written, so before any key of the answer
        if asked.swap(false, Ordering::SeqCst) {
            answers = Answers::to_question();
        }
        let input = match event {
            Ok(Event::Key(event)) => match answers.take(event) {
                Taken::Held => continue,
                Taken::Answer(ground) => Input::Msg(Msg::Ground(ground)),
                Taken::Keys(keys) => {
                    if keys.into_iter().any(|event| queue.send(key(event)).is_err()) {
                        return;
                    }
                    continue;
                }
            },
            Ok(Event::Mouse(mouse)) => Input::Msg(Msg::Mouse(mouse)),
            Ok(Event::Resize(width, height)) => Input::Msg(Msg::Resize(Size { width, height })),
            Ok(Event::Paste(text)) => Input::Msg(Msg::Paste(text)),
            Ok(Event::FocusGained | Event::FocusLost) => continue,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => Input::Gone,
        };
        let last = matches!(input, Input::Gone);
        if queue.send(input).is_err() || last {
            return;
        }
    }
}
