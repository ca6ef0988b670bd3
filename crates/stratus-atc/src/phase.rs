//! Phase of flight, from the aircraft's position relative to runway geometry, with hysteresis.
//!
//! What is known for certain is only where the aircraft is and how it moves. Phases that follow from a conversation
//! (`arrival`, `approach`, `transition`, `holding`, `awaiting_readback`, `emergency`, `lost`) are laid over these by
//! whoever holds the conversation; the tracker never yields them.

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

/// What an aircraft is doing, in the words of the command line's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// At a parking place.
    #[default]
    Parked,
    /// Moving, or moved, backwards off a stand.
    PushedBack,
    /// Taxiing to a runway, or stopped on the way.
    Taxiing,
    /// Stopped at a holding point, the runway ahead.
    HoldingShort,
    /// Entering the runway from a holding point, or standing on it lined up.
    LineUpAndWait,
    /// Accelerating along the runway.
    TakeoffRoll,
    /// In the air after take-off, not yet turned.
    Departure,
    /// Between departure and downwind.
    Crosswind,
    /// Along the runway, against the direction of landing.
    Downwind,
    /// Between downwind and final.
    Base,
    /// Towards the threshold, until the wheels touch.
    Final,
    /// On the runway after touching down, until it turns off.
    LandingRoll,
    /// In the air and towards the airport.
    Inbound,
    /// Under an arrival's control.
    Arrival,
    /// On an instrument approach.
    Approach,
    /// Through the airspace, without landing.
    Transition,
    /// In the air, elsewhere.
    Cruise,
    /// Flying a hold.
    Holding,
    /// Climbing away from an approach.
    GoAround,
    /// Turning off the runway after landing, and from there to parking.
    TaxiIn,
    /// The controller waits for a readback.
    AwaitingReadback,
    /// Distress or urgency.
    Emergency,
    /// The pilot does not know where he is.
    Lost,
}

impl Phase {
    /// The word of the contract: "line_up_and_wait".
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

/// Follows one aircraft through its flight.
#[derive(Debug, Clone, Default)]
pub struct PhaseTracker {
    phase: Phase,
    since: Time,
    started: bool,
    /// ICAO code of the airport that the runways below belong to.
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

/// All that one update looks at.
struct Now<'a> {
    at: Time,
    position: LatLon,
    report: &'a Report,
    airport: &'a Airport,
    ends: &'a [Geometry],
    /// The controller's clearance or assignment changed to a runway in this update.
    newly_cleared: bool,
}

impl Now<'_> {
    fn end(&self, runway: Option<Runway>) -> Option<&Geometry> {
        runway.and_then(|r| self.ends.iter().find(|g| g.runway == r))
    }
}

impl PhaseTracker {
    /// A tracker that has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a report in and tells the phase. `airport` is the one that the aircraft is at or talks to,
    /// `cleared_runway` the runway that its controller has assigned or cleared, if any.
    ///
    /// A report without a (finite) position changes nothing. Time that goes back, or a position that jumps, begins anew.
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
            // A leg of the last airport's pattern means nothing at this one.
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
    /// The runway end in play: the one below, departed from, held short of or approached; else the one cleared, else
    /// the one that the wind favours.
    pub fn runway(&self) -> Option<Runway> {
        self.runway
    }
    /// The side of the pattern being flown; `None` outside a pattern.
    pub fn side(&self) -> Option<Side> {
        self.side
    }
    /// Nautical miles to the landing threshold of [`Self::runway`].
    pub fn distance_to_threshold_nm(&self) -> Option<f64> {
        self.to_threshold_nm
    }
    /// The runway that the aircraft is on (wheels on the ground, or in a hop of less than three seconds), by the end
    /// whose heading is nearer to its own.
    pub fn on_runway(&self) -> Option<Runway> {
        self.on_runway
    }
    /// It has been in the air since it was last parked: on the ground it taxies in, not out.
    pub fn has_flown(&self) -> bool {
        self.has_flown
    }

    /// The runways of the airport are told anew: what is remembered of the old ones counts no more.
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
