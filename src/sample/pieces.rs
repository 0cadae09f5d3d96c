//! Cells cut into triangles with a polynomial density each, and the map of the unit square onto one
//! that carries area to mass.
//!
//! The map is Rosenblatt's: `x = o + r (e + s f)` with the distance `r` from a corner and the place
//! `s` along the opposite side. For a constant density `r = sqrt(a)`, `s = v`. Otherwise the
//! density in Bernstein's form of degree two, with values `A, B, C` at the corners and `AB, AC, BC`
//! between them,
//!
//! ```text
//! (1-r)^2 A + 2r(1-r) [(1-s) AB + s AC] + r^2 [(1-s)^2 B + 2s(1-s) BC + s^2 C],
//! ```
//!
//! times the Jacobian, which is proportional to `r`, is integrated over `s`, then over `r`: the
//! share of the mass nearer to the corner than `r` is a polynomial of degree 4, that at `r` before
//! `s` one of degree 3. Both are inverted by Newton's method inside a bracket. This is exact in law
//! for affine densities and for bilinear ones, whose restriction to a triangle has degree two.

use super::triangle::Coefficients;
use super::triangle::Triangle;
use crate::diagram::{Diagram, SurfaceDiagram};
use crate::domain::Law;
use crate::domain::vector::side;
use crate::exact::Dd;
use rayon::prelude::*;

/// The triangles of all cells with mass, cell after cell.
#[derive(Clone, Debug)]
pub(super) struct Pieces<const D: usize> {
    pub triangles: Vec<Triangle<D>>,
    /// Mass before each triangle; one more entry, the total.
    pub below: Vec<f64>,
    /// First triangle of each site; one more entry.
    pub start: Vec<u32>,
    /// Densities, or nothing if all are constant.
    pub laws: Vec<Coefficients>,
}

/// Error of a computed vertex or sample, in units of `size`: vertices are within an ulp of the
/// exact ones, and six operations make a point.
const ERROR: f64 = 16.0 / 9_007_199_254_740_992.0;

impl Pieces<2> {
    /// Cost: O(number of vertices of all cells). 72 bytes a triangle, 48 more where the density is
    /// not constant.
    pub fn of(diagram: &Diagram) -> Pieces<2> {
        let problem = diagram.problem();
        let law = problem.law();
        let (low, high) = problem.frame().bounds();
        let size = low.iter().chain(&high).fold(0.0f64, |m, c| m.max(c.abs()));
        let cell = |i: usize, cell: &mut Vec<Piece<2>>| match problem.patches() {
            Some(patches) => {
                for piece in diagram.pieces(i) {
                    fan(&piece.vertices, &patches.get(piece.patch).law(), i, size, cell);
                }
            }
            None => law.iter().for_each(|law| fan(diagram.vertices(i), law, i, size, cell)),
        };
        Pieces::of_cells(diagram.masses(), &cell)
    }
}

impl Pieces<3> {
    /// Cost: O(number of vertices of all polygons). 128 bytes a triangle. No point is taken to be
    /// surely inside its cell: written points are a rounding away from their triangle, and a wall
    /// may meet it at an angle as small as one likes.
    pub fn of_surface(diagram: &SurfaceDiagram) -> Pieces<3> {
        let facets = diagram.problem().facets();
        let cell = |i: usize, cell: &mut Vec<Piece<3>>| {
            for piece in diagram.pieces(i) {
                let Some(k) = facets.number(piece.face) else { continue };
                fan_in_space(&piece.vertices, &facets.corners(k), facets.rho(k), i, cell);
            }
        };
        Pieces::of_cells(diagram.masses(), &cell)
    }
}

