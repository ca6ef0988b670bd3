//! A coarse model of how words sound: enough to match "Altertower" with "Alto Tower", and "leave a mic" with "lima mike".
//!
//! A word becomes a string of sound classes. The distance between two strings is the cost of the cheapest edits. Sounds that a recogniser
//! confuses (voiced and voiceless, nasals, vowels) are cheap to exchange.

/// The cost of an extra or missing vowel, of a consonant, and of one vowel for another.
const VOWEL: u16 = 3;
const CONSONANT: u16 = 10;
const OTHER_VOWEL: u16 = 2;
/// The cost of a consonant for a similar one.
const KIN: u16 = 4;
/// The longest sound strings that are compared.
pub const LONGEST: usize = 96;

/// Groups of similar sounds, one string per group.
const KINS: [&str; 9] = ["pb", "td", "kg", "fvp", "sz", "SJCzs", "mn", "lrw", "TDtdf"];

/// The sounds of one word in lower-case ASCII letters; other characters are silent.
pub fn of_word(word: &str, out: &mut Vec<u8>) {
    let w: Vec<u8> = word.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase()).collect();
    let at = |i: usize| w.get(i).copied().unwrap_or(b' ');
    let vowel = |b: u8| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let begin = out.len();
    let mut i = 0;
    while i < w.len() && out.len() < LONGEST {
        let (c, n, nn) = (w[i], at(i + 1), at(i + 2));
        let last = i + 1 == w.len();
        let mut step = 1;
        match c {
            // Letters that are silent at the start.
            b'k' if i == 0 && n == b'n' => {}
            b'w' if n == b'r' => {}
            b'p' if n == b'h' => {
                out.push(b'f');
                step = 2;
            }
            b'g' if n == b'h' => {
                // The "gh" in "night" is silent, but not in "ghost".
                if i == 0 {
                    out.push(b'g');
                }
                step = 2;
            }
            b'c' if n == b'h' => {
                out.push(b'C');
                step = 2;
            }
            b's' if n == b'h' => {
                out.push(b'S');
                step = 2;
            }
            b't' if n == b'h' => {
                out.push(b'T');
                step = 2;
            }
            b't' if n == b'i' && nn == b'o' => {
                out.push(b'S');
                step = 2;
            }
            b'w' if n == b'h' => {
                out.push(b'w');
                step = 2;
            }
            b'c' => out.push(if matches!(n, b'e' | b'i' | b'y') { b's' } else { b'k' }),
            b'q' => {
                out.push(b'k');
                if n == b'u' {
                    step = 2;
                    if vowel(nn) {
                        out.push(b'w');
                    }
                }
            }
            b'x' => out.extend_from_slice(b"ks"),
            b'j' => out.push(b'J'),
            b'g' if matches!(n, b'e' | b'i' | b'y') => out.push(b'J'),
            b'h' => {
                if vowel(n) {
                    out.push(b'h');
                }
            }
            // A silent final "e", or the vowel that an "r" absorbs ("papar").
            b'e' if last && out.len() > begin + 1 => {}
            b'y' if i == 0 && vowel(n) => out.push(b'y'),
            b'w' if last || !vowel(n) => {
                // The "w" in "tower" is pronounced, but not in "law".
                if vowel(n) {
                    out.push(b'w');
                }
            }
            c if vowel(c) => {
                let class = match c {
                    b'y' => b'i',
                    c => c,
                };
                // Two vowels spell one sound.
                if out.last().is_none_or(|l| out.len() == begin || !vowel(*l)) {
                    out.push(class);
                }
            }
            c => {
                if out.last() != Some(&c) || out.len() == begin {
                    out.push(c);
                }
            }
        }
        i += step;
    }
}

/// The sounds of several words in sequence.
pub fn of(words: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for w in words.split([' ', '-']) {
        match pronounced(w) {
            Some(sounds) => out.extend_from_slice(sounds.as_bytes()),
            None => of_word(w, &mut out),
        }
    }
    out.truncate(LONGEST);
    out
}

