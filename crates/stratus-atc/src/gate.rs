//! The gate: a clearance that moves an aircraft onto a runway, into airspace or under instrument flight rules passes only for
//! what the pilot said of the own aircraft, affirmed, of now; a call for help only for what is not denied.
//!
//! [`Admitted`] can be made here alone, and the functions that issue those clearances (`clearances`) take nothing else.

use std::marker::PhantomData;

use super::act::Act;
use super::hear::clauses::{Mood, Sense, Subject, Time};
use super::hear::evidence::{self, affirms, denies};
use super::hear::learned::{self, Grade, Reading};
use super::instruction::{Item, Wish};
use super::intent::{Intent, Understanding};
use super::record::{Owed, Record};
use super::situation::Situation;
use crate::units::{Facility, Runway, Squawk};

/// As sure must the learned reader be of distress to be believed without a question.
const SURE_DISTRESS: f32 = 0.8;
/// The confidence of both models above which plain words of distress need no question, where the rules find no danger in them.
const NO_DOUBT: f32 = 0.9;

/// Something that is cleared only if it was admitted.
pub trait Wanted {
    /// Which.
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
    /// Onto the runway and off.
    Takeoff,
    /// Onto the runway from the air.
    Landing,
    /// Across a runway.
    Crossing,
    /// Into airspace, or through it.
    Entry,
    /// Into or out of a surface area below the minima of visual flight.
    SpecialVfr,
    /// A clearance under instrument flight rules, or the release that belongs to it.
    IfrClearance,
    /// The priority of an aircraft in distress.
    Distress,
}

/// Proof that the pilot wants it: for the own aircraft, affirmed, now.
#[derive(Debug)]
pub struct Admitted<W>(PhantomData<W>);

impl<W: Wanted> Admitted<W> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Why something was not admitted: as it was meant instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    sense: Sense,
}

impl Doubt {
    /// The pilot said that it is not so yet.
    pub fn waits(self) -> bool {
        self.sense.subject == Subject::Own && (self.sense.denied || self.sense.time == Time::Later)
    }
}

/// The pilot speaks of a departure that is not to be yet.
pub fn waits(heard: &Understanding) -> bool {
    evidence::of(&heard.clauses, Wish::Takeoff).is_err_and(|sense| Doubt { sense }.waits())
}

/// The question that settles a doubt; it says what was heard.
pub fn question(wish: Wish, runway: Option<Runway>) -> Item {
    Item::Confirm { wish, runway }
}

/// Why such a wish is not granted now: the pilot speaks of later, of a condition, or denies it.
pub fn not_now(heard: &Understanding) -> Option<Doubt> {
    let senses = evidence::plain(&heard.clauses, heard.intent);
    if senses.iter().any(|s| s.stands()) {
        return None;
    }
    senses.into_iter().find(|s| s.subject == Subject::Own && (s.denied || s.time != Time::Now)).map(|sense| Doubt { sense })
}

/// Whether the pilot was asked whether they want this, and says yes.
pub fn is_confirmed(wish: Wish, record: &Record, heard: &Understanding) -> bool {
    record.confirming.is_some_and(|(asked, _)| asked == wish) && affirms(&heard.clauses)
}

