//! The words of one item, written and spoken.

use crate::instruction::{Ask, Climb, Emergency, Hold, Item, Landing, Legs, Part, Pressure, ReportPoint, Services, Wish};
use crate::spoken;
use crate::units::region::filled;
use crate::units::{Frequency, Region, Runway, Transition, compass_word};

/// The runway is inside the published name of an instrument approach: "ILS runway 28R approach" (7110.65 4-8-1).
pub(super) fn names_runway(item: &Item, region: Region) -> bool {
    let own = |kind: &str| !kind.eq_ignore_ascii_case("visual") && !kind.eq_ignore_ascii_case("approach");
    region.runway_in_approach && matches!(item, Item::Approach { kind, .. } if own(kind))
}

/// The written and spoken words of an item; empty if the next item includes them.
pub(super) fn words(item: &Item, next: Option<&Item>, region: Region) -> (String, String) {
    let same = |s: &str| (s.to_owned(), s.to_owned());
    let rw = |r: Runway| (written(r, region), spoken::runway(r, region));
    match item {
        // "Taxi to holding point runway 27L": the taxi item includes the runway.
        Item::Runway(r) => {
            let (w, s) = rw(*r);
            if let Some(Item::Taxi { via, to_holding_point: true }) = next {
                return (
                    format!("taxi to holding point runway {w}{}", via_written(via)),
                    format!("taxi to holding point runway {s}{}", via_spoken(via)),
                );
            }
            (format!("runway {w}"), format!("runway {s}"))
        }
        Item::Taxi { to_holding_point: true, .. } => same(""),
        Item::Taxi { via, .. } => (format!("taxi{}", via_written(via)), format!("taxi{}", via_spoken(via))),
        Item::TaxiToParking { place, via } => {
            (format!("taxi to {place}{}", via_written(via)), format!("taxi to {}{}", spoken::words(place, region), via_spoken(via)))
        }
        Item::HoldShort { runway, at } => {
            let ((w, s), verb) = (rw(*runway), region.hold_short);
            (format!("{verb} runway {w}{}", at_written(at)), format!("{verb} runway {s}{}", at_spoken(at)))
        }
        Item::Cross { runway, at } => {
            let (w, s) = rw(*runway);
            (format!("cross runway {w}{}", at_written(at)), format!("cross runway {s}{}", at_spoken(at)))
        }
        Item::Condition(w) => (w.clone(), spoken::words(w, region)),
        Item::LineUpAndWait => same(region.line_up),
        Item::ClearedForTakeoff { at } => {
            let verb = region.takeoff;
            match at {
                Some(a) => (format!("at {a}, {verb}"), format!("at {}, {verb}", spoken::characters(a))),
                None => same(verb),
            }
        }
        Item::Cleared(l) => same(match l {
            Landing::FullStop => "cleared to land",
            Landing::TouchAndGo => "cleared touch-and-go",
            Landing::StopAndGo => "cleared stop-and-go",
            Landing::Option => "cleared for the option",
            Landing::LowApproach => "cleared low approach",
        }),
        Item::CancelTakeoff => same("cancel takeoff clearance"),
        Item::Continue => same(region.continue_approach),
        Item::GoAround => same("go around"),
        Item::ClosedTraffic(s) => same(&filled(region.closed_traffic, &[("side", s.word())])),
        Item::RunwayHeading => same("fly runway heading"),
        Item::DepartureApproved(w) => same(&format!("{w} departure approved")),
        Item::Enter(side, leg) => same(&format!("{} {} {}", region.join, side.word(), leg.word())),
        Item::ChangeRunway(r) => {
            let (w, s) = rw(*r);
            (format!("change to runway {w} approved"), format!("change to runway {s} approved"))
        }
        Item::Service(w) => same(w),
        Item::StraightIn => same("make straight-in"),
        Item::PatternWords(w) | Item::Advice(w) => (w.clone(), spoken::words(w, region)),
        Item::Report(p) => report(p, region),
        Item::Sequence { number, following } => {
            let who = following.as_ref();
            (
                format!("number {number}{}", who.map_or_else(String::new, |w| format!(", follow {w}"))),
                format!(
                    "number {}{}",
                    spoken::small(*number),
                    who.map_or_else(String::new, |w| format!(", follow {}", spoken::words(w, region)))
                ),
            )
        }
        Item::Traffic(w) => {
            let w = told_once(w);
            (format!("traffic, {w}"), format!("traffic, {}", spoken::words(&w, region)))
        }
        Item::Contact { unit, frequency } => unit_on("contact", unit, *frequency, region),
        Item::Monitor { unit, frequency } => unit_on("monitor", unit, *frequency, region),
        Item::ThisIs(unit) => same(&format!("this is {unit}")),
        Item::FrequencyChangeApproved => same("frequency change approved"),
        Item::RemainThisFrequency => same("remain this frequency"),
        Item::Squawk(c) => (format!("squawk {c}"), format!("squawk {}", spoken::whole(&c.to_string(), region))),
        Item::SquawkVfr => both(region.squawk_vfr, &[("code", region.vfr_code.to_owned(), spoken::whole(region.vfr_code, region))]),
        Item::Ident => same("ident"),
        Item::Altitude { way, feet, level } => altitude(*way, *feet, *level, region),
        Item::Heading { turn, degrees } => {
            let verb = turn.map_or_else(|| "fly heading".to_owned(), |s| format!("turn {} heading", s.word()));
            (format!("{verb} {degrees:03}"), format!("{verb} {}", spoken::characters(&format!("{degrees:03}"))))
        }
        Item::TurnDegrees { side, degrees } => (
            format!("turn {degrees} degrees {}", side.word()),
            format!("turn {} degrees {}", spoken::characters(&degrees.to_string()), side.word()),
        ),
        Item::NoGyro => same("this will be a no-gyro vector"),
        Item::StartTurn(side) => same(&format!("turn {}", side.word())),
        Item::StopTurn => same("stop turn"),
        Item::Speed(kt) => {
            (format!("reduce speed to {kt} knots"), format!("reduce speed to {} knots", spoken::characters(&kt.to_string())))
        }
        // Below 3 knots the wind is calm (7110.65 2-6-5).
        Item::Wind { knots, .. } if i32::from(*knots) < region.calm_below => {
            let what = region.wind.split_once(" {").map_or("wind", |(what, _)| what);
            same(&format!("{what} calm"))
        }
        Item::Wind { dir, knots } => {
            let (d, k) = (format!("{dir:03}"), knots.to_string());
            let (ds, ks) = (spoken::characters(&d), spoken::characters(&k));
            both(region.wind, &[("dir", d, ds), ("knots", k, ks)])
        }
        Item::Pressure(Pressure::Altimeter(n)) => {
            let word = region.pressure_word;
            (format!("{word} {}.{:02}", n / 100, n % 100), format!("{word} {}", spoken::characters(&format!("{n:04}"))))
        }
        Item::Pressure(Pressure::Qnh(n)) => (format!("QNH {n}"), format!("QNH {}", spoken::whole(&n.to_string(), region))),
        Item::Pressure(Pressure::Qfe(n)) => (format!("QFE {n}"), format!("QFE {}", spoken::whole(&n.to_string(), region))),
        Item::AtisCurrent(c) => (
            format!("information {} is current", title(spoken::characters(&c.to_string()))),
            format!("information {} is current", spoken::characters(&c.to_string())),
        ),
        Item::RadarContact(at) => {
            let verb = region.identified;
            match at {
                Some(p) => (format!("{verb}, {p}"), format!("{verb}, {}", spoken::words(p, region))),
                None => same(verb),
            }
        }
        Item::RadarServiceTerminated => same("radar service terminated"),
        Item::ResumeOwnNavigation => same("resume own navigation"),
        Item::Direct(w) => (format!("proceed direct {w}"), format!("proceed direct {}", spoken::words(w, region))),
        Item::HoldForRelease => same("hold for release"),
        Item::Released => same("released for departure"),
        Item::VoidTime { off_by, advise_by, now } => {
            let at = |said: &dyn Fn(&str) -> String| {
                let [off, advise, now] = [off_by, advise_by, now].map(|t| said(&clock(*t)));
                format!("clearance void if not off by {off}, if not off by {off} advise not later than {advise} of intentions, time {now}")
            };
            (at(&str::to_owned), at(&spoken::characters))
        }
        Item::FieldAt { name, degrees, miles } => {
            let unit = if *miles == 1 { "mile" } else { "miles" };
            let small = u8::try_from(*miles).map_or_else(|_| miles.to_string(), spoken::small);
            (
                format!("{name} airport, heading {degrees:03}, {miles} {unit}"),
                format!("{name} airport, heading {}, {small} {unit}", spoken::characters(&format!("{degrees:03}"))),
            )
        }
        Item::UntilEstablished => same("until established on the final approach course"),
        Item::IfrCancelled => same("IFR cancellation received"),
        Item::Stop => same(region.stop),
        Item::Verify { feet, level } => {
            (format!("verify at {}", figure(*feet, *level)), format!("verify at {}", spoken::level(*feet, *level, region)))
        }
        Item::ExpectAltitude { feet, level } => (
            format!("expect {} 10 minutes after departure", figure(*feet, *level)),
            format!("expect {} one zero minutes after departure", spoken::level(*feet, *level, region)),
        ),
        Item::Block { low, high } => {
            let flight_level = |feet: i32| Transition::of(region, "", None).level_of(feet).is_flight();
            (
                format!("maintain block {} through {}", figure(*low, flight_level(*low)), figure(*high, flight_level(*high))),
                format!(
                    "maintain block {} through {}",
                    spoken::altitude(*low, flight_level(*low)),
                    spoken::altitude(*high, flight_level(*high))
                ),
            )
        }
        Item::Hold(hold) => held(hold, region),
        Item::ExpectedApproach(minutes) => {
            let clock = clock(*minutes);
            (format!("expected approach time {clock}"), format!("expected approach time {}", spoken::characters(&clock)))
        }
        Item::ExpectFurther(minutes) => {
            let clock = clock(*minutes);
            (format!("expect further clearance {clock}"), format!("expect further clearance {}", spoken::characters(&clock)))
        }
        Item::Height(feet) => (figure(*feet, false), spoken::altitude(*feet, false)),
        Item::ResetTransponder => same("reset transponder"),
        Item::ClearedTo { limit, procedure, route } => {
            let mut rest = String::new();
            if let Some(r) = route {
                let via = if matches!(r.as_str(), "as filed" | "then as filed" | "direct") { "" } else { "via " };
                rest.push_str(&format!(", {via}{r}"));
            }
            let (w, s) = match procedure {
                Some(p) => {
                    (format!("cleared to {limit}, {p} departure"), format!("cleared to {limit}, {} departure", spoken::departure(p)))
                }
                None => (format!("cleared to {limit}"), format!("cleared to {limit}")),
            };
            (w + &rest, spoken::words(&(s + &rest), region))
        }
        // No data names an approach, and the pilot has not chosen one (7110.65 4-8-1: any published approach).
        Item::Approach { kind, expect } if kind.is_empty() => {
            let words = if *expect { "expect vectors to final approach" } else { "cleared approach" };
            match next {
                Some(Item::Runway(r)) if names_runway(item, region) => {
                    let (w, s) = rw(*r);
                    (format!("{words} runway {w}"), format!("{words} runway {s}"))
                }
                _ => same(words),
            }
        }
        Item::Approach { kind, expect } => {
            let verb = if *expect { "expect" } else { "cleared" };
            let said = spoken::approach(kind);
            match next {
                Some(Item::Runway(r)) if names_runway(item, region) => {
                    let (w, s) = rw(*r);
                    (format!("{verb} {kind} runway {w} approach"), format!("{verb} {said} runway {s} approach"))
                }
                _ => (format!("{verb} {kind} approach"), format!("{verb} {said} approach")),
            }
        }
        Item::Circle(r) => {
            let (w, s) = rw(*r);
            (format!("circle to runway {w}"), format!("circle to runway {s}"))
        }
        Item::OnTop(None) => same("maintain VFR-on-top"),
        Item::OnTop(Some(feet)) => {
            let words = |n: String| {
                format!("climb to and report reaching VFR-on-top, no tops reports, if not on top at {n}, maintain {n} and advise")
            };
            (words(figure(*feet, false)), words(spoken::altitude(*feet, false)))
        }
        Item::TransitionApproved(w) if w.is_empty() => same("transition approved"),
        Item::TransitionApproved(w) => same(&format!("transition {w} approved")),
        Item::SpecialVfr { out, name } => {
            let words = if *out { region.special_vfr_out } else { region.special_vfr_in };
            same(&filled(words, &[("name", name)]).replace("  ", " "))
        }
        Item::ClearedThrough(w) => same(&format!("cleared through {w} airspace")),
        Item::ClearedInto(w) => same(&format!("cleared to enter {w} airspace")),
        Item::RemainOutside(w) => same(&format!("remain outside {w}")),
        Item::Pushback { startup, push, facing } => {
            let verb = match (startup, push) {
                (true, true) => region.push_and_start,
                (true, false) => region.start_up,
                _ => "push back approved",
            };
            same(&facing.as_ref().map_or_else(|| verb.to_owned(), |f| format!("{verb}, {f}")))
        }
        Item::Roger => same("roger"),
        Item::RogerEmergency(Emergency::Mayday) => same("roger mayday"),
        Item::Deviation { side, degrees: Some(n) } => {
            let words = |n: String| format!("deviation {n} degrees {} of course approved", side.word());
            (words(n.to_string()), words(spoken::characters(&n.to_string())))
        }
        Item::Deviation { side, degrees: None } => same(&format!("deviation {} of course approved", side.word())),
        Item::Affirm => same(region.affirm),
        Item::Services(Services::Alerted) => same("emergency services have been alerted"),
        Item::Services(Services::Assistance) => same("assistance has been requested"),
        Item::Services(Services::Tow) => same("a tow has been requested"),
        Item::EmergencyCancelled => same("emergency cancelled"),
        Item::RogerEmergency(Emergency::Pan) => same("roger pan"),
        Item::Unable(why) => (format!("unable, {why}"), format!("unable, {}", spoken::words(why, region))),
        Item::Negative => same("negative"),
        Item::ReadYou => (region.read_you.to_owned(), spoken::words(region.read_you, region)),
        Item::GoAhead => same(region.go_ahead),
        Item::Standby => same("standby"),
        Item::ReadbackCorrect => same("readback correct"),
        Item::ReadBack(w) => {
            // The prescribed form is "read back hold short instructions" (7110.65 3-7-2).
            let verb = if w == "instruction" || w.starts_with("hold short") && !w.contains(" and ") { "read back" } else { "verify" };
            (format!("{verb} {w}"), format!("{verb} {}", spoken::words(w, region)))
        }
        Item::Ask(a) => same(ask(*a)),
        Item::Confirm { wish: Wish::Distress, .. } => same("are you declaring an emergency?"),
        Item::Confirm { wish, runway } => {
            let what = confirm(*wish);
            match runway.map(rw) {
                Some((w, s)) => (format!("verify {what} runway {w}"), format!("verify {what} runway {s}")),
                None => same(&format!("verify {what}")),
            }
        }
        Item::HoldPosition => same("hold position"),
        Item::HoldingPoint(name) => same(&format!("holding point {name}")),
        Item::HoldShortOf(place) => same(&format!("hold short of {place}")),
        Item::RunwayAvailable(r) => {
            let (w, s) = rw(*r);
            (format!("runway {w} available"), format!("runway {s} available"))
        }
        Item::AnyRunway => same("any runway available, wind and runway at your discretion, say intentions"),
    }
}

