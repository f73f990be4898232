//! The plan file.

use super::places::PlanPlace;
use super::rules::PlanRules;
use super::toml_event::{EventError, TomlEvent, TomlSource, read_event};
use super::{MAX_EXPECTED, Plan};
use crate::call::{CallType, nearest_name};
use crate::config::LineStarts;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of an `[[event]]`.
pub(crate) const KEYS: [&str; 12] = [
    "type",
    "name",
    "ids",
    "count",
    "never",
    "properties",
    "required",
    "forbidden",
    "additional",
    "schema",
    "version",
    "deprecated",
];

/// An error in a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct PlanError {
    /// The file and the line.
    pub place: PlanPlace,
    /// The mistake, and what was expected instead.
    pub message: String,
}

/// A function that reads a file that a plan names. It returns the file's name for findings and its
/// text, or an error message.
pub type LoadFile<'l> = &'l dyn Fn(&str) -> Result<(String, String), String>;

/// A mistake and its place in the text.
pub(crate) type Wrong = (Range<usize>, String);

pub(crate) fn wrong(value: &Spanned<DeValue<'_>>, message: &str) -> Wrong {
    (value.span(), message.to_owned())
}

impl Plan {
    /// Reads the text of a plan that names no files.
    pub fn read(text: &str) -> Result<Plan, PlanError> {
        Plan::from_toml(text, "", &|file| {
            Err(format!("cannot read `{file}`: only a plan in a file can name files"))
        })
    }

    /// Reads the text of the plan file `file`.
    pub fn from_toml(text: &str, file: &str, load: LoadFile<'_>) -> Result<Plan, PlanError> {
        let lines = LineStarts::new(text.as_bytes());
        let source = TomlSource { file: Arc::from(file), lines, load };
        let at = |(span, message): Wrong| PlanError { place: source.place(&span), message };
        let table = DeTable::parse(text)
            .map_err(|error| at((error.span().unwrap_or(0..0), error.message().to_owned())))?;
        let mut plan = Plan::default();
        let mut rules = PlanRules::default();
        let mut first_lines: HashMap<(CallType, Option<String>, Option<String>), usize> =
            HashMap::new();
        for (span, table) in entries(table.get_ref()).map_err(at)? {
            let event = read_event(table, &span, &source).map_err(|error| match error {
                EventError::InPlan(error) => at(error),
                EventError::InSchema(error) => error,
            })?;
            let (entry, rule) = match event {
                TomlEvent::Event(entry, rule) => (entry, rule),
                TomlEvent::Common(schemas) => {
                    rules.common.extend(schemas);
                    continue;
                }
            };
            let version = rule.versions.first().and_then(|version| version.version.clone());
            let key = (entry.kind, entry.name.clone(), version);
            if let Some(first) = first_lines.insert(key, source.place(&span).line) {
                let title = entry.title();
                return Err(at((span, format!("`{title}` is already expected in line {first}"))));
            }
            if !rules.push(rule) {
                continue;
            }
            if plan.list.len() == MAX_EXPECTED {
                return Err(at((span, format!("a plan has at most {MAX_EXPECTED} events"))));
            }
            plan.list.push(entry);
        }
        if plan.list.is_empty() && rules.common.is_empty() {
            return Err(at((0..0, "nothing is expected: write an `[[event]]`".to_owned())));
        }
        plan.rules = Arc::new(rules);
        Ok(plan)
    }
}

