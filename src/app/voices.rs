//! Casting: each unit keeps its voice, pitch and pace throughout a flight and across sessions.

use crate::airports::{Airport, Station};
use crate::event::Voice;
use crate::settings::{AUTO_VOICE, AUTO_WINDOWS_VOICE, PICO_VOICE, Speech, WINDOWS_VOICE};
use crate::units::region::Accent;
use crate::units::{Callsign, Facility, Region};

/// Pitch and pace of controllers, percent of the voice's normal values. There are as many as an airport may have units.
const CHARACTERS: [(u16, u16); 8] = [(100, 100), (80, 97), (112, 103), (72, 101), (92, 106), (106, 95), (86, 103), (76, 94)];

/// The voice of the speaking unit. With `speech.cast` 0, all units use the plain voice.
pub(super) fn of(speech: &Speech, airport: Option<&Airport>, station: Option<&Station>, from: Facility) -> Voice {
    let region = airport.map_or(Region::FAA, |a| a.region);
    let icao = airport.map_or("", |a| a.icao.as_str());
    let desk = desk(icao, station, from);
    let chance = hash(speech.cast, &desk);
    let name = name(speech, region, chance);
    let (pitch_percent, pace) = if speech.cast == 0 {
        (100, 100)
    } else if is_radar(from) {
        CHARACTERS[(chance >> 8) as usize % CHARACTERS.len()]
    } else {
        // Two units of a field never share a voice, because 3 and 8 have no common divisor.
        CHARACTERS[(hash(speech.cast, icao) as usize % CHARACTERS.len() + from as usize * 3) % CHARACTERS.len()]
    };
    // Only the TTS side knows the installed voices of an accent, so it picks one by this seat.
    let seat = if speech.cast == 0 { 0 } else { (chance >> 24) as u16 };
    let cast = Some(seat).filter(|_| speech.voice == AUTO_VOICE);
    Voice { name, rate_percent: speech.rate_percent.saturating_mul(pace) / 100, pitch_percent, cast }
}

/// The chosen voice, or the accent of the region.
fn name(speech: &Speech, region: Region, chance: u64) -> String {
    // Where both accents occur, one voice in three is American.
    let accent = match region.accent {
        Accent::American => "en-US",
        Accent::Both if speech.cast != 0 && chance.is_multiple_of(3) => "en-US",
        Accent::British | Accent::Both => "en-GB",
    };
    match speech.voice.as_str() {
        AUTO_VOICE => accent.to_owned(),
        PICO_VOICE => format!("{PICO_VOICE}:{accent}"),
        AUTO_WINDOWS_VOICE => format!("{WINDOWS_VOICE}{accent}"),
        chosen => chosen.to_owned(),
    }
}

/// Pitch and pace of other pilots. Each pitch occurs once, so that a pilot never has the controller's.
const PILOTS: [(u16, u16); 8] = [(80, 101), (84, 95), (88, 108), (92, 99), (97, 104), (102, 96), (107, 106), (112, 100)];

/// The voice of another pilot, by the callsign: different from the controller's, and always the same.
pub(super) fn of_aircraft(speech: &Speech, airport: Option<&Airport>, callsign: &Callsign, controller: &Voice) -> Voice {
    let region = airport.map_or(Region::FAA, |a| a.region);
    let chance = hash(speech.cast, callsign.as_str());
    let name = name(speech, region, chance);
    let first = (chance >> 8) as usize;
    // Neighbours in pitch are hard to tell apart.
    let apart = |n: &usize| PILOTS[(first + n) % PILOTS.len()].0.abs_diff(controller.pitch_percent) >= 3;
    let (pitch_percent, pace) = PILOTS[(first + (0..PILOTS.len()).find(apart).unwrap_or(0)) % PILOTS.len()];
    // Of two installed voices of an accent, the pilot has the one that the controller does not have, in two of three cases.
    let seat = controller.cast.unwrap_or_default().wrapping_add(u16::from(!(chance >> 24).is_multiple_of(3)));
    let cast = Some(seat).filter(|_| speech.voice == AUTO_VOICE);
    Voice { name, rate_percent: speech.rate_percent.saturating_mul(pace) / 100, pitch_percent, cast }
}

