//! Sounds: ARPAbet, in which pronunciations are stored, and the symbols that the acoustic model reads (Kokoro's, 1 to 177).

use super::Accent;

/// ARPAbet with stress, in the order of g2p-en's network: a pronunciation is a row of these numbers.
#[rustfmt::skip]
pub const SOUNDS: [&str; 74] = [
    "<pad>", "<unk>", "<s>", "</s>", "AA0", "AA1", "AA2", "AE0", "AE1", "AE2", "AH0", "AH1", "AH2", "AO0", "AO1", "AO2", "AW0", "AW1", "AW2",
    "AY0", "AY1", "AY2", "B", "CH", "D", "DH", "EH0", "EH1", "EH2", "ER0", "ER1", "ER2", "EY0", "EY1", "EY2", "F", "G", "HH", "IH0", "IH1", "IH2",
    "IY0", "IY1", "IY2", "JH", "K", "L", "M", "N", "NG", "OW0", "OW1", "OW2", "OY0", "OY1", "OY2", "P", "R", "S", "SH", "T", "TH", "UH0", "UH1",
    "UH2", "UW", "UW0", "UW1", "UW2", "V", "W", "Y", "Z", "ZH",
];

/// The model's numbers of its symbols, in the order of the characters; the model does not know other symbols.
#[rustfmt::skip]
const MODEL: &[(char, i32)] = &[
    (' ', 16), ('!', 5), (',', 3), ('.', 4), (':', 2), (';', 1), ('?', 6), ('A', 24), ('I', 25), ('O', 31), ('Q', 33), ('T', 36), ('W', 39),
    ('Y', 41), ('a', 43), ('b', 44), ('d', 46), ('e', 47), ('f', 48), ('h', 50), ('i', 51), ('j', 52), ('k', 53), ('l', 54), ('m', 55), ('n', 56),
    ('o', 57), ('p', 58), ('s', 61), ('t', 62), ('u', 63), ('v', 64), ('w', 65), ('x', 66), ('z', 68), ('æ', 72), ('ð', 81), ('ŋ', 112), ('ɐ', 70),
    ('ɑ', 69), ('ɒ', 71), ('ɔ', 76), ('ə', 83), ('ɛ', 86), ('ɜ', 87), ('ɡ', 92), ('ɪ', 102), ('ɹ', 123), ('ʃ', 131), ('ʊ', 135), ('ʌ', 138),
    ('ʒ', 147), ('ʤ', 82), ('ʧ', 133), ('ˈ', 156), ('ˌ', 157), ('ː', 158), ('θ', 119), ('ᵊ', 42),
];

/// The model's numbers of phoneme symbols; unknown symbols are left out.
pub fn ids(phonemes: &str) -> impl Iterator<Item = i32> {
    phonemes.chars().filter_map(|c| MODEL.binary_search_by_key(&c, |(m, _)| *m).ok().map(|i| MODEL[i].1))
}

/// The number of a sound by its ARPAbet name.
pub fn number(name: &str) -> Option<u8> {
    SOUNDS.iter().position(|s| *s == name).filter(|n| *n > 3).map(|n| n as u8)
}

/// The same sound with secondary stress instead of primary stress.
pub fn less_stressed(sound: u8) -> u8 {
    parts(sound).filter(|(_, stress)| *stress == Some(1)).and_then(|(vowel, _)| number(&format!("{vowel}2"))).unwrap_or(sound)
}

/// A sound without its stress, and the stress: 0, 1 or 2 for a vowel, `None` for a consonant.
fn parts(number: u8) -> Option<(&'static str, Option<u8>)> {
    let name = SOUNDS.get(usize::from(number)).filter(|_| number > 3)?;
    Some(match name.strip_suffix(['0', '1', '2']) {
        Some(vowel) => (vowel, name.bytes().last().map(|d| d - b'0')),
        None if *name == "UW" => (name, Some(0)),
        None => (name, None),
    })
}

