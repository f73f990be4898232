//! The effects of calls that facts cannot express, in packed form. A vendor that estimates sessions
//! keeps a note for a few calls in a hundred, and a packed note takes a tenth of the memory of
//! strings and lists.
//!
//! A note contains its call (as a difference to the previous note), its codes, and its records.
//! Numbers are encoded as LEB128. A session id that is a UUID takes 16 bytes, and the id of the
//! previous record takes none.

use crate::call::Seq;
use crate::vendors::code_id::CodeId;
use crate::vendors::memory::vendor_record::VendorRecord;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The maximum size of the notes of one vendor.
const MAX_NOTES_BYTES: usize = 128 << 20;

/// The number of notes for each position that is kept. From there, notes are read one by one.
const NOTES_PER_MARK: usize = 32;

/// The encodings of a session id. A larger number is the length of a string, plus [`TEXT`].
const LOWER_UUID: u64 = 0;
const UPPER_UUID: u64 = 1;
const ID_BEFORE: u64 = 2;
const TEXT: u64 = 3;

/// The effects of a call that facts cannot express, kept under the number of the call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallNote {
    /// The codes that the call has because of earlier calls. They do not affect the verdict.
    pub codes: Vec<CodeId>,
    /// The records that the call caused.
    pub records: Vec<VendorRecord>,
}

/// The notes of one vendor, in the order of their calls.
#[derive(Debug, Default)]
pub(crate) struct VendorNotes {
    packed: Vec<u8>,
    /// The call of each 32nd note, and the position of that note.
    marks: Vec<(Seq, usize)>,
    count: usize,
    last: u64,
    not_kept: u64,
}

impl VendorNotes {
    /// Appends the note of a call, which must come after those before. Returns false if there is no
    /// room.
    pub fn keep(&mut self, seq: Seq, note: &CallNote) -> bool {
        let start = self.packed.len();
        let is_marked = self.count.is_multiple_of(NOTES_PER_MARK);
        push_number(&mut self.packed, if is_marked { 0 } else { seq.0 - self.last });
        push_number(&mut self.packed, note.codes.len() as u64);
        for code in &note.codes {
            push_number(&mut self.packed, u64::from(code.0));
        }
        push_number(&mut self.packed, note.records.len() as u64);
        let mut before = "";
        for record in &note.records {
            push_record(&mut self.packed, record, before);
            before = &record.session;
        }
        if self.packed.len() > MAX_NOTES_BYTES {
            self.packed.truncate(start);
            self.not_kept += 1;
            return false;
        }
        if is_marked {
            self.marks.push((seq, start));
        }
        self.count += 1;
        self.last = seq.0;
        true
    }

    /// Returns the number of notes, the number of notes without room, and the bytes of all.
    pub fn size(&self) -> (usize, u64, usize) {
        let bytes = self.packed.len() + self.marks.len() * size_of::<(Seq, usize)>();
        (self.count, self.not_kept, bytes)
    }

    /// Returns the note of a call.
    pub fn get(&self, seq: Seq) -> Option<CallNote> {
        let mark = self.marks.partition_point(|(marked, _)| *marked <= seq).checked_sub(1)?;
        let (mut at, start) = self.marks[mark];
        let mut reader = NoteReader::new(&self.packed[start..]);
        let in_block = (self.count - mark * NOTES_PER_MARK).min(NOTES_PER_MARK);
        for _ in 0..in_block {
            at.0 += reader.number();
            if at > seq {
                return None;
            }
            let codes = reader.codes();
            let records = reader.records(|_| at == seq);
            if at == seq {
                return Some(CallNote { codes, records });
            }
        }
        None
    }

    /// Returns the records of some sessions, in the order of their calls.
    pub fn records(&self, sessions: &BTreeSet<String>) -> Vec<VendorRecord> {
        let mut reader = NoteReader::new(&self.packed);
        let mut records = Vec::new();
        for _ in 0..self.count {
            reader.number();
            reader.codes();
            records.extend(reader.records(|session| sessions.contains(session)));
        }
        records
    }
}

