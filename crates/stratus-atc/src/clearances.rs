//! The clearances that move an aircraft onto a runway, into airspace or under instrument flight rules. Each takes the proof that
//! the gate admitted it; a controller has no other way to make them.

use super::gate::{Admitted, Crossing, Distress, Entry, IfrClearance, Landing as Lands, SpecialVfr, Takeoff};
use super::instruction::{Item, Landing};
use crate::units::Runway;

/// "cleared for takeoff" (7110.65 3-9-10).
pub(super) fn takeoff(_: &Admitted<Takeoff>, at: Option<String>) -> Item {
    Item::ClearedForTakeoff { at }
}

/// "cleared to land" and its kin (3-10-5).
pub(super) fn landing(_: &Admitted<Lands>, kind: Landing) -> Item {
    Item::Cleared(kind)
}

/// "cleared to land", to an aircraft in distress.
pub(super) fn rescue(_: &Admitted<Distress>) -> Item {
    Item::Cleared(Landing::FullStop)
}

/// "cross runway 28L" (3-7-2).
pub(super) fn cross(_: &Admitted<Crossing>, runway: Runway) -> Item {
    Item::Cross { runway, at: None }
}

/// "cleared through Bravo airspace" (7-9-2).
pub(super) fn through(_: &Admitted<Entry>, class: &str) -> Item {
    Item::ClearedThrough(class.to_owned())
}

/// "cleared to enter Bravo airspace".
pub(super) fn into(_: &Admitted<Entry>, class: &str) -> Item {
    Item::ClearedInto(class.to_owned())
}

/// "transition approved" (7-8-2).
pub(super) fn transition(_: &Admitted<Entry>) -> Item {
    Item::TransitionApproved(String::new())
}

/// Special VFR, out of the surface area or into it (7-5-1).
pub(super) fn special(_: &Admitted<SpecialVfr>, out: bool, name: String) -> Item {
    Item::SpecialVfr { out, name }
}

/// "cleared to Juneau airport" (4-3-2).
pub(super) fn instruments(_: &Admitted<IfrClearance>, limit: String, procedure: Option<String>, route: Option<String>) -> Item {
    Item::ClearedTo { limit, procedure, route }
}
