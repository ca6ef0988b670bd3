//! Start with the system: the desktop's autostart entry, made and removed; on Windows the user's Run key.

#[cfg(not(windows))]
pub use self::entry::{is_on, set};
#[cfg(windows)]
pub use super::windows::run_key::{is_on, set};

#[cfg(not(windows))]
mod entry;
