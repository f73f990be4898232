//! The fix for teams that cannot change the app: a function that the service runs on each call.

use super::edits::{Edit, ValueShape, ValueSource};
use super::language::Choice;
use super::literal::put;
use super::{BrokenCall, Snippet};
use crate::call::pointer;
use crate::findings::fixes::json_tree::Lit;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SEGMENT: &str = include_str!("../../../../assets/fixes/insert-function.js");
const RUDDERSTACK: &str = include_str!("../../../../assets/fixes/transformation.js");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransformStep {
    step: String,
    needs: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransformSteps {
    copy: TransformStep,
    rename: TransformStep,
    keep: TransformStep,
    keep_rename: TransformStep,
    text: TransformStep,
    number: TransformStep,
    boolean: TransformStep,
    object: TransformStep,
    functions: BTreeMap<String, String>,
}

static STEPS: LazyLock<TransformSteps> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../assets/fixes/steps.toml"))
        .expect("the built-in steps of transformations are valid")
});

/// Returns the function that applies the edits to each call of this type. Edits whose value is not
/// in the call are left out, because no function can know it; returns `None` if no edit remains.
pub(crate) fn transformation(call: &BrokenCall<'_>, edits: &[Edit]) -> Option<Snippet> {
    let table = &*STEPS;
    let node = Choice::for_library(Some("@segment/analytics-node"), false).language;
    let list = |path: &str| {
        let tokens: Vec<String> =
            pointer::tokens(path).map(|token| node.string.quote(&token)).collect();
        format!("[{}]", tokens.join(", "))
    };
    let mut steps = Vec::new();
    let mut needs: Vec<&str> = Vec::new();
    for edit in edits {
        let (step, from) = match &edit.source {
            ValueSource::Copy(from) if edit.is_id => (&table.copy, from.as_str()),
            ValueSource::Copy(from) => (&table.keep, from.as_str()),
            ValueSource::Rename(from) if edit.is_id => (&table.rename, from.as_str()),
            ValueSource::Rename(from) => (&table.keep_rename, from.as_str()),
            ValueSource::As(ValueShape::Text) => (&table.text, ""),
            ValueSource::As(ValueShape::Number) => (&table.number, ""),
            ValueSource::As(ValueShape::Boolean) => (&table.boolean, ""),
            ValueSource::As(ValueShape::Object) => (&table.object, ""),
            ValueSource::Add(_) => continue,
        };
        let line = put(&step.step, &[("{from}", &list(from)), ("{to}", &list(&edit.to))]);
        steps.push(format!("  {line}"));
        needs.extend(step.needs.iter().map(String::as_str));
    }
    if steps.is_empty() {
        return None;
    }
    let (template, language) = match call.rudder {
        true => (RUDDERSTACK, "RudderStack transformation"),
        false => (SEGMENT, "Segment destination insert function"),
    };
    let name = call.kind.name();
    let handler = format!("on{}{}", name[..1].to_ascii_uppercase(), &name[1..]);
    let kind = node.literal(&Lit::Text(name.to_owned()), 0);
    let words =
        [("{handler}", handler.as_str()), ("{type}", &kind), ("{steps}", &steps.join("\n"))];
    let mut code = put(template, &words);
    let mut written: Vec<&str> = Vec::new();
    for name in needs {
        if !written.contains(&name) {
            written.push(name);
            code.push('\n');
            code.push_str(table.functions.get(name).map_or("", |function| function.trim_end()));
            code.push('\n');
        }
    }
    Some(Snippet {
        language,
        code: code.trim_end().to_owned(),
        notes: Vec::new(),
        comment: "//",
        call: String::new(),
    })
}
