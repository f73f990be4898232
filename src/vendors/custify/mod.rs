//! Custify, as RudderStack feeds it: who the user is, which company a person is linked to, and who
//! is known.

mod parts;
mod person;

pub(crate) use parts::build;

use super::codes::CodeId;
use super::rules::{Family, Flow, Lessons, Rules};
use super::vendor::{IdRule, Name, SpotSet, slot};
use crate::call::{CallType, Kind, Val};
use crate::findings::{advice, identity::truthy};
use crate::vendors::engine::evaluation::{Cx, Found, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::javascript_numbers;
use crate::vendors::engine::output_json::{Origin, Out, compact};
use crate::vendors::engine::presence::State;
use crate::vendors::memory::facts::Topic;
use std::borrow::Cow;
use std::collections::HashSet;

/// Users of identify and group calls.
const USERS: Topic = 0;
/// Companies of identify and group calls.
const COMPANIES: Topic = 1;

/// An object that may supply custom attributes, and the company in it.
struct Traits {
    own: Spot,
    id: Spot,
    remove: Spot,
    signed_up_at: Spot,
}

struct Codes {
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
    /// The pointer that the setting's dotted path stands for, if there is one.
    deduplication: Option<Option<Spot>>,
    known_users: HashSet<String>,
    known_companies: HashSet<String>,
    traits: Traits,
    context: Traits,
    user_id: Spot,
    group_id: Spot,
    company_id: Spot,
    message_id: Spot,
    nested: Spot,
    emails: [Spot; 3],
    times: [Spot; 2],
    first_names: Vec<Spot>,
    last_names: Vec<Spot>,
    read_behind: SpotSet,
    falsy_user: Name,
    falsy_company: Name,
    deduplicated: Name,
    full_name: Name,
    companies: Name,
    codes: Codes,
}

impl Rules for Custify {
    fn before(&self, cx: &mut Cx<'_>) -> Flow {
        match cx.kind {
            CallType::Group => return self.group(cx),
            CallType::Identify => {
                self.user(cx);
                cx.account = self.person(cx);
                if cx.account.is_none() {
                    cx.find(self.codes.company_absent, Place::Spot(self.context.id));
                }
                self.shadowed(cx);
            }
            _ => {
                self.user(cx);
                self.event(cx);
            }
        }
        Flow::Go
    }

    /// An event's metadata names its user, unless a property does.
    fn after(&self, cx: &mut Cx<'_>) {
        if cx.kind != CallType::Track || !cx.rendering() {
            return;
        }
        let Some(user) = cx.user.clone() else { return };
        let user = cx.out(user.value.map_or(Value::Text(user.text), Value::Copy), user.from);
        cx.change(0, |body| {
            let named = |key| body.get("metadata").is_some_and(|data| data.get(key).is_some());
            if !named("user_id") && !named("userId") {
                body.set(&["metadata", "user_id"], user);
            }
        });
    }

    fn learn(&self, cx: &Cx<'_>, lessons: &mut Lessons) {
        if cx.kind == CallType::Track {
            return;
        }
        if let Some(company) = &cx.account {
            lessons.add(COMPANIES, &company.text, "");
        }
        if let Some(user) = cx.user.as_ref().filter(|_| cx.goes_through()) {
            lessons.add(USERS, &user.text, "");
        }
    }
}

impl Custify {
    /// Finds the user, or an email that stands in for one.
    fn user(&self, cx: &mut Cx<'_>) {
        let kind = cx.kind;
        self.find_user(cx);
        let Some(user) = cx.user.clone() else {
            let emails =
                if kind == CallType::Group { &self.emails[1..2] } else { &self.emails[..] };
            let email = first(cx, emails).is_some_and(|(_, email)| truthy(email));
            if !email {
                cx.find(self.codes.user_missing.of(kind), Place::Spot(self.user_id));
            } else if kind == CallType::Track {
                cx.find(self.codes.user_absent, Place::Spot(self.user_id));
            }
            return;
        };
        let From::Place(place) = user.from else { return };
        if matches!(place, Place::Spot(spot) if Some(&spot) == anonymous(cx)) {
            cx.find(self.codes.fallback.of(kind), place);
        }
        cx.check_id(&user, None);
        if user.value.is_some_and(|value| value.kind() != Kind::String) {
            let given = cx.path(place);
            cx.find_with(self.codes.user_type.of(kind), Place::Spot(self.user_id), |words| {
                words.say("given", advice::dotted(&given));
                words.say("value", &user.text);
                words.say("sent", sent(&user));
            });
        }
        if kind == CallType::Track && self.knows_user(cx, &user).is_none() {
            cx.find_with(self.codes.unknown_user, Place::Spot(self.user_id), |words| {
                words.say("user", &user.text);
            });
        }
    }

    /// Finds the user's id, without a word. One that is falsy is still copied, and with the
    /// fallback on gives way to `anonymousId`, whatever that is.
    fn find_user(&self, cx: &mut Cx<'_>) {
        let Some((&anonymous, places)) = user_rule(cx).and_then(|rule| rule.from.split_last())
        else {
            return;
        };
        let chosen = first(cx, places);
        cx.user = chosen.and_then(|(spot, _)| id(cx, spot));
        if cx.user.is_some() {
            return;
        }
        let mut falsy = chosen;
        if self.send_anonymous {
            cx.user = id(cx, anonymous);
            falsy = cx.look.present(anonymous).map(|value| (anonymous, value));
        }
        if let Some((spot, value)) = falsy {
            cx.name(self.falsy_user, Value::Copy(value), From::Place(Place::Spot(spot)));
        }
    }

    /// What a track call has besides.
    fn event(&self, cx: &mut Cx<'_>) {
        if let Some(company) = cx.account.clone() {
            self.rounded(cx, &company);
        }
        if !cx.rendering() {
            return;
        }
        if let Some(company) = cx.look.present(self.company_id) {
            let from = From::Place(Place::Spot(self.company_id));
            cx.name(self.falsy_company, Value::Copy(company), from);
        }
        let Some(field) = self.deduplication else { return };
        let of_field = field.and_then(|spot| {
            let value = cx.look.event.pointer(cx.look.pointer(spot))?;
            truthy(value).then_some((spot, value))
        });
        let message_id = || Some((self.message_id, cx.look.present(self.message_id)?));
        if let Some((spot, value)) = of_field.or_else(message_id) {
            cx.name(self.deduplicated, Value::Copy(value), From::Place(Place::Spot(spot)));
        }
    }

    /// Reports a company id that is another one after RudderStack has read it.
    fn rounded<'a>(&self, cx: &mut Cx<'a>, company: &Found<'a>) {
        if let (Some(_), From::Place(place)) = (rounded(company), company.from) {
            cx.find_with(self.codes.company_rounded.of(cx.kind), place, |words| {
                words.say("sent", sent(company));
            });
        }
    }

    /// The company is made before its user is looked for, and stays made without one.
    fn group(&self, cx: &mut Cx<'_>) -> Flow {
        let rule = cx.vendor.calls[slot(cx.kind)].as_ref().and_then(|call| call.account.as_ref());
        let chosen = rule.and_then(|rule| first(cx, &rule.from));
        let Some((spot, company)) = chosen.and_then(|(spot, _)| Some((spot, id(cx, spot)?))) else {
            cx.find(self.codes.company_missing, Place::Spot(self.group_id));
            self.find_user(cx);
            return Flow::Stop;
        };
        cx.check_id(&company, None);
        if company.value.is_some_and(|value| value.kind() != Kind::String) {
            let given = cx.path(Place::Spot(spot));
            cx.find_with(self.codes.company_type, Place::Spot(spot), |words| {
                words.say("given", advice::dotted(&given));
                words.say("value", &company.text);
                words.say("sent", sent(&company));
            });
        }
        cx.account = Some(company.clone());
        cx.partial(1);
        self.user(cx);
        let linked = self.person(cx);
        if spot != self.group_id && linked.is_none() {
            cx.find(self.codes.no_association, Place::Spot(self.group_id));
        }
        if id(cx, self.context.id).is_some_and(|other| other.text != company.text) {
            cx.find_with(self.codes.company_override, Place::Spot(self.context.id), |words| {
                words.say("company", &company.text);
            });
        }
        if cx.look.object(self.nested).is_some() {
            cx.find(self.codes.nested, Place::Spot(self.nested));
        }
        self.association(cx, &company);
        Flow::Go
    }

    /// Which of user and company Custify has before the call, and so what the call does.
    fn association(&self, cx: &mut Cx<'_>, company: &Found<'_>) {
        if !cx.rendering() {
            return;
        }
        let user = cx.user.clone().and_then(|user| self.knows_user(cx, &user));
        let known = &self.known_companies;
        let company = knows(cx, COMPANIES, known, "known_companies", &company.text);
        cx.extra("association", |cx| {
            let flag = |known: Option<From<'_>>| {
                let origin = known.map_or(Origin::Default, |from| cx.origin(from));
                Out::json(known.is_some(), origin)
            };
            let action = match (user.is_some(), company.is_some()) {
                (false, false) => "create_both",
                (false, true) => "create_user",
                (true, false) => "create_company",
                (true, true) => "associate",
            };
            Out::Object(vec![
                ("user_known".to_owned(), flag(user)),
                ("company_known".to_owned(), flag(company)),
                ("action".to_owned(), Out::text(action, Origin::Default)),
            ])
        });
    }

    fn knows_user<'a>(&self, cx: &Cx<'a>, user: &Found<'_>) -> Option<From<'a>> {
        knows(cx, USERS, &self.known_users, "known_users", &user.text)
    }
}

