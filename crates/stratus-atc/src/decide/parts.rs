//! Several things in one call. What the call states is decided first, as a call without its questions. Each question and request is decided
//! apart, and what the first answer leaves open follows it in the same transmission. No question stays without an answer.

use std::mem::discriminant;

use super::question::rules;
pub(crate) use super::question::rules::is_deed;
use super::{Decision, Outcome, question};
use crate::act::Act;
use crate::gate;
use crate::hear::Said;
use crate::hear::details::Details;
use crate::hear::question::{Form, Subject};
use crate::instruction::{Ask, Item, Leg};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::Facility;

/// One part of a call, with the situation as its words need it.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) situation: Situation,
    pub(crate) heard: Understanding,
    pub(crate) said: Said,
    /// How it is put.
    pub(crate) form: Form,
    /// What it is about.
    pub(crate) subjects: Vec<Subject>,
    /// The sentence model has read the subjects; otherwise the nouns show them.
    pub(crate) read: bool,
    /// The rules find an intent, a request or a question in it.
    pub(crate) ruled: bool,
    /// The side, the leg and what else its words name.
    pub(crate) details: Details,
    /// It asks the controller to do something.
    pub(crate) of_controller: bool,
}

impl Part {
    fn asks(&self) -> bool {
        self.form != Form::States
    }

    /// It states a wish or a deed that expects an answer.
    fn tells(&self) -> bool {
        !self.asks() && self.subjects.iter().any(|x| rules::is_deed(*x))
    }

    /// It names the way of joining that it wants.
    fn names_a_way(&self, subject: Subject) -> bool {
        let ways = self.details.straight || self.details.leg == Some(Leg::Base) || self.heard.remarks.has(Remark::JoinsOverhead);
        self.read && subject == Subject::Join && ways
    }

    /// Whether the items answer it. Another way to join than the one that it names is no answer.
    fn has_answer(&self, subject: Subject, items: &[Item]) -> bool {
        let other = |i: &Item| match i {
            Item::Enter(_, leg) => self.details.leg.is_some_and(|wanted| wanted != *leg) || self.details.straight,
            _ => false,
        };
        items.iter().any(|i| rules::settles(subject, self.form, i) && !(self.names_a_way(subject) && other(i)))
    }

    /// It withdraws what was said before it.
    fn takes_back(&self) -> bool {
        self.subjects.contains(&Subject::TakesBack) || self.heard.acts.contains(&Act::Disregard)
    }

    /// It is about an aircraft that cannot wait, beside whatever else the call gets.
    fn presses(&self) -> bool {
        const PRESSING: [Subject; 3] = [Subject::NoGyro, Subject::EmergencyServices, Subject::StaysOnRunway];
        self.subjects.iter().any(|x| PRESSING.contains(x))
    }
}

