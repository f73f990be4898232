//! Freshsuccess: the accounts of users, inserts and updates, custom dimensions, and the durations
//! of sessions and modules.

mod dimensions;
mod sessions;

use super::code_id::CodeId;
use super::memory::vendor_notes::CallNote;
use super::rules::{CallId, Family, Flow, LearnedFacts, RuleParts, Rules, State};
use super::settings::SettingsError;
use super::vendor::Name;
use crate::call::{CallType, JsonKind, Val, time, time::Millis};
use crate::findings::identity::text_of;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, FoundId, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::memory::facts::Topic;
use crate::vendors::memory::vendor_record::VendorRecord;
use dimensions::Dimensions;
use sessions::Sessions;
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The accounts of a user.
const ACCOUNTS: Topic = 0;
/// The accounts that a group call has inserted.
const INSERTED: Topic = 1;

const CREATED_AT: &str = "/originalTimestamp";

struct Freshsuccess {
    group: FieldSlot,
    context_group: FieldSlot,
    original: FieldSlot,
    timestamp: FieldSlot,
    module: FieldSlot,
    name: FieldSlot,
    joined: FieldSlot,
    city: FieldSlot,
    misspelt_city: FieldSlot,
    created_at: Name,
    account_missing: Family,
    account_type: Family,
    ambiguous: Family,
    from_context: Family,
    time_fallback: Family,
    time_missing: Family,
    out_of_order: Family,
    insert_name: CodeId,
    insert_created: CodeId,
    city_conflict: CodeId,
    city_spelling: CodeId,
    dimensions: Dimensions,
}

pub(crate) fn build(parts: &mut RuleParts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    Ok(Box::new(Freshsuccess {
        group: parts.slot("/groupId"),
        context_group: parts.slot("/context/groupId"),
        original: parts.slot(CREATED_AT),
        timestamp: parts.slot("/timestamp"),
        module: parts.slot("/properties/module"),
        name: parts.slot("/traits/name"),
        joined: parts.slot("/traits/createdAt"),
        city: parts.slot("/traits/billing_city"),
        misspelt_city: parts.slot("/traits/biling_city"),
        created_at: parts.name("created_at"),
        account_missing: parts.family("ACCOUNT-MISSING"),
        account_type: parts.family("ACCOUNT-TYPE"),
        ambiguous: parts.family("ACCOUNT-AMBIGUOUS"),
        from_context: parts.family("ACCOUNT-FROM-CONTEXT"),
        time_fallback: parts.family("TIME-FALLBACK"),
        time_missing: parts.family("TIME-MISSING"),
        out_of_order: parts.family("OUT-OF-ORDER"),
        insert_name: parts.code("G-INSERT-NAME-MISSING"),
        insert_created: parts.code("G-INSERT-CREATED-MISSING"),
        city_conflict: parts.code("G-CITY-CONFLICT"),
        city_spelling: parts.code("G-CITY-SPELLING"),
        dimensions: Dimensions::new(parts)?,
    }))
}

impl Rules for Freshsuccess {
    fn before(&self, evaluation: &mut Evaluation<'_>) -> Flow {
        self.check_time(evaluation);
        if evaluation.kind == CallType::Group {
            self.check_insert(evaluation);
            self.check_spelling(evaluation);
        } else {
            self.find_account(evaluation);
        }
        Flow::Go
    }

    fn after(&self, evaluation: &mut Evaluation<'_>) {
        let several = evaluation.kind == CallType::Identify
            && evaluation.found.contains(&self.ambiguous.code_for(CallType::Identify));
        self.dimensions.run(evaluation, several);
    }

    fn learn(&self, evaluation: &Evaluation<'_>, lessons: &mut LearnedFacts) {
        let Some(account) = &evaluation.account else { return };
        if let (From::Place(_), Some(user)) = (account.from, &evaluation.user) {
            lessons.add(ACCOUNTS, &user.text, &account.text);
        }
        if evaluation.kind == CallType::Group
            && self.has_name(evaluation)
            && self.has_join_date(evaluation)
        {
            lessons.add(INSERTED, &account.text, "");
        }
    }

