//! Tables of the calls, fields and settings that vendors accept, which spare a search in their documents.

use crate::call::CallType;
use crate::call::text::visible;
use crate::findings::{Headline, Severity, fill};
use crate::vendors::{
    CallInfo, CodeEntry, CodeFieldInfo, FieldInfo, IdNeed, LooksFor, SpreadInfo, VendorInfo,
    Vendors,
};
use std::borrow::Cow;
use std::fmt::Write;

/// Returns a table with one line per vendor.
pub fn vendor_list(vendors: &Vendors) -> String {
    let rows = (0..vendors.len()).map(|at| {
        let info = vendors.info(at);
        let calls: Vec<&str> = info.calls.iter().map(|call| call.call.name()).collect();
        vec![info.name.clone(), info.title.clone(), calls.join(", "), info.document.clone()]
    });
    table(&["name", "vendor", "acts on", "document"], rows.collect())
}

/// Returns the tables of one vendor: identity, requests, findings and settings.
pub fn vendor_tables(vendors: &Vendors, at: usize) -> String {
    let info = vendors.info(at);
    let mut out = String::new();
    line(&mut out, &format!("{} ({})", info.title, info.name));
    line(&mut out, &info.document);
    let notes = info.note.iter().chain(info.pushes.iter().map(|pushes| &pushes.when));
    notes.for_each(|note| line(&mut out, note));
    if let Some((request, source)) = &info.transport {
        line(&mut out, &format!("Each call itself goes to {request} ({source})"));
    }
    section(
        &mut out,
        "Where the ids are looked for",
        &["call", "id", "looked for in", "need", "findings", "source"],
        identity(info),
    );
    info.calls.iter().for_each(|call| requests(&mut out, call));
    section(
        &mut out,
        "Findings",
        &["code", "severity", "the call is", "id", "source", "when"],
        findings(vendors, at),
    );
    let settings = info.settings.iter().map(|setting| {
        let default =
            setting.default.as_ref().map_or_else(|| "not set".to_owned(), ToString::to_string);
        vec![format!("vendors.{}.{}", info.name, setting.key), default, setting.doc.clone()]
    });
    section(&mut out, "Settings", &["key", "default", "meaning"], settings.collect());
    for setting in &info.settings {
        if let Some(preset) = &setting.preset {
            line(&mut out, &format!("{} as the document recommends it: {preset}", setting.key));
        }
    }
    out
}

/// Describes what the spreads of a vendor leave out, one line each.
pub fn vendor_losses(info: &VendorInfo) -> Vec<String> {
    let spreads = info.calls.iter().flat_map(|call| {
        let all = call.spreads.iter().filter(|spread| spread.listed.is_none());
        all.map(move |spread| (call.call.name(), spread))
    });
    let losses = spreads.flat_map(|(call, spread)| {
        let lost = match (spread.scalar, spread.truthy) {
            (false, false) => "null",
            (true, false) => "null, objects and lists",
            (false, true) => "null, 0, false and empty strings",
            (true, true) => "null, objects, lists, 0, false and empty strings",
        };
        let note = match (spread.scalar || spread.truthy, spread.lost_is_told) {
            (false, _) => "",
            (true, true) => ", each but null with a finding",
            (true, false) => " without a finding (`lost` gives one)",
        };
        let (from, to) = (spread.from.join(", "), body(&spread.to));
        let left_out = format!("{call}: {from} into {to} leaves out {lost}{note}");
        let renamed = spread.rename.iter().map(move |(old, new)| {
            format!("{call}: of `{old}` and `{new}` in {from}, only the later one goes into {to}")
        });
        std::iter::once(left_out).chain(renamed)
    });
    losses.collect()
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{}", visible(text)).expect("writing to a String cannot fail");
}

