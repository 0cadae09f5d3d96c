//! One piece of a cell in a triangle, on its way into the diagram: coordinates, integrals, and what
//! of it exists only by the perturbation.

use super::super::label::Label;
use super::super::moments::Moments;
use super::fan::Fan;
use super::ground::SurfaceGround;
use super::integrate::{Facet, wall};
use super::trace::Polygon;
use super::vertex::{exact_vertex, from_corner, in_space, meeting};
use crate::exact::Dd;
use crate::exact::big::{Rational, nearest_f64, rational};
use crate::exact::predicates::{Lifted3, meet_near};

/// Mass, centroid and spread about it of one piece.
#[derive(Clone, Copy)]
pub(super) struct Lump {
    pub cell: u32,
    pub of: Moments<3>,
}

/// What a task found along its part of the curve. Sites are numbered by position.
#[derive(Default)]
pub(super) struct Found {
    /// Facet, cell, number of sides, has it area?
    pub pieces: Vec<(u32, u32, u32, bool)>,
    pub labels: Vec<Label>,
    pub vertices: Vec<[f64; 3]>,
    pub short: Vec<usize>,
    pub lumps: Vec<Lump>,
    pub walls: Vec<(u32, u32, f64)>,
    scratch: Vec<[f64; 3]>,
    fan: Fan,
}

impl Found {
    /// Adds a polygon; `size` is that of the surface.
    pub(super) fn add(&mut self, ground: &SurfaceGround, points: &[Lifted3], polygon: &Polygon<'_>, size: f64) {
        let facet = ground.facet(polygon.facet);
        let (own, sides) = (&points[polygon.cell as usize], polygon.sides);
        let n = sides.len();
        let first = self.labels.len();
        self.labels.extend(sides.iter().map(|side| side.label));
        let labels = &self.labels[first..];
        let exact = |k: usize| exact_vertex(own, points, labels, k, &facet.corners);
        let corners = &facet.corners;
        let span = (0..3).fold(0.0, |s: f64, k| {
            s.max((corners[1][k] - corners[0][k]).abs() + (corners[2][k] - corners[0][k]).abs())
        });
        let mut coordinates = std::mem::take(&mut self.scratch);
        coordinates.clear();
        for (k, side) in sides.iter().enumerate() {
            let l = side.start.coordinates();
            coordinates.push(l);
            // An ulp of the surface is what output promises.
            let fine = |error: f64, ulps: f64| error * span <= ulps * 2f64.powi(-53) * size;
            let point = if fine(side.start.error(), 1.0) {
                in_space(&facet, &l)
            } else {
                let (near, error) = meet_near(own, meeting(points, labels, k), corners);
                match fine(error, 0.01) {
                    true => rounded_near(&near, corners),
                    false => exact(k).map_or_else(|| in_space(&facet, &l), |l| rounded(&l, corners)),
                }
            };
            self.vertices.push(point);
        }
        let error = sides.iter().fold(0.0, |e: f64, s| e.max(s.start.error()));
        for (k, side) in sides.iter().enumerate() {
            let next = if k + 1 == n { 0 } else { k + 1 };
            let (a, b) = (&coordinates[k], &coordinates[next]);
            let apart = (0..3).fold(0.0, |d: f64, k| d.max((a[k] - b[k]).abs()));
            // Both ends are off by at most `error`.
            if !(apart > 4.0 * error) && exact(k) == exact(next) {
                self.short.push(first + k);
            } else if let Some(j) = wall(side.label).filter(|&j| polygon.cell < j) {
                let conductance = facet.conductance(side, a, b);
                if conductance > 0.0 {
                    self.walls.push((polygon.cell, j, conductance));
                }
            }
        }
        self.fan.set(&facet, points, polygon);
        let lump = Lump { cell: polygon.cell, of: moments(&facet, &self.fan) };
        let solid = has_area(&coordinates, error, || (0..n).map(exact).collect());
        self.pieces.push((polygon.facet, polygon.cell, n as u32, solid));
        self.lumps.push(lump);
        self.scratch = coordinates;
    }
}

