//! The numbers of finding codes.

/// The number of a finding code. Codes of the same name have a number for each vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub u16);
