//! The name by which Windows knows Stratus's toasts: without one they do not show, or show as another program's.

use std::path::Path;

use windows_registry::CURRENT_USER;

/// The application's id (Win32, "Application User Model IDs").
pub const ID: &str = "Stratus.Stratus";

/// Writes name and icon of the id for this user. A toast needs no shortcut in the start menu then.
pub fn register(icon: Option<&Path>) -> Result<(), String> {
    let key = CURRENT_USER.create(format!("Software\\Classes\\AppUserModelId\\{ID}")).map_err(|e| e.to_string())?;
    key.set_string("DisplayName", "Stratus").map_err(|e| e.to_string())?;
    if let Some(icon) = icon {
        key.set_string("IconUri", icon.to_string_lossy()).map_err(|e| e.to_string())?;
    }
    Ok(())
}
