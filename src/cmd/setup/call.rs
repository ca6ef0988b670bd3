//! The last step: one complete call with its answer, by a tray that is started if none is running.

use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::ask::{say, told, well};
use super::{Setup, is_running};
use crate::app::telling::{EXAMPLE, NO_CALLSIGN, aloud};
use crate::atc::spoken;
use crate::dispatch::steps;
use crate::event::{CALL_WITHIN_S, Step, TrayState};
use crate::ipc::{self, Reply, Request};
use crate::problem::Problem;
use crate::settings::key_words;
use crate::units::Callsign;

/// Timeout for the tray to start and answer.
const STARTED: Duration = Duration::from_secs(15);
/// Timeout for the answer to a typed call.
const ANSWERED: Duration = Duration::from_secs(30);
/// Timeout for a running tray to read the settings that were just changed.
const TAKEN: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    if s.ask.yes {
        return Ok(say("skipped: it needs you to speak")?);
    }
    if !is_running() {
        if !s.ask.whether("Start Stratus now, for a first call? It stays in the tray.", true)? {
            return Ok(say("skipped: run `stratus` to start it; Help, \"What to say now\" in its menu then names the first call")?);
        }
        // The tray continues from here.
        steps::keep(&s.paths, &s.steps);
        if let Err(p) = start(s) {
            return Ok(told("not started", &p)?);
        }
        well("Stratus is running: its icon is in the tray")?;
    }
    loop {
        // Query anew each time, because the simulator may have started in between.
        let Some((call, why)) = suggested(s) else {
            return Ok(say("skipped: nobody answers on this frequency; tune another, and run this step again")?);
        };
        // Why that airport.
        if !why.is_empty() {
            say(&why)?;
        }
        let made = if s.hears { spoken(s, &call) } else { typed(s, &call) };
        match made {
            Ok(()) => {
                s.done(Step::Call);
                return Ok(());
            }
            Err(p) => told("no answer", &p)?,
        }
        if !s.ask.whether("Try again?", true)? {
            return Ok(());
        }
    }
}

/// A radio check that somebody hears now, whatever the running flight does, and why it goes to that airport. Without a callsign, the
/// one from the example is used. A running tray may still have the callsign from before this setup.
fn suggested(s: &Setup<'_>) -> Option<(String, String)> {
    let limit = Instant::now() + TAKEN;
    loop {
        let reply = ipc::reach(&s.paths.sockets(), &Request::FirstCall(true), Duration::from_secs(3));
        let Ok(Reply::Said { text, note }) = reply else { return None };
        let call = text.lines().last()?.replace(NO_CALLSIGN, EXAMPLE);
        let Some(own) = s.config.pilot.callsign.as_ref().filter(|own| !says(&call, own)) else { return Some((call, note)) };
        if Instant::now() >= limit {
            return Some((said_by(&call, own), note));
        }
        std::thread::sleep(LOOK);
    }
}

/// Whether a call as spoken has this callsign, perhaps with the aircraft's type in front of its figures.
fn says(call: &str, own: &Callsign) -> bool {
    let whole = aloud(&own.painted(), Some(own));
    let figures = own.as_str().strip_prefix('N').map(|figures| format!(" {}", spoken::characters(figures)));
    call.split(", ").any(|part| part == whole || figures.as_ref().is_some_and(|f| part.ends_with(f.as_str())))
}

/// The same radio check by this callsign.
fn said_by(call: &str, own: &Callsign) -> String {
    let station = call.split(", ").next().unwrap_or(call);
    format!("{station}, {}, radio check", aloud(&own.painted(), Some(own)))
}

/// Starts the tray, which keeps running when this program ends.
fn start(s: &Setup<'_>) -> Result<(), Problem> {
    let failed = || Problem::new("Stratus did not start").fix("run `stratus` in a terminal to see what is wrong");
    let program = std::env::current_exe().map_err(|e| failed().because(e))?;
    let mut command = Command::new(program);
    command.arg("run").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if s.named {
        command.arg("--config").arg(&s.paths.config_file);
    }
    // Terminal keys that end this program must not end the tray.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|e| failed().because(e))?;
    let limit = Instant::now() + STARTED;
    while Instant::now() < limit {
        if is_running() {
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(failed().because(status));
        }
        std::thread::sleep(LOOK);
    }
    Err(failed().because("it does not answer"))
}

/// A spoken call: the tray reports the outcome in the words of its notification.
fn spoken(s: &Setup<'_>, call: &str) -> Result<(), Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    let key = if s.config.ptt.no_key() { "your push-to-talk button".to_owned() } else { key_words(&s.config.ptt.key) };
    say(&format!("Hold {key}, wait for the red icon, and say: \"{call}\"")).map_err(terminal)?;
    say(&format!("Stratus waits {CALL_WITHIN_S} seconds for you to press the key, and then until your call is answered."))
        .map_err(terminal)?;
    match outcome(s).map_err(terminal)? {
        Ok(Reply::Said { text, note }) if !text.is_empty() => answered(&text, &note).map_err(terminal),
        Ok(Reply::Said { note, .. }) => Err(unanswered(&note)),
        Ok(_) => Err(Problem::new("the running Stratus gave an unexpected answer").fix("quit it from the tray's menu, and start it again")),
        Err(p) => Err(p),
    }
}

