//! The options for accepting the requests of a listener.

use crate::recording::Redaction;

/// The options for accepting the requests of a listener.
#[derive(Debug, Clone, Default)]
pub struct IngestOptions {
    /// The secret with which `X-Signature` of webhooks is checked.
    pub webhook_secret: Option<String>,
    /// True if webhooks with a missing or wrong signature are refused.
    pub requires_signature: bool,
    /// True if requests are copies from a proxy, which discards the responses.
    pub takes_copies: bool,
    /// The number of faults that may be injected.
    pub faults: usize,
    /// The URL of the upstream to which requests are forwarded.
    pub forwards_to: Option<String>,
    /// The URL of the upstream to which requests are mirrored.
    pub mirrors_to: Option<String>,
    /// True if a forwarded request that cannot be recorded is refused.
    pub is_strict: bool,
    /// The values that are replaced before a request is recorded.
    pub redaction: Option<Redaction>,
}
