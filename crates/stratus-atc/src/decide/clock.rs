//! Times of the day in minutes, as a controller assigns them: for a hold, a release.

/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;

/// The time this many minutes later.
pub(super) fn later(now: u16, minutes: u16) -> u16 {
    (now + minutes) % DAY_MIN
}

/// The first multiple of `step` minutes that is at least this many minutes later.
pub(super) fn later_by_steps(now: u16, minutes: u16, step: u16) -> u16 {
    ((now + minutes).div_ceil(step) * step) % DAY_MIN
}

/// Whether a time of the day has come, within half a day.
pub(super) fn has_come(until: u16, now: u16) -> bool {
    (now + DAY_MIN - until) % DAY_MIN < DAY_MIN / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_on_past_midnight() {
        assert!(!has_come(615, 600) && !has_come(5, 1430) && has_come(615, 615) && has_come(5, 6));
        assert_eq!((later(1435, 10), later_by_steps(1431, 15, 5), later_by_steps(600, 15, 5)), (5, 10, 615));
    }
}
