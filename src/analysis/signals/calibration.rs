//! Calibration: of what is said with confidence p, is a share p right?

use super::normal::Z_95;
use super::samples::finite;
use serde::Serialize;

/// Bins of a reliability table if nothing else is asked for (Guo et al. 2017).
pub const BINS: usize = 15;

/// Something that was said with a confidence, and whether it was right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// From 0 to 1.
    pub confidence: f64,
    /// Was it?
    pub right: bool,
}

impl Judged {
    fn outcome(&self) -> f64 {
        f64::from(u8::from(self.right))
    }
}

/// How confidences are put into bins. In both, a confidence on an edge belongs to the bin below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Binning {
    /// Bins of equal width: (k / M, (k + 1) / M], the first with its lower edge (Guo et al. 2017).
    EqualWidth,
    /// Edges at quantiles (by linear interpolation, as `numpy.percentile`), so that bins hold about
    /// equally many; equal confidences stay together (adaptive ECE, Nixon et al. 2019).
    EqualMass,
}

/// One bin that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Lower edge.
    pub lower: f64,
    /// Upper edge.
    pub upper: f64,
    /// How many.
    pub n: usize,
    /// Mean confidence.
    pub confidence: f64,
    /// Share that was right.
    pub right: f64,
    /// Wilson's 95 % interval of that share, lower end.
    pub right_low: f64,
    /// Upper end.
    pub right_high: f64,
}

/// A reliability table and what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// How many were judged.
    pub n: usize,
    /// How they were put into bins.
    pub binning: Binning,
    /// Bins asked for.
    pub asked: usize,
    /// Those that are not empty.
    pub bins: Vec<Bin>,
    /// Expected calibration error: Σ (n_k / N) |right_k - confidence_k| (Naeini et al. 2015). It
    /// depends on the bins: report them with it.
    pub ece: f64,
    /// Maximum calibration error: the greatest |right_k - confidence_k|.
    pub mce: f64,
    /// Brier score and its parts.
    pub brier: Brier,
}

/// Brier score: mean (confidence - right)² = reliability - resolution + uncertainty + within.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Brier {
    /// 0 is best. It does not depend on the bins; its parts do.
    pub score: f64,
    /// Σ (n_k / N) (confidence_k - right_k)² (Murphy 1973).
    pub reliability: f64,
    /// Σ (n_k / N) (right_k - right)².
    pub resolution: f64,
    /// right (1 - right).
    pub uncertainty: f64,
    /// What is left because the confidences of a bin are not all the same (Stephenson et al. 2008). 0
    /// if they are; then Murphy's three are exact.
    pub within: f64,
}

/// Reliability table with `bins` bins. None if nothing was judged, `bins` is 0, or a confidence is not
/// from 0 to 1.
#[must_use]
pub fn reliability(judged: &[Judged], bins: usize, binning: Binning) -> Option<Reliability> {
    if bins == 0 || !valid(judged) {
        return None;
    }
    let edges = edges(judged, bins, binning);
    let mut sums = vec![Sums::default(); edges.len() - 1];
    for j in judged {
        // Edges below it, of those between bins.
        let inner = &edges[1..edges.len() - 1];
        sums[inner.partition_point(|edge| *edge < j.confidence)].add(j);
    }
    let n = judged.len();
    let right = judged.iter().map(Judged::outcome).sum::<f64>() / n as f64;
    let score = judged
        .iter()
        .map(|j| (j.confidence - j.outcome()) * (j.confidence - j.outcome()))
        .sum::<f64>();
    let mut out = Reliability {
        n,
        binning,
        asked: bins,
        bins: Vec::new(),
        ece: 0.0,
        mce: 0.0,
        brier: Brier {
            score: score / n as f64,
            reliability: 0.0,
            resolution: 0.0,
            uncertainty: right * (1.0 - right),
            within: 0.0,
        },
    };
    for (i, sums) in sums.iter().enumerate().filter(|(_, s)| s.n > 0) {
        let bin = sums.bin(edges[i], edges[i + 1]);
        let (weight, off) = (bin.n as f64 / n as f64, bin.confidence - bin.right);
        out.ece += weight * off.abs();
        out.mce = out.mce.max(off.abs());
        out.brier.reliability += weight * off * off;
        out.brier.resolution += weight * (bin.right - right) * (bin.right - right);
        out.bins.push(bin);
    }
    let Brier {
        score,
        reliability,
        resolution,
        uncertainty,
        ..
    } = out.brier;
    out.brier.within = score - (reliability - resolution + uncertainty);
    Some(out)
}

fn valid(judged: &[Judged]) -> bool {
    !judged.is_empty() && judged.iter().all(|j| (0.0..=1.0).contains(&j.confidence))
}

fn edges(judged: &[Judged], bins: usize, binning: Binning) -> Vec<f64> {
    if binning == Binning::EqualWidth {
        return (0..=bins).map(|k| k as f64 / bins as f64).collect();
    }
    let mut sorted: Vec<f64> = judged.iter().map(|j| j.confidence).collect();
    sorted.sort_by(f64::total_cmp);
    let quantile = |k: usize| {
        let place = k as f64 / bins as f64 * (sorted.len() - 1) as f64;
        let (i, part) = (place as usize, place.fract());
        let next = sorted.get(i + 1).unwrap_or(&sorted[i]);
        sorted[i] + part * (next - sorted[i])
    };
    (0..=bins).map(quantile).collect()
}

