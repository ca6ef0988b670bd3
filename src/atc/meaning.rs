//! Which intents a transmission holds, the main one first: emergencies, then readbacks, then requests, then reports.

use super::entities::Phrases;
use super::intent::{Context, Intent, Slots};
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
    i, need, needs, looking to, looking for the, looking for a, do you have, wish, any chance, is there, able to give, \
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
    altimeter # #, qnh # #, continue, continuing, circle, reduce, reducing, speed #, direct, proceed, resume, radar \
    contact, extend, short approach, closed traffic, left traffic, right traffic, to the ramp, to parking, squawking #, up \
    to, down to, leaving, transition approved, go around, behind, give way, remain, straight in, start approved, startup \
    approved, pushback approved, push and start, facing, left #, right #, intercept, establish, cancel takeoff, stopping, \
    not above, not below, at or below, at or above, flight level, caution, wait, options, downwind departure approved, \
    identified, # thousand, departure";

/// Off a runway after landing.
const VACATED: &str = "clear of, vacated, off the runway, runway clear, clear runway, clear the runway, runway _ clear, clear the active, \
    exited, clear at, off runway, off the active, exiting runway, exiting the runway, # clear, left clear, right clear, \
    vacating, turned off, clearing the runway, clearing runway, clear runway # #, off # #";

struct Found(Vec<Intent>);

impl Found {
    fn add(&mut self, when: bool, intent: Intent) {
        if when && !self.0.contains(&intent) {
            self.0.push(intent);
        }
    }
}

