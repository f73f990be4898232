//! The pages of the screen: one module for each page.

pub(crate) mod call_actions;
pub(crate) mod compose;
pub(crate) mod coverage;
pub mod detail;
pub(crate) mod findings;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod people;
pub(crate) mod start;
pub(crate) mod sync;
pub(crate) mod vendor_question;
