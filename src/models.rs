//! The speech models that Stratus knows: whisper.cpp's published files, with checksums, costs and advice. Checksums and sizes are
//! those of the published files (their Git LFS pointers). Also reads a mirror's list of private models.

pub mod brains;
mod smaller;
pub mod voices;

use serde::{Deserialize, Serialize};

pub use self::smaller::{ACCEPTED_MS, TIMEOUT, faster, smaller, smaller_than};

/// Where the files are published; `speech.mirror` overrides it with a server that has the same file names.
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

/// The file of the demo's model, which comes with the program.
pub const DEMO_FILE: &str = "stratus-demo-en-q5_0.bin";

/// Whether the model in this file has the name of a known one, or was accepted by the pilot, who has then set its checksum: it may be
/// usable. The file is not read.
pub fn is_vouched(file: Option<&std::path::Path>, sum: Option<&str>) -> bool {
    let name = file.and_then(std::path::Path::file_name).map(|f| f.to_string_lossy().into_owned());
    name.is_some_and(|name| sum.is_some() || name.eq_ignore_ascii_case(DEMO_FILE) || find(&name).is_some())
}

/// A model suggested to newcomers, with a title and a short description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// The model's name: "base.en".
    pub name: &'static str,
    /// "Base".
    pub title: &'static str,
    /// "recommended".
    pub advice: &'static str,
}

/// The models that the menu suggests, the recommended one first.
pub const SUGGESTED: [Suggestion; 3] = [
    Suggestion { name: RECOMMENDED, title: "Base", advice: "recommended" },
    Suggestion { name: "small.en", title: "Small", advice: "more accurate, slower" },
    Suggestion { name: "tiny.en", title: "Tiny", advice: "for slow computers" },
];

/// The suggestion for a model, if it is one of the few.
pub fn suggestion(name: &str) -> Option<&'static Suggestion> {
    SUGGESTED.iter().find(|s| s.name == name)
}

/// Display name of a model, from its name or its file's: "Base" for a suggested one, otherwise its name, otherwise the text itself.
pub fn plain_name(model: &str) -> String {
    find(model).map_or(model, |m| suggestion(m.name).map_or(m.name, |s| s.title)).to_owned()
}

/// The model offered to a newcomer: the recommended one, otherwise the fastest suggested one that is available.
pub fn first_choice(absent: &[String]) -> Option<&'static Model> {
    let few = [RECOMMENDED, "tiny.en", "small.en"].into_iter().filter_map(find);
    few.into_iter().find(|m| !absent.iter().any(|a| a == m.name))
}

/// The published models, the smallest of each kind first.
#[rustfmt::skip]
pub const ALL: &[Model] = &[
    Model { name: "tiny.en-q5_1", file: "ggml-tiny.en-q5_1.bin", bytes: 32_166_155,
        sha256: "c77c5766f1cef09b6b7d47f21b546cbddd4157886b3b5d6d4f709e91e66c7c2b", advice: "Tiny, compressed: for an old processor" },
    Model { name: "tiny.en", file: "ggml-tiny.en.bin", bytes: 77_704_715,
        sha256: "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f", advice: "fast; mishears more" },
    Model { name: "base.en-q5_1", file: "ggml-base.en-q5_1.bin", bytes: 59_721_011,
        sha256: "4baf70dd0d7c4247ba2b81fafd9c01005ac77c2f9ef064e00dcf195d0e2fdd2f", advice: "Base, compressed: less memory" },
    Model { name: "base.en", file: "ggml-base.en.bin", bytes: 147_964_211,
        sha256: "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002", advice: "for most pilots" },
    Model { name: "small.en-q5_1", file: "ggml-small.en-q5_1.bin", bytes: 190_098_681,
        sha256: "bfdff4894dcb76bbf647d56263ea2a96645423f1669176f4844a1bf8e478ad30", advice: "Small, compressed: less memory" },
    Model { name: "small.en", file: "ggml-small.en.bin", bytes: 487_614_201,
        sha256: "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d", advice: "understands accents better; needs a fast processor" },
    Model { name: "medium.en", file: "ggml-medium.en.bin", bytes: 1_533_774_781,
        sha256: "cc37e93478338ec7700281a7ac30a10128929eb8f427dda2e865faa8f6da4356", advice: "very accurate; needs the GPU build" },
    Model { name: "tiny", file: "ggml-tiny.bin", bytes: 77_691_713,
        sha256: "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21", advice: "other languages; fast" },
    Model { name: "base", file: "ggml-base.bin", bytes: 147_951_465,
        sha256: "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe", advice: "other languages" },
    Model { name: "small", file: "ggml-small.bin", bytes: 487_601_967,
        sha256: "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b", advice: "other languages; needs a fast processor" },
    Model { name: "medium", file: "ggml-medium.bin", bytes: 1_533_763_059,
        sha256: "6c14d5adee5f86394037b4e4e8b59f1673b6cee10e3cf0b11bbdbee79c156208", advice: "other languages; needs the GPU build" },
    Model { name: "large-v3-turbo-q5_0", file: "ggml-large-v3-turbo-q5_0.bin", bytes: 574_041_195,
        sha256: "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2", advice: "most accurate, compressed; needs the GPU build" },
    Model { name: "large-v3-turbo", file: "ggml-large-v3-turbo.bin", bytes: 1_624_555_275,
        sha256: "1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69", advice: "most accurate; needs the GPU build" },
];

