//! A sortie: the flight to be flown, drawn from a seed: airport, weather, aircraft, rules, beginning and the pilot's habits.

use stratus_airports::data::Airports;
use stratus_airports::runway::{active, geometry};
use stratus_airports::world::World;
use stratus_airports::{Airport, runway};
use stratus_atc::report::{FlightPlan, Weather};
use stratus_atc::{spoken, telephony};
use stratus_units::region::Registrations;
use stratus_units::{Callsign, Facility, Region, Runway};

use crate::aircraft::{KINDS, Kind};
use crate::dice::Dice;

/// The kind of flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mission {
    /// A visual flight that stays in the traffic pattern.
    Circuits,
    /// A visual flight that arrives from outside.
    Arrival,
    /// A visual flight to another airport, with flight following.
    CrossCountry,
    /// An instrument flight to another airport.
    Instruments,
}

/// Where the flight begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// At the stand.
    Gate,
    /// At the holding point.
    Hold,
    /// At cruise.
    Cruise,
    /// On its way to the field that it lands at.
    Inbound,
}

/// The pilot's habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// A private pilot in the United States.
    Us,
    /// A private pilot in Europe.
    Europe,
    /// An airline crew.
    Airline,
    /// A student, who says more than necessary.
    Student,
    /// An experienced pilot, who says less.
    Terse,
}

impl Style {
    /// The style's word in the files of wordings.
    pub fn word(self) -> &'static str {
        match self {
            Style::Us => "us",
            Style::Europe => "europe",
            Style::Airline => "airline",
            Style::Student => "student",
            Style::Terse => "terse",
        }
    }
}

/// How often, in percent, a pilot does something that a controller must handle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faults {
    /// Reads back a wrong value.
    pub wrong_readback: f64,
    /// Does not read back at all.
    pub no_readback: f64,
    /// Is blocked by another transmission, so that the call is not heard.
    pub blocked: f64,
    /// Does not hear the controller to the end.
    pub cut_off: f64,
    /// Calls another unit of the field first.
    pub wrong_unit: f64,
    /// Goes around although cleared to land.
    pub goes_around: f64,
    /// Gets into distress or urgency.
    pub emergency: f64,
}

/// A flight to be flown.
#[derive(Debug, Clone)]
pub struct Sortie {
    /// The seed, which determines everything else.
    pub seed: u64,
    /// The kind of flight.
    pub mission: Mission,
    /// Where it begins.
    pub begin: Begin,
    /// The pilot's habits.
    pub style: Style,
    /// The pilot's faults.
    pub faults: Faults,
    /// The type.
    pub kind: &'static Kind,
    /// The callsign.
    pub callsign: Callsign,
    /// The spoken callsign in full.
    pub spoken_full: String,
    /// The spoken callsign after the first exchange.
    pub spoken_short: String,
    /// The departure, or the landing field if there is no departure.
    pub from: Airport,
    /// The landing field.
    pub to: Airport,
    /// The runway in use at `from`, given the wind.
    pub runway: Runway,
    /// The weather, the same everywhere.
    pub weather: Weather,
    /// Cruising altitude, feet.
    pub cruise_ft: f64,
    /// Touch-and-goes before the last landing.
    pub touch_and_goes: u8,
    /// Whether other aircraft fly.
    pub traffic: bool,
    /// The number of hills, and the highest of them, feet.
    pub hills: (usize, f64),
    /// The plan on file.
    pub plan: Option<FlightPlan>,
}

/// The flight rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlightRules {
    /// Visual.
    Vfr,
    /// Instrument.
    Ifr,
}

/// Restrictions on the flights that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// Only this mission.
    pub mission: Option<Mission>,
    /// Only missions under these rules.
    pub rules: Option<FlightRules>,
    /// The percentage of flights that begin in the middle, so not at the stand; `None`: as drawn. Where the mission is fixed,
    /// a cross-country flight still begins at the stand, and an arrival in the air.
    pub middle: Option<u8>,
    /// The percentage of flights with an emergency; `None`: few.
    pub emergencies: Option<u8>,
    /// The pilots make no mistakes, and no call is blocked.
    pub faultless: bool,
    /// With or without traffic; `None`: as drawn.
    pub traffic: Option<bool>,
}

