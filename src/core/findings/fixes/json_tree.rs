//! A call as a mutable tree.

use crate::call::{JsonKind, Val, pointer};

/// The maximum depth of objects and lists in a corrected call; deeper ones become null.
const MAX_DEPTH: usize = 48;

/// A value of a corrected call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lit {
    Null,
    Bool(bool),
    /// A number as it is written in the call.
    Number(String),
    Text(String),
    List(Vec<Lit>),
    /// An object: each name once, in the order of the call.
    Map(Vec<(String, Lit)>),
}

impl Lit {
    pub fn from_value(value: Val<'_>) -> Lit {
        Lit::within(value, MAX_DEPTH)
    }

    fn within(value: Val<'_>, depth: usize) -> Lit {
        match value.kind() {
            JsonKind::True | JsonKind::False => Lit::Bool(value.kind() == JsonKind::True),
            JsonKind::Number => Lit::Number(value.raw().to_owned()),
            JsonKind::String => Lit::Text(value.as_str().unwrap_or_default().into_owned()),
            JsonKind::Array if depth > 0 => {
                Lit::List(value.children().map(|item| Lit::within(item, depth - 1)).collect())
            }
            JsonKind::Object if depth > 0 => {
                let mut map = Lit::Map(Vec::new());
                for member in value.children() {
                    map.set(&member.key(), Lit::within(member, depth - 1));
                }
                map
            }
            JsonKind::Null | JsonKind::Array | JsonKind::Object => Lit::Null,
        }
    }

    /// Sets a member of a map. If the name repeats, the last value counts, as in `JSON.parse`.
    pub fn set(&mut self, name: &str, value: Lit) {
        if let Lit::Map(members) = self {
            match members.iter_mut().find(|(known, _)| known == name) {
                Some(member) => member.1 = value,
                None => members.push((name.to_owned(), value)),
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<&Lit> {
        let Lit::Map(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Lit> {
        let Lit::Map(members) = self else { return None };
        members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Returns the value at a pointer.
    pub fn at(&self, path: &str) -> Option<&Lit> {
        pointer::tokens(path).try_fold(self, |value, token| match value {
            Lit::List(items) => items.get(pointer::index(&token)?),
            value => value.get(&token),
        })
    }

    /// Returns the value as JSON text.
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out);
        String::from_utf8(out).expect("texts are UTF-8")
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        let quote = |out: &mut Vec<u8>, text: &str| {
            serde_json::to_writer(out, text).expect("a text is JSON");
        };
        match self {
            Lit::Null => out.extend_from_slice(b"null"),
            Lit::Bool(on) => out.extend_from_slice(if *on { b"true" } else { b"false" }),
            Lit::Number(digits) => out.extend_from_slice(digits.as_bytes()),
            Lit::Text(text) => quote(out, text),
            Lit::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    out.extend_from_slice(if at > 0 { b"," } else { b"" });
                    item.write_json(out);
                }
                out.push(b']');
            }
            Lit::Map(members) => {
                out.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    out.extend_from_slice(if at > 0 { b"," } else { b"" });
                    quote(out, name);
                    out.push(b':');
                    value.write_json(out);
                }
                out.push(b'}');
            }
        }
    }

    /// Sets the value at a pointer. Any other value on the path is replaced by an object.
    pub fn put(&mut self, path: &str, value: Lit) {
        let tokens: Vec<_> = pointer::tokens(path).collect();
        let Some((last, way)) = tokens.split_last() else { return };
        let mut at = self;
        for token in way {
            if !matches!(at.get(token), Some(Lit::Map(_))) {
                at.set(token, Lit::Map(Vec::new()));
            }
            match at.get_mut(token) {
                Some(inside) => at = inside,
                None => return,
            }
        }
        at.set(last, value);
    }

    /// Removes the value at a pointer.
    pub fn remove(&mut self, path: &str) {
        let Some((way, last)) = path.rsplit_once('/') else { return };
        let last = last.replace("~1", "/").replace("~0", "~");
        let place = pointer::tokens(way).try_fold(self, |value, token| value.get_mut(&token));
        if let Some(Lit::Map(members)) = place {
            members.retain(|(name, _)| *name != last);
        }
    }

    /// Returns a text or a number as text, if it is not blank.
    pub fn id(&self) -> Option<&str> {
        match self {
            Lit::Text(text) | Lit::Number(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// Returns true for an object without members.
    pub fn is_empty_map(&self) -> bool {
        matches!(self, Lit::Map(members) if members.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn a_tree_is_changed() {
        let doc = Doc::parse(r#"{"a":{"b":1.50,"b":2e3,"c/d":[null]},"e":"x"}"#).expect("JSON");
        let mut tree = Lit::from_value(doc.root());
        assert_eq!(tree.at("/a/b"), Some(&Lit::Number("2e3".to_owned())));
        tree.put("/e/f", Lit::Bool(true));
        tree.remove("/a/c~1d");
        tree.remove("/a/none");
        let e = Lit::Map(vec![("f".to_owned(), Lit::Bool(true))]);
        assert_eq!(tree.get("e"), Some(&e));
        let a = Lit::Map(vec![("b".to_owned(), Lit::Number("2e3".to_owned()))]);
        assert_eq!(tree.get("a"), Some(&a));
    }

    #[test]
    fn what_is_too_deep_is_left_out() {
        let text = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let doc = Doc::parse(text).expect("JSON");
        let mut depth = 0;
        let mut at = &Lit::from_value(doc.root());
        while let Lit::List(items) = at {
            depth += 1;
            at = &items[0];
        }
        assert_eq!((depth, at), (MAX_DEPTH, &Lit::Null));
    }
}
