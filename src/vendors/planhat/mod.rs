//! Planhat: one company id under five names, endusers that are found or created, and metrics only
//! where they are defined.

mod endusers;
mod ids;
mod metrics;
pub(crate) mod sync;

use super::codes::CodeId;
use super::rules::{Family, Flow, Lessons, Parts, Rules};
use super::settings::SettingsError;
use super::vendor::Name;
use crate::call::{CallType, Kind, Val};
use crate::findings::identity::text_of;
use crate::vendors::engine::evaluation::{Cx, Found, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::output_json::Out;
use endusers::{Enduser, Endusers};
use ids::{Places, Spelled};
use metrics::Metrics;
use std::borrow::Cow;
use std::collections::HashSet;

struct Planhat {
    identify: Places,
    track: Places,
    group_id: Spot,
    first_name: Spot,
    last_name: Spot,
    full_name: Name,
    weight: Spot,
    endusers: Endusers,
    creates: bool,
    companies: Option<HashSet<String>>,
    metrics: Metrics,
    codes: Ours,
}

/// The codes that the table's rows do not give.
struct Ours {
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

/// What segscope, not Planhat, knows of a user of no earlier call.
const UNSEEN: &str =
    " and segscope has not seen this user (vendors.planhat.known_endusers lists those of Planhat)";
const UNLESS_MATCHED: &str =
    ", unless Planhat already has this user, or knows the domain of the email";
const UNLESS_KNOWN: &str = ", unless Planhat already has this user";

/// Traits that make the enduser, besides ids.
const NAMES: [&str; 4] = ["name", "firstName", "lastName", "title"];

pub(crate) fn build(parts: &mut Parts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    let codes = Ours {
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
        group_id: parts.spot("/groupId"),
        first_name: parts.spot("/traits/firstName"),
        last_name: parts.spot("/traits/lastName"),
        full_name: parts.name("full_name"),
        weight: parts.spot("/properties/weight"),
        endusers: Endusers::new(parts.settings),
        creates: parts.settings.flag("create_endusers"),
        companies: parts.settings.texts("known_companies").map(HashSet::from_iter),
        metrics: Metrics::new(parts),
        codes,
    }))
}

impl Rules for Planhat {
    fn before(&self, cx: &mut Cx<'_>) -> Flow {
        match cx.kind {
            CallType::Identify => {
                self.of_enduser(cx, &self.identify);
                self.full_name(cx);
            }
            CallType::Track => self.of_enduser(cx, &self.track),
            _ => self.of_company(cx),
        }
        Flow::Go
    }

    fn after(&self, cx: &mut Cx<'_>) {
        match cx.kind {
            CallType::Identify => self.ignored_traits(cx),
            CallType::Track => self.info(cx),
            _ => self.metrics.send(cx),
        }
    }

    fn learn(&self, cx: &Cx<'_>, lessons: &mut Lessons) {
        let places = match cx.kind {
            CallType::Identify => &self.identify,
            CallType::Track => &self.track,
            _ => return,
        };
        let created = cx.found.contains(&self.codes.enduser_created.of(cx.kind));
        if let Some(company) = cx.account.as_ref().filter(|_| created) {
            let user = cx.user.as_ref().map(|id| &*id.text);
            let email = places.email_of(cx).map(|(text, _)| text);
            endusers::learn(lessons, user, email.as_deref(), &company.text);
        }
    }
}

