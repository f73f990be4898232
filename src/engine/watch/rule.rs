//! A watch rule: a bound on a share or a rate of calls, as the user writes it.

use crate::call::time::Millis;
use crate::fql::{self, Field, Filter, duration_ms};
use std::sync::Arc;

/// The minimum number of calls of a share, unless the rule sets another. A share of fewer calls
/// says nothing.
const DEFAULT_LEAST: u64 = 30;
/// The shortest and the longest span of a rule.
const MIN_SPAN_MS: Millis = 10_000;
const MAX_SPAN_MS: Millis = 86_400_000;
/// The types of calls, which may be written in place of a filter.
const TYPES: [&str; 6] = ["track", "identify", "group", "page", "screen", "alias"];

/// The condition under which a rule alerts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WatchBound {
    /// The share of calls is above this percentage.
    ShareAbove(f64),
    /// The share of calls is below this percentage.
    ShareBelow(f64),
    /// Fewer calls than this arrive in the span of the rule.
    RateBelow(f64),
    /// No call arrives any more.
    Gone,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct WatchRule {
    /// The rule as the user wrote it.
    pub text: String,
    /// The calls that it is about.
    pub(crate) what: Arc<Filter>,
    /// The calls of which these are a share; all calls if the rule names none.
    pub(crate) of: Arc<Filter>,
    pub(crate) bound: WatchBound,
    pub(crate) span_ms: Millis,
    pub(crate) least: u64,
    /// The field by whose values calls are watched separately.
    pub(crate) by: Option<Arc<Field>>,
}

/// The forms of a rule, for error messages.
const FORMS: &str = "`FILTER above 2% of FILTER over 5m`, `FILTER below 90% of FILTER over 5m`, \
                     `FILTER below 10 per minute over 5m`, or `FILTER gone for 10m`, each with \
                     `, least 50 calls` and `, by FIELD` if wanted";

impl WatchRule {
    /// Parses a rule.
    ///
    /// # Errors
    /// The error says what was expected, and where.
    pub fn parse(text: &str) -> Result<WatchRule, String> {
        let text = text.trim();
        let words = words(text);
        let bound_at =
            words.iter().skip(1).find(|word| matches!(word.text, "above" | "below" | "gone"));
        let Some(bound_at) = bound_at else {
            return Err(format!("a watch rule needs a bound: {FORMS}"));
        };
        let what = filter(&text[..bound_at.start])?;
        let mut parts = split(&text[bound_at.start..], ',').into_iter().map(str::trim);
        let (bound, of, span_ms) = bound(parts.next().unwrap_or_default())?;
        let (mut least, mut by) = (DEFAULT_LEAST, None);
        for part in parts {
            if let Some(field) = part.strip_prefix("by ") {
                let field = Field::parse(field).map_err(|error| {
                    format!("`{part}`: expected {}, found {}", error.expected, error.found)
                })?;
                by = Some(Arc::new(field));
            } else if let Some(number) = part.strip_prefix("least ") {
                let number = number.trim_end_matches("calls").trim_end_matches("call").trim();
                least = number.parse().ok().filter(|least| *least > 0).ok_or_else(|| {
                    format!("`{part}`: expected a number of calls, such as `least 50 calls`")
                })?;
            } else {
                return Err(format!("`{part}`: expected `least N calls` or `by FIELD`"));
            }
        }
        let (what, of) = (Arc::new(what), Arc::new(of));
        Ok(WatchRule { text: text.to_owned(), what, of, bound, span_ms, least, by })
    }
}

impl WatchRule {
    /// Returns the filters of the rule: that of the calls that it is about, and that of the calls of
    /// which these are a share.
    pub fn filters(&self) -> [&Filter; 2] {
        [&self.what, &self.of]
    }
}

/// A word outside quotes and brackets, and its position.
struct Word<'t> {
    text: &'t str,
    start: usize,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let parts = split(text, ' ').into_iter().filter(|part| !part.is_empty());
    parts
        .map(|part| Word { text: part, start: part.as_ptr() as usize - text.as_ptr() as usize })
        .collect()
}

