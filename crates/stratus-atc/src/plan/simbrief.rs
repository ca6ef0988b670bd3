//! SimBrief's reply, from its fetcher or as saved by pilots: JSON v1 and v2, and XML.
//!
//! All three use the same names. Every value is text. An empty one is `{}` in JSON v1, `[]`, `false` or `null` in v2, and an empty element
//! in XML. A list with one element is replaced by the element.

use serde_json::Value;

use super::draft::{Draft, Leg, Part};
use super::values::{self, code};
use super::xml::Element;
use super::{Format, Reading, Refused, SIMBRIEF_SAYS, points, refused, short};
use crate::airports::procedures;
use crate::report::{Procedure, Step, Transition, Wake};

/// The maximum number of values: a larger reply is not SimBrief's and would take too much memory.
const MOST: usize = 400_000;
/// The status of a reply that contains a plan.
const SUCCESS: &str = "Success";

/// A part of a reply.
#[derive(Clone, Copy)]
enum Node<'a> {
    Json(&'a Value),
    Xml(&'a Element),
}

impl<'a> Node<'a> {
    /// All values with a name: a single one, or the elements of a list.
    fn all(self, name: &'a str) -> Vec<Node<'a>> {
        match self {
            Node::Xml(e) => e.all(name).map(Node::Xml).collect(),
            Node::Json(v) => match v.get(name) {
                Some(Value::Array(all)) => all.iter().map(Node::Json).collect(),
                Some(one) => vec![Node::Json(one)],
                None => Vec::new(),
            },
        }
    }

    /// The text at this path; `None` if empty.
    fn text(self, path: &[&'a str]) -> Option<String> {
        let (last, way) = path.split_last()?;
        let mut at = self;
        for name in way {
            at = at.all(name).into_iter().next()?;
        }
        at.all(last).into_iter().next()?.words()
    }

    fn words(self) -> Option<String> {
        let words = match self {
            Node::Xml(e) => e.text.clone(),
            Node::Json(Value::String(s)) => s.clone(),
            Node::Json(Value::Number(n)) => n.to_string(),
            Node::Json(_) => return None,
        };
        Some(words.trim().to_owned()).filter(|w| !w.is_empty())
    }
}

/// Reads JSON.
pub(super) fn json(text: &str) -> Result<Reading, Refused> {
    if text.bytes().filter(|b| matches!(b, b',' | b':')).count() > MOST {
        return Err(refused("it has more values than a SimBrief plan can have"));
    }
    let root: Value = serde_json::from_str(text).map_err(|e| {
        let why = if e.is_eof() {
            "it ends too early: the file is cut off".to_owned()
        } else {
            format!("it is not JSON: {}", short(&e.to_string()))
        };
        Refused { line: Some(e.line() as u64), why }
    })?;
    read(Node::Json(&root))
}

/// Reads the tree of an XML reply, below `OFP`.
pub(super) fn xml(root: &Element) -> Result<Reading, Refused> {
    read(Node::Xml(root))
}

fn read(root: Node<'_>) -> Result<Reading, Refused> {
    let status = root.text(&["fetch", "status"]);
    if let Some(words) = status.as_deref().filter(|s| !s.eq_ignore_ascii_case(SUCCESS)) {
        let words = short(words);
        return Err(refused(format!("{SIMBRIEF_SAYS}{}", words.trim_start_matches("Error:").trim())));
    }
    if root.text(&["origin", "icao_code"]).is_none() && root.text(&["destination", "icao_code"]).is_none() && status.is_none() {
        return Err(refused("it is not SimBrief's answer: it has neither an origin nor a destination"));
    }
    let mut draft = Draft::new(Format::SimBrief);
    let text = |path: &[&'static str]| root.text(path);
    draft.departure(text(&["origin", "icao_code"]).as_deref());
    draft.destination(text(&["destination", "icao_code"]).as_deref());
    for alternate in root.all("alternate") {
        draft.alternate(alternate.text(&["icao_code"]).as_deref());
    }
    identity(&mut draft, root);
    levels(&mut draft, root);
    let (from, to) = (text(&["origin", "plan_rwy"]), text(&["destination", "plan_rwy"]));
    draft.plan.departure_runway = draft.take("the departure runway", from.as_deref(), "not a runway", values::runway);
    draft.plan.arrival_runway = draft.take("the arrival runway", to.as_deref(), "not a runway", values::runway);
    draft.plan.departure_transition = transition(root, "origin");
    draft.plan.arrival_transition = transition(root, "destination");
    route(&mut draft, root);
    navlog(&mut draft, root);
    draft.finish()
}

/// The flight's identity and aircraft: the filed callsign, otherwise airline and number, otherwise the registration.
fn identity(draft: &mut Draft, root: Node<'_>) {
    let text = |path: &[&'static str]| root.text(path);
    let flight = text(&["general", "icao_airline"]).zip(text(&["general", "flight_number"])).map(|(airline, number)| airline + &number);
    let names = [text(&["atc", "callsign"]), flight, text(&["aircraft", "reg"])];
    for name in names.iter().flatten() {
        draft.plan.callsign = draft.take("the callsign", Some(name), "not a callsign", |v| v.parse().ok());
        if draft.plan.callsign.is_some() {
            break;
        }
    }
    let kind = text(&["aircraft", "icaocode"]).or_else(|| text(&["aircraft", "icao_code"]));
    draft.plan.aircraft_type =
        draft.take("the aircraft type", kind.as_deref(), "not a type designator", |v| code(v).filter(|c| c.len() <= 4));
    // Field 9 of the filed plan: "-A320/M-SDE2…".
    let filed = text(&["atc", "flightplan_text"]).unwrap_or_default();
    draft.plan.wake = filed.split('-').filter_map(|field| field.trim().split_once('/')).find_map(|(kind, wake)| {
        let mut letters = wake.trim().chars();
        let letter = Wake::of(letters.next()?)?;
        let type_like = (2..=4).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric());
        (letters.next().is_none() && type_like).then_some(letter)
    });
    draft.plan.ifr = draft.take("the flight rules", text(&["atc", "flight_rules"]).as_deref(), "not flight rules", |v| match v {
        // Y starts under IFR, Z under VFR.
        "I" | "Y" => Some(true),
        "V" | "Z" => Some(false),
        _ => None,
    });
}

/// The initial level and the steps: "EHAM/0350/RAMAR/0370", or separated by spaces.
fn levels(draft: &mut Draft, root: Node<'_>) {
    let initial = root.text(&["general", "initial_altitude"]);
    draft.cruise(initial.as_deref());
    let profile = root.text(&["general", "stepclimb_string"]).or_else(|| root.text(&["general", "stepclimb"])).unwrap_or_default();
    let words: Vec<&str> = profile.split(['/', ' ']).filter(|w| !w.is_empty()).collect();
    let origin = draft.plan.departure.clone();
    for pair in words.chunks(2) {
        let [at, to] = pair else { break };
        // Metric levels ("S1130") are not levels in feet.
        let Some(altitude_ft) = draft.take("the step climb", Some(to), "not a level in feet", values::step_level) else { continue };
        if Some(*at) == origin.as_deref() {
            draft.plan.altitude_ft = draft.plan.altitude_ft.or(Some(altitude_ft));
        } else if draft.plan.steps.last().map(|s| s.altitude_ft).or(draft.plan.altitude_ft) != Some(altitude_ft) {
            draft.plan.steps.push(Step { at: at.to_ascii_uppercase(), altitude_ft });
        }
    }
}

/// Transition altitude in feet; transition level in feet or hundreds of feet. Zero means that ATC assigns it.
fn transition(root: Node<'_>, airport: &'static str) -> Transition {
    let number = |key: &'static str| root.text(&[airport, key])?.parse::<i32>().ok().filter(|n| *n > 0);
    let level = number("trans_level").map(|n| if n >= 1000 { n / 100 } else { n });
    Transition {
        altitude_ft: number("trans_alt").filter(|f| (1000..=30_000).contains(f)),
        level: level.and_then(|l| u16::try_from(l).ok()).filter(|l| (10..=300).contains(l)),
    }
}

/// The filed route in words, with SID and STAR taken from its ends in their spelling there.
fn route(draft: &mut Draft, root: Node<'_>) {
    let text = |path: &[&'static str]| root.text(path);
    let filed = text(&["general", "route_ifps"]);
    let words = filed.or_else(|| text(&["general", "route"])).or_else(|| text(&["atc", "route"])).unwrap_or_default();
    let ends = [draft.plan.departure.clone(), text(&["destination", "icao_code"])];
    let mut words: Vec<String> = words
        .split_whitespace()
        // "RAMAR/N0450F370" is RAMAR with a change of speed and level; such a group alone precedes the route.
        .map(|w| w.split('/').next().unwrap_or(w).to_ascii_uppercase())
        .filter(|w| !w.is_empty() && !is_speed_and_level(w) && !ends.iter().flatten().any(|e| e == w))
        .collect();
    let (sid, star) = (text(&["general", "sid_ident"]), text(&["general", "star_ident"]));
    let spelled = |name: &str, token: Option<&String>| token.filter(|t| procedures::same(name, t)).cloned();
    let sid = sid.map(|s| s.to_ascii_uppercase());
    if let Some(name) = sid.as_deref().and_then(|s| spelled(s, words.first())) {
        words.remove(0);
        draft.plan.sid = Some(Procedure { name, transition: None });
    } else {
        draft.plan.sid = draft.procedure("the departure procedure", sid.as_deref(), None);
    }
    let star = star.map(|s| s.to_ascii_uppercase());
    if let Some(name) = star.as_deref().and_then(|s| spelled(s, words.last())) {
        words.pop();
        draft.plan.star = Some(Procedure { name, transition: None });
    } else {
        draft.plan.star = draft.procedure("the arrival procedure", star.as_deref(), None);
    }
    let trans = |key| text(&["general", key]).map(|t| t.to_ascii_uppercase());
    if let Some(p) = draft.plan.sid.as_mut() {
        p.transition = trans("sid_trans");
    }
    if let Some(p) = draft.plan.star.as_mut() {
        p.transition = trans("star_trans");
    }
    draft.plan.route = (!words.is_empty()).then(|| words.join(" "));
}

/// "N0450F350", "M082F370", "K0830S1130".
fn is_speed_and_level(word: &str) -> bool {
    let b = word.as_bytes();
    matches!(b.first(), Some(b'N' | b'K' | b'M'))
        && word.len() >= 8
        && b[1..4].iter().all(u8::is_ascii_digit)
        && word[1..].contains(['F', 'A', 'S', 'M'])
}

/// The points with their positions, and whether they belong to SID or STAR.
fn navlog(draft: &mut Draft, root: Node<'_>) {
    // v1 and XML have the points in `navlog.fix`, v2 in `navlog` itself.
    let logs = root.all("navlog");
    let fixes: Vec<Node<'_>> = logs.iter().flat_map(|log| if log.all("fix").is_empty() { vec![*log] } else { log.all("fix") }).collect();
    let mut en_route = false;
    let ends = [draft.plan.departure.clone(), root.text(&["destination", "icao_code"])];
    for fix in fixes {
        let Some(name) = fix.text(&["ident"]) else { continue };
        // Computed by SimBrief for the fuel: top of climb and top of descent.
        if matches!(name.as_str(), "TOC" | "TOD") {
            continue;
        }
        let of_procedure = fix.text(&["is_sid_star"]).as_deref() == Some("1");
        en_route |= !of_procedure;
        let part = match (ends.iter().flatten().any(|e| *e == name), of_procedure, en_route) {
            (true, ..) => Part::Airport,
            (_, true, false) => Part::Sid,
            (_, true, true) => Part::Star,
            (_, false, _) => Part::Route,
        };
        let at = points::degrees(fix.text(&["pos_lat"]).as_deref(), fix.text(&["pos_long"]).as_deref());
        // A point of a procedure has the procedure's name as its airway.
        let via = fix.text(&["via_airway"]).filter(|_| !of_procedure);
        draft.leg(&Leg { name: &name, at, via: via.as_deref(), part });
    }
}
