//! Random numbers by their index: Philox4x32-10.
//!
//! J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A block of 128 bits is a function of a
//! counter of 128 bits and a key of 64: no state, so that a sample depends on its number and the seed alone. Why not a crate:
//! docs/dependencies.md.

// Lanes and registers are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

/// Blocks made together.
pub(super) const LANES: usize = 16;

const MULTIPLIER: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
const WEYL: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const ROUNDS: usize = 10;

/// Two words of 64 random bits in each lane: those of the counters `(first + lane, part, stream)`.
#[inline(always)]
pub(super) fn blocks(seed: u64, stream: u32, part: u32, first: u64) -> [[u64; LANES]; 2] {
    let mut words = [[0; LANES]; 2];
    for l in 0..LANES {
        [words[0][l], words[1][l]] = block(seed, stream, part, first.wrapping_add(l as u64));
    }
    words
}

#[inline(always)]
fn block(seed: u64, stream: u32, part: u32, index: u64) -> [u64; 2] {
    const LOW: u64 = 0xffff_ffff;
    let mut c = [index & LOW, index >> 32, u64::from(part), u64::from(stream)];
    let mut key = [seed as u32, (seed >> 32) as u32];
    for _ in 0..ROUNDS {
        let (p, q) = (MULTIPLIER[0] * c[0], MULTIPLIER[1] * c[2]);
        c = [(q >> 32) ^ c[1] ^ u64::from(key[0]), q & LOW, (p >> 32) ^ c[3] ^ u64::from(key[1]), p & LOW];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    [c[0] | c[1] << 32, c[2] | c[3] << 32]
}

/// A number of `[0, 1)` from the 52 upper bits.
#[inline(always)]
pub(super) fn unit(word: u64) -> f64 {
    f64::from_bits(word >> 12 | 0x3ff0_0000_0000_0000) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers that come with the authors' library Random123 (kat_vectors, philox4x32 10).
    #[test]
    fn known_answers() {
        let words = |seed, stream, part, first| {
            let [a, b] = blocks(seed, stream, part, first);
            [a[0] as u32, (a[0] >> 32) as u32, b[0] as u32, (b[0] >> 32) as u32]
        };
        assert_eq!(words(0, 0, 0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(words(u64::MAX, u32::MAX, u32::MAX, u64::MAX), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            words(0x299f_31d0_a409_3822, 0x0370_7344, 0x1319_8a2e, 0x85a3_08d3_243f_6a88),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn lanes_are_counters() {
        let all = blocks(7, 1, 2, u64::from(u32::MAX) - 3);
        for l in 0..LANES {
            let one = blocks(7, 1, 2, u64::from(u32::MAX) - 3 + l as u64);
            assert_eq!([one[0][0], one[1][0]], [all[0][l], all[1][l]]);
        }
        assert_eq!((unit(0), unit(u64::MAX)), (0.0, 1.0 - 2f64.powi(-52)));
    }
}
