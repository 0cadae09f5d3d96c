//! The normals of a polytope's vertices as cells of the sphere.

use super::super::corners::{Corner, SURE, Vector, corner, cross, dot, minus, size};
use super::super::directions::Directions;
use super::proof::prove_curvatures;
use crate::diagram::{Graph, Laguerre, MeasureError, Measures, Want};
use crate::exact::elementary::{exp, sqrt};
use crate::exact::predicates::{Pole, PolePlane};
use crate::exact::{Counters, Dd, Heights, power};
use crate::hull::solid::{Rings, SolidHull};

/// Heights farther apart are no shape any more: radii range over 17 decades then. Beyond 32 double-
/// doubles tell nothing (found by the fuzz target).
pub(super) const HIGHEST: f64 = 40.0;

/// The hull of points on rays, measured.
pub(super) struct Measured {
    pub rows: Vec<Pole>,
    pub rings: Rings,
    pub curvatures: Vec<f64>,
    /// No curvature is off by more, relatively; not a number where that is not known.
    pub doubt: f64,
    /// How fast curvature passes from `i` to `j` as the logarithm of the radius of `j` grows.
    pub walls: Vec<(u32, u32, f64)>,
}

/// What each direction's vector is divided by for its vertex, at these logarithms of the radii.
pub(super) fn divisors(directions: &Directions, heights: &Heights) -> Vec<Dd> {
    directions.lengths.iter().zip(heights.as_slice()).map(|(l, h)| *l * exp(-*h)).collect()
}

impl Measured {
    /// The hull of `n / s`. `None` if the origin is not inside. Cost: O(n log n).
    pub fn new(rows: Vec<Pole>) -> Option<Measured> {
        let mut counters = Counters::default();
        let hull = SolidHull::new(&rows).ok()?;
        let rings = Rings::new(&rows, &hull, &mut counters);
        let origin = Pole { n: [0.0; 3], s: Dd::from_f64(1.0) };
        for plane in &rings.planes {
            let at = plane.map(|k| &rows[k as usize]);
            if PolePlane::through(at[0], at[1], at[2]).side(at, &origin, &mut counters) <= 0 {
                return None;
            }
        }
        // Normals of the facets, as long as one over their distance.
        let corners: Vec<Corner> = rings.planes.iter().map(|p| corner(p.map(|k| &rows[k as usize]))).collect();
        let units: Vec<(Vector, f64)> = corners.iter().map(|c| (unit(&c.at), c.turn)).collect();
        let normals: Vec<Vector> = corners.into_iter().map(|c| c.at).collect();
        let sizes: Vec<f64> = normals.iter().map(size).collect();
        let points: Vec<Vector> = rows.iter().map(|r| r.n.map(|x| Dd::from_f64(x).over(r.s))).collect();
        let (mut curvatures, mut walls) = (vec![0.0; rows.len()], Vec::with_capacity(3 * rows.len()));
        let mut doubt = 0.0f64;
        for i in 0..rows.len() {
            let ring: Vec<(u32, u32)> = rings.ring(i).collect();
            let off;
            (curvatures[i], off) = area(ring.iter().map(|r| &units[r.1 as usize]));
            doubt = if off > doubt || off.is_nan() { off } else { doubt };
            for (k, &(j, after)) in ring.iter().enumerate().filter(|(_, r)| r.0 as usize > i) {
                let before = ring[(k + ring.len() - 1) % ring.len()].1;
                let (a, b) = (before as usize, after as usize);
                // tan(th/2) = sin th / (1 + cos th).
                let (l, m) = (sizes[a], sizes[b]);
                let sine = size(&cross(&normals[a], &normals[b])) / (l * m);
                let cosine = dot(&normals[a], &normals[b]).to_f64() / (l * m);
                let distances = 1.0 / l + 1.0 / m;
                let edge = size(&minus(&points[i], &points[j as usize]));
                walls.push((i as u32, j, sine / (1.0 + cosine) * distances / edge));
            }
        }
        Some(Measured { rows, rings, curvatures, doubt, walls })
    }
}

/// A vector as long as one. Squares neither overflow nor vanish: of a plane next to the origin the
/// normal is long beyond their range.
fn unit(v: &Vector) -> Vector {
    let exponent = power::exponent(v.iter().fold(0.0, |m: f64, x| m.max(x.hi.abs())));
    let v = v.map(|x| power::scaled_dd(x, -exponent));
    let length = sqrt(dot(&v, &v));
    v.map(|x| x.over(length))
}

/// The area of the spherical polygon of some unit normals, and its relative error, from triangles
/// of which each has `tan(E/2) = det(a, b, c) / (1 + <a,b> + <b,c> + <c,a>)`. Both are in double-
/// doubles: of a small triangle the first is small, of three normals near one great circle, of
/// which two are nearly opposite, both are.
///
/// With normals that are off by `t` the first is off by `3 t`, the second by `6 t`, and so `E` by
/// twice the length of that over the length of both: below `14 t`.
fn area<'a>(mut ring: impl Iterator<Item = &'a (Vector, f64)>) -> (f64, f64) {
    let (Some(&(a, t)), Some(&(mut b, mut u))) = (ring.next(), ring.next()) else { return (0.0, 0.0) };
    let (mut sum, mut bound) = (0.0, 0.0);
    for &(c, v) in ring {
        let det = dot(&a, &cross(&b, &c)).to_f64();
        let rest = (Dd::from_f64(1.0) + (dot(&a, &b) + dot(&b, &c) + dot(&c, &a))).to_f64();
        sum += 2.0 * det.max(0.0).atan2(rest);
        bound += 16.0 * (t + u + v) / det.hypot(rest);
        (b, u) = (c, v);
    }
    (sum, bound / sum)
}

/// The curvatures at the points `n / s`, 0 where a point is no vertex. `None` if their hull does
/// not have the origin inside.
pub fn measured_curvatures(rays: &[[f64; 3]], divisors: &[Dd]) -> Option<Vec<f64>> {
    let ordinary = |s: &Dd| s.is_finite() && (2f64.powi(-240)..2f64.powi(240)).contains(&s.hi);
    if rays.len() != divisors.len() || !divisors.iter().all(ordinary) {
        return None;
    }
    let rows = rays.iter().zip(divisors).map(|(&n, &s)| Pole { n, s }).collect();
    let found = Measured::new(rows)?;
    let proved = || prove_curvatures(rays, divisors, &vec![1.0; rays.len()]).map(|p| p.curvatures);
    let sure = found.doubt <= SURE;
    Some(if sure { found.curvatures } else { proved().unwrap_or(found.curvatures) })
}

/// The diagram that the solver sees.
pub(super) struct SphereCells<'a> {
    pub directions: &'a Directions,
}

impl Laguerre for SphereCells<'_> {
    fn len(&self) -> usize {
        self.directions.len()
    }

    fn measures(&mut self, heights: &Heights, _: Want) -> Result<Measures, MeasureError> {
        let n = self.directions.len();
        let found = if heights.as_slice().iter().all(|h| h.hi.abs() <= HIGHEST) {
            Measured::new(self.directions.poles(&divisors(self.directions, heights)))
        } else {
            None
        };
        // Heights with the origin outside are none: nothing has mass there.
        let (mass, graph) = match found {
            Some(m) => (m.curvatures, Graph::of_walls(n, m.walls.iter())),
            None => (vec![0.0; n], Graph { row: vec![0; n + 1], ..Graph::default() }),
        };
        let hidden = mass.iter().filter(|m| **m <= 0.0).count();
        Ok(Measures { mass: Some(mass), graph, hidden, ..Measures::default() })
    }
}
