//! Microphone and speaker: chosen from those that are there, listened to with a level meter, and tried with a test call.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::Setup;
use super::ask::{refused, told, well};
use crate::audio::devices::{Finder, Listed, Way, here};
use crate::audio::meter::{self, Level, Verdict};
use crate::audio::{ear, mouth, play, radio, resample, take};
use crate::cmd::sound::{ears, plain, said};
use crate::event::{Clip, Hints, SoundDevice, Voice};
use crate::problem::Problem;

/// How long the microphone is listened to, seconds; without anybody to speak a moment does.
const LISTEN_S: u32 = 4;
/// What the controller says in the test call.
const TEST_CALL: &str = "Stratus radio check. I read you five by five.";

pub(super) fn microphone(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let there = here().microphones;
    if let Some(wanted) = s.args.microphone.clone() {
        choose(s, Way::In, &there, &wanted)?;
    } else if !ask(s, Way::In, &there)? {
        return Ok(());
    }
    loop {
        let heard = listen(s);
        let good = matches!(&heard, Ok(level) if level.verdict() == Verdict::Well);
        match heard {
            Ok(level) => match level.verdict() {
                Verdict::TooLoud => told("too loud", &Problem::new("your voice is distorted").fix("turn the microphone down"))?,
                Verdict::Well => well(&format!("good level (peak {:.0} dB)", level.peak_db))?,
                Verdict::Silent => told("no signal", &silent(level.peak_db))?,
            },
            Err(p) => told("not found", &p)?,
        }
        // What is not good is not kept by a mere Enter.
        if s.ask.yes || s.ask.whether("Sound good? \"n\" tries again", good)? {
            return Ok(());
        }
    }
}

pub(super) fn speaker(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let there = here().speakers;
    if let Some(wanted) = s.args.speaker.clone() {
        choose(s, Way::Out, &there, &wanted)?;
    } else if !ask(s, Way::Out, &there)? {
        return Ok(());
    }
    loop {
        match test_call(s) {
            Ok(name) => well(&format!("the test call was played by {name}"))?,
            Err(p) => told("not found", &p)?,
        }
        if s.ask.yes || s.ask.whether("Did you hear the controller? \"n\" plays it again", true)? {
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

fn silent(peak_db: f32) -> Problem {
    Problem::new(format!("nothing was heard (peak {peak_db:.0} dB)"))
        .fix("unmute it at the headset's switch and in the system's sound settings, or choose another microphone")
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
    let mut out = std::io::stdout();
    for (n, d) in there.iter().enumerate() {
        // Two of one name are told apart by their ids.
        let id = if there.iter().filter(|o| o.name == d.name).count() > 1 { format!(" [{}]", d.id) } else { String::new() };
        writeln!(out, "   {:>2}  {}{id}{}", n + 1, d.name, if d.default { " (system default)" } else { "" })?;
    }
    let now = if way == Way::In { &s.config.audio.microphone } else { &s.config.audio.speaker };
    let now = now.clone().unwrap_or_else(|| "system default".into());
    loop {
        let answer = s.ask.line(&format!("Which one? A number, a name, or \"default\" [{now}]"))?;
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

/// Listens, draws the level on a terminal, and tells what was understood where there is a model to understand it.
fn listen(s: &Setup<'_>) -> Result<Level, Problem> {
    let found = Finder::new(Way::In, s.config.audio.microphone.as_deref()).find()?;
    let mut m = ear::open(&found, s.config.audio.input_channel)?;
    let seconds = if s.ask.yes { 1 } else { LISTEN_S };
    if !s.ask.yes {
        let _ = well(&format!("{}: say \"radio check\" now, as you would on the radio", m.name));
    }
    let (end, tenth) = (Instant::now() + Duration::from_secs(u64::from(seconds)), m.rate as usize / 10);
    let (mut heard, mut shown) = (Vec::with_capacity(m.rate as usize * seconds as usize), 0);
    let mut loudest = Level::NONE;
    let person = std::io::stdout().is_terminal();
    while Instant::now() < end {
        if let Some(why) = m.watch.lost(Instant::now()) {
            let lost = Problem::new("the microphone delivers nothing").because(format!("{}: {why}", m.name));
            return Err(lost.fix("connect it again, or choose another"));
        }
        while let Ok(sample) = m.ring.pop() {
            heard.push(sample);
        }
        while heard.len() >= shown + tenth {
            let level = meter::level(&heard[shown..shown + tenth]);
            loudest = loudest.or(level);
            shown += tenth;
            if person {
                let bar = "#".repeat(((level.rms_db + 60.0).max(0.0) / 1.5) as usize);
                let _ = write!(std::io::stdout(), "\r   {:6.1} dB {bar:<40}", level.rms_db);
                let _ = std::io::stdout().flush();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    if person {
        let _ = writeln!(std::io::stdout());
    }
    let rate = m.rate;
    drop(m);
    if !s.ask.yes && loudest.rms_db > -50.0 && s.config.speech.model.is_some() {
        match understood(s, &heard, rate) {
            Ok(text) if text.is_empty() => well("no words were understood"),
            Ok(text) => well(&format!("understood: {text}")),
            Err(p) => told("not understood", &p),
        }
        .map_err(|e| Problem::new("cannot write to the terminal").because(e))?;
    }
    Ok(loudest)
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
