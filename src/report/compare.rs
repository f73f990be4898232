//! The report of a comparison of two sides, as text, Markdown and JSON.

use crate::call::text::visible;
use crate::engine::{
    Certainty, Comparison, Difference, EventNumbers, Impact, SideShare, Subject, TrafficProfile,
};
use crate::findings::{Id, fine_share};
use crate::report::colors::ColorWriter;
use crate::report::compare_samples::{LABELS, difference_samples, sample_commands};
use crate::report::format_numbers::plural;
use crate::report::markdown::cell;
use crate::vendors::Vendors;
use serde_json::{Value, json};
use std::fmt::Write;

/// One side of a comparison.
#[derive(Debug)]
pub struct ComparedSide {
    /// Its name: its file, or the filter that selects it.
    pub name: String,
    /// The files that contain its calls.
    pub files: String,
    /// Its traffic.
    pub profile: TrafficProfile,
}

/// All vendors, and the places of those in use.
type UsedVendors<'v> = (&'v Vendors, &'v [usize]);

const CANNOT_FAIL: &str = "writing to a String cannot fail";

/// Writes the losses first, then other differences, then a table of the events.
pub fn compare_text(
    comparison: &Comparison,
    sides: &[ComparedSide; 2],
    vendors: UsedVendors<'_>,
    all: bool,
    color: bool,
) -> String {
    let mut out = String::new();
    for (label, side) in LABELS.into_iter().zip(sides) {
        ColorWriter::Bold.put(&mut out, color, &format!("{label:<7}"));
        writeln!(out, "{}", side_words(side)).expect(CANNOT_FAIL);
    }
    for section in sections(comparison, all) {
        let color_of = match section.is_loss {
            true if section.list.is_empty() => ColorWriter::Good,
            true => ColorWriter::Alarm,
            false => ColorWriter::Bold,
        };
        out.push('\n');
        color_of.put(&mut out, color, &section.title);
        out.push('\n');
        for difference in section.list {
            let (event, words) = (
                difference.event.title(),
                difference_words(difference, |vendor| &vendors.0.info(vendor).title),
            );
            writeln!(out, "  {}: {}", visible(&event), visible(&words)).expect(CANNOT_FAIL);
            if let Some(samples) = difference_samples(difference) {
                ColorWriter::Dim.put(&mut out, color, &format!("      {samples}"));
                out.push('\n');
            }
        }
    }
    if let Some(words) = unlisted_words(comparison, all) {
        writeln!(out, "\n{words}").expect(CANNOT_FAIL);
    }
    out.push('\n');
    let (heads, rows) = event_table(comparison, sides, vendors);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    ColorWriter::Bold.put(&mut out, color, &line(&heads));
    out.push('\n');
    for row in &rows {
        writeln!(out, "{}", line(row)).expect(CANNOT_FAIL);
    }
    let listed = || comparison.differences.iter().filter(|difference| is_listed(difference, all));
    let commands = sample_commands(listed, sides.each_ref().map(|side| &*side.files));
    if !commands.is_empty() {
        out.push('\n');
    }
    for command in commands {
        writeln!(out, "{command}").expect(CANNOT_FAIL);
    }
    out
}

/// Writes the lists and the table of events as Markdown.
pub fn compare_markdown(
    comparison: &Comparison,
    sides: &[ComparedSide; 2],
    vendors: UsedVendors<'_>,
    all: bool,
) -> String {
    let mut out = String::new();
    for (label, side) in LABELS.into_iter().zip(sides) {
        writeln!(out, "- **{label}**: {}", cell(&side_words(side))).expect(CANNOT_FAIL);
    }
    for section in sections(comparison, all) {
        writeln!(out, "\n**{}**", section.title).expect(CANNOT_FAIL);
        if !section.list.is_empty() {
            out.push_str("\n| event | difference | calls |\n| --- | --- | --- |\n");
        }
        for difference in section.list {
            let (event, words) = (
                difference.event.title(),
                difference_words(difference, |vendor| &vendors.0.info(vendor).title),
            );
            let samples = difference_samples(difference).unwrap_or_default();
            writeln!(out, "| {} | {} | {samples} |", cell(&event), cell(&words))
                .expect(CANNOT_FAIL);
        }
    }
    if let Some(words) = unlisted_words(comparison, all) {
        writeln!(out, "\n{words}").expect(CANNOT_FAIL);
    }
    let (heads, rows) = event_table(comparison, sides, vendors);
    let rule = " --- |".repeat(heads.len());
    writeln!(out, "\n| {} |\n|{rule}", heads.join(" | ")).expect(CANNOT_FAIL);
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        writeln!(out, "| {} |", cells.join(" | ")).expect(CANNOT_FAIL);
    }
    out
}

