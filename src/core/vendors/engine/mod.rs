//! Evaluating a call at a vendor: the call's view, the vendor's field rules, and the finding's sentences.

pub(crate) mod call_view;
pub(crate) mod evaluation;
pub(crate) mod field_rules;
pub(crate) mod field_slots;
mod integration_findings;
pub(crate) mod integration_names;
pub(crate) mod javascript_numbers;
pub(crate) mod judge;
pub(crate) mod near_miss;
pub(crate) mod output_json;
pub(crate) mod per_vendor;
pub(crate) mod presence;
pub(crate) mod rendered;
pub(crate) mod run_rules;
pub(crate) mod sentences;
pub(crate) mod shape_rules;
pub(crate) mod spread;
