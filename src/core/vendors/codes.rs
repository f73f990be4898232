//! One number for each finding code of each vendor.

use crate::findings::{CodeText, Effect, FindingTexts, Headline, Id, Severity, discards};
use crate::plan::PlanOutcome;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::sentences::Sentences;
use crate::vendors::table::id_codes::{IdCode, IdCodes};
use std::collections::HashMap;
use std::sync::Arc;

/// What is fixed about a code.
#[derive(Debug, Clone)]
pub struct CodeEntry {
    /// The vendor's index; none for what Segment itself discards.
    pub vendor: Option<usize>,
    /// The code.
    pub code: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// What it does to the call.
    pub effect: Effect,
    /// The id that it says is missing.
    pub headline: Option<Headline>,
    /// The id that it says is not a string.
    pub mistyped: Option<Id>,
    /// It says what stands in the id's place.
    pub(crate) reason: bool,
    /// It says what is near the place of this id.
    pub(crate) near_misses: Option<Id>,
    /// Its sentences.
    pub text: Arc<CodeText>,
    pub(crate) sentences: Arc<Sentences>,
}

/// All codes: Segment's discards first, then each vendor's, in byte order of their names.
#[derive(Debug, Default)]
pub struct Codes {
    entries: Vec<CodeEntry>,
    /// Of what Segment discards, then of each vendor.
    by_name: Vec<HashMap<Arc<str>, CodeId>>,
}

/// Where a vendor's codes are listed.
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

    /// What is fixed about a code.
    #[inline]
    pub fn entry(&self, id: CodeId) -> &CodeEntry {
        &self.entries[id.0 as usize]
    }

    /// The number of a vendor's code, or of a discard code (no vendor).
    pub fn find(&self, vendor: Option<usize>, code: &str) -> Option<CodeId> {
        self.by_name.get(place(vendor))?.get(code).copied()
    }

    /// The numbers of every code of that name, whatever the vendor.
    pub fn all_named(&self, code: &str) -> Vec<CodeId> {
        self.iter().filter(|(_, entry)| *entry.code == *code).map(|(id, _)| id).collect()
    }

    /// Whether a code counts where these vendors are in use: its vendor is among them, or it has none.
    /// Of what every vendor says, only the first vendor's code counts.
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

    /// Returns the numbers of the codes that are violations of a plan with the severity error.
    pub fn plan_errors(&self) -> Vec<CodeId> {
        let is_error = |entry: &CodeEntry| entry.text.of_plan && entry.severity == Severity::Error;
        self.iter().filter(|(_, entry)| is_error(entry)).map(|(id, _)| id).collect()
    }

    /// All codes in order.
    pub fn iter(&self) -> impl Iterator<Item = (CodeId, &CodeEntry)> {
        self.entries.iter().enumerate().map(|(i, entry)| (CodeId(i as u16), entry))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is none, which never happens.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
