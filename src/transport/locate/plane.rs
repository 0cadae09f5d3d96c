//! Point location in the plane.

use super::error::CHUNK;
use super::error::LocatorError;
use super::error::NOWHERE;
use super::error::sound;
use super::graph::Graph;
use super::squares::Squares;
use crate::domain::ConvexPolygon;
use crate::exact::Heights;
use crate::hull::Hull;
use rayon::prelude::*;

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
    /// Prepares for points anywhere; fastest among most of the vertices of the diagram. Expected
    /// O(n log n), about 150 bytes a site.
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
    pub(crate) fn of_sound(domain: &ConvexPolygon, sites: &[[f64; 2]], heights: &Heights) -> Locator {
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

    /// The site whose cell contains a point; [`NOWHERE`] if the point is not finite. Expected O(1)
    /// where the squares are, a walk elsewhere.
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

    /// Calls `visit(i, v)` for the highest site at a finite point, with `v = 0`, and for every site
    /// `i` whose value `<x, y_i> + h_i` is `v` from the highest, `-depth <= v <= 0`; of sites
    /// without a cell in the plane none is visited. The order is that of a search from the highest.
    /// Cost: O(sites visited).
    pub fn near(&self, x: [f64; 2], depth: f64, mut visit: impl FnMut(u32, f64)) {
        let top = self.position(x);
        self.graph.near(top, x, depth, &mut |p, v| visit(self.graph.rank[p as usize], v));
    }

    /// The cells of many points, in parallel; `cells` has the length of `points`, else what is more
    /// of either is left alone. The same for any number of threads.
    pub fn cells_of(&self, points: &[[f64; 2]], cells: &mut [u32]) {
        points.par_chunks(CHUNK).zip(cells.par_chunks_mut(CHUNK)).for_each(|(points, cells)| {
            points.iter().zip(cells).for_each(|(x, cell)| *cell = self.cell_of(*x));
        });
    }
}

/// A box with most of the vertices of the diagram in it. It decides about time alone, so roundings
/// do not matter.
pub(super) fn middle_of_vertices(hull: &Hull) -> ([f64; 2], [f64; 2]) {
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
