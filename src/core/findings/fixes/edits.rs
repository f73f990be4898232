//! The edits that correct a call, derived from its findings: one list for the header of a call, the
//! code in all languages, and the transformation.

use super::BrokenCall;
use crate::call::{Doc, Event, Val, pointer, text};
use crate::findings::advice::{self, IdRoute};
use crate::findings::doubtful_ids::stand_in;
use crate::findings::fixes::json_tree::Lit;
use crate::findings::fixes::omitted_fields::made_up;
use crate::findings::identity::ValueRule;
use crate::findings::{Finding, Hint, HintKind, Id, Severity, hints, identity, in_json_text, norm};
use std::borrow::Cow;

/// The pointer of a session's id.
const SESSION: &str = "/anonymousId";

/// The fix for a library that adds the user by itself.
const IDENTIFY_FIRST: &str =
    "call `identify` with the user's id first; the library then adds `userId` to each call";

/// One change of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The JSON pointer of the place for the value, which the sender's library can fill.
    pub to: String,
    /// The source of the value.
    pub source: ValueSource,
    /// The paths of the findings that the edit removes.
    pub answers: Vec<String>,
    /// The vendors that need it.
    pub vendors: Vec<usize>,
    /// True if the value is an id, which is always a text. Other values keep their types.
    pub is_id: bool,
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// Another place of the call, from which the value is copied.
    Copy(String),
    /// Another place of the call, from which the value is moved.
    Rename(String),
    /// The place itself, where the value gets another type.
    As(ValueShape),
    /// This text, because the value is not in the call.
    Add(String),
}

/// The new type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueShape {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object, for a text that is the JSON of one.
    Object,
}

impl ValueShape {
    /// Returns the name of the type in words.
    pub fn words(self) -> &'static str {
        match self {
            ValueShape::Text => "a string",
            ValueShape::Number => "a number",
            ValueShape::Boolean => "true or false",
            ValueShape::Object => "an object",
        }
    }
}

impl Edit {
    /// Describes the edit in words.
    pub fn words(&self) -> String {
        let to = advice::dotted(&self.to);
        match &self.source {
            ValueSource::Copy(from) => format!("`{}` copied to `{to}`", advice::dotted(from)),
            ValueSource::Rename(from) => format!("`{}` renamed to `{to}`", advice::dotted(from)),
            ValueSource::As(shape) => format!("`{to}` as {}", shape.words()),
            ValueSource::Add(_) => format!("`{to}` set"),
        }
    }

    /// Returns the other place of the call that the edit reads, if there is one.
    pub fn from(&self) -> Option<&str> {
        match &self.source {
            ValueSource::Copy(from) | ValueSource::Rename(from) => Some(from),
            ValueSource::As(_) | ValueSource::Add(_) => None,
        }
    }

    /// Returns true if the edit removes the finding.
    pub fn answers(&self, finding: &Finding) -> bool {
        !finding.needs_setting && self.answers.contains(&finding.path)
    }

    /// Returns true if the edit makes an object of JSON text, so that other edits can read its
    /// members.
    pub(crate) fn opens(&self) -> bool {
        self.source == ValueSource::As(ValueShape::Object)
    }

    /// Returns true if the call has the value that the edit sets, in a form that it can take.
    pub fn applies_to(&self, event: &Event<'_>) -> bool {
        self.value(|path| event.pointer(path).map(Lit::from_value)).is_some()
    }

    fn strength(&self) -> u8 {
        match self.source {
            ValueSource::Rename(_) => 0,
            ValueSource::Copy(_) => 1,
            ValueSource::As(_) => 2,
            ValueSource::Add(_) => 3,
        }
    }

    /// Returns the value that the edit sets, or `None` if the call does not have it. `at` returns the
    /// value of the call at a JSON pointer.
    pub(crate) fn value(&self, at: impl FnOnce(&str) -> Option<Lit>) -> Option<Lit> {
        match &self.source {
            ValueSource::Add(text) => Some(Lit::Text(text.clone())),
            ValueSource::As(shape) => at(&self.to)?.shaped(*shape),
            ValueSource::Copy(from) | ValueSource::Rename(from) if self.is_id => {
                at(from)?.shaped(ValueShape::Text)
            }
            ValueSource::Copy(from) | ValueSource::Rename(from) => at(from),
        }
    }
}

