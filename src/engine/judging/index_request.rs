//! Judges recorded requests and adds them to the index.

use crate::call::Seq;
use crate::engine::counts::library_habits::{GroupId, HabitView, LibraryGroups, LibraryHabits};
use crate::engine::index::{
    CallCounts, CallRow, CallShape, CellKey, Flags, IdCounts, IdRemarks, Index, IndexedField,
    NoCall, NumberGaps, RequestFlags, RequestRow, SenderPlatform, SetId, SetInfo, ShapeId, TextId,
};
use crate::engine::ingest::queue_entry::ReadRequest;
use crate::engine::ingest::recorded_line::{RecordedLine, RequestOrigin};
use crate::engine::judging::arrival_clock::ClosedSession;
use crate::engine::judging::reported_violations::ReportedViolations;
use crate::engine::judging::user_groups::UserGroups;
use crate::engine::judging::vendors_in_use::{IdPrecedence, InUse};
use crate::engine::rows::call_detail::MESSAGE_ID_REUSED;
use crate::engine::rows::call_fields;
use crate::engine::rows::marks_and_notes::MarksAndNotes;
use crate::vendors::{CodeId, Judgement, Memory, Vendors};
use crate::wire::{ParsedRequest, Platform, ReadCall};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// Finders for the fields that a batch merges into its calls, as they appear in the derived text.
/// They are created once, because creating a finder costs more than searching the few derived
/// fields of a call.
static MERGED: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| ["\"context\":", "\"integrations\":"].map(Finder::new));

/// The index of calls and requests, the state that judging needs, and counts.
#[derive(Debug)]
pub(crate) struct JudgedIndex {
    /// A number that no other index of this program has.
    pub epoch: u64,
    /// The number of calls before the last clear. Numbers continue after a clear.
    pub base: u64,
    /// The end of the line of the last clear in the recording.
    pub since: u64,
    /// The tests whose requests were cleared, each with the offset of the line that cleared them.
    pub test_clears: BTreeMap<String, u64>,
    /// The calls that were cleared individually, as ascending ranges of their numbers.
    pub call_clears: Vec<(u64, u64)>,
    /// The numbers without a call, because the call was cleared or its part of the recording is
    /// deleted.
    pub gaps: NumberGaps,
    pub store: Index,
    pub memory: Memory,
    pub in_use: InUse,
    pub people: UserGroups,
    pub repeats: u64,
    /// Marks and notes.
    pub remarks: MarksAndNotes,
    /// The counts of calls by event, findings and sender.
    pub cube: CallCounts,
    /// The counts of accounts and users.
    pub ids: IdCounts,
    /// The remarks about ids that several calls show together.
    pub id_remarks: IdRemarks,
    /// The violations of calls that Segment reported.
    pub violations: ReportedViolations,
    /// The sessions that an idle flush closed.
    pub closed: Vec<ClosedSession>,
    /// The numbers of calls and of repeats, by set of findings and sender.
    tally: Vec<[[u64; 2]; SenderPlatform::ALL.len()]>,
    groups: LibraryGroups,
    common: LibraryHabits,
    /// The origin of the previous request, with the ids of its path and its test.
    origin: (Arc<RequestOrigin>, TextId, TextId),
    judgement: Judgement,
    codes: Vec<CodeId>,
}

impl JudgedIndex {
    pub(crate) fn new(vendors: &Vendors, in_use: InUse) -> JudgedIndex {
        let mut store = Index::default();
        store.sets.set_muted(in_use.muted(), vendors.codes(), vendors.len());
        JudgedIndex {
            epoch: JudgedIndex::new_epoch(),
            base: 0,
            since: 0,
            test_clears: BTreeMap::new(),
            call_clears: Vec::new(),
            gaps: NumberGaps::default(),
            store,
            memory: vendors.memory(),
            in_use,
            people: UserGroups::default(),
            repeats: 0,
            remarks: MarksAndNotes::default(),
            cube: CallCounts::default(),
            ids: IdCounts::default(),
            id_remarks: IdRemarks::default(),
            violations: ReportedViolations::default(),
            closed: Vec::new(),
            tally: Vec::new(),
            groups: LibraryGroups::default(),
            common: LibraryHabits::default(),
            origin: Default::default(),
            judgement: Judgement::default(),
            codes: Vec::new(),
        }
    }