/// Removes repetitions: "sweeper on runway, on the runway" is one place, and "traffic, traffic" one aircraft.
fn told_once(words: &str) -> String {
    let words = words.strip_prefix("traffic, ").unwrap_or(words);
    words.replace(" on runway, on the runway", " on the runway").replace(" on the runway, on the runway", " on the runway")
}

fn written(r: Runway, region: Region) -> String {
    let text = r.to_string();
    let side = text.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}{side}", spoken::figures(r, region))
}

/// Fills a region's wording with values, written and spoken.
fn both(words: &str, values: &[(&str, String, String)]) -> (String, String) {
    let written: Vec<(&str, &str)> = values.iter().map(|(name, written, _)| (*name, written.as_str())).collect();
    let said: Vec<(&str, &str)> = values.iter().map(|(name, _, said)| (*name, said.as_str())).collect();
    (filled(words, &written), filled(words, &said))
}

fn title(word: String) -> String {
    let mut c = word.chars();
    c.next().map_or_else(String::new, |f| f.to_uppercase().chain(c).collect())
}

fn via_written(via: &[String]) -> String {
    if via.is_empty() { String::new() } else { format!(" via {}", via.join(", ")) }
}

fn via_spoken(via: &[String]) -> String {
    let names: Vec<String> = via.iter().map(|v| spoken::characters(v)).collect();
    if names.is_empty() { String::new() } else { format!(" via {}", names.join(", ")) }
}