impl Scene<'_> {
    fn has(&self, patterns: &str) -> bool {
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

    fn emergencies(&self, f: &mut Found) {
        let practice = self.has(
            "practice, simulated, simulating, cancel mayday, cancel _ mayday, cancelling mayday, not an emergency, no \
            emergency, training",
        );
        let failing = self.has(
            "engine failure, engine fire, engine failed, engine quit, engine has quit, lost _ engine, engine is out, engine \
            out, dead engine, declaring an emergency, declare an emergency, declaring emergency, declare emergency, going \
            down, on fire, smoke in _ cockpit, smoke in _ cabin, ditching, crash landing, emergency landing, emergency \
            descent, have an emergency, got an emergency, forced landing, lost all power, engine just quit",
        );
        let mayday = self.has("mayday") && !self.has("cancel mayday, cancel _ mayday, cancelling mayday");
        let pan = self.has("pan pan, pan medical, declaring urgency, declare urgency, pan # pan");
        f.add(mayday || failing && !practice && !pan, Intent::Mayday);
        f.add(pan, Intent::PanPan);
        f.add(
            self.has(
                "low fuel, low on fuel, low on gas, low on _ fuel, minimum fuel, running low, running out of fuel, short of \
                fuel, short on fuel, fuel critical, bingo fuel, fuel is low, fuel state, out of gas, out of fuel, fuel \
                emergency, minutes of fuel, minutes fuel, minutes of gas, minutes left, fuel _ low, almost out of, fuel is \
                getting, emergency fuel",
            ) && !self.has("souls, fuel on board, endurance"),
            Intent::LowFuel,
        );
        f.add(
            self.has(
                "unsure of position, uncertain of position, unsure of _ position, uncertain of _ position, not sure where, \
                position fix, disoriented, do not know where, unsure where, no idea where, am lost, are lost, we lost our \
                way, got lost, are _ lost, am _ lost, not certain where, uncertain where, temporarily misplaced, help \
                finding, true bearing, cannot find the airport, lost |",
            ) || self.has("lost")
                && !self.has(
                    "progressive, lost on, lost sight, lost contact, lost comm, lost comms, lost the, lost _ engine, lost power, lost all, lost \
                    communication, lost him",
                ),
            Intent::Lost,
        );
        f.add(
            self.has(
                "going around, go around, going missed, missed approach, going to go around, balked landing, aborting the \
                landing, rejecting the landing, rejected landing, discontinuing approach, on the go",
            ) && !self.asks(),
            Intent::GoAround,
        );
        let divert = self.has(
            "divert, diverting, diversion, change of destination, change destination, change our destination, to our \
            alternate, to the alternate, alternate airport, new destination, return to the field, return to _ airport",
        );
        f.add(divert, Intent::Diversion);
    }

    fn short_answers(&self, f: &mut Found) {
        let again = self.has(
            "say again, repeat, come again, did not copy, did not catch, did not get, missed that, missed your, say all \
            after, say all before, speak slower, speak more slowly, confirm, verify, was that for, what was, did you say, \
            you were blocked, broken up, cut out, stepped on, i say what, were you calling, could not hear, unreadable, \
            was that, did not hear, say that again, one more time, words twice, missed the",
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
            ),
            Intent::Unable,
        );
    }

    fn readback(&self) -> bool {
        let p = self.p;
        if self.echoes && p.has(STRONG) && !p.has("not cleared, am i cleared, are we cleared") {
            // Whatever is asked for behind it: a readback comes first.
            return true;
        }
        let tells_code = p.begins("squawking") && self.ctx.last_atc.is_none() && !self.ctx.pending;
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

    fn requests(&self, f: &mut Found) {
        let (asks, p) = (self.asks(), self.p);
        let taxi = p.has("taxi, taxiing");
        let station = self.station || asks || self.ctx.facility == Some(Facility::Ground) && !self.callsign_last;
        f.add(p.has("progressive"), Intent::RequestProgressiveTaxi);
        f.add(
            p.has(
                "cancel ifr, cancelling ifr, canceling ifr, cancel _ ifr, cancelling _ ifr, canceling _ ifr, cancel \
                instrument, cancel our flight plan, cancel _ flight plan, cancelling _ flight plan, close _ ifr",
            ),
            Intent::CancelIfr,
        );
        let ends = p.has("cancel, cancelling, canceling, terminate, terminating, end, discontinue, drop");
        f.add(
            ends && p.has("following, advisories, radar service, radar services, traffic service, basic service, service, services")
                || p.has("no longer need, no longer require") && p.has("following, advisories, service"),
            Intent::CancelFlightFollowing,
        );
        let parking = p.has(
            "taxi to _ parking, taxi to _ ramp, taxi to _ gate, taxi to _ stand, taxi to _ terminal, taxi to _ fuel, taxi \
            to _ pumps, taxi to _ hangar, taxi to _ hangars, taxi to _ fbo, taxi to _ apron, taxi to _ area, taxi to _ \
            tiedown, taxi to _ tiedowns, taxi to _ transient, taxi _ parking, taxi in, to parking, to the ramp, to the \
            gate, stand allocation, parking stand, to transient, to the fuel, request parking, request stand, request \
            gate, taxi to _ school, taxi to _ club, taxi to _ maintenance, to the hangar, to the terminal, to the apron, \
            taxi to the #, taxi to stand, taxi to gate",
        );
        // Off the runway, a taxi is a taxi in.
        let in_from = taxi && station && p.has(VACATED) && !p.has("taxi back, back taxi, taxi to runway, taxi runway, for departure");
        f.add(parking && station || in_from, Intent::TaxiToParking);
        let push = p.has("pushback, push and start, push, pushing back, push start");
        let push = push && !p.has("pushback complete, pushback completed, pushedback, push complete, push completed, pushback is complete");
        f.add(push && (asks || self.station || p.has("ready")) && !p.has("approved"), Intent::PushbackRequest);
        let start = p.has(
            "startup, engine start, start engines, start engine, ready to start, ready for start, request start, requesting \
            start, start the engines, start clearance, start up, start our engines, starting engines, start",
        );
        f.add(
            start
                && (asks || p.has("ready"))
                && !p.has("approved, start _ taxi, start our descent, start down, start _ descent, start climb"),
            Intent::StartupRequest,
        );
        let landing_clearance = p.has("landing clearance, clearance to land");
        let takeoff_clearance = p.has("takeoff clearance, clearance for takeoff");
        let into = p.has(
            "transition, transit, cross the bravo, cross the charlie, cross the delta, through the bravo, into the bravo, enter the bravo, transiting, cross over the, cross the zone, crossing your, through your, through the, \
            overfly, overflight, cross your, cross the field, cross midfield, overhead transition, zone crossing, bravo \
            clearance, bravo transition, cross the airspace, cross the class, cross overhead, enter the bravo, enter \
            class, crossing the zone, cross the control zone, cross the ctr, zone transit",
        );
        f.add(into && !p.has("approved, transition level, transition altitude") && (asks || self.station), Intent::TransitionRequest);
        let clearance = p.has("clearance, ifr to, ready to copy, pick up _ ifr, pick up our, ifr request, ifr release");
        f.add(
            clearance
                && !landing_clearance
                && !takeoff_clearance
                && !into
                && !push
                && !ends
                && (asks || p.has("ready to copy, ifr to, ifr clearance"))
                && !p.has("vfr clearance, taxi clearance, start clearance, hold for"),
            Intent::IfrClearanceRequest,
        );
        let leave = p.has(
            "frequency change, change of frequency, change frequency, change to, switch to, leave the frequency, leaving your frequency, leaving the frequency, leaving frequency, leave \
            frequency, leave your frequency, change frequencies, switch frequencies, switch frequency, off frequency, go \
            to advisory, advisory frequency, leave _ frequency, to _ frequency, change over, switch over to, handoff, hand \
            off",
        );
        f.add(
            leave && (asks || self.station || !self.callsign_last || p.has("leaving")) && !p.has("approved"),
            Intent::FrequencyChangeRequest,
        );
        let following = p.has(
            "flight following, traffic advisories, vfr advisories, radar advisories, radar service, radar services, basic \
            service, traffic service, deconfliction service, flight information service, advisories, traffic information",
        );
        let vfr_out = (self.facility == Some(Facility::Clearance)) && p.has("vfr to, vfr departure, vfr _ to")
            || asks && p.has("vfr departure") && !taxi;
        f.add((following && !ends || vfr_out) && !p.has("airport advisories"), Intent::FlightFollowingRequest);
        let approach = self.slots.approach.is_some()
            && !p.has("visual contact, vor at, the vor, of _ vor, # vor, over _ vor, visual on, visual with")
            || p.has(
                "vectors to final, vectors for, practice approach, request approach, instrument approach, straight in \
                approach, approach clearance, vectors ils, the approach, for the approach",
            );
        f.add(approach && (asks || self.station && p.has("inbound, for the")), Intent::ApproachRequest);
        let weather = p.has(
            "weather, altimeter, wind, winds, qnh, atis, metar, wind check, visibility, airport advisory, runway in use, \
            active runway, departure information, departure runway, ceiling, landing information, pressure, airport \
            information, field conditions, braking action, ride report, ride reports, pireps",
        );
        let wants_weather =
            asks && weather && !p.has("with weather, due weather, around weather, deviate, due to weather, deviation, runway in use for")
                || p.has(
                    "wind check, say wind, say winds, say altimeter, say weather, say the, what is the wind, what is the \
                altimeter, what is the weather, what is the qnh, what runway, which runway, say qnh, what is _ wind, what \
                is _ weather, what is _ altimeter, how is the weather",
                );
        f.add(wants_weather && (self.slots.altimeter.is_none() || p.has("weather, wind, winds")), Intent::WeatherRequest);
        let ready = p.has(
            "ready for departure, ready for takeoff, ready to go, ready to depart, ready at, ready in sequence, ready for \
            immediate, ready runway, ready for, number # for departure, ready to takeoff, ready departure, ready, number # \
            at, next for takeoff, ready in",
        ) && !p.has(
            "ready to taxi, ready for taxi, ready taxi, ready to copy, ready to start, ready for start, ready for pushback, ready for \
            push, ready to push, ready for ifr, ready for clearance, ready to readback, ready for _ clearance, ready for \
            descent, ready for lower, ready for higher",
        );
        f.add(ready, Intent::DepartureReady);
        let takeoff = p.has(
            "takeoff, takingoff, immediate departure, intersection departure, to depart, request departure, requesting \
            departure, rolling, departure clearance",
        );
        f.add(
            takeoff
                && !ready
                && !p.has("cancel takeoff, after takeoff, vfr departure, rejected takeoff, cleared")
                && (asks || self.station || p.has("takingoff")),
            Intent::TakeoffRequest,
        );
        let level = p.has(
            "higher, lower, climb, descent, descend, different altitude, altitude change, another altitude, new altitude, \
            change altitude, request altitude, request level, request flight level, request _ thousand, like _ thousand, \
            request # thousand, level change, cruise, cruising, top of descent, ready for descent, ready for lower",
        );
        f.add(
            level
                && (asks || p.has("ready for, looking for"))
                && !taxi
                && !into
                && !following
                && !clearance
                && !p.has("climbing out, if we climb")
                || asks
                    && p.has("request flight level, flight level")
                    && !clearance
                    && !following
                    && !approach
                    && !p.has("maintaining, level at"),
            Intent::AltitudeRequest,
        );
        f.add(
            asks && p.has("request heading, requesting heading, request _ heading, vectors around, deviate, deviation")
                && self.slots.altitude_ft.is_empty(),
            Intent::HeadingReport,
        );
        let circuits = p.has(
            "closed traffic, in the pattern, circuits, circuit, pattern work, remain in the, stay in the, short approach, \
            another circuit, the pattern, left traffic, right traffic, around the pattern, touch and goes in, bounce and \
            go, laps",
        );
        let at_field = p.has("inbound, full stop, to land, for landing, landing, come in")
            && !p.has("landing light, after landing, emergency landing, landing gear, landing traffic");
        let leg = p.has("abeam")
            || self
                .slots
                .position
                .as_deref()
                .is_some_and(|x| ["downwind", "base", "final", "crosswind", "upwind", "hold_short"].contains(&x));
        let touch = matches!(
            self.slots.landing,
            Some(super::instruction::Landing::TouchAndGo | super::instruction::Landing::Option | super::instruction::Landing::LowApproach)
        );
        let bearing = p.has("# to the, # north, # south, # east, # west, miles") && self.slots.direction.is_some();
        let far = (self.slots.distance_nm.is_some() || bearing) && !leg;
        f.add(
            at_field && (far || !leg && (self.station || asks) || p.has("inbound") && !leg) && !(approach && asks)
                || landing_clearance
                || asks && p.has("full stop, to land")
                || far && touch && self.station,
            Intent::InboundLanding,
        );
        f.add(touch && (asks || self.station), Intent::TouchAndGoRequest);
        f.add(taxi && (station || p.has("ready to taxi")) && !parking, Intent::TaxiRequest);
        f.add(
            circuits && (asks || self.station) && !p.has("departing the pattern, leaving the pattern, exiting the pattern"),
            Intent::PatternRequest,
        );
        // A leg with a landing wish is a report with an extra, unless it is asked for.
        if leg && !asks {
            f.0.retain(|i| !matches!(i, Intent::TouchAndGoRequest | Intent::PatternRequest | Intent::InboundLanding));
        }
        self.order_requests(f);
    }

    /// Where one wish includes another, the wider one leads.
    fn order_requests(&self, f: &mut Found) {
        const LEADS: &[(Intent, Intent)] = &[
            (Intent::DepartureReady, Intent::TakeoffRequest),
            (Intent::InboundLanding, Intent::TouchAndGoRequest),
            (Intent::InboundLanding, Intent::WeatherRequest),
            (Intent::TransitionRequest, Intent::FlightFollowingRequest),
            (Intent::RequestProgressiveTaxi, Intent::TaxiRequest),
        ];
        for (first, second) in LEADS {
            let (a, b) = (f.0.iter().position(|i| i == first), f.0.iter().position(|i| i == second));
            if let (Some(a), Some(b)) = (a, b)
                && a > b
            {
                f.0.remove(a);
                f.0.insert(b, *first);
            }
        }
    }

    fn reports(&self, f: &mut Found) {
        let p = self.p;
        let none = p.has(
            "negative contact, no joy, looking for traffic, looking for the, not in sight, searching, no contact, negative \
            traffic, do not see, do not have _ traffic, lost sight, negative sight, no traffic, no visual, looking, lost \
            the traffic, negative in sight, not seeing, negative visual, cannot see",
        ) && !p.has("looking to, looking for lower, looking for higher, looking for a");
        f.add(none && !self.has("looking for the option"), Intent::NegativeContact);
        let field = p.has(
            "field in sight, airport in sight, runway in sight, airfield in sight, runway _ in sight, have the field, has \
            the field, have the airport, has the airport, have the runway, field is in sight, got the field, got the \
            airport, airport _ in sight, see the field, see the airport, visual with the field, see the runway, approach \
            lights in sight, have the _ airport, aerodrome in sight, visual with the runway",
        );
        f.add(field && !none, Intent::FieldInSight);
        f.add(
            !none
                && !field
                && p.has(
                    "in sight, have the traffic, got the traffic, has the traffic, tally, tallyho, traffic visual, visual \
                    with, have him, got him, see the traffic, see him, visual contact, have traffic, visual on, have that \
                    traffic, got traffic, contact with the traffic, traffic is in sight, have the",
                )
                && !p.has("have the weather, have the numbers, have the atis, have the information"),
            Intent::TrafficInSight,
        );
        f.add(p.has("ident, identing, idents"), Intent::Ident);
        f.add(
            p.has("squawking, squawk is, transponder, our code is") && self.slots.squawk.is_some() || p.has("squawking"),
            Intent::SquawkReport,
        );
        f.add(
            p.has(VACATED)
                && !p.has(
                    "clear of clouds, clear of traffic, report clear, remain clear, clear of conflict, clear of the airspace, \
                clear of your, stay clear",
                ),
            Intent::ClearOfRunway,
        );
        let leg = self.slots.position.is_some();
        f.add(
            self.slots.heading.is_some()
                && (self.atc_said("say heading, say your heading, say present heading, what heading, heading?")
                    || p.has(
                        "our heading, present heading, heading _ now, heading is, current heading, on a heading, on \
                        heading, flying heading, assigned heading",
                    )
                    || self.slots.altitude_ft.is_empty() && p.begins("heading")),
            Intent::HeadingReport,
        );
        let radar = matches!(self.facility, Some(Facility::Approach | Facility::Departure | Facility::Center | Facility::Clearance));
        let level = !self.slots.altitude_ft.is_empty();
        let moving = p.has(
            "with you, checkingin, checkin, checking, level, climbing, descending, leaving, passing, out of, maintaining, \
            for, through, vfr at, at, on frequency, airborne, heading",
        );
        let asked_for = p.has(
            "with request, vfr request, with a request, have a request, with a vfr request, got a request, ifr request, \
            with a _ request",
        );
        let facility_ok = radar || self.facility.is_none() || p.has("with you, checkingin");
        f.add(
            asked_for
                || p.has("with you, checkingin, on your frequency")
                || self.station
                    && !self.asks()
                    && self.slots.runway.is_some()
                    && p.has("visual, ils, rnav, vor, localizer, gps, approach runway, on the approach")
                || level && self.station && radar && !self.asks() && !leg && self.slots.distance_nm.is_none()
                || level && moving && facility_ok && !leg && self.slots.distance_nm.is_none(),
            Intent::CheckIn,
        );
        let departing = p.has(
            "departing, taking runway, taking the runway, back taxiing, backtaxi, back taxi, entering, taxiing, crossing \
            runway, overhead, abeam, over the, turning, midfield, initial, holding short, holding, short final, joining, \
            taking the active, established, passing, airborne, leaving the pattern, departing the pattern, straight in, \
            straight out, dead side",
        );
        let here = self.slots.distance_nm.is_some() || p.has("currently, our position, we are at, position is");
        // A place over which somebody is says nothing without any sign of a pilot.
        let pilot = self.caller || self.station || self.ctx.pending || self.ctx.last_atc.is_some();
        let pattern = self.slots.position.as_deref().is_some_and(|x| super::entities::LEGS.contains(&x) || x == "hold_short");
        f.add((leg && (pilot || pattern)) || departing && (pilot || !p.has("over the, over")) || here, Intent::PositionReport);
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
    let answers_question =
        s.slots.heading.is_some() && reports.0.contains(&Intent::HeadingReport) && s.atc_said("say heading, say your heading");
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
    let nothing_else = matches!(f.0.as_slice(), [] | [Intent::Roger]);
    if nothing_else && s.echoes && !s.hostile() {
        return (vec![Intent::Readback], if s.ctx.pending { 0.85 } else { 0.7 });
    }
    if f.0.is_empty() && s.ctx.pending && s.slots.runway.is_some() {
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
