//! Checks what exists at the path of the configuration, and whether Stratus may read and change it. All callers get the same answer.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::problem::Problem;

/// Whether there is a file to read. A problem if there is something else, or if access is denied.
pub fn look(path: &Path) -> Result<bool, Problem> {
    let shown = path.display();
    let broken = |why: String, fix: &str| Err(Problem::config("cannot read the configuration").because(why).fix(fix.to_owned()));
    let link = match fs::symlink_metadata(path) {
        Ok(m) => m.file_type().is_symlink(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(unread(path, &e)),
    };
    match fs::metadata(path) {
        Ok(m) if m.is_dir() => broken(format!("{shown} is a folder"), "move the folder away; Stratus then creates a new file"),
        // Reading a pipe without a writer would block forever, as would some devices.
        Ok(m) if !m.is_file() => broken(format!("{shown} is a pipe or a device"), "move it away; Stratus then creates a new file"),
        Ok(_) => File::open(path).map(|_| true).map_err(|e| unread(path, &e)),
        Err(e) if link && e.kind() != io::ErrorKind::PermissionDenied => {
            let to = fs::read_link(path).map_or_else(|_| "nowhere".to_owned(), |to| to.display().to_string());
            let why = format!("{shown} is a link to {to}, and there is no file ({e})");
            broken(why, "put the file where the link points, or delete the link; Stratus then creates a new file")
        }
        Err(e) => Err(unread(path, &e)),
    }
}

/// The problem of a configuration that exists but cannot be read.
pub(super) fn unread(path: &Path, e: &io::Error) -> Problem {
    let fix = match e.kind() {
        io::ErrorKind::PermissionDenied => owner_remedy(path),
        io::ErrorKind::NotFound => "check that the file exists and that you may read it".to_owned(),
        io::ErrorKind::NotADirectory => "a file has the name of one of its folders: move that file away".to_owned(),
        _ => "check that the file exists and that the disk works".to_owned(),
    };
    Problem::config("cannot read the configuration").because(format!("{}: {e}", path.display())).fix(fix)
}

/// The remedy depends on the owner: usually the program was once started with sudo.
fn owner_remedy(path: &Path) -> String {
    // The first parent that is visible but not accessible.
    let culprit = path.ancestors().find(|p| fs::symlink_metadata(p).is_ok()).unwrap_or(path).display().to_string();
    if cfg!(windows) {
        return format!("give your account permission to read and write {culprit}");
    }
    format!(
        "{culprit} belongs to another account, or denies you access: take it back with `sudo chown -R \"$USER\" '{culprit}'` and `chmod -R u+rwX '{culprit}'`"
    )
}

/// Whether the file, if it exists, may be changed. A write-protected file or disk is respected: the file is not replaced by another one.
pub fn may_change(path: &Path) -> Result<(), Problem> {
    writable(path).map_err(|e| unwritten("change", path, &e))
}

/// The error from opening the file, if it exists, for writing.
pub(super) fn writable(path: &Path) -> io::Result<()> {
    match OpenOptions::new().append(true).open(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The problem of a configuration that cannot be written; `what` names the operation.
pub(super) fn unwritten(what: &str, path: &Path, e: &io::Error) -> Problem {
    let why = format!("{}: {e}", path.display());
    match e.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            let p = Problem::config(format!("cannot {what} the configuration: it is read-only")).because(why);
            p.brief("Setting not saved", "Your settings file is read-only.").remedy("Your choice lasts until you quit Stratus.").fix(
                "change it where it is made, if another program makes it (home-manager, a dotfile manager); else make the file and its \
                 folder writable for your account. It is unchanged, and Stratus goes on with it",
            )
        }
        _ => Problem::config(format!("cannot {what} the configuration"))
            .because(why)
            .brief("Setting not saved", "Your settings file cannot be written.")
            .remedy("Your choice lasts until you quit Stratus.")
            .fix("check that its folder exists and that the disk is not full; the file is unchanged"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn each_obstacle_is_reported_as_what_it_is() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "").unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink(at("gone"), at("dangling")).unwrap();
        symlink(at("loop"), at("loop")).unwrap();
        symlink(at("folder"), at("to-folder")).unwrap();
        assert_eq!((look(&at("file")), look(&at("link")), look(&at("nothing"))), (Ok(true), Ok(true), Ok(false)));
        assert_eq!(look(&at("no-folder/stratus.toml")), Ok(false));
        for (name, says) in [
            ("folder", "is a folder"),
            ("to-folder", "is a folder"),
            ("dangling", "is a link to"),
            ("loop", "is a link to"),
            ("file/stratus.toml", "has the name of one of its folders"),
        ] {
            let p = look(&at(name)).unwrap_err();
            assert!(p.to_string().contains(says) && p.to_string().contains(name) && !p.fix.is_empty() && p.exit_code() == 3, "{p}");
        }
        assert!(look(Path::new("/dev/null")).unwrap_err().to_string().contains("a device"));
    }

    #[test]
    fn write_protected_file_is_read_only() {
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem] {
            let p = unwritten("change", Path::new("stratus.toml"), &kind.into());
            assert!(p.what.contains("read-only") && p.fix.contains("home-manager"), "{p}");
        }
        let p = unwritten("change", Path::new("stratus.toml"), &io::ErrorKind::StorageFull.into());
        assert!(!p.what.contains("read-only") && p.fix.contains("full"), "{p}");
    }
}
