//! The evaluation of a call at a vendor: the view of the call, the vendor's field rules, and the
//! sentences of findings.

pub(crate) mod call_view;
pub(crate) mod evaluation;
pub(crate) mod field_rules;
pub(crate) mod field_slots;
pub(crate) mod find_shape_rules;
pub(crate) mod integration_findings;
pub(crate) mod integration_names;
pub(crate) mod javascript_numbers;
pub(crate) mod judge;
pub(crate) mod leftover_rules;
pub(crate) mod near_miss;
pub(crate) mod outcome;
pub(crate) mod output_json;
pub(crate) mod per_vendor;
pub(crate) mod presence;
pub(crate) mod rendered;
pub(crate) mod run_rules;
pub(crate) mod sentences;
pub(crate) mod shape_rules;
pub(crate) mod spread;
