//! One entry of `--redact`: the place of a value, and its replacement.

use crate::call::pointer;

/// Members that segscope needs to read a call. A pointer to a value below them is fine.
const NEEDED_MEMBERS: [&str; 19] = [
    "authorization",
    "batch",
    "channel",
    "context",
    "event",
    "integrations",
    "library",
    "messageid",
    "originaltimestamp",
    "properties",
    "receivedat",
    "sentat",
    "timestamp",
    "traits",
    "type",
    "version",
    "writekey",
    "collection",
    "objects",
];

/// One entry of `--redact`.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The name or the pointer as it was written.
    pub text: String,
    pub place: Place,
    pub method: Method,
    /// True if the value is an id, or may be one: an email finds a person at some vendors.
    pub is_id: bool,
}

/// The place of the values that an entry names.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// Values under a key of this name, at any depth; the case is ignored.
    Key(String),
    /// The value at a JSON pointer from the call: the pointer's decoded tokens.
    Pointer(Vec<String>),
}

/// The replacement of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// A hash of it.
    Hash,
    /// A text that says that it was removed.
    Remove,
}

/// An entry of `--redact` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedactionError {
    /// The word after `=` is not a method.
    #[error("`{0}`: a value becomes a hash (=hash, the default) or is removed (=remove)")]
    Method(String),
    /// The entry is neither a name nor a pointer.
    #[error(
        "`{0}`: expected the name of a key, such as email, or a pointer, such as /properties/ssn"
    )]
    Place(String),
    /// The entry looks like the path of a value.
    #[error("`{entry}`: an entry without a slash is the name of one key; write `{pointer}`")]
    Dotted {
        /// The entry.
        entry: String,
        /// The pointer that is probably meant.
        pointer: String,
    },
    /// Without the value, segscope could not read calls.
    #[error(
        "`{entry}`: segscope needs `{name}` to read a call; name a value in it by its pointer, such as {}", value_in(.name)
    )]
    Structure {
        /// The entry.
        entry: String,
        /// The member.
        name: String,
    },
}

/// Returns the pointer to a value that may be redacted although a member of this name may not.
fn value_in(name: &str) -> String {
    match name {
        "context" | "properties" | "traits" => format!("/{name}/email"),
        _ => format!("/properties/{name}"),
    }
}

impl Entry {
    /// Reads one entry.
    pub(crate) fn parse(text: &str, is_id: impl Fn(&str) -> bool) -> Result<Entry, RedactionError> {
        let (place, method) = match text.rsplit_once('=') {
            None => (text, Method::Hash),
            Some((place, "hash")) => (place, Method::Hash),
            Some((place, "remove")) => (place, Method::Remove),
            Some(_) => return Err(RedactionError::Method(text.to_owned())),
        };
        let unusable = || RedactionError::Place(text.to_owned());
        if place.is_empty() || place.chars().any(char::is_control) {
            return Err(unusable());
        }
        let needed = |name: &str| {
            let name = name.to_owned();
            Err(RedactionError::Structure { entry: text.to_owned(), name })
        };
        let is_needed = |name: &str| NEEDED_MEMBERS.contains(&name.to_lowercase().as_str());
        let (found, last) = match place.starts_with('/') {
            true => {
                let tokens: Vec<String> =
                    pointer::tokens(place).map(|it| it.into_owned()).collect();
                let last = tokens.last().cloned().unwrap_or_default();
                if last.is_empty() {
                    return Err(unusable());
                }
                if tokens.len() == 1 && is_needed(&last) {
                    return needed(&last);
                }
                (Place::Pointer(tokens), last)
            }
            false if is_needed(place) => return needed(place),
            false if place.contains('.') => {
                return Err(RedactionError::Dotted {
                    entry: text.to_owned(),
                    pointer: format!("/{}", place.replace('.', "/")),
                });
            }
            false => (Place::Key(place.to_owned()), place.to_owned()),
        };
        let is_id = is_id(&last);
        Ok(Entry { text: place.to_owned(), place: found, method, is_id })
    }
}
