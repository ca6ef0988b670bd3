//! Guidance in the air: track, altitude and speed for a heading, a point, a traffic pattern or a final approach.

use stratus_airports::runway::Geometry;
use stratus_atc::instruction::Leg;
use stratus_units::{FT_PER_NM, LatLon, Side, turn};

use crate::aircraft::{Aircraft, Steer};
use crate::layout::spot;

/// Feet of height for each foot of distance on a three-degree glide path.
const GLIDE: f64 = 0.0524;
/// Height of the glide path over the threshold, feet.
const CROSSING_FT: f64 = 40.0;

/// What the aircraft follows.
#[derive(Debug, Clone, PartialEq)]
pub enum Guide {
    /// A true heading, and the direction of the turn if one was said.
    Heading(f64, Option<Side>),
    /// Direct to a point.
    To(LatLon),
    /// The legs of a traffic pattern.
    Pattern {
        /// The landing runway.
        g: Geometry,
        /// The side of the pattern.
        side: Side,
        /// The leg being flown; `None` on the way to downwind.
        leg: Option<Leg>,
        /// Extend downwind until the controller calls the base leg.
        extend: bool,
    },
    /// The final approach, after an intercept.
    Final(Geometry),
}

fn sign(side: Side) -> f64 {
    if side == Side::Left { -1.0 } else { 1.0 }
}

/// Nautical miles before the landing threshold (negative beyond it), and right of the centreline.
pub fn before(g: &Geometry, at: LatLon) -> (f64, f64) {
    let p = g.place(at);
    ((g.displaced_ft - p.along) / FT_PER_NM, p.right / FT_PER_NM)
}

/// The true track to follow the extended centreline of a runway.
fn centreline(g: &Geometry, a: &Aircraft) -> f64 {
    let (_, right) = before(g, a.position);
    (g.heading - (right * 60.0 / a.turn_nm().max(0.2)).clamp(-45.0, 45.0)).rem_euclid(360.0)
}

impl Guide {
    /// A traffic pattern begun after take-off.
    pub fn circuit(g: Geometry, side: Side) -> Self {
        Guide::Pattern { g, side, leg: Some(Leg::Upwind), extend: false }
    }

    /// The leg of the pattern that is being flown.
    pub fn leg(&self) -> Option<Leg> {
        match self {
            Guide::Pattern { leg, .. } => *leg,
            Guide::Final(_) => Some(Leg::Final),
            _ => None,
        }
    }

    /// The targets now. `level_ft` is the altitude if the guide gives none; `kt` is a speed limit.
    pub fn steer(&mut self, a: &Aircraft, level_ft: f64, kt: f64, elevation_ft: f64) -> Steer {
        let plain = |track| Steer { track, side: None, altitude_ft: level_ft, speed_kt: kt, glide: false };
        match self {
            Guide::Heading(track, side) => {
                // The direction is no longer needed once the turn is made.
                if turn(a.heading, *track).abs() < 15.0 {
                    *side = None;
                }
                Steer { side: *side, ..plain(*track) }
            }
            Guide::To(at) => plain(a.position.bearing(*at)),
            Guide::Final(g) => on_final(g, a, kt, elevation_ft),
            Guide::Pattern { g, side, leg, extend } => {
                *leg = next_leg(g, *side, *leg, *extend, a, elevation_ft);
                let pattern = elevation_ft + a.kind.pattern_ft;
                let speed = kt.min(a.kind.pattern_kt);
                let level = |track| Steer { track, side: None, altitude_ft: pattern, speed_kt: speed, glide: false };
                match leg {
                    None => level(a.position.bearing(entry(g, *side, a))),
                    Some(Leg::Upwind) => level(centreline(g, a)),
                    Some(Leg::Crosswind) => level(g.heading + 90.0 * sign(*side)),
                    Some(Leg::Downwind) => {
                        let (_, right) = before(g, a.position);
                        let off = right * sign(*side) - a.kind.wide_nm;
                        level(g.heading + 180.0 + sign(*side) * (off * 40.0).clamp(-30.0, 30.0))
                    }
                    Some(Leg::Base) => Steer { altitude_ft: pattern - 350.0, ..level(g.heading - 90.0 * sign(*side)) },
                    Some(Leg::Final) => on_final(g, a, kt, elevation_ft),
                }
            }
        }
    }
}

