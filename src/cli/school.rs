//! The arguments of `stratus school`.

use clap::Args;

/// `stratus school`
#[derive(Debug, Args)]
pub struct SchoolArgs {
    /// How many flights.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub flights: u64,
    /// The seed of the first flight; each further flight has the next one. A seed repeats its flight.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Only flights of this kind.
    #[arg(long, value_enum, value_name = "KIND")]
    pub mission: Option<SchoolMission>,
    /// Print the conversations.
    #[arg(long)]
    pub show: bool,
    /// Print one JSON line per flight, then one with the figures of all.
    #[arg(long)]
    pub json: bool,
}

/// The kinds of flights of `stratus school`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SchoolMission {
    /// Visual, in the traffic pattern.
    Circuits,
    /// Visual, from outside.
    Arrival,
    /// Visual, to another airport.
    CrossCountry,
    /// By instruments, to another airport.
    Instruments,
}
