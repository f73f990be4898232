//! The corrected call, reduced to the fields that the sender's library can send.

use crate::call::{CallType, Event, pointer, time};
use crate::findings::advice::dotted;
use crate::findings::doubtful_ids::stand_in;
use crate::findings::fixes::edits::{Edit, ValueSource};
use crate::findings::fixes::json_tree::Lit;
use crate::findings::fixes::language::{CallSyntax, Choice};
use crate::findings::fixes::omitted_fields::{self, OmittedFields};
use crate::findings::fixes::{BrokenCall, SnippetAudience};

/// The fields at the top level of a call that are texts.
pub(crate) const TEXT_FIELDS: [&str; 8] =
    ["userId", "anonymousId", "groupId", "previousId", "event", "name", "category", "timestamp"];

/// The maximum difference, in milliseconds, between a `timestamp` that the library set and the time
/// of sending. Libraries send queued calls within seconds, so a larger difference shows that the
/// app set the time.
const MAX_LIBRARY_DELAY_MS: i64 = 60_000;

/// A corrected call, with notes on its differences other than the edits.
pub(crate) struct CorrectedCall {
    pub tree: Lit,
    pub notes: Vec<String>,
}

impl Lit {
    /// Converts a whole call.
    pub(crate) fn whole(event: &Event<'_>) -> Lit {
        let mut tree = Lit::Map(Vec::new());
        for member in event.members() {
            tree.set(&member.key(), Lit::from_value(member));
        }
        tree
    }
}

/// Returns the call with the edits applied.
pub(crate) fn changed(call: &BrokenCall<'_>, edits: &[Edit]) -> Lit {
    let mut tree = Lit::whole(&call.event);
    open(&mut tree, edits);
    make(&mut tree, edits);
    tree
}

/// Makes objects of JSON text, before anything reads their members.
fn open(tree: &mut Lit, edits: &[Edit]) {
    for edit in edits.iter().filter(|edit| edit.opens()) {
        if let Some(value) = edit.value(|path| tree.at(path).cloned()) {
            tree.put(&edit.to, value);
        }
    }
}

fn make(tree: &mut Lit, edits: &[Edit]) {
    // all values are read before the first of them is written
    let values: Vec<Option<Lit>> =
        edits.iter().map(|edit| edit.value(|path| tree.at(path).cloned())).collect();
    for (edit, value) in edits.iter().zip(values) {
        if let Some(value) = value {
            tree.put(&edit.to, value);
        }
    }
    for edit in edits {
        if let ValueSource::Rename(from) = &edit.source {
            tree.remove(from);
        }
    }
}

/// Returns the corrected call, with only the fields that the language's library can send.
pub(crate) fn sent(
    call: &BrokenCall<'_>,
    edits: &[Edit],
    group: &[String],
    (choice, form): (&Choice, &CallSyntax),
    reader: SnippetAudience,
) -> CorrectedCall {
    let language = choice.language;
    let mut tree = Lit::whole(&call.event);
    open(&mut tree, edits);
    let mut notes = Vec::new();
    let OmittedFields { replaced } =
        omitted_fields::clean(&mut tree, call.kind, edits, language, reader);
    set_time(&mut tree, call, (choice, form), &mut notes);
    make(&mut tree, edits);
    let group_in_context = move_group(&mut tree, call, (choice, form), group, &mut notes);
    let in_context = |edit: &Edit| pointer::is_below(&edit.to, "/context");
    if group_in_context || edits.iter().any(in_context) {
        notes.extend(choice.in_context.as_deref().map(str::to_owned));
    }
    if choice.nests_custom {
        flatten_custom(&mut tree, &mut notes);
    }
    // RudderStack's libraries take the traits of an identify call as an argument and send them in
    // the context, where their destinations read them
    if call.kind == CallType::Identify
        && call.rudder
        && !language.anything
        && let Some(Lit::Map(members)) = tree.at("/context/traits").cloned()
    {
        for (name, value) in members {
            tree.put(&pointer::push("/traits", &name), value);
        }
        tree.remove("/context/traits");
        if tree.get("context").is_some_and(Lit::is_empty_map) {
            tree.remove("/context");
        }
    }
    // the service drops a call without `userId` and `anonymousId`
    let known = |name| tree.get(name).and_then(Lit::id).is_some();
    if !language.client_side && !known("userId") && !known("anonymousId") {
        tree.set("userId", Lit::Text(stand_in::USER.to_owned()));
    }
    if !call.rudder {
        fill_for_segment(&mut tree, call.kind, &mut notes);
    }
    leave_out(&mut tree, (choice, form), &mut notes);
    if language.map.skip_null {
        let mut nulls = Vec::new();
        tree = without_nulls(tree, "", &mut nulls);
        if !nulls.is_empty() {
            notes.push(format!("left out: {} (null)", nulls.join(", ")));
        }
    }
    if !language.anything {
        let mut numbers = Vec::new();
        find_inexact_numbers(&tree, "", &mut numbers);
        if numbers.len() > MAX_NOTED {
            numbers[MAX_NOTED] = "…".to_owned();
        }
        if !numbers.is_empty() {
            notes.push(format!("many languages change these numbers: {}", numbers.join(", ")));
        }
    }
    if !replaced.is_empty() {
        notes.push(format!("replaced: {}", replaced.join(", ")));
    }
    CorrectedCall { tree, notes }
}

