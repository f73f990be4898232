//! The code for Custify, as RudderStack feeds it: finding the user, linking the person to a
//! company, and remembering known users and companies.

mod parts;
mod person;
mod sent_ids;

pub(crate) use parts::build;

use super::code_id::CodeId;
use super::rules::{CallId, Family, Flow, LearnedFacts, Rules};
use super::vendor::{IdRule, Name, slot};
use crate::call::{CallType, JsonKind, Val};
use crate::findings::{advice, identity::truthy};
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, FoundId, From};
use crate::vendors::engine::field_slots::{FieldSlot, SlotSet};
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin, compact};
use crate::vendors::engine::presence::Presence;
use crate::vendors::memory::facts::Topic;
use sent_ids::{describe_sent, rounded, sent_text};
use std::borrow::Cow;
use std::collections::HashSet;

/// The topic of the users of identify and group calls.
const USERS: Topic = 0;
/// The topic of the companies of identify and group calls.
const COMPANIES: Topic = 1;

/// The slots of an object that may supply custom attributes and a company.
struct Traits {
    own: FieldSlot,
    id: FieldSlot,
    remove: FieldSlot,
    signed_up_at: FieldSlot,
}

struct CustifyCodes {
    user_missing: Family,
    user_type: Family,
    fallback: Family,
    signup: Family,
    value_type: Family,
    removed: Family,
    no_id: Family,
    company_absent: CodeId,
    shadowed: CodeId,
    user_absent: CodeId,
    unknown_user: CodeId,
    company_missing: CodeId,
    company_type: CodeId,
    company_rounded: Family,
    no_association: CodeId,
    company_override: CodeId,
    nested: CodeId,
}

struct Custify {
    send_anonymous: bool,
    /// `None` if deduplication is off; otherwise the slot of the setting's dotted path, if it is
    /// set.
    deduplication: Option<Option<FieldSlot>>,
    known_users: HashSet<String>,
    known_companies: HashSet<String>,
    traits: Traits,
    context: Traits,
    user_id: FieldSlot,
    group_id: FieldSlot,
    company_id: FieldSlot,
    message_id: FieldSlot,
    nested: FieldSlot,
    emails: [FieldSlot; 3],
    times: [FieldSlot; 2],
    first_names: Vec<FieldSlot>,
    last_names: Vec<FieldSlot>,
    read_behind: SlotSet,
    falsy_user: Name,
    falsy_company: Name,
    deduplicated: Name,
    full_name: Name,
    call_time: Name,
    companies: Name,
    codes: CustifyCodes,
}

impl Rules for Custify {
    fn before(&self, evaluation: &mut Evaluation<'_>) -> Flow {
        match evaluation.kind {
            CallType::Group => return self.group(evaluation),
            CallType::Identify => {
                self.user(evaluation);
                evaluation.account = self.person(evaluation);
                if evaluation.account.is_none() {
                    evaluation.find(self.codes.company_absent, CallPlace::Slot(self.context.id));
                }
                self.shadowed(evaluation);
            }
            _ => {
                self.user(evaluation);
                self.event(evaluation);
            }
        }
        Flow::Go
    }

    /// Adds the user to an event's metadata, unless a property has done so.
    fn after(&self, evaluation: &mut Evaluation<'_>) {
        if evaluation.kind != CallType::Track || !evaluation.rendering() {
            return;
        }
        let Some(user) = evaluation.user.clone() else { return };
        let user = evaluation
            .out(user.value.map_or(FieldValue::Text(user.text), FieldValue::Copy), user.from);
        evaluation.change(0, |body| {
            let named = |key| body.get("metadata").is_some_and(|data| data.get(key).is_some());
            if !named("user_id") && !named("userId") {
                body.set(&["metadata", "user_id"], user);
            }
        });
    }

    fn learn(&self, evaluation: &Evaluation<'_>, lessons: &mut LearnedFacts) {
        if evaluation.kind == CallType::Track {
            return;
        }
        if let Some(company) = &evaluation.account {
            lessons.add(COMPANIES, &sent_text(company), "");
        }
        if let Some(user) = evaluation.user.as_ref().filter(|_| evaluation.goes_through()) {
            lessons.add(USERS, &sent_text(user), "");
        }
    }

    fn usual_facts(&self, kind: CallType) -> &'static [(Topic, CallId)] {
        match kind {
            CallType::Group => &[(USERS, CallId::User), (COMPANIES, CallId::Group)],
            _ => &[(USERS, CallId::User)],
        }
    }
}

