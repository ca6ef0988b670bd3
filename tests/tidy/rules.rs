//! The import table, words forbidden in the pure half, and words forbidden in every file.

use std::collections::BTreeSet;

use super::tree::{self, module_of};

/// The crates that `src/lib.rs` re-exports under a shorter name. Their manifests say what each of them may import, and Cargo
/// enforces it; the tables below say who may import them.
const CRATES: &[&str] = &["units", "airports", "atc", "report"];

/// The allowed dependencies of the library crates: nothing that touches the outside world.
const BUILT_WITH: &[(&str, &[&str])] = &[
    ("stratus-units", &["serde", "thiserror"]),
    ("stratus-airports", &["stratus-units", "serde", "thiserror", "flate2", "icu_normalizer", "toml"]),
    ("stratus-atc", &["stratus-units", "stratus-airports", "serde", "serde_json", "thiserror", "quick-xml"]),
    ("stratus-sentences", &["rten", "rten-tensor", "thiserror"]),
    ("stratus-school", &["stratus-units", "stratus-airports", "stratus-atc", "serde"]),
    ("stratus-voice", &["flate2", "realfft", "rten", "rten-tensor", "thiserror"]),
];

/// Crates that are developer tools and not part of the program: they read and write files.
pub const TOOLS: &[&str] = &["stratus-train"];

fn is_tool(path: &str) -> bool {
    TOOLS.iter().any(|t| path.strip_prefix("crates/").and_then(|p| p.strip_prefix(t)).is_some_and(|p| p.is_empty() || p.starts_with('/')))
}

/// The program's pure modules, and what each may import.
const PURE: &[(&str, &[&str])] = &[
    ("problem", &["units"]),
    ("models", &[]),
    ("update", &["problem"]),
    ("settings", &["units", "problem", "models"]),
    // From the controller only the hints for the recogniser and the question for the language model.
    ("event", &["units", "problem", "models", "update", "report", "airports", "atc", "settings"]),
    // From the seam only the clip.
    ("sound", &["event"]),
    ("app", &["units", "problem", "models", "update", "report", "airports", "settings", "atc", "event"]),
];

/// The shell's modules: each may import what `FOR_SHELL` lists, but not one another.
const SHELL: &[&str] = &[
    "config",
    "audio",
    "speech",
    "llm",
    "download",
    "scenery",
    "ourairports",
    "sim",
    "desktop",
    "ipc",
    "page",
    "log",
    "paths",
    "pipe",
    "worker",
    "cli",
];
const FOR_SHELL: &[&str] = &["event", "report", "airports", "units", "settings", "worker", "problem", "paths", "models", "pipe", "sound"];

/// These may import everything.
const TOP: &[&str] = &["dispatch", "cmd", "lib", "main"];

/// Words forbidden in the pure half outside its tests.
const NOT_PURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "Instant::now",
    "time::Instant",
    "SystemTime",
    "HashMap",
    "HashSet",
    "rand::",
    "println!",
    "eprintln!",
    "std::io",
    "File::open",
];

/// The files that may contain unsafe code, because the system or a C library leaves no other way. Each says why in its header.
const UNSAFE: &[&str] = &[
    "src/audio/chatter.rs",
    "src/audio/cookie.rs",
    "src/cmd/lines.rs",
    "src/cmd/run/footprint.rs",
    "src/cmd/setup/terminal.rs",
    "src/desktop/evdev/mask.rs",
    "src/desktop/windows/console.rs",
    "src/desktop/windows/display.rs",
    "src/desktop/windows/joystick.rs",
    "src/desktop/windows/notices.rs",
    "src/desktop/windows/window.rs",
    "src/pipe.rs",
    "src/sim/simconnect/library.rs",
    "src/speech/abort.rs",
    "src/speech/alternatives.rs",
    "src/speech/synthesise.rs",
];

/// Only the listed files contain unsafe code, with a `SAFETY` comment; a listed file without any must be removed from the list.
pub fn unsafe_files(sources: &[(String, String)]) {
    let mut found = BTreeSet::new();
    for (path, text) in sources {
        let code = text.lines().map(|l| l.split("//").next().unwrap_or(l)).collect::<Vec<_>>().join("\n");
        if ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "#[unsafe("].iter().any(|w| code.contains(w)) {
            assert!(text.contains("SAFETY"), "{path}: unsafe code without a SAFETY comment");
            found.insert(path.as_str());
        }
    }
    assert_eq!(found, UNSAFE.iter().copied().collect(), "the files with unsafe code, against the list in tests/tidy/rules.rs");
}

/// The commands that README.md lists.
pub const COMMANDS: &[&str] = &[
    "run",
    "demo",
    "say",
    "page",
    "ptt",
    "transcribe",
    "speak",
    "replay",
    "batch",
    "school",
    "doctor",
    "devices",
    "log",
    "bench",
    "config",
    "airports",
    "models",
    "voices",
    "setup",
    "update",
];