/// Adds the answers to the parts of a call that the outcome for its statement leaves open.
pub(crate) fn with_answers(r: &Record, heard: &Understanding, outcome: Outcome, parts: &[Part]) -> Outcome {
    // A go-around comes first, and alone.
    if heard.other_aircraft || heard.unsure_caller || heard.has(Intent::GoAround) {
        return outcome;
    }
    let said: Vec<Item> = match &outcome.decision {
        Decision::Say(items) => items.clone(),
        Decision::Silent(Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign | Silence::NoReadbackDue | Silence::NotDue) => {
            Vec::new()
        }
        Decision::Silent(_) => return outcome,
    };
    // A question about what the pilot has taken back is none.
    let replaced = |i: &Item| parts.iter().flat_map(|p| &p.subjects).any(|x| rules::replaces(*x, i));
    // A correction or a question comes alone: what the pilot must answer first is not buried.
    let first = |i: &Item| match i {
        Item::Confirm { .. } => !replaced(i),
        _ => matches!(i, Item::Negative | Item::GoAround | Item::Stop | Item::CancelTakeoff),
    };
    let alone_first = said.iter().any(first) && parts.len() > 1;
    if alone_first && !parts.iter().any(Part::presses) {
        return outcome;
    }
    if let Some(decision) = wants_nothing(r, heard, &said, &outcome, parts) {
        return Outcome { decision, ..outcome };
    }
    let settled = outcome.verdict.is_some();
    // A part is not a readback, and not a first call.
    let mut open = Record { pending: None, confirming: None, ..r.clone() };
    let alone = parts.len() == 1;
    // "And how long is it": the runway of the clearance in the same transmission.
    let runway = said.iter().find_map(|i| if let Item::Runway(x) = i { Some(*x) } else { None });
    let given = |wanted: fn(&Item) -> bool| runway.filter(|_| said.iter().any(wanted));
    open.taxi = given(|i| matches!(i, Item::Taxi { .. })).or(open.taxi);
    open.takeoff = given(gate::is_takeoff).or(open.takeoff);
    open.sees_field |= heard.has(Intent::FieldInSight) && !gate::refuses(heard);
    open.radar |= said.iter().any(|i| matches!(i, Item::RadarContact(_)));
    let withdrawn = withdrawn(heard, parts);
    let mut all = if settled { said.clone() } else { said.iter().filter(|i| !withdrawn || is_vague(i)).cloned().collect() };
    let (mut unanswered, mut unknown) = (false, false);
    let of_turn = |p: &Part| r.emergency.is_some() && p.subjects.contains(&Subject::Heading);
    let taken_back = |n: usize| parts.get(n + 1).is_some_and(Part::takes_back);
    let eligible = |p: &Part| p.situation.live && (p.asks() || p.tells() || !alone && (asks(&p.heard) || of_turn(p)));
    let due = |n: usize, p: &Part| eligible(p) && !taken_back(n) && (!alone_first || p.presses());
    for part in parts.iter().enumerate().filter(|(n, p)| due(*n, p)).map(|(_, p)| p) {
        let s = &part.situation;
        if matches!(s.facility, Facility::Ctaf | Facility::Atis) {
            return outcome;
        }
        if !open.contacted.contains(&s.facility) {
            open.contacted.push(s.facility);
        }
        // The clearance names the requested level itself, and no visual flight's altitude belongs beside it.
        if all.iter().any(|i| matches!(i, Item::ClearedTo { .. })) && part.heard.intent == Intent::AltitudeRequest {
            continue;
        }
        let answered = match stated(&open, part, &all, settled, alone) {
            Some(answered) => answered,
            // A statement alone has been decided with the call.
            None if alone && !part.asks() => continue,
            None => answer(&open, part, &all, alone),
        };
        if let Answer::Is(items) | Answer::Says(items) = &answered
            && !items.is_empty()
        {
            drop_replaced(part, parts, &mut all);
        }
        match answered {
            // The whole call is this question.
            Answer::Is(items) => all = items,
            Answer::Says(items) => {
                // One runway in a transmission: a clearance takes the place of words about another one.
                if items.iter().any(|i| matches!(i, Item::Cleared(_))) {
                    all.retain(|i| !matches!(i, Item::Runway(_) | Item::Continue | Item::Cleared(_)));
                }
                let facts = items.iter().filter(|i| !is_verdict(i)).count();
                let new: Vec<Item> = items.into_iter().filter(|i| adds(i, &all)).collect();
                // A verdict whose fact has been said adds nothing.
                if facts == 0 || !new.iter().all(is_verdict) {
                    all.extend(new);
                }
            }
            Answer::Known => {}
            Answer::Nobody => unknown = true,
            Answer::Open => unanswered = true,
        }
    }
    // "No information" is an answer only where nothing else is one: beside another answer, it seems to take that back.
    if unknown && all.iter().all(is_vague) {
        all = vec![question::no_information()];
    }
    if all == said && !(unanswered && said.is_empty()) {
        return outcome;
    }
    // Beside an answer, what the pilot has just been told and read back is not said once more.
    let before: &[Item] = r.last.as_ref().map_or(&[], |l| &l.items);
    let repeated = |i: &Item| before.contains(i) && !gate::guards(i);
    let way = |i: &Item| matches!(i, Item::Enter(..) | Item::StraightIn | Item::Taxi { .. } | Item::TaxiToParking { .. });
    if all.len() > said.len() && said.iter().any(way) && said.iter().all(repeated) && !is_again(heard) {
        all.retain(|i| !said.contains(i));
    }
    if all.is_empty() {
        all.push(if withdrawn { Item::Roger } else { Item::Ask(Ask::Request) });
    }
    // "Say again" is not the answer to a call of which a part was understood, and a missing item is asked for at the end.
    let answered = all.len() > said.len();
    let (last, rest): (Vec<Item>, Vec<Item>) = all.into_iter().partition(|i| matches!(i, Item::ReadBack(_)));
    let vague = |i: &Item| answered && is_vague(i) && (*i != Item::Roger || r.emergency.is_none());
    let items: Vec<Item> = rest.into_iter().filter(|i| !vague(i)).chain(last).collect();
    let by_turns = open.no_gyro || parts.iter().any(|p| p.subjects.contains(&Subject::NoGyro));
    let items = if by_turns { super::no_gyro::by_turns(&open, items) } else { items };
    Outcome { decision: if items.is_empty() { Decision::say([Item::Roger]) } else { Decision::Say(items) }, ..outcome }
}

