//! Folders of JSON Schemas, one file per event.

use super::rules::{EventRule, PlanRules, RuleVersion};
use super::schema::described_member;
use super::segment::JsonFile;
use super::toml_file::PlanError;
use super::{Expectation, Plan, is_named};
use crate::call::{CallType, nearest_name};
use serde_json::Value;
use std::sync::Arc;

/// The keys of a schema that name its event and its call type.
const EVENT: &str = "x-event";
const TYPE: &str = "x-type";

impl Plan {
    /// Creates a plan from schemas, each with the name of its file without the extension.
    pub(crate) fn from_schemas(files: &[(String, JsonFile<'_>)]) -> Result<Plan, PlanError> {
        let mut plan = Plan::default();
        let mut rules = PlanRules::default();
        for (stem, file) in files {
            let root = file.root();
            let wrong = |message: String| PlanError { place: file.place(root), message };
            if !root.is_object() {
                return Err(wrong("a JSON Schema must be an object".to_owned()));
            }
            let kind = match root.get(TYPE) {
                None => CallType::Track,
                Some(value) => {
                    let word = value.as_str().unwrap_or_default();
                    CallType::parse(&word).ok_or_else(|| {
                        let names = || CallType::ALL.into_iter().map(CallType::name);
                        let near = nearest_name(&word, names()).map_or_else(
                            || format!("; there are {}", names().collect::<Vec<_>>().join(", ")),
                            |near| format!(", did you mean `{near}`?"),
                        );
                        wrong(format!("`{TYPE}` is `{word}`, which is not a call type{near}"))
                    })?
                }
            };
            let name = match root.get(EVENT) {
                Some(name) => {
                    name.as_str().map(|name| name.into_owned()).filter(|name| !name.is_empty())
                }
                None => Some(stem.clone()),
            };
            let name = match (is_named(kind), name) {
                (true, None) => {
                    return Err(wrong(format!("`{EVENT}` must be the name of the event")));
                }
                (true, name) => name,
                (false, _) => None,
            };
            let place = file.place(root);
            let text: Value = serde_json::from_str(root.raw()).unwrap_or_default();
            let member = described_member(&text, kind);
            let version = RuleVersion {
                version: None,
                schemas: vec![file.schema(root, member, None)?],
                place: place.clone(),
                deprecated: false,
            };
            let entry = Expectation::optional(kind, name.clone());
            let own = name.as_deref().map(Into::into);
            let rule = EventRule {
                kind,
                name: own,
                entry: 0,
                place: Some(place),
                never: false,
                versions: vec![version],
            };
            if !rules.push(rule) {
                return Err(wrong(format!(
                    "`{}` already has a schema in another file",
                    entry.title()
                )));
            }
            plan.list.push(entry);
        }
        plan.rules = Arc::new(rules);
        Ok(plan)
    }
}
