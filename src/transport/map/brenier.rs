//! The map itself.

use super::super::locate::{Locator, NOWHERE};
use crate::diagram::{Diagram, DiagramError};
use crate::exact::{Dd, Heights};
use crate::problem::Problem;
use rayon::prelude::*;

/// Points per parallel task.
pub(super) const CHUNK: usize = 4096;

/// Why there is no map.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// The heights do not define a diagram.
    #[error(transparent)]
    Diagram(#[from] DiagramError),
    /// Partial transport: cells are cut by balls, and what lies in none stays where it is.
    #[error(
        "the map of partial transport is not the gradient of one convex function on the whole source; solve without \"partial\""
    )]
    Partial,
}

/// The map that sends each Laguerre cell to its site: the gradient of the convex function
/// `u(x) = max_i <x, y_i> + h_i`.
///
/// At the heights of a solution it is Brenier's map of the problem; at any others, of the problem
/// whose masses are those of the cells. Sites are numbered as in `problem.sites()`.
///
/// ```
/// use brenier::{BrenierMap, ConvexPolygon, Heights, Problem, ProblemData};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.0, 0.0], [2.0, 0.0]])).unwrap();
/// let map = BrenierMap::new(&problem, &Heights::from_f64(&[0.5, -0.5])).unwrap();
/// assert_eq!(map.image([0.75, 0.1]), Some([2.0, 0.0])); // the wall is x = 1/2
/// assert_eq!(map.potential([0.75, 0.1]), 1.0);
/// assert_eq!(map.centroid(1), Some([0.75, 0.5]));
/// assert_eq!(map.conjugate([1.0, 0.0]), 0.0); // u* is affine between sites: (-h_0 - h_1) / 2
/// ```
#[derive(Clone, Debug)]
pub struct BrenierMap {
    pub(super) diagram: Diagram,
    heights: Heights,
    pub(super) locator: Locator,
}

/// How monotone the pairs (centroid, site) are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monotonicity {
    /// Pairs of cells with a common wall that were looked at.
    pub pairs: usize,
    /// The least cosine of the angle between `c_i - c_j` and `y_i - y_j`; positive for every
    /// Laguerre diagram.
    pub least_cosine: f64,
    /// Where it is attained.
    pub worst: Option<[u32; 2]>,
}

impl BrenierMap {
    /// The map at these heights. Expected O(n log n), about 500 bytes a site.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site; a partial problem whose masses leave a
    /// rest.
    pub fn new(problem: &Problem, heights: &Heights) -> Result<BrenierMap, MapError> {
        if problem.rest().is_some() {
            return Err(MapError::Partial);
        }
        let diagram = Diagram::new(problem, heights)?;
        let locator = Locator::of_sound(problem.frame(), problem.sites(), heights);
        Ok(BrenierMap { diagram, heights: heights.clone(), locator })
    }

    /// The problem.
    pub fn problem(&self) -> &Problem {
        self.diagram.problem()
    }

    /// The cells: polygons, masses, centroids, walls.
    pub fn diagram(&self) -> &Diagram {
        &self.diagram
    }

    /// The heights.
    pub fn heights(&self) -> &Heights {
        &self.heights
    }

    /// Finds cells.
    pub fn locator(&self) -> &Locator {
        &self.locator
    }

    /// The site whose cell contains a point, exact for every finite point, also outside the domain;
    /// [`NOWHERE`] if it is not finite.
    pub fn cell_of(&self, x: [f64; 2]) -> u32 {
        self.locator.cell_of(x)
    }

    /// The site that a point is sent to; `None` if the point is not finite.
    pub fn image(&self, x: [f64; 2]) -> Option<[f64; 2]> {
        match self.cell_of(x) {
            NOWHERE => None,
            i => Some(self.problem().sites()[i as usize]),
        }
    }

    /// Images of many points, in parallel, with NaN for points that are not finite; `images` has
    /// the length of `points`, else what is more of either is left alone.
    pub fn images(&self, points: &[[f64; 2]], images: &mut [[f64; 2]]) {
        points.par_chunks(CHUNK).zip(images.par_chunks_mut(CHUNK)).for_each(|(points, images)| {
            points.iter().zip(images).for_each(|(x, y)| *y = self.image(*x).unwrap_or([f64::NAN; 2]));
        });
    }

    /// `u(x)`, a convex function with the image of `x` as its gradient. Half an ulp is lost, and
    /// `2^-100` of the terms' size; NaN if the point is not finite.
    pub fn potential(&self, x: [f64; 2]) -> f64 {
        match self.cell_of(x) {
            NOWHERE => f64::NAN,
            i => self.value(i as usize, x).to_f64(),
        }
    }

    /// `<x, y_i> + h_i`.
    fn value(&self, i: usize, x: [f64; 2]) -> Dd {
        let y = self.problem().sites()[i];
        Dd::product(x[0], y[0]) + Dd::product(x[1], y[1]) + self.heights.get(i)
    }

