//! What the page shows: its state, made from the application's after each event, and what the pilot does on it.

use std::collections::VecDeque;
use std::time::Duration;

use super::App;
use super::menu;
use super::telling::NO_CALLSIGN;
use crate::airports::Station;
use crate::event::{
    Choice, Command, Effect, Line, PageAirport, PageAtis, PageCall, PageLine, PageNotice, PageOverheard, PagePlan, PageScore, PageState,
    PageStation, PageStrip, Speaker, Toast,
};
use crate::report::SimState;
use crate::settings::SIM_LINKS;
use crate::units::{Facility, Frequency, Time};

/// Transmissions that the page shows. Older ones are in the log.
const LINES: usize = 40;
/// The same for transmissions of and to other aircraft.
const OVERHEARD: usize = 20;
/// Minimum interval between two states that only a simulator's reports cause.
const REPORTS_EVERY: Duration = Duration::from_millis(100);

/// What the page shows besides the application's state: it is kept while the page is off, too.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    lines: VecDeque<PageLine>,
    overheard: VecDeque<PageOverheard>,
    next_line: u64,
    notice: Option<PageNotice>,
    next_notice: u64,
    score: PageScore,
    /// What was last sent; `None` while the page is off.
    shown: Option<Box<PageState>>,
    /// When it was made.
    made: Time,
    /// When the next one is due, because reports came too soon after it.
    pub(super) due: Option<Time>,
}

impl Kept {
    fn line(&mut self, line: &Line) {
        // The recording has its own place on the page.
        if line.facility == Some(Facility::Atis) {
            return;
        }
        if line.overheard {
            self.next_line += 1;
            self.overheard.push_back(PageOverheard {
                id: self.next_line,
                t: line.t,
                from: line.from,
                callsign: line.callsign.clone(),
                facility: line.facility,
                frequency: line.frequency,
                text: line.text.clone(),
            });
            if self.overheard.len() > OVERHEARD {
                self.overheard.pop_front();
            }
            return;
        }
        if line.from == Speaker::Atc {
            // The controller answers again, so the last silence is history.
            self.notice = self.notice.take().filter(|n| n.fault);
        }
        if let Some(verdict) = &line.verdict {
            self.score.total += 1;
            self.score.correct += u32::from(verdict == "correct");
        }
        self.next_line += 1;
        self.lines.push_back(PageLine {
            id: self.next_line,
            t: line.t,
            from: line.from,
            facility: line.facility,
            frequency: line.frequency,
            text: line.text.clone(),
            understood: line.intent.as_ref().map(|i| i.replace('_', " ")),
            verdict: line.verdict.clone(),
            unanswered: line.unanswered.clone(),
            answer_ms: line.latency_ms.as_ref().map(|l| l.first_audio).filter(|ms| *ms > 0),
        });
        if self.lines.len() > LINES {
            self.lines.pop_front();
        }
    }

    fn toast(&mut self, toast: &Toast) {
        if toast.conversation || toast.live {
            return;
        }
        // The transcript has the pilot's own words.
        let own = |l: &&str| !l.starts_with("You: \"");
        let body = toast.body.lines().filter(own).collect::<Vec<_>>().join("\n");
        self.next_notice += 1;
        self.notice = Some(PageNotice { id: self.next_notice, title: toast.title.clone(), body, fault: toast.fault });
    }
}

fn station(s: &Station) -> PageStation {
    PageStation { name: s.name.clone(), facility: s.facility, frequency: s.frequency }
}

impl App {
    /// Keeps what the effects say and show, and emits the page's state if the page is on and the state has changed.
    pub(super) fn show_page(&mut self, now: Time, only_a_report: bool, fx: &mut Vec<Effect>) {
        let mut all_is_well = false;
        for effect in fx.iter() {
            match effect {
                Effect::Record(line) => {
                    all_is_well = line.verdict.as_deref() == Some("correct");
                    self.page.line(line);
                }
                // "Readback correct" is with the readback.
                Effect::Toast(_) if all_is_well => {}
                Effect::Toast(toast) => self.page.toast(toast),
                _ => {}
            }
        }
        if self.config.page.listen.is_none() {
            (self.page.shown, self.page.due) = (None, None);
            return;
        }
        let soon = now.since(self.page.made) < REPORTS_EVERY;
        if only_a_report && soon && self.page.shown.as_ref().is_some_and(|s| s.sim == self.engine.sim_state()) {
            self.page.due = Some(self.page.made + REPORTS_EVERY);
            return;
        }
        self.page.due = None;
        self.page.made = now;
        let state = Box::new(self.page_state());
        if self.page.shown.as_ref() != Some(&state) {
            self.page.shown = Some(state.clone());
            fx.push(Effect::Page(state));
        }
    }

