//! The filter language: what it means, how it prints, what it says of mistakes.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod agree;
mod call;
mod complete;
mod hostile;
mod needs;
mod tables;