/// Whether the call asks for a repetition.
fn is_again(heard: &Understanding) -> bool {
    heard.has(Intent::SayAgain)
}

/// Whether the call withdraws the only thing that it asked for: "request the ramp, disregard that, we will stay here". A call for help is not
/// withdrawn by the way.
fn withdrawn(heard: &Understanding, parts: &[Part]) -> bool {
    let grave = [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel].iter().any(|i| heard.has(*i));
    let at = parts.iter().position(Part::takes_back).filter(|n| *n > 0 && !grave);
    // What a part in front of the withdrawn one asks for still counts.
    at.is_some_and(|n| parts[..n - 1].iter().all(|p| !p.asks() && !asks(&p.heard)))
}

/// A call that wants nothing: a farewell is answered or not, and a remark is acknowledged. Neither is "say again".
fn wants_nothing(r: &Record, heard: &Understanding, said: &[Item], outcome: &Outcome, parts: &[Part]) -> Option<Decision> {
    let lost = !said.is_empty() && said.iter().all(|i| matches!(i, Item::Ask(Ask::SayAgain | Ask::Request)));
    let nothing = |p: &Part| !p.subjects.is_empty() && p.subjects.iter().all(|x| rules::wants_nothing(*x));
    // Noise and a station's name ask for nothing either, and words without a callsign may be anybody's.
    let says = |p: &Part| !p.read || !p.subjects.contains(&Subject::Nothing) && heard.callsign.is_some();
    let idle = parts.iter().all(nothing) && parts.iter().any(says);
    let part = parts.first().filter(|_| lost && outcome.verdict.is_none() && idle)?;
    let farewell = parts.iter().find(|p| p.subjects.contains(&Subject::Thanks));
    if r.emergency.is_some() || !part.situation.live {
        return None;
    }
    match farewell {
        Some(p) => question::answer(&p.situation, r, &p.heard, p.form, p.details, &[Subject::Thanks]).map(Decision::Say),
        None => Some(Decision::say([Item::Roger])),
    }
}

/// Removes what the answer for a part replaces, and a runway that stands behind such an item alone.
fn drop_replaced(part: &Part, parts: &[Part], all: &mut Vec<Item>) {
    // What another part of the same call asks for stays.
    let wanted =
        |i: &Item| parts.iter().flat_map(|p| &p.subjects).any(|x| rules::settles(*x, Form::States, i) && !part.subjects.contains(x));
    let replaced = |i: &Item| part.subjects.iter().any(|x| rules::replaces(*x, i)) && !wanted(i);
    // What comes with a clearance belongs to it.
    if !all.iter().any(replaced) || all.iter().any(gate::is_takeoff) {
        return;
    }
    all.retain(|i| !replaced(i));
    if all.iter().all(|i| matches!(i, Item::Runway(_) | Item::Report(_))) {
        all.clear();
    }
}

