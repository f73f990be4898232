//! Where Planhat's ids stand: its page spells them in several ways, and all are read.

use super::super::rules::Parts;
use crate::call::Val;
use crate::findings::{identity::text_of, norm};
use crate::vendors::engine::evaluation::{Cx, Found, Place};
use crate::vendors::engine::field_slots::Spot;
use std::borrow::Cow;

/// The names of the company's id beside `company_id`, in the order in which they are looked for. All
/// names that are looked for together begin with the same letter.
const COMPANY: [&str; 3] = ["companyid", "customerid", "companyexternalid"];
const USER: &str = "userid";
const GROUP: &str = "groupid";

/// An id, and whether it stands where the document names it.
pub(crate) struct Spelled<'a> {
    pub id: Found<'a>,
    pub alias: bool,
}

fn plain(id: Found<'_>) -> Spelled<'_> {
    Spelled { id, alias: false }
}

fn alias(id: Found<'_>) -> Spelled<'_> {
    Spelled { id, alias: true }
}

/// The places of the two ids and the email in identify or track calls.
pub(crate) struct Places {
    /// `traits` or `properties`.
    pub container: Spot,
    pub company: Spot,
    /// `userId` at the top level.
    pub user: Spot,
    user_id: Spot,
    /// Only on identify: `traits.id`.
    id: Option<Spot>,
    pub email: Spot,
    context_email: Spot,
}

impl Places {
    pub fn new(parts: &mut Parts<'_>, container: &str, id: Option<&str>) -> Places {
        let mut below = |key: &str| parts.spot(&format!("{container}/{key}"));
        Places {
            company: below("company_id"),
            user_id: below("user_id"),
            email: below("email"),
            id: id.map(&mut below),
            user: parts.spot("/userId"),
            context_email: parts.spot("/context/traits/email"),
            container: parts.listed(container),
        }
    }

    /// The first usable company id: `company_id`, then other spellings, name by name.
    pub fn company_of<'a>(&self, cx: &Cx<'a>) -> Option<Spelled<'a>> {
        let spelled = || self.in_container(cx, &COMPANY);
        cx.id_at(self.company).map(plain).or_else(|| spelled().map(alias))
    }

    /// The first usable user id: where the document has it, then other spellings at the top level
    /// and in the container, then `id`.
    pub fn user_of<'a>(&self, cx: &Cx<'a>) -> Option<Spelled<'a>> {
        let named = [self.user, self.user_id].into_iter().find_map(|spot| cx.id_at(spot));
        let other = || {
            at_top(cx, USER)
                .or_else(|| self.in_container(cx, &[USER]))
                .or_else(|| self.id.and_then(|spot| cx.id_at(spot)))
        };
        named.map(plain).or_else(|| other().map(alias))
    }

    /// The attributes that name the user once more, by the id that was used.
    pub fn repeats_of<'a>(&self, cx: &Cx<'a>) -> [Option<Val<'a>>; 2] {
        [Some(self.user_id), self.id].map(|spot| {
            let id = cx.id_at(spot?)?;
            id.value.filter(|_| cx.user.as_ref().is_some_and(|used| used.text == id.text))
        })
    }

    /// The email, with the value that it is.
    pub fn email_of<'a>(&self, cx: &Cx<'a>) -> Option<(Cow<'a, str>, Val<'a>)> {
        [self.email, self.context_email].into_iter().find_map(|spot| {
            let value = cx.look.get(spot)?;
            Some((text_of(value)?, value))
        })
    }

    /// The usable one of the first of these names that has any.
    fn in_container<'a>(&self, cx: &Cx<'a>, names: &[&str]) -> Option<Found<'a>> {
        let usable = |(value, _): (Val<'a>, Option<Spot>)| {
            if !may_spell(value, names[0]) {
                return None;
            }
            let key = value.key();
            let name = names.iter().position(|name| spells(&key, name))?;
            Some((name, key, cx.id_in(value, Place::Member(self.container, value))?))
        };
        let found = cx.look.members(self.container).filter_map(usable);
        let best = found.min_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)))?;
        Some(best.2)
    }
}

/// The group's id: `groupId`, then other spellings at the top level.
pub(crate) fn group_of<'a>(cx: &Cx<'a>, canonical: Spot) -> Option<Spelled<'a>> {
    cx.id_at(canonical).map(plain).or_else(|| at_top(cx, GROUP).map(alias))
}

fn at_top<'a>(cx: &Cx<'a>, name: &str) -> Option<Found<'a>> {
    let event = cx.look.event;
    let usable = |member: Val<'a>| {
        let key = member.key();
        if !spells(&key, name) {
            return None;
        }
        // of a repeated key the last counts
        let value = event.get(&key)?;
        cx.id_in(value, Place::Top(value))
    };
    let members = event.call.children().chain(event.derived.into_iter().flat_map(|d| d.children()));
    first(members.filter(|member| may_spell(*member, name)).filter_map(usable))
}

/// The one whose key comes first in byte order.
fn first<'a>(found: impl Iterator<Item = Found<'a>>) -> Option<Found<'a>> {
    let key = |id: &Found<'a>| id.value.map(|value| value.key());
    found.min_by(|a, b| key(a).cmp(&key(b)))
}

/// False for the many keys whose first letter is not that of a name.
#[inline]
fn may_spell(member: Val<'_>, name: &str) -> bool {
    let first = member.key_first();
    first.is_some_and(|b| !b.is_ascii_alphanumeric() || b | 0x20 == name.as_bytes()[0])
}

/// True if a key is a name but for case, `_`, `-` and spaces: what [`norm`] says, without making
/// its text for every key of a call.
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
        // a sign whose lower case is an ASCII letter
        assert!(spells("_KEY\u{212a}", "keyk"));
    }
}
