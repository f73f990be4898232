//! Near misses: values close to the place of an expected id (`docs/specs/vendors.md` A.5).

use crate::call::{CallType, Doc, Event, Val, pointer};
use crate::findings::compared::compare_once;
use crate::findings::identity::{ValueRule, id_of};
use crate::findings::near_names::{IdNames, norm};
use crate::findings::{Hint, HintKind, Id};
use std::borrow::Cow;

/// The places that are searched for ids, in the order in which near misses are reported.
const PLACES: [&str; 7] =
    ["/properties", "/traits", "/context/traits", "", "/context", "/options/context", "/options"];
/// The containers that calls have, and the normalized names that some senders give them.
const CONTAINER_NAMES: [(&str, &[&str]); 2] = [
    ("/properties", &["properties", "property", "props", "prop", "eventproperties"]),
    ("/traits", &["traits", "trait", "attributes", "attrs", "usertraits"]),
];
/// The objects that are searched at all levels.
const CONTAINERS: [&str; 3] = ["/properties", "/traits", "/context"];
/// The maximum number of levels of a container that are searched.
const MAX_LEVELS: usize = 6;
/// The maximum number of members of the containers that are visited.
const MAX_MEMBERS: usize = 2000;

/// Returns the near misses of an id that is missing at `expected`, the best first: the same name at
/// another place, then other names, then misspelled names.
pub fn hints(event: &Event<'_>, id: Id, expected: &str, rule: ValueRule) -> Vec<Hint> {
    let search = NearMissSearch {
        event,
        expected,
        rule,
        id,
        names: IdNames::for_id(id),
        wanted: wanted_name(expected),
    };
    let mut found = Vec::new();
    if let Some(place) = misnamed_container(event, expected) {
        search.place(&place, &mut found);
    }
    for place in PLACES {
        search.place(place, &mut found);
    }
    let further: &[(&str, HintKind)] = match id {
        Id::Account => &[
            ("/traits/company/id", HintKind::Alias),
            ("/context/traits/company/id", HintKind::Alias),
        ],
        // the `traits.id` of a group call is the account's
        Id::User if is_group(event) => {
            &[("/context/traits/id", HintKind::Alias), ("/anonymousId", HintKind::Anonymous)]
        }
        Id::User => &[
            ("/traits/id", HintKind::Alias),
            ("/context/traits/id", HintKind::Alias),
            ("/anonymousId", HintKind::Anonymous),
        ],
    };
    for &(path, kind) in further {
        if in_objects(event, path) {
            search.add(path, kind, &mut found);
        }
    }
    search.further_down(&mut found);
    found.sort_by_key(|hint| search.rank(hint));
    found
}

/// Returns the path of the object at the top level that is probably meant to be the container at or
/// above a path, if the call has no such container.
pub(crate) fn misnamed_container(event: &Event<'_>, path: &str) -> Option<String> {
    let is_around = |(container, _): &&(&str, _)| pointer::is_at_or_below(path, container);
    let (container, names) = CONTAINER_NAMES.iter().find(is_around)?;
    if event.pointer(container).is_some_and(|value| !value.is_null()) {
        return None;
    }
    let is_meant = |member: &Val<'_>| member.is_object() && names.contains(&&*norm(&member.key()));
    event.members().find(is_meant).map(|member| pointer::push("", &member.key()))
}

/// Returns the path of a container that is JSON text and contains a missing id, and the name of the
/// id in it.
pub(crate) fn in_json_text(
    event: &Event<'_>,
    id: Id,
    expected: &str,
    rule: ValueRule,
) -> Option<(&'static str, String)> {
    let own = |place: &str| expected.starts_with(place);
    let first = CONTAINERS.iter().filter(|place| own(place));
    for place in first.chain(CONTAINERS.iter().filter(|place| !own(place))) {
        let Some(text) = event.pointer(place).and_then(|value| value.as_str()) else { continue };
        if !text.trim_start().starts_with('{') {
            continue;
        }
        let name = pointer::last(place);
        let Ok(doc) = Doc::parse(format!("{{\"{name}\":{text}}}")) else { continue };
        let inside = Event::bare(doc.root());
        if id_of(inside.pointer(expected), rule).is_ok() {
            return Some((place, pointer::last(expected).into_owned()));
        }
        if let Some(hint) = hints(&inside, id, expected, rule).first() {
            return Some((place, pointer::last(&hint.path).into_owned()));
        }
    }
    None
}

fn is_group(event: &Event<'_>) -> bool {
    let kind = event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
    kind == Some(CallType::Group)
}

/// Returns the normalized name of an expected id. For `…/company/id`, it is `companyid`, because
/// not every `id` is that of a company.
pub(crate) fn wanted_name(expected: &str) -> String {
    let last = pointer::last(expected);
    let parent = expected.rsplit_once('/').map_or("", |(place, _)| place);
    match norm(&last) {
        name if name == "id" && !PLACES.contains(&parent) => {
            format!("{}id", norm(&pointer::last(parent)))
        }
        name => name.into_owned(),
    }
}

/// A search for the near misses of an id.
struct NearMissSearch<'s, 'd> {
    event: &'s Event<'d>,
    expected: &'s str,
    rule: ValueRule,
    id: Id,
    names: &'static IdNames,
    /// The normalized expected name.
    wanted: String,
}

