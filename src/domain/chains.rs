//! A convex polygon as two chains, so that a vertex or an edge is found by bisection.

use super::Outline;
use crate::exact::predicates::dot_sign;

/// The lower and the upper chain of a convex polygon.
///
/// The lower chain begins at the leftmost vertex (the lowest of them) and ends at the lowest of the
/// rightmost ones; the upper chain goes back from the highest of these to the highest of the
/// leftmost ones. Edges of a chain are not vertical, so `x` is strictly monotone along it, and the
/// directions of its edges lie in an open half-circle and turn left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chains {
    /// Vertex where the lower chain begins.
    first: usize,
    /// Edges of the lower chain.
    lower: usize,
    /// Edges from `first` to the begin of the upper chain, and edges of it.
    upper: [usize; 2],
}

/// From so many vertices on bisection pays. Below, a pass over all of them is as fast.
const MANY: usize = 24;

impl Chains {
    /// The chains of a polygon of many vertices, for which bisection pays.
    pub fn of_many(polygon: Outline<'_>) -> Option<Chains> {
        (polygon.len() >= MANY).then(|| Chains::of(polygon))
    }

    /// Finds the chains of a convex polygon with positive area, vertices counter-clockwise. Cost:
    /// O(vertices).
    pub fn of(polygon: Outline<'_>) -> Chains {
        let n = polygon.len();
        let lowest = |a: &usize, b: &usize| {
            let (p, q) = (polygon.vertex(*a), polygon.vertex(*b));
            p[0].total_cmp(&q[0]).then_with(|| p[1].total_cmp(&q[1]))
        };
        let first = (0..n).min_by(lowest).unwrap_or(0);
        let x = |k: usize| polygon.vertex((first + k) % n.max(1))[0];
        let count = |from: usize, goes_on: &dyn Fn(f64, f64) -> bool| {
            (from..n).take_while(|&k| goes_on(x(k), x(k + 1))).count()
        };
        let lower = count(0, &|a, b| a < b);
        let begin = lower + count(lower, &|a, b| a == b);
        Chains { first, lower, upper: [begin, count(begin, &|a, b| a > b)] }
    }

    /// A vertex at which `<to - from, x>` is largest; `to` and `from` differ. Exact. Cost: O(log
    /// vertices).
    ///
    /// Along a chain the sign of `<to - from, edge>` changes at most once, because its edges lie in
    /// an open half-circle. It changes from plus to minus on the lower chain if `to` lies below
    /// `from`, on the upper one if above.
    ///
    /// ```
    /// use brenier::domain::{Chains, ConvexPolygon};
    /// let disk = ConvexPolygon::disk(1000).unwrap();
    /// let chains = Chains::of(disk.outline());
    /// let farthest = |to| chains.farthest(disk.outline(), [0.0, 0.0], to);
    /// assert_eq!([farthest([1.0, 0.0]), farthest([0.0, 2.0]), farthest([-1.0, -1.0])], [0, 250, 625]);
    /// ```
    pub fn farthest(&self, polygon: Outline<'_>, from: [f64; 2], to: [f64; 2]) -> usize {
        let at = |k: usize| polygon.vertex((self.first + k) % polygon.len());
        let nearer = |k: usize| dot_sign(to, from, at(k + 1), at(k)) > 0;
        let [begin, upper] = self.upper;
        let k = if to[1] < from[1] {
            bisect(0, self.lower, nearer)
        } else if to[1] > from[1] {
            bisect(begin, begin + upper, nearer)
        } else if to[0] > from[0] {
            self.lower
        } else {
            0
        };
        (self.first + k) % polygon.len()
    }

    /// The edges of the two chains over `x`, one of those on either side of it if a vertex is
    /// there; beyond the ends the nearest. Cost: O(log vertices).
    pub fn edges_at(&self, polygon: Outline<'_>, x: f64) -> [usize; 2] {
        let at = |k: usize| polygon.vertex((self.first + k) % polygon.len())[0];
        let [begin, upper] = self.upper;
        let lower = bisect(0, self.lower.saturating_sub(1), |k| at(k + 1) < x);
        let upper = bisect(begin, (begin + upper).saturating_sub(1), |k| at(k + 1) > x);
        [lower, upper].map(|k| (self.first + k) % polygon.len())
    }
}

/// The first of `low .. high` for which a predicate that turns from true to false is false; `high`
/// if there is none.
fn bisect(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::super::ConvexPolygon;
    use super::*;

    fn shapes() -> Vec<ConvexPolygon> {
        let lists: [&[[f64; 2]]; 5] = [
            &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
            &[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 1.0], [2.0, 2.0], [0.0, 2.0], [0.0, 1.0]],
            &[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
            &[[0.0, 0.0], [2.0, -1.0], [2.0, 0.5], [1.0, 1.0]],
            &[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]],
        ];
        let mut all: Vec<ConvexPolygon> = lists.iter().map(|v| ConvexPolygon::new(v.to_vec()).unwrap()).collect();
        all.extend([3, 5, 12, 64].map(|n| ConvexPolygon::disk(n).unwrap()));
        // Every vertex as the first one.
        let turned = |p: &ConvexPolygon| {
            let v = p.vertices().to_vec();
            (0..v.len()).map(move |k| ConvexPolygon::new([&v[k..], &v[..k]].concat()).unwrap()).collect::<Vec<_>>()
        };
        all.iter().flat_map(turned).collect()
    }

    #[test]
    fn the_farthest_vertex_is_that_of_brute_force() {
        for polygon in shapes() {
            let chains = Chains::of(polygon.outline());
            for (i, j) in (-4..=4).flat_map(|i| (-4..=4).map(move |j| (i, j))).filter(|&p| p != (0, 0)) {
                let (from, to) = ([0.5, 0.25], [0.5 + f64::from(i), 0.25 + f64::from(j)]);
                let found = polygon.vertex(chains.farthest(polygon.outline(), from, to));
                let none = polygon.vertices().iter().all(|&v| dot_sign(to, from, v, found) <= 0);
                assert!(none, "{:?} towards {i}, {j}: {found:?}", polygon.vertices());
            }
        }
    }

    #[test]
    fn the_edges_over_a_place_contain_it() {
        for polygon in shapes() {
            let chains = Chains::of(polygon.outline());
            let (low, high) = polygon.bounds();
            for k in 0..=40 {
                let x = low[0] + (high[0] - low[0]) * f64::from(k) / 40.0;
                for edge in chains.edges_at(polygon.outline(), x) {
                    let (a, b) = (polygon.vertex(edge)[0], polygon.vertex(edge + 1)[0]);
                    assert!(a != b && a.min(b) <= x && x <= a.max(b), "{:?} at {x}: edge {edge}", polygon.vertices());
                }
            }
        }
    }
}
