//! Areas of a polytope's facets, and how they change with its support numbers.

use super::super::corners::{Corner, SURE, corner, cross_of, minus};
use super::super::directions::Directions;
use super::proof::prove_areas;
use crate::exact::predicates::Pole;
use crate::exact::{Counters, Dd, power};
use crate::hull::solid::{Rings, SolidHull};

/// A polytope `{x : <n_i, x> <= s_i}`, measured.
pub(super) struct Measured {
    pub rows: Vec<Pole>,
    pub rings: Rings,
    pub corners: Vec<Corner>,
    /// Areas over the lengths of the normals.
    pub share: Vec<Dd>,
    /// Areas.
    pub areas: Vec<f64>,
    /// No area is off by more, relatively; not a number where that is not known.
    pub doubt: f64,
    /// `l_ij / sin th_ij` for neighbours `i < j`: the length of their edge over the sine of the
    /// angle between their normals, how fast the area of one grows as the other moves out.
    pub walls: Vec<(u32, u32, f64)>,
    pub volume: Dd,
}

impl Measured {
    /// Measures. `None` if the origin is not inside. Cost: O(n log n), most of it the hull.
    pub fn new(directions: &Directions, offsets: &[Dd]) -> Option<Measured> {
        if !offsets.iter().all(|s| s.hi > 0.0 && (2f64.powi(-200)..2f64.powi(200)).contains(&s.hi)) {
            return None;
        }
        let rows = directions.poles(offsets);
        let hull = SolidHull::new(&rows).ok()?;
        let rings = Rings::new(&rows, &hull, &mut Counters::default());
        let corners: Vec<Corner> = rings.planes.iter().map(|p| corner(p.map(|k| &rows[k as usize]))).collect();
        let n = rows.len();
        let (mut share, mut walls) = (vec![Dd::ZERO; n], Vec::with_capacity(3 * n));
        let (mut volume, mut doubt) = (Dd::ZERO, 0.0f64);
        for i in 0..n {
            let off;
            (share[i], off) = area_share(&rows[i].n, &rings, &corners, i);
            doubt = if off > doubt || off.is_nan() { off } else { doubt };
            volume = volume + share[i] * offsets[i];
            let ring: Vec<(u32, u32)> = rings.ring(i).collect();
            for (k, &(j, after)) in ring.iter().enumerate().filter(|(_, r)| r.0 as usize > i) {
                let before = ring[(k + ring.len() - 1) % ring.len()].1;
                let edge = minus(&corners[after as usize].at, &corners[before as usize].at);
                // The edge is a multiple of the product of the normals.
                let along = cross_of(&rows[i].n, &rows[j as usize].n);
                let axis = largest(along.map(|x| x.hi));
                let ratio = edge[axis].over(along[axis]).to_f64();
                let lengths = directions.lengths[i].hi * directions.lengths[j as usize].hi;
                walls.push((i as u32, j, (ratio * lengths).max(0.0)));
            }
        }
        let areas = share.iter().zip(&directions.lengths).map(|(t, l)| (*t * *l).to_f64()).collect();
        volume = volume.times(1.0 / 3.0);
        Some(Measured { rows, rings, corners, share, areas, doubt, walls, volume })
    }

    /// The centroid, from pyramids over triangles of the facets.
    pub fn centroid(&self) -> [f64; 3] {
        let (mut sum, mut total) = ([0.0; 3], 0.0);
        for i in 0..self.rows.len() {
            let ring: Vec<[f64; 3]> =
                self.rings.ring(i).map(|r| self.corners[r.1 as usize].at.map(Dd::to_f64)).collect();
            for pair in ring.windows(2).skip(1) {
                let (a, b, c) = (ring[0], pair[0], pair[1]);
                let det = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                    + a[2] * (b[0] * c[1] - b[1] * c[0]);
                total += det;
                (0..3).for_each(|k| sum[k] += 0.25 * det * (a[k] + b[k] + c[k]));
            }
        }
        sum.map(|x| x / total)
    }
}

/// The areas of the facets of `{x : <n_i, x> <= s_i}`, 0 where a half-space has none. `None` if
/// normals are refused, if two are equal, or if the origin is not inside.
pub fn measured_areas(normals: &[[f64; 3]], offsets: &[Dd]) -> Option<Vec<f64>> {
    let directions = Directions::new(normals, "normals").ok()?;
    if directions.merged() > 0 || offsets.len() != normals.len() {
        return None;
    }
    let scaled = offsets.iter().zip(&directions.exponents).map(|(s, e)| power::scaled_dd(*s, *e));
    let found = Measured::new(&directions, &scaled.collect::<Vec<_>>())?;
    let proved = || prove_areas(normals, offsets, &vec![1.0; normals.len()]).map(|p| p.areas);
    let sure = found.doubt <= SURE;
    Some(if sure { found.areas } else { proved().unwrap_or(found.areas) })
}

fn largest(v: [f64; 3]) -> usize {
    (1..3).fold(0, |m, k| if v[k].abs() > v[m].abs() { k } else { m })
}

/// The area of a facet over the length of its normal, and its relative error: the facet's area
/// vector is this multiple of the normal, so that one coordinate tells it.
///
/// A difference of corners is off by at most `d`, twice the greatest error of a corner. So a cross
/// product of two is off by `2 d` times the sum of both sizes, and `4 d^2`, beside its roundings.
fn area_share(normal: &[f64; 3], rings: &Rings, corners: &[Corner], i: usize) -> (Dd, f64) {
    let axis = largest(*normal);
    let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
    let mut ring = rings.ring(i).map(|r| &corners[r.1 as usize]);
    let Some(Corner { at: apex, off, .. }) = ring.next() else { return (Dd::ZERO, 0.0) };
    let from = |x: &Corner| (x.at[a] - apex[a], x.at[b] - apex[b]);
    let size = |u: &(Dd, Dd)| u.0.hi.abs() + u.1.hi.abs();
    let (mut sum, mut bound) = (Dd::ZERO, 0.0);
    let mut before: Option<((Dd, Dd), f64)> = None;
    for x in ring {
        let (v, d) = (from(x), off + x.off);
        if let Some((u, e)) = before {
            sum = sum + (u.0 * v.1 - u.1 * v.0);
            bound += 2.0 * (d + e) * (size(&u) + size(&v) + d + e) + 2f64.powi(-98) * size(&u) * size(&v);
        }
        before = Some((v, d));
    }
    (sum.scale(0.5).over(Dd::from_f64(normal[axis])), bound / sum.hi.abs())
}
