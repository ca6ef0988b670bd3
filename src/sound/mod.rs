//! Sound as data: WAV files of any kind read honestly, several channels put together as one, levels.

pub mod channels;
mod chunks;
mod codec;
mod kinds;
pub mod level;
pub mod wav;
