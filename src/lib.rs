//! Stratus: push-to-talk air-traffic control for flight simulators.
//!
//! Two halves and one seam. The pure half decides ([`units`], [`problem`], [`report`], [`airports`], [`atc`],
//! [`settings`], [`event`], [`app`]); the shell touches the world. Between them are [`event::Event`] and
//! [`event::Effect`]. `ARCHITECTURE.md` maps the code and lists its invariants.

pub mod airports;
pub mod atc;
pub mod event;
pub mod problem;
pub mod report;
pub mod settings;
pub mod units;
pub mod worker;
