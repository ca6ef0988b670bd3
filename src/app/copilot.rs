//! The copilot: sets radios and transponder from the clearance record, if the pilot allows it.

use super::App;
use crate::atc::instruction::Item;
use crate::event::{Command, Effect};
use crate::units::{Squawk, Time};

/// What the copilot has already set. A pilot who changes it keeps their own value.
#[derive(Debug, Default)]
pub(super) struct Done {
    tuned: Option<Time>,
    code: Option<Squawk>,
    idented: Option<Time>,
}

impl App {
    /// Sets what the record contains and the settings allow. Spoken numbers never reach this function.
    pub(super) fn copilot(&mut self, fx: &mut Vec<Effect>) {
        let record = self.engine.record();
        // Change frequency only after its readback is accepted: until then the old unit still expects the pilot.
        let sent = record.sent_to.as_ref().filter(|_| record.pending.is_none());
        if let Some((Item::Contact { frequency: Some(f), .. } | Item::Monitor { frequency: Some(f), .. }, since)) = sent
            && self.config.copilot.tune
            && self.done.tuned != Some(*since)
        {
            fx.push(Effect::Sim(Command::Tune(*f)));
            self.done.tuned = Some(*since);
        }
        if !self.config.copilot.squawk {
            return;
        }
        if let Some(code) = record.squawk.filter(|c| self.done.code != Some(*c)) {
            fx.push(Effect::Sim(Command::Squawk(code)));
        }
        self.done.code = record.squawk;
        let ident = record.last.as_ref().filter(|l| l.items.contains(&Item::Ident)).and(record.issued);
        if let Some(at) = ident.filter(|at| self.done.idented != Some(*at)) {
            fx.push(Effect::Sim(Command::Ident));
            self.done.idented = Some(at);
        }
    }
}