impl Custify {
    /// Finds the user, or an email that is used instead.
    fn user(&self, evaluation: &mut Evaluation<'_>) {
        let kind = evaluation.kind;
        self.find_user(evaluation);
        let Some(user) = evaluation.user.clone() else {
            let emails =
                if kind == CallType::Group { &self.emails[1..2] } else { &self.emails[..] };
            let email = first(evaluation, emails).is_some_and(|(_, email)| truthy(email));
            if !email {
                evaluation
                    .find(self.codes.user_missing.code_for(kind), CallPlace::Slot(self.user_id));
            } else if kind == CallType::Track {
                evaluation.find(self.codes.user_absent, CallPlace::Slot(self.user_id));
            }
            return;
        };
        let From::Place(place) = user.from else { return };
        if matches!(place, CallPlace::Slot(slot) if Some(&slot) == anonymous(evaluation)) {
            evaluation.find(self.codes.fallback.code_for(kind), place);
        }
        evaluation.check_id(&user, None);
        if user.value.is_some_and(|value| value.kind() != JsonKind::String) {
            let given = evaluation.path(place);
            evaluation.find_with(
                self.codes.user_type.code_for(kind),
                CallPlace::Slot(self.user_id),
                |words| {
                    words.say("given", advice::dotted(&given));
                    words.say("value", &user.text);
                    words.say("sent", describe_sent(&user));
                },
            );
        }
        if kind == CallType::Track && self.knows_user(evaluation, &user).is_none() {
            evaluation.find_with(self.codes.unknown_user, CallPlace::Slot(self.user_id), |words| {
                words.say("user", &user.text);
            });
        }
    }

    /// Finds the user's id without reporting findings. A falsy id is copied to the output; if the
    /// setting `send_anonymous_id` is on, it is replaced with `anonymousId`, whatever its value.
    fn find_user(&self, evaluation: &mut Evaluation<'_>) {
        let Some((&anonymous, places)) =
            user_rule(evaluation).and_then(|rule| rule.from.split_last())
        else {
            return;
        };
        let chosen = first(evaluation, places);
        evaluation.user = chosen.and_then(|(slot, _)| id(evaluation, slot));
        if evaluation.user.is_some() {
            return;
        }
        let mut falsy = chosen;
        if self.send_anonymous {
            evaluation.user = id(evaluation, anonymous);
            falsy = evaluation.view.present(anonymous).map(|value| (anonymous, value));
        }
        if let Some((slot, value)) = falsy {
            evaluation.name(
                self.falsy_user,
                FieldValue::Copy(value),
                From::Place(CallPlace::Slot(slot)),
            );
        }
    }

    /// Checks the company id of a track call, and sets its company and deduplication values.
    fn event(&self, evaluation: &mut Evaluation<'_>) {
        if let Some(company) = evaluation.account.clone() {
            self.rounded(evaluation, &company);
        }
        if !evaluation.rendering() {
            return;
        }
        if let Some(company) = evaluation.view.present(self.company_id) {
            let from = From::Place(CallPlace::Slot(self.company_id));
            evaluation.name(self.falsy_company, FieldValue::Copy(company), from);
        }
        let Some(field) = self.deduplication else { return };
        let of_field = field.and_then(|slot| {
            let value = evaluation.view.event.pointer(evaluation.view.pointer(slot))?;
            truthy(value).then_some((slot, value))
        });
        let message_id = || Some((self.message_id, evaluation.view.present(self.message_id)?));
        if let Some((slot, value)) = of_field.or_else(message_id) {
            evaluation.name(
                self.deduplicated,
                FieldValue::Copy(value),
                From::Place(CallPlace::Slot(slot)),
            );
        }
    }

