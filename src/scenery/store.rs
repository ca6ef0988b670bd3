//! The index of imported airports: one file, written as a whole; a look-up reads a few hundred bytes of it.
//!
//! ```text
//! "SAPT\x01\0"  records (deflate: the rows of an apt.dat that are read, a groundnet, or procedures as JSON)
//! sources (JSON)  entries (32 bytes: identifier, source, length, offset; sorted)  tail: 4 x u64 (sources, entries, count, sum)
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use flate2::write::DeflateEncoder;

use super::{Kind, Named, Source};
use crate::airports::apt_dat::AptDat;
use crate::airports::cifp::Cifp;
use crate::airports::groundnet::Groundnet;
use crate::airports::imported::Imported;
use crate::problem::Problem;
use crate::units::text;

const MAGIC: &[u8] = b"SAPT\x03\0";
const ENTRY: usize = 32;
const TAIL: u64 = 32;
/// Maximum size of an airport's record, bytes; a larger one means a damaged file.
const LARGEST: u64 = 16 << 20;
/// Maximum length of a line in an apt.dat, bytes.
const LONGEST_LINE: u64 = 1 << 16;
/// Temporary files older than this are leftovers, because no import takes as long.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);
/// The rows of an apt.dat that are used.
const ROWS: &[&str] = &[
    "1", "100", "101", "50", "51", "52", "53", "54", "55", "56", "1050", "1051", "1052", "1053", "1054", "1055", "1056", "1201", "1202",
    "1204", "1300", METADATA,
];
/// From these rows only the ICAO code and the transition altitude and level are kept.
const METADATA: &str = "1302";
const KEPT: [&str; 3] = ["icao_code", "transition_alt", "transition_level"];

/// An entry: identifier, number of the source, length and offset of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry([u8; 12], u32, u64, u64);

impl Entry {
    fn bytes(&self) -> [u8; ENTRY] {
        let mut b = [0; ENTRY];
        b[..12].copy_from_slice(&self.0);
        b[12..16].copy_from_slice(&self.1.to_le_bytes());
        b[16..24].copy_from_slice(&self.2.to_le_bytes());
        b[24..].copy_from_slice(&self.3.to_le_bytes());
        b
    }

    fn read(b: &[u8]) -> Option<Entry> {
        let source = u32::from_le_bytes(b.get(12..16)?.try_into().ok()?);
        Some(Entry(b.get(..12)?.try_into().ok()?, source, number(b, 16)?, number(b, 24)?))
    }
}

fn number(b: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(b.get(at..at + 8)?.try_into().ok()?))
}

fn key(icao: &str) -> [u8; 12] {
    let mut k = [0; 12];
    for (to, from) in k.iter_mut().zip(icao.trim().to_ascii_uppercase().bytes()) {
        *to = from;
    }
    k
}

/// Callback for the progress of an import, which may also cancel it.
pub type Progress<'a> = dyn FnMut(&Path, u64, u64) -> bool + 'a;

fn given_up() -> Problem {
    Problem::new("the import of the airports was cancelled").fix("Stratus tries again at its next start")
}

/// The result of an import.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Airports and groundnets in the index.
    pub records: usize,
    /// Distinct identifiers.
    pub airports: usize,
    /// Files that were read.
    pub read: usize,
    /// Unchanged files.
    pub unchanged: usize,
    /// Lines and tags in all files that could not be parsed.
    pub skipped: u64,
}

/// The imported airports. Nothing is kept in memory: each look-up opens the file.
#[derive(Debug, Clone)]
pub struct Imports(PathBuf);

impl Imports {
    /// Those of a data folder, if any.
    pub fn within(data_dir: &Path) -> Self {
        Self(data_dir.join("airports.idx"))
    }

    /// The path of the index.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// An airport's records; `None` if there are none. A damaged index is a [`Problem`], which an import fixes.
    pub fn airport(&self, icao: &str) -> Result<Option<Imported>, Problem> {
        let damaged = || {
            Problem::new("the index of the simulators' airports is damaged")
                .because(self.0.display())
                .fix("rebuild it with `stratus airports import`")
        };
        if !self.0.exists() {
            return Ok(None);
        }
        Open::at(&self.0).and_then(|open| looked_up(open, icao)).ok_or_else(damaged)
    }

