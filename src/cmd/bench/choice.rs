//! Picks the speech model that suits this machine from the measurements, and states the result in a sentence.

use crate::models::{self, ACCEPTED_MS};

/// A model that gets this many percent fewer words right than the best one is ruled out, whatever its size: it is damaged, or made
/// for something else.
const FEWER_PERCENT: f64 = 10.0;

/// The measurements of a model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    /// "base.en", or the file name.
    pub name: String,
    /// Published, and available by name.
    pub published: bool,
    /// Used by the configuration.
    pub in_force: bool,
    /// Understands people, not only the demo's voices.
    pub for_people: bool,
    /// Number of parameters, the measure of quality.
    pub parameters: u64,
    /// Time for a call, milliseconds: median, then ninetieth percentile.
    pub p50: u32,
    pub p90: u32,
    /// Given up: after one call took too long, the rest were skipped.
    pub given_up: bool,
    /// Correct words, out of this total.
    pub right: usize,
    pub of: usize,
}

impl Measured {
    /// Correct words, percent.
    pub fn percent(&self) -> f64 {
        self.right as f64 * 100.0 / self.of.max(1) as f64
    }

    fn is_quick(&self) -> bool {
        !self.given_up && self.p90 <= ACCEPTED_MS
    }
}

/// The largest model that answers within the time that a pilot accepts. Among models of the same size, the one with more correct
/// words, then the faster one.
pub(super) fn suits(all: &[Measured]) -> Option<&Measured> {
    let candidates = || all.iter().filter(|m| m.for_people && m.is_quick());
    let best = candidates().map(Measured::percent).fold(0.0, f64::max);
    candidates()
        .filter(|m| m.percent() + FEWER_PERCENT >= best)
        .max_by(|a, b| (a.parameters, a.right).cmp(&(b.parameters, b.right)).then(b.p90.cmp(&a.p90)))
}

/// The result in a sentence.
pub(super) fn outcome(all: &[Measured]) -> String {
    let people = || all.iter().filter(|m| m.for_people);
    if let Some(m) = suits(all) {
        let how = match (m.in_force, m.published) {
            (true, _) => String::new(),
            (false, true) => format!("; `stratus models get {}` selects it", m.name),
            (false, false) => "; set speech.model in your settings to use it".to_owned(),
        };
        return format!("{} suits this computer: {}{how}", m.name, does(m));
    }
    let Some(quickest) = people().min_by_key(|m| (m.given_up, m.p90)) else {
        return format!("the demo's model does not understand people: `stratus models get {}` suits most pilots", models::RECOMMENDED);
    };
    let accepted = seconds(ACCEPTED_MS);
    if let Some(smaller) = models::smaller_than(quickest.parameters, &[]).map(|s| s.name) {
        return format!(
            "{} is too slow for this computer: {}; pilots wait {accepted} at most. `stratus models get {smaller}` is faster",
            quickest.name,
            does(quickest)
        );
    }
    format!(
        "{} is too slow for this computer: {}; pilots wait {accepted} at most, and there is no faster model: close other programs, or raise `threads` below [speech] in your settings",
        quickest.name,
        does(quickest)
    )
}

/// The result for a single installed model, in a sentence.
pub(super) fn outcome_for_one(m: &Measured) -> String {
    // The next larger model needs about three times the computation.
    let more = if m.for_people && m.is_quick() && m.p90 * 4 < ACCEPTED_MS {
        "; a larger one may suit too (`stratus models list`), and `stratus bench` compares them"
    } else {
        ""
    };
    outcome(&[Measured { in_force: true, ..m.clone() }]) + more
}

/// What the setup says about the chosen model, in plain names, and what it suggests instead.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cmd) struct InForce {
    /// A sentence.
    pub outcome: String,
    /// Number of parameters, if the model is too slow.
    pub too_slow: Option<u64>,
}

pub(super) fn in_force(m: &Measured) -> InForce {
    // A file name says nothing to a pilot.
    let name = if m.published || !m.for_people { models::plain_name(&m.name) } else { "this speech model".to_owned() };
    let plain = Measured { name, in_force: true, ..m.clone() };
    if m.is_quick() || !m.for_people {
        return InForce { outcome: outcome_for_one(&plain), too_slow: None };
    }
    let more = if m.given_up { " or more" } else { "" };
    let outcome = format!(
        "{} is slow on this computer: it takes {}{more} to understand a call, and the answer comes that much later. \
         A conversation feels natural up to {}.",
        crate::problem::sentence(&plain.name),
        seconds(if m.given_up { m.p90 } else { m.p50 }),
        seconds(ACCEPTED_MS)
    );
    InForce { outcome, too_slow: Some(m.parameters) }
}

/// "a call takes 0.7 s (nine of ten within 0.9 s), with 96 % of the words right".
fn does(m: &Measured) -> String {
    if m.given_up {
        return format!("a call takes {} or more", seconds(m.p90));
    }
    format!("a call takes {} (nine of ten within {}), with {:.0} % of the words right", seconds(m.p50), seconds(m.p90), m.percent().floor())
}

