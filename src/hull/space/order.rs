//! Sites of space along a Hilbert curve, for locality.
//!
//! The curve of Hamilton and Rau-Chaplin (2008): on each level the octant is seen from where the
//! curve enters the cube (`entry`, a corner) and along which axis it leaves (`axis`); its number in
//! the Gray code is the next digit. Both are a state of 24, and a table says what follows.

use super::super::order::curve_order;

/// Site indices along a Hilbert curve through the sites. Cost: a radix sort, O(n) for well-spread
/// sites.
pub fn curve(sites: &[[f64; 3]]) -> Vec<u32> {
    curve_order(sites, &|cell, bits| hilbert(cell, bits))
}

/// By state and octant: the digit, and the next state shifted by three bits.
const STEPS: [[u8; 8]; 24] = steps();

const fn rotated_left(b: u32, by: u32) -> u32 {
    let by = by % 3;
    (b << by | b >> (3 - by)) & 7
}

const fn steps() -> [[u8; 8]; 24] {
    // Where the curve enters the octant of each digit, and along which axis it crosses that.
    const ENTRY: [u32; 8] = [0, 0, 0, 3, 3, 6, 6, 5];
    const AXIS: [u32; 8] = [0, 1, 1, 2, 2, 1, 1, 0];
    let mut table = [[0; 8]; 24];
    let mut state = 0;
    while state < 24 {
        let (entry, axis) = (state / 3, state % 3);
        let mut octant = 0;
        while octant < 8 {
            // Rotated right by axis + 1, which is left by the rest of 3.
            let seen = rotated_left(octant ^ entry, 2 - axis);
            let digit = seen ^ seen >> 1 ^ seen >> 2;
            let entry = entry ^ rotated_left(ENTRY[digit as usize], axis + 1);
            let axis = (axis + AXIS[digit as usize] + 1) % 3;
            table[state as usize][octant as usize] = (digit | (entry * 3 + axis) << 3) as u8;
            octant += 1;
        }
        state += 1;
    }
    table
}

/// Distance along the curve of order `bits` of a cell of the grid.
fn hilbert([x, y, z]: [u32; 3], bits: u32) -> u32 {
    let (mut state, mut distance) = (0u8, 0u32);
    for level in (0..bits).rev() {
        let octant = x >> level & 1 | (y >> level & 1) << 1 | (z >> level & 1) << 2;
        let step = STEPS[state as usize][octant as usize];
        distance = distance << 3 | u32::from(step & 7);
        state = step >> 3;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every cell once, and each step to a cell beside.
    #[test]
    fn the_curve_is_one() {
        let bits = 4;
        let mut cells = vec![None; 1 << (3 * bits)];
        for x in 0..16 {
            for y in 0..16 {
                for z in 0..16 {
                    let at = &mut cells[hilbert([x, y, z], bits) as usize];
                    assert!(at.replace([x, y, z]).is_none());
                }
            }
        }
        let cells: Vec<[u32; 3]> = cells.into_iter().map(|c| c.expect("all are met")).collect();
        for w in cells.windows(2) {
            assert_eq!((0..3).map(|k| w[0][k].abs_diff(w[1][k])).sum::<u32>(), 1, "{w:?}");
        }
    }

    #[test]
    fn orders_are_permutations_even_of_hostile_sites() {
        let mut sites: Vec<[f64; 3]> =
            (0..3000).map(|k| [(k % 13) as f64, (k % 17) as f64, (k * k % 97) as f64]).collect();
        sites.extend((0..100).map(|k| [1e-300 * k as f64, f64::MAX, 1.0]));
        sites.extend([[f64::MIN; 3]; 50]);
        let mut order = curve(&sites);
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(k, &i)| k == i as usize));
    }
}
