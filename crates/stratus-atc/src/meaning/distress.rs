//! Distress, urgency, and what else comes before everything: fuel, being lost, going around, going elsewhere.

use super::{Found, Scene};
use crate::intent::Intent;
use crate::phrases::Phrases;
use crate::units::Facility;

/// Words that are said of an emergency that is none.
const PRACTICE: &str = "practice, practicing, simulated, simulating, simulate, drill";

/// The pilot says that there is none.
const DENIED: &str = "not an emergency, no emergency, negative emergency, not declaring, not _ emergency, not a mayday, no mayday, negative \
    mayday, false alarm, was false, was a false";

/// A call for help that is taken back.
const CANCELLED: &str = "cancel mayday, cancel _ mayday, cancelling mayday, cancelling _ mayday, canceling _ mayday, canceling mayday, \
    disregard mayday, disregard _ mayday, mayday cancelled, mayday canceled, mayday is cancelled, cancel pan, cancel _ pan, cancelling \
    _ pan, disregard _ pan, cancel _ emergency, cancelling _ emergency, canceling _ emergency, disregard _ emergency, emergency is \
    over, emergency is cancelled, emergency cancelled, no longer an emergency, no longer _ emergency, negative emergency, cancel \
    distress, cancel _ distress, distress is over, mayday _ mistake, mayday _ by accident";

/// What is always distress.
const DISTRESS: &str = "engine failure, engine fire, engine failed, engine quit, engine has quit, lost _ engine, engine is out, engine out, \
    engines out, engine went out, engine just went out, dead engine, have no engine, no engine power, declaring an emergency, declare an emergency, declaring \
    emergency, declare emergency, on fire, smoke in _ cockpit, smoke in _ cabin, smoke in here, ditching, crash landing, emergency \
    landing, emergency descent, have an emergency, got an emergency, forced landing, lost all power, total power loss, emergency \
    emergency, fire coming, fire out of, see fire, flames, cabin fire, cockpit fire, fire in the, fire on board, electrical fire, have a fire, has a fire, got a fire, pulling the \
    chute, pulling _ chute, pulled the chute, pulled _ chute, pulling the parachute, pulling _ parachute, chute is out, deploying _ \
    chute, deploying _ parachute, controls jammed, controls are jammed, no elevator control, lost control, \
    cannot control, out of control, in a spin, wing is iced, structural failure";

/// Halves of sentences that are distress together: what fails, and how that is said.
const FAILS: [(&[&str], &[&str]); 2] = [
    (
        &["engine", "engines", "motor"],
        &[
            "quit", "quits", "quitting", "died", "dies", "dying", "stopped", "failed", "failing", "dead", "gone", "seized", "exploded",
            "blew",
        ],
    ),
    (&["pilot", "captain", "husband"], &["passed out", "unconscious", "incapacitated", "collapsed", "heart attack", "not breathing"]),
];

/// Help is asked for.
const HELP: &str = "help, help me, help us";

/// Where nobody without instruments can stay.
const BLIND: &str = "in a cloud, in the clouds, in clouds, in the cloud, inside a cloud, in _ cloud, in imc, cannot see anything, cannot see \
    outside, cannot see the ground, do not see anything, spinning, upside down, do not know how to, do not know what to, losing control";

/// Failures that are urgent and leave the aircraft flying.
const URGENT: &str = "electrical failure, alternator failure, vacuum failure, hydraulic failure, gear failure, gear unsafe, gear will not, \
    bird strike, birdstrike, hit a bird, hit some birds, hit birds, hit a goose, hit a drone, struck a bird, rough engine, rough running \
    engine, engine _ rough, running rough, running really rough, running very rough, running pretty rough, engine roughness, engine trouble, engine problem, engine problems, losing oil, \
    lost oil, low oil pressure, loss of oil, no oil pressure, oil pressure is low, oil pressure is dropping, oil pressure dropping, oil \
    pressure is gone, oil on the windshield, loss of power, lost power, losing power, partial power, lost partial power, no full power, \
    pressurization problem, pressurization failure, losing pressurization, lost pressurization, losing cabin pressure, lost cabin \
    pressure, lost a wheel, lost _ wheel, flight control problem, flight control failure, flight control issue, windshield is broken, windshield broken, broken \
    windshield, windshield cracked, windshield is cracked, cracked windshield, cannot hold altitude, cannot hold our altitude, cannot \
    maintain altitude, heart attack, chest pain, chest pains, having a stroke, having a seizure, medical emergency, unconscious, passed \
    out, not breathing, bleeding badly, incapacitated, asymmetric flap, split flap, cannot \
    breathe, carbon monoxide";

