//! The part of the navigation data that a route needs: its points by name, and its airways.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Piece, Point};
use crate::units::LatLon;

/// The maximum number of points with the same name; the most frequent names occur about thirty times.
const MOST_NAMESAKES: usize = 100;

/// A point's name and region.
pub type Id = (String, String);

/// Points and airways by name.
#[derive(Debug, Clone, Default)]
pub struct Navigation {
    points: BTreeMap<String, Vec<Point>>,
    airways: BTreeMap<String, Vec<Piece>>,
}

impl Navigation {
    /// Takes a piece of airway.
    pub fn piece(&mut self, piece: Piece) {
        for name in &piece.names {
            self.airways.entry(name.clone()).or_default().push(piece.clone());
        }
    }

    /// Takes a point.
    pub fn point(&mut self, point: Point) {
        let all = self.points.entry(point.ident.clone()).or_default();
        if all.len() < MOST_NAMESAKES {
            all.push(point);
        }
    }

    /// The names of the points at the ends of the pieces taken so far.
    pub fn ends(&self) -> BTreeSet<String> {
        self.airways.values().flatten().flat_map(|p| [p.from.0.clone(), p.to.0.clone()]).collect()
    }

    /// Whether an airway with this name is known.
    pub fn has_airway(&self, name: &str) -> bool {
        self.airways.contains_key(name)
    }

    /// The points with this name.
    pub fn named(&self, name: &str) -> &[Point] {
        self.points.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a point is on an airway.
    pub fn on(&self, airway: &str, id: &Id) -> bool {
        self.airways.get(airway).is_some_and(|pieces| pieces.iter().any(|p| p.from == *id || p.to == *id))
    }

    /// The position of a point.
    pub fn place(&self, id: &Id) -> Option<LatLon> {
        self.named(&id.0).iter().find(|p| p.region == id.1).map(|p| p.at)
    }

    /// The points between two points of an airway, by the fewest pieces that may be flown in that direction.
    pub fn between(&self, airway: &str, from: &Id, to: &Id) -> Option<Vec<Id>> {
        let pieces = self.airways.get(airway)?;
        let mut came: BTreeMap<&Id, &Id> = BTreeMap::new();
        let mut next = VecDeque::from([from]);
        while let Some(at) = next.pop_front() {
            if at == to {
                let mut way: Vec<Id> = std::iter::successors(came.get(at).copied(), |p| came.get(*p).copied()).cloned().collect();
                way.pop();
                way.reverse();
                return Some(way);
            }
            let forward = pieces.iter().filter(|p| p.ways.0 && p.from == *at).map(|p| &p.to);
            let back = pieces.iter().filter(|p| p.ways.1 && p.to == *at).map(|p| &p.from);
            for reached in forward.chain(back) {
                if reached != from && !came.contains_key(reached) {
                    came.insert(reached, at);
                    next.push_back(reached);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::{airway, fix};

    #[test]
    fn an_airway_is_followed_only_in_permitted_directions() {
        let mut n = Navigation::default();
        for line in ["AAA ED 11 BBB ED 11 F 1 95 245 L9", "BBB ED 11 CCC ED 11 N 1 95 245 L9-M2", "CCC ED 11 DDD ED 11 B 1 95 245 L9"] {
            n.piece(airway(line, &|_| true).unwrap());
        }
        for _ in 0..MOST_NAMESAKES + 5 {
            n.point(fix(" 50.0 8.0 AAA ENRT ED 1", &|_| true).unwrap());
        }
        let id = |ident: &str| (ident.to_owned(), "ED".to_owned());
        assert_eq!(n.between("L9", &id("AAA"), &id("CCC")), Some(vec![id("BBB")]));
        assert_eq!(n.between("L9", &id("AAA"), &id("BBB")), Some(Vec::new()));
        assert_eq!(n.between("L9", &id("CCC"), &id("AAA")), None, "one way");
        assert_eq!(n.between("L9", &id("CCC"), &id("DDD")), None, "the other way only");
        assert_eq!(n.between("M2", &id("CCC"), &id("BBB")), Some(Vec::new()));
        assert_eq!((n.named("AAA").len(), n.place(&id("BBB"))), (MOST_NAMESAKES, None));
        assert!(n.on("M2", &id("CCC")) && !n.on("M2", &id("AAA")) && n.has_airway("L9") && !n.has_airway("X1"));
    }
}
