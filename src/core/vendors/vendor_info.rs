//! Descriptions of vendors, for the pages and commands that show them.

use crate::call::CallType;
use crate::findings::Id;
use crate::vendors::engine::spread::SpreadDef;
use crate::vendors::table::{
    BodyKind, CallDef, Check, CodeFieldDef, FedBy, Fidelity, FieldDef, IdDef, IdNeed, RequestDef,
    SettingDef, Take, VendorTable, Word,
};

/// A vendor as its table describes it.
#[derive(Debug, Clone)]
pub struct VendorInfo {
    /// The name in settings, flags and records.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// The head of its column: one to three characters.
    pub short: String,
    /// The prefix of its finding codes.
    pub prefix: String,
    /// Its document, named so that a user can find it.
    pub document: String,
    /// The service that feeds it.
    pub fed_by: FedBy,
    /// The names under which `integrations` switches it off.
    pub integrations: Vec<String>,
    /// The fidelity of its shown requests.
    pub fidelity: Fidelity,
    /// A note about the vendor for the user.
    pub note: Option<String>,
    /// The objects that it pushes to Segment, if it does so.
    pub pushes: Option<PushesInfo>,
    /// The method and address of the request that carries the call itself to it, and the source of
    /// this information.
    pub transport: Option<(String, String)>,
    /// Its settings.
    pub settings: Vec<SettingDef>,
    /// The calls that it acts on, in the order of [`CallType::ALL`].
    pub calls: Vec<CallInfo>,
}

/// The objects that a vendor pushes to Segment.
#[derive(Debug, Clone)]
pub struct PushesInfo {
    /// The occasion for a push, in a sentence.
    pub when: String,
    /// The setting that the ids of pushed companies may fill.
    pub fills: Option<String>,
    /// The source of this information.
    pub source: String,
}

/// The handling of one call type by a vendor.
#[derive(Debug, Clone)]
pub struct CallInfo {
    /// The call type.
    pub call: CallType,
    /// The vendor's name for what the call becomes, in two or three words.
    pub becomes: String,
    /// The occasion for the call, if the document names it.
    pub when: Option<String>,
    /// The source of the rules: `document`, `public: …` or `ours`.
    pub source: String,
    /// The places of the account id.
    pub account: Option<LooksFor>,
    /// The places of the user id.
    pub user: Option<LooksFor>,
    /// The places of the session id.
    pub session: Option<LooksFor>,
    /// The names of alternative objects, with their places in order.
    pub choose: Vec<(String, Vec<String>)>,
    /// Its requests.
    pub requests: Vec<RequestInfo>,
    /// Further places that the vendor's own code reads.
    pub reads: Vec<String>,
    /// The values that the vendor's own code names for fields, each in a few words.
    pub code_names: Vec<(String, String)>,
    /// The fields of its requests.
    pub fields: Vec<FieldInfo>,
    /// The objects whose members are copied to its requests under their own names.
    pub spreads: Vec<SpreadInfo>,
}

/// A request that a call becomes.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// Its method and address, with the settings and ids by name.
    pub line: String,
    /// The source that has to be present for the request to be made.
    pub only_with: Option<String>,
    /// True if its body is the call itself.
    pub is_call: bool,
    /// The fields that the vendor's own code writes.
    pub code_fields: Vec<CodeFieldInfo>,
    /// True if the body is a list in which each entry has the fields of entry 0.
    pub repeats_entry: bool,
}

/// A field that a vendor's own code writes.
#[derive(Debug, Clone)]
pub struct CodeFieldInfo {
    /// A pointer into the body, in which a name in `‹›` stands for any member or entry.
    pub to: String,
    /// The sources, in words or pointers.
    pub from: Vec<String>,
    /// The values that are sent, in a few words.
    pub takes: String,
    /// The value if no source has one.
    pub otherwise: Option<String>,
    /// The source of this information.
    pub source: String,
}

/// The places of an id, and its importance.
#[derive(Debug, Clone)]
pub struct LooksFor {
    /// JSON pointers, in order; the first is where it is expected.
    pub from: Vec<String>,
    /// The places as pages show them: a name with `@` refers to one of several alternative objects.
    pub stated: Vec<String>,
    /// The importance of the id.
    pub need: IdNeed,
    /// The codes for a missing id and for an id that is not a string.
    pub codes: Vec<String>,
    /// True if the vendor's own code finds the id.
    pub decided_by_code: bool,
    /// The source of this information.
    pub source: String,
}

