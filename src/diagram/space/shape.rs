//! A finished cell: its faces and corners in an order of their own, coordinates, integrals.
//!
//! Corners are computed once more about the middle of the cell, from walls in double-double, so
//! that their errors are small beside the cell and not beside the domain. Everything here is a
//! function of the cell's labels: the same bits however it was found.

use super::super::moments::Moments;
use super::super::wall_moments::WallMoments;
use super::cutter::Cutter;
use super::planes::CellPlanes;
use super::wall::Wall;
use crate::domain::space::{Metric, Naming, Planes, Polytope, Skeleton};
use crate::exact::Dd;
use crate::exact::big::{self, Rational};
use crate::exact::predicates::{Corner, PlaneRow, corner_exact};

/// A cell is seen from its origin if that is not farther from its middle than so many of its radii.
const NEAR: f64 = 4.0;

/// A finished cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub skeleton: Skeleton<Wall>,
    /// A point in it or near it.
    pub middle: [f64; 3],
    /// Corners from there.
    pub points: Vec<[f64; 3]>,
    /// Bound of the error of a coordinate.
    pub error: f64,
    /// The density at the corners, at least 0.
    pub rho: Vec<f64>,
}

/// A finished cell, with room for making it.
#[derive(Debug, Default)]
pub(super) struct Shaping {
    pub shape: Shape,
    pub naming: Naming,
    rows: Vec<PlaneRow>,
}

/// Integrals over a face.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FaceIntegral {
    /// Its area.
    pub area: f64,
    /// `int rho`; 0 of a face that may have no area.
    pub mass: f64,
}

#[inline]
fn minus(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

#[inline]
fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[inline]
fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline]
fn length(a: &[f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

impl Cutter<'_> {
    /// A plane of a cell about any point, in doubles.
    fn row(&self, cell: u32, label: &Wall, about: &[f64; 3]) -> PlaneRow {
        match *label {
            Wall::Site(j, shift) => self.sites.row(self.ground, (cell, j), shift, about),
            Wall::Domain(face) => self.ground.row(face, about),
        }
    }

    /// A finished cell, or its piece in a part of the domain; `None` if there is none.
    pub fn finished(&self, cell: u32, part: u32, polytope: &Polytope<Wall>) -> Option<Shape> {
        let mut shaping = Shaping::default();
        self.shaped(cell, part, polytope, &mut shaping).then_some(shaping.shape)
    }

    /// The same, left in `shaping`; false if there is none.
    pub fn shaped(&self, cell: u32, part: u32, polytope: &Polytope<Wall>, shaping: &mut Shaping) -> bool {
        if polytope.is_empty() {
            return false;
        }
        let Shaping { shape: Shape { skeleton, middle, points, error, rho }, naming, rows } = shaping;
        skeleton.fill(polytope, naming);
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell };
        let origin = self.ground.origin(&self.sites.y[cell as usize]);
        let used = &naming.used;
        // Exactly, about another point.
        let by_rationals = |corner: &[u32; 3], about: &[f64; 3]| {
            let face = |f: u32| polytope.faces[used[f as usize] as usize].exact(|l| planes.exact(l));
            let [x, y, z, w] = corner_exact([face(corner[0]), face(corner[1]), face(corner[2])]);
            let mut k = 0;
            [x, y, z].map(|x| {
                k += 1;
                let moved = big::rational(origin[k - 1]) - big::rational(about[k - 1]);
                big::nearest_f64(&(Rational::from((x, w.clone())) + moved))
            })
        };
        let point = |found: Option<([f64; 3], f64)>, corner: &[u32; 3], about: &[f64; 3]| {
            found.unwrap_or_else(|| {
                let point = by_rationals(corner, about);
                (point, point.iter().fold(0.0, |e: f64, x| e.max(x.abs() * f64::EPSILON)))
            })
        };
        // Rows are functions of the labels alone; so are corners, begun with the same face.
        let rows_of = |[a, b, c]: [u32; 3], rows: &[PlaneRow]| {
            Corner::of(&rows[a as usize], &rows[b as usize], &rows[c as usize]).point()
        };
        *error = 0.0;
        points.clear();
        for (k, corner) in skeleton.corners.iter().enumerate() {
            let node = &polytope.nodes[naming.node(k)];
            let found = if node.faces[0] == used[corner[0] as usize] {
                node.at.point()
            } else {
                let [a, b, c] = corner.map(|f| &polytope.faces[used[f as usize] as usize].row);
                Corner::of(a, b, c).point()
            };
            let (x, off) = point(found, corner, &origin);
            *error = error.max(off);
            points.push(x);
        }
        let share = 1.0 / points.len() as f64;
        let mean = [0, 1, 2].map(|k| points.iter().map(|x| x[k] * share).sum::<f64>());
        let square = |x: &[f64; 3]| x.iter().map(|x| x * x).sum::<f64>();
        let size = points.iter().fold(0.0f64, |m, x| m.max(square(&minus(x, &mean))));
        *middle = origin;
        // Seen from afar corners are off by what is much beside a small cell.
        if !(square(&mean) <= NEAR * NEAR * size) {
            *middle = [0, 1, 2].map(|k| origin[k] + mean[k]);
            rows.clear();
            rows.extend(skeleton.labels.iter().map(|l| self.row(cell, l, middle)));
            *error = 0.0;
            for (x, corner) in points.iter_mut().zip(&skeleton.corners) {
                let (found, off) = point(rows_of(*corner, rows), corner, middle);
                *error = error.max(off);
                *x = found;
            }
        }
        let law = self.ground.law(part);
        rho.clear();
        rho.extend(points.iter().map(|x| law.at(&[middle[0] + x[0], middle[1] + x[1], middle[2] + x[2]])));
        true
    }
}

