//! The system voices (on Windows): lists those for English, and chooses one.

use crate::event::SystemVoice;

/// The English voices that Windows offers to programs; none on other systems. They are read from the registry,
/// because a request would load Windows's speech service into every Stratus, even where it is never used.
#[cfg(windows)]
pub fn installed() -> Vec<SystemVoice> {
    let Ok(tokens) = windows_registry::LOCAL_MACHINE.open(r"SOFTWARE\Microsoft\Speech_OneCore\Voices\Tokens") else { return Vec::new() };
    let Ok(keys) = tokens.keys() else { return Vec::new() };
    let mut all: Vec<SystemVoice> = keys
        .filter_map(|token| {
            let attributes = tokens.open(format!(r"{token}\Attributes")).ok()?;
            let language = english(&attributes.get_string("Language").ok()?)?.to_owned();
            Some(SystemVoice { name: attributes.get_string("Name").ok()?, language })
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Other systems have none.
#[cfg(not(windows))]
pub fn installed() -> Vec<SystemVoice> {
    Vec::new()
}

/// The language of Windows's hex number ("409", or several: "809;9"), if it is English.
#[cfg(any(windows, test))]
fn english(number: &str) -> Option<&'static str> {
    let first = number.split(';').next()?;
    Some(match u32::from_str_radix(first.trim(), 16).ok()? {
        0x409 => "en-US",
        0x809 => "en-GB",
        0xC09 => "en-AU",
        0x1009 => "en-CA",
        0x1409 => "en-NZ",
        0x1809 => "en-IE",
        0x1C09 => "en-ZA",
        0x4009 => "en-IN",
        // The low ten bits are the language without its region.
        other if other & 0x3FF == 9 => "en",
        _ => return None,
    })
}

/// The position in the list of the wanted voice: by its name, by a language ("en-GB", else any English voice), or by
/// a part of its name ("David").
#[cfg(any(windows, test))]
pub(super) fn choose(wanted: &str, there: &[SystemVoice]) -> Option<usize> {
    let (wanted, same) = (wanted.trim().to_lowercase(), |a: &str, b: &str| a.eq_ignore_ascii_case(b));
    if wanted.is_empty() {
        return None;
    }
    let find = |fits: &dyn Fn(&SystemVoice) -> bool| there.iter().position(fits);
    let by_name = find(&|v| v.name.to_lowercase() == wanted);
    let by_language = || match wanted.split_once('-') {
        Some((language, _)) if language.len() == 2 => {
            find(&|v| same(&v.language, &wanted)).or_else(|| find(&|v| v.language.get(..2).is_some_and(|l| same(l, language))))
        }
        _ => None,
    };
    by_name.or_else(by_language).or_else(|| find(&|v| v.name.to_lowercase().contains(&wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voices(all: &[(&str, &str)]) -> Vec<SystemVoice> {
        all.iter().map(|(name, language)| SystemVoice { name: (*name).into(), language: (*language).into() }).collect()
    }

    #[test]
    fn voice_is_chosen_by_name_language_or_partial_name() {
        let there = voices(&[("Microsoft Hedda", "de-DE"), ("Microsoft David", "en-US"), ("Microsoft Hazel", "en-GB"), ("en-GB", "en-AU")]);
        for (wanted, index) in [
            ("Microsoft David", Some(1)),
            ("microsoft hazel ", Some(2)),
            ("hazel", Some(2)),
            ("en-US", Some(1)),
            ("en-GB", Some(3)),
            ("en-NZ", Some(1)),
            ("de-DE", Some(0)),
            ("fr-FR", None),
            ("Microsoft Zira", None),
            ("", None),
        ] {
            assert_eq!(choose(wanted, &there), index, "{wanted}");
        }
        assert_eq!(choose("en-GB", &[]), None);
    }

    #[test]
    fn windows_codes_of_english_are_known_and_others_are_not() {
        for (number, language) in
            [("409", Some("en-US")), ("809;9", Some("en-GB")), ("2409", Some("en")), ("407", None), ("", None), ("zz", None)]
        {
            assert_eq!(english(number), language, "{number}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn system_voice_list_can_be_read() {
        assert!(installed().iter().all(|v| v.language.starts_with("en")));
    }
}