/// One field of an output.
#[derive(Debug, Clone)]
pub struct FieldInfo {
    /// The request, from 0.
    pub request: usize,
    /// JSON pointer into the body.
    pub to: String,
    /// JSON pointers into the call, or names with `@`; empty for a fixed value.
    pub from: Vec<String>,
    /// The source that has to be present for the field to be sent.
    pub only_with: Option<String>,
    /// The values that it takes.
    pub take: Take,
    /// The check of a value that is sent even if the check fails.
    pub check: Option<Check>,
    /// The maximum number of characters; a longer text is cut.
    pub max: Option<usize>,
    /// The fixed value, or the default if no source has a usable value.
    pub value: Option<String>,
    /// The setting that is sent if no source has a usable value.
    pub setting: Option<String>,
    /// The source of this information.
    pub source: String,
}

/// An object whose members are copied to an output under their own names.
#[derive(Debug, Clone)]
pub struct SpreadInfo {
    /// The list setting that names the members, if not all are sent.
    pub listed: Option<String>,
    /// The request, from 0.
    pub request: usize,
    /// The JSON pointer into the body of the object that they are copied to.
    pub to: String,
    /// The JSON pointers into the call; the first that refers to an object counts.
    pub from: Vec<String>,
    /// Names that are left out.
    pub without: Vec<String>,
    /// The members that are renamed, each with its new name.
    pub rename: Vec<(String, String)>,
    /// True if objects and lists are left out, besides null.
    pub scalar: bool,
    /// True if values that are false in JavaScript are left out, besides null.
    pub truthy: bool,
    /// True if each member that is left out because of its value leads to a finding.
    pub lost_is_told: bool,
    /// True if the object is sent even if the call has none.
    pub always: bool,
    /// The source of this information.
    pub source: String,
}

impl VendorInfo {
    pub(crate) fn new(file: &VendorTable) -> VendorInfo {
        let calls = CallType::ALL
            .into_iter()
            .filter_map(|call| Some(CallInfo::new(file, call, file.call.get(call)?)))
            .collect();
        VendorInfo {
            name: file.name.get_ref().clone(),
            title: file.title.clone(),
            short: file.short.get_ref().clone(),
            prefix: file.prefix.get_ref().clone(),
            document: file.document.clone(),
            fed_by: file.fed_by,
            integrations: file.integrations.clone(),
            fidelity: file.fidelity,
            note: file.note.clone(),
            pushes: file.pushes.as_ref().map(|def| PushesInfo {
                when: def.when.clone(),
                fills: def.fills.as_ref().map(|word| word.get_ref().clone()),
                source: def.source.clone(),
            }),
            transport: file
                .transport
                .as_ref()
                .map(|def| (format!("{} {}", def.method, def.url.get_ref()), def.source.clone())),
            settings: file.setting.clone(),
            calls,
        }
    }

    /// Returns the handling of a call type, or `None` if the vendor does not act on it.
    pub fn call(&self, call: CallType) -> Option<&CallInfo> {
        self.calls.iter().find(|info| info.call == call)
    }

    /// Returns the places of an id in a call, or `None` if the vendor does not read it.
    pub fn looks_for(&self, call: CallType, id: Id) -> Option<&LooksFor> {
        let info = self.call(call)?;
        match id {
            Id::Account => info.account.as_ref(),
            Id::User => info.user.as_ref(),
        }
    }
}

