//! Counts the calls of each event of a plan for `check`, which keeps no index.

use crate::engine::InUse;
use crate::engine::counts::expected::{Expectations, ExpectedCells};
use crate::engine::counts::{CountedCalls, Snapshot};
use crate::engine::index::{
    CallShape, CellKey, Count, FindingSets, HasId, SenderPlatform, SetId, ShapeId, TextId,
};
use crate::plan::Plan;
use crate::vendors::Vendors;
use hashbrown::HashMap;

/// The properties that are the same for calls that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PlanCell {
    /// The index of the event in the plan.
    pub entry: u32,
    /// The set of findings.
    pub set: SetId,
    /// The platform of the sender.
    pub sender: SenderPlatform,
    /// For the account id and the user id, whether a vendor in use found it and whether it is
    /// doubtful.
    pub has: [HasId; 2],
}

/// The counts of the calls of the events of a plan. The number of cells is bounded by the numbers
/// of events and of sets of findings.
#[derive(Debug, Default)]
pub(crate) struct PlanCounts(HashMap<PlanCell, Count>);

impl PlanCounts {
    /// Counts a call; `call` is its number, from 0.
    pub fn add(&mut self, key: PlanCell, call: u64, repeat: bool) {
        // no report needs the times of calls
        self.0.entry(key).or_default().add(call, repeat, 0);
    }

    /// Compares the calls with the plan. The times of the calls are not known.
    pub fn expectations(
        &self,
        plan: &Plan,
        (vendors, in_use): (&Vendors, &InUse),
        sets: &FindingSets,
    ) -> Expectations {
        // these counts need only one shape for each sender
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
