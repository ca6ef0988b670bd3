//! Other aircraft: they fly an approach, land and vacate, or line up and depart, and avoid the pilot.

use stratus_airports::Airport;
use stratus_airports::runway::{Geometry, geometry};
use stratus_atc::report::Other;
use stratus_units::{FT_PER_NM, LatLon, Runway};

use crate::dice::Dice;
use crate::guide;
use crate::layout::spot;

/// The types of other aircraft: designator, and knots on final.
const TYPES: &[(&str, f64)] = &[("C172", 65.0), ("P28A", 70.0), ("BE58", 95.0), ("DH8D", 120.0), ("A320", 138.0), ("B738", 142.0)];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Doing {
    Final,
    /// On the runway after landing.
    RollingOut,
    /// Lined up for this many more seconds.
    Waiting(u32),
    /// On the take-off roll, or climbing out.
    Departing,
    /// Climbing away from an approach.
    Around(u32),
}

/// Another aircraft.
#[derive(Debug, Clone)]
struct Actor {
    designator: &'static str,
    final_kt: f64,
    g: Geometry,
    doing: Doing,
    /// Feet ahead of the beginning of the runway.
    ahead_ft: f64,
    height_ft: f64,
    kt: f64,
}

/// All other aircraft around a field.
#[derive(Debug, Clone)]
pub struct Traffic {
    dice: Dice,
    actors: Vec<Actor>,
    /// Seconds until the next one appears; `None`: none appears.
    next: Option<u32>,
}

/// The state of the pilot's aircraft, so that traffic can avoid it.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// The position.
    pub position: LatLon,
    /// Whether it is on the ground.
    pub on_ground: bool,
}

impl Traffic {
    /// Traffic, if the flight has any.
    pub fn new(seed: u64, any: bool) -> Self {
        let mut dice = Dice::new(seed, 40);
        let next = any.then(|| dice.below(120) as u32);
        Self { dice, actors: Vec::new(), next }
    }

    /// Moves the traffic for a second.
    pub fn step(&mut self, field: &Airport, active: Option<Runway>, own: Own) {
        self.actors.retain(|a| geometry(field, a.g.runway).is_some());
        for actor in &mut self.actors {
            actor.step(own);
        }
        self.actors.retain(|a| !a.gone());
        match &mut self.next {
            None => {}
            Some(0) => {
                self.next = Some(150 + self.dice.below(200) as u32);
                if let Some(g) = active.and_then(|r| geometry(field, r)) {
                    self.appear(g, own);
                }
            }
            Some(n) => *n -= 1,
        }
    }

    fn appear(&mut self, g: Geometry, own: Own) {
        let Some((designator, final_kt)) = self.dice.of(TYPES).copied() else { return };
        let (before, right) = guide::before(&g, own.position);
        let on_pavement = g.holds(own.position, 60.0);
        let on_final = !own.on_ground && right.abs() < 1.2 && before > -1.0;
        let arrives = self.dice.percent(65.0);
        let in_the_way = on_final && if arrives { before > 3.0 } else { before < 6.0 };
        if on_pavement || in_the_way {
            return;
        }
        let actor = Actor { designator, final_kt, g, doing: Doing::Final, ahead_ft: 0.0, height_ft: 0.0, kt: final_kt };
        self.actors.push(if arrives {
            // Far enough out that it does not conflict with a clearance that was just given.
            Actor { ahead_ft: -8.0 * FT_PER_NM, height_ft: 2500.0, ..actor }
        } else {
            Actor { doing: Doing::Waiting(20 + self.dice.below(30) as u32), ahead_ft: 150.0, kt: 0.0, ..actor }
        });
    }

    /// The traffic as a simulator reports it. `elevation_ft` is that of the field.
    pub fn others(&self, elevation_ft: f64) -> Vec<Other> {
        let other = |a: &Actor| Other {
            callsign: None,
            aircraft_type: Some(a.designator.to_owned()),
            position: spot(&a.g, a.ahead_ft, 0.0),
            altitude_ft: elevation_ft + a.height_ft,
            heading_true: a.g.heading,
            ground_speed_kt: a.kt,
            on_ground: a.height_ft <= 0.0,
        };
        self.actors.iter().map(other).collect()
    }

