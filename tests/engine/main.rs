//! The library without a terminal or a network: recording, judging, searching and counting.

mod batch_check;
mod batched_writes;
mod call_fixes;
mod captured_requests;
#[path = "../common/captures.rs"]
mod captures;
mod compare;
mod files;
mod filter;
mod library_habits;
mod muted_codes;
mod previewed_calls;
mod replay;
mod requests;
mod row_cache;
mod row_ids;
mod search;
mod settings_epochs;
mod stable_outputs;
