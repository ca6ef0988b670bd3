//! A running Stratus as seen by the desktop tests: its process, its icon, its socket.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use stratus::ipc::{Reply, Request, send};

use super::{Desk, Item, Running, wait};

/// The demo's speech model.
pub const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/stratus-demo-en-q5_0.bin");
pub const MODEL_SHA256: &str = "1fb29aa3571e10bfeea8d1672fca5e7bb123cf382eee1f13ddfc2830ff40e49e";

/// The program under test.
pub fn program() -> PathBuf {
    std::env::var_os("STRATUS_BIN").map_or_else(|| env!("CARGO_BIN_EXE_stratus").into(), PathBuf::from)
}

/// The file with the progress of the first run.
pub fn first_run() -> PathBuf {
    PathBuf::from(std::env::var_os("HOME").unwrap()).join(".local/share/stratus/first-run")
}

/// A running tray, ready.
pub struct Tray {
    pub process: Running,
    pub item: Item,
    pub socket: PathBuf,
    /// Contains its configuration, and its standard error.
    pub folder: tempfile::TempDir,
}

impl Tray {
    /// On a Hilo frequency, with the demo's speech model, and ready.
    pub fn start(desk: &Desk, more: &str) -> Self {
        Self::start_in(desk, more, &[])
    }

    /// The same, with additional environment variables.
    pub fn start_in(desk: &Desk, more: &str, env: &[(&str, String)]) -> Self {
        let text = format!(
            "[ptt]\nkey = \"ScrollLock\"\n[speech]\nmodel = {MODEL:?}\nmodel_sha256 = \"{MODEL_SHA256}\"\n\
             [brain]\nmode = \"rules\"\n[airports]\nimport = false\n[sim]\nairport = \"PHTO\"\ncom1 = \"121.9\"\n{more}"
        );
        let tray = Self::run(desk, &text, env);
        tray.state("ready", 10);
        tray
    }

    /// With exactly this configuration; does not wait until it is ready.
    pub fn start_with(desk: &Desk, text: &str) -> Self {
        Self::run(desk, text, &[])
    }

    fn run(desk: &Desk, text: &str, env: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("stratus.toml");
        fs::write(&config, text).unwrap();
        // Remove the first-run progress of another test.
        let _ = fs::remove_file(first_run());
        let log = fs::File::create(folder.path().join("stderr")).unwrap();
        let begun = Instant::now();
        let process = Running(
            Command::new(program())
                .args(["run", "--sim", "none", "--config"])
                .arg(&config)
                .envs(env.iter().map(|(k, v)| (k, v)))
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap(),
        );
        let socket = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").unwrap()).join("stratus/stratus.sock");
        let pid = process.0.id();
        wait("an answer on the socket", 10, || {
            matches!(send(&socket, &Request::Ping(true), Duration::from_secs(1)), Ok(Reply::Here { pid: p, .. }) if p == pid).then_some(())
        });
        eprintln!("socket answers after {:?}", begun.elapsed());
        let item = desk.item(pid);
        eprintln!("panel knows the item after {:?}", begun.elapsed());
        Self { process, item, socket, folder }
    }

    /// The tooltip.
    pub fn words(&self) -> String {
        self.item.tooltip()
    }

    /// Waits for a state, and returns the icon that shows it.
    pub fn state(&self, words: &str, seconds: u64) -> String {
        let words = stratus::problem::sentence(words);
        let mut seen = String::new();
        let deadline = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < deadline {
            seen = self.words();
            if seen.contains(&words) {
                return self.item.icon();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the tray's state {words:?}: not within {seconds} s, but {}; stderr: {}", seen, self.stderr())
    }

    fn stderr(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }

    /// Ends it through `how`, and returns its status; fails if that takes longer than two seconds.
    pub fn end(&mut self, how: impl FnOnce(&Self)) -> ExitStatus {
        let begun = Instant::now();
        how(self);
        let status = wait("the end", 10, || self.process.0.try_wait().unwrap());
        let took = begun.elapsed();
        eprintln!("ended after {took:?}");
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert!(!self.socket.exists(), "the socket is left behind");
        status
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.process.0.id().to_string()]).status().unwrap().success());
    }
}
