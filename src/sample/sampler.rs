//! Random points of the source with their cells: independent, stratified, by the masses of the
//! sites, evenly spread.
//!
//! Sample `k` is a function of the seed and `k` (stratified: and of the number of all): no state,
//! so any stretch of a run can be made by itself, by any number of threads. A point is drawn as a
//! triangle of a cell and a place in it (`pieces.rs`), so that its cell is known without search.
//! The point is rounded, though, and its cell is the exact one of the rounded point: near a wall
//! neighbours are asked by the predicate, and where that does not settle it (a tie, or a point
//! outside the domain by rounding) all sites.
//!
//! How the numbers become points: `draw.rs`.

use super::draw::{Draw, Find};
use super::method::Method;
use super::method::SampleError;
use super::pieces::Pieces;
use crate::dense::Instructions;
use crate::diagram::{Diagram, Label};
use crate::exact::Counters;
use crate::exact::predicates::{orient2d_sign, side_v_sign};

/// Draws points from the cells of a diagram.
///
/// About 72 bytes a triangle beside the diagram, in the plane four triangles a cell.
///
/// ```
/// use brenier::{ConvexPolygon, Diagram, Heights, Method, Problem, ProblemData, Sampler};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.25, 0.5], [0.75, 0.5]])).unwrap();
/// let diagram = Diagram::new(&problem, &Heights::from_weights(problem.sites(), &[0.0, 0.0]).0).unwrap();
/// let sampler = Sampler::new(&diagram);
/// let draw = sampler.draw(Method::Stratified, None, 7, 1000).unwrap();
/// let (mut points, mut cells) = (vec![[0.0; 2]; 1000], vec![0; 1000]);
/// draw.fill(0, &mut points, &mut cells);
/// assert!(cells[..500].iter().all(|&i| i == 0) && cells[500..].iter().all(|&i| i == 1));
/// assert!(points.iter().zip(&cells).all(|(x, &i)| (x[0] < 0.5) == (i == 0)));
/// // Sample 600 alone is the same.
/// let mut one = ([[0.0; 2]], [0]);
/// draw.fill(600, &mut one.0, &mut one.1);
/// assert_eq!((one.0[0], one.1[0]), (points[600], cells[600]));
/// ```
#[derive(Clone, Debug)]
pub struct Sampler<'d> {
    diagram: &'d Diagram,
    pieces: Pieces<2>,
    instructions: Instructions,
}

impl<'d> Sampler<'d> {
    /// Cuts the cells into triangles. Cost: O(number of their vertices).
    pub fn new(diagram: &'d Diagram) -> Sampler<'d> {
        Sampler { diagram, pieces: Pieces::of(diagram), instructions: Instructions::widest() }
    }

    /// The same with other instructions: for tests and measurements, since results do not depend on
    /// them.
    pub fn with_instructions(mut self, instructions: Instructions) -> Sampler<'d> {
        self.instructions = instructions;
        self
    }

    /// Prepares to draw `count` samples of the source, or of one cell. Only stratified samples
    /// depend on `count`. Cost: O(sites).
    ///
    /// # Errors
    /// The cell does not exist or has no mass; a site to be drawn by its mass has no cell.
    pub fn draw(&self, method: Method, cell: Option<usize>, seed: u64, count: u64) -> Result<Draw<'_>, SampleError> {
        Draw::new(self, &self.pieces, self.instructions, self.diagram.problem().masses(), method, cell, seed, count)
    }
}

impl Find<2> for Sampler<'_> {
    /// The cell of a point near cell `hint`, exactly; of cells that tie the lowest.
    fn locate(&self, x: [f64; 2], hint: u32) -> u32 {
        let lifted = self.diagram.lifted();
        let mut counters = Counters::default();
        let mut at = hint;
        // Each step goes to a higher site, so it ends; a point inside the domain that beats all
        // neighbours is in the cell.
        'walk: loop {
            for label in self.diagram.labels(at as usize) {
                let certain = match *label {
                    Label::Bisector(j) => {
                        let sign = side_v_sign(&lifted[at as usize], &lifted[j as usize], x, &mut counters);
                        if sign < 0 {
                            at = j;
                            continue 'walk;
                        }
                        sign > 0
                    }
                    Label::Domain(k) => {
                        let frame = self.diagram.problem().frame();
                        orient2d_sign(frame.vertex(k as usize), frame.vertex(k as usize + 1), x) >= 0
                    }
                };
                if !certain {
                    return self.highest(x);
                }
            }
            return at;
        }
    }
}

impl Sampler<'_> {
    /// The same by asking all sites.
    fn highest(&self, x: [f64; 2]) -> u32 {
        let lifted = self.diagram.lifted();
        let mut counters = Counters::default();
        let wins = |j: &u32, i: &u32| {
            let sign = side_v_sign(&lifted[*j as usize], &lifted[*i as usize], x, &mut counters);
            // Ascending, so that of sites that tie the first stays.
            sign > 0
        };
        let mut wins = wins;
        (1..lifted.len() as u32).fold(0, |i, j| if wins(&j, &i) { j } else { i })
    }
}
