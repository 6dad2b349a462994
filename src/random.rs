//! Seeded random numbers: one independent stream per purpose.
//!
//! Streams are ChaCha8, which is the same on every machine and in every release of `rand`. A new
//! purpose gets a new number at the end, so that existing streams, and with them old results, stay.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What a stream is for.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Purpose {
    /// Noise and misses of the sensors.
    Sensors = 1,
    /// The modelled operator's reaction.
    Operator = 2,
    /// Places and characters of crowds.
    Traffic = 3,
    /// Where perception's claims are judged.
    Probes = 4,
    /// The link: delays, bursts of loss and what they hit, each way; handovers; bandwidth.
    LinkDelayDown = 5,
    LinkDelayUp = 6,
    LinkLossDown = 7,
    LinkLossUp = 8,
    LinkCoinsDown = 9,
    LinkCoinsUp = 10,
    LinkHandover = 11,
    LinkBandwidth = 12,
}

/// The stream of this purpose in a run with this seed.
pub fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_are_repeatable_and_differ_by_purpose_and_seed() {
        let first = |seed, purpose| stream(seed, purpose).next_u64();
        assert_eq!(first(1, Purpose::Sensors), first(1, Purpose::Sensors));
        assert_ne!(first(1, Purpose::Sensors), first(1, Purpose::Operator));
        assert_ne!(first(1, Purpose::Sensors), first(2, Purpose::Sensors));
    }
}