impl Sortie {
    /// Draws the flight of a seed. `None` if no airport fits; the caller then skips the seed.
    pub fn draw(airports: &Airports, world: &World, seed: u64, choice: Choice) -> Option<Self> {
        let mut dice = Dice::new(seed, 1);
        (0..20).find_map(|_| Self::try_draw(airports, world, seed, choice, &mut dice))
    }

    fn try_draw(airports: &Airports, world: &World, seed: u64, choice: Choice, dice: &mut Dice) -> Option<Self> {
        let middle = choice.middle.map(|share| dice.percent(f64::from(share)));
        let mission = choice.mission.or_else(|| mission(choice.rules, middle, dice))?;
        let kinds: Vec<&'static Kind> = KINDS.iter().filter(|k| mission == Mission::Instruments || !k.airline).collect();
        let kind = *dice.of(&kinds)?;
        let (from, weather, runway) = field(airports, world, kind, mission, dice)?;
        let elsewhere = matches!(mission, Mission::Instruments | Mission::CrossCountry);
        let to = if elsewhere { destination(airports, kind, &from, &weather, dice)? } else { from.clone() };
        let begin = begin(mission, middle, dice.below(100));
        let style = match dice.below(10) {
            _ if kind.airline => Style::Airline,
            0 | 1 => Style::Student,
            2 | 3 => Style::Terse,
            _ if from.region.registrations == Registrations::Figures => Style::Us,
            _ => Style::Europe,
        };
        let distance = from.position.distance_nm(to.position);
        let (low, high) = kind.cruise_ft;
        // A short flight has a lower cruising altitude.
        let top = (from.elevation_ft.max(to.elevation_ft) + 2500.0 + distance * 150.0).clamp(low, high);
        let cruise_ft = (dice.between(low.min(top), top) / 1000.0).round() * 1000.0;
        let (callsign, spoken_full, spoken_short) = identity(kind, from.region, dice)?;
        let ifr = mission == Mission::Instruments;
        let plan = ifr.then(|| FlightPlan {
            ifr: Some(true),
            departure: Some(from.icao.clone()),
            destination: Some(to.icao.clone()),
            altitude_ft: Some(cruise_ft as i32),
            ..FlightPlan::default()
        });
        let much = if choice.faultless { 0.0 } else { 1.0 };
        Some(Self {
            seed,
            mission,
            begin,
            style,
            faults: Faults {
                wrong_readback: 6.0 * much,
                no_readback: 4.0 * much,
                blocked: 3.0 * much,
                cut_off: 2.0 * much,
                wrong_unit: 4.0 * much,
                goes_around: 5.0 * much,
                emergency: choice.emergencies.map_or(4.0 * much, f64::from),
            },
            kind,
            callsign,
            spoken_full,
            spoken_short,
            runway,
            weather,
            cruise_ft,
            touch_and_goes: if mission == Mission::Circuits { dice.below(3) as u8 } else { 0 },
            traffic: choice.traffic.unwrap_or_else(|| dice.percent(45.0)),
            hills: if dice.percent(50.0) { (4 + dice.below(10), dice.between(800.0, 6000.0)) } else { (0, 0.0) },
            plan,
            from,
            to,
        })
    }

    /// The phraseology that the pilot expects.
    pub fn region(&self) -> Region {
        self.from.region
    }
}

/// The missions and how often each is drawn, percent.
const MISSIONS: [(Mission, usize); 4] =
    [(Mission::Circuits, 35), (Mission::Arrival, 18), (Mission::CrossCountry, 12), (Mission::Instruments, 35)];

/// A mission under these rules that can begin in the middle, or at the stand.
fn mission(rules: Option<FlightRules>, middle: Option<bool>, dice: &mut Dice) -> Option<Mission> {
    let fits = |m: Mission| {
        let under = rules.is_none_or(|r| (r == FlightRules::Ifr) == (m == Mission::Instruments));
        under
            && match m {
                Mission::Arrival => middle != Some(false),
                Mission::CrossCountry => middle != Some(true),
                Mission::Circuits | Mission::Instruments => true,
            }
    };
    let fitting = || MISSIONS.into_iter().filter(|(m, _)| fits(*m));
    let mut at = dice.below(fitting().map(|(_, share)| share).sum());
    for (m, share) in fitting() {
        if at < share {
            return Some(m);
        }
        at -= share;
    }
    None
}

