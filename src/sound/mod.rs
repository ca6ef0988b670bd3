//! Sound as data: WAV files of any kind, mixing of channels, levels.

pub mod channels;
mod chunks;
mod codec;
mod kinds;
pub mod level;
pub mod wav;
