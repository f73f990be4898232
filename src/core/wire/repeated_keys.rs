//! Repeated JSON keys: the last one counts, as in JavaScript, and the values of the others are
//! lost.

use crate::call::{Val, pointer, text};
use crate::wire::discard::{Discard, at};
use std::borrow::Cow;
use std::collections::HashMap;

/// The maximum number of repeated keys of a call that get a finding of their own.
const MAX_FINDINGS: usize = 8;

/// The maximum depth of objects that are checked.
const MAX_DEPTH: usize = 32;

/// The maximum number of lost values of one key that are searched for ids.
const MAX_LOST_VALUES: usize = 2_000;

/// Adds a finding for each repeated key of a call.
pub(crate) fn check(call: Val<'_>, out: &mut Vec<Discard>) {
    let mut found = Vec::new();
    let mut more = 0;
    object(call, "", 0, &mut |path, values| {
        if found.len() < MAX_FINDINGS {
            let lost = lost_id(path, values).map(|(id, at)| {
                let at = if at == path { String::new() } else { format!(" at `{}`", dotted(&at)) };
                format!("the id `{id}`{at}")
            });
            found.push(finding(path, values.len(), lost));
        } else {
            more += 1;
        }
    });
    if let Some((_, times)) = found.last_mut().and_then(|last| last.said.first_mut())
        && more > 0
    {
        times.push_str(&format!(" (and {more} more keys of the call are repeated)"));
    }
    out.append(&mut found);
}

/// Adds a finding for each repeated key of a batch's own members.
pub(crate) fn check_batch(batch: Val<'_>, out: &mut Vec<Discard>) {
    for (key, values) in by_name(batch).iter().filter(|(_, values)| values.len() > 1) {
        let is_batch = key == "batch";
        let calls = || values[..values.len() - 1].iter().map(|calls| calls.children().count());
        let lost = is_batch.then(|| calls().sum::<usize>()).filter(|calls| *calls > 0);
        let lost = lost.map(|calls| match calls {
            1 => "a call".to_owned(),
            calls => format!("each of {calls} calls"),
        });
        out.push(finding(&pointer::push("", key), values.len(), lost));
    }
}

fn finding(path: &str, times: usize, lost: Option<String>) -> Discard {
    let code = if lost.is_some() { "EVT-KEY-LOST" } else { "EVT-KEY-REPEATED" };
    let mut said = vec![("times", format!("{times} times"))];
    said.extend(lost.map(|lost| ("lost", lost)));
    Discard { said, ..at(code, path.to_owned()) }
}

/// Calls `each` with the path and the values of each repeated key in an object and below it. The
/// content of an earlier member of a name is not part of the call.
fn object(value: Val<'_>, path: &str, depth: usize, each: &mut dyn FnMut(&str, &[Val<'_>])) {
    if depth >= MAX_DEPTH {
        return;
    }
    let is_container = |value: &Val<'_>| value.is_object() || value.is_array();
    if value.is_array() {
        for (nth, item) in value.children().enumerate().filter(|(_, item)| is_container(item)) {
            object(item, &pointer::push(path, &nth.to_string()), depth + 1, each);
        }
        return;
    }
    let names = by_name(value);
    for (key, values) in names.iter().filter(|(_, values)| values.len() > 1) {
        each(&pointer::push(path, key), values);
    }
    for (key, values) in &names {
        if let Some(last) = values.last().filter(|last| is_container(last)) {
            object(*last, &pointer::push(path, key), depth + 1, each);
        }
    }
}

/// Returns the members of an object grouped by name, in the order of the names' first members.
fn by_name(object: Val<'_>) -> Vec<(Cow<'_, str>, Vec<Val<'_>>)> {
    let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let mut names: Vec<(Cow<'_, str>, Vec<Val<'_>>)> = Vec::new();
    for member in object.children() {
        let key = member.key();
        let place = *places.entry(key.clone()).or_insert(names.len());
        match names.get_mut(place) {
            Some((_, values)) => values.push(member),
            None => names.push((key, vec![member])),
        }
    }
    names
}

