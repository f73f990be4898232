//! The evaluation of calls at vendors: verdicts, ids, findings and outputs.
//!
//! A vendor is a table, `assets/vendors/NAME.toml` ([`table`] describes each key in a doc comment),
//! and, for rules that a table cannot express, a file of code in this folder. Both run together
//! ([`engine::run_rules`]) in each of the two steps: [`Vendors::judge`] for every call in order
//! (verdicts, ids, codes, memory), and [`Vendors::render`] when a call is shown (messages,
//! hints, bodies with the origin of each value).
//!
//! # Adding a vendor
//! A user's vendor is a file without code, such as `assets/vendors/template.toml`, that is passed
//! to [`Vendors::new`].
//!
//! A built-in vendor needs four things:
//! 1. `assets/vendors/NAME.toml`;
//! 2. `src/core/vendors/NAME.rs` with a function `build` ([`rules::Build`]), if the table is not
//!    enough;
//! 3. a line in [`builtin::BUILT_IN`] (and `mod NAME;` here);
//! 4. test cases: `tests/vendors/NAME/*.toml` (`tests/vendors/cases.rs` describes their form).
//!
//! # Steps of a run
//! 1. The common checks (type, integrations, a table for the call type).
//! 2. The table's ids: the first usable place of `account`, `user`, `session`, or the `missing`
//!    code. An id with `decided_by_code` is left to step 3.
//! 3. [`rules::Rules::before`]: decides ids, sets values for `@name` fields, skips requests, may
//!    stop the run.
//! 4. The table's spreads and fields, request by request ([`engine::spread`],
//!    [`engine::field_rules`]).
//! 5. The table's `rest`: members that nothing reads.
//! 6. [`rules::Rules::after`]: further findings, bodies
//!    ([`put`](crate::vendors::engine::evaluation::Evaluation::put),
//!    [`change`](crate::vendors::engine::evaluation::Evaluation::change)), extras.
//! 7. If the vendor accepts the call (or
//!    [`partial`](crate::vendors::engine::evaluation::Evaluation::partial) was called):
//!    [`rules::Rules::learn`] adds facts. If the vendor accepts the call, [`rules::Rules::step`]
//!    also advances a state and may store a note under the call's seq, which
//!    [`rules::Rules::show`] shows.
//!
//! Code works on [`Evaluation`](crate::vendors::engine::evaluation::Evaluation):
//! `evaluation.view.get(slot)` returns values, `evaluation.find(code, place)` reports findings, and
//! `evaluation.facts` has the facts from *before* this call (pass `evaluation.seq`). Slots and
//! codes are looked up once, in `build`. Put costly work in a closure or behind
//! [`rendering`](crate::vendors::engine::evaluation::Evaluation::rendering). Steps 3 to 6 never
//! change the memory, so a call's output is the same whenever it is made.

mod builtin;
mod code_id;
mod codes;
mod custify;
mod customersuccessbox;
mod deliver;
pub(crate) mod engine;
mod freshsuccess;
mod look_plan;
mod map_lines;
mod memory;
mod planhat;
mod rules;
mod settings;
mod short_words;
mod shown_names;
mod suggested_settings;
mod suprsend;
mod table;
mod vendor;
mod vendor_info;

pub use crate::vendors::engine::integration_findings::CallCodes;
pub use crate::vendors::engine::integration_names::IntegrationFault;

