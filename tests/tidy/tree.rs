//! The files of the checkout, as the rules see them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file's text; panics if it does not exist.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

pub fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// The lines of a section, up to the next heading of the same level.
pub fn section<'a>(text: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().skip_while(move |l| *l != heading).skip(1).take_while(|l| !l.starts_with("## "))
}

/// Every Rust file of src and of the library crates: path from the root, and text.
pub fn sources() -> Vec<(String, String)> {
    [under("src"), under("crates")].concat()
}

/// The same, including tests.
pub fn rust_files() -> Vec<(String, String)> {
    [sources(), under("tests")].concat()
}

/// The folders of the library crates: "crates/stratus-atc".
pub fn crates() -> Vec<String> {
    let folders = fs::read_dir(root().join("crates")).unwrap().flatten().filter(|e| e.path().is_dir());
    let mut all: Vec<String> = folders.map(|e| format!("crates/{}", e.file_name().to_string_lossy())).collect();
    all.sort();
    all
}

fn under(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    walk(&root().join(folder), &mut files);
    let rust = files.into_iter().filter(|f| f.extension().is_some_and(|e| e == "rs"));
    let mut found: Vec<(String, String)> =
        rust.map(|f| (f.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"), fs::read_to_string(&f).unwrap())).collect();
    assert!(!found.is_empty(), "no Rust files in {folder}");
    found.sort();
    found
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The top-level module of a path in src: `src/sim/replay.rs` belongs to `sim`.
pub fn module_of(path: &str) -> String {
    path.trim_start_matches("src/").split('/').next().unwrap_or("").trim_end_matches(".rs").to_owned()
}

/// The top-level modules of src, without `lib` and `main`.
pub fn modules() -> Vec<String> {
    let mut all: Vec<String> = under("src").iter().map(|(p, _)| module_of(p)).filter(|m| m != "lib" && m != "main").collect();
    all.sort();
    all.dedup();
    all
}

/// Every text file under version control; without git, every file outside `target`.
pub fn tracked() -> Vec<(String, String)> {
    let listed = Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(root()).output();
    let paths: Vec<PathBuf> = match listed {
        Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).lines().map(|l| root().join(l)).collect(),
        _ => {
            let mut files = Vec::new();
            for entry in fs::read_dir(root()).unwrap().flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                if path.is_dir() && name != "target" && name != ".git" {
                    walk(&path, &mut files);
                } else if path.is_file() {
                    files.push(path);
                }
            }
            files
        }
    };
    paths
        .into_iter()
        .filter_map(|p| Some((p.strip_prefix(root()).ok()?.to_string_lossy().into_owned(), fs::read_to_string(&p).ok()?)))
        .collect()
}

/// `cargo metadata` of the locked dependencies, without network access: for every platform if all packages were downloaded,
/// otherwise for this one.
pub fn metadata() -> serde_json::Value {
    let host = if cfg!(windows) { "x86_64-pc-windows-msvc" } else { "x86_64-unknown-linux-gnu" };
    let ask = |more: &[&str]| {
        Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--locked"])
            .args(more)
            .current_dir(root())
            .output()
            .expect("cargo runs")
    };
    let all = ask(&[]);
    let out = if all.status.success() { all } else { ask(&["--filter-platform", host]) };
    assert!(out.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("cargo metadata is JSON")
}
