//! Integrals over a polygon of a cell in a triangle (theory/surfaces.md).
//!
//! In the barycentric coordinates `(l_1, l_2)` of a triangle of area `A` an area element is
//! `2A dl_1 dl_2`. The wall `<s, l> = 0` runs along `d = (s_1 - s_2, s_2 - s_0, s_0 - s_1)`, and if
//! a segment of it is `t d`, raising the height of the cell by `e` moves it over the area
//! `2A |t| e`: so `K_ij = 2A |t| rho` with the mean density on the segment. Only the area of the
//! triangle is irrational.

use super::super::label::Label;
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
    /// Density at a point.
    #[inline(always)]
    pub fn rho_at(&self, l: &[f64; 3]) -> f64 {
        let r = &self.rho;
        if r[0] == r[1] && r[1] == r[2] { r[0] } else { l[0] * r[0] + l[1] * r[1] + l[2] * r[2] }
    }

    /// The highest density.
    #[inline(always)]
    pub fn most(&self) -> f64 {
        self.rho[0].max(self.rho[1]).max(self.rho[2])
    }

    /// By how much densities differ, at most.
    #[inline(always)]
    pub fn range(&self) -> f64 {
        self.most() - self.rho[0].min(self.rho[1]).min(self.rho[2])
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

/// Is a label a wall? To whom?
pub fn wall(label: Label) -> Option<u32> {
    match label {
        Label::Bisector(j) => Some(j),
        Label::Domain(_) => None,
    }
}
