//! The gate: a clearance onto a runway, into airspace or under IFR passes only if the pilot asks for it for their own aircraft,
//! affirmatively and for now. A call for help passes only if it is not denied.
//!
//! Only this module can construct [`Admitted`], and the functions that issue those clearances (`clearances`) require it.

use std::marker::PhantomData;

use super::act::Act;
use super::hear::clauses::{Mood, Sense, Subject, Time};
use super::hear::evidence::{self, affirms, denies};
use super::hear::learned::{self, Grade, Reading};
use super::instruction::{Emergency, Item, Wish};
use super::intent::{Intent, Understanding};
use super::phase::Phase;
use super::record::{Owed, Record};
use super::remark::Remark;
use super::situation::Situation;
use crate::units::{Facility, Runway, Squawk};

/// The confidence at which the learned reader's report of distress needs no question.
const SURE_DISTRESS: f32 = 0.8;
/// The confidence of both models above which plain words of distress need no question, even if the rules find no danger in them.
const NO_DOUBT: f32 = 0.9;

/// Something that requires admission to be cleared.
pub trait Wanted {
    /// The wish that it stands for.
    const WISH: Wish;
}

macro_rules! wanted {
    ($($(#[$doc:meta])* $name:ident,)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}
        impl Wanted for $name {
            const WISH: Wish = Wish::$name;
        }
    )* };
}

wanted! {
    /// Takeoff from a runway.
    Takeoff,
    /// Landing on a runway.
    Landing,
    /// Across a runway.
    Crossing,
    /// Into airspace, or through it.
    Entry,
    /// Into or out of a surface area below VFR minima.
    SpecialVfr,
    /// An IFR clearance, or its release.
    IfrClearance,
    /// Priority for an aircraft in distress.
    Distress,
}

/// Proof that the pilot wants it: for their own aircraft, affirmatively, now.
#[derive(Debug)]
pub struct Admitted<W>(PhantomData<W>);

impl<W: Wanted> Admitted<W> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Why a wish was not admitted, and what was meant instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    sense: Sense,
}

impl Doubt {
    /// The pilot said "not yet".
    pub fn waits(self) -> bool {
        self.sense.subject == Subject::Own && (self.sense.denied || self.sense.time == Time::Later)
    }
}

/// Whether the call denies anything: what it names is then refused, and not asked for.
pub fn refuses(heard: &Understanding) -> bool {
    denies(&heard.clauses)
}

/// Whether the pilot refuses a visual approach.
pub fn refuses_visual(heard: &Understanding) -> bool {
    evidence::refuses_visual(&heard.clauses)
}

/// The pilot speaks of a departure that is not due yet.
pub fn waits(heard: &Understanding) -> bool {
    evidence::of(&heard.clauses, Wish::Takeoff).is_err_and(|sense| Doubt { sense }.waits())
}

/// The question that settles a doubt by stating what was heard.
pub fn question(wish: Wish, runway: Option<Runway>) -> Item {
    Item::Confirm { wish, runway }
}

/// Why such a wish is not granted now: the pilot speaks of later, states a condition, or denies it.
pub fn not_now(heard: &Understanding) -> Option<Doubt> {
    let senses = evidence::plain(&heard.clauses, heard.intent);
    if senses.iter().any(|s| s.stands()) {
        return None;
    }
    senses.into_iter().find(|s| s.subject == Subject::Own && (s.denied || s.time != Time::Now)).map(|sense| Doubt { sense })
}

/// Whether the pilot was asked to confirm this wish, and says yes.
pub fn is_confirmed(wish: Wish, record: &Record, heard: &Understanding) -> bool {
    record.confirming.is_some_and(|(asked, _)| asked == wish) && affirms(&heard.clauses)
}

/// Whether the call asks for this for the pilot's own aircraft, affirmatively and now.
pub fn admit<W: Wanted>(heard: &Understanding, record: &Record) -> Result<Admitted<W>, Doubt> {
    // An aircraft in distress that wants to land is asked nothing.
    let distressed = W::WISH == Wish::Landing && record.emergency.is_some();
    if distressed || is_confirmed(W::WISH, record, heard) {
        return Ok(Admitted::new());
    }
    evidence::of(&heard.clauses, W::WISH).map_err(|sense| Doubt { sense })?;
    match heard.learned.as_ref().and_then(against) {
        None => Ok(Admitted::new()),
        Some(sense) => Err(Doubt { sense }),
    }
}

/// The confidence at which the learned reader may contradict. It reaches it on 13 of 2,088 plain calls that should be served, and on 350 of
/// 7,326 that should not.
const SURE: f32 = 0.998;

