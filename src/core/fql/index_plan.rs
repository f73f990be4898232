//! A filter split into its conditions, for an index that can evaluate some of them for many calls
//! at once and the others only from the bytes of a call.

use crate::fql::ast::{Expr, Literal, Op, Path};
use crate::fql::builtin_names::{Function, PathTarget, RecordField};
use crate::fql::columns::FilterInput;
use crate::fql::eval;
use crate::fql::{Filter, Needle, Pattern};

/// The maximum number of conditions, which is the number of bits of [`ConditionBits`]. A filter
/// with more becomes one condition.
const MAX_CONDITIONS: usize = 64;

/// The conditions of a filter, and how `and`, `or` and `!` join them.
#[derive(Debug, Clone)]
pub struct IndexPlan {
    root: PlanNode,
    leaves: Vec<Leaf>,
}

/// A condition of a filter: a part that is not itself `and`, `or` or `!`. A filter with too many
/// conditions has itself as its only condition.
#[derive(Debug, Clone)]
pub struct Leaf {
    expr: Expr,
    asks: Asks,
    required: Option<Needle>,
}

/// The inputs that a condition needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asks {
    /// The paths into the call's own JSON.
    pub paths: Vec<Path>,
    /// The fields of the record.
    pub records: Vec<RecordField>,
    /// True if it needs verdicts, findings or missing ids.
    pub judged: bool,
    /// True if it needs near misses.
    pub near: bool,
    /// True if it needs the time of arrival.
    pub time: bool,
    /// True if it needs the current time.
    pub clock: bool,
    /// True if it needs the call's text.
    pub text: bool,
}

#[derive(Debug, Clone)]
enum PlanNode {
    Leaf(usize),
    Not(Box<PlanNode>),
    And(Vec<PlanNode>),
    Or(Vec<PlanNode>),
}

/// The results of some of the conditions. Bit n belongs to condition n.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConditionBits {
    /// The conditions whose result is known.
    pub known: u64,
    /// The conditions that hold.
    pub holds: u64,
}

impl ConditionBits {
    /// Adds the result of a condition.
    pub fn set(&mut self, leaf: usize, holds: bool) {
        self.known |= 1 << leaf;
        self.holds |= u64::from(holds) << leaf;
    }

    /// Returns the result of a condition, if it is known.
    pub fn get(&self, leaf: usize) -> Option<bool> {
        (self.known >> leaf & 1 == 1).then_some(self.holds >> leaf & 1 == 1)
    }
}

impl Filter {
    /// Returns the filter split into its conditions.
    pub fn plan(&self) -> IndexPlan {
        let mut plan = IndexPlan { root: PlanNode::And(Vec::new()), leaves: Vec::new() };
        if let Some(expr) = &self.expr {
            plan.root = plan.node(expr);
            if plan.leaves.len() > MAX_CONDITIONS {
                plan.leaves = vec![Leaf::new(expr)];
                plan.root = PlanNode::Leaf(0);
            }
        }
        plan
    }
}

impl IndexPlan {
    fn node(&mut self, expr: &Expr) -> PlanNode {
        match expr {
            Expr::Not(inner) => PlanNode::Not(Box::new(self.node(inner))),
            Expr::And(terms) => {
                PlanNode::And(terms.by_cost().map(|term| self.node(term)).collect())
            }
            Expr::Or(terms) => PlanNode::Or(terms.by_cost().map(|term| self.node(term)).collect()),
            expr => {
                self.leaves.push(Leaf::new(expr));
                PlanNode::Leaf(self.leaves.len() - 1)
            }
        }
    }

    /// Returns the conditions.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Returns whether a call matches, or none if these results do not decide it.
    pub fn decide(&self, answers: ConditionBits) -> Option<bool> {
        decide(&self.root, answers)
    }

