//! ATIS: an airport's recorded information, made from the simulator's weather, with its letter.

use std::time::Duration;

use super::decide::sky;
use super::instruction::{Address, Instruction, Item};
use super::intent::Understanding;
use super::situation::Situation;
use super::{Engine, Reply};
use crate::report::Weather;
use crate::units::region::filled;
use crate::units::{Callsign, Facility, Time};

/// The pause between two plays of the recording.
const GAP: Duration = Duration::from_secs(5);
/// A change of wind direction that requires a new recording, degrees (7110.65 2-9-2 leaves it to significant change).
const WIND_DIRECTION_CHANGE: f64 = 30.0;
/// A change of wind speed that requires a new recording, knots.
const WIND_SPEED_CHANGE: f64 = 6.0;
/// A change of pressure that requires a new recording, inches of mercury.
const PRESSURE_CHANGE: f64 = 0.02;
/// A ceiling that passes one of these limits requires a new recording, feet (FMH-1 2.5.2: the criteria for a special report). It must also
/// have moved by a minimum, so that a layer that hovers around a limit does not trigger one.
const CEILINGS: [f64; 4] = [500.0, 1000.0, 1500.0, 3000.0];
const CEILING_CHANGE: f64 = 200.0;
/// The same limits for visibility, statute miles.
const VISIBILITIES: [f64; 3] = [1.0, 2.0, 3.0];
const VISIBILITY_CHANGE: f64 = 0.25;

/// The recording of the current airport.
#[derive(Debug, Clone, Default)]
pub struct Atis {
    icao: String,
    letter: Option<char>,
    weather: Weather,
    /// When that weather was seen, in minutes of the simulator's day, UTC.
    seen: Option<u32>,
    /// The pilot may have heard it, so its letter is the current one.
    broadcast: bool,
    /// The pilot has named the letter of a recording that is not this one: the simulator's, or a real one. Which letter is current is unknown.
    elsewhere: bool,
    /// When it plays next while its frequency is tuned.
    next: Option<Time>,
    /// It is playing.
    running: bool,
    /// The letter last displayed to the pilot.
    shown: Option<char>,
}

impl Atis {
    /// The current letter at an airport, if it is known.
    pub fn letter_at(&self, icao: &str) -> Option<char> {
        self.letter.filter(|_| self.icao == icao && (self.broadcast || !self.elsewhere))
    }

    /// Takes the weather at an airport, with the simulator's time of day (UTC, seconds). A different airport or a significant change makes
    /// a new recording.
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
            // Visibility becomes known on landing; nothing has changed.
            self.weather.visibility_sm = weather.visibility_sm;
        }
    }

    /// The pilot has named a letter. Without having heard Stratus's recording, it is another recording's, which is neither adopted nor denied.
    pub fn pilot_has(&mut self, said: char) {
        self.elsewhere |= !self.broadcast && self.letter != Some(said);
    }

    /// The current letter, as a stated situation has it.
    pub fn state(&mut self, letter: char) {
        (self.letter, self.broadcast) = (Some(letter), true);
    }

    /// The controller has named the current letter: from now on the pilot's is right or wrong.
    pub fn named(&mut self) {
        self.broadcast = true;
    }

    /// When the recording plays next on a tuned frequency; `None` while it plays.
    pub fn due(&self, now: Time) -> Option<Time> {
        if self.running { None } else { Some(self.next.unwrap_or(now)) }
    }

    /// The recording has finished or was cut off; schedules the next play.
    pub fn played(&mut self, now: Time, complete: bool) {
        self.running = false;
        self.next = Some(now + if complete { GAP } else { GAP * 4 });
    }

    /// The recording could not play; schedules another attempt.
    pub fn put_off(&mut self, now: Time) {
        self.running = false;
        self.next = Some(now + GAP * 4);
    }

    /// Another frequency was tuned: the next listener hears the recording at once.
    pub fn stop(&mut self, now: Time) {
        self.running = false;
        self.next = Some(now);
    }

    /// The recording, and whether its text is new to the pilot.
    pub fn recording(&mut self, now: Time, s: &Situation) -> Option<(Instruction, bool)> {
        let (current, items) = self.items(s)?;
        (self.broadcast, self.running) = (true, true);
        self.next = Some(now + GAP);
        let new = self.shown.replace(current) != Some(current);
        Some((Instruction { to: s.callsign.clone(), address: Address::All, from: Facility::Atis, station: None, items }, new))
    }

    /// The current letter, and the items of the recording.
    fn items(&self, s: &Situation) -> Option<(char, Vec<Item>)> {
        let current = self.letter.filter(|_| self.icao == s.icao)?;
        let word = super::transcript::spell(current);
        let mut items = vec![Item::Advice(format!("{} airport information {word}", s.airport_name))];
        if let Some(m) = self.seen {
            let time = format!("{:02}{:02}", m / 60, m % 60);
            items.push(Item::Advice(filled(s.region.zulu, &[("time", &time)])));
        }
        items.extend(s.wind());
        items.extend(sky::told(s));
        // The simulator reports the air temperature at the aircraft, which in flight is not the field's.
        if let Some(t) = s.weather.temperature_c.filter(|t| t.is_finite() && s.on_ground) {
            items.push(Item::Advice(format!("temperature {}", degrees(t))));
            // The dew point cannot exceed the temperature, but a simulator may take the two from different sources.
            items.extend(s.weather.dew_point_c.map(|d| Item::Advice(format!("dew point {}", degrees(d.min(t))))));
        }
        items.extend(s.pressure());
        if let Some(level) = s.transition_level().filter(|_| s.region.transition_level_told) {
            items.push(Item::Advice(format!("transition level {level}")));
        }
        if let Some(r) = s.active {
            let way = super::decide::way_in(s, r);
            if !way.is_empty() && way != "visual" {
                items.push(Item::Advice(format!("{way} runway {r} approach in use")));
            }
            items.push(Item::Advice(format!("landing and departing runway {r}")));
        }
        items.push(Item::Advice(format!("advise on initial contact you have information {word}")));
        Some((current, items))
    }
}

