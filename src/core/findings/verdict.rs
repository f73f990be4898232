//! Severity, effect and verdict, each with a fixed order.

use serde::{Deserialize, Serialize};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The call is lost, or never was a call.
    Error,
    /// The call is accepted, but changed or incomplete.
    Warning,
    /// The finding is only information.
    Info,
}

impl Severity {
    /// Returns the word for the severity.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// The effect of a finding on the call at its vendor; later variants are stronger.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// No effect.
    #[default]
    None,
    /// Something is defaulted, changed or left out.
    Degrade,
    /// The vendor accepts the call without an error, and does not use it.
    Drop,
    /// The vendor responds with an error.
    Reject,
    /// The vendor does not act on such a call.
    Ignore,
    /// The service does not forward the call to any vendor; no vendor's finding has this effect.
    #[serde(skip_deserializing)]
    Discard,
}

/// The outcome of a call at a vendor (`docs/specs/vendors.md` A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The call is accepted in full.
    Delivered,
    /// The call is accepted, but something is defaulted, changed, ignored, or recommended and
    /// missing.
    Degraded,
    /// The call is accepted without an error and not used.
    Dropped,
    /// The vendor responds with an error.
    Rejected,
    /// The vendor does not act on the call, or is switched off for it.
    Ignored,
    /// The service does not forward the call to any vendor.
    Discarded,
}

/// The number of calls with each verdict, in the order of [`Verdict::WORST_FIRST`].
pub type VerdictCounts = [u64; Verdict::COUNT];

impl Verdict {
    /// The number of verdicts.
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

    /// Returns the verdict for the strongest effect.
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

    /// Returns true if the call is lost: the vendor should get it and does not use it.
    pub fn is_loss(self) -> bool {
        !self.goes_through() && self != Verdict::Ignored
    }

    /// Returns the word for the verdict.
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

    /// Returns true if the vendor accepts the call and uses it.
    pub fn goes_through(self) -> bool {
        matches!(self, Verdict::Delivered | Verdict::Degraded)
    }
}
