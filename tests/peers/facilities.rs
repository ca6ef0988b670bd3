//! An airport as MSFS reports it: records by the client's definition, with its field order and types.

/// A field's value.
enum V {
    I(i32),
    F(f32),
    D(f64),
    S(&'static str, usize),
}

/// What the simulator leaves in fields of taxi paths that are not a runway's.
const RUBBISH: i32 = 0x0C0F_FEE0;
/// Metres from the reference point, and the type of the point.
const POINTS: [(i32, f32, f32); 8] = [
    (1, -980.0, 0.0),
    (2, -980.0, 70.0),
    (1, -980.0, 120.0),
    (1, 0.0, 0.0),
    (1, 0.0, -60.0),
    (1, 1000.0, 0.0),
    (6, 1000.0, 70.0),
    (1, 1000.0, 120.0),
];
/// Type, runway number, start, end, name.
const PATHS: [(i32, i32, i32, i32, i32); 12] = [
    (1, RUBBISH, 0, 1, 1),
    (1, RUBBISH, 1, 2, 1),
    (1, RUBBISH, 0, 3, 1),
    (1, RUBBISH, 3, 5, 1),
    (1, RUBBISH, 5, 6, 2),
    (1, RUBBISH, 6, 7, 2),
    (2, 8, 2, 7, 0),
    (4, RUBBISH, 3, 4, 0),
    (3, RUBBISH, 4, 0, 0),
    (3, RUBBISH, 4, 1, 0),
    (5, RUBBISH, 0, 4, 0),
    (6, RUBBISH, 1, 4, 0),
];
const NAMES: [&str; 3] = ["", "A", "B"];
/// Type, hertz, name. The last ones are outside the civil airband.
const FREQUENCIES: [(i32, i32, &str); 7] = [
    (1, 126_400_000, "HILO"),
    (5, 121_900_000, "HILO GROUND"),
    (6, 118_105_000, "HILO TOWER"),
    (8, 119_700_000, "HONOLULU APPROACH"),
    (4, 122_950_000, "HILO"),
    (6, 263_000_000, "HILO TOWER"),
    (12, 124_500_000, "AWOS"),
];
/// Type, suffix, runway, designator.
const APPROACHES: [(i32, i32, i32, i32); 4] = [(4, 0, 26, 0), (10, 89, 26, 0), (10, 90, 26, 0), (2, 65, 0, 0)];

/// Departures and arrivals with the runways of their transitions.
const DEPARTURES: [(&str, &[i32]); 2] = [("HILO1", &[8, 26]), ("PARIS4", &[])];
const ARRIVALS: [(&str, &[i32]); 1] = [("MAUNA3", &[26])];

/// The runways of the transitions of a departure or an arrival.
fn transitions(parent: &str, n: usize) -> &'static [i32] {
    if parent == "DEPARTURE" { DEPARTURES[n].1 } else { ARRIVALS[n].1 }
}

/// The number of records of a block.
fn count(block: &str) -> usize {
    match block {
        "AIRPORT" => 1,
        "RUNWAY" => 2,
        "FREQUENCY" => FREQUENCIES.len(),
        "APPROACH" => APPROACHES.len(),
        "DEPARTURE" => DEPARTURES.len(),
        "ARRIVAL" => ARRIVALS.len(),
        "TAXI_POINT" => POINTS.len(),
        "TAXI_PARKING" => 2,
        "TAXI_PATH" => PATHS.len(),
        "TAXI_NAME" => NAMES.len(),
        _ => 0,
    }
}

fn kind(block: &str) -> Option<u32> {
    let kinds = [
        ("AIRPORT", 0),
        ("RUNWAY", 1),
        ("FREQUENCY", 3),
        ("APPROACH", 5),
        ("DEPARTURE", 10),
        ("ARRIVAL", 11),
        ("RUNWAY_TRANSITION", 12),
        ("TAXI_POINT", 14),
        ("TAXI_PARKING", 15),
        ("TAXI_PATH", 16),
        ("TAXI_NAME", 17),
    ];
    kinds.iter().find(|(b, _)| *b == block).map(|(_, k)| *k)
}