/// The code of a file, without comments and without the tests at its end.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    body.lines().map(|l| l.split("//").next().unwrap_or(l)).collect::<Vec<_>>().join("\n")
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The top-level modules that a text imports through `crate::`, and the library crates, under either name.
pub fn imported(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found: BTreeSet<String> = code.split("stratus_").skip(1).map(first_word).filter(|w| CRATES.contains(&w.as_str())).collect();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => {
                let (mut depth, mut item) = (0, String::new());
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.insert(first_word(&item));
                            item.clear();
                        }
                        _ if depth == 0 => item.push(c),
                        _ => {}
                    }
                }
                found.insert(first_word(&item));
            }
            None => {
                found.insert(first_word(rest));
            }
        }
    }
    found.remove("");
    found
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

pub fn imports(sources: &[(String, String)]) {
    let of_src = || sources.iter().filter(|(p, _)| p.starts_with("src/"));
    let modules: BTreeSet<String> = of_src().map(|(p, _)| module_of(p)).chain(CRATES.iter().map(|c| (*c).to_owned())).collect();
    for (path, text) in of_src().filter(|(p, _)| !is_test_file(p)) {
        let module = module_of(path);
        let pure = PURE.iter().find(|(name, _)| *name == module).map(|(_, may)| *may);
        let allowed = match pure {
            Some(may) => may,
            None if SHELL.contains(&module.as_str()) => FOR_SHELL,
            None if TOP.contains(&module.as_str()) => continue,
            None => panic!("{path}: the module `{module}` has no row in tests/tidy/rules.rs"),
        };
        // Other names (macros, items of lib.rs) are not module imports.
        for other in imported(text).into_iter().filter(|o| *o != module && modules.contains(o)) {
            assert!(allowed.contains(&other.as_str()), "{path}: `{module}` may not import `{other}` (it may: {allowed:?})");
        }
    }
}

pub fn pure_words(sources: &[(String, String)]) {
    for (path, text) in sources.iter().filter(|(p, _)| !is_test_file(p)) {
        let library = path.starts_with("crates/") && path.contains("/src/") && !is_tool(path);
        if library || PURE.iter().any(|(name, _)| *name == module_of(path)) {
            let code = code(text);
            for word in NOT_PURE {
                assert!(!code.contains(word), "{path}: `{word}` is not for the pure half");
            }
        }
    }
}

/// Code that looks at a pilot's words, which is allowed only in `hear`: decisions get acts, requests and remarks with values.
const LOOKS_AT_WORDS: &[&str] = &[".clauses", ".tokens", "Token", "tokens(", "transcript", "said.text", "Clauses"];

pub fn no_words_in_decisions(sources: &[(String, String)]) {
    let decides = |p: &str| p == "crates/stratus-atc/src/decide.rs" || p.starts_with("crates/stratus-atc/src/decide/");
    let decisions: Vec<_> = sources.iter().filter(|(p, _)| decides(p)).collect();
    assert!(decisions.len() > 15, "where are the decisions?");
    for (path, text) in decisions {
        let code = code(text);
        for word in LOOKS_AT_WORDS {
            assert!(!code.contains(word), "{path}: `{word}` looks at words; what they mean is a remark, a request or a slot from `hear`");
        }
    }
}

/// Every library crate has a row, and only the listed dependencies, on every platform.
pub fn built_with(metadata: &serde_json::Value) {
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: Vec<_> =
        packages.iter().filter(|p| p["source"].is_null() && p["name"] != "stratus" && !TOOLS.iter().any(|t| p["name"] == *t)).collect();
    let mut names: Vec<&str> = ours.iter().filter_map(|p| p["name"].as_str()).collect();
    names.sort_unstable();
    let mut listed: Vec<&str> = BUILT_WITH.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(names, listed, "the workspace's crates, and those listed in tests/tidy/rules.rs");
    for package in ours {
        let (_, may) = BUILT_WITH.iter().find(|(name, _)| package["name"] == *name).expect("listed");
        for d in package["dependencies"].as_array().expect("dependencies").iter().filter(|d| d["kind"] != "dev") {
            let name = d["name"].as_str().expect("a name");
            assert!(may.contains(&name), "{}: may not be built with `{name}` (it may: {may:?})", package["name"]);
        }
    }
}

/// The folders of the library crates among these.
pub fn libraries(crates: Vec<String>) -> impl Iterator<Item = String> {
    crates.into_iter().filter(|c| !is_tool(c))
}

/// A library crate forbids unsafe code and denies what clippy.toml lists.
pub fn denied_in_crate(path: &str, lib: &str) {
    for wanted in ["#![forbid(unsafe_code)]", "#![deny(clippy::disallowed_methods, clippy::disallowed_types)]"] {
        assert!(lib.lines().any(|l| l == wanted), "{path}: lacks {wanted}");
    }
}

pub fn denied_in_lib(lib: &str) {
    let lines: Vec<&str> = lib.lines().collect();
    for (name, _) in PURE {
        // A module that does not exist cannot be impure; another test checks the list of modules.
        let Some(at) = lines.iter().position(|l| *l == format!("pub mod {name};")) else { continue };
        let above = lines[..at].iter().rev().take_while(|l| l.starts_with("#[") || l.starts_with("///"));
        assert!(
            above.clone().any(|l| l.contains("deny(clippy::disallowed_methods, clippy::disallowed_types)")),
            "src/lib.rs: `pub mod {name};` lacks #[deny(clippy::disallowed_methods, clippy::disallowed_types)]"
        );
    }
}