/// Where the flight begins. `at`: a draw below 100.
fn begin(mission: Mission, middle: Option<bool>, at: usize) -> Begin {
    // Half of the instrument flights that begin in the air begin at cruise.
    let cruise = at < if middle.is_some() { 50 } else { 85 };
    match mission {
        Mission::Arrival => Begin::Inbound,
        Mission::Circuits if middle.unwrap_or(at >= 80) => Begin::Hold,
        Mission::Instruments if middle.unwrap_or(at >= 70) => {
            if cruise {
                Begin::Cruise
            } else {
                Begin::Inbound
            }
        }
        _ => Begin::Gate,
    }
}

/// A towered airport for the type, with weather and the runway in use.
fn field(airports: &Airports, world: &World, kind: &Kind, mission: Mission, dice: &mut Dice) -> Option<(Airport, Weather, Runway)> {
    let known: Vec<&Airport> = airports.iter().filter(|a| !a.made_up || mission != Mission::Instruments).collect();
    for _ in 0..2000 {
        let found = if dice.percent(if kind.airline { 0.0 } else { 1.0 }) {
            dice.of(&known).map(|a| (*a).clone())
        } else {
            world.airport(dice.below(world.len()))
        };
        let Some(airport) = found.filter(|a| fits(a, kind)) else { continue };
        // The description by hand has priority over the world's table.
        let airport = airports.find(&airport.icao).unwrap_or(airport);
        let weather = weather(mission, dice);
        let Some(runway) = usable(&airport, kind, &weather) else { continue };
        let out = crate::layout::parking(&airport, runway).and_then(|from| crate::layout::out(&airport, from, runway));
        if out.is_some_and(|path| crate::layout::holds_for(&airport, &path, runway)) {
            return Some((airport, weather, runway));
        }
    }
    None
}

fn fits(a: &Airport, kind: &Kind) -> bool {
    let controlled = a.stations.iter().any(|s| s.facility == Facility::Tower);
    let long = a.runways.iter().any(|s| !s.closed && s.length_ft >= kind.runway_ft && s.surface != "water");
    controlled && long && (-200.0..9000.0).contains(&a.elevation_ft) && a.position.lat.abs() < 70.0
}

/// The runway in use for the wind, if the type can use it.
fn usable(a: &Airport, kind: &Kind, w: &Weather) -> Option<Runway> {
    let runway = active(a, w.wind_dir, w.wind_kt)?;
    geometry(a, runway).filter(|g| g.length_ft - g.displaced_ft >= kind.runway_ft).map(|g| g.runway)
}

fn destination(airports: &Airports, kind: &Kind, from: &Airport, w: &Weather, dice: &mut Dice) -> Option<Airport> {
    let (near, far) = if kind.airline { (90.0, 260.0) } else { (35.0, 110.0) };
    let mut around = airports.around(from.position, far, 700);
    around.retain(|(d, a)| *d >= near && fits(a, kind) && usable(a, kind, w).is_some() && runway::ends(a).len() < 16);
    dice.of(&around).map(|(_, a)| a.clone())
}

fn weather(mission: Mission, dice: &mut Dice) -> Weather {
    let low = mission == Mission::Instruments && dice.percent(40.0);
    let ceiling_ft = if low {
        Some((dice.between(300.0, 1800.0) / 100.0).round() * 100.0)
    } else {
        dice.percent(30.0).then(|| (dice.between(3500.0, 12_000.0) / 100.0).round() * 100.0)
    };
    let altimeter = (dice.between(29.5, 30.5) * 100.0).round() / 100.0;
    Weather {
        wind_dir: Some(dice.between(1.0, 360.0).round()),
        wind_kt: Some(dice.between(0.0, 20.0).round()),
        altimeter_inhg: Some(altimeter),
        visibility_sm: Some(if low { dice.between(1.0, 5.0).round() } else { 10.0 }),
        ceiling_ft,
        temperature_c: Some(15.0),
        dew_point_c: Some(8.0),
        ..Weather::default()
    }
}

/// Designators of airlines that fly in the United States, and elsewhere.
const US_AIRLINES: &[&str] = &["UAL", "AAL", "DAL", "SWA", "ASA", "JBU", "SKW", "FDX"];
const AIRLINES: &[&str] = &["BAW", "DLH", "AFR", "KLM", "SWR", "EZY", "SAS", "QFA"];