fn push_number(packed: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        packed.push(number as u8 | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}

fn push_record(packed: &mut Vec<u8>, record: &VendorRecord, before: &str) {
    let VendorRecord { session, module, start, end } = record;
    if !before.is_empty() && **session == *before {
        push_number(packed, ID_BEFORE);
    } else if let Some((kind, uuid)) = uuid_of(session) {
        push_number(packed, kind);
        packed.extend(uuid.as_bytes());
    } else {
        push_number(packed, TEXT + session.len() as u64);
        packed.extend(session.as_bytes());
    }
    push_number(packed, module.as_ref().map_or(0, |module| module.len() as u64 + 1));
    packed.extend(module.iter().flat_map(|module| module.bytes()));
    packed.extend(start.to_le_bytes());
    // a session does not end before it begins, but every number must be decoded as it was
    push_number(packed, end.wrapping_sub(*start) as u64);
}

/// Returns the UUID and its encoding, if [`uuid_text`] turns them into exactly this text.
fn uuid_of(text: &str) -> Option<(u64, Uuid)> {
    let uuid = if text.len() == 36 { Uuid::try_parse(text).ok()? } else { return None };
    let is_kind =
        |kind: &u64| *uuid_text(&uuid, *kind == UPPER_UUID, &mut Uuid::encode_buffer()) == *text;
    [LOWER_UUID, UPPER_UUID].into_iter().find(is_kind).map(|kind| (kind, uuid))
}

fn uuid_text<'b>(uuid: &Uuid, is_upper: bool, buffer: &'b mut [u8]) -> &'b str {
    let hyphenated = uuid.hyphenated();
    if is_upper { hyphenated.encode_upper(buffer) } else { hyphenated.encode_lower(buffer) }
}

/// A reader of packed notes, which reads one part after the other.
struct NoteReader<'n> {
    rest: &'n [u8],
    session: String,
}