    /// Returns whether a call matches. Calls `ask` for each condition that is unknown and matters,
    /// the cheapest first. Returns none if `ask` returns none for a condition that decides.
    pub fn finish(
        &self,
        answers: ConditionBits,
        ask: &mut impl FnMut(usize) -> Option<bool>,
    ) -> Option<bool> {
        finish(&self.root, answers, ask)
    }
}

fn decide(node: &PlanNode, answers: ConditionBits) -> Option<bool> {
    match node {
        PlanNode::Leaf(at) => answers.get(*at),
        PlanNode::Not(inner) => decide(inner, answers).map(|holds| !holds),
        PlanNode::And(nodes) => all(nodes.iter().map(|node| decide(node, answers))),
        PlanNode::Or(nodes) => any(nodes.iter().map(|node| decide(node, answers))),
    }
}

fn finish(
    node: &PlanNode,
    answers: ConditionBits,
    ask: &mut impl FnMut(usize) -> Option<bool>,
) -> Option<bool> {
    // the known results may decide without asking
    if let Some(settled) = decide(node, answers) {
        return Some(settled);
    }
    match node {
        PlanNode::Leaf(at) => ask(*at),
        PlanNode::Not(inner) => finish(inner, answers, ask).map(|holds| !holds),
        PlanNode::And(nodes) => all(nodes.iter().map(|node| finish(node, answers, &mut *ask))),
        PlanNode::Or(nodes) => any(nodes.iter().map(|node| finish(node, answers, &mut *ask))),
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut out = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => out = None,
        }
    }
    out
}

fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.map(|part| part.map(|holds| !holds))).map(|none| !none)
}

impl Leaf {
    fn new(expr: &Expr) -> Leaf {
        let mut asks = Asks::default();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            asks.add(expr);
            open.extend(expr.parts());
        }
        Leaf { expr: expr.clone(), asks, required: required(expr) }
    }

    /// Returns the inputs that the condition needs.
    pub fn asks(&self) -> &Asks {
        &self.asks
    }

    /// Returns whether the condition holds for a call.
    pub fn holds<C: FilterInput + ?Sized>(&self, call: &C) -> bool {
        eval::holds(&self.expr, call)
    }

    /// Returns the text, if the condition searches the call's text for one.
    pub fn needle(&self) -> Option<&Needle> {
        if let Expr::Text(needle) = &self.expr { Some(needle) } else { None }
    }

    /// Returns the regular expression, if the condition is one.
    pub fn pattern(&self) -> Option<&Pattern> {
        if let Expr::Regex(pattern) = &self.expr { Some(pattern) } else { None }
    }

    /// Returns the text, if the condition is that a field equals one.
    pub fn equal_text(&self) -> Option<&str> {
        match compared_with_path(&self.expr)? {
            (_, Expr::Literal(Literal::Str(text))) => Some(text),
            _ => None,
        }
    }

    /// Returns a text that the call's JSON must contain for the condition to hold. If the call
    /// contains it neither raw nor escaped, the condition is false.
    pub fn required(&self) -> Option<&Needle> {
        self.required.as_ref()
    }
}

impl Asks {
    fn add(&mut self, expr: &Expr) {
        match expr {
            Expr::Path(path, PathTarget::Call) => self.paths.push(path.clone()),
            Expr::Path(path, PathTarget::Record(record)) => {
                self.records.push(*record);
                // a field of the call at this path hides the record's field
                if record.shadow().is_some() {
                    self.paths.push(path.clone());
                }
            }
            Expr::Path(_, PathTarget::Age) => self.clock = true,
            Expr::Path(_, PathTarget::Time) => self.time = true,
            Expr::Path(..) | Expr::Missing(_) => self.judged = true,
            Expr::Nearmiss(_) => self.near = true,
            Expr::Text(_) | Expr::Regex(_) => self.text = true,
            _ => {}
        }
    }
}