impl CallInfo {
    fn new(file: &VendorTable, call: CallType, def: &CallDef) -> CallInfo {
        let texts = |words: &[Word]| words.iter().map(|word| word.get_ref().clone()).collect();
        let code =
            |word: &Word| format!("{}-{}-{}", file.prefix.get_ref(), call.letter(), word.get_ref());
        let looks = |id: &Option<IdDef>| {
            id.as_ref().map(|id| LooksFor {
                from: id.from.iter().flat_map(|word| def.pointers(word.get_ref())).collect(),
                stated: if id.shown.is_empty() { texts(&id.from) } else { id.shown.clone() },
                need: id.need,
                codes: id.missing.iter().chain(&id.kind).map(code).collect(),
                decided_by_code: id.decided_by_code,
                source: id.source.clone().unwrap_or_else(|| def.source.clone()),
            })
        };
        let requests = || def.request.iter().enumerate();
        let fields = requests().flat_map(|(request, request_def)| {
            request_def.fields.iter().map(move |field| FieldInfo::new(request, field, &def.source))
        });
        let spreads = requests().flat_map(|(request, request_def)| {
            let each = request_def.spread.iter();
            each.map(move |spread| SpreadInfo::new(request, spread, &def.source))
        });
        let listed = def.rest.iter().filter_map(|rest| {
            Some(SpreadInfo::listed(rest.of.get_ref(), rest.send.as_ref()?, &def.source))
        });
        CallInfo {
            call,
            becomes: def.becomes.clone(),
            when: def.when.clone(),
            source: def.source.clone(),
            account: looks(&def.account),
            user: looks(&def.user),
            session: looks(&def.session),
            choose: def.choose.iter().map(|(name, from)| (name.clone(), texts(from))).collect(),
            requests: def.request.iter().map(|request| RequestInfo::new(request, def)).collect(),
            reads: texts(&def.reads),
            code_names: def
                .code_names
                .iter()
                .map(|(name, words)| (name.get_ref().clone(), words.clone()))
                .collect(),
            fields: fields.collect(),
            spreads: spreads.chain(listed).collect(),
        }
    }
}

impl RequestInfo {
    fn new(def: &RequestDef, call: &CallDef) -> RequestInfo {
        let code_field = |field: &CodeFieldDef| CodeFieldInfo {
            to: field.to.get_ref().clone(),
            from: field.from.clone(),
            takes: field.takes.clone(),
            otherwise: field.otherwise.clone(),
            source: field.source.clone().unwrap_or_else(|| call.source.clone()),
        };
        RequestInfo {
            line: format!("{} {}", def.method, def.url.get_ref()),
            only_with: def.only_with.as_ref().map(|word| word.get_ref().clone()),
            is_call: def.body == BodyKind::Call,
            code_fields: def.code_fields.iter().map(code_field).collect(),
            repeats_entry: def.code_repeats_entry,
        }
    }
}

impl FieldInfo {
    fn new(request: usize, def: &FieldDef, source: &str) -> FieldInfo {
        FieldInfo {
            request,
            to: def.to.get_ref().clone(),
            from: def.from.iter().map(|word| word.get_ref().clone()).collect(),
            only_with: def.only_with.as_ref().map(|word| word.get_ref().clone()),
            take: def.take,
            check: def.check,
            max: def.max,
            value: def.value.as_ref().or(def.default.as_ref()).map(ToString::to_string),
            setting: def.default_setting.as_ref().map(|word| word.get_ref().clone()),
            source: def.source.clone().unwrap_or_else(|| source.to_owned()),
        }
    }
}

impl SpreadInfo {
    fn new(request: usize, def: &SpreadDef, source: &str) -> SpreadInfo {
        SpreadInfo {
            listed: None,
            request,
            to: def.to.get_ref().clone(),
            from: def.from.iter().map(|word| word.get_ref().clone()).collect(),
            without: def.without.iter().chain(&def.refused).cloned().collect(),
            rename: def.rename.clone().into_iter().collect(),
            scalar: def.scalar(),
            truthy: def.truthy,
            lost_is_told: def.lost.is_some(),
            always: def.always,
            source: def.source.clone().unwrap_or_else(|| source.to_owned()),
        }
    }

    /// Describes the members of an object that a setting lists and that the first request contains.
    fn listed(of: &str, setting: &Word, source: &str) -> SpreadInfo {
        SpreadInfo {
            listed: Some(setting.get_ref().clone()),
            request: 0,
            to: String::new(),
            from: vec![of.to_owned()],
            without: Vec::new(),
            rename: Vec::new(),
            scalar: true,
            truthy: false,
            lost_is_told: true,
            always: false,
            source: source.to_owned(),
        }
    }
}
