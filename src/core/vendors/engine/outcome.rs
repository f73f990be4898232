//! What a vendor makes of a call, for comparing changes of it.

use crate::call::{Event, Seq};
use crate::findings::{Severity, Verdict};
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::evaluation::{Evaluation, FoundId};
use crate::vendors::engine::run_rules::run;
use crate::vendors::memory::Memory;

/// The result of judging a call at one vendor, with the ids as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The account id that the vendor found.
    pub account_id: Option<String>,
    /// The user id that the vendor found.
    pub user_id: Option<String>,
    /// The number of errors and warnings.
    pub findings: usize,
    /// The number of those that no value in a list of the settings removes.
    pub unlisted_findings: usize,
}

impl Vendors {
    /// Judges a call for some vendors and returns the outcomes.
    pub fn outcomes(
        &self,
        vendors: &[usize],
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> Vec<Outcome> {
        self.look_at(event, |view| {
            vendors.iter().map(|&at| outcome(self.evaluation(at, view, seq, memory))).collect()
        })
    }
}

/// Judges a call for one vendor.
fn outcome(mut evaluation: Evaluation<'_>) -> Outcome {
    run(&mut evaluation);
    let goes = evaluation.goes_through();
    let counts = |code: &&CodeId| {
        let entry = evaluation.codes.entry(**code);
        entry.severity != Severity::Info && (goes || !entry.text.only_if_sent)
    };
    let found = evaluation.found.iter().filter(counts);
    let findings = found.clone().count();
    let is_unlisted = |code: &&CodeId| evaluation.codes.entry(**code).text.listed_in.is_none();
    let unlisted_findings = found.filter(is_unlisted).count();
    let text = |id: &Option<FoundId<'_>>| id.as_ref().map(|id| id.text.clone().into_owned());
    Outcome {
        verdict: evaluation.verdict(),
        account_id: text(&evaluation.account),
        user_id: text(&evaluation.user),
        findings,
        unlisted_findings,
    }
}
