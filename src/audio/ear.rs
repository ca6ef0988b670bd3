//! An open microphone: the callback that copies samples into the lock-free ring, and the counters for its watchdog.
//!
//! The callback allocates nothing, takes no lock and writes no log: `tests/callbacks.rs` tests this.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig};
use rtrb::{Consumer, Producer, RingBuffer};

use super::devices::{Found, Way};
use super::keeper::{self, Looks};
use crate::problem::Problem;
use crate::settings::Audio;
use crate::sound::channels::Downmix;

/// Frames requested per callback: 20 ms at 48 kHz.
const BUFFER: u32 = 960;
/// The length of the ring, seconds.
pub const RING_S: usize = 2;
/// More harmless errors than this within a second mean that the device is lost.
const STORM: u32 = 40;
/// A device without a callback for this long is lost, even if the system reports no error ...
const STILL: Duration = Duration::from_millis(500);
/// ... and a device that was just opened may take this long for its first callback.
const FIRST: Duration = Duration::from_millis(2500);

/// What a device's callbacks leave for its watchdog.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Callbacks so far.
    pub callbacks: AtomicU32,
    errors: AtomicU32,
    lost: AtomicBool,
}

impl Pulse {
    /// Counts an error. Some end the stream; the others only count towards the limit of a second.
    pub fn failed(&self, kind: ErrorKind) {
        match kind {
            ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {
                self.errors.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.lost.store(true, Ordering::Relaxed),
        }
    }
}

/// Why an open device counts as lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The sound system ended the stream: the device was unplugged, or its server stopped.
    Ended,
    /// The sound system reports one error after another.
    Storm,
    /// The stream delivered sound, and has stopped.
    Still,
    /// The stream was opened, but has delivered nothing.
    Mute,
}

impl Loss {
    /// The text for the log.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ended => "the sound system reports an error",
            Self::Storm => "the sound system reports one error after another",
            Self::Still => "the sound stopped",
            Self::Mute => "it does not respond",
        }
    }
}

/// The watchdog of one open device.
#[derive(Debug)]
pub struct Watch {
    pulse: Arc<Pulse>,
    opened: Instant,
    seen: (u32, Instant),
    errors: (u32, Instant),
}

impl Watch {
    /// Starts when the device is opened.
    pub fn new(pulse: Arc<Pulse>) -> Self {
        let now = Instant::now();
        Self { pulse, opened: now, seen: (0, now), errors: (0, now) }
    }

    /// Whether the device has delivered anything.
    pub fn is_alive(&self) -> bool {
        self.pulse.callbacks.load(Ordering::Relaxed) > 0
    }

    /// Callbacks so far.
    pub fn callbacks(&self) -> u32 {
        self.pulse.callbacks.load(Ordering::Relaxed)
    }

    /// Why the device is lost at `now`, if it is lost.
    pub fn lost(&mut self, now: Instant) -> Option<Loss> {
        let count = self.callbacks();
        if count != self.seen.0 {
            self.seen = (count, now);
        }
        let errors = self.pulse.errors.load(Ordering::Relaxed);
        if self.pulse.lost.load(Ordering::Relaxed) {
            return Some(Loss::Ended);
        }
        if errors.wrapping_sub(self.errors.0) > STORM {
            return Some(Loss::Storm);
        }
        if now.saturating_duration_since(self.errors.1) > Duration::from_secs(1) {
            self.errors = (errors, now);
        }
        if count > 0 && now.saturating_duration_since(self.seen.1) > STILL {
            return Some(Loss::Still);
        }
        if count == 0 && now.saturating_duration_since(self.opened) > FIRST {
            return Some(Loss::Mute);
        }
        None
    }
}

/// The callback's side of a microphone.
pub struct Ear {
    ring: Producer<f32>,
    pulse: Arc<Pulse>,
    mix: Downmix,
}

impl Ear {
    /// Takes one buffer from the device: interleaved frames of any format. Never waits; samples without room in the ring are lost.
    pub fn hear<T: Copy>(&mut self, data: &[T])
    where
        f32: FromSample<T>,
    {
        self.pulse.callbacks.fetch_add(1, Ordering::Relaxed);
        let channels = self.mix.channels();
        let sample = |frame: usize, channel: usize| f32::from_sample_(data[frame * channels + channel]);
        // A full ring means that the capture thread hangs: the newest sound is dropped, so that memory does not grow.
        self.mix.block(data.len() / channels, sample, |sample| self.ring.push(sample).is_ok());
    }
}

/// An open microphone.
pub struct Microphone {
    /// The stream. Dropping it closes the microphone. `None` for a microphone that plays a script.
    _stream: Option<cpal::Stream>,
    /// The ring with the captured samples.
    pub ring: Consumer<f32>,
    /// The watchdog.
    pub watch: Watch,
    /// Samples per second.
    pub rate: u32,
    /// The name for people.
    pub name: String,
    /// The stable id.
    pub id: String,
    /// It is the configured device, not the fallback.
    pub chosen: bool,
}

impl Microphone {
    /// A microphone without a device: the owner of the callback side is its clock. `channel` counts from 1; 0 chooses by the sound.
    pub fn scripted(id: &str, rate: u32, channels: u16, channel: u8) -> (Self, Ear) {
        let pulse = Arc::new(Pulse::default());
        let (producer, ring) = RingBuffer::new(rate as usize * RING_S);
        let ear = Ear::new(producer, pulse.clone(), rate, channels, channel);
        let watch = Watch::new(pulse);
        (Self { _stream: None, ring, watch, rate, name: id.to_owned(), id: id.to_owned(), chosen: true }, ear)
    }
}

