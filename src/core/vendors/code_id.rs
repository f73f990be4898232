//! The numbers of finding codes.

/// The number of a finding code; of two vendors' codes of one name each has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub u16);
