//! The rules for the person of identify and group calls: name, date of sign-up, company.

use super::{Custify, Traits, first, id, nonempty_value};
use crate::call::{CallType, JsonKind, Val};
use crate::findings::identity::truthy;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, FoundId, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::javascript_numbers;
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::table::Check;
use std::borrow::Cow;

impl Custify {
    /// Runs the rules that identify and group calls share, and returns the company that the person
    /// is linked to, or taken out of.
    pub(crate) fn person<'a>(&self, evaluation: &mut Evaluation<'a>) -> Option<FoundId<'a>> {
        let signed_up_at = [self.traits.signed_up_at, self.context.signed_up_at];
        let given =
            if evaluation.kind == CallType::Group { &signed_up_at[1..] } else { &signed_up_at[..] };
        if first(evaluation, given).is_none() {
            let signup = self.codes.signup.code_for(evaluation.kind);
            let timestamp = self.times[0];
            if let Some((slot, time)) = first(evaluation, &self.times) {
                let place = CallPlace::Slot(slot);
                evaluation.find(signup, place);
                evaluation.name(self.call_time, FieldValue::Copy(time), From::Place(place));
            } else if evaluation.view.is_unknown_time(timestamp) {
                evaluation.find(signup, CallPlace::Slot(timestamp));
                evaluation.unknown_time = Some(self.call_time);
            }
        }
        if evaluation.rendering() {
            self.compose_name(evaluation);
        }
        self.link(evaluation)
    }

    /// Sets the name of a person from first and last name.
    fn compose_name(&self, evaluation: &mut Evaluation<'_>) {
        let single = |value: Val<'_>| !matches!(value.kind(), JsonKind::Object | JsonKind::Array);
        let part = |places: &[FieldSlot]| {
            let mut values =
                places.iter().filter_map(|&slot| Some((slot, nonempty_value(evaluation, slot)?)));
            values.find(|(_, value)| single(*value))
        };
        let (first, last) = (part(&self.first_names), part(&self.last_names));
        let (slot, name) = match (first.filter(|(_, first)| truthy(*first)), last) {
            (Some((slot, first)), Some((_, last))) if truthy(last) => {
                (slot, FieldValue::Text(Cow::Owned(format!("{} {}", text(first), text(last)))))
            }
            (Some((slot, only)), _) | (None, Some((slot, only))) => (slot, FieldValue::Copy(only)),
            (None, None) => return,
        };
        evaluation.name(self.full_name, name, From::Place(CallPlace::Slot(slot)));
    }

    /// Links the person to a company, or removes the link.
    fn link<'a>(&self, evaluation: &mut Evaluation<'a>) -> Option<FoundId<'a>> {
        let traits = self.source(evaluation);
        let own = traits.and_then(|traits| id(evaluation, traits.id));
        let remove =
            traits.and_then(|traits| Some((traits.remove, evaluation.view.get(traits.remove)?)));
        let company = own.clone().or_else(|| id(evaluation, self.group_id));
        if let (Some(traits), None, Some((_, remove))) = (traits, &own, remove)
            && truthy(remove)
        {
            evaluation.find_with(
                self.codes.no_id.code_for(evaluation.kind),
                CallPlace::Slot(traits.id),
                |words| {
                    let named = company
                        .as_ref()
                        .map(|company| format!("that of `groupId`: {}", company.text));
                    words.say("company", named.unwrap_or_else(|| "no company".to_owned()));
                },
            );
        }
        let company = company?;
        if evaluation.kind == CallType::Identify {
            evaluation.check_id(&company, None);
        }
        // the id of a group call has been checked already
        if evaluation.kind == CallType::Identify || own.is_some() {
            self.rounded(evaluation, &company);
        }
        if let Some((slot, remove)) = remove {
            match remove.as_bool() {
                None => {
                    evaluation.find_with(
                        self.codes.value_type.code_for(evaluation.kind),
                        CallPlace::Slot(slot),
                        |words| {
                            words.say("wanted", Check::Boolean.words());
                        },
                    );
                }
                Some(false) => {}
                Some(true) => {
                    evaluation.find_with(
                        self.codes.removed.code_for(evaluation.kind),
                        CallPlace::Slot(slot),
                        |words| {
                            words.say("company", &company.text);
                        },
                    );
                }
            }
        }
        if evaluation.rendering() {
            let id = company.value.map_or(FieldValue::Text(company.text.clone()), FieldValue::Copy);
            let remove = match remove {
                Some((slot, remove)) => {
                    evaluation.out(FieldValue::Copy(remove), From::Place(CallPlace::Slot(slot)))
                }
                None => OutputJson::json(false, ValueOrigin::Default),
            };
            let link = [("company_id", evaluation.out(id, company.from)), ("remove", remove)];
            let link = link.map(|(key, value)| (key.to_owned(), value));
            let list = OutputJson::Array(vec![OutputJson::Object(link.into())]);
            evaluation.name(self.companies, FieldValue::Made(Box::new(list)), From::Default);
        }
        Some(company)
    }

    /// Returns true if the call takes the person out of the company.
    pub(crate) fn removes(&self, evaluation: &Evaluation<'_>) -> bool {
        let traits = self.source(evaluation);
        let remove = traits.and_then(|traits| evaluation.view.get(traits.remove));
        remove.and_then(|remove| remove.as_bool()) == Some(true)
    }

    /// Returns the object that supplies custom attributes and the company.
    fn source(&self, evaluation: &Evaluation<'_>) -> Option<&Traits> {
        let identify = evaluation.kind == CallType::Identify;
        let places = [identify.then_some(&self.traits), Some(&self.context)];
        places.into_iter().flatten().find(|traits| evaluation.view.object(traits.own).is_some())
    }

    /// Reports a member of `context.traits` that is lost: if there are `traits`, custom attributes
    /// are taken only from them.
    pub(crate) fn shadowed(&self, evaluation: &mut Evaluation<'_>) {
        let Some(traits) = evaluation.view.object(self.traits.own) else { return };
        // the two objects often have the same keys in the same order
        let mut beside = traits.children();
        let lost = evaluation.view.members(self.context.own).find(|(value, slot)| {
            let key = value.key();
            let same = beside.next().is_some_and(|other| other.key() == key);
            !same
                && !slot.is_some_and(|slot| self.read_behind.has(slot))
                && traits.get(&key).is_none()
        });
        if let Some((value, _)) = lost {
            evaluation.find_with(self.codes.shadowed, CallPlace::Slot(self.context.own), |words| {
                words.say("lost", value.key());
            });
        }
    }
}

fn text(value: Val<'_>) -> Cow<'_, str> {
    value.as_str().unwrap_or_else(|| match value.kind() {
        JsonKind::Number => javascript_numbers::text(value.raw()),
        _ => Cow::Borrowed(value.raw()),
    })
}
