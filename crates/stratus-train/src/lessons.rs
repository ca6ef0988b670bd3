//! Lessons: each call as it was labelled, and again in situations that change nothing of what it means.

use crate::corpus::Call;
use crate::engine::{Context, Features, Intent, by_rules, features, label_of, normalise};
use crate::generate::generate;
use crate::linear::{Dice, Lesson};

/// So many lessons are generated of each everyday call.
const GENERATED: usize = 2;

/// The lessons of one call.
pub struct Taught {
    /// Whose wording it is.
    pub author: String,
    /// What was said.
    pub text: String,
    /// The controller had said something.
    pub spoken_to: bool,
    /// As labelled.
    pub plain: Lesson,
    /// Intents that are right as well.
    pub also: Vec<u8>,
    /// What the rules alone make of it.
    pub rules: u8,
    /// Variants: with another controller's words before it, or with none.
    pub more: Vec<Lesson>,
}

/// What the reader sees of a text in a situation.
pub fn seen(text: &str, ctx: &Context) -> Features {
    features(&normalise(text, ctx), ctx)
}

/// Makes lessons of calls.
///
/// Authors write the controller's last words where they matter: nearly always before a readback. In flight there are always some.
/// So a call without them is taught a second time behind words that another call came after, and one with them without.
pub fn teach(calls: &[Call]) -> Vec<Taught> {
    let readback = label_of(Intent::Readback);
    let words: Vec<(&Context, &str)> = calls.iter().filter_map(|c| Some((&c.ctx, c.ctx.last_atc.as_deref()?))).collect();
    let mut dice = Dice::new(7);
    let mut one = |c: &Call| {
        let plain = Lesson { features: seen(&c.text, &c.ctx), labels: c.labels };
        let mut labels = c.labels;
        let last_atc = if c.ctx.last_atc.is_some() {
            // Without what it answers, only a readback is surely what it was.
            if labels[0] != Some(readback) {
                labels[0] = None;
            }
            None
        } else {
            let fits = |x: &Context| x.region == c.ctx.region && x.facility == c.ctx.facility;
            (0..60).map(|_| words[dice.below(words.len())]).find(|(x, _)| fits(x)).map(|(_, w)| w.to_owned())
        };
        let ctx = Context { last_atc, ..c.ctx.clone() };
        // Few readbacks come out of the blue: taught as often as with their instruction, every short call would be one.
        let rare = labels[0] == Some(readback) && ctx.last_atc.is_none() && dice.below(4) > 0;
        let mut more = if rare { Vec::new() } else { vec![Lesson { features: seen(&c.text, &ctx), labels }] };
        more.extend(
            generate(c, GENERATED, &mut dice).iter().map(|(text, ctx, labels)| Lesson { features: seen(text, ctx), labels: *labels }),
        );
        Taught {
            author: c.author.clone(),
            text: c.text.clone(),
            spoken_to: c.ctx.last_atc.is_some(),
            plain,
            also: c.also.clone(),
            rules: label_of(by_rules(&c.text, &c.ctx)),
            more,
        }
    };
    calls.iter().map(&mut one).collect()
}