/// The callsign, and its full and short spoken forms.
fn identity(kind: &Kind, region: Region, dice: &mut Dice) -> Option<(Callsign, String, String)> {
    let letter = |dice: &mut Dice| char::from(b"ABCDEFGHJKLMNPQRSTUVWXYZ"[dice.below(24)]);
    let digit = |dice: &mut Dice| char::from(b'1' + dice.below(9) as u8);
    if kind.airline {
        let code = dice.of(if region.registrations == Registrations::Figures { US_AIRLINES } else { AIRLINES })?;
        let number: String = (0..2 + dice.below(3)).map(|_| digit(dice)).collect();
        let said = format!("{} {}", telephony::spoken(code)?, spoken::characters(&number));
        return Some((format!("{code}{number}").parse().ok()?, said.clone(), said));
    }
    let id: String = if region.registrations == Registrations::Figures {
        let digits: String = (0..3).map(|_| digit(dice)).collect();
        format!("N{digits}{}{}", letter(dice), letter(dice))
    } else {
        let state = dice.of(&["G", "DE", "F", "HB", "OE", "PH", "VH", "CF"])?;
        let rest: String = (0..if state.len() == 1 { 4 } else { 3 }).map(|_| letter(dice)).collect();
        format!("{state}{rest}")
    };
    let last = |n: usize| spoken::characters(&id[id.len() - n..]);
    let (full, short) = if region.registrations == Registrations::Figures {
        let prefix = if dice.percent(60.0) { kind.name } else { "november" };
        (format!("{prefix} {}", spoken::characters(&id[1..])), format!("{prefix} {}", last(3)))
    } else {
        (spoken::characters(&id), format!("{} {}", spoken::characters(&id[..1]), last(2)))
    };
    Some((id.parse().ok()?, full, short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_flight_and_seeds_give_many_kinds() {
        let (airports, world) = (Airports::world(), World::embedded().unwrap());
        let draw = |seed| Sortie::draw(&airports, &world, seed, Choice::default()).unwrap();
        let (a, b) = (draw(5), draw(5));
        assert_eq!((a.from.icao.as_str(), &a.callsign, a.mission), (b.from.icao.as_str(), &b.callsign, b.mission));
        let all: Vec<Sortie> = (0..60).map(draw).collect();
        for m in [Mission::Circuits, Mission::Arrival, Mission::CrossCountry, Mission::Instruments] {
            assert!(all.iter().filter(|s| s.mission == m).count() > 2, "{m:?}");
        }
        assert!(["FAA", "ICAO"].iter().all(|p| all.iter().any(|s| s.region().phraseology == *p)));
        assert!(all.iter().all(|s| s.from.icao != s.to.icao || matches!(s.mission, Mission::Circuits | Mission::Arrival)));
        assert!(all.iter().all(|s| (s.plan.is_some()) == (s.mission == Mission::Instruments)));
    }

    #[test]
    fn chosen_rules_beginnings_and_emergencies_are_drawn() {
        let (airports, world) = (Airports::world(), World::embedded().unwrap());
        for (rules, ifr) in [(FlightRules::Vfr, false), (FlightRules::Ifr, true)] {
            for (share, likely) in [(0, 0..=0), (60, 14..=34)] {
                let choice =
                    Choice { rules: Some(rules), middle: Some(share), traffic: Some(true), emergencies: Some(100), ..Choice::default() };
                let drawn: Vec<Sortie> = (0..40).map(|seed| Sortie::draw(&airports, &world, seed, choice).unwrap()).collect();
                assert!(drawn.iter().all(|s| (s.mission == Mission::Instruments) == ifr && s.traffic), "{rules:?}");
                assert!(drawn.iter().all(|s| s.faults.emergency == 100.0 && s.faults.wrong_readback > 0.0));
                let middle = drawn.iter().filter(|s| s.begin != Begin::Gate).count();
                assert!(likely.contains(&middle), "{rules:?}: {middle} of 40 begin in the middle, at {share} %");
                let begins = |b| drawn.iter().filter(|s| s.begin == b).count() > 2;
                assert!(
                    share == 0 || begins(Begin::Inbound) && begins(if ifr { Begin::Cruise } else { Begin::Hold }),
                    "{rules:?}, {share} %"
                );
            }
        }
    }
}
