//! The names of vendors that the screen shows, in filters.

use crate::fql;
use crate::fql::{Filter, FilterError};
use crate::vendors::{VendorInfo, Vendors};

impl Vendors {
    /// Returns the place of a vendor by its name or by another one that the screen shows, ignoring
    /// case: its title, its short name, the two letters at the head of its column if no other vendor
    /// has the same, or the prefix of its codes.
    pub fn find_shown(&self, name: &str) -> Option<usize> {
        let find = |is_it: &dyn Fn(&VendorInfo) -> bool| {
            let mut found = (0..self.len()).filter(|at| is_it(self.info(*at)));
            found.next().filter(|_| found.next().is_none())
        };
        let is_name = |info: &VendorInfo| {
            let VendorInfo { name: own, title, short, prefix, .. } = info;
            [own, title, short, prefix].iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        let is_head = |info: &VendorInfo| {
            name.len() == 2 && info.short.get(..2).is_some_and(|it| it.eq_ignore_ascii_case(name))
        };
        self.index_of(name).or_else(|| find(&is_name)).or_else(|| find(&is_head))
    }

    /// Parses a filter, and refuses one that names a vendor that does not exist.
    pub fn parse_filter(&self, text: &str) -> Result<Filter, FilterError> {
        let filter = fql::parse(text)?;
        self.check_filter(&filter).map(|()| filter)
    }

    /// Fails if a filter names a vendor that does not exist.
    pub fn check_filter(&self, filter: &Filter) -> Result<(), FilterError> {
        let names: Vec<&str> = self.names().collect();
        filter.check_vendors(&names, |name| self.find_shown(name).is_some())
    }
}
