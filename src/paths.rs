//! Where Stratus keeps its files: configuration, models, log, transcript, and the socket of the running tray.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use crate::problem::Problem;

/// The places that belong to Stratus on this machine. Nothing is created by looking them up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `stratus.toml`.
    pub config_file: PathBuf,
    /// What grows: models and the transcript.
    pub data_dir: PathBuf,
    /// The log's folder.
    pub log_dir: PathBuf,
    /// Where the running tray listens; gone after a reboot.
    pub runtime_dir: PathBuf,
    /// The desktop's entry that starts Stratus with the session (XDG autostart).
    pub autostart_file: PathBuf,
}

impl Paths {
    /// The system's usual places (the XDG base directories on Linux), with `config_file` instead of the usual
    /// configuration where a flag names one. Fails only where the system knows no home folder.
    pub fn find(config_file: Option<&Path>) -> Result<Self, Problem> {
        let dirs = ProjectDirs::from("", "", "stratus").ok_or_else(|| {
            Problem::new("cannot find the folders for Stratus's files")
                .because("this user has no home folder")
                .fix("set HOME, or name a file with `--config FILE`")
        })?;
        // On Windows models must not travel with a roaming profile.
        let data_dir = dirs.data_local_dir().to_owned();
        Ok(Self {
            config_file: match config_file {
                Some(file) => absolute(file),
                None => dirs.config_dir().join("stratus.toml"),
            },
            log_dir: dirs.state_dir().unwrap_or(&data_dir).join("logs"),
            // A machine without XDG_RUNTIME_DIR (a bare server, a container) still has one tray per data folder.
            runtime_dir: dirs.runtime_dir().map_or_else(|| data_dir.join("run"), Path::to_owned),
            autostart_file: BaseDirs::new()
                .map_or_else(|| data_dir.join("autostart"), |b| b.config_dir().join("autostart"))
                .join("stratus.desktop"),
            data_dir,
        })
    }

    /// Everything under one folder: for tests and portable installs.
    pub fn under(root: &Path) -> Self {
        Self {
            config_file: root.join("stratus.toml"),
            data_dir: root.join("data"),
            log_dir: root.join("logs"),
            runtime_dir: root.join("run"),
            autostart_file: root.join("autostart/stratus.desktop"),
        }
    }

    /// Where downloaded speech models lie.
    pub fn models_dir(&self) -> PathBuf {
        self.data_dir.join("models")
    }

    /// Where neural voices lie that are not part of the package.
    pub fn voices_dir(&self) -> PathBuf {
        self.data_dir.join("voices")
    }

    /// The log file in use; the one before it is `stratus.old.log` beside it.
    pub fn log_file(&self) -> PathBuf {
        self.log_dir.join("stratus.log")
    }

    /// What was said, one JSON object a line.
    pub fn transcript_file(&self) -> PathBuf {
        self.data_dir.join("transcript.jsonl")
    }

    /// Recorded flights.
    pub fn flights_dir(&self) -> PathBuf {
        self.data_dir.join("flights")
    }

    /// Where the local socket of the running tray may be, the best place first (on Windows the pipe's name is made from its
    /// text). Others than the usual one are for a path that is too long for a socket, and for a folder that cannot be
    /// written to; they follow from the data folder, so that the tray and `stratus say` find the same ones.
    pub fn sockets(&self) -> Vec<PathBuf> {
        let usual = self.runtime_dir.join("stratus.sock");
        #[cfg(target_os = "linux")]
        {
            let fits = |socket: &PathBuf| socket.as_os_str().len() <= LONGEST_SOCKET;
            [usual].into_iter().chain(short_sockets(&self.data_dir)).filter(fits).collect()
        }
        #[cfg(not(target_os = "linux"))]
        vec![usual]
    }
}

/// Bytes of a socket's path: the system has room for 108 with the zero at their end.
#[cfg(target_os = "linux")]
const LONGEST_SOCKET: usize = 107;