fn identity(info: &VendorInfo) -> Vec<Vec<String>> {
    let rows = |call: CallType| {
        let Some(info) = info.call(call) else {
            return vec![vec![call.name().to_owned(), "–".to_owned(), "ignored".to_owned()]];
        };
        let ids = [("account", &info.account), ("user", &info.user), ("session", &info.session)];
        let ids = ids.into_iter().filter(|(id, looks)| *id != "session" || looks.is_some());
        let row = |(id, looks): (&str, &Option<LooksFor>)| {
            let mut row = vec![call.name().to_owned(), id.to_owned()];
            match looks {
                None => row.extend(["not looked for".to_owned(), "–".to_owned()]),
                Some(looks) => row.extend([
                    looks.stated.join(", "),
                    need(looks.need).to_owned(),
                    match looks.codes.join(", ") {
                        codes if codes.is_empty() => "–".to_owned(),
                        codes => codes,
                    },
                    match looks.decided_by_code {
                        true => format!("{}; decided by the vendor's code", looks.source),
                        false => looks.source.clone(),
                    },
                ]),
            }
            row
        };
        ids.map(row).collect()
    };
    CallType::ALL.into_iter().flat_map(rows).collect()
}

/// Appends the requests that a call becomes.
fn requests(out: &mut String, call: &CallInfo) {
    out.push('\n');
    line(out, &format!("{} → {} ({})", call.call.name(), call.becomes, call.source));
    if let Some(when) = &call.when {
        line(out, &format!("When: {when}"));
    }
    for (name, places) in &call.choose {
        line(out, &format!("@{name} is the first of {} that is present", places.join(", ")));
    }
    for (name, words) in &call.code_names {
        line(out, &format!("@{name} is {words}"));
    }
    if call.fields.iter().any(|field| field.from.iter().any(|from| from == "@time")) {
        line(out, "@time is the first of /timestamp, /originalTimestamp that is a time");
    }
    for (number, request) in call.requests.iter().enumerate() {
        let place = match call.requests.len() {
            1 => "request".to_owned(),
            all => format!("request {} of {all}", number + 1),
        };
        let only = request.only_with.as_ref().map(|with| format!(", only with {with}"));
        line(out, &format!("{place}: {}{}", request.line, only.unwrap_or_default()));
        let mut rows = Vec::new();
        if request.is_call {
            let all = ["the whole call", "the body", "any", "", call.source.as_str()];
            rows.push(all.map(str::to_owned).to_vec());
        }
        rows.extend(call.fields.iter().filter(|field| field.request == number).map(field));
        rows.extend(call.spreads.iter().filter(|spread| spread.request == number).map(spread));
        if request.repeats_entry {
            rows.iter_mut().for_each(|row| row[1] = row[1].replacen("/0/", "/‹entry›/", 1));
        }
        rows.extend(request.code_fields.iter().map(code_field));
        out.push_str(&table(&["from", "to", "takes", "else", "source"], rows));
    }
    if !call.reads.is_empty() {
        line(out, &format!("Read by the vendor's code: {}", call.reads.join(", ")));
    }
}

fn field(field: &FieldInfo) -> Vec<String> {
    let from = if field.from.is_empty() { "always".to_owned() } else { field.from.join(", ") };
    let mut takes = word(&field.take);
    if let Some(max) = field.max {
        write!(takes, ", at most {max} characters").expect("writing to a String cannot fail");
    }
    if let Some(with) = &field.only_with {
        write!(takes, ", only with {with}").expect("writing to a String cannot fail");
    }
    let otherwise = match (&field.setting, &field.value) {
        (Some(setting), Some(value)) => format!("setting {setting}, {value}"),
        (Some(setting), None) => format!("setting {setting}"),
        (None, Some(value)) => value.clone(),
        (None, None) => String::new(),
    };
    vec![from, field.to.clone(), takes, otherwise, field.source.clone()]
}

fn code_field(field: &CodeFieldInfo) -> Vec<String> {
    let otherwise = field.otherwise.clone().unwrap_or_default();
    let from = field.from.join(", ");
    vec![from, field.to.clone(), field.takes.clone(), otherwise, field.source.clone()]
}