impl Ear {
    /// Whether the reading side was dropped because the microphone was closed.
    pub fn is_closed(&self) -> bool {
        self.ring.is_abandoned()
    }

    fn new(ring: Producer<f32>, pulse: Arc<Pulse>, rate: u32, channels: u16, channel: u8) -> Self {
        Self { ring, pulse, mix: Downmix::new(channels, rate, channel.into()) }
    }
}

/// Finds the configured microphone, and opens it if another one or none is open.
pub fn looks(settings: &Audio) -> Looks<Microphone> {
    let channel = settings.input_channel;
    keeper::looks(Way::In, settings.microphone.clone(), move |found| open(found, channel))
}

/// Opens a microphone. `channel` counts from 1; 0 chooses by the sound.
pub fn open(found: &Found, channel: u8) -> Result<Microphone, Problem> {
    let device = &found.device;
    let fix = "check that it is connected and that no other program has exclusive use of it";
    let failed = |e: cpal::Error| found.unopened(Way::In, e, fix);
    let supported = device.default_input_config().map_err(failed)?;
    let rate = supported.sample_rate();
    let format = supported.sample_format();
    let pulse = Arc::new(Pulse::default());
    let start = |buffer_size| {
        let (producer, ring) = RingBuffer::new(rate as usize * RING_S);
        let config = StreamConfig { channels: supported.channels(), sample_rate: rate, buffer_size };
        let ear = Ear::new(producer, pulse.clone(), rate, supported.channels(), channel);
        let stream = match format {
            SampleFormat::I8 => listen::<i8>(device, config, ear),
            SampleFormat::I16 => listen::<i16>(device, config, ear),
            SampleFormat::I24 => listen::<cpal::I24>(device, config, ear),
            SampleFormat::I32 => listen::<i32>(device, config, ear),
            SampleFormat::I64 => listen::<i64>(device, config, ear),
            SampleFormat::U8 => listen::<u8>(device, config, ear),
            SampleFormat::U16 => listen::<u16>(device, config, ear),
            SampleFormat::U24 => listen::<cpal::U24>(device, config, ear),
            SampleFormat::U32 => listen::<u32>(device, config, ear),
            SampleFormat::F64 => listen::<f64>(device, config, ear),
            _ => listen::<f32>(device, config, ear),
        };
        stream.map(|s| (s, ring))
    };
    let (stream, ring) = start(cpal::BufferSize::Fixed(BUFFER)).or_else(|_| start(cpal::BufferSize::Default)).map_err(failed)?;
    stream.play().map_err(failed)?;
    log::info!("microphone: {} ({}), {rate} Hz, {format}", found.name, found.id);
    let watch = Watch::new(pulse);
    Ok(Microphone { _stream: Some(stream), ring, watch, rate, name: found.name.clone(), id: found.id.clone(), chosen: found.chosen })
}

fn listen<T>(device: &cpal::Device, config: StreamConfig, mut ear: Ear) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let pulse = ear.pulse.clone();
    device.build_input_stream(
        config,
        move |data: &[T], _: &cpal::InputCallbackInfo| ear.hear(data),
        move |e| pulse.failed(e.kind()),
        Some(Duration::from_secs(3)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_channel_or_the_mix_of_all_is_captured() {
        // The second channel is the first one inverted, as when a balanced line is plugged into a stereo socket.
        let wave = |n: usize| (n as f32 * 0.3).sin() * 0.5;
        for (channel, sign) in [(0, 1.0), (1, 1.0), (2, -1.0), (3, 1.0)] {
            let (mut m, mut ear) = Microphone::scripted("a", 8000, 2, channel);
            for block in 0..10 {
                let both: Vec<f32> = (0..160).flat_map(|n| [wave(block * 160 + n), -wave(block * 160 + n)]).collect();
                ear.hear(&both);
            }
            let worst = (0..1600).map(|n| (m.ring.pop().unwrap() - wave(n) * sign).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-6 && m.ring.pop().is_err(), "channel {channel}: {worst}");
        }
        let (mut m, mut ear) = Microphone::scripted("a", 8000, 1, 0);
        ear.hear(&[i16::MIN]);
        ear.hear(&[128u8, 255]);
        assert_eq!((m.ring.pop(), m.ring.pop()), (Ok(-1.0), Ok(0.0)));
        // An incomplete frame does not count.
        let (mut m, mut ear) = Microphone::scripted("a", 8000, 2, 0);
        ear.hear(&[0.5f32, 0.5, 0.9]);
        assert_eq!((m.ring.pop(), m.ring.pop().ok()), (Ok(0.5), None));
    }

    #[test]
    fn silence_error_or_error_storm_is_a_loss_and_a_glitch_is_not() {
        let pulse = Arc::new(Pulse::default());
        let begun = Instant::now();
        let at = |ms| begun + Duration::from_millis(ms);
        let mut watch = Watch::new(pulse.clone());
        assert!(watch.lost(at(2000)).is_none());
        assert!(watch.lost(begun + FIRST + Duration::from_secs(1)).is_some());
        pulse.callbacks.store(1, Ordering::Relaxed);
        assert!(watch.lost(at(2100)).is_none() && watch.lost(at(2550)).is_none());
        assert!(watch.lost(at(2601)).is_some());
        pulse.callbacks.store(2, Ordering::Relaxed);
        pulse.failed(ErrorKind::Xrun);
        assert!(watch.lost(at(2602)).is_none());
        (0..STORM).for_each(|_| pulse.failed(ErrorKind::Xrun));
        assert!(watch.lost(at(2603)).is_some());
        let mut watch = Watch::new(pulse.clone());
        pulse.failed(ErrorKind::DeviceNotAvailable);
        assert!(watch.lost(Instant::now()).is_some());
    }
}