    fn usual_facts(&self, kind: CallType) -> &'static [(Topic, CallId)] {
        match kind {
            CallType::Group => &[(ACCOUNTS, CallId::User), (INSERTED, CallId::Group)],
            _ => &[(ACCOUNTS, CallId::User)],
        }
    }

    fn state(&self) -> Option<State> {
        Some(Box::new(Sessions::default()))
    }

    fn step(&self, evaluation: &Evaluation<'_>, state: &mut State) -> Option<CallNote> {
        let (_, _, at) = self.created_at(evaluation)?;
        let session = evaluation.session.as_ref()?;
        let module = match evaluation.kind {
            CallType::Track => evaluation.view.get(self.module).and_then(text_of),
            _ => None,
        };
        let step = sessions_mut(state).call(&session.text, at, module.as_deref());
        let code = || self.out_of_order.code_for(evaluation.kind);
        let note =
            CallNote { codes: step.late.then(code).into_iter().collect(), records: step.records };
        (note != CallNote::default()).then_some(note)
    }

    fn prefetch_state(&self, sessions: &[u64], state: &State) -> u64 {
        sessions_of(state).prefetch(sessions)
    }

    fn show(&self, evaluation: &mut Evaluation<'_>, note: Option<&CallNote>) {
        for code in note.iter().flat_map(|note| &note.codes) {
            let at = self.created_at(evaluation).map_or(0, |(_, _, at)| at);
            evaluation.find_with(*code, CallPlace::Slot(self.original), |words| {
                words.say("time", time::format(at));
            });
        }
        let records = records_json(note.map_or(&[], |note| &note.records));
        evaluation.extra("derived", |_| OutputJson::json(records, ValueOrigin::Default));
    }

    fn has_sessions(&self) -> bool {
        true
    }

    fn open(&self, sessions: &BTreeSet<String>, state: &State) -> Vec<VendorRecord> {
        sessions.iter().flat_map(|id| sessions_of(state).so_far(id)).collect()
    }

    fn is_idle(&self, now: Millis, state: &mut State) -> bool {
        sessions_mut(state).is_idle(now)
    }

    fn flush(&self, now: Millis, state: &mut State) -> Vec<VendorRecord> {
        sessions_mut(state).flush(now)
    }
}

