//! Answers to the questions in a call, by their form and subject. Every question gets an answer: a fact, a permission, or "no information". A
//! controller who says nothing leaves the pilot to wonder whether the question was heard.

use super::{in_pattern, sky, topics};
use crate::clearances;
use crate::gate;
use crate::hear::question::{Form, Subject};
use crate::instruction::{Item, Pressure};
use crate::intent::Understanding;
use crate::phase::Phase;
use crate::record::Record;
use crate::situation::Situation;
use crate::units::Facility;

/// The height of a traffic pattern above the field, feet (AIM 4-3-3).
const PATTERN_HEIGHT_FT: f64 = 1_000.0;

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// A fact that nothing here holds.
pub(super) fn no_information() -> Item {
    Item::Unable("no information on that here".into())
}

/// The answer to a question about these subjects; `None` if they have none here.
pub(super) fn answer(s: &Situation, r: &Record, heard: &Understanding, form: Form, subjects: &[Subject]) -> Option<Vec<Item>> {
    if let Some(items) = value(s, r, heard, form) {
        return Some(items);
    }
    let mut all = Vec::new();
    for subject in subjects {
        for item in about(s, r, heard, form, *subject) {
            if !all.contains(&item) {
                all.push(item);
            }
        }
    }
    (!all.is_empty()).then_some(all)
}

/// A value that the pilot asks to have confirmed.
fn value(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    if form != Form::Whether {
        return None;
    }
    let verdict = |right: bool, item: Item| if right { vec![Item::Affirm] } else { vec![Item::Negative, item] };
    let slots = &heard.slots;
    if let Some(code) = slots.squawk {
        let own = r.squawk.or(s.assigned_squawk);
        return Some(own.map_or_else(|| vec![Item::SquawkVfr], |c| verdict(c == code, Item::Squawk(c))));
    }
    if let Some(said) = &slots.altimeter {
        let item = s.pressure()?;
        let now = match item {
            Item::Pressure(Pressure::Altimeter(hundredths)) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
            Item::Pressure(Pressure::Qnh(hpa) | Pressure::Qfe(hpa)) => hpa.to_string(),
            _ => return None,
        };
        return Some(verdict(now == *said, item));
    }
    None
}

fn about(s: &Situation, r: &Record, heard: &Understanding, form: Form, subject: Subject) -> Vec<Item> {
    let asks_leave = matches!(form, Form::Requests | Form::Whether | Form::Either);
    let tower = s.facility == Facility::Tower;
    let one = |words: &str| vec![advice(words)];
    let runway = r.takeoff.or(r.landing.map(|(x, _)| x)).or(r.taxi.filter(|_| s.on_ground)).or(r.pattern_runway).or(s.active);
    match subject {
        Subject::Code if form != Form::States && heard.slots.squawk.is_none() => {
            let own = r.squawk.or(s.assigned_squawk);
            own.map_or_else(|| if s.ifr { Vec::new() } else { vec![Item::SquawkVfr] }, |code| vec![Item::Squawk(code)])
        }
        Subject::Pressure if heard.slots.altimeter.is_none() && heard.remarks.weather_at.is_none() => s.pressure().into_iter().collect(),
        Subject::Wind if heard.remarks.weather_at.is_none() && !elsewhere(s) => s.wind().into_iter().collect(),
        Subject::RunwayInUse if heard.remarks.weather_at.is_none() => {
            let given = r.takeoff.or(r.landing.map(|(x, _)| x)).or(if s.on_ground { r.taxi } else { r.expects.or(r.pattern_runway) });
            let arrival = s.arrival.as_ref().and_then(|a| a.runway);
            match (given.or(arrival).filter(|_| !s.on_ground || given.is_some()), s.active.filter(|_| !elsewhere(s))) {
                (Some(x), _) => vec![advice(format!("runway {x}"))],
                (None, Some(x)) => vec![advice(format!("runway {x} in use"))],
                (None, None) => Vec::new(),
            }
        }
        Subject::Heading if s.facility.is_radar() && !s.on_ground && heard.slots.heading.is_none() && heard.requests.is_empty() => {
            let vector = super::instruments::arrival(s)
                .filter(|a| s.ifr && !r.on_course && super::instruments::gives_approach(s, a))
                .and_then(|a| super::vectors::now(s, r, a));
            match (vector, s.heading_mag.filter(|_| s.ifr && !r.on_course)) {
                (Some(items), _) => items,
                (None, Some(now)) => {
                    let degrees = (((now / 5.0).round() * 5.0) as u16 + 359) % 360 + 1;
                    vec![Item::Heading { turn: None, degrees }]
                }
                (None, None) => one("own navigation"),
            }
        }
        Subject::Fuel if s.on_ground && !s.on_runway && form == Form::Requests => one("approved as requested"),
        Subject::Fuel | Subject::Services if s.on_ground || !s.ifr => {
            vec![Item::Unable("no information about services on the apron".into())]
        }
        Subject::RunUp if s.on_ground && !s.on_runway => match form {
            Form::Requests | Form::Whether => vec![advice("approved as requested"), advice("advise when ready")],
            _ => one("run-up at your discretion, advise when ready"),
        },
        Subject::Intersection if s.on_ground => runway.map(|x| advice(format!("full length runway {x}"))).into_iter().collect(),
        Subject::Wake => {
            let near = s.finals.iter().chain(&s.traffic).any(|t| topics::heavy(&t.words));
            one(if near { "caution wake turbulence" } else { "no heavy traffic reported" })
        }
        Subject::WindShear => s.wind().into_iter().chain([advice("no wind shear reported")]).collect(),
        // A simulator reports the visibility around the aircraft, which is not the field's in flight.
        Subject::Visibility if s.visibility_sm().is_none() => vec![Item::Unable("field visibility not available".into())],
        Subject::Sky if heard.remarks.weather_at.is_none() && !elsewhere(s) => {
            let told = sky::told(s);
            if told.is_empty() { vec![Item::Unable("visibility and ceiling not available here".into())] } else { told }
        }
        Subject::Temperature if s.on_ground => match s.weather.temperature_c {
            Some(t) => vec![advice(format!("temperature {}", t.round()))],
            None => vec![Item::Unable("temperature not available here".into())],
        },
        Subject::Clock => match s.utc_min {
            Some(m) => vec![advice(format!("time {:02}{:02}", m / 60, m % 60))],
            None => vec![no_information()],
        },
        Subject::FlightPlan if form != Form::Requests => match &s.flight_plan {
            Some(_) => vec![Item::Affirm, advice("flight plan on file")],
            None => vec![Item::Negative, advice("no flight plan on file")],
        },
        Subject::Relay => one("will pass it on"),
        Subject::Copied if form == Form::Whether => vec![Item::Affirm],
        Subject::PatternHeight => match s.elevation_ft {
            Some(e) => {
                let feet = ((e + PATTERN_HEIGHT_FT) / 100.0).round() as i32 * 100;
                vec![advice(format!("{} feet", super::radar::grouped(feet)))]
            }
            None => vec![no_information()],
        },
        Subject::Position => match (s.runway_here.filter(|_| s.on_ground), &s.position) {
            (Some(x), _) => vec![advice(format!("position at runway {x}"))],
            (None, Some(p)) if !s.on_ground => vec![advice(format!("position {p}"))],
            _ => vec![no_information()],
        },
        Subject::WeatherShown => vec![Item::Unable("no weather display here".into())],
        Subject::NextUnit => next_unit(s, r, heard),
        Subject::Rollout if tower && (s.on_runway || r.landing.is_some() || in_pattern(s.phase)) => match form {
            Form::What => one("vacate at your discretion"),
            _ => one("approved as requested"),
        },
        Subject::ShortApproach | Subject::Extend | Subject::Orbit
            if tower && asks_leave && !s.on_ground && !s.ifr && in_pattern(s.phase) =>
        {
            one("approved as requested")
        }
        // A visual flight outside the pattern turns as it likes.
        Subject::ShortApproach | Subject::Extend | Subject::Orbit if asks_leave && !s.on_ground && !s.ifr && !tower => {
            vec![advice("approved as requested"), advice("maintain VFR")]
        }
        Subject::TurnBase if tower && in_pattern(s.phase) => one("base turn at your discretion"),
        Subject::Minimum if !s.on_ground => match s.floor_ft.max(s.minimum_ft) {
            Some(feet) => vec![advice(format!("minimum altitude here {}", super::radar::grouped((feet + 99) / 100 * 100)))],
            None => vec![Item::Unable("minimum altitude not available here".into())],
        },
        Subject::RunwayClear => match runway {
            Some(x) => match s.in_the_way(x) {
                Some(who) => vec![Item::Traffic(who)],
                None => vec![advice(format!("runway {x} is clear"))],
            },
            None => Vec::new(),
        },
        Subject::Ride | Subject::Icing => one("no reports received here"),
        Subject::Airspace => vec![Item::Unable("no information on that airspace here".into())],
        _ => Vec::new(),
    }
}

