//! Updates of the world's airports: downloads OurAirports' tables on request, checks, reduces and installs them; and selects the
//! airports in use.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use time::OffsetDateTime;

use crate::airports::data::Airports;
use crate::airports::reduce::{Reduced, Table};
use crate::airports::world::{BUILT_IN_EDITION, Counts, World};
use crate::download::{self, Came, Known, Patience, Wanted};
use crate::ourairports::{self, Fetched, Provenance};
use crate::paths::{private, private_folder};
use crate::problem::Problem;

/// Where OurAirports publishes its tables (public domain), regenerated daily; `airports.mirror` overrides it.
pub const PUBLISHED: &str = "https://davidmegginson.github.io/ourairports-data";

/// The airports in use: the updated ones if valid, otherwise the built-in ones and the reason.
pub fn airports(data_dir: &Path) -> (Airports, Option<Problem>) {
    match ourairports::newer(data_dir) {
        Ok(Some((world, _))) => (Airports::of(world), None),
        Ok(None) => (Airports::world(), None),
        Err(p) => (Airports::world(), Some(p)),
    }
}

/// The same; the reason goes to the log.
pub fn airports_in_use(data_dir: &Path) -> Airports {
    let (airports, ignored) = airports(data_dir);
    match ignored {
        Some(p) => log::warn!("{}", p.one_line()),
        None => log::info!("airports: {}", airports.source()),
    }
    airports
}

/// Parameters of an update.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// The folder on the web.
    pub from: &'a str,
    /// Timeouts for the server.
    pub patience: Patience,
    /// The new data must have at least nine tenths of this.
    pub built_in: Counts,
    /// The date to use if the server reports none: "2026-11-27".
    pub today: &'a str,
}

/// Today, in UTC: "2026-11-27".
pub fn today() -> String {
    OffsetDateTime::from(SystemTime::now()).date().to_string()
}

/// Downloads the tables, builds the data file and installs it. Until then, everything stays unchanged; a partial download resumes
/// next time. `progress` receives the table and the number of its bytes received.
pub fn update(
    data_dir: &Path,
    how: How<'_>,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(Table, u64),
) -> Result<(Provenance, Reduced), Problem> {
    let folder = ourairports::tables_dir(data_dir);
    let lock = folder.join("lock");
    let held = private_folder(&folder).and_then(|()| private().write(true).create(true).truncate(true).open(&lock));
    let held = held.map_err(|e| {
        Problem::new("cannot fetch the newest airports")
            .because(format!("{}: {e}", lock.display()))
            .fix(format!("check that {} is writable and that the disk has room", folder.display()))
    })?;
    if held.try_lock().is_err() {
        return Err(Problem::new("the airports are being updated already").fix("wait until that has finished"));
    }
    let mut tables = Vec::new();
    let mut edition = how.today.to_owned();
    for table in Table::ALL {
        let came = fetch(table, &folder, how, cancel, progress)?;
        if table == Table::Airports
            && let Some(day) = came.changed.as_deref().and_then(day)
            && day < edition
        {
            edition = day;
        }
        tables.push(Fetched { file: table.file().into(), bytes: came.bytes, sha256: came.sha256 });
    }
    let made = reduce_and_write(data_dir, &folder, &edition, tables, how);
    // These tables have been used, whether right or wrong: download new ones next time.
    if let Err(e) = drop_tables(&folder, held) {
        log::warn!("{}: {e}", folder.display());
    }
    made
}

fn reduce_and_write(
    data_dir: &Path,
    folder: &Path,
    edition: &str,
    tables: Vec<Fetched>,
    how: How<'_>,
) -> Result<(Provenance, Reduced), Problem> {
    if edition < BUILT_IN_EDITION {
        return Err(ourairports::refused(format!("they date from {edition}; the built-in ones from {BUILT_IN_EDITION}")));
    }
    let reduced = ourairports::reduce(folder, how.built_in)?;
    let whole = World::newer(reduced.bytes.clone(), edition).is_some_and(|w| w.len() == reduced.counts.airports && w.is_whole());
    if !whole {
        return Err(Problem::bug("the new airports could not be packed").fix("nothing was changed; please report it, with the tables"));
    }
    let provenance = Provenance { edition: edition.into(), from: how.from.into(), tables, counts: reduced.counts };
    ourairports::write(data_dir, &reduced.bytes, &provenance)?;
    Ok((provenance, reduced))
}

fn fetch(table: Table, folder: &Path, how: How<'_>, cancel: &AtomicBool, progress: &mut dyn FnMut(Table, u64)) -> Result<Came, Problem> {
    let wanted = Wanted {
        what: format!("OurAirports' {}", table.file()),
        url: format!("{}/{}", how.from.trim_end_matches('/'), table.file()),
        to: folder.join(table.file()),
        known: Known::AtMost(table.largest()),
        otherwise: "nothing was changed; try again later, or check airports.mirror in your settings",
        mirrored: false,
    };
    download::fetch(&wanted, how.patience, cancel, &mut |have| progress(table, have))
}

fn drop_tables(folder: &Path, held: fs::File) -> std::io::Result<()> {
    for table in Table::ALL {
        fs::remove_file(folder.join(table.file()))?;
    }
    drop(held);
    fs::remove_dir_all(folder)
}

/// The date of an HTTP date: "Fri, 27 Nov 2026 04:05:06 GMT" is "2026-11-27".
fn day(date: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = date.split_once(", ")?.1.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = (1..).zip(MONTHS).find(|(_, m)| *m == month)?.0;
    let (day, year): (u8, u16) = (day.parse().ok()?, year.parse().ok()?);
    let day = time::Date::from_calendar_date(year.into(), time::Month::try_from(month).ok()?, day).ok()?;
    Some(day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_parsed_from_an_http_date_or_missing() {
        assert_eq!(day("Fri, 27 Nov 2026 04:05:06 GMT").as_deref(), Some("2026-11-27"));
        assert_eq!(day("Thu, 29 Feb 2024 00:00:00 GMT").as_deref(), Some("2024-02-29"));
        for none in
            ["", "yesterday", "Fri, 31 Nov 2026 04:05:06 GMT", "Fri, 27 Now 2026", "Fri, 1 Jan 99999 00:00:00 GMT", "Fri, -1 Jan 2026"]
        {
            assert_eq!(day(none), None, "{none}");
        }
        assert!(today().as_str() > BUILT_IN_EDITION && today().len() == 10);
    }
}
