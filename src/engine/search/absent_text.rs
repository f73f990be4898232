//! A shortcut for filters that require a text that is in no call. Tests mostly wait for a call that
//! was not sent yet, so most filters of waiting tests pass no row. The index's table of texts shows
//! that without reading any call.

use crate::engine::index::{CallShape, Index, IndexedField};
use crate::engine::rows::call_fields::SHADOWS;
use crate::fql::{ConditionBits, IndexPlan, Leaf, RecordField};

/// The maximum number of shapes of calls for which checking all of them is worthwhile.
const MAX_SHAPES: usize = 1_024;

/// Returns true if no row can pass: the filter requires a field to equal a text, the index contains
/// that field of every call, and its table of texts does not contain the text.
pub(crate) fn passes_nothing(plan: &IndexPlan, index: &Index) -> bool {
    let shapes = index.shapes.all();
    if index.texts.unkept() > 0 || shapes.len() > MAX_SHAPES {
        return false;
    }
    // the first shape is for calls that came when the table of shapes was full
    let shapes = &shapes[1..];
    let mut answers = ConditionBits::default();
    for (at, leaf) in plan.leaves().iter().enumerate() {
        let text = leaf.equal_text().filter(|text| !text.is_empty());
        if text.is_some_and(|text| index.texts.find(text).is_none()) && is_indexed(leaf, shapes) {
            answers.set(at, false);
        }
    }
    answers.known != 0 && plan.decide(answers) == Some(false)
}

/// Returns whether the index contains the field of a condition for all calls of these shapes.
fn is_indexed(leaf: &Leaf, shapes: &[CallShape]) -> bool {
    let asks = leaf.asks();
    let has_own = |shape: &CallShape, field: RecordField| {
        let place = field.shadow().and_then(|name| SHADOWS.iter().position(|own| *own == name));
        place.is_some_and(|place| shape.own >> place & 1 == 1)
    };
    match (&asks.records[..], &asks.paths[..]) {
        ([], [path]) => {
            let field: fn(&CallShape) -> IndexedField = match path.name() {
                Some("event") => |shape| shape.event,
                Some("name") => |shape| shape.name,
                Some("userId") => |shape| shape.user_id,
                Some("groupId") => |shape| shape.group_id,
                _ => return false,
            };
            shapes.iter().all(|shape| field(shape) != IndexedField::Elsewhere)
        }
        ([field @ (RecordField::Test | RecordField::Path)], _) => {
            shapes.iter().all(|shape| !has_own(shape, *field))
        }
        ([field @ RecordField::WriteKey], _) => {
            shapes.iter().all(|shape| !shape.write_key.is_unkept() && !has_own(shape, *field))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::RangeFilter;
    use crate::engine::search::absent_text::passes_nothing;
    use crate::engine::test_engine::TestEngine;

    #[test]
    fn only_a_text_that_no_call_contains_decides_a_filter() {
        let test = TestEngine::start();
        let settles = |text: &str| {
            let filter = crate::fql::parse(text).expect("a filter");
            let is_settled = passes_nothing(&filter.plan(), &test.engine.lock().index.store);
            if is_settled {
                let found = RangeFilter::new(filter).calls(&test.engine, 0..test.engine.rows());
                assert_eq!(found, Ok(Vec::new()), "{text}");
            }
            is_settled
        };
        test.track("A");
        for text in [
            r#"event = "B""#,
            r#"event = "B" and userId = "u""#,
            r#""B" = event and properties.x = 1"#,
            r#"test = "t1" or event = "B""#,
            r#"write_key = "k""#,
        ] {
            assert!(settles(text), "{text}");
        }
        for text in [
            "",
            r#"event = "A""#,
            r#"event = "B" or userId = "u""#,
            r#"event = "B" or properties.x = 1"#,
            r#"!(event = "B")"#,
            r#"event != "B""#,
            r#"properties.x = "B""#,
            r#"verdict = "rejected""#,
            r#"event = """#,
        ] {
            assert!(!settles(text), "{text}");
        }
        // an event that is not a string, and a call's own `write_key`, are only in the call
        test.take(r#"{"event":["B"],"userId":"u","write_key":"k2"}"#);
        for text in [r#"event = "C""#, r#"write_key = "k""#] {
            assert!(!settles(text), "{text}");
        }
        assert!(settles(r#"userId = "nobody""#));
    }
}
