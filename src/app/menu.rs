//! The tray menu: its contents, and the effect of each choice.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::App;
use crate::atc::Reply;
use crate::atc::instruction::Item;
use crate::event::{Choice, Devices, Effect, MenuModel, Place, Step, UpdateNews, Voice};
use crate::models::{self, Offer, brains, voices};
use crate::problem::{Part, Problem};
use crate::report::SimState;
use crate::settings::{BrainMode, Config, key_words};
use crate::units::{Callsign, Time};
use crate::update::{Offered, Version};

/// Answers that can be repeated. Older ones are in the log.
const RECENT: usize = 1;
/// Number of answers in the latency statistics.
const TIMED: usize = 200;
/// Minimum interval between queries for the installed language models.
const BRAINS_EVERY: Duration = Duration::from_secs(30);
/// Minimum interval between queries for the mirror's list of models.
const MIRROR_EVERY: Duration = Duration::from_secs(30);

/// State that the menu shows besides the configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) devices: Devices,
    /// Name of the microphone used for the last call; empty before the first call.
    pub(super) open_microphone: String,
    /// SHA-256 of a speech model that awaits the pilot's consent.
    pub(super) unknown_model: Option<String>,
    /// Whether the active speech model was loaded, or refused; unknown until it was tried.
    pub(super) model_usable: Option<bool>,
    /// The pilot chose a speech model and is waiting for it to become ready.
    pub(super) awaits_model: bool,
    pub(super) autostart: bool,
    /// The speech model being downloaded, and its progress in percent.
    pub(super) fetching: Option<(String, u8)>,
    /// The speech model whose download failed, until it is tried again, another server is set, or a model works.
    pub(super) failed: Option<String>,
    /// The pilot stopped the download.
    stopped: bool,
    /// The name of the airport in the settings.
    pub(super) chosen_name: String,
    /// Speech models that only the mirror offers.
    pub(super) own_models: Vec<Offer>,
    /// Models that the mirror did not send as published since its list was read.
    pub(super) refused_models: Vec<String>,
    /// The settings name an unknown airport.
    pub(super) unknown_airport: bool,
    /// Published models and voices that the mirror lacks.
    pub(super) absent: Vec<String>,
    /// A newer release, and its file once downloaded.
    update: Option<(Offered, Option<PathBuf>)>,
    /// The place that "What to say now" has explained.
    pub(super) explained: Option<Place>,
    /// The last reported reason why an airport's data could not be read.
    pub(super) no_chart: Option<Problem>,
    /// The last reported language model that does not follow its instructions.
    pub(super) no_use: Option<String>,
    /// The language models that Ollama has. Inner `None`: Ollama does not answer. Outer `None`: not queried yet.
    pub(super) brains: Option<Option<Vec<String>>>,
    brains_asked: Option<Time>,
    mirror_asked: Option<Time>,
    /// A key that is also used in typing, pressed once for push-to-talk.
    typing_key: Option<String>,
    /// The airport whose missing taxiway map was explained.
    pub(super) unmapped: Option<String>,
    recent: VecDeque<(Reply, Voice)>,
    took_ms: VecDeque<u32>,
}

impl Known {
    /// Nothing is known but the name of the airport in the settings.
    pub(super) fn at(chosen_name: String) -> Self {
        Self { chosen_name, ..Self::default() }
    }

    /// Keeps a transmission for its repetition. A reminder or a correction only names a part of the instruction before it, so that
    /// one stays.
    pub(super) fn said(&mut self, reply: &Reply, voice: &Voice) {
        let before = self.recent.front().map_or(&[][..], |(before, _)| &before.instruction.items);
        let is_part = |i: &Item| matches!(i, Item::ReadBack(_) | Item::Negative) || before.contains(i);
        let names_part = reply.instruction.items.iter().any(|i| matches!(i, Item::ReadBack(_) | Item::Negative));
        if !before.is_empty() && names_part && reply.instruction.items.iter().all(is_part) {
            return;
        }
        self.recent.push_front((reply.clone(), voice.clone()));
        self.recent.truncate(RECENT);
    }

    /// Records the latency from the end of a take to the first sound of its answer, milliseconds.
    pub(super) fn took(&mut self, ms: u32) {
        self.took_ms.push_front(ms);
        self.took_ms.truncate(TIMED);
    }

