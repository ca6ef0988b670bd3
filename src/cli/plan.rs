//! `stratus plan`: its arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `stratus plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub what: PlanWhat,
}

/// `stratus plan …`
#[derive(Debug, Clone, Subcommand)]
pub enum PlanWhat {
    /// File a plan with the running tray. Example: stratus plan load EDDH-EDDB.lnmpln
    Load {
        /// A plan of MSFS (.pln), X-Plane (.fms), FlightGear (.fgfp), Garmin (.fpl) or Little Navmap (.lnmpln), or an answer of
        /// SimBrief that was saved (JSON, XML).
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show a plan as the controller will use it, without filing it. Example: stratus plan show EDDH-EDDB.fms
    Show {
        /// A plan of any kind that `load` takes.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Withdraw the filed plan.
    Clear,
}
