//! Phase of flight from position and runway geometry, with hysteresis.
//!
//! Only the aircraft's position and motion are certain. Phases that follow from the conversation (`arrival`, `approach`, `transition`,
//! `holding`, `awaiting_readback`, `emergency`, `lost`) are added by the conversation's owner; the tracker never returns them.

mod air;
mod ground;
mod motion;

use serde::{Deserialize, Serialize};

use crate::airports::Airport;
use crate::airports::runway::{Geometry, active, ends};
use crate::report::Report;
use crate::units::{LatLon, Runway, Side, Time};
use motion::Motion;
pub(super) use motion::leapt;

/// What an aircraft is doing, in the words of the command-line interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// At a parking place.
    #[default]
    Parked,
    /// Moving backwards off a stand, or stopped after that.
    PushedBack,
    /// Taxiing to a runway, or stopped on the way.
    Taxiing,
    /// Stopped at a holding point, facing the runway.
    HoldingShort,
    /// Entering the runway from a holding point, or lined up on it.
    LineUpAndWait,
    /// Accelerating along the runway.
    TakeoffRoll,
    /// In the air after takeoff, before the first turn.
    Departure,
    /// Between departure and downwind.
    Crosswind,
    /// Parallel to the runway, opposite to the landing direction.
    Downwind,
    /// Between downwind and final.
    Base,
    /// Towards the threshold, until touchdown.
    Final,
    /// On the runway after touchdown, until it turns off.
    LandingRoll,
    /// In the air, towards the airport.
    Inbound,
    /// Under arrival control.
    Arrival,
    /// On an instrument approach.
    Approach,
    /// Transiting the airspace without landing.
    Transition,
    /// In the air, elsewhere.
    Cruise,
    /// Flying a hold.
    Holding,
    /// Climbing away from an approach.
    GoAround,
    /// Turning off the runway after landing, then taxiing to parking.
    TaxiIn,
    /// The controller awaits a readback.
    AwaitingReadback,
    /// Distress or urgency.
    Emergency,
    /// The pilot is lost.
    Lost,
}

impl Phase {
    /// The name in the command-line interface: "line_up_and_wait".
    pub fn word(self) -> &'static str {
        match self {
            Phase::Parked => "parked",
            Phase::PushedBack => "pushed_back",
            Phase::Taxiing => "taxiing",
            Phase::HoldingShort => "holding_short",
            Phase::LineUpAndWait => "line_up_and_wait",
            Phase::TakeoffRoll => "takeoff_roll",
            Phase::Departure => "departure",
            Phase::Crosswind => "crosswind",
            Phase::Downwind => "downwind",
            Phase::Base => "base",
            Phase::Final => "final",
            Phase::LandingRoll => "landing_roll",
            Phase::Inbound => "inbound",
            Phase::Arrival => "arrival",
            Phase::Approach => "approach",
            Phase::Transition => "transition",
            Phase::Cruise => "cruise",
            Phase::Holding => "holding",
            Phase::GoAround => "go_around",
            Phase::TaxiIn => "taxi_in",
            Phase::AwaitingReadback => "awaiting_readback",
            Phase::Emergency => "emergency",
            Phase::Lost => "lost",
        }
    }

    /// The aircraft is in the air.
    pub fn airborne(self) -> bool {
        use Phase::*;
        matches!(
            self,
            Departure | Crosswind | Downwind | Base | Final | Inbound | Arrival | Approach | Transition | Cruise | Holding | GoAround
        )
    }
}

/// Tracks one aircraft through its flight.
#[derive(Debug, Clone, Default)]
pub struct PhaseTracker {
    phase: Phase,
    since: Time,
    started: bool,
    /// ICAO code of the airport that the runways belong to.
    airport: String,
    runway: Option<Runway>,
    side: Option<Side>,
    on_runway: Option<Runway>,
    to_threshold_nm: Option<f64>,
    has_flown: bool,
    cleared: Option<Runway>,
    motion: Motion,
    ground: ground::State,
    air: air::State,
}

/// The input of one update.
struct Now<'a> {
    at: Time,
    position: LatLon,
    report: &'a Report,
    airport: &'a Airport,
    ends: &'a [Geometry],
    /// In this update the controller's clearance or assignment changed to a runway.
    newly_cleared: bool,
}

