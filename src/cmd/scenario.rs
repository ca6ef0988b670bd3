//! Scenarios: plain text that a pilot can read, played on the stage in virtual time, with invariants checked after every step.
//!
//! ```text
//! airport PHTO              callsign N172SP          type C172
//! wind 80 8                 altimeter 30.00          com1 121.9
//! runway 28L                the runway of the places that follow; otherwise the one that was given, or the one in use
//! place parked              (parked taxiing hold lineup roll departure crosswind downwind base final landing exit)
//! pilot: Hilo Ground, Skyhawk one seven two sierra papa, radio check
//! atc: Skyhawk 172SP, Hilo Ground, I read you loud and clear
//! atc: -                    (silence)
//! at 12 north 3500 180       miles and direction from the airport, feet, magnetic heading: in flight
//! transponder 4512          plan KMRY 5000 ROUTE     (a flight plan on file; feet)
//! other C152 final          another aircraft: at a place, as above; `others` removes them all
//! other C182 at 5 north 3000 180   another aircraft in flight, as for `at`
//! other C172 final as N345CP  another aircraft with a callsign: it flies to the place for twelve seconds, from wherever it was
//! chatter busy               (off quiet normal busy) the other aircraft are heard; what is heard follows as `radio:` lines
//! speed 250                  knots of the aircraft in flight, from the next `at` on
//! brain auto                 a language model is the fallback for the rules; `model:` is its next answer:
//! model: {"intent": "taxi_request"}
//! apt: 1201 45.0 -30.01 both 1 a   a row of X-Plane's apt.dat; `import` (or `import simulator`) provides the airport of
//! import                     the rows since the last one, as from the simulator's files (or from itself)
//! cifp: APPCH:010,I,I28L, ,A   a line of X-Plane's procedures for this airport, also provided by `import`
//! msa 1800                   the minimum sector altitude around the airport, feet, as from the pilot's files
//! sky 600 1.5                ceiling in feet and visibility in statute miles, from the next report on
//! clouds 1200 8 4000 5       layers as simulators report them: feet above the sea and eighths of the sky, in pairs
//! air 24 19                  temperature and dew point, degrees Celsius
//! utc 17:53                  the simulator's clock
//! wait 20                   seconds; anything said meanwhile follows as `atc:` lines
//! ```

mod invariants;
mod place;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::stage::{Exchange, Stage};
use crate::airports::Airport;
use crate::airports::cifp::Cifp;
use crate::airports::data::Airports;
use crate::airports::described::{Described, Origin};
use crate::airports::imported::Imported;
use crate::app::App;
use crate::atc::situation::FlightPlan;
use crate::problem::Problem;
use crate::report::Report;
use crate::settings::{BrainMode, Chatter, Config};
use crate::speech::sentences::OnDemand;
use crate::units::{Callsign, Runway, Time};

/// The result of a scenario.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// The scenario with its current `atc:` lines.
    pub blessed: String,
    /// The conversation in readable form.
    pub conversation: Vec<String>,
    /// Expectations and invariants that failed, with line numbers.
    pub failures: Vec<String>,
    /// The names of all intents that occurred.
    pub intents: BTreeSet<String>,
    /// Duration, virtual seconds.
    pub seconds: f64,
}

