//! The listener: stands in for the tracking API on a loopback address.
//!
//! It runs on one thread with a runtime of its own, and takes each request there until it is
//! answered; only judging is done by another. What becomes of a request is the [`Intake`]'s
//! business; here are connections, their limits, and HTTP.

mod bind;
mod body;
mod connection;
mod cors;
mod intake;
mod malformed;
mod own;
mod respond;
mod room;
mod server;
mod token;
mod watched;

pub use bind::{Holder, Listen, ListenError};
pub use intake::{Health, Intake, Notice, Trouble};
pub use server::{Counts, Limits, Listener, Options};
pub use token::{Token, TokenError};
