//! The configuration's types and defaults. Key names contain the unit; every key is documented in `config/stratus.toml`.

mod address;
mod chatter;
mod page;
mod ptt;
mod sim;

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::chatter::Chatter;
pub use self::page::{PAGE_HERE, Page};
use self::ptt::is_joystick;
pub use self::ptt::{Listen, Ptt, key_words};
pub use self::sim::{AIRPORTS, SIM_LINKS, Sim};
use crate::models::voices;
use crate::problem::Problem;
use crate::units::Callsign;

/// All settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The pilot.
    pub pilot: Pilot,
    /// Push-to-talk.
    pub ptt: Ptt,
    /// Microphone and speaker.
    pub audio: Audio,
    /// Speech recognition and voices.
    pub speech: Speech,
    /// The language model.
    pub brain: Brain,
    /// The simulator.
    pub sim: Sim,
    /// The airports' data.
    pub airports: AirportData,
    /// What Stratus does in the cockpit.
    pub copilot: Copilot,
    /// The page for a browser.
    pub page: Page,
    /// Toasts.
    pub toast: ToastSettings,
    /// Newer releases.
    pub updates: Updates,
    /// The log file.
    pub log: Log,
}

/// `[pilot]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pilot {
    /// Overrides the simulator's callsign.
    #[serde(deserialize_with = "unless_empty")]
    pub callsign: Option<Callsign>,
    /// Overrides the simulator's ICAO aircraft type.
    #[serde(deserialize_with = "unless_empty")]
    pub aircraft_type: Option<String>,
    /// The pilot's SimBrief name: alias or number.
    #[serde(deserialize_with = "unless_empty")]
    pub simbrief: Option<String>,
    /// Server for SimBrief's plans; `None` for SimBrief itself.
    #[serde(deserialize_with = "unless_empty")]
    pub simbrief_url: Option<String>,
    /// How the controller treats the pilot.
    pub mode: PilotMode,
    /// Count right and wrong readbacks, and sum them up after the flight.
    pub training: bool,
}

/// How the controller treats the pilot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PilotMode {
    /// Speaks more slowly, and explains readback errors.
    Student,
    /// As on any real frequency.
    #[default]
    Standard,
    /// Requires the callsign in every readback.
    Strict,
}

impl PilotMode {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }
}

/// When the microphone is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepOpen {
    /// Always: no call is ever cut.
    Always,
    /// While a simulator reports, and for a minute after a call; otherwise it opens on key press.
    #[default]
    WithSim,
    /// On key press: words spoken while it opens are lost.
    OnPress,
}

/// The side of the headset or speaker on which the controller is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadsetEar {
    /// On both.
    #[default]
    Both,
    /// On the left.
    Left,
    /// On the right.
    Right,
}

/// `[audio]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audio {
    /// Microphone by name or id; `None` is the system's default.
    #[serde(deserialize_with = "unless_empty")]
    pub microphone: Option<String>,
    /// Speaker by name or id; `None` is the system's default.
    #[serde(deserialize_with = "unless_empty")]
    pub speaker: Option<String>,
    /// The microphone channel to use, from 1; 0: all channels with sound.
    pub input_channel: u8,
    /// When the microphone is open.
    pub keep_open: KeepOpen,
    /// Duration of the sound kept from before the press.
    pub pre_roll_ms: u32,
    /// Duration of the sound kept after the release.
    pub tail_ms: u32,
    /// Volume of the controller, 0 to 100.
    pub volume_percent: u8,
    /// Show the controller's words without sound.
    pub mute: bool,
    /// Radio effect instead of a clean voice.
    pub radio_effect: bool,
    /// Where the controller is heard.
    pub ear: HeadsetEar,
    /// Volume of the click on key press, 0 to 100; 0 for none.
    pub side_tone_percent: u8,
}

impl Default for Audio {
    fn default() -> Self {
        Self {
            microphone: None,
            speaker: None,
            input_channel: 0,
            keep_open: KeepOpen::WithSim,
            pre_roll_ms: 300,
            tail_ms: 200,
            volume_percent: 80,
            mute: false,
            radio_effect: true,
            ear: HeadsetEar::Both,
            side_tone_percent: 0,
        }
    }
}

