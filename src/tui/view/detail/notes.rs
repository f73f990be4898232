//! What the findings say about single places of a call: a sign beside a value that is there, and a
//! line of its own for an id that should be there and is not.

use crate::call::{Doc, Val, pointer};
use crate::findings::{Finding, Headline, HintKind, Severity, headline};
use crate::tui::text;
use std::collections::HashMap;

/// Which of the two documents of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// the call as it came
    Call,
    /// what the service added
    Derived,
}

/// A sign beside a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// It is close to where an id was expected: what to do with it.
    Near(String),
    /// A finding's code.
    Code(Severity, String),
}

impl Note {
    /// The columns that it takes, its sign included.
    pub fn width(&self) -> usize {
        let (Note::Near(words) | Note::Code(_, words)) = self;
        2 + text::width(words)
    }
}

/// A line for something that should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ghost {
    /// The value of the call that it should be inside of.
    pub parent: u32,
    /// Its name, with dots where more than one level is not there.
    pub name: String,
    /// Whether the call is lost without it.
    pub strong: bool,
    /// The short names of those who want it.
    pub wanted_by: Vec<String>,
}

/// All notes about one call.
#[derive(Debug, Default)]
pub struct Notes {
    beside: HashMap<(Part, u32), Note>,
    ghosts: Vec<Ghost>,
}

impl Notes {
    /// Adds what a finding says.
    pub fn add(
        &mut self,
        finding: &Finding,
        short: &str,
        call: &Doc<'_>,
        derived: Option<&Doc<'_>>,
    ) {
        let find = |path: &str| {
            let own = call.root().pointer(path).map(|value| (Part::Call, value.node()));
            let added = || derived?.root().pointer(path).map(|v| (Part::Derived, v.node()));
            own.or_else(added)
        };
        let headline = headline(&finding.code);
        match find(&finding.path) {
            Some(place) if finding.severity != Severity::Info && !finding.path.is_empty() => {
                let note = Note::Code(finding.severity, finding.code.to_string());
                self.beside.entry(place).or_insert(note);
            }
            None if headline.is_some() => {
                let strong = matches!(headline, Some(Headline::Strong(_)));
                self.ghost(&finding.path, strong, short, call.root());
            }
            _ => {}
        }
        for hint in finding.hints.iter().flatten() {
            let does = match hint.kind {
                HintKind::Spelling => format!("rename to {}", pointer::last(&finding.path)),
                HintKind::Level | HintKind::Alias => format!("wanted as {}", dotted(&finding.path)),
                HintKind::Anonymous => continue,
            };
            if let Some(place) = find(&hint.path) {
                // what to do with a value says more than its code
                self.beside.insert(place, Note::Near(does));
            }
        }
    }

    fn ghost(&mut self, path: &str, strong: bool, short: &str, root: Val<'_>) {
        let mut parent = root;
        let mut tokens = pointer::tokens(path).peekable();
        while let Some(inside) = tokens.peek().and_then(|token| parent.get(token)) {
            if !inside.is_object() {
                break;
            }
            parent = inside;
            tokens.next();
        }
        let name = tokens.collect::<Vec<_>>().join(".");
        let parent = parent.node();
        match self.ghosts.iter_mut().find(|g| g.parent == parent && g.name == name) {
            Some(ghost) => {
                ghost.strong |= strong;
                if !ghost.wanted_by.iter().any(|known| known == short) {
                    ghost.wanted_by.push(short.to_owned());
                }
            }
            None => {
                self.ghosts.push(Ghost { parent, name, strong, wanted_by: vec![short.to_owned()] });
            }
        }
    }

    /// The note beside a value.
    pub fn beside(&self, part: Part, node: u32) -> Option<&Note> {
        self.beside.get(&(part, node))
    }

    /// The lines for what is not there.
    pub fn ghosts(&self) -> &[Ghost] {
        &self.ghosts
    }

    /// Whether a note stands inside of a value, so that it should not be folded at first.
    pub fn inside(&self, part: Part, value: Val<'_>) -> bool {
        let range = value.node()..value.node() + value.size() as u32;
        self.beside.keys().any(|(at, node)| *at == part && range.contains(node))
            || (part == Part::Call && self.ghosts.iter().any(|g| range.contains(&g.parent)))
    }
}

/// A JSON pointer as people write it.
pub fn dotted(path: &str) -> String {
    pointer::tokens(path).collect::<Vec<_>>().join(".")
}
