//! The instructions that the pilot has, from the items of the controller's transmissions. The aircraft obeys these, never the words.

use stratus_atc::instruction::{Item, Landing, Leg};
use stratus_units::{Frequency, Runway, Side, Squawk};

/// The length of a full turn at three degrees per second.
const ORBIT_S: u32 = 120;

/// The active instructions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// The IFR clearance was given.
    pub clearance: bool,
    /// May push back.
    pub push: bool,
    /// The runway to taxi to.
    pub taxi: Option<Runway>,
    /// Runways that may be crossed.
    pub cross: Vec<Runway>,
    /// Line up and wait.
    pub line_up: bool,
    /// Cleared for take-off.
    pub takeoff: Option<Runway>,
    /// Cleared to land, touch and go, or similar.
    pub landing: Option<(Option<Runway>, Landing)>,
    /// How to enter the pattern: side and leg, or straight in.
    pub join: Option<Option<(Side, Leg)>>,
    /// The side of the pattern.
    pub side: Option<Side>,
    /// The runway of the arrival.
    pub runway: Option<Runway>,
    /// Extend downwind.
    pub extend: bool,
    /// A full turn in the pattern: its direction, and the seconds that are left of it.
    pub orbit: Option<(Side, u32)>,
    /// Follow other traffic.
    pub follow: bool,
    /// May leave the frequency.
    pub leave: bool,
    /// Taxi in.
    pub parking: bool,
    /// Go around.
    pub go_around: bool,
    /// Hold position.
    pub hold_position: bool,
    /// Altitude, feet, and whether it is a flight level.
    pub altitude: Option<(i32, bool)>,
    /// Magnetic heading, and the direction of the turn.
    pub heading: Option<(u16, Option<Side>)>,
    /// Knots.
    pub speed: Option<u16>,
    /// Direct, or on own navigation.
    pub direct: bool,
    /// The approach: its kind, its runway, and whether it was cleared.
    pub approach: Option<(String, Option<Runway>, bool)>,
    /// The code.
    pub squawk: Option<Squawk>,
    /// The unit to call.
    pub contact: Option<(String, Option<Frequency>)>,
}

impl Told {
    /// Whether a strip, named by either end, may be crossed.
    pub fn may_cross(&self, runway: Runway) -> bool {
        self.cross.iter().any(|c| *c == runway || *c == runway.reciprocal())
    }

    /// Updates the instructions with a transmission.
    pub fn hear(&mut self, items: &[Item]) {
        let mut runway = None;
        for (n, item) in items.iter().enumerate() {
            let next = items.get(n + 1).and_then(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
            match item {
                Item::Runway(r) => runway = Some(*r),
                Item::ClearedTo { .. } => self.clearance = true,
                Item::Pushback { .. } => self.push = true,
                Item::Taxi { .. } => {
                    self.taxi = runway.or(self.taxi);
                    self.hold_position = false;
                }
                Item::Cross { runway: r, .. } => {
                    self.cross.push(*r);
                    self.hold_position = false;
                }
                Item::HoldShort { runway: r, .. } => {
                    self.cross.retain(|c| c != r && *c != r.reciprocal());
                    self.line_up = false;
                    self.takeoff = None;
                }
                // Behind another aircraft: this pilot waits at the line for the takeoff clearance.
                Item::LineUpAndWait => self.line_up = !items.iter().any(|i| matches!(i, Item::Condition(_))),
                Item::ClearedForTakeoff { .. } => {
                    self.takeoff = runway.or(self.taxi);
                    self.hold_position = false;
                }
                Item::CancelTakeoff => self.takeoff = None,
                Item::Cleared(kind) => {
                    self.landing = Some((runway.or(next), *kind));
                    self.extend = false;
                }
                Item::GoAround => (self.go_around, self.landing) = (true, None),
                Item::Enter(side, leg) => {
                    self.join = Some(Some((*side, *leg)));
                    self.side = Some(*side);
                    self.runway = next.or(runway).or(self.runway);
                }
                Item::StraightIn => {
                    self.join = Some(None);
                    self.runway = next.or(runway).or(self.runway);
                }
                Item::ClosedTraffic(side) => self.side = Some(*side),
                Item::FrequencyChangeApproved => self.leave = true,
                Item::Sequence { number, .. } => self.follow = *number > 1,
                Item::PatternWords(w) => {
                    self.extend = w.contains("extend");
                    let side = if w.contains("right") { Side::Right } else { Side::Left };
                    self.orbit = (w.contains("orbit") || w.contains("sixty")).then_some((side, ORBIT_S));
                }
                Item::TaxiToParking { .. } => (self.parking, self.hold_position) = (true, false),
                Item::HoldPosition | Item::Stop => self.hold_position = true,
                Item::Altitude { feet, level, .. } => self.altitude = Some((*feet, *level)),
                Item::Heading { turn, degrees } => (self.heading, self.direct) = (Some((*degrees, *turn)), false),
                Item::Speed(kt) => self.speed = Some(*kt),
                Item::Direct(_) | Item::ResumeOwnNavigation => (self.direct, self.heading) = (true, None),
                Item::Approach { kind, expect } => {
                    self.approach = Some((kind.clone(), next.or(runway), !*expect));
                    // A visual approach that is cleared without a heading is flown on the pilot's own navigation.
                    let vector = items.iter().any(|i| matches!(i, Item::Heading { .. }));
                    if !*expect && !vector && kind.eq_ignore_ascii_case("visual") {
                        self.heading = None;
                    }
                }
                Item::Squawk(code) => self.squawk = Some(*code),
                Item::Contact { unit, frequency } | Item::Monitor { unit, frequency } => {
                    self.contact = Some((unit.clone(), *frequency));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_gets_the_runway_beside_it() {
        let (r9, r27): (Runway, Runway) = ("9".parse().unwrap(), "27".parse().unwrap());
        let mut told = Told::default();
        told.hear(&[Item::Runway(r9), Item::Taxi { via: vec![], to_holding_point: false }]);
        told.hear(&[Item::Enter(Side::Left, Leg::Downwind), Item::Runway(r27)]);
        assert_eq!((told.taxi, told.runway, told.side), (Some(r9), Some(r27), Some(Side::Left)));
        told.hear(&[Item::Runway(r9), Item::ClearedForTakeoff { at: None }]);
        assert_eq!(told.takeoff, Some(r9));
        told.hear(&[Item::HoldShort { runway: r9, at: None }]);
        assert_eq!(told.takeoff, None, "a hold short cancels the clearance");
        told.hear(&[Item::Approach { kind: "ILS".into(), expect: true }, Item::Runway(r27)]);
        assert_eq!(told.approach, Some(("ILS".into(), Some(r27), false)));
    }
}
