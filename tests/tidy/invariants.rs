//! The invariants in ARCHITECTURE.md: each has a number, stands under a module that exists, and names tests that run.

use super::{rules, tree};

/// An invariant of the list.
struct Invariant {
    number: usize,
    /// The heading above it.
    heading: String,
    /// Its text on one line, with its tests.
    text: String,
}

/// The list, in its order.
fn listed(architecture: &str) -> Vec<Invariant> {
    let mut all: Vec<Invariant> = Vec::new();
    let (mut heading, mut open) = (String::new(), false);
    for line in tree::section(architecture, "## Invariants") {
        if let Some(name) = line.strip_prefix("### ") {
            (heading, open) = (name.to_owned(), false);
        } else if let Some((number, text)) = line.strip_prefix("- **").and_then(|l| l.split_once(".** ")) {
            let number = number.parse().unwrap_or_else(|_| panic!("ARCHITECTURE.md: an invariant begins with its number: {line}"));
            all.push(Invariant { number, heading: heading.clone(), text: text.to_owned() });
            open = true;
        } else if line.trim().is_empty() {
            open = false;
        } else if let Some(last) = all.last_mut().filter(|_| open) {
            last.text.push(' ');
            last.text.push_str(line.trim());
        } else {
            assert!(all.is_empty(), "ARCHITECTURE.md: not an invariant, which begins with \"- **7.** \": {line}");
        }
    }
    assert!(all.len() >= 5, "ARCHITECTURE.md: the numbered invariants are missing");
    all
}

/// Each number from 1 on is used once.
pub fn numbered() {
    let mut numbers: Vec<usize> = listed(&tree::read("ARCHITECTURE.md")).iter().map(|i| i.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "ARCHITECTURE.md: the invariants' numbers");
}

/// Each invariant stands under a heading that names modules, and each of these exists.
pub fn under_a_module() {
    for Invariant { number, heading, .. } in listed(&tree::read("ARCHITECTURE.md")) {
        let names: Vec<&str> = heading.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "ARCHITECTURE.md: invariant {number} stands under \"{heading}\", which names no module");
        for name in names {
            assert!(exists(name), "ARCHITECTURE.md: invariant {number} stands under `{name}`, which does not exist");
        }
    }
}

/// Whether a heading's name is a module of `src`, a crate, a module of a crate (`stratus-atc::hear`), or a file.
fn exists(name: &str) -> bool {
    if name.contains('/') {
        return tree::exists(name);
    }
    let (first, rest) = name.split_once("::").map_or((name, String::new()), |(first, rest)| (first, rest.replace("::", "/")));
    let module =
        |folder: &str, path: &str| tree::exists(&format!("{folder}/{path}.rs")) || tree::exists(&format!("{folder}/{path}/mod.rs"));
    let of_a_crate = format!("crates/{first}");
    match (tree::crates().contains(&of_a_crate), rest.is_empty()) {
        (true, true) => true,
        (true, false) => module(&format!("{of_a_crate}/src"), &rest),
        (false, true) => module("src", first),
        (false, false) => module("src", &format!("{first}/{rest}")),
    }
}

/// Each invariant names a test, and each of these runs.
pub fn tested() {
    let (files, by_name) = (tree::rust_files(), rules::run_by_name());
    for Invariant { number, text, .. } in listed(&tree::read("ARCHITECTURE.md")) {
        let tests =
            text.split_once("Held by ").unwrap_or_else(|| panic!("ARCHITECTURE.md: invariant {number} has no \"Held by `test`\"")).1;
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "ARCHITECTURE.md: invariant {number} names no test");
        for name in names {
            if let Err(why) = rules::runs(&files, &by_name, name) {
                panic!("ARCHITECTURE.md: invariant {number}: {why}");
            }
        }
    }
}

pub fn self_check() {
    for (name, there) in [
        ("config", true),
        ("app::chatter", true),
        ("stratus-atc", true),
        ("stratus-atc::hear", true),
        ("tests/tidy.rs", true),
        ("stratus-atc::nothing", false),
        ("nothing", false),
        ("stratus-nothing", false),
    ] {
        assert_eq!(exists(name), there, "{name}");
    }
    let text = "## Invariants\n\nAbout them.\n\n### `config`\n\n- **2.** It is\n  kept. Held by `a`.\n- **1.** So is\n  this. Held by `b`\n  and `c`.\n\n\
        ### `app`\n\n- **3.** d. Held by `d`.\n- **4.** e. Held by `e`.\n- **5.** f. Held by `f`.\n\n## Next\n";
    let all = listed(text);
    assert_eq!(all.iter().map(|i| i.number).collect::<Vec<_>>(), [2, 1, 3, 4, 5]);
    assert_eq!((all[1].heading.as_str(), all[1].text.as_str()), ("`config`", "So is this. Held by `b` and `c`."));
    assert_eq!(all[2].heading, "`app`");
}
