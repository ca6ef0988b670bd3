//! Tracks which state of a device the pilot knows, so that a loss and its end are each reported once.

use crate::problem::Problem;

/// The state that was reported last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Told {
    /// Nothing yet: the device has not been there.
    #[default]
    Nothing,
    /// The configured device works.
    Well,
    /// A fallback device is used.
    StandIn,
    /// There is no device.
    Gone,
}

/// The reported state of one device.
#[derive(Debug)]
pub(super) struct Standing {
    wanted: Option<String>,
    told: Told,
    name: String,
}

impl Standing {
    /// For the device that the configuration calls `wanted`, or for the system's default.
    pub fn new(wanted: Option<&str>) -> Self {
        Self { wanted: wanted.map(str::to_owned), told: Told::Nothing, name: String::new() }
    }

    /// Whether the absence of the device was reported.
    pub fn is_gone(&self) -> bool {
        self.told == Told::Gone
    }

    /// A device delivers: the message for the pilot, if there is one.
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

    /// There is no device: the problem to report, if it is new.
    pub fn gone(&mut self, p: Problem) -> Option<Problem> {
        (std::mem::replace(&mut self.told, Told::Gone) != Told::Gone).then_some(p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_reported_once() {
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
