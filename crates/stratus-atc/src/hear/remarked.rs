//! The remarks of a call with their values: the phrases of `remarks.txt`, the visual reporting point, and the named service.

use std::ops::Range;

use super::clauses::Clauses;
use super::frames::{self, Facts, Words};
use super::is_used;
use crate::caller;
use crate::entities;
use crate::figures;
use crate::remark::{Circle, Remark, Remarks};
use crate::say::spoken;
use crate::transcript::Token;
use crate::units::{Facility, Region, Runway};

/// Words before the name of a point that a pilot flies to, past or over.
const LEADS: [&str; 7] = ["via", "to", "over", "overhead", "position", "at", "passing"];
/// A service is addressed by name within this many words of the start.
const CALLED_WITHIN: usize = 5;

/// The remarks of a call. `letter` is the ATIS letter in the call.
pub(crate) fn remarked(
    t: &[Token],
    hidden: &[Range<usize>],
    words: &Words,
    facts: Facts,
    clauses: &Clauses,
    letter: Option<char>,
    region: Region,
) -> Remarks {
    let mut remarks = Remarks::with(point(t, clauses, letter), service(region, clauses));
    remarks.weather_at = weather_at(t);
    super::asked::subjects(t).into_iter().for_each(|r| remarks.tell(r));
    remarks.out = super::way_out::way_out(t, hidden);
    remarks.facing = facing(t);
    remarks.circle = circle(t);
    frames::remarks(words, facts, clauses).into_iter().for_each(|r| remarks.tell(r));
    if remarks.has(Remark::AsksFrequency) {
        let free = |i: &usize| !hidden.iter().any(|h| h.contains(i));
        let unit = |i: usize| match t[i].word().trim_end_matches("'s") {
            "atis" => Some(Facility::Atis),
            "info" => Some(Facility::Ctaf),
            w => caller::facility_of(w),
        };
        remarks.frequency_of = (0..t.len()).filter(free).find_map(unit);
    }
    if remarks.has(Remark::AsksRunway) && remarks.weather_at.is_none() {
        remarks.weather_at = runway_at(t);
    }
    let name = region.unit_information.to_lowercase();
    if t.iter().take(CALLED_WITHIN).skip(1).any(|x| x.is(&name)) {
        remarks.tell(Remark::CallsService);
    }
    remarks
}

/// The flight information service that the pilot names, if the state provides it: "Traffic Service" (CAP 774).
fn service(region: Region, clauses: &Clauses) -> Option<String> {
    let says = |w: &str| !clauses.find(|x| x == w).is_empty();
    let named = region.vfr_services.iter().filter(|n| n.ends_with(" service"));
    // The list begins with the simplest: a pilot who names two wants the other one if it can be had.
    let found = named.rev().filter(|_| says("service")).find(|n| n.split(' ').next().is_some_and(says))?;
    let mut words: Vec<String> = found.split(' ').map(str::to_owned).collect();
    for w in &mut words {
        w[..1].make_ascii_uppercase();
    }
    Some(words.join(" "))
}

/// "Facing west", "nose to the north", "tail towards the east": the way that the aircraft is to face at the end of the pushback.
fn facing(t: &[Token]) -> Option<String> {
    (0..t.len()).find_map(|i| {
        let end = match t[i].word() {
            "facing" | "face" => "facing",
            "nose" => "nose",
            "tail" => "tail",
            _ => return None,
        };
        let small = |k: &usize| t.get(*k).is_some_and(|x| ["to", "the", "towards", "toward", "is", "be"].iter().any(|w| x.is(w)));
        let at = (i + 1..t.len()).find(|k| !small(k))?;
        let way = entities::compass(t[at].word())?;
        // "Facing east or west" leaves the choice to the controller.
        let choice = t.get(at + 1).is_some_and(|x| x.is("or"));
        (!choice).then(|| format!("{end} {way}"))
    })
}

/// "Circle to land one zero", "ILS two eight right, circling one zero": the runway of the landing, and that of the approach.
fn circle(t: &[Token]) -> Option<Circle> {
    let at = t.iter().position(|x| ["circle", "circling", "circles"].iter().any(|w| x.is(w)))?;
    let said = figures::runways(t);
    // A number behind "circle to" is a runway, also without that word.
    let bare = (at + 1..(at + 6).min(t.len())).find(|i| t[*i].digit().is_some()).and_then(|i| {
        let end = figures::run_end(t, i);
        let number = figures::digits(t, i..end).parse().ok().filter(|_| end - i <= 2)?;
        Runway::new(number, figures::side_at(t, end))
    });
    let behind = said.iter().find(|f| f.range.start > at && f.range.start < at + 6).map(|f| f.value);
    let from = said.iter().find(|f| f.range.end <= at).map(|f| f.value);
    behind.or(bare).map(|to| Circle { to, from })
}

