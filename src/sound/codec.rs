//! Decodes the samples of a WAV file: integers and floats of any width, and the two telephone codecs.

use super::chunks::Order;

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;
/// Additional bytes of the extensible format.
const EXTENSION: u16 = 22;

/// A parsed format chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub channels: u16,
    /// Sample rate, Hz.
    pub rate: u32,
    /// Bytes of one sample.
    pub width: usize,
    coding: Coding,
    order: Order,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Offset binary, as with 8 bits.
    Unsigned,
    /// Two's complement with this many significant bits, possibly fewer than stored.
    Signed(u32),
    Float,
    ALaw,
    MuLaw,
}

impl Format {
    /// Parses a format chunk; the error says why its samples cannot be read.
    pub fn read(chunk: &[u8], order: Order) -> Result<Self, String> {
        let short = |at| order.short(chunk, at);
        let cut = || "it ends in its header".to_owned();
        let (tag, channels, rate) = (short(0).ok_or_else(cut)?, short(2).ok_or_else(cut)?, order.long(chunk, 4).ok_or_else(cut)?);
        let (second, block) = (order.long(chunk, 8).ok_or_else(cut)?, short(12).ok_or_else(cut)?);
        if channels == 0 || rate == 0 {
            return Err(format!("its header says {channels} channels at {rate} samples a second"));
        }
        let bits = u32::from(short(14).unwrap_or(0));
        let extended = tag == EXTENSIBLE && short(16).is_some_and(|n| (EXTENSION..64).contains(&n));
        let tag = match (tag, short(24)) {
            (EXTENSIBLE, Some(inner)) if extended => inner,
            // The older format tag for the same samples.
            (EXTENSIBLE, _) => PCM,
            _ => tag,
        };
        let width = width(bits, usize::from(channels), usize::from(block), second as usize / rate as usize);
        let room = u32::try_from(width * 8).unwrap_or(0);
        let valid = if extended { u32::from(short(18).unwrap_or(0)) } else { bits };
        let bits = if (1..=room).contains(&valid) { valid } else { room };
        let coding = match (tag, width) {
            (PCM | 0, 1) => Coding::Unsigned,
            (PCM | 0, 2..=8) => Coding::Signed(bits),
            (FLOAT, 4 | 8) => Coding::Float,
            (A_LAW, 1) => Coding::ALaw,
            (MU_LAW, 1) => Coding::MuLaw,
            (PCM | 0 | FLOAT | A_LAW | MU_LAW, _) => return Err(format!("its header says samples of {bits} bits in {width} bytes")),
            (other, _) => return Err(format!("its sound is compressed ({})", name(other))),
        };
        Ok(Self { channels, rate, width, coding, order })
    }

    /// Bytes per frame of all channels.
    pub fn frame(&self) -> usize {
        self.width * usize::from(self.channels)
    }

    /// Returns a decoder from bytes to -1 to 1. `all` are the samples of the file, which show at which end of their bytes samples
    /// with fewer bits are aligned.
    pub fn decoder(self, all: &[u8]) -> impl Fn(&[u8]) -> f32 + use<> {
        let room = self.width as u32 * 8;
        // By the standard they are left-aligned, with zeros below. Some writers right-align them.
        let below = match self.coding {
            Coding::Signed(bits) if bits < room => room - bits,
            _ => 0,
        };
        let low = below > 0 && all.chunks_exact(self.width).any(|s| raw(s, self.order) & ((1 << below) - 1) != 0);
        move |bytes: &[u8]| {
            let raw = raw(bytes, self.order);
            // Shifted to the upper end of 64 bits, where the sign is.
            let whole = |up: u32| (raw << up) as i64 as f64 / -(i64::MIN as f64);
            let sample = match self.coding {
                Coding::Unsigned => (raw as f64 - 128.0) / 128.0,
                Coding::Signed(_) if low => whole(64 - room + below),
                Coding::Signed(_) => whole(64 - room),
                Coding::Float if self.width == 4 => f64::from(f32::from_bits(raw as u32)),
                Coding::Float => f64::from_bits(raw),
                Coding::ALaw => a_law(raw as u8),
                Coding::MuLaw => mu_law(raw as u8),
            };
            sample as f32
        }
    }
}

/// Bytes per sample: from the block size, unless the bits and the byte rate contradict it.
fn width(bits: u32, channels: usize, block: usize, second: usize) -> usize {
    let (each, least) = (block / channels, bits.div_ceil(8) as usize);
    let fits = block.is_multiple_of(channels) && each >= least && (1..=8).contains(&each);
    if fits && (each == least || least == 0 || second != least * channels) { each } else { least }
}

/// The bytes of one sample as an integer.
fn raw(bytes: &[u8], order: Order) -> u64 {
    let join = |n: u64, b: &u8| n << 8 | u64::from(*b);
    match order {
        Order::Little => bytes.iter().rev().fold(0, join),
        Order::Big => bytes.iter().fold(0, join),
    }
}

/// ITU-T G.711, A-law.
fn a_law(code: u8) -> f64 {
    let code = code ^ 0x55;
    let (exponent, step) = (u32::from(code >> 4 & 7), i32::from(code & 15) << 4);
    let size = if exponent == 0 { step + 8 } else { (step + 0x108) << (exponent - 1) };
    f64::from(if code & 0x80 == 0 { -size } else { size }) / 32_768.0
}

/// ITU-T G.711, mu-law.
fn mu_law(code: u8) -> f64 {
    let code = !code;
    let size = (((i32::from(code & 15) << 3) + 0x84) << (code >> 4 & 7)) - 0x84;
    f64::from(if code & 0x80 == 0 { size } else { -size }) / 32_768.0
}

/// Display name of a codec.
fn name(tag: u16) -> String {
    match tag {
        0x02 | 0x11 => "ADPCM".into(),
        0x31 => "GSM 6.10".into(),
        0x50 => "MPEG".into(),
        0x55 => "MP3".into(),
        0xff | 0x1600 | 0x1610 => "AAC".into(),
        0x160..=0x163 => "Windows Media Audio".into(),
        0x2000 => "AC-3".into(),
        0x566f | 0x674f..=0x6771 => "Vorbis".into(),
        other => format!("code {other:#06x}"),
    }
}
