//! Butterworth filters run forward and backward, so that nothing is shifted in time.
//!
//! Coefficients by the bilinear transform with prewarped cut-off, one section of second order for each
//! pair of poles. Run twice, the power at the cut-off is a quarter (-6 dB), not a half. Reference:
//! `scipy.signal`, `butter` and `filtfilt` with its default padding.

/// One section of second order, a0 = 1.
#[derive(Clone, Copy, Debug)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
    /// What it gives for a constant 1.
    gain: f64,
}

impl Section {
    /// Runs over `x` in place, as if the first value had been there for ever (what `lfilter_zi` is
    /// for).
    fn run(&self, x: &mut [f64]) {
        let Some(&first) = x.first() else { return };
        let ([b0, b1, b2], [a1, a2]) = (self.b, self.a);
        let (mut x1, mut x2) = (first, first);
        let (mut y1, mut y2) = (self.gain * first, self.gain * first);
        for v in x {
            let x0 = *v;
            // The latest output comes last: all else is ready before it.
            let y0 = (b0 * x0 + b1 * x1 + b2 * x2 - a2 * y2) - a1 * y1;
            (x2, x1, y2, y1) = (x1, x0, y1, y0);
            *v = y0;
        }
    }
}

/// A Butterworth filter of even order.
#[derive(Clone, Debug)]
pub struct Butterworth {
    sections: Vec<Section>,
}

#[derive(Clone, Copy, PartialEq)]
enum Pass {
    Low,
    High,
}

impl Butterworth {
    /// Lets through what is slower than `cutoff` (Hz). None unless the order is even and above zero,
    /// and the cut-off between zero and half the sample rate.
    #[must_use]
    pub fn low_pass(order: usize, cutoff: f64, rate: f64) -> Option<Self> {
        Self::new(Pass::Low, order, cutoff, rate)
    }

    /// Lets through what is faster than `cutoff` (Hz). None as for [`Self::low_pass`].
    #[must_use]
    pub fn high_pass(order: usize, cutoff: f64, rate: f64) -> Option<Self> {
        Self::new(Pass::High, order, cutoff, rate)
    }

    fn new(pass: Pass, order: usize, cutoff: f64, rate: f64) -> Option<Self> {
        let sensible = order > 0 && order.is_multiple_of(2) && rate.is_finite();
        if !(sensible && cutoff > 0.0 && cutoff < rate / 2.0) {
            return None;
        }
        let pi = std::f64::consts::PI;
        let k = libm::tan(pi * cutoff / rate);
        let sections = (0..order / 2)
            .map(|i| {
                // Twice the damping of this pair of poles: sqrt(2) if it is the only one.
                let damping = 2.0 * libm::sin(pi * (2 * i + 1) as f64 / (2 * order) as f64);
                let a0 = 1.0 + damping * k + k * k;
                let (b, gain) = match pass {
                    Pass::Low => (k * k / a0, 1.0),
                    Pass::High => (1.0 / a0, 0.0),
                };
                let middle = if pass == Pass::Low { 2.0 * b } else { -2.0 * b };
                Section {
                    b: [b, middle, b],
                    a: [2.0 * (k * k - 1.0) / a0, (1.0 - damping * k + k * k) / a0],
                    gain,
                }
            })
            .collect();
        Some(Self { sections })
    }

    /// Samples that are added at either end: three for each coefficient, as `scipy.signal.filtfilt`
    /// does.
    #[must_use]
    pub fn padding(&self) -> usize {
        3 * (2 * self.sections.len() + 1)
    }

    /// The signal, filtered forward and backward. Both ends are continued by their mirror image through
    /// the end point. None if a sample is not finite, or if there are no more samples than
    /// [`Self::padding`] (9 for second order): there the result would be the padding's, not the
    /// signal's.
    #[must_use]
    pub fn zero_phase(&self, x: &[f64]) -> Option<Vec<f64>> {
        let (pad, n) = (self.padding(), x.len());
        if n <= pad || !x.iter().all(|v| v.is_finite()) {
            return None;
        }
        let (first, last) = (x[0], x[n - 1]);
        let mut y = Vec::with_capacity(n + 2 * pad);
        y.extend(x[1..=pad].iter().rev().map(|v| 2.0 * first - v));
        y.extend_from_slice(x);
        y.extend(x[n - 1 - pad..n - 1].iter().rev().map(|v| 2.0 * last - v));
        for _ in 0..2 {
            self.sections.iter().for_each(|s| s.run(&mut y));
            y.reverse();
        }
        y.truncate(pad + n);
        y.drain(..pad);
        y.iter().all(|v| v.is_finite()).then_some(y)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, near, steer};
    use super::*;