    fn latency(&self) -> Option<(u32, u32)> {
        let mut all: Vec<u32> = self.took_ms.iter().copied().collect();
        all.sort_unstable();
        let at = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some((at(50)?, at(90)?))
    }
}

/// Formats text as a TOML value.
pub(super) fn text(words: &str) -> String {
    toml::Value::String(words.to_owned()).to_string()
}

impl App {
    /// The unit on the frequency, or why there is none.
    pub(super) fn unit(&self) -> String {
        let state = self.engine.sim_state();
        if let Some(s) = self.engine.station().filter(|_| state != SimState::Lost) {
            return format!("{} {}", s.name, s.frequency);
        }
        match state {
            SimState::Looking if self.config.sim.airport.is_none() => "No simulator found yet".to_owned(),
            SimState::Menu => "No flight loaded".to_owned(),
            SimState::Lost => "Simulator disconnected".to_owned(),
            _ => match (self.engine.com1(), &self.config.sim.airport) {
                (Some(f), _) => format!("No station on {f}"),
                // Without a radio, each call names the station it addresses.
                (None, Some(icao)) if state == SimState::Looking => {
                    format!("At {}, no simulator", self.engine.airport().map_or(icao, |a| &a.name))
                }
                (None, _) => "No frequency tuned".to_owned(),
            },
        }
    }

    pub(super) fn menu(&self) -> MenuModel {
        MenuModel {
            unit: self.unit(),
            callsign: self.engine.known_callsign().map_or_else(String::new, crate::units::Callsign::painted),
            other_callsign: self.unused_callsign().map_or_else(String::new, Callsign::painted),
            recent: self.desk.recent.iter().map(|(r, _)| r.transmission.text.clone()).collect(),
            muted: self.config.audio.mute,
            devices: self.desk.devices.clone(),
            microphone: self.config.audio.microphone.clone().unwrap_or_default(),
            speaker: self.config.audio.speaker.clone().unwrap_or_default(),
            volume: self.config.audio.volume_percent,
            voice: self.config.speech.voice.clone(),
            speech_model: self.model_file(),
            fetching: self.desk.fetching.clone(),
            own_models: self.desk.own_models.clone(),
            absent: self.desk.absent.clone(),
            download: self.first_model().map_or_else(String::new, |m| m.size()),
            faster: self.faster_model().map(|m| m.name),
            place: self.place(),
            simbrief: self.config.pilot.simbrief.is_some(),
            mode: self.config.pilot.mode,
            brain: (self.config.brain.mode, self.config.brain.model.clone()),
            chatter: self.config.speech.chatter,
            brains: self.desk.brains.clone().flatten().unwrap_or_default(),
            brain_note: self.brain_note(),
            key: if self.config.ptt.no_key() { String::new() } else { self.config.ptt.key.clone() },
            tunes: self.config.copilot.tune,
            squawks: self.config.copilot.squawk,
            latency: self.desk.latency(),
            joystick: self.config.ptt.joystick.clone(),
            has_updates: self.config.updates.feed.is_some(),
            update: self.desk.update.as_ref().map(|(o, file)| (o.version.to_string(), file.is_some())),
            autostart: self.desk.autostart,
            call: if self.steps().next() == Some(Step::Call) { self.how_to_call().unwrap_or_default() } else { Vec::new() },
            page: self.config.page.listen.is_some(),
            steps: self.steps(),
            unknown_model: self.desk.unknown_model.as_ref().map(|_| self.model_file()),
            fault: self.fault(),
        }
    }

    /// File name of the active speech model; empty if there is none.
    pub(super) fn model_file(&self) -> String {
        self.config.speech.model.as_ref().and_then(|p| p.file_name()).map_or_else(String::new, |f| f.to_string_lossy().into())
    }

    /// Display name of the active speech model: "Base".
    pub(super) fn model_name(&self) -> String {
        let file = self.model_file();
        self.desk.own_models.iter().find(|o| o.file == file).map_or_else(|| models::plain_name(&file), |o| o.name.clone())
    }