/// Returns the text of `path = "text"` or `contains(path, "text")`, for a path into the call.
fn required(expr: &Expr) -> Option<Needle> {
    let (path, literal) = match expr {
        Expr::Compare(..) => compared_with_path(expr)?,
        Expr::Call(Function::Contains, arguments) => match arguments.as_slice() {
            [path, literal] => (path, literal),
            _ => return None,
        },
        _ => return None,
    };
    match (path, literal) {
        (Expr::Path(_, PathTarget::Call), Expr::Literal(Literal::Str(text)))
            if !text.is_empty() =>
        {
            Some(Needle::exact(text))
        }
        _ => None,
    }
}

/// Returns the path of `path = …` and the other side of the comparison.
fn compared_with_path(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match expr {
        Expr::Compare(Op::Eq, left, right) => match (left.as_ref(), right.as_ref()) {
            (path @ Expr::Path(..), other) | (other, path @ Expr::Path(..)) => Some((path, other)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fql::parse;

    fn plan(text: &str) -> IndexPlan {
        parse(text).expect("valid").plan()
    }

    #[test]
    fn decides_a_call_as_soon_as_the_known_results_suffice() {
        let plan = plan("type = \"track\" and (refund or properties.x > 1)");
        let kind = plan
            .leaves()
            .iter()
            .position(|leaf| !leaf.asks().text && leaf.asks().paths[0].name() == Some("type"));
        let text = plan.leaves().iter().position(|leaf| leaf.needle().is_some());
        let (kind, text) = (kind.expect("a leaf"), text.expect("a leaf"));
        let mut answers = ConditionBits::default();
        assert_eq!(plan.decide(answers), None);
        answers.set(kind, false);
        assert_eq!(plan.decide(answers), Some(false));
        let mut answers = ConditionBits::default();
        answers.set(kind, true);
        assert_eq!(plan.decide(answers), None);
        let mut asked = Vec::new();
        let mut ask = |leaf| {
            asked.push(leaf);
            Some(leaf == text)
        };
        assert_eq!(plan.finish(answers, &mut ask), Some(true));
        assert_eq!(asked, [text], "the cheaper one was enough");
        assert_eq!(plan.finish(answers, &mut |_| None), None);
        assert_eq!(plan.finish(answers, &mut |leaf| (leaf == text).then_some(false)), None);
    }

    #[test]
    fn says_which_bytes_a_condition_needs() {
        let required = |text: &str| {
            let plan = plan(text);
            plan.leaves()[0].required().map(|needle| needle.text().to_owned())
        };
        assert_eq!(required("properties.x = \"a\""), Some("a".to_owned()));
        assert_eq!(required("contains(event, \"Or\")"), Some("Or".to_owned()));
        assert_eq!(required("properties.x != \"a\""), None);
        assert_eq!(required("properties.x = \"\""), None);
        assert_eq!(required("status = \"a\""), None, "the record may say so");
        assert_eq!(required("lowercase(event) = \"a\""), None);
        let equal = |text: &str| plan(text).leaves()[0].equal_text().map(ToOwned::to_owned);
        for text in ["event = \"a\"", "\"a\" = event", "write_key = \"a\""] {
            assert_eq!(equal(text), Some("a".to_owned()), "{text}");
        }
        for text in ["event != \"a\"", "lowercase(event) = \"a\"", "seq = 1", "event = name"] {
            assert_eq!(equal(text), None, "{text}");
        }
        let asks = plan("status = 400").leaves()[0].asks().clone();
        assert_eq!((asks.records, asks.paths.len()), (vec![RecordField::Status], 1));
    }

    #[test]
    fn many_conditions_are_one() {
        let text: Vec<String> = (0..70).map(|n| format!("properties.x = {n}")).collect();
        assert_eq!(plan(&text.join(" or ")).leaves().len(), 1);
        assert_eq!(plan(&text[..64].join(" or ")).leaves().len(), 64);
        let none = plan("");
        assert_eq!((none.leaves().len(), none.decide(ConditionBits::default())), (0, Some(true)));
    }
}