impl Lit {
    /// Converts the value to another type, if that keeps its meaning.
    fn shaped(&self, shape: ValueShape) -> Option<Lit> {
        match (shape, self) {
            (ValueShape::Text, _) => self.id().map(|text| Lit::Text(text.to_owned())),
            (ValueShape::Number, Lit::Text(text)) => {
                let is_number = serde_json::from_str::<serde_json::Number>(text).is_ok();
                is_number.then(|| Lit::Number(text.clone()))
            }
            (ValueShape::Boolean, Lit::Text(text) | Lit::Number(text)) => {
                match text.to_ascii_lowercase().as_str() {
                    "true" | "1" => Some(Lit::Bool(true)),
                    "false" | "0" => Some(Lit::Bool(false)),
                    _ => None,
                }
            }
            (ValueShape::Object, Lit::Text(text)) => {
                let doc = Doc::parse(text.as_str()).ok()?;
                Some(doc.root()).filter(Val::is_object).map(Lit::from_value)
            }
            _ => None,
        }
    }
}

/// The edits of a call while they are collected.
#[derive(Default)]
pub(crate) struct Edits(pub Vec<Edit>);

impl Edits {
    /// Adds an edit, or merges it with an edit of the same place.
    pub fn add(&mut self, mut edit: Edit) {
        let Some(known) = self.0.iter_mut().find(|known| known.to == edit.to) else {
            return self.0.push(edit);
        };
        if edit.strength() < known.strength() {
            std::mem::swap(known, &mut edit);
        }
        for answered in edit.answers {
            if !known.answers.contains(&answered) {
                known.answers.push(answered);
            }
        }
        known.vendors.extend(edit.vendors);
        known.vendors.sort_unstable();
        known.vendors.dedup();
    }

    /// Returns the edits in an order in which they can be applied. If several edits move the same
    /// value, only the last moves it and the others copy it. A place that an edit fills is not
    /// emptied by another one.
    pub fn settled(self) -> Vec<Edit> {
        let mut edits = self.0;
        edits.sort_by_key(|edit| matches!(edit.source, ValueSource::Rename(_)));
        for at in 0..edits.len() {
            let ValueSource::Rename(from) = &edits[at].source else { continue };
            let later = edits[at + 1..].iter().any(|edit| edit.source == edits[at].source);
            if later || edits.iter().any(|edit| edit.to == *from) {
                edits[at].source = ValueSource::Copy(from.clone());
            }
        }
        edits
    }
}

/// Returns the id that a finding is about and whether an edit has to supply its value or change its
/// type, or `None` if no edit can remove the finding.
pub(crate) fn kind_of(finding: &Finding) -> Option<(WantedValue, Id)> {
    if finding.severity == Severity::Info || finding.needs_setting {
        return None;
    }
    match (finding.lacks(), finding.mistyped) {
        (Some(id), _) => Some((WantedValue::Value, id)),
        (None, Some(id)) => Some((WantedValue::Text, id)),
        _ if names_nobody_at(finding) => Some((WantedValue::Value, placed(&finding.path))),
        _ => None,
    }
}

/// Returns true for a finding that an id is a placeholder, unless the path is one of personal data.
pub(crate) fn names_nobody_at(finding: &Finding) -> bool {
    matches!(&*finding.code, "ID-PLACEHOLDER" | "ID-STAND-IN") && made_up(&finding.path).is_none()
}

/// Returns the id that a finding is about, if it reports that the call has no real id.
pub fn is_without(finding: &Finding) -> Option<Id> {
    match names_nobody_at(finding) {
        true => Some(placed(&finding.path)),
        false => finding.lacks(),
    }
}

#[derive(PartialEq)]
pub(crate) enum WantedValue {
    Value,
    Text,
}

/// Guesses from its name which of the two ids belongs at a place.
fn placed(path: &str) -> Id {
    let last = pointer::last(path);
    match &*norm(&last) {
        "uid" | "distinctid" | "externalid" | "anonymousid" => Id::User,
        "id" if !path.ends_with("/company/id") => Id::User,
        other if other.contains("user") => Id::User,
        _ => Id::Account,
    }
}

/// Returns the name that stands for an id that is not in the call.
fn stand_in_for(path: &str, id: Id) -> String {
    match (path, id) {
        (SESSION, _) => stand_in::ANONYMOUS,
        (_, Id::Account) => stand_in::ACCOUNT,
        (_, Id::User) => stand_in::USER,
    }
    .to_owned()
}

/// Returns the near misses of an id that is missing or is a placeholder.
fn near<'f>(event: &Event<'_>, finding: &'f Finding, id: Id) -> Cow<'f, [Hint]> {
    match &finding.hints {
        Some(known) => Cow::Borrowed(known),
        // no other id can replace a session's id
        None if names_nobody_at(finding) && finding.path != SESSION => {
            Cow::Owned(hints(event, id, &finding.path, ValueRule::Plain))
        }
        None => Cow::Borrowed(&[]),
    }
}

