//! The one shape in which a person ever sees that something went wrong: what, why, and how to mend it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something went wrong, told so that a pilot can mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What does not work: "cannot load the speech model".
    pub what: String,
    /// The causes, outermost first.
    pub why: Vec<String>,
    /// What to do about it; empty when nothing helps.
    pub fix: String,
    /// Whose it is; decides the exit code.
    pub kind: ProblemKind,
}

/// Whose a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemKind {
    /// The pilot's, or the machine's: exit code 1.
    User,
    /// The configuration's: exit code 3.
    Config,
    /// Ours: exit code 70.
    Bug,
}

impl Problem {
    /// A problem of the user or the machine.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: Vec::new(), fix: String::new(), kind: ProblemKind::User }
    }
    /// A problem in the configuration.
    pub fn config(what: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Config, ..Self::new(what) }
    }
    /// A fault of Stratus itself.
    pub fn bug(what: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Bug, ..Self::new(what) }
    }
    /// Adds a cause below those already there.
    #[must_use]
    pub fn because(mut self, why: impl fmt::Display) -> Self {
        self.why.push(why.to_string());
        self
    }
    /// Says how to mend it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
    /// The process's exit code for it.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ProblemKind::User => 1,
            ProblemKind::Config => 3,
            ProblemKind::Bug => 70,
        }
    }
    /// One line for a toast or the log.
    pub fn one_line(&self) -> String {
        let mut s = self.what.clone();
        for w in &self.why {
            s.push_str(": ");
            s.push_str(w);
        }
        if !self.fix.is_empty() {
            s.push_str(" \u{2013} ");
            s.push_str(&self.fix);
        }
        s
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        for w in &self.why {
            write!(f, "\ncaused by: {w}")?;
        }
        if !self.fix.is_empty() {
            write!(f, "\nhint: {}", self.fix)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// The words among `fits` that `wrong` was probably meant to be: at most three, the nearest first. Capitals and what joins
/// two words ("_", "-", a space) make no difference.
pub fn nearest<'a>(wrong: &str, fits: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |word: &str| word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).take(64).collect();
    let wrong: Vec<char> = plain(wrong);
    // Of a single letter nothing can be guessed: each other one is as near.
    let limit = (wrong.len() / 3).clamp(1, 3).min(wrong.len().saturating_sub(1));
    let mut near: Vec<(usize, &str)> =
        fits.into_iter().map(|f| (distance(&wrong, &plain(f)), f)).filter(|(slips, _)| *slips <= limit).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, word)| word).collect()
}

/// Typing slips between two words: letters put in, left out, changed, or two neighbours swapped.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut best = (rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_what_why_and_the_remedy() {
        let p = Problem::config("cannot read stratus.toml").because("line 3: unknown key `tial_ms`").fix("did you mean `tail_ms`?");
        assert_eq!(
            p.to_string(),
            "error: cannot read stratus.toml\ncaused by: line 3: unknown key `tial_ms`\nhint: did you mean `tail_ms`?"
        );
        assert_eq!(p.exit_code(), 3);
        assert!(!p.one_line().contains('\n'));
    }

    #[test]
    fn the_nearest_words_are_those_that_were_mistyped() {
        let fits = ["tail_ms", "pre_roll_ms", "F1", "F10", "F11", "F12", "ScrollLock"];
        for (wrong, meant) in [
            ("tial_ms", vec!["tail_ms"]),
            ("TailMs", vec!["tail_ms"]),
            ("tail-ms", vec!["tail_ms"]),
            ("scrol lock", vec!["ScrollLock"]),
            ("Scrolllok", vec!["ScrollLock"]),
            ("F1O", vec!["F1", "F10", "F11"]),
            ("x", vec![]),
            ("", vec![]),
            ("Bananas", vec![]),
        ] {
            assert_eq!(nearest(wrong, fits), meant, "{wrong:?}");
        }
    }
}