/// Returns an id that an earlier value of a repeated key has and the last one does not have, and
/// its path.
fn lost_id(path: &str, values: &[Val<'_>]) -> Option<(String, String)> {
    let (last, earlier) = values.split_last()?;
    let mut left = MAX_LOST_VALUES;
    earlier.iter().rev().find_map(|value| ids(*value, *last, path, 0, &mut left))
}

fn ids(
    value: Val<'_>,
    last: Val<'_>,
    path: &str,
    depth: usize,
    left: &mut usize,
) -> Option<(String, String)> {
    if *left == 0 || depth >= MAX_DEPTH {
        return None;
    }
    *left -= 1;
    if value.is_object() {
        return value.children().find_map(|member| {
            let key = member.key();
            let path = pointer::push(path, &key);
            match last.get(&key) {
                Some(last) => ids(member, last, &path, depth + 1, left),
                None => any_id(member, &path, depth + 1, left),
            }
        });
    }
    let is_lost = is_id_name(&pointer::last(path)) && usable(value).is_some();
    if is_lost && usable(last).is_none() { any_id(value, path, depth, left) } else { None }
}

/// Returns the first id in a value, and its path.
fn any_id(value: Val<'_>, path: &str, depth: usize, left: &mut usize) -> Option<(String, String)> {
    if *left == 0 || depth >= MAX_DEPTH {
        return None;
    }
    *left -= 1;
    if value.is_object() {
        return value.children().find_map(|member| {
            any_id(member, &pointer::push(path, &member.key()), depth + 1, left)
        });
    }
    let id = usable(value).filter(|_| is_id_name(&pointer::last(path)))?;
    let mut shown = String::new();
    text::write_excerpt(&mut shown, &id);
    Some((shown, path.to_owned()))
}

/// Returns the text of a value that can be an id.
fn usable(value: Val<'_>) -> Option<String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    text.map(|text| text.into_owned()).or_else(|| value.as_number().map(str::to_owned))
}

/// Returns true for the name of a member that is an id.
fn is_id_name(name: &str) -> bool {
    const WHOLE: [&str; 7] =
        ["id", "uid", "userid", "accountid", "groupid", "companyid", "anonymousid"];
    ["Id", "ID", "_id", "-id", " id"].iter().any(|end| name.ends_with(end))
        || WHOLE.iter().any(|whole| name.eq_ignore_ascii_case(whole))
}

fn dotted(path: &str) -> String {
    pointer::tokens(path).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    fn found(json: &str) -> Vec<(&'static str, String, String)> {
        let doc = Doc::parse(json).expect("JSON");
        let mut out = Vec::new();
        check(doc.root(), &mut out);
        let words = |discard: &Discard| {
            discard.said.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(", ")
        };
        out.iter().map(|found| (found.code, found.path.to_string(), words(found))).collect()
    }

    #[test]
    fn says_which_key_is_repeated_and_which_id_is_lost() {
        for (json, want) in [
            (r#"{"userId":"a","userId":"b"}"#, vec![("EVT-KEY-REPEATED", "/userId", "2 times")]),
            (
                r#"{"userId":"a","user\u0049d":null}"#,
                vec![("EVT-KEY-LOST", "/userId", "2 times, the id `a`")],
            ),
            (
                r#"{"properties":{"x":{"account_id":7}},"properties":{"x":{"b":1}},"properties":{"c":1,"c":2}}"#,
                vec![
                    (
                        "EVT-KEY-LOST",
                        "/properties",
                        "3 times, the id `7` at `properties.x.account_id`",
                    ),
                    ("EVT-KEY-REPEATED", "/properties/c", "2 times"),
                ],
            ),
            (
                r#"{"traits":{"paid":"x"},"traits":{}}"#,
                vec![("EVT-KEY-REPEATED", "/traits", "2 times")],
            ),
            (
                r#"{"properties":{"items":[{"a~/":1,"a~/":2}]}}"#,
                vec![("EVT-KEY-REPEATED", "/properties/items/0/a~0~1", "2 times")],
            ),
            (
                r#"{"properties":{"account_id":"a"},"properties":null}"#,
                vec![(
                    "EVT-KEY-LOST",
                    "/properties",
                    "2 times, the id `a` at `properties.account_id`",
                )],
            ),
        ] {
            let found = found(json);
            let found: Vec<(&str, &str, &str)> =
                found.iter().map(|(code, path, words)| (*code, &**path, &**words)).collect();
            assert_eq!(found, want, "{json}");
        }
    }

    #[test]
    fn a_call_of_nothing_but_repeated_keys_has_few_findings() {
        let keys: Vec<String> = (0..50).map(|n| format!("\"k{n}\":1,\"k{n}\":2")).collect();
        let found = found(&format!("{{{}}}", keys.join(",")));
        assert_eq!(found.len(), MAX_FINDINGS);
        assert_eq!(found[7].2, "2 times (and 42 more keys of the call are repeated)");
    }
}
