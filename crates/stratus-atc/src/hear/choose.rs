//! Of two readings of one call the one that the situation explains better: no value that neither holds is ever made.

use crate::Engine;
use crate::intent::{Context, Intent, Understanding};
use crate::understand::understand;

/// How much of a reading the situation explains: more is better.
fn explained(u: &Understanding, ctx: &Context) -> i32 {
    let own = u.callsign.is_some() && u.callsign == ctx.own;
    let runway_there = |r| ctx.runways.is_empty() || ctx.runways.contains(&r);
    let wrong_runway = u.slots.bad_runway.is_some() || u.slots.runway.is_some_and(|r| !runway_there(r));
    let loose = i32::try_from(u.loose.min(20)).unwrap_or(20);
    8 * i32::from(u.intent != Intent::Unknown) + 6 * i32::from(own) + 2 * i32::from(u.has(Intent::Readback) && ctx.pending)
        - 6 * i32::from(u.other_aircraft || u.unsure_caller)
        - 4 * i32::from(wrong_runway)
        - loose
}

impl Engine {
    /// The text of these two that the situation explains better; the first where both are as good.
    pub fn likelier<'t>(&self, text: &'t str, other: &'t str) -> &'t str {
        let ctx = self.context();
        let of = |t: &str| explained(&understand(t, &ctx), &ctx);
        if of(other) > of(text) { other } else { text }
    }
}

#[cfg(test)]
mod tests {
    use crate::airports::data::Airports;
    use crate::{Engine, Setup};

    #[test]
    fn the_reading_that_the_situation_explains_counts() {
        let setup = Setup {
            callsign: "N172SP".parse().ok(),
            aircraft_type: Some("C172".into()),
            airport: Some("PHTO".into()),
            com1: "118.1".parse().ok(),
            ..Setup::default()
        };
        let engine = Engine::new(Airports::first(), setup);
        let (right, wrong) = (
            "hilo tower skyhawk one seven two sierra papa ready for departure runway eight",
            "yellow tau skyhawk ready to party runway eighteen",
        );
        assert_eq!(engine.likelier(wrong, right), right);
        assert_eq!(engine.likelier(right, wrong), right);
        assert_eq!(engine.likelier("roger", "roger that"), "roger");
    }
}
