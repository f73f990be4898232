//! The built program as a user, an SDK or a script runs it, and the listener by itself.

mod alerts;
mod captured_traffic;
#[path = "../common/captures.rs"]
mod captures;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod intercept;
#[cfg(feature = "mcp")]
mod mcp;
mod plain;
mod pty;
mod reported;
mod rollout;
mod run;
mod server;
#[path = "../common/terminal.rs"]
mod terminal;
mod tls;
