//! Evidence: how the words that express a request or a call for help are meant. The gate weighs the evidence without seeing any words.

use super::clauses::{Clauses, Sense, Shape, Subject, Time};
use super::frames::distress_word;
use crate::instruction::Wish;
use crate::intent::Intent;

/// Words that express a request which needs no proof, but should be granted only when it is wanted: pushback, start-up, taxi, leaving the
/// frequency, ending a service or the IFR flight, diverting.
fn plain_carriers(intent: Intent) -> &'static [&'static str] {
    match intent {
        Intent::TaxiRequest | Intent::TaxiToParking => &["taxi", "taxiing"],
        Intent::PushbackRequest => &["push", "pushback", "pushing"],
        Intent::StartupRequest => &["start", "startup", "starting"],
        Intent::CancelIfr => &["cancel", "canceling", "cancelling"],
        Intent::CancelFlightFollowing => &["cancel", "canceling", "cancelling", "terminate", "terminating"],
        Intent::FrequencyChangeRequest => &["change", "changing", "switch", "switching", "leave", "leaving"],
        Intent::Diversion => &["divert", "diverting", "diversion"],
        _ => &[],
    }
}

/// How the words that express such a request are meant.
pub fn plain(c: &Clauses, intent: Intent) -> Vec<Sense> {
    let words = plain_carriers(intent);
    // "We will cancel IFR" cancels it now. Only a time or a condition defers it.
    let put_off = c.puts_off();
    let now = |i: usize| !put_off && c.announced(i);
    c.find(|w| words.contains(&w)).into_iter().map(|i| if now(i) { Sense::PLAIN } else { c.sense(i, Shape::Deed) }).collect()
}

/// How the pilot's words about landing are meant.
pub fn to_land(c: &Clauses) -> Vec<Sense> {
    c.find(|w| matches!(w, "land" | "option")).into_iter().map(|i| c.sense(i, Shape::Deed)).collect()
}

/// The call contains any negation.
pub fn denies(c: &Clauses) -> bool {
    c.find(|w| matches!(w, "not" | "no" | "negative" | "unable")).into_iter().any(|i| !names_vectors(c, i))
}

/// "No-gyro vectors" is a name, and denies nothing.
fn names_vectors(c: &Clauses, i: usize) -> bool {
    c.word(i) == "no" && c.word(i + 1).starts_with("gyro")
}

/// Whether the pilot says that a visual approach is not possible: "negative visual", "unable the visual".
pub fn refuses_visual(c: &Clauses) -> bool {
    let against = |i: usize| (1..=3).any(|n| i >= n && matches!(c.word(i - n), "negative" | "unable" | "not" | "no" | "cannot"));
    c.find(|w| w == "visual").into_iter().any(against)
}

/// How the words of distress in a call are meant.
pub struct Cries {
    /// MAYDAY and PAN PAN.
    pub called: Vec<Sense>,
    /// "Emergency".
    pub named: Vec<Sense>,
    /// Failures, fires and injuries in plain words.
    pub plain: Vec<Sense>,
}

/// The words of distress in a call.
pub fn cries(c: &Clauses) -> Cries {
    let cried = |word: fn(&str) -> bool| -> Vec<Sense> { c.find(word).into_iter().map(|i| c.cry(i)).collect() };
    Cries {
        called: cried(|w| matches!(w, "mayday" | "pan")),
        named: cried(|w| w == "emergency").into_iter().chain(declared(c)).collect(),
        plain: c.find(distress_word).into_iter().map(|i| failure(c, i)).collect(),
    }
}

/// "We are declaring", without an object.
fn declared(c: &Clauses) -> Vec<Sense> {
    let alone = |i: usize| matches!(c.word(i + 1), "" | "|" | "#" | "and" | "now" | "here" | "we" | "i" | "need" | "want");
    c.find(|w| w == "declaring").into_iter().filter(|i| alone(*i)).map(|i| c.sense(i, Shape::Deed)).collect()
}

