//! The whole diagram of partial transport at given heights, for output and pictures.

use super::super::label::Label;
use super::super::moments::{Moments, joined};
use super::super::plane::cells::CHUNK;
use super::super::plane::snapshot::Diagram;
use super::super::still::{Cells, DiagramError};
use super::ball::BallCell;
use super::disc::{Disc, weight};
use super::measure::{self, ruler_of};
use super::source::Source;
use crate::exact::{Dd, Heights};
use crate::problem::Problem;
use rayon::prelude::*;

/// The diagram of partial transport at given heights, for output, pictures and proofs. Everything
/// is in the order of `problem.sites()`.
///
/// ```
/// use brenier::{ConvexPolygon, Heights, PartialDiagram, Problem, ProblemData};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let mut data = ProblemData::new(square, vec![[0.5, 0.5]]);
/// (data.masses, data.partial) = (Some(vec![0.5]), true);
/// let problem = Problem::new(data).unwrap();
/// let (heights, _) = Heights::from_weights(problem.sites(), &[0.0625]); // a disc of radius 1/4
/// let diagram = PartialDiagram::new(&problem, &heights).unwrap();
/// assert!((diagram.masses()[0] - std::f64::consts::PI / 16.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct PartialDiagram {
    diagram: Diagram,
    masses: Vec<f64>,
    centroids: Vec<Option<[f64; 2]>>,
    rests: Vec<[f64; 2]>,
    spreads: Vec<f64>,
    outside: Vec<f64>,
    free: Vec<f64>,
    walls: Vec<(u32, u32, f64)>,
    rest: f64,
}

