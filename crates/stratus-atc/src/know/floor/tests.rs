//! Floors over known places, over peaks of known height, and over terrain known only from a simulator's reports.

use super::*;
use crate::Engine;
use crate::Setup;
use crate::airports::data::Airports;
use crate::airports::minima::{Area, Minima};
use crate::report::SimState;
use crate::units::Time;
use proptest::prelude::*;

/// Summits, feet: general geography, accurate to a hundred feet and a mile.
#[rustfmt::skip]
const PEAKS: [(&str, f64, f64, f64); 60] = [
    ("Mont Blanc", 45.833, 6.865, 15774.0), ("Matterhorn", 45.976, 7.659, 14692.0), ("Jungfrau", 46.537, 7.963, 13642.0),
    ("Zugspitze", 47.421, 10.985, 9718.0), ("Grossglockner", 47.074, 12.694, 12461.0), ("Dachstein", 47.475, 13.606, 9826.0),
    ("Triglav", 46.378, 13.837, 9396.0), ("Gran Sasso", 42.469, 13.566, 9554.0), ("Etna", 37.751, 14.993, 10900.0),
    ("Vesuvius", 40.821, 14.426, 4203.0), ("Mulhacen", 37.053, -3.311, 11414.0), ("Aneto", 42.631, 0.657, 11168.0),
    ("Teide", 28.272, -16.643, 12188.0), ("Ben Nevis", 56.797, -5.004, 4413.0), ("Snowdon", 53.069, -4.076, 3560.0),
    ("Scafell Pike", 54.454, -3.212, 3209.0), ("Pen y Fan", 51.884, -3.437, 2907.0), ("Brocken", 51.799, 10.616, 3743.0),
    ("Feldberg", 47.874, 8.004, 4898.0), ("Grosser Arber", 49.113, 13.136, 4777.0), ("Ballon d'Alsace", 47.822, 6.845, 4088.0),
    ("Puy de Sancy", 45.528, 2.814, 6184.0), ("Mont Ventoux", 44.174, 5.279, 6263.0), ("Musala", 42.179, 23.585, 9596.0),
    ("Mount Rainier", 46.852, -121.760, 14410.0), ("Mount Hood", 45.374, -121.696, 11249.0), ("Mount Shasta", 41.410, -122.195, 14179.0),
    ("Mount Whitney", 36.579, -118.292, 14505.0), ("San Gorgonio", 34.099, -116.825, 11503.0), ("Mount Wilson", 34.224, -118.060, 5710.0),
    ("Mount Diablo", 37.882, -121.914, 3849.0), ("Mount Hamilton", 37.342, -121.643, 4265.0), ("Loma Prieta", 37.111, -121.845, 3790.0),
    ("Rose Peak", 37.503, -121.735, 3817.0), ("Mount Tamalpais", 37.924, -122.597, 2571.0), ("Junipero Serra Peak", 36.146, -121.419, 5862.0),
    ("Pikes Peak", 38.841, -105.044, 14115.0), ("Longs Peak", 40.255, -105.616, 14259.0), ("Mount Elbert", 39.118, -106.445, 14440.0),
    ("Grand Teton", 43.741, -110.802, 13775.0), ("Kings Peak", 40.777, -110.373, 13528.0), ("Mount Timpanogos", 40.391, -111.646, 11752.0),
    ("Charleston Peak", 36.272, -115.696, 11916.0), ("Humphreys Peak", 35.346, -111.678, 12637.0), ("Mount Lemmon", 32.443, -110.789, 9159.0),
    ("Camelback", 33.515, -111.962, 2704.0), ("Sandia Crest", 35.210, -106.450, 10678.0), ("Mount Mitchell", 35.765, -82.265, 6684.0),
    ("Clingmans Dome", 35.563, -83.499, 6643.0), ("Mount Washington", 44.271, -71.303, 6288.0), ("Mount Marcy", 44.113, -73.924, 5344.0),
    ("Mount Mansfield", 44.544, -72.814, 4393.0), ("Denali", 63.069, -151.007, 20310.0), ("Mauna Kea", 19.821, -155.468, 13803.0),
    ("Fuji", 35.361, 138.727, 12389.0), ("Kosciuszko", -36.456, 148.264, 7310.0), ("Table Mountain", -33.963, 18.410, 3563.0),
    ("Corcovado", -22.952, -43.211, 2329.0), ("Popocatepetl", 19.023, -98.628, 17802.0), ("Pichincha", -0.171, -78.598, 15696.0),
];

