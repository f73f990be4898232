//! A vendor ready for use: its table with all pointers, codes and settings resolved.

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

/// The maximum number of values that a vendor's code may set for its table's `@name` fields.
pub(crate) const NAMES: usize = 8;

/// Returns the index of a call type in tables.
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
    /// The types of the calls that it acts on, as a phrase.
    pub supported: String,
}

/// The slots and codes of the checks that come first at every vendor.
pub(crate) struct CommonChecks {
    pub kind: FieldSlot,
    pub integrations: Vec<FieldSlot>,
    /// The names of all vendors in `integrations`, to find misspelled ones.
    pub switches: Arc<SwitchNames>,
    /// The slots of `All` and `all` in `integrations`.
    pub all: [FieldSlot; 2],
    pub type_missing: CodeId,
    pub off: CodeId,
    pub filtered: CodeId,
    pub type_unknown: CodeId,
    pub placeholder: CodeId,
    pub stand_in: CodeId,
    pub blanks: CodeId,
    /// The codes for the call types that the vendor does not act on.
    pub unsupported: [Option<CodeId>; 6],
}

pub(crate) struct CallRules {
    pub account: Option<IdRule>,
    pub user: Option<IdRule>,
    pub session: Option<IdRule>,
    /// The places of the alternative objects of each choice.
    pub choices: Vec<Vec<FieldSlot>>,
    pub requests: Vec<Request>,
    pub rests: Vec<LeftoverRule>,
    /// The places of personal data that are read, each with the example value of corrected calls.
    pub made_up: Vec<(FieldSlot, Box<str>)>,
}

pub(crate) struct IdRule {
    pub from: Vec<FieldSlot>,
    /// The guard of each of these places; empty if none has a guard.
    pub guards: Vec<Option<Guard>>,
    pub missing: Option<CodeId>,
    pub kind: Option<CodeId>,
    /// True if placeholders are reported.
    pub used: bool,
    /// True if the vendor's code finds the id instead of the engine.
    pub by_code: bool,
}

/// The condition of a place that it counts only if the call has the object that contains it, and no
/// object of higher priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    /// The index of the choice in [`CallRules::choices`].
    pub choice: u8,
    /// The index of the object in the choice.
    pub object: u8,
}

/// The method, address and headers of a request, as they may be shown.
pub(crate) struct Carrier {
    pub method: String,
    /// The address, with `{@user}` and so on for ids of the call.
    pub url: String,
    /// The ids in the address.
    pub ids: Vec<FieldSource>,
    pub headers: Vec<(String, String)>,
    /// The address and headers before settings are filled in.
    pub template: Arc<RequestTemplate>,
}

pub(crate) struct Request {
    pub carrier: Carrier,
    /// The request is made only if one of these sources has a value; empty for always.
    pub only_with: Vec<FieldSource>,
    pub body: BodyKind,
    pub caveats: Vec<Caveat>,
    pub rows: Vec<FieldRule>,
    pub spreads: Vec<Spread>,
    /// The triggers of the rows that may report something about a call that is only judged.
    pub row_triggers: Vec<RowTrigger>,
}

/// A caveat of a request that depends on its body.
pub(crate) struct Caveat {
    /// The member of the body.
    pub of: Vec<String>,
    /// True if the caveat applies with that member, and false if it applies without it.
    pub with: bool,
    pub says: String,
}

/// A condition for running a row for a call that is only judged: the row runs unless the value at
/// `slot` is of a kind in `fine` and not longer than `max`. A row with several places has a trigger
/// for each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowTrigger {
    /// The index of the row.
    pub row: u8,
    /// A place that the row reads.
    pub slot: FieldSlot,
    /// The kinds of values there about which the row reports nothing.
    pub fine: PresenceMap,
    /// The maximum number of bytes of such a value, if the row has a limit.
    pub max: Option<u32>,
}

/// A source of a row's value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FieldSource {
    Slot(FieldSlot),
    /// A place in one of several alternative objects.
    Guarded(FieldSlot, Guard),
    Account,
    User,
    Session,
    /// The text of the event time.
    Time,
    /// A value that the vendor's code sets.
    Named(Name),
}

/// The number of a value that the vendor's code sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name(pub u8);

/// A value that is the same for every call.
pub(crate) struct FixedValue {
    pub json: String,
    /// The setting that supplies the value; `None` for a value of the table.
    pub setting: Option<String>,
}

pub(crate) struct FieldRule {
    /// True if the row can report a finding. Other rows run only if their value is needed.
    pub speaks: bool,
    pub to: Vec<String>,
    pub from: Vec<FieldSource>,
    /// The place where a value is expected.
    pub place: FieldSlot,
    /// Names that are probably meant to be this field.
    pub near: Vec<String>,
    pub always: Option<FixedValue>,
    /// The field is written only if one of these sources has a value; empty for always.
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

/// The rule for the members of an object that no row reads.
pub(crate) struct LeftoverRule {
    pub object: FieldSlot,
    pub code: Option<CodeId>,
    pub each: bool,
    pub nulls: bool,
    pub kind: Option<CodeId>,
    pub send_type: Option<CodeId>,
    /// The slots that a row, an id or the vendor's code reads.
    pub claimed: SlotSet,
    /// The members that a setting lists, each with the rows of the first request that write the
    /// same field, one bit each. Such a row has priority.
    pub sent: Vec<(FieldSlot, u128)>,
    pub sent_set: SlotSet,
    /// True if the object is a member of one whose members a setting lists. A list of names has no
    /// members of it.
    pub is_inside: bool,
    /// The names of the fields of outputs.
    pub names: Vec<FieldName>,
    /// The fixes for members with particular names.
    pub advice: BTreeMap<String, String>,
}

/// The name of a field of an output, or of the member that fills it.
pub(crate) struct FieldName {
    pub name: String,
    /// The normalized name, which all its spellings share ([`crate::findings::norm`]).
    pub norm: String,
    /// The pointer that fills the field.
    pub from: String,
    /// The values that the field takes.
    pub take: Take,
}