/// The learned reader's objection, if it is sure of one.
fn against(r: &learned::Reading) -> Option<Sense> {
    let sense = Sense { subject: Subject::Own, denied: false, time: Time::Now, mood: Mood::Tells };
    if r.subject.value == learned::Subject::Other && r.subject.confidence > SURE {
        Some(Sense { subject: Subject::Other, ..sense })
    } else if r.polarity.value == learned::Polarity::Denied && r.polarity.confidence > SURE {
        Some(Sense { denied: true, ..sense })
    } else if r.when.value != learned::When::Now && r.when.confidence > SURE {
        Some(Sense { time: Time::Reported, ..sense })
    } else if r.mood.value == learned::Mood::Practice && r.mood.confidence > SURE {
        Some(Sense { time: Time::Practice, ..sense })
    } else {
        None
    }
}

/// The release of an instrument departure: asked for by name, or by a pilot who waits for it and is ready.
pub fn to_release(heard: &Understanding, record: &Record) -> Option<Admitted<IfrClearance>> {
    let waits = record.owed.contains(&Owed::Release) || record.void_min.is_some();
    let asked = heard.remarks.has(Remark::Release) && admit::<IfrClearance>(heard, record).is_ok();
    let ready = waits && not_now(heard).is_none() && admit::<Takeoff>(heard, record).is_ok();
    (record.ifr && !heard.slots.not_ready && !denies(&heard.clauses) && (asked || ready)).then(Admitted::new)
}

/// A landing that needs no request: the pilot was told to come in to this runway, or has lost the radio.
pub fn expected(record: &Record, transponder: Option<Squawk>) -> Option<Admitted<Landing>> {
    let told = record.pattern_runway.is_some() || record.closed_traffic.is_some() || record.approach.is_some();
    (told || transponder == Some(Squawk::RADIO_FAILURE)).then(Admitted::new)
}

/// A landing by an aircraft in distress, which is cleared to land without a call.
pub fn in_need(record: &Record) -> Option<Admitted<Landing>> {
    (record.emergency.is_some() && !record.off_field).then(Admitted::new)
}

/// "Are we cleared to land": from a pilot on the way down, the question is a request.
pub fn asks_to_land(heard: &Understanding) -> Option<Admitted<Landing>> {
    let own = |s: Sense| s.subject == Subject::Own && !s.denied && s.time == Time::Now;
    evidence::to_land(&heard.clauses).into_iter().any(own).then(Admitted::new)
}

/// A landing clearance that is still valid.
pub fn standing(record: &Record) -> Option<Admitted<Landing>> {
    record.landing.map(|_| Admitted::new())
}

/// A crossing on the taxi route that the aircraft was given, or on the way in from the runway.
pub fn on_the_way(record: &Record) -> Option<Admitted<Crossing>> {
    (record.hold_short.is_some() || record.arrived || record.parking.is_some()).then(Admitted::new)
}

/// A crossing that is still valid.
pub fn standing_crossing(record: &Record) -> Option<Admitted<Crossing>> {
    record.crossing.map(|_| Admitted::new())
}

/// A takeoff that was requested and admitted, but delayed for traffic.
pub fn put_off(record: &Record, runway: Runway) -> Option<Admitted<Takeoff>> {
    record.owed.contains(&Owed::Takeoff(runway)).then(Admitted::new)
}

/// A transition that was requested and admitted earlier.
pub fn asked_before(record: &Record) -> Option<Admitted<Entry>> {
    record.wants_through.map(|_| Admitted::new())
}

/// A class B clearance that is still valid.
pub fn standing_entry(record: &Record) -> Option<Admitted<Entry>> {
    record.bravo.then(Admitted::new)
}

/// An instrument flight seen on final: the state of a session that starts there.
pub fn established(s: &Situation, lined_up: bool) -> Option<Admitted<Landing>> {
    (s.live && s.ifr && !s.on_ground && (lined_up || s.phase == crate::phase::Phase::Final)).then(Admitted::new)
}

/// A report of a pattern leg from that very leg, by a pilot who was told to enter there.
pub fn on_leg(record: &Record, s: &Situation, heard: &Understanding) -> Option<Admitted<Landing>> {
    use crate::phase::Phase;
    let there = match heard.slots.position.as_deref()? {
        "downwind" => s.phase == Phase::Downwind,
        "base" => s.phase == Phase::Base,
        "final" => s.phase == Phase::Final,
        _ => false,
    } || crate::decide::said_leg(s, heard).is_some();
    let of_pattern = [Intent::PositionReport, Intent::TouchAndGoRequest, Intent::InboundLanding, Intent::PatternRequest];
    let plain = of_pattern.contains(&heard.intent) && !denies(&heard.clauses);
    expected(record, None).filter(|_| s.live && there && plain)
}

