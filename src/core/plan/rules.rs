//! What the calls of each event hold, by their type and name.

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
    /// Schemas that every call has to meet.
    pub common: Vec<CallSchema>,
}

/// What a plan says of the calls of an event.
#[derive(Debug)]
pub(crate) struct EventRule {
    pub kind: CallType,
    pub name: Option<Box<str>>,
    /// Its place among the events of the plan, which [`PlanRules::push`] gives it.
    pub entry: u32,
    /// Where it stands; none for an event that was learned.
    pub place: Option<PlanPlace>,
    /// The event must not be sent.
    pub never: bool,
    /// What its calls hold, version by version; empty where the plan does not say.
    pub versions: Vec<RuleVersion>,
}

/// One version of what the calls of an event hold.
#[derive(Debug)]
pub(crate) struct RuleVersion {
    /// What `context.protocols.event_version` names it by.
    pub version: Option<String>,
    /// What the calls have to meet.
    pub schemas: Vec<CallSchema>,
    /// Where it stands.
    pub place: PlanPlace,
    /// The plan marks it as no longer to be used.
    pub deprecated: bool,
}

/// The type of a call, and the name by which a plan can tell it.
pub(crate) struct CallTitle<'d> {
    pub kind: CallType,
    pub name: Option<Cow<'d, str>>,
}

impl<'d> CallTitle<'d> {
    /// The title of a call; none if its type is none of the six.
    pub fn from_call(members: &CallMembers<'d>) -> Option<CallTitle<'d>> {
        let kind = CallType::parse(&members.get("type")?.as_str()?)?;
        // the name as the log and the counts have it
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

    /// The type and the name, as a person says them.
    pub fn words(&self) -> String {
        super::title(self.kind, self.name.as_deref())
    }
}

impl PlanRules {
    /// PlanRules that say nothing but which events there are.
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

    /// Adds the rule of an event, or a further version of one; true if the event is new.
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
        // a plan has at most MAX_EXPECTED events
        rule.entry = at as u32;
        self.events.push(rule);
        true
    }

    /// What the plan says of the calls of an event, version by version.
    pub fn versions(&self, kind: CallType, name: Option<&str>) -> &[RuleVersion] {
        let title = CallTitle { kind, name: name.map(Cow::Borrowed) };
        let rule = self.find(&title).filter(|rule| rule.name.as_deref() == name);
        rule.map_or(&[], |rule| &rule.versions)
    }

    /// The rule for a call, by its own name or for any call of its type.
    pub fn find(&self, title: &CallTitle<'_>) -> Option<&EventRule> {
        let named = || self.named.get(&title.kind)?.get(title.name.as_deref()?);
        let at = named().or_else(|| self.unnamed.get(&title.kind))?;
        self.events.get(*at)
    }

    /// Whether the plan knows calls like this one, without a rule for it. A call that has no name is
    /// no event. The plan says something of pages and screens only if it has one.
    pub fn is_unplanned(&self, title: &CallTitle<'_>) -> bool {
        let is_told = title.kind == CallType::Track || self.named.contains_key(&title.kind);
        is_named(title.kind) && title.name.is_some() && is_told
    }

    /// The names of the events of a type.
    pub fn names(&self, kind: CallType) -> impl Iterator<Item = &str> {
        self.named.get(&kind).into_iter().flat_map(|names| names.keys().map(|name| &**name))
    }
}

impl EventRule {
    /// The version that a call names, or the first.
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
