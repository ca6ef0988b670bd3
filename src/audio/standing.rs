//! How a device stands in the pilot's eyes, so that a loss is told once, and its end once.

use crate::problem::Problem;

/// What was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Told {
    /// Nothing: it has not been there yet.
    #[default]
    Nothing,
    /// The device that is meant is there.
    Well,
    /// Another one stands in for it.
    StandIn,
    /// There is none.
    Gone,
}

/// The standing of one device.
#[derive(Debug)]
pub(super) struct Standing {
    wanted: Option<String>,
    told: Told,
    name: String,
}

impl Standing {
    /// Of the device that the configuration calls `wanted`, or of the system's default.
    pub fn new(wanted: Option<&str>) -> Self {
        Self { wanted: wanted.map(str::to_owned), told: Told::Nothing, name: String::new() }
    }

    /// There is none now, and that was told.
    pub fn is_gone(&self) -> bool {
        self.told == Told::Gone
    }

    /// A device delivers: what the pilot is to be told about it.
    pub fn works(&mut self, name: &str, chosen: bool) -> Option<String> {
        let before = std::mem::replace(&mut self.told, if chosen { Told::Well } else { Told::StandIn });
        let other = std::mem::replace(&mut self.name, name.to_owned()) != name;
        let wanted = self.wanted.as_deref().unwrap_or_default();
        match (before, self.told) {
            (Told::Nothing, Told::Well) => None,
            (Told::Gone | Told::StandIn, Told::Well) => Some(format!("{name} is back.")),
            (Told::Well, Told::Well) => other.then(|| format!("Now using {name}.")),
            (Told::Gone, _) => Some(format!("Using {name} until {wanted} returns.")),
            (Told::StandIn, _) => other.then(|| format!("Now using {name} until {wanted} returns.")),
            _ => Some(format!("{wanted} is not connected. Using {name} until it returns.")),
        }
    }

    /// There is none: what the pilot is to be told about it.
    pub fn gone(&mut self, p: Problem) -> Option<Problem> {
        (std::mem::replace(&mut self.told, Told::Gone) != Told::Gone).then_some(p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_once() {
        let p = || Problem::new("gone");
        let mut s = Standing::new(None);
        assert_eq!(s.works("A", true), None);
        assert_eq!(s.works("A", true), None);
        assert!(s.gone(p()).is_some() && s.gone(p()).is_none());
        assert_eq!(s.works("A", true).unwrap(), "A is back.");
        assert_eq!(s.works("B", true).unwrap(), "Now using B.");
        let mut s = Standing::new(Some("headset"));
        assert_eq!(s.works("TV", false).unwrap(), "headset is not connected. Using TV until it returns.");
        assert_eq!(s.works("TV", false), None);
        assert_eq!(s.works("My Headset", true).unwrap(), "My Headset is back.");
        assert!(s.gone(p()).is_some());
        assert_eq!(s.works("TV", false).unwrap(), "Using TV until headset returns.");
    }
}