/// The answer to a wish or a deed that is stated, if the decision for the call has not given it. Words that repeat what the controller has just
/// said are a readback.
fn stated(open: &Record, part: &Part, all: &[Item], settled: bool, alone: bool) -> Option<Answer> {
    // A question that the pilot must answer first comes alone.
    let asked =
        !part.presses() && all.iter().any(|i| matches!(i, Item::Confirm { .. }) && !part.subjects.iter().any(|x| rules::replaces(*x, i)));
    if !part.tells() || open.emergency.is_some() || asked {
        return None;
    }
    let s = &part.situation;
    let before: &[Item] = open.last.as_ref().map_or(&[], |l| &l.items);
    let wishes = part.heard.remarks.has(Remark::Wishes);
    let given = |x: Subject, items: &[Item]| items.iter().any(|i| rules::settles(x, Form::States, i));
    let vague = all.iter().all(is_vague);
    // The rules have explained the words, and the decision for the call has answered them. A wish behind a readback is not part of it.
    let own_wish = wishes && !alone;
    if part.read && part.ruled && !vague && !own_wish {
        return None;
    }
    let expects = |x: Subject| {
        let repeats = given(x, before) && !wishes;
        // A noun alone makes no report: "let us get this bird up".
        let approved = open.granted.iter().any(|i| rules::settles(x, Form::States, i));
        let approval = rules::needs_approval(x) && !s.on_ground && !settled && !approved;
        let told = wishes || approval || part.names_a_way(x) || if rules::is_report(x) { part.read } else { vague && !settled };
        rules::is_deed(x) && told && !repeats && !part.has_answer(x, all)
    };
    let subjects: Vec<Subject> = part.subjects.iter().copied().filter(|x| expects(*x)).collect();
    let items = question::answer(s, open, &part.heard, part.form, part.details, &subjects)?;
    let items: Vec<Item> = items.into_iter().filter(|i| !gate::guards(i) || restates(open, i)).collect();
    (!items.is_empty()).then_some(Answer::Says(items))
}

/// A landing clearance in force may be given again for another kind of landing.
fn restates(r: &Record, i: &Item) -> bool {
    gate::stands(r, i) || matches!(i, Item::Cleared(_)) && r.landing.is_some()
}

fn is_verdict(i: &Item) -> bool {
    matches!(i, Item::Affirm | Item::Negative)
}

/// An answer that says nothing about the question.
fn is_vague(i: &Item) -> bool {
    matches!(
        i,
        Item::Ask(Ask::SayAgain | Ask::Request | Ask::Intentions | Ask::Runway | Ask::Destination)
            | Item::GoAhead
            | Item::ReadbackCorrect
            | Item::Roger
            | Item::Standby
    )
}

/// The outcome for one part.
enum Answer {
    /// These items are the answer to the whole call.
    Is(Vec<Item>),
    /// It is answered by these items.
    Says(Vec<Item>),
    /// The rest of the transmission has answered it.
    Known,
    /// Nothing here knows the answer.
    Nobody,
    /// It asks for something that was not understood.
    Open,
}