    /// At samples 0, 1, 7, 500, 1234, 2998, 2999, and the sum of squares.
    #[track_caller]
    fn check(filter: Option<Butterworth>, want: [f64; 7], squares: f64) {
        let y = filter.unwrap().zero_phase(&steer()).unwrap();
        assert_eq!(y.len(), 3000);
        for (i, w) in [0, 1, 7, 500, 1234, 2998, 2999].into_iter().zip(want) {
            near(y[i], w, 1e-9);
        }
        near(y.iter().map(|v| v * v).sum(), squares, 1e-9);
    }

    // scipy 1.17.1: filtfilt(*butter(order, cutoff, kind, fs=100), steer)

    #[test]
    fn low_pass_of_second_order() {
        check(
            Butterworth::low_pass(2, 2.0, RATE),
            [
                1.976974990469951,
                2.1498936414930383,
                3.1745191328630153,
                -1.748997391263467,
                -0.9758421791055165,
                0.4267737708725792,
                0.539534534251369,
            ],
            109278.76015251812,
        );
        check(
            Butterworth::low_pass(2, 0.6, RATE),
            [
                2.321964395317045,
                2.389582791047032,
                2.7967769319357756,
                -0.511826552389439,
                0.5555451619013526,
                -4.509597187198101,
                -4.502511836183576,
            ],
            95795.6181950315,
        );
    }

    #[test]
    fn low_pass_of_higher_order() {
        check(
            Butterworth::low_pass(4, 2.0, RATE),
            [
                1.9053525557524986,
                2.0907940407587016,
                3.172668226975435,
                -1.8349714553217664,
                -0.9772185881608921,
                -0.409285658936941,
                -0.35381156115369927,
            ],
            109783.82628973133,
        );
        // Order 8: sosfiltfilt(butter(8, 3, fs=100, output='sos'), steer)
        check(
            Butterworth::low_pass(8, 3.0, RATE),
            [
                1.964735024548024,
                2.1946226283647983,
                3.46428886367033,
                -1.9431039501330043,
                -0.8293017468720539,
                0.9524882518158312,
                1.0676038990520105,
            ],
            110037.70116101882,
        );
    }

    #[test]
    fn high_pass() {
        check(
            Butterworth::high_pass(2, 0.1, RATE),
            [
                0.14746740771633915,
                0.4200542741821216,
                1.7928363393100302,
                -1.923071995296036,
                -0.8256960520466361,
                -2.2810000383686457,
                -2.055508632192173,
            ],
            100623.71017996647,
        );
        check(
            Butterworth::high_pass(4, 0.5, RATE),
            [
                0.08559656897647616,
                0.30574946358117505,
                1.3582999526181583,
                -1.8499405545478451,
                -2.1452598487758605,
                0.6962422101388355,
                0.7140991153245824,
            ],
            11931.142108210974,
        );
    }

    #[test]
    fn shortest_signal() {
        let filter = Butterworth::low_pass(2, 2.0, RATE).unwrap();
        assert_eq!(filter.padding(), 9);
        // scipy 1.17.1: filtfilt(*butter(2, 2, fs=100), steer[:10]); with steer[:9] it raises
        // ValueError.
        let want = [
            1.9403080897116851,
            2.0835285324466772,
            2.223253184284388,
            2.358078898038775,
            2.486667063772887,
            2.607773365265186,
            2.7202757967257716,
            2.823200947169135,
            2.9157485874760325,
            2.997314623057858,
        ];
        let y = filter.zero_phase(&steer()[..10]).unwrap();
        y.iter().zip(want).for_each(|(y, w)| near(*y, w, 1e-9));
        assert_eq!(filter.zero_phase(&steer()[..9]), None);
        assert_eq!(filter.zero_phase(&[]), None);
    }

    #[test]
    fn constants_pass_low_and_vanish_high() {
        let x = [4.0; 50];
        let low = Butterworth::low_pass(2, 1.0, RATE)
            .unwrap()
            .zero_phase(&x)
            .unwrap();
        let high = Butterworth::high_pass(2, 1.0, RATE)
            .unwrap()
            .zero_phase(&x)
            .unwrap();
        low.iter().for_each(|y| near(*y, 4.0, 1e-9));
        high.iter().for_each(|y| near(*y, 0.0, 1e-9));
    }

    #[test]
    fn what_makes_no_sense() {
        assert!(Butterworth::low_pass(0, 1.0, RATE).is_none());
        assert!(Butterworth::low_pass(3, 1.0, RATE).is_none());
        assert!(Butterworth::low_pass(2, 50.0, RATE).is_none());
        assert!(Butterworth::low_pass(2, 0.0, RATE).is_none());
        assert!(Butterworth::high_pass(2, f64::NAN, RATE).is_none());
        assert!(Butterworth::high_pass(2, 1.0, f64::INFINITY).is_none());
        let mut x = steer();
        x[5] = f64::NAN;
        assert!(
            Butterworth::low_pass(2, 1.0, RATE)
                .unwrap()
                .zero_phase(&x)
                .is_none()
        );
    }
}
