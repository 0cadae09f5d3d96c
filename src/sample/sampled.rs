//! Problems whose source can be drawn from, cell by cell.

use super::draw::Fill;
use super::method::{Method, SampleError};
use super::sampler::Sampler;
use super::space::SpaceSampler;
use super::sphere::SphereSampler;
use super::surface::SurfaceSampler;
use crate::diagram::{Diagram, DiagramError, SpaceDiagram, SphereDiagram, SurfaceDiagram};
use crate::exact::Heights;
use crate::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem};

/// Makes samples by a method, in a cell, with a seed, of a run of some length.
pub type Draws<'s, const D: usize> =
    dyn Fn(Method, Option<usize>, u64, u64) -> Result<Box<dyn Fill<D> + 's>, SampleError> + 's;

/// A problem whose source can be drawn from, cell by cell.
pub trait Sampled<const D: usize> {
    /// Hands on what makes samples of the cells at some heights.
    ///
    /// # Errors
    /// Heights without a diagram.
    fn with_sampler<R>(&self, heights: &Heights, f: impl for<'s> FnOnce(&Draws<'s, D>) -> R)
    -> Result<R, DiagramError>;
}

impl Sampled<2> for Problem {
    fn with_sampler<R>(
        &self,
        heights: &Heights,
        f: impl for<'s> FnOnce(&Draws<'s, 2>) -> R,
    ) -> Result<R, DiagramError> {
        let diagram = Diagram::new(self, heights)?;
        let sampler = Sampler::new(&diagram);
        Ok(f(&|method, cell, seed, total| Ok(Box::new(sampler.draw(method, cell, seed, total)?))))
    }
}

impl Sampled<3> for SurfaceProblem {
    fn with_sampler<R>(
        &self,
        heights: &Heights,
        f: impl for<'s> FnOnce(&Draws<'s, 3>) -> R,
    ) -> Result<R, DiagramError> {
        let diagram = SurfaceDiagram::new(self, heights)?;
        let sampler = SurfaceSampler::new(&diagram);
        Ok(f(&|method, cell, seed, total| Ok(Box::new(sampler.draw(method, cell, seed, total)?))))
    }
}

impl<const D: usize> Sampled<D> for SpaceProblem<D> {
    fn with_sampler<R>(
        &self,
        heights: &Heights,
        f: impl for<'s> FnOnce(&Draws<'s, D>) -> R,
    ) -> Result<R, DiagramError> {
        let sampler = SpaceSampler::new(&SpaceDiagram::new(self, heights)?);
        Ok(f(&|method, cell, seed, total| Ok(Box::new(sampler.draw(method, cell, seed, total)?))))
    }
}

impl Sampled<3> for SphereProblem {
    fn with_sampler<R>(
        &self,
        heights: &Heights,
        f: impl for<'s> FnOnce(&Draws<'s, 3>) -> R,
    ) -> Result<R, DiagramError> {
        let sampler = SphereSampler::new(&SphereDiagram::new(self, heights)?, heights);
        Ok(f(&|method, cell, seed, total| Ok(Box::new(sampler.draw(method, cell, seed, total)?))))
    }
}
