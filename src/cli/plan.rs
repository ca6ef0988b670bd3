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
    /// Fetch your newest SimBrief plan and file it with the running tray. Example: stratus plan simbrief
    Simbrief {
        /// Your SimBrief alias or number, instead of pilot.simbrief in your settings.
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Show the plan as the controller will use it, and file nothing.
        #[arg(long)]
        show: bool,
        /// Also save SimBrief's answer into this file, for `load` and `show` without a connection.
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
    },
    /// Withdraw the filed plan.
    Clear,
}
