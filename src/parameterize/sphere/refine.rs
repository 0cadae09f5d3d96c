//! Least distortion of a map to the sphere, by steps that never flip a triangle.

use super::super::energy::Weights;
use super::super::refine::noise;
use super::super::system::{Local, System};
use super::energy::{Basis, Cost, basis};
use crate::domain::vector::{Vector3, side};
use crate::exact::predicates::cone_sign;
use rayon::prelude::*;

/// Triangles that one task looks at; fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1024;
/// Halvings of a step before it is given up.
const HALVINGS: usize = 40;
/// A step uses at most this share of the way to the first triangle that would become flat.
const ROOM: f64 = 0.9;
/// Share of the diagonal that is added to the Hessian: from so little that it only holds rotations,
/// which are free, to so much that directions are nearly those of steepest descent. It grows by a
/// factor after steps shorter than `SHORT` of the whole one, and falls again after steps longer
/// than `LONG`.
const LEAST_DAMPING: f64 = 1e-11;
const FIRST_DAMPING: f64 = 1e-4;
const MOST_DAMPING: f64 = 1e2;
const DAMPED: f64 = 10.0;
const SHORT: f64 = 0.2;
const LONG: f64 = 0.8;

/// A map under refinement: every triangle is positive, exactly, before and after each step.
pub(super) struct Refinement<'a> {
    triangles: &'a [[u32; 3]],
    costs: Vec<Cost>,
    pub points: Vec<[f64; 3]>,
    system: System,
}

