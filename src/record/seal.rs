//! The chain of hashes that makes a change of a record evident.
//!
//! After every chunk comes a seal: SHA-256 over the seal before it and all bytes in between. So each
//! seal stands for everything before it, and the last one, the head, for the whole file. Behind the
//! head there is only what follows from the rest ([`super::ending`]).
//!
//! It is no signature: whoever can change the file can seal it anew. Who needs to prove that nobody did
//! keeps the head elsewhere (a run prints it) and checks with `takeover verify LOG --head HEAD`.

use super::layout::Fields;
use sha2::{Digest, Sha256};

/// SHA-256.
pub type Hash = [u8; 32];

/// The chain, up to a place in a file.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Seals so far.
    pub number: u64,
    /// The last one's hash; zeros before the first.
    pub head: Hash,
    since: Sha256,
}

impl Default for Chain {
    fn default() -> Self {
        Self::after(0, [0; 32])
    }
}

impl Chain {
    /// Goes on after a seal.
    pub fn after(number: u64, head: Hash) -> Self {
        let mut since = Sha256::new();
        since.update(head);
        Self {
            number,
            head,
            since,
        }
    }

    /// Bytes that follow.
    pub fn add(&mut self, bytes: &[u8]) {
        self.since.update(bytes);
    }

    /// The body of the seal that belongs here; the chain goes on after it.
    pub fn seal(&mut self) -> Vec<u8> {
        let head: Hash = self.since.clone().finalize().into();
        *self = Self::after(self.number + 1, head);
        let mut body = self.number.to_le_bytes().to_vec();
        body.extend(head);
        body
    }

    /// Whether this is the body of the seal that belongs here; if so the chain goes on after it.
    pub fn fits(&mut self, body: &[u8]) -> bool {
        let mut next = self.clone();
        let fits = next.seal() == body;
        if fits {
            *self = next;
        }
        fits
    }
}

/// Number and hash of a seal.
pub fn parse(body: &[u8]) -> Option<(u64, Hash)> {
    let mut f = Fields::of(body);
    let number = f.number::<8>()?;
    let hash = f.take(32)?.try_into().ok()?;
    (f.at == body.len()).then_some((number, hash))
}

/// As people write it.
pub fn hex(hash: &Hash) -> String {
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_sha_256_over_the_link_before_and_what_follows() {
        let mut chain = Chain::default();
        chain.add(b"ab");
        chain.add(b"c");
        let body = chain.seal();
        assert_eq!(body.len(), 40);
        // printf '%064d' 0 | xxd -r -p | cat - <(printf abc) | sha256sum
        let mut whole = vec![0; 32];
        whole.extend(b"abc");
        let expected: Hash = Sha256::digest(&whole).into();
        assert_eq!(parse(&body), Some((1, expected)));
        chain.add(b"d");
        let mut other = Chain::after(1, expected);
        other.add(b"d");
        let seal = chain.seal();
        assert!(other.fits(&seal) && other.number == 2);
        assert!(!other.fits(&seal), "the same seal again is another place's");
    }

    #[test]
    fn hashes_are_written_in_hexadecimal() {
        let empty: Hash = Sha256::digest(b"").into();
        // FIPS 180-4's empty message.
        assert_eq!(
            hex(&empty),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
