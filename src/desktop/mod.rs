//! The desktop integration: tray icon, push-to-talk key and toasts. There are no windows.
//!
//! Each part starts and fails independently: without a session bus there is no tray, without a display no key, and the rest keeps
//! working. On Linux, none of them needs the main thread. On Windows, the main thread runs the message loop (`windows::pump`), and
//! their threads hand it work.

pub mod autostart;
mod buttons;
#[cfg(target_os = "linux")]
mod evdev;
pub mod icons;
#[cfg(target_os = "linux")]
pub mod joystick;
pub mod key;
pub mod keyboard;
pub mod keynames;
#[cfg_attr(windows, allow(dead_code, reason = "Windows has numbers of its own"))]
mod keytable;
mod menu;
#[cfg(target_os = "linux")]
mod portal;
pub mod toast;
pub mod tray;
#[cfg(any(windows, test))]
mod virtual_keys;
#[cfg(windows)]
pub mod windows;
#[cfg(windows)]
pub use windows::joystick;
#[cfg(target_os = "linux")]
mod x11;
