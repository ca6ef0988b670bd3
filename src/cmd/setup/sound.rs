//! Microphone and speaker: chosen from those that are there, listened to with a level meter, and tried with a test call.

use std::io::{IsTerminal, Write};

use super::Setup;
use super::ask::{refused, say, told, well};
use crate::audio::devices::{Finder, Listed, Way, here};
use crate::audio::meter::{self, Level};
use crate::audio::{mouth, play, radio, resample, take};
use crate::cmd::sound::{ears, plain, said};
use crate::event::{Clip, Hints, LISTEN_S, Loudness, SPEAK_WITHIN_S, SoundDevice, Step, Voice};
use crate::problem::Problem;

/// What the controller says in the test call.
const TEST_CALL: &str = "Stratus radio check. I read you five by five.";

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    if !s.args.skip_microphone {
        microphone(s)?;
    }
    if !s.args.skip_speaker {
        speaker(s)?;
    }
    Ok(())
}

fn microphone(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let there = here().microphones;
    if let Some(wanted) = s.args.microphone.clone() {
        choose(s, Way::In, &there, &wanted)?;
    } else if !ask(s, Way::In, &there)? {
        return Ok(());
    }
    loop {
        let heard = listen(s);
        s.hears = matches!(heard, Ok(true));
        if let Err(p) = heard {
            told("not yet", &p)?;
        }
        if s.hears {
            s.done(Step::Microphone);
            return Ok(());
        }
        // What is not good is not kept by a mere Enter.
        if s.ask.yes || s.ask.whether("Continue anyway? (Enter listens again)", false)? {
            return Ok(());
        }
    }
}

fn speaker(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let there = here().speakers;
    if let Some(wanted) = s.args.speaker.clone() {
        choose(s, Way::Out, &there, &wanted)?;
    } else if !ask(s, Way::Out, &there)? {
        return Ok(());
    }
    loop {
        let played = test_call(s);
        let over = match &played {
            Ok(name) => {
                well(&format!("the test call was played by {name}"))?;
                s.ask.yes || s.ask.whether("Did you hear the controller? \"n\" plays it again", true)?
            }
            Err(p) => {
                told("not played", p)?;
                s.ask.yes || s.ask.whether("Continue anyway? (Enter plays it again)", false)?
            }
        };
        if over {
            return Ok(());
        }
    }
}

fn word(way: Way) -> &'static str {
    match way {
        Way::In => "microphone",
        Way::Out => "speaker",
    }
}

fn silent(microphone: &str) -> Problem {
    let otherwise = "unmute it on the headset and in the system's sound settings, or choose another microphone";
    Problem::new(format!("no signal from {microphone}"))
        .fix(format!("speak within {SPEAK_WITHIN_S} seconds of being asked; if you did, {otherwise}"))
}

/// Lets the pilot choose a device; false where there is none to choose from.
fn ask(s: &mut Setup<'_>, way: Way, there: &[Listed]) -> anyhow::Result<bool> {
    let word = word(way);
    if there.is_empty() {
        let none = Problem::new(format!("there is no {word}")).fix(format!("connect one and run `stratus setup` again (audio.{word})"));
        told("not found", &none)?;
        return Ok(false);
    }
    if s.ask.yes {
        return Ok(true);
    }
    say(if way == Way::In { "Microphones:" } else { "Speakers:" })?;
    for (n, d) in there.iter().enumerate() {
        say(&format!("{:>2}  {}{}", n + 1, numbered(there, d), if d.default { " \u{2013} system default" } else { "" }))?;
    }
    let now = if way == Way::In { &s.config.audio.microphone } else { &s.config.audio.speaker };
    let now = match now.as_deref().filter(|n| !n.is_empty()) {
        None => "system default".to_owned(),
        Some(id) => there.iter().find(|d| d.id == id).map_or_else(|| id.to_owned(), |d| numbered(there, d)),
    };
    loop {
        let answer = s.ask.line(&format!("Which one? Enter a number, a name or \"default\" [{now}]"))?;
        let wanted = match answer.parse::<usize>().ok().and_then(|n| there.get(n.checked_sub(1)?)) {
            Some(d) => d.id.as_str(),
            None if answer.is_empty() => return Ok(true),
            None if answer.eq_ignore_ascii_case("default") => "",
            None => &answer,
        };
        match choose(s, way, there, wanted) {
            Ok(()) => return Ok(true),
            Err(p) => refused(&p)?,
        }
    }
}

/// What a device is called; two of one name are numbered, as in the tray's menu: an id tells a person nothing.
fn numbered(there: &[Listed], d: &Listed) -> String {
    let twins: Vec<&Listed> = there.iter().filter(|o| o.name == d.name).collect();
    match twins.iter().position(|t| t.id == d.id).filter(|_| twins.len() > 1) {
        Some(n) => format!("({}) {}", n + 1, d.name),
        None => d.name.clone(),
    }
}

