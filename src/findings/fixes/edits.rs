//! What has to change in a call, worked out from its findings: one list that all languages and the
//! transformation share.

use super::Call;
use crate::findings::{Finding, Headline, HintKind, Id, Severity, advice, headline};

/// One change of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where the id belongs, as a JSON pointer.
    pub to: String,
    /// Where it comes from.
    pub source: Source,
}

/// Where an id comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Another place of the call, which keeps it.
    Copy(String),
    /// Another place of the call, which loses it.
    Rename(String),
    /// The place itself: a number becomes a text.
    Text,
    /// Nowhere in the call: this stands for it.
    Add(String),
}

impl Edit {
    /// The change in words.
    pub fn words(&self) -> String {
        let to = advice::dotted(&self.to);
        match &self.source {
            Source::Copy(from) => format!("`{}` copied to `{to}`", advice::dotted(from)),
            Source::Rename(from) => format!("`{}` renamed to `{to}`", advice::dotted(from)),
            Source::Text => format!("`{to}` as a text"),
            Source::Add(_) => format!("`{to}` added"),
        }
    }

    fn strength(&self) -> u8 {
        match self.source {
            Source::Rename(_) => 0,
            Source::Copy(_) => 1,
            Source::Text => 2,
            Source::Add(_) => 3,
        }
    }
}

/// True for a finding that an edit takes away.
pub(super) fn kind_of(finding: &Finding) -> Option<(Wanted, Id)> {
    if finding.severity == Severity::Info {
        return None;
    }
    let code: &str = &finding.code;
    match headline(code) {
        Some(Headline::Strong(id) | Headline::Weak(id)) => Some((Wanted::Value, id)),
        None if code.ends_with("-USER-TYPE") => Some((Wanted::Text, Id::User)),
        None if code.ends_with("-ACCOUNT-TYPE") || code.ends_with("-COMPANY-TYPE") => {
            Some((Wanted::Text, Id::Account))
        }
        None if code == "ID-PLACEHOLDER" => Some((Wanted::Value, placed(&finding.path))),
        None => None,
    }
}

#[derive(PartialEq)]
pub(super) enum Wanted {
    Value,
    Text,
}

fn placed(path: &str) -> Id {
    if path.to_ascii_lowercase().contains("user") { Id::User } else { Id::Account }
}

/// The name that stands for an id which is not in the call.
fn stand_in(path: &str, id: Id) -> String {
    match (path, id) {
        ("/anonymousId", _) => "ANONYMOUS_ID",
        (_, Id::Account) => "ACCOUNT_ID",
        (_, Id::User) => "USER_ID",
    }
    .to_owned()
}

/// The changes that take the findings away, one for each place. `used` are the places that a
/// vendor in use reads: what stands there is copied, not renamed.
pub(super) fn edits<'f>(
    call: &Call<'_>,
    findings: impl Iterator<Item = &'f Finding>,
    used: &[String],
) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for finding in findings {
        let Some((wanted, id)) = kind_of(finding) else { continue };
        let hint = finding.hints.iter().flatten().find(|hint| hint.kind != HintKind::Anonymous);
        let source = match (wanted, hint) {
            (Wanted::Text, _) => Source::Text,
            (Wanted::Value, Some(hint)) => match hint.kind {
                HintKind::Spelling if !used.contains(&hint.path) => {
                    Source::Rename(hint.path.clone())
                }
                _ => Source::Copy(hint.path.clone()),
            },
            (Wanted::Value, None) => match (id, call.known_account) {
                (Id::Account, Some(account)) => Source::Add(account.to_owned()),
                _ => Source::Add(stand_in(&finding.path, id)),
            },
        };
        let edit = Edit { to: finding.path.clone(), source };
        match edits.iter_mut().find(|known| known.to == edit.to) {
            Some(known) if edit.strength() < known.strength() => *known = edit,
            Some(_) => {}
            None => edits.push(edit),
        }
    }
    settle_renames(&mut edits);
    edits
}

/// What is read more than once is taken away by the last that reads it, and what an edit fills is
/// not taken away at all.
fn settle_renames(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| matches!(edit.source, Source::Rename(_)));
    for at in 0..edits.len() {
        let Source::Rename(from) = &edits[at].source else { continue };
        let later = edits[at + 1..].iter().any(|edit| edit.source == edits[at].source);
        if later || edits.iter().any(|edit| edit.to == *from) {
            edits[at].source = Source::Copy(from.clone());
        }
    }
}
