//! The last valid configuration: a copy beside the file, and its recovery after a power failure left zero bytes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::set::replace;
use super::text::NoText;
use super::{SHIPPED, read};
use crate::problem::Problem;
use crate::settings::Config;

/// Maximum number of damaged files kept beside it.
const MOST_DAMAGED: u32 = 99;

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// The path of the copy.
fn copy_of(path: &Path) -> PathBuf {
    beside(path, ".last-good")
}

/// Keeps a copy of a file that was just read successfully. A failure to do so is not worth reporting.
pub(super) fn keep(path: &Path) {
    let copied = fs::read(path).and_then(|now| {
        let copy = copy_of(path);
        // The shipped file needs no copy, and an unchanged file no second one.
        if now == SHIPPED.as_bytes() && !copy.exists() || fs::read(&copy).is_ok_and(|there| there == now) {
            return Ok(());
        }
        replace(&copy, &now)
    });
    if let Err(e) = copied {
        log::debug!("no copy of the configuration is kept: {e}");
    }
}

/// The last valid configuration, for a start with a file that has a mistake.
pub(super) fn last(path: &Path) -> Option<Config> {
    read::read(&copy_of(path)).ok()
}

/// Replaces a damaged file with the last good copy, else with its undamaged lines, else with the shipped file. The damaged file is
/// kept under another name. `None` if the file is not damaged; the problem says what was done.
pub(super) fn restore(path: &Path) -> Option<Problem> {
    let NoText::Damaged(damage, left) = super::text::decode(&fs::read(path).ok()?, path).err()? else { return None };
    let is_right = |bytes: &Vec<u8>| super::text::decode(bytes, path).is_ok_and(|(text, _)| read::parse(&text, path).is_ok());
    let copy = fs::read(copy_of(path)).ok().filter(is_right);
    let left = left.map(String::into_bytes).filter(is_right);
    let (new, what) = match (copy, left) {
        (Some(copy), _) => (copy, "Stratus restored your last valid settings"),
        (None, Some(left)) => (left, "Stratus kept the undamaged lines"),
        (None, None) => (SHIPPED.as_bytes().to_vec(), "Stratus started a new settings file with the defaults"),
    };
    let told = |fix: String| Some((*damage).clone().fix(fix));
    match put_aside(path).and_then(|aside| replace(path, &new).map(|()| aside)) {
        Ok(aside) => told(format!("{what}; the damaged file is kept as {}", aside.display())),
        Err(e) => told(format!(
            "Stratus uses the defaults, because it cannot move the file away ({e}): make its folder writable, or fix the file by hand"
        )),
    }
}

/// Copies the damaged file to a free name.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let damaged = fs::read(path)?;
    for n in 1..=MOST_DAMAGED {
        let name = beside(path, &if n == 1 { ".damaged".to_owned() } else { format!(".damaged-{n}") });
        match fs::read(&name) {
            Ok(there) if there == damaged => return Ok(name),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => return replace(&name, &damaged).map(|()| name),
            Err(e) => return Err(e),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load_or_create;

    const MINE: &str = "[audio]\nvolume_percent = 7 # quiet\n";

    fn home(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        fs::write(&path, bytes).unwrap();
        (dir, path)
    }

    #[test]
    fn damaged_file_is_kept_and_the_last_good_one_restored() {
        for damage in [&[0u8; 300][..], b"[audio]\nvolume_percent = 9\n\0\0\0\0", b"\0[audio]\n"] {
            let (_dir, path) = home(MINE.as_bytes());
            assert!(load_or_create(&path).problem.is_none());
            fs::write(&path, damage).unwrap();
            let loaded = load_or_create(&path);
            let told = loaded.problem.unwrap();
            assert_eq!(loaded.config.audio.volume_percent, 7, "{told}");
            assert!(told.to_string().contains("damaged") && told.fix.contains("restored your last valid"), "{told}");
            assert_eq!(fs::read_to_string(&path).unwrap(), MINE);
            assert_eq!(fs::read(beside(&path, ".damaged")).unwrap(), damage);
            assert!(load_or_create(&path).problem.is_none(), "told once");
        }
    }

    #[test]
    fn without_a_copy_whole_lines_count_then_defaults() {
        for (damage, volume, says) in [
            (&b"[audio]\nvolume_percent = 9\n\0\0\0\0"[..], 9, "undamaged lines"),
            // The remains of this line would be another number.
            (b"[audio]\nvolume_percent = 6\0", 80, "undamaged lines"),
            (b"[audio]\nvolume_percent = 9\n[ptt\0]\nkey = \"F13\"\n", 80, "with the defaults"),
            (&[0; 100], 80, "with the defaults"),
        ] {
            let (_dir, path) = home(damage);
            let loaded = load_or_create(&path);
            let told = loaded.problem.unwrap();
            assert!(told.fix.contains(says), "{told}");
            assert_eq!(loaded.config.audio.volume_percent, volume);
            assert_eq!(fs::read(beside(&path, ".damaged")).unwrap(), damage);
        }
    }

    #[test]
    fn damaged_files_never_overwrite_each_other() {
        let (_dir, path) = home(b"");
        for n in 1..=3 {
            fs::write(&path, vec![0; n]).unwrap();
            assert!(load_or_create(&path).problem.is_some());
        }
        for (n, end) in [(1, ".damaged"), (2, ".damaged-2"), (3, ".damaged-3")] {
            assert_eq!(fs::read(beside(&path, end)).unwrap().len(), n);
        }
    }

    #[test]
    fn only_valid_settings_are_copied() {
        let (_dir, path) = home(SHIPPED.as_bytes());
        load_or_create(&path);
        assert!(!copy_of(&path).exists(), "the shipped file needs no copy");
        fs::write(&path, MINE).unwrap();
        load_or_create(&path);
        assert_eq!(fs::read_to_string(copy_of(&path)).unwrap(), MINE);
        for wrong in ["[audio]\nvolume_percent = 700\n", "[audio\n"] {
            fs::write(&path, wrong).unwrap();
            let loaded = load_or_create(&path);
            assert_eq!(loaded.config.audio.volume_percent, 7, "the last good settings are active");
            let told = loaded.told().unwrap();
            assert!(told.short().cause.contains("last valid settings"), "{told}");
            assert!(told.why.last().unwrap().contains("stratus.toml.last-good"), "{told}");
            assert_eq!(fs::read_to_string(copy_of(&path)).unwrap(), MINE);
            assert_eq!(fs::read_to_string(&path).unwrap(), wrong, "the pilot has to fix a mistake");
        }
    }
}
