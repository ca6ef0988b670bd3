//! The text that a pilot reads: toasts for the conversation, and for Stratus itself.

use std::time::Duration;

use super::{App, voices};
use crate::airports::Station;
use crate::atc::Reply;
use crate::atc::instruction::Item;
use crate::atc::silence::Silence;
use crate::atc::spoken;
use crate::atc::telephony::{self, is_airline};
use crate::event::{Effect, PlaceReason, Toast, Voice};
use crate::problem::Problem;
use crate::settings::PilotMode;
use crate::units::{Callsign, Frequency};

/// Minimum display time of a toast, seconds.
const SHORTEST_S: u64 = 8;
/// Display time after the last spoken word, for the readback, seconds.
const AFTER_SPEECH_S: u64 = 6;
/// Display time of calls to read out: the pilot reads them while finding the key.
pub(super) const TO_READ: Duration = Duration::from_secs(30);
/// Maximum length of the line with the pilot's words, characters. A recogniser in a loop may repeat the same words.
const QUOTE_CHARS: usize = 80;
/// Minimum length of the end of a quotation, behind a callsign, characters.
const LEAST_END: usize = 12;
/// Words longer than this are cut in the middle, characters.
const LONGEST_WORD: usize = 20;
/// Speaking time per letter at the voice's normal pace, milliseconds.
const LETTER_MS: u64 = 80;
/// Silence before the first letter and after the last, milliseconds.
const AROUND_MS: u64 = 500;

/// A unit and its frequency, as in the title of a toast: "Hilo Ground · 121.9".
pub(super) fn unit(station: &Station) -> String {
    format!("{} \u{b7} {}", station.name, station.frequency)
}

/// The pilot's words as recognised, on one line: `You: "Hilo Ground, Skyhawk …"`.
pub(super) fn quoted(words: &str) -> String {
    // A recogniser may add quotation marks.
    let words = words.trim().trim_matches('"');
    let words = words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let line = format!("You: \"{words}\"");
    let over = line.chars().count().saturating_sub(QUOTE_CHARS);
    if over == 0 {
        return line;
    }
    // The beginning names the unit and the callsign, which stays whole, and the end what was asked for or read back: leave out the
    // middle, at word boundaries.
    let all: Vec<char> = words.chars().collect();
    let most = all.len().saturating_sub(over + 1);
    let (mut head, mut tail) = (most / 2, all.len() - (most - most / 2));
    let near = |n: usize| n < LONGEST_WORD;
    if let Some(n) = (0..=head).find(|n| all[head - n] == ' ').filter(|n| near(*n)) {
        head -= n;
    }
    let whole = after_callsign(&words, head);
    if whole > head && whole + LEAST_END <= most {
        (head, tail) = (whole, all.len() - (most - whole));
    }
    if let Some(n) = (0..all.len() - tail).find(|n| all[tail + n] == ' ').filter(|n| near(*n)) {
        tail += n;
    }
    let (start, end): (String, String) = (all[..head].iter().collect(), all[tail..].iter().collect());
    format!("You: \"{}\u{2026}{end}\"", start.trim_end_matches([' ', ',', ';', ':', '.', '\u{2013}', '-']))
}

/// Where the first callsign of a call ends, or other figures and letters that a cut here would divide. Characters; the cut itself if
/// it divides none.
fn after_callsign(words: &str, cut: usize) -> usize {
    let alphabet = format!("{} nine alfa", spoken::characters("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")).to_lowercase();
    // Figures and letters without a pause between them: where they start and end, and how many there are.
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    let (mut at, mut goes_on) = (0, false);
    for word in words.split(' ') {
        let (start, end) = (at, at + word.chars().count());
        at = end + 1;
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let figures = plain.contains(|c: char| c.is_ascii_digit());
        if !figures && !alphabet.split(' ').any(|letter| letter == plain) {
            goes_on = false;
            continue;
        }
        let count = if figures { 2 } else { 1 };
        match runs.last_mut().filter(|_| goes_on) {
            Some(run) => (run.1, run.2) = (end, run.2 + count),
            None => runs.push((start, end, count)),
        }
        goes_on = word.ends_with(char::is_alphanumeric);
    }
    let callsign = runs.iter().find(|run| run.2 > 1).filter(|run| run.1 > cut);
    let divided = || runs.iter().find(|run| run.0 <= cut + 1 && run.1 > cut);
    callsign.or_else(divided).map_or(cut, |run| run.1)
}

