//! Any text as OurAirports' tables: the first byte of each line selects its table. The result must be readable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::reduce::{Reduction, Table};
use stratus::airports::world::{Counts, World};

fuzz_target!(|data: &[u8]| {
    let mut reduction = Reduction::default();
    for line in data.split(|b| *b == b'\n') {
        let Some((first, rest)) = line.split_first() else { continue };
        let table = Table::ALL[usize::from(*first) % Table::ALL.len()];
        let text = String::from_utf8_lossy(rest);
        let values: Vec<&str> = text.split('|').chain(std::iter::repeat("")).take(table.columns().len()).collect();
        let _ = reduction.row(table, &values);
    }
    if let Ok(reduced) = reduction.finish(Counts::default()) {
        let world = World::newer(reduced.bytes, "2026-11-27").expect("what was made is a world");
        assert_eq!(world.len(), reduced.counts.airports);
        for n in 0..world.len() {
            let airport = world.airport(n).expect("every airport decodes");
            assert!(!airport.name.chars().any(char::is_control) && world.get(&airport.icao).is_some());
        }
    }
});