    /// The imported files; empty if the index is missing or damaged.
    pub fn sources(&self) -> Vec<Source> {
        Open::at(&self.0).as_mut().and_then(Open::sources).unwrap_or_default()
    }

    /// Reads new and changed files, and rewrites the index. `progress` receives the file, the bytes read of it and its size; if it
    /// returns `false`, the import is cancelled and the old index stays.
    pub fn import(&self, sources: Vec<Source>, progress: &mut Progress<'_>) -> Result<Outcome, Problem> {
        // Two simultaneous imports must not write into the same file.
        let temp = self.0.with_extension(format!("{}.new", std::process::id()));
        self.sweep();
        let outcome = self.import_by(&temp, sources, progress);
        if outcome.is_err() {
            let _ = std::fs::remove_file(&temp);
        }
        outcome
    }

    /// Removes temporary files of killed imports.
    fn sweep(&self) {
        let beside = self.0.parent().and_then(|p| std::fs::read_dir(p).ok()).into_iter().flatten().flatten();
        for e in beside.filter(|e| e.file_name().to_string_lossy().strip_prefix("airports.").is_some_and(|n| n.ends_with(".new"))) {
            let age = e.metadata().and_then(|m| m.modified()).ok().and_then(|m| m.elapsed().ok());
            if age.is_some_and(|a| a > LEFT_BEHIND) {
                let _ = std::fs::remove_file(e.path());
            }
        }
    }

    fn import_by(&self, temp: &Path, mut sources: Vec<Source>, progress: &mut Progress<'_>) -> Result<Outcome, Problem> {
        let refused = |e: std::io::Error| {
            Problem::new("cannot write the index of airports")
                .because(format!("{}: {e}", self.0.display()))
                .fix("free some disk space, and try again")
        };
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder).map_err(refused)?;
        }
        let mut old = Open::at(&self.0);
        let known = old.as_mut().and_then(Open::sources).unwrap_or_default();
        let before: BTreeMap<&Path, usize> = known.iter().enumerate().map(|(i, k)| (k.path.as_path(), i)).collect();
        let mut kept: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
        if let Some(old) = &mut old {
            for i in 0..old.count {
                if let Some(e) = old.entry(i) {
                    kept.entry(e.1).or_default().push(e);
                }
            }
        }
        let mut out = Writing { file: BufWriter::new(File::create(temp).map_err(refused)?), at: 0, entries: Vec::new() };
        out.put(MAGIC).map_err(refused)?;
        let mut outcome = Outcome::default();
        for (n, source) in sources.iter_mut().enumerate() {
            let n = u32::try_from(n).unwrap_or(u32::MAX);
            let same = |i: &usize| (known[*i].kind, known[*i].size, known[*i].changed) == (source.kind, source.size, source.changed);
            let before = before.get(source.path.as_path()).copied().filter(same);
            match (before, &mut old) {
                (Some(b), Some(old)) => {
                    (source.airports, source.skipped) = (known[b].airports, known[b].skipped);
                    for e in kept.get(&u32::try_from(b).unwrap_or(u32::MAX)).into_iter().flatten() {
                        if let Some(packed) = old.bytes(e.3, e.2) {
                            out.record(e.0, n, &packed).map_err(refused)?;
                        }
                    }
                    outcome.unchanged += 1;
                }
                _ => {
                    if !progress(&source.path, 0, source.size) {
                        return Err(given_up());
                    }
                    read(source, n, &mut out, progress)?;
                    outcome.read += 1;
                }
            }
            outcome.skipped += source.skipped;
        }
        out.entries.sort();
        outcome.records = out.entries.len();
        outcome.airports = out.entries.iter().map(|e| e.0).collect::<BTreeSet<_>>().len();
        out.end(&sources).map_err(refused)?;
        // Windows cannot replace an open file.
        drop(old);
        std::fs::rename(temp, &self.0).map_err(refused)?;
        Ok(outcome)
    }
}

