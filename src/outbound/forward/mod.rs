//! Forwarding: each request goes to the upstream as it came, and the upstream's answer goes back.
//!
//! Nothing is sent twice unless not a byte of it was written, no redirection is followed, and an
//! answer that does not come whole is none.

mod connections;
mod dialer;
mod exchange;
mod headers;
mod upstream;

pub use exchange::{ForwardClient, ForwardError, ForwardRequest, ForwardedResponse};
pub use headers::{ForwardedFor, is_own_loop, new_via};
pub use upstream::{PAGE_SHORT_NAMES, SHORT_NAMES, Upstream, UpstreamError};
