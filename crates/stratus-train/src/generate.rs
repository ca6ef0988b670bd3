//! Generated lessons: a call that is said of another aircraft, denied, postponed, reported, asked about or practised.
//!
//! Only the head that the operator concerns learns from it. People must label what such a call asks a controller to do.

use crate::corpus::Call;
use crate::engine::{Context, HEADS, addressed, caller, normalise, text_of};
use crate::linear::Dice;

/// Heads by their index: subject, polarity, when, mood.
const SUBJECT: usize = 1;
const POLARITY: usize = 2;
const WHEN: usize = 3;
const MOOD: usize = 4;

/// An operator: the head that learns from it, the label, and the words around those of a call (`_`).
struct Operator {
    head: usize,
    label: u8,
    said: &'static [&'static str],
}

#[rustfmt::skip]
const OPERATORS: &[Operator] = &[
    Operator { head: SUBJECT, label: 1, said: &[
        "the cherokee ahead of us says _", "the traffic in front of us is _", "i think that cessna behind us is _", "the guy on final is _",
        "my wingman is _", "somebody on this frequency says _", "the helicopter on the apron says _", "company traffic behind us says _",
        "the other aircraft is _", "he is _ not us", "they are _ we are not", "the student in the other airplane is _", "the skyhawk at the hold says _",
        "is that airbus _", "that pilot is _", "for the king air behind me he is _", "relaying for a glider _", "the tug driver says the one next to us is _",
    ] },
    Operator { head: SUBJECT, label: 0, said: &["we are behind the cherokee _", "with the traffic in sight _", "number two behind the airbus _", "_ we see the one ahead", "the cessna ahead has gone _"] },
    Operator { head: POLARITY, label: 1, said: &[
        "we are not _", "we do not _", "negative not _", "no we are not _", "we no longer _", "we are unable _", "not _ yet", "i did not say _", "disregard the _",
        "we never _", "that was not us we are not _", "not us we are not _", "do not want _ any more", "it is not that we are _", "nobody here is _",
        "we are by no means _", "cancel that we are not _", "without _", "we would rather not _", "nothing to do with _",
    ] },
    Operator { head: POLARITY, label: 0, said: &["no problem _", "no rush _", "not a student _", "no atis _", "we are _ no delay", "affirmative _", "negative on the snack _"] },
    Operator { head: WHEN, label: 1, said: &[
        "in ten minutes we will _", "later on _", "after the run up _", "once the rain has passed _", "when he has gone _", "we will be _ in a while", "next time _",
        "_ in about five minutes", "_ but not yet", "give us a couple of minutes and we will be _", "we will call you _", "as soon as the doors are closed _",
        "planning to _ after this", "in a bit _", "shortly we will be _", "tomorrow _", "once she feels comfortable _", "we will let you know when we are _", "after him _",
    ] },
    Operator { head: WHEN, label: 2, said: &[
        "if the wind changes _", "unless the weather gets better _", "in case of a missed approach _", "should it close in _", "if you have the time _ otherwise no",
        "_ if the other runway is closed", "if we cannot get in _", "provided the ceiling stays up _", "only if it is no trouble _", "if that light comes on again _", "_ if he does not move",
    ] },
    Operator { head: WHEN, label: 3, said: &[
        "earlier we were _", "ten minutes ago _", "we had been _ before that", "yesterday _", "we were _ but that is over", "a while ago we called _", "on the last circuit _",
        "back there we _", "that was when we were _", "before the break we were _", "we already were _", "last time _",
    ] },
    Operator { head: WHEN, label: 4, said: &[
        "dispatch says _", "the last controller told us _", "ground told us _", "the company wants us _", "the notam says _", "we heard that _", "they told us on the phone _",
        "clearance said _", "approach said we would be _", "the atis says _", "the crew before us reported _", "the lineman says _", "ops advises _",
    ] },
    Operator { head: WHEN, label: 0, said: &["_ now", "now _", "at this time _", "_ any time", "we are all set _", "back with you _", "still _", "and _", "okay _", "well _", "right _ please", "ten minutes late but _", "when you can _", "_ whenever you are"] },
    Operator { head: MOOD, label: 1, said: &[
        "are we _", "can you confirm _", "was that _", "is it true that we are _", "did you say _", "is anybody _", "do you want us _", "should we be _", "_ is that right", "how about _",
        "any chance of _", "could you tell me who is _",
    ] },
    Operator { head: MOOD, label: 3, said: &[
        "practice _", "simulated _", "this is an exercise _", "for training _", "_ this is a drill", "exercise exercise exercise _", "_ for practice only", "simulating _", "the examiner has us pretend _",
    ] },
];

