//! Company Metrics, which group calls fill with the numbers in traits that are defined as metrics.
//! The metrics that Planhat has are known only if the setting lists them.

use super::super::code_id::CodeId;
use super::super::rules::RuleParts;
use crate::call::redacted::is_redacted;
use crate::call::{JsonKind, Val};
use crate::findings::identity::is_numeric_text;
use crate::findings::quantities::is_quantity;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::field_rules::json_number;
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::OutputJson;
use std::borrow::Cow;
use std::collections::HashSet;

const SETTING: &str = "metrics";

pub(crate) struct Metrics {
    traits: FieldSlot,
    /// The metrics that Planhat has; `None` if the setting is not set, and then any number may be a
    /// metric.
    defined: Option<HashSet<String>>,
    name: CodeId,
    no_number: CodeId,
    unchecked: CodeId,
    undefined: CodeId,
    ignored: CodeId,
    none: CodeId,
}

impl Metrics {
    pub fn new(parts: &mut RuleParts<'_>) -> Metrics {
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

    /// Sends one entry for each number that is or may be a metric, in byte order of their names.
    pub fn send(&self, evaluation: &mut Evaluation<'_>) {
        let mut traits: Vec<Val<'_>> =
            evaluation.view.members(self.traits).map(|(value, _)| value).collect();
        if evaluation.writes_findings() {
            traits.sort_by(|a, b| a.key().cmp(&b.key()));
        }
        let mut sent = Vec::new();
        let mut ignored = false;
        for &value in &traits {
            let place = CallPlace::Member(self.traits, value);
            match (self.is_metric(value), value.kind() == JsonKind::Number) {
                (true, true) => {
                    let name = value.key();
                    if !is_plain(&name) {
                        evaluation.find(self.name, place);
                    }
                    sent.push((name, value, place));
                }
                (true, false) => self.not_a_number(evaluation, value, place),
                (false, true) => evaluation.find(self.undefined, place),
                (false, false) => ignored = true,
            }
        }
        let is_ignored =
            |value: &Val<'_>| value.kind() != JsonKind::Number && !self.is_metric(*value);
        let container = CallPlace::Slot(self.traits);
        if self.defined.is_none() && !sent.is_empty() {
            evaluation.find_with(self.unchecked, container, |words| {
                words.say("metrics", names(sent.iter().map(|(_, value, _)| *value)));
            });
        }
        if ignored {
            evaluation.find_with(self.ignored, container, |words| {
                words.say("ignored", names(traits.iter().copied().filter(is_ignored)));
            });
        }
        if sent.is_empty() {
            evaluation.find_with(self.none, container, |words| {
                let none = match &self.defined {
                    None => "no trait of the group call is a number",
                    Some(_) => "no trait of the group call is a number of a metric in `metrics`",
                };
                words.phrase("none", none);
            });
        }
        if evaluation.rendering() {
            let entries: Vec<OutputJson> = sent
                .into_iter()
                .map(|(name, value, place)| self.entry(evaluation, name, value, place))
                .collect();
            evaluation.change(0, |body| *body = OutputJson::Array(entries_with(body, entries)));
        }
    }

    /// Returns true if a trait is or may be a metric. If the metrics are not known, numbers may be
    /// metrics, and so may texts that are plainly quantities.
    fn is_metric(&self, value: Val<'_>) -> bool {
        match &self.defined {
            Some(defined) => defined.contains(&*value.key()),
            None => match value.kind() {
                JsonKind::Number => true,
                JsonKind::String => {
                    value.as_str().is_some_and(|text| is_quantity(&value.key(), &text))
                }
                _ => false,
            },
        }
    }

    fn not_a_number<'a>(
        &self,
        evaluation: &mut Evaluation<'a>,
        value: Val<'a>,
        place: CallPlace<'a>,
    ) {
        if value.as_str().is_some_and(|text| is_redacted(&text)) {
            return;
        }
        evaluation.find_with(self.no_number, place, |words| {
            let text = value.as_str();
            words.phrase("shape", if text.is_some() { "the string" } else { "the value" });
            let number = text.filter(|text| is_numeric_text(text)).map(|text| json_number(&text));
            words.say("number", number.as_deref().unwrap_or("12, not \"12\""));
        });
    }

    /// Makes the fields of an entry that differ from metric to metric.
    fn entry<'a>(
        &self,
        evaluation: &Evaluation<'a>,
        name: Cow<'a, str>,
        value: Val<'a>,
        place: CallPlace<'a>,
    ) -> OutputJson {
        let place = From::Place(place);
        let known = if self.defined.is_some() { From::Setting(SETTING) } else { place };
        let name = evaluation.out(FieldValue::Text(name), known);
        let value = evaluation.out(FieldValue::Copy(value), place);
        OutputJson::Object(vec![("dimensionId".to_owned(), name), ("value".to_owned(), value)])
    }
}

/// Adds to each entry the fields that the table defines for all entries.
fn entries_with(table: &OutputJson, mut entries: Vec<OutputJson>) -> Vec<OutputJson> {
    if let Some(OutputJson::Object(shared)) = table.get("0") {
        for entry in &mut entries {
            for (key, value) in shared {
                entry.set(&[key], value.clone());
            }
        }
    }
    entries
}

/// Joins the names of traits for a sentence.
fn names<'n>(traits: impl Iterator<Item = Val<'n>>) -> String {
    traits.map(|value| value.key()).collect::<Vec<_>>().join(", ")
}

/// Returns true if a name has only letters, digits, `_` and `-`, and is not empty.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    !name.is_empty() && name.bytes().all(plain)
}