fn by_heights(world: &Airports, at: LatLon) -> Terrain {
    Terrain { heights: world.heights(at, AROUND_NM), ..Terrain::default() }
}

fn report(at: LatLon, altitude_ft: f64, agl_ft: f64) -> Report {
    Report { state: SimState::Flying, position: Some(at), altitude_ft, agl_ft, ..Report::default() }
}

/// The figures in docs/airports.md.
#[test]
fn the_margin_clears_most_hills_but_not_all_high_peaks() {
    let world = Airports::world();
    let (mut cleared, mut over, mut low, mut hills) = (0, 0, 0, 0);
    for (name, lat, lon, summit) in PEAKS {
        let floor = by_heights(&world, LatLon::new(lat, lon)).floor(LatLon::new(lat, lon));
        let spare = f64::from(floor.feet) - summit;
        println!("{name:20} {summit:6.0} ft, {floor}: {spare:+.0} ft");
        cleared += u32::from(spare >= CLEAR_FT);
        over += u32::from(spare >= 0.0);
        if summit < 5000.0 {
            hills += 1;
            low += u32::from(spare >= 0.0);
        }
    }
    println!("cleared by 1,000 ft: {cleared}; above the summit: {over} of {}; of those below 5,000 ft {low} of {hills}", PEAKS.len());
    assert!(cleared >= 18 && over >= 28 && low >= 13, "{cleared} {over} {low} of {hills}");
}

#[test]
fn floors_leave_useful_levels_at_most_airline_airports() {
    let world = Airports::world();
    let mut above = Vec::new();
    for icao in [
        "EHAM", "EGLL", "EGCC", "LFPG", "EDDF", "EDDM", "LOWW", "LSGG", "LEMD", "LIRF", "EKCH", "ESSA", "KSFO", "KLAX", "KSEA", "KDEN",
        "KORD", "KBOS", "KJFK", "KATL", "KMIA", "KDFW", "CYYZ", "RJTT", "YSSY", "FACT", "SBGR", "OMDB", "VHHH", "WSSS",
    ] {
        let a = world.find(icao).unwrap();
        let floor = by_heights(&world, a.position).floor(a.position);
        println!("{icao}: {floor}, {:.0} ft above the field", f64::from(floor.feet) - a.elevation_ft);
        above.push(f64::from(floor.feet) - a.elevation_ft);
    }
    let useful = above.iter().filter(|f| **f <= 4000.0).count();
    assert!(useful >= 20, "{useful} of {}", above.len());
    let flat = world.find("EHAM").unwrap().position;
    assert!(by_heights(&world, flat).floor(flat).feet <= 2500);
}

