//! Freshsuccess: which account a user belongs to, inserts and updates, custom dimensions, and the
//! time of sessions and modules.

mod dimensions;
mod sessions;

use super::codes::CodeId;
use super::memory::Note;
use super::rules::{Family, Flow, Lessons, Parts, Rules, State};
use super::settings::SettingsError;
use super::vendor::Name;
use crate::call::{CallType, Kind, Val, time, time::Millis};
use crate::findings::identity::text_of;
use crate::vendors::engine::evaluation::{Cx, Found, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::output_json::{Origin, Out};
use crate::vendors::engine::rendered::Record;
use crate::vendors::memory::facts::Topic;
use dimensions::Dimensions;
use sessions::Sessions;
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Accounts of a user.
const ACCOUNTS: Topic = 0;
/// Accounts that a group call has inserted.
const INSERTED: Topic = 1;

const CREATED_AT: &str = "/originalTimestamp";

struct Freshsuccess {
    group: Spot,
    context_group: Spot,
    original: Spot,
    timestamp: Spot,
    module: Spot,
    name: Spot,
    joined: Spot,
    city: Spot,
    misspelt_city: Spot,
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

pub(crate) fn build(parts: &mut Parts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    Ok(Box::new(Freshsuccess {
        group: parts.spot("/groupId"),
        context_group: parts.spot("/context/groupId"),
        original: parts.spot(CREATED_AT),
        timestamp: parts.spot("/timestamp"),
        module: parts.spot("/properties/module"),
        name: parts.spot("/traits/name"),
        joined: parts.spot("/traits/createdAt"),
        city: parts.spot("/traits/billing_city"),
        misspelt_city: parts.spot("/traits/biling_city"),
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
    fn before(&self, cx: &mut Cx<'_>) -> Flow {
        self.time(cx);
        if cx.kind == CallType::Group {
            self.insert(cx);
            self.spelling(cx);
        } else {
            self.account(cx);
        }
        Flow::Go
    }

    fn after(&self, cx: &mut Cx<'_>) {
        self.dimensions.run(cx);
    }

    fn learn(&self, cx: &Cx<'_>, lessons: &mut Lessons) {
        let Some(account) = &cx.account else { return };
        if let (From::Place(_), Some(user)) = (account.from, &cx.user) {
            lessons.add(ACCOUNTS, &user.text, &account.text);
        }
        if cx.kind == CallType::Group && self.named(cx) && self.dated(cx) {
            lessons.add(INSERTED, &account.text, "");
        }
    }

    fn state(&self) -> Option<State> {
        Some(Box::new(Sessions::default()))
    }

    fn step(&self, cx: &Cx<'_>, state: &mut State) -> Option<Note> {
        let (_, _, at) = self.created_at(cx)?;
        let session = cx.session.as_ref()?;
        let module = match cx.kind {
            CallType::Track => cx.look.get(self.module).and_then(text_of),
            _ => None,
        };
        let step = open(state).call(&session.text, at, module.as_deref());
        let code = || (self.out_of_order.of(cx.kind), CREATED_AT);
        let note = Note {
            codes: step.late.then(code).into_iter().collect(),
            records: (!step.records.is_empty()).then(|| list(&step.records)),
        };
        (note != Note::default()).then_some(note)
    }

    fn show(&self, cx: &mut Cx<'_>, note: Option<&Note>) {
        for (code, _) in note.iter().flat_map(|note| &note.codes) {
            let at = self.created_at(cx).map_or(0, |(_, _, at)| at);
            cx.find_with(*code, Place::Spot(self.original), |words| {
                words.say("time", time::format(at));
            });
        }
        let records = note.and_then(|note| note.records.as_deref()).unwrap_or("[]");
        cx.extra("derived", |_| Out::json(records, Origin::Default));
    }

    fn has_sessions(&self) -> bool {
        true
    }

    fn open(&self, sessions: &BTreeSet<String>, state: &State) -> Vec<Record> {
        let state: &dyn Any = &**state;
        let state: &Sessions = state.downcast_ref().expect("the state that `state` made");
        sessions.iter().flat_map(|id| state.so_far(id)).collect()
    }

    fn is_idle(&self, now: Millis, state: &mut State) -> bool {
        open(state).is_idle(now)
    }

    fn flush(&self, now: Millis, state: &mut State) -> Vec<Record> {
        open(state).flush(now)
    }
}

impl Freshsuccess {
    /// When the call happened: the first valid one of the two times that the vendor may use.
    fn created_at<'a>(&self, cx: &Cx<'a>) -> Option<(Spot, Val<'a>, Millis)> {
        cx.look.time(self.original).or_else(|| cx.look.time(self.timestamp))
    }

    fn time(&self, cx: &mut Cx<'_>) {
        let Some((spot, _, at)) = self.created_at(cx) else {
            cx.find(self.time_missing.of(cx.kind), Place::Spot(self.original));
            return;
        };
        if spot != self.original {
            cx.find(self.time_fallback.of(cx.kind), Place::Spot(self.original));
        }
        if cx.rendering() {
            let place = From::Place(Place::Spot(spot));
            cx.name(self.created_at, Value::Json(Cow::Owned(at.to_string())), place);
        }
    }

    /// The account of a track or identify call: named by the call, or known from earlier ones.
    fn account(&self, cx: &mut Cx<'_>) {
        let kind = cx.kind;
        let found = cx.id_at(self.group).or_else(|| {
            let found = cx.id_at(self.context_group)?;
            cx.find(self.from_context.of(kind), Place::Spot(self.context_group));
            Some(found)
        });
        if let Some(found) = found {
            cx.check_id(&found, Some(self.account_type.of(kind)));
            cx.account = Some(found);
            return;
        }
        let (facts, seq) = (cx.facts, cx.seq);
        let user = cx.user.as_ref().map(|user| &*user.text);
        let known = |user| facts.known(ACCOUNTS, user, seq);
        let mut accounts = user.into_iter().flat_map(known);
        let (first, second) = (accounts.next(), accounts.next());
        drop(accounts);
        if let (Some(first), Some(second)) = (first, second) {
            cx.find_with(self.ambiguous.of(kind), Place::Spot(self.group), |words| {
                words.say("first", first.value);
                words.say("second", second.value);
            });
            return;
        }
        let title = &cx.vendor.info.title;
        cx.find_with(self.account_missing.of(kind), Place::Spot(self.group), |words| {
            words.say(
                "known",
                match first {
                    Some(account) => {
                        format!("taken from this user's earlier calls: {}", account.value)
                    }
                    None => format!("no call of this user that {title} took names one"),
                },
            );
            words.inferred = Some(first.map(|account| account.value.to_owned()));
        });
        cx.account = first.map(|account| {
            Found::new(Cow::Borrowed(account.value), None, From::Memory(account.seq))
        });
    }

    /// The group call has a name to insert an account with.
    fn named(&self, cx: &Cx<'_>) -> bool {
        cx.look.get(self.name).and_then(text_of).is_some()
    }

    /// The group call has a join date to insert an account with.
    fn dated(&self, cx: &Cx<'_>) -> bool {
        cx.look.time(self.joined).is_some()
    }

    /// An account that no earlier call has inserted needs a name and a join date.
    fn insert(&self, cx: &mut Cx<'_>) {
        let account = cx.account.as_ref();
        if account.is_some_and(|id| cx.facts.first(INSERTED, &id.text, cx.seq).is_some()) {
            return;
        }
        if !self.named(cx) {
            cx.find(self.insert_name, Place::Spot(self.name));
        }
        if !self.dated(cx) {
            cx.find(self.insert_created, Place::Spot(self.joined));
        }
    }

    /// The document spells the billing city with one `l`, which may be meant.
    fn spelling(&self, cx: &mut Cx<'_>) {
        match (cx.look.present(self.city), cx.look.present(self.misspelt_city)) {
            (Some(city), Some(other)) if !same(city, other) => {
                cx.find(self.city_conflict, Place::Spot(self.misspelt_city));
            }
            (Some(_), _) => {
                cx.find_with(self.city_spelling, Place::Spot(self.city), |words| {
                    words.phrase("spelling", "the page writes `biling_city`, perhaps a misprint");
                });
            }
            (None, Some(_)) => {
                cx.find_with(self.city_spelling, Place::Spot(self.misspelt_city), |words| {
                    words.phrase("spelling", "the page writes it so, perhaps a misprint");
                });
            }
            (None, None) => {}
        }
    }
}

fn open(state: &mut State) -> &mut Sessions {
    let state: &mut dyn Any = &mut **state;
    state.downcast_mut().expect("the state that `state` made")
}

fn list(records: &[Record]) -> String {
    let records: Vec<&str> = records.iter().map(|record| record.json.as_str()).collect();
    format!("[{}]", records.join(","))
}

/// Equal as JSON values.
fn same(a: Val<'_>, b: Val<'_>) -> bool {
    match (a.kind(), b.kind()) {
        _ if a.raw() == b.raw() => true,
        (Kind::Number, Kind::Number) => a.as_f64() == b.as_f64(),
        (Kind::String, Kind::String) => a.as_str() == b.as_str(),
        _ => {
            let read = |value: Val<'_>| serde_json::from_str::<serde_json::Value>(value.raw());
            matches!((read(a), read(b)), (Ok(a), Ok(b)) if a == b)
        }
    }
}