/// The signal strength of another aircraft, percent: nearby, but not all alike.
pub(super) fn strength(callsign: &Callsign) -> u8 {
    75 + (hash(0, callsign.as_str()) % 26) as u8
}

/// What identifies a controller. Radar units serve many fields, and departure and approach on one frequency are the same desk.
fn desk(icao: &str, station: Option<&Station>, from: Facility) -> String {
    match station.filter(|_| is_radar(from)) {
        Some(s) => format!("{} {}", s.name.rsplit_once(' ').map_or(s.name.as_str(), |(place, _)| place), s.frequency),
        None => format!("{icao} {}", from.word()),
    }
}

fn is_radar(from: Facility) -> bool {
    matches!(from, Facility::Approach | Facility::Departure | Facility::Center)
}

/// FNV-1a with a final mix: the same result on every machine.
fn hash(seed: u32, text: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(text.bytes());
    let h = bytes.fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::airports::data::Airports;

    const AT_THE_FIELD: [Facility; 5] = [Facility::Atis, Facility::Clearance, Facility::Ground, Facility::Tower, Facility::Ctaf];

    fn station(name: &str, frequency: &str, facility: Facility) -> Station {
        Station { name: name.into(), frequency: frequency.parse().unwrap(), facility }
    }

    #[test]
    fn every_unit_of_a_field_has_its_own_stable_voice() {
        let airports = Airports::world();
        let speech = Speech::default();
        let mut towers = BTreeSet::new();
        for icao in ["KPAO", "KSFO", "PHTO", "EGKK", "LSZH", "EDDF", "KOAK", "KSQL"] {
            let airport = airports.find(icao).unwrap();
            let all: Vec<Voice> = AT_THE_FIELD.iter().map(|f| of(&speech, Some(&airport), None, *f)).collect();
            let distinct: BTreeSet<_> = all.iter().map(|v| (v.pitch_percent, v.rate_percent)).collect();
            assert_eq!(distinct.len(), AT_THE_FIELD.len(), "{icao}: {all:?}");
            assert_eq!(all, AT_THE_FIELD.map(|f| of(&speech, Some(&airport), None, f)));
            assert!(all.iter().all(|v| (60..=160).contains(&v.pitch_percent) && (50..=200).contains(&v.rate_percent)));
            let accents: BTreeSet<_> = all.iter().map(|v| v.name.as_str()).collect();
            match &icao[..1] {
                "K" | "P" => assert_eq!(accents, BTreeSet::from(["en-US"])),
                _ if icao == "EGKK" => assert_eq!(accents, BTreeSet::from(["en-GB"])),
                _ => {}
            }
            towers.insert(all[3].pitch_percent);
        }
        assert!(towers.len() >= 4, "the towers of eight fields sound different: {towers:?}");
    }

    #[test]
    fn radar_unit_has_one_voice_per_frequency_across_fields() {
        let (palo_alto, airports) = (Airports::world().find("KPAO").unwrap(), Airports::world());
        let (speech, san_carlos) = (Speech::default(), airports.find("KSQL").unwrap());
        let (a, d) = (station("NorCal Approach", "135.65", Facility::Approach), station("NorCal Departure", "135.65", Facility::Departure));
        let here = of(&speech, Some(&palo_alto), Some(&a), Facility::Approach);
        assert_eq!(here, of(&speech, Some(&san_carlos), Some(&d), Facility::Departure));
        let others: BTreeSet<u16> = ["121.3", "124.0", "133.95", "120.9", "125.35"]
            .map(|f| {
                of(&speech, Some(&palo_alto), Some(&station("NorCal Approach", f, Facility::Approach)), Facility::Approach).pitch_percent
            })
            .into();
        assert!(others.len() > 2, "{others:?}");
    }

    #[test]
    fn windows_voices_are_cast_the_same_way() {
        let airports = Airports::world();
        for icao in ["KPAO", "EGKK", "LSZH"] {
            let airport = airports.find(icao).unwrap();
            let with = |voice: &str, f| of(&Speech { voice: voice.into(), ..Speech::default() }, Some(&airport), None, f);
            for f in AT_THE_FIELD {
                let own = with(AUTO_VOICE, f);
                assert_eq!(with(AUTO_WINDOWS_VOICE, f), Voice { name: format!("windows:{}", own.name), cast: None, ..own.clone() });
                assert_eq!(with(PICO_VOICE, f), Voice { name: format!("pico:{}", own.name), cast: None, ..own.clone() });
                assert_eq!(with("windows:Microsoft Hazel", f), Voice { name: "windows:Microsoft Hazel".into(), cast: None, ..own });
            }
        }
    }

    #[test]
    fn other_pilots_have_stable_voices_unlike_the_controllers() {
        let airports = Airports::world();
        for (icao, voice, cast) in [("KPAO", AUTO_VOICE, 1), ("EGKK", AUTO_VOICE, 7), ("LSZH", "emma", 2), ("KSFO", PICO_VOICE, 0)] {
            let airport = airports.find(icao).unwrap();
            let speech = Speech { voice: voice.into(), cast, ..Speech::default() };
            let mut pitches = BTreeSet::new();
            for n in 0..40 {
                let callsign: Callsign = format!("N{}AB", 100 + n).parse().unwrap();
                for unit in AT_THE_FIELD {
                    let controller = of(&speech, Some(&airport), None, unit);
                    let own = of_aircraft(&speech, Some(&airport), &callsign, &controller);
                    assert!(own.pitch_percent != controller.pitch_percent && (80..=112).contains(&own.pitch_percent), "{own:?}");
                    assert_eq!(own, of_aircraft(&speech, Some(&airport), &callsign, &controller));
                    assert_eq!(own.name.starts_with(PICO_VOICE), voice == PICO_VOICE);
                }
                let tower = of(&speech, Some(&airport), None, Facility::Tower);
                pitches.insert(of_aircraft(&speech, Some(&airport), &callsign, &tower).pitch_percent);
                assert!((75..=100).contains(&strength(&callsign)));
            }
            assert!(pitches.len() >= 5, "{icao}: {pitches:?}");
        }
    }

    #[test]
    fn pilot_can_recast_or_choose_one_voice_for_all() {
        let airport = Airports::world().find("KPAO").unwrap();
        let with = |voice: &str, cast: u32, f| of(&Speech { voice: voice.into(), cast, ..Speech::default() }, Some(&airport), None, f);
        let plain = Voice { name: "en-GB".into(), rate_percent: Speech::default().rate_percent, pitch_percent: 100, cast: None };
        for f in AT_THE_FIELD {
            assert_eq!(with("en-GB", 0, f), plain);
            assert_eq!(with("en-GB", 7, f).name, "en-GB");
            assert_eq!((with("emma", 7, f).name.as_str(), with("emma", 7, f).cast), ("emma", None));
            assert_eq!(with(AUTO_VOICE, 0, f).cast, Some(0), "a single voice is the first one");
        }
        let casts: BTreeSet<u16> = (1..20).map(|cast| with(AUTO_VOICE, cast, Facility::Tower).pitch_percent).collect();
        assert!(casts.len() > 4, "{casts:?}");
        // With two installed voices of an accent, both are used.
        let seats: BTreeSet<u16> = (1..20).map(|cast| with(AUTO_VOICE, cast, Facility::Tower).cast.unwrap() % 2).collect();
        assert_eq!(seats.len(), 2);
        assert_eq!(of(&Speech::default(), None, None, Facility::Tower).name, "en-US");
    }
}
