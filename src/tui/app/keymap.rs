//! The keymap, which assigns actions to keys, read from a file.

pub use crate::tui::app::key::Key;

use crate::tui::app::action::{Action, KeyContext};
use std::collections::BTreeMap;

/// The keymap that comes with the program.
pub const PRESET: &str = include_str!("../../../assets/keys.toml");

/// A keymap that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeymapError {
    /// The file is not TOML of this shape.
    #[error("the keys cannot be read: {0}")]
    Syntax(String),
    /// The name of a section is not a place of the screen.
    #[error("`[{0}]` is not a place of the screen")]
    UnknownPlace(String),
    /// The name of an action is not known.
    #[error("`{0}` is not an action")]
    UnknownAction(String),
    /// The name of a key is not known.
    #[error("`{key}` (for `{action}`) is not a key")]
    UnknownKey {
        /// the key
        key: String,
        /// the action that the key should do
        action: &'static str,
    },
    /// One key would do two things at one place.
    #[error("`{key}` would do both `{first}` and `{second}`")]
    Clash {
        /// the key
        key: String,
        /// one action
        first: &'static str,
        /// the other
        second: &'static str,
    },
    /// A key that the user set cannot be used.
    #[error("{origin}: {error}")]
    Set {
        /// where they are set
        origin: String,
        /// what is wrong
        error: Box<KeymapError>,
    },
}

/// Keys that the user set for an action at a place, instead of those of the preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetKeys {
    /// The name of the place.
    pub place: String,
    /// The name of the action.
    pub action: String,
    /// The keys; an empty list removes those of the preset.
    pub keys: Vec<String>,
    /// The place in the settings that contains them.
    pub origin: String,
}

#[derive(Debug, Clone)]
struct Binding {
    place: KeyContext,
    action: Action,
    keys: Vec<Key>,
    /// The place in the settings where the user set it.
    origin: Option<String>,
}

/// The result of looking up the keys that were pressed so far.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup {
    /// an action
    Action(Action),
    /// the beginning of the keys of an action
    Begun,
    /// nothing
    Nothing,
}