/// Plays the text of a scenario as the tray would, with the sentence model if the package includes it.
pub fn play(text: &str) -> Result<Played, Problem> {
    let airports = Airports::world();
    let mut s = Scene::new(&airports);
    let mut played = Played::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut i = 0;
    while i < lines.len() {
        let line = lines[i];
        let number = i + 1;
        i += 1;
        let _ = writeln!(played.blessed, "{line}");
        let bare = line.split(" #").next().unwrap_or("").trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let said: Vec<String> = match bare.split_once(':') {
            Some(("pilot", words)) => {
                let words = words.trim();
                played.conversation.push(format!("PILOT  {words}"));
                let x = s.stage()?.heard(words);
                if let Some(intent) = x.pilot.as_ref().and_then(|l| l.intent.clone()) {
                    played.intents.insert(intent);
                }
                for f in s.check(&x) {
                    played.failures.push(format!("line {number}: {f}"));
                }
                let answer = answer(&x);
                if answer.is_empty() { vec!["-".into()] } else { vec![answer] }
            }
            Some(("apt", row)) => {
                s.rows.push_str(row.trim());
                s.rows.push('\n');
                Vec::new()
            }
            Some(("cifp", line)) => {
                s.procedures.push_str(line.trim());
                s.procedures.push('\n');
                Vec::new()
            }
            Some(("model", answer)) => {
                s.stage()?.model.push_back(answer.trim().to_owned());
                Vec::new()
            }
            Some(("atc" | "radio", _)) => {
                return Err(
                    Problem::new(format!("line {number}: an `atc:` line answers nothing")).fix("it follows a `pilot:` or `wait` line")
                );
            }
            _ => {
                let words: Vec<&str> = bare.split_whitespace().collect();
                if let Some(note) = stage_direction(&words) {
                    played.conversation.push(format!("       ({note})"));
                }
                let unsolicited = s.command(&words).map_err(|e| Problem::new(format!("line {number}: {e}")))?;
                let mut said = Vec::new();
                for x in &unsolicited {
                    for f in s.check(x) {
                        played.failures.push(format!("line {number}: {f}"));
                    }
                    said.push(answer(x));
                }
                said.retain(|a| !a.is_empty());
                said
            }
        };
        let mut expected = Vec::new();
        while let Some((who, words)) =
            lines.get(i).and_then(|l| l.trim_start().split_once(':')).filter(|(who, _)| ["atc", "radio"].contains(who))
        {
            expected.push((i + 1, format!("{}{}", if who == "radio" { RADIO } else { "" }, words.trim())));
            i += 1;
        }
        let mut said = said;
        said.extend(s.stage.iter_mut().flat_map(|stage| stage.overheard.drain(..)).map(|l| format!("{RADIO}{}", l.text)));
        for a in &said {
            match a.strip_prefix(RADIO) {
                Some(words) => {
                    let _ = writeln!(played.blessed, "{RADIO}{words}");
                    played.conversation.push(format!("RADIO  {words}"));
                }
                None => {
                    let _ = writeln!(played.blessed, "atc: {a}");
                    played.conversation.push(format!("ATC    {a}"));
                }
            }
        }
        let wanted: Vec<&String> = expected.iter().map(|(_, e)| e).collect();
        if wanted != said.iter().collect::<Vec<_>>() {
            let at = expected.first().map_or(number, |(n, _)| *n);
            played.failures.push(format!("line {at}: expected {wanted:?}\n          but the controller said {said:?}"));
        }
    }
    played.seconds = s.stage.as_ref().map_or(0.0, |stage| stage.now().since(start()).as_secs_f64());
    Ok(played)
}

/// What a reader must know about the flight to follow the conversation.
fn stage_direction(words: &[&str]) -> Option<String> {
    Some(match words {
        ["place", "hold"] => "holding short".into(),
        ["place", "lineup"] => "lined up".into(),
        ["place", "roll"] => "rolling".into(),
        ["place", "exit"] => "clear of the runway".into(),
        ["place", p @ ("north" | "south" | "east" | "west")] => format!("8 miles {p}"),
        ["place", p] => (*p).to_owned(),
        ["at", nm, direction, feet, ..] => format!("{nm} miles {direction}, {feet} ft"),
        ["com1", f] => format!("tuned to {f}"),
        ["transponder", code] => format!("squawking {code}"),
        ["ident"] => "identing".into(),
        ["other", kind, "at", ..] => format!("{kind} nearby"),
        ["other", kind, p] => format!("{kind}: {p}"),
        ["other", kind, p, "as", callsign] => format!("{callsign}, {kind}: {p}"),
        ["airport", a] => format!("at {a}"),
        ["import", ..] => "the simulator's own airport data arrive".into(),
        _ => return None,
    })
}

fn answer(x: &Exchange) -> String {
    x.atc.as_ref().map(|l| l.text.clone()).unwrap_or_default()
}

/// The state of a scenario.
struct Scene<'a> {
    airports: &'a Airports,
    config: Config,
    airport: Option<Airport>,
    report: Report,
    runway: Option<Runway>,
    stage: Option<Stage>,
    /// Airspeed in flight, knots.
    knots: f64,
    /// Rows of an apt.dat to be used by `import`.
    rows: String,
    /// Procedure lines to be used by `import`.
    procedures: String,
}

/// Begins a line that is heard of other aircraft.
const RADIO: &str = "radio: ";

impl<'a> Scene<'a> {
    fn new(airports: &'a Airports) -> Self {
        let mut config = Config::default();
        config.brain.mode = BrainMode::Rules;
        Self {
            airports,
            config,
            airport: None,
            report: Report::default(),
            runway: None,
            stage: None,
            knots: 110.0,
            rows: String::new(),
            procedures: String::new(),
        }
    }

    fn stage(&mut self) -> Result<&mut Stage, Problem> {
        let (config, airports) = (&self.config, self.airports);
        Ok(self.stage.get_or_insert_with(|| {
            let mut stage = Stage::new(App::new(Arc::new(config.clone()), airports.clone()), None, None);
            stage.sentences = Some(OnDemand::default());
            stage
        }))
    }

