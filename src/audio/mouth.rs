//! An open speaker: the callback that draws samples from a lock-free ring, which can be cut off between two samples.
//!
//! The callback allocates nothing, takes no lock and writes no log: `tests/callbacks.rs` tests this.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use rtrb::{Consumer, Producer, RingBuffer};

use super::devices::{Finder, Found, Way};
use super::ear::{Pulse, Watch};
use super::keeper::{self, Looks};
use crate::problem::Problem;
use crate::settings::HeadsetEar;

/// Frames requested for the device's buffer: 10 ms at 48 kHz.
const BUFFER: u32 = 480;
/// The length of the ring in milliseconds, by which the player's thread may be late.
const RING_MS: u32 = 400;

/// What the callback and the player share besides the ring.
#[derive(Debug, Default)]
struct Shared {
    /// Samples drawn from the ring.
    drawn: AtomicU64,
    /// The content of the ring is to be discarded.
    cut: AtomicBool,
    /// The only channel with sound, counted from 1; 0: all channels.
    channel: AtomicU8,
}

/// The callback's side of a speaker.
pub struct Mouth {
    ring: Consumer<f32>,
    pulse: Arc<Pulse>,
    shared: Arc<Shared>,
    channels: usize,
}

impl Mouth {
    /// Fills one buffer of the device: interleaved frames of any format, silence where there is nothing to play.
    pub fn speak<T: Copy + FromSample<f32>>(&mut self, data: &mut [T]) {
        self.pulse.callbacks.fetch_add(1, Ordering::Relaxed);
        let mut drawn = 0;
        if self.shared.cut.load(Ordering::Acquire) {
            while self.ring.pop().is_ok() {
                drawn += 1;
            }
            self.shared.drawn.fetch_add(drawn, Ordering::Relaxed);
            self.shared.cut.store(false, Ordering::Release);
            drawn = 0;
        }
        let channel = usize::from(self.shared.channel.load(Ordering::Relaxed));
        for frame in data.chunks_mut(self.channels) {
            let sample = match self.ring.pop() {
                Ok(s) => {
                    drawn += 1;
                    s
                }
                Err(_) => 0.0,
            };
            match frame.len() {
                // A speaker with one channel has no left and right.
                n if n > 1 && channel > 0 => {
                    frame.fill(T::from_sample_(0.0));
                    frame[channel.min(n) - 1] = T::from_sample_(sample);
                }
                _ => frame.fill(T::from_sample_(sample)),
            }
        }
        self.shared.drawn.fetch_add(drawn, Ordering::Relaxed);
    }
}

/// An open speaker.
pub struct Speaker {
    /// The stream. Dropping it closes the speaker. `None` for a speaker that plays to a script.
    _stream: Option<cpal::Stream>,
    ring: Producer<f32>,
    shared: Arc<Shared>,
    /// The watchdog, which knows whether the device still draws.
    pub watch: Watch,
    /// Samples per second.
    pub rate: u32,
    /// The name for people.
    pub name: String,
    /// The stable id.
    pub id: String,
    /// It is the configured device, not the fallback.
    pub chosen: bool,
    given: u64,
}

impl Speaker {
    /// A speaker without a device: the owner of the callback side is its clock.
    pub fn scripted(id: &str, rate: u32, channels: u16) -> (Self, Mouth) {
        let (ring, shared, watch, mouth) = parts(rate, channels, &Arc::new(Pulse::default()));
        (Self { _stream: None, ring, shared, watch, rate, name: id.to_owned(), id: id.to_owned(), chosen: true, given: 0 }, mouth)
    }

    /// Opens a speaker by name or id, or the system's default.
    pub fn open(name: Option<&str>) -> Result<Self, Problem> {
        open(&Finder::new(Way::Out, name).find()?)
    }

    /// Puts samples (mono, at the device's rate) into the ring, as many as there is room for; returns how many.
    pub fn give(&mut self, samples: &[f32]) -> usize {
        // Wait for the cut: samples given before it would be discarded too.
        if self.shared.cut.load(Ordering::Acquire) {
            return 0;
        }
        let n = samples.len().min(self.ring.slots());
        for s in &samples[..n] {
            if self.ring.push(*s).is_err() {
                break;
            }
        }
        self.given += n as u64;
        n
    }

    /// Chooses the channel with the sound, from the next buffer on.
    pub fn on_side(&self, ear: HeadsetEar) {
        let channel = match ear {
            HeadsetEar::Both => 0,
            HeadsetEar::Left => 1,
            HeadsetEar::Right => 2,
        };
        self.shared.channel.store(channel, Ordering::Relaxed);
    }

    /// Samples that are in the ring and not yet drawn.
    pub fn waiting(&self) -> u64 {
        self.given.saturating_sub(self.drawn())
    }