    /// The c-transform of the weights, `min_i |x - y_i|^2 - w_i = |x|^2 - 2 u(x)`; NaN if the point
    /// is not finite. With the weights it is the pair of functions that attains the maximum of the
    /// dual problem: their sum is at most `|x - y|^2`, with equality on the graph of the map.
    pub fn c_transform(&self, x: [f64; 2]) -> f64 {
        match self.cell_of(x) {
            NOWHERE => f64::NAN,
            i => {
                let square = Dd::product(x[0], x[0]) + Dd::product(x[1], x[1]);
                (square - self.value(i as usize, x).scale(2.0)).to_f64()
            }
        }
    }

    /// The conjugate over the domain, `u*(y) = sup_{x in X} <x, y> - u(x)`, convex, with
    /// `u*(y_i) = -h_i` where cell `i` is not empty.
    ///
    /// `u` is affine on each cell, so the supremum is attained at a vertex of a cell. Cost: O(n);
    /// vertices are good to an ulp of the domain.
    pub fn conjugate(&self, y: [f64; 2]) -> f64 {
        let best = |i: usize| {
            let (site, h) = (self.problem().sites()[i], self.heights.get(i));
            let slope = [0, 1].map(|k| Dd::difference(y[k], site[k]));
            let at = |v: &[f64; 2]| (slope[0].times(v[0]) + slope[1].times(v[1]) - h).to_f64();
            self.polygons(i).iter().flatten().map(at).fold(f64::NEG_INFINITY, f64::max)
        };
        (0..self.diagram.len()).into_par_iter().map(best).reduce(|| f64::NEG_INFINITY, f64::max)
    }

    /// The inverse image of site `i` in the domain: one convex polygon, or one for each triangle or
    /// pixel of the source that the cell meets; none for an empty cell.
    pub fn polygons(&self, i: usize) -> Vec<Vec<[f64; 2]>> {
        if self.problem().patches().is_some() {
            return self.diagram.pieces(i).into_iter().map(|p| p.vertices).collect();
        }
        let cell = self.diagram.vertices(i);
        if cell.is_empty() { Vec::new() } else { vec![cell.to_vec()] }
    }

    /// Mass of the inverse image of site `i` in the normalized source.
    pub fn mass(&self, i: usize) -> f64 {
        self.diagram.masses()[i]
    }

    /// Centroid of the inverse image of site `i`; `None` if it has no mass.
    pub fn centroid(&self, i: usize) -> Option<[f64; 2]> {
        self.diagram.centroids()[i]
    }

    /// Cost of the map, `W2^2` of the source and the cells' masses.
    pub fn cost(&self) -> f64 {
        self.diagram.cost()
    }

    /// Gradient of `W2^2` in the sites, `2 nu_i (y_i - c_i)`; `None` for a cell without mass.
    pub fn site_gradient(&self) -> Vec<Option<[f64; 2]>> {
        let problem = self.problem();
        let one =
            |(c, (y, nu)): (&Option<[f64; 2]>, (&[f64; 2], &f64))| c.map(|c| [0, 1].map(|k| 2.0 * nu * (y[k] - c[k])));
        self.diagram.centroids().iter().zip(problem.sites().iter().zip(problem.masses())).map(one).collect()
    }

    /// Gradient of `W2^2` in the masses: the weights `w_i`, up to a constant, since the total is
    /// fixed. Moving the mass `e` from site `j` to site `i` changes the cost by
    /// `e (w_i - w_j) + O(e^2)`.
    pub fn mass_gradient(&self) -> Vec<f64> {
        self.heights.to_weights(self.problem().sites())
    }

    /// Looks at all pairs of cells with a common wall: `<c_i - c_j, y_i - y_j> > 0`, as cells `i`
    /// and `j` lie on two sides of a line normal to `y_i - y_j`.
    pub fn monotonicity(&self) -> Monotonicity {
        let mut all = Monotonicity { pairs: 0, least_cosine: 1.0, worst: None };
        for (i, j, _) in self.diagram.hessian() {
            if let Some((c, y)) = self.moved(i, j) {
                all.pairs += 1;
                let cosine = (c[0] * y[0] + c[1] * y[1]) / (c[0].hypot(c[1]) * y[0].hypot(y[1]));
                // Not `<`: what is no number is no proof.
                if !(cosine >= all.least_cosine) {
                    (all.least_cosine, all.worst) = (cosine, Some([i, j]));
                }
            }
        }
        all
    }

    /// `c_i - c_j` and `y_i - y_j`.
    pub(super) fn moved(&self, i: u32, j: u32) -> Option<([f64; 2], [f64; 2])> {
        let (a, b) = (self.centroid(i as usize)?, self.centroid(j as usize)?);
        let (y, z) = (self.problem().sites()[i as usize], self.problem().sites()[j as usize]);
        Some(([a[0] - b[0], a[1] - b[1]], [y[0] - z[0], y[1] - z[1]]))
    }
}
