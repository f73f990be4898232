//! The sentences of findings, made from a code's texts and the call.

use crate::call::pointer;
use crate::call::text::{EXCERPT_CHARS, visible_blank, write_excerpt as show};
use crate::findings::{CodeText, Finding, Hint, HintKind, Reason};
use crate::findings::{advice, ends_as_id, fill_into, identity, in_json_text};
use crate::vendors::code_id::CodeId;
use crate::vendors::codes::CodeEntry;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::engine::near_miss::possible_hints;
use std::borrow::Cow;

/// Values for the placeholders of a finding's sentences that only the rule knows.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub values: Vec<(&'static str, String)>,
    phrases: Vec<(&'static str, &'static str)>,
    pub inferred: Option<Option<String>>,
    /// The fix to show instead of the fix in the code's texts.
    pub advice: Option<String>,
    /// The value of [`Finding::needs_setting`].
    pub needs_setting: bool,
}

impl Words {
    /// Sets the value of a `{placeholder}` of the code's texts; it is shortened when it is shown.
    pub fn say(&mut self, name: &'static str, word: impl ToString) {
        self.values.push((name, word.to_string()));
    }

    /// Sets a fixed phrase for a `{placeholder}`; it is shown at full length.
    pub fn phrase(&mut self, name: &'static str, phrase: &'static str) {
        self.phrases.push((name, phrase));
    }

    /// Returns the phrase of a placeholder.
    pub fn phrase_of(&self, name: &str) -> Option<&'static str> {
        self.phrases.iter().find(|(placeholder, _)| *placeholder == name).map(|(_, phrase)| *phrase)
    }

    /// Returns the value of a placeholder that [`Words::say`] has set.
    pub fn value_of(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(placeholder, _)| *placeholder == name).map(|(_, word)| &**word)
    }
}

/// The templates of a code, each parsed once.
#[derive(Debug, Clone)]
pub(crate) struct Sentences {
    message: Sentence,
    why: Sentence,
    /// The fix; `None` if it is derived from the near misses.
    fix: Option<Sentence>,
    fix_near: Option<Sentence>,
    fix_nested: Option<Sentence>,
    fix_id: Option<Sentence>,
    fix_boolean: Option<Sentence>,
}

impl Sentences {
    pub fn from_text(text: &CodeText) -> Sentences {
        Sentences {
            message: Sentence::parse(&text.message),
            why: Sentence::parse(&text.why),
            fix: (!text.fix.is_empty()).then(|| Sentence::parse(&text.fix)),
            fix_near: text.fix_near.as_deref().map(Sentence::parse),
            fix_nested: text.fix_nested.as_deref().map(Sentence::parse),
            fix_id: text.fix_id.as_deref().map(Sentence::parse),
            fix_boolean: text.fix_boolean.as_deref().map(Sentence::parse),
        }
    }
}

/// A parsed template.
#[derive(Debug, Clone)]
struct Sentence {
    /// Pairs of a plain text and the placeholder after it.
    parts: Vec<(String, String)>,
    end: String,
}

impl Sentence {
    fn parse(template: &str) -> Sentence {
        let (mut parts, mut plain) = (Vec::new(), String::new());
        fill_into(&mut plain, template, |plain, name| {
            parts.push((std::mem::take(plain), name.to_owned()));
        });
        Sentence { parts, end: plain }
    }

    fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|(_, placeholder)| placeholder == name)
    }

    fn write(&self, mut word: impl FnMut(&mut String, &str)) -> String {
        let plain: usize = self.parts.iter().map(|(plain, _)| plain.len()).sum();
        let mut out = String::with_capacity(plain + self.end.len() + 24 * (self.parts.len() + 1));
        for (plain, name) in &self.parts {
            out.push_str(plain);
            word(&mut out, name);
        }
        out.push_str(&self.end);
        out
    }
}

/// Makes the finding of a code at a path.
pub(crate) fn finding(
    evaluation: &Evaluation<'_>,
    code: CodeId,
    path: String,
    words: Words,
) -> Finding {
    let entry = evaluation.codes.entry(code);
    let (reason, hints) = identity_part(evaluation, entry, &path, words.needs_setting);
    let usable = hints.as_ref().filter(|_| !words.needs_setting);
    let first = usable.and_then(|hints| advice::worth(hints, evaluation.view.event));
    // JSON text counts if it is at the expected place, or if there is no better near miss
    let in_text = usable.and_then(|_| json_text(evaluation, entry, &path)).filter(|(place, _)| {
        path.starts_with(place) || first.is_none_or(|hint| hint.kind == HintKind::Anonymous)
    });
    let target = entry.text.fix_at.as_deref().unwrap_or(&path);
    let advice = match (&in_text, first) {
        (Some((place, name)), _) => Some(advice::json_text_advice(place, name)),
        (None, first) => first.map(|hint| advice::advice(hint, target)),
    };
    let advice = advice.map(|advice| format!("; {advice}"));
    let text = |sentence: &Sentence| {
        sentence.write(|out, name| match name {
            // a message that continues after the advice has a placeholder for it
            "advice" => out.push_str(advice.as_deref().unwrap_or_default()),
            name => word(out, evaluation, name, &path, reason, &words),
        })
    };
    let Sentences { message, why, fix, fix_near, fix_nested, fix_id, fix_boolean } =
        &*entry.sentences;
    let at_end = advice.as_deref().filter(|_| !message.has("advice"));
    let mut message = text(message);
    message.extend(at_end);
    let value = || evaluation.view.event.pointer(&path);
    let nested = || value().is_some_and(|value| value.is_object() || value.is_array());
    let boolean = || value().is_some_and(|value| value.as_bool().is_some());
    let fix_near = fix_near.as_ref().filter(|_| words.value_of("near").is_some());
    let fix_nested = fix_nested.as_ref().filter(|_| nested());
    let fix_id = fix_id.as_ref().filter(|_| ends_as_id(&pointer::last(&path)));
    let fix_boolean = fix_boolean.as_ref().filter(|_| boolean());
    let fix = match (
        &words.advice,
        fix_near.or(fix_nested).or(fix_id).or(fix_boolean).or(fix.as_ref()),
    ) {
        (Some(advice), _) => advice.clone(),
        (None, Some(fix)) => text(fix),
        (None, None) => match &in_text {
            Some((place, _)) => advice::json_text_fix(place),
            None => {
                let way = advice::IdRoute::from_hint(first, target);
                advice::fix(way, target, advice::instead(reason))
            }
        },
    };
    Finding {
        code: Cow::Owned(String::from(&*entry.code)),
        severity: entry.severity,
        effect: entry.effect,
        vendor: Some(evaluation.vendor.info.name.clone()),
        message,
        why: text(why),
        reason,
        hints,
        inferred: words.inferred,
        history: None,
        advice,
        fix,
        headline: entry.headline,
        mistyped: entry.mistyped,
        needs_setting: words.needs_setting,
        path,
        source: Cow::Owned(entry.text.source.clone()),
    }
}

