//! The application id of Stratus's toasts on Windows: without one they do not appear, or appear under another program's name.

use std::path::Path;

use windows_registry::CURRENT_USER;

/// The application's id (Win32, "Application User Model IDs").
pub const ID: &str = "Stratus.Stratus";

/// Registers name and icon of the id for this user, so that toasts work without a Start menu shortcut.
pub fn register(icon: Option<&Path>) -> Result<(), String> {
    let key = CURRENT_USER.create(format!("Software\\Classes\\AppUserModelId\\{ID}")).map_err(|e| e.to_string())?;
    key.set_string("DisplayName", "Stratus").map_err(|e| e.to_string())?;
    if let Some(icon) = icon {
        key.set_string("IconUri", icon.to_string_lossy()).map_err(|e| e.to_string())?;
    }
    Ok(())
}
