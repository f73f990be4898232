//! Windows over a page.

pub(crate) mod column_picker;
pub(crate) mod copied_text;
pub(crate) mod deliver;
pub(crate) mod export_format;
pub(crate) mod filter_warnings;
pub(crate) mod help;
pub(crate) mod muted_codes;
pub(crate) mod rejudge_report;
pub(crate) mod send_target;
pub(crate) mod text_window;
pub(crate) mod vendor_picker;
pub(crate) mod watch_rules;
