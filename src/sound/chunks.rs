//! Locates format and samples in a WAV file, even if its lengths are wrong.
//!
//! A length is believed only as far as the file confirms it: a crashed recorder leaves 0, one that wrote into a pipe leaves the
//! maximum, a truncated copy leaves too much, and some writers omit the pad byte after a chunk of odd length.

use std::ops::Range;

/// From this value on, a length is a placeholder for an unknown length.
const UNKNOWN: usize = 0x7000_0000;
/// The shortest (oldest) format chunk, and the longest that is read, because its own length may be wrong.
const FORMAT: (usize, usize) = (14, 40);
/// Chunk names that help when the start of the next chunk is unclear.
const KNOWN: [&[u8; 4]; 10] = [b"fmt ", b"data", b"LIST", b"fact", b"bext", b"JUNK", b"ds64", b"cue ", b"smpl", b"iXML"];

/// The byte order of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The 16-bit number at `at`.
    pub fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self == Self::Little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    /// The 32-bit number at `at`.
    pub fn long(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self == Self::Little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }
}

/// The layout of a WAV file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub order: Order,
    /// The format chunk, as far as it exists.
    pub format: Option<Range<usize>>,
    /// The samples, in pieces; empty if the file ends before them.
    pub data: Vec<Range<usize>>,
    /// The file ends earlier than its header says.
    pub ends_early: bool,
}

/// Parses a file that starts with RIFF, RIFX, RF64 or BW64, and WAVE; `None` for any other.
pub(super) fn layout(file: &[u8]) -> Option<Layout> {
    let order = match file.get(..4)? {
        b"RIFF" | b"RF64" | b"BW64" => Order::Little,
        b"RIFX" => Order::Big,
        _ => return None,
    };
    if file.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut walk = Walk { file, order, long_data: None, found: Layout { order, format: None, data: Vec::new(), ends_early: false } };
    let mut at = Some(12);
    while let Some(next) = at {
        at = walk.chunk(next);
    }
    Some(walk.found)
}

fn is_known(name: &[u8]) -> bool {
    KNOWN.iter().any(|known| *known == name)
}

struct Walk<'a> {
    file: &'a [u8],
    order: Order,
    /// The length of the samples, if 32 bits are too few.
    long_data: Option<usize>,
    found: Layout,
}

impl Walk<'_> {
    /// Reads the chunk at `at`, and returns the start of the next one.
    fn chunk(&mut self, at: usize) -> Option<usize> {
        let length = self.order.long(self.file, at.checked_add(4)?)? as usize;
        let (begin, name) = (at + 8, self.file.get(at..at + 4)?);
        let there = self.file.len() - begin;
        match name {
            b"fmt " => {
                let end = (begin + if length == FORMAT.0 { FORMAT.0 } else { FORMAT.1 }).min(self.file.len());
                self.found.format.get_or_insert(begin..end);
            }
            b"data" => return self.data(begin, length),
            b"ds64" => self.long_data = self.sixty_four(begin + 8),
            // A list of sound pieces, which are chunks themselves.
            b"LIST" if self.file.get(begin..begin + 4) == Some(b"wavl") => return Some(begin + 4),
            _ => {}
        }
        let next = self.next(begin, length);
        let is_right = length <= there && (self.file.len() < next.saturating_add(8) || self.is_chunk(next));
        if is_right { Some(next) } else { self.sought(begin) }
    }

    /// Reads samples, and returns the start of the next chunk.
    fn data(&mut self, begin: usize, length: usize) -> Option<usize> {
        let length = if length == u32::MAX as usize { self.long_data.unwrap_or(length) } else { length };
        let there = self.file.len() - begin;
        if length <= there {
            let (end, next) = (begin + length, self.next(begin, length));
            // Another chunk follows, or too few bytes for one: the length is right.
            if self.file.len() < next + 8 || self.is_chunk(next) {
                self.found.data.push(begin..end);
                return Some(next);
            }
        }
        // The samples extend to the end of the file.
        self.found.ends_early |= length > there && length < UNKNOWN;
        self.found.data.push(begin..self.file.len());
        None
    }

    /// The start of the next chunk: at an even offset, unless the writer omitted the pad byte.
    fn next(&self, begin: usize, length: usize) -> usize {
        let end = begin.saturating_add(length);
        if length.is_multiple_of(2) {
            return end;
        }
        let known = |at: usize| self.file.get(at..at.saturating_add(4)).is_some_and(is_known);
        let padded = end.saturating_add(1);
        let unpadded = !known(padded) && (known(end) || self.is_chunk(end) && !self.is_chunk(padded));
        if unpadded { end } else { padded }
    }

    /// Whether there is a chunk that fits into the file; samples rarely look like one.
    fn is_chunk(&self, at: usize) -> bool {
        let Some(name) = self.file.get(at..at.saturating_add(4)) else { return false };
        let Some(length) = self.order.long(self.file, at + 4) else { return false };
        let named = name.iter().all(|b| b.is_ascii_alphanumeric() || b" _-.".contains(b)) && name[0] != b' ';
        is_known(name) || named && length as usize <= self.file.len() - (at + 8)
    }

    /// A wrong length lost the position: search for the next relevant chunk.
    fn sought(&self, from: usize) -> Option<usize> {
        let rest = self.file.get(from..)?;
        let wanted = |four: &[u8]| four == b"data" || four == b"fmt " && self.found.format.is_none();
        rest.windows(4).position(wanted).map(|n| from + n)
    }

    fn sixty_four(&self, at: usize) -> Option<usize> {
        let (low, high) = (self.order.long(self.file, at)?, self.order.long(self.file, at + 4)?);
        usize::try_from(u64::from(high) << 32 | u64::from(low)).ok()
    }
}
