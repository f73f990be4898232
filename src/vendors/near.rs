//! Near misses, for a log that has no room for more.

use super::Vendors;
use crate::call::{CallType, Event};
use crate::findings::{Hint, Id, hints};

impl Vendors {
    /// Near misses of an id that a vendor does not find, counted from where it looks first.
    pub fn hints(&self, vendor: usize, event: &Event<'_>, id: Id) -> Vec<Hint> {
        let vendor = &self.vendors[vendor];
        let kind = event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        let looks = kind.and_then(|kind| vendor.info.looks_for(kind, id));
        let place = looks.and_then(|looks| looks.from.first());
        place.map_or(Vec::new(), |place| hints(event, id, place, vendor.values))
    }
}