/// Whether an item needs admission, asks for it, or answers a call for help. No part of a call gets one beside the decision for the call.
pub(crate) fn guards(item: &Item) -> bool {
    matches!(
        item,
        Item::RogerEmergency(_)
            | Item::ClearedForTakeoff { .. }
            | Item::LineUpAndWait
            | Item::Cleared(_)
            | Item::Cross { .. }
            | Item::GoAround
            | Item::ClearedTo { .. }
            | Item::Released
            | Item::ClearedInto(_)
            | Item::ClearedThrough(_)
            | Item::TransitionApproved(_)
            | Item::SpecialVfr { .. }
            | Item::Confirm { .. }
    )
}

/// Whether a clearance was given before and still stands.
pub(crate) fn stands(record: &Record, item: &Item) -> bool {
    match item {
        Item::Cleared(kind) => record.landing.is_some_and(|(_, given)| given == *kind),
        Item::Cross { runway, .. } => record.crossing == Some(*runway),
        Item::LineUpAndWait => record.lined_up.is_some(),
        Item::ClearedThrough(_) | Item::ClearedInto(_) => record.bravo,
        _ => is_takeoff(item) && record.takeoff.is_some(),
    }
}

/// Whether an item clears for takeoff.
pub(crate) fn is_takeoff(item: &Item) -> bool {
    matches!(item, Item::ClearedForTakeoff { .. })
}

/// The wish to confirm if only one reader heard an intent, or the readers disagree; `None` if a question would not settle it.
pub fn wish(doubt: Intent, s: &Situation) -> Option<Wish> {
    let tower = s.facility == Facility::Tower;
    Some(match doubt {
        Intent::DepartureReady | Intent::TakeoffRequest if s.on_ground && tower && !(s.live && s.phase == Phase::Parked) => Wish::Takeoff,
        Intent::InboundLanding | Intent::TouchAndGoRequest | Intent::PositionReport if !s.on_ground && tower => Wish::Landing,
        Intent::TransitionRequest => Wish::Entry,
        Intent::IfrClearanceRequest => Wish::IfrClearance,
        Intent::AltitudeRequest if !s.on_ground => Wish::Level,
        Intent::ApproachRequest if !s.on_ground => Wish::Approach,
        Intent::PatternRequest => Wish::Pattern,
        Intent::CancelIfr => Wish::CancelIfr,
        Intent::Mayday | Intent::PanPan => Wish::Distress,
        _ => return None,
    })
}

/// The outcome of words of distress.
pub enum Call {
    /// The pilot's own distress, not denied.
    Declared(Admitted<Distress>),
    /// Unclear, so the controller asks.
    Unsure,
    /// No distress.
    Denied,
}

/// Whether words of distress are the pilot's own. MAYDAY and PAN PAN count at once, and plain words count unless something contradicts
/// them.
pub fn distress(heard: &Understanding, record: &Record) -> Call {
    let c = &heard.clauses;
    if record.confirming.is_some_and(|(wish, _)| wish == Wish::Distress) && affirms(c) {
        return Call::Declared(Admitted::new());
    }
    let cries = evidence::cries(c);
    let asked = record.confirming.is_some_and(|(wish, _)| wish == Wish::Distress);
    let named_now = cries.called.iter().chain(&cries.named).any(|s| s.stands());
    if record.practises() && !named_now {
        // The failure was approved as an exercise: its end is no emergency, and any other words about it are asked about.
        return if evidence::withdraws(c) { Call::Denied } else { Call::Unsure };
    }
    if asked && denies(c) && !cries.called.iter().any(|s| s.stands()) {
        return Call::Denied;
    }
    // "Emergency" also occurs in reports, so the learned reader must not place it at another time or with another aircraft.
    let of_now = heard.learned.is_none_or(|r| r.votes.is_none() || r.in_force() >= 0.5);
    let evidence::Cries { mut called, named, plain } = cries;
    if called.iter().any(|s| s.stands()) || of_now && named.iter().any(|s| s.stands()) {
        return Call::Declared(Admitted::new());
    }
    called.extend(named);
    let all = || called.iter().chain(&plain);
    let other = all().any(|s| s.subject == Subject::Other);
    let denied = plain.iter().any(|s| s.denied);
    // Fear has no fixed words. If no known word matches, one sure reader is enough.
    let sure = called.is_empty() && plain.is_empty() && heard.learned.is_some_and(|r| sure_distress(&r));
    // One word of fear is not a danger: "a change of heart" shares a word with "heart attack". Either the rules find a danger, or both
    // readers are sure.
    let danger = heard.acts.iter().any(|a| (Act::Mayday..=Act::Medical).contains(a) && !matches!(a, Act::Mayday | Act::PanPan));
    let backed = danger || heard.learned.is_none_or(|r| r.votes.is_none() || r.confidence >= NO_DOUBT);
    if sure || called.is_empty() && !other && !denied && backed && plain.iter().any(|s| s.stands()) {
        return Call::Declared(Admitted::new());
    }
    let none = |s: &Sense| s.subject == Subject::Own && (s.denied || s.time == Time::Practice);
    let stands = plain.iter().any(|s| s.stands()) && !denied;
    // A report of someone else's call ("we heard a mayday near Bristol") is not a call for help, unless it contains another word of danger.
    // A relay is one, on another aircraft's behalf.
    let news = |s: &Sense| s.subject == Subject::Other || s.time == Time::Reported || none(s);
    let feared = heard.learned.is_some_and(|r| sure_distress(&r));
    let told_of = plain.is_empty() && !called.is_empty() && called.iter().all(news) && !evidence::relays(c) && !feared;
    if told_of || all().any(none) && !other && !stands { Call::Denied } else { Call::Unsure }
}