/// The records of an airport; `None` if the index is damaged.
fn looked_up(mut open: Open, icao: &str) -> Option<Option<Imported>> {
    let wanted = key(icao);
    let (mut low, mut high) = (0, open.count);
    while low < high {
        let middle = low + (high - low) / 2;
        if open.entry(middle)?.0 < wanted { low = middle + 1 } else { high = middle }
    }
    let mut out = Imported::default();
    let mut sources = None;
    // Entries are also sorted by source: the first of each kind counts.
    while let Some(e) = (low < open.count).then(|| open.entry(low)).flatten().filter(|e| e.0 == wanted) {
        low += 1;
        if sources.is_none() {
            sources = open.sources();
        }
        let Some(source) = sources.as_ref().and_then(|s| s.get(e.1 as usize)) else { continue };
        let mut told = || out.sources.push(source.path.display().to_string());
        match source.kind {
            Kind::AptDat if out.airport.is_none() => {
                out.airport = Imported::rows(&open.text(e)?);
                told();
            }
            Kind::Groundnet if out.net.is_none() => {
                out.net = Some(Groundnet::parse(&open.text(e)?));
                told();
            }
            Kind::Cifp if out.procedures.is_none() => {
                out.procedures = Some(serde_json::from_str(&open.text(e)?).ok()?);
                out.procedures_from = Some(source.path.display().to_string());
                told();
            }
            _ => {}
        }
    }
    Some((!out.sources.is_empty()).then_some(out))
}

/// Reads the records of one file.
fn read(source: &mut Source, n: u32, out: &mut Writing, progress: &mut Progress<'_>) -> Result<(), Problem> {
    let path = source.path.clone();
    let refused = |e: std::io::Error| Problem::new("cannot read the airports").because(format!("{}: {e}", path.display()));
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if matches!(source.named, Some(Named::File(_))) => return Err(refused(e)),
        Err(e) => {
            // The other files still count, and this one is retried next time.
            log::warn!("{}", refused(e).one_line());
            (source.skipped, source.changed) = (1, 0);
            return Ok(());
        }
    };
    if matches!(source.kind, Kind::Groundnet | Kind::Cifp) {
        let mut text = Vec::new();
        file.take(LARGEST).read_to_end(&mut text).map_err(refused)?;
        let text = text::line(&text);
        let record = if source.kind == Kind::Groundnet {
            let net = Groundnet::parse(&text);
            source.skipped = net.skipped;
            (!net.is_empty()).then(|| text.into_owned())
        } else {
            let read = Cifp::parse(&text);
            source.skipped = read.skipped;
            let procedures = read.procedures();
            if procedures.is_empty() { None } else { serde_json::to_string(&procedures).ok() }
        };
        let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
        if let (Some(icao), Some(record)) = (name.split('.').next().filter(|i| (2..=8).contains(&i.len())), record) {
            source.airports = 1;
            out.packed(key(icao), n, record.as_bytes()).map_err(refused)?;
        }
        return Ok(());
    }
    let mut raw = Counted { file, read: std::rc::Rc::default() };
    let count = raw.read.clone();
    let mut head = [0; 2];
    let gz = raw.read(&mut head).map_err(refused)? == 2 && head == [0x1f, 0x8b];
    raw.file.seek(SeekFrom::Start(0)).map_err(refused)?;
    let mut lines: Box<dyn BufRead> = if gz {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(BufReader::new(raw))))
    } else {
        Box::new(BufReader::with_capacity(1 << 16, raw))
    };
    let (mut reader, mut line, mut rows, mut number) = (AptDat::default(), Vec::new(), String::new(), 0u64);
    loop {
        line.clear();
        let got = match lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(got) => got,
            // A truncated or damaged gzip file is read as far as possible.
            Err(_) => {
                source.skipped += 1;
                0
            }
        };
        let text = text::line(&line);
        let done = if got == 0 { reader.finish() } else { reader.line(&text) };
        let row = text.split_whitespace().next().unwrap_or("");
        if let Some(a) = done {
            source.airports += 1;
            out.packed(key(&a.icao), n, rows.as_bytes()).map_err(refused)?;
        }
        if got == 0 {
            break;
        }
        if matches!(row, "1" | "16" | "17" | "99") {
            rows.clear();
        }
        let kept = ROWS.contains(&row) && (row != METADATA || text.split_whitespace().nth(1).is_some_and(|key| KEPT.contains(&key)));
        if kept && (rows.len() as u64) < LARGEST {
            rows.push_str(text.trim_end());
            rows.push('\n');
        }
        number += 1;
        if number % 20_000 == 0 && !progress(&path, count.get(), source.size) {
            return Err(given_up());
        }
    }
    progress(&path, source.size, source.size);
    source.skipped += reader.skipped;
    Ok(())
}

