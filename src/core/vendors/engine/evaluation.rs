//! The state of one call at one vendor while the vendor's rules run.
//!
//! The same run judges and renders. Without a [`Rendering`], it collects only codes and ids; with
//! one, it also writes findings, bodies and extras. Costly values are made in closures that are
//! called only with a [`Rendering`].

use crate::call::{CallType, Seq, Val, pointer};
use crate::findings::doubtful_ids::{IdDoubt, doubt_of};
use crate::findings::{Effect, Finding, Verdict, identity};
use crate::vendors::code_id::CodeId;
use crate::vendors::codes::Codes;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::find_shape_rules::is_chosen;
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::engine::sentences::{Words, finding};
use crate::vendors::memory::facts::Facts;
use crate::vendors::table::NumberRule;
use crate::vendors::vendor::{FieldSource, Guard, NAMES, Name, Vendor, slot};
use std::borrow::Cow;

/// A place in the call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CallPlace<'a> {
    /// A place that has a slot.
    Slot(FieldSlot),
    /// A member of the object at a slot.
    Member(FieldSlot, Val<'a>),
    /// A member of the call itself.
    Top(Val<'a>),
}

/// The origin of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From<'a> {
    /// A place in the call.
    Place(CallPlace<'a>),
    /// A setting.
    Setting(&'a str),
    /// A value that the vendor always sends, or its default.
    Default,
    /// A fact that was learned from an earlier call.
    Memory(Seq),
}

/// An id that a vendor found.
#[derive(Debug, Clone)]
pub(crate) struct FoundId<'a> {
    /// The id as text.
    pub text: Cow<'a, str>,
    /// The value in the call; `None` if the id comes from memory.
    pub value: Option<Val<'a>>,
    pub from: From<'a>,
    /// The reason why its text is probably not an id.
    pub doubt: Option<IdDoubt>,
}

impl<'a> FoundId<'a> {
    /// Makes an id and checks its text for doubts.
    pub fn new(text: Cow<'a, str>, value: Option<Val<'a>>, from: From<'a>) -> FoundId<'a> {
        let doubt = doubt_of(&text);
        FoundId { text, value, from, doubt }
    }

    /// Returns true if the id is used although it is no string or its text is probably not an id.
    pub fn doubtful(&self) -> bool {
        !self.is_text() || self.doubt.is_some()
    }

    /// Returns true if the id is a string in the call, or comes from memory.
    fn is_text(&self) -> bool {
        self.value.is_none_or(|value| value.kind() == crate::call::JsonKind::String)
    }
}

/// A value that is to be written to a body.
#[derive(Debug, Clone)]
pub(crate) enum FieldValue<'a> {
    /// A value that is copied from the call.
    Copy(Val<'a>),
    /// A generated text.
    Text(Cow<'a, str>),
    /// Generated JSON text.
    Json(Cow<'a, str>),
    /// A generated tree, each leaf with its own origin.
    Made(Box<OutputJson>),
}

/// The findings and the output of a call that is rendered.
#[derive(Debug, Default)]
pub(crate) struct Rendering<'a> {
    /// True if the output is made too, not only the findings.
    pub has_output: bool,
    /// One finding for each code of [`Evaluation::found`], until `settle` sorts both.
    pub findings: Vec<Finding>,
    pub bodies: Vec<OutputJson>,
    pub extras: Vec<(&'static str, OutputJson)>,
    /// The caveats of requests, each with the number of its request.
    pub caveats: Vec<(usize, String)>,
    /// The values that the vendor's code supplies for the table's `@name` fields.
    pub(crate) named: [Option<(FieldValue<'a>, From<'a>)>; NAMES],
}

/// One call at one vendor.
pub(crate) struct Evaluation<'a> {
    pub view: &'a CallView<'a>,
    pub vendor: &'a Vendor,
    pub codes: &'a Codes,
    pub facts: &'a Facts,
    pub seq: Seq,
    /// The call type; for a call without a known type, only the common checks run.
    pub kind: CallType,
    pub account: Option<FoundId<'a>>,
    pub user: Option<FoundId<'a>>,
    pub session: Option<FoundId<'a>>,
    pub(crate) found: Vec<CodeId>,
    strongest: Effect,
    pub(crate) skipped: u8,
    pub(crate) kept: usize,
    pub(crate) carried: bool,
    /// The rows of the first request that wrote their field, one bit each.
    pub(crate) written: u128,
    /// The `@name` field whose value would be a time that the service still adds.
    pub(crate) unknown_time: Option<Name>,
    /// The rendering, if there is one; boxed because most calls are only judged and do not need it.
    pub(crate) rendering: Option<Box<Rendering<'a>>>,
}

impl<'a> Evaluation<'a> {
    #[inline(always)]
    pub(crate) fn new(
        view: &'a CallView<'a>,
        vendor: &'a Vendor,
        codes: &'a Codes,
        facts: &'a Facts,
        seq: Seq,
    ) -> Evaluation<'a> {
        Evaluation {
            view,
            vendor,
            codes,
            facts,
            seq,
            kind: CallType::Track,
            account: None,
            user: None,
            session: None,
            found: Vec::new(),
            // all checks run even for a discarded call, so that all findings are shown at once
            strongest: if view.event.discarded { Effect::Discard } else { Effect::None },
            skipped: 0,
            kept: 0,
            carried: true,
            written: 0,
            unknown_time: None,
            rendering: None,
        }
    }

    /// Returns true if findings are written, and false if the call is only judged.
    pub fn writes_findings(&self) -> bool {
        self.rendering.is_some()
    }

    /// Returns true if the output is made.
    pub fn rendering(&self) -> bool {
        self.rendering.as_ref().is_some_and(|rendering| rendering.has_output)
    }

    /// Returns the rendering, if the output is made.
    fn output(&mut self) -> Option<&mut Rendering<'a>> {
        self.rendering.as_deref_mut().filter(|rendering| rendering.has_output)
    }

    /// Adds a finding at a place.
    pub fn find(&mut self, code: CodeId, place: CallPlace<'a>) {
        self.find_with(code, place, |_| {});
    }

    /// Adds a finding whose placeholders `say` fills.
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
        if let Some(rendering) = &mut self.rendering {
            rendering.findings.push(finding);
        }
    }

    /// Returns the verdict according to the findings so far.
    pub fn verdict(&self) -> Verdict {
        Verdict::from_effect(self.strongest)
    }

    /// Returns true if, according to the findings so far, the vendor accepts the call.
    pub fn goes_through(&self) -> bool {
        self.verdict().goes_through()
    }

    /// Keeps the first `requests` requests, and lets the vendor learn from the call, even if a
    /// later rule refuses the call.
    pub fn partial(&mut self, requests: usize) {
        if self.strongest < Effect::Discard {
            self.kept = requests;
        }
    }

    /// Leaves out a request of the table for this call.
    pub fn skip(&mut self, request: usize) {
        self.skipped |= 1 << request;
    }

    /// Sets the value of the table's field `@name`; only the output needs it.
    pub fn name(&mut self, name: Name, value: FieldValue<'a>, from: From<'a>) {
        if let Some(rendering) = self.output() {
            rendering.named[name.0 as usize] = Some((value, from));
        }
    }

    /// Returns the value of a name, if the vendor's code has set one.
    pub(crate) fn named(&self, name: Name) -> Option<(FieldValue<'a>, From<'a>)> {
        self.rendering.as_ref()?.named[name.0 as usize].clone()
    }

    /// Sets a member of a request's body, at a path of names.
    pub fn put(&mut self, request: usize, path: &[&str], value: FieldValue<'a>, from: From<'a>) {
        if self.rendering() {
            let out = self.out(value, from);
            self.change(request, |body| body.set(path, out));
        }
    }

    /// Changes the body of a request, if the output is made.
    pub fn change(&mut self, request: usize, change: impl FnOnce(&mut OutputJson)) {
        if let Some(rendering) = self.output()
            && let Some(body) = rendering.bodies.get_mut(request)
        {
            change(body);
        }
    }

    /// Adds a caveat to a request.
    pub fn doubt(&mut self, request: usize, says: &str) {
        if let Some(rendering) = self.output() {
            rendering.caveats.push((request, says.to_owned()));
        }
    }

    /// Adds a further value to show under a name.
    pub fn extra(&mut self, name: &'static str, make: impl FnOnce(&Self) -> OutputJson) {
        if self.rendering() {
            let out = make(self);
            if let Some(rendering) = self.output() {
                rendering.extras.push((name, out));
            }
        }
    }

    /// Converts a value to a value of an output.
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

    /// Converts an origin to the form that the output has.
    pub fn origin(&self, from: From<'a>) -> ValueOrigin {
        match from {
            From::Place(place) => ValueOrigin::Input(self.path(place)),
            From::Setting(key) => ValueOrigin::Setting(key.to_owned()),
            From::Default => ValueOrigin::Default,
            From::Memory(seq) => ValueOrigin::Memory(seq),
        }
    }

    /// Converts a place to a JSON pointer.
    pub fn path(&self, place: CallPlace<'a>) -> String {
        match place {
            CallPlace::Slot(slot) => self.view.pointer(slot).to_owned(),
            CallPlace::Member(slot, value) => pointer::push(self.view.pointer(slot), &value.key()),
            CallPlace::Top(value) => pointer::push("", &value.key()),
        }
    }

    /// Returns true if the call has the object of a guarded place, and none of higher priority.
    pub(crate) fn allows(&self, guard: Guard) -> bool {
        let call = self.vendor.calls[slot(self.kind)].as_ref();
        call.is_some_and(|call| is_chosen(guard, call, self.view))
    }

    /// Returns true if a source has a value that is not null.
    pub(crate) fn has(&self, source: FieldSource) -> bool {
        match source {
            FieldSource::Slot(slot) => self.view.present(slot).is_some(),
            FieldSource::Guarded(slot, guard) => {
                self.view.present(slot).is_some() && self.allows(guard)
            }
            FieldSource::Account => self.account.is_some(),
            FieldSource::User => self.user.is_some(),
            FieldSource::Session => self.session.is_some(),
            FieldSource::Time => self.view.event_time().is_some(),
            FieldSource::Named(_) => true,
        }
    }

    /// Returns true if a source is a time that the service still adds and that is not known here.
    pub(crate) fn is_unknown_time(&self, source: FieldSource) -> bool {
        match source {
            FieldSource::Slot(slot) => self.view.is_unknown_time(slot),
            FieldSource::Time => self.view.is_unknown_time(self.view.basics.timestamp),
            FieldSource::Named(name) => self.unknown_time == Some(name),
            _ => false,
        }
    }

    /// Returns the id at a slot, according to the vendor's rule for ids.
    pub fn id_at(&self, slot: FieldSlot) -> Option<FoundId<'a>> {
        let value = self.view.present(slot)?;
        let text = identity::id_of(Some(value), self.vendor.values).ok()?.text;
        let doubt = self.view.doubt_at(slot, &text);
        Some(FoundId { text, value: Some(value), from: From::Place(CallPlace::Slot(slot)), doubt })
    }

    /// Converts a value to an id, according to the vendor's rule for ids.
    pub fn id_in(&self, value: Val<'a>, place: CallPlace<'a>) -> Option<FoundId<'a>> {
        let id = identity::id_of(Some(value), self.vendor.values).ok()?;
        Some(FoundId::new(id.text, Some(value), From::Place(place)))
    }

    /// Reports an id that is used although it is not a string (`kind`) or is probably not an id.
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

    /// Reports example values that were copied from a corrected call, where the vendor reads them.
    pub fn check_made_up<'m>(&mut self, made_up: impl Iterator<Item = &'m (FieldSlot, Box<str>)>) {
        for (slot, text) in made_up {
            if let Some(value) = self.view.get(*slot)
                && value.raw().len() == text.len() + 2
                && value.as_str().is_some_and(|value| *value == **text)
            {
                self.find(self.vendor.common.stand_in, CallPlace::Slot(*slot));
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