fn at_written(at: &Option<String>) -> String {
    at.as_ref().map_or_else(String::new, |a| format!(" at {a}"))
}

fn at_spoken(at: &Option<String>) -> String {
    at.as_ref().map_or_else(String::new, |a| format!(" at {}", spoken::characters(a)))
}

fn unit_on(verb: &str, unit: &str, frequency: Option<Frequency>, region: Region) -> (String, String) {
    match frequency {
        Some(f) => (format!("{verb} {unit} {f}"), format!("{verb} {unit} {}", spoken::frequency(f, region))),
        None => (format!("{verb} {unit}"), format!("{verb} {unit}")),
    }
}

fn altitude(way: Climb, feet: i32, level: bool, region: Region) -> (String, String) {
    let verb = match way {
        Climb::Climb => {
            if level {
                region.climb_level
            } else {
                region.climb
            }
        }
        Climb::Descend => {
            if level {
                region.descend_level
            } else {
                region.descend
            }
        }
        Climb::Maintain => region.maintain,
        Climb::AtOrBelow => "maintain VFR at or below {level}",
        Climb::AtOrAbove => "maintain VFR at or above {level}",
    };
    let (written, said) = (figure(feet, level), spoken::level(feet, level, region));
    let (written, said) = if level { (written, said) } else { both(region.altitude, &[("feet", written, said)]) };
    both(verb, &[("level", written, said)])
}

