//! Sound: capture with its ring buffer and takes, resampling, the radio effect, and playback.

pub mod capture;
#[cfg(target_os = "linux")]
mod chatter;
#[cfg(target_os = "linux")]
pub mod cookie;
pub mod devices;
pub mod ear;
pub mod keeper;
pub mod list;
pub mod meter;
pub mod mouth;
#[cfg(target_os = "linux")]
pub mod news;
mod offer;
pub mod pauses;
pub mod play;
pub mod radio;
pub mod resample;
mod standing;
pub mod take;
pub mod wav;