/// Where it is from that an id is known, if it is.
fn knows<'a>(
    cx: &Cx<'a>,
    topic: Topic,
    listed: &HashSet<String>,
    setting: &'static str,
    id: &str,
) -> Option<From<'a>> {
    if listed.contains(id) {
        return Some(From::Setting(setting));
    }
    cx.facts.first(topic, id, cx.seq).map(|known| From::Memory(known.seq))
}

/// How an id that is no text is sent.
fn sent(id: &Found<'_>) -> String {
    match rounded(id) {
        Some(rounded) => format!("as {rounded} (JavaScript rounds it to another id)"),
        None => "unchanged".to_owned(),
    }
}

/// The number that JavaScript makes of an id, if it is another one.
fn rounded<'i>(id: &'i Found<'_>) -> Option<Cow<'i, str>> {
    let is_number = id.value.is_some_and(|value| value.kind() == Kind::Number);
    (is_number && javascript_numbers::changes(&id.text))
        .then(|| javascript_numbers::number(&id.text))
}

fn user_rule<'a>(cx: &Cx<'a>) -> Option<&'a IdRule> {
    cx.vendor.calls[slot(cx.kind)].as_ref().and_then(|call| call.user.as_ref())
}

/// The place of `anonymousId`: the last that the table names for a user.
fn anonymous<'a>(cx: &Cx<'a>) -> Option<&'a Spot> {
    user_rule(cx)?.from.last()
}

/// The value at a spot, if it is not absent, null or `""`.
fn counts<'a>(cx: &Cx<'a>, spot: Spot) -> Option<Val<'a>> {
    match cx.look.state(spot) {
        State::Absent | State::Null => None,
        State::Text => cx.look.get(spot).filter(|value| value.raw() != "\"\""),
        _ => cx.look.get(spot),
    }
}

/// The first value that counts; `0` and `false` do.
fn first<'a>(cx: &Cx<'a>, places: &[Spot]) -> Option<(Spot, Val<'a>)> {
    places.iter().find_map(|&spot| Some((spot, counts(cx, spot)?)))
}

/// The id at a spot, if it is truthy. Objects and lists are compared without their blanks.
fn id<'a>(cx: &Cx<'a>, spot: Spot) -> Option<Found<'a>> {
    let mut id = cx.id_at(spot)?;
    if id.value.is_some_and(|value| matches!(value.kind(), Kind::Object | Kind::Array)) {
        id.text = Cow::Owned(compact(&id.text));
    }
    Some(id)
}