fn seconds(ms: u32) -> String {
    format!("{:.1} s", f64::from(ms) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, parameters: u64, p90: u32, right: usize) -> Measured {
        Measured {
            name: name.to_owned(),
            published: true,
            in_force: false,
            for_people: true,
            parameters,
            p50: p90 / 2,
            p90,
            given_up: false,
            right,
            of: 100,
        }
    }

    const TINY: u64 = 39_000_000;
    const BASE: u64 = 74_000_000;
    const SMALL: u64 = 244_000_000;

    fn chosen(all: &[Measured]) -> Option<&str> {
        suits(all).map(|m| m.name.as_str())
    }

    #[test]
    fn largest_model_that_answers_in_time_is_suggested() {
        let (tiny, base, small) = (model("tiny.en", TINY, 300, 90), model("base.en", BASE, 700, 95), model("small.en", SMALL, 2600, 98));
        assert_eq!(chosen(&[tiny.clone(), base.clone(), small.clone()]), Some("base.en"));
        assert_eq!(chosen(&[small.clone(), tiny.clone()]), Some("tiny.en"));
        assert_eq!(chosen(&[model("small.en", SMALL, ACCEPTED_MS, 98), base.clone()]), Some("small.en"));
        assert_eq!(chosen(&[model("small.en", SMALL, ACCEPTED_MS + 1, 98), base.clone()]), Some("base.en"));
        assert_eq!(chosen(std::slice::from_ref(&small)), None);
        assert_eq!(chosen(&[Measured { given_up: true, ..model("small.en", SMALL, 400, 98) }]), None);
        // Of the same size: more correct words first, then less time.
        let quantised = model("base.en-q5_1", BASE, 600, 94);
        assert_eq!(chosen(&[quantised.clone(), base.clone()]), Some("base.en"));
        assert_eq!(chosen(&[Measured { right: 95, ..quantised }, base.clone()]), Some("base.en-q5_1"));
    }

    #[test]
    fn inaccurate_models_and_the_demo_model_are_ruled_out() {
        let base = model("base.en", BASE, 700, 95);
        assert_eq!(chosen(&[base.clone(), model("broken", SMALL, 900, 84)]), Some("base.en"));
        assert_eq!(chosen(&[base.clone(), model("other", SMALL, 900, 85)]), Some("other"));
        let demo = Measured { for_people: false, ..model("demo", 1_000_000_000, 10, 100) };
        assert_eq!(chosen(&[demo.clone(), base]), Some("base.en"));
        assert_eq!(chosen(std::slice::from_ref(&demo)), None);
        assert!(outcome(&[demo]).contains("models get base.en"));
    }

    #[test]
    fn result_is_a_sentence_with_the_next_step() {
        let base = model("base.en", BASE, 700, 95);
        let said = outcome(std::slice::from_ref(&base));
        assert_eq!(
            said,
            "base.en suits this computer: a call takes 0.3 s (nine of ten within 0.7 s), with 95 % of the words right; `stratus models get base.en` selects it"
        );
        assert!(!outcome(&[Measured { in_force: true, ..base.clone() }]).contains("selects"));
        assert!(outcome(&[Measured { published: false, ..base.clone() }]).contains("speech.model"));
        let slow = outcome(&[model("small.en", SMALL, 2600, 98), model("medium.en", 769_000_000, 9000, 98)]);
        assert!(
            slow.contains("small.en is too slow") && slow.contains("pilots wait 1.5 s at most") && slow.contains("get base.en`"),
            "{slow}"
        );
        let hopeless = outcome(&[Measured { given_up: true, ..model("tiny.en", TINY, 12_000, 0) }]);
        assert!(hopeless.contains("12.0 s or more") && hopeless.contains("there is no faster model"), "{hopeless}");
        assert!(outcome(&[model("base.en", BASE, 4000, 95)]).contains("get tiny.en`"));
        assert!(outcome_for_one(&base).ends_with("of the words right"), "{}", outcome_for_one(&base));
        assert!(outcome_for_one(&model("tiny.en", TINY, 200, 90)).contains("a larger one may suit"));
    }

    #[test]
    fn setup_states_the_result_in_plain_names() {
        let good = in_force(&model("base.en", BASE, 700, 95));
        assert!(good.outcome.starts_with("Base suits this computer") && good.too_slow.is_none(), "{good:?}");
        let slow = in_force(&model("small.en", SMALL, 2600, 98));
        assert_eq!(
            slow.outcome,
            "Small is slow on this computer: it takes 1.3 s to understand a call, and the answer comes that much later. \
             A conversation feels natural up to 1.5 s."
        );
        let own = in_force(&Measured { published: false, given_up: true, ..model("ggml-base.club.bin", BASE, 12_000, 98) });
        assert!(own.outcome.starts_with("This speech model is slow on this computer: it takes 12.0 s or more"), "{own:?}");
        assert_eq!(slow.too_slow, Some(SMALL));
        let demo = in_force(&Measured { for_people: false, ..model("demo", BASE, 9000, 100) });
        assert!(demo.too_slow.is_none() && demo.outcome.contains("does not understand people"), "{demo:?}");
    }
}
