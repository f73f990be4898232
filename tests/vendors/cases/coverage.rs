//! The cases of all vendors together: every code, field and setting has one, and every finding is
//! written for people.

use super::{Played, cases, finding, is_example, vendors};
use segscope::call::CallType;
use segscope::findings::Effect;
use segscope::vendors::ValueOrigin;
use std::collections::BTreeSet;

#[test]
fn every_code_is_shown_and_shown_absent() {
    let vendors = vendors();
    let mut wrong = Vec::new();
    for (index, vendor) in vendors.names().enumerate() {
        let played: Vec<Played> = cases(vendor).iter().map(|case| case.play(vendor)).collect();
        let own = |code: &str| code.starts_with(&vendors.info(index).prefix);
        for (_, entry) in vendors.codes().iter().filter(|(_, e)| e.vendor == Some(index)) {
            // what all vendors have alike is shown at those that are built in
            let common = !own(&entry.code) || entry.code.ends_with("UNSUPPORTED");
            if is_example(vendor) && common {
                continue;
            }
            let shows = |one: &Played| finding(&one.rendered.findings, &entry.code).is_some();
            if !played.iter().any(shows) {
                wrong.push(format!("no case shows {}", entry.code));
            }
            let letter = entry.code.split('-').nth(1).expect("a code has parts");
            let concerns = |one: &&Played| {
                letter.len() > 1 || one.kind.is_some_and(|kind| letter == kind.letter().to_string())
            };
            if entry.effect != Effect::Ignore && played.iter().filter(concerns).all(shows) {
                wrong.push(format!("no case of its type is without {}", entry.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_field_and_setting_is_used() {
    let vendors = vendors();
    let mut wrong = Vec::new();
    for (index, vendor) in vendors.names().enumerate() {
        let cases = cases(vendor);
        let info = vendors.info(index);
        for setting in &info.settings {
            if !cases.iter().any(|case| case.settings().get(&setting.key).is_some()) {
                wrong.push(format!("{vendor}: no case sets {}", setting.key));
            }
        }
        let mut seen: BTreeSet<(Option<CallType>, usize, String, String)> = BTreeSet::new();
        for case in &cases {
            let played = case.play(vendor);
            for (request, output) in played.rendered.requests.iter().enumerate() {
                for (path, origin) in output.body.iter().flat_map(|body| body.from()) {
                    let origin = match origin {
                        ValueOrigin::Input(from) => from.clone(),
                        ValueOrigin::Setting(key) => format!("setting {key}"),
                        ValueOrigin::Default => "default".to_owned(),
                        ValueOrigin::Memory(_) => "memory".to_owned(),
                    };
                    let key = (played.kind, request, path, origin);
                    seen.insert(key);
                }
            }
        }
        let below =
            |path: &str, of: &str| path.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'));
        for (call, field) in info.calls.iter().flat_map(|c| c.fields.iter().map(move |f| (c, f))) {
            // what stands in a whole call is only looked at
            if call.requests[field.request].is_call {
                continue;
            }
            let used = |from: &str| {
                seen.iter().any(|(kind, _, to, origin)| {
                    let same = *to == field.to && (from.is_empty() || origin == from);
                    *kind == Some(call.call) && (same || from.is_empty() && below(to, &field.to))
                })
            };
            let mut ways: Vec<String> = field
                .from
                .iter()
                .map(|f| if f.starts_with('@') { String::new() } else { f.clone() })
                .collect();
            ways.extend(field.setting.as_ref().map(|key| format!("setting {key}")));
            ways.extend(field.value.as_ref().map(|_| "default".to_owned()));
            for way in ways.iter().filter(|way| !used(way)) {
                let name = call.call.name();
                wrong.push(format!("{vendor} {name}: no case fills {} from {way}", field.to));
            }
        }
        for (call, spread) in info.calls.iter().flat_map(|c| c.spreads.iter().map(move |s| (c, s)))
        {
            let used = |from: &str| {
                seen.iter().any(|(kind, request, to, origin)| {
                    *kind == Some(call.call)
                        && *request == spread.request
                        && below(to, &spread.to)
                        && (below(origin, from) || from.starts_with('@'))
                })
            };
            for from in spread.from.iter().filter(|from| !used(from)) {
                let name = call.call.name();
                wrong.push(format!("{vendor} {name}: no case spreads {from} into {}", spread.to));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sentences for people: whole, in one line, and never a file of this project's sources.
#[test]
fn findings_speak_in_sentences() {
    for vendor in vendors().names() {
        for case in cases(vendor) {
            for finding in case.play(vendor).rendered.findings {
                let about = format!("{}: {finding:?}", case.name);
                for sentence in [&finding.message, &finding.why, &finding.fix] {
                    assert!(!sentence.trim().is_empty() && !sentence.contains('\n'), "{about}");
                    assert!(!sentence.contains(".txt") && !sentence.contains("``"), "{about}");
                }
                let common = ["EVT-", "ID-"].iter().any(|head| finding.code.starts_with(head));
                assert!(common || finding.why.contains('“'), "why names the document: {about}");
            }
        }
    }
}
