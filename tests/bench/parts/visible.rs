//! From a call's answer to its row on the screen, in the real program under load.

use super::terminal::Terminal;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Each so many calls one is looked for on the screen.
const PROBE_EVERY: u64 = 100;
/// Tall enough that at 5,000 calls a second a row is there for more than one frame.
const SIZE: (u16, u16) = (160, 200);
/// A probe that is not there by then counts as this late.
const LATEST: Duration = Duration::from_secs(2);

/// Sent and not yet seen: the name and, once it is there, when the answer came.
type Waiting = Arc<Mutex<VecDeque<(String, Option<Instant>)>>>;

/// Prints the latencies.
pub fn measure(program: &str, rate: u64, seconds: u64) -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let waiting = Waiting::default();
    let took: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let address: Arc<Mutex<Option<String>>> = Arc::default();
    let look = {
        let (waiting, took, address) =
            (Arc::clone(&waiting), Arc::clone(&took), Arc::clone(&address));
        move |text: &str| {
            look(text, &waiting, &took);
            let mut address = address.lock().expect("whole");
            *address = address.take().or_else(|| shown_address(text));
        }
    };
    let recording = home.path().join("visible.ndjson");
    let args = ["--listen", "127.0.0.1:0", "--record", &recording.to_string_lossy()];
    let terminal = Terminal::start(program, &args, home.path(), SIZE, look)?;
    let begun = Instant::now();
    let to = loop {
        if let Some(address) = address.lock().expect("whole").clone() {
            break address;
        }
        if begun.elapsed() > Duration::from_secs(10) {
            return Err(io::Error::other("the program did not show an address"));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    post_all(&to, rate, seconds, &waiting)?;
    let begun = Instant::now();
    while !waiting.lock().expect("whole").is_empty() && begun.elapsed() < LATEST {
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.end()?;
    let mut took = took.lock().expect("whole").clone();
    let never = waiting.lock().expect("whole").len();
    took.extend(std::iter::repeat_n(LATEST, never));
    took.sort_unstable();
    if took.is_empty() {
        return Err(io::Error::other("no call was looked for"));
    }
    let ms =
        |part: usize| took[(took.len() * part / 100).min(took.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "answer to visible at {rate} calls/s: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms ({} looked for, {never} never seen)",
        ms(50),
        ms(99),
        ms(100),
        took.len()
    );
    Ok(())
}

fn shown_address(text: &str) -> Option<String> {
    let rest = text.split("http://").nth(1)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}

fn look(text: &str, waiting: &Waiting, took: &Mutex<Vec<Duration>>) {
    let now = Instant::now();
    waiting.lock().expect("whole").retain(|(name, answered)| {
        let seen = text.contains(name.as_str());
        if seen {
            // seen before the answer was read here: no time at all
            took.lock()
                .expect("whole")
                .push(answered.map_or(Duration::ZERO, |at| now.saturating_duration_since(at)));
        }
        !seen
    });
}

/// Posts at an even pace over four connections.
fn post_all(to: &str, rate: u64, seconds: u64, waiting: &Waiting) -> io::Result<()> {
    let (sent, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let one = || -> io::Result<()> {
                    let mut stream = TcpStream::connect(to)?;
                    stream.set_nodelay(true)?;
                    loop {
                        let nth = sent.fetch_add(1, Ordering::Relaxed);
                        if nth >= rate * seconds {
                            return Ok(());
                        }
                        let due = Duration::from_nanos(nth * 1_000_000_000 / rate);
                        std::thread::sleep(due.saturating_sub(begun.elapsed()));
                        let name = format!("probe-{nth:07}");
                        let probe = nth % PROBE_EVERY == 0;
                        if probe {
                            waiting.lock().expect("whole").push_back((name.clone(), None));
                        }
                        post(&mut stream, to, &name)?;
                        if probe {
                            let (mut waiting, now) =
                                (waiting.lock().expect("whole"), Instant::now());
                            let sent = waiting.iter_mut().find(|(sent, _)| *sent == name);
                            if let Some((_, answered)) = sent {
                                *answered = Some(now);
                            }
                        }
                    }
                };
                failed.fetch_or(one().is_err(), Ordering::Relaxed);
            });
        }
    });
    match failed.into_inner() {
        true => Err(io::Error::other("the program closed a connection")),
        false => Ok(()),
    }
}

fn post(stream: &mut TcpStream, to: &str, name: &str) -> io::Result<()> {
    let filler = "lorem ipsum dolor sit amet ".repeat(24);
    let body = format!(
        r#"{{"event":"{name}","userId":"u1","properties":{{"account_id":"a1","user_id":"u1","note":"{filler}"}}}}"#
    );
    let request = format!(
        "POST /v1/track HTTP/1.1\r\nHost: {to}\r\nContent-Type: application/json\r\nAuthorization: Basic Szo=\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = [0; 4096];
    let mut got = 0;
    // the answer is short: its head and a body of a few bytes
    while !answer[..got].ends_with(b"}") {
        match stream.read(&mut answer[got..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => got += read,
        }
    }
    Ok(())
}
