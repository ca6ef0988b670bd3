//! Any line for `stratus batch`: the answer is one JSON object with an id.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stratus::airports::data::Airports;
use stratus::cmd::batch::answer;

static AIRPORTS: LazyLock<Airports> = LazyLock::new(Airports::world);

fuzz_target!(|data: &[u8]| {
    let v = answer(&String::from_utf8_lossy(data), &AIRPORTS);
    assert!(v.as_object().is_some_and(|o| o.contains_key("id")));
    assert!(!v.to_string().contains('\n'), "one line");
});
