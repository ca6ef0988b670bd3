//! Tests of tracks through several kinds of reports.

use super::*;
use proptest::prelude::*;

const HOME: LatLon = LatLon { lat: 47.0, lon: 8.0 };

fn other(callsign: Option<&str>, position: LatLon, altitude_ft: f64) -> Other {
    Other { callsign: callsign.and_then(|c| c.parse().ok()), aircraft_type: Some("C172".into()), position, altitude_ft, ..Other::default() }
}

/// An aircraft's position after this many seconds.
fn flown(from: LatLon, track: f64, kt: f64, seconds: f64) -> LatLon {
    ahead(from, track, kt / 3600.0 * seconds * FT_PER_NM)
}

#[test]
fn motion_is_measured_from_positions_alone() {
    let mut tracks = Tracks::default();
    for s in 0..60u64 {
        let seconds = s as f64;
        tracks.see(Time(s * 1000), &[other(None, flown(HOME, 120.0, 110.0, seconds), 5000.0 - seconds * 10.0)]);
    }
    let t = tracks.iter().next().unwrap();
    assert_eq!((tracks.len(), t.number, t.since), (1, 0, Time(0)));
    assert!((t.speed_kt - 110.0).abs() < 2.0 && turn(t.track_true, 120.0).abs() < 1.0, "{t:?}");
    assert!((t.vertical_fpm + 600.0).abs() < 20.0, "{}", t.vertical_fpm);
}

#[test]
fn repeated_positions_do_not_stop_a_track() {
    let mut tracks = Tracks::default();
    for s in 0..40u64 {
        // Sampled every two seconds, reported every fifth of a second.
        for fifth in 0..5 {
            let looked = Other {
                heading_true: 90.0,
                ground_speed_kt: 140.0,
                ..other(Some("DLH5K"), flown(HOME, 90.0, 140.0, (s / 2 * 2) as f64), 3000.0)
            };
            tracks.see(Time(s * 1000 + fifth * 200), &[looked]);
        }
    }
    let t = tracks.iter().next().unwrap();
    assert!((t.speed_kt - 140.0).abs() < 6.0, "{}", t.speed_kt);
    assert!(t.at(Time(39_800)).distance_nm(flown(HOME, 90.0, 140.0, 39.8)) < 0.06);
}

#[test]
fn crossing_tracks_keep_their_identity_and_stale_ones_go() {
    let mut tracks = Tracks::default();
    let (a, b) = (flown(HOME, 270.0, 120.0, 60.0), flown(HOME, 180.0, 90.0, 60.0));
    for s in 0..120u64 {
        let east = other(None, flown(a, 90.0, 120.0, s as f64), 4000.0);
        let north = other(None, flown(b, 0.0, 90.0, s as f64), 4300.0);
        // In any order.
        let both = if s % 2 == 0 { [east, north] } else { [north, east] };
        tracks.see(Time(s * 1000), &both);
    }
    let by = |n: u32| tracks.iter().find(|t| t.number == n).unwrap();
    assert_eq!(tracks.len(), 2);
    assert!(turn(by(0).track_true, 90.0).abs() < 3.0 && turn(by(1).track_true, 0.0).abs() < 3.0, "{tracks:?}");
    tracks.see(Time(130_000), &[]);
    assert_eq!(tracks.len(), 2, "not reported for a while");
    tracks.see(Time(133_000), &[]);
    assert!(tracks.is_empty());
}

#[test]
fn a_repositioned_callsign_becomes_a_new_track() {
    let mut tracks = Tracks::default();
    tracks.see(Time(0), &[other(Some("N123AB"), HOME, 3000.0)]);
    tracks.see(Time(1000), &[other(Some("N123AB"), flown(HOME, 90.0, 100.0, 1.0), 3000.0)]);
    assert_eq!((tracks.len(), tracks.iter().next().unwrap().number), (1, 0));
    tracks.see(Time(2000), &[other(Some("N123AB"), flown(HOME, 90.0, 3600.0, 60.0), 3000.0)]);
    assert_eq!(tracks.iter().map(|t| t.number).max(), Some(1));
}

#[test]
fn a_final_gives_miles_and_seconds_to_the_threshold() {
    let airport = crate::airports::data::Airports::first().get("KPAO").unwrap().clone();
    let g = crate::airports::runway::geometry(&airport, "31".parse().unwrap()).unwrap();
    let out = ahead(g.start, g.heading + 180.0, 4.0 * FT_PER_NM);
    let mut tracks = Tracks::default();
    for s in 0..10u64 {
        let on = Other { heading_true: g.heading, ground_speed_kt: 90.0, ..other(None, flown(out, g.heading, 90.0, s as f64), 1200.0) };
        let beside = Other {
            heading_true: g.heading + 90.0,
            ground_speed_kt: 90.0,
            ..other(None, flown(out, g.heading + 90.0, 90.0, 60.0 + s as f64), 1200.0)
        };
        tracks.see(Time(s * 1000), &[on, beside]);
    }
    let finals = tracks.on_final(&g, Time(9000));
    let [(_, nm, seconds)] = finals.as_slice() else { panic!("{finals:?}") };
    assert!((nm - (4.0 - 90.0 / 3600.0 * 9.0)).abs() < 0.1 && (seconds - nm / 90.0 * 3600.0).abs() < 8.0, "{nm} {seconds}");
}

proptest! {
    #[test]
    fn any_reports_give_one_finite_track_per_aircraft(
        reports in proptest::collection::vec((0u64..5000, proptest::collection::vec((-90.0f64..90.0, -180.0f64..180.0, prop::num::f64::ANY, prop::num::f64::ANY, 0usize..4), 0..80)), 1..20),
    ) {
        let (mut tracks, mut now) = (Tracks::default(), 0);
        for (ms, others) in reports {
            now += ms;
            let others: Vec<Other> = others.into_iter().map(|(lat, lon, feet, kt, name)| Other {
                ground_speed_kt: kt,
                ..other(["N1AB", "DLH5K"].get(name).copied(), LatLon::new(lat, lon), feet)
            }).collect();
            tracks.see(Time(now), &others);
            prop_assert!(tracks.len() <= MOST);
            for t in tracks.iter() {
                prop_assert!(t.position.lat.is_finite() && t.track_true.is_finite());
            }
            let mut numbers: Vec<u32> = tracks.iter().map(|t| t.number).collect();
            numbers.dedup();
            prop_assert_eq!(numbers.len(), tracks.len());
        }
    }
}
