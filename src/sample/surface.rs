//! Random points of a surface with their cells: as in the plane, polygon by polygon.
//!
//! A written point is rounded, so in general it lies beside the surface, and a wall that meets a
//! triangle at a small angle may come between. The cell of each sample is therefore the highest
//! site at the written point, exactly, by a question to the sites in space; a microsecond or so.

use super::draw::{Draw, Find};
use super::method::{Method, SampleError};
use super::pieces::Pieces;
use crate::dense::Instructions;
use crate::diagram::SurfaceDiagram;
use crate::diagram::surface::{Envelope, Scratch};

/// Draws points from the cells of a diagram on a surface, in proportion to area times density.
///
/// About 130 bytes a triangle into which the polygons are cut, and 150 a site.
///
/// ```
/// use brenier::{Heights, Surface, SurfaceDiagram, SurfaceProblem, SurfaceProblemData};
/// use brenier::sample::{Method, SurfaceSampler};
/// let v = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
/// let square = Surface::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
/// let problem = SurfaceProblem::new(SurfaceProblemData::new(square, vec![[0.25, 0.5, 0.0], [0.75, 0.5, 0.0]])).unwrap();
/// let diagram = SurfaceDiagram::new(&problem, &Heights::from_weights(problem.sites(), &[0.0, 0.0]).0).unwrap();
/// let sampler = SurfaceSampler::new(&diagram);
/// let (mut points, mut cells) = (vec![[0.0; 3]; 1000], vec![0; 1000]);
/// sampler.draw(Method::Independent, None, 7, 1000).unwrap().fill(0, &mut points, &mut cells);
/// assert!(points.iter().zip(&cells).all(|(x, &i)| x[2] == 0.0 && (x[0] < 0.5) == (i == 0)));
/// ```
#[derive(Clone, Debug)]
pub struct SurfaceSampler<'d> {
    diagram: &'d SurfaceDiagram,
    pieces: Pieces<3>,
    envelope: Envelope,
    instructions: Instructions,
}

impl<'d> SurfaceSampler<'d> {
    /// Cuts the cells into triangles. Cost: O(number of their vertices), and O(n log n) for the
    /// sites.
    pub fn new(diagram: &'d SurfaceDiagram) -> SurfaceSampler<'d> {
        let (pieces, envelope) = (Pieces::of_surface(diagram), diagram.envelope());
        SurfaceSampler { diagram, pieces, envelope, instructions: Instructions::widest() }
    }

    /// The same with other instructions: for tests and measurements, since results do not depend on
    /// them.
    pub fn with_instructions(mut self, instructions: Instructions) -> SurfaceSampler<'d> {
        self.instructions = instructions;
        self
    }

    /// As [`Sampler::draw`](super::Sampler::draw).
    ///
    /// # Errors
    /// The cell does not exist or has no mass; a site to be drawn by its mass has no cell.
    pub fn draw(&self, method: Method, cell: Option<usize>, seed: u64, count: u64) -> Result<Draw<'_, 3>, SampleError> {
        Draw::new(self, &self.pieces, self.instructions, self.diagram.problem().masses(), method, cell, seed, count)
    }
}

impl Find<3> for SurfaceSampler<'_> {
    fn locate(&self, x: [f64; 3], hint: u32) -> u32 {
        self.envelope.highest_near(x, hint, &mut Scratch::default())
    }
}
