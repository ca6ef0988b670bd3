//! What a pilot asks for.

use super::{Found, LANDED, STOPPED, Scene, VACATED};
use crate::intent::{Intent, Topic};
use crate::units::Facility;

impl Scene<'_> {
    /// Every wish of the transmission, the wider one first where one includes another.
    pub(super) fn requests(&self, f: &mut Found) {
        let (asks, p) = (self.asks(), self.p);
        let on_wheels = matches!(self.facility, None | Some(Facility::Ground));
        let taxi = p.has("taxi, taxiing")
            || asks
                && p.has("to backtrack, request backtrack, requesting backtrack, request back track, like to back taxi, request back taxi")
            || on_wheels && asks && p.has("to the runway, to runway, to the active, out to the runway") && !p.has("cross, crossing");
        let station = self.station || asks || self.ctx.facility == Some(Facility::Ground) && !self.callsign_last;
        f.add(
            p.has("progressive")
                || on_wheels
                    && p.has("where do i turn, where do we turn, which way to the, which way do, which way is the, which way should"),
            Intent::RequestProgressiveTaxi,
        );
        f.add(
            p.has(
                "cancel ifr, cancelling ifr, canceling ifr, cancel _ ifr, cancelling _ ifr, canceling _ ifr, cancel \
                instrument, cancel our flight plan, cancel _ flight plan, cancelling _ flight plan, close _ ifr",
            ),
            Intent::CancelIfr,
        );
        let enough = p.has("do not need, do not require, no longer want, done with, that is all for");
        let ends = p.has("cancel, cancelling, canceling, terminate, terminating, end, discontinue, drop");
        f.add(
            (ends || enough)
                && p.has("following, advisories, radar service, radar services, traffic service, basic service, service, services")
                || p.has("no longer need, no longer require") && p.has("following, advisories, service"),
            Intent::CancelFlightFollowing,
        );
        let parking = p.has(
            "taxi to _ parking, taxi to _ ramp, taxi to _ gate, taxi to _ stand, taxi to _ terminal, taxi to _ fuel, taxi \
            to _ pumps, taxi to _ hangar, taxi to _ hangars, taxi to _ fbo, taxi to _ apron, taxi to _ area, taxi to _ \
            tiedown, taxi to _ tiedowns, taxi to _ transient, taxi _ parking, taxi in, to parking, to the ramp, to the \
            gate, stand allocation, parking stand, to transient, to the fuel, request parking, request stand, request \
            gate, taxi to _ school, taxi to _ club, taxi to _ maintenance, to the hangar, to the terminal, to the apron, \
            taxi to the #, taxi to stand, taxi to gate, reposition to, return to stand, return to _ stand, return to the gate, return to _ gate, return to parking, return to _ ramp, back to parking, back to _ ramp, back to the gate, back to stand, back to the stand",
        );
        // Off the runway, a taxi is a taxi in.
        let in_from = taxi
            && station
            && (p.has(VACATED) && !p.has("taxi back") || p.has(LANDED))
            && !p.has("back taxi, taxi to runway, taxi runway, for departure");
        let parking = parking || p.has("go back to _ ramp, go back to _ parking, ready to return to _ ramp");
        let station_or_back = station || p.has("ready to go back, ready to return");
        f.add((parking && station_or_back) || in_from || taxi && p.has(LANDED), Intent::TaxiToParking);
        let push = p.has("pushback, push and start, push, pushing back, push start");
        let push = push && !p.has("pushback complete, pushback completed, pushedback, push complete, push completed, pushback is complete");
        f.add(
            push && (asks || self.station || p.has("ready, gate _ push, stand _ push, push with")) && !p.has("approved"),
            Intent::PushbackRequest,
        );
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
            overfly, overflight, cross your, cross the field, cross midfield, overhead transition, zone crossing, crossing of _ zone, crossing _ control zone, crossing of _ airspace, bravo \
            clearance, bravo transition, cross the airspace, cross the class, cross overhead, enter the bravo, enter \
            class, crossing the zone, cross the control zone, cross the ctr, zone transit",
        );
        f.add(
            into && !p.has("approved, transition level, transition altitude")
                && (asks
                    || self.station
                    || p.has("passing through your, transiting your, coming through your, through your airspace, crossing your airspace")),
            Intent::TransitionRequest,
        );
        let clearance = p.has("clearance, ifr to, ready to copy, pick up _ ifr, pick up our, ifr request, ifr release");
        f.add(
            clearance
                && (!p.has("ready to taxi, ready for taxi, taxi ifr") || p.has("clearance, ready to copy"))
                && !landing_clearance
                && !takeoff_clearance
                && !into
                && !push
                && !ends
                && (asks || p.has("ready to copy, ifr to, ifr clearance, pick up our, pick up _ clearance, picking up _ clearance"))
                && !p.has("vfr clearance, taxi clearance, start clearance, hold for"),
            Intent::IfrClearanceRequest,
        );
        let out_of_pattern = self.slots.topic == Some(Topic::LeavesPattern);
        let leave = p.has(
            "frequency change, change of frequency, change frequency, change to, switch to, leave the frequency, leaving your frequency, leaving the frequency, leaving frequency, leave \
            frequency, leave your frequency, change frequencies, switch frequencies, switch frequency, off frequency, go \
            to advisory, advisory frequency, leave _ frequency, to _ frequency, change over, switch over to, handoff, hand \
            off",
        );
        f.add(
            leave
                && !p.has("level change, altitude change")
                && (asks || self.station || !self.callsign_last || p.has("leaving"))
                && !p.has("approved")
                || asks && p.has("can we switch, to switch, can we change, switch |")
                || self.slots.frequency.is_some() && p.has("ready to go to, like to go to, going over to, request to go to")
                || out_of_pattern && asks && self.slots.distance_nm.is_none(),
            Intent::FrequencyChangeRequest,
        );
        let following = p.has(
            "flight following, traffic advisories, vfr advisories, radar advisories, radar service, radar services, basic service, traffic service, like following, request following, requesting following, deconfliction service, flight information service, advisories, traffic information",
        );
        let vfr_out = (self.facility == Some(Facility::Clearance)) && p.has("vfr to, vfr departure, vfr _ to")
            || asks && p.has("vfr departure") && !taxi && !self.slots.special_vfr;
        f.add((following && !ends && !enough || vfr_out) && !p.has("airport advisories"), Intent::FlightFollowingRequest);
        let approach = self.slots.approach.is_some()
            && !p.has("visual contact, vor at, the vor, of _ vor, # vor, over _ vor, visual on, visual with")
            || p.has(
                "vectors to final, vectors for, practice approach, request approach, instrument approach, straight in, approach clearance, vectors ils, the approach, for the approach, vor alpha, vor bravo, ndb alpha, request the vor, like the vor",
            );
        f.add(approach && !p.has("land straight in") && (asks || self.station && p.has("inbound, for the")), Intent::ApproachRequest);
        let weather = p.has(
            "weather, met report, precipitation, altimeter, wind, winds, qnh, atis, metar, wind check, visibility, airport advisory, runway in use, \
            active runway, departure information, departure runway, ceiling, landing information, pressure, airport \
            information, airfield information, aerodrome information, field conditions, braking action, ride report, ride reports, pireps",
        );
        let wants_weather =
            asks && weather && !p.has("have the atis, have atis, got the atis, with the atis, with weather, due weather, around weather, deviate, due to weather, for weather, weather ahead, into weather, around the weather, around some weather, deviation, runway in use for")
                || p.has(
                    "wind check, say wind, say winds, say altimeter, say weather, say the, what is the wind, what is the \
                altimeter, what is the weather, what is the qnh, what runway, which runway, say qnh, what is _ wind, what \
                is _ weather, what is _ altimeter, how is the weather, how is the ride, how are the rides, how is your ride",
                );
        let wants_weather =
            wants_weather || p.has("radio check") && p.has("airfield information, aerodrome information, airport information");
        f.add(wants_weather && (self.slots.altimeter.is_none() || p.has("weather, wind, winds")), Intent::WeatherRequest);
        let ready = p.has(
            "ready for departure, ready for takeoff, ready to go, ready to depart, ready at, ready in sequence, ready for \
            immediate, ready runway, ready for, number # for departure, ready to takeoff, ready departure, ready, number # \
            at, next for takeoff, ready in, can take it from, can depart from _ intersection",
        ) && !p.has(
            "ready to taxi, ready for taxi, ready taxi, ready to copy, ready to start, ready for start, ready for pushback, ready for \
            push, ready to push, ready for ifr, ready for clearance, ready to readback, ready for _ clearance, ready to go to, ready to switch, ready for \
            descent, ready for lower, ready for higher",
        );
        let back = p.has(
            "ready to go back, ready to return, ready to come back, ready to park, ready to shut, ready for parking, ready for the ramp",
        );
        let ready = ready && !self.slots.not_ready && !back;
        f.add(ready, Intent::DepartureReady);
        let takeoff = p.has(
            "takeoff, takingoff, immediate departure, intersection departure, to depart, request departure, requesting \
            departure, rolling, departure clearance",
        );
        let other_end = asks
            && self.facility == Some(Facility::Tower)
            && self.slots.runway.is_some()
            && p.has("like runway, request runway, requesting runway, want runway, use runway, take runway")
            && p.has("departure, takeoff, to depart");
        let hurry = p.has(
            "get out right, get out now, get out before, get out ahead, out ahead of, out before, squeeze out, squeeze in front, \
            squeeze us, sneak out, slip out, go before, go ahead of, depart before, depart ahead, depart right away, depart now, \
            go right now, go right away, go right behind, leave right away, off before, off ahead of, room to go, get going, get airborne, \
            get us out, let us go, can we go |",
        );
        let special_out = self.slots.special_vfr && asks && !p.has("inbound, landing, to land, enter, into, transition");
        f.add(
            special_out
                || !self.slots.not_ready && other_end
                || !self.slots.not_ready && hurry && self.facility == Some(Facility::Tower) && asks && self.slots.distance_nm.is_none(),
            Intent::TakeoffRequest,
        );
        f.add(
            takeoff
                && !ready
                && !self.slots.not_ready
                && !out_of_pattern
                && !p.has("cancel takeoff, after takeoff, vfr departure, rejected takeoff, cleared")
                && !p.has(STOPPED)
                && (asks || self.station || p.has("takingoff")),
            Intent::TakeoffRequest,
        );
        let level = p.has(
            "higher, lower, go down, go up, come down to, get down, climb, descent, descend, different altitude, altitude change, another altitude, new altitude, \
            change altitude, request altitude, chance of # thousand, have # thousand, get # thousand, try # thousand, try # # #, try flight level, take # thousand, request altitude, request level, request flight level, request _ thousand, like _ thousand, \
            request # thousand, level change, cruise, cruising, top of descent, ready for descent, ready for lower",
        );
        f.add(
            level
                && (asks || p.has("ready for, looking for, going to climb, going to descend, going to go up, going to go down"))
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
            self.slots.deviation.is_some()
                || asks
                    && p.has("request heading, requesting heading, request _ heading, vectors around, deviate, deviation")
                    && self.slots.altitude_ft.is_empty(),
            Intent::HeadingReport,
        );
        let circuits = p.has(
            "closed traffic, in the pattern, circuits, circuit, pattern work, remain in the, stay in the, short approach, \
            another circuit, the pattern, left traffic, right traffic, around the pattern, touch and goes in, bounce and \
            go, laps",
        );
        let straight_to_land = p.has("land straight in");
        // En route, "inbound" is to a fix.
        let fix = self.facility == Some(Facility::Center) && !p.has("landing, land, full stop");
        let at_field = !fix
            && p.has("inbound, full stop, to land, for landing, landing, come in, like to come back, want to come back, coming back, need to come back, return to land, returning to land")
            && !p.has("landing light, instead of landing, after landing, emergency landing, landing gear, landing traffic");
        let leg = p.has("abeam")
            || self
                .slots
                .position
                .as_deref()
                .is_some_and(|x| ["downwind", "base", "final", "crosswind", "upwind", "hold_short"].contains(&x));
        let touch = matches!(
            self.slots.landing,
            Some(
                crate::instruction::Landing::TouchAndGo
                    | crate::instruction::Landing::StopAndGo
                    | crate::instruction::Landing::Option
                    | crate::instruction::Landing::LowApproach
            )
        );
        let bearing = p.has("# to the, # north, # south, # east, # west, miles") && self.slots.direction.is_some();
        let far = (self.slots.distance_nm.is_some() || bearing) && !leg;
        f.add(
            at_field && self.caller && self.slots.atis.is_some() && !leg && !asks && !self.ctx.pending
                || self.slots.special_vfr && asks && p.has("inbound, landing, to land, enter, into")
                || at_field && (far || !leg && (self.station || asks) || p.has("inbound") && !leg) && !(approach && asks)
                || landing_clearance
                || straight_to_land
                || asks && p.has("full stop, to land")
                || far && touch && self.station,
            Intent::InboundLanding,
        );
        f.add(touch && (asks || self.station), Intent::TouchAndGoRequest);
        f.add(taxi && (station || p.has("ready to taxi")) && !parking, Intent::TaxiRequest);
        f.add(circuits && (asks || self.station) && !out_of_pattern, Intent::PatternRequest);
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
}