/// "hold east of SUNOL, inbound course 270, 1 minute legs, right turns", in the words of the state.
fn held(hold: &Hold, region: Region) -> (String, String) {
    let place = hold.fix.clone().unwrap_or_else(|| "present position".to_owned());
    let Some(inbound) = hold.inbound else {
        return (format!("hold at {place} as published"), format!("hold at {} as published", spoken::words(&place, region)));
    };
    // The aircraft holds on the side from which it comes.
    let side = compass_word(f64::from(inbound) + 180.0);
    let lead = if region.hold_direction && hold.fix.is_some() { format!("{side} of") } else { "at".to_owned() };
    let (figures, named) = match hold.legs {
        Legs::HalfMinutes(2) => ("1 minute".to_owned(), "one minute".to_owned()),
        Legs::HalfMinutes(n) if n % 2 == 0 => (format!("{} minute", n / 2), format!("{} minute", spoken::small(n / 2))),
        Legs::HalfMinutes(n) => (format!("{}.5 minute", n / 2), format!("{} and a half minute", spoken::small(n / 2))),
        Legs::Miles(n) => (format!("{n} mile"), format!("{} mile", spoken::small(n))),
    };
    // "Outbound two minutes", but "two minute legs".
    let plural = if region.hold.contains("outbound") && hold.legs != Legs::HalfMinutes(2) { "s" } else { "" };
    let (figures, named) = (figures + plural, named + plural);
    let course = format!("{inbound:03}");
    both(
        region.hold,
        &[
            ("where", format!("{lead} {place}"), format!("{lead} {}", spoken::words(&place, region))),
            ("course", course.clone(), spoken::characters(&course)),
            ("side", hold.turns.word().to_owned(), hold.turns.word().to_owned()),
            ("legs", figures, named),
        ],
    )
}