impl Engine {
    /// The letter and the written words of this airport's recording, as it plays now on its frequency; `None` if the airport has
    /// no such frequency, or no weather is known. Reading them changes nothing: the letter counts as heard only once it has played.
    pub fn information(&self) -> Option<(char, String)> {
        let station = self.airport.as_ref()?.stations.iter().find(|s| s.facility == Facility::Atis)?;
        let situation = self.situation(station, &anyone())?;
        let (letter, items) = self.atis.items(&situation)?;
        let to = situation.callsign;
        let told = self.say(&Instruction { to, address: Address::All, from: Facility::Atis, station: None, items });
        Some((letter, told.text))
    }
}

/// A recording addresses everyone: the situation requires a callsign, but it is never spoken.
fn anyone() -> Understanding {
    Understanding { callsign: "N1".parse::<Callsign>().ok(), ..Understanding::default() }
}

impl Engine {
    /// When the recording plays next on a tuned frequency.
    pub(super) fn recording_due(&self, now: Time) -> Option<Time> {
        self.recording_station().and_then(|_| self.atis.due(now))
    }

    /// Plays the recording; if there is none, it is not due again at once.
    pub(super) fn play_recording(&mut self, now: Time) -> Option<Reply> {
        let found = self.recording(now);
        if found.is_none() {
            self.atis.put_off(now);
        }
        found
    }

    fn recording(&mut self, now: Time) -> Option<Reply> {
        let station = self.recording_station()?;
        let situation = self.situation(&station, &anyone())?;
        let (instruction, new) = self.atis.recording(now, &situation)?;
        Some(Reply { seen_before: !new, ..self.reply(instruction) })
    }
}

/// Whole degrees in spoken form: "24", "minus 5".
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
    // In flight the field's visibility is unknown, which is not a change.
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
    fn a_significant_weather_change_makes_a_new_letter() {
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
        // A letter that the pilot has from elsewhere is neither adopted nor denied ...
        a.pilot_has(if second == 'K' { 'L' } else { 'K' });
        assert_eq!(a.letter_at("PHTO"), None);
        // ... until the pilot may have heard this recording.
        a.named();
        assert_eq!(a.letter_at("PHTO"), Some(second));
        a.pilot_has('B');
        assert_eq!(a.letter_at("PHTO"), Some(second), "the controller has named it");
        let mut a = Atis::default();
        a.see("PHTO", &Weather { altimeter_inhg: Some(30.0), ..Weather::default() }, None);
        let current = a.letter_at("PHTO").unwrap();
        a.pilot_has(current);
        assert_eq!(a.letter_at("PHTO"), Some(current), "the pilot has this one");
    }

    #[test]
    fn only_a_known_visibility_change_makes_a_new_letter() {
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
    fn a_recording_needs_no_callsign_and_a_blocked_one_waits() {
        let (mut e, report) = at_monterey(Facility::Atis);
        e.see(Time(1000), &report);
        let heard = e.wake(Time(1000)).expect("the recording").transmission.text;
        assert!(heard.contains("Monterey airport information") && !heard.contains("N1"), "{heard}");
        assert_eq!(e.information().map(|(_, text)| text), Some(heard), "what is shown is what plays");
        e.delivered(Time(2000), true);
        e.atis = Atis::default();
        assert!(e.next_deadline().is_some_and(|due| due <= Time(2000)));
        assert_eq!(e.wake(Time(2000)), None);
        assert!(e.next_deadline().is_none_or(|due| due > Time(2000)), "{:?}", e.next_deadline());
    }

    #[test]
    fn nothing_is_said_after_the_simulator_has_gone() {
        let (mut e, report) = at_monterey(Facility::Atis);
        e.see(Time(0), &report);
        assert!(e.next_deadline().is_some() && e.recording_station().is_some());
        let gone = Report { state: SimState::Lost, ..report };
        e.see(Time(1000), &gone);
        assert_eq!((e.next_deadline(), e.recording_station(), e.wake(Time(60_000))), (None, None, None));
        // The same applies to an awaited readback.
        let (mut e, report) = at_monterey(Facility::Ground);
        e.see(Time(0), &report);
        let call = "monterey ground skyhawk one seven two sierra papa request taxi with lima";
        let understood = e.understand(call);
        assert!(e.answer(Time(1000), call, understood).reply.is_some());
        e.delivered(Time(2000), true);
        assert!(e.next_deadline().is_some());
        e.see(Time(3000), &Report { state: SimState::Lost, ..report.clone() });
        assert_eq!((e.next_deadline(), e.wake(Time(60_000))), (None, None));
        // When it is back, it continues.
        e.see(Time(61_000), &report);
        assert!(e.wake(Time(61_000)).is_some());
    }
}
