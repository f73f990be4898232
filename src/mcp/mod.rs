//! Answers coding agents over the Model Context Protocol: the questions of [`crate::queries`] as
//! tools, in answers that are short enough for an agent.
//!
//! What an app sent is data that anybody may have written. It appears only in JSON fields of an
//! answer, never in a sentence of segscope's own, and the instructions say so.

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