/// The integrals of one piece. About a vertex of its own, so that little cancels.
fn moments(facet: &Facet, fan: &Fan) -> Moments<3> {
    let (mass, off) = (fan.mass, fan.off);
    if mass <= 0.0 {
        return Moments { off, centroid: in_space(facet, &fan.vertices[0]), ..Moments::default() };
    }
    let (first, second) = fan.moments(facet);
    let from = first.map(|f| f / mass);
    let spread = (second - mass * from.iter().map(|d| d * d).sum::<f64>()).max(0.0);
    let (u, about) = (&facet.corners[0], from_corner(facet, &fan.vertices[0]));
    // A corner is as exact as the mesh: a far origin costs no digits.
    let centre = [0, 1, 2].map(|k| Dd::sum(u[k], about[k] + from[k]));
    Moments { mass, off, spread, ..Moments::default() }.centred(centre)
}

/// The point with these barycentric coordinates, rounded once from double-double.
fn rounded_near(l: &[Dd; 3], [u, v, w]: &[[f64; 3]; 3]) -> [f64; 3] {
    [0, 1, 2].map(|k| {
        let sides = l[1] * Dd::difference(v[k], u[k]) + l[2] * Dd::difference(w[k], u[k]);
        (Dd::from_f64(u[k]) + sides).to_f64()
    })
}

/// The point with these barycentric coordinates, each coordinate the nearest double.
fn rounded(l: &[Rational; 3], corners: &[[f64; 3]; 3]) -> [f64; 3] {
    [0, 1, 2].map(|k| {
        let sum: Rational = (0..3).map(|c| Rational::from(&l[c] * &rational(corners[c][k]))).sum();
        nearest_f64(&sum)
    })
}

