//! The interface for the code of a vendor.

use super::code_id::CodeId;
use super::codes::Codes;
use super::memory::MemorySize;
use super::memory::vendor_notes::CallNote;
use super::settings::{SettingsError, VendorSettings};
use super::vendor::{NAMES, Name, slot};
use crate::call::{CallType, time::Millis};
use crate::findings::Id;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::engine::field_slots::{FieldSlot, SlotTable};
use crate::vendors::memory::facts::Topic;
use crate::vendors::memory::vendor_record::VendorRecord;
use crate::vendors::table::VendorTable;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

/// The state that a vendor keeps besides facts, if it needs one.
pub(crate) type State = Box<dyn SizedState>;

/// A state that reports its size.
pub(crate) trait SizedState: Any + Send + Sync {
    /// Returns the number of entries, the number of those without room, and the bytes.
    fn size(&self) -> MemorySize;
}

/// The decision to continue with the call, or to stop with the findings so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// continue with the table
    Go,
    /// check and send nothing else
    Stop,
}

/// The code of a vendor, for behavior that a table cannot express. The same methods run when a call
/// is judged and when its output is rendered ([`Evaluation::rendering`] tells which), so the two
/// cannot disagree.
pub(crate) trait Rules: Send + Sync {
    /// Runs after the table's ids and before its fields. Decides ids ([`Evaluation::account`] …),
    /// names values for `@name` fields, and skips requests.
    fn before(&self, _evaluation: &mut Evaluation<'_>) -> Flow {
        Flow::Go
    }

    /// Runs after the table's fields and rest. Adds findings, bodies and extras.
    fn after(&self, _evaluation: &mut Evaluation<'_>) {}

    /// Returns false if the settings say that a text is not one of the vendor's ids. A near miss
    /// with such a value is not proposed.
    fn may_be_id(&self, _id: Id, _text: &str) -> bool {
        true
    }

    /// Returns false if the settings say that an id does not help a call of a type that lacks it. The
    /// log then proposes no near miss.
    fn is_helped_by(&self, _kind: CallType, _id: Id) -> bool {
        true
    }

    /// Adds the facts that a call teaches. Runs only if the call goes through or
    /// [`Evaluation::partial`] was called.
    fn learn(&self, _evaluation: &Evaluation<'_>, _lessons: &mut LearnedFacts) {}

    /// Returns the facts that the code looks up or learns for nearly every call of a type: the topic,
    /// and the id that is usually the key. They are read ahead for many calls at once.
    fn usual_facts(&self, _kind: CallType) -> &'static [(Topic, CallId)] {
        &[]
    }

    /// Returns an empty state, for a vendor whose memory is more than facts.
    fn state(&self) -> Option<State> {
        None
    }

    /// Updates the state with a call that goes through. The returned note is kept under the call's
    /// number, and its codes count as findings.
    fn step(&self, _evaluation: &Evaluation<'_>, _state: &mut State) -> Option<CallNote> {
        None
    }

    /// Reads the parts of the state that [`Rules::step`] uses for calls whose session ids have these
    /// hashes. Returns a number that depends on them, so that the compiler keeps the reads.
    fn prefetch_state(&self, _sessions: &[u64], _state: &State) -> u64 {
        0
    }

    /// Adds the note of [`Rules::step`] to the output of its call.
    fn show(&self, _evaluation: &mut Evaluation<'_>, _note: Option<&CallNote>) {}

    /// Returns true if [`Rules::flush`] would close a session. Changes of the state have no visible
    /// effect.
    fn is_idle(&self, _now: Millis, _state: &mut State) -> bool {
        false
    }

    /// Returns true for a vendor that estimates sessions from calls.
    fn has_sessions(&self) -> bool {
        false
    }

    /// Returns the records of those of these sessions that are open, as if they ended with their
    /// last call.
    fn open(&self, _sessions: &BTreeSet<String>, _state: &State) -> Vec<VendorRecord> {
        Vec::new()
    }

    /// Closes the sessions that are idle at this time, and returns their records.
    fn flush(&self, _now: Millis, _state: &mut State) -> Vec<VendorRecord> {
        Vec::new()
    }
}

/// An id at the top level of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CallId {
    User,
    Anonymous,
    Group,
}

impl CallId {
    /// The pointers of all ids, in their order.
    pub const POINTERS: [&str; 3] = ["/userId", "/anonymousId", "/groupId"];
}

/// The facts that a call teaches, collected before they are learned.
#[derive(Debug, Default)]
pub(crate) struct LearnedFacts {
    text: String,
    ends: Vec<(Topic, usize, usize)>,
}

impl LearnedFacts {
    /// Adds a fact.
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