impl<const D: usize> Pieces<D> {
    /// Of all cells with their masses, given what cuts one into triangles.
    fn of_cells(masses: &[f64], cut: &(dyn Fn(usize, &mut Vec<Piece<D>>) + Sync)) -> Pieces<D> {
        let cell = |i: usize| {
            let mut cell = Vec::new();
            cut(i, &mut cell);
            // The diagram knows the mass of the cell better than the sum of its triangles.
            let sum: f64 = cell.iter().map(|p| p.mass).sum();
            let share = masses[i] / sum;
            cell.iter_mut().for_each(|p| p.mass *= share);
            cell.retain(|p| p.mass > 0.0 && p.mass.is_finite() && p.mass.recip().is_finite());
            cell
        };
        let cells: Vec<Vec<Piece<D>>> = (0..masses.len()).into_par_iter().map(cell).collect();
        let count = cells.iter().map(Vec::len).sum();
        let constant = cells.iter().flatten().all(|p| p.law.is_none());
        let mut pieces =
            Pieces { triangles: Vec::with_capacity(count), below: vec![0.0], start: vec![0], laws: Vec::new() };
        let mut sum = Dd::ZERO;
        for cell in cells {
            for mut p in cell {
                sum = sum + Dd::from_f64(p.mass);
                p.triangle.rate = p.mass.recip();
                pieces.triangles.push(p.triangle);
                pieces.below.push(sum.to_f64());
                if !constant {
                    pieces.laws.push(p.law.unwrap_or([1.0; 6]));
                }
            }
            pieces.start.push(pieces.triangles.len() as u32);
        }
        pieces
    }

    /// The triangles of one cell, or of all.
    pub fn range(&self, cell: Option<usize>) -> std::ops::Range<usize> {
        match cell {
            Some(i) => self.start[i] as usize..self.start[i + 1] as usize,
            None => 0..self.triangles.len(),
        }
    }

    /// Where triangle `t` has its sample for the shares `a` and `v`: `r` and `s`.
    #[inline(always)]
    pub fn place(&self, t: usize, a: f64, v: f64) -> (f64, f64) {
        match self.laws.get(t) {
            None => (a.sqrt(), v),
            Some(law) => invert(law, a, v),
        }
    }
}

struct Piece<const D: usize> {
    triangle: Triangle<D>,
    mass: f64,
    /// `None` if constant.
    law: Option<Coefficients>,
}

/// Cuts a convex polygon into triangles from its first vertex.
fn fan(v: &[[f64; 2]], law: &Law, site: usize, size: f64, out: &mut Vec<Piece<2>>) {
    let at = |p: [f64; 2]| law.at(Dd::from_f64(p[0]), Dd::from_f64(p[1]));
    for k in 1..v.len().saturating_sub(1) {
        let (o, p, q) = (v[0], v[k], v[k + 1]);
        let (e, f) = (side(o, p), side(p, q));
        let area = 0.5 * e.perp(&f);
        if !(area > 0.0) {
            continue;
        }
        let between = |a: [f64; 2], b: [f64; 2], ra: f64, rb: f64| {
            let mean = 0.5 * ra + 0.5 * rb;
            // Along a segment the bilinear law is a parabola with this value in the middle.
            let middle = || at([0.5 * a[0] + 0.5 * b[0], 0.5 * a[1] + 0.5 * b[1]]);
            if law.d == 0.0 { mean } else { 2.0 * middle() - mean }
        };
        let [a, b, c] = [o, p, q].map(at);
        let values = [a, b, c, between(o, p, a, b), between(o, q, a, c), between(p, q, b, c)];
        let mean = values.iter().sum::<f64>() / 6.0;
        // A point at distance more than the error from all three sides is inside, also of the
        // triangle of the exact vertices.
        let longest = [e, f, side(o, q)].iter().fold(0.0f64, |m, d| m.max(d.x.hypot(d.y)));
        let margin = (2.0 * ERROR * size * longest / (2.0 * area)).min(1.0) as f32;
        let triangle = Triangle { o, e: e.into(), f: f.into(), rate: 0.0, margin: margin.next_up(), site: site as u32 };
        let law = if law.is_constant { None } else { Some(values) };
        out.push(Piece { triangle, mass: area * mean, law });
    }
}