/// Returns the events with their places in the text.
fn entries<'t, 'd>(top: &'t DeTable<'d>) -> Result<Vec<(Range<usize>, &'t DeTable<'d>)>, Wrong> {
    let mut out = Vec::new();
    for (key, value) in top {
        if key.get_ref() != "event" {
            let near = match nearest_name(key.get_ref(), ["event"]) {
                Some(_) => ", did you mean `[[event]]`?",
                None => "; it has `[[event]]` tables and nothing else",
            };
            return Err((key.span(), format!("`{}` is not a key of a plan{near}", key.get_ref())));
        }
        let wrong = |span| (span, "each expected event is a table, `[[event]]`".to_owned());
        let DeValue::Array(items) = value.get_ref() else { return Err(wrong(key.span())) };
        for item in items.iter() {
            let DeValue::Table(table) = item.get_ref() else { return Err(wrong(item.span())) };
            out.push((item.span(), table));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{CountRange, Expectation};

    #[test]
    fn omitted_keys_have_defaults() {
        let text = "# a comment\n[[event]]\nname = \"Order Received\"\n\n[[event]]\ntype = \"Identify\"\nids = []\ncount = 3\n[[event]]\ntype = \"page\"\nids = [\"user_id\"]\n";
        let plan = Plan::read(text).expect("a plan");
        let entry = |kind, name: Option<&str>, ids, least| Expectation {
            kind,
            name: name.map(str::to_owned),
            ids,
            count: CountRange::at_least(least),
        };
        assert_eq!(
            plan.list,
            [
                entry(CallType::Track, Some("Order Received"), [true, true], 1),
                entry(CallType::Identify, None, [false, false], 3),
                entry(CallType::Page, None, [false, true], 1),
            ]
        );
    }

    #[test]
    fn a_mistake_is_reported_with_its_line_and_what_was_expected() {
        let cases = [
            ("", "1: nothing is expected: write an `[[event]]`"),
            (
                "\n[[evnt]]\nname = \"A\"",
                "2: `evnt` is not a key of a plan, did you mean `[[event]]`?",
            ),
            (
                "vendors = 1",
                "1: `vendors` is not a key of a plan; it has `[[event]]` tables and nothing else",
            ),
            ("event = 1", "1: each expected event is a table, `[[event]]`"),
            ("event = [\n1]", "2: each expected event is a table, `[[event]]`"),
            ("[[event]]\nnmae = \"A\"", "2: `nmae` is not a key of an event, did you mean `name`?"),
            (
                "[[event]]\nvolume = 1",
                "2: `volume` is not a key of an event; it has type, name, ids, count, never, properties, required, forbidden, additional, schema, version, deprecated",
            ),
            ("\n[[event]]\ncount = 2", "2: an event has a `type`, a `name` or both"),
            ("[[event]]\ntype = \"trak\"", "2: `trak` is not a call type, did you mean `track`?"),
            (
                "[[event]]\ntype = \"purchase\"",
                "2: `purchase` is not a call type; there are track, identify, group, page, screen, alias, or common for all calls",
            ),
            (
                "[[event]]\ntype = 1",
                "2: `type` is one of track, identify, group, page, screen, alias, or common for all calls",
            ),
            ("[[event]]\nname = \"\"", "2: `name` must be a string that is not empty"),
            (
                "[[event]]\ntype = \"group\"\nname = \"A\"",
                "3: calls of type `group` have no name: leave `name` out",
            ),
            (
                "[[event]]\nname = \"A\"\nids = [\n\"acount_id\"]",
                "4: `acount_id` is not an id, did you mean `account_id`?",
            ),
            (
                "[[event]]\nname = \"A\"\nids = [\"session\"]",
                "3: `session` is not an id; `ids` is a list of `account_id` and `user_id`, or `[]`",
            ),
            (
                "[[event]]\nname = \"A\"\nids = true",
                "3: `ids` is a list of `account_id` and `user_id`, or `[]`",
            ),
            (
                "[[event]]\nname = \"A\"\ncount = 0",
                "3: `count` must be a whole number from 1 on, or `{ min = 1, max = 3 }`",
            ),
            (
                "[[event]]\nname = \"A\"\ncount = \"2\"",
                "3: `count` must be a whole number from 1 on, or `{ min = 1, max = 3 }`",
            ),
            (
                "[[event]]\nname = \"A\"\n[[event]]\ntype = \"track\"\nname = \"A\"",
                "3: `track A` is already expected in line 1",
            ),
        ];
        for (text, wanted) in cases {
            let error = Plan::read(text).expect_err(text);
            assert_eq!(error.to_string(), wanted, "{text}");
        }
        let error = Plan::read("[[event]]\nname = \"A").expect_err("no end");
        assert_eq!(error.place.line, 2, "{error}");
        let many: String =
            (0..=MAX_EXPECTED).map(|n| format!("[[event]]\nname = \"{n}\"\n")).collect();
        let error = Plan::read(&many).expect_err("too many");
        assert_eq!(
            (error.place.line, error.message.as_str()),
            (4001, "a plan has at most 2000 events")
        );
    }
}
