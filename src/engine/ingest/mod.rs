//! Accepts requests: parses them, appends them to the recording, hands them to the judge thread,
//! and answers them.

pub(crate) mod accept;
mod arriving_call;
pub(crate) mod forward_counts;
pub(crate) mod forwarded;
pub(crate) mod options;
pub(crate) mod parsed_calls;
mod part_rotation;
pub(crate) mod parts;
pub(crate) mod queue;
pub(crate) mod queue_entry;
pub(crate) mod recorded_line;
pub(crate) mod redact;
pub(crate) mod refusal_status;
pub(crate) mod writer;
