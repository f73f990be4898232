//! One call at one vendor, while the rules run over it.
//!
//! The same run judges and renders: without a sheet it only gathers codes and ids, with one it also
//! writes findings, bodies and extras. What is costly to make is made in closures that run only
//! with a sheet.

use crate::call::{CallType, Seq, Val, pointer};
use crate::findings::doubtful_ids::{IdDoubt, doubt_of};
use crate::findings::{Effect, Finding, Verdict, identity};
use crate::vendors::codes::{CodeId, Codes};
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::engine::presence::Presence;
use crate::vendors::engine::sentences::finding;
use crate::vendors::engine::shape_rules::is_chosen;
use crate::vendors::memory::facts::Facts;
use crate::vendors::table::NumberRule;
use crate::vendors::vendor::{FieldSource, Guard, NAMES, Name, Vendor, slot};
use std::borrow::Cow;

/// A place in the call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CallPlace<'a> {
    /// A place that has a spot.
    Spot(FieldSlot),
    /// A member of the object at a spot.
    Member(FieldSlot, Val<'a>),
    /// A member of the call itself.
    Top(Val<'a>),
}

/// Where a value came from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From<'a> {
    /// A place in the call.
    Place(CallPlace<'a>),
    /// A setting.
    Setting(&'a str),
    /// The vendor's own.
    Default,
    /// What an earlier call taught.
    Memory(Seq),
}

/// An id that a vendor found.
#[derive(Debug, Clone)]
pub(crate) struct FoundId<'a> {
    /// The id as text.
    pub text: Cow<'a, str>,
    /// The value in the call; none if it was remembered.
    pub value: Option<Val<'a>>,
    pub from: From<'a>,
    /// Why its text is probably no id.
    pub doubt: Option<IdDoubt>,
}

impl<'a> FoundId<'a> {
    /// An id, whose text is looked at once.
    pub fn new(text: Cow<'a, str>, value: Option<Val<'a>>, from: From<'a>) -> FoundId<'a> {
        let doubt = doubt_of(&text);
        FoundId { text, value, from, doubt }
    }

    /// True for an id that is used and yet looks wrong: no text, or one that is probably no id.
    pub fn doubtful(&self) -> bool {
        !self.is_text() || self.doubt.is_some()
    }

    /// True for an id that is a text in the call, or was remembered.
    fn is_text(&self) -> bool {
        self.value.is_none_or(|value| value.kind() == crate::call::JsonKind::String)
    }
}

/// A value on its way into a body.
#[derive(Debug, Clone)]
pub(crate) enum FieldValue<'a> {
    /// Copied from the call as it is.
    Copy(Val<'a>),
    /// A text that was made.
    Text(Cow<'a, str>),
    /// JSON that was made.
    Json(Cow<'a, str>),
    /// A tree that was made, each leaf with its own origin.
    Made(Box<OutputJson>),
}

/// What is written only when a call is rendered.
#[derive(Debug, Default)]
pub(crate) struct Rendering<'a> {
    /// The output is made too, not only the findings.
    pub has_output: bool,
    /// One for each of [`Evaluation::found`], until both are settled.
    pub findings: Vec<Finding>,
    pub bodies: Vec<OutputJson>,
    pub extras: Vec<(&'static str, OutputJson)>,
    /// What is doubtful about a request, by its number.
    pub caveats: Vec<(usize, String)>,
    /// What the vendor's code named for the table's fields.
    pub(crate) named: [Option<(FieldValue<'a>, From<'a>)>; NAMES],
}

/// Words for a finding's sentences that only the rule knows.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub said: Vec<(&'static str, String)>,
    phrases: Vec<(&'static str, &'static str)>,
    pub inferred: Option<Option<String>>,
    /// What to change, in place of the code's own fix.
    pub advice: Option<String>,
}

impl Words {
    /// A word for a `{placeholder}` of the code's texts.
    pub fn say(&mut self, name: &'static str, word: impl ToString) {
        self.said.push((name, word.to_string()));
    }

    /// Words of our own for a `{placeholder}`, of any length.
    pub fn phrase(&mut self, name: &'static str, phrase: &'static str) {
        self.phrases.push((name, phrase));
    }

    /// The phrase of that name.
    pub fn phrase_of(&self, name: &str) -> Option<&'static str> {
        self.phrases.iter().find(|(said, _)| *said == name).map(|(_, phrase)| *phrase)
    }

    /// True if there are words for a placeholder.
    pub fn has(&self, name: &str) -> bool {
        self.said.iter().any(|(said, _)| *said == name)
    }
}

/// One call at one vendor.
pub(crate) struct Evaluation<'a> {
    pub look: &'a CallView<'a>,
    pub vendor: &'a Vendor,
    pub codes: &'a Codes,
    pub facts: &'a Facts,
    pub seq: Seq,
    /// The call type; of a call without a known one nothing but the common checks runs.
    pub kind: CallType,
    pub account: Option<FoundId<'a>>,
    pub user: Option<FoundId<'a>>,
    pub session: Option<FoundId<'a>>,
    pub(crate) found: Vec<CodeId>,
    strongest: Effect,
    pub(crate) skipped: u8,
    pub(crate) kept: usize,
    pub(crate) carried: bool,
    /// A bit for each row that wrote its field, of the first request's rows.
    pub(crate) written: u128,
    /// Kept apart: a call that is only judged carries none of it about.
    pub(crate) sheet: Option<Box<Rendering<'a>>>,
}

impl<'a> Evaluation<'a> {
    #[inline(always)]
    pub(crate) fn new(
        look: &'a CallView<'a>,
        vendor: &'a Vendor,
        codes: &'a Codes,
        facts: &'a Facts,
        seq: Seq,
    ) -> Evaluation<'a> {
        Evaluation {
            look,
            vendor,
            codes,
            facts,
            seq,
            kind: CallType::Track,
            account: None,
            user: None,
            session: None,
            found: Vec::new(),
            // all checks run all the same, so that a developer sees at once what there is to change
            strongest: if look.event.discarded { Effect::Discard } else { Effect::None },
            skipped: 0,
            kept: 0,
            carried: true,
            written: 0,
            sheet: None,
        }
    }

    /// True when findings are written, false when the call is only judged.
    pub fn writes_findings(&self) -> bool {
        self.sheet.is_some()
    }

    /// True when the output is made.
    pub fn rendering(&self) -> bool {
        self.sheet.as_ref().is_some_and(|sheet| sheet.has_output)
    }

    /// The sheet, if the output is made.
    fn output(&mut self) -> Option<&mut Rendering<'a>> {
        self.sheet.as_deref_mut().filter(|sheet| sheet.has_output)
    }

    /// A finding at a place.
    pub fn find(&mut self, code: CodeId, place: CallPlace<'a>) {
        self.find_with(code, place, |_| {});
    }

    /// A finding with words of the rule's own.
    #[inline]
    pub fn find_with(&mut self, code: CodeId, place: CallPlace<'a>, say: impl FnOnce(&mut Words)) {
        self.strongest = self.strongest.max(self.codes.entry(code).effect);
        self.found.push(code);
        if self.writes_findings() {
            self.write_finding(code, place, say);
        }
    }

    #[inline(never)]
    fn write_finding(&mut self, code: CodeId, place: CallPlace<'a>, say: impl FnOnce(&mut Words)) {
        let mut words = Words::default();
        say(&mut words);
        let finding = finding(self, code, self.path(place), words);
        if let Some(sheet) = &mut self.sheet {
            sheet.findings.push(finding);
        }
    }

    /// The verdict by what was found so far.
    pub fn verdict(&self) -> Verdict {
        Verdict::from_effect(self.strongest)
    }

    /// True if the call, by what was found so far, goes through.
    pub fn goes_through(&self) -> bool {
        self.verdict().goes_through()
    }

    /// The first so many requests are made, and the call teaches, even if it is then refused.
    pub fn partial(&mut self, requests: usize) {
        if self.strongest < Effect::Discard {
            self.kept = requests;
        }
    }

    /// A request of the table that this call does not give.
    pub fn skip(&mut self, request: usize) {
        self.skipped |= 1 << request;
    }

    /// Names a value for the table's `@name` fields, which only the output has.
    pub fn name(&mut self, name: Name, value: FieldValue<'a>, from: From<'a>) {
        if let Some(sheet) = self.output() {
            sheet.named[name.0 as usize] = Some((value, from));
        }
    }

    /// The value of that name, if the vendor's code gave one.
    pub(crate) fn named(&self, name: Name) -> Option<(FieldValue<'a>, From<'a>)> {
        self.sheet.as_ref()?.named[name.0 as usize].clone()
    }

    /// Sets a member of a request's body, at a path of names.
    pub fn put(&mut self, request: usize, path: &[&str], value: FieldValue<'a>, from: From<'a>) {
        if self.rendering() {
            let out = self.out(value, from);
            self.change(request, |body| body.set(path, out));
        }
    }

    /// Changes a request's body, when there is one.
    pub fn change(&mut self, request: usize, change: impl FnOnce(&mut OutputJson)) {
        if let Some(sheet) = self.output()
            && let Some(body) = sheet.bodies.get_mut(request)
        {
            change(body);
        }
    }

    /// Says what is doubtful about a request.
    pub fn doubt(&mut self, request: usize, says: &str) {
        if let Some(sheet) = self.output() {
            sheet.caveats.push((request, says.to_owned()));
        }
    }

    /// Something else to show, under a name.
    pub fn extra(&mut self, name: &'static str, make: impl FnOnce(&Self) -> OutputJson) {
        if self.rendering() {
            let out = make(self);
            if let Some(sheet) = self.output() {
                sheet.extras.push((name, out));
            }
        }
    }

    /// A value of an output.
    pub fn out(&self, value: FieldValue<'a>, from: From<'a>) -> OutputJson {
        let origin = self.origin(from);
        match value {
            FieldValue::Copy(value) if self.vendor.numbers == NumberRule::Javascript => {
                OutputJson::copy_as_javascript(value, origin)
            }
            FieldValue::Copy(value) => OutputJson::copy(value, origin),
            FieldValue::Text(text) => OutputJson::text(&text, origin),
            FieldValue::Json(json) => OutputJson::json(json, origin),
            FieldValue::Made(out) => *out,
        }
    }

    /// An origin, spelled out.
    pub fn origin(&self, from: From<'a>) -> ValueOrigin {
        match from {
            From::Place(place) => ValueOrigin::Input(self.path(place)),
            From::Setting(key) => ValueOrigin::Setting(key.to_owned()),
            From::Default => ValueOrigin::Default,
            From::Memory(seq) => ValueOrigin::Memory(seq),
        }
    }

    /// A place as a JSON pointer.
    pub fn path(&self, place: CallPlace<'a>) -> String {
        match place {
            CallPlace::Spot(slot) => self.look.pointer(slot).to_owned(),
            CallPlace::Member(slot, value) => pointer::push(self.look.pointer(slot), &value.key()),
            CallPlace::Top(value) => pointer::push("", &value.key()),
        }
    }

    /// Whether the call has the object that a place is in, and none that comes before it.
    pub(crate) fn allows(&self, guard: Guard) -> bool {
        let call = self.vendor.calls[slot(self.kind)].as_ref();
        call.is_some_and(|call| is_chosen(guard, call, self.look))
    }

    /// Whether there is something, and not null.
    pub(crate) fn has(&self, source: FieldSource) -> bool {
        match source {
            FieldSource::Spot(slot) => self.look.present(slot).is_some(),
            FieldSource::Guarded(slot, guard) => {
                self.look.present(slot).is_some() && self.allows(guard)
            }
            FieldSource::Account => self.account.is_some(),
            FieldSource::User => self.user.is_some(),
            FieldSource::Session => self.session.is_some(),
            FieldSource::Time => self.look.event_time().is_some(),
            FieldSource::Named(_) => true,
        }
    }

    /// An id at a spot under the vendor's rule.
    pub fn id_at(&self, slot: FieldSlot) -> Option<FoundId<'a>> {
        let value = match self.look.state(slot) {
            Presence::Absent | Presence::Null | Presence::False => return None,
            _ => self.look.get(slot)?,
        };
        let text = identity::id_of(Some(value), self.vendor.values).ok()?.text;
        let doubt = self.look.doubt_at(slot, &text);
        Some(FoundId { text, value: Some(value), from: From::Place(CallPlace::Spot(slot)), doubt })
    }

    /// A value as an id under the vendor's rule.
    pub fn id_in(&self, value: Val<'a>, place: CallPlace<'a>) -> Option<FoundId<'a>> {
        let id = identity::id_of(Some(value), self.vendor.values).ok()?;
        Some(FoundId::new(id.text, Some(value), From::Place(place)))
    }

    /// Reports an id that is used although it is not a string (`kind`) or probably no id.
    pub fn check_id(&mut self, id: &FoundId<'a>, kind: Option<CodeId>) {
        self.check_type(id, kind);
        if let (From::Place(place), Some(doubt), true) = (id.from, id.doubt, id.is_text()) {
            let common = &self.vendor.common;
            let code = match doubt {
                IdDoubt::Placeholder => common.placeholder,
                IdDoubt::StandIn => common.stand_in,
                IdDoubt::Blanks => common.blanks,
            };
            self.find(code, place);
        }
    }

    /// Reports the texts of made-up persons that corrected calls have, where the vendor reads them.
    pub fn check_made_up<'m>(&mut self, made_up: impl Iterator<Item = &'m (FieldSlot, Box<str>)>) {
        for (slot, text) in made_up {
            if let Some(value) = self.look.get(*slot)
                && value.raw().len() == text.len() + 2
                && value.as_str().is_some_and(|value| *value == **text)
            {
                self.find(self.vendor.common.stand_in, CallPlace::Spot(*slot));
            }
        }
    }

    /// Reports an id that is not a string.
    pub fn check_type(&mut self, id: &FoundId<'a>, kind: Option<CodeId>) {
        if let (From::Place(place), Some(code), false) = (id.from, kind, id.is_text()) {
            self.find(code, place);
        }
    }
}