/// Finds a model by name or file name.
pub fn find(name: &str) -> Option<&'static Model> {
    ALL.iter().find(|m| m.name.eq_ignore_ascii_case(name) || m.file.eq_ignore_ascii_case(name))
}

impl Model {
    /// Its download URL.
    pub fn url(&self, mirror: Option<&str>) -> String {
        format!("{}/{}", mirror.unwrap_or(HUB).trim_end_matches('/'), self.file)
    }

    /// "148 MB".
    pub fn size(&self) -> String {
        format!("{} MB", self.bytes.div_ceil(1_000_000))
    }
}

/// An available model: a published one, or a mirror's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// "base.en".
    pub name: String,
    /// The file's name.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// When to choose it.
    pub advice: String,
    /// Its download URL.
    pub url: String,
    /// Only the mirror vouches for it: the checksum comes from the mirror.
    pub own: bool,
}

impl Offer {
    /// A published model, from the public hub or a mirror.
    pub fn published(m: &Model, mirror: Option<&str>) -> Self {
        Self {
            name: m.name.into(),
            file: m.file.into(),
            bytes: m.bytes,
            sha256: m.sha256.into(),
            advice: m.advice.into(),
            url: m.url(mirror),
            own: false,
        }
    }

    /// "148 MB".
    pub fn size(&self) -> String {
        format!("{} MB", self.bytes.div_ceil(1_000_000))
    }

    /// Approximate memory use: the weights, and for a small model about as much again as working memory.
    pub fn memory(&self) -> String {
        format!("about {} MB", (self.bytes / 1_000_000 + 120).div_ceil(10) * 10)
    }

    /// "club.en – 150 MB, hears our members better (from your mirror)".
    pub fn line(&self) -> String {
        format!("{} \u{2013} {}, {}{}", self.name, self.size(), self.advice, if self.own { " (from your mirror)" } else { "" })
    }
}

/// The file in which a mirror lists its own models.
pub const INDEX: &str = "stratus-models.toml";
/// Maximum number of models in a list.
const MOST: usize = 32;
/// The largest published model is 3.1 GB.
const LARGEST: u64 = 4 << 30;

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    model: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    file: String,
    bytes: u64,
    sha256: String,
    #[serde(default)]
    advice: String,
}