    /// Returns the facts in order: topic, key, value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Topic, &str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |&(topic, key_end, end)| {
            let fact = (topic, &self.text[start..key_end], &self.text[key_end..end]);
            start = end;
            fact
        })
    }
}

/// The inputs from which a vendor's code is created.
pub(crate) struct RuleParts<'p> {
    pub settings: &'p VendorSettings,
    pub(crate) keys: &'p mut SlotTable,
    pub(crate) codes: &'p Codes,
    pub(crate) vendor: usize,
    pub(crate) file: &'p VendorTable,
    pub(crate) names: &'p mut Vec<&'static str>,
    pub(crate) reads: &'p mut Vec<FieldSlot>,
    /// The slots that the code has requested with [`RuleParts::slot`].
    pub(crate) looks: &'p mut Vec<FieldSlot>,
}

impl RuleParts<'_> {
    /// Returns the slot of a pointer.
    pub fn slot(&mut self, pointer: &str) -> FieldSlot {
        let slot = self.keys.slot(pointer);
        self.looks.push(slot);
        slot
    }

    /// Returns the slot of an object whose members the code iterates over
    /// ([`crate::vendors::engine::call_view::CallView::members`]).
    pub fn listed(&mut self, pointer: &str) -> FieldSlot {
        self.keys.listed(pointer)
    }

    /// Returns the slot of a member that a setting names. From then on, no `rest` of the table
    /// reports that member.
    pub fn reads(&mut self, object: &str, member: &str) -> FieldSlot {
        let object = self.keys.slot(object);
        let slot = self.keys.child(object, member);
        self.reads.push(slot);
        slot
    }

    /// Returns true if the table of a call type fills a field from this pointer.
    pub fn in_table(&self, call: CallType, pointer: &str) -> bool {
        let requests = self.file.call.get(call).into_iter().flat_map(|call| &call.request);
        let mut from = requests.flat_map(|request| &request.fields).flat_map(|field| &field.from);
        from.any(|from| from.get_ref() == pointer)
    }

    /// Returns the id of a code of the vendor's table. `code` has no prefix: `T-BACKDATED`.
    ///
    /// # Panics
    /// Panics if the table has no such code.
    pub fn code(&self, code: &str) -> CodeId {
        let code = format!("{}-{code}", self.file.prefix.get_ref());
        self.codes
            .find(Some(self.vendor), &code)
            .unwrap_or_else(|| panic!("the vendor's table has no {code}"))
    }

    /// Returns the ids of a code that several call types have. `code` has no prefix and no letter:
    /// `DATE-INVALID`.
    ///
    /// # Panics
    /// Panics if the table has the code for no call type.
    pub fn family(&self, code: &str) -> Family {
        let find = |call: CallType| {
            let code = format!("{}-{}-{code}", self.file.prefix.get_ref(), call.letter());
            self.codes.find(Some(self.vendor), &code)
        };
        let family = Family(CallType::ALL.map(find));
        assert!(family.0.iter().any(Option::is_some), "the vendor's table has no {code}");
        family
    }

    /// Returns the `[data]` of the table.
    ///
    /// # Panics
    /// Panics if the table has no data, or data of another form.
    pub fn data<T: DeserializeOwned>(&self) -> T {
        let data = self.file.data.as_ref().expect("the vendor's table has data for its code");
        let data = toml::Value::Table(data.get_ref().clone());
        data.try_into().unwrap_or_else(|error| panic!("the vendor's data: {error}"))
    }

    /// Returns the strings of a setting's preset, by name.
    pub fn preset(&self, key: &str) -> BTreeMap<String, String> {
        let def = self.file.setting.iter().find(|def| def.key == key);
        let preset = def.and_then(|def| def.preset.as_ref()?.as_table());
        let texts = preset.into_iter().flatten();
        texts.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
    }

    /// Returns a name for a value that the table's fields can use as `@name`.
    pub fn name(&mut self, name: &'static str) -> Name {
        assert!(self.names.len() < NAMES, "a vendor's code names at most {NAMES} values");
        self.names.push(name);
        Name(self.names.len() as u8 - 1)
    }
}

/// A code that several call types have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family([Option<CodeId>; 6]);

impl Family {
    /// Returns the code for a call type.
    ///
    /// # Panics
    /// Panics if the table has no such code for this type.
    pub fn code_for(&self, call: CallType) -> CodeId {
        self.0[slot(call)].expect("the vendor's table has this code for the call type")
    }
}

/// A function that creates a vendor's code.
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
