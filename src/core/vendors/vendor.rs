//! A vendor made ready: its table with every pointer, code and setting resolved.

use super::code_id::CodeId;
use super::rules::Rules;
use super::settings::VendorSettings;
use crate::call::CallType;
use crate::findings::identity::ValueRule;
use crate::fql::Filter;
use crate::vendors::deliver::request_template::RequestTemplate;
use crate::vendors::engine::field_slots::{FieldSlot, SlotSet};
use crate::vendors::engine::integration_names::SwitchNames;
use crate::vendors::engine::presence::PresenceMap;
use crate::vendors::engine::spread::Spread;
use crate::vendors::table::{BodyKind, Check, NumberRule, Take};
use crate::vendors::vendor_info::VendorInfo;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many values a vendor's code may name for its table's fields (`@name`).
pub(crate) const NAMES: usize = 8;

/// One number for each call type, to index tables with.
pub(crate) fn slot(call: CallType) -> usize {
    call as usize
}

pub(crate) struct Vendor {
    pub index: usize,
    pub info: VendorInfo,
    pub settings: VendorSettings,
    pub values: ValueRule,
    pub numbers: NumberRule,
    pub common: CommonChecks,
    pub calls: [Option<CallRules>; 6],
    pub transport: Option<Carrier>,
    /// The user's destination filter.
    pub only: Option<Filter>,
    pub rules: Option<Box<dyn Rules>>,
    /// The calls that it acts on, in words.
    pub supported: String,
}

/// The spots and codes of the checks that every vendor makes first.
pub(crate) struct CommonChecks {
    pub kind: FieldSlot,
    pub integrations: Vec<FieldSlot>,
    /// The names of all vendors, for those that are nearly one.
    pub switches: Arc<SwitchNames>,
    /// `All` and `all`.
    pub all: [FieldSlot; 2],
    pub type_missing: CodeId,
    pub off: CodeId,
    pub filtered: CodeId,
    pub type_unknown: CodeId,
    pub placeholder: CodeId,
    pub stand_in: CodeId,
    pub blanks: CodeId,
    /// For each call type that the vendor does not act on.
    pub unsupported: [Option<CodeId>; 6],
}

pub(crate) struct CallRules {
    pub account: Option<IdRule>,
    pub user: Option<IdRule>,
    pub session: Option<IdRule>,
    /// The places of each object of which a call has one or the other.
    pub choices: Vec<Vec<FieldSlot>>,
    pub requests: Vec<Request>,
    pub rests: Vec<LeftoverRule>,
    /// Places of a person's data that are read, and what corrected calls have there.
    pub made_up: Vec<(FieldSlot, Box<str>)>,
}

pub(crate) struct IdRule {
    pub from: Vec<FieldSlot>,
    /// The choice that each of these depends on; empty where none does.
    pub guards: Vec<Option<Guard>>,
    pub missing: Option<CodeId>,
    pub kind: Option<CodeId>,
    /// Placeholders are reported.
    pub used: bool,
    /// The vendor's code decides; the engine does not look.
    pub by_code: bool,
}

/// A place that counts only if the call has the object that it is in, and none that comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    /// The number of the choice in [`CallRules::choices`].
    pub choice: u8,
    /// The number of the object in it.
    pub object: u8,
}

/// Method, address and headers, ready to show.
pub(crate) struct Carrier {
    pub method: String,
    /// The address, with `{@user}` and the like where an id of the call goes.
    pub url: String,
    /// The ids in the address.
    pub ids: Vec<FieldSource>,
    pub headers: Vec<(String, String)>,
    /// The same before settings are filled in.
    pub template: Arc<RequestTemplate>,
}

pub(crate) struct Request {
    pub carrier: Carrier,
    /// It is made only if one of these is there; empty: always.
    pub only_with: Vec<FieldSource>,
    pub body: BodyKind,
    pub caveats: Vec<Caveat>,
    pub rows: Vec<FieldRule>,
    pub spreads: Vec<Spread>,
    /// What of it a call is judged by.
    pub row_triggers: Vec<RowTrigger>,
}

/// What is doubtful about a request, by what its body has.
pub(crate) struct Caveat {
    /// The member of the body.
    pub of: Vec<String>,
    /// Whether it is doubtful with that member or without it.
    pub with: bool,
    pub says: String,
}

/// A row that may matter to a call that is only judged, and when it surely does not. A row of more
/// than one place has an ask for each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowTrigger {
    /// The number of the row.
    pub row: u8,
    /// A place that it looks at.
    pub slot: FieldSlot,
    /// What may stand there without its having anything to tell.
    pub fine: PresenceMap,
    /// A text is that only up to so many bytes.
    pub max: Option<u32>,
}

/// Where a row's value comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FieldSource {
    Spot(FieldSlot),
    /// A place in an object of which a call has one or another.
    Guarded(FieldSlot, Guard),
    Account,
    User,
    Session,
    /// The event time's text.
    Time,
    /// A value that the vendor's code names.
    Named(Name),
}

/// A value that the vendor's code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name(pub u8);

/// A value that is the same for every call.
pub(crate) struct FixedValue {
    pub json: String,
    /// The setting that it is; none for one of the table's own.
    pub setting: Option<String>,
}

pub(crate) struct FieldRule {
    /// It can give a finding. One that cannot is run only where its value is wanted.
    pub speaks: bool,
    pub to: Vec<String>,
    pub from: Vec<FieldSource>,
    /// Where a value is expected.
    pub place: FieldSlot,
    /// Names that are probably meant for it.
    pub near: Vec<String>,
    pub always: Option<FixedValue>,
    /// It is written only if one of these is there; empty: always.
    pub only_with: Vec<FieldSource>,
    pub take: Take,
    pub check: Option<Check>,
    pub max: Option<usize>,
    pub one_of: Vec<String>,
    pub default: Option<FixedValue>,
    pub missing: Option<CodeId>,
    pub recommended: Option<CodeId>,
    pub kind: Option<CodeId>,
    pub invalid: Option<CodeId>,
    pub long: Option<CodeId>,
    pub zero: Option<CodeId>,
    pub unknown: Option<CodeId>,
}

/// What becomes of the members of an object that no row reads.
pub(crate) struct LeftoverRule {
    pub of: FieldSlot,
    pub code: Option<CodeId>,
    pub each: bool,
    pub nulls: bool,
    pub kind: Option<CodeId>,
    pub send_type: Option<CodeId>,
    /// Spots that a row, an id or the vendor's code reads.
    pub claimed: SlotSet,
    /// Members that a setting lists, with the rows (of the first request) whose output they would
    /// take: such a row wins.
    pub sent: Vec<(FieldSlot, u128)>,
    pub sent_set: SlotSet,
    /// Names of an output's fields.
    pub names: Vec<FieldName>,
    /// What to change about a member of that name.
    pub advice: BTreeMap<String, String>,
}

/// A name of an output's field, or of the member that fills it.
pub(crate) struct FieldName {
    pub name: String,
    /// What it shares with its other spellings ([`crate::findings::norm`]).
    pub norm: String,
    /// The pointer that fills the field.
    pub from: String,
}
