//! VFR weather minima at a controlled field. Below them, a visual departure or arrival needs a special VFR clearance.
//!
//! United States: 3 statute miles and a ceiling of 1,000 feet (14 CFR 91.155 d), special VFR from 1 mile (91.157). Elsewhere: 5 km and
//! 1,500 feet in a control zone, special VFR from 1,500 m.

use super::Decision;
use crate::act::Act;
use crate::instruction::{Ask, Item, Wish};
use crate::intent::Understanding;
use crate::record::Record;
use crate::situation::Situation;
use crate::units::region::VisibilityUnit;
use crate::units::{Facility, Region};
use crate::{clearances, gate};

/// Visibility in statute miles and ceiling in feet for VFR, and the visibility for special VFR.
fn limits(region: Region) -> (f64, f64, f64) {
    (region.vfr_visibility_miles, f64::from(region.vfr_ceiling), region.special_vfr_miles)
}

/// The weather is known and below VFR minima.
fn too_bad(s: &Situation) -> bool {
    let (miles, feet, _) = limits(s.region);
    s.visibility_sm().is_some_and(|v| v < miles) || s.weather.ceiling_ft.is_some_and(|c| c < feet)
}

/// The flight is IFR: cleared, filed, or operated by an airline.
fn by_instruments(s: &Situation) -> bool {
    let filed = s.flight_plan.as_ref().is_some_and(|p| p.ifr.unwrap_or(!s.live));
    let id = s.callsign.as_str();
    let airline = id.find(|c: char| c.is_ascii_digit()) == Some(3) && crate::telephony::spoken(&id[..3]).is_some();
    s.ifr || filed || airline
}

/// The weather and the question that follows (7110.65 7-5-1 note), for visual flights below minima without a special VFR clearance.
pub(super) fn refusal(s: &Situation, record: &Record) -> Option<Vec<Item>> {
    if !too_bad(s) || by_instruments(s) || record.special_vfr || record.emergency.is_some() {
        return None;
    }
    let mut items = vec![Item::Advice(s.region.below_minima.to_owned())];
    items.extend(weather(s));
    items.push(Item::Ask(Ask::Intentions));
    Some(items)
}

/// "ceiling 400, visibility 1 mile"; in metres outside the United States.
fn weather(s: &Situation) -> impl Iterator<Item = Item> + use<> {
    let (miles, feet, _) = limits(s.region);
    let ceiling = s.weather.ceiling_ft.filter(|c| *c < feet);
    let ceiling = ceiling.map(|c| [Item::Advice("ceiling".into()), Item::Height((c / 100.0).round() as i32 * 100)]);
    let sight = s.visibility_sm().filter(|v| *v < miles).map(|v| {
        Item::Advice(match s.region.visibility {
            VisibilityUnit::Miles if v < 1.0 => "visibility less than 1 mile".to_owned(),
            VisibilityUnit::Miles if v < 2.0 => "visibility 1 mile".to_owned(),
            VisibilityUnit::Miles => "visibility 2 miles".to_owned(),
            VisibilityUnit::Metres => format!("visibility {} metres", (v * 1609.344 / 100.0).floor() as i32 * 100),
        })
    });
    ceiling.into_iter().flatten().chain(sight)
}

/// Special VFR, which the pilot must request: granted from its own minimum visibility up, and unnecessary in good weather.
pub(super) fn special(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    if !heard.slots.special_vfr || !matches!(s.facility, Facility::Tower | Facility::Approach | Facility::Departure | Facility::Clearance) {
        return None;
    }
    // The clearance is given once. A call that only mentions it does something else.
    let other = [Act::Ready, Act::TaxiOut, Act::TaxiIn, Act::Readback, Act::Position, Act::CheckIn];
    if record.special_vfr && s.live && other.iter().any(|a| heard.acts.contains(a)) {
        return None;
    }
    if !too_bad(s) {
        return Some(Decision::say([Item::Advice("the field is VFR".into()), Item::Ask(Ask::Intentions)]));
    }
    let (.., least) = limits(s.region);
    if s.visibility_sm().is_some_and(|v| v < least) && !super::topics::helicopter(s) {
        let least = match s.region.visibility {
            VisibilityUnit::Miles if least == 1.0 => "1 mile".to_owned(),
            VisibilityUnit::Miles => format!("{least} miles"),
            VisibilityUnit::Metres => format!("{} metres", (least * 1609.344 / 100.0).round() * 100.0),
        };
        return Some(Decision::say([Item::Unable(format!("ground visibility less than {least}")), Item::Ask(Ask::Intentions)]));
    }
    Some(match gate::admit(heard, record) {
        Ok(leave) => Decision::say([clearances::special(&leave, s.on_ground, s.airport_name.clone())]),
        Err(_) => Decision::say([gate::question(Wish::SpecialVfr, None)]),
    })
}
