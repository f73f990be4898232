//! The remarks about ids that several calls show together, as findings.

use crate::call::text::spelled;
use crate::engine::Engine;
use crate::engine::counts::Who;
use crate::engine::counts::grouped_rows::GroupedRows;
use crate::engine::index::{IdRemark, RemarkKind};
use crate::findings::{Finding, finding_for_remark};

/// A remark about ids, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct IdRemarkView {
    /// The remark from the index.
    pub remark: IdRemark,
    /// The remark as a finding. Its path is the place of such an id in a call.
    pub finding: Finding,
    /// The numbers of the two example calls.
    pub seqs: [u64; 2],
    /// The row of the later example call.
    pub row: u64,
}

impl IdRemarkView {
    /// Creates a view of a remark. `seqs` are the numbers of the example calls, and `row` is the
    /// row of the later one.
    pub(crate) fn new(remark: &IdRemark, seqs: [u64; 2], row: u64) -> IdRemarkView {
        IdRemarkView { finding: finding(remark), remark: remark.clone(), seqs, row }
    }

    /// Returns whether the remark is about this account or user.
    fn is_about(&self, who: Who, id: &str) -> bool {
        let remark = &self.remark;
        let other = remark.others.iter().any(|other| other == id);
        match (remark.kind, who) {
            (RemarkKind::SharedUser, Who::Users) => remark.id == id,
            (RemarkKind::SharedUser, Who::Accounts)
            | (RemarkKind::SharedAnonymousId, Who::Users) => other,
            (RemarkKind::SimilarUsers, Who::Users)
            | (RemarkKind::SimilarAccounts, Who::Accounts) => other || remark.id == id,
            _ => false,
        }
    }
}

/// Returns a remark as a finding.
pub(crate) fn finding(remark: &IdRemark) -> Finding {
    let (name, path) = match remark.kind {
        RemarkKind::SharedAnonymousId => ("ID-SHARED anonymousId", "/anonymousId"),
        RemarkKind::SharedUser => ("ID-SHARED user", "/userId"),
        RemarkKind::SimilarAccounts => ("ID-SIMILAR account", ""),
        RemarkKind::SimilarUsers => ("ID-SIMILAR user", "/userId"),
        RemarkKind::SimilarEvents => ("ID-SIMILAR event", "/event"),
    };
    let mut others: Vec<String> = remark.others.iter().map(|id| spelled(id)).collect();
    let more = remark.of.saturating_sub(others.len() as u64);
    if more > 0 {
        others.push(format!("{more} more"));
    }
    let others = match others.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => others.concat(),
    };
    let values = [("id", spelled(&remark.id)), ("of", remark.of.to_string()), ("others", others)];
    finding_for_remark(name, path, &values)
}

impl Engine {
    /// Returns all remarks about ids, in the order in which they were created.
    pub fn id_remarks(&self) -> GroupedRows<IdRemarkView> {
        let state = self.lock();
        let (index, store) = (&state.index, &state.index.store);
        let view = |remark: &IdRemark| {
            let seqs = remark.calls.map(|call| index.seq_at(call));
            IdRemarkView::new(remark, seqs, store.row_of_call(remark.calls[1]))
        };
        let rows: Vec<IdRemarkView> = index.id_remarks.remarks().map(view).collect();
        let of = rows.len() as u64 + index.id_remarks.more();
        GroupedRows { rows, of, other: index.id_remarks.untold() }
    }

    /// Returns the remarks about one account or user, as findings.
    pub fn id_remarks_about(&self, who: Who, id: &str) -> Vec<Finding> {
        let about = self.id_remarks().rows.into_iter().filter(|view| view.is_about(who, id));
        about.map(|view| view.finding).collect()
    }
}
