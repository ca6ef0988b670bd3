//! Decides what the controller says, asks, or leaves unanswered, given the situation, the record and the meaning of a call.
//!
//! No reply is canned: each one is a list of [`Item`]s whose values come from the [`Situation`].

mod above_ground;
mod address;
mod again;
mod aid;
mod alarms;
mod answered;
mod asides;
mod beside;
mod circling;
mod circumstances;
mod climb_out;
mod clock;
mod confirm;
pub(crate) mod ctaf;
mod departure;
mod distress;
mod doubt;
mod facts;
mod foremost;
mod given_back;
mod ground;
mod hold;
mod information;
pub mod initiative;
mod instruments;
mod leg;
mod lost;
mod minima;
mod missed;
mod mistakes;
mod no_gyro;
mod on_top;
pub(crate) mod parts;
mod question;
mod questions;
mod radar;
mod radio_out;
mod refusal;
mod release;
mod reply;
mod route;
mod runway_meant;
mod runway_watch;
pub(crate) mod sky;
mod stage;
mod tailwind;
mod topics;
mod tower;
mod trouble;
mod vectors;
mod visual;
mod zone;

pub use address::address;
use again::say_again;
use ground::crossing;
pub(crate) use leg::said_leg;
pub(crate) use lost::plight;
pub(super) use radar::way_in;

use crate::act::Act;
use crate::gate::{self, Call};
use crate::hear::Said;
use crate::instruction::{Ask, Emergency, Item, Wish};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::readback::{Check, Verdict};
use crate::record::Record;
use crate::remark::Remark;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::{Facility, Runway};

/// The controller's response to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// The controller says something.
    Say(Vec<Item>),
    /// The controller stays silent, for this reason.
    Silent(Silence),
}

impl Decision {
    fn ask(a: Ask) -> Self {
        Decision::Say(vec![Item::Ask(a)])
    }
    fn say(items: impl IntoIterator<Item = Item>) -> Self {
        Decision::Say(items.into_iter().collect())
    }
}

/// Whether the items say only that the call was not understood, or that nothing here answers it.
pub(crate) fn is_lost(items: &[Item]) -> bool {
    items == [Item::Ask(Ask::SayAgain)] || items == [question::no_information()]
}

/// A decision, and its effect on the awaited readback.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What the controller says.
    pub decision: Decision,
    /// The verdict on a readback, if the call was one.
    pub verdict: Option<Verdict>,
    /// The awaited readback is complete and correct.
    pub settled: bool,
    /// The readback, item by item.
    pub check: Option<Check>,
}

impl From<Decision> for Outcome {
    fn from(decision: Decision) -> Self {
        Outcome { decision, verdict: None, settled: false, check: None }
    }
}

