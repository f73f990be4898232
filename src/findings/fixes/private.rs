//! What a corrected call does not repeat: what the sender's library adds by itself, secrets, and
//! what is about a person.

use super::edits::{Edit, Source};
use super::tree::Lit;
use crate::call::{CallType, pointer};
use crate::findings::norm;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    secret: String,
    secret_keys: Vec<String>,
    secret_starts: Vec<String>,
    email: String,
    context: Vec<String>,
    page: Vec<String>,
    top: Vec<String>,
    personal: BTreeMap<String, String>,
    personal_traits: BTreeMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/fixes/private.toml"))
        .expect("the built-in table of what is private is valid")
});

/// What corrected calls have at a place instead of a person's data. Only what nobody would send: a
/// birthday may be anybody's.
pub fn made_up(path: &str) -> Option<&'static str> {
    let place = path.rsplit_once('/').map_or("", |(place, _)| place);
    if !["/properties", "/traits", "/context/traits"].contains(&place) {
        return None;
    }
    let last = pointer::last(path);
    let name = norm(&last);
    let table = &*TABLE;
    let personal = || table.personal.get(&*name).or_else(|| table.personal_traits.get(&*name));
    let text = if name == "email" { &table.email } else { personal()? };
    (!text.starts_with(|c: char| c.is_ascii_digit())).then_some(text)
}

/// Leaves out and replaces what is not for a corrected call. What an edit reads stays as it is.
/// `client_side`: the library repeats the user's traits in the context by itself.
pub(super) fn clean(tree: &mut Lit, kind: CallType, edits: &[Edit], client_side: bool) {
    let table = &*TABLE;
    let mut kept: Vec<&str> = edits.iter().map(|edit| edit.to.as_str()).collect();
    kept.extend(edits.iter().filter_map(|edit| match &edit.source {
        Source::Copy(from) | Source::Rename(from) => Some(from.as_str()),
        _ => None,
    }));
    let touched = |path: &str| {
        kept.iter().any(|kept| kept.strip_prefix(path).is_some_and(|r| r.starts_with('/')))
    };
    let gone = |tree: &mut Lit, place: &str, names: &[String]| {
        for name in names {
            let path = pointer::push(place, name);
            if !kept.contains(&path.as_str()) && !touched(&path) {
                tree.remove(&path);
            }
        }
    };
    gone(tree, "", &table.top);
    gone(tree, "/context", &table.context);
    if kind == CallType::Page && client_side {
        gone(tree, "/properties", &table.page);
    }
    // RudderStack's libraries carry the traits of an identify call there
    if client_side && kind != CallType::Identify && !touched("/context/traits") {
        tree.remove("/context/traits");
    }
    if tree.get("context").is_some_and(|context| context.is_empty_map() || *context == Lit::Null) {
        tree.remove("/context");
    }
    if tree.get("integrations").is_some_and(says_nothing) {
        tree.remove("/integrations");
    }
    for (place, personal) in [
        ("/properties", false),
        ("/traits", kind != CallType::Group),
        ("/context/traits", true),
        ("/context", false),
        ("/integrations", false),
    ] {
        let mut path = place.to_owned();
        if let Some(inside) = tree.at(place).cloned() {
            tree.put(place, masked(inside, &mut path, personal, &kept));
        }
    }
}

/// Switches that say what would be without them.
fn says_nothing(integrations: &Lit) -> bool {
    match integrations {
        Lit::Map(members) => {
            members.iter().all(|(name, on)| name == "All" && *on == Lit::Bool(true))
        }
        other => *other == Lit::Null,
    }
}

fn masked(value: Lit, path: &mut String, personal: bool, kept: &[&str]) -> Lit {
    match value {
        Lit::Map(members) => Lit::Map(
            members
                .into_iter()
                .map(|(name, value)| {
                    let long = path.len();
                    *path = pointer::push(path, &name);
                    let value = if kept.contains(&path.as_str()) {
                        value
                    } else {
                        match stand_in(&name, personal, &value) {
                            Some(stand_in) => Lit::Text(stand_in),
                            None => masked(value, path, personal, kept),
                        }
                    };
                    path.truncate(long);
                    (name, value)
                })
                .collect(),
        ),
        Lit::List(items) => {
            Lit::List(items.into_iter().map(|item| masked(item, path, personal, kept)).collect())
        }
        Lit::Text(text) => match of_text(&text) {
            Some(stand_in) => Lit::Text(stand_in),
            None => Lit::Text(text),
        },
        other => other,
    }
}

/// What stands for a member whose name or value is private.
fn stand_in(name: &str, personal: bool, value: &Lit) -> Option<String> {
    let table = &*TABLE;
    let name = norm(name);
    let secret = match value {
        Lit::Null | Lit::Bool(_) => false,
        // `tokens_used` is a count, `card_number` is not
        Lit::Number(_) => table.secret_keys.iter().any(|key| name.ends_with(key.as_str())),
        _ => table.secret_keys.iter().any(|key| name.contains(key.as_str())),
    };
    if secret {
        return Some(table.secret.clone());
    }
    // an id may look like an e-mail address: it is what the call is about
    if matches!(&*name, "userid" | "accountid" | "companyid" | "groupid" | "externalid") {
        return value.id().map(str::to_owned).filter(|_| matches!(value, Lit::Text(_)));
    }
    if value.id().is_none() && !matches!(value, Lit::Map(_)) {
        return None;
    }
    let of_person = table.personal.get(&*name);
    of_person.or_else(|| table.personal_traits.get(&*name).filter(|_| personal)).cloned()
}

fn of_text(text: &str) -> Option<String> {
    let table = &*TABLE;
    if table.secret_starts.iter().any(|start| text.starts_with(start.as_str())) {
        return Some(table.secret.clone());
    }
    let mail = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    });
    mail.then(|| table.email.clone())
}
