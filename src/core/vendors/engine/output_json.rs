//! The values of outputs: small trees whose leaves are JSON texts, each with its origin.

use crate::call::{Event, JsonKind, Seq, Val, pointer};
use crate::vendors::engine::javascript_numbers;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// The origin of a value of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueOrigin {
    /// The value at a JSON pointer into the call.
    Input(String),
    /// A setting of the vendor.
    Setting(String),
    /// A value that the vendor always sends, or a default.
    Default,
    /// A fact that was learned from an earlier call.
    Memory(Seq),
}

impl ValueOrigin {
    /// Returns the origin as the call record contains it: `{"input": …}` and so on.
    pub fn json(&self) -> serde_json::Value {
        match self {
            ValueOrigin::Input(path) => serde_json::json!({ "input": path }),
            ValueOrigin::Setting(key) => serde_json::json!({ "setting": key }),
            ValueOrigin::Default => serde_json::json!({ "default": true }),
            ValueOrigin::Memory(seq) => serde_json::json!({ "memory": seq }),
        }
    }
}

/// A value of an output.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputJson {
    /// A value as JSON text on one line, copied from the call or generated.
    Leaf {
        /// The JSON text.
        json: String,
        /// The origin of the value.
        from: ValueOrigin,
    },
    /// An object, its members in order.
    Object(Vec<(String, OutputJson)>),
    /// A list.
    Array(Vec<OutputJson>),
}

impl OutputJson {
    /// Copies a value of the call, without the blanks between its tokens.
    pub fn copy(value: Val<'_>, from: ValueOrigin) -> OutputJson {
        let json = match value.kind() {
            JsonKind::Object | JsonKind::Array => compact(value.raw()),
            _ => value.raw().to_owned(),
        };
        OutputJson::Leaf { json, from }
    }

    /// Copies a value of the call, with its numbers as JavaScript writes them.
    pub(crate) fn copy_as_javascript(value: Val<'_>, from: ValueOrigin) -> OutputJson {
        match value.kind() {
            JsonKind::Number => OutputJson::json(javascript_numbers::number(value.raw()), from),
            JsonKind::Object | JsonKind::Array => {
                OutputJson::Leaf { json: javascript_numbers::rewrite(&compact(value.raw())), from }
            }
            _ => OutputJson::copy(value, from),
        }
    }

    /// Makes a string from a text.
    pub fn text(text: &str, from: ValueOrigin) -> OutputJson {
        let mut json = String::with_capacity(text.len() + 2);
        write_text(&mut json, text);
        OutputJson::Leaf { json, from }
    }

    /// Copies a whole call with its derived fields, as the service forwards it.
    pub fn whole_call(event: &Event<'_>) -> OutputJson {
        let members = event.members().map(|member| {
            let path = pointer::push("", &member.key());
            (member.key().into_owned(), OutputJson::copy(member, ValueOrigin::Input(path)))
        });
        OutputJson::Object(members.collect())
    }

    /// Makes a leaf from generated JSON, such as a number or a boolean.
    pub fn json(json: impl ToString, from: ValueOrigin) -> OutputJson {
        OutputJson::Leaf { json: json.to_string(), from }
    }

    /// Makes an empty object.
    pub fn object() -> OutputJson {
        OutputJson::Object(Vec::new())
    }

    /// Makes an empty object with capacity for a number of members.
    pub(crate) fn with_room(members: usize) -> OutputJson {
        OutputJson::Object(Vec::with_capacity(members))
    }

    /// Returns the member with a name.
    pub fn get(&self, key: &str) -> Option<&OutputJson> {
        match self {
            OutputJson::Object(members) => {
                members.iter().find(|(name, _)| name == key).map(|(_, out)| out)
            }
            _ => None,
        }
    }

