//! How the requests of a listener are taken.

use crate::recording::Redaction;

/// How the requests of a listener are taken.
#[derive(Debug, Clone, Default)]
pub struct IngestOptions {
    /// The secret with which `X-Signature` of webhooks is checked.
    pub webhook_secret: Option<String>,
    /// Webhooks whose signature is missing or wrong are refused.
    pub requires_signature: bool,
    /// Requests are copies that a proxy makes: the proxy discards the responses.
    pub takes_copies: bool,
    /// How many faults may be injected.
    pub faults: usize,
    /// The URL of the upstream that requests are forwarded to.
    pub forwards_to: Option<String>,
    /// The URL of the upstream that requests are mirrored to.
    pub mirrors_to: Option<String>,
    /// A forwarded request that cannot be recorded is refused.
    pub is_strict: bool,
    /// Values that are not recorded.
    pub redaction: Option<Redaction>,
}
