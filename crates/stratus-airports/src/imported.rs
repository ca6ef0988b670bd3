//! What the pilot's own simulator knows of an airport, and how it is merged into the built-in data.

use crate::apt_dat::AptDat;
use crate::groundnet::Groundnet;
use crate::{Airport, Procedure, TaxiGraph, described};

/// An imported airport: from each kind of file, the one with priority.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// From an apt.dat.
    pub airport: Option<Airport>,
    /// From FlightGear.
    pub net: Option<Groundnet>,
    /// From X-Plane's CIFP.
    pub procedures: Option<Vec<Procedure>>,
    /// The file that the procedures come from.
    pub procedures_from: Option<String>,
    /// The files that it comes from, for people; the apt.dat first.
    pub sources: Vec<String>,
}

impl Imported {
    /// The airport in the rows of an apt.dat.
    pub fn rows(text: &str) -> Option<Airport> {
        let mut reader = AptDat::default();
        text.lines().find_map(|l| reader.line(l)).or_else(|| reader.finish())
    }

    /// The whole airport, merged into the built-in one: see [`described::over`].
    pub fn over(self, known: Option<&Airport>, by_hand: bool) -> Option<Airport> {
        let (mut own, net) = (self.airport, self.net);
        if let (Some(own), Some(procedures)) = (&mut own, &self.procedures) {
            own.procedures.clone_from(procedures);
        }
        let named = own.as_ref().and_then(|a| a.taxiways.as_ref()).is_some_and(names_any);
        let mut whole = match own {
            Some(own) => described::over(&own, known, by_hand)?,
            None => {
                let known = known?;
                let bare =
                    Airport { runways: Vec::new(), taxiways: None, procedures: self.procedures.unwrap_or_default(), ..known.clone() };
                described::over(&bare, Some(known), by_hand)?
            }
        };
        if !named && let Some(drawn) = net.and_then(|n| n.graph(&whole)) {
            whole.taxiways = Some(drawn);
        }
        Some(whole)
    }
}

fn names_any(graph: &TaxiGraph) -> bool {
    graph.edges.iter().any(|e| !e.name.is_empty())
}
