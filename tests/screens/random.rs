//! Random keys, mouse events and sizes while calls arrive: no panic, no state that keys do not lead
//! out of, and the frame stays well formed. `SEGSCOPE_RANDOM_ROUNDS` sets how many (40,000 in
//! `.ci/run`); a failure names the seed, which `SEGSCOPE_RANDOM_SEED` plays again.

use crate::app::TestApp;
use crate::fixture::Fixture;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use segscope::tui::app::keymap::PRESET;
use segscope::tui::app::screen::Msg;
use segscope::tui::app::view::SideEffect;
use std::collections::{BTreeMap, BTreeSet};

/// The number of rounds with one seed: a fresh screen each, so that a failure is found soon.
const EACH: u64 = 500;

/// Every key that is bound anywhere, and some that only type.
fn keys() -> Vec<String> {
    let preset: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(PRESET).expect("the preset");
    let bound = preset.into_values().flat_map(BTreeMap::into_values).flatten();
    let all: BTreeSet<String> =
        bound.flat_map(|keys| keys.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    let typed = ["backspace", "Z", "0", "\"", "=", "{", "}", "ctrl-w", "ctrl-y"];
    all.into_iter().chain(typed.map(str::to_owned)).collect()
}

/// A small generator with a fixed beginning, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn mouse(&mut self) -> Msg {
        let button = [MouseButton::Left, MouseButton::Right][self.roll(2) as usize];
        let kind = match self.roll(7) {
            0 | 1 => MouseEventKind::Down(MouseButton::Left),
            2 => MouseEventKind::Down(button),
            3 => MouseEventKind::Up(button),
            4 => MouseEventKind::Drag(button),
            5 => MouseEventKind::Moved,
            _ => MouseEventKind::ScrollLeft,
        };
        let (column, row) = (self.roll(220) as u16, self.roll(70) as u16);
        Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    }
}

/// Tells how to play it again if it panics.
struct Played {
    seed: u64,
    round: u64,
}

impl Drop for Played {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Played { seed, round } = self;
            eprintln!("round {round}: SEGSCOPE_RANDOM_SEED={seed} plays this again");
        }
    }
}

fn play(seed: u64, keys: &[String]) {
    // nearby seeds begin alike; a generator of this kind cannot begin with 0
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut app = TestApp::new(Fixture::new(5), 100, 30);
    (app.draws, app.exports) = (false, false);
    let mut played = Played { seed, round: 0 };
    for round in 0..EACH {
        played.round = round;
        match dice.roll(26) {
            0 => drop(app.resize(1 + dice.roll(220) as u16, 1 + dice.roll(70) as u16)),
            1 | 2 => app.inspector.add(dice.roll(12)),
            3 => drop(app.click(dice.roll(220) as u16, dice.roll(70) as u16)),
            4 => drop(app.wheel(dice.roll(220) as u16, dice.roll(70) as u16, round % 2 == 0)),
            5 => drop(app.wait(dice.roll(3_000))),
            6 => drop(app.draw_now()),
            7 => app.inspector.add_many(1 + dice.roll(20)),
            8 => drop(app.paste(["track", "type = ", "漢\n\u{1b}\""][dice.roll(3) as usize])),
            9 => app.inspector.engine().notice("a notice\u{1b}".to_owned()),
            10 => drop(app.send(dice.mouse())),
            _ => drop(app.press(&keys[dice.roll(keys.len() as u64) as usize])),
        }
        // some frames stand for several messages, as in the loop
        if dice.roll(6) == 0 {
            app.draw().assert_well_formed();
        }
    }
    leads_out(&mut app);
}

/// Whatever was done, `esc` leads back to the log, the help opens, and `q` ends it.
fn leads_out(app: &mut TestApp) {
    app.draws = true;
    app.resize(100, 30);
    app.effects.clear();
    for _ in 0..16 {
        app.press("esc");
    }
    app.press("1 ?");
    assert!(app.picture().contains("Signs"), "the help does not open:\n{}", app.picture());
    app.press("q q");
    if !app.effects.contains(&SideEffect::Quit) {
        app.press("q q q");
    }
    assert!(app.effects.contains(&SideEffect::Quit), "q does not end it:\n{}", app.picture());
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}: expected a whole number")))
}

#[test]
fn whatever_is_pressed_the_frame_is_whole_and_keys_lead_out() {
    let keys = keys();
    if let Some(seed) = number("SEGSCOPE_RANDOM_SEED") {
        return play(seed, &keys);
    }
    let rounds = number("SEGSCOPE_RANDOM_ROUNDS").unwrap_or(6_000);
    let seeds = rounds.div_ceil(EACH);
    // the machine's cores, so that many rounds take minutes and not an hour
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let keys = &keys;
            scope.spawn(move || {
                (1..=seeds)
                    .filter(|seed| seed % threads == thread)
                    .for_each(|seed| play(seed, keys));
            });
        }
    });
}
