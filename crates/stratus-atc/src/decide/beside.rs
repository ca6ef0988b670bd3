//! Side questions: the pressure, the wind or the current information, in a call that also does something else. The main decision stands,
//! and the answers follow it.

use super::{Decision, Outcome, reply};
use crate::act::Act;
use crate::hear::Said;
use crate::instruction::{Ask, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::request::Request;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::Facility;

/// Adds the answers to the questions that the decision leaves open.
pub(super) fn answered(s: &Situation, r: &Record, heard: &Understanding, words: &Said, outcome: Outcome) -> Outcome {
    let stranger = heard.other_aircraft || heard.unsure_caller || r.emergency.is_some();
    if stranger || matches!(s.facility, Facility::Ctaf | Facility::Atis) {
        return outcome;
    }
    let said: &[Item] = match &outcome.decision {
        Decision::Say(items) => items,
        Decision::Silent(Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign | Silence::NoReadbackDue | Silence::NotDue) => &[],
        Decision::Silent(_) => return outcome,
    };
    // A question or a correction comes alone: what the pilot must answer first is not buried.
    let open = |i: &Item| matches!(i, Item::Negative | Item::Confirm { .. } | Item::Unable(_) | Item::GoAround | Item::Stop);
    if said.iter().any(open) {
        return outcome;
    }
    let answers = answers(s, r, heard, said);
    if let Some(items) = super::instruments::with_named_approach(s, r, heard, said) {
        return Outcome { decision: Decision::Say(items.into_iter().chain(answers).collect()), ..outcome };
    }
    if answers.is_empty() {
        return questions(s, r, heard, words, outcome);
    }
    // "Say again" is not the answer to a question that was understood.
    let rest = said.iter().filter(|i| !matches!(i, Item::Ask(Ask::SayAgain | Ask::Request))).cloned();
    let items = rest.chain(answers).collect();
    Outcome { decision: Decision::Say(items), ..outcome }
}

/// A readback that is right and asks something else as well: the rest is answered as a call without a readback.
fn questions(s: &Situation, r: &Record, heard: &Understanding, words: &Said, outcome: Outcome) -> Outcome {
    const ASKS: [Remark; 8] = [
        Remark::AsksRunway,
        Remark::AsksNext,
        Remark::AsksDistance,
        Remark::AsksPlace,
        Remark::AsksReports,
        Remark::AsksCleared,
        Remark::AsksBravo,
        Remark::RollsOut,
    ];
    let settled = matches!(outcome.decision, Decision::Silent(Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign))
        || matches!(&outcome.decision, Decision::Say(items) if items.as_slice() == [Item::ReadbackCorrect]);
    let repeated =
        |q: &Request| matches!(q, Request::Level { .. } | Request::NextFrequency { .. } | Request::Hold { .. } | Request::Speed { .. });
    let asks = ASKS.iter().any(|a| heard.remarks.has(*a))
        || heard.requests.iter().any(|q| !repeated(q))
        || [Act::AskTraffic, Act::Sequence, Act::Delay].iter().any(|a| heard.acts.contains(a));
    if !s.live || !settled || !asks {
        return outcome;
    }
    let rest = Understanding { intent: Intent::Unknown, intents: vec![Intent::Unknown], doubt: None, ..heard.clone() };
    let clear = Record { pending: None, ..r.clone() };
    let Decision::Say(items) = super::main_answer(s, &clear, &rest, words).decision else { return outcome };
    // What the pilot has just read back is not said again.
    let before: &[Item] = r.last.as_ref().map_or(&[], |l| &l.items);
    let useless = |i: &Item| matches!(i, Item::Ask(_) | Item::Roger | Item::Confirm { .. } | Item::GoAhead);
    if items.iter().all(|i| useless(i) || before.contains(i)) || items.contains(&Item::Negative) {
        return outcome;
    }
    let kept = match outcome.decision {
        Decision::Say(kept) => kept,
        Decision::Silent(_) => Vec::new(),
    };
    Outcome { decision: Decision::Say(kept.into_iter().chain(items).collect()), ..outcome }
}

fn answers(s: &Situation, r: &Record, heard: &Understanding, said: &[Item]) -> Vec<Item> {
    let wants = |remark: Remark| heard.remarks.has(remark);
    let mut items = reply::replies(s, r, heard, said);
    if wants(Remark::WantsLetter) && !said.iter().any(|i| matches!(i, Item::AtisCurrent(_))) {
        items.extend(s.atis.map(Item::AtisCurrent));
    }
    if wants(Remark::WantsWind) && !said.iter().any(|i| matches!(i, Item::Wind { .. })) {
        items.extend(s.wind());
    }
    let told = |i: &Item| matches!(i, Item::Traffic(_) | Item::Sequence { .. }) || matches!(i, Item::Advice(w) if w.contains("traffic"));
    if s.live && heard.acts.contains(&Act::AskTraffic) && !said.iter().any(told) && heard.intent == Intent::FrequencyChangeRequest {
        items.extend(super::questions::traffic_items(s));
    }
    if wants(Remark::WantsPressure) && !said.iter().any(|i| matches!(i, Item::Pressure(_))) {
        items.extend(s.pressure());
    }
    items
}
