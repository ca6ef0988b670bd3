//! Asks the pilot for a few words in a dialog of the desktop, because Stratus has no windows.

use std::process::{Command, Stdio};

use super::Shell;
use crate::event::Event;
use crate::problem::Problem;

/// Title of the dialog.
const TITLE: &str = "Stratus";
const CALLSIGN: &str = "Your callsign, such as N172SP, G-ABCD or BAW327:";
const AIRPORT: &str = "Your airport, by its ICAO code or its town, such as KPAO or Paris:";

/// Programs that can show such a dialog, likeliest first, each with its arguments.
#[cfg(not(windows))]
fn programs(question: &str, now: &str) -> Vec<(&'static str, Vec<String>)> {
    let of = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    vec![
        ("zenity", of(&["--entry", "--title", TITLE, "--text", question, "--entry-text", now])),
        ("kdialog", of(&["--title", TITLE, "--inputbox", question, now])),
        ("yad", of(&["--entry", "--title", TITLE, "--text", question, "--entry-text", now])),
    ]
}

#[cfg(windows)]
fn programs(question: &str, now: &str) -> Vec<(&'static str, Vec<String>)> {
    // Callsigns and codes consist of letters, digits and hyphens; drop everything else, so that nothing is interpreted as a command.
    let now: String = now.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let script = format!(
        "Add-Type -AssemblyName Microsoft.VisualBasic; [Microsoft.VisualBasic.Interaction]::InputBox('{question}', '{TITLE}', '{now}')"
    );
    vec![("powershell", ["-NoProfile", "-WindowStyle", "Hidden", "-Command", &script].map(str::to_owned).into())]
}

/// The text entered; `None` if the dialog was closed. Uses the first program that is installed.
fn answer(programs: &[(&str, Vec<String>)]) -> Result<Option<String>, Problem> {
    for (program, arguments) in programs {
        let shown = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
        let out = match shown {
            Ok(out) => out,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(none().because(format!("{program}: {e}"))),
        };
        return match out.status.code() {
            Some(0) => Ok(Some(String::from_utf8_lossy(&out.stdout).trim().to_owned())),
            Some(1) => Ok(None),
            _ => Err(none().because(format!("{program}: {}", out.status))),
        };
    }
    let names: Vec<&str> = programs.iter().map(|(name, _)| *name).collect();
    Err(none().because(format!("none of these programs is installed: {}", names.join(", "))))
}

fn none() -> Problem {
    Problem::new("there is no window to type in").fix("install zenity or kdialog, or run `stratus setup`")
}

impl Shell {
    /// Asks for the callsign, and reports the text entered.
    pub(super) fn ask_callsign(&self, now: &str) {
        self.ask(programs(CALLSIGN, now), Event::CallsignTyped);
    }

    /// The same for the airport.
    pub(super) fn ask_airport(&self, now: &str) {
        self.ask(programs(AIRPORT, now), Event::AirportTyped);
    }

    fn ask(&self, programs: Vec<(&'static str, Vec<String>)>, typed: fn(Result<Option<String>, Problem>) -> Event) {
        let inbox = self.inbox.clone();
        // The dialog stays open as long as the pilot likes.
        let spawned = std::thread::Builder::new().name("question".into()).spawn(move || {
            inbox.send(typed(answer(&programs)));
        });
        if let Err(e) = spawned {
            self.inbox.offer(typed(Err(none().because(e))));
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn first_installed_program_is_used_and_closing_is_no_answer() {
        let sh = |script: &str| ("sh", vec!["-c".to_owned(), script.to_owned()]);
        let missing = || ("no-such-program-of-stratus", Vec::new());
        assert_eq!(answer(&[missing(), sh("echo ' N172SP '")]), Ok(Some("N172SP".to_owned())));
        assert_eq!(answer(&[sh("exit 1"), sh("echo second")]), Ok(None));
        let broken = answer(&[sh("exit 5")]).unwrap_err().to_string();
        assert!(broken.contains("exit status: 5"), "{broken}");
        let nowhere = answer(&[missing()]).unwrap_err().to_string();
        assert!(nowhere.contains("no-such-program") && nowhere.contains("stratus setup"), "{nowhere}");
    }

    #[test]
    fn dialog_shows_the_current_value() {
        assert!(programs(AIRPORT, "KPAO").iter().all(|(_, arguments)| arguments.iter().any(|a| a.contains("Your airport"))));
        assert!(
            programs(CALLSIGN, "N172SP").iter().all(|(_, arguments)| arguments.iter().any(|a| a == "N172SP" || a.contains("'N172SP'")))
        );
    }
}
