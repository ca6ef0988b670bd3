//! The controller's part of an exchange: the engine decides about the other aircraft as it would about the pilot's own, with the pilot as
//! one of the other aircraft. An answer that does not fit what the aircraft really does is not spoken.

use super::call::{self, Caller};
use super::{By, Exchange, Follow, Line, Topic, as_reported};
use crate::airports::Station;
use crate::instruction::{Address, Instruction, Item, Landing, ReportPoint};
use crate::phase::Phase;
use crate::record::Record;
use crate::report::{Other, Report};
use crate::situation::Situation;
use crate::tracks::Track;
use crate::units::{Facility, Runway, Time};
use crate::{Engine, Setup, intent, say, telephony};

/// The exchange about a topic; `None` if the controller would not say what fits.
pub(super) fn of(engine: &Engine, now: Time, unit: &Station, track: &Track, other: &Follow, topic: Topic) -> Option<Exchange> {
    let callsign = track.callsign.clone()?;
    let mut desk = engine.in_place_of(track, other)?;
    // An aircraft that this unit would not hear speaks on another frequency.
    if desk.station().as_ref() != Some(unit) {
        return None;
    }
    let s = desk.situation(unit, &intent::Understanding::default())?;
    let by = Caller {
        callsign: &callsign,
        aircraft_type: track.aircraft_type.as_deref(),
        side: other.tracker.side(),
        known: other.contacted.contains(&unit.facility),
        vertical_fpm: track.vertical_fpm,
    };
    let call = call::of(topic, &s, &by);
    let mut lines: Vec<Line> = call.iter().map(|t| Line { by: By::Pilot, transmission: t.clone() }).collect();
    if unit.facility != Facility::Ctaf {
        let instruction = match topic {
            Topic::CheckIn => addressed(&s, &by, check_in(&s, track)),
            Topic::Handoff => addressed(&s, &by, handoff(&s)?),
            _ => {
                let text = &call.as_ref()?.text;
                let heard = desk.understand(text);
                let reply = desk.answer(now, text, heard).reply?;
                let free = engine.leaves_free(topic, s.runway_here, s.region.lands_in_sequence);
                let items = Some(reply.instruction.items).filter(|_| free).and_then(|items| fitting(topic, s.runway_here, items))?;
                Instruction { items, ..reply.instruction }
            }
        };
        if instruction.to != callsign || matches!(instruction.address, Address::Nobody | Address::All) {
            return None;
        }
        let transmission = say::render(&instruction, s.region, by.aircraft_type);
        lines.push(Line { by: By::Controller, transmission });
        let back = call::readback(&instruction.items, instruction.address, &by, s.region);
        lines.extend(back.map(|transmission| Line { by: By::Pilot, transmission }));
    }
    (!lines.is_empty()).then_some(Exchange { callsign, station: unit.clone(), topic, lines })
}

/// An instruction that the unit gives without a decision about runways.
fn addressed(s: &Situation, by: &Caller, items: Vec<Item>) -> Instruction {
    let address = if by.known { Address::Short } else { Address::Full };
    Instruction { to: by.callsign.clone(), address, from: s.facility, station: s.own_station().filter(|_| !by.known), items }
}

/// The answer to a first call: radar contact, and for an arrival below the transition level the pressure setting.
fn check_in(s: &Situation, track: &Track) -> Vec<Item> {
    let low = s.altitude_ft.is_some_and(|feet| !s.is_level(feet));
    let pressure = s.pressure().filter(|_| track.vertical_fpm < 0.0 && low);
    [Item::RadarContact(None)].into_iter().chain(pressure).collect()
}

/// The next unit, if it works on another frequency.
fn handoff(s: &Situation) -> Option<Vec<Item>> {
    let next = if s.facility.is_radar() { s.station(Facility::Tower).cloned() } else { s.next_unit.clone() };
    let next = next.filter(|n| s.frequency.is_none_or(|f| !n.frequency.same_channel(f)))?;
    let unit = if next.facility.is_radar() { next.name } else { s.unit_name(next.facility) };
    Some(vec![Item::Contact { unit, frequency: Some(next.frequency) }])
}