impl PartialDiagram {
    /// Computes the diagram. The polygons are exact as those of [`Diagram`]; see
    /// docs/theory/partial.md for the error of the rest. Cost: O(n log n); parallel, bit-identical
    /// for any number of threads.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    pub fn new(problem: &Problem, heights: &Heights) -> Result<PartialDiagram, DiagramError> {
        let units = problem.units(Some(heights));
        if units.are_its_own() {
            return PartialDiagram::measured(problem, heights);
        }
        let inner = PartialDiagram::measured(&problem.in_units(&units), &units.heights_in(heights))?;
        let masses = |all: Vec<f64>| all.into_iter().map(|m| units.mass(m)).collect();
        Ok(PartialDiagram {
            diagram: Diagram::new(problem, heights)?,
            masses: masses(inner.masses),
            centroids: inner.centroids.into_iter().map(|c| c.map(|c| units.point(c))).collect(),
            rests: inner.rests.into_iter().map(|r| units.point(r)).collect(),
            spreads: inner.spreads.into_iter().map(|s| units.cost(s)).collect(),
            outside: masses(inner.outside),
            free: inner.free.into_iter().map(|h| units.wall(h)).collect(),
            walls: units.walls(inner.walls),
            rest: units.mass(inner.rest),
        })
    }

    /// [`PartialDiagram::new`] in the units of the problem.
    fn measured(problem: &Problem, heights: &Heights) -> Result<PartialDiagram, DiagramError> {
        let diagram = Diagram::new(problem, heights)?;
        let ruler = ruler_of(problem);
        let facets = diagram.hessian();
        let real = |i: u32, j: u32| facets.binary_search_by_key(&(i, j), |f| (f.0, f.1)).is_ok();
        let disc = |i: u32| Disc::new(&diagram.lifted()[i as usize], Dd::ZERO, ruler);
        let site = |i: u32| problem.sites()[i as usize];
        type Rows = (Vec<(Moments, [f64; 2])>, Vec<(u32, u32, f64)>);
        let rows: Vec<Rows> = (0..diagram.len().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut ball = BallCell::default();
                let (mut rows, mut walls, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
                for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(diagram.len()) {
                    let ([mut mass, mut outside, mut free], begin) = ([0.0; 3], walls.len());
                    pieces.clear();
                    diagram.each_part(i, |labels, points, law| {
                        let source = Source::new(law, problem.source_factor());
                        ball.compute(i as u32, labels, points, disc);
                        let [inside, out, arcs] = ball.masses(points, &source);
                        (mass, outside, free) = (mass + inside, outside + out, free + arcs);
                        pieces.push(ball.moments(&source));
                        let own = measure::walls(&ball, labels, site, i as u32, &source);
                        let real = own.filter(|w| i < w.0 as usize && real(i as u32, w.0));
                        // Half of the least double is none.
                        walls.extend(real.map(|(j, c)| (i as u32, j, 0.5 * c)).filter(|w| w.2 > 0.0));
                    });
                    let mut moments = joined(&pieces);
                    if !(moments.mass > 0.0) {
                        // Of a mass that is hardly a number there are no moments: some point of the
                        // cell stands for its centroid.
                        moments.centroid = diagram.vertices(i).first().copied().unwrap_or_default();
                    }
                    rows.push((Moments { mass, ..moments }, [outside, 0.5 * free]));
                    // Stable: for each neighbour in the order of the patches.
                    walls[begin..].sort_by_key(|w| w.1);
                }
                let sum = |g: &[(u32, u32, f64)]| (g[0].0, g[0].1, g.iter().map(|w| w.2).sum());
                (rows, walls.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(sum).collect())
            })
            .collect();
        let (mut masses, mut centroids, mut rests, mut spreads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut outside, mut free, mut walls) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = Dd::ZERO;
        for (rows, mut some) in rows {
            for (m, [out, arc]) in rows {
                masses.push(m.mass);
                centroids.push((m.mass > 0.0).then_some(m.centroid));
                rests.push(m.rest);
                spreads.push(m.spread);
                outside.push(out);
                free.push(arc);
                rest = rest + Dd::from_f64(out);
            }
            walls.append(&mut some);
        }
        Ok(PartialDiagram { diagram, masses, centroids, rests, spreads, outside, free, walls, rest: rest.to_f64() })
    }

    /// The polygons, not clipped by balls.
    pub fn polygons(&self) -> &Diagram {
        &self.diagram
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.masses.len()
    }

    /// Never true: a problem has at least one site.
    pub fn is_empty(&self) -> bool {
        self.masses.is_empty()
    }

    /// Masses of the cells in their balls.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// Centroids of the cells in their balls; `None` for a cell without mass.
    pub fn centroids(&self) -> &[Option<[f64; 2]>] {
        &self.centroids
    }

    /// What doubles leave out of the centroids.
    pub(super) fn rests(&self) -> &[[f64; 2]] {
        &self.rests
    }

    /// `int |x - centroid|^2 rho` over each cell in its ball.
    pub fn spreads(&self) -> &[f64] {
        &self.spreads
    }

    /// The mass in no ball: what stays.
    pub fn rest(&self) -> f64 {
        self.rest
    }

    /// Masses of the cells outside of their balls; their sum is [`PartialDiagram::rest`].
    pub fn outside(&self) -> &[f64] {
        &self.outside
    }

    /// `(i, j, H_ij)` with `i < j`, sorted, for the walls in the balls:
    /// `H_ij = int rho / (2 |y_i - y_j|)`, `dm_i/dw_j = -H_ij`.
    pub fn walls(&self) -> &[(u32, u32, f64)] {
        &self.walls
    }

    /// For each cell `int rho / (2 sqrt(w_i))` over its free arcs: what `dm_i/dw_i` has beyond the
    /// sum of its walls.
    pub fn free(&self) -> &[f64] {
        &self.free
    }

    /// Sites whose cell has no mass, ascending.
    pub fn hidden(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|&i| self.centroids[i as usize].is_none()).collect()
    }

    /// `sum_i int_cell_i |x - y_i|^2`: the cost of what moves.
    pub fn cost(&self) -> f64 {
        Cells::cost(self)
    }

    /// The dual value `sum w_i nu_i + int min(0, min_i |x - y_i|^2 - w_i)`, at most the cost of any
    /// plan, up to rounding.
    pub fn dual_value(&self) -> f64 {
        let problem = self.diagram.problem();
        let excess = |i: usize| {
            let w = weight(&self.diagram.lifted()[i], Dd::ZERO).to_f64();
            w * (self.masses[i] - problem.masses()[i])
        };
        self.cost() - (0..self.len()).map(excess).sum::<f64>()
    }

    /// The boundary of cell `i` in its ball as a polygon, counter-clockwise, arcs in steps of at
    /// most `step` (an angle); empty if there is no such cell. Of a source in patches this is the
    /// cell in the frame; [`PartialDiagram::pieces`] has what of it lies in each patch.
    pub fn outline(&self, i: usize, step: f64) -> Vec<[f64; 2]> {
        let mut ball = BallCell::default();
        ball.compute(i as u32, self.diagram.labels(i), self.diagram.points(i), self.disc());
        ball.outline(step).into_iter().map(|corner| corner.0).collect()
    }

    /// What of cell `i` in its ball lies in each patch of the source, as polygons like
    /// [`PartialDiagram::outline`] (one, if it has no patches). With each corner: does the side
    /// after it belong to the boundary of the cell (a wall or an arc), not to an edge of the patch
    /// or domain?
    pub fn pieces(&self, i: usize, step: f64) -> Vec<Vec<([f64; 2], bool)>> {
        let mut ball = BallCell::default();
        let mut pieces = Vec::new();
        self.diagram.each_part(i, |labels, points, _| {
            ball.compute(i as u32, labels, points, self.disc());
            let own = |edge: Option<u32>| edge.is_none_or(|k| matches!(labels[k as usize], Label::Bisector(_)));
            let outline: Vec<_> = ball.outline(step).into_iter().map(|(p, edge)| (p, own(edge))).collect();
            if !outline.is_empty() {
                pieces.push(outline);
            }
        });
        pieces
    }

    pub(super) fn disc(&self) -> impl Fn(u32) -> Disc {
        let ruler = ruler_of(self.diagram.problem());
        move |i: u32| Disc::new(&self.diagram.lifted()[i as usize], Dd::ZERO, ruler)
    }
}