/// Words around "weather" that do not name a place.
const NO_PLACE: [&str; 33] = [
    "the",
    "your",
    "field",
    "here",
    "airport",
    "this",
    "my",
    "our",
    "of",
    "current",
    "latest",
    "any",
    "and",
    "a",
    "is",
    "check",
    "get",
    "have",
    "for",
    "local",
    "request",
    "requesting",
    "actual",
    "present",
    "some",
    "bad",
    "destination",
    "worsening",
    "to",
    "clear",
    "minutes",
    "now",
    "that",
];

/// "The weather at Odense", "the latest Bromma weather".
fn weather_at(t: &[Token]) -> Option<String> {
    let at = t.iter().position(|x| x.is("weather") || x.is("conditions"))?;
    let name = |i: usize| t.get(i).map(Token::word).filter(|w| w.len() > 3 && !NO_PLACE.contains(w)).map(str::to_owned);
    if t.get(at + 1).is_some_and(|x| ["at", "in", "over", "around", "near", "for"].iter().any(|w| x.is(w))) {
        return name(at + 2);
    }
    let asked = at >= 2 && ["latest", "current", "the", "actual", "get", "have"].iter().any(|w| t[at - 2].is(w));
    if asked { name(at - 1) } else { None }
}

/// "Which runway are they using at Monterey": the place whose runway is asked for.
fn runway_at(t: &[Token]) -> Option<String> {
    let leads = |i: &usize| t[*i].is("at") || t[*i].is("in") || t[*i].is("over");
    let named = |i: usize| t.get(i + 1).map(Token::word).filter(|w| w.len() > 3 && !NO_PLACE.contains(w) && !is_used(w));
    (0..t.len()).filter(leads).find_map(named).map(str::to_owned)
}

/// A visual reporting point by its letter and, where several share it, its number: "Echo", "Sierra 2". A letter in a callsign, in an ATIS
/// report or among other letters is not a point.
fn point(t: &[Token], c: &Clauses, atis: Option<char>) -> Option<String> {
    let at = c.find(|w| w == "@");
    let bars = c.find(|w| w == "|");
    let alone = |i: usize| c.word(i + 1) != "@" && (i == 0 || c.word(i - 1) != "@");
    // After a word that leads to a point, or directly after the callsign.
    let led = |i: usize| i > 0 && (LEADS.contains(&c.word(i - 1)) || c.word(i - 1) == "|" && bars.last() == Some(&(i - 1)));
    let place = at.iter().copied().find(|i| alone(*i) && led(*i))?;
    // Which of the spoken letters it is; the letters of the callsign are one position.
    let letters: Vec<usize> = (0..t.len()).filter(|i| matches!(t[*i], Token::Letter(_))).collect();
    let callsign_behind = bars.iter().any(|b| *b > place);
    let nth = if callsign_behind {
        at.iter().position(|i| *i == place)?
    } else {
        letters.len().checked_sub(at.iter().rev().position(|i| *i == place)? + 1)?
    };
    let token = *letters.get(nth)?;
    let Token::Letter(letter) = t[token] else { return None };
    if atis == Some(letter.to_ascii_uppercase()) {
        return None;
    }
    let behind = |n: usize| t.get(token + n);
    let figure = behind(2)
        .is_some_and(|x| x.digit().is_some() || ["thousand", "hundred", "miles", "feet", "point", "decimal"].iter().any(|w| x.is(w)));
    let number = behind(1).and_then(Token::digit).filter(|_| !figure);
    let mut name = spoken::characters(&letter.to_string());
    name.replace_range(..1, &name[..1].to_uppercase());
    Some(number.map_or(name.clone(), |n| format!("{name} {n}")))
}

#[cfg(test)]
mod tests {
    use crate::act::Act;
    use crate::intent::Context;
    use crate::remark::{Remark, Remarks};
    use crate::understand::understand;
    use crate::units::{Facility, Region};

    fn remarks(text: &str) -> Remarks {
        let own = "N172SP".parse().ok();
        understand(text, &Context { facility: Some(Facility::Tower), own, ..Context::default() }).remarks
    }