/// Whether the call contains MAYDAY, PAN PAN or the word emergency for this aircraft.
pub fn calls_by_name(heard: &Understanding) -> bool {
    let cries = evidence::cries(&heard.clauses);
    cries.called.iter().chain(&cries.named).any(|s| s.stands())
}

/// Whether the pilot takes back a call for help: "negative mayday, no emergency". MAYDAY in front of the callsign is part of the address.
pub fn takes_distress_back(heard: &Understanding) -> bool {
    evidence::takes_distress_back(&heard.clauses)
}

/// Whether a call for help tells more than what is known: the first one, one by name, or a danger beside what was urgency.
pub fn is_new_distress(heard: &Understanding, record: &Record) -> bool {
    let danger = heard.acts.iter().any(|a| (Act::EngineFailure..=Act::InCloud).contains(a));
    record.emergency.is_none() || calls_by_name(heard) || record.emergency == Some(Emergency::Pan) && danger
}

/// The learned reader is sure that this aircraft is in distress now, and that it is not an exercise.
fn sure_distress(r: &Reading) -> bool {
    let call = matches!(r.intent, Intent::Mayday | Intent::PanPan) && r.confidence >= SURE_DISTRESS;
    call && r.grade.value == Grade::Distress && r.in_force() >= 0.5
}

/// Whether the pilot says no to "are you declaring an emergency?", and nothing else.
pub fn declined_distress(heard: &Understanding, record: &Record) -> bool {
    let asked = record.confirming.is_some_and(|(wish, _)| wish == Wish::Distress);
    let nothing_else =
        matches!(heard.intent, Intent::Unknown | Intent::NegativeContact | Intent::Unable | Intent::Roger | Intent::Readback);
    asked && nothing_else && denies(&heard.clauses) && heard.requests.is_empty()
}

/// Whether the pilot was asked about an emergency and says no, whatever else the call contains.
pub fn denies_when_asked(heard: &Understanding, record: &Record) -> bool {
    record.confirming.is_some_and(|(wish, _)| wish == Wish::Distress) && denies(&heard.clauses) && !calls_by_name(heard)
}

/// The meaning of the pilot's yes to a question.
pub fn answered(heard: &Understanding, record: &Record) -> Option<Understanding> {
    let (wish, runway) = record.confirming.filter(|_| affirms(&heard.clauses))?;
    if !matches!(heard.intent, Intent::Roger | Intent::Unknown | Intent::Readback | Intent::SayAgain) {
        return None;
    }
    let intent = match wish {
        Wish::Takeoff => Intent::DepartureReady,
        Wish::Landing => Intent::InboundLanding,
        Wish::Crossing => Intent::PositionReport,
        Wish::Entry => Intent::TransitionRequest,
        Wish::SpecialVfr => Intent::InboundLanding,
        Wish::IfrClearance => Intent::IfrClearanceRequest,
        Wish::Level => Intent::AltitudeRequest,
        Wish::Approach => Intent::ApproachRequest,
        Wish::Pattern => Intent::PatternRequest,
        Wish::CancelIfr => Intent::CancelIfr,
        Wish::Distress => Intent::Mayday,
    };
    let mut meant = Understanding { intent, intents: vec![intent], ..heard.clone() };
    meant.slots.crossing = wish == Wish::Crossing;
    meant.slots.special_vfr = wish == Wish::SpecialVfr;
    meant.slots.runway = meant.slots.runway.or(runway);
    Some(meant)
}
