//! The pronunciations of many words in little memory, and a network for words that are not among them.
//!
//! The file (made by `scripts/voice-data.py`), all numbers little-endian:
//!
//! ```text
//! "SVWD", u32 length of the index, u32 length of the blocks, u32 length of the network
//! index    per block of 512 words: u32 place, u32 packed length, u32 unpacked length, u8 length of its first word, the word
//! blocks   each deflated by itself: per word u8 letters shared with the one before, u8 further letters, these,
//!          u8 count of sounds, the sounds (`symbols::SOUNDS`)
//! network  see `network`
//! ```
//!
//! A look-up unpacks one block, some 10 kB; nothing else stays unpacked.

use std::borrow::Cow;
use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};

use super::network::Network;

/// The limit of an unpacked block; a block of 512 words is far smaller.
const MOST_UNPACKED: usize = 256 << 10;

/// Words and their sounds.
pub struct Dictionary {
    bytes: Cow<'static, [u8]>,
    /// Each block's first word, its place in the file and its unpacked length.
    blocks: Vec<(Box<[u8]>, Range<usize>, usize)>,
    network: Option<Network>,
}

impl Dictionary {
    /// Reads the index; `None` if it is not such a file, or is truncated.
    pub fn read(bytes: Cow<'static, [u8]>) -> Option<Self> {
        let u32_at = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize);
        if !bytes.starts_with(b"SVWD") {
            return None;
        }
        let (index, data, net) = (u32_at(4)?, u32_at(8)?, u32_at(12)?);
        let blocks_at = index.checked_add(16)?;
        let net_at = blocks_at.checked_add(data)?;
        if net_at.checked_add(net)? != bytes.len() {
            return None;
        }
        let (mut at, mut blocks) = (16usize, Vec::new());
        while at < blocks_at {
            let (place, packed, unpacked) = (u32_at(at)?, u32_at(at + 4)?, u32_at(at + 8)?);
            let letters = usize::from(*bytes.get(at + 12)?);
            let word = bytes.get(at + 13..at + 13 + letters)?;
            let from = blocks_at.checked_add(place)?;
            let to = from.checked_add(packed).filter(|to| *to <= net_at)?;
            if unpacked > MOST_UNPACKED || blocks.last().is_some_and(|(before, ..): &(Box<[u8]>, _, _)| &**before >= word) {
                return None;
            }
            blocks.push((word.into(), from..to, unpacked));
            at += 13 + letters;
        }
        let network = if net == 0 { None } else { Some(Network::read(bytes.get(net_at..)?)?) };
        Some(Self { bytes, blocks, network })
    }

    /// The sounds of a word in small letters.
    pub fn find(&self, word: &str) -> Option<Vec<u8>> {
        let word = word.as_bytes();
        let n = self.blocks.partition_point(|(first, ..)| &**first <= word).checked_sub(1)?;
        let (_, range, length) = &self.blocks[n];
        let block = unpacked(self.bytes.get(range.clone())?, *length)?;
        let (mut at, mut now) = (0usize, Vec::<u8>::new());
        while at < block.len() {
            let (shared, more) = (usize::from(block[at]), usize::from(*block.get(at + 1)?));
            now.truncate(shared);
            now.extend_from_slice(block.get(at + 2..at + 2 + more)?);
            let count = usize::from(*block.get(at + 2 + more)?);
            let sounds = at + 3 + more;
            if now == word {
                return Some(block.get(sounds..sounds + count)?.to_vec());
            }
            at = sounds + count;
        }
        None
    }

    /// The network's guess for an unknown word; `None` if there is no network, or it finds no sound.
    pub fn guess(&self, word: &str) -> Option<Vec<u8>> {
        self.network.as_ref()?.sounds(word)
    }
}

fn unpacked(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(length);
    let done = Decompress::new(false).decompress_vec(packed, &mut out, FlushDecompress::Finish).ok()?;
    (done == Status::StreamEnd && out.len() == length).then_some(out)
}