impl<'n> NoteReader<'n> {
    fn new(packed: &'n [u8]) -> NoteReader<'n> {
        NoteReader { rest: packed, session: String::new() }
    }

    fn bytes(&mut self, count: usize) -> &'n [u8] {
        let (bytes, rest) = self.rest.split_at(count);
        self.rest = rest;
        bytes
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..).step_by(7) {
            let byte = self.bytes(1)[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn text(&mut self, length: u64) -> &'n str {
        std::str::from_utf8(self.bytes(length as usize)).expect("a text was packed here")
    }

    fn codes(&mut self) -> Vec<CodeId> {
        (0..self.number()).map(|_| CodeId(self.number() as u16)).collect()
    }

    /// Reads the records of a note, and returns those whose sessions are wanted.
    fn records(&mut self, is_wanted: impl Fn(&str) -> bool) -> Vec<VendorRecord> {
        let mut records = Vec::new();
        for _ in 0..self.number() {
            self.read_session();
            let module = match self.number() {
                0 => None,
                length => Some(self.text(length - 1)),
            };
            let start = self.bytes(8).try_into().map(i64::from_le_bytes).expect("eight bytes");
            let end = start.wrapping_add(self.number() as i64);
            if is_wanted(&self.session) {
                let (session, module) = (self.session.as_str().into(), module.map(Box::from));
                records.push(VendorRecord { session, module, start, end });
            }
        }
        records
    }

    fn read_session(&mut self) {
        let kind = self.number();
        if kind == ID_BEFORE {
            return;
        }
        self.session.clear();
        if kind >= TEXT {
            let text = self.text(kind - TEXT);
            self.session.push_str(text);
        } else {
            let uuid = Uuid::from_slice(self.bytes(16)).expect("16 bytes");
            let mut buffer = Uuid::encode_buffer();
            self.session.push_str(uuid_text(&uuid, kind == UPPER_UUID, &mut buffer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn session() -> impl Strategy<Value = String> {
        let lower = any::<u128>().prop_map(|bits| Uuid::from_u128(bits).to_string());
        let plain = any::<u128>().prop_map(|bits| Uuid::from_u128(bits).simple().to_string());
        let upper = lower.clone().prop_map(|id| id.to_uppercase());
        let mixed = lower.clone().prop_map(|id| id.replacen('a', "A", 1));
        prop_oneof![lower, upper, mixed, plain, ".{0,12}", Just("s1".to_owned())]
    }

    fn record() -> impl Strategy<Value = VendorRecord> {
        let module = prop::option::of(".{0,9}");
        (session(), module, any::<i64>(), any::<i64>()).prop_map(|(session, module, start, end)| {
            let (session, module) = (session.into(), module.map(Box::from));
            VendorRecord { session, module, start, end }
        })
    }

    fn note() -> impl Strategy<Value = CallNote> {
        let codes = prop::collection::vec(any::<u16>().prop_map(CodeId), 0..3);
        let records = (prop::collection::vec(record(), 0..3), any::<bool>());
        let records = records.prop_map(|(mut records, one_session)| {
            if let [first, rest @ ..] = &mut records[..]
                && one_session
            {
                rest.iter_mut().for_each(|record| record.session = first.session.clone());
            }
            records
        });
        (codes, records).prop_map(|(codes, records)| CallNote { codes, records })
    }

    proptest! {
        #[test]
        fn notes_come_back_as_they_were(
            all in prop::collection::vec((1_u64..400, note()), 0..100),
        ) {
            let (mut notes, mut seq, mut kept) = (VendorNotes::default(), 0, Vec::new());
            for (later, note) in all {
                seq += later;
                prop_assert!(notes.keep(Seq(seq), &note));
                kept.push((seq, note));
            }
            for (seq, note) in &kept {
                prop_assert_eq!(notes.get(Seq(*seq)), Some(note.clone()));
                let is_kept = kept.iter().any(|(other, _)| other == &(seq + 1));
                prop_assert_eq!(notes.get(Seq(seq + 1)).is_some(), is_kept);
            }
            prop_assert_eq!(notes.get(Seq(0)), None);
            let records = || kept.iter().flat_map(|(_, note)| &note.records);
            let all: BTreeSet<String> = records().map(|record| record.session.to_string()).collect();
            let every: Vec<_> = records().cloned().collect();
            prop_assert_eq!(notes.records(&all), every);
            let one: BTreeSet<String> = all.into_iter().take(1).collect();
            let of_one: Vec<_> =
                records().filter(|record| one.contains(&*record.session)).cloned().collect();
            prop_assert_eq!(notes.records(&one), of_one);
        }
    }

    #[test]
    fn a_record_of_a_uuid_takes_few_bytes() {
        let session: Box<str> = "8c0ffee0-7c1d-4d5e-9c3f-00000000002a".into();
        let module = |name: Option<&str>| VendorRecord {
            session: session.clone(),
            module: name.map(Box::from),
            start: 1_795_341_600_000,
            end: 1_795_343_400_000,
        };
        let mut notes = VendorNotes::default();
        notes.keep(Seq(1), &CallNote::default());
        let note = CallNote { codes: vec![], records: vec![module(Some("Page")), module(None)] };
        let before = notes.size().2;
        notes.keep(Seq(300), &note);
        assert_eq!(notes.size().2 - before, 50);
    }

    #[test]
    fn at_their_bound_notes_are_counted_and_not_kept() {
        let note = |bytes| {
            let record =
                VendorRecord { session: "x".repeat(bytes).into(), module: None, start: 0, end: 0 };
            CallNote { codes: vec![], records: vec![record] }
        };
        let mut notes = VendorNotes::default();
        assert!(notes.keep(Seq(1), &note(MAX_NOTES_BYTES - 100)));
        assert!(!notes.keep(Seq(2), &note(1000)));
        assert!(notes.keep(Seq(3), &note(10)));
        assert_eq!((notes.get(Seq(2)), notes.get(Seq(3))), (None, Some(note(10))));
        assert_eq!((notes.size().0, notes.size().1), (2, 1));
    }
}
