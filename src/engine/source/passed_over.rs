//! The JSON values of a file that are not calls and contain none.

use crate::call::{Val, text::visible};
use crate::engine::source::envelope::EnvelopeItem;
use std::path::Path;

/// The maximum number of member names that a message lists.
const MAX_LISTED_NAMES: usize = 4;

/// The values of a file that were passed over, counted.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    /// The number of objects that are not calls, and the line and members of the first.
    others: u64,
    first_other: Option<(usize, Vec<String>)>,
    pub warehouse: u64,
    pub deliveries: u64,
    pub deletions: u64,
    /// The number of calls in envelopes that cannot be read, and the line and error of the first.
    unreadable: u64,
    first_unreadable: Option<(usize, String)>,
}

impl PassedOver {
    /// Counts a value in which [`envelope::calls`](super::envelope::calls) found `item`.
    pub fn count(&mut self, item: EnvelopeItem, value: Val<'_>, line: usize) {
        match item {
            EnvelopeItem::Calls(_) => {}
            EnvelopeItem::Warehouse => self.warehouse += 1,
            EnvelopeItem::Delivery => self.deliveries += 1,
            EnvelopeItem::Deletion => self.deletions += 1,
            // an empty list
            EnvelopeItem::Other if value.is_array() && value.index(0).is_none() => {}
            EnvelopeItem::Other => {
                self.others += 1;
                let object = if value.is_array() { value.index(0) } else { Some(value) };
                let members = object.into_iter().flat_map(|object| object.children());
                let names = members
                    .take(MAX_LISTED_NAMES + 1)
                    .map(|member| visible(&member.key()).into_owned());
                self.first_other.get_or_insert_with(|| (line, names.collect()));
            }
        }
    }

    /// Counts a call in an envelope that cannot be read.
    pub fn count_unreadable(&mut self, line: usize, error: String) {
        self.unreadable += 1;
        self.first_unreadable.get_or_insert((line, error));
    }

    /// Returns the names of the members of the first object that is not a call.
    pub fn first_names(&self) -> Option<&[String]> {
        self.first_other.as_ref().map(|(_, names)| &names[..])
    }

    /// Returns the message about the rows of a warehouse.
    pub fn warehouse_note(&self, path: &Path) -> Option<String> {
        let rows = some(self.warehouse, "warehouse row", "warehouse rows");
        let note = format!(
            "{}: {rows} (snake_case columns) passed over: they are not calls",
            path.display()
        );
        (self.warehouse > 0).then_some(note)
    }

    /// Returns messages about the other objects.
    pub fn other_notes(&self, path: &Path) -> impl Iterator<Item = String> {
        let shown = path.display();
        let deliveries = some(self.deliveries, "request", "requests");
        let deliveries = format!(
            "{shown}: {deliveries} of RudderStack to a vendor passed over; they hold the vendor's payload, not calls"
        );
        let deletions = some(self.deletions, "deletion request", "deletion requests");
        let deletions = format!("{shown}: {deletions} of Segment passed over; they are not calls");
        let others = self.first_other.as_ref().map(|(line, names)| {
            let rows = some(self.others, "JSON value", "JSON values");
            let names = listed(names);
            format!("{shown}: {rows} without a call passed over; the first is on line {line} and has {names}")
        });
        let unreadable = self.first_unreadable.as_ref().map(|(line, error)| {
            let calls = some(self.unreadable, "call", "calls");
            format!(
                "{shown}: {calls} in envelopes passed over; the first is on line {line}: {error}"
            )
        });
        let deliveries = (self.deliveries > 0).then_some(deliveries);
        let deletions = (self.deletions > 0).then_some(deletions);
        [deliveries, deletions, others, unreadable].into_iter().flatten()
    }
}

/// Returns a count with the noun in its number.
pub(crate) fn some(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Lists the first few names of members.
pub(crate) fn listed(names: &[String]) -> String {
    match names.len() {
        0 => "no members".to_owned(),
        count => {
            let more = if count > MAX_LISTED_NAMES { ", …" } else { "" };
            let shown: Vec<_> =
                names.iter().take(MAX_LISTED_NAMES).map(|name| visible(name)).collect();
            format!("{}{more}", shown.join(", "))
        }
    }
}
