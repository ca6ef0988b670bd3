//! The embedded world: well-known airports, searches compared with an exhaustive search, and damaged bytes.

use super::*;
use crate::data::Airports;
use crate::runway;
use crate::units::{Facility, Region, turn};

fn world() -> World {
    World::embedded().expect("the embedded file")
}

fn place(w: &World, n: usize) -> LatLon {
    w.tile_of(n).and_then(|t| w.point(&t.bounds, n)).expect("a point")
}

fn frequencies(a: &Airport, f: Facility) -> Vec<String> {
    a.stations.iter().filter(|s| s.facility == f).map(|s| s.frequency.to_string()).collect()
}

#[test]
fn every_airport_of_the_world_decodes() {
    let w = world();
    assert!(w.len() >= 45_000 && EMBEDDED.len() <= 2_000_000, "{} airports in {} bytes", w.len(), EMBEDDED.len());
    let (mut strips, mut towered) = (0, 0);
    for n in 0..w.len() {
        let a = w.airport(n).unwrap_or_else(|| panic!("airport {n}"));
        assert!(!a.icao.is_empty() && !a.name.is_empty(), "{n} {a:?}");
        assert!((-1500.0..20_000.0).contains(&a.elevation_ft), "{} {}", a.icao, a.elevation_ft);
        assert!(a.variation.abs() <= 180.0);
        strips += a.runways.len();
        towered += usize::from(a.towered());
        for s in &a.runways {
            assert!((100.0..=30_000.0).contains(&s.length_ft), "{}", a.icao);
            let d = s.ends[0].start.distance_ft(s.ends[1].start);
            // At the South Pole there is no east in which to place a runway.
            assert!(
                a.icao == "NZSP" || (d - s.length_ft).abs() < f64::max(300.0, 0.15 * s.length_ft),
                "{}: {d} for {}",
                a.icao,
                s.length_ft
            );
        }
        // Without a tower only pilots are on the common frequency, and the reverse.
        assert!(!(a.towered() && a.stations.iter().any(|s| s.facility == Facility::Ctaf)), "{}", a.icao);
    }
    assert_eq!((w.len(), strips), (BUILT_IN.airports, BUILT_IN.runways));
    assert!(towered > 3_000, "{towered} towers");
}

#[test]
fn known_airports_have_their_known_data() {
    let w = world();
    let sfo = w.get("ksfo").unwrap();
    assert_eq!((sfo.name.as_str(), sfo.place.as_str(), sfo.region), ("San Francisco", "San Francisco, California", Region::FAA));
    assert_eq!(sfo.strips_ends().iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), "10L 28R 10R 28L 1R 19L 1L 19R");
    assert_eq!(frequencies(&sfo, Facility::Tower), ["120.5"]);
    assert_eq!(frequencies(&sfo, Facility::Ground), ["121.8"]);
    assert!((sfo.variation - 13.0).abs() < 0.6 && sfo.towered());
    let r = runway::geometry(&sfo, "28L".parse().unwrap()).unwrap();
    assert!(turn(r.heading, 298.0).abs() < 1.0 && (r.length_ft - 10_602.0).abs() < 700.0, "{r:?}");

    let egll = w.get("EGLL").unwrap();
    assert_eq!(
        (egll.name.as_str(), egll.place.as_str(), egll.region),
        ("Heathrow", "London, United Kingdom", "UK".parse::<Region>().unwrap())
    );
    assert_eq!(frequencies(&egll, Facility::Tower), ["118.5", "118.7", "124.475"]);
    assert!(egll.stations.iter().any(|s| s.name == "Heathrow Tower") && egll.stations.iter().any(|s| s.name == "Heathrow Delivery"));
    let lowi = w.get("LOWI").unwrap();
    assert_eq!((lowi.name.as_str(), lowi.place.as_str()), ("Innsbruck", "Innsbruck, Austria"));
    assert!(lowi.towered() && (lowi.elevation_ft - 1906.0).abs() < 10.0);

    // An airport that shares its town with a bigger one is called by its own name.
    for (code, name) in [
        ("YSBK", "Bankstown"),
        ("YSSY", "Sydney"),
        ("ESSB", "Bromma"),
        ("EGKB", "Biggin Hill"),
        ("LFPB", "Le Bourget"),
        ("YMMB", "Moorabbin"),
        ("CYTZ", "City Centre"),
        ("RJCO", "Okadama"),
        ("YPPH", "Perth"),
        ("KPDX", "Portland"),
        ("KOGD", "Ogden"),
        ("KGMU", "Greenville"),
        ("KTIW", "Tacoma"),
    ] {
        let a = w.get(code).unwrap();
        assert!(a.name == name && a.stations.iter().any(|s| s.name == format!("{name} Tower")), "{code}: {}", a.name);
    }

    // Half Moon Bay has no tower: pilots announce themselves on its common frequency.
    let hal = w.get("KHAF").unwrap();
    assert!(!hal.towered());
    assert_eq!(hal.name, "Half Moon Bay");
    assert_eq!(frequencies(&hal, Facility::Ctaf), ["122.8"]);
    // A strip without a frequency in the United States uses MULTICOM; elsewhere no frequency is invented.
    let strip = w.get("00AL").unwrap();
    assert_eq!(frequencies(&strip, Facility::Ctaf), ["122.9"]);
    assert!(strip.runways.iter().all(|r| r.drawn));
    assert!(w.get("CZ-0157").unwrap().stations.is_empty());
    assert_eq!(w.get("KGVE").unwrap().icao, w.get("GVE").unwrap().icao);
    for none in ["", "XXXX", "KPA", "Å", "a code that is far too long to be one"] {
        assert!(w.get(none).is_none(), "{none}");
    }
}

