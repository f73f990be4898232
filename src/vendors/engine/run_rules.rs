//! The way of one call through one vendor's table and code.

use crate::call::{CallType, pointer};
use crate::findings::doubtful_ids::stand_in;
use crate::findings::identity::ValueRule;
use crate::vendors::codes::CodeId;
use crate::vendors::engine::call_view::TypeOf;
use crate::vendors::engine::evaluation::{Cx, Found, From, Place, Value};
use crate::vendors::engine::field_rules::{is_silent, row};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::integration_names;
use crate::vendors::engine::near_miss::meant_by;
use crate::vendors::engine::output_json::{Origin, Out};
use crate::vendors::engine::presence::State;
use crate::vendors::engine::spread::spread;
use crate::vendors::rules::Flow;
use crate::vendors::table::BodyKind;
use crate::vendors::vendor::{Call, Guard, IdRule, Request, Rest, slot};

/// Runs all checks and, with a sheet, writes all findings and bodies.
pub(crate) fn run(cx: &mut Cx<'_>) {
    let vendor = cx.vendor;
    let Some(call) = common(cx) else { return };
    cx.account = call.account.as_ref().and_then(|rule| id(cx, rule));
    cx.user = call.user.as_ref().and_then(|rule| id(cx, rule));
    cx.session = call.session.as_ref().and_then(|rule| id(cx, rule));
    if let Some(Found { from: From::Place(place), .. }) =
        cx.session.as_ref().filter(|id| stand_in::is_own(&id.text))
    {
        cx.find(vendor.common.stand_in, *place);
    }
    cx.check_made_up(&call.made_up);
    if let Some(sheet) = cx.sheet.as_mut().filter(|sheet| sheet.has_output) {
        let body = |request: &Request| Out::with_room(request.rows.len().min(8));
        sheet.bodies = call.requests.iter().map(body).collect();
    }
    if vendor.rules.as_ref().is_some_and(|rules| rules.before(cx) == Flow::Stop) {
        return;
    }
    for (number, request) in call.requests.iter().enumerate() {
        let only_with = &request.only_with;
        let made = (only_with.is_empty() || only_with.iter().any(|&source| cx.has(source)))
            && request.carrier.ids.iter().all(|&id| cx.has(id));
        if !made {
            cx.skip(number);
        }
        fields(cx, number, request);
    }
    for rest in &call.rests {
        self::rest(cx, rest);
    }
    if let Some(rules) = &vendor.rules {
        rules.after(cx);
    }
}

/// The checks that come first at every vendor (A.4); the call's table, if they all pass.
fn common<'a>(cx: &mut Cx<'a>) -> Option<&'a Call> {
    let vendor = cx.vendor;
    let codes = &vendor.common;
    let kind = match cx.look.kind {
        TypeOf::Missing => {
            cx.carried = false;
            cx.find(codes.type_missing, Place::Spot(codes.kind));
            return None;
        }
        TypeOf::Unknown => None,
        TypeOf::Known(kind) => Some(kind),
    };
    if switched_off(cx) {
        cx.carried = false;
        cx.kind = kind.unwrap_or(CallType::Track);
        off(cx, codes.off);
        return None;
    }
    let Some(kind) = kind else {
        cx.find(codes.type_unknown, Place::Spot(codes.kind));
        return None;
    };
    cx.kind = kind;
    let call = vendor.calls[slot(kind)].as_ref();
    if call.is_none() {
        let code = codes.unsupported[slot(kind)].expect("a code for each type without a table");
        cx.find(code, Place::Spot(codes.kind));
    }
    call
}

fn off(cx: &mut Cx<'_>, code: CodeId) {
    if let Some(integrations) = cx.look.event.get("integrations") {
        cx.find(code, Place::Top(integrations));
        if cx.writes_findings() {
            integration_names::point_out(cx, integrations);
        }
    }
}

/// `integrations` names the vendor with false, or names it not and says false for all.
fn switched_off(cx: &Cx<'_>) -> bool {
    let codes = &cx.vendor.common;
    let is_false = |spot| cx.look.state(spot) == State::False;
    if codes.integrations.iter().any(|&name| is_false(name)) {
        return true;
    }
    let named = codes.integrations.iter().any(|&name| cx.look.state(name) != State::Absent);
    !named && codes.all.iter().any(|&all| is_false(all))
}

