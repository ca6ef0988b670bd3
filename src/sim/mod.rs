//! Links to simulators, and recordings that stand in for one.

pub mod replay;
