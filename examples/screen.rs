//! The screen on calls made by hand: `cargo run --example screen [VENDORS] [LIVE_PER_SECOND]
//! [empty] [problem] [file]`.

#[path = "../tests/screens/fake/mod.rs"]
mod fake;

use std::sync::Arc;

fn main() -> Result<(), segscope::tui::ScreenError> {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (vendors, per_second) = (numbers.next().unwrap_or(5), numbers.next().unwrap_or(0));
    let has = |word: &str| std::env::args().any(|arg| arg == word);
    let feed = Arc::new(match has("empty") {
        true => fake::FakeFeed::new(vendors as usize),
        false => fake::FakeFeed::with_calls(vendors as usize),
    });
    feed.set_problem(has("problem").then_some("the disk is full: calls are answered 503"));
    if has("file") {
        feed.without_address();
    }
    if per_second > 0 {
        let feed = Arc::clone(&feed);
        std::thread::spawn(move || {
            for n in 0.. {
                std::thread::sleep(std::time::Duration::from_micros(1_000_000 / per_second));
                feed.add(n);
            }
        });
    }
    let options = segscope::tui::ScreenOptions {
        colour: std::env::var_os("NO_COLOR").is_none(),
        ascii: std::env::var_os("ASCII").is_some(),
        theme: std::env::var("THEME").unwrap_or_else(|_| "dark".to_owned()),
        ..Default::default()
    };
    let exit = segscope::tui::run(feed, &options)?;
    eprintln!("{exit:?}");
    Ok(())
}
