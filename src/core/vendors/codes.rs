//! The finding codes of all vendors, each with a number.

use crate::findings::{CodeText, Effect, FindingTexts, Headline, Id, Severity, discards};
use crate::plan::PlanOutcome;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::sentences::Sentences;
use crate::vendors::table::id_codes::{IdCode, IdCodes};
use std::collections::HashMap;
use std::sync::Arc;

/// The properties of a code that are the same for all its findings.
#[derive(Debug, Clone)]
pub struct CodeEntry {
    /// The vendor's index; `None` for codes that do not depend on a vendor.
    pub vendor: Option<usize>,
    /// The code.
    pub code: Arc<str>,
    /// The severity.
    pub severity: Severity,
    /// The effect on the call.
    pub effect: Effect,
    /// The id that the code reports as missing.
    pub headline: Option<Headline>,
    /// The id that the code reports as not being a string.
    pub mistyped: Option<Id>,
    /// True if the findings have a reason: what the call has at the place of the id.
    pub(crate) reason: bool,
    /// The id whose near misses the findings list.
    pub(crate) near_misses: Option<Id>,
    /// The texts of the code.
    pub text: Arc<CodeText>,
    pub(crate) sentences: Arc<Sentences>,
}

/// All codes: first those that do not depend on a vendor, then each vendor's, in byte order of
/// their names.
#[derive(Debug, Default)]
pub struct Codes {
    entries: Vec<CodeEntry>,
    /// The codes by name: first those that do not depend on a vendor, then those of each vendor.
    by_name: Vec<HashMap<Arc<str>, CodeId>>,
}

/// Returns the index in `by_name` of a vendor's codes.
fn place(vendor: Option<usize>) -> usize {
    vendor.map_or(0, |vendor| vendor + 1)
}

impl Codes {
    pub(crate) fn new() -> Codes {
        let mut codes = Codes::default();
        codes.add_all(None, discards(), &IdCodes::default());
        codes
    }

    pub(crate) fn add_all(&mut self, vendor: Option<usize>, book: &FindingTexts, ids: &IdCodes) {
        let of = place(vendor);
        self.by_name.resize_with(self.by_name.len().max(of + 1), HashMap::new);
        for (code, text) in book {
            let id = CodeId(u16::try_from(self.entries.len()).expect("fewer than 65,536 codes"));
            let IdCode { headline, mistyped, reason, near_misses } =
                ids.get(code).copied().unwrap_or_default();
            let code: Arc<str> = code.as_str().into();
            self.by_name[of].insert(code.clone(), id);
            self.entries.push(CodeEntry {
                vendor,
                headline,
                mistyped,
                reason,
                near_misses,
                code,
                severity: text.severity,
                effect: text.effect(),
                text: Arc::new(text.clone()),
                sentences: Arc::new(Sentences::from_text(text)),
            });
        }
    }

    /// Returns the entry of a code.
    #[inline]
    pub fn entry(&self, id: CodeId) -> &CodeEntry {
        &self.entries[id.0 as usize]
    }

    /// Returns the number of a vendor's code, or, without a vendor, of a code that does not depend
    /// on one.
    pub fn find(&self, vendor: Option<usize>, code: &str) -> Option<CodeId> {
        self.by_name.get(place(vendor))?.get(code).copied()
    }

    /// Returns the numbers of all codes with a name, regardless of their vendors.
    pub fn all_named(&self, code: &str) -> Vec<CodeId> {
        self.iter().filter(|(_, entry)| *entry.code == *code).map(|(id, _)| id).collect()
    }

    /// Returns true if a code counts for the vendors in use (one bit each): its vendor is in use,
    /// or it has no vendor. A code that all vendors report counts only at the first vendor in use.
    pub fn counts(&self, id: CodeId, in_use: u64) -> bool {
        let entry = self.entry(id);
        entry.vendor.is_none_or(|vendor| {
            let first = !entry.text.once || in_use.trailing_zeros() as usize == vendor;
            first && in_use >> vendor & 1 == 1
        })
    }

    /// Returns the numbers of the violations of a plan.
    pub fn of_plan(&self, outcome: PlanOutcome) -> impl Iterator<Item = CodeId> {
        outcome.codes().filter_map(|code| self.find(None, code.name()))
    }

    /// Returns the numbers of the codes for plan violations with the severity error.
    pub fn plan_errors(&self) -> Vec<CodeId> {
        let is_error = |entry: &CodeEntry| entry.text.of_plan && entry.severity == Severity::Error;
        self.iter().filter(|(_, entry)| is_error(entry)).map(|(id, _)| id).collect()
    }

    /// Returns all codes in order.
    pub fn iter(&self) -> impl Iterator<Item = (CodeId, &CodeEntry)> {
        self.entries.iter().enumerate().map(|(i, entry)| (CodeId(i as u16), entry))
    }

    /// Returns the number of codes.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns true if there is no code, which never happens.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
