//! A plan file as a plan.

use crate::call::CallType;
use crate::config::LineStarts;
use crate::engine::plan::{Expectation, ID_NAMES, MOST_EXPECTED, Plan, is_named};
use crate::vendors::nearest;
use std::collections::HashMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What an entry may say.
const KEYS: [&str; 4] = ["type", "name", "ids", "count"];

/// What is wrong with a plan file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct PlanError {
    /// The line, from 1.
    pub line: usize,
    /// The mistake, and what was expected instead.
    pub message: String,
}

/// A mistake and where in the text it is.
type Wrong = (Range<usize>, String);

impl Plan {
    /// Reads a plan file's text.
    pub fn read(text: &str) -> Result<Plan, PlanError> {
        let lines = LineStarts::new(text.as_bytes());
        let line_of = |at: usize| lines.line_of(at);
        let at = |(span, message): Wrong| PlanError { line: line_of(span.start), message };
        let table = DeTable::parse(text)
            .map_err(|error| at((error.span().unwrap_or(0..0), error.message().to_owned())))?;
        let mut plan = Plan::default();
        let mut first_lines: HashMap<(CallType, Option<String>), usize> = HashMap::new();
        for (span, table) in entries(table.get_ref()).map_err(at)? {
            let entry = entry(table, &span).map_err(at)?;
            let line = line_of(span.start);
            if let Some(first) = first_lines.insert((entry.kind, entry.name.clone()), line) {
                let title = entry.title();
                return Err(at((span, format!("`{title}` is expected in line {first} already"))));
            }
            if plan.list.len() == MOST_EXPECTED {
                return Err(at((span, format!("a plan has at most {MOST_EXPECTED} events"))));
            }
            plan.list.push(entry);
        }
        match plan.list.is_empty() {
            true => Err(at((0..0, "nothing is expected: write an `[[event]]`".to_owned()))),
            false => Ok(plan),
        }
    }
}

/// The entries with the places where they begin.
fn entries<'t, 'd>(top: &'t DeTable<'d>) -> Result<Vec<(Range<usize>, &'t DeTable<'d>)>, Wrong> {
    let mut out = Vec::new();
    for (key, value) in top {
        if key.get_ref() != "event" {
            let near = match nearest(key.get_ref(), ["event"].into_iter()) {
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

fn entry(table: &DeTable<'_>, span: &Range<usize>) -> Result<Expectation, Wrong> {
    let (mut kind, mut name, mut ids, mut least) = (None, None, [true; 2], 1);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "type" => kind = Some(call_type(value)?),
            "name" => {
                let text = value.get_ref().as_str().filter(|text| !text.is_empty());
                let text =
                    text.ok_or_else(|| wrong(value, "`name` must be a string that is not empty"))?;
                name = Some((key.span(), text.to_owned()));
            }
            "ids" => ids = id_list(value)?,
            "count" => least = count(value)?,
            other => {
                let near = nearest(other, KEYS.into_iter());
                let near = near.map_or(format!("; it has {}", KEYS.join(", ")), |near| {
                    format!(", did you mean `{near}`?")
                });
                return Err((key.span(), format!("`{other}` is not a key of an event{near}")));
            }
        }
    }
    if kind.is_none() && name.is_none() {
        return Err((span.clone(), "an event has a `type`, a `name` or both".to_owned()));
    }
    let kind = kind.unwrap_or(CallType::Track);
    match name {
        Some((span, _)) if !is_named(kind) => {
            Err((span, format!("calls of type `{}` have no name: leave `name` out", kind.name())))
        }
        name => Ok(Expectation { kind, name: name.map(|(_, name)| name), ids, least }),
    }
}

fn wrong(value: &Spanned<DeValue<'_>>, message: &str) -> Wrong {
    (value.span(), message.to_owned())
}

fn call_type(value: &Spanned<DeValue<'_>>) -> Result<CallType, Wrong> {
    let names = || CallType::ALL.into_iter().map(CallType::name);
    let all = || names().collect::<Vec<_>>().join(", ");
    let Some(text) = value.get_ref().as_str() else {
        return Err(wrong(value, &format!("`type` is one of {}", all())));
    };
    CallType::parse(text).ok_or_else(|| {
        let near = match nearest(text, names()) {
            Some(near) => format!(", did you mean `{near}`?"),
            None => format!("; there are {}", all()),
        };
        wrong(value, &format!("`{text}` is not a call type{near}"))
    })
}

fn id_list(value: &Spanned<DeValue<'_>>) -> Result<[bool; 2], Wrong> {
    let expected = "`ids` is a list of `account_id` and `user_id`, or `[]`";
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value, expected)) };
    let mut ids = [false; 2];
    for item in items.iter() {
        let Some(text) = item.get_ref().as_str() else { return Err(wrong(item, expected)) };
        match ID_NAMES.iter().position(|name| *name == text) {
            Some(at) => ids[at] = true,
            None => {
                let near = nearest(text, ID_NAMES.into_iter());
                let near = near
                    .map_or(format!("; {expected}"), |near| format!(", did you mean `{near}`?"));
                return Err(wrong(item, &format!("`{text}` is not an id{near}")));
            }
        }
    }
    Ok(ids)
}

fn count(value: &Spanned<DeValue<'_>>) -> Result<u64, Wrong> {
    let number = value.get_ref().as_integer();
    let number =
        number.and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
    let number = number.filter(|number| *number > 0);
    number.ok_or_else(|| wrong(value, "`count` is a whole number from 1 on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_meaning() {
        let text = "# a comment\n[[event]]\nname = \"Order Received\"\n\n[[event]]\ntype = \"Identify\"\nids = []\ncount = 3\n[[event]]\ntype = \"page\"\nids = [\"user_id\"]\n";
        let plan = Plan::read(text).expect("a plan");
        let entry = |kind, name: Option<&str>, ids, least| Expectation {
            kind,
            name: name.map(str::to_owned),
            ids,
            least,
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
    fn a_mistake_is_told_with_its_line_and_what_was_expected() {
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
                "2: `volume` is not a key of an event; it has type, name, ids, count",
            ),
            ("\n[[event]]\ncount = 2", "2: an event has a `type`, a `name` or both"),
            ("[[event]]\ntype = \"trak\"", "2: `trak` is not a call type, did you mean `track`?"),
            (
                "[[event]]\ntype = \"purchase\"",
                "2: `purchase` is not a call type; there are track, identify, group, page, screen, alias",
            ),
            (
                "[[event]]\ntype = 1",
                "2: `type` is one of track, identify, group, page, screen, alias",
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
            ("[[event]]\nname = \"A\"\ncount = 0", "3: `count` is a whole number from 1 on"),
            ("[[event]]\nname = \"A\"\ncount = \"2\"", "3: `count` is a whole number from 1 on"),
            (
                "[[event]]\nname = \"A\"\n[[event]]\ntype = \"track\"\nname = \"A\"",
                "3: `track A` is expected in line 1 already",
            ),
        ];
        for (text, wanted) in cases {
            let error = Plan::read(text).expect_err(text);
            assert_eq!(error.to_string(), wanted, "{text}");
        }
        let error = Plan::read("[[event]]\nname = \"A").expect_err("no end");
        assert_eq!(error.line, 2, "{error}");
        let many: String =
            (0..=MOST_EXPECTED).map(|n| format!("[[event]]\nname = \"{n}\"\n")).collect();
        let error = Plan::read(&many).expect_err("too many");
        assert_eq!((error.line, error.message.as_str()), (4001, "a plan has at most 2000 events"));
    }
}