    fn command(&mut self, words: &[&str]) -> Result<Vec<Exchange>, String> {
        let arg = |n: usize| words.get(n).copied().ok_or_else(|| format!("`{}` wants {n} value(s)", words[0]));
        match words[0] {
            "airport" => {
                self.airport = Some(self.airports.find(arg(1)?).ok_or("no such airport")?);
            }
            "callsign" => self.report.callsign = Some(arg(1)?.parse().map_err(|e: crate::units::NotA| e.to_string())?),
            "type" => self.report.aircraft_type = Some(arg(1)?.to_owned()),
            "brain" if self.stage.is_some() => return Err("`brain` must come before `com1`".into()),
            "brain" => self.config.brain.mode = if arg(1)? == "auto" { BrainMode::Auto } else { BrainMode::Rules },
            "chatter" if self.stage.is_some() => return Err("`chatter` must come before `com1`".into()),
            "chatter" => {
                let mode = Chatter::ALL.into_iter().find(|m| Ok(m.word()) == arg(1));
                self.config.speech.chatter = mode.ok_or("`chatter` is off, quiet, normal or busy")?;
            }
            "speed" => self.knots = number(arg(1)?)?.clamp(0.0, 600.0),
            "wind" => {
                self.report.weather.wind_dir = Some(number(arg(1)?)?);
                self.report.weather.wind_kt = Some(number(arg(2)?)?);
            }
            "sky" => {
                self.report.weather.ceiling_ft = Some(number(arg(1)?)?);
                self.report.weather.visibility_sm = Some(number(arg(2)?)?);
            }
            "clouds" => {
                let n: Vec<f64> = words[1..].iter().map(|w| number(w)).collect::<Result<_, _>>()?;
                self.report.weather.ceiling_msl_ft = crate::report::ceiling(n.chunks_exact(2).map(|l| (l[0], l[1] / 8.0)));
            }
            "air" => {
                self.report.weather.temperature_c = Some(number(arg(1)?)?);
                self.report.weather.dew_point_c = Some(number(arg(2)?)?);
            }
            "utc" => {
                let (h, m) = arg(1)?.split_once(':').ok_or("`utc` wants hours:minutes")?;
                self.report.cockpit.utc_s = Some(number(h)? * 3600.0 + number(m)? * 60.0);
            }
            "altimeter" => self.report.weather.altimeter_inhg = Some(number(arg(1)?)?),
            "com1" => {
                self.report.com1 = Some(arg(1)?.parse().map_err(|e: crate::units::NotA| e.to_string())?);
                return self.again();
            }
            "transponder" => {
                self.report.transponder = Some(arg(1)?.parse().map_err(|e: crate::units::NotA| e.to_string())?);
                return self.again();
            }
            "ident" => {
                self.report.cockpit.ident = Some(words.get(1) != Some(&"off"));
                return self.again();
            }
            "plan" => {
                let altitude_ft = words.get(2).map(|w| number(w)).transpose()?.map(|f| f.round() as i32);
                let route = Some(words.get(3..).unwrap_or_default().join(" ")).filter(|r| !r.is_empty());
                let plan = FlightPlan { destination: Some(arg(1)?.to_owned()), route, altitude_ft, ..FlightPlan::default() };
                self.stage().map_err(|p| p.to_string())?.app.engine_mut().file(Some(plan));
            }
            "import" => {
                let origin = if words.get(1) == Some(&"simulator") { Origin::Simulator } else { Origin::Files };
                let rows = std::mem::take(&mut self.rows);
                let read = Cifp::parse(&std::mem::take(&mut self.procedures)).procedures();
                let mut airport = match (Imported::rows(&rows), &self.airport) {
                    (Some(told), _) => told,
                    (None, Some(here)) if rows.is_empty() && !read.is_empty() => here.clone(),
                    _ => return Err("the `apt:` rows hold no airport with a runway".into()),
                };
                airport.procedures = read;
                let (icao, told) =
                    (airport.icao.clone(), Described { airport, sources: vec!["the scenario".into()], charted: Default::default() });
                self.stage().map_err(|p| p.to_string())?.tell_airport(&icao, origin, Some(Arc::new(told)));
            }
            "msa" => {
                let airport = self.airport.clone().ok_or("`airport` must come before `msa`")?;
                let told = place::sector_altitude(&airport, number(arg(1)?)?);
                self.stage().map_err(|p| p.to_string())?.tell_surroundings(Arc::new(told));
            }
            "others" => {
                self.report.others.clear();
                return self.again();
            }
            "other" => {
                let airport = self.airport.clone().ok_or("`airport` must come before `other`")?;
                let runway = self.runway_of(&airport).ok_or("the airport has no runway")?;
                if let [_, kind, place, "as", callsign] = words {
                    let callsign: Callsign = callsign.parse().map_err(|e: crate::units::NotA| e.to_string())?;
                    let track =
                        place::other_track(&airport, runway, kind, place, &callsign).ok_or_else(|| format!("`{place}` is not a place"))?;
                    let mut said = Vec::new();
                    for other in track {
                        self.report.others.retain(|o| o.callsign.as_ref() != Some(&callsign));
                        self.report.others.push(other);
                        said.extend(self.again()?);
                    }
                    return Ok(said);
                }
                let other = if arg(2)? == "at" {
                    let (nm, feet, heading) = (number(arg(3)?)?, number(arg(5)?)?, number(arg(6)?)?);
                    place::other_abroad(&airport, arg(1)?, nm, arg(4)?, feet, heading)
                        .ok_or_else(|| format!("`{}` is not a direction", words[4]))?
                } else {
                    place::other(&airport, runway, arg(1)?, arg(2)?).ok_or_else(|| format!("`{}` is not a place", words[2]))?
                };
                self.report.others.push(other);
                return self.again();
            }
            "at" => {
                let airport = self.airport.clone().ok_or("`airport` must come before `at`")?;
                let (nm, feet, heading) = (number(arg(1)?)?, number(arg(3)?)?, number(arg(4)?)?);
                let track = place::abroad(&airport, nm, arg(2)?, feet, (heading, self.knots), &self.report)
                    .ok_or_else(|| format!("`{}` is not a direction", words[2]))?;
                let mut said = Vec::new();
                for r in track {
                    self.report = r;
                    said.extend(self.again()?);
                }
                return Ok(said);
            }
            "runway" => self.runway = Some(arg(1)?.parse().map_err(|e: crate::units::NotA| e.to_string())?),
            "wait" => {
                let seconds = number(arg(1)?)?;
                // The simulator keeps reporting meanwhile.
                let mut said = Vec::new();
                for _ in 0..seconds.clamp(0.0, 3600.0).round() as u32 {
                    said.extend(self.again()?);
                }
                return Ok(said);
            }
            "place" => {
                let airport = self.airport.clone().ok_or("`airport` must come before `place`")?;
                let runway = self.runway_of(&airport).ok_or("the airport has no runway")?;
                let track =
                    place::track(&airport, runway, arg(1)?, &self.report).ok_or_else(|| format!("`{}` is not a place", words[1]))?;
                let mut said = Vec::new();
                for r in track {
                    self.report = r;
                    said.extend(self.again()?);
                }
                return Ok(said);
            }
            other => return Err(format!("`{other}` is not a command")),
        }
        Ok(Vec::new())
    }

