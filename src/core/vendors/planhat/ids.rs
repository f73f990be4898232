//! The places of Planhat's ids. Planhat's documentation spells them in several ways, and all are
//! read.

use super::super::rules::RuleParts;
use crate::call::Val;
use crate::findings::{identity::text_of, norm};
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FoundId};
use crate::vendors::engine::field_slots::FieldSlot;
use std::borrow::Cow;

/// The names of the company's id besides `company_id`, in the order of their priority. All names of
/// such a list begin with the same letter, as [`may_spell`] requires.
const COMPANY: [&str; 3] = ["companyid", "customerid", "companyexternalid"];
const USER: &str = "userid";
const GROUP: &str = "groupid";

/// An id; `alias` is true if it is not at the place that Planhat's document names.
pub(crate) struct SpelledId<'a> {
    pub id: FoundId<'a>,
    pub alias: bool,
}

fn plain(id: FoundId<'_>) -> SpelledId<'_> {
    SpelledId { id, alias: false }
}

fn alias(id: FoundId<'_>) -> SpelledId<'_> {
    SpelledId { id, alias: true }
}

/// The slots of the two ids and the email in identify or track calls.
pub(crate) struct Places {
    /// `traits` or `properties`.
    pub container: FieldSlot,
    pub company: FieldSlot,
    /// `userId` at the top level.
    pub user: FieldSlot,
    user_id: FieldSlot,
    /// `traits.id`, only in identify calls.
    id: Option<FieldSlot>,
    pub email: FieldSlot,
    context_email: FieldSlot,
}

impl Places {
    pub fn new(parts: &mut RuleParts<'_>, container: &str, id: Option<&str>) -> Places {
        let mut below = |key: &str| parts.slot(&format!("{container}/{key}"));
        Places {
            company: below("company_id"),
            user_id: below("user_id"),
            email: below("email"),
            id: id.map(&mut below),
            user: parts.slot("/userId"),
            context_email: parts.slot("/context/traits/email"),
            container: parts.listed(container),
        }
    }

    /// Returns the first usable company id: `company_id`, then other spellings, name by name.
    pub fn company_of<'a>(&self, evaluation: &Evaluation<'a>) -> Option<SpelledId<'a>> {
        let spelled = || self.in_container(evaluation, &COMPANY);
        evaluation.id_at(self.company).map(plain).or_else(|| spelled().map(alias))
    }

    /// Returns the first usable user id: at the documented places, then under other spellings at
    /// the top level and in the container, then `id`.
    pub fn user_of<'a>(&self, evaluation: &Evaluation<'a>) -> Option<SpelledId<'a>> {
        let named = [self.user, self.user_id].into_iter().find_map(|slot| evaluation.id_at(slot));
        let other = || {
            at_top(evaluation, USER)
                .or_else(|| self.in_container(evaluation, &[USER]))
                .or_else(|| self.id.and_then(|slot| evaluation.id_at(slot)))
        };
        named.map(plain).or_else(|| other().map(alias))
    }

    /// Returns the attributes that repeat the user id that was used.
    pub fn repeats_of<'a>(&self, evaluation: &Evaluation<'a>) -> [Option<Val<'a>>; 2] {
        [Some(self.user_id), self.id].map(|slot| {
            let id = evaluation.id_at(slot?)?;
            id.value.filter(|_| evaluation.user.as_ref().is_some_and(|used| used.text == id.text))
        })
    }

    /// Returns the text of the email and its value in the call.
    pub fn email_of<'a>(&self, evaluation: &Evaluation<'a>) -> Option<(Cow<'a, str>, Val<'a>)> {
        [self.email, self.context_email].into_iter().find_map(|slot| {
            let value = evaluation.view.get(slot)?;
            Some((text_of(value)?, value))
        })
    }

    /// Returns a usable id from the container: by the order of `names`, then by the byte order of
    /// keys.
    fn in_container<'a>(&self, evaluation: &Evaluation<'a>, names: &[&str]) -> Option<FoundId<'a>> {
        let usable = |(value, _): (Val<'a>, Option<FieldSlot>)| {
            if !may_spell(value, names[0]) {
                return None;
            }
            let key = value.key();
            let name = names.iter().position(|name| spells(&key, name))?;
            Some((name, key, evaluation.id_in(value, CallPlace::Member(self.container, value))?))
        };
        let found = evaluation.view.members(self.container).filter_map(usable);
        let best = found.min_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)))?;
        Some(best.2)
    }
}

/// Returns the group's id: `groupId`, then other spellings at the top level.
pub(crate) fn group_of<'a>(
    evaluation: &Evaluation<'a>,
    canonical: FieldSlot,
) -> Option<SpelledId<'a>> {
    evaluation.id_at(canonical).map(plain).or_else(|| at_top(evaluation, GROUP).map(alias))
}

fn at_top<'a>(evaluation: &Evaluation<'a>, name: &str) -> Option<FoundId<'a>> {
    let event = evaluation.view.event;
    let usable = |member: Val<'a>| {
        let key = member.key();
        if !spells(&key, name) {
            return None;
        }
        // the last of repeated keys counts
        let value = event.get(&key)?;
        evaluation.id_in(value, CallPlace::Top(value))
    };
    let members = event.call.children().chain(event.derived.into_iter().flat_map(|d| d.children()));
    first(members.filter(|member| may_spell(*member, name)).filter_map(usable))
}

/// Returns the id whose key is first in byte order.
fn first<'a>(found: impl Iterator<Item = FoundId<'a>>) -> Option<FoundId<'a>> {
    let key = |id: &FoundId<'a>| id.value.map(|value| value.key());
    found.min_by(|a, b| key(a).cmp(&key(b)))
}

/// Returns false for a key whose first letter is not that of a name, which is true of most keys.
#[inline]
fn may_spell(member: Val<'_>, name: &str) -> bool {
    let first = member.key_first();
    first.is_some_and(|b| !b.is_ascii_alphanumeric() || b | 0x20 == name.as_bytes()[0])
}

/// Returns true if a key equals a name except for case, `_`, `-` and spaces. The result is that of
/// [`norm`], but without allocating a text for every key of a call.
fn spells(key: &str, name: &str) -> bool {
    if !key.is_ascii() {
        return norm(key) == name;
    }
    let bytes = key.bytes().filter(|b| !matches!(b, b'_' | b'-' | b' '));
    key.len() >= name.len() && bytes.map(|b| b.to_ascii_lowercase()).eq(name.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_what_the_norm_says() {
        for key in ["companyId", "company_Id", "COMPANY ID-", "company\u{130}d", "companyid2", ""] {
            assert_eq!(spells(key, "companyid"), norm(key) == "companyid", "{key}");
        }
        // a character whose lower case is an ASCII letter
        assert!(spells("_KEY\u{212a}", "keyk"));
    }
}
