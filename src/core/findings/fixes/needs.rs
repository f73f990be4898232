//! The needs of the vendors in use from a call, with one entry for vendors that need the same.

use super::edits::{Edit, ValueShape, ValueSource, kind_of, names_nobody_at};
use crate::call::{Event, text};
use crate::findings::{Finding, Headline, Severity, advice};

/// A need of one or more vendors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorNeed {
    /// The vendors, in their order.
    pub vendors: Vec<usize>,
    /// The severity if the need is not met.
    pub severity: Severity,
    /// The values that have to be in the call, and their sources.
    pub changes: Vec<String>,
    /// True if an id counts as missing without it.
    pub missing: bool,
    /// A fix in a sentence, for a need that no change of the call's values meets.
    pub advice: Option<String>,
}

/// The need for one change, before those of the same vendors are combined.
struct SingleNeed {
    at: String,
    vendors: Vec<usize>,
    severity: Severity,
    missing: bool,
    words: Result<String, String>,
}

/// Returns true if a finding becomes a need of its vendor: if it is an error, or about a wrong id.
pub fn is_need(finding: &Finding) -> bool {
    finding.severity == Severity::Error || kind_of(finding).is_some()
}

/// Returns the needs that the findings of the vendors in use lead to, the worst first. `known` is
/// an account that is known from an earlier call, and the number of that call.
pub fn needs<'f>(
    event: &Event<'_>,
    findings: impl Iterator<Item = (usize, &'f Finding)>,
    edits: &[Edit],
    known: Option<(&str, u64)>,
) -> Vec<VendorNeed> {
    let mut all: Vec<SingleNeed> = Vec::new();
    for (vendor, finding) in findings {
        if !is_need(finding) {
            continue;
        }
        let is_id = kind_of(finding).is_some();
        let missing = matches!(finding.headline, Some(Headline::Strong(_)));
        let edit = edits.iter().find(|edit| is_id && edit.answers(finding));
        let at = edit.map_or(&finding.path, |edit| &edit.to).clone();
        match all.iter_mut().find(|wanted| wanted.at == at && wanted.words.is_ok() == is_id) {
            Some(wanted) => {
                wanted.severity = wanted.severity.min(finding.severity);
                wanted.missing |= missing;
                if !wanted.vendors.contains(&vendor) {
                    wanted.vendors.push(vendor);
                }
            }
            None => {
                let words = match edit {
                    Some(edit) => Ok(change(event, finding, edit, known)),
                    None => Err(finding.fix.clone()),
                };
                let (vendors, severity) = (vec![vendor], finding.severity);
                all.push(SingleNeed { at, vendors, severity, missing, words });
            }
        }
    }
    let mut needs: Vec<VendorNeed> = Vec::new();
    for SingleNeed { vendors, severity, missing, words, .. } in all {
        let same = |need: &&mut VendorNeed| need.vendors == vendors && need.advice.is_none();
        match (words, needs.iter_mut().find(same)) {
            (Ok(change), Some(need)) => {
                need.changes.push(change);
                need.severity = need.severity.min(severity);
                need.missing |= missing;
            }
            (Ok(change), None) => {
                let changes = vec![change];
                needs.push(VendorNeed { vendors, severity, missing, changes, advice: None });
            }
            (Err(fix), _) => {
                let (changes, advice) = (Vec::new(), Some(fix));
                needs.push(VendorNeed { vendors, severity, missing, changes, advice });
            }
        }
    }
    needs.sort_by_key(|need| (need.severity, !need.missing));
    needs
}

/// Describes the place for a value and its source: `properties.user_id (copy userId)`.
fn change(event: &Event<'_>, finding: &Finding, edit: &Edit, known: Option<(&str, u64)>) -> String {
    let to = advice::dotted(&edit.to);
    let container = |path: &str| path.rsplit_once('/').map_or(0, |(container, _)| container.len());
    let stands = |path: &str| match event.pointer(path) {
        Some(value) => match value.as_str() {
            Some(text) if text.trim().is_empty() => Some("it is empty".to_owned()),
            Some(text) => Some(format!("not \"{}\"", text::visible(&text))),
            None if value.is_null() => Some("it is null".to_owned()),
            None => Some("it is not an id".to_owned()),
        },
        None => None,
    };
    match &edit.source {
        ValueSource::Copy(from) | ValueSource::Rename(from) => {
            let at = container(from);
            let beside = at == container(&edit.to) && from[..at] == edit.to[..at];
            match beside {
                true => format!("{to} (you sent {})", advice::dotted(&from[at..])),
                false => format!("{to} (copy {})", advice::dotted(from)),
            }
        }
        ValueSource::As(ValueShape::Text) => match event.pointer(&edit.to) {
            Some(value) => format!("{to} as a string (it is {})", text::visible(value.raw())),
            None => format!("{to} as a string"),
        },
        ValueSource::As(ValueShape::Object) => format!("{to} as an object (it is JSON text)"),
        ValueSource::As(_) => to,
        ValueSource::Add(id) => match known.filter(|(known, _)| known == id) {
            Some((known, seq)) => {
                format!("{to} ({}, the group since call {seq})", text::visible(known))
            }
            None if names_nobody_at(finding) || finding.reason.is_some() => {
                stands(&finding.path).map_or_else(|| to.clone(), |it| format!("{to} ({it})"))
            }
            None => to,
        },
    }
}