impl Shape {
    /// Triangles of a face, by corners.
    fn fan(&self, face: usize) -> impl Iterator<Item = [usize; 3]> + '_ {
        let ring = self.skeleton.ring(face);
        ring[1..].windows(2).map(|pair| [ring[0] as usize, pair[0] as usize, pair[1] as usize])
    }

    /// Mass and moments along `D` axes, with a bound of the error of the mass.
    ///
    /// The bound is that of first order, twice: corners are off by `error` in each coordinate,
    /// which changes a tetrahedron by at most the areas of its sides times `sqrt(3) error / 3`
    /// each; and every term is rounded a few times.
    /// In a metric the spread is that of stretched points.
    pub fn moments<const D: usize>(&self, metric: Option<&Metric>) -> Moments<D> {
        let apex = self.points[0];
        let rho = &self.rho;
        let (mut mass, mut first, mut second, mut off) = (0.0, [0.0; 3], [0.0; 3], 0.0);
        let mut long = [0.0; 3];
        for face in 0..self.skeleton.labels.len() {
            // The apex is corner 0.
            if self.skeleton.ring(face).contains(&0) {
                continue;
            }
            for at in self.fan(face) {
                let v = at.map(|k| minus(&self.points[k], &apex));
                let r = [rho[0], rho[at[0]], rho[at[1]], rho[at[2]]];
                let total = (r[0] + r[1]) + (r[2] + r[3]);
                let (ab, bc, ca) = (cross(&v[0], &v[1]), cross(&v[1], &v[2]), cross(&v[2], &v[0]));
                let volume = dot(&ab, &v[2]) / 6.0;
                let sides = length(&ab) + length(&bc) + length(&ca);
                let part = volume * total / 4.0;
                mass += part;
                off += total / 4.0 * (sides * self.error + 16.0 * f64::EPSILON * sides * length(&v[2]) / 6.0);
                off += 16.0 * f64::EPSILON * part.abs();
                let moment = |v: &[[f64; 3]; 3], k: usize| {
                    let [a, b, c] = [v[0][k], v[1][k], v[2][k]];
                    volume * (total * (a + b + c) + (r[1] * a + r[2] * b + r[3] * c)) / 20.0
                };
                (0..D).for_each(|k| first[k] += moment(&v, k));
                let w = match metric {
                    Some(metric) => [metric.stretched(&v[0]), metric.stretched(&v[1]), metric.stretched(&v[2])],
                    None => v,
                };
                for k in 0..D {
                    let [a, b, c] = [w[0][k], w[1][k], w[2][k]];
                    let sum = a + b + c;
                    let heavy = r[1] * a + r[2] * b + r[3] * c;
                    let squares = a * a + b * b + c * c;
                    let heavy_squares = r[1] * a * a + r[2] * b * b + r[3] * c * c;
                    long[k] += moment(&w, k);
                    second[k] += volume * (total * (sum * sum + squares) + 2.0 * (sum * heavy + heavy_squares)) / 120.0;
                }
            }
        }
        if !(mass > 0.0) {
            return Moments { mass: 0.0, off: 2.0 * off, ..Moments::default() };
        }
        let mut spread = 0.0;
        let centre = std::array::from_fn(|k| {
            let mean = first[k] / mass;
            // About the centroid: both terms are of the size of the cell.
            spread += (second[k] - long[k] / mass * long[k]).max(0.0);
            Dd::sum(self.middle[k], apex[k]) + Dd::from_f64(mean)
        });
        Moments { mass, spread, off: 2.0 * off, ..Moments::default() }.centred(centre)
    }

    /// The mass of [`Shape::moments`], to the bit.
    pub fn mass(&self) -> f64 {
        let (apex, rho) = (self.points[0], &self.rho);
        let mut mass = 0.0;
        for face in 0..self.skeleton.labels.len() {
            let ring = self.skeleton.ring(face);
            if ring.contains(&0) {
                continue;
            }
            let from = |k: u32| minus(&self.points[k as usize], &apex);
            let (p, mut q) = (from(ring[0]), from(ring[1]));
            for pair in ring[1..].windows(2) {
                let r = from(pair[1]);
                let volume = dot(&cross(&p, &q), &r) / 6.0;
                let total = (rho[0] + rho[ring[0] as usize]) + (rho[pair[0] as usize] + rho[pair[1] as usize]);
                mass += volume * total / 4.0;
                q = r;
            }
        }
        if mass > 0.0 { mass } else { 0.0 }
    }

    /// Area of a face, and the mass on it.
    ///
    /// On grids many faces are single points, or lines, of which rounding makes a little area. With
    /// corners off by `e` in each coordinate that of a triangle is off by at most `2 sqrt(3) e` of
    /// half its perimeter; a face with less than twice that of all its triangles is taken for none.
    pub fn face(&self, face: usize) -> FaceIntegral {
        let (mut all, mut doubt) = (FaceIntegral::default(), 0.0);
        let ring = self.skeleton.ring(face);
        let first = ring[0] as usize;
        let from = |k: u32| minus(&self.points[k as usize], &self.points[first]);
        let mut ab = from(ring[1]);
        let mut long = length(&ab);
        for pair in ring[1..].windows(2) {
            let ac = from(pair[1]);
            let longer = length(&ac);
            let area = 0.5 * length(&cross(&ab, &ac));
            doubt += 4.0 * self.error * (long + longer + length(&minus(&ac, &ab)));
            all.area += area;
            let rho = self.rho[first] + self.rho[pair[0] as usize] + self.rho[pair[1] as usize];
            all.mass += area * rho / 3.0;
            (ab, long) = (ac, longer);
        }
        if !(all.area > doubt) {
            all = FaceIntegral::default();
        }
        all
    }

    /// The outward normal of a face, of length 1; zero for a face without area.
    pub fn normal(&self, face: usize) -> [f64; 3] {
        let mut sum = [0.0; 3];
        for at in self.fan(face) {
            let [a, b, c] = at.map(|k| &self.points[k]);
            let n = cross(&minus(b, a), &minus(c, a));
            (0..3).for_each(|k| sum[k] += n[k]);
        }
        let size = length(&sum);
        if size > 0.0 { sum.map(|x| x / size) } else { [0.0; 3] }
    }

    /// A corner in the coordinates of the domain (on a torus: near the site).
    pub fn corner(&self, k: u32) -> [f64; 3] {
        let z = &self.points[k as usize];
        [0, 1, 2].map(|k| self.middle[k] + z[k])
    }

    /// A face with its moments under the weight `scale rho` (docs/theory/gradients.md).
    ///
    /// Over a triangle with corners `v_a` and values `r_a`: `int rho = A R / 3`,
    /// `int rho x = A (R V + sum r v) / 12`, and `int rho x x' = A (R V V' + s V' + V s'
    /// + R sum v v' + 2 sum r v v') / 60` with `s = sum r v`.
    pub fn wall_moments<const D: usize>(&self, face: usize, sites: [u32; 2], scale: f64) -> WallMoments<D> {
        let (mut weight, mut first, mut second) = (0.0, [0.0; 3], [[0.0; 3]; 3]);
        for at in self.fan(face) {
            let v = at.map(|k| self.points[k]);
            let r = at.map(|k| self.rho[k]);
            let area = scale * 0.5 * length(&cross(&minus(&v[1], &v[0]), &minus(&v[2], &v[0])));
            let total = r[0] + r[1] + r[2];
            let sum = [0, 1, 2].map(|k| v[0][k] + v[1][k] + v[2][k]);
            let heavy = [0, 1, 2].map(|k| r[0] * v[0][k] + r[1] * v[1][k] + r[2] * v[2][k]);
            weight += area * total / 3.0;
            for k in 0..3 {
                first[k] += area * (total * sum[k] + heavy[k]) / 12.0;
                for l in 0..3 {
                    let plain: f64 = (0..3).map(|a| (total + 2.0 * r[a]) * v[a][k] * v[a][l]).sum();
                    second[k][l] +=
                        area * (total * sum[k] * sum[l] + heavy[k] * sum[l] + sum[k] * heavy[l] + plain) / 60.0;
                }
            }
        }
        let mean = if weight > 0.0 { first.map(|f| f / weight) } else { [0.0; 3] };
        WallMoments {
            sites,
            weight,
            mean: std::array::from_fn(|k| self.middle[k] + mean[k]),
            spread: std::array::from_fn(|k| {
                std::array::from_fn(|l| if weight > 0.0 { second[k][l] / weight - mean[k] * mean[l] } else { 0.0 })
            }),
        }
    }
}

