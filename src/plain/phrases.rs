//! Findings and values as lines of text.

use crate::call::text::visible;
use crate::call::{Doc, Val, pointer};
use crate::engine::IdShare;
use crate::findings::{Finding, Severity, advice, is_said_once, share};

/// Returns a finding, its reason and its fix, one line each.
pub fn finding(finding: &Finding) -> Vec<String> {
    let at = if finding.path.is_empty() {
        String::new()
    } else {
        format!(", at {}", visible(&finding.path))
    };
    let mut out = vec![format!(
        "{} {}: {}{at}",
        finding.severity.name(),
        finding.code,
        visible(&finding.message)
    )];
    if !finding.why.is_empty() {
        out.push(format!("  why: {}", visible(&finding.why)));
    }
    if let Some(source) = advice::source_words(&finding.source) {
        out.push(format!("  from: {}", visible(&source)));
    }
    if let Some(history) = &finding.history {
        out.push(format!("  seen: {}", visible(history)));
    }
    if !finding.fix.is_empty() {
        out.push(format!("  fix: {}", visible(&finding.fix)));
    }
    out
}

/// Returns the lines of findings, with info findings last.
pub fn findings<'f>(all: impl Iterator<Item = &'f Finding> + Clone) -> Vec<String> {
    let mut shown: Vec<&'f Finding> = Vec::new();
    for finding in all {
        // every vendor reports this code for the same reason, so it is printed once
        let again =
            is_said_once(&finding.code) && shown.iter().any(|other| other.code == finding.code);
        if !again {
            shown.push(finding);
        }
    }
    let all = shown.into_iter();
    let loud = all.clone().filter(|finding| finding.severity != Severity::Info);
    let quiet = all.filter(|finding| finding.severity == Severity::Info);
    loud.chain(quiet).flat_map(finding).collect()
}

/// Returns a JSON text as indented lines, one per value: `name: value`. A text that is not JSON
/// keeps its lines.
pub fn json(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    match Doc::parse(text) {
        Ok(doc) => members(&doc.root(), 1, &mut out),
        Err(_) => out.extend(text.lines().map(|line| format!("  {}", visible(line)))),
    }
    out
}

fn members(value: &Val<'_>, depth: usize, out: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    if !value.is_object() && !value.is_array() {
        out.push(format!("{indent}{}", visible(value.raw())));
        return;
    }
    for (at, child) in value.children().enumerate() {
        let name = if value.is_array() {
            format!("item {}", at + 1)
        } else {
            visible(&child.key()).into_owned()
        };
        match child.children().next() {
            Some(_) => {
                out.push(format!("{indent}{name}:"));
                members(&child, depth + 1, out);
            }
            None => out.push(format!("{indent}{name}: {}", visible(child.raw()))),
        }
    }
}

/// Returns the value at a pointer of a JSON text: the text of a string, otherwise the JSON.
pub fn value_at(text: &str, at: &str) -> Option<String> {
    let doc = Doc::parse(text).ok()?;
    let mut value = doc.root();
    for token in pointer::tokens(at) {
        value = match value.is_array() {
            true => value.index(pointer::index(&token)?)?,
            false => value.get(&token)?,
        };
    }
    Some(value.as_str().map_or_else(|| value.raw().to_owned(), |text| text.into_owned()))
}

/// Returns the share of calls with an id: `86% with an account (3 missing, 2 doubtful)`.
pub fn id_words(one: &str, id: &IdShare) -> String {
    if id.looked_for == 0 {
        return format!("no vendor looks for {one}");
    }
    let mut besides = Vec::new();
    for (calls, what) in [
        (id.missing(), "missing"),
        (id.some_miss, "found by one vendor and missing at another"),
        (id.doubtful, "doubtful"),
    ] {
        if calls > 0 {
            besides.push(format!("{calls} {what}"));
        }
    }
    let with = format!("{} with {one}", share(id.found, id.looked_for));
    if besides.is_empty() { with } else { format!("{with} ({})", besides.join(", ")) }
}