pub use crate::vendors::engine::judge::{FlushedSession, Judgement, VendorVerdict};
pub use crate::vendors::engine::outcome::Outcome;
pub use crate::vendors::engine::output_json::{OutputJson, ValueOrigin, compact, pretty};
pub use crate::vendors::engine::per_vendor::{
    CallViewer, HashedIds, PerVendorFindings, PerVendorScratch, Share, ViewedCall,
};
pub use crate::vendors::engine::rendered::{Output, RenderedCall};
pub use crate::vendors::map_lines::{Mapper, map_line};
pub use crate::vendors::memory::session_estimates::Span;
pub use crate::vendors::memory::vendor_record::VendorRecord;
pub use crate::vendors::suggested_settings::Preset;
pub use crate::vendors::table::build::VendorError;
pub use crate::vendors::table::example_files::{EXAMPLES, TEMPLATE};
pub use crate::vendors::table::{
    Check, FedBy, Fidelity, IdNeed, SettingDef, SettingKind, TableError, Take,
};
pub use crate::vendors::vendor_info::{
    CallInfo, CodeFieldInfo, FieldInfo, LooksFor, PushesInfo, RequestInfo, SpreadInfo, VendorInfo,
};
pub use code_id::CodeId;
pub use codes::{CodeEntry, Codes};
pub use deliver::{Delivery, NoDelivery, Trust, variable};
pub use memory::{Memory, MemorySize};
pub use settings::{SettingsError, VendorSettings, nearest};

use crate::call::{CallType, Event};
use crate::findings::{Hint, Id, common};
use crate::plan::{Plan, PlanOutcome};
use crate::vendors::engine::call_view::CallBasics;
use crate::vendors::engine::field_slots::SlotTable;
use crate::vendors::engine::integration_names::{
    CODES as INTEGRATION_CODES, OTHER_PLACES, SwitchNames,
};
use crate::vendors::engine::near_miss::possible_hints;
use crate::vendors::table::build::{TableBuilder, book};
use crate::vendors::table::id_codes::id_codes;
use crate::vendors::table::{TableText, VendorTable};
use builtin::BUILT_IN;
use rules::{Build, CallId};
use serde_json::{Map, Value};
use std::sync::{Arc, LazyLock};
use vendor::Vendor;

/// A vendor's table that a user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorFile {
    /// The name of the file in error messages: its path.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// All vendors with their settings; immutable and shared between threads.
pub struct Vendors {
    vendors: Vec<Vendor>,
    codes: Codes,
    keys: SlotTable,
    basics: CallBasics,
    switches: Arc<SwitchNames>,
    /// The plan that calls are checked against, if there is one.
    plan: Option<Arc<Plan>>,
}

impl std::fmt::Debug for Vendors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

struct TableSource<'s> {
    name: &'s str,
    text: TableText<'s>,
    file: VendorTable,
    build: Option<Build>,
}

/// The tables of the built-in vendors, parsed once, because `segscope map` makes vendors again for
/// each line with other settings.
static SOURCES: LazyLock<Vec<TableSource<'static>>> = LazyLock::new(|| {
    let read = |&(text, build)| TableSource::read("", text, build);
    let sources: Result<_, VendorError> = BUILT_IN.iter().map(read).collect();
    sources.unwrap_or_else(|error| panic!("a built-in table is valid: {error}"))
});

impl Vendors {
    /// Makes the built-in vendors and those of the user's files. `settings` has the settings of
    /// each vendor under its name.
    pub fn new(
        settings: &Map<String, Value>,
        files: &[VendorFile],
    ) -> Result<Vendors, VendorError> {
        let of_users = files.iter().map(|user| TableSource::read(&user.name, &user.text, None));
        let of_users = of_users.collect::<Result<Vec<_>, _>>()?;
        Vendors::from_sources(&all_sources(&of_users)?, settings)
    }

    /// Makes only the vendors with these names, the built-in ones first.
    pub fn only(
        names: &[&str],
        settings: &Map<String, Value>,
        files: &[VendorFile],
    ) -> Result<Vendors, VendorError> {
        let of_users = files.iter().map(|user| TableSource::read(&user.name, &user.text, None));
        let of_users = of_users.collect::<Result<Vec<_>, _>>()?;
        let mut sources = all_sources(&of_users)?;
        sources.retain(|source| names.contains(&source.file.name.get_ref().as_str()));
        Vendors::from_sources(&sources, settings)
    }