    #[test]
    fn each_remark_is_recognised_in_typical_wordings() {
        for (text, remark) in [
            ("172sp request the fire trucks", Remark::AsksForHelp),
            ("172sp we are evacuating", Remark::NeedsHelpNow),
            ("172sp we could use a tug", Remark::WantsTow),
            ("172sp we are in the solid overcast", Remark::IntoCloud),
            ("172sp we are out of the clouds", Remark::OutOfCloud),
            ("172sp i can see the ground", Remark::SeesGround),
            ("172sp could you look at our landing gear", Remark::GearLook),
            ("172sp is the gear down", Remark::GearLook),
            ("172sp taking off", Remark::TakesOff),
            ("172sp we're rolling", Remark::Rolls),
            ("172sp past the weather", Remark::PastWeather),
            ("172sp the buildup is behind us", Remark::PastWeather),
            ("172sp what's our number", Remark::AsksPlace),
            ("172sp who is ahead of us", Remark::AsksPlace),
            ("172sp confirm squawk four two one one", Remark::AsksCode),
            ("172sp verify altitude", Remark::AsksLevel),
            ("172sp confirm we are cleared into the bravo", Remark::AsksBravo),
            ("172sp what is the transition level", Remark::AsksTransitionLevel),
            ("172sp what is the q f e", Remark::AsksQfe),
            ("172sp which information is current", Remark::AsksLetter),
            ("172sp request to join overhead", Remark::JoinsOverhead),
            ("172sp standby", Remark::CallsBack),
            ("172sp request the full procedure", Remark::FullProcedure),
            ("172sp how far is it to run", Remark::AsksDistance),
            ("172sp what's our distance to the field", Remark::AsksDistance),
            ("172sp do you want us to go over to tower", Remark::AsksNext),
            ("172sp should we switch to departure", Remark::AsksNext),
            ("172sp what are we cleared to again", Remark::AsksCleared),
            ("172sp do you know where the tops are", Remark::AsksReports),
            ("172sp we need ten more minutes", Remark::NeedsTime),
            ("172sp stop the push please", Remark::Halts),
            ("172sp we gotta stop right here for a minute", Remark::Halts),
            ("172sp is it okay if we do our run up here", Remark::Checks),
            ("172sp we can keep rolling", Remark::GoesOn),
            ("172sp mind if we roll it out to the end", Remark::RollsOut),
            ("172sp which way do you want us facing", Remark::AsksFacing),
            ("172sp are we cleared to cross two four left", Remark::AsksCrossing),
            ("172sp confirm hold short of which runway", Remark::AsksHoldShort),
            ("172sp which taxiway do you want us on", Remark::AsksRoute),
            ("172sp do we have a slot", Remark::AsksSlot),
            ("172sp how long is the runway", Remark::AsksLength),
            ("172sp any birds about", Remark::AsksBirds),
            ("172sp what is the rvr", Remark::AsksRvr),
            ("172sp say missed approach instructions", Remark::AsksMissed),
            ("172sp are the trucks standing by", Remark::AsksServices),
            ("172sp which side are the trucks", Remark::AsksWhereServices),
            ("172sp we want to go back to the ramp", Remark::WantsStand),
            ("172sp it is nothing serious", Remark::Minor),
            ("172sp request taxi to the holding point for another circuit", Remark::GoesOut),
            ("172sp we would like to leave the hold", Remark::LeavesHold),
            ("172sp request to cancel the hold", Remark::LeavesHold),
            ("172sp can we get out of the hold", Remark::LeavesHold),
            ("172sp let us make it a full stop", Remark::ChangesMind),
            ("172sp light icing at seven thousand minus five", Remark::GivesReport),
            ("172sp we are picking up some rime at eight thousand", Remark::GivesReport),
            ("172sp moderate chop through niner thousand", Remark::GivesReport),
            ("172sp we would take a short approach", Remark::Wishes),
        ] {
            assert!(remarks(text).has(remark), "{text}: {:?}", remarks(text));
        }
    }

    #[test]
    fn denials_and_words_about_others_are_not_remarks() {
        for (text, remark) in [
            ("172sp we do not need the fire trucks", Remark::AsksForHelp),
            ("172sp no ambulance", Remark::AsksForHelp),
            ("172sp the cherokee is evacuating", Remark::NeedsHelpNow),
            ("172sp we do not need a tow", Remark::WantsTow),
            ("172sp cannot see the ground", Remark::SeesGround),
            ("172sp the cherokee is taking off", Remark::TakesOff),
            ("172sp three green gear down and locked", Remark::GearLook),
            ("172sp request squawk", Remark::AsksCode),
            ("n172sb confirm squawk", Remark::AsksBravo),
            ("172sp the cherokee wants to stop here", Remark::Halts),
            ("172sp no fire trucks needed", Remark::NeedsHelpNow),
            ("172sp request fuel services", Remark::NeedsHelpNow),
            ("172sp what is the surface wind", Remark::AsksSurface),
            ("172sp we do not need to do our run up", Remark::Checks),
            ("172sp the transition level is seven zero", Remark::AsksTransitionLevel),
        ] {
            assert!(!remarks(text).has(remark), "{text}");
        }
    }

    #[test]
    fn a_reporting_point_and_a_service_carry_their_values() {
        assert_eq!(remarks("172sp over sierra two").point.as_deref(), Some("Sierra 2"));
        assert_eq!(remarks("172sp via echo").point.as_deref(), Some("Echo"));
        assert_eq!(remarks("172sp over sierra echo").point, None, "two letters are not a point");
        let ctx = Context { region: Region::of("EGLL", ""), ..Context::default() };
        assert_eq!(understand("london information request a traffic service", &ctx).remarks.service.as_deref(), Some("Traffic Service"));
        assert_eq!(remarks("172sp request traffic service").service, None, "the state has no service by that name");
    }

    #[test]
    fn remarks_and_acts_share_no_names() {
        for remark in Remark::ALL {
            assert_eq!(Act::of(remark.word()), None, "frames.txt and remarks.txt share their notation");
            assert_eq!(Remark::of(remark.word()), Some(*remark));
        }
    }
}