impl Shape {
    /// Volume, centroid, and the second moments about it, without density.
    pub fn tensor(&self) -> (f64, [f64; 3], [[f64; 3]; 3]) {
        let (mut volume, mut first, mut second) = (0.0, [0.0; 3], [[0.0; 3]; 3]);
        let apex = self.points[0];
        for face in 0..self.skeleton.labels.len() {
            if self.skeleton.ring(face).contains(&0) {
                continue;
            }
            for at in self.fan(face) {
                let v = at.map(|k| minus(&self.points[k], &apex));
                let part = dot(&cross(&v[0], &v[1]), &v[2]) / 6.0;
                let sum = [0, 1, 2].map(|k| v[0][k] + v[1][k] + v[2][k]);
                volume += part;
                for k in 0..3 {
                    first[k] += part * sum[k] / 4.0;
                    for l in 0..3 {
                        let squares: f64 = v.iter().map(|v| v[k] * v[l]).sum();
                        second[k][l] += part * (sum[k] * sum[l] + squares) / 20.0;
                    }
                }
            }
        }
        if !(volume > 0.0) {
            return (0.0, self.middle, [[0.0; 3]; 3]);
        }
        let mean = first.map(|f| f / volume);
        for (k, row) in second.iter_mut().enumerate() {
            (0..3).for_each(|l| row[l] -= volume * mean[k] * mean[l]);
        }
        (volume, [0, 1, 2].map(|k| self.middle[k] + apex[k] + mean[k]), second)
    }

    /// Hands on the tetrahedra of the cell that have mass, with the density at their corners and
    /// their mass.
    pub fn each_simplex(&self, f: &mut dyn FnMut([[f64; 3]; 4], [f64; 4], f64)) {
        for face in 0..self.skeleton.labels.len() {
            if self.skeleton.ring(face).contains(&0) {
                continue;
            }
            for [a, b, c] in self.fan(face) {
                let at = [0, a, b, c];
                let rho = at.map(|k| self.rho[k]);
                let [p, q, r] = [a, b, c].map(|k| minus(&self.points[k], &self.points[0]));
                let mass = dot(&cross(&p, &q), &r) / 6.0 * rho.iter().sum::<f64>() / 4.0;
                if mass > 0.0 {
                    f(at.map(|k| self.corner(k as u32)), rho, mass);
                }
            }
        }
    }
}