/// An id by the table: the first usable place, or the code that it is missing.
fn id<'a>(cx: &mut Cx<'a>, rule: &IdRule) -> Option<Found<'a>> {
    if rule.by_code {
        return None;
    }
    let found = match &rule.guards[..] {
        [] => rule.from.iter().find_map(|&spot| cx.id_at(spot)),
        guards => {
            let allowed = rule.from.iter().zip(guards);
            let mut allowed =
                allowed.filter(|(_, guard)| guard.is_none_or(|guard| cx.allows(guard)));
            allowed.find_map(|(&spot, _)| cx.id_at(spot))
        }
    };
    match &found {
        Some(found) if rule.used => cx.check_id(found, rule.kind),
        Some(found) => cx.check_type(found, rule.kind),
        None => {
            let guarded =
                |(_, guard): &(&Spot, &Option<Guard>)| guard.is_some_and(|g| cx.allows(g));
            let chosen = rule.from.iter().zip(&rule.guards).find(guarded).map(|(spot, _)| spot);
            if let (Some(code), Some(&first)) = (rule.missing, chosen.or(rule.from.first())) {
                cx.find(code, Place::Spot(first));
            }
        }
    }
    found
}

/// The spreads and rows of a request; where nothing is written, only those that may give a finding
/// or are watched.
fn fields<'a>(cx: &mut Cx<'a>, number: usize, request: &'a Request) {
    if cx.skipped >> number & 1 == 1 {
        return;
    }
    if !cx.rendering() {
        for each in request.spreads.iter().filter(|each| each.speaks()) {
            spread(cx, number, each);
        }
        for ask in &request.asks {
            if !is_silent(cx, ask) {
                let at = usize::from(ask.row);
                row(cx, number, at, &request.rows[at]);
            }
        }
        return;
    }
    for each in &request.spreads {
        spread(cx, number, each);
    }
    for (at, each) in request.rows.iter().enumerate() {
        row(cx, number, at, each);
    }
    if request.body == BodyKind::Call {
        let members = cx.look.event.members().map(|member| {
            let path = pointer::push("", &member.key());
            (member.key().into_owned(), Out::copy(member, Origin::Input(path)))
        });
        let whole = Out::Object(members.collect());
        cx.change(number, |body| *body = whole);
    }
}

/// The members of an object that no row reads.
fn rest<'a>(cx: &mut Cx<'a>, rest: &'a Rest) {
    let Some(members) = cx.look.present(rest.of) else { return };
    if !members.is_object() {
        if let Some(code) = rest.kind {
            cx.find(code, Place::Spot(rest.of));
        }
        return;
    }
    let mut told = false;
    let object = cx.look.pointer(rest.of);
    for (value, spot) in cx.look.members_besides(rest.of, &rest.claimed) {
        if value.is_null() && !rest.nulls {
            continue;
        }
        let place = Place::Member(rest.of, value);
        if let Some(spot) = spot.filter(|spot| rest.sent_set.has(*spot)) {
            let rivals = rest.sent.iter().find(|(sent, _)| *sent == spot).map_or(0, |sent| sent.1);
            if rivals & cx.written == 0 {
                send(cx, rest, place, value);
                continue;
            }
        }
        let Some(code) = rest.code else { continue };
        if rest.each {
            let event = cx.look.event;
            cx.find_with(code, place, |words| {
                let key = value.key();
                match rest.advice.get(&*key) {
                    Some(advice) => words.advice = Some(advice.clone()),
                    None => {
                        let near = meant_by(event, object, &key, rest);
                        near.into_iter().for_each(|near| words.say("near", near));
                    }
                }
            });
        } else if !std::mem::replace(&mut told, true) {
            cx.find(code, Place::Spot(rest.of));
        }
    }
}

/// Sends a member that a setting lists under its own name.
fn send<'a>(cx: &mut Cx<'a>, rest: &Rest, place: Place<'a>, value: crate::call::Val<'a>) {
    if value.is_object() || value.is_array() {
        if let Some(code) = rest.send_type {
            cx.find(code, place);
        }
    } else if cx.rendering() {
        cx.put(0, &[&value.key()], Value::Copy(value), From::Place(place));
    }
}

/// Puts what was found in order, each code once, without what did not happen after all.
pub(crate) fn settle(cx: &mut Cx<'_>) {
    if !cx.verdict().goes_through() {
        let codes = cx.codes;
        let happens = |code: CodeId| !codes.entry(code).text.only_if_sent;
        if let Some(sheet) = &mut cx.sheet {
            let mut found = cx.found.iter();
            sheet.findings.retain(|_| found.next().is_some_and(|&code| happens(code)));
        }
        cx.found.retain(|&code| happens(code));
    }
    cx.found.sort_unstable();
    cx.found.dedup();
    if let Some(sheet) = &mut cx.sheet {
        sheet.findings.sort_by_key(|finding| finding.severity);
    }
}

/// The value of an id as it goes into a body: text, or at a vendor that copies ids, what it is.
pub(crate) fn id_value<'a>(cx: &Cx<'a>, id: &Found<'a>) -> (Value<'a>, From<'a>) {
    let is_text = id.value.filter(|value| {
        cx.vendor.values == ValueRule::Truthy || value.kind() == crate::call::Kind::String
    });
    (is_text.map_or_else(|| Value::Text(id.text.clone()), Value::Copy), id.from)
}
