//! The paths of Stratus's files: configuration, models, log, transcript, and the socket of the running tray.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use crate::problem::Problem;

/// Stratus's paths on this machine. Looking them up creates nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `stratus.toml`.
    pub config_file: PathBuf,
    /// For growing data: models and the transcript.
    pub data_dir: PathBuf,
    /// The log folder.
    pub log_dir: PathBuf,
    /// The folder of the running tray's socket; cleared by a reboot.
    pub runtime_dir: PathBuf,
    /// The desktop entry that starts Stratus at login (XDG autostart).
    pub autostart_file: PathBuf,
}

impl Paths {
    /// The system's standard paths (the XDG base directories on Linux), with `config_file` instead of the default configuration if
    /// given. Fails only without a home folder.
    pub fn find(config_file: Option<&Path>) -> Result<Self, Problem> {
        let dirs = ProjectDirs::from("", "", "stratus").ok_or_else(|| {
            Problem::new("cannot find the folders for Stratus's files")
                .because("this user has no home folder")
                .fix("set HOME, or name a file with `--config FILE`")
        })?;
        // On Windows, models must not be part of a roaming profile.
        let data_dir = dirs.data_local_dir().to_owned();
        Ok(Self {
            config_file: match config_file {
                Some(file) => absolute(file),
                None => dirs.config_dir().join("stratus.toml"),
            },
            log_dir: dirs.state_dir().unwrap_or(&data_dir).join("logs"),
            // Without XDG_RUNTIME_DIR (a bare server, a container), there is still one tray per data folder.
            runtime_dir: dirs.runtime_dir().map_or_else(|| data_dir.join("run"), Path::to_owned),
            autostart_file: BaseDirs::new()
                .map_or_else(|| data_dir.join("autostart"), |b| b.config_dir().join("autostart"))
                .join("stratus.desktop"),
            data_dir,
        })
    }

    /// Everything below one folder: for tests and portable installations.
    pub fn under(root: &Path) -> Self {
        Self {
            config_file: root.join("stratus.toml"),
            data_dir: root.join("data"),
            log_dir: root.join("logs"),
            runtime_dir: root.join("run"),
            autostart_file: root.join("autostart/stratus.desktop"),
        }
    }

    /// The folder of downloaded speech models.
    pub fn models_dir(&self) -> PathBuf {
        self.data_dir.join("models")
    }

    /// The folder of neural voices that are not part of the package.
    pub fn voices_dir(&self) -> PathBuf {
        self.data_dir.join("voices")
    }

    /// The current log file; the previous one is `stratus.old.log` beside it.
    pub fn log_file(&self) -> PathBuf {
        self.log_dir.join("stratus.log")
    }

    /// The transcript, one JSON object per line.
    pub fn transcript_file(&self) -> PathBuf {
        self.data_dir.join("transcript.jsonl")
    }

    /// Recorded flights.
    pub fn flights_dir(&self) -> PathBuf {
        self.data_dir.join("flights")
    }

    /// Possible paths of the running tray's socket, the best first (on Windows the pipe's name is derived from them). The
    /// alternatives are for a path that is too long for a socket, and for a read-only folder. They depend only on the data folder,
    /// so that the tray and `stratus say` find the same ones.
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

/// Maximum length of a socket's path, bytes: the system has room for 108 with the terminating NUL.
#[cfg(target_os = "linux")]
const LONGEST_SOCKET: usize = 107;

/// Short paths for a socket: in the session folder of this account, otherwise in a world-writable folder under the account's
/// number. `ipc` checks that such a folder belongs to this account.
#[cfg(target_os = "linux")]
fn short_sockets(data_dir: &Path) -> impl Iterator<Item = PathBuf> {
    use std::os::unix::ffi::OsStrExt;

    use sha2::{Digest, Sha256};

    let user = rustix::process::geteuid().as_raw();
    // Each home has a separate instance.
    let home: String = Sha256::digest(data_dir.as_os_str().as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let session = PathBuf::from(format!("/run/user/{user}"));
    // Only the system creates that folder.
    let session = session.is_dir().then(|| session.join(format!("stratus-{home}")));
    let open_to_all = ["/tmp", "/var/tmp"].map(|folder| Path::new(folder).join(format!("stratus-{user}-{home}")));
    session.into_iter().chain(open_to_all).map(|folder| folder.join("stratus.sock"))
}

/// A path for display: "~/.config/stratus/stratus.toml" if it is below the home folder.
pub fn shown(path: &Path) -> String {
    let home = BaseDirs::new().map(|b| b.home_dir().to_owned());
    match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) if cfg!(not(windows)) && !below.as_os_str().is_empty() => format!("~/{}", below.display()),
        _ => path.display().to_string(),
    }
}

/// Options to open a private file: a new file is accessible to its owner only.
pub fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "Windows keeps a profile to its owner by itself"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a folder and its parents, accessible to the owner only; an existing folder stays as it is.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Opens a transcript-like file for appending: as `private`, and restricts access if an earlier version left it open to others.
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
            // Access to another account's file cannot be restricted; write to it anyway.
            let _ = file.set_permissions(rights);
        }
    }
    Ok(file)
}

/// A path that stays valid when the working folder changes, with a leading `~/` expanded as in a shell.
///
/// A relative path stays as it is if the working folder no longer exists.
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
    fn flag_moves_only_the_configuration() {
        let usual = Paths::find(None).unwrap();
        let moved = Paths::find(Some(Path::new("other.toml"))).unwrap();
        assert!(moved.config_file.is_absolute() && moved.config_file.ends_with("other.toml"));
        assert_eq!(moved.data_dir, usual.data_dir);
        assert!(usual.config_file.ends_with("stratus/stratus.toml") || cfg!(windows));
    }

    #[test]
    #[cfg(unix)]
    fn private_files_become_owner_only_even_if_they_were_not() {
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
    fn socket_has_a_short_path_if_the_default_is_too_long() {
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
        // Another home means another instance.
        assert!(long.sockets().iter().all(|s| !other.sockets().contains(s) && !short.sockets().contains(s)));
    }

    #[test]
    fn tilde_is_the_home_folder() {
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        assert_eq!(absolute(Path::new("~/models/a.bin")), home.join("models/a.bin"));
    }

    #[test]
    fn portable_root_contains_everything() {
        let p = Paths::under(Path::new("/r"));
        for path in [&p.config_file, &p.sockets()[0], &p.models_dir(), &p.transcript_file(), &p.log_file()] {
            assert!(path.starts_with("/r"), "{}", path.display());
        }
    }
}
