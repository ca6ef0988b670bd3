//! `stratus airports update`: downloads, checks and activates the latest public airport data, or removes it.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::airports::reduce::Table;
use crate::airports::world::{BUILT_IN, BUILT_IN_EDITION};
use crate::cmd::configuration;
use crate::dispatch::newest::{self, How, PUBLISHED};
use crate::download::Patience;
use crate::ourairports;
use crate::paths::Paths;

pub(super) fn run(out: &mut impl Write, config: Option<&Path>, as_json: bool) -> anyhow::Result<()> {
    let settings = configuration(config)?;
    let cancel = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&cancel))?;
    let today = newest::today();
    let from = settings.airports.mirror.as_deref().unwrap_or(PUBLISHED);
    let how = How { from, patience: Patience::default(), built_in: BUILT_IN, today: &today };
    let mut shown: Option<(Table, u64)> = None;
    let (mut err, person) = (std::io::stderr(), std::io::stderr().is_terminal());
    let mut progress = |table: Table, have: u64| {
        // The server determines a table's size. On a terminal, show every tenth of a megabyte; in a log, only the start.
        let step = (table, if person { have / 100_000 } else { 0 });
        if shown != Some(step) {
            shown = Some(step);
            let (begin, end) = if person { ("\r\x1b[K", "") } else { ("", "\n") };
            let _ = write!(err, "{begin}{}: {:.1} MB{end}", table.file(), have as f64 / 1e6).and_then(|()| err.flush());
        }
    };
    let updated = newest::update(&Paths::find(config)?.data_dir, how, &cancel, &mut progress);
    if person {
        write!(std::io::stderr(), "\r\x1b[K")?;
    }
    let (provenance, reduced) = updated?;
    if as_json {
        writeln!(out, "{}", json!({"provenance": provenance, "bytes": reduced.bytes.len(), "left_out": reduced.damaged}))?;
        return Ok(());
    }
    for t in &provenance.tables {
        writeln!(out, "{}: {} bytes, SHA-256 {}", t.file, t.bytes, t.sha256)?;
    }
    let c = provenance.counts;
    writeln!(
        out,
        "{} airports, {} runways, {} stations of OurAirports, {}; unreadable rows: {}",
        c.airports, c.runways, c.stations, provenance.edition, reduced.damaged
    )?;
    writeln!(out, "Stratus uses them from its next start; `stratus airports update --remove` removes them")?;
    Ok(())
}

pub(super) fn remove(out: &mut impl Write, config: Option<&Path>) -> anyhow::Result<()> {
    let was_there = ourairports::remove(&Paths::find(config)?.data_dir)?;
    let before = if was_there { "Removed the updated airports" } else { "there were no updated airports" };
    writeln!(out, "{before}; Stratus uses the built-in ones (OurAirports, {BUILT_IN_EDITION}) from its next start")?;
    Ok(())
}
