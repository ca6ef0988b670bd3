//! Treats text for the synthesiser as data: markup, endless runs and control characters are removed.

/// A longer transmission is cut, characters.
pub(super) const LONGEST: usize = 400;
/// A longer word is split.
const LONGEST_WORD: usize = 24;

/// Names that the voices would mispronounce, with their pronunciation.
const SAID: &[(&str, &str)] = &[
    ("Hilo", "Heelow"),
    ("hilo", "heelow"),
    ("NorCal", "Nor Cal"),
    ("Reid-Hillview", "Reed Hillview"),
    ("x-ray", "x ray"),
    ("Juliett", "Juliet"),
    ("juliett", "juliet"),
    ("VFR", "V F R"),
    ("IFR", "I F R"),
    ("ATIS", "aytis"),
    ("fower", "four"),
];

/// The words in a form that is safe for the synthesiser: letters, digits, spaces and single marks.
pub fn sanitise(words: &str) -> String {
    let mut out = String::with_capacity(words.len().min(LONGEST));
    let (mut run, mut last) = (0usize, ' ');
    for c in words.chars() {
        if out.len() >= LONGEST {
            break;
        }
        let c = match c {
            c if c.is_alphanumeric() || c == '\'' => c,
            ',' | '.' | '?' => c,
            '-' if last.is_alphanumeric() => c,
            _ => ' ',
        };
        if c.is_alphanumeric() {
            run += 1;
            if run > LONGEST_WORD {
                out.push(' ');
                run = 1;
            }
        } else {
            run = 0;
            // One mark and one space at a time: thousands of marks would take seconds.
            if last == c || c != ' ' && !last.is_alphanumeric() || c == ' ' && out.is_empty() {
                continue;
            }
        }
        out.push(c);
        last = c;
    }
    let mut said = out.trim().to_owned();
    for (written, spoken) in SAID {
        if said.contains(written) {
            said = said.replace(written, spoken);
        }
    }
    said
}

/// Splits a text of any length into phrases that no synthesiser cuts: up to the last end of a sentence that fits,
/// else the last mark, else the last word.
pub fn phrases(words: &str) -> Vec<&str> {
    let (mut out, mut rest) = (Vec::new(), words.trim());
    while !rest.is_empty() {
        // An endless word becomes longer when it is split.
        let most = rest.floor_char_boundary(LONGEST * 3 / 4);
        let fits = &rest[..most];
        let cut = |ends: &[char]| fits.rmatch_indices(ends).map(|(at, end)| at + end.len()).find(|at| rest[*at..].starts_with(' '));
        let end =
            if most == rest.len() { most } else { cut(&['.', '?']).or_else(|| cut(&[','])).or_else(|| fits.rfind(' ')).unwrap_or(most) };
        let (phrase, after) = rest.split_at(end.max(1));
        out.push(phrase);
        rest = after.trim_start();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_split_into_phrases_without_loss() {
        let sentence = "Skyhawk one seven two sierra papa, runway three one, cleared for takeoff. ";
        for text in [sentence.repeat(27), "one two, ".repeat(300), "one two ".repeat(300), "é".repeat(1700), "a. ".into(), String::new()] {
            let parts = phrases(&text);
            let letters = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let said: String = parts.iter().map(|p| letters(&sanitise(p))).collect();
            assert_eq!(said, letters(&text));
        }
        assert!(phrases(&sentence.repeat(27)).iter().all(|p| p.ends_with("takeoff.")));
        assert!(phrases(&"one two, ".repeat(300)).iter().rev().skip(1).all(|p| p.ends_with("two,")));
    }

    #[test]
    fn hostile_text_becomes_plain_words() {
        assert_eq!(sanitise("<genfile file=\"/etc/x\">wind</genfile>"), "genfile file etc x wind genfile");
        assert!(!sanitise(&"<speed level=\"50\">".repeat(100)).contains(['<', '>']));
        assert!(sanitise(&"1".repeat(3000)).split(' ').all(|w| w.len() <= LONGEST_WORD));
        assert!(sanitise(&"!?.,".repeat(1500)).is_empty());
        assert!(sanitise(&"a".repeat(10_000)).len() <= LONGEST + 1);
        assert_eq!(sanitise("Hilo Tower, runway eight."), "Heelow Tower, runway eight.");
        assert_eq!(sanitise("\u{1b}[31mred\0"), "31mred");
    }
}
