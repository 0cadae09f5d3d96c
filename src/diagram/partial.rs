//! Cells clipped by balls: the diagram of partial transport, where some of the source stays.
//!
//! `cell_i = {x : |x - y_i|^2 - w_i least, and at most 0}`. The mass that stays behaves like one more site: its "cell" is where all powers are
//! positive, and shifting its height by `s` is the same as lowering all others. So [`PartialLaguerre`] has `n + 1` sites, the last one being the
//! rest, with weights `w_i = |y_i|^2 + 2 (h_i - h_rest)`; its matrix is again a graph Laplacian, and Newton's method, its damping and its linear
//! solver are those of the balanced problem. Derivation: docs/theory/partial.md.

use super::ball::{BallCell, Disc, Source, weight};
use super::cells::{CHUNK, Cell, Duals, Region};
use super::clip::Label;
use super::integrate::{self, Moments};
use super::laguerre::{Laguerre, Measures, Want};
use super::point::Point;
use super::snapshot::{Diagram, DiagramError};
use crate::exact::{Counters, Dd, Heights};
use crate::hull::{Hull, Update};
use crate::problem::Problem;
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// A power of two about the inverse of the domain's extent.
fn scale_of(problem: &Problem) -> f64 {
    let extent = problem.frame().extent();
    2f64.powi(-(extent.log2().floor() as i32).clamp(-1000, 1000))
}

/// The diagram of a problem's sites and of the mass that stays, as `n + 1` sites: those of [`PartialLaguerre::order`], then the rest.
///
/// The mass told for the rest is what stays plus [`PartialLaguerre::offset`], a constant: its error then counts relative to all mass,
/// however little shall stay.
pub struct PartialLaguerre<'a> {
    problem: &'a Problem,
    order: Arc<[u32]>,
    hull: Option<Hull>,
    clipping: Counters,
    /// Masses of the polygons at the heights last measured; empty if not known.
    polygons: Vec<f64>,
    floor: f64,
    offset: f64,
}

impl<'a> PartialLaguerre<'a> {
    /// Prepares the diagram. Cost: the Hilbert order.
    pub fn new(problem: &'a Problem) -> PartialLaguerre<'a> {
        let order = Hull::curve(problem.sites()).into();
        let offset = problem.masses().iter().sum();
        PartialLaguerre {
            problem,
            order,
            hull: None,
            clipping: Counters::default(),
            polygons: Vec::new(),
            floor: 0.0,
            offset,
        }
    }

    /// The problem's index of each site of this numbering, the rest left out.
    pub fn order(&self) -> Arc<[u32]> {
        self.order.clone()
    }

    /// What is added to the mass of the rest wherever it is told.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Asked with [`Want::Feasible`], heights at which less than this stays are no better than those with a hidden site.
    pub fn keep_at_least(&mut self, floor: f64) {
        self.floor = floor;
    }
}

/// What a chunk of positions contributes.
#[derive(Default)]
struct Part {
    mass: Vec<f64>,
    outside: Vec<f64>,
    free: Vec<f64>,
    length: Vec<u32>,
    column: Vec<u32>,
    conductance: Vec<f64>,
    moments: Vec<Moments>,
    counters: Counters,
}

impl Laguerre for PartialLaguerre<'_> {
    fn len(&self) -> usize {
        self.order.len() + 1
    }

    fn measures(&mut self, heights: &Heights, want: Want) -> Measures {
        let clock = Instant::now();
        let n = self.order.len();
        let (heights, shift) = (&heights.as_slice()[..n], heights.get(n));
        let hull = match &mut self.hull {
            Some(hull) => {
                if hull.update_positions(heights) == Update::Rebuilt {
                    hull.arrange();
                }
                hull
            }
            none => {
                let hull = none.insert(Hull::along(self.problem.sites(), self.order.clone(), heights));
                hull.arrange();
                hull
            }
        };
        let hidden = (0..n).filter(|&i| hull.is_hidden_position(i)).count();
        let hull_seconds = clock.elapsed().as_secs_f64();
        let mut counters = hull.counters();
        counters += self.clipping;
        self.polygons.clear();
        if hidden > 0 && want == Want::Feasible {
            return Measures { hidden, hull_seconds, counters, ..Measures::default() };
        }
        let clock = Instant::now();
        let mut all = measure(hull, self.problem, shift, want, &mut self.polygons);
        self.clipping += all.counters;
        let rest = all.mass[n];
        all.mass[n] += self.offset;
        counters += all.counters;
        all = Measures { hidden, hull_seconds, cells_seconds: clock.elapsed().as_secs_f64(), counters, ..all };
        if want == Want::Feasible && !(rest > self.floor) {
            return Measures { hidden: hidden + 1, mass: Vec::new(), ..all };
        }
        all
    }

