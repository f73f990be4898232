//! The service that a request was meant for. Limits, derived fields and discards depend on it.

use super::{RequestHead, fields::Fields};

/// The service that a sender sends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// The sender is known to be a library of Segment's.
    Segment,
    /// The sender is known to be a library of RudderStack's.
    RudderStack,
    /// The sender is unknown; it is treated as Segment's.
    Unknown,
}

impl Platform {
    /// Returns the service in front of the vendors for this sender.
    pub fn service(self) -> Service {
        match self {
            Platform::Segment | Platform::Unknown => Service::Segment,
            Platform::RudderStack => Service::RudderStack,
        }
    }
}

/// The service that receives calls and passes them on to the vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Segment; also for an unknown sender.
    Segment,
    /// RudderStack.
    RudderStack,
}

impl Service {
    /// Returns the name in the call record and in filters.
    pub fn name(self) -> &'static str {
        match self {
            Service::Segment => "segment",
            Service::RudderStack => "rudderstack",
        }
    }

    /// Returns the name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Service::Segment => "Segment",
            Service::RudderStack => "RudderStack",
        }
    }

    /// Returns the words for what this service does with a call that it does not pass on: Segment
    /// discards the call after it has responded with 200, RudderStack's gateway refuses the
    /// request.
    pub fn discards(self) -> &'static str {
        match self {
            Service::Segment => "discarded by Segment",
            Service::RudderStack => "refused by RudderStack",
        }
    }
}

/// The headers that identify the service, and the write key's, found in one pass.
#[derive(Default)]
pub(crate) struct Headers<'a> {
    pub authorization: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub rudder: bool,
}

impl<'a> Headers<'a> {
    pub fn from_head(head: &RequestHead<'a>) -> Headers<'a> {
        let mut found = Headers::default();
        for (name, value) in head.headers {
            match name.as_str() {
                "authorization" => {
                    found.authorization.get_or_insert(value);
                }
                "user-agent" => {
                    found.user_agent.get_or_insert(value);
                }
                // RudderStack's browser library adds these headers
                "anonymousid" => found.rudder = true,
                name if name.starts_with("rsa-") => found.rudder = true,
                // a request that was captured on its way to a RudderStack data plane
                "host" if contains(value, "rudder") => found.rudder = true,
                _ => {}
            }
        }
        found
    }
}

/// Returns true if a text contains a lower-case word, in any case. The texts are short.
fn contains(text: &str, small: &str) -> bool {
    let (text, small) = (text.as_bytes(), small.as_bytes());
    let starts = text.len().saturating_sub(small.len() - 1);
    let is_there = |at: usize| {
        text[at] | 0x20 == small[0] && text[at..at + small.len()].eq_ignore_ascii_case(small)
    };
    (0..starts).any(is_there)
}

/// Returns the service by a library's name. RudderStack's Node and Python libraries have the names
/// of the libraries that they are forks of, so a name like Segment's proves nothing by itself.
fn from_library_name(name: &str) -> Platform {
    if contains(name, "rudder") {
        Platform::RudderStack
    } else if contains(name, "segment") || name.get(..9).is_some_and(|n| contains(n, "analytics")) {
        Platform::Segment
    } else {
        Platform::Unknown
    }
}

/// Detects the service by the head of a request and by one of its calls. `forwarded` says that the
/// call has passed the service already (a webhook destination sent it, or it is in a file with its
/// `receivedAt`), which filled in fields, so its fields reveal less.
pub(crate) fn detect(
    head: &RequestHead<'_>,
    headers: &Headers<'_>,
    call: &Fields<'_>,
    library: Option<&str>,
    forwarded: bool,
) -> Platform {
    let path = head.path;
    let agent = headers.user_agent.unwrap_or("");
    if path.starts_with("/beacon/")
        || path.starts_with("/pixel/")
        || headers.rudder
        || contains(agent, "rudder")
    {
        return Platform::RudderStack;
    }
    if forwarded && contains(agent, "segment") {
        return Platform::Segment;
    }
    let named = library.map_or(Platform::Unknown, from_library_name);
    if named == Platform::RudderStack || call.rudder_id.is_some() {
        return Platform::RudderStack;
    }
    if !forwarded {
        // Segment's libraries send neither of the two: its service adds them
        let channel = call.channel.and_then(|channel| channel.as_str());
        let own_channel = match channel.as_deref() {
            Some("web") => true,
            Some("server" | "mobile") => named == Platform::Segment,
            _ => false,
        };
        if own_channel || (call.original.is_some() && call.timestamp.is_none()) {
            return Platform::RudderStack;
        }
        // only Segment has the short paths and this pixel
        let short = path.trim_end_matches('/').len() == "/v1/t".len();
        if short || path.starts_with("/v1/pixel/") {
            return Platform::Segment;
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;
    use crate::wire::test_head;

    fn platform(path: &str, header: (&str, &str), call: &str) -> Platform {
        let headers = [(header.0.to_owned(), header.1.to_owned())];
        let head = test_head("POST", path, &headers);
        let doc = Doc::parse(call).expect("JSON");
        let fields = Fields::new(doc.root());
        let library = fields.library().and_then(|library| library.get("name"));
        let library = library.and_then(|name| name.as_str());
        detect(&head, &Headers::from_head(&head), &fields, library.as_deref(), path == "/webhook")
    }

    #[test]
    fn detects_the_service_of_a_sender() {
        use Platform::*;
        let none = ("accept", "*/*");
        let node = r#"{"context":{"library":{"name":"analytics-node"}}}"#;
        let rudder_node = r#"{"channel":"server","context":{"library":{"name":"analytics-node"}}}"#;
        let rudder_js = r#"{"context":{"library":{"name":"RudderLabs JavaScript SDK"}}}"#;
        for (path, header, call, want) in [
            ("/v1/batch", none, "{}", Unknown),
            ("/v1/batch", none, node, Segment),
            ("/v1/batch", none, rudder_node, RudderStack),
            ("/v1/track", none, rudder_js, RudderStack),
            ("/v1/track", none, r#"{"channel":"server"}"#, Unknown),
            ("/v1/track", none, r#"{"channel":"web"}"#, RudderStack),
            ("/v1/track", none, r#"{"originalTimestamp":"2024-05-01"}"#, RudderStack),
            ("/v1/track", ("anonymousid", "YS0x"), "{}", RudderStack),
            ("/v1/track", ("rsa-retry-attempt", "1"), "{}", RudderStack),
            ("/v1/track", ("user-agent", "RudderLabs"), "{}", RudderStack),
            ("/v1/batch", ("host", "hosted.RudderLabs.com"), node, RudderStack),
            ("/v1/batch", ("host", "127.0.0.1:7357"), node, Segment),
            ("/beacon/v1/batch", none, "{}", RudderStack),
            ("/v1/t", none, "{}", Segment),
            ("/webhook", none, rudder_node, Segment),
            ("/webhook", ("user-agent", "Segment.io/1.0"), "{}", Segment),
            ("/webhook", ("user-agent", "RudderLabs"), node, RudderStack),
        ] {
            assert_eq!(platform(path, header, call), want, "{path} {header:?} {call}");
        }
    }
}