#[derive(Clone, Copy, Default)]
struct Sums {
    n: usize,
    confidence: f64,
    right: usize,
}

impl Sums {
    fn add(&mut self, j: &Judged) {
        self.n += 1;
        self.confidence += j.confidence;
        self.right += usize::from(j.right);
    }

    fn bin(&self, lower: f64, upper: f64) -> Bin {
        let n = self.n as f64;
        let (right_low, right_high) = wilson(self.right, self.n);
        Bin {
            lower,
            upper,
            n: self.n,
            confidence: self.confidence / n,
            right: self.right as f64 / n,
            right_low,
            right_high,
        }
    }
}

/// 95 % interval of a share (Wilson 1927), of `k` in `n` above 0.
fn wilson(k: usize, n: usize) -> (f64, f64) {
    let (n, p, z2) = (n as f64, k as f64 / n as f64, Z_95 * Z_95);
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = Z_95 * libm::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n)) / (1.0 + z2 / n);
    // At 0 and 1 the ends are those numbers, but for rounding.
    let low = if p == 0.0 { 0.0 } else { middle - reach };
    (
        low.max(0.0),
        if p == 1.0 {
            1.0
        } else {
            (middle + reach).min(1.0)
        },
    )
}

/// Logarithmic loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LogLoss {
    /// How many were judged.
    pub n: usize,
    /// Mean of -ln(probability given to what came out), nats.
    pub mean: f64,
    /// How many were wrong with a confidence of 1 or right with one of 0: their loss is infinite, and
    /// is taken as that of a probability of 2.2e-16 (as `sklearn.metrics.log_loss`). With any of these,
    /// mistrust the mean.
    pub clipped: usize,
}

/// Logarithmic loss. None as for [`reliability`].
#[must_use]
pub fn log_loss(judged: &[Judged]) -> Option<LogLoss> {
    if !valid(judged) {
        return None;
    }
    let (mut sum, mut clipped) = (0.0, 0);
    for j in judged {
        let p = if j.right {
            j.confidence
        } else {
            1.0 - j.confidence
        };
        clipped += usize::from(p <= 0.0);
        sum -= libm::log(p.max(f64::EPSILON));
    }
    let n = judged.len();
    Some(LogLoss {
        n,
        mean: sum / n as f64,
        clipped,
    })
}

/// How well confidence tells right from wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Auc {
    /// How many were right.
    pub right: usize,
    /// How many were wrong.
    pub wrong: usize,
    /// Area under the ROC curve: chance that one that was right had more confidence than one that was
    /// wrong, ties by half (Mann-Whitney).
    pub area: f64,
    /// Its standard error (Hanley & McNeil 1982).
    pub standard_error: f64,
}

/// Area under the ROC curve of confidence. None as for [`reliability`], or if all were right or all
/// were wrong.
#[must_use]
pub fn auc(judged: &[Judged]) -> Option<Auc> {
    if !valid(judged) {
        return None;
    }
    let mut sorted = judged.to_vec();
    sorted.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let right = judged.iter().filter(|j| j.right).count();
    let wrong = judged.len() - right;
    if right == 0 || wrong == 0 {
        return None;
    }
    // Pairs in which the right one had more confidence, those of a tie by half.
    let (mut pairs, mut wrong_below) = (0.0, 0_usize);
    for tie in sorted.chunk_by(|a, b| a.confidence == b.confidence) {
        let tie_right = tie.iter().filter(|j| j.right).count();
        let tie_wrong = tie.len() - tie_right;
        pairs += tie_right as f64 * (wrong_below as f64 + tie_wrong as f64 / 2.0);
        wrong_below += tie_wrong;
    }
    let (n, m) = (right as f64, wrong as f64);
    let area = pairs / (n * m);
    let (q1, q2) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
    let square = area * area;
    let variance =
        (area - square + (n - 1.0) * (q1 - square) + (m - 1.0) * (q2 - square)) / (n * m);
    let standard_error = finite(libm::sqrt(variance.max(0.0)))?;
    Some(Auc {
        right,
        wrong,
        area,
        standard_error,
    })
}

/// Temperature T that makes confidences 1 / (1 + e^(-z / T)) of logits `z` fit best, by greatest
/// likelihood (Guo et al. 2017): above 1, they were too sure. Fit it on other data than it is judged
/// by.
///
/// None if there is no finite one above zero: nothing is there, the logits tell the outcomes
/// apart without a mistake (the surer the better), or they are no better than guessing.
/// `logits` pairs z with "was right".
#[must_use]
pub fn temperature(logits: &[(f64, bool)]) -> Option<f64> {
    if !logits.iter().all(|(z, _)| z.is_finite()) {
        return None;
    }
    // Slope of the loss over b = 1 / T; it only rises.
    let slope = |b: f64| -> f64 {
        let term = |(z, right): &(f64, bool)| {
            z * (1.0 / (1.0 + libm::exp(-b * z)) - f64::from(u8::from(*right)))
        };
        logits.iter().map(term).sum()
    };
    let (mut low, mut high) = (0.0, 1e6);
    if !(slope(low) < 0.0 && slope(high) > 0.0) {
        return None;
    }
    // Every step halves what is left.
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if slope(middle) < 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    finite(2.0 / (low + high))
}

#[cfg(test)]
#[path = "calibration_tests.rs"]
mod tests;
