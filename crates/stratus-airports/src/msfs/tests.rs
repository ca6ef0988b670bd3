//! An airport assembled from records: complete, in any order, with missing pieces, and from arbitrary bytes.

use super::*;
use crate::routing;

/// A message: its header, and the data.
fn message(kind: u32, words: [u32; 3], data: &[u8]) -> Vec<u8> {
    let head = [DATA as u32 + data.len() as u32, 5, 28, 7, 1, 0, kind, words[0], words[1], words[2]];
    head.iter().flat_map(|w| w.to_le_bytes()).chain(data.iter().copied()).collect()
}

fn f(v: f32) -> [u8; 4] {
    v.to_le_bytes()
}

fn field(text: &str, length: usize) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(length, 0);
    bytes
}

fn airport_record(icao: &str) -> Vec<u8> {
    let place = [45.0f64, -30.0, 10.0].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    [place, field("Middle\u{1b}[2J of nowhere", 64), field(icao, 8), field("", 8)].concat()
}

/// 3,000 m along the parallel of the reference point, 100 m north of it.
fn runway_record(numbers: [u32; 4]) -> Vec<u8> {
    let place = [45.0 + 100.0 / DEGREE_M, -30.0, 10.0].iter().flat_map(|v: &f64| v.to_le_bytes()).collect::<Vec<u8>>();
    let size = [f(90.0), f(3000.0), f(45.0)].concat();
    [place, size, words(&[4]), words(&numbers)].concat()
}

fn words(w: &[u32]) -> Vec<u8> {
    w.iter().flat_map(|w| w.to_le_bytes()).collect()
}

fn point(kind: u32, east: f32, north: f32) -> Vec<u8> {
    [words(&[kind, 0]), f(east).to_vec(), f(north).to_vec()].concat()
}

fn path(kind: u32, number: u32, from: u32, to: u32, name: u32) -> Vec<u8> {
    [words(&[kind]), f(20.0).to_vec(), words(&[number, 0, from, to, name])].concat()
}

fn stand_record(kind: u32, name: u32, number: u32, east: f32, north: f32) -> Vec<u8> {
    [words(&[kind, 1, name, 0, number, 0]), f(0.0).to_vec(), f(10.0).to_vec(), f(east).to_vec(), f(north).to_vec()].concat()
}

/// Runway 9/27 with taxiway A from its western end to a stand, with a holding point on the way, in the order of the definition.
fn whole() -> Vec<(u32, Vec<Vec<u8>>)> {
    vec![
        (AIRPORT, vec![airport_record("XMSF")]),
        (RUNWAY, vec![runway_record([9, 0, 27, 0])]),
        (
            FREQUENCY,
            vec![
                [words(&[6, 118_305_000]), field("MIDDLE TOWER", 64)].concat(),
                [words(&[8, 124_500_000]), field("NORCAL APPROACH", 64)].concat(),
                [words(&[6, 257_800_000]), field("MIDDLE TOWER", 64)].concat(),
                [words(&[4, 122_950_000]), field("MIDDLE", 64)].concat(),
            ],
        ),
        (
            APPROACH,
            vec![words(&[4, 48, 27, 0]), words(&[10, 89, 27, 0]), words(&[10, 90, 18, 0]), words(&[2, 65, 0, 0]), words(&[77, 0, 27, 0])],
        ),
        (
            POINT,
            vec![point(1, -1500.0, 100.0), point(2, -1500.0, 40.0), point(1, -1500.0, 0.0), point(1, 0.0, 0.0), point(1, 1500.0, 100.0)],
        ),
        (PARKING, vec![stand_record(13, 1, 9, 40.0, -80.0), stand_record(10, 14, 5, 0.0, -80.0)]),
        (
            PATH,
            vec![
                path(1, 0xCDCD_CDCD, 0, 1, 1),
                path(1, 27, 1, 2, 1),
                path(1, 0, 2, 3, 1),
                path(2, 9, 0, 4, 0),
                path(3, 0, 3, 1, 0),
                path(3, 0, 3, 0, 0),
                path(5, 0, 2, 4, 1),
                path(1, 0, 3, 99, 1),
            ],
        ),
        (NAME, vec![field("", 32), field("A", 32)]),
    ]
}

