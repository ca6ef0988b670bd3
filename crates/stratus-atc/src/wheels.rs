//! Wheels that are told to be off the ground and are not: some simulators lose the contact for seconds on uneven ground.

use crate::report::Report;

/// Below this speed over the ground no aeroplane flies, knots.
const FLIES_KT: f64 = 30.0;
/// An aircraft that stands is as high above the ground as it stood before, feet.
const STANDS_FT: f64 = 3.0;

/// How high above the ground the aircraft is told to be while its wheels touch it.
#[derive(Debug, Default)]
pub(super) struct Wheels {
    stood_ft: Option<f64>,
}

impl Wheels {
    /// The report with the wheels as they must be.
    pub(super) fn steady(&mut self, mut report: Report) -> Report {
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
    fn a_taxiing_aircraft_does_not_fly_and_a_flying_one_does() {
        let mut w = Wheels::default();
        assert!(!told(&mut w, false, 4.0, 15.0), "nothing is known yet");
        assert!(told(&mut w, true, 4.0, 15.0));
        assert!(told(&mut w, false, 4.02, 14.8), "as FlightGear told it on a taxiway");
        assert!(!told(&mut w, false, 4.0, 55.0), "rotation");
        assert!(!told(&mut w, false, 60.0, 25.0), "slow, and high");
    }
}
