//! Tests whether a difference between two shares is more than chance. docs/compare.md states the
//! rule.

use crate::engine::compare::occurrences::{GROUPS, GroupCounts, total};

/// The minimum number of calls on each side for a test.
pub(crate) const MIN_CALLS: u64 = 30;
/// The minimum number of users. With fewer, calls are taken as the independent draws instead of
/// users.
const MIN_USERS: u64 = 10;
/// The maximum probability that a comparison of equal traffic reports any difference as sure.
const ERROR_RATE: f64 = 0.01;

/// The certainty of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Chance alone causes such a difference in at most one of a hundred comparisons.
    Sure,
    /// It may be chance.
    Chance,
    /// There are too few calls to tell.
    TooFew,
}

impl Certainty {
    /// Returns the name in the output for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Sure => "sure",
            Certainty::Chance => "may be chance",
            Certainty::TooFew => "too few to say",
        }
    }
}

/// One side of a comparison: the calls that meet a condition (`part`) among the calls that could
/// meet it (`whole`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct SideCounts<'g> {
    pub part: &'g GroupCounts,
    pub whole: &'g GroupCounts,
    /// The number of users that sent the calls of `whole`.
    pub users: u64,
}

impl SideCounts<'_> {
    fn value(&self) -> f64 {
        total(self.part) as f64 / (total(self.whole) as f64).max(1.0)
    }

    /// Returns the variance of the share between the groups of users, because the calls of one user
    /// are similar. Returns 0 if there are too few users.
    fn variance_between_users(&self) -> f64 {
        if self.users < MIN_USERS {
            return 0.0;
        }
        let (calls, share) = (total(self.whole) as f64, self.value());
        let deviation = |part: &u32, whole: &u32| f64::from(*part) - share * f64::from(*whole);
        let squares = self.part.iter().zip(self.whole).map(|(x, n)| deviation(x, n).powi(2));
        let groups = GROUPS as f64;
        groups / (groups - 1.0) * squares.sum::<f64>() / (calls * calls)
    }
}

/// Returns the difference of two shares in standard errors; `None` if either side has too few
/// calls. The standard error is that between users, but at least that of independent calls if the
/// sides were equal.
pub(crate) fn score(before: SideCounts<'_>, after: SideCounts<'_>) -> Option<f64> {
    let [calls_before, calls_after] = [before, after].map(|side| total(side.whole));
    if calls_before < MIN_CALLS || calls_after < MIN_CALLS {
        return None;
    }
    let calls = (calls_before + calls_after) as f64;
    let common = ((total(before.part) + total(after.part)) as f64 + 1.0) / (calls + 2.0);
    let each = 1.0 / calls_before as f64 + 1.0 / calls_after as f64;
    let independent = common * (1.0 - common) * each;
    let between = before.variance_between_users() + after.variance_between_users();
    let difference = after.value() - before.value();
    Some(difference.abs() / between.max(independent).sqrt())
}

/// Returns the score above which a difference is sure if `tests` differences are tested at once.
pub(crate) fn critical_score(tests: usize) -> f64 {
    let tail = ERROR_RATE / (2.0 * tests.max(1) as f64);
    student(normal_quantile(tail))
}

/// Returns the value that a standard normal variable exceeds with the probability `tail`
/// (Abramowitz and Stegun, 26.2.23, with an error below 0.0005).
fn normal_quantile(tail: f64) -> f64 {
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

/// Returns the quantile of Student's distribution for a quantile of the normal distribution
/// (Abramowitz and Stegun, 26.7.5), because a variance that is estimated from groups is itself
/// uncertain.
fn student(z: f64) -> f64 {
    let freedom = (GROUPS - 1) as f64;
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + first / freedom + second / (freedom * freedom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (tail, want) in [(0.025, 1.960), (0.005, 2.576), (0.000_5, 3.291)] {
            assert!((normal_quantile(tail) - want).abs() < 0.001, "{tail}");
        }
        // 31 degrees of freedom
        for (tail, want) in [(0.025, 2.040), (0.005, 2.744), (0.000_5, 3.633)] {
            assert!((student(normal_quantile(tail)) - want).abs() < 0.005, "{tail}");
        }
        assert!(critical_score(1_000) > critical_score(10));
    }

    #[test]
    fn calls_of_the_same_users_are_no_independent_draws() {
        let whole = [100; GROUPS];
        let all = [99; GROUPS];
        let even = [90; GROUPS];
        // the same share, but the calls without it come from whole groups of users
        let mut lumped = [100; GROUPS];
        lumped[..3].fill(0);
        lumped[3] = 80;
        assert_eq!(total(&even), total(&lumped));
        let share = |part, users| SideCounts { part, whole: &whole, users };
        let score =
            |part, users| score(share(&all, 500), share(part, users)).expect("enough calls");
        let [alone, clustered, few] = [score(&even, 500), score(&lumped, 500), score(&lumped, 3)];
        assert!(clustered < alone / 5.0, "{clustered} {alone}");
        assert!((few - alone).abs() < 0.1, "{few} {alone}");
    }

    #[test]
    fn a_small_side_that_has_few_by_chance_is_no_proof() {
        let side = |groups: usize, part: u32, whole: u32| {
            let spread = |count: u32| {
                let each = |at: usize| if at < groups { count / groups as u32 } else { 0 };
                std::array::from_fn(each)
            };
            (spread(part), spread(whole))
        };
        let (before, after): ((GroupCounts, GroupCounts), _) = (side(1, 172, 611), side(1, 1, 30));
        let share = |(part, whole)| SideCounts { part, whole, users: 5 };
        let score = score(share((&before.0, &before.1)), share((&after.0, &after.1)));
        assert!(score.is_some_and(|score| score < critical_score(10)), "{score:?}");
    }

    #[test]
    fn a_few_calls_decide_nothing() {
        let (mut part, mut whole) = ([0; GROUPS], [0; GROUPS]);
        (part[0], whole[0]) = (29, 29);
        let before = SideCounts { part: &part, whole: &whole, users: 1 };
        let none = [0; GROUPS];
        let after = SideCounts { part: &none, whole: &whole, users: 1 };
        assert_eq!(score(before, after), None);
    }
}
