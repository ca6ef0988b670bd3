//! Which intents a transmission holds, the main one first: emergencies, then readbacks, then requests, then reports.

mod distress;
mod reports;
mod requests;
pub mod told;

use super::intent::{Context, Intent, Slots, Topic};
use super::phrases::Phrases;
use crate::units::Facility;

/// All that the rules look at.
pub struct Scene<'a> {
    /// The words.
    pub p: &'a Phrases,
    /// The slots.
    pub slots: &'a Slots,
    /// What the engine knows.
    pub ctx: &'a Context,
    /// A station was named at the start.
    pub station: bool,
    /// Which unit, named or tuned.
    pub facility: Option<Facility>,
    /// A callsign was said.
    pub caller: bool,
    /// Something of the controller's last words is given back, and right.
    pub echoes: bool,
    /// The callsign ends the transmission.
    pub callsign_last: bool,
}

const ASKS: &str = "request, requesting, requests, would like, like to, like the, want, wants, want to, could, can we, can i, may we, may \
    i, need, needs, looking to, looking for the, looking for a, looking for our, looking for my, looking for clearance, do you have, wish, any chance, is there, able to give, \
    permission, like a, like an, please, ask, asking, can you";

/// Words that only a controller says first: with them, and no request, a pilot reads back, even if a station was named.
const STRONG: &str = "cleared to land, cleared land, cleared for takeoff, cleared takeoff, cleared for the option, cleared the option, \
    cleared option, cleared touch, cleared for touch, cleared for a touch, cleared low approach, cleared stop and go, \
    cleared for _ approach, cleared _ approach, cleared ils, cleared rnav, cleared visual, cleared straight, cleared to, \
    cleared via, cleared as filed, line up and wait, lining up and wait, position and hold, lining up, line up, fly \
    heading, turn left, turn right, turning _ heading, climb and maintain, descend and maintain, maintain vfr, squawk # # \
    # #, squawk vfr, squawk #, frequency change approved, make straight in, make left, make right, enter left, enter \
    right, enter the, extend downwind, extending downwind, extend _ downwind, cleared into, cleared through, cleared \
    immediate takeoff, cleared direct, cleared for immediate, hold position, holding position, via _ hold short, cleared \
    for";

/// Words of an instruction that may also begin a report when a station is called.
const WEAK: &str = "taxi to, taxi via, taxiing to, taxiing via, taxi runway, taxi approved, taxi, via, hold short, holding short, short \
    of, cross, crossing, cross runway, crossing runway, heading # #, maintain, maintaining, climb, descend, climbing, \
    descending, contact, monitor, over to, switching, report, approved, number #, follow, following, expect, expecting, \
    altimeter # #, qnh # #, continue, continuing, circle, reduce, reducing, slow, slowing, speed #, direct, proceed, resume, radar \
    contact, extend, short approach, closed traffic, left traffic, right traffic, to the ramp, to parking, squawking #, up \
    to, down to, leaving, transition approved, go around, behind, give way, remain, straight in, start approved, startup \
    approved, pushback approved, push and start, facing, left #, right #, intercept, establish, cancel takeoff, stopping, \
    not above, not below, at or below, at or above, flight level, caution, wait, options, downwind departure approved, \
    identified, # thousand, departure";

/// Off a runway after landing.
const VACATED: &str = "clear of, vacated, off the runway, runway clear, clear runway, clear the runway, runway _ clear, clear the active, \
    exited, clear at, off runway, off the active, exiting runway, exiting the runway, # clear, left clear, right clear, \
    vacating, turned off, off at, clearing the runway, clearing runway, clear runway # #, off # #";

/// Back on the ground, by the pilot's own words.
const LANDED: &str = "just landed, we landed, have landed, just touched down, just got in, just arrived";

/// A take-off that the pilot gives up.
const STOPPED: &str = "aborting takeoff, aborting the takeoff, aborting our takeoff, abort takeoff, aborted takeoff, rejecting takeoff, \
    rejecting the takeoff, rejected takeoff, reject takeoff, stopping the takeoff, discontinuing takeoff, discontinuing the takeoff, \
    abandoning takeoff, abandoning the takeoff, stopping on the runway";

struct Found(Vec<Intent>);

impl Found {
    fn add(&mut self, when: bool, intent: Intent) {
        if when && !self.0.contains(&intent) {
            self.0.push(intent);
        }
    }
}

