//! The person of identify and group calls: name, date of sign-up, company.

use super::{Custify, Traits, counts, first, id};
use crate::call::{CallType, Kind, Val};
use crate::findings::identity::truthy;
use crate::vendors::engine::evaluation::{Cx, Found, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::javascript_numbers;
use crate::vendors::engine::output_json::{Origin, Out};
use crate::vendors::table::Check;
use std::borrow::Cow;

impl Custify {
    /// What identify and group calls share. Gives the company that the person is linked to.
    pub(crate) fn person<'a>(&self, cx: &mut Cx<'a>) -> Option<Found<'a>> {
        let signed_up_at = [self.traits.signed_up_at, self.context.signed_up_at];
        let given = if cx.kind == CallType::Group { &signed_up_at[1..] } else { &signed_up_at[..] };
        if first(cx, given).is_none()
            && let Some((time, _)) = first(cx, &self.times)
        {
            cx.find(self.codes.signup.of(cx.kind), Place::Spot(time));
        }
        if cx.rendering() {
            self.compose_name(cx);
        }
        self.link(cx)
    }

    /// The name of a person who has only first and last names.
    fn compose_name(&self, cx: &mut Cx<'_>) {
        let single = |value: Val<'_>| !matches!(value.kind(), Kind::Object | Kind::Array);
        let part = |places: &[Spot]| {
            let mut values = places.iter().filter_map(|&spot| Some((spot, counts(cx, spot)?)));
            values.find(|(_, value)| single(*value))
        };
        let (first, last) = (part(&self.first_names), part(&self.last_names));
        let (spot, name) = match (first.filter(|(_, first)| truthy(*first)), last) {
            (Some((spot, first)), Some((_, last))) if truthy(last) => {
                (spot, Value::Text(Cow::Owned(format!("{} {}", text(first), text(last)))))
            }
            (Some((spot, only)), _) | (None, Some((spot, only))) => (spot, Value::Copy(only)),
            (None, None) => return,
        };
        cx.name(self.full_name, name, From::Place(Place::Spot(spot)));
    }

    /// Links the person to a company, or takes them out of it.
    fn link<'a>(&self, cx: &mut Cx<'a>) -> Option<Found<'a>> {
        let traits = self.source(cx);
        let own = traits.and_then(|traits| id(cx, traits.id));
        let remove = traits.and_then(|traits| Some((traits.remove, cx.look.get(traits.remove)?)));
        let company = own.clone().or_else(|| id(cx, self.group_id));
        if let (Some(traits), None, Some((_, remove))) = (traits, &own, remove)
            && truthy(remove)
        {
            cx.find_with(self.codes.no_id.of(cx.kind), Place::Spot(traits.id), |words| {
                let named =
                    company.as_ref().map(|company| format!("that of `groupId`: {}", company.text));
                words.say("company", named.unwrap_or_else(|| "no company".to_owned()));
            });
        }
        let company = company?;
        if cx.kind == CallType::Identify {
            cx.check_id(&company, None);
        }
        // the group's own id has been looked at
        if cx.kind == CallType::Identify || own.is_some() {
            self.rounded(cx, &company);
        }
        if let Some((spot, remove)) = remove {
            match remove.as_bool() {
                None => {
                    cx.find_with(self.codes.value_type.of(cx.kind), Place::Spot(spot), |words| {
                        words.say("wanted", Check::Boolean.words());
                    });
                }
                Some(false) => {}
                Some(true) => {
                    cx.find_with(self.codes.removed.of(cx.kind), Place::Spot(spot), |words| {
                        words.say("company", &company.text);
                    });
                }
            }
        }
        if cx.rendering() {
            let id = company.value.map_or(Value::Text(company.text.clone()), Value::Copy);
            let remove = match remove {
                Some((spot, remove)) => cx.out(Value::Copy(remove), From::Place(Place::Spot(spot))),
                None => Out::json(false, Origin::Default),
            };
            let link = [("company_id", cx.out(id, company.from)), ("remove", remove)];
            let link = link.map(|(key, value)| (key.to_owned(), value));
            let list = Out::Array(vec![Out::Object(link.into())]);
            cx.name(self.companies, Value::Made(Box::new(list)), From::Default);
        }
        Some(company)
    }

    /// The object that supplies custom attributes and company.
    fn source(&self, cx: &Cx<'_>) -> Option<&Traits> {
        let identify = cx.kind == CallType::Identify;
        let places = [identify.then_some(&self.traits), Some(&self.context)];
        places.into_iter().flatten().find(|traits| cx.look.object(traits.own).is_some())
    }

    /// `context.traits` behind `traits`: whatever only custom attributes would take is lost.
    pub(crate) fn shadowed(&self, cx: &mut Cx<'_>) {
        let Some(traits) = cx.look.object(self.traits.own) else { return };
        // the two often hold the same keys in the same order
        let mut beside = traits.children();
        let lost = cx.look.members(self.context.own).find(|(value, spot)| {
            let key = value.key();
            let same = beside.next().is_some_and(|other| other.key() == key);
            !same
                && !spot.is_some_and(|spot| self.read_behind.has(spot))
                && traits.get(&key).is_none()
        });
        if let Some((value, _)) = lost {
            cx.find_with(self.codes.shadowed, Place::Spot(self.context.own), |words| {
                words.say("lost", value.key());
            });
        }
    }
}

fn text(value: Val<'_>) -> Cow<'_, str> {
    value.as_str().unwrap_or_else(|| match value.kind() {
        Kind::Number => javascript_numbers::text(value.raw()),
        _ => Cow::Borrowed(value.raw()),
    })
}
