//! ATIS: the recorded information of an airport, made from the weather that the simulator tells, with its letter.

use std::time::Duration;

use super::decide::sky;
use super::instruction::{Address, Instruction, Item};
use super::intent::Understanding;
use super::situation::Situation;
use super::{Engine, Reply};
use crate::report::Weather;
use crate::units::region::filled;
use crate::units::{Callsign, Facility, Time};

/// Between two runs of the recording.
const GAP: Duration = Duration::from_secs(5);
/// A change of wind direction that makes a new recording, degrees (7110.65 2-9-2 leaves it to significant change).
const WIND_DIRECTION_CHANGE: f64 = 30.0;
/// A change of wind speed that makes a new recording, knots.
const WIND_SPEED_CHANGE: f64 = 6.0;
/// A change of pressure that makes a new recording, inches of mercury.
const PRESSURE_CHANGE: f64 = 0.02;
/// A ceiling that passes one of these makes a new recording, feet (FMH-1 2.5.2: what a special report is made for), if it moved
/// by so much: a layer that floats about one of them makes none.
const CEILINGS: [f64; 4] = [500.0, 1000.0, 1500.0, 3000.0];
const CEILING_CHANGE: f64 = 200.0;
/// The same for visibility, statute miles.
const VISIBILITIES: [f64; 3] = [1.0, 2.0, 3.0];
const VISIBILITY_CHANGE: f64 = 0.25;

/// The recording of the airport at hand.
#[derive(Debug, Clone, Default)]
pub struct Atis {
    icao: String,
    letter: Option<char>,
    weather: Weather,
    /// When that weather was seen: minutes of the simulator's day, UTC.
    seen: Option<u32>,
    /// The pilot can have heard it: from then on the letter is Stratus's own.
    broadcast: bool,
    /// When it runs again, while its frequency is tuned.
    next: Option<Time>,
    /// It runs now.
    running: bool,
    /// The letter that was shown last to the pilot's eyes.
    shown: Option<char>,
}

impl Atis {
    /// The current letter at an airport.
    pub fn letter_at(&self, icao: &str) -> Option<char> {
        self.letter.filter(|_| self.icao == icao)
    }

    /// Takes in the weather at an airport, with the time of the simulator's day (UTC, seconds): another airport or another
    /// weather is another recording.
    pub fn see(&mut self, icao: &str, weather: &Weather, utc_s: Option<f64>) {
        let seen = utc_s.filter(|t| (0.0..86_400.0).contains(t)).map(|t| (t / 60.0) as u32);
        if self.icao != icao {
            let sum: u32 = icao.bytes().map(u32::from).sum();
            *self = Self { icao: icao.to_owned(), letter: letter(sum % 26), weather: weather.clone(), seen, ..Self::default() };
        } else if changed(&self.weather, weather) {
            let known = self.weather.wind_dir.is_some() || self.weather.altimeter_inhg.is_some();
            let visibility_sm = weather.visibility_sm.or(self.weather.visibility_sm);
            (self.weather, self.seen) = (Weather { visibility_sm, ..weather.clone() }, seen);
            if known {
                self.letter = self.letter.and_then(|l| letter((u32::from(l) - u32::from('A') + 1) % 26));
                self.shown = None;
            }
        } else if self.weather.visibility_sm.is_none() {
            // It becomes known by landing; nothing has changed.
            self.weather.visibility_sm = weather.visibility_sm;
        }
    }

    /// A pilot who has not heard Stratus's recording may have the simulator's: that letter is taken over.
    pub fn adopt(&mut self, said: char) {
        if !self.broadcast && said.is_ascii_uppercase() {
            self.letter = Some(said);
            self.broadcast = true;
        }
    }

    /// When the recording runs next on a tuned frequency; none while it runs.
    pub fn due(&self, now: Time) -> Option<Time> {
        if self.running { None } else { Some(self.next.unwrap_or(now)) }
    }

    /// The recording has run, or was cut off: it runs again.
    pub fn played(&mut self, now: Time, complete: bool) {
        self.running = false;
        self.next = Some(now + if complete { GAP } else { GAP * 4 });
    }

    /// It could not run: it is tried again later.
    pub fn put_off(&mut self, now: Time) {
        self.running = false;
        self.next = Some(now + GAP * 4);
    }

    /// Another frequency is tuned: the next listener hears it at once.
    pub fn stop(&mut self, now: Time) {
        self.running = false;
        self.next = Some(now);
    }