/// The reason why a test is ignored, if only a script provides what it needs.
const NEEDS_DESKTOP: &str = "needs desktop";

/// The test programs whose ignored tests the desktop and audio scripts run by name: "desktop_menu".
pub fn run_by_name() -> BTreeSet<String> {
    let scripts = ["scripts/desktop-test.sh", "scripts/audio-test.sh"].map(tree::read).concat();
    assert!(scripts.contains("--ignored"), "the scripts run what is ignored elsewhere");
    scripts.split("--test ").skip(1).map(first_word).collect()
}

/// Whether the test of this name is run: with all the others, or by name if it needs a desktop.
pub fn runs(files: &[(String, String)], by_name: &BTreeSet<String>, name: &str) -> Result<(), String> {
    let head = format!("fn {name}(");
    let found = files.iter().find_map(|(path, text)| Some((path, attributes(text, text.find(&head)?))));
    let (path, attributes) = found.ok_or_else(|| format!("there is no test `{name}`"))?;
    if !attributes.contains("#[test]") {
        return Err(format!("{path}: `{name}` is no test"));
    }
    match attributes.split("#[ignore").nth(1) {
        None => Ok(()),
        Some(why) if why.contains(NEEDS_DESKTOP) && by_name.contains(&program(path)) => Ok(()),
        Some(_) => Err(format!("{path}: `{name}` is ignored, and run by none")),
    }
}

/// The scripts run every program with a test that needs a desktop.
pub fn ignored_are_run(files: &[(String, String)], by_name: &BTreeSet<String>) {
    let needs = format!("#[ignore = {NEEDS_DESKTOP:?}]");
    let with: BTreeSet<String> = files.iter().filter(|(_, text)| text.contains(&needs)).map(|(path, _)| program(path)).collect();
    assert_eq!(&with, by_name, "the test programs that need a desktop, and those that the scripts run");
}

/// The attribute and comment lines directly above a position in a text.
fn attributes(text: &str, at: usize) -> String {
    let above = text[..at].lines().rev().skip(usize::from(!text[..at].ends_with('\n')));
    above.take_while(|l| l.trim_start().starts_with("#[") || l.trim_start().starts_with("//")).collect()
}

/// The test program of a test file: "desktop" of "tests/desktop.rs" and of its module "tests/desktop/first_run.rs".
fn program(path: &str) -> String {
    path.trim_start_matches("tests/").split('/').next().unwrap_or("").trim_end_matches(".rs").to_owned()
}

/// The longest name of a test, characters.
const TEST_NAME: usize = 60;
/// Tests with a longer name, to be renamed.
const LONG_NAMES: &[&str] = &["an_exit_is_approved_on_the_side_asked_and_refused_in_front_of_traffic"];

/// The name of a test is short enough to be read in a list.
pub fn short_test_names(files: &[(String, String)]) {
    for (path, text) in files {
        for rest in text.split("#[test]\n").skip(1) {
            let name = rest.split_once("fn ").map_or_else(String::new, |(_, rest)| first_word(rest));
            assert!(
                name.chars().count() <= TEST_NAME || LONG_NAMES.contains(&name.as_str()),
                "{path}: `{name}` has more than {TEST_NAME} characters: state the behaviour only"
            );
        }
    }
}

/// The longest line of a document, characters.
const DOCUMENT_WIDTH: usize = 140;

/// Documents are readable in a narrow window: prose is broken into lines. Rows of tables, code and lines of one word cannot be broken.
pub fn narrow_documents(tracked: &[(String, String)]) {
    let documents = tracked.iter().filter(|(p, _)| p.ends_with(".md") && !p.contains("fixtures/") && p != "CHANGELOG.md");
    for (path, text) in documents {
        let mut code = false;
        for (n, line) in text.lines().enumerate() {
            code ^= line.trim_start().starts_with("```");
            let whole = code || line.starts_with(['|', '!']) || line.starts_with("    ") || line.split_whitespace().count() < 3;
            assert!(whole || line.chars().count() <= DOCUMENT_WIDTH, "{path}:{}: more than {DOCUMENT_WIDTH} characters", n + 1);
        }
    }
}

pub fn machine_words(tracked: &[(String, String)]) {
    // Concatenated, so that this file does not contain them itself.
    let words = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("static.crates", ".io"),
        concat!("index.crates", ".io"),
        concat!("pypi", ".org"),
        concat!("deb.debian", ".org"),
        concat!("registry.npm", "js"),
        concat!("files.python", "hosted"),
    ];
    assert!(tracked.len() > 20, "only {} files found", tracked.len());
    for (path, text) in tracked {
        for word in words {
            let at = text.lines().position(|l| l.contains(word));
            assert!(at.is_none(), "{path}:{}: `{word}` belongs to one machine", at.unwrap_or(0) + 1);
        }
    }
}