impl<'a> Refinement<'a> {
    /// Prepares; `None` if memory does not suffice for the linear systems.
    pub fn new(triangles: &'a [[u32; 3]], costs: Vec<Cost>, points: Vec<[f64; 3]>) -> Option<Refinement<'a>> {
        let unknowns: Vec<[u32; 2]> = (0..points.len() as u32).map(|v| [2 * v, 2 * v + 1]).collect();
        let system = System::new(triangles, &unknowns, 2 * points.len())?;
        Some(Refinement { triangles, costs, points, system })
    }

    fn corners(&self, points: &[[f64; 3]], f: usize) -> [[f64; 3]; 3] {
        self.triangles[f].map(|v| points[v as usize])
    }

    /// Whether all triangles are positive, exactly.
    pub fn is_positive(&self, points: &[[f64; 3]]) -> bool {
        (0..self.triangles.len()).into_par_iter().with_min_len(CHUNK).all(|f| {
            let [a, b, c] = self.corners(points, f);
            cone_sign(a, b, c) > 0
        })
    }

    /// The energy; infinite if a triangle is not positive.
    pub fn energy(&self, points: &[[f64; 3]], w: Weights) -> f64 {
        let faces = self.triangles.len();
        let chunk = |c: usize| -> f64 {
            let range = c * CHUNK..((c + 1) * CHUNK).min(faces);
            range.map(|f| self.costs[f].value(self.corners(points, f), w)).sum()
        };
        let sums: Vec<f64> = (0..faces.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
        sums.iter().sum()
    }

    /// Takes up to `most` Newton steps, fewer once a step changes the energy by less than the share
    /// `enough`; returns how many.
    pub fn run(&mut self, w: Weights, most: usize, enough: f64) -> usize {
        let mut energy = self.energy(&self.points, w);
        let mut damping = LEAST_DAMPING;
        for taken in 0..most {
            let Some((velocities, slope)) = self.direction(w, damping) else { return taken };
            let Some((points, after, length)) = self.searched(&velocities, slope, energy, w) else { return taken };
            // Short steps are no better than damped ones, which go along all ways that are steep.
            damping = match length {
                t if t < SHORT => (damping * DAMPED).clamp(FIRST_DAMPING, MOST_DAMPING),
                t if t > LONG && damping <= FIRST_DAMPING => LEAST_DAMPING,
                t if t > LONG => damping / DAMPED,
                _ => damping,
            };
            self.points = points;
            let gain = energy - after;
            energy = after;
            if gain <= enough * energy && length > 0.5 {
                return taken + 1;
            }
        }
        most
    }

    /// The Newton direction, a vector along the sphere for each point, and the slope of the energy
    /// along it.
    fn direction(&mut self, w: Weights, damping: f64) -> Option<(Vec<Vector3<f64>>, f64)> {
        let bases: Vec<Basis> = self.points.par_iter().map(|p| basis(*p)).collect();
        self.system.clear();
        let mut gradient = vec![0.0; 2 * self.points.len()];
        let faces = self.triangles.len();
        // Blocks that fit the memory of a processor core, computed in parallel, added in order.
        const BLOCK: usize = 64 * CHUNK;
        let mut locals: Vec<([f64; 6], Local)> = Vec::new();
        for start in (0..faces).step_by(BLOCK) {
            let range = start..(start + BLOCK).min(faces);
            let one = |f: usize| {
                let own = self.triangles[f].map(|v| &bases[v as usize]);
                self.costs[f].derivatives(self.corners(&self.points, f), own, w)
            };
            range.clone().into_par_iter().with_min_len(CHUNK).map(one).collect_into_vec(&mut locals);
            for (f, (g, h)) in range.zip(&locals) {
                for (k, &v) in self.triangles[f].iter().enumerate() {
                    gradient[2 * v as usize] += g[2 * k];
                    gradient[2 * v as usize + 1] += g[2 * k + 1];
                }
                self.system.add(f, h);
            }
        }
        // Rotations are free; the shift holds them.
        let mut shift = damping;
        let factor = loop {
            match self.system.factor(shift) {
                Some(factor) => break factor,
                None if shift < MOST_DAMPING => shift *= 100.0,
                None => return None,
            }
        };
        let mut d: Vec<f64> = gradient.iter().map(|g| -g).collect();
        factor.solve(&mut d);
        let slope: f64 = d.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        let found = slope < 0.0 && d.iter().all(|x| x.is_finite());
        let along = |(v, b): (usize, &Basis)| b[0] * d[2 * v] + b[1] * d[2 * v + 1];
        found.then(|| (bases.iter().enumerate().map(along).collect(), slope))
    }

    /// A step along a direction that lowers the energy and leaves every triangle positive: where it
    /// leads, the energy there, and its share of the whole step.
    fn searched(
        &self,
        velocities: &[Vector3<f64>],
        slope: f64,
        energy: f64,
        w: Weights,
    ) -> Option<(Vec<[f64; 3]>, f64, f64)> {
        let own = |f: usize| self.triangles[f].map(|v| velocities[v as usize]);
        let room = (0..self.triangles.len())
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|f| time_to_flat(self.corners(&self.points, f), own(f)))
            .reduce(|| f64::INFINITY, f64::min);
        let mut t = (ROOM * room).min(1.0);
        for _ in 0..HALVINGS {
            let points: Vec<[f64; 3]> = self
                .points
                .par_iter()
                .zip(velocities)
                .map(|(p, d)| (Vector3::from(*p) + d * t).normalize().into())
                .collect();
            let after = self.energy(&points, w);
            if after <= energy + 1e-4 * t * slope && self.is_positive(&points) {
                return Some((points, after, t));
            }
            t *= 0.5;
        }
        None
    }

    /// Moves every point at random, by up to the share `most` of its shortest edge, less if a
    /// triangle would flip: out of the saddles of regular meshes.
    pub fn shake(&mut self, most: f64) {
        let mut shortest = vec![f64::INFINITY; self.points.len()];
        for t in self.triangles {
            for k in 0..3 {
                let (a, b) = (t[k] as usize, t[(k + 1) % 3] as usize);
                let d = side(self.points[a], self.points[b]).norm();
                shortest[a] = shortest[a].min(d);
                shortest[b] = shortest[b].min(d);
            }
        }
        for halvings in 0..HALVINGS {
            let reach = most * 0.5f64.powi(halvings as i32);
            let moved = |(v, p): (usize, &[f64; 3])| -> [f64; 3] {
                let [s, t] = basis(*p);
                let by = [0, 1].map(|k| reach * shortest[v] * noise(2 * v + k));
                (Vector3::from(*p) + s * by[0] + t * by[1]).normalize().into()
            };
            let points: Vec<[f64; 3]> = self.points.iter().enumerate().map(moved).collect();
            if self.is_positive(&points) {
                self.points = points;
                return;
            }
        }
    }
}

/// A time up to which a triangle with moving corners stays positive, infinite if it does so until
/// more than the whole step is done: the least root of `det [a + t u; b + t v; c + t w]`, or a
/// little before it.
fn time_to_flat([a, b, c]: [[f64; 3]; 3], [u, v, w]: [Vector3<f64>; 3]) -> f64 {
    const END: f64 = 1.0 / ROOM;
    let (d, e) = (side(a, b), side(a, c));
    let (p, q) = (v - u, w - u);
    let a = Vector3::from(a);
    let (still, once, twice) = (d.cross(&e), p.cross(&e) + d.cross(&q), p.cross(&q));
    let c0 = a.dot(&still);
    let c1 = u.dot(&still) + a.dot(&once);
    // The cubic term is small; where it lowers the determinant it does so less than this.
    let c2 = u.dot(&once) + a.dot(&twice) + u.dot(&twice).min(0.0) * END;
    let root = c1 * c1 - 4.0 * c0 * c2;
    if root < 0.0 {
        return f64::INFINITY;
    }
    // 2 c0 / (-c1 + sqrt): the smaller positive root, without cancellation.
    let denominator = -c1 + root.sqrt();
    if denominator > 0.0 { 2.0 * c0 / denominator } else { f64::INFINITY }
}
