//! Segment's tracking plans, in the form in which the Public API lists their rules, and the older
//! plans of RudderStack's API, whose rules have the same content under other keys.

use super::places::{PlanPlace, SchemaLines};
use super::rules::{EventRule, PlanRules, RuleVersion};
use super::schema::CallSchema;
use super::toml_file::PlanError;
use super::{Expectation, MAX_EXPECTED, Plan, is_named};
use crate::call::{CallType, Doc, Val, nearest_name};
use crate::config::LineStarts;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The draft of JSON Schema of a rule that does not state one.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The types of a rule, in lower case.
const TYPES: [&str; 7] = ["track", "identify", "group", "page", "screen", "alias", "common"];

/// A file of JSON with its lines.
pub(crate) struct JsonFile<'t> {
    doc: Doc<'t>,
    lines: LineStarts,
    name: Arc<str>,
}

impl<'t> JsonFile<'t> {
    /// Reads the text of a file of that name.
    pub fn read(text: &'t str, name: &str) -> Result<JsonFile<'t>, PlanError> {
        let name = Arc::from(name);
        // serde_json refuses deep nesting, so recursion over the file is bounded
        let tree: Result<serde::de::IgnoredAny, _> = serde_json::from_str(text);
        if let Err(error) = tree {
            let place = PlanPlace { file: name, line: error.line().max(1) };
            return Err(PlanError { place, message: format!("expected JSON: {error}") });
        }
        let lines = LineStarts::new(text.as_bytes());
        match Doc::parse(text) {
            Ok(doc) => Ok(JsonFile { doc, lines, name }),
            Err(error) => {
                let place = PlanPlace { file: name, line: error.line };
                Err(PlanError { place, message: format!("expected {}", error.expected) })
            }
        }
    }

    /// Returns the outermost value.
    pub fn root(&self) -> Val<'_> {
        self.doc.root()
    }

    /// Returns the place of a value.
    pub fn place(&self, value: Val<'_>) -> PlanPlace {
        PlanPlace { file: Arc::clone(&self.name), line: self.lines.line_of(value.span().start) }
    }

    fn wrong<T>(&self, value: Val<'_>, message: impl Into<String>) -> Result<T, PlanError> {
        Err(PlanError { place: self.place(value), message: message.into() })
    }

    /// Compiles a schema in the file that describes a member of the call, or the whole call. `draft` is
    /// the `$schema` of a schema that has none.
    pub fn schema(
        &self,
        value: Val<'_>,
        member: Option<&'static str>,
        draft: Option<&str>,
    ) -> Result<CallSchema, PlanError> {
        let mut schema: Value = serde_json::from_str(value.raw()).map_err(|error| PlanError {
            place: self.place(value),
            message: format!("expected a JSON Schema: {error}"),
        })?;
        if let (Value::Object(members), Some(draft)) = (&mut schema, draft) {
            members.entry("$schema").or_insert_with(|| draft.into());
        }
        CallSchema::new(schema, member, SchemaLines::from_json(value, &self.name, &self.lines))
    }
}

/// Returns the lists of rules in a file: of one page of the API, or of a list of pages.
fn rule_lists<'d>(root: Val<'d>) -> Vec<Val<'d>> {
    let list = |page: Val<'d>| {
        let data = page.get("data").filter(|data| data.is_object()).unwrap_or(page);
        // in RudderStack's plans the rules are inside the events
        let rules = data.get("rules");
        let events = rules.and_then(|rules| rules.get("events")).or_else(|| data.get("events"));
        let has_rules = |event: Val<'_>| event.get("rules").is_some_and(|rules| rules.is_object());
        let events = events.filter(|events| events.index(0).is_some_and(has_rules));
        rules.filter(|rules| rules.is_array()).or(events)
    };
    match root.is_array() {
        true => root.children().filter_map(list).collect(),
        false => list(root).into_iter().collect(),
    }
}

/// Returns whether a file contains rules of a tracking plan.
pub(crate) fn holds_rules(root: Val<'_>) -> bool {
    !rule_lists(root).is_empty()
}

/// Returns the cursor of the page of the API that follows this one.
fn next_page<'d>(page: Val<'d>) -> Option<Val<'d>> {
    let data = page.get("data").filter(|data| data.is_object()).unwrap_or(page);
    data.get("pagination")?.get("next").filter(|next| !next.is_null() && next.raw() != "\"\"")
}

/// A rule as it is in a file.
struct RuleEntry<'d> {
    kind: CallType,
    is_common: bool,
    name: Option<String>,
    version: Option<String>,
    schema: Option<Val<'d>>,
    deprecated: bool,
}

fn text_of(value: Val<'_>) -> Option<String> {
    let text = value.as_str().map(|text| text.into_owned());
    text.or_else(|| value.as_number().map(str::to_owned))
}

