//! A call that is read without the rest of its request, and what the rest decided about it.

use crate::call::Val;
use crate::wire::discard::{BATCH_TOO_LARGE, Discard, REQUEST_REFUSED, at, find};
use crate::wire::{ParsedRequest, Platform, ReadCall, Service};

/// The code of a batch, and of each of its calls, that has more calls than the service accepts.
const TOO_MANY: &str = "too_many_events";

/// The discards of a batch as a whole that need no values: their codes and places.
const OF_BATCH: [(&str, &str); 4] = [
    ("multi_user_error", "/batch"),
    ("empty_batch_result", "/batch"),
    (TOO_MANY, "/batch"),
    ("context_not_merged", "/context"),
];

/// What a call record says of the request of its call and the call alone does not show: a record
/// contains one call of a batch, and no headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallExcerpt {
    /// The service that the request was meant for, if the record names it.
    service: Option<Service>,
    /// The discards that depend on the other calls of the batch: those of the call, and those of the
    /// batch if the record has them.
    discards: Vec<Discard>,
}

impl CallExcerpt {
    /// Creates an excerpt. Of the discards, given by their codes and places, it keeps those that
    /// depend on the other calls of a batch.
    pub fn new<'t>(
        service: Option<&str>,
        discards: impl Iterator<Item = (&'t str, &'t str)>,
    ) -> CallExcerpt {
        let known = |name: &&str| {
            [Service::Segment, Service::RudderStack].into_iter().find(|it| it.name() == *name)
        };
        let kept = discards.filter(|(code, path)| depends_on_others(code, path));
        CallExcerpt {
            service: service.as_ref().and_then(known),
            discards: kept
                .filter_map(|(code, path)| Some(at(find(code)?.code, path.to_owned())))
                .collect(),
        }
    }

    /// Reads the excerpt that [`CallExcerpt::to_json`] wrote.
    pub fn read(value: Val<'_>) -> CallExcerpt {
        let text = |value: Option<Val<'_>>| Some(value?.as_str()?.into_owned());
        let discards = value.get("discards").into_iter().flat_map(|list| list.children());
        let pairs: Vec<(String, String)> = discards
            .filter_map(|pair| Some((text(pair.index(0))?, text(pair.index(1))?)))
            .collect();
        let pairs = pairs.iter().map(|(code, path)| (code.as_str(), path.as_str()));
        CallExcerpt::new(text(value.get("service")).as_deref(), pairs)
    }

    /// Returns the excerpt as a JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        let discards: Vec<[&str; 2]> =
            self.discards.iter().map(|discard| [discard.code, &*discard.path]).collect();
        let service = self.service.map(Service::name);
        serde_json::json!({ "service": service, "discards": discards })
    }

    /// Returns whether the call, read alone, shows the same by itself.
    pub fn agrees_with(&self, reading: &ParsedRequest<'_>) -> bool {
        let all = reading.calls.iter().flat_map(|call| &call.discards).chain(&reading.discards);
        let found = all.filter(|discard| depends_on_others(discard.code, &discard.path));
        let found: Vec<&Discard> = found.collect();
        self.service.is_none_or(|service| service == reading.platform.service())
            && found.len() == self.discards.len()
            && found.into_iter().all(|discard| self.discards.contains(discard))
    }

    /// Returns the platform of the sender. `detected` is that by the call alone.
    pub(crate) fn platform(&self, detected: Platform) -> Platform {
        match self.service {
            Some(service) if service != detected.service() => match service {
                Service::RudderStack => Platform::RudderStack,
                Service::Segment => Platform::Unknown,
            },
            _ => detected,
        }
    }

    /// Adds the discards to the call and to those of its request.
    pub(crate) fn add_discards(&self, calls: &mut [ReadCall], of_request: &mut Vec<Discard>) {
        for discard in &self.discards {
            if OF_BATCH.contains(&(discard.code, &*discard.path)) {
                of_request.push(discard.clone());
            } else {
                calls.iter_mut().for_each(|call| call.discards.push(discard.clone()));
            }
        }
    }
}

/// Returns whether a discard depends on the other calls of a batch.
fn depends_on_others(code: &str, path: &str) -> bool {
    let is_item = || {
        let index = path.strip_prefix("/batch/").or_else(|| path.strip_prefix('/'));
        index.is_some_and(|index| index.parse::<u32>().is_ok())
    };
    match code {
        REQUEST_REFUSED => is_item(),
        TOO_MANY | BATCH_TOO_LARGE if path.is_empty() => true,
        _ => OF_BATCH.contains(&(code, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn keeps_only_what_depends_on_other_calls_and_reads_what_it_wrote() {
        let all = [
            ("request_refused", "/batch/12"),
            ("request_refused", "/batch/x"),
            ("no_user_anon_id", "/userId"),
            ("too_many_events", ""),
            ("multi_user_error", "/batch"),
            ("multi_user_error", "/other"),
            ("no such code", "/batch"),
        ];
        let excerpt = CallExcerpt::new(Some("rudderstack"), all.into_iter());
        let text = excerpt.to_json().to_string();
        assert_eq!(
            text,
            r#"{"service":"rudderstack","discards":[["request_refused","/batch/12"],["too_many_events",""],["multi_user_error","/batch"]]}"#
        );
        assert_eq!(CallExcerpt::read(Doc::parse(&*text).expect("JSON").root()), excerpt);
        let none = CallExcerpt::new(Some("else"), std::iter::empty());
        assert_eq!(CallExcerpt::read(Doc::parse("{}").expect("JSON").root()), none);
    }
}
