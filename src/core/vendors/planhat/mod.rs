//! The code for Planhat: a company id with five names, endusers that Planhat finds or creates, and
//! metrics that have to be defined.

mod endusers;
mod ids;
mod metrics;
mod phrases;
pub(crate) mod sync;

use super::code_id::CodeId;
use super::rules::{CallId, Family, Flow, LearnedFacts, RuleParts, Rules};
use super::settings::SettingsError;
use super::vendor::Name;
use crate::call::{CallType, JsonKind, Val};
use crate::findings::Id;
use crate::findings::identity::text_of;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, FoundId, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::OutputJson;
use crate::vendors::memory::facts::Topic;
use endusers::{Enduser, Endusers};
use ids::{Places, SpelledId};
use metrics::Metrics;
use phrases::{NOT_CREATED, UNLESS_KNOWN, UNLESS_MATCHED, explain_creation_off};
use std::borrow::Cow;
use std::collections::HashSet;

struct Planhat {
    identify: Places,
    track: Places,
    group_id: FieldSlot,
    first_name: FieldSlot,
    last_name: FieldSlot,
    full_name: Name,
    weight: FieldSlot,
    endusers: Endusers,
    creates: bool,
    companies: Option<HashSet<String>>,
    metrics: Metrics,
    codes: PlanhatCodes,
}

/// The codes that the table's rows do not use.
struct PlanhatCodes {
    user_missing: Family,
    user_alias: Family,
    user_type: Family,
    company_missing: Family,
    company_alias: Family,
    company_type: Family,
    company_unknown: Family,
    company_absent: Family,
    company_mismatch: Family,
    company_conflict: Family,
    enduser_created: Family,
    enduser_unknown: Family,
    matched: CodeId,
    trait_ignored: CodeId,
}

/// The traits, besides ids and the email, that Planhat uses for the enduser.
const ENDUSER_TRAITS: [&str; 4] = ["name", "firstName", "lastName", "title"];

pub(crate) fn build(parts: &mut RuleParts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    let codes = PlanhatCodes {
        user_missing: parts.family("USER-MISSING"),
        user_alias: parts.family("USER-ALIAS"),
        user_type: parts.family("USER-TYPE"),
        company_missing: parts.family("COMPANY-MISSING"),
        company_alias: parts.family("COMPANY-ALIAS"),
        company_type: parts.family("COMPANY-TYPE"),
        company_unknown: parts.family("COMPANY-UNKNOWN"),
        company_absent: parts.family("COMPANY-ABSENT"),
        company_mismatch: parts.family("COMPANY-MISMATCH"),
        company_conflict: parts.family("COMPANY-CONFLICT"),
        enduser_created: parts.family("ENDUSER-CREATED"),
        enduser_unknown: parts.family("ENDUSER-UNKNOWN"),
        matched: parts.code("I-MATCHED"),
        trait_ignored: parts.code("I-TRAIT-IGNORED"),
    };
    Ok(Box::new(Planhat {
        identify: Places::new(parts, "/traits", Some("id")),
        track: Places::new(parts, "/properties", None),
        group_id: parts.slot("/groupId"),
        first_name: parts.slot("/traits/firstName"),
        last_name: parts.slot("/traits/lastName"),
        full_name: parts.name("full_name"),
        weight: parts.slot("/properties/weight"),
        endusers: Endusers::new(parts.settings),
        creates: parts.settings.flag("create_endusers"),
        companies: parts.settings.texts("known_companies").map(HashSet::from_iter),
        metrics: Metrics::new(parts),
        codes,
    }))
}

impl Rules for Planhat {
    fn before(&self, evaluation: &mut Evaluation<'_>) -> Flow {
        match evaluation.kind {
            CallType::Identify => {
                self.check_enduser(evaluation, &self.identify);
                self.full_name(evaluation);
            }
            CallType::Track => self.check_enduser(evaluation, &self.track),
            _ => self.check_company(evaluation),
        }
        Flow::Go
    }

    fn after(&self, evaluation: &mut Evaluation<'_>) {
        match evaluation.kind {
            CallType::Identify => self.ignored_traits(evaluation),
            CallType::Track => self.send_info(evaluation),
            _ => self.metrics.send(evaluation),
        }
    }

    fn may_be_id(&self, id: Id, text: &str) -> bool {
        id != Id::Account || self.companies.as_ref().is_none_or(|known| known.contains(text))
    }

    fn is_helped_by(&self, kind: CallType, id: Id) -> bool {
        self.creates || kind == CallType::Group || id != Id::Account
    }

