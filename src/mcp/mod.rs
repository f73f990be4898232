//! Answers coding agents over the Model Context Protocol. Each tool asks questions of
//! [`crate::queries`] and shortens the answers for an agent.
//!
//! Anybody may have written the data that an app sent. It appears only in JSON fields of an answer,
//! never in a sentence by segscope, and the instructions say so.

mod arguments;
mod fit;
mod output_schemas;
mod records;
mod server;
mod source;
mod stdio;
mod tools;

pub(crate) use crate::mcp::server::serve;
pub(crate) use crate::mcp::source::{QuestionTarget, listener_at};
