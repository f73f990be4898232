//! CustomerSuccessBox: usage is aggregated by day, and a group call should come before identify.

use super::codes::CodeId;
use super::rules::{Lessons, Parts, Rules};
use super::settings::SettingsError;
use crate::call::{CallType, time};
use crate::vendors::engine::evaluation::{Cx, Place};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::output_json::{Origin, Out};
use crate::vendors::memory::facts::Topic;

/// Accounts that had a group call.
const GROUPED: Topic = 0;

struct CustomerSuccessBox {
    account: Spot,
    backdated: CodeId,
    no_group_yet: CodeId,
}

pub(crate) fn build(parts: &mut Parts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    Ok(Box::new(CustomerSuccessBox {
        account: parts.spot("/traits/account_id"),
        backdated: parts.code("T-BACKDATED"),
        no_group_yet: parts.code("I-NO-GROUP-YET"),
    }))
}

impl Rules for CustomerSuccessBox {
    fn after(&self, cx: &mut Cx<'_>) {
        match cx.kind {
            CallType::Track => self.backdated(cx),
            CallType::Identify => self.no_group_yet(cx),
            _ => {}
        }
        aggregation(cx);
    }

    fn learn(&self, cx: &Cx<'_>, lessons: &mut Lessons) {
        if let (CallType::Group, Some(account)) = (cx.kind, &cx.account) {
            lessons.add(GROUPED, &account.text, "");
        }
    }
}

impl CustomerSuccessBox {
    /// Usage of another day than that of its arrival is not aggregated any more.
    fn backdated(&self, cx: &mut Cx<'_>) {
        let (Some((spot, _, event)), Some((_, _, received))) =
            (cx.look.event_time(), cx.look.received_at())
        else {
            return;
        };
        if event.div_euclid(time::DAY_MS) != received.div_euclid(time::DAY_MS) {
            cx.find_with(self.backdated, Place::Spot(spot), |words| {
                words.say("day", time::format_date(event));
                words.say("received", time::format_date(received));
            });
        }
    }

    fn no_group_yet(&self, cx: &mut Cx<'_>) {
        let Some(account) = &cx.account else { return };
        if cx.facts.first(GROUPED, &account.text, cx.seq).is_none() {
            cx.find(self.no_group_yet, Place::Spot(self.account));
        }
    }
}

/// The day that a call counts for, and the moment from which it can be seen.
fn aggregation(cx: &mut Cx<'_>) {
    let Some((spot, _, at)) = cx.look.received_at().or_else(|| cx.look.event_time()) else {
        return;
    };
    cx.extra("aggregation", |cx| {
        let from = || Origin::Input(cx.path(Place::Spot(spot)));
        let next = (at.div_euclid(time::DAY_MS) + 1) * time::DAY_MS;
        let visible = format!("{}T00:00:00Z", time::format_date(next));
        Out::Object(vec![
            ("bucket".to_owned(), Out::text(&time::format_date(at), from())),
            ("visible_from".to_owned(), Out::text(&visible, from())),
        ])
    });
}
