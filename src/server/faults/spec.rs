//! The text form of a fault: `status=429 retry-after=2 share=0.1 match='type = "track"'`.

use crate::call::nearest_name;
use crate::fql::{self, Filter};
use std::time::Duration;

/// The kind of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Another status.
    Status {
        /// The status.
        status: u16,
        /// The seconds after which the sender is asked to retry.
        retry_after: Option<u32>,
    },
    /// A later response.
    Delay {
        /// The delay.
        delay: Duration,
        /// The maximum deviation from it, up or down.
        jitter: Duration,
    },
    /// A connection that is reset.
    Reset,
    /// A connection that is closed before the response.
    Close,
    /// Half of the response, and the end of the connection.
    Half,
    /// No response for this time, then the end of the connection.
    Hang(Duration),
    /// A response with this many bytes per second.
    Slow(u64),
}

/// The point at which a fault happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FaultPoint {
    /// Before the request is accepted. Unless the fault only slows it down, none of its calls is accepted.
    #[default]
    Request,
    /// After the request was accepted, by segscope or by the upstream: its sender sends it again, as a
    /// repeat.
    Answer,
}

/// A fault.
#[derive(Debug, Clone)]
pub struct FaultRule {
    /// The text of the fault.
    pub text: String,
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The point at which it happens.
    pub point: FaultPoint,
    /// The share of the matching requests to which it applies.
    pub share: f64,
    /// The number of matching requests to which it can apply; later ones are left alone.
    pub first: Option<u64>,
    /// The number of matching requests that are left alone first.
    pub after: u64,
    /// The filter of the requests that the rule matches: those with a call that passes.
    pub only: Option<Filter>,
}

/// The reason why a text is not a fault.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// A word is not known.
    #[error("`{word}` is not a word of a fault{}; there are {}", nearest_word(.word), WORDS.join(", "))]
    Unknown {
        /// The word.
        word: String,
    },
    /// A word has no value or an invalid one.
    #[error("`{word}` has a wrong value; expected {expected}")]
    Value {
        /// The word with its value.
        word: String,
        /// The expected values.
        expected: &'static str,
    },
    /// A word requires another one that is missing.
    #[error("`{word}` says nothing without `{of}`")]
    Without {
        /// The word.
        word: &'static str,
        /// The other one.
        of: &'static str,
    },
    /// The text has no kind of fault, or more than one.
    #[error("expected one of status=…, delay=…, reset, close, half, hang=…, slow=…")]
    Kind,
    /// The filter is invalid.
    #[error("match: {0}")]
    Filter(String),
    /// A word is there twice, or words exclude each other.
    #[error("`{word}` contradicts or repeats an earlier word")]
    Repeated {
        /// The later word.
        word: String,
    },
    /// A quote is not closed.
    #[error("a quote is not closed")]
    Quote,
}

const WORDS: [&str; 15] = [
    "status",
    "retry-after",
    "delay",
    "jitter",
    "reset",
    "close",
    "half",
    "hang",
    "slow",
    "share",
    "first",
    "after",
    "match",
    "request",
    "answer",
];

fn nearest_word(word: &str) -> String {
    let name = word.split('=').next().unwrap_or_default();
    let near = nearest_name(name, WORDS);
    near.map(|near| format!("; the nearest is `{near}`")).unwrap_or_default()
}

impl FaultRule {
    /// Reads a fault.
    pub fn parse(text: &str) -> Result<FaultRule, FaultError> {
        let words = shlex::split(text).ok_or(FaultError::Quote)?;
        let mut fault = FaultRule {
            text: text.trim().to_owned(),
            kind: FaultKind::Close,
            point: FaultPoint::Request,
            share: 1.0,
            first: None,
            after: 0,
            only: None,
        };
        let (mut kinds, mut retry_after, mut spread) = (Vec::new(), None, None);
        let mut seen = Vec::new();
        for word in &words {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), None),
            };
            // a fault happens either before or after the request is accepted
            let kind_of_word = if name == "answer" { "request" } else { name };
            if seen.contains(&kind_of_word) {
                return Err(FaultError::Repeated { word: word.clone() });
            }
            seen.push(kind_of_word);
            let wrong = |expected| FaultError::Value { word: word.clone(), expected };
            let number = || value.and_then(|value| value.parse::<u64>().ok());
            let time =
                || value.and_then(duration).ok_or(wrong("a time such as 300ms or 30s, at most 1h"));
            let bare = || match value {
                None => Ok(()),
                Some(_) => Err(wrong("no value")),
            };
            match name {
                "status" => {
                    let status = number().and_then(|number| u16::try_from(number).ok());
                    let status = status.filter(|status| (200..600).contains(status));
                    let status = status.ok_or(wrong("an HTTP status from 200 to 599"))?;
                    kinds.push(FaultKind::Status { status, retry_after: None });
                }
                "retry-after" => {
                    let seconds = number().and_then(|number| u32::try_from(number).ok());
                    retry_after = Some(seconds.ok_or(wrong("a number of seconds"))?);
                }
                "delay" => {
                    kinds.push(FaultKind::Delay { delay: time()?, jitter: Duration::ZERO });
                }
                "jitter" => spread = Some(time()?),
                "reset" => kinds.push(bare().map(|()| FaultKind::Reset)?),
                "close" => kinds.push(bare().map(|()| FaultKind::Close)?),
                "half" => kinds.push(bare().map(|()| FaultKind::Half)?),
                "hang" => kinds.push(FaultKind::Hang(time()?)),
                "slow" => {
                    let rate = value.and_then(bytes_a_second);
                    kinds.push(FaultKind::Slow(rate.ok_or(wrong("a rate such as 10KB/s"))?));
                }
                "share" => {
                    let share = value.and_then(|value| value.parse::<f64>().ok());
                    let share = share.filter(|share| *share > 0.0 && *share <= 1.0);
                    fault.share = share.ok_or(wrong("a share above 0 and at most 1"))?;
                }
                "first" => {
                    let first = number().filter(|first| *first > 0);
                    fault.first = Some(first.ok_or(wrong("a number of requests from 1 on"))?);
                }
                "after" => fault.after = number().ok_or(wrong("a number of requests"))?,
                "match" => fault.only = Some(filter(value.unwrap_or_default())?),
                "request" => fault.point = bare().map(|()| FaultPoint::Request)?,
                "answer" => fault.point = bare().map(|()| FaultPoint::Answer)?,
                _ => return Err(FaultError::Unknown { word: word.clone() }),
            }
        }
        let mut kinds = kinds.into_iter();
        let (Some(mut kind), None) = (kinds.next(), kinds.next()) else {
            return Err(FaultError::Kind);
        };
        match (&mut kind, retry_after) {
            (FaultKind::Status { retry_after: own, .. }, given) => *own = given,
            (_, Some(_)) => return Err(FaultError::Without { word: "retry-after", of: "status" }),
            _ => {}
        }
        match (&mut kind, spread) {
            (FaultKind::Delay { jitter, .. }, given) => *jitter = given.unwrap_or_default(),
            (_, Some(_)) => return Err(FaultError::Without { word: "jitter", of: "delay" }),
            _ => {}
        }
        Ok(FaultRule { kind, ..fault })
    }

    /// Returns true if the fault keeps the request from being accepted.
    pub fn refuses(&self) -> bool {
        let only_slows = matches!(self.kind, FaultKind::Delay { .. } | FaultKind::Slow(_));
        self.point == FaultPoint::Request && !only_slows
    }
}

