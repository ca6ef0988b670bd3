//! Synthetic terrain. The engine sees it only as a simulator reports it: by the aircraft's height above the ground.

use stratus_units::LatLon;

use crate::dice::Dice;

/// The distance of hills from every airport of the flight, nautical miles, so that each airport can be used.
const CLEAR_NM: f64 = 5.0;

/// One hill: a cone with a rounded top.
#[derive(Debug, Clone, Copy)]
struct Hill {
    top: LatLon,
    /// Feet above the surrounding ground.
    height_ft: f64,
    radius_nm: f64,
}

/// The terrain of one flight.
#[derive(Debug, Clone, Default)]
pub struct Hills {
    fields: Vec<(LatLon, f64)>,
    hills: Vec<Hill>,
}

impl Hills {
    /// The terrain around these fields (position, elevation in feet), with `count` hills up to `highest_ft` high.
    pub fn new(fields: Vec<(LatLon, f64)>, count: usize, highest_ft: f64, dice: &mut Dice) -> Self {
        let mut hills = Vec::with_capacity(count);
        for _ in 0..count {
            let Some((near, _)) = dice.of(&fields).copied() else { break };
            let radius_nm = dice.between(2.0, 5.0);
            let distance = dice.between(CLEAR_NM + radius_nm, 25.0);
            let bearing = dice.between(0.0, 360.0);
            hills.push(Hill { top: along(near, bearing, distance), height_ft: dice.between(0.3, 1.0) * highest_ft, radius_nm });
        }
        hills.retain(|h| fields.iter().all(|(at, _)| at.distance_nm(h.top) >= CLEAR_NM + h.radius_nm - 0.01));
        Self { fields, hills }
    }

    /// The elevation of the ground at a point, feet above mean sea level.
    pub fn ground_ft(&self, at: LatLon) -> f64 {
        // Between the fields the ground slopes from one to the other.
        let (mut sum, mut weights) = (0.0, 0.0);
        for (field, elevation) in &self.fields {
            let weight = 1.0 / (field.distance_nm(at) + 0.5).powi(2);
            if field.distance_nm(at) < CLEAR_NM {
                sum = *elevation;
                weights = 1.0;
                break;
            }
            sum += elevation * weight;
            weights += weight;
        }
        let base = if weights > 0.0 { sum / weights } else { 0.0 };
        let rise = |h: &Hill| {
            // Most hills are far away, and the difference of latitude shows it without a great-circle distance.
            if (h.top.lat - at.lat).abs() * 60.0 > h.radius_nm {
                return 0.0;
            }
            let share = h.top.distance_nm(at) / h.radius_nm;
            if share >= 1.0 { 0.0 } else { h.height_ft * (1.0 - share * share) }
        };
        base + self.hills.iter().map(rise).fold(0.0, f64::max)
    }

    /// The highest ground within `nm` of a point and, if a track (true) is given, along the next `ahead_nm` of it. Feet.
    pub fn highest_ft(&self, at: LatLon, nm: f64, ahead: Option<(f64, f64)>) -> f64 {
        let mut highest = self.ground_ft(at);
        for bearing in (0..360).step_by(45) {
            highest = highest.max(self.ground_ft(along(at, f64::from(bearing), nm)));
        }
        if let Some((track, ahead_nm)) = ahead {
            for step in 1..=(ahead_nm.max(0.0) as u32) {
                highest = highest.max(self.ground_ft(along(at, track, f64::from(step))));
            }
        }
        highest
    }
}

/// The point `nm` from `from` in a true direction.
pub(crate) fn along(from: LatLon, bearing: f64, nm: f64) -> LatLon {
    let (sin, cos) = bearing.to_radians().sin_cos();
    let across = from.lat.to_radians().cos().max(0.01);
    LatLon::new(from.lat + nm * cos / 60.0, from.lon + nm * sin / (60.0 * across))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_flat_and_hills_rise_elsewhere() {
        let field = LatLon::new(46.0, 8.0);
        let hills = Hills::new(vec![(field, 1500.0)], 12, 4000.0, &mut Dice::new(3, 3));
        assert!((hills.ground_ft(field) - 1500.0).abs() < 1.0);
        assert!((hills.ground_ft(along(field, 90.0, 4.0)) - 1500.0).abs() < 1.0, "the airport stays clear");
        let highest = (0..360).map(|b| hills.highest_ft(field, 1.0, Some((f64::from(b), 25.0)))).fold(0.0, f64::max);
        assert!(highest > 3000.0 && highest <= 5500.0, "{highest}");
    }
}