    /// The note next to the language models in the menu.
    fn brain_note(&self) -> String {
        let chosen = &self.config.brain.model;
        let plain = brains::plain_name(chosen);
        match &self.desk.brains {
            _ if self.config.brain.mode == BrainMode::Rules => String::new(),
            None => String::new(),
            Some(None) => "Ollama not running (optional)".into(),
            Some(Some(all)) if all.is_empty() => "No models yet: run \u{201c}stratus brain get\u{201d}".into(),
            Some(Some(all)) if !all.iter().any(|m| m == chosen || m.strip_suffix(":latest") == Some(chosen)) => {
                format!("{plain} missing: run \u{201c}stratus brain get\u{201d}")
            }
            Some(Some(_)) => "More: run \u{201c}stratus brain get NAME\u{201d}".into(),
        }
    }

    /// Called when the menu opens. Queries the language models and the mirror if they are in use.
    fn opened(&mut self, now: Time, fx: &mut Vec<Effect>) {
        let lately = self.desk.brains_asked.is_some_and(|at| now.since(at) < BRAINS_EVERY);
        if self.config.brain.mode != BrainMode::Rules && !lately {
            self.desk.brains_asked = Some(now);
            fx.push(Effect::ListBrains);
        }
        // A mirror that was unreachable or wrong may have been repaired since.
        let lately = self.desk.mirror_asked.is_some_and(|at| now.since(at) < MIRROR_EVERY);
        if self.config.speech.mirror.is_some() && !lately {
            self.desk.mirror_asked = Some(now);
            self.desk.refused_models.clear();
            fx.push(Effect::AskMirror);
        }
    }

