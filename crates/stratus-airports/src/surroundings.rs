//! What the pilot's own files tell of the air and the ground around a place: minimum altitudes, units and airspace.

use serde::{Deserialize, Serialize};

use crate::controllers::Controller;
use crate::fixes::Point;
use crate::minima::{Area, Minima};
use crate::openair::Space;

/// The surroundings of a place. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The area that they were looked up for.
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
    /// Beacons with the names that are said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beacons: Vec<Point>,
    /// The files that it comes from, for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl Surroundings {
    /// Nothing is known of an area.
    pub fn nothing(area: Area) -> Self {
        Self { area, minima: Minima::default(), controllers: Vec::new(), spaces: Vec::new(), beacons: Vec::new(), sources: Vec::new() }
    }
}
