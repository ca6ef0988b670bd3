//! Stratus: push-to-talk air-traffic control for flight simulators.
//!
//! Two halves and one seam. The pure half decides ([`units`], [`airports`] and [`atc`], which are crates of their own, and
//! [`problem`], [`settings`], [`event`], [`sound`], [`app`]); the shell touches the world. Between them are [`event::Event`] and
//! [`event::Effect`]. `ARCHITECTURE.md` maps the code and lists its invariants.

pub use stratus_airports as airports;
pub use stratus_atc as atc;
pub use stratus_atc::report;
pub use stratus_units as units;

// The pure half: no clock, files, threads, sockets or randomness. clippy.toml lists what is denied here.
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod app;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod event;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod models;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod problem;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod settings;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod sound;
#[deny(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod update;

pub mod audio;
pub mod cli;
pub mod cmd;
pub mod config;
pub mod desktop;
pub mod dispatch;
pub mod download;
pub mod ipc;
pub mod llm;
pub mod log;
pub mod ourairports;
pub mod page;
pub mod paths;
#[cfg(windows)]
pub mod pipe;
pub mod scenery;
pub mod sim;
pub mod speech;
pub mod worker;
