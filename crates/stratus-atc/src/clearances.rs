//! The clearances onto a runway, into airspace or under IFR. Each requires the proof that the gate admitted it, and there is no other way
//! to construct them.

use super::gate::{Admitted, Crossing, Distress, Entry, IfrClearance, Landing as Lands, SpecialVfr, Takeoff};
use super::instruction::{Item, Landing};
use crate::units::Runway;

/// "Cleared for takeoff" (7110.65 3-9-10).
pub(super) fn takeoff(_: &Admitted<Takeoff>, at: Option<String>) -> Item {
    Item::ClearedForTakeoff { at }
}

/// "Line up and wait" (3-9-4): part of the departure that was requested.
pub(super) fn line_up(_: &Admitted<Takeoff>) -> Item {
    Item::LineUpAndWait
}

/// "Cleared to land" and its variants (3-10-5).
pub(super) fn landing(_: &Admitted<Lands>, kind: Landing) -> Item {
    Item::Cleared(kind)
}

/// "Cleared to land", for an aircraft in distress.
pub(super) fn rescue(_: &Admitted<Distress>) -> Item {
    Item::Cleared(Landing::FullStop)
}

/// "Cross runway 28L" (3-7-2).
pub(super) fn cross(_: &Admitted<Crossing>, runway: Runway) -> Item {
    Item::Cross { runway, at: None }
}

/// "Cleared through Bravo airspace" (7-9-2).
pub(super) fn through(_: &Admitted<Entry>, class: &str) -> Item {
    Item::ClearedThrough(class.to_owned())
}

/// "Cleared to enter Bravo airspace".
pub(super) fn into(_: &Admitted<Entry>, class: &str) -> Item {
    Item::ClearedInto(class.to_owned())
}

/// "Transition approved" (7-8-2).
pub(super) fn transition(_: &Admitted<Entry>) -> Item {
    Item::TransitionApproved(String::new())
}

/// Special VFR, out of the surface area or into it (7-5-1).
pub(super) fn special(_: &Admitted<SpecialVfr>, out: bool, name: String) -> Item {
    Item::SpecialVfr { out, name }
}

/// "Released for departure" (4-3-4).
pub(super) fn release(_: &Admitted<IfrClearance>) -> Item {
    Item::Released
}

/// "Cleared to Juneau airport" (4-3-2).
pub(super) fn instruments(_: &Admitted<IfrClearance>, limit: String, procedure: Option<String>, route: Option<String>) -> Item {
    Item::ClearedTo { limit, procedure, route }
}
