//! A finding's sentences, made from its code's table entry and the call.

use super::codes::CodeId;
use super::cx::{Cx, Words};
use crate::call::{pointer, text};
use crate::findings::{Finding, Hint, Id, advice, fill, headline, hints, identity};
use crate::findings::{Headline, Reason};
use std::borrow::Cow;

/// How many characters of a captured value a sentence may show.
const SHOWN: usize = 60;

/// The finding of a code at a path.
pub(super) fn finding(cx: &Cx<'_>, code: CodeId, path: String, words: Words) -> Finding {
    let entry = cx.codes.entry(code);
    let (reason, hints) = identity_part(cx, &entry.code, &path);
    let first = hints.as_ref().and_then(|hints| hints.first());
    let word = |name: &str| word(cx, name, &path, reason, &words);
    let mut message = fill(&entry.text.message, word);
    if let Some(hint) = first {
        message = format!("{message}; {}", advice::advice(hint, &path));
    }
    let fix = match entry.text.fix.as_str() {
        "" => advice::fix(first, &path),
        template => fill(template, word),
    };
    Finding {
        code: Cow::Owned(entry.code.to_string()),
        severity: entry.severity,
        effect: entry.effect,
        vendor: Some(cx.vendor.info.name.clone()),
        message,
        why: fill(&entry.text.why, word),
        reason,
        hints,
        inferred: words.inferred.clone(),
        fix,
        path,
    }
}

/// Reason and near misses, for the codes that carry them (A.3).
fn identity_part(cx: &Cx<'_>, code: &str, path: &str) -> (Option<Reason>, Option<Vec<Hint>>) {
    let id = match headline(code) {
        Some(Headline::Strong(id)) => Some(id),
        Some(Headline::Weak(_)) if code.ends_with("-COMPANY-ABSENT") => Some(Id::Account),
        Some(Headline::Weak(_)) if code.ends_with("-SESSION-MISSING") => None,
        _ => return (None, None),
    };
    let reason = identity::reason_at(cx.look.event.pointer(path));
    let hints = id.map(|id| hints(cx.look.event, id, path, cx.vendor.values));
    (Some(reason), hints)
}

fn word(
    cx: &Cx<'_>,
    name: &str,
    path: &str,
    reason: Option<Reason>,
    words: &Words,
) -> Option<String> {
    if let Some((_, said)) = words.said.iter().find(|(said, _)| *said == name) {
        return Some(shown(said));
    }
    Some(match name {
        "dotted" => advice::dotted(path),
        "key" => shown(&pointer::last(path)),
        "place" => advice::place(path),
        // as it stands in JSON, so that the text "5" is not taken for the number 5
        "literal" => match cx.look.event.pointer(path) {
            None => "nothing".to_owned(),
            Some(value) => match value.as_str() {
                Some(text) => format!("\"{}\"", shown(&text)),
                None => shown(value.raw()),
            },
        },
        "value" => match cx.look.event.pointer(path) {
            None => "nothing".to_owned(),
            Some(value) => match value.as_str() {
                Some(text) if identity::is_blank(&text) => shown(value.raw()),
                Some(text) => shown(&text),
                None => shown(value.raw()),
            },
        },
        "reason" => advice::reason_words(reason?).to_owned(),
        "call" => cx.kind.name().to_owned(),
        "title" => cx.vendor.info.title.clone(),
        "document" => cx.vendor.info.document.clone(),
        "supported" => cx.vendor.supported.clone(),
        "integration" => integration(cx)?.clone(),
        _ => {
            let key = name.strip_prefix("setting:")?;
            cx.vendor.settings.shown(key).unwrap_or_else(|| "not set".to_owned())
        }
    })
}

/// The vendor's name in `integrations` that switches it off, else its first.
fn integration<'v>(cx: &Cx<'v>) -> Option<&'v String> {
    let names = &cx.vendor.info.integrations;
    let off = |name: &&String| {
        let path = pointer::push("/integrations", name);
        cx.look.event.pointer(&path).and_then(|on| on.as_bool()) == Some(false)
    };
    names.iter().find(off).or_else(|| names.first())
}

/// Captured text as a sentence may show it: one line, hostile characters escaped, not too long.
fn shown(captured: &str) -> String {
    let mut cut: String = captured.chars().take(SHOWN).collect();
    if cut.len() < captured.len() {
        cut.push('…');
    }
    text::visible(&cut).into_owned()
}
