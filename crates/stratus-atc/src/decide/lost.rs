//! Pilots who are lost, and visual pilots in cloud: wings level, a gentle turn back, the way to a field by headings and short questions,
//! until they see it (7110.65 10-2-8, 10-3-2).

use super::Decision;
use super::distress::{IN_SIGHT_NM, home, side_to};
use crate::act::Act;
use crate::gate;
use crate::instruction::{Ask, Climb, Item, ReportPoint};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::{Plight, Record};
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, Side, turn};

/// The largest climb given to a pilot who cannot see, feet: above it, turning back leads out of the cloud sooner.
const CLIMB_IN_CLOUD_FT: i32 = 2_000;
/// The turn back out of cloud, degrees; the heading is rounded to fives.
const BACK: f64 = 180.0;
/// The first words to a visual pilot in cloud.
pub(super) const WINGS_LEVEL: &str = "keep your wings level";
/// A way within this many degrees of the heading on which the pilot flew into cloud leads back into it.
const TOWARDS_CLOUD: f64 = 60.0;

/// "Turn left heading 350, Salinas airport, 8 miles": the heading to the field, unless the aircraft already flies it. A way that may lead
/// back into cloud is named, and the pilot, who sees the cloud, flies it or not.
pub(super) fn way_home(s: &Situation, r: &Record) -> Vec<Item> {
    let Some(field) = s.asked_field.as_ref().or(s.home.as_ref()) else { return Vec::new() };
    let degrees = field.heading_mag;
    if leads_into_cloud(s, r, degrees) {
        return home(s).into_iter().chain([Item::Advice("remain clear of cloud, advise if unable".into())]).collect();
    }
    let there = Item::FieldAt { name: field.name.clone(), degrees, miles: field.distance_nm };
    vec![Item::Heading { turn: side_to(s, degrees), degrees }, there]
}

/// The pilot flew into cloud on about this heading, and has turned away from it since.
fn leads_into_cloud(s: &Situation, r: &Record, degrees: u16) -> bool {
    let near = |a: f64, b: u16| turn(a, f64::from(b)).abs() <= TOWARDS_CLOUD;
    let now = s.heading_mag.filter(|_| !s.ifr);
    r.cloud_ahead.zip(now).is_some_and(|(cloud, now)| near(f64::from(degrees), cloud) && !near(now, cloud))
}

/// The pilot reports being unable to see: in cloud, without reference to the ground.
pub(crate) fn in_cloud(heard: &Understanding) -> bool {
    if heard.acts.contains(&Act::InCloud) {
        return true;
    }
    let plight = [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::Unknown, Intent::NegativeContact].iter().any(|i| heard.has(*i));
    plight && !sees_again(heard) && heard.remarks.has(Remark::IntoCloud)
}

/// The pilot reports being out of cloud.
fn sees_again(heard: &Understanding) -> bool {
    heard.remarks.has(Remark::OutOfCloud) || heard.remarks.has(Remark::SeesGround) || heard.has(Intent::FieldInSight)
}

/// The pilot has the field in sight. "Still no airport" denies it.
fn sees_field(heard: &Understanding) -> bool {
    heard.has(Intent::FieldInSight) && !gate::refuses(heard)
}

/// The pilot's current trouble. Only the pilot's own words set it or end it.
pub(crate) fn plight(was: Option<Plight>, heard: &Understanding) -> Option<Plight> {
    let sees_ground = heard.remarks.has(Remark::OutOfCloud) || heard.remarks.has(Remark::SeesGround);
    if in_cloud(heard) {
        Some(Plight::InCloud)
    } else if was == Some(Plight::InCloud) && sees_ground {
        // The ground in sight is not the field in sight, however similar the words are.
        Some(Plight::Lost)
    } else if was.is_some() && sees_field(heard) {
        None
    } else if heard.has(Intent::Lost) && !heard.has(Intent::InboundLanding) {
        was.or(Some(Plight::Lost))
    } else {
        was
    }
}

/// Wings level first, then no descent below the safe altitude and no steep turns (7110.65 10-2-8).
pub(super) fn keep_level(s: &Situation) -> Vec<Item> {
    let up = s.floor_ft.filter(|f| s.altitude_ft.is_some_and(|now| (now..=now + CLIMB_IN_CLOUD_FT).contains(f)));
    let up = up.map(|feet| Item::Altitude { way: Climb::Climb, feet, level: s.is_level(feet) });
    [Item::Advice(WINGS_LEVEL.into())].into_iter().chain(up).chain(home(s)).collect()
}

/// A visual pilot in distress reports cloud as well: wings level first.
pub(super) fn into_cloud(s: &Situation, heard: &Understanding) -> Option<Decision> {
    (in_cloud(heard) && !s.on_ground && !s.ifr).then(|| Decision::say([Item::Roger].into_iter().chain(keep_level(s))))
}

