//! The YAML files of a project of RudderStack's CLI: tracking plans, and the events, properties and
//! custom types that they refer to (`rudder/v1`, and the older `rudder/v0.1`).

use super::places::PlanPlace;
use super::toml_file::PlanError;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;
use std::collections::HashMap;
use std::sync::Arc;

/// The supported versions of the files.
const VERSIONS: [&str; 3] = ["rudder/v1", "rudder/v0.1", "rudder/0.1"];
/// The maximum number of values in a file after aliases are expanded.
const MAX_NODES: usize = 500_000;
/// The maximum number of aliases in a file.
const MAX_ALIASES: usize = 10_000;

/// A value and its place in a file.
#[derive(Debug, Clone)]
pub(crate) struct WithPlace<T> {
    pub value: T,
    pub place: PlanPlace,
}

/// The contents of the files of a project.
#[derive(Debug, Default)]
pub(crate) struct RudderProject {
    pub rules: Vec<WithPlace<RudderRule>>,
    pub events: RudderItems<RudderEvent>,
    pub properties: RudderItems<RudderProperty>,
    pub types: RudderItems<RudderProperty>,
}

/// The events, properties or custom types of a project.
#[derive(Debug)]
pub(crate) struct RudderItems<T> {
    /// The items, each with its name: `group/id`, or its id if it is in no group.
    items: Vec<(String, WithPlace<T>)>,
    /// The indexes of the items by name.
    by_name: HashMap<String, usize>,
    /// The indexes of the items by id, which several groups may have.
    by_id: HashMap<String, Vec<usize>>,
}

impl<T> Default for RudderItems<T> {
    fn default() -> Self {
        RudderItems { items: Vec::new(), by_name: HashMap::new(), by_id: HashMap::new() }
    }
}

impl<T> RudderItems<T> {
    /// Returns the item that a reference names, and the item's name, which is the same for every
    /// spelling of the reference. `what` says what the items are: `a property`.
    ///
    /// # Errors
    ///
    /// If there is no such item, or if the reference names no group and several groups have the id.
    pub fn find(&self, reference: &str, what: &str) -> Result<(&str, &WithPlace<T>), String> {
        let key = key_of(reference).unwrap_or_default();
        let by_name = self.by_name.get(key).map(std::slice::from_ref);
        let found = by_name.or_else(|| self.by_id.get(key).map(Vec::as_slice));
        match found.unwrap_or_default() {
            [] => Err(format!("`{reference}` is not {what} of the folder")),
            [at] => Ok((&self.items[*at].0, &self.items[*at].1)),
            [first, second, ..] => Err(format!(
                "`{reference}` is {what} of several groups, at {} and at {}; name the group in the reference, or give one of them another id",
                self.items[*first].1.place, self.items[*second].1.place
            )),
        }
    }
}

/// Returns the key of a reference: `id` of `#property:id`, and `group/id` of `#/properties/group/id`.
fn key_of(reference: &str) -> Option<&str> {
    let rest = reference.strip_prefix('#')?;
    match rest.strip_prefix('/') {
        Some(path) => path.split_once('/').map(|(_, key)| key),
        None => rest.split_once(':').map(|(_, id)| id),
    }
}

#[derive(Deserialize)]
struct FileHead {
    version: Option<String>,
    kind: Option<Spanned<String>>,
    metadata: Option<Metadata>,
    #[serde(rename = "spec")]
    _spec: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    name: Option<String>,
}

#[derive(Deserialize)]
struct SpecFile<T> {
    spec: T,
}

#[derive(Deserialize)]
struct EventList {
    #[serde(default)]
    events: Vec<Spanned<RudderEvent>>,
}

#[derive(Deserialize)]
struct PropertyList {
    #[serde(default)]
    properties: Vec<Spanned<RudderProperty>>,
}

#[derive(Deserialize)]
struct TypeList {
    #[serde(default)]
    types: Vec<Spanned<RudderProperty>>,
}

#[derive(Deserialize)]
struct RuleList {
    #[serde(default)]
    rules: Vec<Spanned<RudderRule>>,
}

/// An event.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RudderEvent {
    pub id: String,
    pub name: Option<String>,
    pub event_type: Option<String>,
}

/// A property or a custom type.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RudderProperty {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub types: Vec<String>,
    pub item_type: Option<String>,
    #[serde(default)]
    pub item_types: Vec<String>,
    #[serde(default, alias = "propConfig")]
    pub config: Option<Map<String, Value>>,
    #[serde(default)]
    pub properties: Vec<PropertyUse>,
    #[serde(default)]
    pub variants: Vec<RudderVariant>,
}

/// A reference to a property in an event or an object.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PropertyUse {
    #[serde(alias = "$ref")]
    pub property: String,
    #[serde(default)]
    pub required: bool,
    #[serde(alias = "allow_unplanned")]
    pub additional_properties: Option<bool>,
    #[serde(default)]
    pub properties: Vec<PropertyUse>,
}

/// A rule about the content of the calls of an event.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RudderRule {
    pub event: EventUse,
    #[serde(alias = "allow_unplanned")]
    pub additional_properties: Option<bool>,
    pub identity_section: Option<String>,
    #[serde(default)]
    pub properties: Vec<PropertyUse>,
    #[serde(default)]
    pub variants: Vec<RudderVariant>,
}

/// The event of a rule, as the two versions of the files refer to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum EventUse {
    Reference(String),
    Object {
        #[serde(rename = "$ref")]
        reference: String,
        allow_unplanned: Option<bool>,
        identity_section: Option<String>,
    },
}

