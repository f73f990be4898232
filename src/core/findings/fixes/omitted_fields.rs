//! The fields that a corrected call does not repeat: those that the sender's library adds by itself
//! and, if anybody may read it, secrets and personal data.

use crate::call::{CallType, pointer};
use crate::findings::fixes::SnippetAudience;
use crate::findings::fixes::edits::Edit;
use crate::findings::fixes::json_tree::Lit;
use crate::findings::fixes::language::Language;
use crate::findings::{advice, norm};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OmittedTable {
    secret: String,
    secret_keys: Vec<String>,
    secret_starts: Vec<String>,
    email: String,
    context: Vec<String>,
    server_context: Vec<String>,
    page: Vec<String>,
    top: Vec<String>,
    personal: BTreeMap<String, String>,
    personal_traits: BTreeMap<String, String>,
}

static TABLE: LazyLock<OmittedTable> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../assets/fixes/private.toml"))
        .expect("the built-in table of what is private is valid")
});

/// Returns the example value that corrected calls have at a place instead of personal data. Dates
/// and other values that begin with a digit are not returned, because they may be real values.
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

/// The replaced fields of a call.
pub(crate) struct OmittedFields {
    /// The places, with dots.
    pub replaced: Vec<String>,
}

/// Removes the fields that the language's library adds by itself, and replaces values that are not
/// for the reader. Values that an edit reads are not changed. A client-side library repeats the
/// user's traits in the context by itself.
pub(crate) fn clean(
    tree: &mut Lit,
    kind: CallType,
    edits: &[Edit],
    language: &Language,
    reader: SnippetAudience,
) -> OmittedFields {
    let table = &*TABLE;
    let mut kept: Vec<&str> = edits.iter().map(|edit| edit.to.as_str()).collect();
    kept.extend(edits.iter().filter_map(Edit::from));
    let touched = |path: &str| kept.iter().any(|kept| pointer::is_below(kept, path));
    let gone = |tree: &mut Lit, place: &str, names: &[String]| {
        for name in names {
            let path = pointer::push(place, name);
            if !kept.contains(&path.as_str()) && !touched(&path) {
                tree.remove(&path);
            }
        }
    };
    gone(tree, "", &table.top);
    match (language.anything, language.client_side) {
        (true, _) => {}
        (false, true) => gone(tree, "/context", &table.context),
        (false, false) => gone(tree, "/context", &table.server_context),
    }
    if kind == CallType::Page && language.client_side {
        gone(tree, "/properties", &table.page);
    }
    // RudderStack's libraries send the traits of an identify call there
    if language.client_side && kind != CallType::Identify && !touched("/context/traits") {
        tree.remove("/context/traits");
    }
    if tree.get("context").is_some_and(|context| context.is_empty_map() || *context == Lit::Null) {
        tree.remove("/context");
    }
    if tree.get("integrations").is_some_and(says_nothing) {
        tree.remove("/integrations");
    }
    let mut replaced = Vec::new();
    if reader == SnippetAudience::Owner {
        return OmittedFields { replaced };
    }
    for (place, personal) in [
        ("/properties", false),
        ("/traits", kind != CallType::Group),
        ("/context/traits", true),
        ("/context", false),
        ("/integrations", false),
    ] {
        let mut masking = Masking { path: place.to_owned(), personal, kept: &kept, replaced };
        if let Some(inside) = tree.at(place).cloned() {
            tree.put(place, masking.masked(inside));
        }
        replaced = masking.replaced;
    }
    OmittedFields { replaced }
}

/// Returns true if `integrations` only repeats the default.
fn says_nothing(integrations: &Lit) -> bool {
    match integrations {
        Lit::Map(members) => {
            members.iter().all(|(name, on)| name == "All" && *on == Lit::Bool(true))
        }
        other => *other == Lit::Null,
    }
}

/// The state of replacing private values, with the places of the replaced ones.
struct Masking<'k> {
    path: String,
    personal: bool,
    kept: &'k [&'k str],
    replaced: Vec<String>,
}

impl Masking<'_> {
    fn masked(&mut self, value: Lit) -> Lit {
        match value {
            Lit::Map(members) => Lit::Map(
                members
                    .into_iter()
                    .map(|(name, value)| {
                        let long = self.path.len();
                        self.path = pointer::push(&self.path, &name);
                        let value = self.member(&name, value);
                        self.path.truncate(long);
                        (name, value)
                    })
                    .collect(),
            ),
            Lit::List(items) => Lit::List(items.into_iter().map(|it| self.masked(it)).collect()),
            Lit::Text(text) => match of_text(&text) {
                Some(stand_in) => self.replaced(Lit::Text(text), stand_in),
                None => Lit::Text(text),
            },
            other => other,
        }
    }

    fn member(&mut self, name: &str, value: Lit) -> Lit {
        if self.kept.contains(&self.path.as_str()) {
            return value;
        }
        match stand_in(name, self.personal, &value) {
            Some(stand_in) => self.replaced(value, stand_in),
            None => self.masked(value),
        }
    }

    fn replaced(&mut self, value: Lit, stand_in: String) -> Lit {
        let stand_in = Lit::Text(stand_in);
        let dotted = advice::dotted(&self.path);
        if stand_in != value && !self.replaced.contains(&dotted) {
            self.replaced.push(dotted);
        }
        stand_in
    }
}

/// Returns the replacement for a member whose name or value is private.
fn stand_in(name: &str, personal: bool, value: &Lit) -> Option<String> {
    let table = &*TABLE;
    let name = norm(name);
    let secret = match value {
        Lit::Null | Lit::Bool(_) => false,
        // a number is a secret only if its name ends in a secret's name: `tokens_used` is a count
        Lit::Number(_) => table.secret_keys.iter().any(|key| name.ends_with(key.as_str())),
        _ => table.secret_keys.iter().any(|key| name.contains(key.as_str())),
    };
    if secret {
        return Some(table.secret.clone());
    }
    // an id may look like an e-mail address, but is kept, because the call is about it
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