impl Planhat {
    /// Identify and track: who it is about, and whether Planhat finds or creates that enduser.
    fn of_enduser<'a>(&self, cx: &mut Cx<'a>, places: &Places) {
        let (codes, kind) = (&self.codes, cx.kind);
        let user = places.user_of(cx);
        let user = accept(cx, user, codes.user_alias.of(kind), codes.user_type.of(kind));
        let company = self.company(cx, places.company_of(cx));
        let email = places.email_of(cx).map(|(text, _)| text);
        cx.user = user.clone();
        if user.is_none() && email.is_none() {
            cx.find(codes.user_missing.of(kind), Place::Spot(places.user));
            if company.is_none() {
                // there is no user that Planhat could have
                cx.find(codes.company_missing.of(kind), Place::Spot(places.company));
            }
            return;
        }
        let who = Place::Spot(if user.is_some() { places.user } else { places.email });
        let user = user.as_ref().map(|id| &*id.text);
        match (self.endusers.find(cx, user, email.as_deref()), company) {
            (Some(enduser), company) => {
                self.found(cx, places, &enduser, company.as_ref());
                if kind == CallType::Identify {
                    cx.find_with(codes.matched, who, |words| words.say("known", enduser.known()));
                    cx.skip(0);
                }
            }
            (None, None) => {
                let company = Place::Spot(places.company);
                cx.find_with(codes.company_missing.of(kind), company, |words| {
                    words.phrase("unseen", UNSEEN);
                    words.phrase("unless", UNLESS_MATCHED);
                });
            }
            (None, Some(company)) if !self.exists(&company) => {
                cx.find_with(codes.company_unknown.of(kind), place(&company), |words| {
                    words.phrase("unless", UNLESS_KNOWN);
                });
            }
            (None, Some(company)) if self.creates => {
                cx.find_with(codes.enduser_created.of(kind), who, |words| {
                    words.say("company", company.text);
                });
            }
            (None, Some(_)) => cx.find_with(codes.enduser_unknown.of(kind), who, |words| {
                words.phrase("unless", UNLESS_KNOWN);
            }),
        }
    }

    /// What the call says of a known enduser's company.
    fn found<'a>(
        &self,
        cx: &mut Cx<'a>,
        places: &Places,
        enduser: &Enduser<'_>,
        company: Option<&Found<'a>>,
    ) {
        let (codes, kind) = (&self.codes, cx.kind);
        let Some(company) = company else {
            let place = Place::Spot(places.company);
            cx.find_with(codes.company_absent.of(kind), place, |words| {
                words.say("known", enduser.known());
            });
            return;
        };
        if !self.exists(company) {
            cx.find_with(codes.company_mismatch.of(kind), place(company), |words| {
                words.say("known", enduser.known());
            });
        }
        if let Some(own) = enduser.company.filter(|own| *own != company.text) {
            cx.find_with(codes.company_conflict.of(kind), place(company), |words| {
                words.say("known", enduser.known());
                words.say("company", own);
            });
        }
    }

    /// Group: the company that the metrics belong to.
    fn of_company(&self, cx: &mut Cx<'_>) {
        match self.company(cx, ids::group_of(cx, self.group_id)) {
            None => {
                let place = Place::Spot(self.group_id);
                cx.find(self.codes.company_missing.of(cx.kind), place);
            }
            Some(company) if !self.exists(&company) => {
                cx.find(self.codes.company_unknown.of(cx.kind), place(&company));
            }
            Some(_) => {}
        }
    }

    fn company<'a>(&self, cx: &mut Cx<'a>, found: Option<Spelled<'a>>) -> Option<Found<'a>> {
        let (alias, kind) = (&self.codes.company_alias, &self.codes.company_type);
        cx.account = accept(cx, found, alias.of(cx.kind), kind.of(cx.kind));
        cx.account.clone()
    }

    fn exists(&self, company: &Found<'_>) -> bool {
        self.companies.as_ref().is_none_or(|known| known.contains(&*company.text))
    }

    /// The name of a new enduser whose traits have only its parts.
    fn full_name(&self, cx: &mut Cx<'_>) {
        if !cx.rendering() {
            return;
        }
        let part = |spot| Some((spot, text_of(cx.look.get(spot)?)?));
        let (name, spot) = match (part(self.first_name), part(self.last_name)) {
            (Some((spot, first)), Some((_, last))) => (Cow::Owned(format!("{first} {last}")), spot),
            (Some((spot, one)), None) | (None, Some((spot, one))) => (one, spot),
            (None, None) => return,
        };
        cx.name(self.full_name, Value::Text(name), From::Place(Place::Spot(spot)));
    }

    fn ignored_traits(&self, cx: &mut Cx<'_>) {
        let traits = self.identify.container;
        let used = self.used(cx, &self.identify);
        let other = |value: Val<'_>| {
            !NAMES.contains(&&*value.key()) && !used.iter().flatten().any(|one| same(*one, value))
        };
        let members = || cx.look.members(traits).map(|(value, _)| value).filter(|v| other(*v));
        if members().next().is_none() {
            return;
        }
        let names = cx.writes_findings().then(|| members().map(|v| v.key()).collect::<Vec<_>>());
        cx.find_with(self.codes.trait_ignored, Place::Spot(traits), |words| {
            words.say("ignored", names.unwrap_or_default().join(", "));
        });
    }

    /// All properties that are not sent under a name of their own.
    fn info(&self, cx: &mut Cx<'_>) {
        if !cx.rendering() {
            return;
        }
        let properties = self.track.container;
        let weight = cx.look.get(self.weight).filter(|value| value.kind() == Kind::Number);
        let used = self.used(cx, &self.track);
        let members: Vec<(String, Out)> = cx
            .look
            .members(properties)
            .map(|(value, _)| value)
            .filter(|value| !used.iter().chain([&weight]).flatten().any(|one| same(*one, *value)))
            .map(|value| {
                let from = From::Place(Place::Member(properties, value));
                (value.key().into_owned(), cx.out(Value::Copy(value), from))
            })
            .collect();
        if !members.is_empty() {
            cx.change(0, |body| body.set(&["info"], Out::Object(members)));
        }
    }

    /// The values that the call's ids and email are, also where one says an id once more.
    fn used<'a>(&self, cx: &Cx<'a>, places: &Places) -> [Option<Val<'a>>; 5] {
        let value = |id: &Option<Found<'a>>| id.as_ref().and_then(|id| id.value);
        let email = places.email_of(cx).map(|(_, value)| value);
        let [user_id, id] = places.repeats_of(cx);
        [value(&cx.account), value(&cx.user), email, user_id, id]
    }
}

/// Takes an id, with what there is to say about where and what it is.
fn accept<'a>(
    cx: &mut Cx<'a>,
    found: Option<Spelled<'a>>,
    alias: CodeId,
    kind: CodeId,
) -> Option<Found<'a>> {
    let Spelled { id, alias: is_alias } = found?;
    if is_alias {
        cx.find(alias, place(&id));
    }
    cx.check_id(&id, Some(kind));
    Some(id)
}

/// Where an id stands; all of them stand in the call.
fn place<'a>(id: &Found<'a>) -> Place<'a> {
    match id.from {
        From::Place(place) => place,
        _ => Place::Spot(Spot::ROOT),
    }
}

/// True if two are the same value of the same text, not only equal.
fn same(a: Val<'_>, b: Val<'_>) -> bool {
    std::ptr::eq(a.raw(), b.raw())
}