impl<'d> NearMissSearch<'_, 'd> {
    /// Adds a path once, if its value is usable as an id.
    fn add(&self, path: &str, kind: HintKind, found: &mut Vec<Hint>) {
        let usable = || id_of(self.event.pointer(path), self.rule).is_ok();
        // the expected place itself and the objects that contain it are not near misses
        let is_expected = pointer::is_at_or_below(self.expected, path);
        if !is_expected && !found.iter().any(|hint| hint.path == path) && usable() {
            found.push(Hint { path: path.to_owned(), kind });
        }
    }

    /// Adds the members of a place whose names are close, in byte order.
    fn place(&self, place: &str, found: &mut Vec<Hint>) {
        let wanted_place = self.expected.rsplit_once('/').map_or("", |(place, _)| place);
        let mut keys: Vec<(Cow<'d, str>, HintKind)> = Vec::new();
        let mut compare = |member: Val<'d>| {
            let key = member.key();
            let kind = match self.kind_of(&key) {
                Some(HintKind::Level) if place == wanted_place => HintKind::Spelling,
                // the members of `account` and the like are searched separately
                Some(HintKind::Typo) if member.is_object() || member.is_array() => return,
                Some(kind) => kind,
                None => return,
            };
            keys.push((key, kind));
        };
        match place {
            "" => self.event.members().for_each(&mut compare),
            _ => match self.event.pointer(place) {
                Some(object) if object.is_object() && in_objects(self.event, place) => {
                    object.children().for_each(&mut compare);
                }
                _ => {}
            },
        }
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, kind) in keys {
            self.add(&pointer::push(place, &key), kind, found);
        }
    }

    /// Returns how a key of a place is close.
    fn kind_of(&self, key: &str) -> Option<HintKind> {
        compare_once((self.id, &self.wanted), None, key, || {
            let norm = norm(key);
            if norm == *self.wanted {
                Some(HintKind::Level)
            } else if self.names.forms.contains(&&*norm) {
                Some(HintKind::Alias)
            } else if self.names.are_nearly(key, &self.wanted) || self.names.are_made_by("", key) {
                Some(HintKind::Typo)
            } else {
                None
            }
        })
    }

    /// Adds the near misses at deeper levels than the places.
    fn further_down(&self, found: &mut Vec<Hint>) {
        let mut left = MAX_MEMBERS;
        for place in CONTAINERS {
            let Some(object) = self.event.pointer(place).filter(|object| object.is_object()) else {
                continue;
            };
            let mut deeper = Vec::new();
            let above = Above { path: place, name: "", levels: 0 };
            self.walk(object, &above, &mut left, &mut deeper);
            deeper.sort_by(|a, b| {
                let depth = |hint: &Hint| hint.path.matches('/').count();
                depth(a).cmp(&depth(b)).then_with(|| a.path.cmp(&b.path))
            });
            for hint in deeper {
                self.add(&hint.path, hint.kind, found);
            }
        }
    }

    fn walk(&self, object: Val<'d>, above: &Above<'_>, left: &mut usize, deeper: &mut Vec<Hint>) {
        let is_list = object.is_array();
        for (at, member) in object.children().enumerate() {
            if *left == 0 {
                return;
            }
            *left -= 1;
            let key = if is_list { Cow::Owned(at.to_string()) } else { member.key() };
            let path = || pointer::push(above.path, &key);
            if member.is_object() || member.is_array() {
                if above.levels + 1 < MAX_LEVELS {
                    let name = if is_list { above.name } else { &*key };
                    let below = Above { path: &path(), name, levels: above.levels + 1 };
                    self.walk(member, &below, left, deeper);
                }
            } else if !is_list
                && above.levels > 0
                && let Some(kind) = self.kind_below(object, above.name, &key)
            {
                deeper.push(Hint { path: path(), kind });
            }
        }
    }

    /// Returns how a member of an object at a deeper level is close.
    fn kind_below(&self, object: Val<'d>, parent: &str, key: &str) -> Option<HintKind> {
        // an item of the lists of ids that RudderStack and Segment define
        if key == "id" && matches!(&*norm(parent), "externalids" | "externalid") {
            let kind = object.get("type").and_then(|kind| kind.as_str())?;
            let made = self.names.are_made_by("", &kind) || self.names.are_made_by(&kind, "id");
            return if made { Some(HintKind::Nested) } else { self.misspelt_below(key) };
        }
        compare_once((self.id, &self.wanted), Some(parent), key, || {
            let made = norm(key) == *self.wanted || self.names.are_made_by(parent, key);
            if made { Some(HintKind::Nested) } else { self.misspelt_below(key) }
        })
    }

    fn misspelt_below(&self, key: &str) -> Option<HintKind> {
        let is_near = norm(key).ends_with("id") && self.names.are_nearly(key, &self.wanted);
        is_near.then_some(HintKind::Typo)
    }

    /// Returns the rank of a near miss: the same name at another place is first, other names
    /// follow, and misspelled names are last.
    fn rank(&self, hint: &Hint) -> u8 {
        match hint.kind {
            HintKind::Spelling | HintKind::Level => 0,
            HintKind::Nested if norm(&pointer::last(&hint.path)) == *self.wanted => 1,
            HintKind::Alias => 2,
            HintKind::Anonymous => 3,
            HintKind::Nested => 4,
            HintKind::Typo => 5,
        }
    }
}

/// The parent of a member.
struct Above<'p> {
    path: &'p str,
    /// The name of the object that contains the member; items of a list have the list's name.
    name: &'p str,
    levels: usize,
}

/// Returns true if all parents of a place are objects, so that `/traits/company/id` is not found
/// inside a list.
fn in_objects(event: &Event<'_>, path: &str) -> bool {
    path.match_indices('/')
        .skip(1)
        .all(|(at, _)| event.pointer(&path[..at]).is_some_and(|value| value.is_object()))
}

#[cfg(test)]
mod tests;
