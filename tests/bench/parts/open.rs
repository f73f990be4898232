//! How soon a file's calls are on the screen.

use super::terminal::Terminal;
use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(300);

/// The time after the start at which each state was seen.
#[derive(Default, Clone, Copy)]
struct Seen {
    frame: Option<Duration>,
    row: Option<Duration>,
    all: Option<Duration>,
}

/// Prints when the first frame, the first row and the count of all calls were there.
pub fn measure(program: &str, file: &str, calls: u64) -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let count = format!("{} calls", grouped(calls));
    let shared = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
    let begun = Instant::now();
    let look = {
        let shared = Arc::clone(&shared);
        move |text: &str| {
            let (seen, told) = &*shared;
            let (mut seen, now) = (seen.lock().expect("whole"), begun.elapsed());
            if text.contains("segscope") {
                seen.frame.get_or_insert(now);
            }
            if text.contains("track") {
                seen.row.get_or_insert(now);
            }
            if text.contains(&count) {
                seen.all.get_or_insert(now);
            }
            told.notify_all();
        }
    };
    let terminal = Terminal::start(program, &["open", file], home.path(), (160, 50), look)?;
    let (seen, late) = {
        let (seen, told) = &*shared;
        let waited = told
            .wait_timeout_while(seen.lock().expect("whole"), PATIENCE, |seen| seen.all.is_none())
            .expect("whole");
        (*waited.0, waited.1.timed_out())
    };
    terminal.end()?;
    if late {
        return Err(io::Error::other("not all calls were there in time"));
    }
    let ms = |at: Option<Duration>| at.unwrap_or_default().as_secs_f64() * 1000.0;
    println!(
        "open, {calls} calls: first frame {:.0} ms, first row {:.0} ms, all judged {:.0} ms",
        ms(seen.frame),
        ms(seen.row),
        ms(seen.all)
    );
    Ok(())
}

fn grouped(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}
