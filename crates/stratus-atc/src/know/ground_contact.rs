//! Corrects false reports of wheels off the ground: on uneven ground some simulators lose contact for seconds.

use crate::report::Report;

/// No aeroplane flies below this ground speed, knots.
const FLIES_KT: f64 = 30.0;
/// A standing aircraft keeps its height above the ground to within this, feet.
const STANDS_FT: f64 = 3.0;

/// The reported height above ground while the wheels touch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wheels {
    stood_ft: Option<f64>,
}

impl Wheels {
    /// The report with corrected wheel contact.
    pub(crate) fn steady(&mut self, mut report: Report) -> Report {
        if report.on_ground {
            self.stood_ft = Some(report.agl_ft);
        } else if report.ground_speed_kt < FLIES_KT {
            report.on_ground = self.stood_ft.is_some_and(|s| (report.agl_ft - s).abs() < STANDS_FT);
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(wheels: &mut Wheels, on_ground: bool, agl_ft: f64, ground_speed_kt: f64) -> bool {
        wheels.steady(Report { on_ground, agl_ft, ground_speed_kt, ..Report::default() }).on_ground
    }

    #[test]
    fn a_taxiing_aircraft_is_never_taken_for_airborne() {
        let mut w = Wheels::default();
        assert!(!told(&mut w, false, 4.0, 15.0), "nothing is known yet");
        assert!(told(&mut w, true, 4.0, 15.0));
        assert!(told(&mut w, false, 4.02, 14.8), "as FlightGear reported it on a taxiway");
        assert!(!told(&mut w, false, 4.0, 55.0), "rotation");
        assert!(!told(&mut w, false, 60.0, 25.0), "slow, and high");
    }
}
