//! Whether a callsign that is not quite the pilot's own is a slip of it, or another aircraft's.

/// How a callsign that was said stands to the pilot's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nearness {
    /// A slip away, or the own one without its end.
    Own,
    /// Two slips away, or another flight number of the same airline: it may be either's.
    Unsure,
    /// Somebody else's.
    Far,
}

/// How `said` stands to `own`; both with the prefix that a registration or an airline has.
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
            // A figure of the flight number makes another flight; a part of the number may be all that was heard of it.
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
    // Other letters alone are more likely misheard than other figures.
    let figures = |c: &str| c.chars().filter(char::is_ascii_digit).collect::<String>();
    if edits(&s, &o) == 2 && s.len() >= 5 && figures(&s) == figures(&o) { Nearness::Unsure } else { Nearness::Far }
}

/// Whether the characters of `part` stand in `whole` in this order.
fn is_part(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    !part.is_empty() && part.chars().all(|c| rest.any(|w| w == c))
}

/// Edits between two short strings: characters too many, missing or others.
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
    fn a_slip_is_ones_own_and_another_callsign_is_not() {
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
