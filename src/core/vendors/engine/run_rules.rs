//! The run of one call through one vendor's table and code.

use crate::call::CallType;
use crate::findings::doubtful_ids::stand_in;
use crate::findings::identity::ValueRule;
use crate::fql::CallFields;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::TypeOf;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, FoundId, From};
use crate::vendors::engine::field_rules::run_row;
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::find_shape_rules::is_switched_off;
use crate::vendors::engine::integration_names;
use crate::vendors::engine::leftover_rules::run_leftover_rule;
use crate::vendors::engine::output_json::OutputJson;
use crate::vendors::engine::shape_rules::{RequestRules, RuleToRun, ShapeRules};
use crate::vendors::engine::spread::spread;
use crate::vendors::rules::Flow;
use crate::vendors::table::BodyKind;
use crate::vendors::vendor::{CallRules, Guard, IdRule, Request, slot};

/// Runs all checks and, if the call is rendered, writes all findings and bodies.
pub(crate) fn run(evaluation: &mut Evaluation<'_>) {
    let vendor = evaluation.vendor;
    let Some((call, rules)) = run_common_checks(evaluation) else { return };
    let mut find = |rule: &Option<IdRule>, places: &[FieldSlot]| {
        rule.as_ref().and_then(|rule| find_id(evaluation, rule, places))
    };
    let [account, user, session] = [
        find(&call.account, &rules.account),
        find(&call.user, &rules.user),
        find(&call.session, &rules.session),
    ];
    (evaluation.account, evaluation.user, evaluation.session) = (account, user, session);
    if let Some(FoundId { from: From::Place(place), .. }) =
        evaluation.session.as_ref().filter(|id| stand_in::is_own(&id.text))
    {
        evaluation.find(vendor.common.stand_in, *place);
    }
    let made_up = rules.made_up.iter().map(|&number| &call.made_up[usize::from(number)]);
    evaluation.check_made_up(made_up);
    if let Some(rendering) = evaluation.rendering.as_mut().filter(|rendering| rendering.has_output)
    {
        let body = |request: &Request| OutputJson::with_room(request.rows.len().min(8));
        rendering.bodies = call.requests.iter().map(body).collect();
    }
    if vendor.rules.as_ref().is_some_and(|rules| rules.before(evaluation) == Flow::Stop) {
        return;
    }
    for (number, request) in call.requests.iter().enumerate() {
        let only_with = &request.only_with;
        let made = (only_with.is_empty() || only_with.iter().any(|&source| evaluation.has(source)))
            && request.carrier.ids.iter().all(|&id| evaluation.has(id));
        if !made {
            evaluation.skip(number);
        }
        run_request(evaluation, number, request, &rules.requests[number]);
    }
    for to_run in &rules.rests {
        if !report_known_codes(evaluation, to_run) {
            run_leftover_rule(evaluation, &call.rests[usize::from(to_run.number)]);
        }
    }
    if let Some(rules) = &vendor.rules {
        rules.after(evaluation);
    }
}

/// Runs the checks that come first at every vendor (`docs/specs/vendors.md` A.4). If all pass,
/// returns the rules of the call's table, and those of them that may report something.
fn run_common_checks<'a>(
    evaluation: &mut Evaluation<'a>,
) -> Option<(&'a CallRules, &'a ShapeRules)> {
    let (view, vendor) = (evaluation.view, evaluation.vendor);
    let codes = &vendor.common;
    let kind = match evaluation.view.kind {
        TypeOf::Missing => {
            evaluation.carried = false;
            evaluation.find(codes.type_missing, CallPlace::Slot(codes.kind));
            return None;
        }
        TypeOf::Unknown => None,
        TypeOf::Known(kind) => Some(kind),
    };
    let rules = kind.map(|kind| ShapeRules::for_call(vendor, kind, view));
    if rules.map_or_else(|| is_switched_off(vendor, view), |rules| rules.is_off) {
        evaluation.carried = false;
        evaluation.kind = kind.unwrap_or(CallType::Track);
        report_switched_off(evaluation, codes.off);
        return None;
    }
    if let Some(only) = &vendor.only
        && !only.matches(&CallFields(evaluation.view.event))
    {
        evaluation.carried = false;
        evaluation.kind = kind.unwrap_or(CallType::Track);
        evaluation.find_with(codes.filtered, CallPlace::Slot(FieldSlot::ROOT), |words| {
            words.say("filter", only);
        });
        return None;
    }
    let Some(kind) = kind else {
        evaluation.find(codes.type_unknown, CallPlace::Slot(codes.kind));
        return None;
    };
    evaluation.kind = kind;
    let call = vendor.calls[slot(kind)].as_ref();
    if call.is_none() {
        let code = codes.unsupported[slot(kind)].expect("a code for each type without a table");
        evaluation.find(code, CallPlace::Slot(codes.kind));
    }
    call.zip(rules)
}

