//! The check of a call against the rules of a plan. [`Plan::check`] runs for every call and returns
//! codes. [`Plan::findings`] writes the messages when a screen or a command shows the call.

use super::call_json::CallMembers;
use super::places::PlanPlace;
use super::rules::{CallTitle, EventRule, PlanRules, RuleVersion};
use super::schema::{CallSchema, MAX_DEPTH};
use super::{Plan, violations};
use crate::call::text::write_excerpt;
use crate::call::{CallType, Event, fingerprints, nearest_name};
use crate::findings::{Finding, advice, finding_for_discard};
use crate::wire::Service;
use std::collections::HashSet;

/// The ways in which a call can violate a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PlanCode {
    /// A property that is not in the plan, which allows no others.
    Additional,
    /// An event whose rule is marked as deprecated.
    Deprecated,
    /// A property that must not be sent.
    Forbidden,
    /// An event that must not be sent.
    Never,
    /// A property that is missing.
    Required,
    /// A keyword of the schema that concerns several properties at once.
    Schema,
    /// A value of the wrong type.
    Type,
    /// A part of the call that could not be checked.
    Unchecked,
    /// An event that is not in the plan.
    Unplanned,
    /// A value that the plan does not allow.
    Value,
}

impl PlanCode {
    /// All codes, in the order of their discriminants.
    pub const ALL: [PlanCode; 10] = [
        PlanCode::Additional,
        PlanCode::Deprecated,
        PlanCode::Forbidden,
        PlanCode::Never,
        PlanCode::Required,
        PlanCode::Schema,
        PlanCode::Type,
        PlanCode::Unchecked,
        PlanCode::Unplanned,
        PlanCode::Value,
    ];

    /// Returns the code as findings have it.
    pub fn name(self) -> &'static str {
        match self {
            PlanCode::Additional => "PLAN-ADDITIONAL",
            PlanCode::Deprecated => "PLAN-DEPRECATED",
            PlanCode::Forbidden => "PLAN-FORBIDDEN",
            PlanCode::Never => "PLAN-NEVER",
            PlanCode::Required => "PLAN-REQUIRED",
            PlanCode::Schema => "PLAN-SCHEMA",
            PlanCode::Type => "PLAN-TYPE",
            PlanCode::Unchecked => "PLAN-UNCHECKED",
            PlanCode::Unplanned => "PLAN-UNPLANNED",
            PlanCode::Value => "PLAN-VALUE",
        }
    }
}

/// The result of checking a call against a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlanOutcome {
    /// One bit for each code.
    codes: u16,
    /// A hash of the violations and their places, so that equal calls are grouped; 0 without any.
    pub fingerprint: u64,
    /// The index in [`Plan::list`] of the entry for the call, if the plan has one.
    pub entry: Option<u32>,
}

impl PlanOutcome {
    fn add(&mut self, code: PlanCode, path: &str) {
        self.codes |= 1 << code as u8;
        let own = fingerprints::mix(u64::from(code as u8), fingerprints::of_text(path));
        self.fingerprint = fingerprints::mix(self.fingerprint, own);
    }

    /// Returns the codes of the violations, in order.
    pub fn codes(self) -> impl Iterator<Item = PlanCode> {
        PlanCode::ALL.into_iter().filter(move |code| self.codes >> *code as u8 & 1 == 1)
    }
}

/// A violation, with the data of its message.
struct Violation<'p> {
    code: PlanCode,
    /// The pointer into the call.
    path: String,
    /// The place of the rule in the plan.
    place: Option<&'p PlanPlace>,
    expected: String,
    found: String,
}

/// The rule that applies to a call.
struct RuleMatch<'r> {
    title: CallTitle<'r>,
    rule: Option<&'r EventRule>,
    version: Option<&'r RuleVersion>,
}

impl PlanRules {
    fn call_rules<'r>(&'r self, members: &CallMembers<'r>) -> Option<RuleMatch<'r>> {
        let title = CallTitle::from_call(members)?;
        let rule = self.find(&title);
        let version = rule.and_then(|rule| rule.version(members));
        Some(RuleMatch { title, rule, version })
    }
}

impl RuleMatch<'_> {
    /// Returns the codes that concern the event itself, regardless of the call's content.
    fn codes(&self, rules: &PlanRules) -> impl Iterator<Item = PlanCode> {
        let never = self.rule.is_some_and(|rule| rule.never).then_some(PlanCode::Never);
        let unplanned = self.rule.is_none() && rules.is_unplanned(&self.title);
        let deprecated = self.version.is_some_and(|version| version.deprecated);
        let unplanned = unplanned.then_some(PlanCode::Unplanned);
        never.into_iter().chain(unplanned).chain(deprecated.then_some(PlanCode::Deprecated))
    }

    /// Returns the schemas that the call must match.
    fn schemas<'s>(&'s self, rules: &'s PlanRules) -> impl Iterator<Item = &'s CallSchema> {
        let own = self.version.into_iter().flat_map(|version| &version.schemas);
        rules.common.iter().chain(own)
    }
}