/// `[speech]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Speech {
    /// Path of the speech model in whisper.cpp's format; `None`: no recognition.
    #[serde(deserialize_with = "unless_empty")]
    pub model: Option<PathBuf>,
    /// SHA-256 of the model file in hex; `None` for known models.
    #[serde(deserialize_with = "unless_empty")]
    pub model_sha256: Option<String>,
    /// Download server for speech models instead of the public hub: the URL of a folder with the same files.
    #[serde(deserialize_with = "unless_empty")]
    pub mirror: Option<String>,
    /// Recognition threads; 0 is half of the processor's cores.
    pub threads: u8,
    /// Load the model at start instead of at the first press.
    pub preload: bool,
    /// Recognise at pauses, while the key is still held.
    pub eager: bool,
    /// Unload the model after this long without a call; 0: never.
    pub idle_unload_minutes: u16,
    /// The controllers' voice: "auto", "en-US", "en-GB", the name of a neural voice, "own:" and the name of the pilot's own file,
    /// "pico", or "windows:" and a name, a language or "auto".
    pub voice: String,
    /// Seed for the pitch and pace of each controller; 0 gives all of them one voice.
    pub cast: u32,
    /// How much is heard of the other aircraft.
    pub chatter: Chatter,
    /// Speaking rate of the controller, percent of normal.
    pub rate_percent: u16,
}

impl Default for Speech {
    fn default() -> Self {
        Self {
            model: None,
            model_sha256: None,
            mirror: None,
            threads: 0,
            preload: false,
            eager: false,
            idle_unload_minutes: 30,
            voice: AUTO_VOICE.into(),
            cast: 1,
            chatter: Chatter::Off,
            rate_percent: 110,
        }
    }
}

/// When to use the language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BrainMode {
    /// Only when the rules do not understand.
    #[default]
    Auto,
    /// For every transcript.
    Llm,
    /// Never.
    Rules,
}

impl BrainMode {
    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Llm => "llm",
            Self::Rules => "rules",
        }
    }
}

/// Where the language model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// Ollama's choice: on the graphics card, as far as it fits.
    #[default]
    Auto,
    /// On the processor only, which leaves the graphics card to the simulator.
    Cpu,
}

/// The voice that fits the airport.
pub const AUTO_VOICE: &str = "auto";
/// Stratus's own voices, and the one that fits the airport.
pub const VOICES: [&str; 3] = [AUTO_VOICE, "en-US", "en-GB"];
/// Prefix of a Windows voice; its name, a part of it, or a language follows.
pub const WINDOWS_VOICE: &str = "windows:";
/// The Windows voices that fit the airport.
pub const AUTO_WINDOWS_VOICE: &str = "windows:auto";

/// Pico's small voices instead of neural ones, in the accent that fits the airport.
pub const PICO_VOICE: &str = "pico";
/// Prefix of the pilot's own neural voice; its file name in the voices folder follows, without ".onnx".
pub const OWN_VOICE: &str = "own:";

/// Whether this is a valid `speech.voice`. Only the system knows whether such a voice exists.
fn is_voice(text: &str) -> bool {
    let own = |name: &str| (1..=100).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control);
    let file = |name: &str| (1..=60).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    VOICES.contains(&text)
        || text == PICO_VOICE
        || voices::ALL.iter().any(|v| v.name == text)
        || text.strip_prefix(OWN_VOICE).is_some_and(file)
        || text.strip_prefix(WINDOWS_VOICE).is_some_and(own)
}

/// `[brain]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brain {
    /// When to use the language model.
    pub mode: BrainMode,
    /// Ollama's address, on this machine or another one in the network: a URL to which "/api/..." is appended.
    #[serde(deserialize_with = "ollama_address")]
    pub ollama_url: String,
    /// The model's name in Ollama.
    pub model: String,
    /// Where it runs.
    pub placement: Placement,
    /// How long the engine waits for the model before it answers alone.
    pub deadline_ms: u32,
}

impl Default for Brain {
    fn default() -> Self {
        Self {
            mode: BrainMode::Auto,
            ollama_url: "http://127.0.0.1:11434".into(),
            model: "llama3.2:3b".into(),
            placement: Placement::Auto,
            deadline_ms: 1500,
        }
    }
}

/// `[airports]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AirportData {
    /// Import the airports of the simulators on this machine in the background.
    pub import: bool,
    /// Server for OurAirports' tables instead of the public one: a folder with the same files.
    #[serde(deserialize_with = "unless_empty")]
    pub mirror: Option<String>,
}

impl Default for AirportData {
    fn default() -> Self {
        Self { import: true, mirror: None }
    }
}

/// `[copilot]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Copilot {
    /// Tune COM1 after the pilot has read back another frequency.
    pub tune: bool,
    /// Set an assigned transponder code, and ident on request.
    pub squawk: bool,
}

/// `[toast]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToastSettings {
    /// Show the controller's words.
    pub enabled: bool,
    /// Display time of a toast.
    pub seconds: u8,
}

