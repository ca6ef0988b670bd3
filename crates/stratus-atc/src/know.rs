//! The controller's knowledge at one moment: the aircraft, its airport, traffic and weather. Unknown facts are absent and are never spoken.

pub mod around;
pub(crate) mod arrival;
mod by_words;
pub(crate) mod filed;
mod filing;
pub(crate) mod flight;
pub mod floor;
mod gather;
pub(crate) mod ground_contact;
pub mod phase;
mod reception;
pub mod report;
mod scope;
pub(crate) mod sequence;
pub(crate) mod simulator_airports;
pub mod situation;
pub mod surface;
pub mod tracks;
pub(crate) mod whereabouts;

pub(crate) use by_words::{phase_from_words, water_runway};
pub(crate) use gather::CLOSE_FINAL_NM;