fn report_switched_off(evaluation: &mut Evaluation<'_>, code: CodeId) {
    if let Some(integrations) = evaluation.view.event.get("integrations") {
        evaluation.find(code, CallPlace::Top(integrations));
        if evaluation.writes_findings() {
            integration_names::point_out(evaluation, integrations);
        }
    }
}

/// Returns the id at the first usable of `places`, as the table orders them, or reports that the id
/// is missing.
fn find_id<'a>(
    evaluation: &mut Evaluation<'a>,
    rule: &IdRule,
    places: &[FieldSlot],
) -> Option<FoundId<'a>> {
    if rule.by_code {
        return None;
    }
    let found = places.iter().find_map(|&slot| evaluation.id_at(slot));
    match &found {
        Some(found) if rule.used => evaluation.check_id(found, rule.kind),
        Some(found) => evaluation.check_type(found, rule.kind),
        None => {
            let guarded = |(_, guard): &(&FieldSlot, &Option<Guard>)| {
                guard.is_some_and(|g| evaluation.allows(g))
            };
            let chosen = rule.from.iter().zip(&rule.guards).find(guarded).map(|(slot, _)| slot);
            if let (Some(code), Some(&first)) = (rule.missing, chosen.or(rule.from.first())) {
                evaluation.find(code, CallPlace::Slot(first));
            }
        }
    }
    found
}

/// Runs the spreads and rows of a request: all of them if the output is made, otherwise only those
/// that may report something.
fn run_request<'a>(
    evaluation: &mut Evaluation<'a>,
    number: usize,
    request: &'a Request,
    rules: &RequestRules,
) {
    if evaluation.skipped >> number & 1 == 1 {
        return;
    }
    if !evaluation.rendering() {
        for to_run in &rules.spreads {
            if !report_known_codes(evaluation, to_run) {
                spread(evaluation, number, &request.spreads[usize::from(to_run.number)]);
            }
        }
        let view = evaluation.view;
        for to_run in &rules.rows {
            // a text never has more characters than its JSON has bytes
            let fits = |(slot, max): (FieldSlot, u32)| {
                view.get(slot).is_none_or(|value| value.span().len() <= max as usize)
            };
            if !to_run.unless_within.is_some_and(fits) {
                let at = usize::from(to_run.row);
                run_row(evaluation, number, at, &request.rows[at]);
            }
        }
        return;
    }
    for each in &request.spreads {
        spread(evaluation, number, each);
    }
    for (at, each) in request.rows.iter().enumerate() {
        run_row(evaluation, number, at, each);
    }
    if request.body == BodyKind::Call {
        let whole = OutputJson::whole_call(evaluation.view.event);
        evaluation.change(number, |body| *body = whole);
    }
}

/// Reports the findings of a rule without running it, if the call is only judged and its shape
/// determines the findings. Returns false if the rule has to run.
fn report_known_codes(evaluation: &mut Evaluation<'_>, to_run: &RuleToRun) -> bool {
    match &to_run.codes {
        Some(codes) if !evaluation.writes_findings() => {
            codes.iter().for_each(|&code| evaluation.find(code, CallPlace::Slot(FieldSlot::ROOT)));
            true
        }
        _ => false,
    }
}

/// Sorts the codes, removes duplicates, and sorts the findings by severity. If the call is not
/// accepted, first removes findings that apply only to calls that are sent.
pub(crate) fn settle(evaluation: &mut Evaluation<'_>) {
    if !evaluation.verdict().goes_through() {
        let codes = evaluation.codes;
        let happens = |code: CodeId| !codes.entry(code).text.only_if_sent;
        if let Some(rendering) = &mut evaluation.rendering {
            let mut found = evaluation.found.iter();
            rendering.findings.retain(|_| found.next().is_some_and(|&code| happens(code)));
        }
        evaluation.found.retain(|&code| happens(code));
    }
    evaluation.found.sort_unstable();
    evaluation.found.dedup();
    if let Some(rendering) = &mut evaluation.rendering {
        rendering.findings.sort_by_key(|finding| finding.severity);
    }
}

/// Returns the value of an id for a body: its text, or the unchanged value at a vendor that copies
/// ids.
pub(crate) fn id_value<'a>(
    evaluation: &Evaluation<'a>,
    id: &FoundId<'a>,
) -> (FieldValue<'a>, From<'a>) {
    let is_text = id.value.filter(|value| {
        evaluation.vendor.values == ValueRule::Truthy
            || value.kind() == crate::call::JsonKind::String
    });
    (is_text.map_or_else(|| FieldValue::Text(id.text.clone()), FieldValue::Copy), id.from)
}