/// Words whose spelling does not show their sound: the numbers.
fn pronounced(word: &str) -> Option<&'static str> {
    Some(match word {
        "one" | "won" => "wan",
        "two" | "too" | "to" => "tu",
        "three" => "Tri",
        "four" | "for" => "for",
        "eight" | "ate" => "eit",
        "nine" => "nain",
        "niner" => "nainar",
        "oh" | "o" => "o",
        "eye" => "ai",
        _ => return None,
    })
}

/// The class of the first consonant, the same for all similar sounds; 0 if there is none.
pub fn onset(sounds: &[u8]) -> u8 {
    let first = sounds.iter().copied().find(|s| !is_vowel(*s) && *s != b'h').unwrap_or(0);
    match first {
        b'p' | b'b' | b'f' | b'v' => b'p',
        b't' | b'd' | b'T' => b't',
        b'k' | b'g' => b'k',
        b's' | b'z' | b'S' | b'J' | b'C' => b's',
        b'm' | b'n' => b'm',
        b'l' | b'r' | b'w' => b'l',
        other => other,
    }
}

fn is_vowel(s: u8) -> bool {
    matches!(s, b'a' | b'e' | b'i' | b'o' | b'u')
}

fn weight(s: u8) -> u16 {
    // An "h" is barely audible.
    if is_vowel(s) || s == b'h' { VOWEL } else { CONSONANT }
}

fn exchange(a: u8, b: u8) -> u16 {
    if a == b {
        0
    } else if is_vowel(a) && is_vowel(b) {
        OTHER_VOWEL
    } else if is_vowel(a) != is_vowel(b) {
        CONSONANT
    } else if KINS.iter().any(|k| k.as_bytes().contains(&a) && k.as_bytes().contains(&b)) {
        KIN
    } else {
        CONSONANT
    }
}

/// The distance between two sound strings: 0 for identical, 100 for nothing in common.
pub fn distance(a: &[u8], b: &[u8]) -> u16 {
    let (a, b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    let whole = |s: &[u8]| s.iter().map(|x| weight(*x)).sum::<u16>();
    let most = whole(a).max(whole(b));
    if most == 0 {
        return 0;
    }
    let mut row = [0u16; LONGEST + 1];
    for (j, y) in b.iter().enumerate() {
        row[j + 1] = row[j] + weight(*y);
    }
    for x in a {
        let mut corner = row[0];
        row[0] += weight(*x);
        for (j, y) in b.iter().enumerate() {
            let best = (corner + exchange(*x, *y)).min(row[j] + weight(*y)).min(row[j + 1] + weight(*x));
            corner = row[j + 1];
            row[j + 1] = best;
        }
    }
    (u32::from(row[b.len()]) * 100 / u32::from(most)).min(100) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far(a: &str, b: &str) -> u16 {
        distance(&of(a), &of(b))
    }

    #[test]
    fn confusable_words_are_near_and_other_words_are_far() {
        for (a, b) in [
            ("papa", "poppa"),
            ("papa", "papar"),
            ("whiskey", "wiskey"),
            ("lima mike", "leave a mic"),
            ("palo alto tower", "pallow altertower"),
            ("san carlos", "zincarlo"),
            ("norcal", "norkal"),
            ("gloster", "loster"),
            ("cirrus", "seris"),
            ("hayward", "payward"),
            ("right", "write"),
        ] {
            assert!(far(a, b) <= 34, "{a} / {b}: {}", far(a, b));
        }
        for (a, b) in [
            ("papa", "bravo"),
            ("sierra", "charlie"),
            ("one seven two", "five two one"),
            ("palo alto", "san carlos"),
            ("hotel whiskey", "sierra papa"),
            ("left", "right"),
        ] {
            assert!(far(a, b) >= 45, "{a} / {b}: {}", far(a, b));
        }
        assert_eq!(far("", ""), 0);
        assert_eq!(distance(&[b't'; 1000], &of("")), 100);
    }
}