    /// One more report from the simulator, a second later.
    fn again(&mut self) -> Result<Vec<Exchange>, String> {
        let report = self.report.clone();
        let stage = self.stage().map_err(|p| p.to_string())?;
        let until = stage.now() + Duration::from_secs(1);
        let said = stage.pass(until);
        if report.position.is_some() {
            stage.report(report);
        }
        Ok(said)
    }

    /// The runway of a place: the one that a `runway` line names, the one that this aircraft was given, or the one in use.
    fn runway_of(&self, airport: &Airport) -> Option<Runway> {
        let there = |r: &Runway| airport.end(*r).is_some();
        let weather = self.report.weather.clone();
        let engine = self.stage.as_ref().map(|s| s.app.engine());
        let given = engine.map(crate::atc::Engine::record).and_then(|r| {
            let landing = r.landing.map(|(runway, _)| runway);
            r.takeoff.or(r.lined_up).or(landing).or(r.pattern_runway).or(r.expects).or(r.taxi)
        });
        let in_use = crate::airports::runway::active(airport, weather.wind_dir, weather.wind_kt);
        self.runway.or(given.filter(there)).or(in_use).or(airport.strips_ends().first().copied())
    }

    fn check(&mut self, x: &Exchange) -> Vec<String> {
        let (report, airport) = (self.report.clone(), self.airport.clone());
        match (&self.stage, airport) {
            (Some(stage), Some(airport)) => invariants::check(stage, &report, &airport, x),
            _ => Vec::new(),
        }
    }
}

fn number(word: &str) -> Result<f64, String> {
    word.parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| format!("`{word}` is not a number"))
}

/// The start of a scene's clock, for tests.
pub fn start() -> Time {
    Time(0)
}