/// Splits at a character outside quotes and brackets.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut depth, mut quote, mut escaped, mut start) = (0_i32, None, false, 0);
    let mut parts = Vec::new();
    for (place, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, c) if c == at && depth <= 0 => {
                parts.push(&text[start..place]);
                start = place + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Parses a filter, or the bare name of a call type.
fn filter(text: &str) -> Result<Filter, String> {
    let text = text.trim();
    let text = match TYPES.contains(&text) {
        true => format!("type = \"{text}\""),
        false => text.to_owned(),
    };
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word && let Some(near) = fql::nearest(&text, TYPES) {
        return Err(format!(
            "`{text}` is not a type of calls; did you mean `{near}`? For calls that contain this text, write `\"{text}\"`"
        ));
    }
    let filter = fql::parse(&text).map_err(|error| {
        format!(
            "`{text}`: column {}: expected {}, found {}",
            error.column, error.expected, error.found
        )
    })?;
    match filter.is_all() {
        true => Err("expected a filter before the bound, such as `missing(account_id)`".to_owned()),
        false => Ok(filter),
    }
}

/// Parses `above 2% of track over 5m`: the bound, the filter of which it is a share, and the span.
fn bound(text: &str) -> Result<(WatchBound, Filter, Millis), String> {
    let words = words(text);
    let word = |at: usize| words.get(at).map_or("", |word| word.text);
    if word(0) == "gone" {
        if word(1) != "for" && word(1) != "over" {
            return Err(format!("`{text}`: expected `gone for 10m`"));
        }
        end(text, &words, 3)?;
        return Ok((WatchBound::Gone, Filter::default(), span(word(2))?));
    }
    let last = words.iter().rposition(|word| word.text == "over");
    let Some(last) = last.filter(|at| *at >= 2) else {
        return Err(format!("`{text}`: expected `over` and a span, such as `over 5m`"));
    };
    let span_ms = span(word(last + 1))?;
    end(text, &words, last + 2)?;
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    match word(1).strip_suffix('%') {
        Some(percent) => {
            let percent = number(percent).filter(|percent| (0.0..=100.0).contains(percent));
            let percent = percent.ok_or_else(|| format!("`{}`: expected 0% to 100%", word(1)))?;
            let of = match word(2) {
                "of" if last > 3 => filter(&text[words[3].start..words[last].start])?,
                "over" => Filter::default(),
                _ => {
                    return Err(format!(
                        "`{text}`: expected `of FILTER` or `over` after the share"
                    ));
                }
            };
            let never = match (word(0), percent) {
                ("above", 100.0) => Some("above 100%"),
                ("below", 0.0) => Some("below 0%"),
                _ => None,
            };
            if let Some(never) = never {
                return Err(format!("`{text}`: a share is never {never}"));
            }
            let bound = match word(0) {
                "above" => WatchBound::ShareAbove(percent),
                _ => WatchBound::ShareBelow(percent),
            };
            Ok((bound, of, span_ms))
        }
        None => {
            let unit_ms = match word(3) {
                "second" => 1_000.0,
                "minute" => 60_000.0,
                "hour" => 3_600_000.0,
                _ => 0.0,
            };
            let calls = number(word(1)).filter(|calls| *calls > 0.0);
            match calls
                .filter(|_| word(0) == "below" && word(2) == "per" && unit_ms > 0.0 && last == 4)
            {
                Some(calls) => {
                    let in_span = calls * span_ms as f64 / unit_ms;
                    Ok((WatchBound::RateBelow(in_span), Filter::default(), span_ms))
                }
                None => Err(format!(
                    "`{text}`: expected a share such as `2%`, or `below 10 per minute` (second, hour)"
                )),
            }
        }
    }
}

fn end(text: &str, words: &[Word<'_>], at: usize) -> Result<(), String> {
    match words.get(at) {
        None => Ok(()),
        Some(word) => Err(format!("`{text}`: expected a comma or the end, found `{}`", word.text)),
    }
}

fn span(text: &str) -> Result<Millis, String> {
    let span = duration_ms(text).map(|ms| ms as Millis);
    span.filter(|ms| (MIN_SPAN_MS..=MAX_SPAN_MS).contains(ms))
        .ok_or_else(|| format!("`{text}`: expected a span from 10s to 24h, such as 5m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_bound_on_what_filters_select() {
        let rule = |text: &str| WatchRule::parse(text).expect(text);
        let share = rule(
            "missing(account_id) above 2% of track over 5m, least 50 calls, by context.app.version",
        );
        assert_eq!(
            (share.bound, share.span_ms, share.least),
            (WatchBound::ShareAbove(2.0), 300_000, 50)
        );
        assert_eq!(share.of.to_string(), "type = \"track\"");
        assert_eq!(share.by.as_ref().map(|field| field.name()), Some("context.app.version"));
        let all = rule("type = \"track\" below 90.5% over 1h");
        assert_eq!((all.bound, all.least), (WatchBound::ShareBelow(90.5), 30));
        assert!(all.of.is_all());
        let rate = rule("event = \"Order, above (all)\" below 10 per minute over 5m");
        assert_eq!(rate.bound, WatchBound::RateBelow(50.0));
        assert_eq!(rate.what.to_string(), "event = \"Order, above (all)\"");
        let gone = rule("event in [\"a\", \"b\"] gone for 10m, by library.name");
        assert_eq!((gone.bound, gone.span_ms), (WatchBound::Gone, 600_000));
        let of = rule("missing(user_id) above 0% of event = \"a\" or event = \"b\" over 10s");
        assert_eq!(of.of.to_string(), "event = \"a\" or event = \"b\"");
    }

    #[test]
    fn what_is_no_rule_is_told_with_what_was_expected() {
        for (text, says) in [
            ("missing(account_id)", "a watch rule needs a bound"),
            ("", "a watch rule needs a bound"),
            ("above 2% of track over 5m", "a watch rule needs a bound"),
            ("missing(acount) above 2% over 5m", "column 9: expected"),
            (
                "missing(account_id) above 2% of trak over 5m",
                "`trak` is not a type of calls; did you",
            ),
            ("trak gone for 10m", "did you mean `track`? For calls that contain this text, write"),
            ("track above 2% of track", "expected `over` and a span"),
            ("track above 200% over 5m", "expected 0% to 100%"),
            ("track above 100% over 5m", "a share is never above 100%"),
            ("track below 0% over 5m", "a share is never below 0%"),
            ("track above x% over 5m", "expected 0% to 100%"),
            ("track above 2% over 5", "expected a span from 10s to 24h"),
            ("track above 2% over 5s", "expected a span from 10s to 24h"),
            ("track above 2% over 5m or so", "expected a comma or the end, found `or`"),
            ("track above 2% with track over 5m", "expected `of FILTER` or `over`"),
            ("track above 5 per minute over 5m", "expected a share such as `2%`"),
            ("track below 5 per day over 5m", "expected a share such as `2%`"),
            ("track gone", "expected `gone for 10m`"),
            ("track gone for 10m, least none", "expected a number of calls"),
            ("track gone for 10m, by age", "expected a field of the call or of its request"),
            ("track gone for 10m, at night", "expected `least N calls` or `by FIELD`"),
        ] {
            let error = WatchRule::parse(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
