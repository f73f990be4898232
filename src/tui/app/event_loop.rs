//! The event loop: it reads input, the time and the inspector, and draws frames. It runs on the
//! caller's thread; the listener runs on another, and the loop never waits for it.

use crate::inspector::{ColumnChoice, Inspector};
use crate::tui::app::action::Action;
use crate::tui::app::input::{InputEvent, Inputs};
use crate::tui::app::screen::{Msg, Screen, ScreenError, ScreenOptions};
use crate::tui::app::terminal::ScreenTerminal;
pub use crate::tui::app::terminal::give_back;
use crate::tui::app::view::SideEffect;
use std::time::{Duration, Instant};

/// The minimum time between two frames.
const FRAME_INTERVAL: Duration = Duration::from_millis(16);
/// The minimum time between two frames while the user presses no key and only the inspector changes:
/// more frames would show a reader no more, and under load they take CPU time from the senders.
const QUIET_FRAME_INTERVAL: Duration = Duration::from_millis(24);
/// The maximum number of inputs that are handled between two reads of the clock.
const MAX_BATCH_INPUTS: usize = 256;

/// The reason why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user quit.
    Quit,
    /// The program received this signal.
    Signal(i32),
    /// The terminal is gone.
    Gone,
}

/// Draws the screen until the user quits or a signal ends it. The terminal is restored when this
/// returns, and also after a panic on this thread.
pub fn run(inspector: &Inspector, options: &ScreenOptions) -> Result<Exit, ScreenError> {
    match draw(inspector, options) {
        // any write may be the first to fail when the terminal is gone
        Err(_) if !crate::tui::app::terminal::is_there() => Ok(Exit::Gone),
        ended => ended,
    }
}

fn draw(inspector: &Inspector, options: &ScreenOptions) -> Result<Exit, ScreenError> {
    let mut console = ScreenTerminal::open(options)?;
    let mut screen = Screen::new(inspector, options, console.size()?);
    let inputs = Inputs::listen()?;
    let begun = Instant::now();
    let mut drawn: Option<Instant> = None;
    let (mut frames, panics_at) = (0u64, panics_at());
    loop {
        // the first frame is drawn at once
        let until = |pace: Duration| match drawn {
            Some(at) => pace.saturating_sub(at.elapsed()),
            None => Duration::from_nanos(1),
        };
        // with nothing to draw, the inspector is checked once per frame interval
        let due = [FRAME_INTERVAL, QUIET_FRAME_INTERVAL]
            .map(until)
            .into_iter()
            .find(|left| !left.is_zero());
        let mut input = inputs.next(due.unwrap_or(FRAME_INTERVAL));
        for _ in 0..MAX_BATCH_INPUTS {
            let Some(now) = input.take() else { break };
            let effect = match now {
                InputEvent::Msg(msg) => screen.update(msg, inspector),
                InputEvent::Stop => Some(SideEffect::Suspend),
                InputEvent::Continued => {
                    console.enter()?;
                    screen.update(Msg::Resize(console.size()?), inspector)
                }
                InputEvent::End(signal) => return Ok(Exit::Signal(signal)),
                InputEvent::Gone => return Ok(Exit::Gone),
            };
            match effect {
                Some(SideEffect::Quit) => return Ok(Exit::Quit),
                Some(effect) => perform(effect, &mut screen, &mut console, &inputs, inspector)?,
                None => {}
            }
            input = inputs.next(Duration::ZERO);
        }
        let elapsed = begun.elapsed().as_millis();
        screen.update(Msg::Tick(u64::try_from(elapsed).unwrap_or(u64::MAX)), inspector);
        if let Some(ring) = inspector.ring() {
            console.ring(&ring)?;
        }
        if screen.asks() {
            inputs.expect_answer();
            console.ask_ground()?;
        }
        let soiled = console.take_soiled();
        let pace =
            if soiled || screen.is_touched() { FRAME_INTERVAL } else { QUIET_FRAME_INTERVAL };
        let waited = drawn.is_none_or(|at| at.elapsed() >= pace);
        if waited && (soiled || screen.is_dirty(inspector)) {
            let begins = Instant::now();
            inspector.draws();
            screen.sync(inspector);
            match console.draw(&screen, inspector) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) if !console.is_there() => return Ok(Exit::Gone),
                drawing => drawing?,
            }
            inspector.drew(begins.elapsed());
            drawn = Some(Instant::now());
            frames += 1;
            assert!(panics_at != Some(frames), "SEGSCOPE_PANIC_AT_FRAME asks for this panic");
        }
    }
}