/// The same for a polygon in a triangle in space, on which the density is affine with the values
/// `rho` at the corners.
fn fan_in_space(v: &[[f64; 3]], corners: &[[f64; 3]; 3], rho: [f64; 3], site: usize, out: &mut Vec<Piece<3>>) {
    let is_constant = rho[0] == rho[1] && rho[1] == rho[2];
    let (a, b) = (side(corners[0], corners[1]), side(corners[0], corners[2]));
    let normal = a.cross(&b);
    let square = normal.norm_squared();
    // Barycentric coordinates are areas over that of the triangle.
    let at = |p: [f64; 3]| {
        let d = side(corners[0], p);
        let [l, m] = [d.cross(&b), a.cross(&d)].map(|n| (n.dot(&normal) / square).clamp(0.0, 1.0));
        ((1.0 - l - m).max(0.0) * rho[0] + l * rho[1] + m * rho[2]).max(0.0)
    };
    for k in 1..v.len().saturating_sub(1) {
        let (o, p, q) = (v[0], v[k], v[k + 1]);
        let (e, f) = (side(o, p), side(p, q));
        let area = 0.5 * e.cross(&f).norm();
        if !(area > 0.0) {
            continue;
        }
        let [a, b, c] = if is_constant { [1.0; 3] } else { [o, p, q].map(at) };
        let values = [a, b, c, 0.5 * (a + b), 0.5 * (a + c), 0.5 * (b + c)];
        // The share of the source in the cell is set right by the cell's mass, but not that of its
        // facets to each other.
        let level = if is_constant { rho[0] } else { 1.0 };
        let triangle = Triangle { o, e: e.into(), f: f.into(), rate: 0.0, margin: f32::INFINITY, site: site as u32 };
        let law = if is_constant { None } else { Some(values) };
        out.push(Piece { triangle, mass: area * level * ((a + b + c) / 3.0), law });
    }
}

/// `r` and `s` from shares of the mass.
fn invert(&[a, b, c, ab, ac, bc]: &Coefficients, share: f64, along: f64) -> (f64, f64) {
    let (q, m) = (ab + ac, (b + bc + c) / 3.0);
    let r = root([0.0, a / 2.0, (q - 2.0 * a) / 3.0, (a - q + m) / 4.0], share);
    let t = 1.0 - r;
    let p = t * t * a + 2.0 * r * t * ab + r * r * b;
    let s = root([p, r * t * (ac - ab) + r * r * (bc - b), r * r * (b - 2.0 * bc + c) / 3.0, 0.0], along);
    (r, s)
}

/// Where in `[0, 1]` the increasing polynomial `c_0 x + c_1 x^2 + c_2 x^3 + c_3 x^4` has this share
/// of its value at 1.
fn root(c: [f64; 4], share: f64) -> f64 {
    let value = |x: f64| x * (c[0] + x * (c[1] + x * (c[2] + x * c[3])));
    let slope = |x: f64| c[0] + x * (2.0 * c[1] + x * (3.0 * c[2] + x * 4.0 * c[3]));
    let target = share * value(1.0);
    let (mut low, mut high, mut x) = (0.0, 1.0, share);
    for _ in 0..64 {
        let off = value(x) - target;
        if off < 0.0 {
            low = x
        } else {
            high = x
        }
        let step = off / slope(x);
        let next = x - step;
        // Newton's point if it is in the bracket, else its middle.
        let next = if next > low && next < high { next } else { 0.5 * (low + high) };
        if (next - x).abs() <= f64::EPSILON * x || high - low <= f64::EPSILON * high {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_inverted() {
        // Density r on the side of the corner, that is proportional to 1 - lambda_A: the share
        // within r is r^3.
        let law = [0.0, 1.0, 1.0, 0.5, 0.5, 1.0];
        for share in [0.0, 1e-12, 0.125, 0.5, 0.999, 1.0 - 2f64.powi(-52)] {
            let (r, s) = invert(&law, share, 0.25);
            assert!((r - share.cbrt()).abs() < 1e-12, "{share} {r} {s}");
            // At the corner itself all shares along the side are one point.
            assert!(if share > 0.0 { (s - 0.25).abs() < 1e-14 } else { (0.0..=1.0).contains(&s) }, "{share} {r} {s}");
        }
        // Only at the third corner: s^2 along each side.
        let (_, s) = invert(&[0.0, 0.0, 1.0, 0.0, 0.5, 0.5], 0.3, 0.49);
        assert!((s - 0.7).abs() < 1e-14, "{s}");
        // x y on the triangle (0,0), (1,0), (1,1): along the side x = r it is r^2 s, so shares r^4
        // and s^2.
        let (r, s) = invert(&[0.0, 0.0, 1.0, 0.0, 0.0, 0.5], 0.0625, 0.09);
        assert!((r - 0.5).abs() < 1e-14 && (s - 0.3).abs() < 1e-14, "{r} {s}");
    }
}
