//! The rules of a vendor that may report something about calls of one shape.
//!
//! For most calls, the names and kinds of the members alone show that a rule reports nothing: a
//! field is present and of the kind that its row takes, or a place for an id is empty. The other
//! rules are determined once for each shape, vendor, and call type
//! ([`crate::vendors::engine::find_shape_rules`]), and later calls of the shape run only those. The
//! findings themselves depend on values, the vendor's memory, and its code, so the rules run for
//! each call.

use crate::vendors::code_id::CodeId;
use crate::vendors::engine::field_slots::FieldSlot;

/// The rules of a vendor for one call type that may report something about calls of a shape.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ShapeRules {
    /// True if `integrations` switches the vendor off.
    pub is_off: bool,
    /// The slots where calls of the shape may have an account id, in the order of the table.
    pub account: Vec<FieldSlot>,
    /// The slots where they may have a user id.
    pub user: Vec<FieldSlot>,
    /// The slots where they may have a session id.
    pub session: Vec<FieldSlot>,
    /// The indexes in [`crate::vendors::vendor::CallRules::made_up`] of the texts to compare.
    pub made_up: Vec<u16>,
    /// The rules of each request of the table.
    pub requests: Vec<RequestRules>,
    /// Rules for the members that no row reads ([`crate::vendors::vendor::CallRules::rests`]).
    pub rests: Vec<RuleToRun>,
}

/// The rules of a request that may report something; its output needs all rules of the request.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RequestRules {
    /// Spreads of the request ([`crate::vendors::vendor::Request::spreads`]).
    pub spreads: Vec<RuleToRun>,
    pub rows: Vec<RowToRun>,
}

/// A rule that may report something.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct RuleToRun {
    /// Its index.
    pub number: u16,
    /// The codes of its findings, one for each finding, if the shape alone determines them. For a
    /// call that is only judged, the rule then does not run.
    pub codes: Option<Vec<CodeId>>,
}

/// A row that may report something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowToRun {
    /// Its index.
    pub row: u8,
    /// A slot and a number of bytes: the row reports nothing if the value at the slot is no longer.
    pub unless_within: Option<(FieldSlot, u32)>,
}