fn filter(text: &str) -> Result<Filter, FaultError> {
    let filter = fql::parse(text).map_err(|error| FaultError::Filter(error.to_string()))?;
    if let Some(hint) = filter.unquoted_word() {
        return Err(FaultError::Filter(hint.to_string()));
    }
    match filter.is_known_on_arrival() && !filter.is_all() {
        true => Ok(filter),
        false => Err(FaultError::Filter(
            "a fault happens before the call is checked, so the filter may name only what the call and its request contain".to_owned(),
        )),
    }
}

/// Reads a time with its unit.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s')?, 1000),
    };
    let ms = number.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    (ms > 0 && ms <= 3_600_000).then(|| Duration::from_millis(ms))
}

/// Reads a rate: `10KB/s`.
fn bytes_a_second(text: &str) -> Option<u64> {
    let text = text.strip_suffix("/s")?;
    let (number, unit) = match text.strip_suffix("KB") {
        Some(number) => (number, 1000),
        None => (text.strip_suffix('B')?, 1),
    };
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|rate| *rate > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_word() {
        let ms = Duration::from_millis;
        for (text, kind) in [
            ("status=429 retry-after=2", FaultKind::Status { status: 429, retry_after: Some(2) }),
            ("retry-after=0 status=503", FaultKind::Status { status: 503, retry_after: Some(0) }),
            ("delay=300ms jitter=100ms", FaultKind::Delay { delay: ms(300), jitter: ms(100) }),
            ("reset", FaultKind::Reset),
            ("close", FaultKind::Close),
            ("half", FaultKind::Half),
            ("hang=30s", FaultKind::Hang(ms(30_000))),
            ("slow=10KB/s", FaultKind::Slow(10_000)),
            ("slow=5B/s", FaultKind::Slow(5)),
        ] {
            let fault = FaultRule::parse(text).expect(text);
            assert_eq!((fault.kind, fault.point), (kind, FaultPoint::Request), "{text}");
        }
        let fault =
            FaultRule::parse(r#"close share=0.1 first=3 after=100 match='type = "track"' answer"#);
        let fault = fault.expect("a fault");
        assert_eq!((fault.share, fault.first, fault.after), (0.1, Some(3), 100));
        assert_eq!(fault.point, FaultPoint::Answer);
        assert_eq!(fault.only.expect("a filter").to_string(), r#"type = "track""#);
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, want) in [
            ("", "expected one of status=…"),
            ("close reset", "expected one of status=…"),
            ("close request answer", "`answer` contradicts or repeats an earlier word"),
            ("close share=0.1 share=0.2", "`share=0.2` contradicts or repeats an earlier word"),
            ("close first=1 first=2", "`first=2` contradicts or repeats an earlier word"),
            ("statsu=429", "`statsu=429` is not a word of a fault; the nearest is `status`"),
            ("status=42", "expected an HTTP status from 200 to 599"),
            ("status", "`status` has a wrong value"),
            ("close share=1.5", "`share=1.5` has a wrong value; expected a share above 0"),
            ("close share=0", "expected a share above 0"),
            ("close share=x", "expected a share above 0"),
            ("delay=300", "expected a time such as 300ms"),
            ("hang=0s", "expected a time such as 300ms"),
            ("hang=2000000s", "at most 1h"),
            ("slow=10", "expected a rate such as 10KB/s"),
            ("close first=0", "from 1 on"),
            ("reset=1", "expected no value"),
            ("close jitter=1ms", "`jitter` says nothing without `delay`"),
            ("close retry-after=1", "`retry-after` says nothing without `status`"),
            ("close match='event ='", "match: "),
            (
                "close match='type = track'",
                "match: 1:8: `track` is read as a field; put text in quotes",
            ),
            ("close match='missing(user_id)'", "before the call is checked"),
            ("close match=''", "before the call is checked"),
            ("close match='event", "a quote is not closed"),
        ] {
            let error = FaultRule::parse(text).expect_err(text).to_string();
            assert!(error.contains(want), "{text}: {error}");
        }
    }
}