    pub(super) fn chosen(&mut self, now: Time, choice: Choice, fx: &mut Vec<Effect>) {
        if choice == Choice::Opened {
            return self.opened(now, fx);
        }
        // Desktops toggle check marks on a click by themselves, so resend the menu even if nothing changed.
        self.shown.1 = MenuModel::default();
        match choice {
            Choice::Repeat(n) => {
                if self.open.is_none()
                    && self.out.is_none()
                    && let Some((reply, voice)) = self.desk.recent.get(usize::from(n)).cloned()
                {
                    // Show the text too: while the controller is muted, it is the only output.
                    fx.push(self.said_again(self.speaker(&reply).as_ref(), &reply));
                    let tx = self.new_tx();
                    self.repeat(now, tx, reply, voice, fx);
                }
            }
            Choice::TestCall if self.config.audio.mute => {
                fx.push(self.notice("Controller muted", "Switch off \u{201c}Mute controller\u{201d} to hear the test."))
            }
            Choice::TestCall => self.test_call(now, fx),
            Choice::CheckMicrophone => self.check_microphone(fx),
            Choice::TestKey => self.test_key(now, None, fx),
            Choice::SayCallsign => self.ask_callsign(now, fx),
            Choice::TypeCallsign => self.type_callsign(fx),
            Choice::SimulatorsCallsign => self.forget_callsign(fx),
            Choice::Airport(icao) => self.airport_picked(icao, fx),
            Choice::TypeAirport => fx.push(Effect::AskAirport(self.config.sim.airport.clone().unwrap_or_default())),
            Choice::Step(step) => self.step(now, step, fx),
            Choice::SkipSteps => self.skip_steps(fx),
            Choice::TrustModel => self.trust_model(fx),
            Choice::ToggleMute => {
                let mute = !self.config.audio.mute;
                if mute {
                    fx.push(Effect::Silence);
                }
                self.set("audio.mute", mute.to_string(), |c| c.audio.mute = mute, fx);
            }
            Choice::Microphone(name) => {
                self.set("audio.microphone", text(&name), |c| c.audio.microphone = Some(name).filter(|n| !n.is_empty()), fx);
            }
            Choice::Speaker(name) => self.set("audio.speaker", text(&name), |c| c.audio.speaker = Some(name).filter(|n| !n.is_empty()), fx),
            Choice::Volume(percent) => self.set("audio.volume_percent", percent.to_string(), |c| c.audio.volume_percent = percent, fx),
            Choice::WhatToSay => {
                let told = self.what_to_say();
                fx.push(told);
            }
            Choice::Voice(name) => self.set("speech.voice", text(&name), |c| c.speech.voice = name, fx),
            Choice::Chatter(mode) => self.set("speech.chatter", text(mode.word()), |c| c.speech.chatter = mode, fx),
            Choice::GetVoice(name) => {
                let Some(v) = voices::find(&name) else { return };
                if let Some((other, _)) = &self.desk.fetching {
                    fx.push(self.notice("One download at a time", &format!("{other} is still downloading.")));
                    return;
                }
                self.desk.fetching = Some((name.clone(), 0));
                fx.push(self.notice(&format!("Downloading the voice {}", v.title()), "Progress is in the menu."));
                fx.push(Effect::Fetch(Some(name)));
            }
            Choice::SpeechModel(name) => self.fetch_model(&name, fx),
            Choice::StopFetching => {
                self.desk.stopped = self.desk.fetching.is_some();
                fx.push(Effect::Fetch(None));
            }
            Choice::Mode(mode) => self.set("pilot.mode", text(mode.word()), |c| c.pilot.mode = mode, fx),
            Choice::Brain(mode) => self.set("brain.mode", text(mode.word()), |c| c.brain.mode = mode, fx),
            Choice::BrainModel(name) => self.set("brain.model", text(&name), |c| c.brain.model = name, fx),
            Choice::Opened => {}
            Choice::ToggleTune => {
                let on = !self.config.copilot.tune;
                self.set("copilot.tune", on.to_string(), |c| c.copilot.tune = on, fx);
            }
            Choice::ToggleSquawk => {
                let on = !self.config.copilot.squawk;
                self.set("copilot.squawk", on.to_string(), |c| c.copilot.squawk = on, fx);
            }
            Choice::BindKey => {
                self.desk.typing_key = None;
                fx.push(self.notice("Press the key for push-to-talk", "Escape keeps the one you have."));
                fx.push(Effect::BindKey);
            }
            Choice::BindJoystick => {
                fx.push(self.notice("Press and release the button", "For a combination, hold the other button first."));
                fx.push(Effect::BindJoystick);
            }
            Choice::ForgetJoysticks => self.set("ptt.joystick", "[]".into(), |c| c.ptt.joystick.clear(), fx),
            Choice::ToggleAutostart => fx.push(Effect::Autostart(!self.desk.autostart)),
            Choice::TogglePage => self.toggle_page(fx),
            Choice::OpenPage => fx.push(Effect::OpenPage),
            Choice::Doctor => {
                fx.push(Effect::Doctor);
                fx.push(self.notice("Checking\u{2026}", "Every part is tried. It takes up to a minute."));
            }
            Choice::FetchPlan => self.fetch_plan(fx),
            Choice::Update => fx.push(match self.desk.update.clone() {
                None => Effect::CheckUpdates,
                Some((offered, None)) => Effect::FetchUpdate(offered),
                Some((offered, Some(file))) => Effect::InstallUpdate(offered, file),
            }),
            Choice::OpenConfig => fx.push(Effect::OpenConfig),
            Choice::OpenLogs => fx.push(Effect::OpenLogs),
            Choice::Quit => self.quit(fx),
        }
    }

    /// Downloads a speech model; only one at a time.
    pub(super) fn fetch_model(&mut self, name: &str, fx: &mut Vec<Effect>) {
        let published = models::find(name).map(|m| Offer::published(m, None));
        let Some(m) = published.or_else(|| self.desk.own_models.iter().find(|o| o.name == name).cloned()) else { return };
        if let Some((other, _)) = &self.desk.fetching {
            fx.push(self.notice("One download at a time", &format!("{other} is still downloading.")));
            return;
        }
        self.desk.fetching = Some((name.to_owned(), 0));
        (self.desk.failed, self.desk.stopped) = (None, false);
        fx.push(self.notice(&format!("Downloading {} ({})", models::plain_name(&m.name), m.size()), "Progress is in the menu."));
        fx.push(Effect::Fetch(Some(name.to_owned())));
    }