    /// What the page shows now.
    pub fn page_state(&self) -> PageState {
        let engine = &self.engine;
        let sim = engine.sim_state();
        let cleared = engine.cleared();
        PageState {
            radio: self.shown.0,
            fault: self.shown.1.fault.as_ref().map(|f| f.words.clone()),
            muted: self.config.audio.mute,
            sim,
            phase: engine.phase().word().replace('_', " "),
            callsign: engine.callsign().map_or_else(String::new, crate::units::Callsign::painted),
            unit: engine.station().filter(|_| sim != SimState::Lost).as_ref().map(station),
            hears: self.unit(),
            tuned: engine.com1(),
            airport: engine.airport().map(|a| PageAirport { icao: a.icao.clone(), name: a.name.clone() }),
            strip: PageStrip {
                limits: cleared.limits,
                cleared: cleared.cleared,
                expected: cleared.expected,
                owed: cleared.owed,
                readback: cleared.readback,
                tune: engine.cleared_frequency().filter(|f| !engine.com1().is_some_and(|tuned| tuned.same_channel(*f))),
            },
            transcript: self.page.lines.iter().cloned().collect(),
            overheard: self.page.overheard.iter().cloned().collect(),
            atis: engine.information().map(|(letter, text)| PageAtis { letter, text }),
            plan: engine.plan().map(|p| PagePlan {
                departure: p.departure.clone(),
                destination: p.destination.clone(),
                ifr: p.ifr,
                altitude_ft: p.altitude_ft,
                route: p.filed_route(),
                sid: p.sid.as_ref().map(|s| s.name.clone()),
                star: p.star.as_ref().map(|s| s.name.clone()),
                approach: p.approach.as_ref().map(|a| a.name.clone()),
                alternates: p.alternates.clone(),
            }),
            stations: engine.airport().map_or_else(Vec::new, |a| a.stations.iter().map(station).collect()),
            tunes: self.may_tune(),
            calls: engine.calls().iter().map(|call| self.page_call(call)).collect(),
            notice: self.page.notice.clone(),
            readbacks: self.page.score,
        }
    }

    /// A call that fits, and the frequency to tune for it: the call names a unit on another one as "Hilo Tower (118.1)".
    fn page_call(&self, call: &str) -> PageCall {
        let stations = self.engine.airport().map_or(&[][..], |a| &a.stations);
        let other = stations.iter().find(|s| call.starts_with(&format!("{} ({}), ", s.name, s.frequency)));
        PageCall { text: self.aloud(call), tune: other.map(|s| s.frequency), complete: !call.contains(NO_CALLSIGN) }
    }

    /// Whether a simulator is connected whose radio Stratus can tune.
    fn may_tune(&self) -> bool {
        let link = self.config.sim.link.as_str();
        link != "none" && SIM_LINKS.contains(&link) && matches!(self.engine.sim_state(), SimState::Flying | SimState::Paused)
    }

    /// Tunes COM1 to a frequency of the airport, or to the one of the unit that the pilot was sent to. Any other is refused: the page
    /// cannot bring in a number.
    pub(super) fn tune(&self, to: Frequency, fx: &mut Vec<Effect>) {
        let sent = self.engine.cleared_frequency().is_some_and(|f| f.same_channel(to));
        let refused = match (self.may_tune(), sent || self.engine.knows(to)) {
            (true, true) => return fx.push(Effect::Sim(Command::Tune(to))),
            (false, _) => "No simulator is connected whose radio Stratus could tune.",
            (true, false) => "It is not a frequency of this airport.",
        };
        fx.push(self.notice(&format!("{to} not tuned"), refused));
    }

    /// Mutes the controller, or lets it speak again.
    pub(super) fn mute(&mut self, now: Time, mute: bool, fx: &mut Vec<Effect>) {
        if mute != self.config.audio.mute {
            self.chosen(now, Choice::ToggleMute, fx);
        }
    }

    /// Switches the page on, on this computer only, or off.
    pub(super) fn toggle_page(&mut self, fx: &mut Vec<Effect>) {
        let listen = if self.config.page.listen.is_some() { None } else { Some(crate::settings::PAGE_HERE) };
        let value = menu::text(&listen.map(|at| at.to_string()).unwrap_or_default());
        self.set("page.listen", value, |c| c.page.listen = listen, fx);
        fx.push(match listen {
            Some(_) => Effect::OpenPage,
            None => self.notice("The page is off", "Nothing listens any more."),
        });
    }
}

#[cfg(test)]
mod tests;
