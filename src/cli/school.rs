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
    /// Only flights under these rules.
    #[arg(long, value_enum, value_name = "RULES", conflicts_with = "mission")]
    pub rules: Option<SchoolRules>,
    /// With other aircraft in each flight, or in none. Default: in some.
    #[arg(long, value_enum, value_name = "ON|OFF")]
    pub traffic: Option<OnOff>,
    /// How many flights of a hundred have an emergency. Default: few.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub emergencies: Option<u8>,
    /// How many flights of a hundred begin in the middle: at the holding point, at cruise or inbound. Default: about three of ten.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), conflicts_with = "mission")]
    pub middle: Option<u8>,
    /// Print the conversations.
    #[arg(long)]
    pub show: bool,
    /// Print one JSON line per flight, then one with the figures of all.
    #[arg(long)]
    pub json: bool,
}

/// The flight rules of `stratus school`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SchoolRules {
    /// Visual flights.
    Vfr,
    /// Instrument flights.
    Ifr,
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnOff {
    /// On.
    On,
    /// Off.
    Off,
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