/// Describes a readback error in plain words; `due` is the correct readback.
fn lesson_in_words(lesson: &str, due: &str) -> String {
    let right = |wrong: &str| due.split(", ").find(|item| item.contains(wrong)).map_or_else(String::new, |item| format!(": it is {item}"));
    let part = |part: &str| match (part.strip_prefix("read back wrong: "), part.strip_prefix("not read back: ")) {
        (Some(items), _) => format!("You read back the wrong {items}{}.", right(items)),
        (_, Some(items)) => format!("You did not read back: {items}."),
        _ => part.to_owned(),
    };
    lesson.split("; ").map(part).collect::<Vec<_>>().join(" ")
}

/// The words that stand for an unknown callsign in a suggested call.
pub const NO_CALLSIGN: &str = "your callsign";
/// The spoken callsign of the examples, also in the documents.
pub const EXAMPLE: &str = "november one seven two sierra papa";

/// A call as spoken. Its callsign is in written form: "Skyhawk 172SP".
pub fn aloud(call: &str, callsign: Option<&Callsign>) -> String {
    let Some(callsign) = callsign else { return call.to_owned() };
    let id = callsign.as_str();
    let tails = [id.strip_prefix('N'), id.get(3..)];
    let part = |part: &str| {
        if part == id || part == callsign.painted() {
            let airline = id.split_at_checked(3).filter(|_| is_airline(callsign));
            let named = airline.and_then(|(code, flight)| Some((telephony::spoken(code)?.to_owned(), flight)));
            return named.map_or_else(
                || spoken::characters(id),
                |(mut name, flight)| {
                    name[..1].make_ascii_uppercase();
                    format!("{name} {}", spoken::characters(flight))
                },
            );
        }
        let tail = tails.into_iter().flatten().find(|t| t.chars().any(|c| c.is_ascii_digit()) && part.ends_with(&format!(" {t}")));
        tail.map_or_else(|| part.to_owned(), |t| format!("{}{}", &part[..part.len() - t.len()], spoken::characters(t)))
    };
    call.split(", ").map(part).collect::<Vec<_>>().join(", ")
}

/// A suggested call without the frequency of another unit, and that frequency: "Hilo Tower (118.1), N172SP, ready" is said on 118.1.
fn apart(call: &str) -> (Option<Frequency>, String) {
    let parts = || {
        let (name, rest) = call.split_once(" (")?;
        let (frequency, rest) = rest.split_once("), ")?;
        Some((frequency.parse::<Frequency>().ok().filter(|_| !name.contains(','))?, format!("{name}, {rest}")))
    };
    parts().map_or_else(|| (None, call.to_owned()), |(frequency, words)| (Some(frequency), words))
}

/// How long this voice takes to say these words.
pub(super) fn speech(spoken: &str, voice: &Voice) -> Duration {
    let letters = u64::try_from(spoken.chars().count()).unwrap_or(u64::MAX);
    let plain = letters.saturating_mul(LETTER_MS).saturating_add(AROUND_MS);
    Duration::from_millis(plain.saturating_mul(100) / u64::from(voice.rate_percent.max(1)))
}

impl App {
    /// A toast that does not report a fault.
    pub(super) fn notice(&self, title: &str, body: &str) -> Effect {
        self.toast(Toast { title: title.to_owned(), body: body.to_owned(), ..Toast::default() }, Duration::ZERO)
    }

    /// The calls that fit the situation, one per line, as spoken; and why they go to this airport.
    pub(super) fn what_to_say(&mut self) -> Effect {
        let calls = self.suggested();
        if calls.is_empty() {
            return match self.engine.station() {
                Some(_) => self.notice("Nothing to say now", "Fly as you are cleared. The controller calls you."),
                None => self.notice("Nobody to call", "Tune a frequency that a station answers on."),
            };
        }
        let told = |call: &String| {
            let (other, words) = apart(call);
            let tune = other.map_or_else(String::new, |f| format!("On {f}: "));
            format!("\u{2022} {tune}\u{201c}{words}\u{201d}")
        };
        // The place is explained once, until it changes. An open or unknown one still needs the pilot.
        let place = self.place();
        let known = self.desk.explained.replace(place.clone()).is_some_and(|before| before == place);
        let settled = !matches!(place.why, PlaceReason::Open | PlaceReason::Unknown);
        let change = self.engine.record().last.as_ref().and_then(|last| self.how_to_change(&last.items));
        let why = self.why_here().filter(|_| !(known && settled));
        let lines: Vec<String> = calls.iter().map(told).chain(change).chain(why).collect();
        self.to_say("What to say now", &lines.join("\n"))
    }