/// The answer, as far as it fits what the aircraft does; `None` if it does not. Nothing is added to what was decided, except the report on
/// final in place of a landing clearance that would come too early.
fn fitting(topic: Topic, here: Option<Runway>, items: Vec<Item>) -> Option<Vec<Item>> {
    let only = |fits: fn(&Item) -> bool| items.iter().all(fits);
    let there = items.iter().all(|i| !matches!(i, Item::Runway(r) if here.is_some() && Some(*r) != here));
    match topic {
        Topic::Takeoff => {
            let cleared = items.iter().any(|i| matches!(i, Item::ClearedForTakeoff { .. }));
            let plain = only(|i| matches!(i, Item::Wind { .. } | Item::Runway(_) | Item::ClearedForTakeoff { .. } | Item::Traffic(_)));
            (cleared && plain && there).then_some(items)
        }
        Topic::Landing => {
            let decided = items.iter().any(|i| matches!(i, Item::Cleared(Landing::FullStop) | Item::Continue));
            let plain = only(|i| {
                let about = matches!(i, Item::Wind { .. } | Item::Runway(_) | Item::Sequence { .. } | Item::Traffic(_));
                about || matches!(i, Item::Cleared(Landing::FullStop) | Item::Continue)
            });
            (decided && plain && there).then_some(items)
        }
        Topic::Leg => {
            let plain = only(|i| {
                let place = matches!(i, Item::Wind { .. } | Item::Runway(_) | Item::Sequence { .. } | Item::Traffic(_) | Item::Continue);
                place || matches!(i, Item::Report(_) | Item::Cleared(Landing::FullStop))
            });
            let mut kept: Vec<Item> = items.into_iter().filter(|i| matches!(i, Item::Sequence { .. })).collect();
            kept.push(Item::Report(ReportPoint::Words("final".into())));
            (plain && there).then_some(kept)
        }
        Topic::GoAround => items.contains(&Item::Roger).then(|| vec![Item::Roger]),
        Topic::Vacated | Topic::TaxiIn => {
            let plain = only(|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. } | Item::TaxiToParking { .. } | Item::Roger));
            plain.then(|| without_route(items))
        }
        Topic::Taxi => {
            // A route that crosses a runway is not spoken: nobody knows whether the aircraft takes it.
            let taxis = items.iter().any(|i| matches!(i, Item::Taxi { .. }));
            let plain =
                only(|i| matches!(i, Item::Runway(_) | Item::Taxi { .. } | Item::Pressure(_) | Item::Wind { .. } | Item::AtisCurrent(_)));
            (taxis && plain).then(|| without_route(items))
        }
        Topic::Handoff | Topic::CheckIn => None,
    }
}

/// The items without taxiways: the aircraft may take others.
fn without_route(items: Vec<Item>) -> Vec<Item> {
    let short = |i| match i {
        Item::Taxi { to_holding_point, .. } => Item::Taxi { via: Vec::new(), to_holding_point },
        Item::TaxiToParking { place, .. } => Item::TaxiToParking { place, via: Vec::new() },
        other => other,
    };
    items.into_iter().map(short).collect()
}

impl Engine {
    /// Whether the pilot's own clearances leave this runway to another aircraft.
    fn leaves_free(&self, topic: Topic, runway: Option<Runway>, in_sequence: bool) -> bool {
        let Some(runway) = runway else { return true };
        let strip = |r: Option<Runway>| r.is_some_and(|r| r == runway || r == runway.reciprocal());
        let r = &self.record;
        let used = strip(r.takeoff) || strip(r.lined_up) || strip(r.crossing);
        let lands = strip(r.landing.map(|(r, _)| r));
        match topic {
            Topic::Takeoff => !used && !lands,
            // Outside the United States nobody is cleared to land behind or ahead of another landing clearance.
            Topic::Landing => !used && (!lands || in_sequence),
            _ => true,
        }
    }

    /// This controller's view of another aircraft, with the pilot's aircraft as traffic. A copy: nothing that it decides reaches the pilot.
    fn in_place_of(&self, track: &Track, other: &Follow) -> Option<Engine> {
        let airport = self.airport.as_ref()?;
        let own = self.report.position.map(|position| Other {
            callsign: self.callsign().cloned(),
            aircraft_type: self.aircraft_type(),
            position,
            altitude_ft: self.report.altitude_ft,
            heading_true: self.report.heading_true,
            ground_speed_kt: self.report.ground_speed_kt,
            on_ground: self.report.on_ground,
        });
        let others = self.report.others.iter().filter(|o| o.callsign != track.callsign).cloned().chain(own).collect();
        let airline = track.callsign.as_ref().is_some_and(telephony::is_airline);
        let record = Record {
            contacted: other.contacted.clone(),
            ifr: airline,
            // It has one, but nobody here knows its name.
            departure: airline.then(String::new),
            ..Record::default()
        };
        // The clearance is spoken while the aircraft begins to roll.
        let phase = match other.tracker.phase() {
            Phase::TakeoffRoll => Phase::LineUpAndWait,
            phase => phase,
        };
        Some(Engine {
            setup: Setup { callsign: track.callsign.clone(), aircraft_type: track.aircraft_type.clone(), ..Setup::default() },
            report: Report { cockpit: self.report.cockpit.clone(), others, ..as_reported(track, self, airport) },
            tracker: other.tracker.clone(),
            phase,
            airport: self.airport.clone(),
            record,
            atis: self.atis.clone(),
            airspaces: self.airspaces.clone(),
            chosen_at: self.chosen_at,
            around: self.around.clone(),
            ..Engine::new(self.airports.clone(), Setup::default())
        })
    }
}