/// Properties that depend on the value of another property, the discriminator.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RudderVariant {
    pub discriminator: String,
    #[serde(default)]
    pub cases: Vec<RudderCase>,
    pub default: Option<DefaultCase>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RudderCase {
    #[serde(rename = "match")]
    pub values: Vec<Value>,
    #[serde(default)]
    pub properties: Vec<PropertyUse>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum DefaultCase {
    List(Vec<PropertyUse>),
    Object { properties: Vec<PropertyUse> },
}

impl DefaultCase {
    pub fn properties(&self) -> &[PropertyUse] {
        match self {
            DefaultCase::List(properties) | DefaultCase::Object { properties } => properties,
        }
    }
}

fn parse<T: DeserializeOwned>(text: &str, file: &Arc<str>) -> Result<Vec<T>, PlanError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: MAX_NODES,
            max_nodes: MAX_NODES,
            max_aliases: MAX_ALIASES,
        },
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line().max(1));
        let message = error.to_string();
        // the other lines of the message are an excerpt of the file
        let message = message.lines().next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        let at = error.location().map(|at| format!("line {} column {}: ", at.line(), at.column()));
        let message = at.and_then(|at| message.strip_prefix(&at)).unwrap_or(message);
        let message = match message.contains("budget breached") {
            true => {
                format!("the file expands to more than {MAX_NODES} values or has more than {MAX_ALIASES} aliases")
            }
            false => message.to_owned(),
        };
        let place = PlanPlace { file: Arc::clone(file), line: line as usize };
        PlanError { place, message }
    })
}

impl RudderProject {
    /// Reads a file. Returns true if it is a file of a project.
    pub fn read(&mut self, text: &str, name: &str) -> Result<bool, PlanError> {
        let file: Arc<str> = Arc::from(name);
        let heads: Vec<FileHead> = match parse(text, &file) {
            Ok(heads) => heads,
            // a file that does not mention RudderStack is not one of its files
            Err(error) if text.contains("rudder/") => return Err(error),
            Err(_) => return Ok(false),
        };
        let Some(head) = heads.first() else { return Ok(false) };
        let Some(version) = head.version.as_deref().filter(|own| own.starts_with("rudder/")) else {
            return Ok(false);
        };
        let kind = head.kind.as_ref().map_or("", |kind| kind.value.as_str());
        let line = head.kind.as_ref().map_or(1, |kind| kind.referenced.line().max(1) as usize);
        let wrong = |message: String| {
            Err(PlanError { place: PlanPlace { file: Arc::clone(&file), line }, message })
        };
        let is_plan =
            matches!(kind, "tracking-plan" | "tp" | "events" | "properties" | "custom-types");
        if is_plan && !VERSIONS.contains(&version) {
            return wrong(format!(
                "the version of the file is `{version}`; segscope reads {}",
                VERSIONS.join(", ")
            ));
        }
        if is_plan && heads.len() > 1 {
            return wrong("expected one YAML document in the file".to_owned());
        }
        let group = head.metadata.as_ref().and_then(|metadata| metadata.name.clone());
        match kind {
            "tracking-plan" | "tp" => {
                let rules = spec::<RuleList>(text, &file)?.rules;
                self.rules.extend(rules.into_iter().map(|rule| placed(rule, &file)));
            }
            "events" => {
                let events = spec::<EventList>(text, &file)?.events;
                self.events.extend(events, &file, group.as_deref(), |event| &event.id)?;
            }
            "properties" => {
                let properties = spec::<PropertyList>(text, &file)?.properties;
                self.properties.extend(properties, &file, group.as_deref(), |item| &item.id)?;
            }
            "custom-types" => {
                let types = spec::<TypeList>(text, &file)?.types;
                self.types.extend(types, &file, group.as_deref(), |item| &item.id)?;
            }
            _ => {}
        }
        Ok(true)
    }
}

fn spec<T: DeserializeOwned>(text: &str, file: &Arc<str>) -> Result<T, PlanError> {
    let mut documents: Vec<SpecFile<T>> = parse(text, file)?;
    let place = PlanPlace { file: Arc::clone(file), line: 1 };
    let none = || PlanError { place, message: "the file has no `spec`".to_owned() };
    documents.pop().map(|document| document.spec).ok_or_else(none)
}

fn placed<T>(item: Spanned<T>, file: &Arc<str>) -> WithPlace<T> {
    let line = item.referenced.line().max(1) as usize;
    WithPlace { value: item.value, place: PlanPlace { file: Arc::clone(file), line } }
}

impl<T> RudderItems<T> {
    /// Adds the items of a file, by id and by group and id.
    fn extend(
        &mut self,
        items: Vec<Spanned<T>>,
        file: &Arc<str>,
        group: Option<&str>,
        id: impl Fn(&T) -> &String,
    ) -> Result<(), PlanError> {
        for item in items {
            let item = placed(item, file);
            let own = id(&item.value).clone();
            let name = group.map_or_else(|| own.clone(), |group| format!("{group}/{own}"));
            if let Some(first) = self.by_name.get(&name) {
                let message =
                    format!("`{own}` is already defined at {}", self.items[*first].1.place);
                return Err(PlanError { place: item.place, message });
            }
            self.by_id.entry(own).or_default().push(self.items.len());
            self.by_name.insert(name.clone(), self.items.len());
            self.items.push((name, item));
        }
        Ok(())
    }
}
