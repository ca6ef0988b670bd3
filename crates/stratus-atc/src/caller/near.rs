//! Decides whether a callsign that is not quite the pilot's own is a slip or another aircraft's.

/// How close a spoken callsign is to the pilot's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nearness {
    /// One slip away, or the own one without its end.
    Own,
    /// Two slips away, or another flight number of the same airline: it may be either.
    Unsure,
    /// Another aircraft's.
    Far,
}

/// Compares `said` with `own`; both include the prefix of the registration or airline.
pub(super) fn nearness(said: &str, own: &str) -> Nearness {
    let body = |c: &str| c.strip_prefix('N').unwrap_or(c).to_owned();
    let airline = |c: &str| c.find(|c: char| c.is_ascii_digit()) == Some(3);
    if airline(own) {
        let (said_number, own_number) = (said.get(3..).unwrap_or(""), &own[3..]);
        if !airline(said) {
            return Nearness::Far;
        }
        let figures = |n: &str| n.chars().filter(char::is_ascii_digit).collect::<String>();
        return match (said[..3] == own[..3], edits(said_number, own_number)) {
            (true, 0 | 1) if figures(said_number) == figures(own_number) => Nearness::Own,
            // A different digit in the flight number makes another flight, but the recogniser may have heard only part of the number.
            (true, 1) | (false, 0) => Nearness::Unsure,
            (true, _) if is_part(said_number, own_number) => Nearness::Unsure,
            _ => Nearness::Far,
        };
    }
    if airline(said) {
        return Nearness::Far;
    }
    let (s, o) = (body(said), body(own));
    if s.len() >= 3 && s.len() < o.len() && o.starts_with(&s) && s.bytes().any(|b| b.is_ascii_digit()) || edits(&s, &o) == 1 && s.len() >= 4
    {
        return Nearness::Own;
    }
    // Different letters are more likely misheard than different digits.
    let figures = |c: &str| c.chars().filter(char::is_ascii_digit).collect::<String>();
    if edits(&s, &o) == 2 && s.len() >= 5 && figures(&s) == figures(&o) { Nearness::Unsure } else { Nearness::Far }
}

/// Whether the characters of `part` occur in `whole` in this order.
fn is_part(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    !part.is_empty() && part.chars().all(|c| rest.any(|w| w == c))
}

/// The edit distance between two short strings: extra, missing or different characters.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_own_callsign_is_told_from_another_one() {
        for (said, own, want) in [
            ("N172S", "N172SP", Nearness::Own),
            ("N172SB", "N172SP", Nearness::Own),
            ("N171SP", "N172SP", Nearness::Own),
            ("N172AB", "N172SP", Nearness::Unsure),
            ("N739HW", "N172SP", Nearness::Far),
            ("N91345", "N12345", Nearness::Far),
            ("EZY46Q", "EZY46K", Nearness::Own),
            ("BAW124", "BAW123", Nearness::Unsure),
            ("UAL4", "UAL1479", Nearness::Unsure),
            ("UAL2", "UAL1479", Nearness::Far),
            ("DLH123", "BAW123", Nearness::Unsure),
            ("DLH124", "BAW123", Nearness::Far),
            ("N172SP", "BAW123", Nearness::Far),
            ("", "N1", Nearness::Far),
        ] {
            assert_eq!(nearness(said, own), want, "{said} of {own}");
        }
    }
}
