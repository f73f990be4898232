//! What a vendor's own code may do, and which vendors are built in.

use super::code_id::CodeId;
use super::codes::Codes;
use super::memory::MemorySize;
use super::memory::vendor_notes::CallNote;
use super::settings::{SettingsError, VendorSettings};
use super::vendor::{NAMES, Name, slot};
use crate::call::{CallType, time::Millis};
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::engine::field_slots::{FieldSlot, SlotTable};
use crate::vendors::memory::facts::Topic;
use crate::vendors::memory::vendor_record::VendorRecord;
use crate::vendors::table::VendorTable;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

/// What one vendor remembers besides facts, if it must.
pub(crate) type State = Box<dyn SizedState>;

/// A state that can say how large it is.
pub(crate) trait SizedState: Any + Send + Sync {
    /// How much it holds, and what it had no room for.
    fn size(&self) -> MemorySize;
}

/// Goes on with the call, or stops with what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// on to the table
    Go,
    /// nothing else is checked or sent
    Stop,
}

/// A vendor's code, for what a table cannot say. The same methods run when a call is judged and
/// when its output is made ([`Evaluation::rendering`] tells), so the two cannot disagree.
pub(crate) trait Rules: Send + Sync {
    /// After the table's ids, before its fields: decides ids ([`Evaluation::account`] …), names values for
    /// `@name` fields, skips requests.
    fn before(&self, _cx: &mut Evaluation<'_>) -> Flow {
        Flow::Go
    }

    /// After the table's fields and rest: further findings, bodies and extras.
    fn after(&self, _cx: &mut Evaluation<'_>) {}

    /// What a call teaches. Asked only if it goes through, or if [`Evaluation::partial`] was called.
    fn learn(&self, _cx: &Evaluation<'_>, _lessons: &mut LearnedFacts) {}

    /// An empty state, for a vendor whose memory is more than facts.
    fn state(&self) -> Option<State> {
        None
    }

    /// Moves the state on by a call that goes through. The note that comes back is kept under the
    /// call's seq; its codes count as found.
    fn step(&self, _cx: &Evaluation<'_>, _state: &mut State) -> Option<CallNote> {
        None
    }

    /// Shows the note of [`Rules::step`] in the output of the call that left it.
    fn show(&self, _cx: &mut Evaluation<'_>, _note: Option<&CallNote>) {}

    /// True if [`Rules::flush`] would close something. What it does to the state shows nowhere.
    fn is_idle(&self, _now: Millis, _state: &mut State) -> bool {
        false
    }

    /// True for a vendor that works sessions out from calls.
    fn has_sessions(&self) -> bool {
        false
    }

    /// What those of these sessions that are open would give if they ended with their last call.
    fn open(&self, _sessions: &BTreeSet<String>, _state: &State) -> Vec<VendorRecord> {
        Vec::new()
    }

    /// Closes what has been idle, at a moment of the clock.
    fn flush(&self, _now: Millis, _state: &mut State) -> Vec<VendorRecord> {
        Vec::new()
    }
}

/// What a call teaches, gathered before it is learned.
#[derive(Debug, Default)]
pub(crate) struct LearnedFacts {
    text: String,
    ends: Vec<(Topic, usize, usize)>,
}

impl LearnedFacts {
    /// One fact.
    pub fn add(&mut self, topic: Topic, key: &str, value: &str) {
        self.text.push_str(key);
        let key_end = self.text.len();
        self.text.push_str(value);
        self.ends.push((topic, key_end, self.text.len()));
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// The facts in order: topic, key, value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Topic, &str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |&(topic, key_end, end)| {
            let lesson = (topic, &self.text[start..key_end], &self.text[key_end..end]);
            start = end;
            lesson
        })
    }
}

/// What a vendor's code is made from.
pub(crate) struct RuleParts<'p> {
    pub settings: &'p VendorSettings,
    pub(crate) keys: &'p mut SlotTable,
    pub(crate) codes: &'p Codes,
    pub(crate) vendor: usize,
    pub(crate) file: &'p VendorTable,
    pub(crate) names: &'p mut Vec<&'static str>,
    pub(crate) reads: &'p mut Vec<FieldSlot>,
    /// Every place that the code asked for.
    pub(crate) looks: &'p mut Vec<FieldSlot>,
}

