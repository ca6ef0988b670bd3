//! The arguments of `stratus page`.

use clap::Args;

/// `stratus page`
#[derive(Debug, Args)]
pub struct PageArgs {
    /// Switch the page on at this address of this computer, such as 127.0.0.1:4747 or 192.168.1.20:4747; "off" switches it off.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