fn answer(open: &Record, part: &Part, all: &[Item], alone: bool) -> Answer {
    let s = &part.situation;
    let about = part.subjects.as_slice();
    if open.emergency.is_some() {
        let choice = |x: &Subject| *x == Subject::RunwayChoice && part.has_answer(*x, all);
        let left: Vec<Subject> = about.iter().copied().filter(|x| !choice(x)).collect();
        return in_distress(open, part, &left);
    }
    // A call that is nothing but a question about the weather or the runway gets the whole answer.
    let report = [Subject::Pressure, Subject::Wind, Subject::RunwayInUse];
    let whole = alone && about.iter().all(|x| report.contains(x)) && all.iter().any(|i| !is_vague(i));
    // The decision for the call, which knows all of its words, has answered it.
    let done = |x: &Subject| part.has_answer(*x, all);
    let done = !about.is_empty() && about.iter().all(done);
    let of_runway = about.iter().any(|x| matches!(x, Subject::RunwayClear | Subject::Birds));
    if done && of_runway && part.asks() {
        return Answer::Known;
    }
    // What only the model reads clears nothing.
    let by_subject = || {
        let own = question::answer(s, open, &part.heard, part.form, part.details, about).filter(|_| part.asks() && !whole && !done)?;
        let own = without_verdict(part.form, own);
        let items: Vec<Item> = own.into_iter().filter(|i| alone && !part.read || !gate::guards(i) || restates(open, i)).collect();
        let granted = items.as_slice() == [approved()];
        match alone && !all.iter().any(gate::guards) {
            _ if items.is_empty() => None,
            _ if granted && all.iter().any(is_granted) => Some(Answer::Known),
            true => Some(Answer::Is(items)),
            false => Some(Answer::Says(items)),
        }
    };
    // What was assigned is confirmed or corrected, whatever else the words may mean.
    if let Some(items) = question::in_force(s, open, &part.heard, part.form, part.details) {
        let new: Vec<Item> = items.into_iter().filter(|i| alone || !all.contains(i)).collect();
        // "On QNH 1009, request basic service": the request has its answer, and a right value in it needs none.
        let served = alone && asks_service(&part.heard) && all.iter().any(|i| !is_vague(i));
        if served {
            return if new.iter().all(|i| *i == Item::Affirm) { Answer::Known } else { Answer::Says(new) };
        }
        return if alone && !all.iter().any(gate::guards) { Answer::Is(new) } else { Answer::Says(new) };
    }
    // The time is part of no transmission and of no weather: only the clock answers.
    if about == [Subject::Clock] && part.read {
        let time = question::answer(s, open, &part.heard, part.form, part.details, about).unwrap_or_default();
        return if alone { Answer::Is(time) } else { Answer::Says(time) };
    }
    // A subject that only the model reads answers what the decisions for the words leave open: those know the values.
    if let Some(answer) = by_subject().filter(|_| !part.read) {
        return answer;
    }
    // Neither "affirmative" nor "negative" answers a question for a fact, or an offer of a choice.
    let yes_or_no = |items: &[Item]| {
        let short = items.iter().all(|i| matches!(i, Item::Affirm | Item::Negative | Item::Pressure(_)));
        matches!(part.form, Form::What | Form::Either)
            && !items.is_empty()
            && short
            && !items.iter().all(|i| matches!(i, Item::Pressure(_)))
    };
    let flying = !s.on_ground || s.facility == Facility::Tower;
    let of_traffic = part.heard.acts.contains(&Act::AskTraffic) || about.contains(&Subject::Traffic);
    if of_traffic && flying && part.form != Form::States && part.form != Form::Requests {
        let told = |i: &Item| matches!(i, Item::Traffic(_) | Item::Sequence { .. });
        return if all.iter().any(told) { Answer::Known } else { Answer::Says(super::questions::traffic_items(s)) };
    }
    // The call as a whole was this question, and has been decided.
    let unknown = question::no_information();
    if alone && all.iter().any(|i| !is_vague(i) && *i != unknown) {
        return match (yes_or_no(all), without_verdict(part.form, all.to_vec())) {
            (true, _) => by_subject().unwrap_or(Answer::Is(vec![unknown])),
            (false, plain) if plain.len() < all.len() => Answer::Is(plain),
            (false, _) => Answer::Known,
        };
    }
    let items = match super::decide(s, open, &part.heard, &part.said).decision {
        Decision::Say(items) => without_verdict(part.form, items),
        Decision::Silent(_) => Vec::new(),
    };
    // A clearance that stands may be confirmed.
    let gated = items.iter().any(|i| gate::guards(i) && !gate::stands(open, i) && !restates(open, i));
    let denied = items.contains(&Item::Negative) && !part.heard.remarks.asks();
    // Wind and runway answer a question about the weather; the rest of the report does not follow.
    let weather = part.heard.intent == Intent::WeatherRequest && all.iter().any(|i| matches!(i, Item::Wind { .. }));
    let traffic = part.heard.acts.contains(&Act::AskTraffic) && s.facility == Facility::Ground;
    let useful = items.iter().any(|i| !is_vague(i) && !matches!(i, Item::Ask(_) | Item::ReadBack(_)));
    if weather && !part.heard.remarks.has(Remark::WholeWeather) {
        return Answer::Known;
    }
    // What the pilot has just been told is the answer to "say again" only.
    let before: &[Item] = open.last.as_ref().map_or(&[], |l| &l.items);
    let again = part.heard.intent == Intent::SayAgain && !part.heard.remarks.asks();
    let repeated = !alone && again && items.iter().all(|i| before.contains(i));
    let stops = all.contains(&Item::HoldPosition) && items.iter().any(|i| matches!(i, Item::Taxi { .. }));
    if useful && !gated && !denied && !yes_or_no(&items) && !traffic && !repeated && !stops {
        return Answer::Says(items);
    }
    if repeated && let Some(answer) = by_subject() {
        return answer;
    }
    // "Where is the jet center": the way to the stand is all that a controller knows.
    let taxies = all.iter().any(|i| matches!(i, Item::TaxiToParking { .. } | Item::HoldPosition));
    if gated || repeated || taxies && s.on_ground {
        return Answer::Known;
    }
    if let Some(answer) = by_subject() {
        return answer;
    }
    match part.form {
        Form::States => Answer::Known,
        _ if part.read && about.iter().all(|x| rules::wants_nothing(*x)) => Answer::Known,
        Form::Requests if part.of_controller => Answer::Nobody,
        Form::Requests => Answer::Open,
        Form::Either if !part.details.of_clearance => Answer::Says(choice(s, open)),
        Form::What | Form::Whether | Form::Either => Answer::Nobody,
    }
}