impl RuleParts<'_> {
    /// The spot of a pointer.
    pub fn slot(&mut self, pointer: &str) -> FieldSlot {
        let slot = self.keys.slot(pointer);
        self.looks.push(slot);
        slot
    }

    /// The spot of an object whose members the code goes through ([`crate::vendors::engine::call_view::CallView::members`]).
    pub fn listed(&mut self, pointer: &str) -> FieldSlot {
        self.keys.listed(pointer)
    }

    /// The spot of a member that a setting names, and that no `rest` reports from now on.
    pub fn reads(&mut self, object: &str, member: &str) -> FieldSlot {
        let object = self.keys.slot(object);
        let slot = self.keys.child(object, member);
        self.reads.push(slot);
        slot
    }

    /// True if a field of the table of a call type is filled from this pointer.
    pub fn in_table(&self, call: CallType, pointer: &str) -> bool {
        let requests = self.file.call.get(call).into_iter().flat_map(|call| &call.request);
        let mut from = requests.flat_map(|request| &request.fields).flat_map(|field| &field.from);
        from.any(|from| from.get_ref() == pointer)
    }

    /// A code of the vendor's table, without its prefix: `T-BACKDATED`.
    ///
    /// # Panics
    /// If the table has no such code.
    pub fn code(&self, code: &str) -> CodeId {
        let code = format!("{}-{code}", self.file.prefix);
        self.codes
            .find(Some(self.vendor), &code)
            .unwrap_or_else(|| panic!("the vendor's table has no {code}"))
    }

    /// A code that several call types have, without prefix and letter: `DATE-INVALID`.
    ///
    /// # Panics
    /// If the table has it for no call type.
    pub fn family(&self, code: &str) -> Family {
        let find = |call: CallType| {
            let code = format!("{}-{}-{code}", self.file.prefix, call.letter());
            self.codes.find(Some(self.vendor), &code)
        };
        let family = Family(CallType::ALL.map(find));
        assert!(family.0.iter().any(Option::is_some), "the vendor's table has no {code}");
        family
    }

    /// The table's `[data]`.
    ///
    /// # Panics
    /// If the table has none of this form.
    pub fn data<T: DeserializeOwned>(&self) -> T {
        let data = self.file.data.as_ref().expect("the vendor's table has data for its code");
        let data = toml::Value::Table(data.get_ref().clone());
        data.try_into().unwrap_or_else(|error| panic!("the vendor's data: {error}"))
    }

    /// The texts that a setting's preset gives, by name.
    pub fn preset(&self, key: &str) -> BTreeMap<String, String> {
        let def = self.file.setting.iter().find(|def| def.key == key);
        let preset = def.and_then(|def| def.preset.as_ref()?.as_table());
        let texts = preset.into_iter().flatten();
        texts.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
    }

    /// A name for a value that the table's fields may use as `@name`.
    pub fn name(&mut self, name: &'static str) -> Name {
        assert!(self.names.len() < NAMES, "a vendor's code names at most {NAMES} values");
        self.names.push(name);
        Name(self.names.len() as u8 - 1)
    }
}

/// A code of several call types.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family([Option<CodeId>; 6]);

impl Family {
    /// The code for a call type.
    ///
    /// # Panics
    /// If the table has it not for this type.
    pub fn code_for(&self, call: CallType) -> CodeId {
        self.0[slot(call)].expect("the vendor's table has this code for the call type")
    }
}

/// Makes a vendor's code.
pub(crate) type Build = fn(&mut RuleParts<'_>) -> Result<Box<dyn Rules>, SettingsError>;

#[cfg(test)]
mod tests {
    use super::super::{VendorFile, Vendors};
    use serde_json::Map;

    #[test]
    fn data_is_only_for_a_vendor_with_code() {
        let text = r#"
            name = "hook"
            title = "Hook"
            short = "HO"
            prefix = "HO"
            document = "Hook, “Guide”"
            fed_by = "any"
            fidelity = "wire"
            call = {}
            [data]
            words = ["a"]"#;
        let file = |text: &str| [VendorFile { name: "hook.toml".into(), text: text.into() }];
        let error = Vendors::new(&Map::new(), &file(text)).expect_err("nothing reads it");
        assert_eq!(
            error.to_string(),
            "hook.toml: line 10: `data` is for vendors with code of their own; nothing reads it here"
        );
        let without = text.split("[data]").next().expect("a head");
        assert!(Vendors::new(&Map::new(), &file(without)).is_ok());
    }
}
