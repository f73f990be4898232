//! Tests of the verdicts and outputs of vendors. Each folder holds the cases of one vendor.

mod cases;
mod planhat_sync;
mod properties;
mod sessions;
mod user_files;
