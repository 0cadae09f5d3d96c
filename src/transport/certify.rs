//! A proof that heights are right, independent of the solver, for every family.

use super::certificate::{Certificate, CertifyError};
use super::family::{Family, Transport, Visit};
use crate::diagram::{Cells, DiagramError};
use crate::exact::Heights;

/// Checks heights for a problem. Levels 1 to 4 climb the validity ladder of the diagram
/// ([`Cells::validate`]); level 5 adds exact masses and the bracket of `W2^2`.
///
/// Of a partial problem levels 1 to 4 check the polygons, before balls cut them.
///
/// Cost: level 5 took about 0.065 ms of CPU per cell in the plane (1e4 and 1e5 cells of constant
/// density on one polygon), and some 150 bytes of memory beside the diagram; eight times as much
/// with an affine density (1e4 cells). There, and where a source has patches, integrals are reduced
/// fractions. On a surface it took some 50 microseconds a polygon.
///
/// # Errors
/// Heights without a diagram, a defect of the diagram, or level 5 of partial transport. A wrong
/// solution is no error: its certificate says how wrong.
pub fn certify<const D: usize>(
    problem: &impl Transport<D>,
    heights: &Heights,
    level: u8,
) -> Result<Certificate<D>, CertifyError> {
    problem.visit(Certify { heights, level })
}

struct Certify<'h> {
    heights: &'h Heights,
    level: u8,
}

impl<const D: usize> Visit<D> for Certify<'_> {
    type Output = Result<Certificate<D>, CertifyError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        if self.level >= 5 && !family.proves() {
            return Err(CertifyError::Partial);
        }
        let still = family.still(self.heights)?;
        for level in 1..=self.level.min(4) {
            still.validate(level).map_err(|defect| CertifyError::Invalid { level, defect })?;
        }
        Ok(certified(family, self.heights, &still, self.level)?)
    }
}

/// The certificate of a diagram that has climbed the ladder.
///
/// # Errors
/// Heights without a diagram.
pub(super) fn certified<F: Family<D>, const D: usize>(
    family: &F,
    heights: &Heights,
    still: &F::Still,
    level: u8,
) -> Result<Certificate<D>, DiagramError> {
    let hidden = still.hidden().len();
    let unknown = [0.0, f64::INFINITY];
    let mut certificate = Certificate {
        level: level.min(5),
        cells: still.len() - hidden,
        hidden,
        max_relative_error: unknown,
        w2_squared: unknown,
        map_cost: unknown,
        adjacencies: still.walls().len(),
        predicates: still.counters(),
        ..Certificate::default()
    };
    if level >= 5 {
        family.prove(heights, still, &mut certificate)?;
    }
    Ok(certificate)
}