    /// The recording, and whether its text is new to the pilot's eyes.
    pub fn recording(&mut self, now: Time, s: &Situation) -> Option<(Instruction, bool)> {
        let current = self.letter_at(&s.icao)?;
        (self.broadcast, self.running) = (true, true);
        self.next = Some(now + GAP);
        let new = self.shown.replace(current) != Some(current);
        let word = super::transcript::spell(current);
        let mut items = vec![Item::Advice(format!("{} airport information {word}", s.airport_name))];
        if let Some(m) = self.seen {
            let time = format!("{:02}{:02}", m / 60, m % 60);
            items.push(Item::Advice(filled(s.region.zulu, &[("time", &time)])));
        }
        items.extend(s.wind());
        items.extend(sky::told(s));
        // A simulator tells the temperature of the air around the aircraft: in flight that is not the field's.
        if let Some(t) = s.weather.temperature_c.filter(|t| t.is_finite() && s.on_ground) {
            items.push(Item::Advice(format!("temperature {}", degrees(t))));
            // It cannot be above the temperature; a simulator's other source may say so.
            items.extend(s.weather.dew_point_c.map(|d| Item::Advice(format!("dew point {}", degrees(d.min(t))))));
        }
        items.extend(s.pressure());
        if let Some(level) = s.transition_level().filter(|_| s.region.transition_level_told) {
            items.push(Item::Advice(format!("transition level {level}")));
        }
        if let Some(r) = s.active {
            let way = super::decide::way_in(s, r);
            if way != "visual" {
                items.push(Item::Advice(format!("{way} runway {r} approach in use")));
            }
            items.push(Item::Advice(format!("landing and departing runway {r}")));
        }
        items.push(Item::Advice(format!("advise on initial contact you have information {word}")));
        Some((Instruction { to: s.callsign.clone(), address: Address::All, from: Facility::Atis, station: None, items }, new))
    }
}

impl Engine {
    /// When the recording runs next on a tuned frequency.
    pub(super) fn recording_due(&self, now: Time) -> Option<Time> {
        self.recording_station().and_then(|_| self.atis.due(now))
    }

    /// The recording; where there is none, it is not due again at once.
    pub(super) fn play_recording(&mut self, now: Time) -> Option<Reply> {
        let found = self.recording(now);
        if found.is_none() {
            self.atis.put_off(now);
        }
        found
    }

    fn recording(&mut self, now: Time) -> Option<Reply> {
        let station = self.recording_station()?;
        // It speaks to all: the callsign that a situation wants is nobody's, and is not said.
        let callsign = "N1".parse::<Callsign>().ok();
        let situation = self.situation(&station, &Understanding { callsign, ..Understanding::default() })?;
        let (instruction, new) = self.atis.recording(now, &situation)?;
        Some(Reply { seen_before: !new, ..self.reply(instruction) })
    }
}

/// Whole degrees as they are said: "24", "minus 5".
fn degrees(c: f64) -> String {
    let whole = c.round() as i32;
    if whole < 0 { format!("minus {}", -whole) } else { whole.to_string() }
}

fn letter(n: u32) -> Option<char> {
    char::from_u32(u32::from('A') + n)
}