/// Changes small words to fit: a call about another aircraft says "they", and a denial says "not".
fn turned(words: &str, head: usize, label: u8) -> String {
    let swap = |w: &str| match (head, label, w) {
        (SUBJECT, 1, "we" | "i") => "they".to_owned(),
        (SUBJECT, 1, "am") => "are".to_owned(),
        (SUBJECT, 1, "our" | "my") => "their".to_owned(),
        (SUBJECT, 1, "us" | "me") => "them".to_owned(),
        (WHEN, 3, "are" | "am" | "is") => "were".to_owned(),
        (WHEN, 3, "have" | "has") => "had".to_owned(),
        (WHEN, 3, "request" | "requesting") => "requested".to_owned(),
        (_, _, w) => w.to_owned(),
    };
    words.split(' ').map(swap).collect::<Vec<_>>().join(" ")
}

/// A call's words without station and callsign, and these separately.
fn parts(call: &Call) -> (String, String) {
    let t = normalise(&call.text, &call.ctx);
    let station = addressed(&t, &call.ctx).1;
    let who = caller(&t, &call.ctx, station.end).map_or(station.end..station.end, |c| c.range);
    let opening = if who.start < station.end + 3 { who.end } else { station.end };
    let rest = t.iter().enumerate().filter(|(i, _)| *i >= opening && !who.contains(i)).map(|(_, x)| x.clone()).collect::<Vec<_>>();
    (text_of(&t[..opening.min(t.len())]), text_of(&rest))
}

/// Makes `n` calls from a call with the operators, each with only the label of the operator's head.
pub fn generate(call: &Call, n: usize, dice: &mut Dice) -> Vec<(String, Context, [Option<u8>; HEADS.len()])> {
    let everyday =
        call.labels[SUBJECT] == Some(0) && call.labels[POLARITY] == Some(0) && call.labels[WHEN] == Some(0) && call.labels[MOOD] != Some(3);
    let (opening, words) = parts(call);
    if !everyday || words.split(' ').count() < 2 {
        return Vec::new();
    }
    let mut one = |_| {
        let o = &OPERATORS[dice.below(OPERATORS.len())];
        let around = o.said[dice.below(o.said.len())];
        let (before, after) = around.split_once('_').unwrap_or((around, ""));
        let words = format!("{before}{}{after}", turned(&words, o.head, o.label));
        let text = if dice.below(2) == 0 { words } else { format!("{opening} {words}") };
        let mut labels = [None; HEADS.len()];
        labels[o.head] = Some(o.label);
        (text, call.ctx.clone(), labels)
    };
    (0..n).map(&mut one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_teaches_its_own_head_alone() {
        let ctx = Context { own: "N172SP".parse().ok(), ..Context::default() };
        let call = Call {
            author: "test".into(),
            text: "Palo Alto Tower, Skyhawk 172SP, we are ready for departure".into(),
            ctx,
            labels: [Some(1), Some(0), Some(0), Some(0), Some(0), Some(0)],
            also: Vec::new(),
        };
        let made = generate(&call, 200, &mut Dice::new(1));
        assert_eq!(made.len(), 200);
        assert!(made.iter().all(|(_, _, l)| l.iter().flatten().count() == 1 && l[0].is_none()), "one head each, never the intent");
        assert!(made.iter().any(|(t, ..)| t.contains("they are ready for departure")), "another aircraft's words are turned");
        assert!(made.iter().all(|(t, ..)| t.contains("ready for departure")), "the call's own words stay");
        let again = generate(&call, 200, &mut Dice::new(1));
        assert_eq!(made.iter().map(|m| &m.0).collect::<Vec<_>>(), again.iter().map(|m| &m.0).collect::<Vec<_>>(), "the same every time");
    }
}
