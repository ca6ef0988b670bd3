//! Any bytes as MSFS's records of an airport: each piece of the input is a message, whose length is in its first byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::msfs::Answer;

fuzz_target!(|data: &[u8]| {
    let (mut answer, mut rest) = (Answer::default(), data);
    while let Some((length, after)) = rest.split_first() {
        let (message, left) = after.split_at(usize::from(*length).min(after.len()));
        answer.take(message);
        rest = left;
    }
    let _ = answer.airport("PHTO");
});