/// The reciprocal of the heading on which the pilot entered the cloud.
pub(super) fn turn_back(s: &Situation) -> Vec<Item> {
    let Some(now) = s.heading_mag else { return vec![Item::Advice(WINGS_LEVEL.into())] };
    let degrees = (((now + BACK) / 5.0).round() * 5.0).rem_euclid(360.0) as u16;
    let degrees = if degrees == 0 { 360 } else { degrees };
    let gentle = Item::Advice("make a gentle turn".into());
    let feet = s.altitude_ft.map(|a| (a + 50) / 100 * 100);
    let feet = feet.map(|a| s.floor_ft.filter(|f| (a..=a + CLIMB_IN_CLOUD_FT).contains(f)).unwrap_or(a));
    let hold = feet.map(|feet| super::instruments::level(s, feet));
    [gentle, Item::Heading { turn: Some(Side::Left), degrees }].into_iter().chain(hold).collect()
}

/// Continues to guide a pilot who is lost or in cloud and calls again (7110.65 10-2-8, 10-3-2).
pub(super) fn lead(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    // An instrument flight is at home in cloud.
    let at_home = s.ifr && r.plight == Some(Plight::InCloud);
    let calm = !heard.has(Intent::Mayday) && !heard.has(Intent::PanPan);
    let plight = r.plight.filter(|_| !s.on_ground && s.live && calm && !at_home)?;
    let told = |wanted: fn(&Item) -> bool| r.last.as_ref().is_some_and(|l| l.items.iter().any(wanted));
    let known = s.facility.is_radar() && r.squawk.is_some() && s.transponder == r.squawk;
    let contact = (known && !r.radar).then(|| Item::RadarContact(s.position.clone()));
    if plight == Plight::InCloud {
        if sees_again(heard) {
            // The way to the field may lead back into the cloud: the pilot, who sees it, says where it is clear.
            let keep = Item::Advice("maintain VFR".into());
            let ahead = s.home.as_ref().is_some_and(|h| side_to(s, h.heading_mag).is_none());
            let way = if ahead { way_home(s, r) } else { vec![Item::Ask(Ask::Intentions)] };
            return Some(Decision::say([Item::Roger, keep].into_iter().chain(contact).chain(way).chain(s.pressure())));
        }
        if heard.intent == Intent::SayAgain {
            return None;
        }
        let turned = told(|i| matches!(i, Item::Heading { .. }));
        let rest = if turned { vec![Item::Report(ReportPoint::Words("clear of cloud".into()))] } else { turn_back(s) };
        return Some(Decision::say([Item::Roger].into_iter().chain(contact).chain(rest)));
    }
    let in_sight = s.home.as_ref().is_some_and(|h| h.distance_nm <= IN_SIGHT_NM);
    if sees_field(heard) && s.facility.is_radar() && in_sight {
        let tower = s.station(Facility::Tower).map(|_| s.contact(Facility::Tower));
        return Some(Decision::say([Item::Roger].into_iter().chain(tower)));
    }
    // The tower has the way in.
    if sees_field(heard) {
        return None;
    }
    // A request gets its own answer; a report, or a call that was not understood, gets directions.
    let tells = matches!(
        heard.intent,
        Intent::HeadingReport
            | Intent::CheckIn
            | Intent::PositionReport
            | Intent::Unknown
            | Intent::Readback
            | Intent::NegativeContact
            | Intent::TrafficInSight
            | Intent::Diversion
            | Intent::RequestProgressiveTaxi
            | Intent::WeatherRequest
            | Intent::Lost
            | Intent::Unable
            | Intent::FieldInSight
    );
    if !tells || heard.has(Intent::InboundLanding) || matches!(s.phase, Phase::Downwind | Phase::Base | Phase::Final) {
        return None;
    }
    if super::said_leg(s, heard).is_some() {
        return None;
    }
    if heard.has(Intent::Lost) && !(known || r.radar) {
        return None;
    }
    if r.pending.is_some() && matches!(heard.intent, Intent::Readback | Intent::Roger) {
        return None;
    }
    if let Some(told) = weather_below(s, heard) {
        return Some(Decision::Say(told));
    }
    let way = way_home(s, r);
    (!way.is_empty()).then(|| Decision::say([Item::Roger].into_iter().chain(contact).chain(way)))
}

/// The weather at the field, for a pilot above cloud who asks for bases, tops or a way down. Tops are not known here.
pub(super) fn weather_below(s: &Situation, heard: &Understanding) -> Option<Vec<Item>> {
    let asks = heard.remarks.has(Remark::AsksReports) || heard.remarks.has(Remark::AsksWeatherAt) || heard.intent == Intent::WeatherRequest;
    let here = s.airport_name.to_lowercase();
    let elsewhere = heard.remarks.weather_at.as_ref().is_some_and(|name| !here.contains(name.as_str()));
    let asks = asks && !elsewhere && !in_cloud(heard);
    let of_field = super::sky::told(s);
    let name = s.home.as_ref().map(|h| h.name.clone()).filter(|_| asks && !of_field.is_empty())?;
    if s.home.as_ref().is_some_and(|h| !h.here) {
        return None;
    }
    Some([Item::Advice(format!("{name} weather"))].into_iter().chain(s.wind()).chain(of_field).chain(s.pressure()).collect())
}
