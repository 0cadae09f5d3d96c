//! Random numbers by their index: Philox4x32-10.
//!
//! J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
//! A block of 128 bits is a function of a counter of 128 bits and a key of 64: no state, so that a
//! sample depends on its number and the seed alone. Why not a crate: docs/dependencies.md.

// Lanes and registers are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

use super::simd::{Instructions, Task, widely};

/// Blocks made together. Each round waits for the multiplications of the one before, so several
/// vectors must be on their way.
pub(crate) const LANES: usize = 16;
/// Words of 64 bits in as many blocks.
pub(crate) const WORDS: usize = 2 * LANES;

const MULTIPLIER: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
const WEYL: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const ROUNDS: usize = 10;
const LOW: u64 = 0xffff_ffff;

/// Which sequence of blocks: the counter of block `k` is `(k, part, stream)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    pub seed: u64,
    pub stream: u32,
    pub part: u32,
}

impl Stream {
    /// The words of a single block.
    pub fn block(self, index: u64) -> [u64; 2] {
        let mut c = [index & LOW, index >> 32, u64::from(self.part), u64::from(self.stream)];
        let mut key = [self.seed as u32, (self.seed >> 32) as u32];
        for _ in 0..ROUNDS {
            let (p, q) = (MULTIPLIER[0] * c[0], MULTIPLIER[1] * c[2]);
            c = [(q >> 32) ^ c[1] ^ u64::from(key[0]), q & LOW, (p >> 32) ^ c[3] ^ u64::from(key[1]), p & LOW];
            key = next(key);
        }
        [c[0] | c[1] << 32, c[2] | c[3] << 32]
    }

    /// The blocks `first`, `first + 1`, ...: of each group of [`LANES`] the first words, then the
    /// second ones.
    pub fn fill(self, set: Instructions, first: u64, out: &mut [[u64; WORDS]]) {
        widely(set, Fill { stream: self, first, out });
    }
}

struct Fill<'a> {
    stream: Stream,
    first: u64,
    out: &'a mut [[u64; WORDS]],
}

impl Task for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (g, out) in self.out.iter_mut().enumerate() {
            let words = blocks(self.stream, self.first.wrapping_add((g * LANES) as u64));
            out[..LANES].copy_from_slice(&words[0]);
            out[LANES..].copy_from_slice(&words[1]);
        }
    }
}

#[inline(always)]
fn next(key: [u32; 2]) -> [u32; 2] {
    [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])]
}

/// As [`Stream::block`], in the shape that compilers make vectors of: step by step, each for all
/// lanes, and no call, since what is not inlined is not compiled for these instructions. Only the
/// lower halves of numbers count between rounds.
#[inline(always)]
fn blocks(stream: Stream, first: u64) -> [[u64; LANES]; 2] {
    let (mut c0, mut c1) = ([0; LANES], [0; LANES]);
    let (mut c2, mut c3) = ([u64::from(stream.part); LANES], [u64::from(stream.stream); LANES]);
    for l in 0..LANES {
        let index = first.wrapping_add(l as u64);
        (c0[l], c1[l]) = (index, index >> 32);
    }
    let mut key = [stream.seed as u32, (stream.seed >> 32) as u32];
    for _ in 0..ROUNDS {
        let (k0, k1) = (u64::from(key[0]), u64::from(key[1]));
        for l in 0..LANES {
            let (p, q) = (MULTIPLIER[0] * (c0[l] & LOW), MULTIPLIER[1] * (c2[l] & LOW));
            c0[l] = (q >> 32) ^ c1[l] ^ k0;
            c2[l] = (p >> 32) ^ c3[l] ^ k1;
            (c1[l], c3[l]) = (q, p);
        }
        key = next(key);
    }
    let mut words = [[0; LANES]; 2];
    for l in 0..LANES {
        words[0][l] = (c0[l] & LOW) | c1[l] << 32;
        words[1][l] = (c2[l] & LOW) | c3[l] << 32;
    }
    words
}

/// Fills the list with Philox blocks, 16 bytes each: timed, the limit beside which the samplers are
/// to be seen.
pub fn random_words(set: Instructions, seed: u64, out: &mut [[u64; 32]]) {
    Stream { seed, stream: 0, part: 0 }.fill(set, 0, out);
}

/// A number of `[0, 1)` from the 52 upper bits.
#[inline(always)]
pub(crate) fn unit(word: u64) -> f64 {
    f64::from_bits(word >> 12 | 0x3ff0_0000_0000_0000) - 1.0
}

/// Two numbers of `[0, 1)`, from the lower and from the upper 32 bits.
#[inline(always)]
pub(crate) fn halves(word: u64) -> [f64; 2] {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    let (low, high) = ((word << 20) & 0x000f_ffff_ffff_ffff, (word >> 12) & 0x000f_ffff_fff0_0000);
    [f64::from_bits(low | ONE) - 1.0, f64::from_bits(high | ONE) - 1.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers that come with the authors' library Random123 (kat_vectors, philox4x32
    /// 10).
    #[test]
    fn known_answers() {
        let words = |seed, stream, part, first| {
            let [a, b] = Stream { seed, stream, part }.block(first);
            [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32]
        };
        assert_eq!(words(0, 0, 0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(words(u64::MAX, u32::MAX, u32::MAX, u64::MAX), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            words(0x299f_31d0_a409_3822, 0x0370_7344, 0x1319_8a2e, 0x85a3_08d3_243f_6a88),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    /// Across a carry into the upper half of the counter and across its end, by every instruction
    /// set.
    #[test]
    fn lanes_are_counters() {
        let stream = Stream { seed: 7 << 40 | 5, stream: 1, part: 2 };
        for set in Instructions::all() {
            for first in [0, u64::from(u32::MAX) - 3, u64::MAX - 20] {
                let mut all = [[0; WORDS]; 3];
                stream.fill(set, first, &mut all);
                for (g, words) in all.iter().enumerate() {
                    for l in 0..LANES {
                        let one = stream.block(first.wrapping_add((g * LANES + l) as u64));
                        assert_eq!([words[l], words[l + LANES]], one, "{} {first} {g} {l}", set.name());
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_of_words() {
        assert_eq!((unit(0), unit(u64::MAX)), (0.0, 1.0 - 2f64.powi(-52)));
        assert_eq!(halves(3 << 62 | 1), [2f64.powi(-32), 0.75]);
        assert_eq!(halves(u64::MAX), [1.0 - 2f64.powi(-32); 2]);
        assert_eq!(halves(0), [0.0; 2]);
    }
}