/// Somebody is unwell: urgent, unless the pilot is content with going elsewhere.
const UNWELL: &str =
    "sick passenger, passenger is sick, passenger _ sick, passenger is ill, medical problem, medical issue, medical on board";

/// On wheels, what does not run well is a reason to taxi back and no more.
const ON_WHEELS: &str = "taxi, taxiing, run up, runup, run ups, parking, ramp, hangar, gate, stand, pushback, maintenance, mag check";

/// Systems without which it flies on, and how their failure is said.
const SYSTEMS: (&[&str], &[&str]) = (
    &["alternator", "generator", "vacuum", "vacuum pump", "hydraulics", "electrics", "electrical system", "all instruments"],
    &["quit", "died", "failed", "dead", "gone", "out"],
);

/// What is wrong, in the pilot's words, where the usual names of failures were not used.
pub(super) fn nature(p: &Phrases) -> Option<String> {
    let distress = || p.which(DISTRESS).filter(|w| !w.contains("emergency") && !w.contains("landing"));
    let word = if p.follows(FAILS[0].0, FAILS[0].1) {
        "engine failure"
    } else if p.follows(SYSTEMS.0, SYSTEMS.1) {
        "system failure"
    } else {
        p.which(URGENT).or_else(|| p.which(UNWELL)).or_else(distress)?
    };
    Some(word.replace(" _", ""))
}

/// Whether the pilot takes a call for help back.
pub(super) fn cancels(p: &Phrases) -> bool {
    p.has(CANCELLED) && !p.has("mayday mayday, pan pan") || p.has("emergency, mayday") && p.has("was false, was a false, false alarm")
}

impl Scene<'_> {
    fn fails(&self) -> bool {
        FAILS.iter().any(|(whats, hows)| self.p.follows(whats, hows)) || self.has(HELP) && self.has(BLIND)
    }

    fn urgent(&self, diverts: bool) -> bool {
        self.has(URGENT) || self.p.follows(SYSTEMS.0, SYSTEMS.1) || !diverts && self.has(UNWELL)
    }

    /// Everything that comes before readbacks and requests.
    pub(super) fn emergencies(&self, f: &mut Found) {
        let practice = self.has(PRACTICE) || self.has("training") && !self.has("training area");
        let diverts = self.has(
            "divert, diverting, diversion, change of destination, change destination, change our destination, change my destination, \
                changing destination, changing our destination, to our alternate, to the alternate, to my alternate, going to _ \
                alternate, alternate airport, new destination, return to the field, return to _ airport",
        );
        let none = practice || self.has(DENIED) || self.slots.cancels_distress;
        let pan = self.has("pan pan, pan medical, declaring urgency, declare urgency, pan # pan") && !self.slots.cancels_distress;
        let down = self.has("going down") && !self.has("going down to, going down the, going down taxiway");
        let out = self.has("bailing out") && !self.has("bailing out of, bailing out to");
        let flying = !matches!(self.facility, Some(Facility::Ground | Facility::Clearance)) && !self.has(ON_WHEELS);
        let failing = (self.has(DISTRESS) || down || out || flying && self.fails()) && !none;
        let mayday = self.has("mayday, my day my day, may day may day")
            && !self.slots.cancels_distress
            && !self.has("not a mayday, no mayday, negative mayday, a mayday for practice");
        f.add(mayday || failing && !pan, Intent::Mayday);
        f.add(pan || !mayday && !failing && !none && flying && self.urgent(diverts), Intent::PanPan);
        f.add(self.low_fuel(), Intent::LowFuel);
        f.add(self.goes_around(), Intent::GoAround);
        f.add(self.lost(), Intent::Lost);
        f.add(diverts, Intent::Diversion);
        let radar = matches!(self.facility, Some(Facility::Approach | Facility::Departure | Facility::Center));
        f.add(radar && self.has("returning to") && !self.has("returning to _ altitude, returning to course"), Intent::Diversion);
    }

    fn low_fuel(&self) -> bool {
        self.has(
            "low fuel, low on fuel, low on gas, low on _ fuel, minimum fuel, running low, running out of fuel, short of \
            fuel, short on fuel, fuel critical, bingo fuel, fuel is low, fuel state, out of gas, out of fuel, fuel \
            emergency, minutes of fuel, minutes fuel, minutes of gas, minutes left, fuel _ low, almost out of, fuel is \
            getting, emergency fuel",
        ) && !self.has("souls, fuel on board")
            && (!self.has("endurance") || self.has("fuel _ low, low on fuel, low fuel, minimum fuel, fuel is getting"))
    }

    fn goes_around(&self) -> bool {
        self.has(
            "going around, go around, going missed, missed approach, on the missed, flying the missed, executing the missed, executing \
            missed, going to go around, balked landing, aborting the landing, rejecting the landing, rejected landing, discontinuing \
            approach, on the go",
        ) && !self.has("cannot go around, unable _ go around, not go around, not going around, not _ go around")
            && !self.asks()
    }

    /// Lost is who says so of themselves; speed, sight, a signal or a frequency is lost by many.
    fn lost(&self) -> bool {
        let position = self.has(
            "unsure of position, uncertain of position, unsure of _ position, uncertain of _ position, not sure where, \
            position fix, disoriented, do not know where, unsure where, no idea where, lost our way, lost my way, lost my orientation, lost our orientation, lost orientation, lost my bearings, lost our bearings, lost my position, not certain where, \
            uncertain where, temporarily misplaced, help finding, true bearing, cannot find the airport",
        );
        let of_themselves = self.has(
            "am lost, are lost, got lost, be lost, are _ lost, am _ lost, bit lost, little lost, kind of lost, completely lost, totally \
            lost, hopelessly lost, is lost, lost |, lost student, lost over, lost near, lost somewhere, lost and, getting lost, lost need",
        ) || self.p.begins("lost |, lost and, lost need, lost request");
        let something = self.has(
            "progressive, lost on, lost sight, lost contact, lost comm, lost comms, lost the, lost _ engine, lost power, lost all, lost \
            communication, lost him, lost you, lost #, lost our, lost a, lost radio, lost oil",
        );
        let alone = self.p.len() == 1 && self.has("lost");
        position || (of_themselves || alone) && !something
    }
}

