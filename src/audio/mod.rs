//! Sound: the microphone's ring and takes, resampling, the radio, and the speaker.

pub mod capture;
pub mod list;
pub mod play;
pub mod radio;
pub mod resample;
pub mod take;
pub mod wav;