/// Puts a device that is there in force, by its id where it has one; "" is the system's default.
fn choose(s: &mut Setup<'_>, way: Way, there: &[Listed], wanted: &str) -> Result<(), Problem> {
    let word = word(way);
    let fit = |d: &&Listed| SoundDevice { id: d.id.clone(), name: d.name.clone() }.fits(wanted);
    let best = there.iter().filter_map(|d| Some((fit(&d)?, d))).min_by_key(|(rank, _)| *rank);
    let value = match best.map(|(_, d)| d) {
        _ if wanted.is_empty() => String::new(),
        Some(d) if d.id.is_empty() => d.name.clone(),
        Some(d) => d.id.clone(),
        // One that is not offered, as what a speaker plays, may be named all the same.
        None if let Ok(found) = Finder::new(way, Some(wanted)).find()
            && found.chosen =>
        {
            found.id
        }
        None => {
            let names: Vec<&str> = there.iter().map(|d| d.name.as_str()).collect();
            let all = if names.is_empty() { "none is there".into() } else { format!("there are: {}", names.join("; ")) };
            return Err(Problem::new(format!("there is no {word} {wanted:?}"))
                .because(all)
                .fix("`stratus devices` lists them with their ids; \"\" is the system's default"));
        }
    };
    s.set(&format!("audio.{word}"), &value.into())
}

/// Listens, draws the level on a terminal, and tells what was heard: `true` where that was a "radio check", or loud enough where no
/// model could understand it.
fn listen(s: &Setup<'_>) -> Result<bool, Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    let person = std::io::stdout().is_terminal();
    let mut asked = s.ask.yes;
    let drawn = |_: &str, level: Level| {
        // Only now is it open: what was said before would be lost.
        if !std::mem::replace(&mut asked, true) {
            let _ = say("Say \"radio check\" now, as you would on the radio.");
        }
        if person {
            let bar = "#".repeat(((level.rms_db + 60.0).max(0.0) / 1.5) as usize);
            let _ = write!(std::io::stdout(), "\r   {bar:<40} {:<9}", level.verdict().word());
            let _ = std::io::stdout().flush();
        }
    };
    let heard = meter::spoken(&s.config.audio, if s.ask.yes { 1 } else { LISTEN_S }, drawn);
    if person {
        let _ = writeln!(std::io::stdout());
    }
    let heard = heard?;
    let name = &heard.microphone;
    match heard.loudest.verdict() {
        Loudness::Silent => return Err(silent(name)),
        Loudness::Quiet => {
            let fix = format!("speak within {SPEAK_WITHIN_S} seconds of being asked, closer to the microphone, or turn it up");
            return Err(Problem::new(format!("{name} is too quiet")).fix(fix));
        }
        Loudness::TooLoud => {
            return Err(Problem::new(format!("{name} distorts your voice")).fix("turn the microphone down, or speak further away"));
        }
        Loudness::Good => well(&format!("good level: {name}")).map_err(terminal)?,
    }
    if s.ask.yes || s.config.speech.model.is_none() {
        return Ok(true);
    }
    let text = understood(s, &heard.samples, heard.rate)?;
    if text.to_lowercase().contains("check") || text.to_lowercase().contains("radio") {
        well(&format!("understood: {text}")).map_err(terminal)?;
        return Ok(true);
    }
    let what = if text.is_empty() { "no words were understood".to_owned() } else { format!("other words were understood: \"{text}\"") };
    Err(Problem::new(what).fix("say only \"radio check\", a little more slowly"))
}

fn understood(s: &Setup<'_>, samples: &[f32], rate: u32) -> Result<String, Problem> {
    let samples = resample::to_rate(samples, rate, take::RATE)?;
    let heard = ears(&s.config, None)?.transcribe(&samples, &Hints::default(), &std::sync::atomic::AtomicBool::new(false))?;
    Ok(heard.text)
}

/// Plays the controller's voice as it will sound, and gives the speaker's name.
fn test_call(s: &Setup<'_>) -> Result<String, Problem> {
    let mut speaker = mouth::Speaker::open(s.config.audio.speaker.as_deref())?;
    // Each unit has a voice of its own with "auto"; one of them is heard here.
    let voice = Voice { rate_percent: s.config.speech.rate_percent, ..plain(&s.config.speech.voice) };
    let clip: Clip = said(TEST_CALL, &voice)?;
    let volume = s.config.audio.volume_percent;
    let how = radio::Reception { volume_percent: volume, ..radio::Reception::default() };
    let clip = if s.config.audio.radio_effect { radio::through(&clip, &how) } else { radio::at_volume(&clip, volume) };
    play::play_to_end(&mut speaker, &clip)?;
    Ok(speaker.name.clone())
}
