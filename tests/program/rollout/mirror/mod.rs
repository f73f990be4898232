//! `--mirror`: segscope answers, and sends each request on from the recording.

mod delivery;
mod fixture;
mod restart;
mod undelivered;
mod wrong_input;