/// "1745": minutes of the UTC day.
pub(super) fn clock(minutes: u16) -> String {
    format!("{:02}{:02}", minutes / 60 % 24, minutes % 60)
}

/// "3,500", or "FL350".
fn figure(feet: i32, level: bool) -> String {
    if level {
        format!("FL{:03}", feet / 100)
    } else if feet >= 1000 {
        format!("{},{:03}", feet / 1000, feet % 1000)
    } else {
        feet.to_string()
    }
}

fn report(p: &ReportPoint, region: Region) -> (String, String) {
    let side = |s: &Option<crate::units::Side>| s.map_or_else(String::new, |s| format!("{} ", s.word()));
    let (w, s) = match p {
        ReportPoint::Midfield(s) => {
            let t = s.map_or_else(|| "midfield".to_owned(), |s| format!("midfield {} downwind", s.word()));
            (t.clone(), t)
        }
        ReportPoint::Leg(s, leg) => {
            let t = format!("{}{}", side(s), leg.word());
            (t.clone(), t)
        }
        ReportPoint::MileLeg(n, s, leg) => {
            (format!("{n} mile {}{}", side(s), leg.word()), format!("{} mile {}{}", spoken::small(*n), side(s), leg.word()))
        }
        ReportPoint::TrafficInSight => ("traffic in sight".into(), "traffic in sight".into()),
        ReportPoint::ClearOfRunway => ("clear of the runway".into(), "clear of the runway".into()),
        ReportPoint::Words(w) => (w.clone(), spoken::words(w, region)),
    };
    (format!("report {w}"), format!("report {s}"))
}

