//! Group calls fill Company Metrics: numbers in traits that are defined as metrics. Which metrics
//! Planhat has is known only if the setting says so.

use super::super::codes::CodeId;
use super::super::rules::Parts;
use crate::call::{Kind, Val};
use crate::findings::identity::is_numeric_text;
use crate::vendors::engine::evaluation::{Cx, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::output_json::Out;
use std::borrow::Cow;
use std::collections::HashSet;

const SETTING: &str = "metrics";

pub(crate) struct Metrics {
    traits: Spot,
    /// The metrics that Planhat has; `None` if the setting does not say, and then any number may
    /// be one.
    defined: Option<HashSet<String>>,
    name: CodeId,
    no_number: CodeId,
    unchecked: CodeId,
    undefined: CodeId,
    ignored: CodeId,
    none: CodeId,
}

impl Metrics {
    pub fn new(parts: &mut Parts<'_>) -> Metrics {
        Metrics {
            traits: parts.listed("/traits"),
            defined: parts.settings.texts(SETTING).map(HashSet::from_iter),
            name: parts.code("G-METRIC-NAME"),
            no_number: parts.code("G-METRIC-TYPE"),
            unchecked: parts.code("G-METRIC-UNCHECKED"),
            undefined: parts.code("G-METRIC-UNDEFINED"),
            ignored: parts.code("G-TRAIT-IGNORED"),
            none: parts.code("G-NO-METRICS"),
        }
    }

    /// Sends one entry for each number that is, or may be, a metric, in byte order of their names.
    pub fn send(&self, cx: &mut Cx<'_>) {
        let mut traits: Vec<Val<'_>> =
            cx.look.members(self.traits).map(|(value, _)| value).collect();
        if cx.writes_findings() {
            traits.sort_by(|a, b| a.key().cmp(&b.key()));
        }
        let mut sent = Vec::new();
        let mut ignored = false;
        for &value in &traits {
            let place = Place::Member(self.traits, value);
            match (self.is_metric(value), value.kind() == Kind::Number) {
                (true, true) => {
                    let name = value.key();
                    if !is_plain(&name) {
                        cx.find(self.name, place);
                    }
                    sent.push((name, value, place));
                }
                (true, false) => self.not_a_number(cx, value, place),
                (false, true) => cx.find(self.undefined, place),
                (false, false) => ignored = true,
            }
        }
        let is_ignored = |value: &Val<'_>| value.kind() != Kind::Number && !self.is_metric(*value);
        let container = Place::Spot(self.traits);
        if self.defined.is_none() && !sent.is_empty() {
            cx.find_with(self.unchecked, container, |words| {
                words.say("metrics", names(sent.iter().map(|(_, value, _)| *value)));
            });
        }
        if ignored {
            cx.find_with(self.ignored, container, |words| {
                words.say("ignored", names(traits.iter().copied().filter(is_ignored)));
            });
        }
        if sent.is_empty() {
            cx.find_with(self.none, container, |words| {
                let none = match &self.defined {
                    None => "no trait of the group call is a number",
                    Some(_) => "no trait of the group call is a number of a metric in `metrics`",
                };
                words.phrase("none", none);
            });
        }
        if cx.rendering() {
            let entries: Vec<Out> = sent
                .into_iter()
                .map(|(name, value, place)| self.entry(cx, name, value, place))
                .collect();
            cx.change(0, |body| *body = Out::Array(entries_with(body, entries)));
        }
    }

    /// True for a trait that is or may be a metric. Where it is not known which there are, these are
    /// numbers and the texts that are one.
    fn is_metric(&self, value: Val<'_>) -> bool {
        match &self.defined {
            Some(defined) => defined.contains(&*value.key()),
            None => match value.kind() {
                Kind::Number => true,
                Kind::String => value.as_str().is_some_and(|text| is_numeric_text(&text)),
                _ => false,
            },
        }
    }

    fn not_a_number<'a>(&self, cx: &mut Cx<'a>, value: Val<'a>, place: Place<'a>) {
        cx.find_with(self.no_number, place, |words| {
            let text = value.as_str();
            words.phrase("shape", if text.is_some() { "the text" } else { "the value" });
            let number = text.filter(|text| is_numeric_text(text));
            words.say("number", number.as_deref().unwrap_or("12, not \"12\""));
        });
    }

    /// What is a metric's own in its entry.
    fn entry<'a>(&self, cx: &Cx<'a>, name: Cow<'a, str>, value: Val<'a>, place: Place<'a>) -> Out {
        let place = From::Place(place);
        let known = if self.defined.is_some() { From::Setting(SETTING) } else { place };
        let name = cx.out(Value::Text(name), known);
        let value = cx.out(Value::Copy(value), place);
        Out::Object(vec![("dimensionId".to_owned(), name), ("value".to_owned(), value)])
    }
}

/// The entries, each with the fields that the table gives all of them.
fn entries_with(table: &Out, mut entries: Vec<Out>) -> Vec<Out> {
    if let Some(Out::Object(shared)) = table.get("0") {
        for entry in &mut entries {
            for (key, value) in shared {
                entry.set(&[key], value.clone());
            }
        }
    }
    entries
}

/// Lists the names of traits for a sentence.
fn names<'n>(traits: impl Iterator<Item = Val<'n>>) -> String {
    traits.map(|value| value.key()).collect::<Vec<_>>().join(", ")
}

/// Letters, digits, `_` and `-`, at least one.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    !name.is_empty() && name.bytes().all(plain)
}
