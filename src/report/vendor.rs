//! What vendors take, as tables for people: what one would otherwise look for in their documents.

use crate::call::CallType;
use crate::findings::{Severity, fill};
use crate::vendors::{FieldInfo, LooksFor, Need, VendorInfo, Vendors};
use std::fmt::Write;

/// One line a vendor.
pub fn vendor_list(vendors: &Vendors) -> String {
    let rows = (0..vendors.len()).map(|at| {
        let info = vendors.info(at);
        let calls: Vec<&str> = info.calls.iter().map(|call| call.call.name()).collect();
        vec![info.name.clone(), info.title.clone(), calls.join(", "), info.document.clone()]
    });
    table(&["name", "vendor", "acts on", "document"], rows.collect())
}

/// Identity, fields, findings and settings of one vendor.
pub fn vendor_tables(vendors: &Vendors, at: usize) -> String {
    let info = vendors.info(at);
    let mut out = format!("{} ({})\n{}\n", info.title, info.name, info.document);
    if let Some(note) = &info.note {
        writeln!(out, "{note}").expect("writing to a String cannot fail");
    }
    if let Some(pushes) = &info.pushes {
        writeln!(out, "{}", pushes.when).expect("writing to a String cannot fail");
    }
    section(
        &mut out,
        "Where the ids are looked for",
        &["call", "account", "need", "user", "need"],
        identity(info),
    );
    for call in &info.calls {
        let title = format!("{} → {}", call.call.name(), call.becomes);
        let rows = call.fields.iter().map(field).collect();
        section(&mut out, &title, &["from", "to", "takes", "else", "source"], rows);
        if let Some(when) = &call.when {
            writeln!(out, "When: {when}").expect("writing to a String cannot fail");
        }
    }
    let codes = vendors.codes().iter().filter(|(_, code)| code.vendor == Some(at));
    let mut rows: Vec<(Severity, Vec<String>)> = codes
        .map(|(_, code)| {
            (
                code.severity,
                vec![
                    code.code.to_string(),
                    code.severity.name().to_owned(),
                    effect(code.effect),
                    code.text.source.clone(),
                    general(&code.text.message),
                ],
            )
        })
        .collect();
    rows.sort();
    section(
        &mut out,
        "Findings",
        &["code", "severity", "the call is", "source", "when"],
        rows.into_iter().map(|(_, row)| row).collect(),
    );
    let settings = info.settings.iter().map(|setting| {
        let default =
            setting.default.as_ref().map_or_else(|| "not set".to_owned(), ToString::to_string);
        vec![format!("vendors.{}.{}", info.name, setting.key), default, setting.doc.clone()]
    });
    section(&mut out, "Settings", &["key", "default", "meaning"], settings.collect());
    for setting in &info.settings {
        if let Some(preset) = &setting.preset {
            writeln!(out, "{} as the document has it: {preset}", setting.key)
                .expect("writing to a String cannot fail");
        }
    }
    out
}

fn identity(info: &VendorInfo) -> Vec<Vec<String>> {
    let place = |looks: Option<&LooksFor>| match looks {
        Some(looks) => (looks.from.join(", "), need(looks.need).to_owned()),
        None => ("not looked for".to_owned(), "–".to_owned()),
    };
    let row = |call: CallType| {
        let Some(call) = info.call(call) else {
            return vec![call.name().to_owned(), "ignored".to_owned()];
        };
        let (account, account_need) = place(call.account.as_ref());
        let (user, user_need) = place(call.user.as_ref());
        vec![call.call.name().to_owned(), account, account_need, user, user_need]
    };
    CallType::ALL.into_iter().map(row).collect()
}

fn field(field: &FieldInfo) -> Vec<String> {
    let from = if field.from.is_empty() { "always".to_owned() } else { field.from.join(", ") };
    let mut takes = word(&field.take);
    if let Some(max) = field.max {
        write!(takes, ", at most {max} characters").expect("writing to a String cannot fail");
    }
    let otherwise = match (&field.setting, &field.value) {
        (Some(setting), Some(value)) => format!("setting {setting}, {value}"),
        (Some(setting), None) => format!("setting {setting}"),
        (None, Some(value)) => value.clone(),
        (None, None) => String::new(),
    };
    vec![from, field.to.clone(), takes, otherwise, field.source.clone()]
}

/// A sentence about one call as one about any: what stands for its values becomes words.
fn general(message: &str) -> String {
    let plain = message.replace("`{", "{").replace("}`", "}");
    fill(&plain, |word| {
        let said = match word {
            "literal" => "‹value›",
            "key" | "dotted" => "‹field›",
            "place" => "where it is expected",
            "reason" => "absent, null, empty or of a wrong type",
            "call" => "such",
            "title" | "document" => "the vendor",
            "advice" | "unseen" | "unless" => "",
            other => match other.strip_prefix("listed:") {
                Some(setting) => return Some(format!("{setting} does not list it")),
                None => return Some(format!("‹{}›", other.trim_start_matches("setting:"))),
            },
        };
        Some(said.to_owned())
    })
}

fn need(need: Need) -> &'static str {
    match need {
        Need::Required => "required",
        Need::Recommended => "recommended",
        Need::Info => "good to have",
    }
}

/// The word that a vendor file has for it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn effect(effect: crate::findings::Effect) -> String {
    crate::findings::Verdict::of(effect).name().to_owned()
}

fn section(out: &mut String, title: &str, heads: &[&str], rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        write!(out, "\n{title}\n{}", table(heads, rows)).expect("writing to a String cannot fail");
    }
}

/// Columns as wide as their widest cell, the last one free.
fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    use unicode_width::UnicodeWidthStr;
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
