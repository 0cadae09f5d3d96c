//! How tetrahedra are named and stored.
//!
//! The hull is closed by one more vertex, the *ghost*: each facet of the outline has a tetrahedron
//! with it, so that every facet has two sides. A *side* is coded as `4 t + k`, the facet of `t`
//! opposite its corner `k`.

/// No side, no tetrahedron.
pub const NONE: u32 = u32::MAX;
/// The vertex beyond all sites.
pub const GHOST: u32 = u32::MAX;
/// The corners of a slot without a tetrahedron.
pub const DEAD: [u32; 4] = [u32::MAX - 1; 4];

/// The facet opposite each corner, counter-clockwise seen from that corner.
///
/// `det[v_1 - v_0; v_2 - v_0; v_3 - v_0] > 0` for a tetrahedron, and so it is for the corner `k` in
/// the place of `v_0` and its facet in the place of the others.
pub const FACET: [[usize; 3]; 4] = [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]];

/// The side opposite corner `k` of `t`.
#[inline(always)]
pub fn join(t: u32, k: usize) -> u32 {
    t << 2 | k as u32
}

/// Tetrahedron and corner of a side.
#[inline(always)]
pub fn split(side: u32) -> (usize, usize) {
    ((side >> 2) as usize, (side & 3) as usize)
}

/// Which corner is the ghost?
#[inline(always)]
pub fn ghost(v: &[u32; 4]) -> Option<usize> {
    v.iter().position(|&v| v == GHOST)
}

/// What a walk sees of a triangulation.
pub trait Cells {
    /// The corners of a slot; `det[v_1 - v_0; v_2 - v_0; v_3 - v_0] > 0`, and the same for a ghost
    /// put anywhere beyond its facet.
    fn corners(&self, t: usize) -> [u32; 4];
    /// The sides opposite its sides.
    fn across(&self, t: usize) -> [u32; 4];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::predicates::orient3d_sign;

    #[test]
    fn facets_are_seen_alike_from_their_corners() {
        let v = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        for (k, facet) in FACET.iter().enumerate() {
            assert_eq!(orient3d_sign(v[k], v[facet[0]], v[facet[1]], v[facet[2]]), 1);
        }
    }
}
