//! From points to their hull.

use super::grow::{Growing, NONE};
use crate::exact::Counters;
use crate::exact::predicates::{Pole, PolePlane, pole_rank};

/// The hull: triangles, of which several may lie in one plane.
#[derive(Clone, Debug)]
pub struct SolidHull {
    /// Corners of each triangle, counter-clockwise as seen from outside.
    pub faces: Vec<[u32; 3]>,
    /// The triangle across each edge; edge `k` goes from corner `k` to the next.
    pub across: Vec<[u32; 3]>,
    /// How signs were decided.
    pub counters: Counters,
}

/// All points lie in one plane: there is no hull.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("all points lie in one plane")]
pub struct Flat {
    /// Points of which none lies on the point, line or plane of those before it: as many as there
    /// are, at most three.
    pub spanning: Vec<u32>,
}

/// A fixed mixture of the bits of a number (the finalizer of splitmix64): points are inserted in
/// this order, so that no order of the input is slow.
fn mixed(k: u64) -> u64 {
    let z = k.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl SolidHull {
    /// The hull of the points `n / s`, all `s > 0` (or what all are after the same `<n, v>` is
    /// added to each). Points that are not outside when their turn comes, doubles of others among
    /// them, are no corners. Cost: O(n log n) expected.
    ///
    /// # Errors
    /// [`Flat`].
    pub fn new(rows: &[Pole]) -> Result<SolidHull, Flat> {
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_by_cached_key(|&k| (mixed(u64::from(k)), k));
        let tetrahedron = tetrahedron(rows, &order)?;
        let mut hull = Growing::new(rows, tetrahedron);
        order.iter().for_each(|&p| hull.insert(p));
        // Without the free slots.
        let mut number = vec![NONE; hull.face.len()];
        let used = hull.face.iter().enumerate().filter(|(_, face)| face[0] != NONE);
        for (count, (f, face)) in (0..).zip(used) {
            debug_assert!(face.iter().all(|&c| (c as usize) < rows.len()));
            number[f] = count;
        }
        let lives = |f: &usize| number[*f] != NONE;
        let slots: Vec<usize> = (0..hull.face.len()).filter(lives).collect();
        Ok(SolidHull {
            faces: slots.iter().map(|&f| hull.face[f]).collect(),
            across: slots.iter().map(|&f| hull.across[f].map(|g| number[g as usize])).collect(),
            counters: hull.counters,
        })
    }
}

/// The first four points, in this order, that do not lie in one plane, with a positive determinant.
fn tetrahedron(rows: &[Pole], order: &[u32]) -> Result<[u32; 4], Flat> {
    let mut found: Vec<u32> = Vec::new();
    let mut counters = Counters::default();
    for &p in order {
        let row = |k: &u32| &rows[*k as usize];
        let wider = match found[..] {
            [a, b, c] => {
                let at = [row(&a), row(&b), row(&c)];
                match PolePlane::through(at[0], at[1], at[2]).side(at, row(&p), &mut counters) {
                    0 => false,
                    1 => return Ok([a, b, c, p]),
                    _ => return Ok([b, a, c, p]),
                }
            }
            [a, b] if PolePlane::through(row(&a), row(&b), row(&p)).is_plane() => true,
            _ => {
                let mut list: Vec<&Pole> = found.iter().map(row).collect();
                list.push(row(&p));
                pole_rank(&list) == list.len()
            }
        };
        if wider {
            found.push(p);
        }
    }
    Err(Flat { spanning: found })
}
