//! Finds the remarks of a call: the phrases of `remarks.txt`, each subject to the grammar of its clause.

use super::matcher::Tree;
use super::source::Written;
use super::{Facts, Need, Words, frames, holds};
use crate::hear::clauses::{Clauses, Sense, Shape, Subject};
use crate::remark::Remark;

/// How a remark must be stated to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// In any form.
    Any,
    /// Not denied.
    Affirmed,
    /// About the pilot's own aircraft, and not denied.
    Own,
}

/// A remark as written: its conditions, and how it must be stated.
#[derive(Debug)]
pub(super) struct Rule {
    remark: Remark,
    operator: Operator,
    shape: Shape,
    conditions: Vec<Vec<(Need, bool)>>,
}

/// Parses a written block into rules and phrases; `None` if it names no remark.
pub(super) fn rule(written: &Written, need: impl Fn(&str) -> Option<Need>, errors: &mut Vec<String>) -> Option<Rule> {
    let remark = Remark::of(&written.act)?;
    let (mut operator, mut shape, mut conditions) = (Operator::Any, Shape::Deed, Vec::new());
    for group in &written.conditions {
        let mut all = Vec::new();
        for c in group {
            match c.name.as_str() {
                "own" => operator = Operator::Own,
                "affirmed" => operator = Operator::Affirmed,
                "event" => shape = Shape::Event,
                name => match need(name) {
                    Some(n) => all.push((n, c.wanted)),
                    None => errors.push(format!("{}: there is neither a fact nor a class {name:?}", written.act)),
                },
            }
        }
        conditions.push(all);
    }
    Some(Rule { remark, operator, shape, conditions })
}

impl Operator {
    fn holds(self, sense: Sense) -> bool {
        match self {
            Operator::Any => true,
            Operator::Affirmed => !sense.denied,
            Operator::Own => !sense.denied && sense.subject == Subject::Own,
        }
    }
}

impl Rule {
    /// The classes that its conditions refer to.
    #[cfg(test)]
    pub(super) fn needs(&self) -> impl Iterator<Item = Need> + '_ {
        self.conditions.iter().flatten().map(|(n, _)| *n)
    }
}

/// The remarks in the words, unordered, possibly repeated.
pub fn remarks(words: &Words, facts: Facts, clauses: &Clauses) -> Vec<Remark> {
    let (tree, rules): (&Tree, &[Rule]) = (&frames().remarks, &frames().rules);
    let held: Vec<bool> = rules.iter().map(|r| holds(&r.conditions, words, facts)).collect();
    let mut found = Vec::new();
    tree.walk(words, &words.spans, |m| {
        let n = usize::from(m.what);
        let Some(rule) = rules.get(n).filter(|_| held.get(n) == Some(&true)) else { return };
        let head = (m.start..m.end).find(|i| clauses.says(*i)).unwrap_or(m.start);
        if rule.operator == Operator::Any || rule.operator.holds(clauses.sense(head, rule.shape)) {
            found.push(rule.remark);
        }
    });
    found
}
