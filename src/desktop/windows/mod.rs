//! Windows only: the main thread's message loop, hidden windows, the console, and the application id of toasts.

pub mod app_id;
pub mod console;
mod display;
mod grab;
pub mod joystick;
pub mod notices;
pub mod pump;
pub mod run_key;
mod window;

pub use display::{Display, News, refused};
pub use grab::Manager;