    /// The answer to a request for calls.
    pub(super) fn suggest(&self, id: u64, calls: Vec<String>) -> Effect {
        let (text, note) = match calls.is_empty() {
            true => (String::new(), "nobody answers on this frequency".to_owned()),
            false => (calls.join("\n"), self.why_here().unwrap_or_default()),
        };
        Effect::Answer { id, text, note }
    }

    /// Without a simulator there is no radio to tune: how to change to the unit that the controller names.
    fn how_to_change(&self, items: &[Item]) -> Option<String> {
        let by_name = self.engine.com1().is_none() && self.engine.report_has_no_place();
        let unit = items.iter().find_map(|i| if let Item::Contact { unit, .. } = i { Some(unit) } else { None }).filter(|_| by_name)?;
        let stations = self.engine.airport().map_or(&[][..], |a| &a.stations);
        let whole = stations.iter().find(|s| s.name == *unit || s.name.ends_with(&format!(" {unit}"))).map_or(unit, |s| &s.name);
        Some(format!("To change, begin your next call with \u{201c}{whole}\u{201d}."))
    }

    /// The calls that fit now, as spoken.
    pub fn suggested(&self) -> Vec<String> {
        self.engine.calls().iter().map(|call| self.aloud(call)).collect()
    }

    /// A call as spoken, with the pilot's callsign or the one that the controller last answered.
    pub(super) fn aloud(&self, call: &str) -> String {
        let answered = || self.engine.record().last.as_ref().map(|last| &last.to);
        aloud(call, self.engine.known_callsign().or_else(answered))
    }

    /// The same, with details for the log only: numbers and ids.
    pub(super) fn noted(&self, title: &str, body: &str, details: &str) -> Effect {
        let toast = Toast { title: title.to_owned(), body: body.to_owned(), details: details.to_owned(), ..Toast::default() };
        self.toast(toast, Duration::ZERO)
    }

    /// The same, shown for at least this long: the result follows.
    pub(super) fn noted_for(&self, time: Duration, title: &str, body: &str, details: &str) -> Effect {
        let toast = Toast { title: title.to_owned(), body: body.to_owned(), details: details.to_owned(), ..Toast::default() };
        self.toast(toast, time)
    }

    /// Calls to read out: shown until the controller speaks.
    pub(super) fn to_say(&self, title: &str, body: &str) -> Effect {
        self.toast(Toast { title: title.to_owned(), body: body.to_owned(), until_answer: true, ..Toast::default() }, TO_READ)
    }

    /// A short form of a problem; the log has the details.
    pub(super) fn told(&self, p: &Problem) -> Effect {
        let short = p.short();
        let toast = Toast { body: short.body(), title: short.title, fault: true, details: p.one_line(), ..Toast::default() };
        self.toast(toast, Duration::ZERO)
    }

    /// The controller's words, then the call that they answer, then what has to be read back.
    pub(super) fn said(&mut self, station: Option<&Station>, reply: &Reply, call: Option<&str>, lesson: Option<String>) -> Effect {
        let mut lines = vec![reply.transmission.text.clone()];
        lines.extend(call.map(quoted));
        // "Verify runway 8" asks for a missing or incomplete readback.
        let reminds = reply.instruction.items.iter().any(|i| matches!(i, Item::ReadBack(_)));
        let due = if reminds { "The controller waits for your readback" } else { "Read back" };
        let items = self.engine.due(reply);
        lines.extend(items.iter().map(|items| format!("{due}: {items}")));
        let lesson = lesson.filter(|_| self.config.pilot.mode == PilotMode::Student);
        lines.extend(lesson.map(|l| lesson_in_words(&l, items.as_deref().unwrap_or_default())));
        lines.extend(self.how_to_change(&reply.instruction.items));
        lines.extend(self.no_route(&reply.instruction.items));
        self.transmission(station, reply, &lines)
    }

