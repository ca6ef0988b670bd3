//! Functions for the bins of a spectrum, with a relative error of about 1e-6 and without branches or calls. The
//! compiler therefore vectorises loops of them, over four to sixteen bins at once on any processor.

/// Adding and subtracting this rounds a number below 2^22 to the nearest integer, in one instruction each.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let t = (x.clamp(-80.0, 80.0)) * std::f32::consts::LOG2_E;
    let r = t + ROUND;
    let f = t - (r - ROUND);
    // 2^f for -0.5 to 0.5: Taylor's series of e^(f ln 2) to the sixth power.
    let p = 1.0
        + f * (std::f32::consts::LN_2
            + f * (0.240_226_5 + f * (0.055_504_11 + f * (0.009_618_129 + f * (0.001_333_355_8 + f * 0.000_154_035_3)))));
    let whole = r.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    p * f32::from_bits(whole)
}

#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x.clamp(-10.0, 10.0)) + 1.0)
}

/// Sine and cosine of an angle in whole turns.
#[inline(always)]
pub fn turn(turns: f32) -> (f32, f32) {
    let t = turns - ((turns + ROUND) - ROUND);
    // Half of the angle is within a quarter turn on both sides, where short series are exact.
    let h = t * std::f32::consts::PI;
    let q = h * h;
    let s = h * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362_880.0 - q * (1.0 / 39_916_800.0))))));
    let c = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40_320.0 + q * (-1.0 / 3_628_800.0 + q / 479_001_600.0)))));
    (2.0 * s * c, 1.0 - 2.0 * s * s)
}

/// Noise; the same seed gives the same noise (xorshift64*).
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Approximately normal, with variance 1: the sum of four uniform numbers. Before a bin's noise is heard, it is
    /// added to that of its neighbours and of other frames, so the tails of the true distribution do not matter.
    #[inline(always)]
    pub fn normal(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let x = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        let sum = (x & 0xffff) + (x >> 16 & 0xffff) + (x >> 32 & 0xffff) + (x >> 48);
        (sum as f32 - 131_070.0) * (1.732_050_8 / 65_536.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_match_the_standard_library() {
        for i in -4000..=4000 {
            let x = i as f32 * 0.01;
            assert!((exp(x) / x.exp() - 1.0).abs() < 2e-6 * (1.0 + x.abs()), "exp {x}: {} {}", exp(x), x.exp());
            assert!((tanh(x) - x.tanh()).abs() < 1e-6, "tanh {x}");
            let (s, c) = turn(x);
            let exact = f64::from(x) * std::f64::consts::TAU;
            assert!((f64::from(s) - exact.sin()).abs() < 2e-5 && (f64::from(c) - exact.cos()).abs() < 2e-5, "{x}: {s} {c}");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-30 && exp(f32::INFINITY).is_finite());
    }

    #[test]
    fn noise_has_variance_one_and_follows_its_seed() {
        let all = |seed| {
            let mut n = Noise::new(seed);
            (0..100_000).map(|_| n.normal()).collect::<Vec<f32>>()
        };
        let a = all(1);
        let mean = a.iter().sum::<f32>() / 1e5;
        let variance = a.iter().map(|x| x * x).sum::<f32>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        assert!(a == all(1) && a != all(2));
    }
}