/// A word's sounds as the model's symbols. The spelling distinguishes British vowels that are one vowel in CMUdict's
/// American English.
pub fn symbols(word: &str, sounds: &[u8], accent: Accent) -> String {
    let all: Vec<(&str, Option<u8>)> = sounds.iter().filter_map(|s| parts(*s)).collect();
    let mut out = String::with_capacity(all.len() * 3);
    for (i, (sound, stress)) in all.iter().enumerate() {
        let (before, after) = (i.checked_sub(1).and_then(|j| all.get(j)), all.get(i + 1));
        let said = match accent {
            Accent::American => american(sound, *stress, before, after, all.get(i + 2)),
            Accent::British => british(word, sound, *stress, before, after, all.get(i + 2)),
        };
        // The stress mark is directly before the vowel.
        let vowel = said.strip_prefix('j').filter(|_| said.len() > 1);
        out.extend(vowel.map(|_| 'j'));
        match stress {
            Some(1) => out.push('ˈ'),
            Some(2) => out.push('ˌ'),
            _ => {}
        }
        out.push_str(vowel.unwrap_or(said));
    }
    out
}

type Sound<'a> = Option<&'a (&'static str, Option<u8>)>;

fn is_vowel(s: Sound<'_>) -> bool {
    s.is_some_and(|(_, stress)| stress.is_some())
}

fn is(s: Sound<'_>, name: &str) -> bool {
    s.is_some_and(|(n, _)| *n == name)
}

fn american(sound: &str, stress: Option<u8>, before: Sound<'_>, after: Sound<'_>, second: Sound<'_>) -> &'static str {
    match sound {
        "AA" => "ɑ",
        "AE" => "æ",
        "AH" if stress == Some(0) => "ə",
        "AH" => "ʌ",
        "AO" => "ɔ",
        "ER" if stress == Some(0) => "əɹ",
        "ER" => "ɜɹ",
        "OW" => "O",
        // The tap in "water" and "thirty", but not in "button".
        "T" if (is_vowel(before) || is(before, "R"))
            && after.is_some_and(|(_, s)| *s == Some(0))
            && !(is(after, "AH") && is(second, "N")) =>
        {
            "T"
        }
        other => common(other),
    }
}

fn common(sound: &str) -> &'static str {
    match sound {
        "AW" => "W",
        "AY" => "I",
        "B" => "b",
        "CH" => "ʧ",
        "D" => "d",
        "DH" => "ð",
        "EH" => "ɛ",
        "EY" => "A",
        "F" => "f",
        "G" => "ɡ",
        "HH" => "h",
        "IH" => "ɪ",
        "IY" => "i",
        "JH" => "ʤ",
        "K" => "k",
        "L" => "l",
        "M" => "m",
        "N" => "n",
        "NG" => "ŋ",
        "OY" => "Y",
        "P" => "p",
        "R" => "ɹ",
        "S" => "s",
        "SH" => "ʃ",
        "T" => "t",
        "TH" => "θ",
        "UH" => "ʊ",
        "UW" => "u",
        "V" => "v",
        "W" => "w",
        "Y" => "j",
        "Z" => "z",
        "ZH" => "ʒ",
        _ => "",
    }
}

/// Words like "bath", with a long vowel in southern Britain.
#[rustfmt::skip]
const BATH: &[&str] = &[
    "advance", "advanced", "after", "afternoon", "aircraft", "answer", "ask", "asked", "asking", "bath", "branch", "broadcast", "calm", "can't", "cast",
    "castle", "chance", "class", "command", "craft", "dance", "demand", "draft", "example", "fast", "faster", "france", "glass", "grass", "half", "last",
    "mast", "master", "newcastle", "palm", "pass", "passed", "passing", "past", "path", "plant", "rather", "staff", "task", "vast", "glidepath",
];

fn british(word: &str, sound: &str, stress: Option<u8>, before: Sound<'_>, after: Sound<'_>, second: Sound<'_>) -> &'static str {
    // An r is heard only before a vowel; where it is silent, the vowel before it changes.
    let r = is(after, "R");
    let silent_r = r && !is_vowel(second);
    match sound {
        "R" if !is_vowel(after) && is_vowel(before) => "",
        "AA" if silent_r => "ɑː",
        "AA" if word.contains('o') || word.contains("wa") || word.contains("ua") => "ɒ",
        "AA" => "ɑː",
        "AE" if BATH.contains(&word) => "ɑː",
        "AE" => "a",
        "AH" if stress == Some(0) => "ə",
        "AH" => "ʌ",
        "AO" if r => "ɔː",
        "AO" if word.contains('o') && !["au", "aw", "al", "ough", "oar", "oor"].iter().any(|s| word.contains(s)) => "ɒ",
        "AO" => "ɔː",
        "EH" if silent_r || r && (word.contains("ar") || word.contains("air")) => "ɛː",
        "ER" if stress == Some(0) => {
            if is_vowel(after) {
                "əɹ"
            } else {
                "ə"
            }
        }
        "ER" if is_vowel(after) => "ɜːɹ",
        "ER" => "ɜː",
        "IH" | "IY" if r && !word.contains("irr") => "ɪə",
        "IY" if stress != Some(0) => "iː",
        "OW" => "Q",
        "UH" if r => "ʊə",
        // "new", "due", "tune": the sound "y" that American English has lost.
        "UW" if (is(before, "T") || is(before, "D") || is(before, "N"))
            && (word.contains('u') || word.contains("ew"))
            && !word.contains("oo")
            && !word.contains("ou") =>
        {
            "juː"
        }
        "UW" => "uː",
        other => common(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(word: &str, sounds: &str, accent: Accent) -> String {
        let sounds: Vec<u8> = sounds.split(' ').map(|s| number(s).unwrap()).collect();
        symbols(word, &sounds, accent)
    }

    #[test]
    fn pronunciation_follows_the_accent() {
        for (word, sounds, us, gb) in [
            ("tower", "T AW1 ER0", "tˈWəɹ", "tˈWə"),
            ("north", "N AO1 R TH", "nˈɔɹθ", "nˈɔːθ"),
            ("water", "W AO1 T ER0", "wˈɔTəɹ", "wˈɔːtə"),
            ("hold", "HH OW1 L D", "hˈOld", "hˈQld"),
            ("hot", "HH AA1 T", "hˈɑt", "hˈɒt"),
            ("last", "L AE1 S T", "lˈæst", "lˈɑːst"),
            ("air", "EH1 R", "ˈɛɹ", "ˈɛː"),
            ("bird", "B ER1 D", "bˈɜɹd", "bˈɜːd"),
            ("near", "N IH1 R", "nˈɪɹ", "nˈɪə"),
            ("zero", "Z IH1 R OW0", "zˈɪɹO", "zˈɪəɹQ"),
            ("button", "B AH1 T AH0 N", "bˈʌtən", "bˈʌtən"),
            ("altitude", "AE1 L T AH0 T UW2 D", "ˈæltətˌud", "ˈaltətjˌuːd"),
        ] {
            assert_eq!(said(word, sounds, Accent::American), us);
            assert_eq!(said(word, sounds, Accent::British), gb);
        }
    }

    #[test]
    fn every_symbol_is_in_the_models_inventory() {
        assert!(MODEL.windows(2).all(|w| w[0].0 < w[1].0), "binary search needs their order");
        for accent in [Accent::American, Accent::British] {
            for sound in 4..74u8 {
                for word in ["a", "ou", "war"] {
                    let s = symbols(word, &[number("T").unwrap(), sound, number("R").unwrap(), sound], accent);
                    assert_eq!(ids(&s).count(), s.chars().count(), "{s}");
                    assert!(!s.is_empty());
                }
            }
        }
        assert_eq!(ids("a\u{1f600}b").collect::<Vec<_>>(), [43, 44]);
    }
}
