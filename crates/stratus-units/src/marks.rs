//! Nationality marks of aircraft: what stands before the hyphen of a registration.

/// The nationality marks with a digit. The authority is the supplement to ICAO Annex 7, against which this
/// table has not been checked. Of marks with three characters, the first two.
#[rustfmt::skip]
const MARKS: [&str; 94] = [
    "3A", "3B", "3C", "3D", "3X", "4J", "4K", "4L", "4O", "4R", "4W", "4X", "4Z", "5A", "5B", "5H", "5N", "5R", "5T", "5U",
    "5V", "5W", "5X", "5Y", "6O", "6V", "6W", "6Y", "7O", "7P", "7Q", "7T", "8P", "8Q", "8R", "9A", "9G", "9H", "9J", "9K",
    "9L", "9M", "9N", "9Q", "9S", "9T", "9U", "9V", "9X", "9Y", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "C2", "C3",
    "C5", "C6", "C9", "D2", "D4", "D6", "E3", "E5", "E7", "H4", "J2", "J3", "J5", "J6", "J7", "J8", "P2", "P4", "S2", "S5",
    "S7", "S9", "T2", "T3", "T7", "T8", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "Z3",
];

/// Whether these two characters begin a nationality mark with a digit.
pub fn has_figure(two: &str) -> bool {
    MARKS.contains(&two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_with_a_digit_are_told_from_other_pairs() {
        for mark in ["5Y", "9V", "V5", "A2", "4X", "S5", "7Q", "Z3"] {
            assert!(has_figure(mark), "{mark}");
        }
        for other in ["N1", "G1", "1A", "28", "VH", "K2", ""] {
            assert!(!has_figure(other), "{other}");
        }
    }
}