    /// Reports a company id that changes when RudderStack parses it.
    fn rounded<'a>(&self, evaluation: &mut Evaluation<'a>, company: &FoundId<'a>) {
        if let (Some(_), From::Place(place)) = (rounded(company), company.from) {
            evaluation.find_with(
                self.codes.company_rounded.code_for(evaluation.kind),
                place,
                |words| {
                    words.say("sent", describe_sent(company));
                },
            );
        }
    }

    /// Runs the rules of a group call. Custify creates the company before it looks for the user, so
    /// the company is created even if there is no user.
    fn group(&self, evaluation: &mut Evaluation<'_>) -> Flow {
        let rule = evaluation.vendor.calls[slot(evaluation.kind)]
            .as_ref()
            .and_then(|call| call.account.as_ref());
        let chosen = rule.and_then(|rule| first(evaluation, &rule.from));
        let Some((slot, company)) =
            chosen.and_then(|(slot, _)| Some((slot, id(evaluation, slot)?)))
        else {
            evaluation.find(self.codes.company_missing, CallPlace::Slot(self.group_id));
            self.find_user(evaluation);
            return Flow::Stop;
        };
        evaluation.check_id(&company, None);
        if company.value.is_some_and(|value| value.kind() != JsonKind::String) {
            let given = evaluation.path(CallPlace::Slot(slot));
            evaluation.find_with(self.codes.company_type, CallPlace::Slot(slot), |words| {
                words.say("given", advice::dotted(&given));
                words.say("value", &company.text);
                words.say("sent", describe_sent(&company));
            });
        }
        evaluation.account = Some(company.clone());
        evaluation.partial(1);
        self.user(evaluation);
        let linked = self.person(evaluation);
        if slot != self.group_id && linked.is_none() {
            evaluation.find(self.codes.no_association, CallPlace::Slot(self.group_id));
        }
        if id(evaluation, self.context.id)
            .is_some_and(|other| sent_text(&other) != sent_text(&company))
        {
            evaluation.find_with(
                self.codes.company_override,
                CallPlace::Slot(self.context.id),
                |words| {
                    words.say("company", &company.text);
                },
            );
        }
        if evaluation.view.object(self.nested).is_some() {
            evaluation.find(self.codes.nested, CallPlace::Slot(self.nested));
        }
        self.association(evaluation, &company, linked.as_ref());
        Flow::Go
    }

    /// Shows whether Custify has the user and the company before the call, and so what the call
    /// does. `linked` is the company that the call links the user to, or takes the user out of.
    fn association(
        &self,
        evaluation: &mut Evaluation<'_>,
        company: &FoundId<'_>,
        linked: Option<&FoundId<'_>>,
    ) {
        if !evaluation.rendering() {
            return;
        }
        let user = evaluation.user.clone().and_then(|user| self.knows_user(evaluation, &user));
        let is_linked = linked.is_some_and(|linked| sent_text(linked) == sent_text(company));
        let removes = self.removes(evaluation);
        let known = &self.known_companies;
        let company = sent_text(company);
        let company = known_origin(evaluation, COMPANIES, known, "known_companies", &company);
        evaluation.extra("association", |evaluation| {
            let flag = |known: Option<From<'_>>| {
                let origin = known.map_or(ValueOrigin::Default, |from| evaluation.origin(from));
                OutputJson::json(known.is_some(), origin)
            };
            let action = match (user.is_some(), company.is_some()) {
                (false, false) => "create_both",
                (false, true) => "create_user",
                (true, false) => "create_company",
                (true, true) if !is_linked => "none",
                (true, true) if removes => "remove",
                (true, true) => "associate",
            };
            OutputJson::Object(vec![
                ("user_known".to_owned(), flag(user)),
                ("company_known".to_owned(), flag(company)),
                ("action".to_owned(), OutputJson::text(action, ValueOrigin::Default)),
            ])
        });
    }

    fn knows_user<'a>(&self, evaluation: &Evaluation<'a>, user: &FoundId<'_>) -> Option<From<'a>> {
        known_origin(evaluation, USERS, &self.known_users, "known_users", &sent_text(user))
    }
}

/// Returns the origin of the knowledge about an id, if the id is known.
fn known_origin<'a>(
    evaluation: &Evaluation<'a>,
    topic: Topic,
    listed: &HashSet<String>,
    setting: &'static str,
    id: &str,
) -> Option<From<'a>> {
    if listed.contains(id) {
        return Some(From::Setting(setting));
    }
    evaluation.facts.known_since(topic, id, evaluation.seq).map(From::Memory)
}

fn user_rule<'a>(evaluation: &Evaluation<'a>) -> Option<&'a IdRule> {
    evaluation.vendor.calls[slot(evaluation.kind)].as_ref().and_then(|call| call.user.as_ref())
}

/// Returns the place of `anonymousId`, which is the last that the table lists for the user.
fn anonymous<'a>(evaluation: &Evaluation<'a>) -> Option<&'a FieldSlot> {
    user_rule(evaluation)?.from.last()
}

/// Returns the value at a slot, unless it is null or `""`.
fn nonempty_value<'a>(evaluation: &Evaluation<'a>, slot: FieldSlot) -> Option<Val<'a>> {
    match evaluation.view.state(slot) {
        Presence::Absent | Presence::Null => None,
        Presence::Text => evaluation.view.get(slot).filter(|value| value.raw() != "\"\""),
        _ => evaluation.view.get(slot),
    }
}

/// Returns the first value that is not absent, null or `""`.
fn first<'a>(evaluation: &Evaluation<'a>, places: &[FieldSlot]) -> Option<(FieldSlot, Val<'a>)> {
    places.iter().find_map(|&slot| Some((slot, nonempty_value(evaluation, slot)?)))
}

/// Returns the id at a slot, if it is truthy. The text of an object or a list has no blanks between
/// its tokens, so that equal values compare as equal.
fn id<'a>(evaluation: &Evaluation<'a>, slot: FieldSlot) -> Option<FoundId<'a>> {
    let mut id = evaluation.id_at(slot)?;
    if id.value.is_some_and(|value| matches!(value.kind(), JsonKind::Object | JsonKind::Array)) {
        id.text = Cow::Owned(compact(&id.text));
    }
    Some(id)
}