#[test]
fn nearest_matches_an_exhaustive_search() {
    let w = world();
    let all: Vec<LatLon> = (0..w.len()).map(|n| place(&w, n)).collect();
    let mut seed = 1u64;
    let mut random = |low: f64, high: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (seed >> 33) as f64 / f64::from(1u32 << 31) * (high - low)
    };
    for i in 0..300 {
        let at = match i {
            0 => LatLon::new(90.0, 0.0),
            1 => LatLon::new(-90.0, 17.0),
            2 => LatLon::new(-17.0, 180.0),
            3 => LatLon::new(-17.0, -180.0),
            _ => LatLon::new(random(-90.0, 90.0), random(-180.0, 180.0)),
        };
        let least = all.iter().map(|p| p.distance_nm(at)).fold(f64::INFINITY, f64::min);
        let (d, n) = w.nearest(at, 10_800.0).unwrap();
        assert!((d - least).abs() < 1e-6 && (all[n].distance_nm(at) - least).abs() < 1e-6, "{at:?}: {d} for {least}");
        let near = all.iter().filter(|p| p.distance_nm(at) <= 100.0).count();
        assert_eq!(w.within(at, 100.0).len(), near, "{at:?}");
        assert_eq!(w.nearest(at, least * 0.99), None);
    }
    assert!(w.nearest(LatLon::new(f64::NAN, 0.0), 30.0).is_none());
}

#[test]
fn every_code_and_every_tower_is_found() {
    let w = world();
    for n in (0..w.len()).step_by(37) {
        let a = w.airport(n).unwrap();
        assert_eq!(w.get(&a.icao).unwrap(), a);
        for s in &a.stations {
            let on = w.tuned(s.frequency, a.position, 1.0);
            // MULTICOM and the Canadian aerodrome traffic frequency come from the rule, not from the file.
            assert!(on.iter().any(|o| o.icao == a.icao) || matches!(s.frequency.khz(), 122_900 | 123_200), "{} {}", a.icao, s.frequency);
        }
    }
}

#[test]
fn world_and_hand_described_airports_are_searched_as_one() {
    let a = Airports::world();
    assert!(a.find("KPAO").unwrap().runways[0].ends[0].pattern == crate::units::Side::Right, "the one described by hand");
    assert_eq!(a.find(" eddf").unwrap().name, "Frankfurt");
    let near = |lat, lon| a.nearest_of(LatLon::new(lat, lon), 30.0, |_| true).unwrap().icao;
    assert_eq!(near(37.46, -122.115), "KPAO");
    assert_eq!(near(51.47, -0.46), "EGLL");
    let towered = a.nearest_of(LatLon::new(37.5134, -122.5009), 30.0, Airport::towered).unwrap();
    assert_eq!(towered.icao, "KSFO", "from Half Moon Bay");
    let on = |f: &str, lat, lon| a.heard_on(f.parse().unwrap(), LatLon::new(lat, lon)).unwrap().icao;
    assert_eq!(on("118.6", 37.46, -122.1), "KPAO");
    assert_eq!(on("120.1", 47.3, 11.4), "LOWI");
    assert_eq!(a.named("innsbruck tower").unwrap().icao, "LOWI");
    assert_eq!(a.named("heathrow director good evening").unwrap().icao, "EGLL");
    assert_eq!(a.named("palo alto ground").unwrap().icao, "KPAO");
    assert!(a.named("ready to taxi").is_none() && a.named("").is_none());
    let near = a.around(LatLon::new(37.46, -122.115), 20.0, 5);
    assert_eq!((near.len(), near[0].1.icao.as_str()), (5, "KPAO"));
    assert!(near.windows(2).all(|w| w[0].0 <= w[1].0));
}

#[test]
fn damaged_bytes_never_panic_and_give_no_airport() {
    let mut seed = 7u32;
    for _ in 0..10 {
        let mut bytes = EMBEDDED.to_vec();
        for _ in 0..2000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (seed >> 3) as usize % bytes.len();
            if at >= 26 {
                bytes[at] ^= (seed >> 24) as u8;
            }
        }
        bytes.truncate(bytes.len() - (seed as usize % 500_000));
        let Some(w) = World::newer(bytes, "2026-11-27") else { continue };
        for n in (0..w.len() + 40).step_by(1997) {
            let _ = w.airport(n);
        }
        let _ = (w.get("KSFO"), w.nearest(LatLon::new(37.0, -122.0), 50.0), w.towers_named("boston").count());
        let _ = w.tuned("118.6".parse().unwrap(), LatLon::new(37.0, -122.0), 100.0);
    }
    for end in 0..64 {
        assert!(World::newer(EMBEDDED[..end].to_vec(), "").is_none());
    }
}
