//! What only Windows has: the main thread's message loop, hidden windows, the console, and the name that toasts go by.

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