/// Parses a mirror's list of private models: tables `[[model]]` with name, file, bytes, sha256 and advice. A published model is
/// skipped if it is identical and rejected otherwise, because its name is reserved. Another file under a published file name is stored
/// under its own name.
pub fn own(text: &str, mirror: &str) -> Result<Vec<Offer>, String> {
    let index: Index = toml::from_str(text).map_err(|e| e.message().to_owned())?;
    if index.model.len() > MOST {
        return Err(format!("it lists {} models; {MOST} are enough", index.model.len()));
    }
    let plain = |word: &str, most: usize| {
        (1..=most).contains(&word.len()) && !word.starts_with('.') && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let mut offers: Vec<Offer> = Vec::new();
    for e in index.model {
        if !plain(&e.name, 40) || !plain(&e.file, 80) {
            return Err(format!("{:?} in {:?}: names are letters, digits, \".\", \"-\" and \"_\"", e.name, e.file));
        }
        if e.sha256.len() != 64 || !e.sha256.bytes().all(|b| b.is_ascii_hexdigit()) || !(64..=LARGEST).contains(&e.bytes) {
            return Err(format!("{}: its size or its SHA-256 cannot be", e.name));
        }
        let published = find(&e.name).or_else(|| find(&e.file));
        if published.is_some_and(|m| m.sha256.eq_ignore_ascii_case(&e.sha256) && m.name == e.name) {
            continue;
        }
        if let Some(m) = find(&e.name) {
            return Err(format!("{} is the name of a published model, but the file {} is another one", m.name, e.file));
        }
        let url = format!("{}/{}", mirror.trim_end_matches('/'), e.file);
        let stored = if find(&e.file).is_some() { format!("{}.bin", e.name) } else { e.file.clone() };
        if let Some(m) = find(&stored) {
            return Err(format!("{} has the file name of the published {}", e.name, m.name));
        }
        let e = Entry { file: stored, ..e };
        if offers.iter().any(|o| o.name.eq_ignore_ascii_case(&e.name) || o.file.eq_ignore_ascii_case(&e.file)) {
            return Err(format!("{} is listed twice", e.name));
        }
        let advice: String = e.advice.chars().filter(|c| !c.is_control()).take(80).collect();
        offers.push(Offer { name: e.name, file: e.file, bytes: e.bytes, sha256: e.sha256.to_ascii_lowercase(), advice, url, own: true });
    }
    Ok(offers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catalogue_is_in_order() {
        assert!(find(RECOMMENDED).is_some() && find("GGML-BASE.EN.BIN") == find("base.en") && find("best").is_none());
        for m in ALL {
            assert!(m.sha256.len() == 64 && m.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", m.name);
            assert_eq!(m.file, format!("ggml-{}.bin", m.name));
            assert_eq!(ALL.iter().filter(|o| o.sha256 == m.sha256 || o.name == m.name).count(), 1, "{}", m.name);
        }
        assert_eq!(find("base.en").unwrap().url(Some("http://127.0.0.1:9/m/")), "http://127.0.0.1:9/m/ggml-base.en.bin");
        assert_eq!(find("base.en").unwrap().size(), "148 MB");
    }
    #[test]
    fn mirror_models_are_read_and_never_pass_for_published() {
        let sum = "0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789";
        let entry = |name: &str, file: &str, bytes: u64, sum: &str| {
            format!("[[model]]\nname = {name:?}\nfile = {file:?}\nbytes = {bytes}\nsha256 = {sum:?}\nadvice = \"ours\\u0007\"\n")
        };
        let good = entry("club.en", "club.en.bin", 5_000_000, sum);
        let all = own(&good, "http://m/").unwrap();
        assert_eq!((all.len(), all[0].url.as_str(), all[0].advice.as_str()), (1, "http://m/club.en.bin", "ours"));
        assert_eq!(all[0].line(), "club.en \u{2013} 5 MB, ours (from your mirror)");
        assert!(all[0].own && all[0].sha256 == sum.to_lowercase());
        let base = find("base.en").unwrap();
        assert_eq!(own(&entry("base.en", "ggml-base.en.bin", base.bytes, base.sha256), "http://m"), Ok(Vec::new()));
        for (why, text) in [
            ("a published name", entry("base.en", "mine.bin", 5_000_000, sum)),
            ("a published file under its name", entry("ggml-base.en", "ggml-base.en.bin", 5_000_000, sum)),
            ("a path", entry("mine", "../../mine.bin", 5_000_000, sum)),
            ("a hidden file", entry("mine", ".bashrc", 5_000_000, sum)),
            ("no name", entry("", "mine.bin", 5_000_000, sum)),
            ("too small", entry("mine", "mine.bin", 5, sum)),
            ("too large", entry("mine", "mine.bin", 1 << 40, sum)),
            ("no sum", entry("mine", "mine.bin", 5_000_000, "abc")),
            ("twice", good.repeat(2)),
            ("too many", (0..40).map(|n| entry(&format!("m{n}"), &format!("m{n}.bin"), 5_000_000, sum)).collect()),
            ("a page", "<html>".into()),
            ("a key is missing", "[[model]]\nname = \"x\"\n".into()),
        ] {
            assert!(own(&text, "http://m").is_err(), "{why}");
        }
        assert_eq!(own("", "http://m"), Ok(Vec::new()));
        // Another name makes it unambiguous, so it is stored under that name.
        let club = own(&entry("base.club", "ggml-base.bin", 5_000_000, sum), "http://m").unwrap();
        assert_eq!((club[0].file.as_str(), club[0].url.as_str()), ("base.club.bin", "http://m/ggml-base.bin"));
    }
}
