//! Integrals over a polygon of a cell in a triangle (theory/surfaces.md).
//!
//! In the barycentric coordinates `(l_1, l_2)` of a triangle of area `A` an area element is `2A dl_1 dl_2`. The wall `<s, l> = 0` runs along
//! `d = (s_1 - s_2, s_2 - s_0, s_0 - s_1)`, and if a segment of it is `t d`, raising the height of the cell by `e` moves it over the area
//! `2A |t| e`: so `K_ij = 2A |t| rho` with the mean density on the segment. Only the area of the triangle is irrational.

use super::super::clip::Label;
use super::clip::Side;

/// What is integrated over a polygon.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments3 {
    /// `int rho`.
    pub mass: f64,
    /// `int x rho`.
    pub first: [f64; 3],
    /// `int |x - y|^2 rho` with the cell's site `y`.
    pub cost: f64,
}

impl std::ops::AddAssign for Moments3 {
    fn add_assign(&mut self, o: Moments3) {
        self.mass += o.mass;
        (0..3).for_each(|k| self.first[k] += o.first[k]);
        self.cost += o.cost;
    }
}

/// A triangle with its density: corners, area, densities at the corners.
pub struct Facet {
    /// Corners.
    pub corners: [[f64; 3]; 3],
    /// Area.
    pub area: f64,
    /// Density at the corners, source factor included.
    pub rho: [f64; 3],
}

impl Facet {
    #[inline(always)]
    fn rho_at(&self, l: &[f64; 3]) -> f64 {
        let r = &self.rho;
        if r[0] == r[1] && r[1] == r[2] { r[0] } else { l[0] * r[0] + l[1] * r[1] + l[2] * r[2] }
    }

    /// The mass of a polygon with these vertices: a fan of triangles, each its area times the mean of the density at its corners.
    ///
    /// Error: coordinates are off by at most [`crate::exact::predicates::Meet::error`], `e`; areas of the fan are formed from differences of coordinates, so the result
    /// is off by about `2A rho e` times the girth of the polygon in barycentric coordinates.
    pub fn mass(&self, vertices: &[[f64; 3]]) -> f64 {
        let a = &vertices[0];
        let ra = self.rho_at(a);
        let mut sum = 0.0;
        for w in vertices[1..].windows(2) {
            sum += twice_area(a, &w[0], &w[1]) * (ra + self.rho_at(&w[0]) + self.rho_at(&w[1]));
        }
        // Twice the area in coordinates is the share of the triangle's area.
        self.area * sum / 3.0
    }

    /// Mass, first moment, and cost to a site.
    pub fn moments(&self, vertices: &[[f64; 3]], site: &[f64; 3]) -> Moments3 {
        let [u, v, w] = &self.corners;
        let from_site =
            |l: &[f64; 3]| [0, 1, 2].map(|k| (u[k] - site[k]) + (l[1] * (v[k] - u[k]) + l[2] * (w[k] - u[k])));
        let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let mut total = Moments3::default();
        let a = (from_site(&vertices[0]), self.rho_at(&vertices[0]));
        for pair in vertices[1..].windows(2) {
            let area = self.area * twice_area(&vertices[0], &pair[0], &pair[1]);
            let b = (from_site(&pair[0]), self.rho_at(&pair[0]));
            let c = (from_site(&pair[1]), self.rho_at(&pair[1]));
            let r = a.1 + b.1 + c.1;
            let x = [0, 1, 2].map(|k| a.0[k] + b.0[k] + c.0[k]);
            let weighted = [0, 1, 2].map(|k| a.1 * a.0[k] + b.1 * b.0[k] + c.1 * c.0[k]);
            total.mass += area * r / 3.0;
            for k in 0..3 {
                total.first[k] += area * (r * x[k] + weighted[k]) / 12.0;
            }
            let squares = [a, b, c].map(|p| dot(&p.0, &p.0));
            let own = a.1 * squares[0] + b.1 * squares[1] + c.1 * squares[2];
            let plain: f64 = squares.iter().sum();
            total.cost += area * (r * (dot(&x, &x) + plain) + 2.0 * dot(&weighted, &x) + 2.0 * own) / 60.0;
        }
        // The first moment was taken about the site.
        (0..3).for_each(|k| total.first[k] += total.mass * site[k]);
        total
    }

    /// `K_ij` of side `k` of a polygon, which lies on a wall.
    pub fn conductance(&self, side: &Side, from: &[f64; 3], to: &[f64; 3]) -> f64 {
        let s = &side.row.0;
        let d = [s[1] - s[2], s[2] - s[0], s[0] - s[1]];
        let k = (0..3).max_by(|&a, &b| d[a].abs().total_cmp(&d[b].abs())).unwrap_or(0);
        let t = (to[k] - from[k]) / d[k];
        self.area * t.abs() * (self.rho_at(from) + self.rho_at(to))
    }
}

/// Twice the area of a triangle in the plane of `l_1, l_2`; not negative for polygons in the order of the corners.
#[inline(always)]
fn twice_area(a: &[f64; 3], b: &[f64; 3], c: &[f64; 3]) -> f64 {
    let twice = (b[1] - a[1]) * (c[2] - a[2]) - (c[1] - a[1]) * (b[2] - a[2]);
    // Rounding may turn a sliver around.
    twice.max(0.0)
}

/// Is a label a wall? To whom?
pub fn wall(label: Label) -> Option<u32> {
    match label {
        Label::Bisector(j) => Some(j),
        Label::Domain(_) => None,
    }
}
