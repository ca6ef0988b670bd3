//! The speech models that Stratus knows: whisper.cpp's published files, with their sums, what they cost and what they are
//! good for. Sums and sizes are those of the published files (their Git LFS pointers).

/// Where the files are published; `speech.mirror` names another place with the same file names.
pub const HUB: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

/// A published model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// "base.en".
    pub name: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: &'static str,
    /// When to choose it.
    pub advice: &'static str,
}

/// The model that suits most pilots.
pub const RECOMMENDED: &str = "base.en";

/// The models on offer, the smallest of each kind first.
#[rustfmt::skip]
pub const ALL: &[Model] = &[
    Model { name: "tiny.en-q5_1", file: "ggml-tiny.en-q5_1.bin", bytes: 32_166_155,
        sha256: "c77c5766f1cef09b6b7d47f21b546cbddd4157886b3b5d6d4f709e91e66c7c2b", advice: "smallest and quickest; for an old processor" },
    Model { name: "tiny.en", file: "ggml-tiny.en.bin", bytes: 77_704_715,
        sha256: "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f", advice: "quick; mishears more" },
    Model { name: "base.en-q5_1", file: "ggml-base.en-q5_1.bin", bytes: 59_721_011,
        sha256: "4baf70dd0d7c4247ba2b81fafd9c01005ac77c2f9ef064e00dcf195d0e2fdd2f", advice: "as base.en, with less memory" },
    Model { name: "base.en", file: "ggml-base.en.bin", bytes: 147_964_211,
        sha256: "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002", advice: "for most pilots" },
    Model { name: "small.en-q5_1", file: "ggml-small.en-q5_1.bin", bytes: 190_098_681,
        sha256: "bfdff4894dcb76bbf647d56263ea2a96645423f1669176f4844a1bf8e478ad30", advice: "as small.en, with less memory" },
    Model { name: "small.en", file: "ggml-small.en.bin", bytes: 487_614_201,
        sha256: "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d", advice: "hears accents better; wants a fast processor" },
    Model { name: "medium.en", file: "ggml-medium.en.bin", bytes: 1_533_774_781,
        sha256: "cc37e93478338ec7700281a7ac30a10128929eb8f427dda2e865faa8f6da4356", advice: "only with a build for the graphics card" },
    Model { name: "tiny", file: "ggml-tiny.bin", bytes: 77_691_713,
        sha256: "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21", advice: "other languages; quick" },
    Model { name: "base", file: "ggml-base.bin", bytes: 147_951_465,
        sha256: "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe", advice: "other languages" },
    Model { name: "small", file: "ggml-small.bin", bytes: 487_601_967,
        sha256: "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b", advice: "other languages; wants a fast processor" },
    Model { name: "large-v3-turbo-q5_0", file: "ggml-large-v3-turbo-q5_0.bin", bytes: 574_041_195,
        sha256: "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2", advice: "the best ears; only with a build for the graphics card" },
    Model { name: "large-v3-turbo", file: "ggml-large-v3-turbo.bin", bytes: 1_624_555_275,
        sha256: "1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69", advice: "the best ears, unquantised" },
];

/// The model of a name, or of its file's name.
pub fn find(name: &str) -> Option<&'static Model> {
    ALL.iter().find(|m| m.name.eq_ignore_ascii_case(name) || m.file.eq_ignore_ascii_case(name))
}

impl Model {
    /// Where it is to be had.
    pub fn url(&self, mirror: Option<&str>) -> String {
        format!("{}/{}", mirror.unwrap_or(HUB).trim_end_matches('/'), self.file)
    }

    /// "148 MB".
    pub fn size(&self) -> String {
        format!("{} MB", self.bytes.div_ceil(1_000_000))
    }

    /// What it takes in memory, roughly: the weights, and about as much to work in for a small one.
    pub fn memory(&self) -> String {
        format!("about {} MB", (self.bytes / 1_000_000 + 120).div_ceil(10) * 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_in_order() {
        assert!(find(RECOMMENDED).is_some() && find("GGML-BASE.EN.BIN") == find("base.en") && find("best").is_none());
        for m in ALL {
            assert!(m.sha256.len() == 64 && m.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", m.name);
            assert_eq!(m.file, format!("ggml-{}.bin", m.name));
            assert_eq!(ALL.iter().filter(|o| o.sha256 == m.sha256 || o.name == m.name).count(), 1, "{}", m.name);
        }
        assert_eq!(find("base.en").unwrap().url(Some("http://127.0.0.1:9/m/")), "http://127.0.0.1:9/m/ggml-base.en.bin");
        assert_eq!(find("base.en").unwrap().size(), "148 MB");
    }
}