fn messages(lists: &[(u32, Vec<Vec<u8>>)], place: impl Fn(u32, u32) -> [u32; 3]) -> Vec<Vec<u8>> {
    let of = |(kind, list): &(u32, Vec<Vec<u8>>)| {
        let length = list.len() as u32;
        (0..).zip(list).map(|(n, data)| message(*kind, place(n, length), data)).collect::<Vec<_>>()
    };
    lists.iter().flat_map(of).collect()
}

fn answer<'a>(messages: impl IntoIterator<Item = &'a Vec<u8>>) -> Answer {
    let mut answer = Answer::default();
    for m in messages {
        answer.take(m);
    }
    answer
}

#[test]
fn an_airport_is_assembled_and_routes_are_found_on_it() {
    let told = answer(&messages(&whole(), |n, of| [1, n, of]));
    assert_eq!(told.skipped, 0);
    let a = told.airport("XMSF").unwrap();
    assert_eq!((a.icao.as_str(), a.elevation_ft, a.runways.len()), ("XMSF", 33.0, 1));
    assert_eq!(a.name, "Middle2J of nowhere");
    let strip = &a.runways[0];
    assert!((strip.length_ft - 9843.0).abs() < 2.0 && strip.surface == "asphalt");
    assert!((strip.ends[0].start.bearing(strip.ends[1].start) - 90.0).abs() < 0.5 && strip.ends[0].runway.to_string() == "9");
    let stations: Vec<String> = a.stations.iter().map(|s| format!("{} {}", s.name, s.frequency)).collect();
    assert_eq!(stations, ["Middle2J of nowhere Tower 118.305", "Norcal Approach 124.5"]);
    let approaches: Vec<String> = a.procedures.iter().map(|p| format!("{} {:?}", p.name, p.runway.map(|r| r.to_string()))).collect();
    assert_eq!(approaches, ["VOR A None", "ILS Some(\"27\")", "RNAV Y Some(\"27\")"]);
    let graph = a.taxiways.as_ref().unwrap();
    let stand = graph.nodes.iter().find(|n| n.parking.is_some()).unwrap();
    assert_eq!(stand.parking.as_deref(), Some("gate C5"));
    // A path to a point that does not exist, a closed path and a vehicle's stand are left out.
    assert_eq!(graph.edges.len(), 5);
    let route = routing::route(graph, stand.position, "9".parse().unwrap()).unwrap();
    assert_eq!((route.via.clone(), route.crossings.len()), (vec!["A".to_owned()], 0), "{route:?}");
    let hold = graph.nodes.iter().find(|n| n.id == 1).unwrap();
    assert_eq!(hold.holds.iter().map(ToString::to_string).collect::<Vec<_>>(), ["9"]);
    // Without marked holding points, aircraft hold at the point before the runway.
    let mut bare = whole();
    bare[4].1[1] = point(1, -1500.0, 40.0);
    let unmarked = answer(&messages(&bare, |n, of| [1, n, of])).airport("XMSF").unwrap().taxiways.unwrap();
    assert!(unmarked.nodes.iter().find(|n| n.id == 1).unwrap().holds.contains(&"9".parse().unwrap()));
}

/// A record of a procedure, or of one of its runways.
fn child(kind: u32, number: u32, parent: u32, place: [u32; 2], data: &[u8]) -> Vec<u8> {
    let mut m = message(kind, [1, place[0], place[1]], data);
    m[16..24].copy_from_slice(&words(&[number, parent]));
    m
}

