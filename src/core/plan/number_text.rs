//! The numbers of a call, for the validator.

use jsonschema::json::JsonNumber;
use serde_json::Number;
use std::borrow::Cow;

/// A number as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberText<'a>(pub &'a str);

impl NumberText<'_> {
    fn is_whole_text(&self) -> bool {
        !self.0.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }
}

impl JsonNumber for NumberText<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().map(|number: f64| number.clamp(f64::MIN, f64::MAX))
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        let nearest = || self.as_f64().and_then(Number::from_f64);
        Cow::Owned(self.0.parse().ok().or_else(nearest).unwrap_or_else(|| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        self.is_whole_text() || self.as_f64().is_some_and(|number| number.fract() == 0.0)
    }

    fn is_written_as_integer(&self) -> bool {
        self.is_whole_text()
    }
}
