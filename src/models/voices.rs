//! The neural voices that Stratus knows: hibari's published files (Apache-2.0), with checksums. One is part of the package.

use super::Offer;

/// Where the files are published; `speech.mirror` overrides it with a server that has the same file names.
pub const HUB: &str = "https://huggingface.co/maureesewilliams/hibari/resolve/main/voices";

/// The voice that is part of the package.
pub const SHIPPED: &str = "heart";

/// A published voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownVoice {
    /// "emma".
    pub name: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: &'static str,
    /// "en-US" or "en-GB".
    pub accent: &'static str,
    /// "British woman".
    pub who: &'static str,
}

/// All published voices, the shipped one first.
#[rustfmt::skip]
pub const ALL: &[KnownVoice] = &[
    KnownVoice { name: SHIPPED, file: "heart.onnx", bytes: 7_936_868, accent: "en-US", who: "American woman",
        sha256: "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8" },
    KnownVoice { name: "fenrir", file: "am_fenrir_v2.int8.onnx", bytes: 8_031_158, accent: "en-US", who: "American man",
        sha256: "f59fbd87908c91f827bc21b1b89443757b9a8580db9eee20aa948deb731321f4" },
    KnownVoice { name: "emma", file: "bf_emma.int8.onnx", bytes: 7_936_868, accent: "en-GB", who: "British woman",
        sha256: "f709f0488ee63b583a22189a955aaf4257b9806dd330be3490661e53af0a89c1" },
    KnownVoice { name: "fable", file: "bm_fable.int8.onnx", bytes: 7_936_868, accent: "en-GB", who: "British man",
        sha256: "c28529302f2d27cd12f62625c24425888c4e3c2675583100ec530259136b8bc6" },
    KnownVoice { name: "kore", file: "af_kore.int8.onnx", bytes: 7_936_868, accent: "en-US", who: "American woman",
        sha256: "346885752673e45d42f9864c9e2432094bc4b6385df060d4b83273da764d2fa9" },
];

/// Finds a voice by name or file name.
pub fn find(name: &str) -> Option<&'static KnownVoice> {
    ALL.iter().find(|v| v.name.eq_ignore_ascii_case(name) || v.file.eq_ignore_ascii_case(name))
}

impl KnownVoice {
    /// The download, from the hub or a mirror.
    pub fn offer(&self, mirror: Option<&str>) -> Offer {
        Offer {
            name: self.name.into(),
            file: self.file.into(),
            bytes: self.bytes,
            sha256: self.sha256.into(),
            advice: self.who.into(),
            url: format!("{}/{}", mirror.unwrap_or(HUB).trim_end_matches('/'), self.file),
            own: false,
        }
    }

    /// "British woman (Emma)": what a pilot chooses by comes first, because a name such as "Heart" says nothing about the voice.
    pub fn title(&self) -> String {
        let mut name = self.name.to_owned();
        name[..1].make_ascii_uppercase();
        format!("{} ({name})", self.who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_in_order() {
        assert!(find(SHIPPED).is_some() && find("EMMA") == find("bf_emma.int8.onnx") && find("max").is_none());
        for v in ALL {
            assert!(v.sha256.len() == 64 && v.sha256.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()), "{}", v.name);
            assert!(ALL.iter().filter(|o| o.sha256 == v.sha256 || o.name == v.name || o.file == v.file).count() == 1, "{}", v.name);
            assert!(["en-US", "en-GB"].contains(&v.accent) && v.file.ends_with(".onnx"), "{}", v.name);
        }
        let emma = find("emma").unwrap();
        assert_eq!(emma.title(), "British woman (Emma)");
        assert_eq!(emma.offer(Some("http://127.0.0.1:9/m/")).url, "http://127.0.0.1:9/m/bf_emma.int8.onnx");
        assert!(emma.offer(None).url.starts_with(HUB));
    }
}
