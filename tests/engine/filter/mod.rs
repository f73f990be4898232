//! The filter language: what it means, how it prints, what it says of mistakes.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod completion;
mod hostile;
mod needs;
mod segment_evaluator;
mod tables;
mod test_call;
