//! The rows of the log and the details of calls, which a screen reads a few at a time.

pub(crate) mod call_detail;
pub(crate) mod call_fields;
pub(crate) mod call_fix;
pub(crate) mod call_numbers;
pub(crate) mod cross_vendor_fix;
mod field_values;
mod integration_edits;
pub(crate) mod marks_and_notes;
pub(crate) mod muted_codes;
pub(crate) mod request_without_calls;
pub(crate) mod row_cache;
pub(crate) mod row_detail;
pub(crate) mod row_positions;
pub(crate) mod row_window;
pub(crate) mod sdk_retries;
pub(crate) mod stats;
mod value_changes;
pub(crate) mod views;
mod visible_rows;
