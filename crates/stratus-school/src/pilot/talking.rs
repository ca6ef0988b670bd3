//! How the pilot talks and listens: calls in varied words, readbacks, answers to questions, and the reaction to a reply.

use stratus_airports::Station;
use stratus_atc::instruction::{Ask, Item, Landing, Leg, Part, ReportPoint};
use stratus_atc::spoken;
use stratus_units::{Facility, Transition, compass_word};

use super::{Asked, Call, Due, OWED_FOR, Outcome, PATIENCE, Pilot, Stage, TIMES, TRIES};
use crate::aircraft::Aircraft;
use crate::answers::{Answer, Need, answer};
use crate::guide::{self, Guide};
use crate::readback;
use crate::sortie::Mission;
use crate::words::fill;

/// How often one instruction is read back.
const REPEATS: u8 = 3;

impl Pilot<'_> {
    /// The pilot's next call, if there is one.
    pub fn call(&mut self, t: u32, a: &Aircraft) -> Option<Call> {
        if let Some((at, due)) = self.due.front().cloned() {
            if at > t {
                return None;
            }
            self.due.pop_front();
            return self.say_due(due, a);
        }
        if matches!(self.stage, Stage::Roll | Stage::LiningUp | Stage::Rollout) {
            return None;
        }
        let Some(need) = self.need(t, a) else {
            self.asked = None;
            return None;
        };
        if self.asked.as_ref().is_none_or(|asked| asked.need != need) {
            if self.too_often(need) {
                return None;
            }
            let pause = 2 + self.dice.below(6) as u32;
            self.asked = Some(Asked::new(need, t + pause));
        }
        let asked = self.asked.as_mut()?;
        if asked.next > t {
            return None;
        }
        let waited_out = asked.owed.is_some_and(|since| t.saturating_sub(since) > OWED_FOR);
        if asked.tries >= TRIES || waited_out {
            let usual = asked.usual();
            let why = if waited_out { format!("owed, and never given ({usual})") } else { usual };
            return self.give_up(t, need, why);
        }
        asked.tries += 1;
        asked.next = t + PATIENCE;
        let again = asked.owed.is_some();
        let key = self.key(need, again, a);
        let words = self.words_for(key, a);
        let blocked = self.dice.percent(self.s.faults.blocked);
        Some(Call { words, need: Some(need), readback: false, error: None, blocked })
    }

    /// Whether a need recurs too often although it was granted, so that it leads nowhere.
    fn too_often(&mut self, need: Need) -> bool {
        match self.times.iter_mut().find(|(n, _)| *n == need) {
            Some((_, times)) => {
                *times = times.saturating_add(1);
                if *times > TIMES && need.vital() && need != Need::Landing {
                    let why = "promised again and again, and never given".to_owned();
                    self.outcome = Some(Outcome::Stuck { stage: self.stage, need, why });
                    return true;
                }
            }
            None => self.times.push((need, 1)),
        }
        false
    }

    fn give_up(&mut self, t: u32, need: Need, why: String) -> Option<Call> {
        self.asked = None;
        self.given_up.push(need);
        self.wishes.retain(|w| *w != need);
        let near_landing = need == Need::Landing;
        if need.vital() && !near_landing {
            self.outcome = Some(Outcome::Stuck { stage: self.stage, need, why });
        } else if near_landing {
            // On final the flight does not become stuck: the approach ends in a landing or a go-around.
            self.given_up.retain(|n| *n != need);
            self.asked = Some(Asked { next: u32::MAX, heard: vec![why], ..Asked::new(need, t) });
        }
        None
    }

    fn say_due(&mut self, due: Due, a: &Aircraft) -> Option<Call> {
        let plain = |words: String| Some(Call { words, need: None, readback: false, error: None, blocked: false });
        match due {
            Due::Tune(station) => {
                self.tune(station);
                None
            }
            Due::Say(key) => {
                let words = self.words_for(key, a);
                plain(words)
            }
            Due::Readback(items) => {
                let first = self.corrections == 0;
                let wrong = first && self.dice.percent(self.s.faults.wrong_readback);
                let (words, error) = readback::of(&items, self.s.region(), wrong, &mut self.dice);
                if words.is_empty() {
                    return None;
                }
                let blocked = first && self.dice.percent(self.s.faults.blocked);
                let usual = if error.is_none() && first { self.usual_readback(&items) } else { None };
                let words = usual.unwrap_or_else(|| format!("{words}, {}", self.s.spoken_short));
                Some(Call { words, need: None, readback: true, error, blocked })
            }
        }
    }

    /// Reads back half of the simple instructions (a take-off, a line-up, a landing, a hold short) in the independent wordings.
    fn usual_readback(&mut self, items: &[Item]) -> Option<String> {
        let mut read = items.iter().filter(|i| readback_due(i));
        let (item, more) = (read.next()?, read.next());
        let before = items.iter().find_map(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
        let (key, runway) = match item {
            Item::ClearedForTakeoff { at: None } => ("read_takeoff", before?),
            Item::LineUpAndWait => ("read_lineup", before?),
            Item::Cleared(Landing::FullStop) => ("read_landing", before?),
            Item::HoldShort { runway, .. } => ("read_hold", *runway),
            _ => return None,
        };
        if more.is_some() || self.dice.percent(50.0) {
            return None;
        }
        let fits = |w: &str| w.contains("{runway}") && w.matches('{').count() == 2;
        let words = self.words.choose(key, self.s.style, self.s.region(), &mut self.dice, fits)?;
        let runway = spoken::runway(runway, self.s.region());
        Some(fill(words, |name| if name == "runway" { runway.clone() } else { self.s.spoken_short.clone() }))
    }

    /// The key of the wording for this need.
    fn key(&self, need: Need, again: bool, a: &Aircraft) -> &'static str {
        let instruments = self.s.mission == Mission::Instruments;
        match need {
            Need::Clearance => "clearance",
            Need::Push => "push",
            Need::Taxi if instruments => "taxi_ifr",
            Need::Taxi if self.s.mission == Mission::CrossCountry => "taxi_vfr",
            Need::Taxi => "taxi",
            Need::Cross(_) => "cross",
            Need::Departure if self.stage == Stage::LinedUp => "lined_up",
            Need::Departure if again => "waiting",
            Need::Departure => "ready",
            Need::Join => "inbound",
            Need::Landing => {
                let before = self.runway.map_or(9.0, |g| guide::before(&g, a.position).0);
                match self.guide.as_ref().and_then(Guide::leg) {
                    Some(Leg::Final) if before < 1.0 => "short_final",
                    Some(Leg::Final) if instruments => "established",
                    Some(Leg::Final) => "final",
                    _ => "downwind",
                }
            }
            Need::Vacated => "clear",
            Need::Parking => "taxi_in",
            Need::CheckIn if self.stage == Stage::Arriving => "arriving",
            Need::CheckIn if self.stage == Stage::Departing => "departed",
            Need::CheckIn => "level",
            Need::Higher => "higher",
            Need::Descent => "descent",
            Need::Direct => "direct",
            Need::Deviation => "deviation",
            Need::Approach if self.told.approach.is_some() => "ready_approach",
            Need::Approach if self.low_weather() => "ils",
            Need::Approach => "visual",
            Need::Another => "missed",
            Need::Next => "next",
            Need::Leave => "leave",
            Need::Following => "following",
            Need::Help if self.distress => "mayday",
            Need::Help => "pan",
            Need::RadioCheck => "radio_check",
            Need::Weather => "weather",
        }
    }

    fn low_weather(&self) -> bool {
        let w = &self.s.weather;
        w.ceiling_ft.is_some_and(|c| c < 2000.0) || w.visibility_sm.is_some_and(|v| v < 5.0)
    }

    /// The words of a key, with the present values.
    fn words_for(&mut self, key: &str, a: &Aircraft) -> String {
        let full_stop = self.touch_and_goes == 0;
        let instruments = self.s.mission == Mission::Instruments;
        let cross_country = self.s.mission == Mission::CrossCountry;
        let tuned = self.tuned.as_ref().map(|s| s.facility);
        let fits = |words: &str| {
            let w = words.to_lowercase();
            // A pilot does not announce a different kind of flight or landing from the one flown.
            let touch = ["touch", "option", "stop and go"].iter().any(|o| w.contains(o));
            let ends = !(key == "downwind" && (touch && full_stop || w.contains("full stop") && !full_stop));
            let rules = match key {
                "ready" if cross_country => !["ifr", "pattern", "circuit", "closed"].iter().any(|o| w.contains(o)),
                "ready" | "taxi" if !instruments => !w.contains("ifr") && !w.contains("destination"),
                "ready" | "taxi_ifr" => !["pattern", "circuit", "closed", "vfr", "downwind departure"].iter().any(|o| w.contains(o)),
                "departed" | "level" => !w.contains("vfr"),
                "weather" => !w.contains("destination"),
                // Emergencies in the school end on a runway.
                "mayday" => !["putting it down", "forced landing", "ditch"].iter().any(|o| w.contains(o)),
                _ => true,
            };
            ends && rules && addresses(&w, tuned)
        };
        let Some(words) = self.words.choose(key, self.s.style, self.s.region(), &mut self.dice, fits) else { return String::new() };
        let first = !self.checked_in
            && matches!(
                key,
                "taxi" | "taxi_ifr" | "taxi_vfr" | "following" | "clearance" | "inbound" | "departed" | "level" | "arriving" | "push"
            );
        fill(words, |name| self.value(name, first, a))
    }

    /// The altitude of the call, feet: the requested or the present one.
    fn wanted_ft(&self, a: &Aircraft) -> f64 {
        match self.asked.as_ref().map(|asked| asked.need) {
            Some(Need::Higher | Need::Clearance) => self.s.cruise_ft,
            Some(Need::CheckIn) if self.stage == Stage::Departing => self.s.cruise_ft,
            Some(Need::Descent) => ((self.s.to.elevation_ft + 5000.0) / 1000.0).ceil() * 1000.0,
            _ => a.altitude_ft,
        }
    }

    fn value(&self, name: &str, first: bool, a: &Aircraft) -> String {
        let (s, region) = (self.s, self.s.region());
        let from_field = a.position.distance_nm(self.field().position);
        let direction = compass_word(self.field().position.bearing(a.position));
        let before = self.runway.map_or(from_field, |g| guide::before(&g, a.position).0);
        let on_final = self.guide.as_ref().and_then(Guide::leg) == Some(Leg::Final);
        let altitude = |feet: f64| {
            let hundreds = ((feet / 100.0).round() * 100.0) as i32;
            let field = self.field();
            let level = Transition::of(region, &field.icao, None).level_of(hundreds);
            spoken::altitude(hundreds, level.is_flight())
        };
        let pattern_leg = || match &self.guide {
            Some(Guide::Pattern { side, leg: Some(leg), .. }) => format!("{} {}", side.word(), leg.word()),
            _ => "downwind".to_owned(),
        };
        match name {
            "station" => self.tuned.as_ref().map(|u| u.name.clone()).unwrap_or_default(),
            "callsign" if first => s.spoken_full.clone(),
            "callsign" => s.spoken_short.clone(),
            "runway" => {
                let crossing = matches!(self.asked.as_ref().map(|asked| asked.need), Some(Need::Cross(_)));
                let r = if crossing { self.crossing() } else { self.runway() };
                r.map(|r| spoken::runway(r, region)).unwrap_or_default()
            }
            "atis" => spoken::characters(&self.letter.to_string()),
            "stand" => self.stand_number.clone(),
            "destination" | "fix" => s.to.name.clone(),
            "field" => self.field().name.clone(),
            "altitude" => altitude(a.altitude_ft),
            "want" => altitude(self.wanted_ft(a)),
            "level" => spoken::characters(&format!("{:03}", (self.wanted_ft(a) / 100.0).round() as i32)),
            "heading" => spoken::characters(&format!("{:03}", (a.heading - self.field().variation).rem_euclid(360.0).round() as i32)),
            "distance" => {
                let nm = if on_final { before } else { from_field };
                spoken::small(nm.round().clamp(1.0, 60.0) as u8)
            }
            "direction" => direction.to_owned(),
            "leg" => pattern_leg(),
            "end" => if self.touch_and_goes == 0 { "full stop" } else { "touch and go" }.to_owned(),
            "approach" => self.told.approach.as_ref().map_or_else(|| "ILS".to_owned(), |(k, _, _)| spoken::approach(k)),
            "type" => s.kind.designator.to_owned(),
            "squawk" => spoken::characters(&self.squawk.to_string()),
            "frequency" => self.tuned.as_ref().map(|u| spoken::frequency(u.frequency, region)).unwrap_or_default(),
            "qnh" => spoken::characters(&((s.weather.altimeter_inhg.unwrap_or(29.92) * 33.8639) as i32).to_string()),
            "speed" => spoken::characters(&(a.speed_kt as i32).to_string()),
            "traffic" => "Cessna".to_owned(),
            "point" => "alpha".to_owned(),
            _ => String::new(),
        }
    }

    /// The call was not answered, for this reason.
    pub fn unanswered(&mut self, why: &str) {
        if let Some(asked) = &mut self.asked {
            asked.heard.push(format!("silence: {why}"));
        }
    }

    /// The call was blocked: it was not heard, and does not count as made.
    pub fn blocked(&mut self) {
        if let Some(asked) = &mut self.asked {
            asked.tries = asked.tries.saturating_sub(1);
        }
    }

    /// Hears the controller. `called` is the need of the call that this answers, if it answers one.
    pub fn hear(&mut self, t: u32, items: &[Item], called: Option<Need>) {
        let was = self.told.clone();
        self.heard = t;
        self.told.hear(items);
        let correction = matches!(items.first(), Some(Item::Negative | Item::ReadBack(_))) && called.is_none();
        self.reply_to(t, items, called, correction);
        let read = items.iter().any(readback_due);
        let pause = if self.dice.percent(self.s.faults.no_readback) { 40 } else { 1 + self.dice.below(3) as u32 };
        if read && !correction {
            self.corrections = 0;
            self.repeats = if self.last == items { self.repeats.saturating_add(1) } else { 0 };
            self.last = items.to_vec();
            // Stop after some repetitions of one readback.
            self.due.retain(|(_, due)| !matches!(due, Due::Readback(_)));
            if self.repeats < REPEATS {
                self.due.push_back((t + pause, Due::Readback(items.to_vec())));
            }
        } else if correction {
            self.corrections = self.corrections.saturating_add(1);
            self.due.retain(|(_, due)| !matches!(due, Due::Readback(_)));
            if self.corrections <= REPEATS {
                self.due.push_front((t + 2, Due::Readback(self.last.clone())));
            }
        }
        self.answer_questions(t, items);
        let sent = self.told.contact.clone().filter(|c| was.contact.as_ref() != Some(c));
        if let Some((unit, frequency)) = sent {
            let stations = || self.s.from.stations.iter().chain(&self.s.to.stations);
            let known = frequency.and_then(|f| stations().find(|s| s.frequency.same_channel(f)).cloned());
            let by_word =
                || self.field().stations.iter().find(|s| unit.to_lowercase().contains(&s.facility.word().to_lowercase())).cloned();
            let unknown = || Some(Station { facility: Facility::Approach, name: unit.clone(), frequency: frequency? });
            if let Some(station) = known.or_else(unknown).or_else(by_word) {
                self.due.push_back((t + pause + 1, Due::Tune(station)));
            }
            if self.stage == Stage::Vacated {
                self.vacated_told = true;
            }
        }
    }

    /// How the reply answers the open request.
    fn reply_to(&mut self, t: u32, items: &[Item], called: Option<Need>, correction: bool) {
        let Some(need) = called.or(self.asked.as_ref().map(|asked| asked.need)).filter(|_| !correction) else { return };
        let what = answer(need, items);
        if what == Answer::Granted {
            match need {
                Need::CheckIn => self.checked_in = true,
                Need::Vacated => self.vacated_told = true,
                _ => {}
            }
            self.wishes.retain(|w| *w != need);
            if matches!(need, Need::Higher | Need::Direct | Need::Deviation | Need::Next | Need::Leave | Need::Following) {
                self.given_up.push(need);
            }
        }
        let Some(asked) = self.asked.as_mut().filter(|asked| asked.need == need && called.is_some()) else { return };
        asked.heard.push(describe(what, items));
        match what {
            Answer::Granted => self.asked = None,
            Answer::Owed => {
                asked.owed.get_or_insert(t);
                asked.tries = 1;
                asked.next = t + 75;
            }
            Answer::Refused => asked.next = t + 40,
            Answer::Question => asked.next = t + 18,
            Answer::SentOn => asked.next = t + 10,
            Answer::Beside => asked.next = t + 10,
        }
        if what == Answer::Refused && !need.vital() {
            self.given_up.push(need);
            self.wishes.retain(|w| *w != need);
        }
    }

    fn answer_questions(&mut self, t: u32, items: &[Item]) {
        for item in items {
            let key = match item {
                Item::Ask(Ask::SayAgain | Ask::Callsign | Ask::Request | Ask::Intentions) | Item::GoAhead => {
                    if let Some(asked) = &mut self.asked {
                        asked.next = t + 3;
                    }
                    continue;
                }
                Item::Ask(Ask::Position | Ask::VerifyPosition) => match self.stage {
                    Stage::AtHold => "position_hold",
                    Stage::Gate | Stage::Vacated | Stage::TaxiOut | Stage::TaxiIn => "position_ground",
                    _ => "position",
                },
                Item::Ask(Ask::Runway | Ask::Again(Part::Runway)) => "runway",
                Item::Ask(Ask::Again(Part::Altitude)) => "want",
                Item::Ask(Ask::Altitude) | Item::Verify { .. } => "maintaining",
                Item::Ask(Ask::RequestedAltitude) => "want",
                Item::Ask(Ask::Heading) => "heading",
                Item::Ask(Ask::Destination | Ask::Direction) => "destination",
                Item::Ask(Ask::AircraftType) => "type",
                Item::Ask(Ask::SoulsAndFuel | Ask::FuelMinutes | Ask::NatureOfEmergency) => "souls",
                Item::Ask(Ask::AtisLetter) => "letter",
                Item::Confirm { .. } => "affirm",
                Item::Report(ReportPoint::Words(w)) if w.contains("field in sight") => "in_sight",
                _ => continue,
            };
            // The pilot looks for the field before answering.
            let pause = if key == "in_sight" { 15 } else { 2 };
            self.due.push_back((t + pause, Due::Say(key)));
            return;
        }
    }
}

