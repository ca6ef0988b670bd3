//! Magnetic variation from the world magnetic model 2025 of NOAA/NCEI and the British Geological Survey.

mod coefficients;

use coefficients::WMM2025;

use crate::units::LatLon;

/// Degree and order of the model.
const DEGREE: usize = 12;
/// The model's reference radius in km.
const RADIUS_KM: f64 = 6371.2;
/// Semi-major axis of WGS-84 in km, and its flattening.
const WGS84: (f64, f64) = (6378.137, 1.0 / 298.257_223_563);
/// The year of the coefficients; the model is valid for five years.
const EPOCH: f64 = 2025.0;
/// The year for which variations are computed by default: the middle of the model's validity. At no place where
/// people fly does the variation change by more than half a degree in the two and a half years on either side.
pub const YEAR: f64 = 2027.5;

/// The magnetic field in nT: towards true north, east, and down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// North.
    pub north: f64,
    /// East.
    pub east: f64,
    /// Down.
    pub down: f64,
}

impl Field {
    /// The variation in degrees, east positive.
    pub fn variation(self) -> f64 {
        self.east.atan2(self.north).to_degrees()
    }
}

/// The variation in degrees at sea level in [`YEAR`], east positive: magnetic = true - variation. Zero for a position
/// that is not finite.
pub fn variation(at: LatLon) -> f64 {
    let v = field(at, 0.0, YEAR).variation();
    if v.is_finite() { v } else { 0.0 }
}

/// The field at a geodetic position, `height_km` above the ellipsoid, at a decimal year (2025.0 to 2030.0).
pub fn field(at: LatLon, height_km: f64, year: f64) -> Field {
    // At the pole itself east is undefined, and the formula would divide by zero.
    let lat = at.lat.clamp(-89.999, 89.999).to_radians();
    let lon = at.lon.to_radians();
    let years = (year - EPOCH).clamp(0.0, 5.0);

    // Convert from the ellipsoid to the sphere that the model uses.
    let e2 = WGS84.1 * (2.0 - WGS84.1);
    let curve = WGS84.0 / (1.0 - e2 * lat.sin().powi(2)).sqrt();
    let across = (curve + height_km) * lat.cos();
    let up = (curve * (1.0 - e2) + height_km) * lat.sin();
    let radius = across.hypot(up);
    let sphere_lat = (up / radius).asin();
    let (p, slope) = legendre(sphere_lat.sin(), sphere_lat.cos());

    let (mut north, mut east, mut down) = (0.0, 0.0, 0.0);
    let mut row = WMM2025.iter();
    for n in 1..=DEGREE {
        let fall = (RADIUS_KM / radius).powi(n as i32 + 2);
        for m in 0..=n {
            let Some([g, h, dg, dh]) = row.next() else { break };
            let (g, h) = (g + years * dg, h + years * dh);
            let (sin, cos) = (m as f64 * lon).sin_cos();
            let along = g * cos + h * sin;
            north -= fall * along * slope[n][m];
            east += fall * m as f64 * (g * sin - h * cos) * p[n][m];
            down -= fall * (n as f64 + 1.0) * along * p[n][m];
        }
    }
    east /= sphere_lat.cos();
    let (sin, cos) = (sphere_lat - lat).sin_cos();
    Field { north: north * cos - down * sin, east, down: north * sin + down * cos }
}

type Table = [[f64; DEGREE + 1]; DEGREE + 1];

/// Schmidt semi-normalised associated Legendre functions of the sine of the latitude, and their derivatives with
/// respect to latitude, as `[degree][order]`.
fn legendre(sin: f64, cos: f64) -> (Table, Table) {
    let (mut p, mut slope): (Table, Table) = Default::default();
    p[0][0] = 1.0;
    for n in 1..=DEGREE {
        for m in 0..=n {
            let (nf, mf) = (n as f64, m as f64);
            if n == m {
                let k = if n == 1 { 1.0 } else { ((2.0 * nf - 1.0) / (2.0 * nf)).sqrt() };
                p[n][m] = k * cos * p[n - 1][m - 1];
                slope[n][m] = k * (cos * slope[n - 1][m - 1] - sin * p[n - 1][m - 1]);
            } else {
                let whole = ((nf - mf) * (nf + mf)).sqrt();
                let before = if n >= 2 { ((nf - 1.0 - mf) * (nf - 1.0 + mf)).max(0.0).sqrt() } else { 0.0 };
                let (older, older_slope) = if n >= 2 { (p[n - 2][m], slope[n - 2][m]) } else { (0.0, 0.0) };
                p[n][m] = ((2.0 * nf - 1.0) * sin * p[n - 1][m] - before * older) / whole;
                slope[n][m] = ((2.0 * nf - 1.0) * (sin * slope[n - 1][m] + cos * p[n - 1][m]) - before * older_slope) / whole;
            }
        }
    }
    (p, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NOAA's published test values of WMM2025: year, height in km, latitude, longitude; north, east, down in nT; degrees.
    const PUBLISHED: [[f64; 8]; 12] = [
        [2025.0, 0.0, 80.0, 0.0, 6521.6, 145.9, 54791.5, 1.28],
        [2025.0, 0.0, 0.0, 120.0, 39677.8, -109.6, -10580.2, -0.16],
        [2025.0, 0.0, -80.0, 240.0, 6117.5, 15751.9, -52022.5, 68.78],
        [2025.0, 100.0, 80.0, 0.0, 6216.0, 92.4, 52598.8, 0.85],
        [2025.0, 100.0, 0.0, 120.0, 37688.6, -96.2, -10152.1, -0.15],
        [2025.0, 100.0, -80.0, 240.0, 5907.6, 14780.3, -49540.7, 68.21],
        [2027.5, 0.0, 80.0, 0.0, 6500.8, 294.5, 54869.4, 2.59],
        [2027.5, 0.0, 0.0, 120.0, 39701.6, -167.4, -10381.8, -0.24],
        [2027.5, 0.0, -80.0, 240.0, 6200.7, 15730.3, -51783.7, 68.49],
        [2027.5, 100.0, 80.0, 0.0, 6196.7, 233.8, 52670.5, 2.16],
        [2027.5, 100.0, 0.0, 120.0, 37711.5, -148.7, -9969.8, -0.23],
        [2027.5, 100.0, -80.0, 240.0, 5984.0, 14760.1, -49317.7, 67.93],
    ];

    #[test]
    fn the_field_matches_the_published_test_values() {
        for [year, height, lat, lon, north, east, down, degrees] in PUBLISHED {
            let f = field(LatLon::new(lat, lon), height, year);
            for (found, published) in [(f.north, north), (f.east, east), (f.down, down)] {
                assert!((found - published).abs() < 0.06, "{lat} {lon} {height} km {year}: {found} for {published} nT");
            }
            assert!((f.variation() - degrees).abs() < 0.006, "{lat} {lon}: {} for {degrees}", f.variation());
        }
    }

    #[test]
    fn variations_are_finite_everywhere() {
        for lat in -90..=90 {
            for lon in -180..=180 {
                assert!(variation(LatLon::new(f64::from(lat), f64::from(lon))).abs() <= 180.0);
            }
        }
        assert_eq!(variation(LatLon::new(f64::NAN, 0.0)), 0.0);
        assert_eq!(variation(LatLon::new(0.0, f64::INFINITY)), 0.0);
    }

    #[test]
    fn variations_at_known_places_are_right() {
        assert!((variation(LatLon::new(37.46, -122.11)) - 12.8).abs() < 0.4);
        assert!((variation(LatLon::new(51.47, -0.46)) - 1.2).abs() < 0.4);
    }
}
