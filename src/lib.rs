//! segscope stands in for Segment's tracking API (and RudderStack's data plane) on a developer's
//! machine and shows, for every call, what each vendor would receive from it.
//!
//! The crate is laid out in rooms; a room imports only from rooms below it (`tests/house.rs`
//! checks that). From the bottom: [`call`], `wire`, `config`, `journal`, `findings`, `vendors`,
//! `store`, `pipeline`, `report`, then `tui` and `listener` side by side, then `cli`.

pub mod call;
pub mod findings;
pub mod listener;
pub mod wire;