    fn from_sources(
        sources: &[&TableSource<'_>],
        settings: &Map<String, Value>,
    ) -> Result<Vendors, VendorError> {
        let names = || sources.iter().map(|source| source.file.name.get_ref().as_str());
        if let Some(name) = settings.keys().find(|key| !names().any(|name| name == *key)) {
            let near = settings::nearest(name, names());
            let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
            return Err(VendorError::Unknown { name: name.clone(), near });
        }
        let mut keys = SlotTable::default();
        let basics = CallBasics {
            kind: keys.slot("/type"),
            received: keys.slot("/receivedAt"),
            timestamp: keys.slot("/timestamp"),
            original: keys.slot("/originalTimestamp"),
            integrations: keys.slot("/integrations"),
            other_integrations: OTHER_PLACES.map(|place| keys.slot(place)),
            ids: CallId::POINTERS.map(|pointer| keys.slot(pointer)),
        };
        let mut codes = Codes::new();
        for (index, source) in sources.iter().enumerate() {
            let wrong = |error| source.wrong(error);
            let book = book(&source.file, &source.text).map_err(wrong)?;
            let ids = id_codes(&source.file, &source.text, &book).map_err(wrong)?;
            codes.add_all(Some(index), &book, &ids);
        }
        let files = sources.iter().map(|source| &source.file);
        let of_faults = INTEGRATION_CODES.map(|code| codes.find(None, code));
        let switches = Arc::new(SwitchNames::new(files, of_faults));
        let mut vendors = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            let (text, file) = (&source.text, &source.file);
            let mut maker = TableBuilder {
                text,
                file,
                index,
                keys: &mut keys,
                codes: &codes,
                switches: &switches,
                has_code: source.build.is_some(),
                errors: Vec::new(),
            };
            let given = settings.get(file.name.get_ref());
            vendors.push(maker.make(given, source.build).map_err(|error| match error {
                VendorError::File { error, more, .. } => {
                    VendorError::File { name: source.name().to_owned(), error, more }
                }
                other => other,
            })?);
        }
        Ok(Vendors { vendors, codes, keys, basics, switches, plan: None })
    }

    /// Returns the same vendors, which also check calls against a plan.
    pub fn with_plan(self, plan: Option<Arc<Plan>>) -> Vendors {
        Vendors { plan, ..self }
    }

    /// Returns the plan that calls are checked against.
    pub fn plan(&self) -> Option<&Arc<Plan>> {
        self.plan.as_ref()
    }

    /// Checks a call against the plan. Without a plan, there are no violations.
    pub fn plan_outcome(&self, event: &Event<'_>) -> PlanOutcome {
        self.plan.as_ref().map_or_else(PlanOutcome::default, |plan| plan.check(event))
    }

    /// Returns the number of vendors.
    pub fn len(&self) -> usize {
        self.vendors.len()
    }

    /// Returns true if there are no vendors.
    pub fn is_empty(&self) -> bool {
        self.vendors.is_empty()
    }

    /// Returns the names of the vendors, in the order of their columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.vendors.iter().map(|vendor| vendor.info.name.as_str())
    }

    /// Returns the index of the vendor with a name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.names().position(|known| known == name)
    }

    /// Returns the description of a vendor.
    pub fn info(&self, vendor: usize) -> &VendorInfo {
        &self.vendors[vendor].info
    }

    /// Returns the settings of a vendor that are in force.
    pub fn settings(&self, vendor: usize) -> &VendorSettings {
        &self.vendors[vendor].settings
    }

    /// Returns all finding codes.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Returns true if counts and memories of `before` stay valid for these vendors: the vendors
    /// and their codes are the same. Settings, texts and mappings may differ.
    pub fn continues(&self, before: &Vendors) -> bool {
        let entries = |vendors: &Vendors| {
            let codes = vendors.codes.iter();
            codes
                .map(|(_, code)| {
                    let CodeEntry { vendor, code, severity, effect, headline, .. } = code;
                    (*vendor, code.clone(), *severity, *effect, *headline)
                })
                .collect::<Vec<_>>()
        };
        self.names().eq(before.names()) && entries(self) == entries(before)
    }

    /// Returns the near misses of an id that a vendor does not find, relative to the first place
    /// where the vendor reads the id.
    pub fn hints(&self, vendor: usize, event: &Event<'_>, id: Id) -> Vec<Hint> {
        let vendor = &self.vendors[vendor];
        let kind = event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        let helps = |kind| vendor.rules.as_ref().is_none_or(|rules| rules.is_helped_by(kind, id));
        let kind = kind.filter(|kind| helps(*kind));
        let places = kind.and_then(|kind| vendor.info.looks_for(kind, id));
        let place = places.and_then(|places| places.from.first());
        place.map_or(Vec::new(), |place| possible_hints(vendor, event, id, place))
    }

    /// Makes an empty memory for these vendors.
    pub fn memory(&self) -> Memory {
        Memory::new(self.vendors.iter())
    }
}