/// The name of a track call that has none.
const EVENT: &str = "EVENT_NAME";

/// Changes the fields for which Segment discards a call: the name of an event, and texts and objects
/// that are something else.
fn fill_for_segment(tree: &mut Lit, kind: CallType, notes: &mut Vec<String>) {
    let is_text = |value: &Lit| matches!(value, Lit::Text(text) if !text.is_empty());
    let is_object = |value: &Lit| matches!(value, Lit::Map(_));
    if kind == CallType::Track && !tree.get("event").is_some_and(is_text) {
        let own = tree.get("event").and_then(Lit::id).map(str::to_owned);
        let what = if own.is_some() { "a string" } else { "made up" };
        notes.push(format!("`event` is {what} here"));
        tree.set("event", Lit::Text(own.unwrap_or_else(|| EVENT.to_owned())));
    }
    let (texts, objects): (&[&str], &[&str]) = match kind {
        CallType::Track => (&[], &["properties"]),
        CallType::Page | CallType::Screen => (&["name", "category"], &[]),
        CallType::Identify | CallType::Group => (&[], &["traits"]),
        CallType::Alias => (&[], &[]),
    };
    for name in texts.iter().chain(objects) {
        let is_valid = |value: &Lit| match texts.contains(name) {
            true => is_text(value),
            false => is_object(value),
        };
        if tree.get(name).is_some_and(|value| *value != Lit::Null && !is_valid(value)) {
            tree.remove(&pointer::push("", name));
            notes.push(format!("left out: `{name}` (Segment discards a call with it)"));
        }
    }
}

/// Keeps the time of a call if the app set it and the library accepts a time.
fn set_time(
    tree: &mut Lit,
    call: &BrokenCall<'_>,
    (choice, form): (&Choice, &CallSyntax),
    notes: &mut Vec<String>,
) {
    tree.remove("/timestamp");
    let own = |name: &str| call.event.call.get(name).and_then(|value| value.as_str());
    let left_out = |name| format!("left out: `{name}`, so the time is that of sending");
    let is_there = |name| call.event.call.get(name).is_some_and(|value| !value.is_null());
    // the original time is what a library sends as `timestamp`
    let name = if is_there("timestamp") { "timestamp" } else { "originalTimestamp" };
    let Some(given) = own(name) else {
        notes.extend(is_there(name).then(|| left_out(name)));
        return;
    };
    let language = choice.language;
    let sent = own("sentAt").or_else(|| {
        let received = call.event.get("receivedAt")?;
        received.as_str()
    });
    let at = |text: &str| time::parse(text);
    let by_library = match (at(&given), sent.as_deref().and_then(at)) {
        (Some(given), Some(sent)) => (sent - given).abs() <= MAX_LIBRARY_DELAY_MS,
        (Some(_), None) => !language.anything,
        (None, _) => false,
    };
    if by_library && !language.anything {
        return;
    }
    match at(&given).filter(|_| form.takes("timestamp")) {
        // most languages read fewer forms of a time than segscope
        Some(time) if !is_rfc_3339(&given) => tree.set("timestamp", Lit::Text(time::format(time))),
        Some(_) => tree.set("timestamp", Lit::Text(given.into_owned())),
        None => notes.push(left_out(name)),
    }
}

/// Returns true for a time in the form of RFC 3339, such as `2026-11-30T10:00:00.5+01:00`. `text`
/// must be a time that [`time::parse`] reads.
fn is_rfc_3339(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return false,
    };
    let has_seconds = clock.len() == 8 || clock.get(8..).is_some_and(|rest| rest.starts_with('.'));
    date.len() == 10 && has_seconds && (offset == "Z" || offset.len() == 6)
}

