//! Alexandrov's conditions: a set of rays that wants too much.
//!
//! Let `C` be a convex cone that contains no line. Normals at vertices on its rays have a positive
//! product with them, so none is in the polar cone `{n : <n, u> <= 0 for all u in C}`, and the rays
//! in `C` have less curvature than the sphere without it. The polar's area is `2 pi` less the
//! angles between neighbouring extreme rays of `C`, as at the apex of a polytope.
//!
//! Where a condition fails, the solver drives the radii of the rays that want too much beyond all
//! others: so cones over the rays with the largest radii are looked at, and what is found is proved
//! by its own sums.

use super::super::directions::Directions;
use crate::exact::predicates::{Pole, PolePlane};
use crate::exact::{Counters, Dd, Heights};
use crate::hull::solid::{Rings, SolidHull};
use std::f64::consts::PI;
use std::fmt;

/// Rays that want more curvature than their cone has normals.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The given rays in the cone, one for each direction.
    pub rays: Vec<u32>,
    /// The sum of their curvatures.
    pub curvature: f64,
    /// The area of the normals that they may have; the sum must be less.
    pub available: f64,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 12;
        let names: Vec<String> = self.rays.iter().take(SHOWN).map(u32::to_string).collect();
        let more = if self.rays.len() > SHOWN { format!(", ... ({} in all)", self.rays.len()) } else { String::new() };
        let rays = if self.rays.len() == 1 { "ray" } else { "rays" };
        write!(
            f,
            "Alexandrov's condition fails for {rays} {}{more}: curvature {:?}, but the normals at vertices in their \
             cone have an area of {:?} only; no convex polytope has these curvatures, give these {rays} less",
            names.join(", "),
            self.curvature,
            self.available
        )
    }
}

/// Most cones looked at; each costs a hull, so of many rays fewer.
const CONES: usize = 64;

/// What sums of curvatures may be off by rounding, relative to the sphere.
const ROUNDING: f64 = 1e-14;

/// A violated condition among the cones over the rays with the largest heights.
pub(super) fn violation_at(directions: &Directions, curvatures: &[f64], heights: &Heights) -> Option<Violation> {
    let n = directions.len();
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_by(|&i, &j| heights.get(j as usize).hi.total_cmp(&heights.get(i as usize).hi).then(i.cmp(&j)));
    // Those that end where the heights fall most.
    let mut ends: Vec<usize> = (1..n).collect();
    let fall = |k: usize| heights.get(order[k - 1] as usize).hi - heights.get(order[k] as usize).hi;
    ends.sort_by(|&a, &b| fall(b).total_cmp(&fall(a)).then(a.cmp(&b)));
    ends.truncate(if n > 1000 { CONES / 8 } else { CONES });
    ends.into_iter().find_map(|k| violation(directions, curvatures, &order[..k]))
}

/// Does the cone over some rays violate its condition?
pub(super) fn violation(directions: &Directions, curvatures: &[f64], rays: &[u32]) -> Option<Violation> {
    let (inside, available) = cone(directions, rays)?;
    let curvature: f64 = inside.iter().map(|&i| curvatures[i as usize]).sum();
    let all = inside.len() == directions.len();
    (!all && curvature >= available - 4.0 * PI * ROUNDING).then(|| Violation {
        rays: inside.iter().map(|&i| directions.first[i as usize]).collect(),
        curvature,
        available,
    })
}

fn angle(a: [f64; 3], b: [f64; 3]) -> f64 {
    let c = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let norm = |v: [f64; 3]| ((v[0] * v[0] + v[1] * v[1]) + v[2] * v[2]).sqrt();
    norm(c).atan2((a[0] * b[0] + a[1] * b[1]) + a[2] * b[2])
}

/// All rays in the cone over some, and the area of the sphere without its polar. `None` if it
/// contains a line, or spans a plane only and more than one ray.
fn cone(directions: &Directions, rays: &[u32]) -> Option<(Vec<u32>, f64)> {
    if let [one] = rays {
        return Some((vec![*one], 2.0 * PI));
    }
    if let [one, two] = rays {
        let (a, b) = (directions.vectors[*one as usize], directions.vectors[*two as usize]);
        // A plane: rays between the two are rarely there, and leaving them out only weakens the
        // condition.
        return Some((vec![*one, *two], 2.0 * PI + 2.0 * angle(a, b)));
    }
    let one = Dd::from_f64(1.0);
    let mut rows = vec![Pole { n: [0.0; 3], s: one }];
    rows.extend(rays.iter().map(|&i| Pole { n: directions.vectors[i as usize], s: one }));
    let hull = SolidHull::new(&rows).ok()?;
    let mut counters = Counters::default();
    let rings = Rings::new(&rows, &hull, &mut counters);
    if rings.degree(0) == 0 {
        return None;
    }
    let extreme: Vec<&Pole> = rings.ring(0).map(|r| &rows[r.0 as usize]).collect();
    let next = |k: usize| extreme[(k + 1) % extreme.len()];
    let angles: f64 = (0..extreme.len()).map(|k| angle(extreme[k].n, next(k).n)).sum();
    let mut inside = Vec::new();
    for (i, &n) in directions.vectors.iter().enumerate() {
        let p = Pole { n, s: one };
        let mut beyond = |k: usize| {
            let at = [&rows[0], extreme[k], next(k)];
            PolePlane::through(at[0], at[1], at[2]).side(at, &p, &mut counters) < 0
        };
        if !(0..extreme.len()).any(&mut beyond) {
            inside.push(i as u32);
        }
    }
    Some((inside, 2.0 * PI + angles))
}
