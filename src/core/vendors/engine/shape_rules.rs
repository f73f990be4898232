//! The rules of a vendor that may say something about calls of one shape.
//!
//! Most rules pass over most calls by the names and kinds of their members alone: a field is there
//! and of the kind that its row takes, a place for an id is empty. The rules that are left are
//! found once for each shape, vendor, and call type ([`crate::vendors::engine::find_shape_rules`]),
//! and further calls of the shape run only those. Values, the vendor's memory, and its code decide
//! what they say, so that is found for each call.

use crate::vendors::code_id::CodeId;
use crate::vendors::engine::field_slots::FieldSlot;

/// The rules of a vendor for one call type that may say something about calls of a shape.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ShapeRules {
    /// `integrations` switches the vendor off.
    pub is_off: bool,
    /// The places where an account id may stand, in the order of the table.
    pub account: Vec<FieldSlot>,
    /// The places where a user id may stand.
    pub user: Vec<FieldSlot>,
    /// The places where a session id may stand.
    pub session: Vec<FieldSlot>,
    /// The numbers of [`crate::vendors::vendor::CallRules::made_up`] to compare.
    pub made_up: Vec<u16>,
    /// One for each request of the table.
    pub requests: Vec<RequestRules>,
    /// Rules for the members that no row reads ([`crate::vendors::vendor::CallRules::rests`]).
    pub rests: Vec<RuleToRun>,
}

/// The rules of a request that may say something; its output needs all of them.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RequestRules {
    /// Spreads of the request ([`crate::vendors::vendor::Request::spreads`]).
    pub spreads: Vec<RuleToRun>,
    pub rows: Vec<RowToRun>,
}

/// A rule that may say something.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct RuleToRun {
    /// Its number.
    pub number: u16,
    /// The codes that it finds, one for each finding, if the shape alone decides that. A call that
    /// is only judged needs no more of the rule.
    pub codes: Option<Vec<CodeId>>,
}

/// A row that may say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowToRun {
    /// Its number.
    pub row: u8,
    /// It says nothing if the value at a place has at most so many bytes.
    pub unless_within: Option<(FieldSlot, u32)>,
}