/// Whether what was heard asks for this of the own aircraft, affirmed and now.
pub fn admit<W: Wanted>(heard: &Understanding, record: &Record) -> Result<Admitted<W>, Doubt> {
    // Nothing is asked of an aircraft in distress that wants to land.
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

/// So sure must the learned reader be to contradict. On 2,088 plain calls that are to be served it is so of 13, on 7,326 that are
/// not of 350.
const SURE: f32 = 0.998;

/// What the learned reader says against it, where it is sure.
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

/// A landing that needs no call: the pilot was told to come in to this runway, or cannot speak.
pub fn expected(record: &Record, transponder: Option<Squawk>) -> Option<Admitted<Landing>> {
    let told = record.pattern_runway.is_some() || record.closed_traffic.is_some() || record.approach.is_some();
    (told || transponder == Some(Squawk::RADIO_FAILURE)).then(Admitted::new)
}

/// "Are we cleared to land": whoever asks that on the way down asks for it.
pub fn asks_to_land(heard: &Understanding) -> Option<Admitted<Landing>> {
    let own = |s: Sense| s.subject == Subject::Own && !s.denied && s.time == Time::Now;
    evidence::to_land(&heard.clauses).into_iter().any(own).then(Admitted::new)
}

/// A landing clearance that was given, and holds.
pub fn standing(record: &Record) -> Option<Admitted<Landing>> {
    record.landing.map(|_| Admitted::new())
}

/// A crossing that the way needs on which the aircraft was sent.
pub fn on_the_way(record: &Record) -> Option<Admitted<Crossing>> {
    record.hold_short.map(|_| Admitted::new())
}

/// A take-off that was asked for and admitted, and put off for traffic.
pub fn put_off(record: &Record, runway: Runway) -> Option<Admitted<Takeoff>> {
    record.owed.contains(&Owed::Takeoff(runway)).then(Admitted::new)
}

/// The way through the airspace that was asked for and admitted before.
pub fn asked_before(record: &Record) -> Option<Admitted<Entry>> {
    record.wants_through.map(|_| Admitted::new())
}

/// The way through class B that was given, and holds.
pub fn standing_entry(record: &Record) -> Option<Admitted<Entry>> {
    record.bravo.then(Admitted::new)
}

/// An instrument flight that is seen on its final approach: how it begins where it was loaded there.
pub fn established(s: &Situation) -> Option<Admitted<Landing>> {
    (s.live && s.ifr && !s.on_ground && s.phase == crate::phase::Phase::Final).then(Admitted::new)
}

/// A leg of the pattern that is told from that very leg, by a pilot who was told to come in there.
pub fn on_leg(record: &Record, s: &Situation, heard: &Understanding) -> Option<Admitted<Landing>> {
    use crate::phase::Phase;
    let there = match heard.slots.position.as_deref()? {
        "downwind" => s.phase == Phase::Downwind,
        "base" => s.phase == Phase::Base,
        "final" => s.phase == Phase::Final,
        _ => false,
    };
    let plain = heard.intent == Intent::PositionReport && !denies(&heard.clauses);
    expected(record, None).filter(|_| s.live && there && plain)
}

/// What is asked where only one reader heard an intent, or the two differ about it; none where no question would settle it.
pub fn wish(doubt: Intent, s: &Situation) -> Option<Wish> {
    let tower = s.facility == Facility::Tower;
    Some(match doubt {
        Intent::DepartureReady | Intent::TakeoffRequest if s.on_ground && tower => Wish::Takeoff,
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

/// What came of words of distress.
pub enum Call {
    /// The pilot's own, not denied.
    Declared(Admitted<Distress>),
    /// Nobody can tell: it is asked.
    Unsure,
    /// There is none.
    Denied,
}

/// Whether words of distress are the pilot's own. MAYDAY and PAN PAN count at once; plain words where nothing speaks against them.
pub fn distress(heard: &Understanding, record: &Record) -> Call {
    let c = &heard.clauses;
    if record.confirming.is_some_and(|(wish, _)| wish == Wish::Distress) && affirms(c) {
        return Call::Declared(Admitted::new());
    }
    // "Emergency" is also a word of stories: there the reading must not say that it is of another time or aircraft.
    let of_now = heard.learned.is_none_or(|r| r.votes.is_none() || r.in_force() >= 0.5);
    let evidence::Cries { mut called, named, plain } = evidence::cries(c);
    if called.iter().any(|s| s.stands()) || of_now && named.iter().any(|s| s.stands()) {
        return Call::Declared(Admitted::new());
    }
    called.extend(named);
    let all = || called.iter().chain(&plain);
    let other = all().any(|s| s.subject == Subject::Other);
    let denied = plain.iter().any(|s| s.denied);
    // Fear has no fixed words: where none is known, one sure reader is believed.
    let sure = called.is_empty() && plain.is_empty() && heard.learned.is_some_and(|r| sure_distress(&r));
    // One word of fear is not a danger: "a change of heart" has a word of "heart attack". The rules must have found the danger, or
    // the readers must leave no doubt.
    let danger = heard.acts.iter().any(|a| (Act::Mayday..=Act::Medical).contains(a) && !matches!(a, Act::Mayday | Act::PanPan));
    let backed = danger || heard.learned.is_none_or(|r| r.votes.is_none() || r.confidence >= NO_DOUBT);
    if sure || called.is_empty() && !other && !denied && backed && plain.iter().any(|s| s.stands()) {
        return Call::Declared(Admitted::new());
    }
    let none = |s: &Sense| s.subject == Subject::Own && (s.denied || s.time == Time::Practice);
    let stands = plain.iter().any(|s| s.stands()) && !denied;
    // A call for help that is only told of ("we heard a mayday near Bristol") is no cry, and no other word of danger stands beside it. A
    // relay is one, of somebody else.
    let news = |s: &Sense| s.subject == Subject::Other || s.time == Time::Reported || none(s);
    let feared = heard.learned.is_some_and(|r| sure_distress(&r));
    let told_of = plain.is_empty() && !called.is_empty() && called.iter().all(news) && !evidence::relays(c) && !feared;
    if told_of || all().any(none) && !other && !stands { Call::Denied } else { Call::Unsure }
}

/// The learned reader is sure of distress of the aircraft's own, now, and no exercise.
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

/// What the pilot's yes to a question means.
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
