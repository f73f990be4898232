//! The layouts of calls, computed once for each shape.
//!
//! Reading the members of a call of 30 values for its fingerprints costs more than parsing its JSON
//! text. Nearly every call has a shape that occurred before, and of such a call only the values are
//! read, which costs a fifth of that.

use crate::call::fingerprints::Layout;
use crate::call::{ObjectShape, Val};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cell::RefCell;

/// The maximum number of layouts, and of values in all of them, that a thread keeps; beyond that it
/// discards all of them.
const MAX_LAYOUTS: usize = 4_096;
const MAX_VALUES: usize = 128 << 10;

/// The layouts of a thread.
#[derive(Default)]
struct Layouts {
    by_shape: HashMap<ObjectShape, Layout, RandomState>,
    values: usize,
}

thread_local! {
    static LAYOUTS: RefCell<Layouts> = RefCell::default();
}

/// Calls `look` with the layout of a call, or of its derived fields.
pub(crate) fn with_layout<T>(
    object: Val<'_>,
    shape: Option<ObjectShape>,
    look: impl FnOnce(&Layout) -> T,
) -> T {
    let Some(shape) = shape else { return look(&layout(object)) };
    LAYOUTS.with_borrow_mut(|layouts| {
        if let Some(known) = layouts.by_shape.get(&shape) {
            return look(known);
        }
        let new = layout(object);
        if layouts.by_shape.len() >= MAX_LAYOUTS || layouts.values + new.size() > MAX_VALUES {
            *layouts = Layouts::default();
        }
        layouts.values += new.size();
        look(layouts.by_shape.entry(shape).or_insert(new))
    })
}

/// Computes the layout of a call. Members that senders and services change when they send a call
/// again are left out: when it was sent and received, by which key, and from which address.
fn layout(object: Val<'_>) -> Layout {
    // with an `originalTimestamp`, the service has written `timestamp`
    let has_original = object.get("originalTimestamp").is_some_and(|time| !time.is_null());
    Layout::new(object, |around, key| match around {
        None => is_transport(key) || has_original && key == b"timestamp",
        Some(around) => key == b"ip" && around == b"context",
    })
}

fn is_transport(key: &[u8]) -> bool {
    matches!(
        key,
        b"type"
            | b"messageId"
            | b"sentAt"
            | b"receivedAt"
            | b"_metadata"
            | b"writeKey"
            | b"projectId"
            | b"version"
            | b"channel"
            | b"rudderId"
            | b"request_ip"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn a_known_shape_has_the_same_layout_as_a_new_one() {
        let content = |json: &str, shape: Option<ObjectShape>| {
            let doc = Doc::parse(json).expect("JSON");
            with_layout(doc.root(), shape, |layout| {
                (layout.content(doc.root()), layout.structure, layout.may_repeat)
            })
        };
        // more of them than a thread keeps
        for nth in 0..MAX_LAYOUTS + 10 {
            let json =
                |a: &str| format!(r#"{{"a":"{a}","b{nth}":[1,{{"c":null}}],"sentAt":"{a}"}}"#);
            let doc = Doc::parse(json("x")).expect("JSON");
            let shape = ObjectShape::new(doc.root());
            assert!(shape.is_some());
            for text in ["x", "y", "x"] {
                assert_eq!(content(&json(text), shape), content(&json(text), None));
            }
            assert_ne!(content(&json("x"), shape), content(&json("y"), shape));
        }
    }
}