/// The point where downwind is joined: past the middle of the runway, abeam.
fn entry(g: &Geometry, side: Side, a: &Aircraft) -> LatLon {
    spot(g, g.length_ft + 0.6 * FT_PER_NM, sign(side) * a.kind.wide_nm * FT_PER_NM)
}

fn next_leg(g: &Geometry, side: Side, leg: Option<Leg>, extend: bool, a: &Aircraft, elevation_ft: f64) -> Option<Leg> {
    let (before, right) = before(g, a.position);
    let out = right * sign(side);
    let radius = a.turn_nm();
    let beyond = -before - g.length_ft / FT_PER_NM;
    Some(match leg {
        None if a.position.distance_nm(entry(g, side, a)) < radius.max(0.4) => Leg::Downwind,
        None => return None,
        Some(Leg::Upwind) if beyond > 0.3 && a.altitude_ft > elevation_ft + a.kind.pattern_ft - 350.0 => Leg::Crosswind,
        Some(Leg::Crosswind) if out > a.kind.wide_nm - radius => Leg::Downwind,
        Some(Leg::Downwind) if before > a.kind.wide_nm * 1.2 && !extend => Leg::Base,
        Some(Leg::Base) if out < radius * 1.1 => Leg::Final,
        Some(leg) => leg,
    })
}

fn on_final(g: &Geometry, a: &Aircraft, kt: f64, elevation_ft: f64) -> Steer {
    let (before, _) = before(g, a.position);
    let path = elevation_ft + CROSSING_FT + before.max(-0.05) * FT_PER_NM * GLIDE;
    let path = if before < 0.0 { elevation_ft } else { path };
    let speed = if before < 5.0 { a.kind.final_kt } else { kt.min(a.kind.pattern_kt) };
    Steer { track: centreline(g, a), side: None, altitude_ft: path.min(a.altitude_ft), speed_kt: speed, glide: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aircraft::KINDS;
    use stratus_airports::data::Airports;
    use stratus_airports::runway::geometry;

    #[test]
    fn a_pattern_has_every_leg_and_ends_over_the_threshold() {
        let airports = Airports::first();
        let field = airports.get("KMRY").unwrap();
        let g = geometry(field, "28L".parse().unwrap()).unwrap();
        for kind in KINDS {
            for side in [Side::Left, Side::Right] {
                let start = spot(&g, g.length_ft * 0.8, 0.0);
                let mut a = Aircraft {
                    kind,
                    position: start,
                    altitude_ft: field.elevation_ft + 100.0,
                    heading: g.heading,
                    speed_kt: kind.rotate_kt,
                    climb_fpm: 300.0,
                    on_ground: false,
                };
                let mut guide = Guide::circuit(g, side);
                let mut legs = vec![Leg::Upwind];
                let mut seconds = 0;
                while before(&g, a.position).0.abs() > 0.03 || legs.len() < 5 {
                    let s = guide.steer(&a, 0.0, 250.0, field.elevation_ft);
                    a.fly(&s);
                    seconds += 1;
                    assert!(seconds < 1500, "{} never lands: {legs:?}", kind.designator);
                    if let Some(l) = guide.leg().filter(|l| legs.last() != Some(l)) {
                        legs.push(l);
                    }
                }
                assert_eq!(legs, [Leg::Upwind, Leg::Crosswind, Leg::Downwind, Leg::Base, Leg::Final]);
                assert!(before(&g, a.position).1.abs() < 0.02, "{} aligned", kind.designator);
                assert!((a.altitude_ft - field.elevation_ft) < 160.0, "{} at {}", kind.designator, a.altitude_ft - field.elevation_ft);
            }
        }
    }
}
