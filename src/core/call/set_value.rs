//! Setting a value of a call at a JSON pointer.

use crate::call::pointer;
use serde_json::{Map, Value};

/// Converts a text to a value: parses it if it is JSON, otherwise it is a string.
pub fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Sets the value at a pointer, and creates the missing objects on the way. An error is the place
/// that is not an object.
pub fn set(root: &mut Value, at: &str, value: Value) -> Result<(), String> {
    let tokens: Vec<String> = pointer::tokens(at).map(|token| token.into_owned()).collect();
    let mut place = root;
    let mut path = String::new();
    let Some((last, parents)) = tokens.split_last() else { return Err("the root".to_owned()) };
    let named = |path: &str| if path.is_empty() { "the root".to_owned() } else { path.to_owned() };
    for token in parents {
        let object = place.as_object_mut().ok_or_else(|| named(&path))?;
        place = object.entry(token.clone()).or_insert_with(|| Value::Object(Map::new()));
        path = pointer::push(&path, token);
    }
    let object = place.as_object_mut().ok_or_else(|| named(&path))?;
    object.insert(last.clone(), value);
    Ok(())
}
