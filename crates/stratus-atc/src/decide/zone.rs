//! Entering and leaving a control zone under VFR by national practice: visual reporting points, the overhead join, a hold over a point. The
//! pilot names the points from the chart; the controller names no others.

use super::Decision;
use crate::gate;
use crate::instruction::{Item, Leg, ReportPoint, Wish};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

/// The answer, if the state works this way and the call is one of these.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let flying = s.live && !s.on_ground && s.facility == Facility::Tower && !s.ifr && r.emergency.is_none();
    if !flying || heard.slots.special_vfr && !r.special_vfr {
        return None;
    }
    let joins = |kind: &str| s.region.circuit_joins.contains(&kind);
    if joins("overhead")
        && let Some(d) = overhead(s, r, heard)
    {
        return Some(d);
    }
    let point = heard.remarks.point.clone().filter(|_| joins("reporting points"))?;
    let tells = |r: Remark| heard.remarks.has(r);
    if heard.intent == Intent::Readback && tells(Remark::RepeatsZone) {
        return None;
    }
    let zone = |deed: &str| Item::PatternWords(format!("{deed} control zone via {point}"));
    // The way in or out that was just given, read back whole: not a report over the point.
    let said = |item: Item| r.last.as_ref().is_some_and(|l| l.items.contains(&item));
    let same = heard.slots.runway.is_some_and(|x| said(Item::Runway(x)) || s.active == Some(x)) && heard.slots.altitude_ft.is_empty();
    let repeats = (said(zone("enter")) || r.entry) && same && tells(Remark::RepeatsZone) && !tells(Remark::LeavesFrequency);
    if repeats && matches!(heard.intent, Intent::PositionReport | Intent::Unknown) {
        return Some(Decision::Silent(crate::silence::Silence::NoReadbackDue));
    }
    let limit = heard.slots.altitude_ft.last().copied().or(s.altitude_ft).map(|a| (a + 50) / 100 * 100);
    let below = limit.map(|feet| Item::PatternWords(format!("altitude {feet} feet or below")));
    match heard.intent {
        _ if tells(Remark::HoldsThere) => {
            Some(Decision::say([Item::Roger, Item::PatternWords(format!("hold over {point}")), super::questions::place(s, s.active?)]))
        }
        // Over the exit point, or with the way out given before, only the frequency is left to ask for.
        Intent::FrequencyChangeRequest if tells(Remark::LeavesFrequency) => {
            let way = zone("leave");
            let given = r.last.as_ref().is_some_and(|l| l.items.contains(&way))
                || s.final_course.is_some_and(|f| f.right_nm.hypot(f.before_nm) > 5.0);
            Some(Decision::say([Item::Roger].into_iter().chain((!given).then_some(way)).chain([Item::FrequencyChangeApproved])))
        }
        Intent::FrequencyChangeRequest | Intent::TransitionRequest | Intent::Unknown | Intent::Diversion if tells(Remark::LeavesZone) => {
            Some(Decision::say([zone("leave")]))
        }
        Intent::PositionReport | Intent::Unknown if s.phase == Phase::Departure && r.pending.is_none() => {
            Some(Decision::say([Item::Roger]))
        }
        Intent::InboundLanding | Intent::CheckIn if !super::in_pattern(s.phase) => {
            if gate::admit::<gate::Landing>(heard, r).is_err() && heard.intent == Intent::InboundLanding {
                return Some(Decision::say([gate::question(Wish::Landing, s.active)]));
            }
            let runway = s.active?;
            if let Some(weather) = super::minima::refusal(s, r) {
                return Some(Decision::Say(weather));
            }
            Some(Decision::Say([zone("enter")].into_iter().chain(below).chain([Item::Runway(runway)]).chain(s.pressure()).collect()))
        }
        // Over the point: continue to the runway.
        Intent::PositionReport | Intent::Readback | Intent::Unknown if r.pending.is_none() && !super::in_pattern(s.phase) => {
            let runway = s.active?;
            let leg = s.final_course.map(|f| if f.before_nm > 0.5 { Leg::Base } else { Leg::Downwind })?;
            let side = s.final_course.map(|f| if f.right_nm > 0.0 { crate::units::Side::Right } else { crate::units::Side::Left });
            let straight = s.final_course.is_some_and(|f| f.before_nm > 3.0 && f.right_nm.abs() < 0.25 * f.before_nm);
            let next = if straight { ReportPoint::MileLeg(3, None, Leg::Final) } else { ReportPoint::Leg(side, leg) };
            let report = Item::Report(next);
            Some(Decision::say([Item::Roger, Item::PatternWords(format!("continue to runway {runway}")), report]))
        }
        _ => None,
    }
}

/// The overhead join: over the field, descend on the dead side, then join the circuit.
fn overhead(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let runway = s.active.filter(|x| !s.is_closed(*x))?;
    if heard.remarks.has(Remark::JoinsOverhead) && heard.intent != Intent::Readback && !super::in_pattern(s.phase) {
        if let Some(weather) = super::minima::refusal(s, r) {
            return Some(Decision::Say(weather));
        }
        let circuit = Item::PatternWords(format!("{} hand circuit", s.pattern.word()));
        let join = [Item::PatternWords("join overhead".into()), Item::Runway(runway), circuit];
        return Some(Decision::Say(
            join.into_iter().chain(s.pressure()).chain([Item::Report(ReportPoint::Words("overhead".into()))]).collect(),
        ));
    }
    let place = heard.slots.position.as_deref();
    if matches!(s.phase, Phase::Base | Phase::Final) || r.pending.is_some() && heard.intent == Intent::Readback {
        return None;
    }
    if heard.remarks.has(Remark::OnDeadSide) && matches!(heard.intent, Intent::PositionReport | Intent::Unknown) {
        return Some(Decision::say([Item::Roger, Item::Report(ReportPoint::Words("downwind".into()))]));
    }
    match place {
        Some("overhead")
            if heard.intent == Intent::PositionReport && heard.remarks.has(Remark::Overhead) && heard.slots.distance_nm.is_none() =>
        {
            Some(Decision::say([Item::Roger, Item::Report(ReportPoint::Words("descending dead side".into()))]))
        }
        Some("dead side") if matches!(heard.intent, Intent::PositionReport | Intent::Readback) => {
            Some(Decision::say([Item::Roger, Item::Report(ReportPoint::Words("downwind".into()))]))
        }
        _ => None,
    }
}
