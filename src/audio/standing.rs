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
    word: &'static str,
    wanted: Option<String>,
    told: Told,
    name: String,
}

impl Standing {
    /// Of the "microphone" or the "speaker"; `wanted` is the one in the configuration.
    pub fn new(word: &'static str, wanted: Option<&str>) -> Self {
        Self { word, wanted: wanted.map(str::to_owned), told: Told::Nothing, name: String::new() }
    }

    /// There is none now, and that was told.
    pub fn is_gone(&self) -> bool {
        self.told == Told::Gone
    }

    /// A device delivers: what the pilot is to be told about it.
    pub fn works(&mut self, name: &str, chosen: bool) -> Option<String> {
        let (word, before) = (self.word, std::mem::replace(&mut self.told, if chosen { Told::Well } else { Told::StandIn }));
        let other = std::mem::replace(&mut self.name, name.to_owned()) != name;
        let wanted = self.wanted.as_deref().unwrap_or_default();
        match (before, self.told) {
            (Told::Nothing, Told::Well) => None,
            (Told::Gone | Told::StandIn, Told::Well) => Some(format!("the {word} is back: {name}")),
            (Told::Well, Told::Well) => other.then(|| format!("the {word} is now {name}")),
            (Told::Gone, _) => Some(format!("the {word} {name} is used until {wanted} is back")),
            (Told::StandIn, _) => other.then(|| format!("the {word} is now {name}, until {wanted} is back")),
            _ => Some(format!("the {word} {wanted} is not there: {name} is used until it is back")),
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
        let mut s = Standing::new("microphone", None);
        assert_eq!(s.works("A", true), None);
        assert_eq!(s.works("A", true), None);
        assert!(s.gone(p()).is_some() && s.gone(p()).is_none());
        assert_eq!(s.works("A", true).unwrap(), "the microphone is back: A");
        assert_eq!(s.works("B", true).unwrap(), "the microphone is now B");
        let mut s = Standing::new("speaker", Some("headset"));
        assert_eq!(s.works("TV", false).unwrap(), "the speaker headset is not there: TV is used until it is back");
        assert_eq!(s.works("TV", false), None);
        assert_eq!(s.works("My Headset", true).unwrap(), "the speaker is back: My Headset");
        assert!(s.gone(p()).is_some());
        assert_eq!(s.works("TV", false).unwrap(), "the speaker TV is used until headset is back");
    }
}
