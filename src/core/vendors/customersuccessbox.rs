//! The code for CustomerSuccessBox, which aggregates usage by day, and expects a group call before
//! an identify call.

use super::code_id::CodeId;
use super::rules::{LearnedFacts, RuleParts, Rules};
use super::settings::SettingsError;
use crate::call::{CallType, time};
use crate::vendors::engine::evaluation::{CallPlace, Evaluation};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::memory::facts::Topic;

/// The topic of the accounts that had a group call.
const GROUPED: Topic = 0;

struct CustomerSuccessBox {
    account: FieldSlot,
    backdated: CodeId,
    no_group_yet: CodeId,
}

pub(crate) fn build(parts: &mut RuleParts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    Ok(Box::new(CustomerSuccessBox {
        account: parts.slot("/traits/account_id"),
        backdated: parts.code("T-BACKDATED"),
        no_group_yet: parts.code("I-NO-GROUP-YET"),
    }))
}

impl Rules for CustomerSuccessBox {
    fn after(&self, evaluation: &mut Evaluation<'_>) {
        match evaluation.kind {
            CallType::Track => self.backdated(evaluation),
            CallType::Identify => self.no_group_yet(evaluation),
            _ => {}
        }
        aggregation(evaluation);
    }

    fn learn(&self, evaluation: &Evaluation<'_>, lessons: &mut LearnedFacts) {
        if let (CallType::Group, Some(account)) = (evaluation.kind, &evaluation.account) {
            lessons.add(GROUPED, &account.text, "");
        }
    }
}

impl CustomerSuccessBox {
    /// Reports an event of another day than that of its arrival, which is not aggregated any more.
    fn backdated(&self, evaluation: &mut Evaluation<'_>) {
        let (Some((slot, _, event)), Some((_, _, received))) =
            (evaluation.view.event_time(), evaluation.view.received_at())
        else {
            return;
        };
        if event.div_euclid(time::DAY_MS) != received.div_euclid(time::DAY_MS) {
            evaluation.find_with(self.backdated, CallPlace::Slot(slot), |words| {
                words.say("day", time::format_date(event));
                words.say("received", time::format_date(received));
            });
        }
    }

    fn no_group_yet(&self, evaluation: &mut Evaluation<'_>) {
        let Some(account) = &evaluation.account else { return };
        if evaluation.facts.known_since(GROUPED, &account.text, evaluation.seq).is_none() {
            evaluation.find(self.no_group_yet, CallPlace::Slot(self.account));
        }
    }
}

/// Shows the day that a call counts for, and the time from which it is visible.
fn aggregation(evaluation: &mut Evaluation<'_>) {
    let Some((slot, _, at)) =
        evaluation.view.received_at().or_else(|| evaluation.view.event_time())
    else {
        return;
    };
    evaluation.extra("aggregation", |evaluation| {
        let from = || ValueOrigin::Input(evaluation.path(CallPlace::Slot(slot)));
        let next = (at.div_euclid(time::DAY_MS) + 1) * time::DAY_MS;
        let visible = format!("{}T00:00:00Z", time::format_date(next));
        OutputJson::Object(vec![
            ("bucket".to_owned(), OutputJson::text(&time::format_date(at), from())),
            ("visible_from".to_owned(), OutputJson::text(&visible, from())),
        ])
    });
}
