//! Microphone and speaker: chosen from the connected ones, checked with a level meter, and tested with a test call.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::Setup;
use super::ask::{refused, say, told, well};
use crate::audio::devices::{Finder, Listed, Way, here};
use crate::audio::meter::{self, Level};
use crate::audio::{mouth, play, radio, resample, take};
use crate::cmd::doctor::parts;
use crate::cmd::sound::{ears, plain, said};
use crate::event::{Clip, Hints, LISTEN_S, Loudness, SPEAK_WITHIN_S, SoundDevice, Step, Voice};
use crate::problem::Problem;

/// Text of the test call.
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
        (s.tried, s.hears) = (true, matches!(heard, Ok(true)));
        if let Err(p) = heard {
            told("not yet", &p)?;
        }
        if s.hears {
            s.done(Step::Microphone);
            return Ok(());
        }
        if s.ask.yes || !again(s, Way::In)? {
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
                well(&format!("the test call was played by {}", called(s, Way::Out, &here().speakers, name)))?;
                s.ask.yes || s.ask.whether("Did you hear the controller?", true)?
            }
            Err(p) => {
                told("not played", p)?;
                s.ask.yes
            }
        };
        // The pilot may be wearing another device.
        if over || !again(s, Way::Out)? {
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

/// Lets the pilot choose a device; `false` if there is none.
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
    list(way, there)?;
    let now = match set(s, way) {
        "" => "system default".to_owned(),
        id => there.iter().find(|d| d.id == id).map_or_else(|| id.to_owned(), |d| numbered(there, d)),
    };
    loop {
        let answer = s.ask.line(&format!("Which one? Enter a number, a name or \"default\" [{now}]"))?;
        if answer.is_empty() {
            return Ok(true);
        }
        match choose(s, way, there, wanted(there, &answer)) {
            Ok(()) => return Ok(true),
            Err(p) => refused(&p)?,
        }
    }
}

fn list(way: Way, there: &[Listed]) -> std::io::Result<()> {
    say(if way == Way::In { "Microphones:" } else { "Speakers:" })?;
    for (n, d) in there.iter().enumerate() {
        say(&format!("{:>2}  {}{}", n + 1, numbered(there, d), if d.default { " \u{2013} system default" } else { "" }))?;
    }
    Ok(())
}

/// The device that an answer refers to: by list number, by listed name, or by a name of the pilot's own.
fn wanted<'a>(there: &'a [Listed], answer: &'a str) -> &'a str {
    let numbered = answer.parse::<usize>().ok().and_then(|n| there.get(n.checked_sub(1)?));
    match numbered.or_else(|| there.iter().find(|d| self::numbered(there, d).eq_ignore_ascii_case(answer))) {
        Some(d) if !d.id.is_empty() => &d.id,
        Some(d) => &d.name,
        None if answer.eq_ignore_ascii_case("default") => "",
        None => answer,
    }
}

/// After a failed test: repeat it with this device or another, or continue without.
#[derive(Debug, PartialEq, Eq)]
enum Again {
    Same,
    Other(String),
    GoOn,
}

fn then(answer: &str) -> Again {
    match answer.to_lowercase().as_str() {
        "" | "y" | "yes" => Again::Same,
        "n" | "no" | "skip" => Again::GoOn,
        _ => Again::Other(answer.to_owned()),
    }
}

/// Lists the devices, and asks whether and with which one to test again: `false` continues.
fn again(s: &mut Setup<'_>, way: Way) -> anyhow::Result<bool> {
    let there = if way == Way::In { here().microphones } else { here().speakers };
    list(way, &there)?;
    loop {
        let question = format!("Try again? Enter repeats it; a number or a name takes another {}; \"skip\" goes on [again]", word(way));
        match then(&s.ask.line(&question)?) {
            Again::Same => return Ok(true),
            Again::GoOn => return Ok(false),
            Again::Other(answer) => match choose(s, way, &there, wanted(&there, &answer)) {
                Ok(()) => return Ok(true),
                Err(p) => refused(&p)?,
            },
        }
    }
}