/// Whether a wording that names a unit names the one that is called.
fn addresses(words: &str, tuned: Option<Facility>) -> bool {
    const UNITS: [(&str, Facility); 9] = [
        ("ground", Facility::Ground),
        ("ramp", Facility::Ground),
        ("tower", Facility::Tower),
        ("departure,", Facility::Departure),
        ("approach,", Facility::Approach),
        ("center", Facility::Center),
        ("radar,", Facility::Approach),
        ("clearance,", Facility::Clearance),
        ("delivery", Facility::Clearance),
    ];
    // Only the words before the callsign are the address.
    let address = words.split("{callsign}").next().unwrap_or("");
    let called = UNITS.iter().find(|(word, _)| address.contains(word)).map(|(_, f)| *f);
    called.is_none_or(|f| tuned == Some(f))
}

/// Whether a pilot reads this item back.
fn readback_due(item: &Item) -> bool {
    matches!(
        item,
        Item::Taxi { .. }
            | Item::TaxiToParking { .. }
            | Item::HoldShort { .. }
            | Item::Cross { .. }
            | Item::LineUpAndWait
            | Item::ClearedForTakeoff { .. }
            | Item::Cleared(_)
            | Item::CancelTakeoff
            | Item::HoldPosition
            | Item::GoAround
            | Item::ClosedTraffic(_)
            | Item::Enter(..)
            | Item::StraightIn
            | Item::Contact { .. }
            | Item::Monitor { .. }
            | Item::Squawk(_)
            | Item::Altitude { .. }
            | Item::Heading { .. }
            | Item::Speed(_)
            | Item::ClearedTo { .. }
            | Item::Approach { .. }
            | Item::Direct(_)
            | Item::Pushback { .. }
    )
}

/// The result of a request, in a few words that are the same for equal causes.
fn describe(what: Answer, items: &[Item]) -> String {
    let name = |i: &Item| {
        let text = format!("{i:?}");
        let end = text.find([' ', '(', '{']).unwrap_or(text.len());
        match i {
            Item::Ask(_) | Item::Unable(_) => text,
            Item::Contact { unit, .. } => format!("contact {}", unit.split_whitespace().last().unwrap_or("")),
            _ => text.get(..end).unwrap_or("").to_owned(),
        }
    };
    let key: Vec<String> = items.iter().take(2).map(name).collect();
    let verb = match what {
        Answer::Granted => "granted",
        Answer::Owed => "owed",
        Answer::Refused => "refused",
        Answer::Question => "asked back",
        Answer::SentOn => "sent on",
        Answer::Beside => "beside the point",
    };
    format!("{verb}: {}", key.join(", "))
}