/// Whether the call asks for something that the values in it only accompany.
fn asks_service(heard: &Understanding) -> bool {
    let asks = [Intent::FlightFollowingRequest, Intent::InboundLanding, Intent::TaxiRequest, Intent::DepartureReady, Intent::CheckIn];
    asks.contains(&heard.intent)
}

/// The answer to a choice about which nothing is known here: on the taxiways the route in force, elsewhere the pilot's own choice.
fn choice(s: &Situation, open: &Record) -> Vec<Item> {
    let route = if s.on_ground && !s.on_runway { super::facts::route(s, open) } else { Vec::new() };
    if route.is_empty() { vec![Item::Advice("at your discretion".into())] } else { route }
}

/// "Affirmative" is no answer to a choice, or to a question for a fact, beside the fact.
fn without_verdict(form: Form, items: Vec<Item>) -> Vec<Item> {
    let facts = items.iter().any(|i| !matches!(i, Item::Affirm | Item::Negative));
    items.into_iter().filter(|i| !(facts && matches!(form, Form::What | Form::Either) && *i == Item::Affirm)).collect()
}

fn approved() -> Item {
    Item::Advice("approved as requested".into())
}

/// An item that approves a deed in its own words.
fn is_granted(i: &Item) -> bool {
    match i {
        Item::PatternWords(w) | Item::Advice(w) => w.contains("approved"),
        Item::DepartureApproved(_) | Item::FrequencyChangeApproved | Item::Contact { .. } | Item::RemainThisFrequency => true,
        _ => false,
    }
}

/// What an aircraft in distress may have from radar.
const GRANTED: [Subject; 24] = [
    Subject::HoldShort,
    Subject::Climb,
    Subject::Descent,
    Subject::LevelQuestion,
    Subject::Direct,
    Subject::Deviation,
    Subject::Speed,
    Subject::Heading,
    Subject::NoGyro,
    Subject::ApproachChoice,
    Subject::ApproachExpect,
    Subject::RunwayChoice,
    Subject::TrackMiles,
    Subject::Position,
    Subject::Orbit,
    Subject::Extend,
    Subject::Hold,
    Subject::WeatherElsewhere,
    Subject::EmergencyServices,
    Subject::StaysOnRunway,
    Subject::HelpChoice,
    Subject::NextUnit,
    Subject::Tow,
    Subject::TaxiIn,
];

