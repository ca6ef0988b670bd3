//! `stratus update`: queries the release feed, downloads and verifies a newer release, and says how to install it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::cli::Update;
use crate::dispatch::updates;
use crate::paths::Paths;
use crate::update::{Found, Version};

pub(super) fn run(file: Option<&Path>, args: &Update) -> anyhow::Result<ExitCode> {
    let (paths, own) = (Paths::find(file)?, Version::own());
    let (feed, key) = updates::source(super::configuration(file)?.updates.feed.as_deref())?;
    let found = updates::check(&feed, &key, own, &updates::system())?;
    let mut out = std::io::stdout();
    let Found::Newer(offered) = found else {
        match (args.json, found) {
            (true, _) => writeln!(out, "{}", json!({"version": own, "newer": null}))?,
            (_, Found::Older(v)) => writeln!(out, "Stratus {own} is newer than the version on offer ({v}) and stays")?,
            _ => writeln!(out, "Stratus {own} is the newest version")?,
        }
        return Ok(ExitCode::SUCCESS);
    };
    if !args.json {
        writeln!(out, "Stratus {} is available: {}", offered.version, offered.notes)?;
    }
    let mut at = None;
    if !args.check {
        let cancel = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&cancel))?;
        at = Some(updates::bring(&offered, &feed, &paths, &cancel, &mut super::models::shown(&offered.file, offered.bytes, ""))?);
    }
    if args.json {
        writeln!(out, "{}", json!({"version": own, "newer": offered, "file": at}))?;
    } else if let Some(at) = at {
        let how = if offered.file.ends_with(".deb") { format!("sudo apt install {}", at.display()) } else { at.display().to_string() };
        writeln!(out, "Downloaded and checked. To install it: {how}")?;
    }
    Ok(ExitCode::SUCCESS)
}
