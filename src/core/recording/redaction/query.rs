//! Redacting values in a query: parameters with dots in their names, as pixels have them, and a
//! whole call in `data`.

use super::Redaction;
use super::entry::{Entry, Place};
use crate::call::redacted;
use crate::wire::{self, RequestHead};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The parameter of a pixel that contains a whole call.
const CALL_PARAMETER: &str = "data";

impl Redaction {
    /// Returns the query of a request without redacted values.
    pub(super) fn redact_query(&self, head: &RequestHead<'_>) -> String {
        let pairs = head.query.split('&').map(|pair| {
            let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
            let (plain_name, plain) = (wire::form_decoded(name), wire::form_decoded(value));
            let other = match self.entry_of_parameter(&plain_name) {
                Some(entry) => self.replacement(entry, &plain),
                None if plain_name == CALL_PARAMETER => self.redact_pixel_call(head, &plain),
                None => self.redact_parameters(&plain),
            };
            match other {
                Some(other) => format!("{name}={}", escape(&other)),
                None => pair.to_owned(),
            }
        });
        pairs.collect::<Vec<String>>().join("&")
    }

    /// Returns the entry that matches a parameter's name: `traits.email` matches the key `email`
    /// and the pointer `/traits/email`, and so does `traits[email]`.
    fn entry_of_parameter(&self, name: &str) -> Option<&Entry> {
        let parts = || name.split(['.', '[', ']']).filter(|part| !part.is_empty());
        let by_pointer = || {
            self.entries.iter().find(|entry| match &entry.place {
                Place::Pointer(tokens) => parts().eq(tokens.iter().map(String::as_str)),
                Place::Key(_) => false,
            })
        };
        parts().find_map(|part| self.entry_of_key(part)).or_else(by_pointer)
    }

    /// Returns the text that replaces a call in `data`; `None` if the call contains no redacted
    /// value.
    fn redact_pixel_call(&self, head: &RequestHead<'_>, value: &str) -> Option<String> {
        let Some(call) = wire::pixel_call(value) else {
            // an unreadable call of a pixel is removed, because its values are not known
            return head.route().is_pixel().then(|| redacted::REMOVED.to_owned());
        };
        match self.redact_json(&call)? {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(other) => Some(STANDARD.encode(other)),
        }
    }
}

/// Escapes the characters that a value of a query cannot contain.
fn escape(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
