//! The terminal: entering the screen, drawing on it, and restoring the terminal.

#![expect(clippy::disallowed_methods, reason = "frames escape what they show")]

use crate::inspector::{Inspector, Ring};
use crate::report::counted;
use crate::tui::app::clipboard::{CopyTarget, Multiplexer, load_into_tmux, sequence};
use crate::tui::app::copy::MAX_COPY_BYTES;
use crate::tui::app::screen::{Screen, ScreenOptions};
use crate::tui::app::sixteen_colors;
use crate::tui::theme::{ASK_GROUND, ColorDepth};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, queue, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

/// True while the screen uses the terminal. A panic hook has no other way to know.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// True if another thread has written over the screen (a panic's message).
static SOILED: AtomicBool = AtomicBool::new(false);

const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// The buffer of a frame, so that it is sent in one write.
#[derive(Clone, Default)]
struct FrameBuffer(Rc<RefCell<Vec<u8>>>);

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while the screen uses it; restored on drop.
pub struct ScreenTerminal {
    terminal: Terminal<CrosstermBackend<FrameBuffer>>,
    page: FrameBuffer,
    /// The terminal itself, without the line buffer of `stdout()`.
    out: File,
    mouse: bool,
    multiplexer: Multiplexer,
    /// True if it knows only sixteen colors.
    sixteen: bool,
}

impl ScreenTerminal {
    /// Enters the screen.
    pub fn open(options: &ScreenOptions) -> io::Result<ScreenTerminal> {
        let page = FrameBuffer::default();
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let whole = TerminalOptions { viewport: Viewport::Fullscreen };
        let terminal = Terminal::with_options(CrosstermBackend::new(page.clone()), whole)?;
        let multiplexer = Multiplexer::from_environment(|name| std::env::var(name).ok());
        let sixteen = options.depth == ColorDepth::Sixteen;
        let mut console =
            ScreenTerminal { terminal, page, out, mouse: options.mouse, multiplexer, sixteen };
        restore_on_panic(std::thread::current().id());
        console.enter()?;
        Ok(console)
    }

    /// Asks the terminal for its background, without waiting for the answer.
    pub fn ask_ground(&mut self) -> io::Result<()> {
        counted(|| self.out.write_all(ASK_GROUND.as_bytes()))
    }

    /// Enters the screen, for the first time or again; the next frame is drawn in full.
    pub fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        queue!(
            self.page,
            EnterAlternateScreen,
            DisableLineWrap,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        if self.mouse {
            queue!(self.page, EnableMouseCapture)?;
        }
        SOILED.store(true, Ordering::SeqCst);
        self.send()
    }

    /// Restores the terminal.
    pub fn leave(&mut self) {
        give_back();
    }

    /// Returns the size of the terminal.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Returns true if the terminal still exists.
    pub fn is_there(&self) -> bool {
        is_there()
    }

    /// Returns true if everything has to be drawn again, and resets that state.
    pub fn take_soiled(&mut self) -> bool {
        let soiled = SOILED.swap(false, Ordering::SeqCst);
        if soiled && let Ok(size) = self.size() {
            // this clears the screen without asking the terminal for the position of its cursor
            let whole = ratatui::layout::Rect::new(0, 0, size.width, size.height);
            return self.terminal.resize(whole).is_ok();
        }
        soiled
    }

    /// Draws a frame and sends it in one write, as one update of the screen.
    pub fn draw(&mut self, screen: &Screen, inspector: &Inspector) -> io::Result<()> {
        self.terminal.draw(|frame| screen.render(frame.buffer_mut(), inspector))?;
        self.send()
    }

    /// Puts a text on the clipboard through the terminal, so that it also works over ssh.
    pub fn copy(&mut self, text: &str) -> io::Result<CopyTarget> {
        if text.len() > MAX_COPY_BYTES {
            return Err(io::Error::other("it is longer than terminals take"));
        }
        // over ssh, the local terminal may be a tmux that this host cannot call
        let in_tmux = std::env::var_os("TMUX").is_some_and(|tmux| !tmux.is_empty());
        if let Some(copied) = in_tmux.then(|| load_into_tmux(text)).flatten() {
            return Ok(copied);
        }
        counted(|| self.out.write_all(&sequence(text, self.multiplexer)))?;
        Ok(CopyTarget::Terminal)
    }

    /// Rings the bell, or asks the terminal for a notification.
    pub fn ring(&mut self, ring: &Ring) -> io::Result<()> {
        counted(|| self.out.write_all(ring.bytes().as_bytes()))
    }

    fn send(&mut self) -> io::Result<()> {
        let mut frame = self.page.0.borrow_mut();
        if frame.is_empty() {
            return Ok(());
        }
        if self.sixteen {
            *frame = sixteen_colors::rewrite(&frame);
        }
        frame.splice(0..0, BEGIN_FRAME.iter().copied());
        frame.extend_from_slice(END_FRAME);
        let sent = counted(|| self.out.write_all(&frame));
        frame.clear();
        sent
    }
}

impl Drop for ScreenTerminal {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Returns true if the terminal still exists.
pub fn is_there() -> bool {
    io::stdout().is_terminal() && terminal::size().is_ok()
}

/// Restores the terminal, once. Errors are ignored, because there is no place left to show them.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    // a frame may have been interrupted
    bytes.extend_from_slice(END_FRAME);
    let queued = queue!(
        bytes,
        DisableMouseCapture,
        DisableBracketedPaste,
        EnableLineWrap,
        crossterm::style::ResetColor,
        LeaveAlternateScreen,
        cursor::Show
    );
    let mut out = io::stdout().lock();
    let write = || queued.and_then(|()| out.write_all(&bytes)).and_then(|()| out.flush());
    let _ = counted(write);
    let _ = terminal::disable_raw_mode();
}

/// Makes a panic on the screen's thread restore the terminal before its message is printed. A panic on
/// another thread does not end the screen, which then draws over the message.
fn restore_on_panic(screen_thread: ThreadId) {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == screen_thread {
            give_back();
        }
        previous(info);
        SOILED.store(true, Ordering::SeqCst);
    }));
}
