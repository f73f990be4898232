//! The filter language: what it means, how it prints, what it says of mistakes.

mod completion;
mod hostile;
mod needs;
mod segment_evaluator;
mod tables;
mod test_call;
