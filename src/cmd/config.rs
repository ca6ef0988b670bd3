//! `stratus config`: where it is, what is in force, whether it is right, and the shipped file.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::ConfigWhat;
use crate::config;

pub(super) fn run(file: Option<&Path>, what: ConfigWhat) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    match what {
        ConfigWhat::Path => writeln!(out, "{}", super::config_path(file)?.display())?,
        ConfigWhat::Default => out.write_all(config::SHIPPED.as_bytes())?,
        ConfigWhat::Show => out.write_all(toml::to_string(&*super::configuration(file)?)?.as_bytes())?,
        ConfigWhat::Check => {
            super::configuration(file)?;
            writeln!(out, "{}: right", super::config_path(file)?.display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
