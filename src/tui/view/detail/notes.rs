//! What the findings say about single places of a call: a sign beside a value that is there, and a
//! line of its own for an id that should be there and is not.

use super::uses::sources;
use crate::call::{Doc, Val, pointer};
use crate::findings::fixes::{Edit, Source};
use crate::findings::{Effect, Finding, Headline, HintKind, Severity};
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
    /// Whether it is an account or user id that a vendor misses.
    pub strong: bool,
    /// Whether the call is lost without it.
    pub lost: bool,
    /// The short names of those who want it.
    pub wanted_by: Vec<String>,
}

/// What is written beside a value while there is room: what is wrong with it, then what to do with
/// it, as the head of the call has it, as other findings have it, and what is only near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Code(Severity),
    Lead,
    First,
    Near,
}

/// What is told of a finding besides itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The short name of its vendor.
    pub short: &'a str,
    /// The head of the call speaks of it.
    pub leads: bool,
    /// What is different in the corrected call.
    pub edits: &'a [Edit],
}

/// All notes about one call.
#[derive(Debug, Default)]
pub struct Notes {
    /// The most needed first.
    beside: HashMap<(Part, u32), Vec<(Rank, Note)>>,
    ghosts: Vec<Ghost>,
}

impl Notes {
    /// Adds what a finding says.
    pub fn add(
        &mut self,
        finding: &Finding,
        about: About<'_>,
        call: &Doc<'_>,
        derived: Option<&Doc<'_>>,
    ) {
        let find = |path: &str| {
            let source = sources(path, call, derived).into_iter().next();
            source.map(|(part, value)| (part, value.node()))
        };
        let headline = finding.headline;
        match find(&finding.path) {
            Some(place) if finding.severity != Severity::Info && !finding.path.is_empty() => {
                let note = Note::Code(finding.severity, finding.code.to_string());
                self.put(place, Rank::Code(finding.severity), note);
            }
            None if headline.is_some() => {
                let lost = matches!(finding.effect, Effect::Drop | Effect::Reject);
                let strong = matches!(headline, Some(Headline::Strong(_)));
                self.ghost(&finding.path, (strong, lost), about.short, call.root());
            }
            _ => {}
        }
        let edit = about.edits.iter().find(|edit| edit.to == finding.path);
        let copies = |path: &str| {
            edit.is_some_and(|edit| matches!(&edit.source, Source::Copy(from) if from == path))
        };
        for (nth, hint) in finding.hints.iter().flatten().enumerate() {
            let name = pointer::last(&finding.path);
            let does = match hint.kind {
                HintKind::Spelling if copies(&hint.path) => format!("copy to {name}"),
                HintKind::Spelling => format!("rename to {name}"),
                HintKind::Level | HintKind::Alias => format!("wanted as {}", dotted(&finding.path)),
                HintKind::Anonymous => continue,
            };
            if let Some(place) = find(&hint.path) {
                let rank = match (nth, about.leads) {
                    (0, true) => Rank::Lead,
                    (0, false) => Rank::First,
                    _ => Rank::Near,
                };
                self.put(place, rank, Note::Near(does));
            }
        }
    }

    fn put(&mut self, place: (Part, u32), rank: Rank, note: Note) {
        let notes = self.beside.entry(place).or_default();
        match notes.iter_mut().find(|(_, known)| *known == note) {
            Some((known, _)) => *known = rank.min(*known),
            None => notes.push((rank, note)),
        }
        notes.sort_by_key(|(rank, _)| *rank);
    }

