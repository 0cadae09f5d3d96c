//! Lifted sites by position, and the exact signs that are asked of them.

use super::cell::{FACET, ghost};
use crate::exact::Counters;
use crate::exact::predicates::{Grain, Lifted3, orient3d, over};

/// All lifted sites and their ranks, by position.
#[derive(Clone, Copy, Debug)]
pub struct Sites<'a> {
    /// The lifted sites.
    pub points: &'a [Lifted3],
    /// What breaks ties.
    pub rank: &'a [u32],
    /// Of which all volumes are multiples.
    pub grain: Grain,
}

impl<'a> Sites<'a> {
    /// Of sites with their ranks. Cost: O(n) at most.
    pub fn new(points: &'a [Lifted3], rank: &'a [u32]) -> Sites<'a> {
        Sites { points, rank, grain: Grain::of(points) }
    }

    /// The lifted site at a position.
    #[inline(always)]
    pub fn at(&self, i: u32) -> &'a Lifted3 {
        &self.points[i as usize]
    }

    /// Is `p` above the facet that four sites, turned positively, span?
    pub fn over(&self, v: [u32; 4], p: u32, counters: &mut Counters) -> bool {
        let five = [v[0], v[1], v[2], v[3], p];
        over(five.map(|i| self.at(i)), || five.map(|i| self.rank[i as usize]), self.grain, counters)
    }

    /// On which side of the facet opposite corner `k` lies `y`: 1 where the corner is.
    #[inline(always)]
    pub fn side(&self, v: &[u32; 4], k: usize, y: &[f64; 3], counters: &mut Counters) -> i32 {
        let [a, b, c] = FACET[k].map(|j| &self.at(v[j]).y);
        orient3d(y, a, b, c, counters)
    }

    /// Is `p` above this tetrahedron of the lifted surface? `beyond` are the corners of the one
    /// across the facet opposite a corner.
    ///
    /// A ghost is the vertical wall on its facet: everything strictly outside of that is above it.
    /// In the plane of the facet the hull is one dimension lower, and `p` is compared with what the
    /// lifted facet spans there. That is what the tetrahedron inside of the facet says: its
    /// hyperplane holds the lifted facet, and its fourth corner has the coefficient 0, also among
    /// the perturbations.
    pub fn conflict(
        &self,
        v: &[u32; 4],
        beyond: impl FnOnce(usize) -> [u32; 4],
        p: u32,
        counters: &mut Counters,
    ) -> bool {
        let Some(k) = ghost(v) else { return self.over(*v, p, counters) };
        match self.side(v, k, &self.at(p).y, counters) {
            0 => self.over(beyond(k), p, counters),
            s => s > 0,
        }
    }
}
