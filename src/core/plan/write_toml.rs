//! Writing a plan as a plan file.

use super::rules::RuleVersion;
use super::schema::{CallSchema, DESCRIBES, described_member, properties_member};
use super::toml_properties::{EventProperties, PropertyKind, plain};
use crate::call::text::is_hostile;
use crate::call::{CallType, pointer};
use crate::plan::{CountRange, Expectation, ID_NAMES, Plan};
use serde_json::Value;
use std::fmt::Write;

impl Plan {
    /// Returns the text of a plan file of this plan, which begins with the lines of `comment`. Names are
    /// captured text, so characters that could control a terminal are escaped.
    pub fn text(&self, comment: &[String]) -> String {
        let mut out = String::new();
        for line in comment {
            out.push_str("# ");
            out.extend(line.chars().map(|c| if is_hostile(c) { '?' } else { c }));
            out.push('\n');
        }
        for schema in &self.rules.common {
            out.push_str("\n[[event]]\ntype = \"common\"\n");
            put_schema(&mut out, schema, CallType::Track);
        }
        for entry in &self.list {
            let versions = self.rules.versions(entry.kind, entry.name.as_deref());
            if versions.is_empty() {
                put_event(&mut out, entry, None);
            }
            for version in versions {
                put_event(&mut out, entry, Some(version));
            }
        }
        out
    }
}

fn put_event(out: &mut String, entry: &Expectation, version: Option<&RuleVersion>) {
    out.push_str("\n[[event]]\n");
    put(out, format_args!("type = \"{}\"\n", entry.kind.name()));
    if let Some(name) = &entry.name {
        put(out, format_args!("name = {}\n", quoted(name)));
    }
    let is_never = entry.count.is_never();
    let ids: Vec<String> = entry.id_names().map(|id| format!("\"{id}\"")).collect();
    // the default is both ids, and no id for an event that must not be sent
    if ids.len() != if is_never { 0 } else { ID_NAMES.len() } {
        put(out, format_args!("ids = [{}]\n", ids.join(", ")));
    }
    match entry.count {
        CountRange::NEVER => out.push_str("never = true\n"),
        CountRange { min: 1, max: None } => {}
        CountRange { min, max: None } if min > 1 => put(out, format_args!("count = {min}\n")),
        CountRange { min, max: None } => put(out, format_args!("count = {{ min = {min} }}\n")),
        CountRange { min, max: Some(max) } => {
            put(out, format_args!("count = {{ min = {min}, max = {max} }}\n"));
        }
    }
    let Some(version) = version else { return };
    if let Some(version) = &version.version {
        put(out, format_args!("version = {}\n", quoted(version)));
    }
    if version.deprecated {
        out.push_str("deprecated = true\n");
    }
    for schema in &version.schemas {
        put_schema(out, schema, entry.kind);
    }
}

/// Writes a schema, as `properties` if they can express all of it, otherwise as JSON.
fn put_schema(out: &mut String, schema: &CallSchema, kind: CallType) {
    match properties_of(schema, kind) {
        Some(own) => put_properties(out, &own),
        None => {
            let mut source = schema.source.clone();
            if described_member(&source, kind) != schema.member {
                source[DESCRIBES] = schema.member.unwrap_or("call").into();
            }
            let text = serde_json::to_string_pretty(&source).unwrap_or_default();
            let is_plain =
                !text.contains("'''") && !text.chars().any(|c| is_hostile(c) && c != '\n');
            match is_plain {
                true => put(out, format_args!("schema = '''\n{text}'''\n")),
                false => put(out, format_args!("schema = {}\n", quoted(&source.to_string()))),
            }
        }
    }
}

