//! What a vendor takes, for the screens and commands that show it.

use crate::call::CallType;
use crate::findings::Id;
use crate::vendors::engine::spread::SpreadDef;
use crate::vendors::table::{
    BodyKind, CallDef, Check, FedBy, Fidelity, FieldDef, IdDef, IdNeed, RequestDef, SettingDef,
    Take, VendorTable, Word,
};

/// A vendor as its table describes it.
#[derive(Debug, Clone)]
pub struct VendorInfo {
    /// The name in settings, flags and records.
    pub name: String,
    /// The name that people know.
    pub title: String,
    /// The head of its column: two or three characters.
    pub short: String,
    /// What its finding codes begin with.
    pub prefix: String,
    /// Its document as a user can find it.
    pub document: String,
    /// Which service feeds it.
    pub fed_by: FedBy,
    /// The names under which `integrations` switches it off.
    pub integrations: Vec<String>,
    /// How true its shown requests are.
    pub fidelity: Fidelity,
    /// What a user should know once.
    pub note: Option<String>,
    /// What it pushes to Segment, if it does that.
    pub pushes: Option<PushesInfo>,
    /// What carries the call itself to it, as method and address, and where that was read.
    pub transport: Option<(String, String)>,
    /// Its settings.
    pub settings: Vec<SettingDef>,
    /// The calls that it acts on, in the order of [`CallType::ALL`].
    pub calls: Vec<CallInfo>,
}

/// What a vendor pushes to Segment.
#[derive(Debug, Clone)]
pub struct PushesInfo {
    /// When it does so, in a sentence.
    pub when: String,
    /// The setting that the ids of pushed companies may fill.
    pub fills: Option<String>,
    /// Where it was read.
    pub source: String,
}

/// What a vendor makes of one call type.
#[derive(Debug, Clone)]
pub struct CallInfo {
    /// The call type.
    pub call: CallType,
    /// What it becomes, in two or three words.
    pub becomes: String,
    /// When to make the call, where the document says so.
    pub when: Option<String>,
    /// Where it was read: `document`, `public: …` or `ours`.
    pub source: String,
    /// Where the account id is looked for.
    pub account: Option<LooksFor>,
    /// Where the user id is looked for.
    pub user: Option<LooksFor>,
    /// Where the session's id is looked for.
    pub session: Option<LooksFor>,
    /// Names for objects of which a call has one or the other, with their places in order.
    pub choose: Vec<(String, Vec<String>)>,
    /// Its requests.
    pub requests: Vec<RequestInfo>,
    /// What the vendor's own code reads besides.
    pub reads: Vec<String>,
    /// The fields of its requests.
    pub fields: Vec<FieldInfo>,
    /// The objects whose members go into its requests under their own names.
    pub spreads: Vec<SpreadInfo>,
}

/// A request that a call becomes.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// Its method and address, with the settings and ids by name.
    pub line: String,
    /// It is made only if this is there.
    pub only_with: Option<String>,
    /// Its body is the call itself.
    pub is_call: bool,
}

/// Where an id is looked for, and how much it is needed.
#[derive(Debug, Clone)]
pub struct LooksFor {
    /// JSON pointers, in order; the first is where it is expected.
    pub from: Vec<String>,
    /// The same as the table has it: a name with `@` stands for an object that is chosen once.
    pub stated: Vec<String>,
    /// How much it is needed.
    pub need: IdNeed,
    /// The codes that say that it is missing, and that it is not a string.
    pub codes: Vec<String>,
    /// The vendor's own code decides.
    pub decided_by_code: bool,
    /// Where it was read.
    pub source: String,
}

/// One field of an output.
#[derive(Debug, Clone)]
pub struct FieldInfo {
    /// The request, from 0.
    pub request: usize,
    /// JSON pointer into the body.
    pub to: String,
    /// JSON pointers into the call, or names with `@`; none for a value that is always the same.
    pub from: Vec<String>,
    /// It is sent only if this is there.
    pub only_with: Option<String>,
    /// Which values it takes.
    pub take: Take,
    /// What is looked at in a value that is sent whatever it is.
    pub check: Option<Check>,
    /// At most so many characters are kept.
    pub max: Option<usize>,
    /// What is sent where nothing usable was found, or always.
    pub value: Option<String>,
    /// The setting that is sent where nothing usable was found.
    pub setting: Option<String>,
    /// Where it was read.
    pub source: String,
}

/// An object whose members go into an output under their own names.
#[derive(Debug, Clone)]
pub struct SpreadInfo {
    /// The list setting that names the members, if not all are sent.
    pub listed: Option<String>,
    /// The request, from 0.
    pub request: usize,
    /// JSON pointer into the body: the object that they go into.
    pub to: String,
    /// JSON pointers into the call; the first that holds an object counts.
    pub from: Vec<String>,
    /// Names that are left out.
    pub without: Vec<String>,
    /// Members that get another name.
    pub rename: Vec<(String, String)>,
    /// Objects and lists are left out, besides null.
    pub scalar: bool,
    /// Values that JavaScript takes for false are left out, besides null.
    pub truthy: bool,
    /// Each member that is left out for its value gives a finding.
    pub lost_is_told: bool,
    /// The object is sent even if the call has none.
    pub always: bool,
    /// Where it was read.
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
            prefix: file.prefix.clone(),
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

    /// What the vendor makes of a call type; none if it does not act on it.
    pub fn call(&self, call: CallType) -> Option<&CallInfo> {
        self.calls.iter().find(|info| info.call == call)
    }

    /// Where an id is looked for in a call; none where the vendor does not look.
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
        let code = |word: &Word| format!("{}-{}-{}", file.prefix, call.letter(), word.get_ref());
        let looks = |id: &Option<IdDef>| {
            id.as_ref().map(|id| LooksFor {
                from: id.from.iter().flat_map(|word| def.pointers(word.get_ref())).collect(),
                stated: texts(&id.from),
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
            requests: def.request.iter().map(RequestInfo::new).collect(),
            reads: texts(&def.reads),
            fields: fields.collect(),
            spreads: spreads.chain(listed).collect(),
        }
    }
}

impl RequestInfo {
    fn new(def: &RequestDef) -> RequestInfo {
        RequestInfo {
            line: format!("{} {}", def.method, def.url.get_ref()),
            only_with: def.only_with.as_ref().map(|word| word.get_ref().clone()),
            is_call: def.body == BodyKind::Call,
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

    /// The members of an object that a setting lists, in the first request.
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