    /// Sets the member at a path of names. Objects on the path are created; a leaf on the path is
    /// replaced by an object.
    pub fn set<S: AsRef<str>>(&mut self, path: &[S], value: OutputJson) {
        let Some((key, rest)) = path.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self, OutputJson::Object(_)) {
            *self = OutputJson::object();
        }
        let OutputJson::Object(members) = self else { unreachable!("made an object above") };
        let at = match members.iter().position(|(name, _)| name == key.as_ref()) {
            Some(at) => at,
            None => {
                members.push((key.as_ref().to_owned(), OutputJson::object()));
                members.len() - 1
            }
        };
        members[at].1.set(rest, value);
    }

    /// Adds members, whose names must be distinct, to the object at a path of names. The object is
    /// created if it does not exist.
    pub(crate) fn add<S: AsRef<str>>(&mut self, path: &[S], members: Vec<(String, OutputJson)>) {
        let mut object = self;
        for key in path {
            if object.get(key.as_ref()).is_none() {
                object.set(&[key.as_ref()], OutputJson::object());
            }
            let OutputJson::Object(all) = object else { unreachable!("made an object above") };
            let own = all.iter_mut().find(|(name, _)| name == key.as_ref());
            object = &mut own.expect("set above").1;
        }
        match object {
            OutputJson::Object(all) if all.is_empty() => *all = members,
            object => {
                members.into_iter().for_each(|(name, value)| object.set(&[name], value));
            }
        }
    }

    /// Returns the value as JSON on one line.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        match self {
            OutputJson::Leaf { json, .. } => text.push_str(json),
            OutputJson::Object(members) => {
                text.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    if i > 0 {
                        text.push(',');
                    }
                    write_text(text, key);
                    text.push(':');
                    value.write(text);
                }
                text.push('}');
            }
            OutputJson::Array(values) => {
                text.push('[');
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        text.push(',');
                    }
                    value.write(text);
                }
                text.push(']');
            }
        }
    }

    /// Returns the value as JSON on several lines, indented by two spaces.
    pub fn to_pretty(&self) -> String {
        pretty(&self.to_json())
    }

    /// Returns the JSON pointer of each leaf with its origin.
    pub fn from(&self) -> Vec<(String, &ValueOrigin)> {
        let mut found = Vec::new();
        self.walk("", &mut found);
        found
    }

    fn walk<'o>(&'o self, path: &str, found: &mut Vec<(String, &'o ValueOrigin)>) {
        match self {
            OutputJson::Leaf { from, .. } => found.push((path.to_owned(), from)),
            OutputJson::Object(members) => {
                for (key, value) in members {
                    value.walk(&pointer::push(path, key), found);
                }
            }
            OutputJson::Array(values) => {
                for (i, value) in values.iter().enumerate() {
                    value.walk(&pointer::push(path, &i.to_string()), found);
                }
            }
        }
    }
}

impl Serialize for OutputJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OutputJson::Leaf { json, .. } => serde_json::from_str::<&RawValue>(json)
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
            OutputJson::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            OutputJson::Array(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(value)?;
                }
                list.end()
            }
        }
    }
}

/// Appends a text as a JSON string.
fn write_text(json: &mut String, text: &str) {
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Removes the blanks between the tokens of JSON text.
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let bytes = json.as_bytes();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1),
            b' ' | b'\n' | b'\r' | b'\t' => {
                out.push_str(&json[start..at]);
                at += 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    out.push_str(&json[start..]);
    out
}

/// Returns the position after the closing quote of a string whose text begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// Returns true for the blanks that JSON allows between tokens.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\r' | '\t')
}

/// Formats JSON text on several lines, regardless of the blanks that it contains.
pub fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut skip) = (0usize, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(100)));
    };
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            _ if skip => skip = false,
            '\\' if in_string => skip = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|next| is_space(*next)).is_some() {}
                if matches!(chars.peek(), Some('}' | ']')) {
                    out.extend(chars.next());
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
                continue;
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
                continue;
            }
            ':' => {
                out.push_str(": ");
                continue;
            }
            c if is_space(c) => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn what_came_is_kept_and_every_leaf_knows_its_origin() {
        let doc = Doc::parse("{ \"a\" : [1.0, \"x, {\\\" y\"] }").expect("valid");
        let mut out = OutputJson::object();
        out.set(
            &["details", "list"],
            OutputJson::copy(doc.root(), ValueOrigin::Input("/a".to_owned())),
        );
        out.set(&["details", "n/m"], OutputJson::json(3, ValueOrigin::Memory(Seq(7))));
        out.set(&["type"], OutputJson::text("q\"", ValueOrigin::Default));
        out.set(&["empty"], OutputJson::Array(vec![]));
        let json = r#"{"details":{"list":{"a":[1.0,"x, {\" y"]},"n/m":3},"type":"q\"","empty":[]}"#;
        assert_eq!(out.to_json(), json);
        assert_eq!(serde_json::to_string(&out).expect("valid"), json);
        let from: Vec<String> =
            out.from().iter().map(|(path, origin)| format!("{path} {}", origin.json())).collect();
        assert_eq!(
            from,
            [
                "/details/list {\"input\":\"/a\"}",
                "/details/n~1m {\"memory\":7}",
                "/type {\"default\":true}"
            ]
        );
        assert_eq!(compact(&out.to_pretty()), json);
        assert!(out.to_pretty().starts_with("{\n  \"details\": {\n    \"list\": {"));
        let spaced = "{ \"a b\" :  [ 1 , 2 ],\n\t\"o\": { } }";
        assert_eq!(pretty(spaced), "{\n  \"a b\": [\n    1,\n    2\n  ],\n  \"o\": {}\n}");
    }
}
