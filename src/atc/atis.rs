//! ATIS: the recorded information of an airport, made from the weather that the simulator tells, with its letter.

use std::time::Duration;

use super::instruction::{Address, Instruction, Item};
use super::situation::Situation;
use crate::report::Weather;
use crate::units::{Facility, Region, Time};

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
/// No ceiling above is told.
const HIGHEST_CEILING: f64 = 20_000.0;

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
            (self.weather, self.seen) = (weather.clone(), seen);
            if known {
                self.letter = self.letter.and_then(|l| letter((u32::from(l) - u32::from('A') + 1) % 26));
                self.shown = None;
            }
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

    /// Another frequency is tuned: the next listener hears it at once.
    pub fn stop(&mut self) {
        self.running = false;
        self.next = None;
    }

    /// The recording, and whether its text is new to the pilot's eyes.
    pub fn recording(&mut self, now: Time, s: &Situation) -> Option<(Instruction, bool)> {
        let current = self.letter_at(&s.icao)?;
        (self.broadcast, self.running) = (true, true);
        self.next = Some(now + GAP);
        let new = self.shown.replace(current) != Some(current);
        let word = super::transcript::spell(current);
        let faa = s.region == Region::Faa;
        let mut items = vec![Item::Advice(format!("{} airport information {word}", s.airport_name))];
        if let Some(m) = self.seen {
            let time = format!("{:02}{:02}", m / 60, m % 60);
            items.push(Item::Advice(if faa { format!("{time} zulu") } else { format!("time {time}") }));
        }
        items.extend(s.wind());
        if let Some(v) = s.weather.visibility_sm.filter(|v| v.is_finite() && *v >= 0.0) {
            items.push(Item::Advice(match s.region {
                Region::Faa if v >= 10.0 => "visibility 10".to_owned(),
                Region::Faa => format!("visibility {}", v.round().max(1.0)),
                Region::Icao if v * 1.609 >= 10.0 => "visibility 10 kilometres or more".to_owned(),
                Region::Icao => format!("visibility {} kilometres", (v * 1.609).round().max(1.0)),
            }));
        }
        if let Some(c) = s.weather.ceiling_ft.filter(|c| (0.0..HIGHEST_CEILING).contains(c)) {
            let feet = (c / 100.0).round().max(1.0) as i32 * 100;
            items.push(Item::Advice("ceiling".to_owned()));
            items.push(Item::Height(feet));
        }
        // A simulator tells the temperature of the air around the aircraft: in flight that is not the field's.
        if let Some(t) = s.weather.temperature_c.filter(|t| t.is_finite() && s.on_ground) {
            items.push(Item::Advice(format!("temperature {}", degrees(t))));
            // It cannot be above the temperature; a simulator's other source may say so.
            items.extend(s.weather.dew_point_c.map(|d| Item::Advice(format!("dew point {}", degrees(d.min(t))))));
        }
        items.extend(s.pressure());
        if let Some(r) = s.active {
            let way = super::session::way_in(s, r);
            if way != "visual" {
                items.push(Item::Advice(format!("{way} runway {r} approach in use")));
            }
            items.push(Item::Advice(format!("landing and departing runway {r}")));
        }
        items.push(Item::Advice(format!("advise on initial contact you have information {word}")));
        Some((Instruction { to: s.callsign.clone(), address: Address::All, from: Facility::Atis, station: None, items }, new))
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
    turned || ceiling || by(was.wind_kt, is.wind_kt, WIND_SPEED_CHANGE) || by(was.altimeter_inhg, is.altimeter_inhg, PRESSURE_CHANGE)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
