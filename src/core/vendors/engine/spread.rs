//! Rules that copy members of an object to a body under their own names, such as custom attributes
//! and metadata.

use crate::call::{CallType, JsonKind, Val, pointer};
use crate::findings::identity::truthy;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::field_slots::{FieldSlot, SlotSet};
use crate::vendors::engine::output_json::OutputJson;
use crate::vendors::engine::presence::Presence;
use crate::vendors::table::build::TableBuilder;
use crate::vendors::table::{CallDef, TableError, Word};
use crate::vendors::vendor::{FieldSource, Guard};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpreadDef {
    /// The object that the members are copied to, as a pointer into the body. A field of the
    /// request at the same place wins.
    pub to: Word,
    /// The places of the object whose members are copied; the first that holds an object wins.
    pub from: Vec<Word>,
    /// Names that are left out without a finding.
    #[serde(default)]
    pub without: Vec<String>,
    /// Names that are left out, with `refusal` for each that is not null.
    #[serde(default)]
    pub refused: Vec<String>,
    /// The code for a refused name.
    pub refusal: Option<Word>,
    /// The new names of members that are renamed.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// The values that are copied: by default any, or only scalars if `lost` is set. Null is always
    /// left out.
    pub take: Option<SpreadTake>,
    /// True if `0`, `false` and `""` are left out as well.
    #[serde(default)]
    pub truthy: bool,
    /// The code for a member that is left out because of its value; null is left out without a
    /// finding.
    pub lost: Option<Word>,
    /// True if the object is sent even if no place holds one.
    #[serde(default)]
    pub always: bool,
    /// The document that this rule is taken from, if not that of the call.
    pub source: Option<String>,
}

/// The values that a spread copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SpreadTake {
    /// All values except null; objects and lists are copied unchanged.
    Any,
    /// Texts, numbers and booleans.
    Scalar,
}

impl SpreadDef {
    /// Returns true if objects and lists are left out.
    pub fn scalar(&self) -> bool {
        match self.take {
            Some(take) => take == SpreadTake::Scalar,
            None => self.lost.is_some(),
        }
    }
}

pub(crate) struct Spread {
    to: Vec<String>,
    from: Vec<FieldSource>,
    without: SlotSet,
    refused: SlotSet,
    refusal: Option<CodeId>,
    rename: BTreeMap<String, String>,
    scalar: bool,
    truthy: bool,
    lost: Option<CodeId>,
    always: bool,
}

impl TableBuilder<'_> {
    pub(crate) fn spread(
        &mut self,
        call: CallType,
        call_def: &CallDef,
        def: &SpreadDef,
    ) -> Result<Spread, TableError> {
        // the empty pointer is the body itself
        if !def.to.get_ref().is_empty() {
            self.check_pointer(&def.to)?;
        }
        if def.lost.is_some() && !def.scalar() && !def.truthy {
            let message = "`lost` names values that are left out, and this spread keeps all: leave `take` out or say `take = \"scalar\"`";
            return Err(TableError::word(self.text, &def.to, message));
        }
        let mut spread = Spread {
            to: pointer::tokens(def.to.get_ref()).map(|name| name.into_owned()).collect(),
            from: Vec::new(),
            without: SlotSet::default(),
            refused: SlotSet::default(),
            refusal: self.code(call, def.refusal.as_ref())?,
            rename: def.rename.clone(),
            scalar: def.scalar(),
            truthy: def.truthy,
            lost: self.code(call, def.lost.as_ref())?,
            always: def.always,
        };
        for word in &def.from {
            for source in self.places(call_def, word)? {
                let (FieldSource::Slot(slot) | FieldSource::Guarded(slot, _)) = source else {
                    continue;
                };
                let pointer = self.keys.pointer(slot).to_owned();
                let from = self.keys.listed(&pointer);
                spread.from.push(source);
                let names =
                    [(&def.without, &mut spread.without), (&def.refused, &mut spread.refused)];
                for (names, slots) in names {
                    names.iter().for_each(|name| slots.insert(self.keys.child(from, name)));
                }
            }
        }
        Ok(spread)
    }
}

/// The error that the findings of a rule depend on values, not only on the shape of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DependsOnValue;

impl Spread {
    /// Returns true if the spread can report a finding.
    pub fn speaks(&self) -> bool {
        self.refusal.is_some() || self.lost.is_some()
    }