/// Writes a line for each side, each event, and each difference.
pub fn compare_ndjson(
    comparison: &Comparison,
    sides: &[ComparedSide; 2],
    (vendors, in_use): UsedVendors<'_>,
) -> Vec<String> {
    let name = |vendor: usize| vendors.info(vendor).name.clone();
    let mut lines = Vec::new();
    for (label, side) in LABELS.into_iter().zip(sides) {
        lines.push(json!({
            "kind": "side", "side": label, "name": side.name,
            "calls": side.profile.calls(), "users": side.profile.users(),
            "repeats": side.profile.repeats(),
        }));
    }
    for (key, numbers) in &comparison.events {
        let side = |at: usize| {
            let EventNumbers { calls, ids, received } = &numbers[at];
            let fed = in_use.iter().filter_map(|vendor| Some((*vendor, received.get(*vendor)?)));
            let fed = fed.map(|(vendor, (part, whole))| {
                (name(vendor), json!({"received": part, "calls": whole}))
            });
            let users = sides[at].profile.users();
            json!({
                "calls": calls,
                "calls_per_100_users": per_hundred(*calls, users),
                "account_id": {"present": ids[0].0, "calls": ids[0].1},
                "user_id": {"present": ids[1].0, "calls": ids[1].1},
                "vendors": fed.collect::<serde_json::Map<String, Value>>(),
            })
        };
        lines.push(json!({
            "kind": "event", "type": key.kind, "event": key.name,
            "before": side(0), "after": side(1),
        }));
    }
    for difference in &comparison.differences {
        let Difference { event, subject, before, after, certainty, impact } = difference;
        let side = |side: &SideShare| json!({"part": side.part, "calls": side.whole, "sample_seq": side.sample});
        let mut line = json!({
            "kind": "difference", "type": event.kind, "event": event.name,
            "certainty": certainty.name(), "impact": impact.name(),
            "before": side(before), "after": side(after),
        });
        let (what, more): (&str, Vec<(&str, String)>) = match subject {
            Subject::Calls => ("calls", vec![]),
            Subject::Id(Id::Account) => ("account_id", vec![]),
            Subject::Id(Id::User) => ("user_id", vec![]),
            Subject::Received(vendor) => ("received", vec![("vendor", name(*vendor))]),
            Subject::Delivered(vendor) => ("delivered", vec![("vendor", name(*vendor))]),
            Subject::Property(path) => ("property", vec![("property", path.clone())]),
            Subject::Type(path, kind) => {
                ("type", vec![("property", path.clone()), ("property_type", (*kind).to_owned())])
            }
            Subject::Value(path, value) => {
                ("value", vec![("property", path.clone()), ("property_value", value.clone())])
            }
        };
        line["what"] = what.into();
        for (key, value) in more {
            line[key] = value.into();
        }
        lines.push(line);
    }
    lines.push(json!({
        "kind": "comparison", "compared": comparison.tests, "lost": comparison.has_lost(),
        "calls_left_out": comparison.left_out[0], "properties_left_out": comparison.left_out[1],
    }));
    lines.iter().map(Value::to_string).collect()
}

struct Section<'c> {
    title: String,
    is_loss: bool,
    list: Vec<&'c Difference>,
}

/// Returns the lists of a report, the most important first.
fn sections(comparison: &Comparison, all: bool) -> Vec<Section<'_>> {
    let matching = |certainty: Certainty, is_loss: Option<bool>| -> Vec<&Difference> {
        let list = comparison.differences.iter();
        list.filter(|difference| {
            difference.certainty == certainty
                && is_loss.is_none_or(|is_loss| is_loss == (difference.impact == Impact::Loss))
        })
        .collect()
    };
    let count = |list: &[&Difference], one: &str, many: &str| match list.len() {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    let mut out = Vec::new();
    let list = matching(Certainty::Sure, Some(true));
    let title = match list.len() {
        0 => "no sure loss".to_owned(),
        _ => count(&list, "sure loss", "sure losses"),
    };
    out.push(Section { title, is_loss: true, list });
    let list = matching(Certainty::Sure, Some(false));
    if !list.is_empty() {
        let title = count(&list, "other sure difference", "other sure differences");
        out.push(Section { title, is_loss: false, list });
    }
    for (certainty, one, many) in [
        (Certainty::Chance, "difference that may be chance", "differences that may be chance"),
        (Certainty::TooFew, "difference of too few calls", "differences of too few calls"),
    ] {
        let list = matching(certainty, None);
        if all && !list.is_empty() {
            let title = count(&list, one, many);
            out.push(Section { title, is_loss: false, list });
        }
    }
    out
}

fn is_listed(difference: &Difference, all: bool) -> bool {
    all || difference.certainty == Certainty::Sure
}