/// Whether a call for help is relayed for someone else.
pub fn relays(c: &Clauses) -> bool {
    !c.find(|w| w.starts_with("relay")).is_empty()
}

/// Whether the pilot denies an emergency: "negative emergency", "we are not declaring".
pub fn denies_emergency(c: &Clauses) -> bool {
    let senses = c.find(|w| matches!(w, "mayday" | "pan" | "emergency" | "declaring" | "declare")).into_iter().map(|i| c.cry(i));
    let mut all = senses.filter(|s| s.subject == Subject::Own).peekable();
    all.peek().is_some() && all.all(|s| s.denied)
}

/// Whether the pilot takes back a call for help. "Negative, mayday kilo zulu papa" denies something else: that word belongs to the callsign.
pub fn takes_distress_back(c: &Clauses) -> bool {
    let address = |i: usize| c.word(i) != "emergency" && c.word(i + 1) == "|";
    let of_vehicles = |i: usize| matches!(c.word(i + 1), "services" | "service" | "equipment" | "vehicles" | "crew" | "crews");
    let at = c.find(|w| matches!(w, "mayday" | "pan" | "emergency"));
    let mut all = at.into_iter().filter(|i| !address(*i) && !of_vehicles(*i)).peekable();
    let denied = |i: usize| c.cry(i).denied || i > 0 && matches!(c.word(i - 1), "no" | "negative" | "not") || withdrawn(c, i);
    all.peek().is_some() && all.all(|i| c.cry(i).subject == Subject::Own && denied(i))
}

/// Whether the word at `at` is what the pilot ends: "cancel the forced landing", "discontinuing our practice".
fn withdrawn(c: &Clauses, at: usize) -> bool {
    let between = |w: &str| matches!(w, "the" | "our" | "my" | "this" | "that" | "practice" | "simulated");
    let before = (0..at).rev().map(|i| c.word(i)).find(|w| !between(w));
    before.is_some_and(|w| ENDS.contains(&w))
}

/// Words that end or take back something.
#[rustfmt::skip]
const ENDS: [&str; 12] = [
    "cancel", "cancels", "canceling", "cancelling", "cancelled", "disregard", "discontinue", "discontinuing", "abandon", "abandoning", "terminate", "terminating",
];

/// Whether the pilot ends or takes back something.
pub fn withdraws(c: &Clauses) -> bool {
    !c.find(|w| ENDS.contains(&w)).is_empty()
}

/// Whether the pilot says that they are not going around, or cannot.
pub fn denies_going_around(c: &Clauses) -> bool {
    let senses: Vec<Sense> = c.find(|w| w == "around").into_iter().map(|i| c.sense(i, Shape::Deed)).collect();
    !senses.is_empty() && senses.iter().all(|s| s.denied)
}

/// Whether every word about a missed approach speaks of one to come: "if we miss", "after the go-around we would like".
pub fn miss_to_come(c: &Clauses) -> bool {
    const MISSES: [&str; 4] = ["around", "missed", "miss", "overshoot"];
    const TO_COME: [&str; 8] = ["if", "case", "after", "when", "should", "next", "event", "expecting"];
    const WISHES: [&str; 9] = ["would", "like", "want", "prefer", "request", "expect", "what", "need", "will"];
    let at = c.find(|w| MISSES.contains(&w));
    let ends = |w: &str| w.is_empty() || w == "|" || w == "#";
    let to_come = |i: usize| {
        let before: Vec<&str> = (1..=5).map(|n| c.word(i.wrapping_sub(n))).take_while(|w| !ends(w)).collect();
        let after: Vec<&str> = (1..=4).map(|n| c.word(i + n)).take_while(|w| !ends(w)).collect();
        let done = before.iter().any(|w| matches!(*w, "going" | "gone" | "executing" | "flying" | "went" | "am" | "are"));
        let on = before.iter().take(2).any(|w| *w == "on") && after.iter().any(|w| WISHES.contains(w));
        !done && (on || before.iter().any(|w| TO_COME.contains(w)))
    };
    !at.is_empty() && at.into_iter().all(to_come)
}