    fn ghost(&mut self, path: &str, (strong, lost): (bool, bool), short: &str, root: Val<'_>) {
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
                ghost.lost |= lost;
                if !ghost.wanted_by.iter().any(|known| known == short) {
                    ghost.wanted_by.push(short.to_owned());
                }
            }
            None => {
                let wanted_by = vec![short.to_owned()];
                self.ghosts.push(Ghost { parent, name, strong, lost, wanted_by });
            }
        }
    }

    /// The notes beside a value, the most needed first.
    pub fn beside(&self, part: Part, node: u32) -> impl Iterator<Item = &Note> {
        self.beside.get(&(part, node)).into_iter().flatten().map(|(_, note)| note)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Hint, Id};

    const CALL: &str =
        r#"{"event":"E","properties":{"account_id":42,"accountId":"a1","userId":"u","x":{}}}"#;

    fn finding(code: &'static str, severity: Severity, path: &str, near: &[&str]) -> Finding {
        let wanted = if path.contains("user") { Id::User } else { Id::Account };
        let kind = |path: &str| match (path, wanted) {
            ("/properties/accountId", _) if code.starts_with("CSB") => HintKind::Spelling,
            ("/properties/userId", _) => HintKind::Spelling,
            _ => HintKind::Alias,
        };
        let hints = near.iter().map(|path| Hint { path: (*path).to_owned(), kind: kind(path) });
        Finding {
            code: code.into(),
            severity,
            effect: Effect::Drop,
            vendor: None,
            path: path.to_owned(),
            message: String::new(),
            why: String::new(),
            reason: None,
            hints: Some(hints.collect()),
            inferred: None,
            history: None,
            advice: None,
            source: "document".into(),
            fix: String::new(),
            headline: match code.rsplit('-').next() {
                Some("MISSING") if path != "/anonymousId" => Some(Headline::Strong(wanted)),
                Some("MISSING") => Some(Headline::Weak(Id::User)),
                Some("ABSENT") => Some(Headline::Weak(wanted)),
                _ => None,
            },
            mistyped: None,
        }
    }

    fn words(found: &[(Finding, bool)], edits: &[Edit], path: &str) -> Vec<String> {
        let doc = Doc::parse(CALL).expect("JSON");
        let mut notes = Notes::default();
        for (finding, leads) in found {
            let about = About { short: "X", leads: *leads, edits };
            notes.add(finding, about, &doc, None);
        }
        let node = doc.root().pointer(path).expect("a value").node();
        let words = |note: &Note| match note {
            Note::Near(words) | Note::Code(_, words) => words.clone(),
        };
        notes.beside(Part::Call, node).map(words).collect()
    }

    #[test]
    fn a_code_and_what_the_head_says_come_before_other_hints() {
        let near = ["/properties/accountId", "/properties/account_id"];
        let found = [
            (finding("CSB-T-ACCOUNT-MISSING", Severity::Error, "/properties/id", &near), true),
            (finding("FS-T-ACCOUNT-MISSING", Severity::Warning, "/groupId", &near), false),
            (
                finding("PH-T-COMPANY-MISSING", Severity::Error, "/properties/company_id", &near),
                false,
            ),
            (
                finding("CSB-T-ACCOUNT-TYPE", Severity::Warning, "/properties/account_id", &[]),
                false,
            ),
            (finding("CSB-T-PROPS-IGNORED", Severity::Info, "/properties/account_id", &[]), false),
        ];
        assert_eq!(
            words(&found, &[], "/properties/accountId"),
            ["rename to id", "wanted as groupId", "wanted as properties.company_id"]
        );
        assert_eq!(
            words(&found, &[], "/properties/account_id"),
            [
                "CSB-T-ACCOUNT-TYPE",
                "wanted as properties.id",
                "wanted as groupId",
                "wanted as properties.company_id"
            ]
        );
        let later: Vec<(Finding, bool)> = found.into_iter().rev().collect();
        assert_eq!(words(&later, &[], "/properties/accountId")[0], "rename to id");
    }

    #[test]
    fn what_another_vendor_reads_is_copied_here_too() {
        let missing = finding(
            "X-T-USER-MISSING",
            Severity::Error,
            "/properties/user_id",
            &["/properties/userId"],
        );
        let edit = |source| Edit { to: "/properties/user_id".to_owned(), source };
        let from = "/properties/userId".to_owned();
        let found = [(missing, true)];
        let say = |source| words(&found, &[edit(source)], "/properties/userId");
        assert_eq!(say(Source::Rename(from.clone())), ["rename to user_id"]);
        assert_eq!(say(Source::Copy(from)), ["copy to user_id"]);
    }

    #[test]
    fn what_the_call_is_lost_without_is_told_apart() {
        let doc = Doc::parse(CALL).expect("JSON");
        let mut notes = Notes::default();
        let about = About { short: "X", leads: false, edits: &[] };
        let session = finding("FS-T-SESSION-MISSING", Severity::Error, "/anonymousId", &[]);
        let mut absent = finding("PH-T-COMPANY-ABSENT", Severity::Warning, "/groupId", &[]);
        absent.effect = Effect::Degrade;
        for finding in [&session, &absent] {
            notes.add(finding, about, &doc, None);
        }
        let ghosts = notes.ghosts().iter().map(|ghost| (&*ghost.name, ghost.strong, ghost.lost));
        assert_eq!(
            ghosts.collect::<Vec<_>>(),
            [("anonymousId", false, true), ("groupId", false, false)]
        );
    }
}