    /// Explains, once at each airport, why a taxi clearance names no taxiways.
    fn no_route(&mut self, items: &[Item]) -> Option<String> {
        let bare = |i: &Item| matches!(i, Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } if via.is_empty());
        let airport = self.engine.airport().filter(|a| a.taxiways.is_none() && items.iter().any(bare))?.icao.clone();
        let known = self.desk.unmapped.replace(airport.clone()).is_some_and(|before| before == airport);
        (!known).then(|| "No taxiways are on record for this airport: choose your way.".to_owned())
    }

    /// The controller's words again. A readback that was accepted is not requested again.
    pub(super) fn said_again(&self, station: Option<&Station>, reply: &Reply) -> Effect {
        let mut lines = vec![reply.transmission.text.clone()];
        let open = self.engine.record().pending.as_ref().map(|p| Reply { instruction: p.instruction.clone(), ..reply.clone() });
        lines.extend(open.and_then(|open| self.engine.due(&open)).map(|items| format!("Read back: {items}")));
        self.transmission(station, reply, &lines)
    }

    /// A toast with a controller's words, shown for as long as they are spoken.
    fn transmission(&self, station: Option<&Station>, reply: &Reply, lines: &[String]) -> Effect {
        let title = station.map_or_else(|| "Stratus".into(), unit);
        let voice = self.paced(&voices::of(&self.config.speech, self.engine.airport(), station, reply.instruction.from));
        let speech = speech(&reply.transmission.spoken, &voice);
        self.toast(Toast { title, body: lines.join("\n"), conversation: true, ..Toast::default() }, speech)
    }

    /// Explains in Stratus's own name why nobody answers a call.
    pub(super) fn silent(&self, why: &Silence, call: &str) -> Effect {
        if matches!(why, Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign) {
            return self.accepted(why, call);
        }
        // Without a simulator, the call itself has to name the station, and this one did not.
        let unnamed = matches!(why, Silence::NoStation { .. }) && self.engine.airport().is_none() && self.engine.com1().is_none();
        let (title, words) = match unnamed {
            true => ("No station understood".to_owned(), "Begin with its name, such as \u{201c}Denver Ground\u{201d}.".to_owned()),
            false => match (why, self.engine.callsign()) {
                (Silence::AnotherCallsign, Some(own)) => {
                    let own = own.painted();
                    (why.title(), format!("Stratus knows you as {own}. To change it: Pilot \u{203a} Say callsign."))
                }
                _ => (why.title(), why.words()),
            },
        };
        let lines = [words, quoted(call)];
        let body = lines.iter().map(String::as_str).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        self.notice(&title, &body)
    }

    /// Confirms a readback. It takes the place of the controller's words that asked for it, so that no "Read back" stays on the screen.
    fn accepted(&self, why: &Silence, call: &str) -> Effect {
        let mut lines = vec![why.words(), quoted(call)];
        lines.extend(self.next_call());
        lines.retain(|l| !l.is_empty());
        self.toast(Toast { title: why.title(), body: lines.join("\n"), conversation: true, ..Toast::default() }, Duration::ZERO)
    }

    /// The call that may follow, for a pilot who is new: a student, or in the session of the first run.
    pub(super) fn next_call(&self) -> Option<String> {
        let new = self.first.is_new() || self.config.pilot.mode == PilotMode::Student;
        let call = self.suggested().into_iter().next().filter(|_| new)?;
        let (other, words) = apart(&call);
        let tune = other.map_or_else(String::new, |f| format!(", on {f}"));
        Some(format!("When you are ready{tune}: \u{201c}{words}\u{201d}"))
    }

    /// Words without a callsign and without anything to answer: a remark, or the key was released too early.
    pub(super) fn fragment(&self, call: &str) -> Effect {
        let body = format!("If you asked for something, hold {} until you have said it all.\n{}", self.key(), quoted(call));
        self.notice("Nothing to answer was heard", &body)
    }

    /// Slows the voice down for student pilots.
    pub(super) fn paced(&self, voice: &Voice) -> Voice {
        let pace = if self.config.pilot.mode == PilotMode::Student { 80 } else { 100 };
        Voice { rate_percent: voice.rate_percent.saturating_mul(pace) / 100, ..voice.clone() }
    }

    fn toast(&self, toast: Toast, speech: Duration) -> Effect {
        let after = if speech.is_zero() { 0 } else { speech.as_millis().div_ceil(1000) as u64 + AFTER_SPEECH_S };
        let seconds = after.max(SHORTEST_S).max(u64::from(self.config.toast.seconds));
        Effect::Toast(Toast { seconds: u8::try_from(seconds).unwrap_or(u8::MAX), ..toast })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::{files, synthesise::Synthesiser};

    #[test]
    fn quotation_is_one_line_of_at_most_eighty_characters() {
        assert_eq!(quoted("Hilo Ground,\nradio check"), "You: \"Hilo Ground, radio check\"");
        assert_eq!(quoted(""), "You: \"\"");
        assert_eq!(quoted("\"Radio check.\""), "You: \"Radio check.\"");
        // A recogniser in a loop; two-byte letters; a single endless word.
        for words in ["Hilo Ground, radio check. ".repeat(14), "\u{e9}".repeat(200), "x".repeat(74)] {
            let line = quoted(&words);
            assert!(line.chars().count() <= 80 && line.contains('\u{2026}'), "{line}");
            assert!(line.chars().count() > 60, "{line}");
        }
        // Both halves have whole words, and no comma stands before the ellipsis.
        let call = "Hilo Ground, Skyhawk one seven two sierra papa, at the west ramp with information bravo, request taxi";
        assert_eq!(quoted(call), "You: \"Hilo Ground, Skyhawk one seven two sierra papa\u{2026} bravo, request taxi\"");
        let comma = "Hilo Ground, Skyhawk one seven two sierra papa, at the north ramp by A, request taxi";
        assert_eq!(quoted(comma), "You: \"Hilo Ground, Skyhawk one seven two sierra papa\u{2026} ramp by A, request taxi\"");
        // A callsign at the end, or in figures.
        let readback = "Runway two six, taxi via alpha, bravo, hold short of runway two one, Skyhawk one seven two sierra papa";
        assert_eq!(quoted(readback), "You: \"Runway two six, taxi via alpha, bravo\u{2026} Skyhawk one seven two sierra papa\"");
        let figures = "Palo Alto Tower Skyhawk 172SP holding short runway 31 ready for departure to the north with information delta";
        assert_eq!(quoted(figures), "You: \"Palo Alto Tower Skyhawk 172SP\u{2026} to the north with information delta\"");
        let whole = "x".repeat(73);
        assert_eq!(quoted(&whole), format!("You: \"{whole}\""));
    }

    #[test]
    fn lesson_states_the_error_and_the_correct_readback() {
        for (lesson, due, words) in [
            ("read back wrong: runway", "runway 8, hold short of runway 26", "You read back the wrong runway: it is runway 8."),
            ("read back wrong: altitude", "climb and maintain 5,000", "You read back the wrong altitude."),
            (
                "read back wrong: squawk; not read back: hold short",
                "squawk 4512",
                "You read back the wrong squawk: it is squawk 4512. You did not read back: hold short.",
            ),
        ] {
            assert_eq!(lesson_in_words(lesson, due), words);
        }
    }

    #[test]
    fn suggested_call_is_written_as_spoken() {
        for (call, callsign, words) in [
            ("Hilo Ground, Skyhawk 172SP, radio check", "N172SP", "Hilo Ground, Skyhawk one seven two sierra papa, radio check"),
            ("Hilo Tower (118.1), N172SP, ready", "N172SP", "Hilo Tower (118.1), november one seven two sierra papa, ready"),
            ("Heathrow Ground, G-BNKR, radio check", "GBNKR", "Heathrow Ground, golf bravo november kilo romeo, radio check"),
            ("Heathrow Ground, BAW22, radio check", "BAW22", "Heathrow Ground, Speedbird two two, radio check"),
            ("Dublin Ground, Shamrock 52K, taxi to runway 28", "EIN52K", "Dublin Ground, Shamrock five two kilo, taxi to runway 28"),
        ] {
            assert_eq!(aloud(call, callsign.parse().ok().as_ref()), words);
        }
        assert_eq!(aloud("Denver Ground, your callsign, radio check", None), "Denver Ground, your callsign, radio check");
    }

    #[test]
    fn frequency_of_another_unit_is_no_part_of_the_words() {
        let (frequency, words) = apart("Palo Alto Tower (118.6), Skyhawk one seven two sierra papa, ready for departure");
        assert_eq!(frequency.map(|f| f.to_string()).as_deref(), Some("118.6"));
        assert_eq!(words, "Palo Alto Tower, Skyhawk one seven two sierra papa, ready for departure");
        for call in ["Hilo Ground, N172SP, radio check", "Hilo Ground, N172SP, information (118.6), ready"] {
            assert_eq!(apart(call), (None, call.to_owned()));
        }
    }

    #[test]
    fn speech_time_estimate_is_long_enough_for_the_voice() {
        let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
        for words in [
            "Skyhawk two sierra papa, roger",
            "Skyhawk one seven two sierra papa, Hilo Ground, runway eight, taxi via alpha, hold short of runway two six, altimeter three zero one two",
        ] {
            for rate_percent in [80, 100, 110] {
                let voice = Voice { name: "en-US".into(), rate_percent, pitch_percent: 100, cast: None };
                let lasts = mouth.speak(words, &voice).unwrap().seconds();
                let allowed = speech(words, &voice).as_secs_f64();
                assert!(
                    allowed >= lasts && allowed < lasts * 2.0 + 1.0,
                    "{words} at {rate_percent} %: {lasts:.1} s, allowed {allowed:.1} s"
                );
            }
        }
    }
}