    /// Whether an aircraft is on the ground on a strip now.
    pub fn on_runway(&self, runway: Runway) -> bool {
        self.on(runway).any(|a| a.height_ft <= 0.0)
    }

    /// Whether every aircraft on the ground on a strip rolls away ahead of one that is this far before the threshold, nautical miles.
    pub fn leaves_room(&self, runway: Runway, before_nm: f64) -> bool {
        let ahead = |a: &Actor| (a.ahead_ft - a.g.displaced_ft) / FT_PER_NM > -before_nm && a.kt > 5.0;
        self.on(runway).filter(|a| a.height_ft <= 0.0).all(ahead)
    }

    /// The distance of the nearest aircraft on final for a strip from its threshold, nautical miles, and the end where it lands.
    pub fn nearest_final(&self, runway: Runway) -> Option<(f64, Runway)> {
        let coming = self.on(runway).filter(|a| a.doing == Doing::Final);
        coming.map(|a| ((a.g.displaced_ft - a.ahead_ft) / FT_PER_NM, a.g.runway)).min_by(|a, b| a.0.total_cmp(&b.0))
    }

    fn on(&self, runway: Runway) -> impl Iterator<Item = &Actor> {
        self.actors.iter().filter(move |a| a.g.runway == runway || a.g.runway == runway.reciprocal())
    }

    /// Removes all traffic of the previous field.
    pub fn clear(&mut self) {
        self.actors.clear();
    }
}

impl Actor {
    fn step(&mut self, own: Own) {
        let own_on_runway = own.on_ground && self.g.holds(own.position, 20.0);
        match &mut self.doing {
            Doing::Final => {
                let before = (self.g.displaced_ft - self.ahead_ft) / FT_PER_NM;
                self.height_ft = 50.0 + before.max(0.0) * 310.0;
                if before < 0.6 && own_on_runway {
                    self.doing = Doing::Around(90);
                } else if before < -0.1 {
                    (self.doing, self.height_ft) = (Doing::RollingOut, 0.0);
                }
            }
            Doing::RollingOut => self.kt = (self.kt - 3.0).max(25.0),
            Doing::Waiting(seconds) => {
                *seconds = seconds.saturating_sub(1);
                if *seconds == 0 {
                    self.doing = Doing::Departing;
                }
            }
            Doing::Departing => {
                self.kt = (self.kt + 3.0).min(self.final_kt * 1.2);
                if self.kt > self.final_kt {
                    self.height_ft += 15.0;
                }
            }
            Doing::Around(seconds) => {
                *seconds = seconds.saturating_sub(1);
                self.height_ft += 15.0;
            }
        }
        self.ahead_ft += self.kt * FT_PER_NM / 3600.0;
    }

    /// Whether it has left the runway or the field.
    fn gone(&self) -> bool {
        match self.doing {
            Doing::RollingOut => self.ahead_ft > (self.g.length_ft * 0.6).max(1800.0) || self.ahead_ft > self.g.length_ft,
            Doing::Departing => self.ahead_ft > self.g.length_ft + 4.0 * FT_PER_NM,
            Doing::Around(seconds) => seconds == 0,
            Doing::Final | Doing::Waiting(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stratus_airports::data::Airports;

    #[test]
    fn traffic_arrives_lands_and_leaves() {
        let airports = Airports::first();
        let field = airports.get("KPAO").unwrap();
        let r31: Runway = "31".parse().unwrap();
        let own = Own { position: field.position, on_ground: true };
        let own = Own { position: crate::hills::along(own.position, 0.0, 3.0), ..own };
        let mut traffic = Traffic::new(2, true);
        let (mut seen, mut occupied, mut coming) = (0, 0, 0);
        for _ in 0..4000 {
            traffic.step(field, Some(r31), own);
            seen += usize::from(!traffic.others(0.0).is_empty());
            occupied += usize::from(traffic.on_runway(r31));
            coming += usize::from(traffic.nearest_final("13".parse().unwrap()).is_some_and(|(nm, end)| nm < 2.0 && end == r31));
        }
        assert!(seen > 500 && occupied > 50 && coming > 50, "{seen} {occupied} {coming}");
        assert!(Traffic::new(2, false).next.is_none());
    }
}
