//! Differences that follow from other differences, and say nothing more.

use crate::engine::compare::certainty::Certainty;
use crate::engine::compare::differences::{Difference, SideShare, Subject};
use crate::engine::compare::profiles::EventKey;
use std::collections::BTreeMap;

/// Removes the differences in calls that a vendor accepts in full which follow from a sure
/// difference in the calls that it accepts at all: those in the same direction that are not larger.
pub(crate) fn drop_implied(differences: &mut Vec<Difference>) {
    let received: BTreeMap<(EventKey, usize), f64> = differences
        .iter()
        .filter_map(|difference| match difference.subject {
            Subject::Received(vendor) if difference.certainty == Certainty::Sure => {
                Some(((difference.event.clone(), vendor), difference.change()))
            }
            _ => None,
        })
        .collect();
    differences.retain(|difference| match difference.subject {
        Subject::Delivered(vendor) => {
            let of_received = received.get(&(difference.event.clone(), vendor));
            let own = difference.change();
            !of_received.is_some_and(|change| change * own > 0.0 && own.abs() <= change.abs())
        }
        _ => true,
    });
}

impl Difference {
    /// Returns the change of the share, from -1 to 1.
    fn change(&self) -> f64 {
        let share = |side: SideShare| side.part as f64 / side.whole.max(1) as f64;
        share(self.after) - share(self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compare::differences::Impact;

    fn difference(subject: Subject, before: u64, after: u64, certainty: Certainty) -> Difference {
        let side = |part| SideShare { part, whole: 100, sample: None };
        Difference {
            event: EventKey::default(),
            subject,
            before: side(before),
            after: side(after),
            certainty,
            impact: if after > before { Impact::Gain } else { Impact::Loss },
        }
    }

    /// Returns whether a difference in the calls that are accepted in full is reported beside one in the
    /// calls that are accepted.
    fn is_reported(received: (u64, u64), delivered: (u64, u64), certainty: Certainty) -> bool {
        let mut all = vec![
            difference(Subject::Received(0), received.0, received.1, certainty),
            difference(Subject::Delivered(0), delivered.0, delivered.1, Certainty::Sure),
        ];
        drop_implied(&mut all);
        assert_eq!(all[0].subject, Subject::Received(0));
        all.len() == 2
    }

    #[test]
    fn a_loss_of_calls_accepted_in_full_is_reported_beside_a_gain_of_accepted_calls() {
        assert!(is_reported((50, 90), (50, 10), Certainty::Sure));
        assert!(is_reported((90, 50), (10, 50), Certainty::Sure));
    }

    #[test]
    fn a_change_of_calls_accepted_in_full_is_reported_if_it_is_the_larger_one() {
        assert!(is_reported((100, 90), (100, 10), Certainty::Sure));
        assert!(is_reported((50, 60), (10, 60), Certainty::Sure));
    }

    #[test]
    fn a_change_that_follows_from_that_of_accepted_calls_is_not_reported() {
        assert!(!is_reported((100, 60), (100, 60), Certainty::Sure));
        assert!(!is_reported((60, 100), (30, 50), Certainty::Sure));
        assert!(is_reported((100, 99), (100, 99), Certainty::Chance));
    }
}