/// The outcome of the next call. Meanwhile the terminal says what Stratus is doing, as the icon does.
fn outcome(s: &Setup<'_>) -> std::io::Result<Result<Reply, Problem>> {
    let sockets = s.paths.sockets();
    let (out, result) = sync_channel(1);
    let there = sockets.clone();
    std::thread::Builder::new().name("call".into()).spawn(move || {
        let _ = out.send(ipc::reach(&there, &Request::NextCall(true), ipc::CALL_LIMIT));
    })?;
    let mut shown = TrayState::Ready;
    loop {
        match result.recv_timeout(LOOK) {
            Ok(reply) => return Ok(reply),
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(Problem::bug("the call was lost").fix("run `stratus setup` again"))),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let Ok(Reply::State { state }) = ipc::reach(&sockets, &Request::State(true), Duration::from_secs(1)) else { continue };
        if state != shown {
            doing(state).map_or(Ok(()), say)?;
            shown = state;
        }
    }
}

/// What Stratus does during a call, for the terminal; `None` if there is nothing to wait for.
fn doing(state: TrayState) -> Option<&'static str> {
    match state {
        TrayState::Listening => Some("Listening\u{2026}"),
        TrayState::Thinking => Some("Recognising your words\u{2026}"),
        TrayState::Speaking | TrayState::Ready | TrayState::Fault => None,
    }
}

/// All that the notification says: the pilot's words, the controller's, and what to read back.
fn answered(text: &str, note: &str) -> std::io::Result<()> {
    let (yours, rest): (Vec<&str>, Vec<&str>) = note.lines().partition(|line| line.starts_with("You: "));
    yours.into_iter().try_for_each(say)?;
    well(&format!("the controller: \"{text}\""))?;
    rest.into_iter().try_for_each(say)
}

/// Why a call failed: the notification's title, the words that were recognised, and its other lines.
fn unanswered(note: &str) -> Problem {
    let (title, body) = note.split_once('\n').unwrap_or((note, ""));
    let (yours, rest): (Vec<&str>, Vec<&str>) = body.lines().partition(|line| line.starts_with("You: "));
    let yours = yours.iter().map(|line| line.replacen("You: ", "it heard ", 1));
    yours.fold(Problem::new(title), Problem::because).fix(rest.join(" "))
}

/// The same call without a microphone.
fn typed(s: &Setup<'_>, call: &str) -> Result<(), Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    let why = if s.tried { "The microphone test has not passed" } else { "You skipped the microphone test" };
    say(&format!("{why}, so Stratus types the first call for you. You can do the same: stratus say \"{call}\"")).map_err(terminal)?;
    match ipc::reach(&s.paths.sockets(), &Request::Say(call.to_owned()), ANSWERED)? {
        Reply::Said { text, note } if !text.is_empty() => answered(&text, &note).map_err(terminal),
        Reply::Said { note, .. } => Err(Problem::new("the controller did not answer").because(note)),
        _ => Err(Problem::new("the running Stratus gave an unexpected answer").fix("quit it from the tray's menu, and start it again")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_call_is_reported_in_the_notifications_words() {
        let p = unanswered("Not understood\nNo words were recognised.\nSay it again, a little slower.");
        assert_eq!((p.what.as_str(), p.fix.as_str()), ("Not understood", "No words were recognised. Say it again, a little slower."));
        let p = unanswered("Another callsign\nStratus knows you as N172SP.\nYou: \"Hilo Ground, radio check\"");
        assert_eq!(p.why, ["it heard \"Hilo Ground, radio check\""]);
        assert_eq!(p.fix, "Stratus knows you as N172SP.");
    }

    #[test]
    fn first_call_has_the_callsign_just_chosen() {
        let own: Callsign = "N172SP".parse().unwrap();
        for call in
            ["Hilo Ground, november one seven two sierra papa, radio check", "Hilo Ground, Skyhawk one seven two sierra papa, radio check"]
        {
            assert!(says(call, &own), "{call}");
        }
        let old = "Hilo Ground, november seven three niner tango whiskey, radio check";
        assert!(!says(old, &own));
        assert_eq!(said_by(old, &own), "Hilo Ground, november one seven two sierra papa, radio check");
        let airline: Callsign = "BAW22".parse().unwrap();
        assert!(says(&said_by(old, &airline), &airline));
    }

    #[test]
    fn terminal_says_what_stratus_does_during_a_call() {
        let words = [TrayState::Ready, TrayState::Listening, TrayState::Thinking, TrayState::Speaking].map(doing);
        assert_eq!(words, [None, Some("Listening\u{2026}"), Some("Recognising your words\u{2026}"), None]);
    }
}
