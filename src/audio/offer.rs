//! Which of the system's sound devices are offered: those that a person would call a microphone or a speaker.
//!
//! A device that is not offered still works where the configuration names it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::devices::{Listed, Way};

/// Names that alsa-lib and its plugins define for converters, mixers, files and single channels of a card. They work
/// on the sound of other devices, or on none. A pilot's own definition has another name.
const PLUMBING: [&str; 33] = [
    "a52",
    "arcam_av",
    "asym",
    "cards",
    "center_lfe",
    "dca",
    "dmix",
    "dshare",
    "dsnoop",
    "file",
    "front",
    "hw",
    "iec958",
    "lavc",
    "lavrate",
    "modem",
    "multi",
    "null",
    "oss",
    "phoneline",
    "plug",
    "plughw",
    "rate",
    "rear",
    "samplerate",
    "shm",
    "side",
    "softvol",
    "spdif",
    "speex",
    "speexrate",
    "tee",
    "usbstream",
];
/// The same names followed by numbers or words: surround51, upmix_20to51, vdownmix.
const FAMILIES: [&str; 3] = ["surround", "upmix", "vdownmix"];
/// Names that lead from ALSA to a sound server, which are useful while that server runs.
const BRIDGES: [&str; 3] = ["jack", "pipewire", "pulse"];
/// A sound server's name for the monitor of a speaker.
const MONITOR: &str = ".monitor";

/// Those of the devices that are offered.
pub(super) fn offered(way: Way, devices: Vec<Listed>) -> Vec<Listed> {
    choose(way, devices, &runs)
}

/// Whether the server of this name seems to run for this user. To ask the server itself would take a connection.
fn runs(server: &str) -> bool {
    let place = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    match server {
        "pulse" => place("PULSE_SERVER").is_some() || place("XDG_RUNTIME_DIR").is_some_and(|run| run.join("pulse/native").exists()),
        "pipewire" => {
            let run = place("PIPEWIRE_RUNTIME_DIR").or_else(|| place("XDG_RUNTIME_DIR"));
            place("PIPEWIRE_REMOTE").is_some() || run.is_some_and(|run| run.join("pipewire-0").exists())
        }
        // JACK's clients communicate through shared memory.
        _ => std::fs::read_dir("/dev/shm")
            .is_ok_and(|mut all| all.any(|f| f.is_ok_and(|f| f.file_name().to_string_lossy().starts_with(server)))),
    }
}

fn choose(way: Way, devices: Vec<Listed>, runs: &dyn Fn(&str) -> bool) -> Vec<Listed> {
    let all: Vec<Pcm> = devices.iter().filter_map(|d| Pcm::of(&d.id)).collect();
    let ways = ways_to_cards(&all, way);
    let is_offered = |d: &Listed| match Pcm::of(&d.id) {
        Some(pcm) if BRIDGES.contains(&pcm.name) => runs(pcm.name),
        Some(pcm) => pcm.is_offered(way, &ways, &all),
        // A speaker's monitor is not a microphone, even where the system falls back on it because the last microphone has gone.
        None => way == Way::Out || !is_monitor(&d.id),
    };
    devices.iter().filter(|d| is_offered(d)).cloned().collect()
}

/// Whether this is a speaker's monitor and not a microphone.
pub(super) fn is_monitor(id: &str) -> bool {
    Pcm::of(id).is_none() && id.ends_with(MONITOR)
}

/// The cards that a device with conversions leads to.
fn ways_to_cards<'a>(all: &[Pcm<'a>], way: Way) -> BTreeSet<&'a str> {
    all.iter().filter(|p| p.is_whole(way)).filter_map(|p| p.card).collect()
}

/// An ALSA device, by its name: "plughw:CARD=PCH,DEV=0".
#[derive(Debug, Clone, Copy)]
struct Pcm<'a> {
    name: &'a str,
    card: Option<&'a str>,
    device: &'a str,
}

impl<'a> Pcm<'a> {
    /// `None` for a device of another sound system.
    fn of(id: &'a str) -> Option<Self> {
        let (name, arguments) = id.strip_prefix("alsa:").map(|pcm| pcm.split_once(':').unwrap_or((pcm, "")))?;
        let argument = |key: &str| arguments.split(',').find_map(|a| a.strip_prefix(key)?.strip_prefix('='));
        Some(Self { name, card: argument("CARD"), device: argument("DEV").unwrap_or("0") })
    }

    /// Whether it accepts any rate and format, and shares the card with other programs where ALSA can. This is the
    /// normal way to use a card.
    fn is_whole(&self, way: Way) -> bool {
        self.card.is_some() && (self.name == "sysdefault" || way == Way::Out && ["hdmi", "iec958"].contains(&self.name))
    }