#[test]
fn reported_terrain_counts_nearby() {
    let mut t = Terrain { heights: vec![Height { at: LatLon::new(45.0, 8.0), feet: 400.0 }], ..Terrain::default() };
    let hill = LatLon::new(45.1, 8.0);
    assert_eq!(t.floor(hill), Floor { feet: 2400, why: FloorWhy::Heights });
    t.see(&report(hill, 5000.0, 2950.0), hill);
    assert_eq!(t.floor(hill), Floor { feet: 3100, why: FloorWhy::Ground });
    assert_eq!(t.floor(LatLon::new(45.4, 8.0)).why, FloorWhy::Heights, "18 miles from it");
    // Terrain from 400 to 4,100 ft: mountains.
    t.see(&report(hill, 8000.0, 3900.0), hill);
    t.see(&report(hill, 8000.0, 7600.0), LatLon::new(45.05, 8.0));
    assert_eq!(t.floor(hill).feet, 6100);
    // Missing or impossible values are not terrain.
    let was = t.seen.clone();
    for (altitude, agl) in [(9000.0, 0.0), (f64::NAN, 100.0), (40_000.0, 10.0), (100.0, 5000.0)] {
        t.see(&report(hill, altitude, agl), hill);
    }
    assert_eq!(t.seen, was);
    for n in 0..3000 {
        t.see(&report(hill, 300.0, 100.0), LatLon::new(45.0, 10.0 + f64::from(n) * 0.05));
    }
    assert_eq!(t.seen.len(), MOST_SEEN);
    assert_eq!(t.floor(LatLon::new(45.0, 10.0 + 2999.0 * 0.05)).why, FloorWhy::Ground);
}

#[test]
fn an_unknown_floor_is_above_all_terrain_on_earth() {
    let t = Terrain::default();
    assert_eq!(t.floor(LatLon::new(0.0, -140.0)), Floor { feet: 30_100, why: FloorWhy::Unknown });
    let mut t = Terrain::default();
    t.see(&report(LatLon::new(0.0, -140.0), 35_000.0, 35_000.0), LatLon::new(0.0, -140.0));
    assert_eq!(t.floor(LatLon::new(0.0, -140.0)), Floor { feet: 1000, why: FloorWhy::Ground });
}

#[test]
fn simulator_minima_beat_airports_and_reported_terrain_adds() {
    let mut minima = Minima::default();
    let (corner, area) = (LatLon::new(45.5, 7.5), Area { about: LatLon::new(45.5, 7.5), nm: 200.0 });
    for lat in 44..48 {
        minima.grid.line(&format!("+{lat} +006 {}", ["157"; 30].join(" ")), Some(&area));
    }
    let mut msa = crate::airports::minima::Msa::default();
    msa.line(" 3 TOR LI LIMF M 000 098 25 000 000 0", &|_| true);
    let circles =
        msa.all.into_iter().map(|sectors| crate::airports::minima::Circle { centre: LatLon::new(45.2, 7.65), variation: 3.0, sectors });
    minima.circles.extend(circles);
    let heights = vec![Height { at: corner, feet: 950.0 }];
    let mut t = Terrain { heights, minima: Some(Arc::new(Surroundings { minima, ..Surroundings::nothing(area) })), ..Terrain::default() };
    assert_eq!(t.floor(corner), Floor { feet: 9800, why: FloorWhy::Sector("LIMF".into()) });
    let north = LatLon::new(46.2, 7.5);
    assert_eq!(t.floor(north), Floor { feet: 15_700, why: FloorWhy::Grid });
    assert_eq!(t.floor_along(corner, north).feet, 15_700);
    t.see(&report(corner, 12_000.0, 1500.0), corner);
    assert_eq!(t.floor(corner), Floor { feet: 11_500, why: FloorWhy::Ground });
    // Outside the data's area the airports count again.
    assert_eq!(t.floor(LatLon::new(45.5, 60.0)).why, FloorWhy::Unknown);
}

