//! Start with Windows: the user's Run key, and the switch for it in Windows's settings.

use std::path::Path;

use windows_registry::{CURRENT_USER, Key};

use crate::problem::Problem;

const RUN: &str = "Software\\Microsoft\\Windows\\CurrentVersion\\Run";
/// Where Settings and Task Manager record entries that the user disabled: an odd first byte.
const APPROVED: &str = "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\Run";
const NAME: &str = "Stratus";

/// Whether the value exists and is not disabled in Windows's settings. The path is used on Linux only.
pub fn is_on(_: &Path) -> bool {
    let there = CURRENT_USER.open(RUN).and_then(|k| k.get_string(NAME)).is_ok_and(|v| !v.is_empty());
    let off = CURRENT_USER.open(APPROVED).and_then(|k| k.get_value(NAME)).is_ok_and(|v| v.first().is_some_and(|b| b % 2 == 1));
    there && !off
}

/// Creates or removes the value for this program; either resets the switch in the settings.
pub fn set(_: &Path, on: bool, program: &Path) -> Result<(), Problem> {
    let open = |path: &str| CURRENT_USER.create(path);
    let done = open(RUN).and_then(|key| if on { key.set_string(NAME, format!("\"{}\" run", program.display())) } else { forget(&key) });
    let done = done.and_then(|()| CURRENT_USER.options().read().write().open(APPROVED).map_or(Ok(()), |key| forget(&key)));
    done.map_err(|e| {
        Problem::new("cannot change whether Stratus starts with Windows").because(e).fix("use Windows's settings (Apps, Startup)")
    })
}

fn forget(key: &Key) -> windows_registry::Result<()> {
    match key.get_value(NAME) {
        Ok(_) => key.remove_value(NAME),
        Err(_) => Ok(()),
    }
}
