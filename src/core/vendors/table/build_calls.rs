//! The conversion of a call's table to [`CallRules`]: its ids, its requests, and the rules for
//! members that nothing reads.

use crate::call::{CallType, pointer};
use crate::findings::fixes::made_up;
use crate::findings::{Effect, norm};
use crate::vendors::engine::field_rules::row_triggers;
use crate::vendors::engine::field_slots::{FieldSlot, SlotSet};
use crate::vendors::settings::VendorSettings;
use crate::vendors::table::build::TableBuilder;
use crate::vendors::table::{
    CallDef, CaveatDef, IdDef, RequestDef, RestDef, TableError, Take, Word,
};
use crate::vendors::vendor::{
    CallRules, Caveat, FieldName, FieldSource, IdRule, LeftoverRule, Request,
};

/// The maximum number of fields of a request, and of its spreads.
const MAX_FIELDS: usize = 128;

impl TableBuilder<'_> {
    pub(crate) fn call(
        &mut self,
        call: CallType,
        def: &CallDef,
        settings: &VendorSettings,
        (names, reads, looks): (&[&str], &[FieldSlot], &[FieldSlot]),
    ) -> Result<CallRules, TableError> {
        let choices = self.choices(def)?;
        self.check_code_words(def, names);
        if let Some(ninth) = def.request.get(8) {
            let message = "a call becomes at most 8 requests";
            return Err(TableError::word(self.text, &ninth.url, message));
        }
        let [account, user, session] = [&def.account, &def.user, &def.session].map(|id| {
            let made = id.as_ref().map(|id| self.id(call, def, id))?;
            self.keep(made)
        });
        let mut requests = Vec::new();
        for request in &def.request {
            let made = self.request(call, def, request, settings, names);
            requests.extend(self.keep(made));
        }
        let checked = self.some_is_made(call, def, &requests);
        self.keep(checked);
        let mut claimed = SlotSet::default();
        for id in [&account, &user, &session].into_iter().flatten() {
            id.from.iter().for_each(|slot| claimed.insert(*slot));
        }
        for source in requests.iter().flat_map(|request| &request.rows).flat_map(|row| &row.from) {
            if let FieldSource::Slot(slot) | FieldSource::Guarded(slot, _) = source {
                self.claim(&mut claimed, *slot);
            }
        }
        for word in &def.reads {
            let made = self.pointer(word);
            if let Some(slot) = self.keep(made) {
                self.claim(&mut claimed, slot);
            }
        }
        reads.iter().for_each(|slot| self.claim(&mut claimed, *slot));
        for other in &def.rest {
            let slot = self.pointer(&other.of)?;
            claimed.insert(slot);
        }
        let mut rests = Vec::new();
        for rest in &def.rest {
            let made = self.rest(call, (rest, &def.rest), settings, &claimed, &requests);
            rests.extend(self.keep(made));
        }
        let rivals = rests.iter().flat_map(|rest| &rest.sent).map(|(_, rivals)| rivals);
        let watched = rivals.fold(0, |all, rivals| all | rivals);
        for (number, request) in requests.iter_mut().enumerate() {
            request.row_triggers =
                row_triggers(&request.rows, if number == 0 { watched } else { 0 });
        }
        // the vendor's code has one list of slots for all call types
        let own = match call {
            CallType::Identify | CallType::Group => "/traits/",
            _ => "/properties/",
        };
        let looks =
            |slot: &FieldSlot| looks.contains(slot) && self.keys.pointer(*slot).starts_with(own);
        let read = self.keys.slots().filter(|slot| claimed.has(*slot) || looks(slot));
        let made_up = read
            .filter_map(|slot| Some((slot, made_up(self.keys.pointer(slot))?.into())))
            .collect();
        Ok(CallRules { account, user, session, choices, requests, rests, made_up })
    }

    /// Checks that what the table says about the vendor's code is about code that exists.
    fn check_code_words(&mut self, def: &CallDef, names: &[&str]) {
        let unknown =
            def.code_names.keys().filter(|name| !names.contains(&name.get_ref().as_str()));
        for name in unknown {
            let message = format!("no code of the vendor names a value `@{}`", name.get_ref());
            self.errors.push(TableError::word(self.text, name, message));
        }
        let ids = [&def.account, &def.user, &def.session].into_iter().flatten();
        let by_code = |id: &IdDef| id.decided_by_code && self.has_code;
        for id in ids.filter(|id| !id.shown.is_empty() && !by_code(id)) {
            let message =
                "`shown` is for an id that the code of a vendor finds; here `from` decides";
            let at = id.from.first().map_or(0, |word| word.span().start);
            self.errors.push(TableError::at(self.text, at, message));
        }
        let requests = def.request.iter().filter(|_| !self.has_code);
        for field in requests.flat_map(|request| &request.code_fields) {
            let message =
                "`code_fields` describes what the code of a vendor writes; nothing writes it here";
            self.errors.push(TableError::word(self.text, &field.to, message));
        }
    }

    fn choices(&mut self, def: &CallDef) -> Result<Vec<Vec<FieldSlot>>, TableError> {
        let mut choices = Vec::new();
        for (name, places) in &def.choose {
            let taken = ["account", "user", "session", "time"].contains(&name.as_str());
            if taken || name.contains('/') || places.is_empty() {
                let at = self.text.find(name.as_str()).unwrap_or_default();
                let message = format!(
                    "`choose` names objects: `{name}` needs another name (not that of an id, without `/`) or a place"
                );
                return Err(TableError::at(self.text, at, message));
            }
            choices.push(places.iter().map(|word| self.pointer(word)).collect::<Result<_, _>>()?);
        }
        Ok(choices)
    }

    /// Checks that at least one request is always made. Otherwise a call that sends nothing would
    /// count as delivered.
    fn some_is_made(
        &self,
        call: CallType,
        def: &CallDef,
        requests: &[Request],
    ) -> Result<(), TableError> {
        let is_sure = |id: &FieldSource| {
            let rule = match id {
                FieldSource::Account => &def.account,
                FieldSource::User => &def.user,
                _ => &def.session,
            };
            let missing = rule.as_ref().and_then(|rule| rule.missing.as_ref());
            let code = missing.and_then(|word| self.code(call, Some(word)).ok()?);
            code.is_some_and(|code| {
                matches!(self.codes.entry(code).effect, Effect::Drop | Effect::Reject)
            })
        };
        let always = |request: &Request| {
            request.only_with.is_empty() && request.carrier.ids.iter().all(is_sure)
        };
        let Some(first) = def.request.first().filter(|_| requests.len() == def.request.len())
        else {
            return Ok(());
        };
        if requests.iter().any(always) {
            return Ok(());
        }
        let message = format!(
            "no request of {} {} call is always made, so one of which nothing is sent would count as delivered: leave `only_with` out of one request, or give the id in its address a `missing` code with effect drop or reject",
            if matches!(call, CallType::Identify | CallType::Alias) { "an" } else { "a" },
            call.name()
        );
        Err(TableError::word(self.text, &first.url, message))
    }

    /// Marks a slot and the objects on the path to it as read.
    fn claim(&mut self, claimed: &mut SlotSet, slot: FieldSlot) {
        let mut path = self.keys.pointer(slot).to_owned();
        while !path.is_empty() {
            claimed.insert(self.keys.slot(&path));
            path.truncate(path.rfind('/').unwrap_or(0));
        }
    }

    fn id(
        &mut self,
        call: CallType,
        call_def: &CallDef,
        def: &IdDef,
    ) -> Result<IdRule, TableError> {
        let (mut from, mut guards) = (Vec::new(), Vec::new());
        for word in &def.from {
            for source in self.places(call_def, word)? {
                match source {
                    FieldSource::Guarded(slot, guard) => {
                        from.push(slot);
                        guards.push(Some(guard));
                    }
                    FieldSource::Slot(slot) => {
                        from.push(slot);
                        guards.push(None);
                    }
                    _ => {}
                }
            }
        }
        if guards.iter().all(Option::is_none) {
            guards.clear();
        }
        Ok(IdRule {
            from,
            guards,
            missing: self.code(call, def.missing.as_ref())?,
            kind: self.code(call, def.kind.as_ref())?,
            used: def.used,
            by_code: def.decided_by_code,
        })
    }

    fn request(
        &mut self,
        call: CallType,
        call_def: &CallDef,
        def: &RequestDef,
        settings: &VendorSettings,
        names: &[&str],
    ) -> Result<Request, TableError> {
        let headers = def.headers.as_ref().unwrap_or(&self.file.headers);
        let carrier = self.carrier(&def.method, &def.url, headers, settings);
        let only_with = self.only_with(call_def, def.only_with.as_ref());
        if def.fields.len() > MAX_FIELDS || def.spread.len() > MAX_FIELDS {
            let message = format!("a request has at most {MAX_FIELDS} fields, and as many spreads");
            return Err(TableError::word(self.text, &def.url, message));
        }
        let mut rows = Vec::new();
        for field in &def.fields {
            let made = self.row(call, call_def, field, settings, names);
            rows.extend(self.keep(made));
        }
        self.check_overwritten(def);
        let spreads = def.spread.iter().map(|def| self.spread(call, call_def, def));
        let spreads = spreads.collect::<Result<Vec<_>, _>>()?;
        let caveats = def.caveat.iter().map(|caveat| self.caveat(caveat, &def.url));
        let caveats = caveats.collect::<Result<Vec<_>, _>>()?;
        let (carrier, only_with, row_triggers) = (carrier?, only_with?, Vec::new());
        Ok(Request { carrier, only_with, body: def.body, caveats, rows, spreads, row_triggers })
    }

    fn caveat(&self, def: &CaveatDef, request: &Word) -> Result<Caveat, TableError> {
        let (of, with) = match (&def.with, &def.without) {
            (Some(of), None) => (of, true),
            (None, Some(of)) => (of, false),
            _ => {
                let message = "a caveat has either `with` or `without`";
                return Err(TableError::word(self.text, request, message));
            }
        };
        self.check_pointer(of)?;
        let of = pointer::tokens(of.get_ref()).map(|name| name.into_owned()).collect();
        Ok(Caveat { of, with, says: def.says.clone() })
    }

    fn rest(
        &mut self,
        call: CallType,
        (def, all): (&RestDef, &[RestDef]),
        settings: &VendorSettings,
        claimed: &SlotSet,
        requests: &[Request],
    ) -> Result<LeftoverRule, TableError> {
        self.pointer(&def.of)?;
        let object = self.keys.listed(def.of.get_ref());
        let mut claimed = claimed.clone();
        for word in &def.silent {
            claimed.insert(self.pointer(word)?);
        }
        let names = match &def.send {
            Some(word) => settings.texts(self.list_setting(word)?).unwrap_or_default(),
            None => Vec::new(),
        };
        let (mut sent, mut sent_set) = (Vec::new(), SlotSet::default());
        for name in names {
            let slot = self.keys.child(object, &name);
            let rows = requests.first().map_or(&[][..], |request| &request.rows);
            let rivals = rows.iter().enumerate().filter(|(_, row)| row.to == [name.as_str()]);
            sent.push((slot, rivals.fold(0, |bits, (at, _)| bits | 1u128 << at)));
            sent_set.insert(slot);
        }
        Ok(LeftoverRule {
            object,
            code: self.code(call, def.code.as_ref())?,
            each: def.each,
            nulls: def.nulls,
            kind: self.code(call, def.kind.as_ref())?,
            send_type: self.code(call, def.send_type.as_ref())?,
            claimed,
            sent,
            sent_set,
            is_inside: is_inside_sent(def, all),
            names: self.names_below(def.of.get_ref(), all, requests),
            advice: def.advice.clone(),
        })
    }

    /// Returns the fields that are filled from inside an object, each under its own name and under
    /// the name of the member that fills it, and the objects inside it that have rules of their own.
    fn names_below(&self, object: &str, rests: &[RestDef], requests: &[Request]) -> Vec<FieldName> {
        let mut names = Vec::new();
        let field = |name: String, from: &str, take: Take| {
            let norm = norm(&name).into_owned();
            FieldName { name, norm, from: from.to_owned(), take }
        };
        let is_below = |from: &str| pointer::is_below(from, object);
        for row in requests.iter().flat_map(|request| &request.rows) {
            for source in &row.from {
                let FieldSource::Slot(slot) = source else { continue };
                let from = self.keys.pointer(*slot);
                if is_below(from) {
                    names.push(field(pointer::last(from).into_owned(), from, row.take));
                    names.extend(row.to.last().map(|to| field(to.clone(), from, row.take)));
                }
            }
        }
        for inner in rests.iter().map(|rest| rest.of.get_ref()).filter(|of| is_below(of)) {
            names.push(field(pointer::last(inner).into_owned(), inner, Take::Object));
        }
        names
    }
}

/// Returns true if the object of a rule is a member of one whose members a setting lists.
fn is_inside_sent(rule: &RestDef, all: &[RestDef]) -> bool {
    let is_around = |other: &RestDef| {
        other.send.is_some() && pointer::is_below(rule.of.get_ref(), other.of.get_ref())
    };
    rule.send.is_none() && all.iter().any(is_around)
}