/// An aircraft in distress gets the facts that it asks for, and the landing clearance.
fn in_distress(r: &Record, part: &Part, about: &[Subject]) -> Answer {
    let s = &part.situation;
    if let Some(items) = question::landing(s, r, &part.heard) {
        return Answer::Says(items);
    }
    // The next vector, for a pilot who asks when or where to turn.
    // A visual pilot who came out of cloud is not vectored back into it.
    let turns = about.contains(&Subject::Heading) && r.cloud_ahead.is_none() && (part.asks() || part.heard.remarks.has(Remark::Wishes));
    let kind = r.approach.as_ref().map(|(kind, _)| kind.clone()).or_else(|| part.heard.slots.approach.clone()).unwrap_or_default();
    if let Some(items) = super::vectors::to_the_runway(s, r, &kind).filter(|_| turns && s.facility.is_radar() && !s.on_ground) {
        return Answer::Says(items);
    }
    let more: Vec<Item> = super::facts::answers(s, r, &part.heard, &[]);
    if !more.is_empty() {
        return Answer::Says(more);
    }
    // What an aircraft in distress asks of radar is granted, or answered with what is possible (7110.65 10-1-1).
    let granted: Vec<Subject> = about.iter().copied().filter(|x| GRANTED.contains(x)).collect();
    let wanted = part.asks() || part.tells() && part.heard.remarks.has(Remark::Wishes) || part.presses();
    if let Some(items) = question::answer(s, r, &part.heard, part.form, part.details, &granted).filter(|_| wanted && !granted.is_empty()) {
        return Answer::Says(items);
    }
    let facts = [
        Subject::Sky,
        Subject::Visibility,
        Subject::Minimum,
        Subject::RunwayClear,
        Subject::WindShear,
        Subject::Copied,
        Subject::Wind,
        Subject::Pressure,
        Subject::Relay,
    ];
    let asked: Vec<Subject> = about.iter().copied().filter(|x| facts.contains(x)).collect();
    match question::answer(s, r, &Understanding::default(), part.form, Details::default(), &asked) {
        Some(items) if part.asks() => Answer::Says(items),
        _ => Answer::Known,
    }
}

/// Whether a statement asks for something that can be answered beside the rest of the call. What needs the gate is decided by the whole call.
fn asks(heard: &Understanding) -> bool {
    const REQUESTS: [Intent; 14] = [
        Intent::FrequencyChangeRequest,
        Intent::FlightFollowingRequest,
        Intent::AltitudeRequest,
        Intent::RadioCheck,
        Intent::TaxiToParking,
        Intent::RequestProgressiveTaxi,
        Intent::PushbackRequest,
        Intent::StartupRequest,
        Intent::CancelFlightFollowing,
        Intent::CancelIfr,
        Intent::ApproachRequest,
        Intent::WeatherRequest,
        Intent::TransitionRequest,
        Intent::PatternRequest,
    ];
    const QUESTIONS: [Act; 6] = [Act::AskTraffic, Act::Sequence, Act::Delay, Act::Expect, Act::Ride, Act::WhatSpeed];
    let distress = [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel].iter().any(|i| heard.has(*i));
    let wishes = heard.remarks.has(Remark::Wishes);
    !distress
        && (!heard.requests.is_empty()
            || wishes && REQUESTS.contains(&heard.intent)
            || wishes && QUESTIONS.iter().any(|a| heard.acts.contains(a)))
}

/// Whether an item adds something to what is said anyway.
fn adds(item: &Item, said: &[Item]) -> bool {
    match item {
        Item::Ask(_) | Item::ReadBack(_) | Item::ReadbackCorrect | Item::Roger | Item::GoAhead | Item::ThisIs(_) => false,
        // The frequency of a unit that the pilot is sent to is known.
        Item::Advice(w) if said.iter().any(|i| matches!(i, Item::Contact { unit, .. } if w.starts_with(&format!("{unit} is")))) => false,
        // "Exit left approved" beside "short approach approved": each is new in its own words.
        Item::PatternWords(_) | Item::DepartureApproved(_) => !said.contains(item),
        // One runway in a taxi clearance, and no verdict behind help that is called.
        Item::Runway(_) if said.iter().any(|i| matches!(i, Item::Taxi { .. })) => false,
        Item::Affirm if said.iter().any(|i| matches!(i, Item::Services(_))) => false,
        // The crossing itself is the "affirmative".
        Item::Affirm if said.iter().any(|i| matches!(i, Item::Cross { .. })) => false,
        Item::Advice(_) | Item::Unable(_) | Item::Runway(_) | Item::Affirm => !said.contains(item),
        other => !said.iter().any(|i| discriminant(i) == discriminant(other)),
    }
}
