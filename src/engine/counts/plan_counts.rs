//! The calls of each entry of a plan, counted as they come: for a report that keeps no index.

use crate::engine::InUse;
use crate::engine::counts::expected::{Expectations, ExpectedCells};
use crate::engine::counts::{CountedCalls, Snapshot};
use crate::engine::index::{
    CallShape, CellKey, Count, FindingSets, HasId, SenderPlatform, SetId, ShapeId, TextId,
};
use crate::plan::Plan;
use crate::vendors::Vendors;
use hashbrown::HashMap;

/// What calls that count as one have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PlanCell {
    /// The place of the entry in the plan.
    pub entry: u32,
    /// What was found.
    pub set: SetId,
    /// Who sent them.
    pub sender: SenderPlatform,
    /// Whether a vendor in use found an account id, and a user id.
    pub has: [HasId; 2],
}

/// The calls of the entries of a plan. There are as many cells as entries times sets of findings.
#[derive(Debug, Default)]
pub(crate) struct PlanCounts(HashMap<PlanCell, Count>);

impl PlanCounts {
    /// Counts a call, by its place among the calls.
    pub fn add(&mut self, key: PlanCell, call: u64, repeat: bool) {
        // no report says when calls came
        self.0.entry(key).or_default().add(call, repeat, 0);
    }

    /// How the calls stand to the plan. The times of the counts are not known.
    pub fn expectations(
        &self,
        plan: &Plan,
        (vendors, in_use): (&Vendors, &InUse),
        sets: &FindingSets,
    ) -> Expectations {
        // a shape for each sender is all that these counts need
        let shapes = SenderPlatform::ALL.map(|sender| CallShape::coarse(TextId::NONE, sender));
        let cell = |(key, count): (&PlanCell, &Count)| {
            let shape = ShapeId(key.sender as u16);
            let own = CellKey { event: TextId::NONE, set: key.set, shape, has: key.has };
            (own, *count)
        };
        let entries: Vec<u32> = self.0.keys().map(|key| key.entry).collect();
        let snapshot = Snapshot {
            cells: self.0.iter().map(cell).collect(),
            other: 0,
            shapes: shapes.to_vec(),
            sets: sets.all().to_vec(),
            in_use: SenderPlatform::ALL.map(|sender| in_use.bits(sender)),
            vendors: vendors.len(),
            of_plan: vendors.codes().plan_errors(),
        };
        let mut cells = ExpectedCells::new(plan);
        for (entry, (key, count)) in entries.into_iter().zip(&snapshot.cells) {
            cells.add(plan, entry as usize, key, count, &snapshot);
        }
        let counted = |count: &Count| {
            let Count { calls, repeats, first, .. } = *count;
            Some(CountedCalls { calls, repeats, seq: first + 1, ..CountedCalls::default() })
        };
        Expectations { list: cells.list(plan, snapshot.vendors, counted), other: 0 }
    }
}
