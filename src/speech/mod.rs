//! Speech recognition by whisper, and speech synthesis by a neural voice, Pico or a system voice. Each is made, used
//! and dropped on one thread.

mod abort;
mod alternatives;
pub mod card;
pub mod files;
pub mod gently;
pub mod model;
pub mod mouth;
pub mod neural;
mod plausible;
mod processor;
pub mod recognise;
mod repeats;
pub mod sentences;
mod sound;
pub mod synthesise;
pub mod system_voices;
pub mod text;
pub mod trial;
#[cfg(windows)]
mod windows_voice;