/// Short places for a socket: in the session's folder of this account, else where everybody may write, there with the
/// account's number. Whether such a folder is this account's own, `ipc` looks.
#[cfg(target_os = "linux")]
fn short_sockets(data_dir: &Path) -> impl Iterator<Item = PathBuf> {
    use std::os::unix::ffi::OsStrExt;

    use sha2::{Digest, Sha256};

    let user = rustix::process::geteuid().as_raw();
    // Each home has a Stratus of its own.
    let home: String = Sha256::digest(data_dir.as_os_str().as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let session = PathBuf::from(format!("/run/user/{user}"));
    // It is the system's to make that one.
    let session = session.is_dir().then(|| session.join(format!("stratus-{home}")));
    let open_to_all = ["/tmp", "/var/tmp"].map(|folder| Path::new(folder).join(format!("stratus-{user}-{home}")));
    session.into_iter().chain(open_to_all).map(|folder| folder.join("stratus.sock"))
}

/// A path as a person reads it: "~/.config/stratus/stratus.toml" where it is below the home folder.
pub fn shown(path: &Path) -> String {
    let home = BaseDirs::new().map(|b| b.home_dir().to_owned());
    match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) if cfg!(not(windows)) && !below.as_os_str().is_empty() => format!("~/{}", below.display()),
        _ => path.display().to_string(),
    }
}

/// How a file that is nobody else's business is opened: made, where it is new, for its owner alone.
pub fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "Windows keeps a profile to its owner by itself"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder, and those above it, for its owner alone; one that is there stays as it is.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Appends to a file of words that were said: opened as `private` does, and closed to others where an earlier version left it
/// open to them.
pub fn append_private(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    let file = private().create(true).read(true).append(true).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut rights = file.metadata()?.permissions();
        if rights.mode() & 0o077 != 0 {
            rights.set_mode(0o600);
            // Somebody else's file cannot be closed; it is written all the same.
            let _ = file.set_permissions(rights);
        }
    }
    Ok(file)
}

/// A path that still holds when the working folder changes, with a leading `~/` meant as the shell means it.
///
/// A relative path stays as it is where the working folder itself is gone.
pub fn absolute(path: &Path) -> PathBuf {
    if let Ok(rest) = path.strip_prefix("~")
        && let Some(base) = BaseDirs::new()
    {
        return base.home_dir().join(rest);
    }
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_moves_the_configuration_and_nothing_else() {
        let usual = Paths::find(None).unwrap();
        let moved = Paths::find(Some(Path::new("other.toml"))).unwrap();
        assert!(moved.config_file.is_absolute() && moved.config_file.ends_with("other.toml"));
        assert_eq!(moved.data_dir, usual.data_dir);
        assert!(usual.config_file.ends_with("stratus/stratus.toml") || cfg!(windows));
    }

    #[test]
    #[cfg(unix)]
    fn what_is_private_is_for_its_owner_alone_also_where_it_was_not() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("a/b"), dir.path().join("a/b/said"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        drop(append_private(&file).unwrap());
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        drop(append_private(&file).unwrap());
        assert_eq!(mode(&file), 0o600);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_socket_has_a_short_place_where_the_usual_one_is_too_long() {
        let short = Paths::under(Path::new("/r"));
        assert_eq!(short.sockets()[0], Path::new("/r/run/stratus.sock"));
        let long = Paths::under(Path::new(&format!("/r/{}", "a-long-name/".repeat(10))));
        let other = Paths::under(Path::new(&format!("/r/{}", "a-long-nome/".repeat(10))));
        for paths in [&short, &long, &other] {
            let all = paths.sockets();
            assert!(all.iter().all(|s| s.as_os_str().len() < 108) && all.len() >= 2, "{all:?}");
            assert_eq!(all, paths.sockets(), "the tray and the command look in the same places");
        }
        assert!(!long.sockets().iter().any(|s| s.starts_with(&long.runtime_dir)));
        // Another home is another Stratus.
        assert!(long.sockets().iter().all(|s| !other.sockets().contains(s) && !short.sockets().contains(s)));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        assert_eq!(absolute(Path::new("~/models/a.bin")), home.join("models/a.bin"));
    }

    #[test]
    fn everything_lies_under_a_portable_root() {
        let p = Paths::under(Path::new("/r"));
        for path in [&p.config_file, &p.sockets()[0], &p.models_dir(), &p.transcript_file(), &p.log_file()] {
            assert!(path.starts_with("/r"), "{}", path.display());
        }
    }
}