fn entry<'d>(file: &JsonFile<'_>, rule: Val<'d>) -> Result<RuleEntry<'d>, PlanError> {
    let filled = |name: &str| rule.get(name).filter(|value| !value.is_null());
    let is_event = rule.get("rules").is_some_and(|rules| rules.is_object());
    let Some(kind) = filled("type").or_else(|| filled("eventType")) else {
        // RudderStack's oldest plans contain only track calls
        if let (true, Some(name)) = (is_event, filled("name").and_then(text_of)) {
            return Ok(RuleEntry {
                kind: CallType::Track,
                is_common: false,
                name: Some(name),
                version: None,
                schema: filled("rules"),
                deprecated: false,
            });
        }
        return file.wrong(
            rule,
            "a rule must have a `type`: TRACK, IDENTIFY, GROUP, PAGE, SCREEN or COMMON",
        );
    };
    let word = kind.as_str().unwrap_or_default().to_ascii_lowercase();
    let is_common = word == "common";
    let call_type = match CallType::parse(&word) {
        Some(kind) => kind,
        None if is_common => CallType::Track,
        None => {
            let near = nearest_name(&word, TYPES).map_or_else(
                || "; there are TRACK, IDENTIFY, GROUP, PAGE, SCREEN and COMMON".to_owned(),
                |near| format!(", did you mean `{}`?", near.to_ascii_uppercase()),
            );
            return file.wrong(
                kind,
                format!("`{}` is not a type of a rule{near}", kind.as_str().unwrap_or_default()),
            );
        }
    };
    let name = filled("key").or_else(|| filled("name")).and_then(text_of);
    // RudderStack distinguishes only track calls by their names
    let is_named = is_named(call_type) && (!is_event || call_type == CallType::Track);
    let name = name.filter(|name| !name.is_empty() && is_named && !is_common);
    if call_type == CallType::Track && !is_common && name.is_none() {
        return file.wrong(rule, "a rule of type TRACK must have a `key`, the name of the event");
    }
    Ok(RuleEntry {
        kind: call_type,
        is_common,
        name,
        version: filled("version").and_then(text_of),
        schema: filled("jsonSchema").or_else(|| filled("rules")),
        deprecated: filled("deprecatedAt").is_some(),
    })
}

impl Plan {
    /// Creates a plan from the rules of files, each a page or a list of pages.
    pub(crate) fn from_rules(files: &[JsonFile<'_>]) -> Result<Plan, PlanError> {
        let mut plan = Plan::default();
        let mut rules = PlanRules::default();
        let mut first: HashMap<(bool, CallType, Option<String>, Option<String>), PlanPlace> =
            HashMap::new();
        for file in files {
            for rule in rule_lists(file.root()).into_iter().flat_map(|list| list.children()) {
                let entry = entry(file, rule)?;
                let place = file.place(rule);
                let key = (entry.is_common, entry.kind, entry.name.clone(), entry.version.clone());
                if let Some(first) = first.insert(key, place.clone()) {
                    let name = super::title(entry.kind, entry.name.as_deref());
                    let name = if entry.is_common { "common".to_owned() } else { name };
                    let version = entry
                        .version
                        .map_or_else(String::new, |version| format!(" version {version}"));
                    return file
                        .wrong(rule, format!("`{name}`{version} already has a rule at {first}"));
                }
                let schema = entry
                    .schema
                    .map(|schema| file.schema(schema, None, Some(DRAFT)))
                    .transpose()?;
                if entry.is_common {
                    rules.common.extend(schema);
                    continue;
                }
                let (kind, name) = (entry.kind, entry.name);
                let version = RuleVersion {
                    version: entry.version,
                    schemas: schema.into_iter().collect(),
                    place: place.clone(),
                    deprecated: entry.deprecated,
                };
                let versions = vec![version];
                let own = name.as_deref().map(Into::into);
                let place = Some(place);
                if rules.push(EventRule {
                    kind,
                    name: own,
                    entry: 0,
                    place,
                    never: false,
                    versions,
                }) {
                    if plan.list.len() == MAX_EXPECTED {
                        return file
                            .wrong(rule, format!("a plan has at most {MAX_EXPECTED} events"));
                    }
                    plan.list.push(Expectation::optional(kind, name));
                }
            }
        }
        plan.check_pages(files)?;
        plan.rules = Arc::new(rules);
        Ok(plan)
    }

    /// Checks that no page is missing, because all events of a missing page would be unplanned.
    fn check_pages(&self, files: &[JsonFile<'_>]) -> Result<(), PlanError> {
        let pages = files.iter().flat_map(|file| {
            let root = file.root();
            let pages: Vec<Val<'_>> =
                if root.is_array() { root.children().collect() } else { vec![root] };
            pages.into_iter().map(move |page| (file, page))
        });
        let pages: Vec<_> = pages.collect();
        let (files_of_next, next): (Vec<_>, Vec<_>) =
            pages.iter().filter_map(|(file, page)| Some((*file, next_page(*page)?))).unzip();
        // every page except the first is the next page of another one
        match (next.len() >= pages.len(), next.first(), files_of_next.first()) {
            (true, Some(next), Some(file)) => file.wrong(
                *next,
                "the plan has another page; fetch it with `pagination.cursor`, and pass a folder or a JSON list of all pages",
            ),
            _ => Ok(()),
        }
    }
}
