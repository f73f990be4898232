//! What has to change in a call, worked out from its findings: one list that all languages and the
//! transformation share.

use super::Call;
use crate::call::{pointer, text};
use crate::findings::advice::{self, Way};
use crate::findings::identity::{ValueRule, stand_in};
use crate::findings::{Finding, Hint, HintKind, Id, Severity, hints, norm};

/// Where a session has its id.
const SESSION: &str = "/anonymousId";

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
            Source::Add(_) => format!("`{to}` set"),
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
    match (finding.lacks(), finding.mistyped) {
        (Some(id), _) => Some((Wanted::Value, id)),
        (None, Some(id)) => Some((Wanted::Text, id)),
        _ if names_nobody_at(finding) => Some((Wanted::Value, placed(&finding.path))),
        _ => None,
    }
}

/// True for a finding that says that an id is none.
fn names_nobody_at(finding: &Finding) -> bool {
    matches!(&*finding.code, "ID-PLACEHOLDER" | "ID-STAND-IN")
}

/// The id that a finding is about, if it says that the call lacks a real one.
pub fn is_without(finding: &Finding) -> Option<Id> {
    match names_nobody_at(finding) {
        true => Some(placed(&finding.path)),
        false => finding.lacks(),
    }
}

#[derive(PartialEq)]
pub(super) enum Wanted {
    Value,
    Text,
}

/// Which of the two ids stands at a place.
fn placed(path: &str) -> Id {
    let last = pointer::last(path);
    match &*norm(&last) {
        "uid" | "distinctid" | "externalid" | "anonymousid" => Id::User,
        "id" if !path.ends_with("/company/id") => Id::User,
        other if other.contains("user") => Id::User,
        _ => Id::Account,
    }
}

/// The name that stands for an id which is not in the call.
fn stand_in_for(path: &str, id: Id) -> String {
    match (path, id) {
        (SESSION, _) => stand_in::ANONYMOUS,
        (_, Id::Account) => stand_in::ACCOUNT,
        (_, Id::User) => stand_in::USER,
    }
    .to_owned()
}

/// The near misses of an id that is missing, or that names nobody.
fn near(call: &Call<'_>, finding: &Finding, id: Id) -> Vec<Hint> {
    match &finding.hints {
        Some(known) => known.clone(),
        // no other id is one of a session
        None if names_nobody_at(finding) && finding.path != SESSION => {
            hints(&call.event, id, &finding.path, ValueRule::Plain)
        }
        None => Vec::new(),
    }
}

/// The changes that take the findings away, one for each place. `keeps` says of a place that a
/// vendor in use could not do without it if its value went to another: it is copied, not renamed.
pub fn edits<'f>(
    call: &Call<'_>,
    findings: impl Iterator<Item = &'f Finding>,
    known_account: Option<&str>,
    keeps: impl Fn(&str, &str) -> bool,
) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for finding in findings {
        let Some((wanted, id)) = kind_of(finding) else { continue };
        let near = near(call, finding, id);
        let hint = advice::worth(&near, &call.event);
        let hint = hint.filter(|hint| hint.kind != HintKind::Anonymous);
        let source = match (wanted, hint) {
            (Wanted::Text, _) => Source::Text,
            (Wanted::Value, Some(hint)) => match hint.kind {
                HintKind::Spelling if !keeps(&hint.path, &finding.path) => {
                    Source::Rename(hint.path.clone())
                }
                _ => Source::Copy(hint.path.clone()),
            },
            (Wanted::Value, None) => match (id, known_account) {
                (Id::Account, Some(account)) => Source::Add(account.to_owned()),
                _ => Source::Add(stand_in_for(&finding.path, id)),
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

/// The fix of a finding in words, where one of the edits takes it away: it says what the corrected
/// call has. None where the finding's own words have to do. `known` is the account that is known
/// from a call with this number.
pub fn words(
    call: &Call<'_>,
    finding: &Finding,
    edits: &[Edit],
    known: Option<(&str, u64)>,
) -> Option<String> {
    let (Wanted::Value, id) = kind_of(finding)? else { return None };
    let edit = edits.iter().find(|edit| edit.to == finding.path)?;
    let near = near(call, finding, id);
    let hint = advice::worth(&near, &call.event);
    let way = match &edit.source {
        Source::Text => return None,
        Source::Rename(from) => Way::Rename(from),
        Source::Copy(from) => match hint {
            Some(Hint { path, kind: HintKind::Alias }) if path == from => Way::Alias(from),
            _ => Way::Copy(from),
        },
        Source::Add(text) => match known.filter(|(known, _)| known == text) {
            Some((known, seq)) => Way::Known(known, seq),
            None => Way::of(hint),
        },
    };
    if !names_nobody_at(finding) {
        return Some(advice::fix(way, &finding.path, advice::instead(finding.reason)));
    }
    if matches!(way, Way::Say | Way::Later) {
        return None;
    }
    let stands = call.event.pointer(&finding.path)?.as_str()?;
    let instead = format!(" instead of the text `{}`", text::visible(&stands));
    let fix = advice::fix(way, &finding.path, &instead);
    Some(format!("{fix}, and find out why the app had no id there"))
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