#[cfg(test)]
mod tests {
    use crate::intent::{Context, Intent};
    use crate::understand::understand;
    use crate::units::Facility;

    fn main_intent(text: &str) -> Intent {
        understand(text, &Context { facility: Some(Facility::Approach), ..Context::default() }).intent
    }

    #[test]
    fn distress_and_urgency_in_plain_words() {
        for said in [
            "skyhawk four two echo so the engine kind of quit",
            "skyhawk four two echo our engine has just died",
            "skyhawk four two echo pulling the chute",
            "skyhawk four two echo i think i'm in a cloud please help",
            "skyhawk four two echo the pilot has passed out i'm a passenger",
            "skyhawk four two echo there's fire coming out of the right engine",
            "my day my day my day skyhawk four two echo engine is running rough we are losing height",
        ] {
            assert_eq!(main_intent(said), Intent::Mayday, "{said}");
        }
        for said in [
            "skyhawk four two echo engine is running rough want to come back",
            "skyhawk four two echo partial power cannot hold altitude",
            "skyhawk four two echo my passenger is having a heart attack",
            "skyhawk four two echo we hit a bird the windshield is broken",
            "skyhawk four two echo losing oil pressure",
            "skyhawk four two echo complete electrical failure",
            "skyhawk four two echo our vacuum pump has failed",
        ] {
            assert_eq!(main_intent(said), Intent::PanPan, "{said}");
        }
    }

    #[test]
    fn what_is_none_is_none() {
        for said in [
            "skyhawk four two echo request a practice engine failure",
            "skyhawk four two echo disregard the mayday it was a mistake",
            "skyhawk four two echo cancel the emergency the fire warning was false",
            "skyhawk four two echo negative emergency just a rough running engine",
            "skyhawk four two echo our transponder just died",
            "skyhawk four two echo bailing out of the approach",
        ] {
            assert!(!matches!(main_intent(said), Intent::Mayday | Intent::PanPan), "{said}");
        }
    }

    #[test]
    fn only_who_is_lost_is_lost() {
        for said in
            ["skyhawk four two echo we are lost", "skyhawk four two echo i think we might be a little lost", "lost skyhawk four two echo"]
        {
            assert_eq!(main_intent(said), Intent::Lost, "{said}");
        }
        for said in [
            "united five twelve lost ten knots at three hundred feet going around",
            "skyhawk four two echo we lost you on the radio how do you read",
            "united five twelve lost the glideslope",
        ] {
            assert_ne!(main_intent(said), Intent::Lost, "{said}");
        }
        assert_eq!(main_intent("united five twelve lost ten knots at three hundred feet going around"), Intent::GoAround);
        assert_ne!(main_intent("skyhawk four two echo we cannot go around"), Intent::GoAround);
    }
}
