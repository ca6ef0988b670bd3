//! A configuration that this account may not read or change: every command reports it the same way, and nothing is written.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An unprivileged account; root may read and write everything.
const NOBODY: u32 = 65534;

struct Home {
    root: tempfile::TempDir,
    program: PathBuf,
    config: PathBuf,
    text: &'static str,
}

impl Home {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        // A place from which another account may start it.
        let program = root.path().join("stratus");
        let built = env!("CARGO_BIN_EXE_stratus");
        fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).unwrap();
        let folder = root.path().join("home/.config/stratus");
        fs::create_dir_all(&folder).unwrap();
        let config = folder.join("stratus.toml");
        let text = "[audio]\nvolume_percent = 60\n";
        fs::write(&config, text).unwrap();
        let home = Self { root, program, config, text };
        home.give(&home.root.path().join("home"));
        home
    }

    /// Gives a file to the account that the program runs as.
    fn give(&self, path: &Path) {
        if is_root() {
            assert!(Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(path).status().unwrap().success());
        }
    }

    fn mode(&self, path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.args(args).env_clear().env("HOME", self.root.path().join("home")).env("PATH", "/usr/bin:/bin");
        command.env("XDG_RUNTIME_DIR", self.root.path().join("home")).env("ALSA_CONFIG_PATH", "/dev/null").current_dir("/");
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().unwrap()
    }

    /// The standard error of a failing command.
    fn fails(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert_eq!(out.status.code(), Some(3), "{args:?}: {out:?}");
        assert!(out.stdout.is_empty() || args[0] == "setup", "{args:?}: {out:?}");
        String::from_utf8(out.stderr).unwrap()
    }

    /// The doctor's report on the configuration.
    fn doctor(&self) -> serde_json::Value {
        let out = self.run(&["doctor", "--json"]);
        let found: Vec<serde_json::Value> = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {out:?}"));
        found.into_iter().find(|p| p["part"] == "configuration").unwrap()
    }
}

fn is_root() -> bool {
    let own = tempfile::NamedTempFile::new().unwrap();
    std::os::unix::fs::MetadataExt::uid(&own.as_file().metadata().unwrap()) == 0
}

const SET_UP: [&str; 9] =
    ["setup", "--yes", "--skip-model", "--skip-microphone", "--skip-speaker", "--skip-sim", "--skip-brain", "--key", "F13"];

#[test]
fn unreadable_configuration_is_reported_alike_everywhere() {
    let home = Home::new();
    let folder = home.config.parent().unwrap();
    for (closed, open) in [(home.config.as_path(), 0o644), (folder, 0o755)] {
        home.mode(closed, 0);
        let said = home.fails(&["config", "check"]);
        assert!(said.contains("cannot read the configuration") && said.contains("ermission denied"), "{said}");
        assert!(said.contains("chown") && said.contains(&closed.display().to_string()), "{said}");
        assert_eq!(home.fails(&["config", "show"]), said);
        assert_eq!(home.fails(&SET_UP), said);
        let doctor = home.doctor();
        assert_eq!(doctor["ok"], false);
        for line in [&doctor["what"], &doctor["why"][0], &doctor["fix"]] {
            assert!(said.contains(line.as_str().unwrap()), "{doctor} against {said}");
        }
        home.mode(closed, open);
        assert_eq!(fs::read_to_string(&home.config).unwrap(), home.text);
    }
}

#[test]
fn dangling_link_and_folder_are_reported_alike_everywhere() {
    let home = Home::new();
    for says in ["is a link to", "is a folder"] {
        fs::remove_file(&home.config).unwrap();
        if says == "is a folder" {
            fs::create_dir(&home.config).unwrap();
        } else {
            std::os::unix::fs::symlink("/nowhere/stratus.toml", &home.config).unwrap();
        }
        let said = home.fails(&["config", "check"]);
        assert!(said.contains(says), "{said}");
        assert_eq!(home.fails(&["config", "show"]), said);
        assert_eq!(home.fails(&SET_UP), said);
        assert!(home.doctor()["why"].to_string().contains(says));
    }
}

#[test]
fn read_only_configuration_is_used_and_never_written() {
    let home = Home::new();
    let folder = home.config.parent().unwrap();
    // The file itself, and a link into a store, as made by home-manager.
    for linked in [false, true] {
        if linked {
            let store = home.root.path().join("store");
            fs::create_dir(&store).unwrap();
            fs::write(store.join("stratus.toml"), home.text).unwrap();
            home.mode(&store.join("stratus.toml"), 0o444);
            home.mode(&store, 0o555);
            home.mode(&home.config, 0o644);
            fs::remove_file(&home.config).unwrap();
            std::os::unix::fs::symlink(store.join("stratus.toml"), &home.config).unwrap();
        } else {
            home.mode(&home.config, 0o444);
        }
        let check = home.run(&["config", "check"]);
        let said = String::from_utf8(check.stdout).unwrap();
        assert!(check.status.success() && said.contains("warning: ") && said.contains("read-only") && said.contains(": OK"), "{said}");
        assert!(String::from_utf8(home.run(&["config", "show"]).stdout).unwrap().contains("volume_percent = 60"));
        let doctor = home.doctor();
        assert!(doctor["ok"] == true && doctor["found"].to_string().contains("read-only"), "{doctor}");
        let said = home.fails(&SET_UP);
        assert!(said.contains("read-only") && said.contains("home-manager"), "{said}");
        assert_eq!(fs::read_to_string(&home.config).unwrap(), home.text);
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "no backup is made for nothing");
    }
    home.mode(&home.root.path().join("store"), 0o755);
}

#[test]
fn check_reports_warnings_and_unknown_keys() {
    let home = Home::new();
    fs::write(&home.config, "[speech]\nmodel = \"C:\\temp\\base.bin\"\n[ptt]\nkey = \"Control_R\"\n").unwrap();
    let check = home.run(&["config", "check"]);
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(check.status.success() && said.contains("stratus.toml:2:9") && said.contains(r"'C:\temp\base.bin'"), "{said}");
    assert!(home.doctor()["found"].to_string().contains("double quotes"));
    fs::write(&home.config, "[ptt]\nkey = \"Scrollock\"\n").unwrap();
    let said = home.fails(&["config", "check"]);
    assert!(said.contains("stratus.toml:2:7") && said.contains("did you mean \"ScrollLock\""), "{said}");
    fs::write(&home.config, "[sim]\nairport = \"Bostonn\"\n").unwrap();
    let said = home.fails(&["config", "check"]);
    assert!(said.contains("stratus.toml:2:11") && said.contains("did you mean \"KBOS\" (Boston)"), "{said}");
}