    /// Samples that were drawn.
    pub fn drawn(&self) -> u64 {
        self.shared.drawn.load(Ordering::Relaxed)
    }

    /// Discards what is playing: the next sample that the device draws is silence.
    pub fn cut(&mut self) {
        if self.waiting() > 0 {
            self.shared.cut.store(true, Ordering::Release);
        }
    }
}

fn parts(rate: u32, channels: u16, pulse: &Arc<Pulse>) -> (Producer<f32>, Arc<Shared>, Watch, Mouth) {
    let (producer, ring) = RingBuffer::new((rate * RING_MS / 1000) as usize);
    let shared = Arc::new(Shared::default());
    let mouth = Mouth { ring, pulse: pulse.clone(), shared: shared.clone(), channels: usize::from(channels).max(1) };
    (producer, shared, Watch::new(pulse.clone()), mouth)
}

/// Finds the configured speaker, and opens it if another one or none is open.
pub fn looks(name: Option<String>) -> Looks<Speaker> {
    keeper::looks(Way::Out, name, open)
}

/// Opens a speaker.
pub fn open(found: &Found) -> Result<Speaker, Problem> {
    let device = &found.device;
    let fix = "connect a speaker, or choose another in the tray's menu (audio.speaker)";
    let failed = |e: cpal::Error| found.unopened(Way::Out, e, fix);
    let supported = device.default_output_config().map_err(failed)?;
    let (rate, channels, format) = (supported.sample_rate(), supported.channels(), supported.sample_format());
    let start = |buffer_size| {
        let pulse = Arc::new(Pulse::default());
        let (ring, shared, watch, mouth) = parts(rate, channels, &pulse);
        let config = StreamConfig { channels, sample_rate: rate, buffer_size };
        let stream = match format {
            SampleFormat::I8 => speak::<i8>(device, config, mouth),
            SampleFormat::I16 => speak::<i16>(device, config, mouth),
            SampleFormat::I24 => speak::<cpal::I24>(device, config, mouth),
            SampleFormat::I32 => speak::<i32>(device, config, mouth),
            SampleFormat::I64 => speak::<i64>(device, config, mouth),
            SampleFormat::U8 => speak::<u8>(device, config, mouth),
            SampleFormat::U16 => speak::<u16>(device, config, mouth),
            SampleFormat::U24 => speak::<cpal::U24>(device, config, mouth),
            SampleFormat::U32 => speak::<u32>(device, config, mouth),
            SampleFormat::F64 => speak::<f64>(device, config, mouth),
            _ => speak::<f32>(device, config, mouth),
        };
        stream.map(|s| (s, ring, shared, watch))
    };
    let (stream, ring, shared, watch) =
        start(cpal::BufferSize::Fixed(BUFFER)).or_else(|_| start(cpal::BufferSize::Default)).map_err(failed)?;
    stream.play().map_err(failed)?;
    log::info!("speaker: {} ({}), {rate} Hz, {format}", found.name, found.id);
    let (name, id, chosen) = (found.name.clone(), found.id.clone(), found.chosen);
    Ok(Speaker { _stream: Some(stream), ring, shared, watch, rate, name, id, chosen, given: 0 })
}

fn speak<T>(device: &cpal::Device, config: StreamConfig, mut mouth: Mouth) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let pulse = mouth.pulse.clone();
    device.build_output_stream(
        config,
        move |data: &mut [T], _: &cpal::OutputCallbackInfo| mouth.speak(data),
        move |e| pulse.failed(e.kind()),
        Some(Duration::from_secs(3)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_play_on_every_channel_and_a_cut_is_silence() {
        let (mut s, mut mouth) = Speaker::scripted("a", 8000, 2);
        assert_eq!(s.give(&[0.5; 10]), 10);
        let mut out = [1.0f32; 6];
        mouth.speak(&mut out);
        assert_eq!(out, [0.5; 6]);
        assert_eq!((s.drawn(), s.waiting()), (3, 7));
        s.cut();
        assert_eq!(s.give(&[0.1]), 0, "no samples are accepted during a cut");
        mouth.speak(&mut out);
        assert_eq!((out, s.waiting()), ([0.0; 6], 0));
        assert_eq!(s.give(&[0.25; 5000]), 3200);
        s.on_side(HeadsetEar::Right);
        mouth.speak(&mut out);
        assert_eq!(out, [0.0, 0.25, 0.0, 0.25, 0.0, 0.25]);
        s.on_side(HeadsetEar::Left);
        mouth.speak(&mut out);
        assert_eq!(out, [0.25, 0.0, 0.25, 0.0, 0.25, 0.0]);
        s.on_side(HeadsetEar::Both);
        let mut bytes = [0u8; 4];
        mouth.speak(&mut bytes);
        assert_eq!(bytes, [160; 4]);
    }
}
