//! The parts of the load scripts that no public tool does.
//!
//! `bench_parts data CALLS FILE calls|singles|batches` writes made calls of about 1 KB: one a line, or
//! as a recording of requests of one or of batches of 100.
//! `bench_parts visible PROGRAM RATE SECONDS` runs the program in a pseudo-terminal, posts RATE calls
//! a second, and tells how long after its answer a call stands on the screen.
//! `bench_parts open PROGRAM FILE CALLS` opens a file of so many calls, and tells when they are there.
//! `bench_parts search FILE FILTER...` tells how long each filter takes over a recording.

mod data;
mod open;
mod search;
mod terminal;
mod visible;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| usage());
    let done = match args[..] {
        ["data", calls, file, form] => data::write(number(calls), file.as_ref(), form),
        ["visible", program, rate, seconds] => {
            visible::measure(program, number(rate), number(seconds))
        }
        ["open", program, file, calls] => open::measure(program, file, number(calls)),
        ["search", file, ref filters @ ..] => search::measure(file, filters),
        _ => usage(),
    };
    if let Err(error) = done {
        eprintln!("bench_parts: {error}");
        std::process::exit(1);
    }
}

fn usage() -> ! {
    eprintln!(
        "bench_parts: expected `data CALLS FILE calls|singles|batches`, `visible PROGRAM RATE SECONDS`, `open PROGRAM FILE CALLS` or `search FILE FILTER...`"
    );
    std::process::exit(2);
}