    /// Handles the end of a download of a speech model or voice.
    pub(super) fn fetched(&mut self, model: &str, result: Result<PathBuf, Problem>, fx: &mut Vec<Effect>) {
        self.desk.fetching = None;
        let voice = voices::find(model);
        // The notification may be missed, so the menu keeps the failure. A download that the pilot stopped has not failed.
        let stopped = std::mem::take(&mut self.desk.stopped);
        self.desk.failed = (result.is_err() && voice.is_none() && !stopped).then(|| model.to_owned());
        match result {
            Ok(file) => {
                if let Some(v) = voice {
                    // Unless the pilot chose one voice for all units, the new voice joins the cast at once.
                    fx.push(self.notice(&format!("The voice {} is ready", v.title()), "Controllers speak with it from now on."));
                    return;
                }
                let path = text(&file.display().to_string());
                // Checksums of published models are built in; that of a mirror's own model is stored with its path.
                let sum = self.desk.own_models.iter().find(|o| o.name == model && models::find(model).is_none()).map(|o| o.sha256.clone());
                let mut keys = vec![("speech.model", path)];
                if self.config.speech.model_sha256 != sum {
                    keys.insert(0, ("speech.model_sha256", text(sum.as_deref().unwrap_or_default())));
                }
                (self.desk.unknown_model, self.desk.awaits_model, self.desk.model_usable) = (None, false, None);
                let change = |c: &mut Config| (c.speech.model, c.speech.model_sha256) = (Some(file), sum);
                self.set_all(keys, change, fx);
                // A model exists now, even if the path is the same as before.
                self.faults.over(Part::SpeechModel);
                self.model_is_ready(fx);
            }
            Err(p) if p.part == Part::Mirror && voice.is_none() => {
                self.desk.refused_models.push(model.to_owned());
                let other = self.first_model().map(|m| {
                    let name = if m.own { m.name } else { models::plain_name(&m.name) };
                    format!("Choose {name} (from your mirror) under {}.", Part::SpeechModel.place())
                });
                self.trouble(if let Some(remedy) = other { p.remedy(remedy) } else { p }, fx);
            }
            Err(p) => {
                // The menu's name of the model.
                let short = p.short();
                let p = p.brief(short.title.replace(model, &models::plain_name(model)), short.cause);
                self.trouble(p.or_about(Part::Download), fx);
            }
        }
    }

    /// Handles the result of an update check. An unreachable feed is not a fault: the flight goes on.
    pub(super) fn updated(&mut self, asked: bool, news: Result<UpdateNews, Problem>, fx: &mut Vec<Effect>) {
        match news {
            Ok(UpdateNews::Newest) if asked => {
                fx.push(self.notice("Stratus is up to date", &format!("{} is the newest version.", Version::own())))
            }
            Ok(UpdateNews::Newest) => {}
            Ok(UpdateNews::Newer(o)) => {
                let body = format!("{}\nDownload it under Help.", o.notes);
                fx.push(self.notice(&format!("Stratus {} is available", o.version), body.trim_start()));
                self.desk.update = Some((o, None));
            }
            Ok(UpdateNews::Ready(o, file)) => {
                fx.push(self.notice(&format!("Stratus {} is downloaded", o.version), "Install it under Help."));
                self.desk.update = Some((o, Some(file)));
            }
            Err(p) if asked => {
                // The downloaded file itself may be broken, so download it again next time.
                if let Some((_, file)) = &mut self.desk.update {
                    *file = None;
                }
                fx.push(self.told(&p.or_about(Part::Updates)));
            }
            Err(_) => {}
        }
    }

    /// Binds the joystick button that was pressed.
    pub(super) fn bound(&mut self, button: Option<String>, fx: &mut Vec<Effect>) {
        let Some(button) = button else {
            fx.push(self.notice("No button pressed", "Push-to-talk is unchanged."));
            return;
        };
        fx.push(self.notice("Push-to-talk button added", &button));
        let mut all = self.config.ptt.joystick.clone();
        if !all.contains(&button) {
            all.push(button);
        }
        let list = toml::Value::Array(all.iter().cloned().map(toml::Value::String).collect()).to_string();
        self.set("ptt.joystick", list, |c| c.ptt.joystick = all, fx);
    }

    /// Binds the keyboard key that was pressed.
    pub(super) fn key_bound(&mut self, key: Option<String>, fx: &mut Vec<Effect>) {
        let Some(key) = key else {
            fx.push(self.notice("No key pressed", "Push-to-talk is unchanged."));
            return;
        };
        fx.push(self.notice(&format!("Push-to-talk: {}", key_words(&key)), "Hold it while you speak."));
        self.set("ptt.key", text(&key), |c| c.ptt.key = key, fx);
    }