/// Returns the tables of the built-in vendors and of users.
///
/// # Errors
/// Fails if a user's vendor has the name, the column head or the prefix of another vendor, because
/// nothing could tell the two apart.
fn all_sources<'s>(
    of_users: &'s [TableSource<'s>],
) -> Result<Vec<&'s TableSource<'s>>, VendorError> {
    let mut sources: Vec<&TableSource<'_>> = SOURCES.iter().collect();
    for source in of_users {
        let wrong =
            |word, message| Err(source.wrong(TableError::word(&source.text, word, message)));
        let VendorTable { name, short, prefix, .. } = &source.file;
        if is_common_prefix(prefix.get_ref()) {
            let message = format!(
                "the prefix `{}` is that of codes that do not belong to one vendor",
                prefix.get_ref()
            );
            return wrong(prefix, message);
        }
        for other in sources.iter().map(|other| &other.file) {
            if other.name.get_ref() == name.get_ref() {
                return wrong(name, format!("a vendor named `{}` already exists", name.get_ref()));
            }
            let other_name = other.name.get_ref();
            if other.prefix.get_ref() == prefix.get_ref() {
                let prefix_text = prefix.get_ref();
                let message = format!("the codes of {other_name} have the prefix `{prefix_text}`");
                return wrong(prefix, message);
            }
            if other.short.get_ref() == short.get_ref() {
                let message =
                    format!("the column of {other_name} has the head `{}`", short.get_ref());
                return wrong(short, message);
            }
        }
        sources.push(source);
    }
    Ok(sources)
}

/// Returns true if codes that do not belong to one vendor begin with this prefix.
fn is_common_prefix(prefix: &str) -> bool {
    static COMMON: LazyLock<Vec<String>> = LazyLock::new(|| {
        let codes = Codes::new();
        let codes = codes.iter().map(|(_, entry)| entry.code.to_string());
        codes.chain(common().into_keys()).collect()
    });
    let begins = |rest: Option<&str>| rest.is_some_and(|rest| rest.starts_with('-'));
    COMMON.iter().any(|code| begins(code.strip_prefix(prefix)))
}

impl<'s> TableSource<'s> {
    fn read(
        name: &'s str,
        text: &'s str,
        build: Option<Build>,
    ) -> Result<TableSource<'s>, VendorError> {
        let wrong = |error| VendorError::File { name: name.to_owned(), error, more: Vec::new() };
        let text = TableText::new(text);
        let file = crate::vendors::table::parse(&text).map_err(wrong)?;
        Ok(TableSource { name, text, file, build })
    }

    fn wrong(&self, error: TableError) -> VendorError {
        VendorError::File { name: self.name().to_owned(), error, more: Vec::new() }
    }

    /// Returns the name in error messages: the path of a user's file, or the name of a built-in
    /// vendor.
    fn name(&self) -> &str {
        if self.name.is_empty() { self.file.name.get_ref() } else { self.name }
    }
}
