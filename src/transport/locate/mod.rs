//! Point location: which cell of all the plane, or of space, a point lies in. Every finite point gets the exact answer.
//!
//! The cell of `x` is that of the highest site, `<x, y_i> + h_i` maximal, among all sites: also of those whose cells miss the domain, since a point
//! may lie anywhere. Ties are decided as everywhere, as if heights were `h_i + eps^(i+1)`. A finite point has one highest site then, so the answer is a function of
//! sites, heights and point; how it is found does not show in it.
//!
//! In the plane the regular triangulation knows the neighbours of each cell. A site that beats its neighbours at `x` is the highest there: its cell
//! is bounded by the walls to its neighbours. A walk to the best neighbour, again and again, goes up strictly, so it ends, and ends at the highest.
//! To make it short, or to spare it, squares of the plane list the few cells that meet them ([`squares`]).
//! In space a k-d tree gives the few sites that may be the highest ([`space`]).

mod space;
mod squares;

use crate::domain::ConvexPolygon;
use crate::exact::predicates::{Lifted, side_v_sign};
use crate::exact::{Counters, Dd, Heights};
use crate::hull::Hull;
use rayon::prelude::*;
pub use space::SpaceLocator;
use squares::Squares;
use std::collections::HashSet;
use std::sync::Arc;

/// Points per parallel task.
const CHUNK: usize = 4096;

/// The number of a cell that stands for "none": the answer for a point that is not finite.
pub const NOWHERE: u32 = u32::MAX;

/// Why points cannot be located.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocatorError {
    /// There is nothing to find.
    #[error("there are no sites; give at least one")]
    NoSites,
    /// The heights are not one per site.
    #[error("heights has {found} entries, sites has {expected}; give one per site")]
    LengthMismatch {
        /// Number of heights.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// A height is NaN or infinite.
    #[error("heights[{site}] is not finite; every height must be finite")]
    NonFiniteHeight {
        /// Index of the site.
        site: usize,
    },
    /// A coordinate of a site is NaN or infinite.
    #[error("sites[{site}] is not finite; every coordinate must be finite")]
    NonFiniteSite {
        /// Index of the site.
        site: usize,
    },
}

fn sound<const D: usize>(sites: &[[f64; D]], heights: &Heights) -> Result<(), LocatorError> {
    if sites.is_empty() {
        return Err(LocatorError::NoSites);
    }
    if heights.len() != sites.len() {
        return Err(LocatorError::LengthMismatch { found: heights.len(), expected: sites.len() });
    }
    if let Some(site) = heights.first_non_finite() {
        return Err(LocatorError::NonFiniteHeight { site });
    }
    match sites.iter().position(|y| !y.iter().all(|c| c.is_finite())) {
        Some(site) => Err(LocatorError::NonFiniteSite { site }),
        None => Ok(()),
    }
}

/// The visible sites with their neighbours, along a curve.
#[derive(Clone, Debug)]
struct Graph {
    points: Vec<Lifted>,
    /// The caller's index of each position; it breaks ties.
    rank: Arc<[u32]>,
    /// Neighbours of position `p`: `column[row[p]..row[p + 1]]`.
    row: Vec<u32>,
    column: Vec<u32>,
    /// A site with a cell.
    visible: u32,
}

impl Graph {
    fn new(hull: &Hull) -> Graph {
        let (mut row, mut column, mut ring) = (vec![0], Vec::with_capacity(6 * hull.len()), Vec::new());
        for p in 0..hull.len() {
            hull.ring(p, &mut ring);
            column.extend(ring.iter().filter_map(|w| w.to));
            row.push(column.len() as u32);
        }
        let visible = (0..hull.len()).find(|&p| !hull.is_hidden_position(p)).unwrap_or(0) as u32;
        Graph { points: hull.points().to_vec(), rank: hull.order().into(), row, column, visible }
    }

