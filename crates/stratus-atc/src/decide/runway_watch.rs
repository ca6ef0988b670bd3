//! What the tower sees on its runways: traffic that is too close for a take-off, an aircraft in front of an arrival, and one on a runway other
//! than the cleared one.

use super::initiative::{Notice, Watch};
use crate::clearances;
use crate::gate;
use crate::instruction::Item;
use crate::phase::Phase;
use crate::record::Record;
use crate::situation::Situation;
use crate::units::Runway;

/// Traffic is so close that no aircraft may enter the runway. An unused takeoff clearance is cancelled and becomes owed again (7110.65
/// 3-9-11).
pub(super) fn no_takeoff(s: &Situation, r: &Record) -> Option<(Notice, Vec<Item>)> {
    let runway = r.takeoff.filter(|_| matches!(s.phase, Phase::HoldingShort | Phase::LineUpAndWait))?;
    // With traffic two miles out there is time to take off; with traffic over the threshold there is not.
    let who = s.in_the_way(runway).filter(|w| w.contains("short final") || s.occupant(runway).is_some())?;
    Some((Notice::NoTakeoff, vec![Item::HoldPosition, Item::CancelTakeoff, Item::Traffic(who)]))
}

/// An aircraft that waits on the runway stands in front of one that is about to land. One that was to line up behind it is early.
pub(super) fn in_front(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let runway = r.lined_up.filter(|_| s.on_runway && matches!(s.phase, Phase::Taxiing | Phase::LineUpAndWait))?;
    let traffic = s.about_to_land(runway).filter(|_| !w.told(Notice::InFront))?;
    let early = r.behind.then(|| Item::Advice("the traffic has not landed".into()));
    Some((Notice::InFront, [Item::HoldPosition].into_iter().chain(early).chain([Item::Traffic(traffic)]).collect()))
}

/// The aircraft is on a runway other than the cleared one. The controller reports the observed abnormality (7110.65 2-1-10) and corrects
/// it. An arrival lined up with another runway that is free is cleared for that one.
pub(super) fn other_runway(s: &Situation, r: &Record) -> Option<(Notice, Vec<Item>)> {
    let here = s.runway_here?;
    let same = |x: Runway| x == here || x == here.reciprocal();
    let told = |what: &str, cleared: Runway| Item::Advice(format!("{what} runway {here}, you were cleared for runway {cleared}"));
    let notice = Notice::OtherRunway(here);
    match (s.phase, r.takeoff.or(r.lined_up), r.landing) {
        (Phase::TakeoffRoll, Some(cleared), _) if !same(cleared) => Some((notice, vec![Item::Stop, told("you are on", cleared)])),
        (Phase::LineUpAndWait, Some(cleared), _) if !same(cleared) && s.on_runway => {
            Some((notice, vec![Item::HoldPosition, told("you are on", cleared)]))
        }
        (Phase::LandingRoll, _, Some((cleared, _))) if !same(cleared) => Some((notice, vec![told("you landed on", cleared)])),
        (Phase::Final, _, Some((cleared, kind)))
            if cleared != here && cleared.number.abs_diff(here.number) <= 1 && s.distance_nm.is_some_and(|d| d < 2.5) =>
        {
            let lined_up = told("you are lined up with", cleared);
            let free = !s.runway_blocked(here) && !s.is_closed(here);
            match gate::standing(r).filter(|_| free) {
                Some(leave) => {
                    Some((notice, vec![lined_up, Item::ChangeRunway(here), Item::Runway(here), clearances::landing(&leave, kind)]))
                }
                None => Some((notice, [lined_up, Item::GoAround].into_iter().chain(super::tower::after_going_around(s, r)).collect())),
            }
        }
        _ => None,
    }
}
