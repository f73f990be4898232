//! `--intercept`: the listener as the https proxy of an app that is not changed.

mod bounds;
mod fixture;
mod forward;
mod other_hosts;
mod tracking_hosts;
mod wrong_input;