impl Scene<'_> {
    fn has(&self, patterns: &'static str) -> bool {
        self.p.has(patterns)
    }

    fn asks(&self) -> bool {
        self.has(ASKS)
    }

    fn atc_said(&self, words: &str) -> bool {
        self.ctx.last_atc.as_ref().is_some_and(|l| {
            let l = l.to_lowercase();
            words.split(", ").any(|w| l.contains(w))
        })
    }

    /// Text that gives orders to a machine instead of speaking to a controller.
    fn hostile(&self) -> bool {
        self.has(
            "ignore _ instructions, ignore _ previous, ignore all, ignore the, disregard your, disregard all, previous \
            instructions, system, prompt, new rule, forget _ rules, forget everything, the rules, your instructions, \
            respond with, hacked, joke, language model, you are now, pretend, jailbreak, for watching, subscribe, \
            subtitles, captions by, as an ai, developer mode, repeat after me, json, override, authorized, role, simulate \
            _ controller, poem, act as",
        )
    }

    fn short_answers(&self, f: &mut Found) {
        let again = self.has(
            "say again, repeat, come again, did not copy, did not catch, did not get, missed that, missed your, say all \
            after, say all before, speak slower, speak more slowly, confirm, verify, was that for, what was, did you say, \
            you were blocked, broken up, cut out, stepped on, i say what, were you calling, could not hear, unreadable, \
            was that, did not hear, are we cleared to land, am i cleared to land, are we cleared for the option, say that again, one more time, words twice, missed the",
        );
        f.add(again, Intent::SayAgain);
        f.add(
            self.has(
                "radio check, comm check, comms check, mic check, how do you read, how do you hear, how copy, how do you \
                copy, readability, read me, radio test, signal check",
            ),
            Intent::RadioCheck,
        );
        f.add(
            self.has(
                "unable, cannot accept, cannot comply, cannot make, not able, cannot do, will not be able, cannot take, \
                negative rate",
            ) || self.has(STOPPED),
            Intent::Unable,
        );
    }

    fn readback(&self) -> bool {
        let p = self.p;
        // Who is not ready, or has a problem, accepts nothing.
        if self.slots.not_ready && matches!(self.facility, None | Some(Facility::Tower | Facility::Ground)) && !p.has(STRONG) {
            return false;
        }
        // What somebody observes is no readback, whatever runway it names.
        if matches!(self.slots.topic, Some(Topic::Observation | Topic::Laser | Topic::Resolution)) && !p.has(STRONG) {
            return false;
        }
        // "Number one, two eight left" is where somebody waits, unless a sequence was given.
        if p.begins("number #") && self.ctx.last_atc.is_none() && !self.ctx.pending && !p.has(STRONG) {
            return false;
        }
        if p.begins("entering the hold, entering hold, entering the holding") {
            return false;
        }
        if p.begins("holding short, hold short, holding") && p.has("number #") && !self.atc_said("hold short, follow, behind, number") {
            // Its own place in the line.
            return false;
        }
        if self.echoes && p.has(STRONG) && !p.has("not cleared, am i cleared, are we cleared") {
            // Whatever is asked for behind it: a readback comes first.
            return true;
        }
        let tells_code = p.begins("squawking") && self.ctx.last_atc.is_none() && !self.ctx.pending;
        if !self.echoes && p.has(LANDED) && p.has("taxi") {
            return false;
        }
        if tells_code
            || p.is_empty()
            || self.asks()
            || p.has("say again, confirm, unable, radio check, ready, with you") && !p.has("cleared")
        {
            return false;
        }
        if self.facility == Some(Facility::Ctaf) && !p.has("cleared") {
            return false;
        }
        if p.begins("we are, i am, is, leaving your, leaving the frequency, leaving frequency") && !p.has("cleared") {
            return false;
        }
        if p.has(STRONG) {
            return !p.has("not cleared, am i cleared, are we cleared");
        }
        let bare = p.len();
        let only_frequency = self.slots.frequency.is_some() && bare <= 12;
        if self.station {
            return only_frequency && bare <= 9 || self.ctx.pending && p.has(WEAK) && self.callsign_last;
        }
        // An impossible frequency is a readback too, so that it can be corrected.
        if only_frequency || p.has("# # # . #") {
            return true;
        }
        // Numbers that answer an instruction just given: "runway eight, skyhawk two sierra papa".
        let heading_only = p.has("# # # on the heading") && self.slots.heading.is_some();
        let runway_alone = self.slots.runway.is_some() && bare <= 5 && p.begins("runway, # #, #") && self.slots.position.is_none();
        let leads = p.begins(WEAK);
        let awaited = self.ctx.pending
            || self.atc_said(
                "taxi, hold short, cleared, climb, descend, maintain, turn, contact, squawk, cross, heading, speed, report, enter",
            ) && !p.begins("holding, ready");
        // "left downwind for two zero" answers "enter left downwind".
        if self.slots.position.is_some()
            && (self.callsign_last && !p.has("midfield, turning") || self.ctx.pending)
            && self.atc_said("enter, make left, make right, extend")
        {
            return true;
        }
        let altimeter = self.slots.altimeter.is_some() && bare <= 10;
        runway_alone && !p.has("vacated, clear") && (self.callsign_last || awaited)
            || heading_only
            || altimeter && !p.has("miles, inbound")
            || (self.callsign_last || !self.caller || awaited)
                && (leads || p.has(WEAK) && !p.has("inbound, landing, with information, miles"))
            || p.begins(
                "report, number #, taxi, hold short, contact, climb, descend, turn, maintain, cross, push and start, pushback approved, start \
                approved, expect, number #, follow",
            ) && !p.begins("climbing, descending")
            || p.has("approved")
    }
}

