//! Sound as data: WAV files of any kind read honestly, and several channels put together as one.

pub mod channels;
mod chunks;
mod codec;
mod kinds;
pub mod wav;
