//! Windows virtual-key codes of the keys that `keynames` knows by X11 keysym.

/// The code for a keysym (Win32, "Virtual-Key Codes"); `None` for a key that Windows does not have.
pub fn virtual_key(keysym: u32) -> Option<u8> {
    let offset = |base: u8, first: u32| u8::try_from(keysym - first).ok().and_then(|n| base.checked_add(n));
    match keysym {
        // Digits and letters use the codes of their capitals.
        0x30..=0x39 => return offset(0x30, 0x30),
        0x41..=0x5a => return offset(0x41, 0x41),
        0x61..=0x7a => return offset(0x41, 0x61),
        // The number pad's digits; F1 to F24.
        0xffb0..=0xffb9 => return offset(0x60, 0xffb0),
        0xffbe..=0xffd5 => return offset(0x70, 0xffbe),
        _ => {}
    }
    Some(match keysym {
        0x20 => 0x20,
        0x27 => 0xde,
        0x2c => 0xbc,
        0x2d => 0xbd,
        0x2e => 0xbe,
        0x2f => 0xbf,
        0x3b => 0xba,
        0x3d => 0xbb,
        0x5b => 0xdb,
        0x5c => 0xdc,
        0x5d => 0xdd,
        0x60 => 0xc0,
        0xff08 => 0x08,
        0xff09 => 0x09,
        0xff0d => 0x0d,
        0xff13 => 0x13,
        0xff14 => 0x91,
        0xff1b => 0x1b,
        0xff50 => 0x24,
        0xff51 => 0x25,
        0xff52 => 0x26,
        0xff53 => 0x27,
        0xff54 => 0x28,
        0xff55 => 0x21,
        0xff56 => 0x22,
        0xff57 => 0x23,
        0xff61 => 0x2c,
        0xff63 => 0x2d,
        0xff67 => 0x5d,
        0xff7f => 0x90,
        0xffaa => 0x6a,
        0xffab => 0x6b,
        0xffad => 0x6d,
        0xffae => 0x6e,
        0xffaf => 0x6f,
        0xffe5 => 0x14,
        0xffff => 0x2e,
        // Modifiers, left and right; AltGr is the right Alt.
        0xffe1 => 0xa0,
        0xffe2 => 0xa1,
        0xffe3 => 0xa2,
        0xffe4 => 0xa3,
        0xffe9 => 0xa4,
        0xffea | 0xfe03 => 0xa5,
        0xffeb => 0x5b,
        0xffec => 0x5c,
        0x1008_ff11 => 0xae,
        0x1008_ff12 => 0xad,
        0x1008_ff13 => 0xaf,
        0x1008_ff14 => 0xb3,
        0x1008_ff15 => 0xb2,
        0x1008_ff16 => 0xb1,
        0x1008_ff17 => 0xb0,
        _ => return None,
    })
}

/// Resolves the side of a modifier, which raw input omits. `right` is the scan code's E0 flag, `by_scan` the key for the scan code
/// alone. `None` for codes that are not a key (0xff: part of a sequence).
pub fn sided(key: u8, right: bool, by_scan: u8) -> Option<u8> {
    match key {
        0 | 0xff => None,
        0x10 if matches!(by_scan, 0xa0 | 0xa1) => Some(by_scan),
        0x10 => Some(0xa0),
        0x11 => Some(if right { 0xa3 } else { 0xa2 }),
        0x12 => Some(if right { 0xa5 } else { 0xa4 }),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::keynames::{keysym, listened};
    use global_hotkey::hotkey::Code;

    #[test]
    fn common_push_to_talk_keys_have_their_codes() {
        for (name, codes) in [
            ("ScrollLock", vec![0x91]),
            ("Pause", vec![0x13]),
            ("F13", vec![0x7c]),
            ("Ctrl", vec![0xa2, 0xa3]),
            ("RightCtrl", vec![0xa3]),
            ("LShift", vec![0xa0]),
            ("AltGr", vec![0xa5, 0xa5]),
            ("Ctrl+Shift+Space", vec![0x20]),
            ("K", vec![0x4b]),
            ("7", vec![0x37]),
        ] {
            let wanted = listened(name).unwrap().symbols;
            assert_eq!(wanted.iter().map(|s| virtual_key(*s).unwrap()).collect::<Vec<_>>(), codes, "{name}");
        }
    }

    #[test]
    fn no_two_keys_share_a_code() {
        let mut all: Vec<u8> = (1..=24).map(|n| virtual_key(0xffbd + n).unwrap()).collect();
        for key in [Code::Space, Code::Comma, Code::Period, Code::Delete, Code::Insert, Code::NumpadDecimal, Code::Numpad0, Code::KeyA] {
            all.push(virtual_key(keysym(key).unwrap()).unwrap());
        }
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
        assert_eq!(virtual_key(0xffe6), None);
    }

    #[test]
    fn modifiers_have_sides() {
        assert_eq!(sided(0x11, false, 0xa2), Some(0xa2));
        assert_eq!(sided(0x11, true, 0), Some(0xa3));
        assert_eq!(sided(0x10, false, 0xa1), Some(0xa1));
        assert_eq!(sided(0x12, true, 0), Some(0xa5));
        assert_eq!(sided(0x91, false, 0), Some(0x91));
        assert_eq!(sided(0xff, false, 0), None);
    }
}
