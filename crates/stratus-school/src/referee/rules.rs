//! Invariants 1 to 4, 6 and 7: judges transmissions, and what happens between them.

use stratus_airports::runway::geometry;
use stratus_atc::instruction::{Climb, Item, Pressure};
use stratus_units::{Frequency, Runway, Squawk, Transition, turn};

use super::{Referee, Said, View};
use crate::guide;
use crate::pilot::Stage;

/// The distance of an assigned altitude from the terrain, feet: IFR (14 CFR 91.177 a 2), and the minimum of a visual flight.
const CLEAR_IFR_FT: f64 = 1000.0;
const CLEAR_VFR_FT: f64 = 500.0;
/// The distance around the aircraft, and ahead of it, within which terrain counts, nautical miles.
const AROUND_NM: f64 = 3.0;
const AHEAD_NM: f64 = 8.0;
/// The distance of traffic in front of which no departure is cleared: on final, and from the other end, nautical miles.
const FINAL_NM: f64 = 1.5;
const OPPOSITE_NM: f64 = 5.0;

/// Judges a transmission.
pub(super) fn judge(r: &mut Referee<'_>, v: &View<'_>, said: &Said) {
    let mut runway = None;
    // "Negative, runway 31, cleared to land" repeats an active clearance.
    let repeats = matches!(said.items.first(), Some(Item::Negative | Item::ReadBack(_)));
    for (n, item) in said.items.iter().enumerate() {
        if let Item::Runway(x) = item {
            runway = Some(*x);
        }
        let next = said.items.get(n + 1).and_then(|i| if let Item::Runway(x) = i { Some(*x) } else { None });
        let about = runway.or(next);
        if !repeats {
            one_runway(r, v, item, about, next.or(runway), said);
            runway_in_use(r, v, item, about, said);
            air_and_ground(r, v, item, said);
            asked_for(r, v, item, said);
        }
        floor(r, v, item, said);
        rules_of_flight(r, v, item, said);
        facts(r, v, item, said);
    }
    if said.to != r.s.callsign {
        r.breach(7, "another callsign", v.t, said.text.clone());
    }
}

/// Invariant 1: the expected, vectored and cleared runway agree unless a change was announced.
fn one_runway(r: &mut Referee<'_>, v: &View<'_>, item: &Item, about: Option<Runway>, behind: Option<Runway>, said: &Said) {
    let change = said
        .items
        .iter()
        .any(|i| matches!(i, Item::ChangeRunway(_)) || matches!(i, Item::Advice(w) if w.contains("change") || w.contains("in use")));
    match item {
        Item::Taxi { .. } => r.out = about.or(r.out),
        Item::ClearedForTakeoff { .. } | Item::LineUpAndWait => {
            if let (Some(told), Some(now)) = (r.out, about)
                && told != now
                && !change
            {
                r.breach(1, "take-off from another runway than taxied to", v.t, format!("{} (taxi: runway {told})", said.text));
            }
        }
        Item::Enter(..) | Item::StraightIn | Item::Approach { expect: true, .. } => r.arrival = behind.or(r.arrival),
        Item::Cleared(_) => {
            if let (Some(told), Some(now)) = (r.arrival, about)
                && told != now
                && !change
            {
                r.breach(1, "landing on another runway than expected", v.t, format!("{} (expected: runway {told})", said.text));
            }
            r.arrival = about.or(r.arrival);
        }
        Item::Approach { expect: false, .. } => {
            if let (Some(told), Some(now)) = (r.arrival, behind)
                && told != now
                && !change
            {
                r.breach(1, "an approach to another runway than expected", v.t, format!("{} (expected: runway {told})", said.text));
            }
            r.arrival = behind.or(r.arrival);
        }
        _ => {}
    }
}

/// Invariant 2: no aircraft is cleared onto a runway that is occupied, closed, or about to be used.
fn runway_in_use(r: &mut Referee<'_>, v: &View<'_>, item: &Item, about: Option<Runway>, said: &Said) {
    let (enters, lands) = match item {
        Item::ClearedForTakeoff { .. } | Item::LineUpAndWait => (about, None),
        Item::Cross { runway, .. } => (Some(*runway), None),
        Item::Cleared(_) => (None, about),
        _ => return,
    };
    if said.items.iter().any(|i| matches!(i, Item::Condition(_))) {
        return;
    }
    if let Some(x) = enters {
        // "Line up and wait" behind an aircraft that rolls away is safe.
        let up = matches!(item, Item::LineUpAndWait);
        let behind = up && geometry(v.field, x).is_some_and(|g| v.traffic.leaves_room(x, guide::before(&g, v.a.position).0));
        if v.traffic.on_runway(x) && !behind {
            r.breach(2, "cleared onto an occupied runway", v.t, said.text.clone());
        }
        let takeoff = matches!(item, Item::ClearedForTakeoff { .. });
        match v.traffic.nearest_final(x) {
            Some((nm, end)) if end == x.reciprocal() && nm < OPPOSITE_NM && takeoff => {
                r.breach(2, "cleared for take-off against traffic from the other end", v.t, format!("{} ({nm:.1} miles)", said.text));
            }
            Some((nm, _)) if nm < FINAL_NM => {
                r.breach(2, "cleared onto a runway in front of traffic", v.t, format!("{} ({nm:.1} miles)", said.text));
            }
            _ => {}
        }
    }
    if let Some(x) = lands
        && let Some(g) = geometry(v.field, x)
        && guide::before(&g, v.a.position).0 < 0.8
        && v.traffic.on_runway(x)
    {
        r.breach(2, "cleared to land on an occupied runway", v.t, said.text.clone());
    }
    if let Some(x) = enters.or(lands)
        && v.field.runways.iter().any(|s| s.closed && s.ends.iter().any(|e| e.runway == x))
    {
        r.breach(2, "cleared onto a closed runway", v.t, said.text.clone());
    }
}