/// What was heard, in a pilot's words.
fn confirm(wish: Wish) -> &'static str {
    match wish {
        Wish::Takeoff => "ready for departure",
        Wish::Landing => "landing",
        Wish::Crossing => "request to cross",
        Wish::Entry => "request transition",
        Wish::SpecialVfr => "request special VFR",
        Wish::IfrClearance => "request IFR clearance",
        Wish::Level => "requesting another altitude",
        Wish::Approach => "requesting an approach",
        Wish::Pattern => "remaining in the pattern",
        Wish::CancelIfr => "cancelling IFR",
        Wish::Distress => "emergency",
    }
}

fn ask(a: Ask) -> &'static str {
    match a {
        Ask::SayAgain => "say again",
        Ask::Callsign => "say callsign",
        Ask::Position => "say position",
        Ask::Intentions => "say intentions",
        Ask::Request => "say request",
        Ask::Runway => "say runway",
        Ask::Altitude => "say altitude",
        Ask::RequestedAltitude => "say requested altitude",
        Ask::Heading => "say heading",
        Ask::Direction => "say direction of flight",
        Ask::Destination => "say destination",
        Ask::AircraftType => "say type aircraft",
        Ask::SoulsAndFuel => "say souls on board and fuel remaining",
        Ask::FuelMinutes => "say fuel remaining in minutes",
        Ask::Assistance => "do you require assistance?",
        Ask::NatureOfEmergency => "say nature of emergency and intentions",
        Ask::AtisLetter => "verify you have current ATIS information",
        Ask::VerifyPosition => "verify your position",
        Ask::Approach => "say approach requested",
        Ask::DeviationSide => "say which side of course",
        Ask::Again(Part::Runway) => "say runway again",
        Ask::Again(Part::Altitude) => "say altitude again",
        Ask::Again(Part::Heading) => "say heading again",
        Ask::Again(Part::Speed) => "say speed again",
        Ask::Again(Part::Frequency) => "say frequency again",
        Ask::Again(Part::Squawk) => "say squawk again",
        Ask::Again(Part::Altimeter) => "say altimeter again",
    }
}