#[test]
fn the_glide_path_counts_on_a_final_approach() {
    let mut e = Engine::new(Airports::world(), Setup::default());
    // Another airport is closer to the final approach: the plan decides which one is meant.
    e.file(Some(crate::report::FlightPlan { destination: Some("KSJC".into()), ..Default::default() }));
    let airport = Airports::world().find("KSJC").unwrap();
    let g = runway::geometry(&airport, "30L".parse().unwrap()).unwrap();
    let before = |nm: f64, aside: f64| {
        let on = crate::airports::draw::ahead(g.start, g.heading + 180.0, nm * FT_PER_NM);
        crate::airports::draw::ahead(on, g.heading + 90.0, aside * FT_PER_NM)
    };
    let five = before(5.0, 0.0);
    e.see(Time(1000), &Report { heading_true: g.heading, ground_speed_kt: 140.0, ..report(five, 3000.0, 2800.0) });
    let floor = e.floor(five);
    assert_eq!(floor.why, FloorWhy::GlidePath("30L".parse().unwrap()), "{floor}");
    assert!((1600..=1900).contains(&floor.feet), "{floor}");
    assert!(matches!(e.floor(before(5.0, 3.0)).why, FloorWhy::Heights | FloorWhy::Ground), "beside it");
    assert!(!matches!(e.floor(before(14.0, 0.0)).why, FloorWhy::GlidePath(_)), "too far out");
    assert!(e.floor(before(5.0, 3.0)).feet >= 4800, "the hills east of San Jose");
    let r = Report { heading_true: g.heading + 90.0, ..report(before(5.0, 0.0), 3000.0, 2800.0) };
    e.see(Time(2000), &r);
    assert!(!matches!(e.floor(before(5.0, 0.0)).why, FloorWhy::GlidePath(_)), "flying across");
    // The heights follow the aircraft.
    let far = LatLon::new(52.3, 4.76);
    e.see(Time(3000), &report(far, 3000.0, 3000.0));
    assert!(e.floor(far).feet < 2500);
}

/// A cone of terrain.
type Hill = (f64, f64, f64, f64);

/// The terrain elevation in feet, with hills of limited slope, feet per mile.
fn ground(hills: &[Hill], at: LatLon) -> f64 {
    let rise = |(lat, lon, height, slope): &Hill| height - slope * LatLon::new(*lat, *lon).distance_nm(at);
    hills.iter().map(rise).fold(200.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A flight that descends to each floor it is given, and climbs when the floor rises, over terrain that the engine knows only from a
    /// simulator's reports.
    #[test]
    fn a_flight_at_the_floor_clears_terrain_that_rises_gradually(
        hills in proptest::collection::vec((46.0f64..47.0, 7.0f64..8.5, 500.0f64..12_000.0, 60.0f64..300.0), 0..8),
        track in 0.0f64..360.0, turns in proptest::collection::vec(-40.0f64..40.0, 60),
    ) {
        let mut t = Terrain { heights: vec![Height { at: LatLon::new(46.5, 7.7), feet: 250.0 }], ..Terrain::default() };
        let (mut at, mut track) = (LatLon::new(46.5, 7.7), track);
        let mut altitude = ground(&hills, at).max(12_000.0) + 2000.0;
        for turn in turns {
            track += turn;
            for _ in 0..10 {
                // A tenth of a minute at 150 kt, with a climb or descent of 1,000 ft a minute.
                at = crate::airports::draw::ahead(at, track, 0.25 * FT_PER_NM);
                let below = ground(&hills, at);
                prop_assert!(altitude > below + 250.0, "{altitude} over {below}");
                t.see(&report(at, altitude, altitude - below), at);
                let floor = t.floor(at);
                prop_assert!(f64::from(floor.feet) >= below + CLEAR_FT, "{floor} over {below}");
                altitude += (f64::from(floor.feet) - altitude).clamp(-100.0, 100.0);
            }
        }
    }

    #[test]
    fn the_floor_never_panics_or_falls_below_the_terrain(
        points in proptest::collection::vec((-90.0f64..=90.0, -180.0f64..=180.0, -2000.0f64..60_000.0, -10.0f64..60_000.0, any::<bool>()), 1..40),
    ) {
        let mut t = Terrain::default();
        for (lat, lon, altitude, agl, on_ground) in points {
            let at = LatLon::new(lat, lon);
            t.see(&Report { on_ground, ..report(at, altitude, agl) }, at);
            let floor = t.floor(at);
            let below = if on_ground { altitude } else { altitude - agl };
            if GROUND_FT.contains(&below) && (on_ground || agl > 0.0) {
                prop_assert!(f64::from(floor.feet) >= below + CLEAR_FT);
            }
            prop_assert!(floor.feet <= 33_000);
        }
    }
}
