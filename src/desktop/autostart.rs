//! Start at login: creates and removes the desktop's autostart entry, or the user's Run key on Windows.

#[cfg(not(windows))]
pub use self::entry::{is_on, set};
#[cfg(windows)]
pub use super::windows::run_key::{is_on, set};

#[cfg(not(windows))]
mod entry;
