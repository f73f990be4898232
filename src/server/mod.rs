//! The listener: stands in for the tracking API on a loopback address.
//!
//! It runs on one thread with a runtime of its own, and takes each request there until it is
//! answered; only judging is done by another. What becomes of a request is the [`Intake`]'s
//! business; here are connections, their limits, and HTTP.

mod api;
mod bind;
mod body;
mod connection;
mod connection_state;
mod cors;
mod eviction;
mod intake;
mod listener_thread;
mod malformed;
mod respond;
mod token;

pub use crate::server::listener_thread::{Counts, Limits, Listener, Options};
pub use bind::{Holder, Listen, ListenError};
pub use intake::{Health, Intake, Notice, Trouble};
pub use token::{Token, TokenError};
