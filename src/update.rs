//! The manifest of a release: whether the maintainer signed it, whether it is newer, and which file is for this system.
//!
//! First line: `stratus-release-1 SIGNATURE` (Ed25519, base64). The rest is JSON. The signature covers the words
//! "stratus-release-1", a line feed, and the rest. `scripts/sign-release.sh` creates it.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// The first word of a manifest. The signature covers it too, so that nothing else can be signed by accident.
const MARK: &str = "stratus-release-1";
/// The maintainer's public key, as printed by `scripts/sign-release.sh new-key`; only comments if there is none yet.
const KEY: &str = include_str!("../installer/release-key.pub");
/// Maximum number of files in a release.
const MOST_FILES: usize = 16;
/// Maximum size of an installer.
const LARGEST: u64 = 1 << 30;

/// The public half of a key that signs releases.
pub type PublicKey = [u8; 32];

/// The key that this program trusts; `None` in a build without one, which cannot check for updates.
pub fn release_key() -> Option<PublicKey> {
    let line = KEY.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'))?;
    BASE64_STANDARD.decode(line).ok()?.try_into().ok()
}

/// "1.2.3".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version([u32; 3]);

impl Version {
    /// The version of this program.
    pub fn own() -> Self {
        env!("CARGO_PKG_VERSION").parse().unwrap_or(Self([0; 3]))
    }
}

impl FromStr for Version {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is not a version");
        let mut parts = text.split('.').map(|p| {
            let plain = !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()) && (p.len() == 1 || !p.starts_with('0'));
            p.parse().ok().filter(|_| plain).ok_or_else(bad)
        });
        let mut next = || parts.next().unwrap_or_else(|| Err(bad()));
        let version = Self([next()?, next()?, next()?]);
        if parts.next().is_some() { Err(bad()) } else { Ok(version) }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "{a}.{b}.{c}")
    }
}

impl TryFrom<String> for Version {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(v: Version) -> Self {
        v.to_string()
    }
}

#[derive(Deserialize)]
struct Manifest {
    version: Version,
    #[serde(default)]
    notes: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    system: String,
    file: String,
    bytes: u64,
    sha256: String,
}

/// A newer release for this system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its version.
    pub version: Version,
    /// The maintainer's notes, one line.
    pub notes: String,
    /// The file name; the file is beside the manifest.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

/// What a manifest means for the running program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This program is the newest.
    Newest,
    /// The feed offers an older release, which is never installed.
    Older(Version),
    /// There is a newer release.
    Newer(Offered),
}

/// Parses a manifest; nothing in it counts before its signature is verified.
pub fn read(text: &str, key: &PublicKey, own: Version, system: &str) -> Result<Found, Problem> {
    let bad = |why: String| {
        Problem::new("cannot use the release feed")
            .because(why)
            .fix("nothing was changed; try again later, or look at the project's page (updates.feed in your settings)")
    };
    let (head, body) = text.split_once('\n').ok_or_else(|| bad("it is not a release manifest".into()))?;
    let signature = head
        .trim_end()
        .strip_prefix(MARK)
        .and_then(|s| s.strip_prefix(' '))
        .and_then(|s| BASE64_STANDARD.decode(s).ok())
        .ok_or_else(|| bad("it is not a release manifest".into()))?;
    let signed = format!("{MARK}\n{body}");
    ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| bad("it is not signed by the maintainer".into()))?;
    let manifest: Manifest = serde_json::from_str(body).map_err(|e| bad(e.to_string()))?;
    if manifest.version == own {
        return Ok(Found::Newest);
    }
    if manifest.version < own {
        return Ok(Found::Older(manifest.version));
    }
    if manifest.files.len() > MOST_FILES {
        return Err(bad(format!("{} files are no release", manifest.files.len())));
    }
    let version = manifest.version;
    let Some(f) = manifest.files.into_iter().find(|f| f.system == system) else {
        return Err(Problem::new(format!("Stratus {version} is available, but not for this system"))
            .because(format!("it has no file for {system}"))
            .fix("build it from source, or wait for the next one"));
    };
    let plain = !f.file.starts_with(['.', '-']) && f.file.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if f.file.is_empty() || f.file.len() > 100 || !plain {
        return Err(bad(format!("{:?} is not a valid file name", f.file)));
    }
    if f.bytes == 0 || f.bytes > LARGEST || f.sha256.len() != 64 || !f.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(bad(format!("{}: its size or its SHA-256 cannot be", f.file)));
    }
    let notes = manifest.notes.chars().filter(|c| !c.is_control()).take(300).collect();
    Ok(Found::Newer(Offered { version, notes, file: f.file, bytes: f.bytes, sha256: f.sha256.to_ascii_lowercase() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers_in_order() {
        let v = |t: &str| t.parse::<Version>().unwrap();
        assert!(v("0.10.0") > v("0.9.9") && v("1.0.0") > v("0.99.99") && v("0.1.0") == v("0.1.0"));
        assert!(Version::own() > v("0.0.0"), "{}", Version::own());
        for bad in ["", "1", "1.2", "1.2.3.4", "1.2.-3", "1.2.+3", "v1.2.3", "1.2.3-rc1", "01.2.3", "1..3", "1.2.99999999999"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
