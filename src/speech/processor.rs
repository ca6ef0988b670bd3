//! Checks that this processor has the instructions that speech recognition was built with.
//!
//! ggml is built for named instructions (`GGML_NATIVE=OFF` ignores the builder's own), and would crash on an older
//! processor. This check therefore runs before any of its code.

use crate::problem::{Part, Problem};

/// A problem where recognition would run into an illegal instruction.
pub fn check() -> Result<(), Problem> {
    #[cfg(target_arch = "x86_64")]
    let has = [
        ("AVX", is_x86_feature_detected!("avx")),
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("FMA", is_x86_feature_detected!("fma")),
        ("F16C", is_x86_feature_detected!("f16c")),
        ("BMI2", is_x86_feature_detected!("bmi2")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let has: [(&str, bool); 0] = [];
    judge(&has)
}

fn judge(has: &[(&str, bool)]) -> Result<(), Problem> {
    let lacking: Vec<&str> = has.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Problem::new("speech recognition cannot run on this processor")
        .because(format!("it lacks {}, which processors have since about 2013 (Intel) and 2015 (AMD)", lacking.join(", ")))
        .fix("type to the controller with `stratus say TEXT`; everything else works")
        .about(Part::SpeechModel)
        .brief("Speech recognition cannot run here", "This processor is too old for it.")
        .remedy("Type your calls with \u{201c}stratus say\u{201d}; everything else works."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_processor_is_told_which_instructions_it_lacks() {
        assert_eq!(judge(&[("AVX", true), ("FMA", true)]), Ok(()));
        let p = judge(&[("AVX", true), ("AVX2", false), ("FMA", false)]).unwrap_err();
        assert!(p.why[0].contains("AVX2, FMA") && !p.fix.is_empty(), "{p}");
        // A processor that runs these tests also runs recognition in them.
        assert_eq!(check(), Ok(()));
    }
}