/// A file, with the number of bytes read.
struct Counted {
    file: File,
    read: std::rc::Rc<std::cell::Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(to)?;
        self.read.set(self.read.get() + n as u64);
        Ok(n)
    }
}

/// An index being written.
struct Writing {
    file: BufWriter<File>,
    at: u64,
    entries: Vec<Entry>,
}

impl Writing {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn record(&mut self, key: [u8; 12], source: u32, packed: &[u8]) -> std::io::Result<()> {
        self.entries.push(Entry(key, source, packed.len() as u64, self.at));
        self.put(packed)
    }

    fn packed(&mut self, key: [u8; 12], source: u32, bytes: &[u8]) -> std::io::Result<()> {
        let mut pack = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        pack.write_all(bytes)?;
        let packed = pack.finish()?;
        self.record(key, source, &packed)
    }

    fn end(mut self, sources: &[Source]) -> std::io::Result<()> {
        let (sources_at, entries) = (self.at, std::mem::take(&mut self.entries));
        self.put(&serde_json::to_vec(sources)?)?;
        let entries_at = self.at;
        for e in &entries {
            self.put(&e.bytes())?;
        }
        let count = entries.len() as u64;
        for number in [sources_at, entries_at, count, sources_at ^ entries_at ^ count] {
            self.put(&number.to_le_bytes())?;
        }
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }
}

/// An index being read.
struct Open {
    file: File,
    sources_at: u64,
    entries_at: u64,
    count: u64,
}

impl Open {
    /// `None` if it does not exist or is not an index.
    fn at(path: &Path) -> Option<Open> {
        let mut file = File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let mut head = [0; 6];
        file.read_exact(&mut head).ok()?;
        file.seek(SeekFrom::Start(size.checked_sub(TAIL)?)).ok()?;
        let mut tail = [0; TAIL as usize];
        file.read_exact(&mut tail).ok()?;
        let (sources_at, entries_at, count, sum) = (number(&tail, 0)?, number(&tail, 8)?, number(&tail, 16)?, number(&tail, 24)?);
        let whole = entries_at.checked_add(count.checked_mul(ENTRY as u64)?)?.checked_add(TAIL)? == size;
        (head == MAGIC && whole && sources_at <= entries_at && sum == sources_at ^ entries_at ^ count).then_some(Open {
            file,
            sources_at,
            entries_at,
            count,
        })
    }

    fn bytes(&mut self, at: u64, length: u64) -> Option<Vec<u8>> {
        // Only the part before the entries is data.
        if length > LARGEST * 4 || at.checked_add(length)? > self.entries_at {
            return None;
        }
        self.file.seek(SeekFrom::Start(at)).ok()?;
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn entry(&mut self, i: u64) -> Option<Entry> {
        self.file.seek(SeekFrom::Start(self.entries_at + i * ENTRY as u64)).ok()?;
        let mut bytes = [0; ENTRY];
        self.file.read_exact(&mut bytes).ok()?;
        Entry::read(&bytes)
    }

    fn sources(&mut self) -> Option<Vec<Source>> {
        serde_json::from_slice(&self.bytes(self.sources_at, self.entries_at - self.sources_at)?).ok()
    }

    fn text(&mut self, e: Entry) -> Option<String> {
        let packed = self.bytes(e.3, e.2)?;
        let mut text = Vec::new();
        DeflateDecoder::new(packed.as_slice()).take(LARGEST).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

#[cfg(test)]
mod tests;
