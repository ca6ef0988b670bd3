//! Shared code for the flight plan readers: bytes inserted into a valid plan, at a position that they determine.

use stratus::atc::plan;

/// The first two bytes are the position, the third the number of bytes to replace; the rest is inserted there.
#[allow(dead_code)]
pub fn splice(whole: &[u8], data: &[u8]) {
    let [a, b, gone, rest @ ..] = data else { return };
    let at = usize::from(u16::from_be_bytes([*a, *b])) % whole.len();
    let after = (at + usize::from(*gone)).min(whole.len());
    check(&[&whole[..at], rest, &whole[after..]].concat());
}

/// A plan that was accepted can be filed, shown and spoken.
pub fn check(bytes: &[u8]) {
    let Ok(reading) = plan::read(bytes) else { return };
    let p = reading.plan;
    assert!(p.altitude_ft.is_none_or(|a| (0..=60_000).contains(&a)));
    assert!(p.destination.as_ref().is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_alphanumeric())));
    assert!(p.points.len() <= 400 && reading.left_out.len() < 20);
    assert!(!p.words().chars().chain(reading.left_out.concat().chars()).any(char::is_control));
}
