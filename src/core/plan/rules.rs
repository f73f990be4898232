//! The rules of a plan, by the type and the name of the event.

use super::call_json::CallMembers;
use super::places::PlanPlace;
use super::schema::CallSchema;
use super::{Expectation, is_named};
use crate::call::{CallType, Val};
use std::borrow::Cow;
use std::collections::HashMap;

/// The rules of a plan.
#[derive(Debug, Default)]
pub(crate) struct PlanRules {
    events: Vec<EventRule>,
    named: HashMap<CallType, HashMap<Box<str>, usize>>,
    unnamed: HashMap<CallType, usize>,
    /// The schemas that every call must match.
    pub common: Vec<CallSchema>,
}

/// The rule of an event.
#[derive(Debug)]
pub(crate) struct EventRule {
    pub kind: CallType,
    pub name: Option<Box<str>>,
    /// Its index in the list of events, which [`PlanRules::push`] sets.
    pub entry: u32,
    /// Its place in the plan; `None` for a learned event.
    pub place: Option<PlanPlace>,
    /// True if the event must not be sent.
    pub never: bool,
    /// The rules about the content of its calls, one per version; empty if the plan has none.
    pub versions: Vec<RuleVersion>,
}

/// One version of the rule of an event.
#[derive(Debug)]
pub(crate) struct RuleVersion {
    /// The value of `context.protocols.event_version` that selects it.
    pub version: Option<String>,
    /// The schemas that its calls must match.
    pub schemas: Vec<CallSchema>,
    /// Its place in the plan.
    pub place: PlanPlace,
    /// True if the plan marks it as deprecated.
    pub deprecated: bool,
}

/// The type of a call, and the name by which a plan distinguishes it.
pub(crate) struct CallTitle<'d> {
    pub kind: CallType,
    pub name: Option<Cow<'d, str>>,
}

impl<'d> CallTitle<'d> {
    /// Reads the title of a call; returns `None` if its type is not a call type.
    pub fn from_call(members: &CallMembers<'d>) -> Option<CallTitle<'d>> {
        let kind = CallType::parse(&members.get("type")?.as_str()?)?;
        // a number counts as a name, as in the log and the counts
        let text = |value: Option<Val<'d>>| {
            let value = value?;
            let text = value.as_str().or_else(|| value.as_number().map(Cow::Borrowed))?;
            Some(text).filter(|text| !text.is_empty())
        };
        let name = match kind {
            CallType::Track => text(members.get("event")),
            CallType::Page | CallType::Screen => text(members.get("name")).or_else(|| {
                text(members.get("properties").and_then(|properties| properties.get("name")))
            }),
            CallType::Identify | CallType::Group | CallType::Alias => None,
        };
        Some(CallTitle { kind, name })
    }

    /// Returns the type and the name, for messages.
    pub fn words(&self) -> String {
        super::title(self.kind, self.name.as_deref())
    }
}

impl PlanRules {
    /// Creates rules that only name the events.
    pub fn from_names(list: &[Expectation]) -> PlanRules {
        let mut rules = PlanRules::default();
        for entry in list {
            rules.push(EventRule {
                kind: entry.kind,
                name: entry.name.as_deref().map(Into::into),
                entry: 0,
                place: None,
                never: entry.count.is_never(),
                versions: Vec::new(),
            });
        }
        rules
    }

    /// Adds the rule of an event, or another version of an existing one. Returns true if the event is
    /// new.
    pub fn push(&mut self, mut rule: EventRule) -> bool {
        let at = self.events.len();
        let known = match &rule.name {
            Some(name) => self.named.get(&rule.kind).and_then(|names| names.get(name)),
            None => self.unnamed.get(&rule.kind),
        };
        if let Some(known) = known {
            self.events[*known].versions.extend(rule.versions);
            return false;
        }
        match &rule.name {
            Some(name) => drop(self.named.entry(rule.kind).or_default().insert(name.clone(), at)),
            None => drop(self.unnamed.insert(rule.kind, at)),
        }
        // no overflow: a plan has at most MAX_EXPECTED events
        rule.entry = at as u32;
        self.events.push(rule);
        true
    }

    /// Returns the versions of the rule of an event.
    pub fn versions(&self, kind: CallType, name: Option<&str>) -> &[RuleVersion] {
        let title = CallTitle { kind, name: name.map(Cow::Borrowed) };
        let rule = self.find(&title).filter(|rule| rule.name.as_deref() == name);
        rule.map_or(&[], |rule| &rule.versions)
    }

    /// Returns the rule for a call: that of its name, otherwise that of its type.
    pub fn find(&self, title: &CallTitle<'_>) -> Option<&EventRule> {
        let named = || self.named.get(&title.kind)?.get(title.name.as_deref()?);
        let at = named().or_else(|| self.unnamed.get(&title.kind))?;
        self.events.get(*at)
    }

    /// Returns whether a call without a rule is an unplanned event. A call without a name is not an
    /// event, and pages and screens are planned only if the plan names at least one of them.
    pub fn is_unplanned(&self, title: &CallTitle<'_>) -> bool {
        let has_events = title.kind == CallType::Track || self.named.contains_key(&title.kind);
        is_named(title.kind) && title.name.is_some() && has_events
    }

    /// Returns the names of the events of a type.
    pub fn names(&self, kind: CallType) -> impl Iterator<Item = &str> {
        self.named.get(&kind).into_iter().flat_map(|names| names.keys().map(|name| &**name))
    }
}

impl EventRule {
    /// Returns the version that a call names, otherwise the first.
    pub fn version(&self, members: &CallMembers<'_>) -> Option<&RuleVersion> {
        let first = self.versions.first();
        if self.versions.len() < 2 {
            return first;
        }
        let wanted = members.get("context").and_then(|context| {
            let version = context.get("protocols")?.get("event_version")?;
            version.as_str().or_else(|| version.as_number().map(Cow::Borrowed))
        });
        let is_wanted =
            |rule: &&RuleVersion| wanted.is_some() && rule.version.as_deref() == wanted.as_deref();
        self.versions.iter().find(is_wanted).or(first)
    }
}