/// Invariant 2: an aircraft in the air gets no instruction for the ground, and the reverse.
fn air_and_ground(r: &mut Referee<'_>, v: &View<'_>, item: &Item, said: &Said) {
    let ground = matches!(
        item,
        Item::HoldShort { .. }
            | Item::Taxi { .. }
            | Item::TaxiToParking { .. }
            | Item::Cross { .. }
            | Item::LineUpAndWait
            | Item::ClearedForTakeoff { .. }
            | Item::Pushback { .. }
    );
    let air = matches!(item, Item::GoAround | Item::Continue | Item::Cleared(_) | Item::Enter(..) | Item::StraightIn);
    let up = !v.a.on_ground && v.a.altitude_ft > v.field.elevation_ft + 60.0;
    // A transmission that begins on short final may end on the runway.
    let down = v.a.on_ground && !matches!(v.stage, Stage::Rollout | Stage::Roll);
    if ground && up {
        r.breach(2, "told in the air what is for the ground", v.t, said.text.clone());
    } else if air && down {
        r.breach(2, "told on the ground what is for the air", v.t, said.text.clone());
    }
}

/// Invariant 6: no clearance is given that was neither requested nor owed.
fn asked_for(r: &mut Referee<'_>, v: &View<'_>, item: &Item, said: &Said) {
    match item {
        Item::ClearedForTakeoff { .. } | Item::LineUpAndWait if !r.asked_departure && v.a.on_ground => {
            r.breach(6, "a take-off clearance that nobody asked for", v.t, said.text.clone());
        }
        Item::Cleared(_) if !r.asked_anything_in_flight && !r.ifr => {
            r.breach(6, "a landing clearance that nobody asked for", v.t, said.text.clone());
        }
        _ => {}
    }
}

/// Invariant 3: no level or heading below the floor, no climb above what was filed or requested, no altitude where a level is due.
fn floor(r: &mut Referee<'_>, v: &View<'_>, item: &Item, said: &Said) {
    let clear = if r.ifr { CLEAR_IFR_FT } else { CLEAR_VFR_FT };
    match item {
        Item::Altitude { way, feet, level } => {
            let feet = f64::from(*feet);
            let ahead = (v.a.heading, if v.a.on_ground { 2.0 } else { AHEAD_NM });
            let highest = v.hills.highest_ft(v.a.position, AROUND_NM, Some(ahead));
            if *way != Climb::AtOrBelow && feet < highest + clear {
                let line = format!("{} (terrain {highest:.0} ft)", said.text);
                r.breach(3, "an altitude too near the terrain", v.t, line);
            }
            if r.ifr && feet > r.s.cruise_ft + 100.0 && *way != Climb::Descend {
                r.breach(3, "higher than filed", v.t, format!("{} (filed {:.0})", said.text, r.s.cruise_ft));
            }
            let transition = Transition::of(v.field.region, &v.field.icao, None);
            if *level != transition.level_of(feet as i32).is_flight() {
                r.breach(3, "an altitude where a level belongs, or the reverse", v.t, said.text.clone());
            }
        }
        Item::Heading { degrees, .. } if !v.a.on_ground => {
            let track = f64::from(*degrees) + v.field.variation;
            let highest = v.hills.highest_ft(v.a.position, 0.5, Some((track, AHEAD_NM)));
            let lowest = said.items.iter().find_map(|i| if let Item::Altitude { feet, .. } = i { Some(f64::from(*feet)) } else { None });
            if v.a.altitude_ft.min(lowest.unwrap_or(f64::INFINITY)) < highest + clear * 0.5 {
                r.breach(3, "a heading into terrain", v.t, format!("{} (terrain {highest:.0} ft)", said.text));
            }
        }
        _ => {}
    }
}

