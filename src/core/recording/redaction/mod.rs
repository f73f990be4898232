//! Redaction of values that the user does not want in a recording (`--redact
//! email,/properties/ssn`). They are replaced before a request is recorded, so they are also absent
//! from everything that is read from the recording.
//!
//! A value is replaced, never left out: a call without it would be reported as lacking it. The
//! replacement says that the value was redacted, and rules about the form of a value ignore it
//! ([`crate::call::redacted`]).

mod entry;
mod json;
mod query;

use crate::call::redacted;
use crate::call::text::is_blank_or_invisible;
use crate::recording::answer_line::UpstreamAnswer;
use crate::wire::{self, RequestHead};
use entry::{Entry, Method, Place};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::borrow::Cow;

pub use entry::RedactionError;

/// The values that are replaced before a request is recorded.
#[derive(Clone)]
pub struct Redaction {
    entries: Vec<Entry>,
    /// The key of the hashes. It is never written, so a hash reveals nothing, and hashes of two runs
    /// of the program cannot be compared.
    key: [u8; 32],
}

impl std::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redaction").field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl Redaction {
    /// Reads entries: `email`, `/properties/ssn`, `phone=remove`; returns `None` if there are none.
    /// `is_id` tells whether a key names an id.
    ///
    /// # Errors
    /// Fails at the first entry that is not valid, or that would make calls unreadable.
    pub fn parse<'t>(
        entries: impl IntoIterator<Item = &'t str>,
        is_id: impl Fn(&str) -> bool,
    ) -> Result<Option<Redaction>, RedactionError> {
        let texts = entries.into_iter().flat_map(|list| list.split(',')).map(str::trim);
        let texts = texts.filter(|text| !text.is_empty());
        let entries: Vec<Entry> =
            texts.map(|text| Entry::parse(text, &is_id)).collect::<Result<_, _>>()?;
        let mut key = [0; 32];
        for half in key.chunks_exact_mut(16) {
            half.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        }
        Ok((!entries.is_empty()).then_some(Redaction { entries, key }))
    }

    /// Describes the replacement of each value, in one sentence; ids first.
    pub fn summary(&self) -> String {
        let mut sentences = Vec::new();
        let names = |keep: &dyn Fn(&Entry) -> bool| {
            let kept: Vec<&str> = self
                .entries
                .iter()
                .filter(|entry| keep(entry))
                .map(|it| it.text.as_str())
                .collect();
            (!kept.is_empty()).then(|| kept.join(", "))
        };
        if let Some(ids) = names(&|entry| entry.is_id && entry.method == Method::Hash) {
            sentences.push(format!(
                "{ids}: an id becomes a hash, so calls of one id stay together within this run"
            ));
        }
        if let Some(ids) = names(&|entry| entry.is_id && entry.method == Method::Remove) {
            sentences.push(format!(
                "{ids}: an id becomes a hash although =remove is asked for, because without it all calls would look like those of one person"
            ));
        }
        if let Some(hashed) = names(&|entry| !entry.is_id && entry.method == Method::Hash) {
            sentences.push(format!("{hashed}: recorded as a hash"));
        }
        if let Some(removed) = names(&|entry| !entry.is_id && entry.method == Method::Remove) {
            sentences.push(format!("{removed}: recorded as `{}`", redacted::REMOVED));
        }
        format!("redacted before recording: {}", sentences.join("; "))
    }

    /// Returns the path, the query and the headers of a request without redacted values.
    pub fn redact_head(&self, head: &RequestHead<'_>) -> RedactedHead {
        RedactedHead {
            // the whole target of a request that is not HTTP counts as its path
            path: self.redact_parameters(head.path).unwrap_or_else(|| head.path.to_owned()),
            query: self.redact_query(head),
            headers: self.redact_headers(head.headers),
        }
    }

    /// Returns headers without redacted values.
    fn redact_headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let headers = headers.iter().map(|(name, value)| {
            let kept = match self.entry_of_key(name) {
                Some(entry) => self.replacement(entry, value),
                None => self.redact_parameters(value),
            };
            (name.clone(), kept.unwrap_or_else(|| value.clone()))
        });
        headers.collect()
    }

    /// Returns the body of a request without calls as it may be recorded: the JSON text of `raw`;
    /// `None` if it is not JSON, because then the places of its values are not known.
    pub fn redact_raw_body(&self, head: &RequestHead<'_>, raw: &[u8]) -> Option<String> {
        let bytes = wire::decode_within(head, raw, wire::body_limit(&head.route())).ok()?;
        self.redact_json(wire::text(&bytes).ok()?).map(Cow::into_owned)
    }

    /// Returns the answer of an upstream as it may be recorded: a body that is not JSON is left
    /// out.
    pub fn redact_answer(&self, answer: &UpstreamAnswer) -> UpstreamAnswer {
        let mut answer = answer.clone();
        if let Ok(with) = &mut answer.outcome {
            let text = std::str::from_utf8(&with.body).ok().and_then(|text| self.redact_json(text));
            with.body = text.map_or_else(Vec::new, |text| text.into_owned().into_bytes());
            with.headers = self.redact_headers(&with.headers);
        }
        answer
    }

    /// Returns the first entry that names a key.
    fn entry_of_key(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| match &entry.place {
            Place::Key(name) => {
                let is_ascii = name.is_ascii() && key.is_ascii();
                name.eq_ignore_ascii_case(key)
                    || !is_ascii && name.to_lowercase() == key.to_lowercase()
            }
            Place::Pointer(_) => false,
        })
    }

    /// Returns the text that replaces a value; `None` for a blank value, which is a finding of its
    /// own, and for a value that is redacted already: both reveal nothing.
    fn replacement(&self, entry: &Entry, value: &str) -> Option<String> {
        if value.chars().all(is_blank_or_invisible) || redacted::is_redacted(value) {
            return None;
        }
        if entry.method == Method::Remove && !entry.is_id {
            return Some(redacted::REMOVED.to_owned());
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes any key");
        mac.update(value.as_bytes());
        let hash = mac.finalize().into_bytes();
        let hash = u64::from_be_bytes(hash[..8].try_into().expect("a slice of 8 bytes"));
        Some(redacted::hashed(hash, value.contains('@')))
    }

    /// Returns a text in which parameters of a URL (`?email=…`) are replaced; `None` if none is.
    fn redact_parameters(&self, text: &str) -> Option<String> {
        if !text.contains('=') {
            return None;
        }
        crate::call::credential::replace_parameters(text, |name, value| {
            let name = wire::form_decoded(name);
            self.replacement(self.entry_of_key(&name)?, &wire::form_decoded(value))
        })
    }
}

/// The path, the query and the headers of a request without redacted values.
#[derive(Debug)]
pub struct RedactedHead {
    path: String,
    query: String,
    headers: Vec<(String, String)>,
}

impl RedactedHead {
    /// Creates a head without any content, for a request that is not HTTP: its values have no known
    /// places.
    pub fn empty() -> RedactedHead {
        RedactedHead { path: String::new(), query: String::new(), headers: Vec::new() }
    }

    /// Returns a head with the redacted path, query and headers in place of its own.
    pub fn apply_to<'a>(&'a self, head: &RequestHead<'a>) -> RequestHead<'a> {
        RequestHead { path: &self.path, query: &self.query, headers: &self.headers, ..*head }
    }
}

#[cfg(test)]
mod tests;