impl Default for ToastSettings {
    fn default() -> Self {
        Self { enabled: true, seconds: 8 }
    }
}

/// `[updates]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Updates {
    /// Query the feed at each start.
    pub check: bool,
    /// The URL of the signed manifest; `None`: no update checks.
    #[serde(deserialize_with = "unless_empty")]
    pub feed: Option<String>,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// "error", "warn", "info", "debug".
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into() }
    }
}

/// An optional key: an empty text means unset, so that the shipped file can show a default.
fn unless_empty<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    match Option::<String>::deserialize(from)? {
        Some(text) if !text.trim().is_empty() => text.trim().parse().map(Some).map_err(serde::de::Error::custom),
        _ => Ok(None),
    }
}

/// An Ollama address, in normalised form.
fn ollama_address<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    address::ollama(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

impl Config {
    /// Checks what types cannot: ranges and names. The error says which key, why, and what is allowed.
    pub fn validate(&self) -> Result<(), Problem> {
        let bad = |key: &str, why: String, fix: &str| {
            Err(Problem::config(format!("the value of `{key}` in your settings is not valid"))
                .because(why)
                .fix(fix.to_owned())
                .brief("A value in your settings is not valid", "Your last valid settings stay active."))
        };
        if self.ptt.key.trim().is_empty() {
            return bad("ptt.key", "it is empty".into(), "name a key, such as \"ScrollLock\" or \"Ctrl+Shift+Space\"");
        }
        if let Some(wrong) = self.ptt.joystick.iter().find(|b| !is_joystick(b)) {
            return bad(
                "ptt.joystick",
                format!("{wrong:?} is not a joystick button"),
                "choose \"Push-to-talk\", \"Add joystick button\" in the tray's menu, or write [\"044f:b10a/button 3\"]",
            );
        }
        if !(50..=2000).contains(&self.ptt.min_hold_ms) {
            return bad("ptt.min_hold_ms", format!("{} is not between 50 and 2000", self.ptt.min_hold_ms), "250 is usual");
        }
        if !(2..=120).contains(&self.ptt.max_hold_s) {
            return bad("ptt.max_hold_s", format!("{} is not between 2 and 120", self.ptt.max_hold_s), "30 is usual");
        }
        if self.audio.pre_roll_ms > 1000 {
            return bad("audio.pre_roll_ms", format!("{} is above 1000", self.audio.pre_roll_ms), "300 is usual");
        }
        if self.audio.tail_ms > 1000 {
            return bad("audio.tail_ms", format!("{} is above 1000", self.audio.tail_ms), "200 is usual");
        }
        if self.audio.volume_percent > 100 {
            return bad("audio.volume_percent", format!("{} is above 100", self.audio.volume_percent), "0 to 100");
        }
        if self.audio.side_tone_percent > 100 {
            return bad("audio.side_tone_percent", format!("{} is above 100", self.audio.side_tone_percent), "0 to 100");
        }
        let paths = [("speech.model", &self.speech.model), ("sim.simconnect_dll", &self.sim.simconnect_dll)];
        let paths = paths.into_iter().filter_map(|(key, path)| Some((key, path.as_ref()?.to_string_lossy().into_owned())));
        for (key, path) in paths.chain([("sim.link", self.sim.link.clone())]) {
            if let Some(c) = path.chars().find(|c| c.is_control()) {
                let why = format!("{path:?} contains the control character {c:?}: in double quotes a backslash starts an escape sequence");
                return bad(key, why, "write a path in single quotes ('C:\\models\\base.bin'), or double each backslash");
            }
        }
        if !is_voice(&self.speech.voice) {
            return bad(
                "speech.voice",
                format!("{:?} is not a voice", self.speech.voice),
                "\"auto\", \"en-US\", \"en-GB\", \"pico\", a voice that `stratus voices` lists; on Windows also \"windows:auto\" or \"windows:Microsoft David\"",
            );
        }
        if !(50..=200).contains(&self.speech.rate_percent) {
            return bad("speech.rate_percent", format!("{} is not between 50 and 200", self.speech.rate_percent), "110 is usual");
        }
        if let Some(name) = &self.pilot.simbrief
            && (name.chars().count() > 60 || name.chars().any(char::is_control))
        {
            return bad(
                "pilot.simbrief",
                format!("{name:?} is not a SimBrief name"),
                "use your alias or your number from SimBrief's account settings",
            );
        }
        if let Some(url) = &self.pilot.simbrief_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return bad("pilot.simbrief_url", format!("{url:?} is not an address"), "\"https://...\", or \"\" for SimBrief itself");
        }
        if let Some(sum) = &self.speech.model_sha256
            && (sum.len() != 64 || !sum.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            return bad(
                "speech.model_sha256",
                "it is not 64 hexadecimal digits".into(),
                "leave it empty: Stratus sets it when you say yes to a model of your own",
            );
        }
        if let Some(m) = &self.speech.mirror
            && !(m.starts_with("http://") || m.starts_with("https://"))
        {
            return bad("speech.mirror", format!("{m:?} is not an address"), "\"https://...\", or \"\" for the public hub");
        }
        if let Some(m) = &self.airports.mirror
            && !(m.starts_with("http://") || m.starts_with("https://"))
        {
            return bad("airports.mirror", format!("{m:?} is not an address"), "\"https://...\", or \"\" for OurAirports' public site");
        }
        if let Some(f) = &self.updates.feed
            && !(f.starts_with("http://") || f.starts_with("https://"))
        {
            return bad("updates.feed", format!("{f:?} is not an address"), "\"https://.../stratus-release.txt\", or \"\" for none");
        }
        if let Err(e) = address::ollama(&self.brain.ollama_url) {
            return bad("brain.ollama_url", e.to_string(), "\"http://127.0.0.1:11434\" is Ollama's own");
        }
        if !(100..=20_000).contains(&self.brain.deadline_ms) {
            return bad("brain.deadline_ms", format!("{} is not between 100 and 20000", self.brain.deadline_ms), "1500 is usual");
        }
        if !SIM_LINKS.contains(&self.sim.link.as_str()) && !self.sim.link.starts_with("replay:") {
            return bad(
                "sim.link",
                format!("{:?} is not a simulator", self.sim.link),
                "\"auto\", \"msfs\", \"xplane\", \"flightgear\", \"none\" or \"replay:FILE\"",
            );
        }
        if let Some((why, fix)) = self.page.wrong_address() {
            return bad("page.listen", why, fix);
        }
        if let Some((why, fix)) = self.sim.wrong_host() {
            return bad("sim.host", why, &fix);
        }
        if let Some(dll) = &self.sim.simconnect_dll
            && !dll.extension().is_some_and(|e| e.eq_ignore_ascii_case("dll"))
        {
            return bad(
                "sim.simconnect_dll",
                format!("{} is not a .dll file", dll.display()),
                "the path of Microsoft's SimConnect.dll, or \"\" for none",
            );
        }
        if !["error", "warn", "info", "debug"].contains(&self.log.level.as_str()) {
            return bad("log.level", format!("{:?} is not a level", self.log.level), "\"error\", \"warn\", \"info\" or \"debug\"");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_bad_values_name_their_key() {
        Config::default().validate().unwrap();
        let mut c = Config::default();
        c.audio.volume_percent = 101;
        assert!(c.validate().unwrap_err().what.contains("audio.volume_percent"));
        let mut c = Config::default();
        c.ptt.key = " ".into();
        assert!(c.validate().unwrap_err().what.contains("ptt.key"));
        for (voice, fits) in [
            ("auto", true),
            ("pico", true),
            ("heart", true),
            ("emma", true),
            ("own:my_voice-2", true),
            ("own:", false),
            ("own:../x", false),
            ("Emma the second", false),
            ("windows:auto", true),
            ("windows:Microsoft Hazel", true),
            ("windows:", false),
            ("windows: ", false),
            ("windows:a\nb", false),
            ("Microsoft Hazel", false),
        ] {
            let mut c = Config::default();
            c.speech.voice = voice.into();
            assert_eq!(c.validate().is_ok(), fits, "{voice:?}");
        }
        for (host, fits) in [
            ("", true),
            (" ", true),
            ("desk", true),
            ("http://desk/", true),
            ("[fd00::5]", true),
            // The default port.
            ("desk:49000", true),
            ("desk:5500", true),
            ("desk:1234", false),
            ("my desk", false),
            ("desk/api", false),
        ] {
            let mut c = Config::default();
            c.sim.host = host.into();
            assert_eq!(c.validate().is_ok(), fits, "{host:?}");
        }
        for (text, fits) in [
            ("044f:b10a/button 3", true),
            ("044f:b10a/hat 5-", true),
            ("044F:b10a/button 3", false),
            ("044f:b10a/button 300", false),
            ("044f:b10a/hat 5", false),
            ("button 3", false),
            ("", false),
        ] {
            let mut c = Config::default();
            c.ptt.joystick = vec![text.into()];
            assert_eq!(c.validate().is_ok(), fits, "{text:?}");
        }
    }
}
