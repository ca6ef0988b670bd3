//! Lessons: each call as it was labelled, and again in situations that change nothing of what it means.

use crate::corpus::Call;
use crate::engine::{Context, Features, Intent, features, label_of, normalise};
use crate::linear::{Dice, Lesson};

/// The lessons of one call.
pub struct Taught {
    /// Whose wording it is.
    pub author: String,
    /// As labelled.
    pub plain: Lesson,
    /// Intents that are right as well.
    pub also: Vec<u8>,
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
            let tries = (0..60).map(|_| words[dice.below(words.len())]);
            tries.filter(|(x, _)| fits(x)).map(|(_, w)| w.to_owned()).next()
        };
        let ctx = Context { last_atc, ..c.ctx.clone() };
        let more = vec![Lesson { features: seen(&c.text, &ctx), labels }];
        Taught { author: c.author.clone(), plain, also: c.also.clone(), more }
    };
    calls.iter().map(&mut one).collect()
}
