//! What a pilot tells: where, how high, what is in sight.

use super::{Found, Scene, VACATED};
use crate::entities;
use crate::intent::Intent;
use crate::units::Facility;

impl Scene<'_> {
    /// Every report of the transmission.
    pub(super) fn reports(&self, f: &mut Found) {
        let p = self.p;
        let none = p.has(
            "negative contact, no joy, looking for traffic, looking for the, not in sight, searching, no contact, negative \
            traffic, do not see, do not have _ traffic, do not have him, not sighted, no sight of, do not have them, do not have it, do not see him, lost sight, negative sight, no traffic, no visual, looking, lost \
            the traffic, negative in sight, not seeing, negative visual, cannot see, not visually, not visual",
        ) && !p.has(
            "looking to, looking for lower, looking for higher, looking for a, looking for our, looking for my, looking for clearance, \
            looking for the clearance, looking for the runway, looking for ifr, cannot see anything, cannot see out",
        );
        f.add(none && !self.has("looking for the option"), Intent::NegativeContact);
        let field = p.has(
            "field in sight, airport in sight, runway in sight, airfield in sight, runway _ in sight, have the field, has \
            the field, have the airport, has the airport, have the runway, field is in sight, got the field, got the \
            airport, airport _ in sight, see the field, see the airport, visual with the field, visual with the airfield, visual with the airport, visual with the aerodrome, see the runway, approach \
            lights in sight, have the _ airport, aerodrome in sight, visual with the runway")
            || p.has("field is, airport is") && p.has("got it, have it");
        f.add(field && !none, Intent::FieldInSight);
        f.add(
            !none
                && !field
                && (self.atc_said("traffic") && p.has("i see, we see, see the, see that, eyes on, have eyes")
                    || p.has(
                        "in sight, have the traffic, got the traffic, has the traffic, tally, tallyho, traffic visual, visual \
                    with, have him, got him, see the traffic, see him, visual contact, have traffic, visual on, have that \
                    traffic, got traffic, contact with the traffic, traffic is in sight, have the",
                    ))
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
                clear of your, stay clear, to clear _ runway, not clear, not _ clear of, not off the runway",
                ),
            Intent::ClearOfRunway,
        );
        let leg = self.slots.position.is_some();
        f.add(
            self.slots.heading.is_some()
                && (self.atc_said(
                    "say heading, report heading, say assigned heading, say your heading, say present heading, say magnetic heading, what heading, heading?",
                ) || p.has(
                    "steering, our heading, present heading, heading _ now, heading is, current heading, on a heading, on \
                        heading, flying heading, assigned heading",
                ) || self.slots.altitude_ft.is_empty() && p.begins("heading")),
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
                || (self.station || self.caller && !self.ctx.pending && self.ctx.last_atc.is_none())
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
        let pattern = self.slots.position.as_deref().is_some_and(|x| entities::LEGS.contains(&x) || x == "hold_short");
        let departing = departing && !(self.asks() && p.has("straight in"));
        let waits = self.facility == Some(Facility::Tower) && self.ctx.last_atc.is_none() && p.begins("number #");
        let departing = departing || waits && self.slots.runway.is_some() || self.slots.crossing && self.slots.runway.is_some();
        f.add((leg && (pilot || pattern)) || departing && (pilot || !p.has("over the, over")) || here, Intent::PositionReport);
    }
}