/// Whether a polygon has area, exactly. Its vertices, off by at most `error`, span `w` in the plane
/// of `l_1, l_2`; each triangle of the fan then has twice its area to `8 error w` and a rounding
/// that `error`, at least `32u`, covers.
fn has_area(l: &[[f64; 3]], error: f64, exact: impl FnOnce() -> Vec<Option<[Rational; 3]>>) -> bool {
    let mut twice = 0.0;
    let mut w = 0.0f64;
    let d = |a: &[f64; 3], k: usize| a[k] - l[0][k];
    for pair in l[1..].windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        twice += d(a, 1) * d(b, 2) - d(a, 2) * d(b, 1);
    }
    l.iter().for_each(|a| w = w.max(d(a, 1).abs()).max(d(a, 2).abs()));
    if twice > 16.0 * error * (w + error) * l.len() as f64 {
        return true;
    }
    // All vertices on one line, then: every triangle of the fan is flat, since none is turned
    // around.
    let vertices: Vec<[Rational; 3]> = exact().into_iter().flatten().collect();
    let Some(a) = vertices.first() else { return false };
    vertices[1..].windows(2).any(|pair| {
        let d = |p: &[Rational; 3], k: usize| Rational::from(&p[k] - &a[k]);
        d(&pair[0], 1) * d(&pair[1], 2) != d(&pair[0], 2) * d(&pair[1], 1)
    })
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::SurfaceDiagram;
    use super::*;
    use crate::domain::Surface;
    use crate::exact::Heights;
    use crate::exact::big::nearest_dd;
    use crate::problem::{SurfaceProblem, SurfaceProblemData};

    struct Dice(u64);

    impl Dice {
        /// In `-1 .. 1`.
        fn real(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    fn diagram(corners: [[f64; 3]; 3], sites: &[Lifted3]) -> SurfaceDiagram {
        let surface = Surface::new(corners.to_vec(), vec![[0, 1, 2]]).unwrap();
        let data = SurfaceProblemData::new(surface, sites.iter().map(|s| s.y).collect());
        let problem = SurfaceProblem::new(data).unwrap();
        SurfaceDiagram::new(&problem, &Heights::new(sites.iter().map(|s| s.h))).unwrap()
    }

    fn tied(y: [f64; 3], x: [f64; 3]) -> Lifted3 {
        let value: Rational = (0..3).map(|k| rational(y[k]) * rational(x[k])).sum();
        Lifted3 { y, h: nearest_dd(&-value).0 }
    }

    /// Wedges of every angle, down to `2^-90`: their apex is where it is said to be, to an ulp or
    /// two of the surface.
    #[test]
    fn vertices_of_thin_wedges_are_written_to_an_ulp() {
        let (mut d, mut seen) = (Dice(1), [0; 9]);
        for round in 0..1800 {
            let corners = [0; 3].map(|_| [0; 3].map(|_| d.real()));
            let (s, t) = (0.5 + 0.4 * d.real(), 0.5 + 0.4 * d.real());
            let l = [1.0 - s, s * (1.0 - t), s * t];
            let x = [0, 1, 2].map(|k| (0..3).map(|c| l[c] * corners[c][k]).sum());
            let (y, along) = ([0; 3].map(|_| d.real()), [0; 3].map(|_| d.real()));
            let angle = 2f64.powi(-(round % 90));
            let z = [0, 1, 2].map(|k| y[k] + along[k]);
            let w = [0, 1, 2].map(|k| y[k] - 0.5 * along[k] + angle * d.real());
            let sites = [y, z, w].map(|y| tied(y, x));
            let found = diagram(corners, &sites);
            for piece in found.all_pieces() {
                for (k, vertex) in piece.vertices.iter().enumerate() {
                    let own = &sites[piece.site as usize];
                    let Some(exact) = exact_vertex(own, &sites, &piece.labels, k, &corners) else { continue };
                    for c in 0..3 {
                        let truth: Rational =
                            (0..3).map(|a| Rational::from(&exact[a] * &rational(corners[a][c]))).sum();
                        let off = nearest_f64(&(truth - rational(vertex[c]))).abs();
                        assert!(off <= 2f64.powi(-50), "{off:e} {sites:?} {corners:?}");
                    }
                    let before = piece.labels[(k + piece.labels.len() - 1) % piece.labels.len()];
                    seen[round as usize % 90 / 10] +=
                        usize::from(wall(before).is_some() && wall(piece.labels[k]).is_some());
                }
            }
        }
        assert!(seen.iter().all(|&n| n > 50), "{seen:?}");
    }

    /// Four cells meet in the origin, and a fifth one is nothing but that point: sides without
    /// length and pieces without area are none, though the rounded vertices differ.
    #[test]
    fn what_has_no_length_or_area_is_not_shown() {
        let mut d = Dice(2);
        for round in 0..300 {
            let far = [[-3.0, -2.0, 0.0], [3.0, -2.0, 0.0], [0.0, 3.0, 0.0]];
            let corners = far.map(|v| [v[0] + 0.3 * d.real(), v[1] + 0.3 * d.real(), 0.0]);
            let signs = [[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]];
            let mut around = |s: &[f64; 2]| {
                let [a, b] = s.map(|s| s * (0.25 + 0.05 * d.real()));
                Lifted3 { y: [a, b, 0.0], h: Dd::ZERO }
            };
            let mut sites: Vec<Lifted3> = signs.iter().map(&mut around).collect();
            let found = diagram(corners, &sites);
            let pairs: Vec<(u32, u32)> = found.hessian().iter().map(|w| (w.0, w.1)).collect();
            assert_eq!(pairs, [(0, 1), (0, 3), (1, 2), (2, 3)]);
            for piece in found.all_pieces() {
                let walls: Vec<u32> = piece.labels.iter().filter_map(|l| wall(*l)).collect();
                assert!(walls.len() == 2 && !walls.contains(&((piece.site + 2) % 4)), "{:?}", piece.labels);
            }
            let at = round % 5;
            sites.insert(at, Lifted3 { y: [0.0; 3], h: Dd::ZERO });
            let found = diagram(corners, &sites);
            assert_eq!(found.hidden(), [at as u32]);
            assert_eq!((found.hessian().len(), found.all_pieces().count()), (4, 4));
        }
    }
}
