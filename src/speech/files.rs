//! Finds the files of the voices and the demo: in the installation, beside the program, or in the checkout.

use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// The folder with the voices' files.
pub fn voices() -> Result<PathBuf, Problem> {
    find("voices/pico", "voices/pico/en-US_ta.bin").ok_or_else(|| missing("the voices"))
}

/// A file of the neural voices that is part of the package: a voice, or the words. `None` if the package does not have it.
pub fn of_voices(name: &str) -> Option<PathBuf> {
    let relative = format!("voices/{name}");
    find(&relative, &relative)
}

/// A file of the sentence model. `None` if the package does not have it.
pub fn of_sentences(name: &str) -> Option<PathBuf> {
    let relative = format!("sentences/{name}");
    find(&relative, &relative)
}

/// A file of the demo, by its name below the demo's folder.
pub fn demo(name: &str) -> Result<PathBuf, Problem> {
    let relative = format!("demo/{name}");
    find(&relative, &relative).ok_or_else(|| missing(&format!("the demo's {name}")))
}

fn missing(what: &str) -> Problem {
    Problem::new(format!("{what} cannot be found"))
        .because("they are neither next to the program nor in share/stratus")
        .fix("reinstall Stratus, or keep the program in its folder")
}

/// Searches beside the program, in `share/stratus` of its prefix, and in the `assets` of a checkout above it.
fn find(relative: &str, witness: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    // Follow a link to the program. Windows has no such link, and the C libraries cannot read the canonical form of a path there.
    let program = if cfg!(windows) { program } else { program.canonicalize().unwrap_or(program) };
    let folder = program.parent()?;
    let mut places = vec![folder.to_path_buf()];
    if let Some(prefix) = folder.parent() {
        places.push(prefix.join("share/stratus"));
    }
    // A build in a checkout is in target/PROFILE (tests one folder deeper), so its assets are a few folders up.
    places.extend(folder.ancestors().take(5).map(|a| a.join("assets")));
    places.into_iter().find(|p: &PathBuf| Path::new(&p.join(witness)).is_file()).map(|p| p.join(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkout_finds_its_assets_and_nothing_else() {
        assert!(demo("stratus-demo-en-q5_0.bin").unwrap().is_file());
        assert!(voices().unwrap().join("en-GB_kh0_sg.bin").is_file());
        assert!(of_voices("heart.onnx").unwrap().is_file() && of_voices("english.bin").unwrap().is_file());
        assert!(demo("../../Cargo.toml.nothing").is_err() && of_voices("nobody.onnx").is_none());
    }
}
