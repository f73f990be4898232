//! Forwarding: sends each request to the upstream unchanged, and returns the upstream's answer.
//!
//! A request is sent again only if no byte of it was written. Redirects are not followed, and an
//! incomplete answer counts as none.

mod connections;
mod dialer;
mod exchange;
mod headers;
mod upstream;

pub use exchange::{ForwardClient, ForwardError, ForwardRequest, ForwardedResponse};
pub use headers::{ForwardedFor, ViaName};
pub use upstream::{PAGE_SHORT_NAMES, SHORT_NAMES, Upstream, UpstreamError};