    fn learn(&self, evaluation: &Evaluation<'_>, lessons: &mut LearnedFacts) {
        let places = match evaluation.kind {
            CallType::Identify => &self.identify,
            CallType::Track => &self.track,
            _ => return,
        };
        let created =
            evaluation.found.contains(&self.codes.enduser_created.code_for(evaluation.kind));
        if let Some(company) = evaluation.account.as_ref().filter(|_| created) {
            let user = evaluation.user.as_ref().map(|id| &*id.text);
            let email = places.email_of(evaluation).map(|(text, _)| text);
            endusers::learn(lessons, user, email.as_deref(), &company.text);
        }
    }

    fn usual_facts(&self, kind: CallType) -> &'static [(Topic, CallId)] {
        match kind {
            CallType::Identify | CallType::Track => endusers::USUAL_FACTS,
            _ => &[],
        }
    }
}

impl Planhat {
    /// Finds the user of an identify or track call, and decides whether Planhat finds or creates
    /// the enduser.
    fn check_enduser<'a>(&self, evaluation: &mut Evaluation<'a>, places: &Places) {
        let (codes, kind) = (&self.codes, evaluation.kind);
        let user = places.user_of(evaluation);
        let user = accept(
            evaluation,
            user,
            codes.user_alias.code_for(kind),
            codes.user_type.code_for(kind),
        );
        let company = self.company(evaluation, places.company_of(evaluation));
        let email = places.email_of(evaluation).map(|(text, _)| text);
        evaluation.user = user.clone();
        if user.is_none() && email.is_none() {
            evaluation.find(codes.user_missing.code_for(kind), CallPlace::Slot(places.user));
            if company.is_none() {
                // no phrase about a known user: Planhat cannot find one without a user id or an
                // email
                evaluation
                    .find(codes.company_missing.code_for(kind), CallPlace::Slot(places.company));
            }
            return;
        }
        let who = CallPlace::Slot(if user.is_some() { places.user } else { places.email });
        let user = user.as_ref().map(|id| &*id.text);
        match (self.endusers.find(evaluation, user, email.as_deref()), company) {
            (Some(enduser), company) => {
                self.check_known_company(evaluation, places, &enduser, company.as_ref());
                if kind == CallType::Identify {
                    evaluation
                        .find_with(codes.matched, who, |words| words.say("known", enduser.known()));
                    evaluation.skip(0);
                }
            }
            (None, None) => {
                let company = CallPlace::Slot(places.company);
                evaluation.find_with(codes.company_missing.code_for(kind), company, |words| {
                    words.phrase("unseen", NOT_CREATED);
                    match (self.creates, &email) {
                        (false, _) => explain_creation_off(words),
                        (true, Some(_)) => words.phrase("unless", UNLESS_MATCHED),
                        (true, None) => words.phrase("unless", UNLESS_KNOWN),
                    }
                });
            }
            (None, Some(company)) if !self.exists(&company) => {
                let unknown = codes.company_unknown.code_for(kind);
                evaluation.find_with(unknown, place(&company), |words| match self.creates {
                    true => words.phrase("unless", UNLESS_KNOWN),
                    false => explain_creation_off(words),
                });
            }
            (None, Some(company)) if self.creates => {
                evaluation.find_with(codes.enduser_created.code_for(kind), who, |words| {
                    words.say("company", company.text);
                });
            }
            (None, Some(_)) => {
                evaluation.find_with(codes.enduser_unknown.code_for(kind), who, |words| {
                    words.phrase("unless", UNLESS_KNOWN);
                })
            }
        }
    }

    /// Compares the company of the call with that of a known enduser.
    fn check_known_company<'a>(
        &self,
        evaluation: &mut Evaluation<'a>,
        places: &Places,
        enduser: &Enduser<'_>,
        company: Option<&FoundId<'a>>,
    ) {
        let (codes, kind) = (&self.codes, evaluation.kind);
        let Some(company) = company else {
            let place = CallPlace::Slot(places.company);
            evaluation.find_with(codes.company_absent.code_for(kind), place, |words| {
                words.say("known", enduser.known());
            });
            return;
        };
        if !self.exists(company) {
            evaluation.find_with(codes.company_mismatch.code_for(kind), place(company), |words| {
                words.say("known", enduser.known());
            });
        }
        if let Some(own) = enduser.company.filter(|own| *own != company.text) {
            evaluation.find_with(codes.company_conflict.code_for(kind), place(company), |words| {
                words.say("known", enduser.known());
                words.say("company", own);
            });
        }
    }

    /// Finds the company that the metrics of a group call belong to.
    fn check_company(&self, evaluation: &mut Evaluation<'_>) {
        match self.company(evaluation, ids::group_of(evaluation, self.group_id)) {
            None => {
                let place = CallPlace::Slot(self.group_id);
                evaluation.find(self.codes.company_missing.code_for(evaluation.kind), place);
            }
            Some(company) if !self.exists(&company) => {
                evaluation
                    .find(self.codes.company_unknown.code_for(evaluation.kind), place(&company));
            }
            Some(_) => {}
        }
    }

    fn company<'a>(
        &self,
        evaluation: &mut Evaluation<'a>,
        found: Option<SpelledId<'a>>,
    ) -> Option<FoundId<'a>> {
        let (alias, kind) = (&self.codes.company_alias, &self.codes.company_type);
        evaluation.account = accept(
            evaluation,
            found,
            alias.code_for(evaluation.kind),
            kind.code_for(evaluation.kind),
        );
        evaluation.account.clone()
    }

    fn exists(&self, company: &FoundId<'_>) -> bool {
        self.companies.as_ref().is_none_or(|known| known.contains(&*company.text))
    }

    /// Sets the name of a new enduser from first and last name.
    fn full_name(&self, evaluation: &mut Evaluation<'_>) {
        if !evaluation.rendering() {
            return;
        }
        let part = |slot| Some((slot, text_of(evaluation.view.get(slot)?)?));
        let (name, slot) = match (part(self.first_name), part(self.last_name)) {
            (Some((slot, first)), Some((_, last))) => (Cow::Owned(format!("{first} {last}")), slot),
            (Some((slot, one)), None) | (None, Some((slot, one))) => (one, slot),
            (None, None) => return,
        };
        evaluation.name(self.full_name, FieldValue::Text(name), From::Place(CallPlace::Slot(slot)));
    }

    fn ignored_traits(&self, evaluation: &mut Evaluation<'_>) {
        let traits = self.identify.container;
        let used = self.used_values(evaluation, &self.identify);
        let other = |value: Val<'_>| {
            let is_name = ENDUSER_TRAITS.contains(&&*value.key()) && is_string_or_null(value);
            !is_name && !used.iter().flatten().any(|one| is_same_value(*one, value))
        };
        let members =
            || evaluation.view.members(traits).map(|(value, _)| value).filter(|v| other(*v));
        if members().next().is_none() {
            return;
        }
        let names =
            evaluation.writes_findings().then(|| members().map(|v| v.key()).collect::<Vec<_>>());
        evaluation.find_with(self.codes.trait_ignored, CallPlace::Slot(traits), |words| {
            words.say("ignored", names.unwrap_or_default().join(", "));
        });
    }

    /// Sends all properties that have no field of their own as `info`.
    fn send_info(&self, evaluation: &mut Evaluation<'_>) {
        if !evaluation.rendering() {
            return;
        }
        let properties = self.track.container;
        let weight =
            evaluation.view.get(self.weight).filter(|value| value.kind() == JsonKind::Number);
        let used = self.used_values(evaluation, &self.track);
        let members: Vec<(String, OutputJson)> = evaluation
            .view
            .members(properties)
            .map(|(value, _)| value)
            .filter(|value| {
                !used.iter().chain([&weight]).flatten().any(|one| is_same_value(*one, *value))
            })
            .map(|value| {
                let from = From::Place(CallPlace::Member(properties, value));
                (value.key().into_owned(), evaluation.out(FieldValue::Copy(value), from))
            })
            .collect();
        if !members.is_empty() {
            evaluation.change(0, |body| body.set(&["info"], OutputJson::Object(members)));
        }
    }

    /// Returns the values of the call that are its ids and email, including repetitions of the user
    /// id.
    fn used_values<'a>(
        &self,
        evaluation: &Evaluation<'a>,
        places: &Places,
    ) -> [Option<Val<'a>>; 5] {
        let value = |id: &Option<FoundId<'a>>| id.as_ref().and_then(|id| id.value);
        let email = places.email_of(evaluation).map(|(_, value)| value);
        let [user_id, id] = places.repeats_of(evaluation);
        [value(&evaluation.account), value(&evaluation.user), email, user_id, id]
    }
}

/// Takes an id, and reports findings about its spelling and its value.
fn accept<'a>(
    evaluation: &mut Evaluation<'a>,
    found: Option<SpelledId<'a>>,
    alias: CodeId,
    kind: CodeId,
) -> Option<FoundId<'a>> {
    let SpelledId { id, alias: is_alias } = found?;
    if is_alias {
        evaluation.find(alias, place(&id));
    }
    evaluation.check_id(&id, Some(kind));
    Some(id)
}

/// Returns the place of an id; all ids of this vendor come from the call.
fn place<'a>(id: &FoundId<'a>) -> CallPlace<'a> {
    match id.from {
        From::Place(place) => place,
        _ => CallPlace::Slot(FieldSlot::ROOT),
    }
}

/// Returns true for a value that Planhat uses as a name or a title, or that says nothing.
fn is_string_or_null(value: Val<'_>) -> bool {
    matches!(value.kind(), JsonKind::String | JsonKind::Null)
}

/// Returns true if two values are the same place of a text, not only equal.
fn is_same_value(a: Val<'_>, b: Val<'_>) -> bool {
    std::ptr::eq(a.raw(), b.raw())
}
