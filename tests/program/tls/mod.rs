//! TLS: the local certificate authority, certificates of the user's own, and https on the port of
//! the listener.

mod authority;
pub mod client;
mod commands;
mod listener;
mod own_certificate;