/// A device's name, as in the tray menu.
fn numbered(there: &[Listed], d: &Listed) -> String {
    let plain = |d: &Listed| SoundDevice { id: d.id.clone(), name: d.name.clone() };
    plain(d).called_among(&there.iter().map(plain).collect::<Vec<_>>())
}

/// The device in the settings; empty for the system default.
fn set<'a>(s: &'a Setup<'_>, way: Way) -> &'a str {
    let set = if way == Way::In { &s.config.audio.microphone } else { &s.config.audio.speaker };
    set.as_deref().unwrap_or_default()
}

/// The display name of the device opened under this name.
fn called(s: &Setup<'_>, way: Way, there: &[Listed], name: &str) -> String {
    let set = set(s, way);
    let is_it = |d: &&Listed| d.name == name && if set.is_empty() { d.default } else { d.id == set };
    there.iter().find(is_it).map_or_else(|| name.to_owned(), |d| numbered(there, d))
}

/// Activates a connected device, by its id if it has one; "" is the system default.
fn choose(s: &mut Setup<'_>, way: Way, there: &[Listed], wanted: &str) -> Result<(), Problem> {
    let word = word(way);
    let fit = |d: &&Listed| SoundDevice { id: d.id.clone(), name: d.name.clone() }.fits(wanted);
    let best = there.iter().filter_map(|d| Some((fit(&d)?, d))).min_by_key(|(rank, _)| *rank);
    let value = match best.map(|(_, d)| d) {
        _ if wanted.is_empty() => String::new(),
        Some(d) if d.id.is_empty() => d.name.clone(),
        Some(d) => d.id.clone(),
        // Devices that are not listed, such as a speaker's monitor, may still be named.
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

/// Listens, draws the level on a terminal, and reports the words: `true` if they were a "radio check", or if it was loud enough and
/// there is no model to recognise it.
fn listen(s: &Setup<'_>) -> Result<bool, Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    let person = std::io::stdout().is_terminal();
    let mut asked = s.ask.yes;
    let mut spoken = false;
    let drawn = |_: &str, level: Level| {
        // The microphone is open only now; earlier words would be lost.
        if !std::mem::replace(&mut asked, true) {
            let _ = say(&format!("Say \"radio check\" now, within {SPEAK_WITHIN_S} seconds, as you would on the radio."));
        }
        if person {
            spoken |= matches!(level.verdict(), Loudness::Good | Loudness::TooLoud);
            draw(level, spoken);
        }
    };
    let heard = meter::spoken(&s.config.audio, if s.ask.yes { 1 } else { LISTEN_S }, drawn);
    if person {
        // The final line shows the peak, not the silence after the words.
        heard.iter().for_each(|h| draw(h.loudest, true));
        let _ = writeln!(std::io::stdout());
    }
    let heard = heard?;
    let name = &called(s, Way::In, &here().microphones, &heard.microphone);
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
    say("Recognising your words\u{2026}").map_err(terminal)?;
    let (text, took) = understood(s, &heard.samples, heard.rate)?;
    if !parts::in_time(&s.config, took)?.is_empty() {
        say(&format!("That took {:.1} s, which is slow. To make it faster, {}.", took.as_secs_f64(), parts::faster(&s.config)))
            .map_err(terminal)?;
    }
    match Said::of(&text) {
        Said::Both => well(&format!("heard: \"{text}\"")).map_err(terminal)?,
        Said::One => {
            say(&format!("Heard: \"{text}\". That is good enough: one of the two words is right.")).map_err(terminal)?;
            well("microphone works").map_err(terminal)?;
        }
        Said::Nothing => return Err(Problem::new("no words were heard").fix("say \"radio check\" again, a little more slowly")),
        Said::Other => {
            let p = Problem::new(format!("heard: \"{text}\"")).because("these are other words");
            return Err(p.fix("try again, and say only \"radio check\", a little more slowly"));
        }
    }
    Ok(true)
}

/// How much of "radio check" was recognised.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Both,
    One,
    Other,
    Nothing,
}

impl Said {
    fn of(text: &str) -> Self {
        let words: Vec<String> = text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
        let has = |word: &str| words.iter().any(|w| w == word);
        match (has("radio"), has("check")) {
            (true, true) => Self::Both,
            (false, false) if words.is_empty() => Self::Nothing,
            // A joined word still proves that the pilot was understood, as in the tray.
            (false, false) if !["radio", "check"].iter().any(|part| text.to_lowercase().contains(part)) => Self::Other,
            _ => Self::One,
        }
    }
}

/// Draws the level as a bar and a word, over the previous one. Before the first words, a low level is normal.
fn draw(level: Level, spoken: bool) {
    let word = if spoken || level.verdict() == Loudness::Good { level.verdict().word() } else { "listening" };
    let bar = "#".repeat(((level.rms_db + 60.0).max(0.0) / 1.5) as usize);
    let _ = write!(std::io::stdout(), "\r   {bar:<40} {word:<9}");
    let _ = std::io::stdout().flush();
}

/// The words, and how long their recognition took.
fn understood(s: &Setup<'_>, samples: &[f32], rate: u32) -> Result<(String, Duration), Problem> {
    let samples = resample::to_rate(samples, rate, take::RATE)?;
    let mut ears = ears(&s.config, None)?;
    let begun = Instant::now();
    let heard = ears.transcribe(&samples, &Hints::default(), &std::sync::atomic::AtomicBool::new(false))?;
    Ok((heard.text.trim().to_owned(), begun.elapsed()))
}

/// Plays the controller's voice as it will sound; returns the speaker's name.
fn test_call(s: &Setup<'_>) -> Result<String, Problem> {
    let mut speaker = mouth::Speaker::open(s.config.audio.speaker.as_deref())?;
    // With "auto" each unit has its own voice; play one of them.
    let voice = Voice { rate_percent: s.config.speech.rate_percent, ..plain(&s.config.speech.voice) };
    let clip: Clip = said(TEST_CALL, &voice)?;
    let volume = s.config.audio.volume_percent;
    let how = radio::Reception { volume_percent: volume, ..radio::Reception::default() };
    let clip = if s.config.audio.radio_effect { radio::through(&clip, &how) } else { radio::at_volume(&clip, volume) };
    play::play_to_end(&mut speaker, &clip)?;
    Ok(speaker.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_words_get_a_tick() {
        for (text, said) in [
            ("Radio check.", Said::Both),
            ("Rade or check.", Said::One),
            ("Radiocheck", Said::One),
            ("Good morning", Said::Other),
            (" .", Said::Nothing),
        ] {
            assert_eq!(Said::of(text), said, "{text}");
        }
    }

    #[test]
    fn enter_repeats_a_test_and_a_number_or_name_changes_device() {
        assert_eq!(["", "y", "n", "skip", "2"].map(then), [Again::Same, Again::Same, Again::GoOn, Again::GoOn, Again::Other("2".into())]);
        let device = |id: &str, name: &str| Listed { id: id.into(), name: name.into(), default: false };
        let there = [device("p:a", "Headphones"), device("p:b", "Headphones"), device("p:c", "TV")];
        assert_eq!(there.iter().map(|d| numbered(&there, d)).collect::<Vec<_>>(), ["Headphones (1)", "Headphones (2)", "TV"]);
        for (answer, id) in [("2", "p:b"), ("headphones (2)", "p:b"), ("tv", "p:c"), ("default", ""), ("9", "9"), ("Yeti", "Yeti")] {
            assert_eq!(wanted(&there, answer), id, "{answer}");
        }
    }
}
