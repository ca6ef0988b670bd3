//! The flight school: simulated pilots fly in virtual time as the controller instructs them, and a referee checks every step.
//!
//! [`School::fly`] flies one flight, which is determined by its seed. `docs/school.md` describes how it works and what it finds.
#![forbid(unsafe_code)]
// Time is a count of seconds and chance a seed: ../../clippy.toml lists what the pure half may not use.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod aircraft;
pub mod answers;
mod dice;
pub mod flight;
mod guide;
mod hills;
mod layout;
pub mod pilot;
pub mod readback;
pub mod referee;
pub mod sortie;
pub mod tally;
mod told;
mod traffic;
mod words;

pub use flight::{Between, Clear, Log, School};
pub use sortie::{Choice, FlightRules, Mission};
