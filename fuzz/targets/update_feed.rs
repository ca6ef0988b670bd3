//! Any text as a release manifest: unsigned text is rejected; signed text is parsed without harm.
#![no_main]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use libfuzzer_sys::fuzz_target;
use ring::signature::{Ed25519KeyPair, KeyPair};
use stratus::update;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed of 32 bytes");
    let key: update::PublicKey = pair.public_key().as_ref().try_into().expect("a key of 32 bytes");
    assert!(update::read(&text, &key, update::Version::own(), "linux-amd64").is_err(), "nobody signed that");
    let mark = text.split([' ', '\n']).next().unwrap_or_default();
    let body = text.split_once('\n').map_or("", |(_, b)| b);
    let signature = BASE64_STANDARD.encode(pair.sign(format!("{mark}\n{body}").as_bytes()));
    let _ = update::read(&format!("{mark} {signature}\n{body}"), &key, update::Version::own(), "linux-amd64");
});
