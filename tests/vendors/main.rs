//! What each vendor makes of calls. The folders hold the cases of one vendor each.

mod cases;
mod planhat_sync;
mod properties;
mod sessions;
mod user_files;
