//! The landing sequence: who flies which leg towards a runway, and how far each has to go.
//!
//! Legs are derived from tracks, as a controller reads them off the scope or through the window: aligned with the runway and before it is
//! final, across and towards the centreline is base, opposite to the landing direction beside the runway is downwind. The remaining
//! distance is measured along the pattern, and the aircraft with the least time left is first (7110.65 3-8-1).

use crate::airports::runway::Geometry;
use crate::report::{Other, Report};
use crate::situation::Ahead;
use crate::units::{FT_PER_NM, LatLon, Side};

/// The limits of the pattern before the threshold and beside the centreline, nautical miles.
const FAR_NM: f64 = 7.0;
const WIDE_NM: f64 = 3.0;
/// The upper limit of the pattern above the field, feet.
const HIGH_FT: f64 = 2_500.0;
/// The minimum distance of a base leg from the threshold, nautical miles.
const BASE_NM: f64 = 1.0;
/// The minimum distance of a downwind from the centreline, nautical miles.
const BESIDE_NM: f64 = 0.3;
/// The minimum flying speed, used as a divisor, knots.
const LEAST_KT: f64 = 40.0;

/// The leg, and the miles left along it to the threshold.
fn leg(g: &Geometry, at: LatLon, track_true: f64) -> Option<(String, f64)> {
    let p = g.place(at);
    let (before, right) = ((g.displaced_ft - p.along) / FT_PER_NM, p.right / FT_PER_NM);
    let aside = right.abs();
    let off = g.off(track_true);
    if !(-FAR_NM..FAR_NM).contains(&before) || aside > WIDE_NM {
        return None;
    }
    // The pattern on the right of the centreline has right turns.
    let side = if right > 0.0 { Side::Right } else { Side::Left };
    if off.abs() < 35.0 && aside < 0.2 + 0.2 * before.max(0.0) && before > 0.0 {
        let place = if before < 0.75 { "on short final".to_owned() } else { format!("on {} mile final", before.round().max(1.0)) };
        return Some((place, before));
    }
    let towards = if right > 0.0 { off < 0.0 } else { off > 0.0 };
    if (50.0..=130.0).contains(&off.abs()) && towards && before > 0.2 {
        return Some((format!("on {} base", side.word()), aside + before));
    }
    if off.abs() > 145.0 && aside >= BESIDE_NM && before > -2.5 {
        let base = before.max(BASE_NM);
        return Some((format!("on {} downwind", side.word()), base - before + aside + base));
    }
    None
}

/// All aircraft inbound to a runway with the seconds left, first to land first.
pub(crate) fn inbound(g: &Geometry, elevation_ft: f64, others: &[Other], name: impl Fn(&Other) -> String) -> Vec<Ahead> {
    let mut all: Vec<Ahead> = others
        .iter()
        .filter(|o| !o.on_ground && o.altitude_ft - elevation_ft < HIGH_FT)
        .filter_map(|o| {
            let (place, nm) = leg(g, o.position, o.heading_true)?;
            let seconds = nm / o.ground_speed_kt.max(LEAST_KT) * 3600.0;
            Some(Ahead { words: format!("{} {place}", name(o)), miles: nm, seconds, runway: g.runway })
        })
        .collect();
    all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    all
}

/// The seconds left for this aircraft to the threshold. From outside the pattern, everyone in it is ahead.
pub(crate) fn own_seconds(g: &Geometry, report: &Report) -> Option<f64> {
    let at = report.position.filter(|_| !report.on_ground)?;
    let nm = leg(g, at, report.heading_true).map_or_else(|| g.distance_ft(at) / FT_PER_NM + FAR_NM, |(_, nm)| nm);
    Some(nm / report.ground_speed_kt.max(LEAST_KT) * 3600.0)
}

/// The aircraft that land before this one.
pub(crate) fn ahead(all: Vec<Ahead>, own_seconds: Option<f64>) -> Vec<Ahead> {
    all.into_iter().filter(|a| own_seconds.is_none_or(|own| a.seconds < own)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::data::Airports;
    use crate::airports::draw::ahead as at;
    use crate::airports::runway;

    fn there(along_nm: f64, right_nm: f64, off: f64) -> (Geometry, Other) {
        let field = Airports::world().find("KPAO").unwrap();
        let g = runway::ends(&field).into_iter().find(|g| g.runway == "31".parse().unwrap()).unwrap();
        let threshold = at(g.start, g.heading, g.displaced_ft);
        let place = at(at(threshold, g.heading, along_nm * FT_PER_NM), g.heading + 90.0, right_nm * FT_PER_NM);
        let heading_true = (g.heading + off).rem_euclid(360.0);
        let other = Other {
            aircraft_type: Some("C172".into()),
            position: place,
            altitude_ft: 800.0,
            heading_true,
            ground_speed_kt: 80.0,
            ..Other::default()
        };
        (g, other)
    }

    #[test]
    fn pattern_legs_are_derived_from_the_track() {
        let words = |along, right, off| {
            let (g, o) = there(along, right, off);
            inbound(&g, 4.0, &[o], |_| "Cessna".into()).first().map(|a| a.words.clone())
        };
        assert_eq!(words(-2.0, 0.1, 0.0).as_deref(), Some("Cessna on 2 mile final"));
        assert_eq!(words(-1.2, 0.8, -90.0).as_deref(), Some("Cessna on right base"));
        assert_eq!(words(-1.2, -0.8, 90.0).as_deref(), Some("Cessna on left base"));
        assert_eq!(words(0.3, 0.9, 180.0).as_deref(), Some("Cessna on right downwind"));
        assert_eq!(words(2.0, 0.0, 0.0), None, "climbing out");
        assert_eq!(words(-1.2, 0.8, 90.0), None, "flying away from the centreline");
    }

    #[test]
    fn the_aircraft_with_less_time_left_is_ahead() {
        let (g, base) = there(-1.2, 0.8, -90.0);
        let (_, downwind) = there(0.3, 0.9, 180.0);
        let all = inbound(&g, 4.0, &[downwind, base], |_| "Cessna".into());
        assert!(all[0].words.contains("base") && all[0].seconds < all[1].seconds, "{all:?}");
        let own = (all[0].seconds + all[1].seconds) / 2.0;
        assert_eq!(ahead(all, Some(own)).len(), 1);
    }
}
