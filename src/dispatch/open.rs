//! Opens files and folders from the menu in the pilot's own programs; on failure, tells the pilot the path.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Inbox;
use crate::event::Event;
use crate::paths::shown;

/// Opens a file or a folder. `what` is its description: "the settings file".
pub(super) fn open(inbox: &Inbox, what: &'static str, path: &Path) {
    open_or(inbox, path, failed(what, path));
}

/// The same, with the caller's event for failure.
pub(super) fn open_or(inbox: &Inbox, path: &Path, failed: Event) {
    // On Windows, .toml files have no associated editor.
    let program = match (cfg!(windows), path.is_dir()) {
        (true, false) => "notepad",
        (true, true) => "explorer",
        (false, _) => "xdg-open",
    };
    let (waiting, at, told) = (inbox.clone(), path.to_owned(), failed.clone());
    // The opener may run as long as the editor.
    let spawned = std::thread::Builder::new().name("open".into()).spawn(move || {
        if let Err(why) = with(program, &at) {
            log::warn!("cannot open {}: {program}: {why}", at.display());
            waiting.offer(told);
        }
    });
    if let Err(e) = spawned {
        log::warn!("cannot open {}: {e}", path.display());
        inbox.offer(failed);
    }
}

/// Opens a link in the browser. It admits to the page, so no message has it.
pub(super) fn open_link(inbox: &Inbox, link: &str) {
    // Explorer does not take every link; this is what the shell itself does with one.
    let (program, first) = if cfg!(windows) { ("rundll32", Some("url.dll,FileProtocolHandler")) } else { ("xdg-open", None) };
    let failed =
        || Event::Notice { title: "Could not open the page".into(), body: "`stratus page` prints its link: open it yourself.".into() };
    let (waiting, link) = (inbox.clone(), link.to_owned());
    let spawned = std::thread::Builder::new().name("open".into()).spawn(move || {
        if let Err(why) = finish(Command::new(program).args(first).arg(link)) {
            log::warn!("cannot open the page: {program}: {why}");
            waiting.offer(failed());
        }
    });
    if let Err(e) = spawned {
        log::warn!("cannot open the page: {e}");
        inbox.offer(failed());
    }
}

/// Runs the program to its end.
fn with(program: &str, path: &Path) -> Result<(), String> {
    finish(Command::new(program).arg(path))
}

fn finish(command: &mut Command) -> Result<(), String> {
    match command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status() {
        // Explorer's exit code is meaningless.
        Ok(status) if status.success() || cfg!(windows) => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(e) => Err(e.to_string()),
    }
}

fn failed(what: &str, path: &Path) -> Event {
    Event::Notice { title: format!("Could not open {what}"), body: format!("Open it yourself: {}", shown(path)) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn missing_or_failing_opener_is_reported() {
        let path = Path::new("/tmp");
        assert!(with("true", path).is_ok());
        assert!(with("false", path).is_err() && with("/no/such/opener", path).is_err());
        let Event::Notice { title, body } = failed("the settings file", Path::new("/etc/stratus.toml")) else { panic!() };
        assert_eq!((title.as_str(), body.as_str()), ("Could not open the settings file", "Open it yourself: /etc/stratus.toml"));
    }
}
