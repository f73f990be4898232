//! The forms in which data leaves the program: call records, lines for people, reports for CI, exports.

mod by_event;
mod check;
mod colors;
mod compare;
mod escaped;
mod expected;
mod export;
mod findings;
mod findings_of_code;
mod format_numbers;
pub mod github;
pub mod junit;
mod lost_requests;
pub mod markdown;
mod mask_keys;
mod record;
pub mod sarif;
mod source_places;
pub mod summary;
mod text;
mod vendor;
mod write_timeout;

pub(crate) use crate::report::format_numbers::plural_of;
pub use crate::report::format_numbers::{calls_words, percent, percents, plural, share};
pub(crate) use crate::report::mask_keys::WriteKeys;
pub use crate::report::mask_keys::{hide_basic, hide_key, mask_request};
pub use crate::report::write_timeout::{counted, writes};
pub use by_event::sort_by_event;
pub use check::check_text;
pub use compare::{
    ComparedSide, compare_markdown, compare_ndjson, compare_text, difference_samples,
    difference_words,
};
pub use escaped::{Escaping, EscapingWriter, escaped_json};
pub use expected::{EXPECTED, expected_text, expected_words, unmet_groups, wanted_words};
pub use export::{ExportFormat, Exporter, curl};
pub use findings::{Details, FindingGroup, finding_groups};
pub use github::github;
pub use junit::{JunitReport, junit};
pub use markdown::markdown;
pub use record::{call_record, draft_record, output_record};
pub use sarif::{SarifPlaces, sarif};
pub use source_places::SourcePlaces;
pub use summary::summary;
pub use text::{DOUBTFUL, call_line};
pub use vendor::{vendor_list, vendor_losses, vendor_tables};
