//! The desktop's side of Stratus: the tray icon, the push-to-talk key and the toasts. No window, ever.
//!
//! Each part starts by itself and fails by itself: without a session bus there is no tray, without a display no key,
//! and the rest goes on. None of them needs the main thread on Linux.

pub mod autostart;
pub mod icons;
#[cfg(target_os = "linux")]
pub mod joystick;
#[cfg(target_os = "linux")]
pub mod key;
pub mod keynames;
mod menu;
pub mod toast;
pub mod tray;
#[cfg(target_os = "linux")]
mod x11;