/// Moves the group id to the context, unless the library accepts it at the top level. Most
/// libraries do so only in group calls. Returns true if the context then has it.
fn move_group(
    tree: &mut Lit,
    call: &BrokenCall<'_>,
    (choice, form): (&Choice, &CallSyntax),
    further: &[String],
    notes: &mut Vec<String>,
) -> bool {
    let Some(group) = tree.get("groupId").cloned() else { return false };
    if call.takes_group(choice) {
        return false;
    }
    let mut is_in_context = false;
    tree.remove("/groupId");
    let mut to = Vec::new();
    match form.takes("context") {
        true => to.push("/context/groupId"),
        false => notes.push("left out: `groupId` (the library has no place for it)".to_owned()),
    }
    to.extend(further.iter().map(String::as_str));
    for place in to {
        match tree.at(place) {
            None | Some(Lit::Null) => {
                tree.put(place, group.clone());
                is_in_context |= pointer::is_below(place, "/context");
                notes.push(format!("`groupId` is in `{}` here", dotted(place)));
            }
            Some(other) if *other == group => {}
            Some(_) => notes
                .push(format!("left out: `groupId`, since `{}` has another value", dotted(place))),
        }
    }
    is_in_context
}

/// Moves the members of `traits.custom` to `traits`. An old version of a library sends traits that
/// it does not know inside `custom`.
fn flatten_custom(tree: &mut Lit, notes: &mut Vec<String>) {
    let Some(Lit::Map(members)) = tree.at("/traits/custom").cloned() else { return };
    tree.remove("/traits/custom");
    for (name, value) in members {
        let path = pointer::push("/traits", &name);
        if tree.at(&path).is_none() {
            tree.put(&path, value);
        }
    }
    notes.push(
        "update the library: this version sends these traits inside of `traits.custom`".to_owned(),
    );
}

/// The maximum number of places that a note names.
const MAX_NOTED: usize = 5;

/// Adds the places of numbers that are not the same as a double, which many languages make of them.
fn find_inexact_numbers(value: &Lit, path: &str, found: &mut Vec<String>) {
    if found.len() > MAX_NOTED {
        return;
    }
    match value {
        Lit::Number(digits) if !is_exact(digits) => {
            found.push(format!("`{}` ({digits})", dotted(path)));
        }
        Lit::List(items) => {
            let paths = (0..).map(|at: usize| pointer::push(path, &at.to_string()));
            items.iter().zip(paths).for_each(|(item, at)| find_inexact_numbers(item, &at, found));
        }
        Lit::Map(members) => {
            for (name, value) in members {
                find_inexact_numbers(value, &pointer::push(path, name), found);
            }
        }
        _ => {}
    }
}

/// Returns true for a number within the range of a double and, if it is written as an integer, with
/// an equal double.
fn is_exact(digits: &str) -> bool {
    let double: f64 = digits.parse().unwrap_or(f64::INFINITY);
    let is_integer = digits.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    double.is_finite() && (!is_integer || format!("{double:.0}") == digits)
}

/// Removes members that are null, and adds their places to `nulls` unless they are at the top
/// level.
fn without_nulls(value: Lit, path: &str, nulls: &mut Vec<String>) -> Lit {
    let Lit::Map(members) = value else { return value };
    let mut kept = Vec::new();
    for (name, value) in members {
        let path = pointer::push(path, &name);
        match value {
            Lit::Null if !path[1..].contains('/') => {}
            Lit::Null => nulls.push(format!("`{}`", dotted(&path))),
            value => kept.push((name, without_nulls(value, &path, nulls))),
        }
    }
    Lit::Map(kept)
}

/// Removes the fields for which the library has no argument, and names them in a note.
fn leave_out(tree: &mut Lit, (choice, form): (&Choice, &CallSyntax), notes: &mut Vec<String>) {
    let Lit::Map(members) = tree else { return };
    let mut gone: Vec<String> = Vec::new();
    let texts = members.iter_mut().filter(|(name, _)| TEXT_FIELDS.contains(&name.as_str()));
    for (_, value) in texts.filter(|_| !choice.language.anything) {
        if let Lit::Number(digits) = value {
            *value = Lit::Text(digits.clone());
        }
    }
    members.retain(|(name, value)| {
        let held = match TEXT_FIELDS.contains(&name.as_str()) {
            true => value.id().is_some(),
            false => matches!(value, Lit::Map(_)),
        };
        let stays = choice.language.anything || (form.takes(name) && held);
        let known = choice.language.client_side
            && matches!(name.as_str(), "userId" | "anonymousId" | "previousId");
        let empty = matches!(value, Lit::Null) || value.is_empty_map();
        if !stays && !known && !empty {
            gone.push(format!("`{}`", dotted(&pointer::push("", name))));
        }
        stays || known
    });
    if !gone.is_empty() {
        notes.push(format!("left out: {} (the library has no place for it)", gone.join(", ")));
    }
}
