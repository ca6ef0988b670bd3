//! Ears and voice: whisper hears, Pico speaks. Both are made, used and dropped on one thread each.

mod abort;
pub mod files;
pub mod gently;
pub mod model;
mod plausible;
mod processor;
pub mod recognise;
pub mod synthesise;
pub mod text;
pub mod trial;
