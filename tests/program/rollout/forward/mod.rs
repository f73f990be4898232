//! `--forward`: each request goes to the upstream as it came, and its answer goes back.

mod answers;
mod bytes;
mod choices;
mod failures;
pub mod fixture;
mod limits;
mod page_loads;
mod wrong_input;