/// A negation may report a failure ("the gear will not come down"). It denies the failure only directly before the failure's name ("no
/// fire").
fn failure(c: &Clauses, at: usize) -> Sense {
    let s = c.sense(at, Shape::Event);
    let named = matches!(c.word(at), "emergency" | "declaring" | "declare" | "failure" | "fire" | "smoke" | "failed" | "problem");
    Sense { denied: s.denied && named || withdrawn(c, at), ..s }
}

/// "Affirmative" without anything to the contrary.
pub fn affirms(c: &Clauses) -> bool {
    let yes = c.find(|w| matches!(w, "affirmative" | "affirm" | "yes" | "yeah" | "yep" | "correct" | "confirmed"));
    yes.iter().any(|i| c.word(i.wrapping_sub(1)) != "not")
        && c.find(|w| matches!(w, "negative" | "not" | "no" | "cannot")).into_iter().all(|i| names_vectors(c, i))
}

/// The words that express a wish, most specific first, each with its shape.
fn carriers(wish: Wish) -> &'static [(&'static str, Shape)] {
    match wish {
        Wish::Takeoff => &[
            ("ready set", Shape::State),
            ("takeoff takingoff departure depart departing lineup go rolling off out", Shape::Deed),
            ("short holding hold number line position full", Shape::Place),
        ],
        Wish::Landing => &[
            ("final base downwind crosswind upwind abeam", Shape::Place),
            ("established inbound straight mile miles midfield threshold", Shape::Place),
            ("land landing touch option stop approach clearance full low", Shape::Deed),
        ],
        Wish::Crossing => &[("cross crossing", Shape::Deed)],
        Wish::Entry => &[
            ("transition transit transiting cross crossing through enter entering entry into overfly overflight", Shape::Deed),
            ("bravo charlie delta zone airspace", Shape::Deed),
        ],
        Wish::SpecialVfr => &[("special svfr", Shape::Deed)],
        Wish::IfrClearance => &[("clearance ifr release released", Shape::Deed), ("copy", Shape::Deed)],
        // Confirmed by a question, or understood otherwise: the words are not examined.
        Wish::Level | Wish::Approach | Wish::Pattern | Wish::CancelIfr | Wish::Distress => &[],
    }
}

/// Whether the words for a wish are about this aircraft, affirmed and current. If not, returns how they are meant.
pub fn of(c: &Clauses, wish: Wish) -> Result<(), Sense> {
    for (words, shape) in carriers(wish) {
        let at = c.find(|w| words.split(' ').any(|x| x == w));
        // "Whenever you have the clearance": the pilot asks for something the controller grants, at the controller's convenience.
        let granted = matches!(wish, Wish::IfrClearance | Wish::Crossing | Wish::Entry);
        if granted && at.iter().any(|i| c.at_your_convenience(*i)) {
            return Ok(());
        }
        let senses: Vec<Sense> = at.into_iter().map(|i| c.sense(i, *shape)).collect();
        if !senses.is_empty() {
            return judged(&senses, *shape == Shape::State);
        }
    }
    // None of the usual words occurs, so no content word may contradict the wish.
    let senses: Vec<Sense> = c.contents().into_iter().map(|i| c.sense(i, Shape::Deed)).collect();
    match senses.iter().find(|s| !s.stands()) {
        Some(s) => Err(*s),
        None => Ok(()),
    }
}

/// The pilot says "not yet".
fn waits(s: Sense) -> bool {
    s.subject == Subject::Own && (s.denied || s.time == Time::Later)
}

/// One affirmed word is enough. For a state, the pilot must not also say "not yet".
fn judged(senses: &[Sense], strict: bool) -> Result<(), Sense> {
    let against = senses.iter().find(|s| waits(**s));
    match (senses.iter().any(|s| s.stands()), against) {
        (true, None) => Ok(()),
        (true, Some(s)) if strict => Err(*s),
        (true, Some(_)) => Ok(()),
        (false, Some(s)) => Err(*s),
        (false, None) => senses.first().map_or(Ok(()), |s| Err(*s)),
    }
}