#[test]
fn procedures_serve_the_runways_of_their_transitions() {
    let mut all = messages(&whole(), |n, of| [1, n, of]);
    all.extend([
        child(DEPARTURE, 50, 1, [0, 3], &field("NORTH1", 8)),
        child(RUNWAY_TRANSITION, 51, 50, [0, 2], &words(&[9, 0])),
        child(RUNWAY_TRANSITION, 52, 50, [1, 2], &words(&[27, 0])),
        child(DEPARTURE, 53, 1, [1, 3], &field("ALL2A", 8)),
        child(DEPARTURE, 54, 1, [2, 3], &field("bad \u{1b}", 8)),
        child(ARRIVAL, 55, 1, [0, 2], &field("SOUTH3", 8)),
        child(RUNWAY_TRANSITION, 56, 55, [0, 1], &words(&[27, 0])),
        // Neither a runway that the airport does not have nor one that cannot be read makes it an arrival for all runways.
        child(ARRIVAL, 57, 1, [1, 2], &field("WEST4", 8)),
        child(RUNWAY_TRANSITION, 58, 57, [0, 2], &words(&[18, 0])),
        child(RUNWAY_TRANSITION, 59, 57, [1, 2], &words(&[99, 7])),
    ]);
    let named = |all: &[Vec<u8>]| {
        let a = answer(all).airport("XMSF").unwrap();
        let routes = a.procedures.iter().filter(|p| p.kind != Kind::Approach);
        routes.map(|p| format!("{} {}", p.name, p.runway.map_or("all".into(), |r| r.to_string()))).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(named(&all), "ALL2A all, NORTH1 9, NORTH1 27, SOUTH3 27");
    let shuffled: Vec<Vec<u8>> = all.iter().rev().chain(&all).cloned().collect();
    assert_eq!(named(&shuffled), named(&all), "backwards and twice");
}

#[test]
fn record_order_repetition_and_index_word_do_not_matter() {
    let expected = answer(&messages(&whole(), |n, of| [1, n, of])).airport("XMSF").unwrap();
    for place in [|n, of| [1, n, of], |n, of| [1, of, n]] {
        let mut shuffled = messages(&whole(), place);
        shuffled.reverse();
        let twice: Vec<Vec<u8>> = shuffled.iter().chain(&shuffled[3..9]).cloned().collect();
        assert_eq!(answer(&twice).airport("XMSF").as_ref(), Some(&expected));
    }
    // If neither word is an index, the order of arrival counts.
    assert_eq!(answer(&messages(&whole(), |_, _| [0, 0, 0])).airport("XMSF"), Some(expected));
}

#[test]
fn missing_truncated_and_foreign_records_are_left_out() {
    let all = messages(&whole(), |n, of| [1, n, of]);
    let told = answer(&all);
    assert_eq!(told.airport("XMSG"), None, "another airport's answer");
    assert!(
        told.airport("KXMSF").is_none()
            && answer(&messages(&[(AIRPORT, vec![airport_record("1O2")])], |n, of| [1, n, of])).airport("K1O2").is_some()
    );
    assert_eq!(answer(&all[1..]).airport("XMSF"), None, "without the airport's own record");
    for (n, m) in all.iter().enumerate().skip(1) {
        let mut cut = all.clone();
        cut[n] = m[..m.len() - 1].to_vec();
        let told = answer(&cut);
        assert_eq!(told.skipped, 1);
        let a = told.airport("XMSF").unwrap();
        let graph = a.taxiways.iter().flat_map(|g| &g.edges);
        assert!(graph.clone().all(|e| e.runway.is_none_or(|r| a.end(r).is_some())));
    }
    let mut endless = Answer::default();
    let name = message(NAME, [1, 0, 1], &field("A", 32));
    for _ in 0..5000 {
        endless.take(&name);
    }
    assert_eq!(endless.skipped, 4000);
}

proptest::proptest! {
    #[test]
    fn random_records_never_panic_the_msfs_reader(seed: Vec<(u8, [u32; 3], Vec<u8>)>, cut in 0usize..200, swap in 0usize..26, byte: u8) {
        let mut all = messages(&whole(), |n, of| [1, n, of]);
        let kinds = SIZES.map(|(k, _)| k);
        for (kind, words, data) in seed {
            let (kind, size) = SIZES[usize::from(kind) % kinds.len()];
            let mut data = data;
            data.resize(size, byte);
            all.push(message(kind, words, &data));
        }
        let n = swap % all.len();
        let at = cut % all[n].len();
        all[n][at] = byte;
        let told = answer(&all);
        if let Some(a) = told.airport("XMSF") {
            let graph = a.taxiways.clone().unwrap_or(TaxiGraph { nodes: Vec::new(), edges: Vec::new() });
            let ids: BTreeSet<u32> = graph.nodes.iter().map(|n| n.id).collect();
            proptest::prop_assert!(graph.edges.iter().all(|e| ids.contains(&e.from) && ids.contains(&e.to)));
            proptest::prop_assert!(graph.nodes.iter().all(|n| n.position.lat.is_finite() && n.position.lon.abs() <= 180.0));
            proptest::prop_assert!(a.runways.iter().all(|s| s.length_ft.is_finite() && s.length_ft > 0.0));
        }
    }
}
