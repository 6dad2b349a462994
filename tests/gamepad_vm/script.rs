//! Random scripts for the virtual pad, and what another program would do to it.

/// A script, and how long it takes.
pub struct Script {
    pub text: String,
    pub seconds: f64,
}

/// Numbers that look random and are the same every time (a linear congruential generator; the
/// multiplier is Knuth's, MMIX).
pub struct Lcg(pub u64);

impl Lcg {
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Bursts of moves, single presses, silences up to 8 s, and one of `longest` s, for about `seconds`;
/// then, after a silence, the take-over button. Until that nothing drives, or the car would leave the road.
pub fn random(seed: u64, seconds: f64, longest: f64) -> Script {
    let mut random = Lcg(seed);
    let mut text = String::new();
    let mut t = 0.5;
    let mut silence = 0;
    let mut held = false;
    let mut last = [0_i64; 3];
    while t < seconds {
        // The first event after each silence is a button or a stick in turn: both matter.
        if silence % 2 == 0 {
            held = !held;
            text += &format!("{t:.4} button BTN_TL {}\n", u8::from(held));
        }
        for _ in 0..random.next(200) + 50 {
            let n = random.next(3) as usize;
            let axis = ["ABS_RX", "ABS_RY", "ABS_Y"][n];
            let value = random.next(65_000) as i64 - 32_500;
            // The kernel smooths or drops small moves of this pad.
            if value.abs_diff(last[n]) < 64 {
                continue;
            }
            last[n] = value;
            text += &format!("{t:.4} axis {axis} {value}\n");
            t += 0.001 + random.next(16_000) as f64 / 1e6;
        }
        let share = random.next(1000) as f64 / 1000.0;
        t += if silence == 1 {
            longest
        } else {
            0.3 + longest.min(8.0) * share * share
        };
        silence += 1;
    }
    t += 3.0;
    text += &format!(
        "{t:.4} button BTN_SOUTH 1\n{:.4} button BTN_SOUTH 0\n",
        t + 0.2
    );
    Script {
        text,
        seconds: t + 0.2,
    }
}
