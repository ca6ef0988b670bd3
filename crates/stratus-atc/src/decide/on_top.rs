//! VFR-on-top: an instrument flight above the cloud that chooses its level (7110.65 7-3-1).

use super::Decision;
use super::instruments::{filed, level};
use crate::instruction::Item;
use crate::intent::Understanding;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;

/// The cloud is expected to end within this climb, feet.
const CLIMB_FT: i32 = 4_000;
/// VFR-on-top ends below class A airspace (14 CFR 91.135), feet.
const HIGHEST_FT: i32 = 17_500;

/// The answer to a pilot who wants to fly on top, or is there.
pub(super) fn requested(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let tells = heard.remarks.has(Remark::OnTop) || r.on_top && heard.remarks.has(Remark::ReachedTop);
    if !tells || r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) {
        return None;
    }
    if !s.region.vfr_on_top {
        return Some(Decision::say([Item::Unable("VFR-on-top is not available here".into())]));
    }
    let now = s.altitude_ft?;
    if now > HIGHEST_FT {
        return Some(Decision::say([Item::Unable("VFR-on-top above 17,500".into()), level(s, r.altitude_ft.unwrap_or(now))]));
    }
    if r.on_top || heard.remarks.has(Remark::ReachedTop) {
        return Some(Decision::say([Item::OnTop(None)]));
    }
    let most = filed(s).filter(|feet| *feet > now + 500).unwrap_or((now + CLIMB_FT) / 1000 * 1000);
    Some(Decision::say([Item::OnTop(Some(most.min(HIGHEST_FT / 1000 * 1000)))]))
}