/// The facts of this field are not those of the place where the aircraft is.
fn elsewhere(s: &Situation) -> bool {
    !s.on_ground && s.arrival.as_ref().is_some_and(|a| a.icao != s.icao)
}

/// The unit to call next, and when.
fn next_unit(s: &Situation, r: &Record, heard: &Understanding) -> Vec<Item> {
    let named = heard.remarks.frequency_of;
    let there = |f: Facility| s.station(f).map(|u| advice(format!("{} is {}", u.name, u.frequency)));
    if s.on_ground {
        let landed = r.arrived || matches!(s.phase, Phase::LandingRoll | Phase::TaxiIn);
        let next = match s.facility {
            Facility::Clearance => Some(Facility::Ground),
            Facility::Ground if !landed => Some(Facility::Tower),
            Facility::Tower if landed && !s.tower_works_ground() => Some(Facility::Ground),
            _ => None,
        };
        return match next.and_then(|f| s.station(f).map(|_| f)) {
            Some(Facility::Tower) if s.phase == Phase::HoldingShort => vec![s.contact(Facility::Tower)],
            Some(Facility::Ground) if s.facility == Facility::Tower && !s.on_runway => vec![s.contact(Facility::Ground)],
            Some(f) => there(f).into_iter().chain([advice("when ready")]).collect(),
            None => vec![Item::RemainThisFrequency],
        };
    }
    match &s.next_unit {
        Some(next) => vec![Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }],
        None if named.is_some_and(|f| f != s.facility) => named.and_then(there).into_iter().chain([Item::RemainThisFrequency]).collect(),
        None => vec![Item::RemainThisFrequency],
    }
}

/// The landing clearance that is asked for by an aircraft in distress.
pub(super) fn landing(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let leave = gate::asks_to_land(heard)?;
    let runway = r.landing.map(|(x, _)| x).or(r.expects).or_else(|| s.runway_for(heard.slots.runway))?;
    // In distress, the radar controller passes the tower's clearance on.
    if !s.live || s.on_ground || !(s.facility == Facility::Tower || s.facility.is_radar()) || s.runway_blocked(runway) {
        return None;
    }
    Some(s.wind().into_iter().chain([Item::Runway(runway), clearances::landing(&leave, crate::instruction::Landing::FullStop)]).collect())
}
