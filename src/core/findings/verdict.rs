//! Severity, effect and verdict: three small scales with one fixed order each.

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The call is lost, or never was a call.
    Error,
    /// The call goes through changed, or with less than it could have.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// What a finding does to the call at its vendor; the later, the stronger.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// nothing
    #[default]
    None,
    /// something is defaulted, changed or left out
    Degrade,
    /// the vendor takes the call and does nothing with it
    Drop,
    /// an error comes back
    Reject,
    /// the vendor does not act on it
    Ignore,
    /// the service in front of the vendors does not pass the call on; no vendor's finding does that
    #[serde(skip_deserializing)]
    Discard,
}

/// What becomes of a call at a vendor (`docs/specs/vendors.md` A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// mapped in full
    Delivered,
    /// mapped, but something was defaulted, changed, ignored or recommended and missing
    Degraded,
    /// accepted and silently not used
    Dropped,
    /// an error comes back
    Rejected,
    /// this vendor does not act on the call, or is switched off for it
    Ignored,
    /// the service in front of the vendors does not pass the call on
    Discarded,
}

/// How many calls have each verdict, in the order of [`Verdict::WORST_FIRST`].
pub type VerdictCounts = [u64; Verdict::COUNT];

impl Verdict {
    /// How many verdicts there are.
    pub const COUNT: usize = 6;

    /// All six, the worst first, in the order that the filter's `verdict` uses.
    pub const WORST_FIRST: [Verdict; Verdict::COUNT] = [
        Verdict::Discarded,
        Verdict::Rejected,
        Verdict::Dropped,
        Verdict::Degraded,
        Verdict::Delivered,
        Verdict::Ignored,
    ];

    /// The verdict that the strongest effect gives.
    pub fn from_effect(strongest: Effect) -> Verdict {
        match strongest {
            Effect::None => Verdict::Delivered,
            Effect::Degrade => Verdict::Degraded,
            Effect::Drop => Verdict::Dropped,
            Effect::Reject => Verdict::Rejected,
            Effect::Ignore => Verdict::Ignored,
            Effect::Discard => Verdict::Discarded,
        }
    }

    /// Whether the call is lost: the vendor was to get it and does not use it.
    pub fn is_loss(self) -> bool {
        !self.goes_through() && self != Verdict::Ignored
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Delivered => "delivered",
            Verdict::Degraded => "degraded",
            Verdict::Dropped => "dropped",
            Verdict::Rejected => "rejected",
            Verdict::Ignored => "ignored",
            Verdict::Discarded => "discarded",
        }
    }

    /// True if the vendor does something with the call.
    pub fn goes_through(self) -> bool {
        matches!(self, Verdict::Delivered | Verdict::Degraded)
    }
}