fn spread(spread: &SpreadInfo) -> Vec<String> {
    let members = match &spread.listed {
        None => "each member of",
        Some(_) => "those members of",
    };
    let from = format!("{members} {}", spread.from.join(", "));
    let mut takes = vec![if spread.scalar { "scalar" } else { "any" }.to_owned()];
    if spread.truthy {
        takes.push("truthy".to_owned());
    }
    takes.extend(spread.listed.iter().map(|setting| format!("listed in the setting {setting}")));
    takes.extend(spread.rename.iter().map(|(from, to)| format!("{from} as {to}")));
    if !spread.without.is_empty() {
        takes.push(format!("without {}", spread.without.join(", ")));
    }
    let otherwise = if spread.always { "{}" } else { "" };
    let to = format!("{}/‹member›", spread.to);
    vec![from, to, takes.join(", "), otherwise.to_owned(), spread.source.clone()]
}

/// Names a place in a body.
fn body(pointer: &str) -> &str {
    if pointer.is_empty() { "the body" } else { pointer }
}

fn findings(vendors: &Vendors, at: usize) -> Vec<Vec<String>> {
    let codes = vendors.codes().iter().filter(|(_, code)| code.vendor == Some(at));
    // a missing session id is a headline about the user, but another id
    let sessions = vendors.info(at).calls.iter().filter_map(|call| call.session.as_ref());
    let sessions: Vec<&String> = sessions.flat_map(|looks| looks.codes.first()).collect();
    let row = |code: &CodeEntry| {
        let id = match (code.headline, code.mistyped) {
            _ if sessions.iter().any(|session| **session == *code.code) => "session missing".into(),
            (Some(Headline::Strong(id)), _) => format!("{} missing", id.name()),
            (Some(Headline::Weak(id)), _) => format!("{} absent", id.name()),
            (None, Some(id)) => format!("{} type", id.name()),
            (None, None) => "–".to_owned(),
        };
        vec![
            code.code.to_string(),
            code.severity.name().to_owned(),
            effect(code.effect),
            id,
            code.text.source.clone(),
            general(&code.text.message),
        ]
    };
    let mut rows: Vec<(Severity, Vec<String>)> =
        codes.map(|(_, code)| (code.severity, row(code))).collect();
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Makes a message about one call general: the placeholders of its values become words.
fn general(message: &str) -> String {
    let plain = message.replace("`{", "{").replace("}`", "}");
    fill(&plain, |word| {
        let words = match word {
            "literal" => "‹value›",
            "key" | "dotted" => "‹field›",
            "place" => "where it is expected",
            "reason" => "is absent, null, empty or of a wrong type",
            "call" => "such",
            "title" | "document" => "the vendor",
            "advice" => "",
            "unseen" => " and no earlier call created this enduser",
            "unless" => ", unless the vendor already has the user",
            other => match other.strip_prefix("listed:") {
                Some(setting) => return Some(format!("{setting} does not list it")),
                None => return Some(format!("‹{}›", other.trim_start_matches("setting:"))),
            },
        };
        Some(words.to_owned())
    })
}

fn need(need: IdNeed) -> &'static str {
    match need {
        IdNeed::Required => "required",
        IdNeed::Recommended => "recommended",
        IdNeed::Info => "good to have",
    }
}

/// Returns the word that a vendor file uses for a value.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn effect(effect: crate::findings::Effect) -> String {
    crate::findings::Verdict::from_effect(effect).name().to_owned()
}

fn section(out: &mut String, title: &str, heads: &[&str], rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        write!(out, "\n{title}\n{}", table(heads, rows)).expect("writing to a String cannot fail");
    }
}

/// Formats a table whose columns are as wide as their widest cell, except for the last one.
fn table(heads: &[&str], mut rows: Vec<Vec<String>>) -> String {
    use unicode_width::UnicodeWidthStr;
    for cell in rows.iter_mut().flatten() {
        if let Cow::Owned(shown) = visible(cell) {
            *cell = shown;
        }
    }
    let mut widths: Vec<usize> = heads.iter().map(|head| head.width()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut out = String::new();
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    for row in std::iter::once(heads).chain(rows) {
        let mut line = String::from("  ");
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
