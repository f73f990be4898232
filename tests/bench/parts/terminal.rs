//! The real program in a pseudo-terminal, and whoever wants to know when its screen changes.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{self, Read};
use std::num::NonZero;
use std::path::Path;
use std::thread::JoinHandle;

/// A program with a screen.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    reader: JoinHandle<()>,
}

impl Terminal {
    /// Starts it; `look` is given the screen's text at each change.
    pub fn start(
        program: &str,
        args: &[&str],
        home: &Path,
        (cols, rows): (u16, u16),
        mut look: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<Terminal> {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(other)?;
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).map_err(other)?;
        drop(pair.slave);
        let mut screen = pair.master.try_clone_reader().map_err(other)?;
        let reader = std::thread::spawn(move || {
            let mut parser = vt100::Parser::new(some(rows), some(cols), 0);
            let mut buffer = vec![0; 1 << 16];
            while let Ok(read @ 1..) = screen.read(&mut buffer) {
                parser.process(&buffer[..read]);
                look(&parser.screen().contents());
            }
        });
        Ok(Terminal { child, master: pair.master, reader })
    }

    /// Ends the program.
    pub fn end(mut self) -> io::Result<()> {
        self.child.kill()?;
        drop(self.master);
        self.reader.join().map_err(|_| io::Error::other("what looks at the screen panicked"))
    }
}

fn some(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).expect("a terminal has cells")
}

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}
