//! The parts of the load scripts that no public tool does.
//!
//! `bench_parts visible PROGRAM RATE SECONDS` runs the program in a pseudo-terminal, posts RATE calls
//! a second, and tells how long after its answer a call stands on the screen.
//! `bench_parts open PROGRAM FILE CALLS` opens a file of so many calls, and tells when they are there.

mod open;
mod terminal;
mod visible;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| usage());
    let done = match args[..] {
        ["visible", program, rate, seconds] => {
            visible::measure(program, number(rate), number(seconds))
        }
        ["open", program, file, calls] => open::measure(program, file, number(calls)),
        _ => usage(),
    };
    if let Err(error) = done {
        eprintln!("bench_parts: {error}");
        std::process::exit(1);
    }
}

fn usage() -> ! {
    eprintln!("bench_parts: expected `visible PROGRAM RATE SECONDS` or `open PROGRAM FILE CALLS`");
    std::process::exit(2);
}
