//! Compares two sides of traffic, such as two releases, to find what the later one has lost.
//!
//! A side is read into a [`TrafficProfile`], whose size is bounded: counts for each event, id,
//! vendor and property, by groups of users. [`Comparison`] compares two of them. docs/compare.md
//! states the rule by which a difference is sure.

mod by_value;
mod certainty;
mod differences;
mod implied_differences;
pub(crate) mod occurrences;
pub(crate) mod profiles;
mod properties;
mod rows;

pub use crate::engine::compare::by_value::{MAX_VALUES, ValueProfile, ValueProfiles};
pub use crate::engine::compare::certainty::Certainty;
pub use crate::engine::compare::differences::{
    Comparison, Difference, EventNumbers, Impact, SideShare, Subject,
};
pub use crate::engine::compare::profiles::{EventKey, TrafficProfile};
