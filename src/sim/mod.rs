//! Links to simulators, and recordings that replace one.

pub mod flightgear;
pub mod link;
pub mod record;
pub mod replay;
pub mod simconnect;
mod wire;
pub mod xplane;
pub mod xplane_web;
