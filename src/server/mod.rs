//! The listener: stands in for the tracking API on a loopback address.
//!
//! The listener has a thread for each processor, up to four, each with a runtime of its own. A request
//! is handled on one thread until it is answered; only searches and the judge thread's work are done
//! elsewhere. The [`Engine`](crate::engine::Engine) decides what happens to a request; this module has
//! connections, their limits, and HTTP.

mod api;
mod bind;
mod body;
mod body_error;
mod connection;
mod connection_notice;
mod connection_state;
mod cors;
mod eviction;
mod fault_response;
mod faults;
mod forward;
mod forward_key;
mod handshake;
mod intercept;
mod limits;
mod listener;
mod listener_counts;
mod listener_threads;
mod malformed;
mod opening;
mod page_loads;
mod peer;
mod request_log;
mod respond;
mod token;
mod transport;
mod watched_stream;

pub use crate::server::faults::{FaultError, FaultKind, FaultPoint, FaultRule};
pub use crate::server::forward::ForwardOptions;
pub use crate::server::intercept::{HostPattern, HostPatternError, InterceptOptions};
pub use crate::server::limits::Limits;
pub use crate::server::listener::{Listener, Options};
pub use crate::server::listener_counts::{ListenerCounts, TunnelCounts};
pub use crate::server::page_loads::PageLoadOptions;
pub use bind::{Holder, Listen, ListenError};
pub use token::{ApiToken, TokenError};