/// The active keymap.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Keymap {
    /// Reads a keymap and refuses one in which a key would do two things at one place.
    pub fn parse(text: &str) -> Result<Keymap, KeymapError> {
        let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(text).map_err(|error| KeymapError::Syntax(error.to_string()))?;
        let mut bindings = Vec::new();
        for (place, actions) in file {
            let place = KeyContext::parse(&place).ok_or(KeymapError::UnknownPlace(place))?;
            for (name, sequences) in actions {
                let action = Action::parse(&name).ok_or(KeymapError::UnknownAction(name))?;
                for sequence in sequences {
                    let keys = parse_sequence(&sequence, action)?;
                    bindings.push(Binding { place, action, keys, origin: None });
                }
            }
        }
        Keymap { bindings }.without_clash()
    }

    /// Returns the preset with the user's own keys. An error names where the keys are set.
    pub fn with(set: &[SetKeys]) -> Result<Keymap, KeymapError> {
        let mut bindings = Keymap::default().bindings;
        for SetKeys { place, action, keys, origin } in set {
            let at = |error| KeymapError::Set { origin: origin.clone(), error: Box::new(error) };
            let place = KeyContext::parse(place)
                .ok_or_else(|| at(KeymapError::UnknownPlace(format!("keys.{place}"))))?;
            let action = Action::parse(action)
                .ok_or_else(|| at(KeymapError::UnknownAction(action.clone())))?;
            bindings.retain(|binding| (binding.place, binding.action) != (place, action));
            for sequence in keys {
                let keys = parse_sequence(sequence, action).map_err(at)?;
                bindings.push(Binding { place, action, keys, origin: Some(origin.clone()) });
            }
        }
        Keymap { bindings }.without_clash()
    }

    fn without_clash(self) -> Result<Keymap, KeymapError> {
        match KeyContext::ALL.into_iter().find_map(|place| self.clash(place)) {
            Some(clash) => Err(clash),
            None => Ok(self),
        }
    }

    fn bindings_at(&self, place: KeyContext) -> impl Iterator<Item = &Binding> {
        let sections = place.sections();
        self.bindings.iter().filter(move |binding| sections.contains(&binding.place))
    }

    /// Finds two bindings with the same keys, or one whose keys begin with those of the other.
    fn clash(&self, place: KeyContext) -> Option<KeymapError> {
        let here: Vec<&Binding> = self.bindings_at(place).collect();
        here.iter().enumerate().find_map(|(at, first)| {
            let second = here[at + 1..].iter().find(|second| {
                first.keys.starts_with(&second.keys) || second.keys.starts_with(&first.keys)
            })?;
            let clash = KeymapError::Clash {
                key: name(if first.keys.len() < second.keys.len() {
                    &first.keys
                } else {
                    &second.keys
                }),
                first: first.action.name(),
                second: second.action.name(),
            };
            Some(match second.origin.clone().or_else(|| first.origin.clone()) {
                Some(origin) => KeymapError::Set { origin, error: Box::new(clash) },
                None => clash,
            })
        })
    }

    /// Returns what these keys do at a place when pressed one after the other.
    pub fn lookup(&self, place: KeyContext, pressed: &[Key]) -> Lookup {
        let mut begun = false;
        for binding in self.bindings_at(place) {
            if binding.keys == pressed {
                return Lookup::Action(binding.action);
            }
            begun |= binding.keys.starts_with(pressed);
        }
        if begun { Lookup::Begun } else { Lookup::Nothing }
    }

    /// Returns the action of these keys at another place of a page, and that place.
    pub fn elsewhere(&self, pressed: &[Key]) -> Option<(KeyContext, Action)> {
        let places = [
            KeyContext::Log,
            KeyContext::Detail,
            KeyContext::Counts,
            KeyContext::People,
            KeyContext::Sync,
            KeyContext::Composed,
        ];
        places.into_iter().find_map(|place| match self.lookup(place, pressed) {
            Lookup::Action(action) => Some((place, action)),
            Lookup::Begun | Lookup::Nothing => None,
        })
    }

    /// Returns the keys of an action at a place, as they are shown and in the file's order: `j` `down`.
    pub fn keys(&self, place: KeyContext, action: Action) -> Vec<String> {
        let bindings = self.bindings_at(place).filter(|binding| binding.action == action);
        bindings.map(|binding| name(&binding.keys)).collect()
    }

    /// Returns the first of these keys, to name it in a sentence; empty if the action has none.
    pub fn first_key(&self, place: KeyContext, action: Action) -> String {
        self.keys(place, action).into_iter().next().unwrap_or_default()
    }

    /// Returns the actions that a section of the file contains, in the order of the help.
    pub fn section(&self, place: KeyContext) -> impl Iterator<Item = Action> {
        Action::ALL.iter().copied().filter(move |action| self.has(place, *action))
    }

    /// Returns true if a section of the file contains an action.
    pub fn has(&self, section: KeyContext, action: Action) -> bool {
        let mut bindings = self.bindings.iter();
        bindings.any(|binding| (binding.place, binding.action) == (section, action))
    }

    /// Returns the actions whose keys begin with these, each with the keys that are still to press.
    pub fn after(&self, place: KeyContext, pressed: &[Key]) -> Vec<(String, Action)> {
        self.bindings_at(place)
            .filter(|binding| binding.keys.starts_with(pressed))
            .map(|binding| (name(&binding.keys[pressed.len()..]), binding.action))
            .collect()
    }
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap::parse(PRESET).expect("the keys that come with the program; a test reads them")
    }
}

/// Reads the keys of a sequence; there must be at least one.
fn parse_sequence(sequence: &str, action: Action) -> Result<Vec<Key>, KeymapError> {
    let unknown =
        |key: &str| KeymapError::UnknownKey { key: key.to_owned(), action: action.name() };
    let keys = sequence.split_whitespace().map(|key| Key::parse(key).ok_or_else(|| unknown(key)));
    match keys.collect::<Result<Vec<Key>, _>>()? {
        none if none.is_empty() => Err(unknown(sequence)),
        keys => Ok(keys),
    }
}

