//! The global stage: optimal transport from the even measure on the domain to the vertices.

use super::chart::Chart;
use super::rim::{Curve, Rim};
use super::watch::Watch;
use crate::domain::ConvexPolygon;
use crate::exact::Heights;
use crate::problem::{Problem, ProblemData};
use crate::transport::{Control, Progress, SolveOptions, solve_with};

/// Largest relative error of a cell with which transport may start. Embeddings of which it makes
/// use begin with 5 to 50.
const HOPELESS: f64 = 100.0;
/// Sides of the polygon that stands for the disk.
const SIDES: usize = 512;

/// The domain inside a boundary curve as a polygon.
pub(super) fn domain(rim: &Rim) -> Option<ConvexPolygon> {
    let vertices = match &rim.curve {
        Curve::Polygon(corners) if rim.bulge == 0.0 => corners.clone(),
        _ => (0..SIDES).map(|k| rim.point(rim.turn() * k as f64 / SIDES as f64)).collect(),
    };
    ConvexPolygon::new(vertices).ok()
}

/// The solved transport of the even measure to the vertices.
pub(super) struct Cells {
    pub problem: Problem,
    pub heights: Heights,
    /// Centroid of each vertex's cell.
    pub centroids: Vec<[f64; 2]>,
    /// Pairs of cells that have a wall of positive length in common, lower vertex first, ascending.
    pub walls: Vec<(u32, u32)>,
}

/// How far and how exactly transport is solved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Largest relative error of a cell's mass.
    pub tolerance: f64,
    /// Newton steps at most.
    pub steps: usize,
    /// Whether the cells are needed, and not just a help: then the way may be long.
    pub needed: bool,
}

/// Finds cells, one for each vertex, with the vertices' masses. `None` if the places are no sites
/// of a sound problem or cells stay empty.
pub(super) fn cells(chart: &Chart, uv: &[[f64; 2]], rim: &Rim, effort: Effort, watch: &mut Watch<'_>) -> Option<Cells> {
    let mut data = ProblemData::new(domain(rim)?, uv.to_vec());
    data.masses = Some(chart.masses());
    let problem = Problem::new(data).ok()?;
    if problem.len() != uv.len() {
        return None;
    }
    let Effort { tolerance, steps, needed } = effort;
    let options = SolveOptions { tolerance, max_iterations: steps, hessian: true, ..SolveOptions::default() };
    // From a start so far off the way is long, with cells that are lost on it again and again, and
    // leads nowhere.
    let hopeless =
        |p: &Progress| !needed && p.iteration == 0 && p.last.residual.is_finite() && p.last.residual > HOPELESS;
    let mut stopped = false;
    let solution = solve_with(&problem, &options, &mut |p| {
        stopped |= hopeless(p) || !watch.goes_on();
        if stopped { Control::Stop } else { Control::Continue }
    });
    if stopped {
        return None;
    }
    let centroids = solution.centroids.iter().copied().collect::<Option<Vec<_>>>()?;
    let mut walls: Vec<(u32, u32)> = solution.hessian.iter().flatten().map(|&(i, j, _)| (i, j)).collect();
    walls.sort_unstable();
    Some(Cells { problem, walls, heights: solution.heights, centroids })
}
