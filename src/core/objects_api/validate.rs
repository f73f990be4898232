//! Segment's rules for collections and objects.

use crate::call::{Doc, JsonKind, Val};
use crate::objects_api::run::UNKNOWN;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The maximum number of characters in the names of collections and in ids.
const MAX_NAME_CHARS: usize = 100;
/// The maximum number of objects in a `/v1/set` request.
const MAX_SET_OBJECTS: usize = 10;
/// The number of bytes from which a property's JSON text is too long.
const VALUE_BYTES: usize = 32_768;

/// An item that was not stored, which counts as one error of a model.
#[derive(Debug)]
pub(crate) struct ItemError {
    pub model: String,
    pub reason: Cow<'static, str>,
}

impl ItemError {
    pub fn unknown(reason: &'static str) -> ItemError {
        ItemError { model: UNKNOWN.to_owned(), reason: Cow::Borrowed(reason) }
    }

    /// Creates an error of the collection that an object names; any text counts as the name of a
    /// model here.
    fn new(object: Val<'_>, reason: &'static str) -> ItemError {
        match object.get("collection").and_then(|name| name.as_str()) {
            Some(name) => ItemError { model: name.into_owned(), reason: Cow::Borrowed(reason) },
            None => ItemError::unknown(reason),
        }
    }
}

/// A valid object: its id, and its properties as JSON texts.
pub(crate) struct ValidObject<'d> {
    pub id: Cow<'d, str>,
    pub properties: BTreeMap<Cow<'d, str>, &'d str>,
}

/// Returns the collection and the objects of a `/v1/set` body.
pub(crate) fn set(body: Val<'_>) -> Result<(Cow<'_, str>, crate::call::Children<'_>), ItemError> {
    if !body.is_object() {
        return Err(ItemError::unknown("the body is not a JSON object"));
    }
    let model = collection(body)?;
    match body.get("objects").filter(|objects| objects.is_array()) {
        Some(list) if (1..=MAX_SET_OBJECTS).contains(&list.children().count()) => {
            Ok((model, list.children()))
        }
        _ => Err(ItemError::new(body, "`objects` is not a list of 1 to 10 objects")),
    }
}

/// Returns the collection of a line of an upload.
pub(crate) fn line(line: Val<'_>) -> Result<Cow<'_, str>, ItemError> {
    match line.is_object() {
        true => collection(line),
        false => Err(ItemError::unknown("the line is not a JSON object")),
    }
}

fn collection(object: Val<'_>) -> Result<Cow<'_, str>, ItemError> {
    let name = object.get("collection").and_then(|name| name.as_str());
    name.filter(|name| is_collection(name)).ok_or_else(|| {
        ItemError::new(
            object,
            "`collection` is not 1 to 100 of a-z and `_`, without `_` at its beginning or end",
        )
    })
}

fn is_collection(name: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        && !name.starts_with('_')
        && !name.ends_with('_')
}

/// Returns the object, or the reason why it cannot be stored. If a key is repeated, the last value
/// counts.
pub(crate) fn object(object: Val<'_>) -> Result<ValidObject<'_>, Cow<'static, str>> {
    let id = object.get("id").and_then(|id| id.as_str());
    let id = id.filter(|id| !id.is_empty() && id.chars().nth(MAX_NAME_CHARS).is_none());
    let id = id.ok_or("`id` is not a string of 1 to 100 characters")?;
    let properties = object.get("properties").filter(|properties| properties.is_object());
    let members = properties.ok_or("`properties` is not an object")?.children();
    let properties: BTreeMap<_, Val<'_>> = members.map(|value| (value.key(), value)).collect();
    let good = |(key, value): (Cow<'_, str>, Val<'_>)| {
        let shown = || crate::call::text::visible(&key).chars().take(60).collect::<String>();
        match value.kind() {
            JsonKind::Object | JsonKind::Array => {
                Err(Cow::Owned(format!("the property `{}` is an object or a list", shown())))
            }
            _ if value.raw().len() >= VALUE_BYTES => {
                Err(Cow::Owned(format!("the property `{}` has 32,768 bytes or more", shown())))
            }
            _ => Ok(()),
        }
    };
    for (key, value) in &properties {
        good((Cow::Borrowed(key), *value))?;
    }
    let texts = properties.into_iter().map(|(key, value)| (key, value.raw())).collect();
    Ok(ValidObject { id, properties: texts })
}

/// Returns true if the body of a finish request names an error.
pub(crate) fn says_error(body: &str) -> bool {
    let Ok(doc) = Doc::parse(body) else { return false };
    doc.root().get("error").is_some_and(|error| match error.kind() {
        JsonKind::Null | JsonKind::False => false,
        JsonKind::String => error.raw().len() > 2,
        _ => true,
    })
}