/// Formats keys as they are shown: `j`, `yy`, `ctrl-x p`.
pub(crate) fn name(keys: &[Key]) -> String {
    let names: Vec<String> = keys.iter().map(Key::to_string).collect();
    let short = names.iter().all(|name| name.chars().count() == 1);
    names.join(if short { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(name: &str) -> Key {
        Key::parse(name).expect(name)
    }

    #[test]
    fn the_preset_binds_every_action() {
        let keymap = Keymap::parse(PRESET).expect("the preset");
        for action in Action::ALL {
            let places =
                KeyContext::ALL.iter().filter(|place| !keymap.keys(**place, *action).is_empty());
            assert!(places.count() > 0, "no key for {}", action.name());
        }
        assert_eq!(keymap.lookup(KeyContext::Log, &[press("G")]), Lookup::Action(Action::Last));
        assert_eq!(keymap.lookup(KeyContext::Log, &[press("y")]), Lookup::Begun);
        let yy = [press("y"), press("y")];
        assert_eq!(keymap.lookup(KeyContext::Detail, &yy), Lookup::Action(Action::CopyCall));
        assert_eq!(keymap.lookup(KeyContext::Help, &yy), Lookup::Nothing);
        assert_eq!(keymap.keys(KeyContext::Log, Action::CopyCall), ["yy"]);
    }

    #[test]
    fn a_clash_names_both_actions() {
        let clash = |text: &str| Keymap::parse(text).expect_err("a clash").to_string();
        assert_eq!(
            clash("[log]\nopen = [\"space\"]\n[calls]\npause = [\"space\"]"),
            "`space` would do both `pause` and `open`"
        );
        assert_eq!(
            clash("[calls]\ncopy_call = [\"y y\"]\npause = [\"y\"]"),
            "`y` would do both `copy_call` and `pause`"
        );
        // the same key under another name is the same key
        assert_eq!(
            clash("[everywhere]\nlast = [\"G\"]\nup = [\"shift-g\"]"),
            "`G` would do both `last` and `up`"
        );
        // two places that never meet may share one
        Keymap::parse("[log]\nopen = [\"enter\"]\n[vendors]\nsave = [\"enter\"]").expect("fine");
    }

    #[test]
    fn the_users_keys_take_the_place_of_the_presets() {
        let set = |place: &str, action: &str, keys: &[&str], line: usize| SetKeys {
            place: place.to_owned(),
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            origin: format!("config.toml:{line}"),
        };
        let keymap = Keymap::with(&[
            set("calls", "pause", &["P", "ctrl-x p"], 1),
            set("calls", "next_missing", &[], 2),
            set("log", "open", &["space", "enter"], 3),
        ]);
        let keymap = keymap.expect("fine: space is free now");
        assert_eq!(keymap.keys(KeyContext::Log, Action::Pause), ["P", "ctrl-x p"]);
        assert_eq!(keymap.lookup(KeyContext::Log, &[press("space")]), Lookup::Action(Action::Open));
        assert_eq!(keymap.lookup(KeyContext::Log, &[press("e")]), Lookup::Nothing);
        let error = |set: SetKeys| Keymap::with(&[set]).expect_err("a mistake").to_string();
        assert_eq!(
            error(set("log", "open", &["space"], 7)),
            "config.toml:7: `space` would do both `pause` and `open`"
        );
        assert_eq!(
            error(set("everywhere", "help", &["f"], 8)),
            "config.toml:8: `f` would do both `edit_filter` and `help`"
        );
        assert_eq!(
            error(set("lgo", "open", &["x"], 1)),
            "config.toml:1: `[keys.lgo]` is not a place of the screen"
        );
        assert_eq!(error(set("log", "oepn", &["x"], 1)), "config.toml:1: `oepn` is not an action");
        assert_eq!(
            error(set("log", "open", &["xx"], 1)),
            "config.toml:1: `xx` (for `open`) is not a key"
        );
        assert_eq!(
            error(set("log", "open", &[""], 1)),
            "config.toml:1: `` (for `open`) is not a key"
        );
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| Keymap::parse(text).expect_err("a mistake").to_string();
        assert_eq!(error("[lgo]\nopen = [\"x\"]"), "`[lgo]` is not a place of the screen");
        assert_eq!(error("[log]\noepn = [\"x\"]"), "`oepn` is not an action");
        assert_eq!(error("[log]\nopen = [\"xx\"]"), "`xx` (for `open`) is not a key");
    }
}
