//! Random keys, clicks and sizes while calls arrive: no panic, and the frame stays well formed.

use crate::app::TestApp;
use crate::fake::FakeFeed;
use crossterm::event::{MouseButton, MouseEventKind};

const LEFT: MouseButton = MouseButton::Left;

const KEYS: &[&str] = &[
    "j",
    "k",
    "g",
    "G",
    "ctrl-d",
    "ctrl-u",
    "ctrl-f",
    "ctrl-b",
    "pagedown",
    "pageup",
    "home",
    "end",
    "enter",
    "h",
    "l",
    "left",
    "right",
    "up",
    "down",
    "tab",
    "shift-tab",
    "esc",
    "[",
    "]",
    "e",
    "E",
    "w",
    "W",
    "space",
    "v",
    "?",
    "q",
    "y",
    "p",
    "o",
    "c",
    "x",
    "1",
    "2",
    "3",
    "4",
    "5",
    "C",
    "R",
    "r",
    "ctrl-o",
    "ctrl-s",
    "ctrl-t",
    "ctrl-z",
    "f",
    "F",
    "/",
    "n",
    "N",
    "M",
    "ctrl-o",
    "ctrl-s",
    "backspace",
    ":",
    "m",
    "'",
    ";",
    "z",
    "u",
    "|",
    "J",
    "K",
    "D",
];

/// A small generator with a fixed beginning, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

fn play(seed: u64, rounds: u64) {
    let mut dice = Dice(seed);
    let mut app = TestApp::new(FakeFeed::new(5), 100, 30);
    app.draws = false;
    for round in 0..rounds {
        match dice.roll(24) {
            0 => drop(app.resize(1 + dice.roll(220) as u16, 1 + dice.roll(70) as u16)),
            1 | 2 => app.feed.add(dice.roll(12)),
            3 => drop(app.click(dice.roll(220) as u16, dice.roll(70) as u16)),
            10 => {
                let kind =
                    [MouseEventKind::Drag(LEFT), MouseEventKind::Up(LEFT)][round as usize % 2];
                app.mouse(kind, dice.roll(220) as u16, dice.roll(70) as u16);
            }
            4 => drop(app.wheel(dice.roll(220) as u16, dice.roll(70) as u16, round % 2 == 0)),
            5 => drop(app.wait(dice.roll(3_000))),
            6 => app.feed.set_looked_at((round % 2 == 0).then_some(dice.roll(40))),
            7 => app.feed.set_patience((round % 2 == 0).then_some(dice.roll(4))),
            8 => drop(app.paste(["track", "type = ", "漢\n\u{1b}\""][dice.roll(3) as usize])),
            9 => app.feed.set_problem((round % 2 == 0).then_some("the disk is full")),
            _ => drop(app.press(KEYS[dice.roll(KEYS.len() as u64) as usize])),
        }
        // some frames stand for several messages, as in the loop
        if dice.roll(6) == 0 {
            app.draw().assert_well_formed();
        }
    }
}

#[test]
fn random_keys_one() {
    play(0x5eed, 2_000);
}

#[test]
fn random_keys_two() {
    play(0xca11, 2_000);
}