    fn raise_empty(&mut self, heights: &Heights, mass: &[f64], wanted: &[f64]) -> Option<Heights> {
        let n = self.order.len();
        let (own, shift) = (Heights::new(heights.as_slice()[..n].iter().copied()), heights.get(n));
        let hull = self.hull.as_mut()?;
        // Cells missed by their balls are known only if all have polygons.
        let missed = |i: &usize| mass[*i] <= 0.0 && self.polygons[*i] > 0.0;
        let known = mass.len() > n && self.polygons.len() == n;
        let missed: Vec<usize> = if known { (0..n).filter(missed).collect() } else { Vec::new() };
        let raise = Raise::new(hull, self.problem, shift);
        let enlarged: Vec<(usize, Dd)> =
            missed.iter().filter_map(|&i| Some((i, raise.height(i, wanted[i])?))).collect();
        let mut raised = super::raise::raise_empty(hull, self.problem, None, &own, &self.polygons, &wanted[..n])?;
        enlarged.into_iter().for_each(|(i, h)| raised.set(i, h));
        (raised != own).then(|| Heights::new(raised.as_slice().iter().copied().chain([shift])))
    }

    /// The rest stays at its height, so that absolute heights need no subtraction: a resumed run has the same bits.
    fn anchor(&self, direction: &mut [f64]) {
        let rest = direction.last().copied().unwrap_or(0.0);
        direction.iter_mut().for_each(|d| *d -= rest);
    }

    /// Not needed: [`crate::newton::maximize_alone`] solves without coarser problems. This is the diagram of all sites.
    fn of_sites(&self, _: &[u32]) -> Box<dyn Laguerre + '_> {
        let (order, polygons) = (self.order.clone(), Vec::new());
        Box::new(PartialLaguerre { hull: None, order, polygons, ..*self })
    }

    fn sunk(&self, heights: &[Option<Dd>]) -> Heights {
        let least = heights.iter().flatten().fold(f64::INFINITY, |l, h| l.min(h.hi));
        Heights::new(heights.iter().map(|h| h.unwrap_or(Dd::from_f64(least))))
    }
}

/// Weights for cells that their balls miss.
struct Raise<'a> {
    hull: &'a Hull,
    region: Region<'a>,
    duals: Duals,
    source: Source,
    shift: Dd,
}

impl<'a> Raise<'a> {
    fn new(hull: &'a Hull, problem: &'a Problem, shift: Dd) -> Raise<'a> {
        let region = Region::new(problem.frame());
        let duals = Duals::new(hull, &region);
        Raise { hull, region, duals, source: Source::new(problem.density(), problem.source_factor()), shift }
    }

    /// The height at which the ball reaches into cell `i` far enough for about the wanted mass: a disc, if the site is inside; else the
    /// segment beyond a chord as long as the cell is wide, or as the circle has it, whichever is shorter.
    fn height(&self, i: usize, wanted: f64) -> Option<Dd> {
        let mut cell = Cell::default();
        cell.compute(self.hull, &self.duals, &self.region, i as u32);
        let y = self.hull.point(i).site();
        let centre = Point::from_f64(y);
        let corners: Vec<[f64; 2]> = cell.vertices.iter().map(|v| v.minus(&centre)).collect();
        let (mut inside, mut least, mut most) = (true, f64::INFINITY, 0.0f64);
        let mut touch = [0.0; 2];
        for (k, p) in corners.iter().enumerate() {
            let q = corners[if k + 1 == corners.len() { 0 } else { k + 1 }];
            let e = [q[0] - p[0], q[1] - p[1]];
            inside &= p[0] * e[1] - p[1] * e[0] >= 0.0;
            let t = (-(p[0] * e[0] + p[1] * e[1]) / (e[0] * e[0] + e[1] * e[1])).clamp(0.0, 1.0);
            let at = if t.is_finite() { [p[0] + t * e[0], p[1] + t * e[1]] } else { *p };
            let distance = at[0].hypot(at[1]);
            if distance < least {
                (least, touch) = (distance, at);
            }
            most = most.max((p[0] - corners[0][0]).hypot(p[1] - corners[0][1]));
        }
        let touch = if inside { [0.0; 2] } else { touch };
        let at = Point::from_f64([y[0] + touch[0], y[1] + touch[1]]);
        let area = wanted / self.source.local().mean(&at, &at).max(f64::MIN_POSITIVE);
        let weight = if inside {
            area / std::f64::consts::PI
        } else {
            let round = (0.75 * area / (2.0 * least).sqrt()).powf(2.0 / 3.0);
            let depth = round.max(area / most);
            (least + depth) * (least + depth)
        };
        let square = Dd::product(y[0], y[0]) + Dd::product(y[1], y[1]);
        let height = (Dd::from_f64(weight) - square).scale(0.5) + self.shift;
        (weight > 0.0 && height.is_finite()).then_some(height)
    }
}