    /// Returns a number that no index has yet.
    pub(crate) fn new_epoch() -> u64 {
        static EPOCHS: AtomicU64 = AtomicU64::new(1);
        EPOCHS.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the number that the next call will have.
    pub(crate) fn next_seq(&self) -> Seq {
        Seq(self.seq_at(self.store.calls.len()))
    }

    /// Returns the number of calls, without repeats, that lack an id at a vendor in use.
    pub(crate) fn missing(&self) -> u64 {
        let bits = SenderPlatform::ALL.map(|sender| self.in_use.bits(sender));
        let lacking = |(set, counts): (&SetInfo, &[[u64; 2]; 3])| -> u64 {
            let lacks = counts.iter().zip(bits).filter(|(_, bits)| set.missing(*bits));
            lacks.map(|([calls, _], _)| calls).sum()
        };
        self.store.sets.iter().zip(&self.tally).map(lacking).sum()
    }

    /// Updates and returns the findings that all calls of a library have.
    pub(crate) fn common(&mut self, vendors: &Vendors) -> &LibraryHabits {
        let calls = self.store.calls.len();
        let in_use = &self.in_use;
        self.common.refresh(calls, &self.groups, in_use, (&self.store.sets, vendors.codes()));
        &self.common
    }

    /// Returns the common findings of the last update, as a screen shows them.
    pub(crate) fn common_view(&self, vendors: &Vendors) -> Vec<HabitView> {
        self.common.view(&self.store.texts, vendors.codes())
    }

    /// Returns the codes that are folded in the rows of a group, as of the last update.
    pub(crate) fn folded(&self, group: GroupId) -> &[CodeId] {
        self.common.folded(group)
    }

    /// Returns the numbers of calls and repeats for each set of findings and sender.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = ((SetId, SenderPlatform), [u64; 2])> {
        self.tally.iter().enumerate().flat_map(|(set, counts)| {
            let set = SetId(set as u32);
            let counts =
                SenderPlatform::ALL.into_iter().zip(*counts).filter(|(_, count)| *count != [0, 0]);
            counts.map(move |(sender, count)| ((set, sender), count))
        })
    }

    /// Adds a request that was answered with an error.
    pub(crate) fn push_error(&mut self, line: &RecordedLine) {
        let row = self.row(line, SenderPlatform::Other);
        self.store.requests.push(row);
        self.store.push_no_call(NoCall::of_error(line.status, line.has_fault));
    }

    fn row(&mut self, line: &RecordedLine, sender: SenderPlatform) -> RequestRow {
        if !Arc::ptr_eq(&self.origin.0, &line.origin) {
            let path = self.store.texts.intern(&line.origin.path);
            let test = line.origin.test.as_ref();
            let test = test.map_or(TextId::NONE, |test| self.store.texts.intern(test));
            self.origin = (Arc::clone(&line.origin), path, test);
        }
        RequestRow {
            offset: line.offset,
            len: line.len,
            received_at: line.received_at,
            status: line.status,
            sender,
            path: self.origin.1,
            test: self.origin.2,
            flags: RequestFlags::new(false, line.has_fault),
        }
    }

    /// Adds a request. Its calls are added by [`JudgedIndex::push_calls`].
    pub(crate) fn push_request(&mut self, line: &RecordedLine, reading: &ParsedRequest<'_>) {
        let mut row = self.row(line, sender(reading.platform));
        let merged = reading.derived.as_ref().is_some_and(|derived| {
            let text = derived.text().as_bytes();
            MERGED.iter().any(|name| name.find(text).is_some())
        });
        row.flags = RequestFlags::new(merged, line.has_fault);
        self.store.requests.push(row);
    }