/// Returns the properties of a schema, if it has no other rules.
fn properties_of(schema: &CallSchema, kind: CallType) -> Option<EventProperties> {
    let member = properties_member(kind);
    match schema.member {
        Some(own) => EventProperties::from_schema(&schema.source).filter(|_| own == member),
        None => {
            let Value::Object(mut call) = plain(schema.source.clone()) else { return None };
            if call.keys().all(|key| key == "type")
                && call.get("type").is_none_or(|kind| kind == "object")
            {
                return Some(EventProperties::default());
            }
            let Some(Value::Object(mut parts)) = call.remove("properties") else { return None };
            let own = EventProperties::from_schema(&parts.remove(member)?)?;
            let required = call.remove("required");
            call.retain(|key, value| key != "type" || *value != "object");
            parts.retain(|_, part| {
                *part != Value::Bool(true) && part.as_object().is_none_or(|part| !part.is_empty())
            });
            // a required property makes the enclosing object required
            let wanted = (!own.required.is_empty()).then(|| serde_json::json!([member]));
            (call.is_empty() && parts.is_empty() && required == wanted).then_some(own)
        }
    }
}

fn put_properties(out: &mut String, own: &EventProperties) {
    let list = |paths: &[String]| {
        paths.iter().map(|path| quoted(&short(path))).collect::<Vec<_>>().join(", ")
    };
    if !own.required.is_empty() {
        put(out, format_args!("required = [{}]\n", list(&own.required)));
    }
    if !own.forbidden.is_empty() {
        put(out, format_args!("forbidden = [{}]\n", list(&own.forbidden)));
    }
    if own.closed {
        out.push_str("additional = false\n");
    }
    if !own.properties.is_empty() {
        put(out, format_args!("properties = {}\n", members(&own.properties)));
    }
}

/// Returns the pointer of a property as a plan file writes it: with dots if that reads back the same.
fn short(path: &str) -> String {
    let names: Vec<_> = pointer::tokens(path).collect();
    let is_plain = names.iter().all(|name| !name.is_empty() && !name.contains(['.', '/']));
    if is_plain { names.join(".") } else { path.to_owned() }
}

fn members(properties: &[(String, PropertyKind)]) -> String {
    let one = |(name, kind): &(String, PropertyKind)| {
        let kind = match kind {
            PropertyKind::Types(names) if names.is_empty() => "\"any\"".to_owned(),
            PropertyKind::Types(names) => quoted(&names.join("|")),
            PropertyKind::Values(values) => {
                let values = values.iter().map(|value| match value {
                    Value::String(text) => quoted(text),
                    value => value.to_string(),
                });
                format!("[{}]", values.collect::<Vec<_>>().join(", "))
            }
            PropertyKind::Object(inner) => members(inner),
        };
        format!("{} = {kind}", key(name))
    };
    match properties.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", properties.iter().map(one).collect::<Vec<_>>().join(", ")),
    }
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_bare { name.to_owned() } else { quoted(name) }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a String cannot fail");
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hostile(c) || c.is_control() => {
                put(&mut out, format_args!("\\U{:08x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallType;
    use crate::plan::Expectation;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_written_plan_reads_back_the_same(
            names in prop::collection::btree_set("\\PC{1,12}|[\\x00-\\x9f\"\\\\\u{202e}]{1,4}", 1..6),
            ids in any::<[bool; 2]>(),
            least in 1..u64::from(u32::MAX),
        ) {
            let list: Vec<Expectation> = names
                .into_iter()
                .map(|name| Expectation { kind: CallType::Page, name: Some(name), ids, count: CountRange::at_least(least) })
                .chain([Expectation { kind: CallType::Group, name: None, ids, count: CountRange::at_least(least) }])
                .collect();
            let plan = Plan::from_events(list);
            let text = plan.text(&["learned from a\u{1b}[31m.ndjson".to_owned()]);
            prop_assert!(!text.chars().any(|c| is_hostile(c) && c != '\n'), "{text:?}");
            prop_assert_eq!(Plan::read(&text).map(|plan| plan.list), Ok(plan.list));
        }
    }
}