impl Freshsuccess {
    /// Returns the time of a call: the first valid one of the two fields that the vendor may use.
    fn created_at<'a>(&self, evaluation: &Evaluation<'a>) -> Option<(FieldSlot, Val<'a>, Millis)> {
        evaluation.view.time(self.original).or_else(|| evaluation.view.time(self.timestamp))
    }

    fn check_time(&self, evaluation: &mut Evaluation<'_>) {
        let Some((slot, _, at)) = self.created_at(evaluation) else {
            if evaluation.view.is_unknown_time(self.timestamp) {
                evaluation.unknown_time = Some(self.created_at);
                if !evaluation.view.is_unknown_time(self.original) {
                    evaluation.find(
                        self.time_fallback.code_for(evaluation.kind),
                        CallPlace::Slot(self.original),
                    );
                }
                return;
            }
            evaluation
                .find(self.time_missing.code_for(evaluation.kind), CallPlace::Slot(self.original));
            return;
        };
        if slot != self.original {
            evaluation
                .find(self.time_fallback.code_for(evaluation.kind), CallPlace::Slot(self.original));
        }
        if evaluation.rendering() {
            let place = From::Place(CallPlace::Slot(slot));
            evaluation.name(self.created_at, FieldValue::Json(Cow::Owned(at.to_string())), place);
        }
    }

    /// Determines the account of a track or identify call, from the call itself or from earlier
    /// calls.
    fn find_account(&self, evaluation: &mut Evaluation<'_>) {
        let kind = evaluation.kind;
        let found = evaluation.id_at(self.group).or_else(|| {
            let found = evaluation.id_at(self.context_group)?;
            evaluation.find(self.from_context.code_for(kind), CallPlace::Slot(self.context_group));
            Some(found)
        });
        if let Some(found) = found {
            evaluation.check_id(&found, Some(self.account_type.code_for(kind)));
            evaluation.account = Some(found);
            return;
        }
        let (facts, seq) = (evaluation.facts, evaluation.seq);
        let user = evaluation.user.as_ref().map(|user| &*user.text);
        let known = |user| facts.known(ACCOUNTS, user, seq);
        let mut accounts = user.into_iter().flat_map(known);
        let (first, second) = (accounts.next(), accounts.next());
        drop(accounts);
        if let (Some(first), Some(second)) = (first, second) {
            evaluation.find_with(
                self.ambiguous.code_for(kind),
                CallPlace::Slot(self.group),
                |words| {
                    words.say("first", first.value);
                    words.say("second", second.value);
                },
            );
            return;
        }
        let title = &evaluation.vendor.info.title;
        evaluation.find_with(
            self.account_missing.code_for(kind),
            CallPlace::Slot(self.group),
            |words| {
                words.say(
                    "known",
                    match first {
                        Some(account) => {
                            format!("taken from this user's earlier calls: {}", account.value)
                        }
                        None => format!("no call of this user that {title} accepted names one"),
                    },
                );
                words.inferred = Some(first.map(|account| account.value.to_owned()));
            },
        );
        evaluation.account = first.map(|account| {
            FoundId::new(Cow::Borrowed(account.value), None, From::Memory(account.seq))
        });
    }

    /// Returns true if the group call has a name to insert an account with.
    fn has_name(&self, evaluation: &Evaluation<'_>) -> bool {
        evaluation.view.get(self.name).and_then(text_of).is_some()
    }

    /// Returns true if the group call has a join date to insert an account with.
    fn has_join_date(&self, evaluation: &Evaluation<'_>) -> bool {
        evaluation.view.time(self.joined).is_some()
    }

    /// Checks that the group call has a name and a join date, if no earlier call has inserted its
    /// account.
    fn check_insert(&self, evaluation: &mut Evaluation<'_>) {
        let account = evaluation.account.as_ref();
        if account.is_some_and(|id| {
            evaluation.facts.known_since(INSERTED, &id.text, evaluation.seq).is_some()
        }) {
            return;
        }
        if !self.has_name(evaluation) {
            evaluation.find(self.insert_name, CallPlace::Slot(self.name));
        }
        if !self.has_join_date(evaluation) {
            evaluation.find(self.insert_created, CallPlace::Slot(self.joined));
        }
    }

    /// Checks the spelling of the billing city. The vendor's document writes it with one `l`, which
    /// may be intended.
    fn check_spelling(&self, evaluation: &mut Evaluation<'_>) {
        match (evaluation.view.present(self.city), evaluation.view.present(self.misspelt_city)) {
            (Some(city), Some(other)) if !is_same_value(city, other) => {
                evaluation.find(self.city_conflict, CallPlace::Slot(self.misspelt_city));
            }
            (Some(_), _) => {
                evaluation.find_with(self.city_spelling, CallPlace::Slot(self.city), |words| {
                    words.phrase("spelling", "the page writes `biling_city`, perhaps a misprint");
                });
            }
            (None, Some(_)) => {
                evaluation.find_with(
                    self.city_spelling,
                    CallPlace::Slot(self.misspelt_city),
                    |words| {
                        words.phrase("spelling", "the page writes it so, perhaps a misprint");
                    },
                );
            }
            (None, None) => {}
        }
    }
}

fn sessions_of(state: &State) -> &Sessions {
    let state: &dyn Any = &**state;
    state.downcast_ref().expect("the state that `state` made")
}

fn sessions_mut(state: &mut State) -> &mut Sessions {
    let state: &mut dyn Any = &mut **state;
    state.downcast_mut().expect("the state that `state` made")
}

fn records_json(records: &[VendorRecord]) -> String {
    let records: Vec<String> = records.iter().map(VendorRecord::json).collect();
    format!("[{}]", records.join(","))
}

/// Returns true if two values are equal as JSON.
fn is_same_value(a: Val<'_>, b: Val<'_>) -> bool {
    match (a.kind(), b.kind()) {
        _ if a.raw() == b.raw() => true,
        (JsonKind::Number, JsonKind::Number) => a.as_f64() == b.as_f64(),
        (JsonKind::String, JsonKind::String) => a.as_str() == b.as_str(),
        _ => {
            let read = |value: Val<'_>| serde_json::from_str::<serde_json::Value>(value.raw());
            matches!((read(a), read(b)), (Ok(a), Ok(b)) if a == b)
        }
    }
}