    #[inline(always)]
    fn point(&self, p: u32) -> &Lifted {
        &self.points[p as usize]
    }

    #[inline(always)]
    fn neighbors(&self, p: u32) -> &[u32] {
        &self.column[self.row[p as usize] as usize..self.row[p as usize + 1] as usize]
    }

    /// Is the site at position `a` higher at `x` than that at `b`, ties decided?
    #[inline(always)]
    fn beats(&self, a: u32, b: u32, x: [f64; 2]) -> bool {
        match side_v_sign(self.point(a), self.point(b), x, &mut Counters::default()) {
            // Ranks are looked up for ties only: they lie elsewhere in memory.
            0 => self.rank[a as usize] < self.rank[b as usize],
            sign => sign > 0,
        }
    }

    /// The highest of some sites at `x`; the first of them to begin with.
    #[inline(always)]
    fn highest(&self, first: u32, others: &[u32], x: [f64; 2]) -> u32 {
        others.iter().fold(first, |best, &p| if self.beats(p, best, x) { p } else { best })
    }

    /// The visible sites whose value at `x` is at most `depth` below that of `top`, the highest; `visit` is told value less that of the highest.
    ///
    /// On the vertices of a convex surface a linear function has connected superlevel sets, so a search over neighbours finds all.
    fn near(&self, top: u32, x: [f64; 2], depth: f64, visit: &mut dyn FnMut(u32, f64)) {
        let highest = self.point(top);
        let below = |p: u32| {
            let y = self.point(p);
            let slope = Dd::difference(y.x, highest.x).times(x[0]) + Dd::difference(y.y, highest.y).times(x[1]);
            (slope + (y.h - highest.h)).to_f64()
        };
        let (mut seen, mut list, mut next) = (HashSet::from([top]), vec![top], 0);
        visit(top, 0.0);
        while let Some(&p) = list.get(next) {
            next += 1;
            for &m in self.neighbors(p) {
                if seen.insert(m) {
                    let value = below(m);
                    if value >= -depth {
                        visit(m, value);
                        list.push(m);
                    }
                }
            }
        }
    }

    /// The highest site at `x`, by a walk from a visible one.
    fn climb(&self, from: u32, x: [f64; 2]) -> u32 {
        let mut at = from;
        loop {
            let best = self.highest(at, self.neighbors(at), x);
            if best == at {
                return at;
            }
            at = best;
        }
    }
}

/// Finds the cell of any point of the plane.
///
/// ```
/// use brenier::{exact::Heights, transport::Locator};
/// let sites = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
/// let locator = Locator::new(&sites, &Heights::zeros(3)).unwrap();
/// assert_eq!(locator.cell_of([0.25, 0.5]), 2); // the greatest of 0, x, y
/// assert_eq!(locator.cell_of([1e300, 1e300]), 1); // a tie of sites 1 and 2: the lower index
/// let mut cells = [0; 2];
/// locator.cells_of(&[[-1.0, -2.0], [3.0, 2.0]], &mut cells);
/// assert_eq!(cells, [0, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct Locator {
    graph: Graph,
    squares: Squares,
}

impl Locator {
    /// Prepares for points anywhere; fastest among most of the vertices of the diagram. Expected O(n log n), about 150 bytes a site.
    ///
    /// # Errors
    /// No sites, not one height per site, or a number that is not finite.
    pub fn new(sites: &[[f64; 2]], heights: &Heights) -> Result<Locator, LocatorError> {
        sound(sites, heights)?;
        let hull = Hull::build(sites, heights);
        let (low, high) = middle_of_vertices(&hull);
        Ok(Locator::with(&hull, low, high))
    }

    /// As [`Locator::new`], fastest in a domain.
    ///
    /// # Errors
    /// As [`Locator::new`].
    pub fn over(domain: &ConvexPolygon, sites: &[[f64; 2]], heights: &Heights) -> Result<Locator, LocatorError> {
        sound(sites, heights)?;
        Ok(Locator::of_sound(domain, sites, heights))
    }