    /// Judges and adds calls of the request that was added last, in order.
    pub(crate) fn push_calls(
        &mut self,
        vendors: &Vendors,
        ReadRequest { line, body_at, reading, .. }: &ReadRequest,
        calls: Range<usize>,
    ) {
        let sender = sender(reading.platform);
        let request = (self.store.requests.len() - 1) as u32;
        let Some(doc) = &reading.doc else { return };
        for nth in calls {
            let call = &reading.calls[nth];
            let mut event = reading.event(call);
            let seq = self.next_seq();
            let sighting = self.store.meet(call_fields::repeat_fingerprint(reading, call));
            event.discarded |= sighting.is_reused();
            vendors.judge(&event, seq, &mut self.memory, &mut self.judgement);
            self.people.learn(&event, call.kind, seq, || line.received_at);
            self.codes.clear();
            self.codes.extend_from_slice(&self.judgement.codes);
            // findings about the whole request are reported once, with its first call
            let whole = (nth == 0).then(|| reading.whole_discards()).into_iter().flatten();
            for discard in call.discards.iter().chain(whole) {
                self.codes.extend(vendors.codes().find(None, discard.code));
            }
            if sighting.is_reused() {
                self.codes.extend(vendors.codes().find(None, MESSAGE_ID_REUSED));
            }
            if let (0, Some(code)) = (nth, line.signature) {
                self.codes.extend(vendors.codes().find(None, code));
            }
            self.codes.sort_unstable();
            self.codes.dedup();
            let top = call_fields::Top::from_event(&event);
            let store = &mut self.store;
            let set = store.sets.intern(&self.codes, vendors.codes(), vendors.len());
            let repeat = sighting.is_repeat();
            let [account, user] = self.in_use.ids(sender, &self.judgement);
            let is_doubtful = |id: Option<(IdPrecedence, &str)>| {
                id.is_some_and(|(precedence, _)| precedence.is_doubtful())
            };
            let flags = Flags::new(repeat, is_doubtful(account), is_doubtful(user));
            self.violations.learn(call);
            if !repeat {
                let found = [account, user].map(|found| found.map(|(_, id)| id));
                let ids = call_fields::ids(reading, call, event.discarded, found);
                self.id_remarks.note(&ids.of_call(), store.calls.len());
            }
            let name = store.texts.intern(&top.label(call.kind));
            let account = account.map_or(TextId::NONE, |(_, id)| store.texts.intern(id));
            let user = user.map_or(TextId::NONE, |(_, id)| store.texts.intern(id));
            let (shape, group) = self.shape(reading, call, &top, [name, account, user]);
            self.groups.note(group, name);
            let span = doc.at(call.node).span();
            let row = CallRow {
                request,
                start: (body_at + span.start) as u32,
                len: span.len() as u32,
                shape,
                flags,
                name,
                account,
                user,
                set,
            };
            let place = self.store.calls.push(row);
            let key = CellKey::new(call.kind, name, set, shape, row.has());
            self.cube.add(key, place, repeat, line.received_at);
            let ids = [(account, flags.doubtful_account()), (user, flags.doubtful_user())];
            self.ids.add(ids[0], ids[1], place, repeat);
            if repeat {
                self.repeats += 1;
            } else {
                self.groups.count(group, set, sender);
            }
            if self.tally.len() < self.store.sets.len() {
                self.tally.resize(self.store.sets.len(), Default::default());
            }
            let [calls, repeats] = &mut self.tally[set.0 as usize][sender as usize];
            *(if repeat { repeats } else { calls }) += 1;
        }
    }

    /// Returns the ids of the shape and of the library group of a call. `name`, `account` and
    /// `user` are its columns.
    fn shape(
        &mut self,
        reading: &ParsedRequest<'_>,
        call: &ReadCall,
        top: &call_fields::Top<'_>,
        [name, account, user]: [TextId; 3],
    ) -> (ShapeId, GroupId) {
        let texts = &mut self.store.texts;
        let last = self.store.shapes.last();
        let mut text = |text: Option<Cow<'_, str>>, last| {
            text.map_or(TextId::NONE, |text| texts.intern_like(last, &text))
        };
        let (library, library_version) = match reading.library(call) {
            Some(library) => (
                text(Some(library.name), last.library),
                text(library.version, last.library_version),
            ),
            None => (TextId::NONE, TextId::NONE),
        };
        let app_version = text(top.app_version(), last.app_version);
        let key = reading
            .key_of(call)
            .or_else(|| reading.write_key.as_ref().map(|key| Cow::Borrowed(key.key.as_str())));
        let write_key = text(key, last.write_key);
        let kind = text(top.kind(), last.kind);
        let texts = &self.store.texts;
        let (name, account, user) = (
            (IndexedField::Name, name),
            (IndexedField::Account, account),
            (IndexedField::User, user),
        );
        let group = self.groups.group_id(library, call.kind, name.1);
        let shape = CallShape {
            kind,
            library,
            library_version,
            app_version,
            write_key,
            sender: sender(reading.platform),
            group,
            event: call_fields::held(top.event, texts, &[name]),
            name: call_fields::held(top.name, texts, &[name]),
            user_id: call_fields::held(top.user_id, texts, &[user, name]),
            group_id: call_fields::held(top.group_id, texts, &[account, name]),
            own: top.own,
        };
        (self.store.shapes.intern(shape), group)
    }
}

/// Returns the reason why a request has a row of its own, if it has one.
pub(crate) fn no_call(reading: &ParsedRequest<'_>) -> Option<NoCall> {
    match (reading.calls.is_empty(), reading.lacks_calls()) {
        (true, true) => Some(NoCall::Empty),
        (true, false) => Some(NoCall::Other),
        (false, true) => Some(NoCall::LostItems),
        (false, false) => None,
    }
}

/// Returns the sender platform of a request.
pub(crate) fn sender(platform: Platform) -> SenderPlatform {
    match platform {
        Platform::Segment => SenderPlatform::Segment,
        Platform::RudderStack => SenderPlatform::RudderStack,
        Platform::Unknown => SenderPlatform::Other,
    }
}