/// Returns the frame after which the screen panics, so that a test can check that the terminal is
/// restored. Only debug builds have this.
fn panics_at() -> Option<u64> {
    let asked = cfg!(debug_assertions).then(|| std::env::var("SEGSCOPE_PANIC_AT_FRAME").ok());
    asked.flatten()?.parse().ok()
}

/// Carries out a side effect.
fn perform(
    effect: SideEffect,
    screen: &mut Screen,
    console: &mut ScreenTerminal,
    inputs: &Inputs,
    inspector: &Inspector,
) -> Result<(), ScreenError> {
    match effect {
        SideEffect::Quit => {}
        SideEffect::Suspend => {
            console.leave();
            inputs.stop()?;
            console.enter()?;
            screen.update(Msg::Resize(console.size()?), inspector);
        }
        SideEffect::Copy { what, text } => {
            let message = match console.copy(&text) {
                Ok(copied) => {
                    let what = format!(
                        "{what} ({})",
                        crate::tui::app::view_context::bytes(text.len() as u64)
                    );
                    Ok(copied.words(&what, &screen.keys_of(Action::ShowCopied)))
                }
                Err(error) => Err(format!("{what} could not be copied: {error}")),
            };
            screen.update(Msg::Notice(message), inspector);
        }
        effect => {
            if let Some(msg) = do_on(inspector, &effect) {
                screen.update(msg, inspector);
            }
        }
    }
    Ok(())
}

/// Carries out a side effect on the inspector. Returns the message for the screen; none if there is
/// none or if the side effect does not concern the inspector.
pub fn do_on(inspector: &Inspector, effect: &SideEffect) -> Option<Msg> {
    let silent = |done: Result<(), String>| done.err().map(|error| Msg::Notice(Err(error)));
    match effect {
        SideEffect::UseVendors(chosen) => {
            let done = inspector.set_in_use(chosen);
            Some(Msg::Notice(done.map(|()| "the choice is saved".to_owned())))
        }
        SideEffect::Send { to, text, write_key } => {
            silent(inspector.send(to.as_deref(), text, write_key.as_deref()))
        }
        SideEffect::Deliver(number) => silent(inspector.deliver(*number)),
        SideEffect::ToggleFaults => Some(Msg::Notice(inspector.toggle_faults())),
        SideEffect::JudgeAgain => Some(Msg::Notice(inspector.judge_again())),
        SideEffect::SetMuted(codes) => {
            let count =
                crate::tui::app::view_context::count(codes.len() as u64, "code is", "codes are");
            let done = inspector.set_muted(codes);
            Some(Msg::Notice(done.map(|()| format!("{count} muted"))))
        }
        SideEffect::Split(split) => {
            silent(inspector.arrange(ColumnChoice { split: *split, ..inspector.arranged() }))
        }
        SideEffect::Columns(columns) => {
            let done = inspector
                .arrange(ColumnChoice { columns: Some(columns.clone()), ..inspector.arranged() });
            Some(Msg::Notice(done.map(|()| "columns saved for this folder".to_owned())))
        }
        SideEffect::Keep(memo) => {
            Some(Msg::Saved(inspector.keep(memo).map(|()| memo.saved_message())))
        }
        SideEffect::Mark { seq, marked } => silent(inspector.mark(*seq, *marked)),
        SideEffect::Note { seq, text } => silent(inspector.note(*seq, text)),
        SideEffect::Export { file, format, filter } => {
            let begun = inspector.export(file, *format, filter.clone());
            Some(Msg::Notice(begun.map(|()| format!("writing the calls to {file}"))))
        }
        SideEffect::Clear => silent(inspector.clear()),
        SideEffect::UndoClear => silent(inspector.undo_clear()),
        SideEffect::Quit | SideEffect::Suspend | SideEffect::Copy { .. } => None,
    }
}