fn value(block: &str, n: usize, field: &str) -> Option<V> {
    use V::{D, F, I, S};
    Some(match (block, field) {
        ("AIRPORT", "LATITUDE") => D(19.7203),
        ("AIRPORT", "LONGITUDE") => D(-155.0485),
        ("AIRPORT", "ALTITUDE") => D(11.6),
        ("AIRPORT", "NAME64") => S("Hilo Intl", 64),
        ("AIRPORT", "ICAO") => S("PHTO", 8),
        ("AIRPORT", "REGION") => S("PH", 8),
        ("RUNWAY", "LATITUDE") => D([19.72138, 19.7185][n]),
        ("RUNWAY", "LONGITUDE") => D([-155.04358, -155.0530][n]),
        ("RUNWAY", "ALTITUDE") => D(11.0),
        ("RUNWAY", "HEADING") => F([90.0, 40.0][n]),
        ("RUNWAY", "LENGTH") => F([2990.0, 1706.0][n]),
        ("RUNWAY", "WIDTH") => F(46.0),
        ("RUNWAY", "SURFACE") => I(4),
        ("RUNWAY", "PRIMARY_NUMBER") => I([8, 3][n]),
        ("RUNWAY", "SECONDARY_NUMBER") => I([26, 21][n]),
        ("RUNWAY", "PRIMARY_DESIGNATOR" | "SECONDARY_DESIGNATOR") => I(0),
        ("FREQUENCY", "TYPE") => I(FREQUENCIES[n].0),
        ("FREQUENCY", "FREQUENCY") => I(FREQUENCIES[n].1),
        ("FREQUENCY", "NAME") => S(FREQUENCIES[n].2, 64),
        ("APPROACH", "TYPE") => I(APPROACHES[n].0),
        ("APPROACH", "SUFFIX") => I(APPROACHES[n].1),
        ("APPROACH", "RUNWAY_NUMBER") => I(APPROACHES[n].2),
        ("APPROACH", "RUNWAY_DESIGNATOR") => I(APPROACHES[n].3),
        ("DEPARTURE", "NAME") => S(DEPARTURES[n].0, 8),
        ("ARRIVAL", "NAME") => S(ARRIVALS[n].0, 8),
        // Here the record's number is the runway's.
        ("RUNWAY_TRANSITION", "RUNWAY_NUMBER") => I(n as i32),
        ("RUNWAY_TRANSITION", "RUNWAY_DESIGNATOR") => I(0),
        ("TAXI_POINT", "TYPE") => I(POINTS[n].0),
        ("TAXI_POINT", "ORIENTATION") => I(0),
        ("TAXI_POINT", "BIAS_X") => F(POINTS[n].1),
        ("TAXI_POINT", "BIAS_Z") => F(POINTS[n].2),
        ("TAXI_PARKING", "TYPE") => I([10, 13][n]),
        ("TAXI_PARKING", "TAXI_POINT_TYPE") => I(1),
        ("TAXI_PARKING", "NAME") => I([12, 1][n]),
        ("TAXI_PARKING", "NUMBER") => I([5, 6][n]),
        ("TAXI_PARKING", "SUFFIX" | "ORIENTATION") => I(0),
        ("TAXI_PARKING", "HEADING" | "RADIUS") => F(20.0),
        ("TAXI_PARKING", "BIAS_X") => F([0.0, 40.0][n]),
        ("TAXI_PARKING", "BIAS_Z") => F(-120.0),
        ("TAXI_PATH", "TYPE") => I(PATHS[n].0),
        ("TAXI_PATH", "WIDTH") => F(23.0),
        ("TAXI_PATH", "RUNWAY_NUMBER") => I(PATHS[n].1),
        ("TAXI_PATH", "RUNWAY_DESIGNATOR") => I(if PATHS[n].0 == 2 { 0 } else { RUBBISH }),
        ("TAXI_PATH", "START") => I(PATHS[n].2),
        ("TAXI_PATH", "END") => I(PATHS[n].3),
        ("TAXI_PATH", "NAME_INDEX") => I(PATHS[n].4),
        ("TAXI_NAME", "NAME") => S(NAMES[n], 32),
        _ => return None,
    })
}

/// Whether a definition may contain this field, including the start or end of a record.
pub fn known(field: &str) -> bool {
    let block = field.strip_prefix("OPEN ").or_else(|| field.strip_prefix("CLOSE "));
    let blocks = [
        "AIRPORT",
        "RUNWAY",
        "FREQUENCY",
        "APPROACH",
        "DEPARTURE",
        "ARRIVAL",
        "RUNWAY_TRANSITION",
        "TAXI_POINT",
        "TAXI_PARKING",
        "TAXI_PATH",
        "TAXI_NAME",
    ];
    block.map_or_else(|| blocks.iter().any(|b| value(b, 0, field).is_some()), |b| blocks.contains(&b))
}

/// The bodies of the messages of an answer: `request`, then each record with its header. `None`: no such airport.
pub fn answer(definition: &[String], request: u32, icao: &str) -> Option<Vec<Vec<u8>>> {
    if icao != "PHTO" {
        return None;
    }
    // The requested fields of each block, in order of the blocks' starts, and the parent of each block.
    struct Block<'a> {
        name: &'a str,
        within: Option<usize>,
        fields: Vec<&'a str>,
    }
    let (mut open, mut blocks): (Vec<usize>, Vec<Block<'_>>) = (Vec::new(), Vec::new());
    for field in definition {
        if let Some(name) = field.strip_prefix("OPEN ") {
            blocks.push(Block { name, within: open.last().copied(), fields: Vec::new() });
            open.push(blocks.len() - 1);
        } else if field.strip_prefix("CLOSE ").is_some() {
            open.pop();
        } else if let Some(block) = open.last() {
            blocks[*block].fields.push(field);
        }
    }
    let mut bodies = Vec::new();
    // The number of each record, by block and position.
    let mut numbers = std::collections::BTreeMap::new();
    for (b, block) in blocks.iter().enumerate() {
        let parent = block.within.map_or("", |p| blocks[p].name);
        // Each record with its position in the list, the list's length and its parent's position.
        let records: Vec<(usize, usize, usize, usize)> = match (block.name, block.within) {
            ("RUNWAY_TRANSITION", Some(_)) => {
                let of = |p: usize| {
                    transitions(parent, p).iter().enumerate().map(move |(k, r)| (*r as usize, k, transitions(parent, p).len(), p))
                };
                (0..count(parent)).flat_map(of).collect()
            }
            _ => (0..count(block.name)).map(|n| (n, n, count(block.name), 0)).collect(),
        };
        for (n, place, of, above) in records {
            let number = bodies.len() as u32 + 1;
            numbers.insert((b, n), number);
            let parent = block.within.map_or(0, |p| numbers[&(p, above)]);
            let head = [request, number, parent, kind(block.name)?, u32::from(b > 0), place as u32, of as u32];
            let mut body: Vec<u8> = head.iter().flat_map(|w| w.to_le_bytes()).collect();
            for field in &block.fields {
                match value(block.name, n, field)? {
                    V::I(v) => body.extend(v.to_le_bytes()),
                    V::F(v) => body.extend(v.to_le_bytes()),
                    V::D(v) => body.extend(v.to_le_bytes()),
                    V::S(v, length) => body.extend(super::simconnect::field(v, length)),
                }
            }
            bodies.push(body);
        }
    }
    Some(bodies)
}