/// Invariant 4: a visual flight gets nothing that belongs to instrument flight, and the reverse.
fn rules_of_flight(r: &mut Referee<'_>, v: &View<'_>, item: &Item, said: &Said) {
    let visual = match item {
        Item::ClosedTraffic(_) | Item::Enter(..) | Item::SquawkVfr => true,
        Item::Altitude { way, .. } => matches!(way, Climb::AtOrBelow | Climb::AtOrAbove),
        Item::Advice(w) => w.contains("VFR"),
        Item::RadarServiceTerminated => !v.a.on_ground,
        _ => false,
    };
    let instrument = matches!(item, Item::ClearedTo { .. } | Item::UntilEstablished | Item::Approach { .. });
    if r.ifr && visual {
        r.breach(4, "visual flight's words to an instrument flight", v.t, said.text.clone());
    } else if !r.ifr && instrument {
        r.breach(4, "instrument flight's words to a visual flight", v.t, said.text.clone());
    }
}

/// Invariant 7: numbers, names and frequencies match the place.
fn facts(r: &mut Referee<'_>, v: &View<'_>, item: &Item, said: &Said) {
    let w = &r.s.weather;
    let wrong = match item {
        Item::Contact { unit, frequency: Some(f) } | Item::Monitor { unit, frequency: Some(f) } => station_is_wrong(r, v, unit, *f),
        Item::Runway(x) | Item::HoldShort { runway: x, .. } | Item::Cross { runway: x, .. } => {
            let there = [v.field, &r.s.from, &r.s.to].into_iter().any(|a| a.strips_ends().contains(x));
            (!there).then_some("a runway that does not exist")
        }
        Item::Wind { dir, knots } => {
            let off = w.wind_dir.map_or(0.0, |d| turn(d, f64::from(*dir)).abs());
            let calm = w.wind_kt.is_some_and(|k| k < 3.0);
            let kt = w.wind_kt.map_or(0.0, |k| (k - f64::from(*knots)).abs());
            (off > 6.0 && !calm || kt > 1.5).then_some("another wind than there is")
        }
        Item::Pressure(p) => {
            let inches = match p {
                Pressure::Altimeter(n) => f64::from(*n) / 100.0,
                Pressure::Qnh(q) => f64::from(*q) / 33.8639,
                // Reduced to sea level, in the standard atmosphere.
                Pressure::Qfe(q) => f64::from(*q) / (1.0 - v.field.elevation_ft * 0.3048 / 44_330.77).powf(5.255_88) / 33.8639,
            };
            w.altimeter_inhg.filter(|a| (a - inches).abs() > 0.04).map(|_| "another pressure than there is")
        }
        Item::Squawk(code) => reserved(*code).then_some("a code that nobody may be given"),
        Item::Heading { degrees, .. } => (!(1..=360).contains(degrees)).then_some("a heading that does not exist"),
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } => {
            let edges = v.field.taxiways.as_ref().map(|g| &g.edges);
            let unknown = via.iter().any(|t| edges.is_none_or(|e| !e.iter().any(|e| e.name == *t)));
            unknown.then_some("a taxiway that is not known")
        }
        _ => None,
    };
    if let Some(kind) = wrong {
        r.breach(7, kind, v.t, said.text.clone());
    }
}

fn reserved(code: Squawk) -> bool {
    [Squawk::VFR_FAA, Squawk::VFR_ICAO, Squawk::HIJACK, Squawk::RADIO_FAILURE, Squawk::EMERGENCY].contains(&code)
}

/// Whether the frequency belongs to no unit within reach, or to a different unit.
fn station_is_wrong(r: &Referee<'_>, v: &View<'_>, unit: &str, f: Frequency) -> Option<&'static str> {
    let ours = r.s.from.stations.iter().chain(&r.s.to.stations).chain(&v.field.stations);
    let here: Vec<_> = ours.filter(|s| s.frequency.same_channel(f)).collect();
    if here.is_empty() {
        return v.airports.heard_on(f, v.a.position).is_none().then_some("a frequency that nobody has");
    }
    let called = unit.to_lowercase();
    let fits = here.iter().any(|s| s.name.to_lowercase() == called || called.contains(&s.facility.word().to_lowercase()));
    (!fits).then_some("a frequency of another unit")
}

/// What is observed between transmissions: an aircraft over an occupied runway must have been sent around.
pub(super) fn watch(r: &mut Referee<'_>, v: &View<'_>) {
    let landing = matches!(v.stage, Stage::Pattern | Stage::Final) && !v.a.on_ground;
    if let Some(g) = r.arrival.filter(|_| landing).and_then(|x| geometry(v.field, x)) {
        let (before, right) = guide::before(&g, v.a.position);
        let sent = r.sent_around.is_some_and(|at| v.t.saturating_sub(at) < 60);
        let low = v.a.altitude_ft < v.field.elevation_ft + 300.0;
        if low && !sent && (0.0..0.2).contains(&before) && right.abs() < 0.1 && v.traffic.on_runway(g.runway) {
            r.breach(2, "over the threshold of an occupied runway, and not sent around", v.t, format!("runway {}", g.runway));
        }
    }
}