/// All cells in their balls. Cost: O(n) plus clipping; bit-identical for any number of threads.
fn measure(hull: &Hull, problem: &Problem, shift: Dd, want: Want, polygons: &mut Vec<f64>) -> Measures {
    let n = hull.len();
    let region = Region::new(problem.frame());
    let source = Source::new(problem.density(), problem.source_factor());
    let (duals, scale) = (Duals::new(hull, &region), scale_of(problem));
    let disc = |i: u32| Disc::new(hull.point(i as usize), shift, scale);
    let chunk = |chunk: usize| {
        let (mut cell, mut ball, mut part) = (Cell::default(), BallCell::default(), Part::default());
        for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(n) {
            cell.compute(hull, &duals, &region, i as u32);
            ball.compute(i as u32, &cell.labels, &cell.vertices, disc);
            let [mass, outside, free] = ball.masses(&cell.vertices, &source);
            part.mass.push(mass);
            part.outside.push(outside);
            part.free.push(free);
            if matches!(want, Want::Moments | Want::Everything) {
                part.moments.push(ball.moments(&source));
            }
            let before = part.column.len();
            if want != Want::Moments {
                for (k, label) in cell.labels.iter().enumerate() {
                    let (Label::Bisector(j), Some((a, b))) = (*label, ball.part(k)) else { continue };
                    let (yi, yj) = (hull.point(i).site(), hull.point(j as usize).site());
                    let c = integrate::conductance(a, b, yi, yj, source.local());
                    if c > 0.0 {
                        part.column.push(j);
                        part.conductance.push(c);
                    }
                }
                if free > 0.0 {
                    part.column.push(n as u32);
                    part.conductance.push(free);
                }
            }
            part.length.push((part.column.len() - before) as u32);
        }
        part.counters = cell.counters();
        part
    };
    let parts: Vec<Part> = (0..n.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
    let mut all = Measures { row: vec![0], ..Measures::default() };
    let (mut rest, mut end) = (Dd::ZERO, 0);
    let (mut last_column, mut last_row) = (Vec::new(), Vec::new());
    for part in parts {
        let first = all.mass.len();
        polygons.extend(part.mass.iter().zip(&part.outside).map(|(a, b)| a + b));
        all.mass.extend_from_slice(&part.mass);
        all.column.extend_from_slice(&part.column);
        all.conductance.extend_from_slice(&part.conductance);
        all.moments.extend_from_slice(&part.moments);
        for length in part.length {
            end += length;
            all.row.push(end);
        }
        for (k, (&outside, &free)) in part.outside.iter().zip(&part.free).enumerate() {
            rest = rest + Dd::from_f64(outside);
            if free > 0.0 && want != Want::Moments {
                last_column.push((first + k) as u32);
                last_row.push(free);
            }
        }
        all.counters += part.counters;
    }
    all.mass.push(rest.to_f64());
    all.row.push(end + last_column.len() as u32);
    all.column.append(&mut last_column);
    all.conductance.append(&mut last_row);
    all
}

/// The diagram of partial transport at given heights, for output, pictures and proofs. Everything is in the order of `problem.sites()`.
///
/// ```
/// use brenier::{diagram::PartialDiagram, domain::ConvexPolygon, exact::Heights, problem::{Problem, ProblemData}};
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
    spreads: Vec<f64>,
    free: Vec<f64>,
    walls: Vec<(u32, u32, f64)>,
    rest: f64,
}

