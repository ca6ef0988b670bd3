//! The entry in the XDG autostart folder.

use std::fs;
use std::io;
use std::path::Path;

use crate::problem::Problem;

/// Whether the entry exists and is not disabled in the desktop's settings.
pub fn is_on(entry: &Path) -> bool {
    fs::read_to_string(entry).is_ok_and(|text| !text.lines().any(|l| matches!(l.trim(), "Hidden=true" | "X-GNOME-Autostart-enabled=false")))
}

/// Creates or removes the entry for this program.
pub fn set(entry: &Path, on: bool, program: &Path) -> Result<(), Problem> {
    let done = if on {
        entry.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(entry, text(program)))
    } else {
        match fs::remove_file(entry) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    };
    done.map_err(|e| {
        Problem::new("cannot change whether Stratus starts with the system")
            .because(format!("{}: {e}", entry.display()))
            .fix("check that the folder is writable")
    })
}

fn text(program: &Path) -> String {
    // Desktop Entry Specification: quote the path, escape these four characters, and double percent signs.
    let mut quoted = String::new();
    for c in program.to_string_lossy().chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', c]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            c if c.is_control() => {}
            c => quoted.push(c),
        }
    }
    format!(
        "[Desktop Entry]\nType=Application\nName=Stratus\nComment=Air-traffic control for flight simulators\nExec=\"{quoted}\" run\n\
         Icon=stratus\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_is_created_removed_and_can_be_disabled_by_the_desktop() {
        let dir = tempfile::tempdir().unwrap();
        let entry = dir.path().join("autostart/stratus.desktop");
        assert!(!is_on(&entry));
        set(&entry, true, Path::new("/opt/my sims/stratus")).unwrap();
        assert!(is_on(&entry));
        assert!(fs::read_to_string(&entry).unwrap().contains("Exec=\"/opt/my sims/stratus\" run\n"));
        fs::write(&entry, text(Path::new("/s")).replace("enabled=true", "enabled=false")).unwrap();
        assert!(!is_on(&entry));
        set(&entry, false, Path::new("/s")).unwrap();
        set(&entry, false, Path::new("/s")).unwrap();
        assert!(!entry.exists());
    }

    #[test]
    fn path_is_escaped() {
        assert!(text(Path::new("/a%b/$c")).contains("Exec=\"/a%%b/\\\\$c\" run"));
    }
}
