//! The pilot's updated world airports: reduces OurAirports' tables to a data file, and writes, finds, verifies and removes it. An
//! incomplete file is ignored in favour of the built-in data.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::airports::reduce::{Reduced, Reduction, Refused, Table};
use crate::airports::world::{BUILT_IN_EDITION, Counts, World};
use crate::paths::{private, private_folder};
use crate::problem::Problem;

/// Magic bytes and format version.
const MAGIC: &[u8] = b"SOURAIR\x01";
/// Length of the SHA-256 of everything before it, at the end of the file.
const SUM: usize = 32;
/// Maximum size of the file.
const LARGEST: u64 = 8 << 20;
/// Maximum size of its header.
const LARGEST_HEAD: usize = 1 << 16;

/// A downloaded table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// "airports.csv".
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex. None is published, so this only allows a comparison.
    pub sha256: String,
}

/// The origin of updated airports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The date of the tables: "2026-11-27".
    pub edition: String,
    /// The folder on the web.
    pub from: String,
    /// The tables.
    pub tables: Vec<Fetched>,
    /// The number of entries made of them.
    pub counts: Counts,
}

/// The problem of unexpected table contents.
pub fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::new("cannot use the new airports")
        .because(why)
        .fix("nothing was changed; try again tomorrow, or check airports.mirror in your settings")
}

impl From<Refused> for Problem {
    fn from(why: Refused) -> Self {
        refused(why)
    }
}

/// The path of the file.
pub fn place(data_dir: &Path) -> PathBuf {
    data_dir.join("airports").join("ourairports.bin")
}

/// The folder for tables during a download; otherwise empty.
pub fn tables_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("airports").join("tables")
}

/// Reads a table's file and passes its rows on. Fails if its columns do not match.
pub fn read(file: &Path, table: Table, into: &mut Reduction) -> Result<(), Problem> {
    let name = table.file();
    let cannot = |e: std::io::Error| refused(format!("{}: {e}", file.display()));
    let mut open = File::open(file).map_err(cannot)?;
    let mut last = [0];
    open.seek(SeekFrom::End(-1)).and_then(|_| open.read_exact(&mut last)).and_then(|()| open.rewind()).ok();
    let open = open.take(table.largest());
    let mut rows = ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(open);
    let header = rows.byte_headers().map_err(|e| refused(format!("{name}: {e}")))?.clone();
    let columns: Vec<usize> = table
        .columns()
        .iter()
        .map(|c| {
            let told = |h: &[u8]| h.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(h) == c.as_bytes();
            header.iter().position(told).ok_or_else(|| {
                let begins: String = String::from_utf8_lossy(header.as_slice()).chars().filter(|c| !c.is_control()).take(40).collect();
                refused(format!("{name} is not OurAirports' table: it has no column {c:?} (it begins with {begins:?})"))
            })
        })
        .collect::<Result<_, _>>()?;
    if !matches!(last, [b'\n' | b'\r']) {
        return Err(refused(format!("{name} ends in the middle of a row")));
    }
    let mut row = ByteRecord::new();
    loop {
        match rows.read_byte_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(e) => return Err(refused(format!("{name}: {e}"))),
        }
        let values: Option<Vec<&str>> = columns.iter().map(|c| std::str::from_utf8(row.get(*c)?).ok()).collect();
        match values.filter(|_| row.len() == header.len()) {
            Some(values) => into.row(table, &values)?,
            None => into.damaged(table),
        }
        // Do not keep the buffer of a single oversized row.
        if row.as_slice().len() > 1 << 20 {
            row = ByteRecord::new();
        }
    }
}

/// Reads all tables of a folder, and builds the data for `World`, if they have at least nine tenths of `built_in`.
pub fn reduce(folder: &Path, built_in: Counts) -> Result<Reduced, Problem> {
    let mut reduction = Reduction::default();
    for table in Table::ALL {
        read(&folder.join(table.file()), table, &mut reduction)?;
    }
    Ok(reduction.finish(built_in)?)
}

/// Installs updated airports: completely, or not at all.
pub fn write(data_dir: &Path, bytes: &[u8], provenance: &Provenance) -> Result<(), Problem> {
    let to = place(data_dir);
    let failed = |e: std::io::Error| {
        let folder = to.parent().unwrap_or(&to).display();
        Problem::new("cannot save the new airports")
            .because(format!("{}: {e}", to.display()))
            .fix(format!("check that {folder} is writable and that the disk has room; nothing was changed"))
    };
    let head = serde_json::to_vec(provenance).map_err(|e| failed(e.into()))?;
    let length = u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes();
    if let Some(folder) = to.parent() {
        private_folder(folder).map_err(failed)?;
    }
    let half = to.with_extension("new");
    let parts = [MAGIC, &length, &head, bytes];
    let mut hash = Sha256::new();
    parts.iter().for_each(|p| hash.update(p));
    let written = private().write(true).create(true).truncate(true).open(&half).and_then(|mut file| {
        parts.iter().try_for_each(|p| file.write_all(p))?;
        file.write_all(&hash.finalize())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&half, &to)).map_err(|e| {
        let _ = fs::remove_file(&half);
        failed(e)
    })
}

/// The updated airports and their origin; `None` if there are none, `Err` if they are unusable.
pub fn newer(data_dir: &Path) -> Result<Option<(World, Provenance)>, Problem> {
    let at = place(data_dir);
    let ignored = |why: String| {
        Problem::new("the updated airports are not used")
            .because(format!("{}: {why}", at.display()))
            .fix("Stratus uses the built-in ones; `stratus airports update` downloads them again, `--remove` removes them")
    };
    let mut all = Vec::new();
    match File::open(&at) {
        Ok(file) => file.take(LARGEST).read_to_end(&mut all).map_err(|e| ignored(e.to_string()))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(ignored(e.to_string())),
    };
    if !all.starts_with(MAGIC) {
        return Err(ignored("this version of Stratus cannot read its format".into()));
    }
    let damaged = || ignored("it is damaged".into());
    let (body, sum) = all.split_at_checked(all.len().saturating_sub(SUM)).ok_or_else(damaged)?;
    if Sha256::digest(body).as_slice() != sum {
        return Err(damaged());
    }
    let rest = body.get(MAGIC.len()..).unwrap_or_default();
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (head, world) = rest.split_at_checked(length).filter(|_| length <= LARGEST_HEAD).ok_or_else(damaged)?;
    let provenance: Provenance = serde_json::from_slice(head).map_err(|_| damaged())?;
    if provenance.edition.as_str() < BUILT_IN_EDITION {
        return Err(ignored(format!("it dates from {}, and is older than the built-in data ({BUILT_IN_EDITION})", provenance.edition)));
    }
    // A separate copy without header and checksum, because these bytes stay for the lifetime of the program.
    let world = world.to_vec();
    drop(all);
    let world = World::newer(world, &provenance.edition).ok_or_else(damaged)?;
    Ok(Some((world, provenance)))
}

/// Removes the updated airports; returns whether there were any.
pub fn remove(data_dir: &Path) -> Result<bool, Problem> {
    match fs::remove_file(place(data_dir)) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Problem::new("cannot remove the updated airports")
            .because(format!("{}: {e}", place(data_dir).display()))
            .fix("check that the folder is writable, and try again")),
    }
}
