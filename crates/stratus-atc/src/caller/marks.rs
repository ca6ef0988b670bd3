//! Registrations whose nationality mark has a digit: "5Y-ABC", "V5-ABC", "2-ABCD".

use std::ops::Range;

use super::amid::AMID;
use super::{NOT_BEFORE, character, word};
use crate::telephony;
use crate::transcript::{Link, Token};
use crate::units::marks::has_figure;

/// The characters of a registration behind such a mark and with it.
const LONG: usize = 5;

/// Such a registration, spelt in full: a mark and three letters (Guernsey: 2 and four), wherever it stands. No other item is spelt so.
pub(super) fn marked(t: &[Token], start: usize) -> Option<(String, Range<usize>, bool)> {
    (0..t.len()).find_map(|i| {
        let said: String = t[i..].iter().take(LONG).map_while(character).collect();
        let letters = |from: usize| said.len() == LONG && said[from..].bytes().all(|b| b.is_ascii_alphabetic());
        let guernsey = said.starts_with('2') && letters(1);
        if !(letters(2) && has_figure(&said[..2]) || guernsey) {
            return None;
        }
        let before = i.checked_sub(1).map_or("", |p| word(t, p));
        let opens = matches!(t[i], Token::Digit(_, Link::First));
        let fits = if said.starts_with(|c: char| c.is_ascii_digit()) {
            // "Runway one seven, five yankee ...": digits before the mark belong to another item.
            !matches!(t[i], Token::Digit(_, Link::Joined)) && (!guernsey || opens && before != "runway")
        } else {
            // "Holding at alpha two, november hotel bravo": a point on the field, and another callsign.
            let named = NOT_BEFORE.contains(&before) || AMID.contains(&before);
            i == start || !named && (i == 0 || t[i - 1].letter().is_none())
        };
        let end = i + LONG;
        let goes_on = t.get(end).is_some_and(|x| x.letter().is_some());
        let begins = if telephony::is_type(before) { i - 1 } else { i };
        (fits && !goes_on).then_some((said, begins..end, true))
    })
}

#[cfg(test)]
mod tests {
    use crate::caller::{addressed, caller};
    use crate::hear::normalise::normalise;
    use crate::intent::Context;
    use crate::units::Region;

    fn who(text: &str, own: &str) -> String {
        let ctx = Context { own: own.parse().ok(), region: Region::ICAO, ..Context::default() };
        let t = normalise(text, &ctx);
        let (_, station) = addressed(&t, &ctx);
        caller(&t, &ctx, station.end).map_or("-".into(), |c| c.callsign.to_string())
    }

    #[test]
    fn registrations_whose_mark_has_a_digit_are_heard_in_full() {
        for (text, heard) in [
            ("entebbe tower five xray uniform golf delta request taxi", "5XUGD"),
            ("ljubljana tower sierra five delta charlie papa downwind", "S5DCP"),
            ("approach caravan seven quebec yankee lima kilo twelve miles out", "7QYLK"),
            ("eight miles west four thousand five hundred nine juliett alpha bravo charlie", "9JABC"),
            ("victor three hotel india kilo is lost", "V3HIK"),
            ("guernsey tower two golf sierra yankee juliett inbound", "2GSYJ"),
            ("larnaca 5B-CKL request start", "5BCKL"),
            // A holding point, a runway and a gate.
            ("holding at alpha two november hotel", "-"),
            ("holding short at delta two charlie kilo papa", "CKP"),
            ("vacated runway two eight at golf", "-"),
        ] {
            assert_eq!(who(text, ""), heard, "{text}");
        }
    }

    #[test]
    fn the_end_of_the_own_registration_is_heard_in_any_spelling() {
        for (text, own) in [
            ("request taxi kilo lima", "5NAKL"),
            ("five november kilo lima request taxi", "5NAKL"),
            ("right base, AKL", "5NAKL"),
            ("we'd like the latest weather, victor sierra", "GAVSK"),
            ("vsk request zone transit", "GAVSK"),
            ("G-AVSK, ready", "GAVSK"),
        ] {
            assert_eq!(who(text, own), own, "{text}");
        }
        // A taxiway, and letters that are not those of the registration.
        for text in ["taxi via alpha victor", "holding at victor sierra", "radio check kilo sierra"] {
            assert_eq!(who(text, "GAVSK"), "-", "{text}");
        }
    }

    #[test]
    fn airlines_whose_name_has_a_letter_or_an_accent_are_heard() {
        for (text, heard) in [
            ("request pushback air india four five seven", "AIC457"),
            ("air india one one two heavy descending", "AIC112"),
            ("Widerøe eight three two ready", "WIF832"),
            ("good morning widerøe two one whiskey", "WIF21W"),
            ("with information india, alitalia four", "AZA4"),
        ] {
            assert_eq!(who(text, ""), heard, "{text}");
        }
    }
}