/// Returns the edits that remove findings about ids, one for each place. `keeps` returns true for a
/// place that a vendor in use still needs if its value is moved to another place; such a value is
/// copied instead.
pub fn edits<'f>(
    call: &BrokenCall<'_>,
    findings: impl Iterator<Item = (usize, &'f Finding)>,
    known_account: Option<&str>,
    keeps: impl Fn(&str, &str) -> bool,
) -> Vec<Edit> {
    let mut edits = Edits::default();
    for (vendor, finding) in findings {
        let Some((wanted, id)) = kind_of(finding) else { continue };
        let number = || call.event.pointer(&finding.path).is_some_and(|it| it.as_f64().is_some());
        if wanted == WantedValue::Text && !number() {
            continue;
        }
        let near = near(&call.event, finding, id);
        let hint = advice::worth(&near, &call.event);
        let hint = hint.filter(|hint| hint.kind != HintKind::Anonymous);
        let to = call.sendable(&finding.path).into_owned();
        let source = match (wanted, hint) {
            (WantedValue::Text, _) if to != finding.path => ValueSource::Copy(finding.path.clone()),
            (WantedValue::Text, _) => ValueSource::As(ValueShape::Text),
            (WantedValue::Value, Some(hint)) => match IdRoute::from_hint(Some(hint), &finding.path)
            {
                IdRoute::Rename(from) if !keeps(from, &finding.path) => {
                    ValueSource::Rename(from.to_owned())
                }
                _ => ValueSource::Copy(hint.path.clone()),
            },
            (WantedValue::Value, None) => match (id, known_account) {
                (Id::Account, Some(account)) => ValueSource::Add(account.to_owned()),
                _ => ValueSource::Add(stand_in_for(&finding.path, id)),
            },
        };
        let answers = vec![finding.path.clone()];
        edits.add(Edit { to, source, answers, vendors: vec![vendor], is_id: true });
    }
    edits.settled()
}

/// Returns the fix of a finding in words that match the corrected call, if one of the edits removes
/// the finding. Returns `None` if the finding's own fix is to be shown. `known` is an account that
/// is known from an earlier call, and the number of that call.
pub fn words(
    call: &BrokenCall<'_>,
    finding: &Finding,
    edits: &[Edit],
    known: Option<(&str, u64)>,
) -> Option<String> {
    let edit = edits.iter().find(|edit| edit.answers(finding))?;
    if edit.opens() {
        return Some(advice::json_text_fix(&edit.to));
    }
    let change = words_of_edit(call, finding, edit, known)?;
    let places = || [Some(&*edit.to), edit.from()].into_iter().flatten();
    let is_read_or_written =
        |opened: &&Edit| places().any(|place| pointer::is_below(place, &opened.to));
    match edits.iter().filter(|edit| edit.opens()).find(is_read_or_written) {
        Some(opened) => Some(format!("{}; then {change}", advice::json_text_fix(&opened.to))),
        None => Some(change),
    }
}

fn words_of_edit(
    call: &BrokenCall<'_>,
    finding: &Finding,
    edit: &Edit,
    known: Option<(&str, u64)>,
) -> Option<String> {
    if !edit.is_id {
        let route = match &edit.source {
            ValueSource::Rename(from) => IdRoute::Rename(from),
            // another vendor in use reads the value at its old place
            ValueSource::Copy(from) => IdRoute::Copy(from),
            ValueSource::As(_) | ValueSource::Add(_) => return None,
        };
        return Some(advice::fix(route, &edit.to, ""));
    }
    let (WantedValue::Value, id) = kind_of(finding)? else { return None };
    let near = near(&call.event, finding, id);
    let hint = advice::worth(&near, &call.event);
    let way = match &edit.source {
        ValueSource::As(_) => return None,
        ValueSource::Rename(from) => IdRoute::Rename(from),
        ValueSource::Copy(from) => match IdRoute::from_hint(hint, &finding.path) {
            IdRoute::Alias(path) if path == from => IdRoute::Alias(from),
            _ => IdRoute::Copy(from),
        },
        ValueSource::Add(text) => match known.filter(|(known, _)| known == text) {
            Some((known, seq)) => IdRoute::Known(known, seq),
            None => IdRoute::from_hint(hint, &finding.path),
        },
    };
    if way == IdRoute::Say
        && in_json_text(&call.event, id, &finding.path, ValueRule::Plain).is_some()
    {
        return None;
    }
    if !names_nobody_at(finding) && call.is_told_the_user(&edit.to) {
        return Some(IDENTIFY_FIRST.to_owned());
    }
    if !names_nobody_at(finding) {
        let reason = match edit.to == finding.path {
            true => finding.reason,
            false => Some(identity::reason_at(call.event.pointer(&edit.to))),
        };
        return Some(advice::fix(way, &edit.to, advice::instead(reason)));
    }
    if matches!(way, IdRoute::Say | IdRoute::Later) {
        return None;
    }
    let stands = call.event.pointer(&finding.path)?.as_str()?;
    let instead = format!(" instead of the string `{}`", text::visible(&stands));
    let fix = advice::fix(way, &edit.to, &instead);
    Some(format!("{fix}, and find out why the app had no id there"))
}