/// Describes what the lists leave out; none if they leave out nothing.
fn unlisted_words(comparison: &Comparison, all: bool) -> Option<String> {
    let number = |certainty: Certainty| {
        let list = comparison.differences.iter();
        list.filter(|difference| difference.certainty == certainty).count() as u64
    };
    let mut parts = Vec::new();
    let (chance, few) = (number(Certainty::Chance), number(Certainty::TooFew));
    if !all && chance > 0 {
        parts.push(format!("{} may be chance", plural(chance, "difference")));
    }
    if !all && few > 0 {
        parts.push(format!("{} of too few calls to say", plural(few, "difference")));
    }
    let mut words = match parts.is_empty() {
        true => String::new(),
        false => format!("{}; --all lists them.", parts.join(", ")),
    };
    let [calls, properties] = comparison.left_out;
    if calls > 0 {
        words.push_str(&format!(
            " There are too many events: {} of the others are not compared.",
            plural(calls, "call")
        ));
    }
    if properties > 0 {
        words.push_str(" Some events have too many properties, of which some are not compared.");
    }
    Some(words.trim_start().to_owned()).filter(|words| !words.is_empty())
}

fn side_words(side: &ComparedSide) -> String {
    let mut words = format!(
        "{}  {} by {}",
        visible(&side.name),
        plural(side.profile.calls(), "call"),
        plural(side.profile.users(), "user")
    );
    if side.profile.repeats() > 0 {
        let repeats = plural(side.profile.repeats(), "repeat");
        words.push_str(&format!("; {repeats} not counted"));
    }
    words
}

/// Describes a difference. `title` returns the name of a vendor.
pub fn difference_words<'v>(difference: &Difference, title: impl Fn(usize) -> &'v str) -> String {
    let Difference { before, after, .. } = difference;
    let shares = format!(
        "{} before ({} of {}), {} after ({} of {})",
        fine_share(before.part, before.whole),
        before.part,
        before.whole,
        fine_share(after.part, after.whole),
        after.part,
        after.whole,
    );
    match &difference.subject {
        Subject::Calls => match (before.part, after.part) {
            (some, 0) => format!("gone: {} before, none after", plural(some, "call")),
            (0, some) => format!("new: none before, {} after", plural(some, "call")),
            _ => format!("share of all calls {shares}"),
        },
        Subject::Id(Id::Account) => format!("account id in {shares}"),
        Subject::Id(Id::User) => format!("user id in {shares}"),
        Subject::Received(vendor) => {
            format!("received by {}: {shares}", title(*vendor))
        }
        Subject::Delivered(vendor) => {
            format!("delivered in full to {}: {shares}", title(*vendor))
        }
        Subject::Property(path) => match (before.part, after.part) {
            (_, 0) => format!("property `{path}` is gone: {shares}"),
            (0, _) => format!("property `{path}` is new: {shares}"),
            _ => format!("property `{path}` in {shares}"),
        },
        Subject::Type(path, kind) => format!("type of `{path}`: {kind} in {shares}"),
        Subject::Value(path, value) => format!("`{path}` is {value} in {shares}"),
    }
}

/// Formats a number before and after, or once if it has not changed.
fn arrow(before: &str, after: &str) -> String {
    if before == after { after.to_owned() } else { format!("{before} → {after}") }
}

/// Returns the heads and the rows of the table of events, with each number before and after.
fn event_table(
    comparison: &Comparison,
    sides: &[ComparedSide; 2],
    (vendors, in_use): UsedVendors<'_>,
) -> (Vec<String>, Vec<Vec<String>>) {
    let mut heads: Vec<String> =
        ["event", "calls", "per 100 users", "account", "user"].map(str::to_owned).to_vec();
    heads.extend(in_use.iter().map(|vendor| vendors.info(*vendor).short.clone()));
    let share = |(part, whole): (u64, u64)| match whole {
        0 => "–".to_owned(),
        _ => fine_share(part, whole),
    };
    let rows = comparison.events.iter().map(|(key, [before, after])| {
        let users = sides.each_ref().map(|side| side.profile.users());
        let mut row = vec![
            visible(&key.title()).into_owned(),
            arrow(&before.calls.to_string(), &after.calls.to_string()),
            arrow(
                &rate_words(per_hundred(before.calls, users[0])),
                &rate_words(per_hundred(after.calls, users[1])),
            ),
        ];
        let ids = [0, 1].map(|id| arrow(&share(before.ids[id]), &share(after.ids[id])));
        row.extend(ids);
        row.extend(in_use.iter().map(|vendor| {
            let of =
                |numbers: &EventNumbers| numbers.received.get(*vendor).copied().unwrap_or_default();
            arrow(&share(of(before)), &share(of(after)))
        }));
        row
    });
    (heads, rows.collect())
}

/// Returns the number of calls per hundred users; none without users.
fn per_hundred(calls: u64, users: u64) -> Option<f64> {
    (users > 0).then(|| (calls as f64 * 1_000.0 / users as f64).round() / 10.0)
}

fn rate_words(rate: Option<f64>) -> String {
    rate.map_or("–".to_owned(), |rate| rate.to_string())
}