    /// Returns the first of its places that holds an object.
    pub fn object(
        &self,
        view: &CallView<'_>,
        is_allowed: impl Fn(Guard) -> bool,
    ) -> Option<FieldSlot> {
        self.from.iter().find_map(|source| match *source {
            FieldSource::Guarded(_, guard) if !is_allowed(guard) => None,
            FieldSource::Slot(slot) | FieldSource::Guarded(slot, _) => {
                view.object(slot).map(|_| slot)
            }
            _ => None,
        })
    }

    /// Returns the name under which a member is sent.
    fn name_of(&self, value: Val<'_>) -> String {
        let key = value.key();
        self.rename.get(&*key).map_or_else(|| key.into_owned(), String::clone)
    }

    /// Decides whether a member with this name and value is sent or left out.
    fn fate(&self, value: Val<'_>, slot: Option<FieldSlot>) -> MemberFate {
        let is_among = |names: &SlotSet| slot.is_some_and(|slot| names.has(slot));
        if is_among(&self.without) {
            return MemberFate::LeftOut(None);
        }
        if value.is_null() {
            return MemberFate::Null;
        }
        if is_among(&self.refused) {
            return MemberFate::LeftOut(self.refusal);
        }
        let is_nested = matches!(value.kind(), JsonKind::Object | JsonKind::Array);
        match self.scalar && is_nested || self.truthy && !truthy(value) {
            true => MemberFate::LeftOut(self.lost),
            false => MemberFate::Sent,
        }
    }

    /// Returns the code that is reported about every member with this name and kind of value.
    ///
    /// # Errors
    /// Fails if the code depends on the value.
    pub fn code_by_kind(
        &self,
        value: Val<'_>,
        slot: Option<FieldSlot>,
    ) -> Result<Option<CodeId>, DependsOnValue> {
        let may_be_falsy = matches!(Presence::from_value(value), Presence::Number | Presence::Text);
        match self.fate(value, slot) {
            MemberFate::Sent if self.truthy && self.lost.is_some() && may_be_falsy => {
                Err(DependsOnValue)
            }
            MemberFate::LeftOut(Some(code)) if Some(code) == self.lost && may_be_falsy => {
                Err(DependsOnValue)
            }
            MemberFate::LeftOut(code) => Ok(code),
            MemberFate::Sent | MemberFate::Null => Ok(None),
        }
    }
}

/// The decision about a member of the object that a spread copies.
enum MemberFate {
    Sent,
    /// The member is null and is not sent.
    Null,
    /// The member is left out, and the code, if any, is reported.
    LeftOut(Option<CodeId>),
}

/// Runs one spread of a request.
pub(crate) fn spread<'a>(evaluation: &mut Evaluation<'a>, request: usize, spread: &'a Spread) {
    let from = spread.object(evaluation.view, |guard| evaluation.allows(guard));
    if from.is_none() && !spread.always {
        return;
    }
    let (view, mut sent) = (evaluation.view, Vec::new());
    for (value, slot) in from.into_iter().flat_map(|from| view.members(from)) {
        let place = CallPlace::Member(from.unwrap_or(FieldSlot::ROOT), value);
        match spread.fate(value, slot) {
            MemberFate::LeftOut(Some(code)) => evaluation.find(code, place),
            MemberFate::Sent if evaluation.rendering() => {
                let out = evaluation.out(FieldValue::Copy(value), From::Place(place));
                sent.push((spread.name_of(value), Some(out)));
            }
            // a null takes the place of an earlier member that has its new name
            MemberFate::Null if evaluation.rendering() && !spread.rename.is_empty() => {
                sent.push((spread.name_of(value), None));
            }
            _ => {}
        }
    }
    if !spread.rename.is_empty() {
        keep_last_of_each_name(&mut sent);
    }
    let sent = sent.into_iter().filter_map(|(name, out)| Some((name, out?))).collect();
    evaluation.change(request, |body| body.add(&spread.to, sent));
}

/// Keeps each name once, at its first position and with its last value. Names can repeat because a
/// renamed member may get the name of another one.
fn keep_last_of_each_name(sent: &mut Vec<(String, Option<OutputJson>)>) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<(String, Option<OutputJson>)> = Vec::with_capacity(sent.len());
    for (name, out) in sent.drain(..) {
        match places.get(&name) {
            Some(&at) => kept[at].1 = out,
            None => {
                places.insert(name.clone(), kept.len());
                kept.push((name, out));
            }
        }
    }
    *sent = kept;
}
