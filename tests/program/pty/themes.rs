//! The terminal's background, and what it can show.

use super::CALL;
use crate::common::wait_for;
use crate::terminal::Terminal;

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];
const QUESTION: &[u8] = b"\x1b]11;?";
/// The color of the program's name in each theme.
const DARK: u8 = 81;
const LIGHT: u8 = 25;

fn has(terminal: &Terminal, wanted: &[u8]) -> bool {
    terminal.bytes().windows(wanted.len()).any(|bytes| bytes == wanted)
}

fn wait_for_brand(terminal: &Terminal, colour: u8) {
    wait_for_colour(terminal, vt100::Color::Idx(colour));
}

fn wait_for_colour(terminal: &Terminal, colour: vt100::Color) {
    wait_for("the program's name in that colour", || {
        (terminal.text().contains("segscope") && terminal.colour_of("segscope") == colour)
            .then_some(())
    });
}

#[test]
fn on_a_light_background_the_light_theme_is_taken_and_no_answer_is_a_key() {
    let (mut terminal, mut http) = Terminal::listening(100, 30, &[]);
    // before any answer
    wait_for_brand(&terminal, DARK);
    assert!(has(&terminal, QUESTION));
    http.post("/v1/track", CALL).expect("an answer");
    terminal.sees("Order R");
    // cut where it hurts most
    terminal.press("\x1b]11;rgb:ffff/f");
    terminal.press("fff/ffff\x1b\\");
    wait_for_brand(&terminal, LIGHT);
    // a `f` would have opened the filter, and a key after the answer is one again
    terminal.press("?");
    terminal.sees("Signs");
    assert!(!terminal.text().contains("filter:"), "{}", terminal.text());
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn the_environment_may_say_it_and_a_chosen_theme_asks_nothing() {
    let terminal = Terminal::prepared(100, 30, &LISTEN, |_, command| {
        command.env("COLORFGBG", "0;15");
    });
    wait_for_brand(&terminal, LIGHT);
    let args = ["--listen", "127.0.0.1:0", "--theme", "dark"];
    let mut terminal = Terminal::prepared(100, 30, &args, |_, command| {
        command.env("COLORFGBG", "0;15");
    });
    wait_for_brand(&terminal, DARK);
    assert!(!has(&terminal, QUESTION));
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn a_terminal_of_sixteen_colours_gets_no_others() {
    let mut terminal = Terminal::prepared(100, 30, &LISTEN, |home, command| {
        command.env_remove("COLORTERM");
        command.env("TERM", "xterm");
        let own = home.join(".config/segscope");
        std::fs::create_dir_all(own.join("themes")).expect("a folder");
        std::fs::write(own.join("themes/mine.toml"), "base = \"dark\"\nbrand = \"#00d700\"\n")
            .expect("written");
        std::fs::write(own.join("config.toml"), "theme = \"mine\"\n").expect("written");
    });
    // the nearest of sixteen
    wait_for_brand(&terminal, 2);
    let mut http = terminal.http();
    http.post("/v1/track", CALL).expect("an answer");
    terminal.sees("Order R");
    for long in [&b"38;5"[..], b"48;5", b"38;2", b"48;2"] {
        assert!(!has(&terminal, long), "{:?}", String::from_utf8_lossy(long));
    }
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn without_colour_nothing_is_asked() {
    let mut terminal = Terminal::prepared(100, 30, &LISTEN, |_, command| {
        command.env("NO_COLOR", "1");
    });
    terminal.address();
    assert!(!has(&terminal, QUESTION));
    assert_eq!(terminal.colour_of("segscope"), vt100::Color::Default);
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn what_changes_in_files_is_seen_at_once_and_a_mistake_is_told_with_its_line() {
    let mut terminal = Terminal::prepared(160, 30, &LISTEN, |home, _| {
        let own = home.join(".config/segscope");
        std::fs::create_dir_all(own.join("themes")).expect("a folder");
        std::fs::write(own.join("themes/mine.toml"), "base = \"dark\"\nbrand = \"#00d700\"\n")
            .expect("written");
        std::fs::write(own.join("config.toml"), "theme = \"mine\"\n").expect("written");
    });
    let own = terminal.home().join(".config/segscope");
    let write = |file: &str, text: &str| std::fs::write(own.join(file), text).expect("written");
    wait_for_colour(&terminal, vt100::Color::Rgb(0, 0xd7, 0));
    write("themes/mine.toml", "base = \"dark\"\nbrand = \"red\"\n");
    wait_for_brand(&terminal, 1);
    write("themes/mine.toml", "base = \"dark\"\nbrnd = \"blue\"\n");
    terminal.sees("mine.toml:2: `brnd` is not a style; the nearest is `brand`");
    terminal.sees("the earlier settings stay in effect");
    wait_for_brand(&terminal, 1);
    // a theme that is named before it is there
    write("config.toml", "theme = \"mine\"\n[colors]\nbrand = \"blue\"\n");
    write("themes/mine.toml", "base = \"dark\"\n");
    wait_for_brand(&terminal, 4);
    write("config.toml", "theme = \"other\"\n");
    terminal.sees("config.toml:1: `other` is not a theme");
    write("themes/other.toml", "base = \"dark\"\nbrand = \"magenta\"\n");
    wait_for_brand(&terminal, 5);
    // the keys too
    write("config.toml", "theme = \"other\"\n[keys.calls]\npause = [\"P\"]\n");
    terminal.sees("P pause");
    // nobody was asked for the ground, which matters from now on
    assert!(!has(&terminal, QUESTION));
    write("config.toml", "theme = \"auto\"\n");
    wait_for_brand(&terminal, DARK);
    wait_for("the question", || has(&terminal, QUESTION).then_some(()));
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    wait_for_brand(&terminal, LIGHT);
    assert!(!terminal.text().contains("from the next start on"), "{}", terminal.text());
    assert_eq!(terminal.quit(), 0);
}