    fn is_offered(&self, way: Way, ways: &BTreeSet<&str>, all: &[Self]) -> bool {
        match self.card {
            Some(_) if self.is_whole(way) => true,
            // A second device of a card, or a card without a shared device, is offered by its hardware with
            // conversions. Cards have names and numbers. The names stay when another card is plugged in.
            Some(card) if self.name == "plughw" => {
                let numbered = |card: &str| card.bytes().all(|b| b.is_ascii_digit());
                let reached = ways.contains(card) && (self.device == "0" || way == Way::Out);
                let named = || numbered(card) && all.iter().any(|p| p.card.is_some_and(|c| !numbered(c)));
                !(reached || named())
            }
            Some(_) => false,
            None => !PLUMBING.contains(&self.name) && !FAMILIES.iter().any(|f| self.name.starts_with(f)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(way: Way, ids: &[&str]) -> Vec<String> {
        let listed = |id: &&str| Listed { id: (*id).to_owned(), name: "a device".into(), default: false };
        choose(way, ids.iter().map(listed).collect(), &|server| server != "jack").into_iter().map(|d| d.id).collect()
    }

    #[test]
    fn speaker_monitor_is_not_a_microphone() {
        let server = ["pulseaudio:alsa_input.usb-headset", "pulseaudio:alsa_output.pci.monitor", "pulseaudio:monitor", "wasapi:{0.1}"];
        assert_eq!(of(Way::In, &server), [server[0], server[2], server[3]]);
        assert_eq!(of(Way::Out, &["pulseaudio:alsa_output.pci", "pulseaudio:odd.monitor"]).len(), 2);
        let default = Listed { id: server[1].into(), name: "Monitor".into(), default: true };
        assert!(choose(Way::In, vec![default], &|_| false).is_empty(), "not even as the system's default");
        // A pilot's own ALSA device may have any name.
        assert_eq!(of(Way::In, &["alsa:my.monitor"]).len(), 1);
    }

    #[test]
    fn only_alsa_cards_and_user_devices_are_offered() {
        let card = [
            "alsa:default",
            "alsa:null",
            "alsa:lavrate",
            "alsa:samplerate",
            "alsa:speexrate",
            "alsa:jack",
            "alsa:oss",
            "alsa:pulse",
            "alsa:pipewire",
            "alsa:speex",
            "alsa:upmix",
            "alsa:upmix_20to51",
            "alsa:vdownmix",
            "alsa:my_boom",
            "alsa:sysdefault:CARD=PCH",
            "alsa:front:CARD=PCH,DEV=0",
            "alsa:surround21:CARD=PCH,DEV=0",
            "alsa:surround71:CARD=PCH,DEV=0",
            "alsa:dmix:CARD=PCH,DEV=0",
            "alsa:dsnoop:CARD=PCH,DEV=0",
            "alsa:hw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=PCH,DEV=0",
            "alsa:plughw:CARD=PCH,DEV=2",
            "alsa:usbstream:CARD=PCH",
            "alsa:hw:CARD=0,DEV=0",
            "alsa:plughw:CARD=0,DEV=0",
            "alsa:plughw:CARD=0,DEV=2",
            "alsa:hdmi:CARD=HDMI,DEV=1",
            "alsa:plughw:CARD=HDMI,DEV=7",
        ];
        // JACK does not run.
        let both = ["alsa:default", "alsa:pulse", "alsa:pipewire", "alsa:my_boom", "alsa:sysdefault:CARD=PCH"];
        let more = |more: &[&'static str]| [&both[..], more].concat();
        assert_eq!(of(Way::In, &card), more(&["alsa:plughw:CARD=PCH,DEV=2", "alsa:plughw:CARD=HDMI,DEV=7"]));
        assert_eq!(of(Way::Out, &card), more(&["alsa:hdmi:CARD=HDMI,DEV=1"]));
        // Two headsets of one model, one of which has only its hardware device.
        let two = [
            "alsa:sysdefault:CARD=Headset",
            "alsa:plughw:CARD=Headset,DEV=0",
            "alsa:hw:CARD=Headset_1,DEV=0",
            "alsa:plughw:CARD=Headset_1,DEV=0",
        ];
        assert_eq!(of(Way::In, &two), [two[0], two[3]]);
        // ALSA reports only numbers.
        assert_eq!(of(Way::In, &["alsa:hw:CARD=1,DEV=0", "alsa:plughw:CARD=1,DEV=0"]), ["alsa:plughw:CARD=1,DEV=0"]);
    }
}
