//! Filing: a plan from the pilot's words, or from how the flight began.

use super::gather::home;
use crate::act::Act;
use crate::airports::{Airport, Station};
use crate::instruction::{Ask, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Plight;
use crate::remark::Remark;
use crate::request::Request;
use crate::situation::{FlightPlan, Home};
use crate::units::Facility;
use crate::{Engine, decide, gate, telephony};

/// The farthest field that a pilot in trouble would choose, nautical miles.
const CHOSEN_NM: f64 = 150.0;

/// The farthest field whose direction a pilot asks for by its name, nautical miles.
const NAMED_NM: f64 = 80.0;
/// The fewest letters of such a name.
const NAME_LETTERS: usize = 5;

/// The farthest destination of a visual flight, nautical miles.
const VISUAL_NM: f64 = 500.0;

/// Whether the call is one for help.
fn calls_for_help(u: &Understanding) -> bool {
    !u.other_aircraft && [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel].iter().any(|i| u.has(*i))
}

impl Engine {
    /// Adds the field that a pilot in trouble names, if the words alone did not show that it is one: only the airports around tell "go to
    /// Bradley" from "go to tower".
    pub(crate) fn with_named_field(&self, text: &str, mut u: Understanding) -> Understanding {
        let heads_for = u.requests.iter().any(|q| matches!(q, Request::Vectors { approach: false, .. }));
        let troubled = heads_for || calls_for_help(&u) || self.record.emergency.is_some() || self.record.plight.is_some();
        if let Some(field) = self.alternate().filter(|_| u.slots.destination.is_none() && u.remarks.has(Remark::ToAlternate)) {
            u.slots.destination = Some(field);
        }
        let (asked, aloft) = (self.asked_destination(), !self.report.on_ground);
        let names = u.slots.destination.is_none() && (asked || troubled && aloft);
        let Some(at) = self.report.position.filter(|_| names) else { return u };
        let low = text.to_lowercase();
        let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let leads = |i: &usize| matches!(words[*i], "to" | "for" | "into" | "at" | "want" | "wants");
        let named = |i: usize| {
            let run = words.get(i..(i + 3).min(words.len()))?;
            let found = self.airports.named(&run.join(" "))?;
            let first = found.name.split_whitespace().next().unwrap_or("").to_lowercase();
            (run.first() == Some(&first.as_str()) && found.position.distance_nm(at) <= CHOSEN_NM).then_some(found.icao)
        };
        let led = (0..words.len()).filter(leads).find_map(|i| named(i + 1));
        u.slots.destination = led.or_else(|| (0..words.len()).filter(|_| asked).find_map(named));
        u
    }

    /// Whether the last transmission asked for the destination.
    fn asked_destination(&self) -> bool {
        self.record.last.as_ref().is_some_and(|l| l.items.contains(&Item::Ask(Ask::Destination)))
    }

    /// The first alternate in the plan.
    fn alternate(&self) -> Option<String> {
        self.plan.as_ref()?.alternates.first().cloned()
    }

    /// The direction from the aircraft to the nearest field whose name stands in these words.
    pub(crate) fn field_named(&self, text: &str) -> Option<Home> {
        let at = self.report.position.filter(|_| !self.report.on_ground)?;
        let here = self.airport.as_ref()?;
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        // Where the text has capitals, a name is written with one.
        let capitals = words.iter().skip(1).any(|w| w.starts_with(char::is_uppercase));
        let written = |w: &&str| !capitals || w.starts_with(char::is_uppercase);
        let named = |count: usize| -> Vec<String> {
            let runs = words.windows(count).filter(|run| run.iter().all(written));
            runs.map(|run| run.join(" ").to_lowercase()).filter(|n| n.len() >= NAME_LETTERS).collect()
        };
        // A name of several words is surer than a single word, which may be part of another name.
        let found = [named(3), named(2), named(1)].into_iter().filter(|names| !names.is_empty()).find_map(|names| {
            let is = |a: &Airport| {
                let low = a.name.to_lowercase();
                names.iter().any(|n| low == *n || low.strip_prefix(n.as_str()).is_some_and(|rest| rest.starts_with([' ', '/', '-'])))
            };
            self.airports.nearest_of(at, NAMED_NM, is)
        })?;
        Some(home(&found, here, at))
    }

    /// Files the destination that the pilot states, if no plan is on file.
    pub(crate) fn file_by_voice(&mut self, u: &Understanding) {
        let troubled = calls_for_help(u);
        let troubled = troubled || self.record.emergency.is_some() || self.record.plight.is_some();
        if let Some(field) = u
            .slots
            .destination
            .as_deref()
            .filter(|_| troubled && !u.other_aircraft)
            .and_then(|d| self.airports.find(d).or_else(|| self.airports.named(d)))
        {
            self.record.bound = Some(field.icao);
        }
        // "If this does not work we go to Charlotte" is a plan for later.
        if !troubled && u.has(Intent::Diversion) && u.clauses.is_conditional() {
            return;
        }
        let visual = self.visual_destination(u);
        // On the ground nobody diverts: an alternate that is named there belongs to the plan.
        if self.report.on_ground && u.remarks.has(Remark::FlightData) && u.has(Intent::Diversion) && !u.has(Intent::IfrClearanceRequest) {
            return;
        }
        // A pilot who was asked for the destination names it in any words.
        let asked = self.asked_destination();
        let asks = visual
            || asked
            || u.has(Intent::IfrClearanceRequest)
            || u.has(Intent::FlightFollowingRequest)
            || u.has(Intent::Diversion)
            || troubled;
        let Some(to) = u.slots.destination.clone().filter(|_| asks && !u.other_aircraft) else { return };
        let goes_elsewhere = visual && self.plan_spoken && u.has(Intent::InboundLanding);
        if self.report.position.is_none() || self.plan.is_some() && !u.has(Intent::Diversion) && !troubled && !goes_elsewhere && !asked {
            return;
        }
        // "Diverting to you": the field of the unit that the pilot talks to.
        let here = || self.airport.as_ref().filter(|_| to == "you" || to.starts_with("you ")).map(|a| a.icao.clone());
        let known = self.airports.find(&to).or_else(|| self.airports.named(&to)).is_some();
        let Some(to) = here().or_else(|| Some(to.clone()).filter(|_| known || self.plan.is_none())) else { return };
        let altitude_ft = u.slots.altitude_ft.last().copied().filter(|f| (500..=60_000).contains(f));
        // A diversion does not change the flight rules. What was announced at the earlier destination is not of the new one.
        let ifr = self.plan.as_ref().and_then(|p| p.ifr);
        // The altitude of a visual flight is no filed level: an instrument clearance does not begin below the terrain because of it.
        let by_instruments = self.record.ifr || ifr == Some(true) || asked || u.has(Intent::IfrClearanceRequest);
        let altitude_ft = altitude_ft.filter(|_| by_instruments);
        if self.plan.as_ref().is_some_and(|p| p.destination.as_ref() != Some(&to)) {
            (self.record.approach, self.record.expects) = (None, None);
        }
        self.plan = Some(FlightPlan { ifr, destination: Some(to), altitude_ft, ..FlightPlan::default() });
        self.plan_spoken = true;
    }

    /// Whether a visual flight in the air says where it goes: to a known field within reach.
    fn visual_destination(&self, u: &Understanding) -> bool {
        let instruments = self.record.ifr || self.plan.as_ref().is_some_and(|p| p.ifr == Some(true));
        let tells = matches!(u.intent, Intent::CheckIn | Intent::InboundLanding | Intent::TransitionRequest | Intent::PositionReport);
        let (Some(at), Some(to)) = (self.report.position.filter(|_| tells && !self.report.on_ground && !instruments), &u.slots.destination)
        else {
            return false;
        };
        let field = self.airports.find(to).or_else(|| self.airports.named(to));
        field.is_some_and(|a| a.position.distance_nm(at) <= VISUAL_NM)
    }

    /// Files an instrument arrival for an airline flight that calls a radar unit or a tower from the air without a plan: a flight loaded in
    /// mid-air begins this way. The destination is that unit's field.
    pub(crate) fn file_arrival(&mut self, station: &Station, u: &Understanding) {
        let arrives = matches!(u.intent, Intent::CheckIn | Intent::InboundLanding | Intent::ApproachRequest | Intent::PositionReport);
        let works = station.facility.is_radar() || station.facility == Facility::Tower;
        let unknown = self.plan.is_none() && self.began_aloft && !u.other_aircraft && !self.record.ifr_cancelled;
        let airline = self.callsign().is_some_and(telephony::is_airline);
        // If the plan does not state the flight rules, an airline flight is IFR, and so is one that begins in the air and wants an
        // instrument approach.
        let charted = u.slots.approach.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("visual"));
        let by_instruments = airline || self.began_aloft && charted;
        let open = self.plan.as_ref().is_some_and(|p| p.ifr.is_none() && p.destination.is_some());
        if open && arrives && works && by_instruments && !self.report.on_ground && !u.other_aircraft && !self.record.ifr_cancelled {
            self.record.ifr = true;
        }
        if let Some(airport) = self.airport.as_ref().filter(|_| arrives && works && unknown && airline) {
            self.plan = Some(FlightPlan { ifr: Some(true), destination: Some(airport.icao.clone()), ..FlightPlan::default() });
            self.plan_spoken = true;
            self.record.ifr = true;
        }
    }

    /// Notes whether a requested transition is through class B: "bravo" is also a letter in callsigns.
    pub(crate) fn note_airspace(&mut self, u: &Understanding) {
        if u.has(Intent::TransitionRequest) && !u.other_aircraft {
            self.record.wants_bravo = u.remarks.has(Remark::ThroughBravo);
        }
    }

    /// Remembers what the pilot says about themselves: the ATIS letter, what they want.
    pub(crate) fn note_pilot(&mut self, u: &Understanding) {
        if u.other_aircraft {
            return;
        }
        if let Some(letter) = u.slots.atis {
            self.record.atis = self.airport.as_ref().map(|a| (a.icao.clone(), letter));
        }
        let denied = |d: gate::Doubt| d.waits();
        if u.has(Intent::TransitionRequest) && gate::admit::<gate::Entry>(u, &self.record).is_err_and(denied) {
            self.record.wants_through = None;
        }
        if u.has(Intent::TransitionRequest) && gate::admit::<gate::Entry>(u, &self.record).is_ok() {
            let feet = u.slots.altitude_ft.last().copied().unwrap_or((self.report.altitude_ft / 100.0).round() as i32 * 100);
            self.record.wants_through = Some(feet).filter(|f| (500..18_000).contains(f));
        }
        // A pilot who stays outside, and does not just read that back, no longer waits for the transition.
        let asks = u.remarks.has(Remark::AsksOutside) || u.has(Intent::TransitionRequest);
        if u.remarks.has(Remark::RemainsOutside) && !asks && !u.has(Intent::Readback) {
            self.record.wants_through = None;
        }
        let level = u.requests.iter().find_map(|q| if let Request::Level { feet, .. } = q { *feet } else { None });
        let asked = level
            .or_else(|| u.slots.altitude_ft.last().copied().filter(|_| u.has(Intent::AltitudeRequest) || u.has(Intent::TransitionRequest)));
        if let Some(feet) = asked.filter(|f| (500..=60_000).contains(f)) {
            self.record.wants_level = Some(feet);
        }
        self.record.minimum_fuel |= u.slots.minimum_fuel && !self.report.on_ground;
        // On the ground, a pilot who is lost needs a taxiway and no heading. A pilot who denies an emergency is not led.
        let declined = gate::declined_distress(u, &self.record) || gate::denies_when_asked(u, &self.record);
        self.record.no_emergency |= declined || u.acts.contains(&Act::NoEmergency);
        let was = self.record.plight;
        // A lost pilot who declares nothing is still lost.
        let well = self.report.on_ground || declined && was != Some(Plight::Lost);
        self.record.plight = if well { None } else { decide::plight(was, u) };
        self.record.cloud_ahead = match self.record.plight {
            Some(Plight::InCloud) if was != Some(Plight::InCloud) => Some(self.report.heading_mag.round().rem_euclid(360.0) as u16),
            Some(_) => self.record.cloud_ahead,
            None => None,
        };
        if u.slots.souls.is_some() {
            self.record.note_asked(Ask::SoulsAndFuel);
        }
        if u.slots.nature.is_some() {
            self.record.note_asked(Ask::NatureOfEmergency);
        }
        self.record.service = u.remarks.service.clone().or(self.record.service.take());
        if u.has(Intent::FieldInSight) {
            self.record.sees_field = !gate::refuses(u);
        }
        if let Some(l) = u.slots.landing {
            self.record.wants = Some(l);
        }
        let out = u.remarks.out.as_ref().map(crate::remark::Out::words).filter(|_| self.report.on_ground);
        if u.has(Intent::TaxiRequest) || u.has(Intent::DepartureReady) || out.is_some() {
            let closed = u.has(Intent::PatternRequest).then(|| "closed traffic".to_owned());
            let named = u.slots.departure.clone().filter(|d| out.is_none() || !d.ends_with("turnout"));
            if let Some(d) = named.or(out).or(closed) {
                self.record.wants_departure = Some(d);
            }
        }
    }
}