/// Returns the reason and the near misses, for codes that have them (`docs/specs/vendors.md` A.3). A
/// finding that only a setting removes has none.
fn identity_part(
    evaluation: &Evaluation<'_>,
    entry: &CodeEntry,
    path: &str,
    needs_setting: bool,
) -> (Option<Reason>, Option<Vec<Hint>>) {
    if !entry.reason {
        return (None, None);
    }
    let reason = identity::reason_at(evaluation.view.event.pointer(path));
    let hints = entry
        .near_misses
        .filter(|_| !needs_setting)
        .map(|id| possible_hints(evaluation.vendor, evaluation.view.event, id, path));
    (Some(reason), hints)
}

/// Returns the container that is JSON text and contains the id of a code, and the id's name in it.
fn json_text(
    evaluation: &Evaluation<'_>,
    entry: &CodeEntry,
    path: &str,
) -> Option<(&'static str, String)> {
    in_json_text(evaluation.view.event, entry.near_misses?, path, evaluation.vendor.values)
}

/// Appends the value of a placeholder, or nothing for an unknown placeholder.
fn word(
    out: &mut String,
    evaluation: &Evaluation<'_>,
    name: &str,
    path: &str,
    reason: Option<Reason>,
    words: &Words,
) {
    if let Some(value) = words.value_of(name) {
        return show(out, value);
    }
    if let Some(phrase) = words.phrase_of(name) {
        return out.push_str(phrase);
    }
    let value = || evaluation.view.event.pointer(path);
    match name {
        "dotted" => advice::write_dotted(out, path),
        "key" => show(out, &pointer::last(path)),
        "place" => out.push_str(&advice::place(path)),
        // a string is quoted as in JSON, so that "5" is not taken for the number 5
        "literal" => match value().map(|value| (value, value.as_str())) {
            None => out.push_str("nothing"),
            Some((_, Some(text))) => {
                out.push('"');
                show(out, &text);
                out.push('"');
            }
            Some((value, None)) => show(out, value.raw()),
        },
        "value" => match value().map(|value| (value, value.as_str())) {
            None => out.push_str("nothing"),
            Some((_, Some(text))) if !identity::is_blank(&text) => show(out, &text),
            Some((value, _)) => show(out, value.raw()),
        },
        "reason" => out.push_str(reason.map_or("", advice::reason_words)),
        "instead" => out.push_str(advice::instead(reason)),
        // the id with every blank escaped
        "blanks" => {
            if let Some(id) = value().and_then(|value| value.as_str()) {
                out.extend(id.chars().take(EXCERPT_CHARS).map(visible_blank));
            }
        }
        "call" => out.push_str(evaluation.kind.name()),
        "title" => out.push_str(&evaluation.vendor.info.title),
        "document" => out.push_str(&evaluation.vendor.info.document),
        "supported" => out.push_str(&evaluation.vendor.supported),
        "integration" => out.push_str(integration(evaluation).map_or("", String::as_str)),
        _ => {
            let settings = &evaluation.vendor.settings;
            if let Some(key) = name.strip_prefix("setting:") {
                out.push_str(&settings.shown(key).unwrap_or_else(|| "not set".to_owned()));
            } else if let Some(key) = name.strip_prefix("listed:") {
                out.push_str(&format!("`{key}` "));
                if let Some(from) = words.value_of("filled_from") {
                    out.push_str(&format!("lists it, but the field is filled from `{from}`"));
                } else if let Some(object) = words.value_of("member_of") {
                    out.push_str(&format!("lists no members of `{object}`"));
                } else if settings.value(key).is_some() {
                    out.push_str("does not list it");
                } else {
                    out.push_str("is not set, so segscope cannot tell whether it is used");
                }
            }
        }
    }
}

/// Returns the name of the vendor by which `integrations` switches it off, or else its first name.
pub(crate) fn integration<'v>(evaluation: &Evaluation<'v>) -> Option<&'v String> {
    let names = &evaluation.vendor.info.integrations;
    let off = |name: &&String| {
        let path = pointer::push("/integrations", name);
        evaluation.view.event.pointer(&path).and_then(|on| on.as_bool()) == Some(false)
    };
    names.iter().find(off).or_else(|| names.first())
}
