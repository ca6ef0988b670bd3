//! The kernel's event filter for one reader of a keyboard (EVIOCSMASK): only the push-to-talk key's events get through.
//!
//! Stratus never receives other typed keys, and they never wake it up. The ioctl is unsafe because the kernel reads a bitmap by its
//! address.

#![allow(unsafe_code, reason = "an ioctl that hands over an address; it says why it is sound")]

use std::collections::BTreeSet;
use std::fs::File;
use std::os::fd::AsRawFd;

/// linux/input.h's input_mask.
#[repr(C)]
struct InputMask {
    kind: u32,
    /// Size of the bitmap, bytes.
    size: u32,
    /// Address of the bitmap.
    codes: u64,
}

/// `_IOW('E', 0x93, struct input_mask)` (linux/input.h).
const EVIOCSMASK: u64 = (1 << 30) | ((size_of::<InputMask>() as u64) << 16) | (0x45 << 8) | 0x93;
/// EV_KEY, and the event types to block entirely: EV_REL, EV_ABS, EV_MSC, EV_SW, EV_LED, EV_SND, EV_REP.
const KEY: u32 = 1;
const OTHERS: [u32; 7] = [2, 3, 4, 5, 0x11, 0x12, 0x14];
/// Codes below KEY_CNT (0x300).
const KEYS: usize = 0x300;

/// Makes the kernel deliver only these keys. If it cannot (before Linux 4.4), the reader filters alone.
pub(super) fn only(keyboard: &File, codes: &BTreeSet<u16>) {
    let bits = bitmap(codes);
    let asked = set(keyboard, KEY, &bits);
    OTHERS.iter().for_each(|kind| drop(set(keyboard, *kind, &[])));
    if let Err(e) = asked {
        log::debug!("the kernel filters no keys: {e}");
    }
}

/// One bit per code, lowest first.
fn bitmap(codes: &BTreeSet<u16>) -> [u8; KEYS / 8] {
    let mut bits = [0u8; KEYS / 8];
    for code in codes {
        if let Some(byte) = bits.get_mut(usize::from(code / 8)) {
            *byte |= 1 << (code % 8);
        }
    }
    bits
}

fn set(keyboard: &File, kind: u32, bits: &[u8]) -> std::io::Result<()> {
    let mask = InputMask { kind, size: u32::try_from(bits.len()).unwrap_or(0), codes: bits.as_ptr() as u64 };
    // SAFETY: the request's structure is passed by address, as the kernel requires. The kernel reads `size` bytes at `codes`, which
    // live until the call returns, and writes nothing.
    let done = unsafe { libc::ioctl(keyboard.as_raw_fd(), EVIOCSMASK as libc::Ioctl, &raw const mask) };
    if done == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_matches_the_kernel_and_bitmap_has_the_keys() {
        // The value of linux/input.h's macro on x86 and ARM.
        assert_eq!(EVIOCSMASK, 0x4010_4593);
        if cfg!(target_endian = "little") {
            let bits = bitmap(&BTreeSet::from([0, 70, 97]));
            assert_eq!((bits[0], bits[8], bits[12], bits.iter().map(|b| b.count_ones()).sum::<u32>()), (1, 1 << 6, 1 << 1, 3));
        }
        // A file that is not a keyboard rejects the request, without further effect.
        only(&tempfile::tempfile().unwrap(), &BTreeSet::from([70]));
    }
}
