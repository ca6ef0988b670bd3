//! The forms under which the pilot's own callsign may be said.

use crate::units::marks::has_figure;

/// A United States registration: "N" and digits.
pub(super) fn american(callsign: &str) -> bool {
    callsign.strip_prefix('N').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The spoken forms of the own callsign, the longest first, and whether each is complete.
pub(crate) fn own_forms(own: &str) -> Vec<(String, bool)> {
    let mut forms: Vec<(String, bool)> = Vec::new();
    let mut add = |s: &str, full: bool| {
        if s.len() >= 2 && !forms.iter().any(|(f, _)| f == s) {
            forms.push((s.to_owned(), full));
        }
    };
    let tail = |n: usize| own.get(own.len().saturating_sub(n)..).unwrap_or("");
    let us = american(own);
    let digits_at = own.find(|c: char| c.is_ascii_digit());
    if us {
        add(&own[1..], true);
        if own.len() > 4 {
            add(tail(3), false);
        }
        if own.len() > 5 {
            add(tail(4), false);
        }
        if own.len() > 3 && tail(2).bytes().any(|b| b.is_ascii_alphabetic()) {
            add(tail(2), false);
        }
    } else if digits_at == Some(3) {
        add(&own[3..], true);
    } else {
        add(own, true);
        if own.len() >= 4 {
            add(&format!("{}{}", &own[..1], tail(2)), false);
            if own.get(..2).is_some_and(has_figure) {
                add(&format!("{}{}", &own[..2], tail(2)), false);
            }
            add(tail(3), false);
            add(tail(2), false);
        }
    }
    forms
}