impl PartialDiagram {
    /// Computes the diagram. The polygons are exact as those of [`Diagram`]; see docs/theory/partial.md for the error of the rest.
    /// Cost: O(n log n); parallel, bit-identical for any number of threads.
    ///
    /// # Errors
    /// Heights that are not finite or not one per site.
    pub fn new(problem: &Problem, heights: &Heights) -> Result<PartialDiagram, DiagramError> {
        let diagram = Diagram::new(problem, heights)?;
        let source = Source::new(problem.density(), problem.source_factor());
        let scale = scale_of(problem);
        let facets = diagram.hessian();
        let real = |i: u32, j: u32| facets.binary_search_by_key(&(i, j), |f| (f.0, f.1)).is_ok();
        type Part = (Vec<(Moments, [f64; 2])>, Vec<(u32, u32, f64)>);
        let disc = |i: u32| Disc::new(&diagram.lifted()[i as usize], Dd::ZERO, scale);
        let parts: Vec<Part> = (0..diagram.len().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut ball = BallCell::default();
                let (mut rows, mut walls) = (Vec::new(), Vec::new());
                for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(diagram.len()) {
                    let (labels, points) = (diagram.labels(i), diagram.points(i));
                    ball.compute(i as u32, labels, points, disc);
                    let [mass, outside, free] = ball.masses(points, &source);
                    rows.push((Moments { mass, ..ball.moments(&source) }, [outside, 0.5 * free]));
                    let begin = walls.len();
                    for (k, label) in labels.iter().enumerate() {
                        let (Label::Bisector(j), Some((a, b))) = (*label, ball.part(k)) else { continue };
                        let (yi, yj) = (problem.sites()[i], problem.sites()[j as usize]);
                        let c = integrate::conductance(a, b, yi, yj, source.local());
                        if c > 0.0 && i < j as usize && real(i as u32, j) {
                            walls.push((i as u32, j, 0.5 * c));
                        }
                    }
                    walls[begin..].sort_unstable_by_key(|w| w.1);
                }
                (rows, walls)
            })
            .collect();
        let (mut masses, mut centroids, mut spreads) = (Vec::new(), Vec::new(), Vec::new());
        let (mut free, mut walls, mut rest) = (Vec::new(), Vec::new(), Dd::ZERO);
        for (rows, mut some) in parts {
            for (m, [outside, arc]) in rows {
                masses.push(m.mass);
                centroids.push((m.mass > 0.0).then_some(m.centroid));
                spreads.push(m.spread);
                free.push(arc);
                rest = rest + Dd::from_f64(outside);
            }
            walls.append(&mut some);
        }
        Ok(PartialDiagram { diagram, masses, centroids, spreads, free, walls, rest: rest.to_f64() })
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

    /// `int |x - centroid|^2 rho` over each cell in its ball.
    pub fn spreads(&self) -> &[f64] {
        &self.spreads
    }

    /// The mass in no ball: what stays.
    pub fn rest(&self) -> f64 {
        self.rest
    }

    /// `(i, j, H_ij)` with `i < j`, sorted, for the walls in the balls: `H_ij = int rho / (2 |y_i - y_j|)`, `dm_i/dw_j = -H_ij`.
    pub fn walls(&self) -> &[(u32, u32, f64)] {
        &self.walls
    }

    /// For each cell `int rho / (2 sqrt(w_i))` over its free arcs: what `dm_i/dw_i` has beyond the sum of its walls.
    pub fn free(&self) -> &[f64] {
        &self.free
    }

    /// Sites whose cell has no mass, ascending.
    pub fn hidden(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|&i| self.centroids[i as usize].is_none()).collect()
    }

    /// `sum_i int_cell_i |x - y_i|^2`: the cost of what moves.
    pub fn cost(&self) -> f64 {
        let mut cost = 0.0;
        for (i, y) in self.diagram.problem().sites().iter().enumerate() {
            if let Some(c) = self.centroids[i] {
                let d = [c[0] - y[0], c[1] - y[1]];
                cost += self.spreads[i] + self.masses[i] * (d[0] * d[0] + d[1] * d[1]);
            }
        }
        cost
    }

    /// The dual value `sum w_i nu_i + int min(0, min_i |x - y_i|^2 - w_i)`, at most the cost of any plan, up to rounding.
    pub fn dual_value(&self) -> f64 {
        let problem = self.diagram.problem();
        let excess = |i: usize| {
            let w = weight(&self.diagram.lifted()[i], Dd::ZERO).to_f64();
            w * (self.masses[i] - problem.masses()[i])
        };
        self.cost() - (0..self.len()).map(excess).sum::<f64>()
    }

    /// The boundary of cell `i` in its ball as a polygon, counter-clockwise, arcs in steps of at most `step` (an angle); empty if there is
    /// no such cell.
    pub fn outline(&self, i: usize, step: f64) -> Vec<[f64; 2]> {
        let scale = scale_of(self.diagram.problem());
        let mut ball = BallCell::default();
        let disc = |i: u32| Disc::new(&self.diagram.lifted()[i as usize], Dd::ZERO, scale);
        ball.compute(i as u32, self.diagram.labels(i), self.diagram.points(i), disc);
        ball.outline(step)
    }
}
