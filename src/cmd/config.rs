//! `stratus config`: shows the path, the active settings, their validity, and the shipped file.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::app::place;
use crate::cli::ConfigWhat;
use crate::config::{self, Examined};
use crate::desktop::keynames;
use crate::dispatch::newest;
use crate::paths::Paths;

pub(super) fn run(file: Option<&Path>, what: ConfigWhat) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    match what {
        ConfigWhat::Path => writeln!(out, "{}", super::config_path(file)?.display())?,
        ConfigWhat::Default => out.write_all(config::SHIPPED.as_bytes())?,
        ConfigWhat::Show => out.write_all(toml::to_string(&*super::configuration(file)?)?.as_bytes())?,
        ConfigWhat::Check => check(file, &mut out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Says whether the configuration can be used, with warnings if it can.
fn check(file: Option<&Path>, out: &mut impl Write) -> anyhow::Result<()> {
    let path = super::config_path(file)?;
    if file.is_none() && !config::look(&path)? {
        writeln!(out, "{} does not exist yet: every key has its default", path.display())?;
        return Ok(());
    }
    let Examined { config, mut warnings } = config::examine(&path)?;
    keynames::check(&config.ptt).map_err(|mut p| {
        p.why.insert(0, config::place(&path, "ptt.key"));
        p
    })?;
    place::check(&newest::airports_in_use(&Paths::find(file)?.data_dir), config.sim.airport.as_deref()).map_err(|mut p| {
        p.why.insert(0, config::place(&path, "sim.airport"));
        p
    })?;
    warnings.extend(config::may_change(&path).err());
    for warning in warnings {
        writeln!(out, "{}", warning.to_string().replacen("error:", "warning:", 1))?;
    }
    writeln!(out, "{}: OK", path.display())?;
    Ok(())
}
