//! Judging recorded requests in order: the judge thread and everything that it changes.

pub(crate) mod arrival_clock;
pub(crate) mod draft;
pub(crate) mod frame_priority;
pub(crate) mod index_request;
pub(crate) mod judge_thread;
pub(crate) mod rejudge;
pub(crate) mod rejudge_diff;
pub(crate) mod reported_violations;
pub(crate) mod settings_epochs;
pub(crate) mod state;
pub(crate) mod user_groups;
pub(crate) mod vendors_in_use;
