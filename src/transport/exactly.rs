//! Masses, areas and errors of given heights as rational numbers.

use crate::diagram::{Diagram, DiagramError};
use crate::domain::Density;
use crate::exact::{Heights, Ratio};
use crate::problem::Problem;
use rayon::prelude::*;

/// What heights make of a problem in the plane, without any rounding. Everything is of the doubles
/// of the problem and the double-doubles of the heights.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExactCells {
    /// By which the source is multiplied: the sum of the masses over its measure.
    pub factor: Ratio,
    /// Masses of the cells in the source so multiplied.
    pub masses: Vec<Ratio>,
    /// Areas of the cells; none where a density varies over a mesh or an image.
    pub areas: Option<Vec<Ratio>>,
    /// `m_i - nu_i`.
    pub residuals: Vec<Ratio>,
    /// `max_i |m_i - nu_i| / nu_i`.
    pub max_relative_error: Ratio,
    /// The site where it is attained, the first of several.
    pub worst_site: usize,
}

/// Masses, areas and residuals exactly. Cost: some 0.1 ms a cell; numbers have hundreds of digits.
/// `None`: of partial transport, whose cells are bounded by arcs.
///
/// # Errors
/// Heights without a diagram.
///
/// ```
/// use brenier::{ConvexPolygon, Heights, Problem, ProblemData};
/// use brenier::internals::transport::exact_cells;
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let data = ProblemData::new(square, vec![[0.0, 0.5], [3.0, 0.5]]).masses(vec![1.0, 1.0]);
/// let problem = Problem::new(data).unwrap();
/// // The wall is x = 1/3, and the source has twice its density.
/// let found = exact_cells(&problem, &Heights::from_f64(&[1.0, 0.0])).unwrap().unwrap();
/// assert_eq!(found.masses.iter().map(|m| m.to_string()).collect::<Vec<_>>(), ["2/3", "4/3"]);
/// assert_eq!(found.max_relative_error.to_string(), "1/3");
/// ```
pub fn exact_cells(problem: &Problem, heights: &Heights) -> Result<Option<ExactCells>, DiagramError> {
    if problem.rest().is_some() {
        return Ok(None);
    }
    let diagram = Diagram::new(problem, heights)?;
    let n = problem.len();
    let raw: Vec<Ratio> = (0..n).into_par_iter().map(|i| diagram.exact_mass(i)).collect();
    // Cells fill the source.
    let measure: Ratio = raw.iter().cloned().sum();
    let of = |x: f64| Ratio::of(x).unwrap_or_default();
    let total: Ratio = problem.masses().iter().map(|&m| of(m)).sum();
    let factor = total / measure;
    let areas = match (problem.patches(), problem.density()) {
        (None, _) => Some((0..n).into_par_iter().map(|i| diagram.exact_area(i)).collect()),
        (Some(_), Density::Constant) => Some(raw.clone()),
        _ => None,
    };
    let masses: Vec<Ratio> = raw.into_iter().map(|m| m * factor.clone()).collect();
    let residuals: Vec<Ratio> = masses.iter().zip(problem.masses()).map(|(m, &nu)| m.clone() - of(nu)).collect();
    let zero = Ratio::default();
    let relative = |i: usize| {
        let r = residuals[i].clone();
        (if r < zero { -r } else { r }) / of(problem.masses()[i])
    };
    let (mut worst_site, mut most) = (0, zero.clone());
    for i in 0..n {
        let error = relative(i);
        if error > most {
            (worst_site, most) = (i, error);
        }
    }
    Ok(Some(ExactCells { factor, masses, areas, residuals, max_relative_error: most, worst_site }))
}
