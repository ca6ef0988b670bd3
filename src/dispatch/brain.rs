//! The language model: queried, and kept loaded while a simulator is running and the pilot uses it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Shell;
use crate::event::{Event, Question};
use crate::llm::Llm;
use crate::llm::pull::{self, Patience};
use crate::llm::warm::Warm;
use crate::problem::Part;
use crate::settings::{Brain, BrainMode};
use crate::units::TxId;

/// Ollama lists its models at once, or is not running.
const LIST_LIMIT: Duration = Duration::from_secs(3);

impl Shell {
    /// Queries the language model.
    pub(super) fn consult(&mut self, tx: TxId, question: Question) {
        if self.llm.is_none() {
            let inbox = self.inbox.clone();
            match Llm::start(move |tx, result| inbox.send(Event::Advice { tx, result })) {
                Ok(l) => self.llm = Some(l),
                Err(p) => return self.inbox.offer(Event::Advice { tx, result: Err(p) }),
            }
        }
        if let Some(llm) = &self.llm {
            llm.ask(tx, question, &self.config.brain);
        }
    }

    /// Updates the keep-alive when the simulator appears or disappears, or the pilot chooses another model.
    pub(super) fn keep_warm(&mut self) {
        let wanted = wanted(self.flying, &self.config.brain);
        if self.warm.is_none() && wanted.is_some() {
            let inbox = self.inbox.clone();
            match Warm::start(move |p| inbox.offer(Event::Trouble(p.or_about(Part::LanguageModel)))) {
                Ok(w) => self.warm = Some(w),
                Err(p) => log::warn!("{}", p.one_line()),
            }
        }
        if let Some(w) = &self.warm {
            w.keep(wanted);
        }
    }
}

impl Shell {
    /// Queries Ollama's models on a short-lived thread, because the menu is open meanwhile.
    pub(super) fn list_brains(&self) {
        if self.listing.swap(true, Ordering::Relaxed) {
            return;
        }
        let (inbox, listing, url) = (self.inbox.clone(), self.listing.clone(), self.config.brain.ollama_url.clone());
        let spawned = std::thread::Builder::new().name("llm list".into()).spawn(move || {
            let there = pull::list(&url, Patience { answer: LIST_LIMIT, ..Patience::default() });
            listing.store(false, Ordering::Relaxed);
            inbox.offer(Event::Brains(there.map(|all| all.into_iter().map(|m| m.name).collect()).ok()));
        });
        if spawned.is_err() {
            self.listing.store(false, Ordering::Relaxed);
        }
    }
}

fn wanted(flying: bool, brain: &Brain) -> Option<Brain> {
    (flying && brain.mode != BrainMode::Rules).then(|| brain.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_stays_loaded_with_a_simulator_unless_rules_only() {
        let auto = Brain::default();
        let rules = Brain { mode: BrainMode::Rules, ..Brain::default() };
        assert_eq!(wanted(true, &auto), Some(auto.clone()));
        assert_eq!((wanted(false, &auto), wanted(true, &rules)), (None, None));
    }
}
