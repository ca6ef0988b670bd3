//! Evidence: how the words are meant that carry a wish or a call for help. The gate weighs it, and sees no word itself.

use super::clauses::{Clauses, Sense, Shape, Subject, Time};
use super::frames::distress_word;
use crate::instruction::Wish;
use crate::intent::Intent;

/// What carries a wish that needs no proof, but is not granted before it is wanted: to push, start, taxi, leave the frequency, end a
/// service or the instrument flight, go elsewhere.
fn plain_carriers(intent: Intent) -> &'static [&'static str] {
    match intent {
        Intent::TaxiRequest => &["taxi", "taxiing"],
        Intent::PushbackRequest => &["push", "pushback", "pushing"],
        Intent::StartupRequest => &["start", "startup", "starting"],
        Intent::CancelIfr => &["cancel", "canceling", "cancelling"],
        Intent::CancelFlightFollowing => &["cancel", "canceling", "cancelling", "terminate", "terminating"],
        Intent::FrequencyChangeRequest => &["change", "changing", "switch", "switching", "leave", "leaving"],
        Intent::Diversion => &["divert", "diverting", "diversion"],
        _ => &[],
    }
}

/// How the words are meant that carry such a wish.
pub fn plain(c: &Clauses, intent: Intent) -> Vec<Sense> {
    let words = plain_carriers(intent);
    // "We will cancel IFR" ends it now; only a time or a condition beside it puts it off.
    let put_off = c.puts_off();
    let now = |i: usize| !put_off && c.announced(i);
    c.find(|w| words.contains(&w)).into_iter().map(|i| if now(i) { Sense::PLAIN } else { c.sense(i, Shape::Deed) }).collect()
}

/// How the words are meant by which a pilot speaks of the landing.
pub fn to_land(c: &Clauses) -> Vec<Sense> {
    c.find(|w| matches!(w, "land" | "option")).into_iter().map(|i| c.sense(i, Shape::Deed)).collect()
}

/// Anything is denied at all.
pub fn denies(c: &Clauses) -> bool {
    !c.find(|w| matches!(w, "not" | "no" | "negative" | "unable")).is_empty()
}

/// How the words of distress in a call are meant.
pub struct Cries {
    /// MAYDAY and PAN PAN.
    pub called: Vec<Sense>,
    /// "Emergency".
    pub named: Vec<Sense>,
    /// What fails, burns or hurts, in plain words.
    pub plain: Vec<Sense>,
}

/// The words of distress of a call.
pub fn cries(c: &Clauses) -> Cries {
    let cried = |word: fn(&str) -> bool| -> Vec<Sense> { c.find(word).into_iter().map(|i| c.cry(i)).collect() };
    Cries {
        called: cried(|w| matches!(w, "mayday" | "pan")),
        named: cried(|w| w == "emergency").into_iter().chain(declared(c)).collect(),
        plain: c.find(distress_word).into_iter().map(|i| failure(c, i)).collect(),
    }
}

/// "We are declaring", with nothing behind it that is declared.
fn declared(c: &Clauses) -> Vec<Sense> {
    let alone = |i: usize| matches!(c.word(i + 1), "" | "|" | "#" | "and" | "now" | "here" | "we" | "i" | "need" | "want");
    c.find(|w| w == "declaring").into_iter().filter(|i| alone(*i)).map(|i| c.sense(i, Shape::Deed)).collect()
}

/// Whether a call for help is passed on for somebody else.
pub fn relays(c: &Clauses) -> bool {
    !c.find(|w| w.starts_with("relay")).is_empty()
}

/// Whether the pilot says that there is no emergency: "negative emergency", "we are not declaring".
pub fn denies_emergency(c: &Clauses) -> bool {
    let senses = c.find(|w| matches!(w, "mayday" | "pan" | "emergency" | "declaring" | "declare")).into_iter().map(|i| c.cry(i));
    let mut all = senses.filter(|s| s.subject == Subject::Own).peekable();
    all.peek().is_some() && all.all(|s| s.denied)
}

/// Whether the pilot says that they do not or cannot go around.
pub fn denies_going_around(c: &Clauses) -> bool {
    let senses: Vec<Sense> = c.find(|w| w == "around").into_iter().map(|i| c.sense(i, Shape::Deed)).collect();
    !senses.is_empty() && senses.iter().all(|s| s.denied)
}

/// What fails may be told by a denial ("the gear will not come down"): that denies nothing, but right before its name ("no fire").
fn failure(c: &Clauses, at: usize) -> Sense {
    let s = c.sense(at, Shape::Event);
    let named = matches!(c.word(at), "emergency" | "declaring" | "declare" | "failure" | "fire" | "smoke" | "failed" | "problem");
    Sense { denied: s.denied && named, ..s }
}

/// "Affirmative", and nothing against it.
pub fn affirms(c: &Clauses) -> bool {
    let yes = c.find(|w| matches!(w, "affirmative" | "affirm" | "yes" | "yeah" | "yep" | "correct" | "confirmed"));
    yes.iter().any(|i| c.word(i.wrapping_sub(1)) != "not") && c.find(|w| matches!(w, "negative" | "not" | "no" | "cannot")).is_empty()
}

/// The words that carry a wish, the most telling first, and how they are looked at.
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
        Wish::IfrClearance => &[("clearance ifr release", Shape::Deed), ("copy", Shape::Deed)],
        // Asked and answered, or understood: nothing else is read into words.
        Wish::Level | Wish::Approach | Wish::Pattern | Wish::CancelIfr | Wish::Distress => &[],
    }
}

/// Whether what carries the wish is said of the own aircraft, affirmed and of now; how it is meant where it is not.
pub fn of(c: &Clauses, wish: Wish) -> Result<(), Sense> {
    for (words, shape) in carriers(wish) {
        let at = c.find(|w| words.split(' ').any(|x| x == w));
        // "Whenever you have the clearance": what is the controller's to give is asked for, at the controller's convenience.
        let granted = matches!(wish, Wish::IfrClearance | Wish::Crossing | Wish::Entry);
        if granted && at.iter().any(|i| c.at_your_convenience(*i)) {
            return Ok(());
        }
        let senses: Vec<Sense> = at.into_iter().map(|i| c.sense(i, *shape)).collect();
        if !senses.is_empty() {
            return judged(&senses, *shape == Shape::State);
        }
    }
    // None of the usual words: nothing in it may speak against it.
    let senses: Vec<Sense> = c.contents().into_iter().map(|i| c.sense(i, Shape::Deed)).collect();
    match senses.iter().find(|s| !s.stands()) {
        Some(s) => Err(*s),
        None => Ok(()),
    }
}

/// It is said that it is not so yet.
fn waits(s: Sense) -> bool {
    s.subject == Subject::Own && (s.denied || s.time == Time::Later)
}

/// One that stands is enough; of a state, where the pilot does not say in the same breath that it is not so yet.
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
