//! What the pilot's own files contain about the airspace and terrain around a place: minimum altitudes, units and airspace.

use serde::{Deserialize, Serialize};

use crate::controllers::Controller;
use crate::fixes::Point;
use crate::minima::{Area, Minima};
use crate::openair::Space;

/// The surroundings of a place. Unknown parts are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The area for which they were looked up.
    pub area: Area,
    /// Minimum altitudes.
    #[serde(default)]
    pub minima: Minima,
    /// Radar and tower units with their volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controllers: Vec<Controller>,
    /// Airspace of class B, C and D, and control zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spaces: Vec<Space>,
    /// Beacons with their spoken names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beacons: Vec<Point>,
    /// The files that it comes from, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl Surroundings {
    /// Empty surroundings of an area.
    pub fn nothing(area: Area) -> Self {
        Self { area, minima: Minima::default(), controllers: Vec::new(), spaces: Vec::new(), beacons: Vec::new(), sources: Vec::new() }
    }
}
