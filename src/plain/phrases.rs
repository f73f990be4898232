//! A row of the log and what was found, in words.

use crate::call::text::{visible, visible_id};
use crate::call::{Doc, Val, pointer};
use crate::findings::{Finding, Severity, Verdict, advice, is_said_once};
use crate::report::share;
use crate::tui::feed::{Cell, IdShare, RowView, VendorView};

/// `12: track Order Received, account missing (accountId is there), user u1, Acme dropped`.
pub fn row(row: &RowView, vendors: &[VendorView]) -> String {
    if let Some(request) = &row.no_call {
        let (reason, path) = (visible(&request.reason), visible(&request.path));
        return format!("{} with {}: {reason}, {path}", request.kind.word(), request.status);
    }
    let number = row.seq.map_or(0, |seq| seq.0);
    let kind = if row.kind.is_empty() { "no type".into() } else { visible(&row.kind) };
    let mut parts = vec![format!("{number}: {kind} {}", visible(&row.name)).trim_end().to_owned()];
    parts.extend(row.discarded().map(|service| service.to_string()));
    for (name, cell) in [("account", &row.account), ("user", &row.user)] {
        parts.extend(id(cell, vendors).map(|words| format!("{name} {words}")));
    }
    let used = row.marks.iter().zip(vendors).filter(|(mark, _)| mark.in_use);
    let title = |vendor: &VendorView| visible(&vendor.title).into_owned();
    let bad = used.clone().filter(|(mark, _)| {
        matches!(mark.verdict, Verdict::Dropped | Verdict::Rejected | Verdict::Degraded)
    });
    let before = parts.len();
    parts.extend(bad.map(|(mark, vendor)| format!("{} {}", title(vendor), mark.verdict.name())));
    if parts.len() == before && used.clone().any(|(mark, _)| mark.verdict == Verdict::Delivered) {
        parts.push("delivered".to_owned());
    }
    let flags = [
        (row.repeat, "a repeat"),
        (row.marked, "marked"),
        (row.stale, "judged with earlier settings"),
    ];
    parts.extend(flags.iter().filter(|(is, _)| *is).map(|(_, words)| (*words).to_owned()));
    parts.extend(row.note.as_deref().map(|note| format!("note {}", visible(note))));
    parts.join(", ")
}

/// An id, and what is doubtful about it.
pub fn doubted(text: &str, doubtful: bool) -> String {
    match doubtful {
        false => visible_id(text).into_owned(),
        true => format!("{} (doubtful: {})", visible_id(text), advice::doubt(text)),
    }
}

fn id(cell: &Cell, vendors: &[VendorView]) -> Option<String> {
    Some(match cell {
        Cell::Found { text, doubtful } => doubted(text, *doubtful),
        Cell::SomeMiss { text, doubtful, wanted } => {
            let each = wanted.iter().map(|at| {
                let title = vendors.get(at.vendor).map_or("", |vendor| &vendor.title);
                format!("{} wants it as {}", visible(title), advice::dotted(&at.path))
            });
            let each = each.collect::<Vec<_>>().join(" and ");
            format!("{} but {each}", doubted(text, *doubtful))
        }
        Cell::Missing { near: None } => "missing".to_owned(),
        Cell::Missing { near: Some(near) } => format!("missing ({} is there)", visible(near)),
        Cell::Nobody => "none".to_owned(),
        Cell::Muted => "missing (the finding is muted)".to_owned(),
        Cell::NotLooked => return None,
    })
}

/// A finding, its reason and its fix, a line each.
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

/// Findings, the loud ones first.
pub fn findings<'f>(all: impl Iterator<Item = &'f Finding> + Clone) -> Vec<String> {
    let mut said: Vec<&'f Finding> = Vec::new();
    for finding in all {
        // every vendor says it for the same reason
        let again =
            is_said_once(&finding.code) && said.iter().any(|other| other.code == finding.code);
        if !again {
            said.push(finding);
        }
    }
    let all = said.into_iter();
    let loud = all.clone().filter(|finding| finding.severity != Severity::Info);
    let quiet = all.filter(|finding| finding.severity == Severity::Info);
    loud.chain(quiet).flat_map(finding).collect()
}

/// A JSON text, a line a value, indented: `name: value`. What is no JSON is a line.
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

/// The value at a pointer of a JSON text: a string's text, else the JSON.
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

/// `86% with an account (3 of them missing at another vendor, 2 doubtful)`.
pub fn id_words(one: &str, id: &IdShare) -> String {
    if id.looked == 0 {
        return format!("no vendor looks for {one}");
    }
    let mut besides = Vec::new();
    for (calls, what) in [
        (id.missing(), "missing"),
        (id.some_miss, "found and missing at another vendor"),
        (id.doubtful, "doubtful"),
    ] {
        if calls > 0 {
            besides.push(format!("{calls} {what}"));
        }
    }
    let with = format!("{} with {one}", share(id.found, id.looked));
    if besides.is_empty() { with } else { format!("{with} ({})", besides.join(", ")) }
}
