//! Lessons: each call as it was labelled, and again in situations that do not change its meaning.

use crate::corpus::Call;
use crate::engine::{Context, Features, Intent, by_rules, features, label_of, normalise};
use crate::generate::generate;
use crate::linear::{Dice, Lesson};

/// How many lessons are generated from each everyday call.
const GENERATED: usize = 2;

/// The lessons of one call.
pub struct Taught {
    /// The author of the wording.
    pub author: String,
    /// The words.
    pub text: String,
    /// The controller had said something before.
    pub spoken_to: bool,
    /// The lesson as labelled.
    pub plain: Lesson,
    /// Further intents that count as correct.
    pub also: Vec<u8>,
    /// The intent by the rules alone.
    pub rules: u8,
    /// Variants: with other words of the controller before it, or without any.
    pub more: Vec<Lesson>,
}

/// The reader's features of a text in a situation.
pub fn seen(text: &str, ctx: &Context) -> Features {
    features(&normalise(text, ctx), ctx)
}

/// Makes lessons from calls.
///
/// Authors write the controller's last words only where they matter, nearly always before a readback. In flight there
/// are always some. A call without them is therefore also taught with those of another call, and a call with them also without.
pub fn teach(calls: &[Call]) -> Vec<Taught> {
    let readback = label_of(Intent::Readback);
    let words: Vec<(&Context, &str)> = calls.iter().filter_map(|c| Some((&c.ctx, c.ctx.last_atc.as_deref()?))).collect();
    let mut dice = Dice::new(7);
    let mut one = |c: &Call| {
        let plain = Lesson { features: seen(&c.text, &c.ctx), labels: c.labels };
        let mut labels = c.labels;
        let last_atc = if c.ctx.last_atc.is_some() {
            // Without the controller's words, only a readback surely keeps its label.
            if labels[0] != Some(readback) {
                labels[0] = None;
            }
            None
        } else {
            let fits = |x: &Context| x.region == c.ctx.region && x.facility == c.ctx.facility;
            (0..60).map(|_| words[dice.below(words.len())]).find(|(x, _)| fits(x)).map(|(_, w)| w.to_owned())
        };
        let ctx = Context { last_atc, ..c.ctx.clone() };
        // Few readbacks have no instruction before them. If they were taught as often as the others, every short call
        // would seem to be a readback.
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
