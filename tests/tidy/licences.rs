//! The licences of everything that is linked into Stratus, and of its build and test dependencies.

use super::{spdx, tree};

/// Licences that a program under any licence may include without adopting their terms.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages without a licence in their manifest, and where it was found instead: the first line of the file proves it.
const BY_FILE: &[(&str, &str, &str)] = &[("ollama-rs", "LICENSE.md", "MIT License")];

pub fn check() {
    let metadata = tree::metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let allowed = |licence: &str| ALLOWED.contains(&licence);
    let mut wrong = Vec::new();
    for package in packages {
        let (name, version) = (package["name"].as_str().unwrap_or("?"), package["version"].as_str().unwrap_or("?"));
        let verdict = match package["license"].as_str() {
            Some(licence) => match spdx::fits(licence, &allowed) {
                Ok(true) => continue,
                Ok(false) => format!("{licence} is not on the list"),
                Err(e) => e,
            },
            None => match by_file(name, package["manifest_path"].as_str().unwrap_or("")) {
                Ok(()) => continue,
                Err(e) => e,
            },
        };
        wrong.push(format!("{name} {version}: {verdict}"));
    }
    assert!(wrong.is_empty(), "licences:\n{}", wrong.join("\n"));
}

fn by_file(name: &str, manifest: &str) -> Result<(), String> {
    let (_, file, first) = BY_FILE.iter().find(|(n, _, _)| *n == name).ok_or("no licence in its manifest")?;
    let path = std::path::Path::new(manifest).with_file_name(file);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    if text.trim_start().starts_with(first) { Ok(()) } else { Err(format!("its {file} no longer begins with {first:?}")) }
}

pub fn self_check() {
    let allowed = |licence: &str| ALLOWED.contains(&licence);
    for fits in ["MIT", "MIT/GPL-3.0", "GPL-3.0 OR MIT", "(MIT OR GPL-2.0-only) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception"] {
        assert_eq!(spdx::fits(fits, &allowed), Ok(true), "{fits}");
    }
    for not in ["GPL-3.0", "MIT AND GPL-3.0", "MIT AND (GPL-3.0 OR LGPL-2.1)", "GPL-2.0 WITH Classpath-exception-2.0", "AGPL-3.0-only"] {
        assert_eq!(spdx::fits(not, &allowed), Ok(false), "{not}");
    }
    // OR binds last: `A AND B OR C` is `(A AND B) OR C`.
    assert_eq!(spdx::fits("GPL-3.0 AND MIT OR ISC", &allowed), Ok(true));
    for broken in ["", "MIT OR", "MIT GPL", "(MIT", "OR MIT", "MIT WITH"] {
        assert!(spdx::fits(broken, &allowed).is_err(), "{broken}");
    }
}