    /// Binds a key that is also used in typing only if the pilot presses it twice: often it was pressed by accident.
    pub(super) fn typing_key_bound(&mut self, key: String, fx: &mut Vec<Effect>) {
        if self.desk.typing_key.take().as_ref() == Some(&key) {
            return self.key_bound(Some(key), fx);
        }
        let title = format!("{} is also used in typing", key_words(&key));
        fx.push(self.notice(&title, "Typing it would transmit. Press it again to use it anyway, or press another key."));
        fx.push(Effect::BindKey);
        self.desk.typing_key = Some(key);
    }

    /// Stores the callsign that the pilot spoke.
    pub(super) fn set_callsign(&mut self, callsign: Callsign, fx: &mut Vec<Effect>) {
        self.set("pilot.callsign", text(&callsign.to_string()), |c| c.pilot.callsign = Some(callsign), fx);
    }

    /// Trusts the speech model with this SHA-256.
    pub(super) fn set_model_sum(&mut self, sha256: String, fx: &mut Vec<Effect>) {
        self.set("speech.model_sha256", text(&sha256), |c| c.speech.model_sha256 = Some(sha256), fx);
    }

    /// Changes one setting, both in memory and in the pilot's file.
    pub(super) fn set(&mut self, path: &str, value: String, change: impl FnOnce(&mut Config), fx: &mut Vec<Effect>) {
        self.set_all(vec![(path, value)], change, fx);
    }

    /// The same for settings that belong together: they change atomically.
    fn set_all(&mut self, keys: Vec<(&str, String)>, change: impl FnOnce(&mut Config), fx: &mut Vec<Effect>) {
        let mut config = (*self.config).clone();
        change(&mut config);
        if config.validate().is_err() || config == *self.config {
            return;
        }
        fx.extend(keys.into_iter().map(|(path, value)| Effect::SetKey { path: path.to_owned(), value }));
        self.adopt(Arc::new(config), fx);
    }

    /// The pilot saved valid settings, perhaps after a mistake, whose end is confirmed.
    pub(super) fn valid_again(&mut self, config: Arc<Config>, fx: &mut Vec<Effect>) {
        let was_wrong = self.faults.has(Part::Settings);
        let mirror = config.speech.mirror.clone().filter(|_| config.speech.mirror != self.config.speech.mirror);
        self.faults.over(Part::Settings);
        self.another_model(&config, fx);
        self.adopt(config, fx);
        self.check_airport(fx);
        if self.faults.has(Part::Settings) {
            return;
        }
        if was_wrong {
            fx.push(self.notice("\u{2713} Your settings are valid again", &self.next_row()));
        } else if let Some(mirror) = mirror {
            // Nothing else shows that the file was read: the models of the mirror are in a submenu.
            let server = mirror.split("://").last().unwrap_or_default().trim_end_matches('/');
            fx.push(self.notice(&format!("\u{2713} Models come from {server}"), &self.next_row()));
        }
    }

    /// Activates these settings.
    pub(super) fn adopt(&mut self, config: Arc<Config>, fx: &mut Vec<Effect>) {
        self.faults.changed(&self.config, &config);
        if config.speech.mirror != self.config.speech.mirror {
            // It failed at another server.
            self.desk.failed = None;
        }
        let setup = super::setup(&config);
        if setup != super::setup(&self.config) {
            self.engine.set_up(setup);
        }
        self.config = config.clone();
        fx.push(Effect::Reconfigure(config));
    }

    /// Display name of the microphone, however the configuration refers to it.
    pub(super) fn microphone(&self) -> String {
        match self.config.audio.microphone.as_deref().filter(|m| !m.is_empty()) {
            None if self.desk.open_microphone.is_empty() => "the default microphone".to_owned(),
            None => self.desk.open_microphone.clone(),
            Some(wanted) => {
                let there = &self.desk.devices.microphones;
                let best = there.iter().filter_map(|d| Some((d.fits(wanted)?, d))).min_by_key(|(rank, _)| *rank);
                best.map_or_else(|| wanted.to_owned(), |(_, d)| d.called_among(there))
            }
        }
    }
}

#[cfg(test)]
mod tests;
