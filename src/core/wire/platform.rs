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

/// What a library's name says of the service that it sends to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LibraryName {
    RudderStack,
    Segment,
    /// A library of Segment's, or RudderStack's fork of it: RudderStack's Node and Python libraries
    /// have the names `analytics-node` and `analytics-python`.
    SegmentOrFork,
    Unknown,
}

impl LibraryName {
    fn new(name: &str) -> LibraryName {
        if contains(name, "rudder") {
            LibraryName::RudderStack
        } else if contains(name, "segment") {
            LibraryName::Segment
        } else if name.get(..9).is_some_and(|n| contains(n, "analytics")) {
            LibraryName::SegmentOrFork
        } else {
            LibraryName::Unknown
        }
    }
}

/// Detects the service by the head of a request and by one of its calls. `forwarded` says that the
/// call has passed the service already (a webhook destination sent it, or it is in a file with its
/// `receivedAt`), which filled in fields, so its fields reveal less.
///
/// The library decides where its name says which service it sends to. Other members of a call only
/// tell RudderStack's forks from Segment's libraries of the same name: a call of an unknown library
/// with an `originalTimestamp` may be one of Segment's stored events.
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
    let named = library.map_or(LibraryName::Unknown, LibraryName::new);
    if named == LibraryName::RudderStack || call.rudder_id.is_some() {
        return Platform::RudderStack;
    }
    // only Segment has the short paths and this pixel
    let short = path.trim_end_matches('/').len() == "/v1/t".len();
    let only_segment = !forwarded && (short || path.starts_with("/v1/pixel/"));
    if named == LibraryName::Segment || only_segment {
        return Platform::Segment;
    }
    let is_fork = named == LibraryName::SegmentOrFork;
    if !forwarded {
        let channel = call.channel.and_then(|channel| channel.as_str());
        let own_channel = match channel.as_deref() {
            // Segment has no channel of this name
            Some("web") => true,
            // Segment's libraries send no channel: its service adds it
            Some("server" | "mobile") => is_fork,
            _ => false,
        };
        // the first versions of RudderStack's Node library send no channel
        let own_time = is_fork && call.original.is_some() && call.timestamp.is_none();
        if own_channel || own_time {
            return Platform::RudderStack;
        }
    }
    if is_fork { Platform::Segment } else { Platform::Unknown }
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
        let old_rudder_node =
            r#"{"originalTimestamp":"2024-05-01","context":{"library":{"name":"analytics-node"}}}"#;
        let stored = r#"{"channel":"web","originalTimestamp":"2024-05-01","context":{"library":{"name":"@segment/analytics-node"}}}"#;
        let rudder_js = r#"{"context":{"library":{"name":"RudderLabs JavaScript SDK"}}}"#;
        for (path, header, call, want) in [
            ("/v1/batch", none, "{}", Unknown),
            ("/v1/batch", none, node, Segment),
            ("/v1/batch", none, rudder_node, RudderStack),
            ("/v1/track", none, rudder_js, RudderStack),
            ("/v1/track", none, r#"{"channel":"server"}"#, Unknown),
            ("/v1/track", none, r#"{"channel":"web"}"#, RudderStack),
            // the library decides; only of a name that both services have does the shape say more
            ("/v1/track", none, r#"{"originalTimestamp":"2024-05-01"}"#, Unknown),
            ("/v1/batch", none, old_rudder_node, RudderStack),
            ("/v1/batch", none, stored, Segment),
            ("/v1/batch", ("rsa-retry-attempt", "1"), stored, RudderStack),
            ("/v1/t", none, r#"{"channel":"web"}"#, Segment),
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
