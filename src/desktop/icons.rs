//! The tray icon as pixels, one image per state, rendered from `icons/*.svg` by `scripts/icons.sh`.

use crate::event::TrayState;

/// Width and height of every icon, pixels. Trays scale it down; 64 also suits high-density screens.
pub const SIZE: u32 = 64;

/// The image for a state: `SIZE` x `SIZE` pixels of red, green, blue, alpha, not premultiplied.
pub fn rgba(state: TrayState) -> &'static [u8] {
    match state {
        TrayState::Ready => include_bytes!("../../icons/rendered/ready-64.rgba"),
        TrayState::Listening => include_bytes!("../../icons/rendered/listening-64.rgba"),
        TrayState::Thinking => include_bytes!("../../icons/rendered/thinking-64.rgba"),
        TrayState::Speaking => include_bytes!("../../icons/rendered/speaking-64.rgba"),
        TrayState::Fault => include_bytes!("../../icons/rendered/fault-64.rgba"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrayState::{Fault, Listening, Ready, Speaking, Thinking};

    #[test]
    fn every_state_has_its_own_icon_of_the_right_size() {
        let all = [Ready, Listening, Thinking, Speaking, Fault];
        for (i, a) in all.iter().enumerate() {
            assert_eq!(rgba(*a).len(), (SIZE * SIZE * 4) as usize);
            for b in &all[i + 1..] {
                assert!(rgba(*a) != rgba(*b), "{a:?} looks like {b:?}");
            }
        }
    }

    #[test]
    fn icon_has_clear_corners_and_a_dark_and_a_light_edge() {
        for state in [Ready, Listening, Thinking, Speaking, Fault] {
            let p = rgba(state);
            assert_eq!(p[3], 0, "{state:?}: the corner is not clear");
            let solid = p.chunks_exact(4).filter(|p| p[3] > 200);
            let sum = |p: &[u8]| u32::from(p[0]) + u32::from(p[1]) + u32::from(p[2]);
            assert!(solid.clone().any(|p| sum(p) < 150), "{state:?}: nothing dark for a light bar");
            assert!(solid.clone().any(|p| sum(p) > 600), "{state:?}: nothing light for a dark bar");
        }
    }
}