/// The intents, the main one first, and how sure: 0 to 1.
pub fn intents(s: &Scene) -> (Vec<Intent>, f32) {
    let unknown = (vec![Intent::Unknown], 0.1);
    let mut f = Found(Vec::new());
    s.emergencies(&mut f);
    let urgent = f.0.iter().any(|i| matches!(i, Intent::Mayday | Intent::PanPan));
    if !urgent && s.hostile() && !s.caller {
        return unknown;
    }
    s.short_answers(&mut f);
    let mut sure = 0.9;
    let reads_back = s.readback()
        && !f.0.iter().any(|i| {
            matches!(
                i,
                Intent::GoAround
                    | Intent::SayAgain
                    | Intent::Unable
                    | Intent::RadioCheck
                    | Intent::Mayday
                    | Intent::PanPan
                    | Intent::LowFuel
            )
        });
    let mut later = Found(Vec::new());
    s.requests(&mut later);
    let mut reports = Found(Vec::new());
    s.reports(&mut reports);
    let answers_question = s.slots.heading.is_some()
        && reports.0.contains(&Intent::HeadingReport)
        && s.atc_said("say heading, report heading, report your heading, say your heading, say assigned heading, say present heading, say magnetic heading");
    let sees = reports.0.iter().any(|i| matches!(i, Intent::TrafficInSight | Intent::NegativeContact | Intent::FieldInSight));
    let cancels = later.0.iter().any(|i| matches!(i, Intent::CancelFlightFollowing | Intent::CancelIfr | Intent::RequestProgressiveTaxi));
    let only_sees = sees && !s.has(STRONG) && s.slots.runway.is_none() && !s.has("number #, follow, following, behind");
    if reads_back && !answers_question && !only_sees && !cancels && !vacates(&reports, s) {
        f.add(true, Intent::Readback);
        sure = if s.ctx.pending || s.has(STRONG) || s.callsign_last { 0.95 } else { 0.75 };
        for i in reports
            .0
            .iter()
            .filter(|i| matches!(i, Intent::TrafficInSight | Intent::NegativeContact | Intent::Ident | Intent::FieldInSight))
        {
            f.add(true, *i);
        }
    } else {
        // A leg or a level that is only said beside a request is part of it.
        let calls = f.0.len();
        for i in later.0 {
            f.add(true, i);
        }
        let asked = f.0.len() > calls;
        for i in reports.0 {
            f.add(!(asked && matches!(i, Intent::CheckIn)), i);
        }
    }
    let p = s.p;
    let at_hand = matches!(s.facility, None | Some(Facility::Tower | Facility::Ground));
    let asked = s.ctx.told("advise when ready, report ready, advise ready");
    let takes = asked && p.has("advise, wilco, will do, report ready, call you, let you know, roger");
    f.add(f.0.is_empty() && takes, Intent::Roger);
    f.add(f.0.is_empty() && s.slots.not_ready && at_hand && !p.begins("stand by, standby, roger, wilco"), Intent::Unable);
    if f.0.is_empty() {
        f.add(
            p.has(
                "roger, wilco, copy, copied, copies, affirmative, thanks, thank you, good day, stand by, standing by, \
                standby, okay, ok, understood, will do, have a good, so long, cheers, acknowledged, charlie _ charlie",
            ) && p.len() <= 12,
            Intent::Roger,
        );
        // A recogniser hears "thank you" in noise.
        if p.has("thank you, thanks, okay, ok") && !s.caller && !s.ctx.pending && s.ctx.last_atc.is_none() {
            f.0.clear();
        }
        f.add(p.begins("negative") && p.len() <= 6, Intent::Unable);
        sure = 0.85;
    }
    if f.0.is_empty() && p.is_empty() && s.caller && s.station {
        return (vec![Intent::CheckIn], 0.7);
    }
    if f.0.is_empty() && p.has("frequency change") {
        let granted = s.atc_said("frequency change approved");
        f.add(true, if granted { Intent::Roger } else { Intent::FrequencyChangeRequest });
    }
    let nothing_else = matches!(f.0.as_slice(), [] | [Intent::Roger]);
    // An observation may share a runway with what was last said.
    let tells = s.slots.topic.is_some() || told::loose(p) > 3 && !s.ctx.pending;
    if nothing_else && s.echoes && !tells && !s.hostile() {
        return (vec![Intent::Readback], if s.ctx.pending { 0.85 } else { 0.7 });
    }
    if f.0.is_empty() && s.ctx.pending && s.slots.topic.is_none() && s.slots.runway.is_some() {
        return (vec![Intent::Readback], 0.6);
    }
    if f.0.is_empty() {
        return unknown;
    }
    if !s.caller && !urgent {
        sure -= 0.2;
    }
    if s.hostile() {
        sure -= 0.2;
    }
    (f.0, sure)
}

/// "Runway eight vacated": a report, whatever it shares with an instruction.
fn vacates(reports: &Found, s: &Scene) -> bool {
    reports.0.contains(&Intent::ClearOfRunway) && !s.has(STRONG) && !s.has("contact, monitor")
}