/// Decides how to answer the call that was `heard`. Only the readback check looks at `said`: decisions never see the words themselves.
pub fn decide(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Outcome {
    // What the pilot sees counts at once.
    let sees = heard.has(Intent::FieldInSight) && !heard.other_aircraft && !gate::refuses(heard) && !record.sees_field;
    let seen = sees.then(|| Record { sees_field: true, ..record.clone() });
    let record = seen.as_ref().unwrap_or(record);
    let answer = given_back::taken(s, record, heard, main_answer(s, record, heard, said));
    let outcome = no_gyro::with_no_gyro(s, record, heard, beside::answered(s, record, heard, answer));
    let outcome = trouble::beside(s, record, heard, tailwind::told(s, outcome));
    aid::once(record, radio_out::blind(s, record, heard, outcome))
}

fn main_answer(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Outcome {
    // The first call to a unit is not a readback, even if it shares words with one. Neither is a report of what another unit cleared.
    let nothing_due = heard.intent == Intent::Readback && record.pending.is_none();
    let new_here = heard.addressed.facility == Some(s.facility) && !record.contacted.contains(&s.facility);
    let of_another = s.live && !s.on_ground && record.last.as_ref().is_some_and(|l| l.from != s.facility);
    if nothing_due && (new_here || of_another) {
        let heard = Understanding { intent: Intent::CheckIn, ..heard.clone() };
        return decide(s, record, &heard, said);
    }
    let helps = information::answers(s, record, heard);
    if s.facility == Facility::Ctaf && !helps || s.facility == Facility::Atis {
        return Decision::Silent(Silence::NoController(String::new())).into();
    }
    if let Some(meant) = runway_meant::with_its_letter(s, record, heard) {
        return decide(s, record, &meant, said);
    }
    if let Some(d) = runway_meant::by_the_wind(s, record, heard) {
        return d.into();
    }
    let changed = || runway_meant::changed(s, record, heard);
    if let Some(meant) = runway_meant::without_the_turn(s, heard).or_else(changed) {
        return decide(s, record, &meant, said);
    }
    if let Some(meant) = ground::as_meant(s, record, heard) {
        return decide(s, record, &meant, said);
    }
    if let Some(meant) = stage::possible(s, record, heard) {
        return decide(s, record, &meant, said);
    }
    if let Some(meant) = visual::as_meant(s, record, heard) {
        return decide(s, record, &meant, said);
    }
    if let Some(meant) = answered::as_asked(s, record, heard).or_else(|| answered::level_as_asked(s, record, heard)) {
        return decide(s, record, &meant, said);
    }
    if let Some(meant) = gate::answered(heard, record) {
        return decide(s, &record.clone(), &meant, said);
    }
    if gate::declined_distress(heard, record) {
        return Decision::say([Item::Roger]).into();
    }
    if let Some(meant) = foremost::as_meant(s, record, heard) {
        return decide(s, record, &meant, said);
    }
    if let Some(meant) = stage::practised(s, record, heard) {
        return decide(s, record, &meant, said);
    }
    let fuel = [Item::Ask(Ask::SoulsAndFuel), Item::Ask(Ask::FuelMinutes)];
    let asked_souls = record.last.as_ref().is_some_and(|l| fuel.iter().any(|i| l.items.contains(i)));
    let told_souls = record.plight.is_some() && heard.slots.souls.is_some();
    let tells_souls =
        told_souls || (record.emergency.is_some() || asked_souls) && (heard.slots.souls.is_some() || heard.slots.fuel_minutes.is_some());
    if (heard.slots.cancels_distress || record.emergency.is_some() && gate::takes_distress_back(heard))
        && !heard.other_aircraft
        && (record.emergency.is_some() || !heard.has(Intent::Mayday) && !heard.has(Intent::PanPan))
    {
        return circumstances::distress_over(s, record, heard, said);
    }
    // A pilot who answers that question is not declaring the emergency again.
    let over = record.emergency == Some(Emergency::Pan) && heard.remarks.has(Remark::AllWell) && !heard.other_aircraft;
    if over && !heard.has(Intent::Mayday) && heard.remarks.has(Remark::ToLand) && !s.on_ground {
        // Better, but the plan stays: so does the priority.
        return Decision::say([Item::Roger]).into();
    }
    if over && !heard.has(Intent::Mayday) {
        return circumstances::distress_over(s, record, heard, said);
    }
    // At the stand, engines that are shut down are the end of the flight.
    let ends = s.live && s.on_ground && matches!(s.phase, Phase::Parked | Phase::TaxiIn) && heard.remarks.has(Remark::IsDone);
    if ends && record.emergency.is_none() && !gate::calls_by_name(heard) && (heard.has(Intent::Mayday) || heard.has(Intent::PanPan)) {
        return Decision::Silent(Silence::NotDue).into();
    }
    if (heard.has(Intent::Mayday) || heard.has(Intent::PanPan)) && !(tells_souls && heard.doubt.is_some()) {
        match gate::distress(heard, record) {
            // What is known already is not acknowledged again: what the pilot says besides matters.
            Call::Declared(_) if !gate::is_new_distress(heard, record) => {
                return decide(s, record, &circumstances::without_cries(heard), said);
            }
            Call::Declared(_) if trouble::is_medical(heard) => return trouble::medical(s, record, heard, said),
            Call::Declared(leave) => return distress::emergency(s, record, heard, &leave).into(),
            // The emergency is already active, so further words about it need no confirmation.
            Call::Unsure if record.emergency.is_some() => {
                if let Some(d) = lost::into_cloud(s, heard) {
                    return d.into();
                }
            }
            Call::Unsure if heard.other_aircraft => {}
            Call::Unsure if trouble::is_minor(s, record, heard) => return trouble::decide(s, record, heard, said),
            Call::Unsure => {
                // The nearest field is named at once, and the question follows.
                let near = heard.remarks.has(Remark::AsksNearest) || heard.remarks.has(Remark::AsksDistance);
                let way = distress::home(s).filter(|_| near);
                return Decision::say(way.into_iter().chain([gate::question(Wish::Distress, None)])).into();
            }
            Call::Denied => return circumstances::no_distress(s, record, heard, said),
        }
    }
    if let Some(taken) = circumstances::taken_by_another(s, record, heard, said) {
        return taken;
    }
    if heard.other_aircraft {
        return Decision::Silent(Silence::AnotherCallsign).into();
    }
    if heard.unsure_caller {
        // A controller who is not sure who called asks (7110.65 2-4-9). After a recognition error, silence would leave the pilot without an
        // answer.
        return Decision::say([Item::Ask(Ask::Callsign)]).into();
    }
    if helps && !heard.has(Intent::Mayday) && !heard.has(Intent::PanPan) {
        return information::decide(s, record, heard).into();
    }
    if let Some(d) = tower::runway_taken(s, record, heard) {
        return d.into();
    }
    if heard.remarks.has(Remark::TwoCallers) && record.emergency.is_none() {
        return Decision::say([Item::Advice("two aircraft calling at once".into()), Item::Ask(Ask::SayAgain)]).into();
    }
    let led_on = record.emergency == Some(Emergency::Pan) && s.facility.is_radar() && !record.contacted.contains(&s.facility);
    let asks_more = !heard.requests.is_empty() || heard.has(Intent::Diversion) || heard.remarks.has(Remark::AsksNearest);
    if tells_souls && !led_on && !asks_more {
        return Decision::Say(distress::comes_in(s, record, heard).unwrap_or_else(|| distress::noted(s, record))).into();
    }
    if let Some(d) = ground::asked_to_cross(s, record, heard) {
        return d.into();
    }
    if let Some(d) = facts::decide(s, record, heard) {
        return d.into();
    }
    if let Some(d) = release::decide(s, record, heard) {
        return d.into();
    }
    if let Some(d) = alarms::decide(s, record, heard) {
        return d.into();
    }
    if let Some(d) = answered::noted(s, heard).filter(|_| record.pending.is_none() && record.emergency.is_none()) {
        return d.into();
    }
    if let Some(d) = lost::lead(s, record, heard).or_else(|| distress::gear_look(s, heard)) {
        return d.into();
    }
    if let Some(d) = distress::during(s, record, heard) {
        // No readback is demanded in distress.
        return Outcome { settled: true, ..d.into() };
    }
    if let Some(d) = visual::decide(s, record, heard) {
        return d.into();
    }
    if let Some(d) = confirm::decide(s, record, heard) {
        return d.into();
    }
    if let Some(o) = given_back::answer_to_pending(s, record, heard, said) {
        return o;
    }
    if let Some(d) = zone::decide(s, record, heard) {
        return d.into();
    }
    if let Some(o) = given_back::untold(s, record, heard, said) {
        return o;
    }
    if let Some(d) = defiance(s, record, heard) {
        return d.into();
    }
    if let Some(d) = asides::decide(s, record, heard) {
        return d.into();
    }
    if let Some(d) = topics::transition_level(s, heard) {
        return d.into();
    }
    if let Some(d) = circumstances::decide(s, record, heard).or_else(|| questions::decide(s, record, heard)) {
        return d.into();
    }
    if let Some(d) = minima::special(s, record, heard) {
        return d.into();
    }
    // A radar unit also serves airports other than the nearest one.
    let elsewhere = s.facility.is_radar() && !s.on_ground && s.live;
    let foreign = heard.slots.runway.is_some_and(|r| s.known(r).is_none()) && !elsewhere;
    if foreign || heard.slots.bad_runway.is_some() && heard.slots.runway.is_none() {
        return runway_meant::unknown(s, heard).into();
    }
    // After the landing nothing waits for the pilot: the way in is free.
    let arrived = circumstances::has_landed(s, record) && heard.remarks.has(Remark::Wishes);
    if gate::not_now(heard).is_some() && !arrived {
        return circumstances::when_ready().into();
    }
    if let Some(d) = radio_out::special_code(s, record, heard) {
        return d.into();
    }
    if let Some(d) = wrong_unit(s, record, heard) {
        return d.into();
    }
    if matches!(heard.intent, Intent::Unknown | Intent::TrafficInSight)
        && heard.callsign.is_some()
        && let Some(d) = wants_off(s, record, heard)
    {
        return d.into();
    }
    if let Some(d) = departure::waits_at_runway(s, record, heard).or_else(|| tower::other_landing(s, record, heard)) {
        return d.into();
    }
    if heard.intent != Intent::Unknown
        && let Some(d) = doubt::question(s, record, heard)
    {
        return d.into();
    }
    if let Some(d) = radar::requested(s, record, heard) {
        return d.into();
    }
    if let Some(d) = instruments::answer(s, record, heard) {
        return d.into();
    }
    let d = common(s, record, heard, said).unwrap_or_else(|| match s.facility {
        Facility::Ground => ground::decide(s, record, heard),
        Facility::Tower => tower::decide(s, record, heard),
        _ => radar::decide(s, record, heard),
    });
    distress::calm(s, record, heard, d).into()
}

/// Answers that are the same at every unit.
fn common(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Decision> {
    let slots = &heard.slots;
    Some(match heard.intent {
        Intent::RadioCheck => return radio_check(s, record, heard, said),
        Intent::SayAgain => say_again(s, record, slots.about.as_deref().unwrap_or("")),
        // A pilot on final who asks for the wind wants to land.
        Intent::WeatherRequest if lands(s, record) => {
            let report = Understanding { intent: Intent::PositionReport, intents: vec![Intent::PositionReport], ..heard.clone() };
            let told = |items: &[Item]| items.iter().any(|i| matches!(i, Item::Wind { .. }));
            match tower::decide(s, record, &report) {
                Decision::Say(items) if !told(&items) => Decision::Say(s.wind().into_iter().chain(items).collect()),
                other => other,
            }
        }
        Intent::WeatherRequest => {
            // A pilot who asks for the weather wants more than a single figure.
            let sky = heard.remarks.has(Remark::WholeWeather).then(|| sky::told(s)).into_iter().flatten();
            let mut items: Vec<Item> = s.wind().into_iter().chain(sky).chain(s.pressure()).collect();
            if let Some(place) = visual::another_place(s, heard) {
                // What is known here is the weather of this field, and no other field's runway belongs to that answer.
                return Some(Decision::say(sky::not_here(s, &place).into_iter().chain(s.pressure())));
            }
            let runway = s.arrival.as_ref().map_or(s.active, |a| a.runway);
            if items.is_empty() {
                items = vec![Item::Unable("no weather available here".into())];
            } else if let Some(r) = runway.filter(|_| visual::knows_the_runway(s, heard)) {
                items.push(Item::Advice(format!("runway {r} in use")));
            }
            Decision::Say(items)
        }
        // A greeting that opens the conversation: "Nürnberg Ground, D-EFGH, good day".
        Intent::Roger if s.live && !record.contacted.contains(&s.facility) && heard.addressed.facility == Some(s.facility) => {
            Decision::say([Item::GoAhead])
        }
        Intent::Roger | Intent::Ident => Decision::Silent(Silence::NotDue),
        // A controller does not contradict an aircraft in distress, or ask it for what it cannot do (7110.65 10-1-1).
        Intent::Unable if record.emergency.is_some() => Decision::say([Item::Roger]),
        Intent::Unable => refusal::unable(s, record, heard, said),
        // A traffic report that gives the aircraft's position is also a position report.
        Intent::TrafficInSight if heard.has(Intent::PositionReport) && s.facility == Facility::Tower && in_pattern(s.phase) => {
            tower::decide(s, record, &Understanding { intent: Intent::PositionReport, ..heard.clone() })
        }
        Intent::TrafficInSight if slots.crossing && s.on_ground => {
            let asks = Understanding { intent: Intent::PositionReport, ..heard.clone() };
            crossing(s, record, &asks).unwrap_or_else(|| Decision::say([Item::Roger]))
        }
        Intent::TrafficInSight => Decision::say([Item::Roger]),
        Intent::NegativeContact => {
            let flying = s.advisory.as_ref().map(|a| [Item::Traffic(a.words.clone()), Item::Height(a.feet)]);
            let there = s.traffic.as_ref().filter(|_| flying.is_none()).map(|t| Item::Traffic(t.words.clone()));
            Decision::say([Item::Roger].into_iter().chain(flying.into_iter().flatten()).chain(there))
        }
        // Minimum fuel is an advisory, not an emergency.
        Intent::LowFuel if slots.minimum_fuel && record.minimum_fuel => distress::beside_minimum_fuel(s, record, heard, said),
        Intent::LowFuel if slots.minimum_fuel => distress::minimum_fuel(s, record, heard),
        // A pilot who names the field to go to has stated the intentions.
        Intent::LowFuel if s.live && !s.on_ground && s.facility.is_radar() && s.asked_place.is_some() => {
            // A lost pilot cannot fly direct, and gets the heading.
            let lost = record.plight.is_some() && s.home.is_some();
            let way = if lost { lost::way_home(s, record) } else { s.asked_place.clone().map(Item::Direct).into_iter().collect() };
            let known = slots.fuel_minutes.is_some() || slots.souls.is_some();
            Decision::say([Item::Roger].into_iter().chain(way).chain((!known).then_some(Item::Ask(Ask::SoulsAndFuel))))
        }
        // Only the pilot knows whether the fuel lasts (7110.65 10-1-1).
        Intent::LowFuel if s.live && !s.on_ground && !record.no_emergency && record.emergency.is_none() => {
            let way = distress::home(s);
            Decision::say([Item::Roger].into_iter().chain(way).chain([gate::question(Wish::Distress, None)]))
        }
        Intent::LowFuel => Decision::say([Item::Roger, Item::Ask(Ask::SoulsAndFuel), Item::Ask(Ask::Intentions)]),
        // A lost pilot who is identified on radar gets directions; any other is identified first (7110.65 10-3-2).
        Intent::Lost if s.live && s.on_ground => {
            let help = Understanding { intent: Intent::RequestProgressiveTaxi, ..heard.clone() };
            match s.facility {
                Facility::Ground => ground::decide(s, record, &help),
                _ => tower::decide(s, record, &help),
            }
        }
        Intent::Lost if s.home.is_some() && (record.radar || record.squawk.is_some()) => {
            Decision::say([Item::Roger].into_iter().chain(distress::home(s)).chain(s.pressure()))
        }
        Intent::Lost => Decision::say([Item::Roger].into_iter().chain(s.free_squawk.map(Item::Squawk)).chain([
            Item::Ident,
            Item::Ask(Ask::Heading),
            Item::Ask(Ask::Altitude),
        ])),
        Intent::Readback if record.emergency.is_some() && record.pending.is_none() => Decision::say([Item::Roger]),
        Intent::Readback => given_back::no_pending(s, record, heard),
        Intent::Unknown => unclear(s, record, heard),
        _ => return None,
    })
}

/// The aircraft is on final to this tower's runway and has no landing clearance.
fn lands(s: &Situation, record: &Record) -> bool {
    s.live && s.facility == Facility::Tower && !s.on_ground && s.phase == Phase::Final && record.landing.is_none()
}

/// The pilot calls a unit of this field that is not on this frequency: the answer names this unit and gives the other's frequency.
fn called_another(s: &Situation, heard: &Understanding) -> Option<Decision> {
    let called = heard.addressed.facility.filter(|f| *f != s.facility)?;
    let own = s.station(s.facility)?;
    // Units that share a frequency answer for each other.
    let other = s.station(called).filter(|o| !o.frequency.same_channel(own.frequency))?;
    let here = Item::ThisIs(own.name.clone());
    Some(Decision::say([here, Item::Advice(format!("{} is {}", s.unit_name(called), other.frequency))]))
}

/// Answers a radio check with the signal quality, and answers any request made in the same call.
fn radio_check(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Decision> {
    if let Some(d) = called_another(s, heard) {
        return Some(d);
    }
    let weather = heard.has(Intent::WeatherRequest).then(|| Understanding { intent: Intent::WeatherRequest, ..heard.clone() });
    let rest = match weather.and_then(|h| common(s, record, &h, said)) {
        Some(Decision::Say(items)) => items,
        _ => Vec::new(),
    };
    Some(Decision::say([Item::ReadYou].into_iter().chain(rest)))
}

/// Asks a targeted question if part of the call was understood, and "say again" if nothing was.
fn unclear(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if let Some(d) = distress::to_the_field(s, record, heard) {
        return d;
    }
    if record.emergency.is_some() {
        return Decision::say([Item::Roger]);
    }
    if heard.slots.nature.is_some() {
        // Something is wrong, but it is not an emergency.
        return Decision::say([Item::Roger, Item::Ask(Ask::Intentions)]);
    }
    if s.facility == Facility::Ground && heard.callsign.is_some() && ground::arrived(s, record) {
        let meant = Understanding { intent: Intent::TaxiToParking, ..heard.clone() };
        return ground::decide(s, record, &meant);
    }
    if heard.acts.contains(&Act::NoEmergency) && heard.callsign.is_some() && heard.requests.is_empty() {
        // The pilot plays the trouble down, and wants nothing.
        return Decision::say([Item::Roger]);
    }
    if s.live && heard.remarks.has(Remark::ClosesPlan) {
        return visual::closes_plan(s);
    }
    let farewell = heard.remarks.has(Remark::SaysGoodbye) && heard.requests.is_empty() && heard.doubt.is_none();
    // "Good day" also opens a conversation.
    let farewell = farewell && record.contacted.contains(&s.facility);
    if s.live && farewell && heard.callsign.is_some() && !heard.remarks.has(Remark::Wishes) {
        return Decision::say([Item::Advice("good day".into())]);
    }
    if heard.remarks.has(Remark::Informs) && heard.callsign.is_some() && heard.requests.is_empty() && heard.doubt.is_none() {
        return Decision::say([Item::Roger]);
    }
    if heard.callsign.is_some() && heard.addressed.facility.is_some() && heard.loose == 0 {
        // "Palo Alto Tower, Skyhawk 172SP": a call without a message gets "go ahead" (AIM 4-2-3).
        return called_another(s, heard).unwrap_or_else(|| Decision::say([Item::GoAhead]));
    }
    doubt::question(s, record, heard).unwrap_or_else(|| Decision::ask(Ask::SayAgain))
}

/// Stops an aircraft that announces a takeoff or a crossing without a clearance: "taking off anyway", "crossing runway 12".
fn defiance(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let tells = |r: Remark| heard.remarks.has(r);
    let runway = s.runway_for(None)?;
    let asks = [
        Intent::TaxiRequest,
        Intent::TaxiToParking,
        Intent::PushbackRequest,
        Intent::StartupRequest,
        Intent::FlightFollowingRequest,
        Intent::IfrClearanceRequest,
    ];
    // A pilot who is ready is waiting for a clearance, and a pilot who asks for something gets an answer.
    let asks = asks.iter().any(|i| heard.has(*i)) || tells(Remark::Waits);
    let departs = tells(Remark::TakesOff);
    let down = matches!(s.phase, Phase::TaxiIn | Phase::LandingRoll);
    let rolls = s.facility == Facility::Tower && !down && tells(Remark::Rolls);
    if s.on_ground && !asks && (rolls || departs) && record.takeoff.is_none() {
        if !s.on_runway {
            return Some(hold_short(s, runway));
        }
        if rolls && s.phase == Phase::LineUpAndWait {
            return Some(Decision::say([Item::Stop, Item::Advice("you are not cleared for takeoff".into())]));
        }
    }
    if s.on_ground
        && tells(Remark::Crosses)
        && !heard.slots.crossing
        && let Some(hold) = record.hold_short
    {
        return Some(Decision::say([Item::Negative, Item::HoldShort { runway: hold, at: None }]));
    }
    None
}

/// "Negative, hold short", with the traffic that is in the way.
fn hold_short(s: &Situation, runway: Runway) -> Decision {
    let there = s.in_the_way(runway).or_else(|| s.on_final(runway).map(|t| t.words.clone()));
    Decision::say([Item::Negative, Item::HoldShort { runway, at: None }].into_iter().chain(there.map(Item::Traffic)))
}

/// Answers unclear words about a takeoff from an aircraft that holds short: they are not a request, so the aircraft keeps holding short.
fn wants_off(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let waits = s.facility == Facility::Tower && s.on_ground && !s.on_runway && record.takeoff.is_none() && s.phase == Phase::HoldingShort;
    (waits && heard.remarks.has(Remark::OfTakeoff)).then(|| s.runway_for(None)).flatten().map(|r| hold_short(s, r))
}

/// The call belongs to another unit: the pilot gets that unit's frequency (7110.65 2-1-17).
fn wrong_unit(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    // A name that no other field has is the pilot's name for this one: "Metro Tower", "Executive Ground".
    let other_field = s.called_elsewhere
        && (!s.live || !record.contacted.contains(&s.facility))
        && heard.addressed.name.as_deref().is_some_and(|n| {
            !n.is_empty()
                && !s.airport_name.is_empty()
                && !s.airport_name.to_ascii_lowercase().contains(n)
                && !s.stations.iter().any(|st| st.name.to_ascii_lowercase().contains(n))
                && (!s.live || matches!(s.facility, Facility::Ground | Facility::Tower | Facility::Clearance))
                && s.station(s.facility).is_some_and(|st| st.name.split_whitespace().count() > 1)
        });
    if other_field {
        let name = s.own_station().unwrap_or_else(|| s.airport_name.clone());
        return Some(Decision::say([Item::ThisIs(name), Item::Ask(Ask::Request)]));
    }
    let belongs = match heard.intent {
        Intent::TaxiRequest | Intent::TaxiToParking | Intent::RequestProgressiveTaxi | Intent::PushbackRequest
            if s.facility == Facility::Tower && s.on_ground && !s.on_runway =>
        {
            Facility::Ground
        }
        // An emergency stays with radar down to the runway, and taxies in with Ground.
        Intent::TaxiRequest | Intent::TaxiToParking if s.facility.is_radar() && circumstances::has_landed(s, record) => Facility::Ground,
        Intent::DepartureReady | Intent::TakeoffRequest if s.facility == Facility::Ground => Facility::Tower,
        Intent::InboundLanding | Intent::TouchAndGoRequest | Intent::GoAround if s.facility == Facility::Ground && !s.on_ground => {
            Facility::Tower
        }
        Intent::PositionReport if s.facility == Facility::Ground && !s.on_ground => Facility::Tower,
        _ => return None,
    };
    (s.station(belongs).is_some()).then(|| Decision::say([s.contact(belongs)]))
}

/// The phases in which an aircraft is in or near the traffic pattern.
fn in_pattern(p: Phase) -> bool {
    matches!(p, Phase::Departure | Phase::Crosswind | Phase::Downwind | Phase::Base | Phase::Final | Phase::GoAround)
}
