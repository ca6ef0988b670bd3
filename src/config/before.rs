//! The backup of the configuration that setup makes before its first change, restored by `stratus setup --undo`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::place::{look, may_change, unwritten as failed};
use super::set::replace;
use crate::paths::shown;
use crate::problem::Problem;

/// The backup of a setup in progress; resuming that setup does not make another one.
fn begun(path: &Path) -> PathBuf {
    beside(path, ".setup-begun")
}

/// The backup of a completed setup.
fn before(path: &Path) -> PathBuf {
    beside(path, ".before-setup")
}

/// The configuration that was active when a setup was undone, so that manual changes are not lost.
fn undone(path: &Path) -> PathBuf {
    beside(path, ".undone")
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Whether a setup was started and not completed.
pub fn is_begun(path: &Path) -> bool {
    begun(path).exists()
}

/// Backs up the configuration, unless the setup in progress has done so. If there is no file, the shipped one is created.
pub fn keep(path: &Path) -> Result<(), Problem> {
    if is_begun(path) {
        return Ok(());
    }
    if !look(path)?
        && let Err(e) = super::create(path)
        && e.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(failed("create", path, &e));
    }
    // A read-only file will not be changed, so there will be nothing to undo.
    may_change(path)?;
    // An older setup is no longer undone: undo goes back one setup only.
    copy(path, &begun(path)).and_then(|()| forget(&before(path))).map_err(|e| failed("keep a copy of", path, &e))
}

/// Removes a backup, if there is one.
fn forget(copy_of: &Path) -> io::Result<()> {
    match fs::remove_file(copy_of) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The setup is complete: its backup stays until the next setup, or until it is undone. Returns the path if anything was changed.
pub fn end(path: &Path) -> Result<Option<PathBuf>, Problem> {
    match fs::rename(begun(path), before(path)) {
        Ok(()) => Ok(Some(before(path))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed("keep a copy of", path, &e)),
    }
}

/// Restores the configuration from before the last setup, even an incomplete one. Returns the path where the current one is kept.
pub fn undo(path: &Path) -> Result<PathBuf, Problem> {
    let Some(copy_of) = [begun(path), before(path)].into_iter().find(|p| p.exists()) else {
        return Err(Problem::new("there is no set-up to undo")
            .because("no set-up has changed your settings, or the last one is undone already")
            .fix(format!("your settings are in {}; change them there, or run `stratus setup`", shown(path))));
    };
    let put_back = || -> io::Result<()> {
        let old = fs::read(&copy_of)?;
        if path.exists() {
            copy(path, &undone(path))?;
        }
        replace(path, &old)?;
        // One setup is undone, and not the one before it when this is run again.
        forget(&before(path))?;
        forget(&begun(path))
    };
    put_back().map_err(|e| failed("put back", path, &e))?;
    Ok(undone(path))
}

/// Copies all or nothing.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let temp = beside(to, ".new");
    let write = || {
        fs::copy(from, &temp)?;
        // Open for writing, because Windows does not flush a file that is open for reading only.
        File::options().write(true).open(&temp)?.sync_all()?;
        fs::rename(&temp, to)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&temp);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{SHIPPED, set_key};

    #[test]
    fn setup_is_undone_even_when_it_was_interrupted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        let mine = "# mine\n[audio]\nmute = true # night\n";
        fs::write(&path, mine).unwrap();
        assert!(undo(&path).unwrap_err().to_string().contains("no set-up to undo"));
        keep(&path).unwrap();
        set_key(&path, "audio.volume_percent", "7").unwrap();
        // Interrupted and resumed: the first backup stays.
        assert!(is_begun(&path));
        keep(&path).unwrap();
        set_key(&path, "audio.tail_ms", "7").unwrap();
        assert!(end(&path).unwrap().is_some() && !is_begun(&path));
        assert_eq!(end(&path).unwrap(), None, "nothing was written since");
        let kept = undo(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), mine);
        assert!(fs::read_to_string(kept).unwrap().contains("tail_ms = 7"));
        assert!(undo(&path).is_err(), "once");
        // The next setup backs up the current state.
        keep(&path).unwrap();
        set_key(&path, "audio.mute", "false").unwrap();
        undo(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), mine);
    }

    #[test]
    fn undo_goes_back_one_setup_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        fs::write(&path, "# mine\n").unwrap();
        keep(&path).unwrap();
        set_key(&path, "audio.volume_percent", "7").unwrap();
        end(&path).unwrap();
        let finished = fs::read_to_string(&path).unwrap();
        // The second setup stops, is undone, and a third one fails before it changes anything.
        keep(&path).unwrap();
        assert!(!before(&path).exists(), "the older copy does not outlive it");
        set_key(&path, "audio.tail_ms", "7").unwrap();
        undo(&path).unwrap();
        assert!(undo(&path).is_err() && fs::read_to_string(&path).unwrap() == finished);
        // Copies of two setups, as an older Stratus left them.
        fs::write(before(&path), "# oldest\n").unwrap();
        fs::write(begun(&path), "# old\n").unwrap();
        undo(&path).unwrap();
        assert!(fs::read_to_string(&path).unwrap() == "# old\n" && undo(&path).is_err());
    }

    #[test]
    fn without_a_file_undo_restores_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/stratus.toml");
        keep(&path).unwrap();
        set_key(&path, "audio.mute", "true").unwrap();
        undo(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), SHIPPED);
    }

    #[test]
    #[cfg(unix)]
    fn dangling_link_is_not_replaced_by_the_backup() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        fs::write(&path, "[audio]\nmute = true\n").unwrap();
        keep(&path).unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(dir.path().join("gone"), &path).unwrap();
        assert!(undo(&path).is_err());
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink() && is_begun(&path), "link and copy are unchanged");
    }
}
