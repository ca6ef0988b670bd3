//! Other aircraft in FlightGear: the tree of its AI and multiplayer models, requested from its web server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::report::{MOST_OTHERS, Other};
use crate::units::LatLon;

/// The time between two requests.
const EVERY: Duration = Duration::from_secs(3);
/// How long an answer may take; the link's other messages wait meanwhile.
const WITHIN: Duration = Duration::from_millis(500);
/// A longer answer is ignored; some hundred models fit into it.
const LONGEST: u64 = 1 << 20;
/// Aircraft beyond this distance are ignored, nautical miles.
const RADIUS_NM: f64 = 16.0;
/// A slower aircraft counts as not flying, because FlightGear does not report whether its wheels touch the ground.
const FLIES_KT: f64 = 35.0;

/// Requests the other aircraft from time to time.
#[derive(Debug)]
pub(super) struct Traffic {
    agent: ureq::Agent,
    url: String,
    asked: Option<Instant>,
}

impl Traffic {
    pub(super) fn at(at: SocketAddr) -> Self {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(WITHIN))
            .max_redirects(0)
            // A web proxy from the environment must not be used here.
            .proxy(None)
            .build()
            .into();
        Self { agent, url: format!("http://{at}/json/ai/models?d=3"), asked: None }
    }

    /// The other aircraft around `here`, if a request is due; `None` without an answer.
    pub(super) fn look(&mut self, here: LatLon) -> Option<Vec<Other>> {
        if self.asked.is_some_and(|t| t.elapsed() < EVERY) {
            return None;
        }
        self.asked = Some(Instant::now());
        let mut answer = self.agent.get(&self.url).call().ok()?;
        let text = answer.body_mut().with_config().limit(LONGEST).read_to_string().ok()?;
        others(&serde_json::from_str(&text).ok()?, here)
    }
}

/// A property below a node, by its path.
fn below<'a>(node: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(node, |n, name| n["children"].as_array()?.iter().find(|c| c["name"] == name && c["index"] == 0))
}

/// The aircraft in the tree of models, the nearest first; `None` if it is not such a tree.
pub(super) fn others(tree: &Value, here: LatLon) -> Option<Vec<Other>> {
    if tree["path"] != "/ai/models" {
        return None;
    }
    let mut near: Vec<(f64, Other)> = tree["children"]
        .as_array()?
        .iter()
        .filter(|m| matches!(m["name"].as_str(), Some("aircraft" | "multiplayer" | "swift")))
        .filter_map(|m| {
            if below(m, "valid")?["value"] != true {
                return None;
            }
            let number = |path: &str| below(m, path)?["value"].as_f64().filter(|n| n.is_finite());
            let position = LatLon::new(number("position/latitude-deg")?, number("position/longitude-deg")?);
            let speed = number("velocities/true-airspeed-kt").unwrap_or(0.0);
            let other = Other {
                callsign: below(m, "callsign").and_then(|c| c["value"].as_str()?.replace('-', "").parse().ok()),
                aircraft_type: None,
                position,
                altitude_ft: number("position/altitude-ft").unwrap_or(0.0),
                heading_true: number("orientation/true-heading-deg").unwrap_or(0.0).rem_euclid(360.0),
                ground_speed_kt: speed,
                on_ground: speed < FLIES_KT,
            };
            Some((here.distance_nm(position), other)).filter(|(nm, _)| *nm <= RADIUS_NM)
        })
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(MOST_OTHERS);
    Some(near.into_iter().map(|(_, o)| o).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn leaf(name: &str, value: Value) -> Value {
        json!({"path": "", "name": name, "value": value, "type": "double", "index": 0, "nChildren": 0})
    }

    fn model(name: &str, callsign: &str, lat: f64, valid: bool) -> Value {
        let node = |name: &str, children: Vec<Value>| json!({"name": name, "index": 0, "children": children});
        let position = vec![leaf("latitude-deg", json!(lat)), leaf("longitude-deg", json!(-155.0)), leaf("altitude-ft", json!(900))];
        node(
            name,
            vec![
                leaf("callsign", json!(callsign)),
                leaf("valid", json!(valid)),
                node("position", position),
                node("velocities", vec![leaf("true-airspeed-kt", json!(95.5))]),
                node("orientation", vec![leaf("true-heading-deg", json!(-90))]),
            ],
        )
    }

    #[test]
    fn aircraft_are_listed_and_ships_are_not() {
        let all = vec![
            leaf("count", json!(4)),
            model("carrier", "CVN68", 19.7, true),
            model("aircraft", "N4AB", 19.8, true),
            model("multiplayer", "D-EABC", 19.71, true),
            model("aircraft", "N5AB", 19.7, false),
            model("aircraft", "N6AB", 25.0, true),
        ];
        let tree = json!({"path": "/ai/models", "children": all});
        let found = others(&tree, LatLon::new(19.7, -155.0)).unwrap();
        let signs: Vec<&str> = found.iter().filter_map(|o| Some(o.callsign.as_ref()?.as_str())).collect();
        assert_eq!(signs, ["DEABC", "N4AB"]);
        assert_eq!((found[1].altitude_ft, found[1].heading_true, found[1].on_ground), (900.0, 270.0, false));
        assert_eq!(others(&json!({"path": "/sim"}), LatLon::new(0.0, 0.0)), None);
    }

    proptest! {
        #[test]
        fn hostile_trees_yield_no_aircraft(name in "[a-z]{0,12}", lat in any::<f64>(), text in ".{0,60}") {
            let tree = json!({"path": "/ai/models", "children": [model(&name, &text, lat, true), text, [name], null]});
            let found = others(&tree, LatLon::new(19.7, -155.0)).unwrap();
            prop_assert!(found.iter().all(|o| o.position.lat.is_finite()));
            let _ = serde_json::from_str::<Value>(&text).map(|v| others(&v, LatLon::new(0.0, 0.0)));
        }
    }
}