/// Returns the pointer of the part of a call that a schema describes.
fn base(schema: &CallSchema) -> String {
    schema.member.map_or_else(String::new, |member| format!("/{member}"))
}

impl Plan {
    /// Checks a call against the plan.
    pub fn check(&self, event: &Event<'_>) -> PlanOutcome {
        let mut outcome = PlanOutcome::default();
        let members = CallMembers::new(event);
        let Some(call) = self.rules.call_rules(&members) else { return outcome };
        outcome.entry = call.rule.map(|rule| rule.entry);
        for code in call.codes(&self.rules) {
            outcome.add(code, "");
        }
        let mut schemas = call.schemas(&self.rules).peekable();
        if schemas.peek().is_some() && members.is_deeper_than(MAX_DEPTH) {
            outcome.add(PlanCode::Unchecked, "");
            return outcome;
        }
        let mut reported = HashSet::new();
        for schema in schemas {
            if !schema.matches(&members) {
                let base = base(schema);
                for error in schema.errors(&members) {
                    violations::for_each_violation(&error, &members, &base, |code, path| {
                        if reported.insert((code, path.clone())) {
                            outcome.add(code, &path);
                        }
                    });
                }
            }
        }
        outcome
    }

    /// Returns the findings of a call: those with the codes that [`Plan::check`] returns.
    pub fn findings(&self, event: &Event<'_>) -> Vec<Finding> {
        let members = CallMembers::new(event);
        let Some(call) = self.rules.call_rules(&members) else { return Vec::new() };
        let title = call.title.words();
        let event_path = match call.title.kind {
            CallType::Track => "/event",
            CallType::Page | CallType::Screen => "/name",
            _ => "/type",
        };
        let mut found: Vec<Violation<'_>> = Vec::new();
        for code in call.codes(&self.rules) {
            let rule = call.rule.and_then(|rule| rule.place.as_ref());
            let version = call.version.map(|version| &version.place);
            let place = if code == PlanCode::Deprecated { version } else { rule };
            let expected = match (code, call.title.name.as_deref()) {
                (PlanCode::Unplanned, Some(name)) => self.unplanned_fix(&call, name),
                _ => String::new(),
            };
            let path = event_path.to_owned();
            found.push(Violation { code, path, place, expected, found: String::new() });
        }
        let mut schemas = call.schemas(&self.rules).peekable();
        if schemas.peek().is_some() && members.is_deeper_than(MAX_DEPTH) {
            let (code, path) = (PlanCode::Unchecked, String::new());
            let expected = format!("it nests deeper than {MAX_DEPTH} levels");
            found.push(Violation { code, path, place: None, expected, found: String::new() });
        } else {
            let mut reported = HashSet::new();
            for schema in schemas {
                let base = base(schema);
                for error in schema.errors(&members) {
                    violations::for_each_violation(&error, &members, &base, |code, path| {
                        if reported.insert((code, path.clone())) {
                            let unchecked = || "the pattern takes too long".to_owned();
                            found.push(Violation {
                                code,
                                path,
                                place: Some(schema.place_of(&error)),
                                expected: match code {
                                    PlanCode::Unchecked => unchecked(),
                                    _ => violations::expected_words(&error),
                                },
                                found: violations::found_words(&error),
                            });
                        }
                    });
                }
            }
        }
        found.into_iter().map(|violation| finding(violation, &title)).collect()
    }

    /// Returns what to do about an event that is not in the plan.
    fn unplanned_fix(&self, call: &RuleMatch<'_>, name: &str) -> String {
        let near = nearest_name(name, self.rules.names(call.title.kind));
        near.map_or_else(
            || "add it to the plan, or do not send it".to_owned(),
            |near| {
                format!("rename it to `{}` if you mean that, or add it to the plan", shown(near))
            },
        )
    }
}

fn shown(text: &str) -> String {
    let mut out = String::new();
    write_excerpt(&mut out, text);
    out
}

/// Makes the finding of a violation by an event with this title.
fn finding(violation: Violation<'_>, title: &str) -> Finding {
    let Violation { code, path, place, expected, found } = violation;
    let place = place.map_or_else(|| "the plan".to_owned(), shown_place);
    let subject = match path.as_str() {
        "" => "the call".to_owned(),
        path => format!("`{}`", advice::dotted(path)),
    };
    let values = [
        ("title", shown(title)),
        ("subject", subject),
        ("place", place.clone()),
        ("expected", expected),
        ("found", found),
    ];
    let finding = finding_for_discard(code.name(), &path, &values, Service::Segment);
    Finding { source: place.into(), ..finding }
}

fn shown_place(place: &PlanPlace) -> String {
    match place.file.is_empty() {
        true => format!("line {} of the plan", place.line),
        false => format!("{}:{}", shown(&place.file), place.line),
    }
}