    /// As [`Locator::over`], of sites and heights that are known to be finite, one height per site.
    pub(super) fn of_sound(domain: &ConvexPolygon, sites: &[[f64; 2]], heights: &Heights) -> Locator {
        let (low, high) = domain.bounds();
        Locator::with(&Hull::build(sites, heights), low, high)
    }

    fn with(hull: &Hull, low: [f64; 2], high: [f64; 2]) -> Locator {
        let graph = Graph::new(hull);
        let squares = Squares::new(&graph, low, high);
        Locator { graph, squares }
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.graph.points.len()
    }

    /// Never true: there is at least one site.
    pub fn is_empty(&self) -> bool {
        self.graph.points.is_empty()
    }

    /// The site whose cell contains a point; [`NOWHERE`] if the point is not finite. Expected O(1) where the squares are, a walk elsewhere.
    #[inline]
    pub fn cell_of(&self, x: [f64; 2]) -> u32 {
        if !(x[0].is_finite() && x[1].is_finite()) {
            return NOWHERE;
        }
        self.graph.rank[self.position(x) as usize]
    }

    #[inline(always)]
    fn position(&self, x: [f64; 2]) -> u32 {
        let (candidates, all) = self.squares.at(x);
        let best = self.graph.highest(candidates[0], &candidates[1..], x);
        if all { best } else { self.graph.climb(best, x) }
    }

    /// Calls `visit(i, v)` for the highest site at a finite point, with `v = 0`, and for every site `i` whose value `<x, y_i> + h_i` is `v` from the highest, `-depth <= v <= 0`;
    /// of sites without a cell in the plane none is visited. The order is that of a search from the highest. Cost: O(sites visited).
    pub fn near(&self, x: [f64; 2], depth: f64, mut visit: impl FnMut(u32, f64)) {
        let top = self.position(x);
        self.graph.near(top, x, depth, &mut |p, v| visit(self.graph.rank[p as usize], v));
    }

    /// The cells of many points, in parallel; `cells` has the length of `points`, else what is more of either is left alone. The same for any number of
    /// threads.
    pub fn cells_of(&self, points: &[[f64; 2]], cells: &mut [u32]) {
        points.par_chunks(CHUNK).zip(cells.par_chunks_mut(CHUNK)).for_each(|(points, cells)| {
            points.iter().zip(cells).for_each(|(x, cell)| *cell = self.cell_of(*x));
        });
    }
}

/// A box with most of the vertices of the diagram in it. It decides about time alone, so roundings do not matter.
fn middle_of_vertices(hull: &Hull) -> ([f64; 2], [f64; 2]) {
    let vertex = |v: [u32; 3]| {
        let [a, b, c] = v.map(|p| hull.point(p as usize));
        let (p, q) = ([b.x - a.x, b.y - a.y], [c.x - a.x, c.y - a.y]);
        let (f, g) = ((a.h - b.h).hi, (a.h - c.h).hi);
        let det = p[0] * q[1] - p[1] * q[0];
        [(f * q[1] - g * p[1]) / det, (g * p[0] - f * q[0]) / det]
    };
    let vertices = (0..hull.slots()).filter_map(|t| hull.slot(t)).map(vertex);
    let mut axes = [Vec::new(), Vec::new()];
    for x in vertices.filter(|x| x[0].is_finite() && x[1].is_finite()) {
        axes[0].push(x[0]);
        axes[1].push(x[1]);
    }
    let (mut low, mut high) = ([0.0; 2], [1.0; 2]);
    for (k, axis) in axes.iter_mut().enumerate().filter(|(_, axis)| !axis.is_empty()) {
        axis.sort_unstable_by(f64::total_cmp);
        let cut = axis.len() / 32;
        (low[k], high[k]) = (axis[cut], axis[axis.len() - 1 - cut]);
    }
    (low, high)
}

#[cfg(test)]
mod tests;