impl Now<'_> {
    fn end(&self, runway: Option<Runway>) -> Option<&Geometry> {
        runway.and_then(|r| self.ends.iter().find(|g| g.runway == r))
    }
}

impl PhaseTracker {
    /// A tracker without any reports.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a report and returns the phase. `airport` is the one that the aircraft is at or talks to, `cleared_runway` the runway that its
    /// controller has assigned or cleared, if any.
    ///
    /// A report without a (finite) position changes nothing. A clock that goes back, or a position that jumps, resets the tracker.
    pub fn update(&mut self, now: Time, report: &Report, airport: &Airport, cleared_runway: Option<Runway>) -> Phase {
        let Some(position) = report.position.filter(|p| p.lat.is_finite() && p.lon.is_finite()) else { return self.phase };
        if !(report.heading_true.is_finite() && report.ground_speed_kt.is_finite() && report.agl_ft.is_finite()) {
            return self.phase;
        }
        let ends = ends(airport);
        if self.motion.jumped(now, position) {
            *self = Self::default();
        }
        let elsewhere = self.airport != airport.icao;
        if elsewhere {
            self.airport.clone_from(&airport.icao);
            self.runway = None;
            self.side = None;
            self.ground.forget_places();
        }
        let known = cleared_runway.filter(|r| ends.iter().any(|g| g.runway == *r));
        let newly_cleared = known.is_some() && known != self.cleared;
        self.cleared = known;
        self.motion.see(now, position, report);
        let n = Now { at: now, position, report, airport, ends: &ends, newly_cleared };
        self.on_runway = if self.motion.airborne_for(now).is_some_and(|d| d.as_millis() > 3000) {
            None
        } else {
            ground::strip_below(&n, self.on_runway).map(|g| g.runway)
        };
        let next = if !self.started {
            self.started = true;
            self.first(&n)
        } else if elsewhere && self.phase.airborne() && !report.on_ground {
            // A pattern leg at the previous airport means nothing at this one.
            self.free(&n, true)
        } else if self.phase.airborne() {
            self.in_the_air(&n)
        } else {
            self.on_the_ground(&n)
        };
        self.set(now, next);
        if !self.phase.airborne() && self.on_runway.is_some() && self.phase != Phase::TaxiIn {
            self.runway = self.on_runway;
        }
        if self.runway.is_none() || matches!(self.phase, Phase::Parked | Phase::Taxiing | Phase::Inbound | Phase::Cruise) {
            let w = &report.weather;
            self.runway = self.cleared.or_else(|| active(airport, w.wind_dir, w.wind_kt)).or(self.runway);
        }
        self.to_threshold_nm = n.end(self.runway).map(|g| g.to_threshold_nm(position));
        self.phase
    }

    /// The phase after the last update.
    pub fn phase(&self) -> Phase {
        self.phase
    }
    /// When this phase began.
    pub fn since(&self) -> Time {
        self.since
    }
    /// The relevant runway end: the one below the aircraft, departed from, held short of or approached; otherwise the cleared one,
    /// otherwise the one that the wind favours.
    pub fn runway(&self) -> Option<Runway> {
        self.runway
    }
    /// The side of the pattern; `None` outside a pattern.
    pub fn side(&self) -> Option<Side> {
        self.side
    }
    /// Distance to the landing threshold of [`Self::runway`], nautical miles.
    pub fn distance_to_threshold_nm(&self) -> Option<f64> {
        self.to_threshold_nm
    }
    /// The runway that the aircraft is on (wheels on the ground, or airborne for less than three seconds), by the end whose heading is
    /// closer to its own.
    pub fn on_runway(&self) -> Option<Runway> {
        self.on_runway
    }
    /// The aircraft has flown since it was last parked, so on the ground it taxies in, not out.
    pub fn has_flown(&self) -> bool {
        self.has_flown
    }

    /// The airport's runways have changed: forget the old ones.
    pub(super) fn forget_runways(&mut self) {
        self.airport.clear();
        self.on_runway = None;
        self.cleared = None;
    }

    fn set(&mut self, now: Time, next: Phase) {
        if next != self.phase {
            self.phase = next;
            self.since = now;
        }
    }

    fn first(&mut self, n: &Now) -> Phase {
        if n.report.on_ground {
            self.first_on_the_ground(n)
        } else {
            self.has_flown = true;
            self.free(n, true)
        }
    }
}

#[cfg(test)]
mod tests;