fn changed(was: &Weather, is: &Weather) -> bool {
    let by = |a: Option<f64>, b: Option<f64>, step: f64| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() >= step,
        (None, None) => false,
        _ => true,
    };
    let strong = is.wind_kt.is_some_and(|k| k >= 5.0);
    let turned = match (was.wind_dir, is.wind_dir) {
        (Some(a), Some(b)) => strong && crate::units::turn(a, b).abs() >= WIND_DIRECTION_CHANGE,
        (a, b) => a.is_some() != b.is_some(),
    };
    let rank = |w: &Weather| CEILINGS.iter().filter(|c| w.ceiling_ft.is_none_or(|is| is >= **c)).count();
    let moved = was.ceiling_ft.zip(is.ceiling_ft).is_none_or(|(a, b)| (a - b).abs() >= CEILING_CHANGE);
    let ceiling = rank(was) != rank(is) && moved;
    let clear = |v: f64| VISIBILITIES.iter().filter(|limit| v >= **limit).count();
    // In flight the field's is not known: that is no change.
    let seen = was.visibility_sm.zip(is.visibility_sm);
    let visibility = seen.is_some_and(|(a, b)| clear(a) != clear(b) && (a - b).abs() >= VISIBILITY_CHANGE);
    turned
        || ceiling
        || visibility
        || by(was.wind_kt, is.wind_kt, WIND_SPEED_CHANGE)
        || by(was.altimeter_inhg, is.altimeter_inhg, PRESSURE_CHANGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;
    use crate::report::{Report, SimState};

    #[test]
    fn a_new_weather_makes_a_new_letter_and_a_small_change_none() {
        let w = |dir, kt, inhg| Weather { wind_dir: Some(dir), wind_kt: Some(kt), altimeter_inhg: Some(inhg), ..Weather::default() };
        let mut a = Atis::default();
        a.see("PHTO", &w(80.0, 8.0, 30.00), None);
        let first = a.letter_at("PHTO").unwrap();
        a.see("PHTO", &w(90.0, 9.0, 30.01), None);
        assert_eq!(a.letter_at("PHTO"), Some(first));
        a.see("PHTO", &w(130.0, 9.0, 30.01), None);
        let second = a.letter_at("PHTO").unwrap();
        assert_ne!(second, first);
        assert_eq!(a.letter_at("KPAO"), None);
        a.adopt('K');
        assert_eq!(a.letter_at("PHTO"), Some('K'));
        // Once a letter is in use, another one said by the pilot is an old or a wrong one.
        a.adopt('B');
        assert_eq!(a.letter_at("PHTO"), Some('K'));
    }

    #[test]
    fn visibility_makes_a_new_letter_and_an_unknown_one_none() {
        let mut a = Atis::default();
        let mut letter = |miles| {
            a.see("PHTO", &Weather { visibility_sm: miles, altimeter_inhg: Some(30.0), ..Weather::default() }, None);
            a.letter_at("PHTO").unwrap()
        };
        let first = letter(None);
        assert_eq!((letter(Some(3.1)), letter(None), letter(Some(2.95))), (first, first, first), "unknown, then about a limit");
        let second = letter(Some(2.7));
        assert_ne!(second, first);
        assert_eq!((letter(None), letter(Some(2.2))), (second, second));
        assert_ne!(letter(Some(0.5)), second);
    }

    fn at_monterey(com1: Facility) -> (Engine, Report) {
        let airports = Airports::world();
        let airport = airports.find("KMRY").unwrap();
        let weather = Weather { wind_dir: Some(280.0), wind_kt: Some(10.0), altimeter_inhg: Some(30.0), ..Weather::default() };
        let com1 = airport.stations.iter().find(|s| s.facility == com1).map(|s| s.frequency);
        let state = SimState::Flying;
        let report = Report { state, position: Some(airport.position), on_ground: true, com1, weather, ..Report::default() };
        (Engine::new(airports, Setup::default()), report)
    }

    #[test]
    fn a_recording_needs_no_callsign_and_one_that_cannot_run_is_not_due_at_once() {
        let (mut e, report) = at_monterey(Facility::Atis);
        e.see(Time(1000), &report);
        let heard = e.wake(Time(1000)).expect("the recording").transmission.text;
        assert!(heard.contains("Monterey airport information") && !heard.contains("N1"), "{heard}");
        e.delivered(Time(2000), true);
        e.atis = Atis::default();
        assert!(e.next_deadline().is_some_and(|due| due <= Time(2000)));
        assert_eq!(e.wake(Time(2000)), None);
        assert!(e.next_deadline().is_none_or(|due| due > Time(2000)), "{:?}", e.next_deadline());
    }

    #[test]
    fn nothing_is_said_when_the_simulator_is_gone() {
        let (mut e, report) = at_monterey(Facility::Atis);
        e.see(Time(0), &report);
        assert!(e.next_deadline().is_some() && e.recording_station().is_some());
        let gone = Report { state: SimState::Lost, ..report };
        e.see(Time(1000), &gone);
        assert_eq!((e.next_deadline(), e.recording_station(), e.wake(Time(60_000))), (None, None, None));
        // So is a readback that is awaited.
        let (mut e, report) = at_monterey(Facility::Ground);
        e.see(Time(0), &report);
        let call = "monterey ground skyhawk one seven two sierra papa request taxi with lima";
        let understood = e.understand(call);
        assert!(e.answer(Time(1000), call, understood).reply.is_some());
        e.delivered(Time(2000), true);
        assert!(e.next_deadline().is_some());
        e.see(Time(3000), &Report { state: SimState::Lost, ..report.clone() });
        assert_eq!((e.next_deadline(), e.wake(Time(60_000))), (None, None));
        // Back again, it goes on.
        e.see(Time(61_000), &report);
        assert!(e.wake(Time(61_000)).is_some());
    }
}
