//! Where the boundary of the disk goes, and how its vertices slide there.

use super::chart::Chart;
use crate::domain::vector::{Vector2, side};

/// The curve in the plane that takes the boundary.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Curve {
    /// The circle around `(1/2, 1/2)` of radius 1/2.
    Circle,
    /// A convex polygon, counter-clockwise. Its corners are vertices that stay.
    Polygon(Vec<[f64; 2]>),
}

/// Places of the boundary's vertices on a curve. The parameter is the angle on the circle; on a
/// polygon the number of the side plus the share of it.
#[derive(Clone, Debug)]
pub(super) struct Rim {
    pub curve: Curve,
    /// By position in the outline.
    pub at: Vec<f64>,
    /// Vertices that may not slide: corners.
    pub fixed: Vec<bool>,
    /// By how much the sides of a polygon bend outwards, in lengths of a side: they are parabolas.
    /// 0 for straight sides.
    pub bulge: f64,
}

impl Rim {
    /// Spreads the outline over the curve in proportion to its edges' lengths; on a polygon the
    /// corners are the vertices nearest to where they would fall.
    pub fn spread(chart: &Chart, curve: Curve) -> Rim {
        let m = chart.outline.len();
        let point = |k: usize| chart.points[chart.outline[k % m] as usize];
        let length = |k: usize| side(point(k), point(k + 1)).norm();
        let all: f64 = (0..m).map(length).sum();
        // No two vertices at one place, however short the edge.
        let step = |k: usize| length(k).max(1e-3 * all / m as f64);
        let mut along = vec![0.0; m + 1];
        (0..m).for_each(|k| along[k + 1] = along[k] + step(k));
        let total = along[m];
        let mut fixed = vec![false; m];
        let at = match &curve {
            Curve::Circle => along[..m].iter().map(|a| a / total * std::f64::consts::TAU).collect(),
            Curve::Polygon(corners) => {
                let sides = corners.len();
                let long = |k: usize| {
                    let d = side(corners[k], corners[(k + 1) % sides]);
                    d.x.hypot(d.y)
                };
                let around: f64 = (0..sides).map(long).sum();
                // The vertex for each corner: strictly ascending, leaving enough for those to come.
                let (mut want, mut chosen) = (0.0, Vec::new());
                for k in 0..sides {
                    let target = want / around * total;
                    let near = along[..m].partition_point(|&a| a < target);
                    let near = if near > 0 && near < m && target - along[near - 1] < along[near] - target {
                        near - 1
                    } else {
                        near
                    };
                    let least = chosen.last().map_or(0, |&c: &usize| c + 1);
                    chosen.push(near.clamp(least, m - sides + k));
                    want += long(k);
                }
                let mut at = vec![0.0; m];
                for k in 0..sides {
                    let (from, to) = (chosen[k], chosen.get(k + 1).copied().unwrap_or(m + chosen[0]));
                    let end = if to >= m { along[to - m] + total } else { along[to] };
                    fixed[from % m] = true;
                    for i in from..to {
                        let here = if i >= m { along[i - m] + total } else { along[i] };
                        at[i % m] = k as f64 + (here - along[from]) / (end - along[from]);
                    }
                }
                at
            }
        };
        Rim { curve, at, fixed, bulge: 0.0 }
    }

    /// By how much sides may bend, up to `wanted`, so that the curve stays convex at its corners. A
    /// side that bends by `b` of its length leaves its ends at the slope `4 b`; a corner turns by
    /// some angle, of which the two sides there take half.
    pub fn most_bulge(&self, wanted: f64) -> f64 {
        let Curve::Polygon(c) = &self.curve else { return wanted };
        let n = c.len();
        let turn = |k: usize| {
            let [p, q, r] = [k, k + 1, k + 2].map(|i| c[i % n]);
            let (d, e) = (side(p, q), side(q, r));
            d.perp(&e).atan2(d.dot(&e))
        };
        let least = (0..n).map(turn).fold(std::f64::consts::PI, f64::min).max(0.0);
        wanted.min((least / 4.0).tan() / 4.0)
    }

    /// The point of a parameter.
    pub fn point(&self, s: f64) -> [f64; 2] {
        match &self.curve {
            Curve::Circle => [0.5 + 0.5 * s.cos(), 0.5 + 0.5 * s.sin()],
            Curve::Polygon(corners) => {
                let k = s.floor() as usize % corners.len();
                let (a, b, t) = (corners[k], corners[(k + 1) % corners.len()], s - s.floor());
                let straight = [0, 1].map(|c| if a[c] == b[c] { a[c] } else { a[c] * (1.0 - t) + b[c] * t });
                if self.bulge == 0.0 {
                    return straight;
                }
                let out = 4.0 * self.bulge * t * (1.0 - t);
                [straight[0] + out * (b[1] - a[1]), straight[1] - out * (b[0] - a[0])]
            }
        }
    }

    /// Derivative of [`Rim::point`].
    pub fn tangent(&self, s: f64) -> Vector2<f64> {
        match &self.curve {
            Curve::Circle => Vector2::new(-0.5 * s.sin(), 0.5 * s.cos()),
            Curve::Polygon(corners) => {
                let k = s.floor() as usize % corners.len();
                let d = side(corners[k], corners[(k + 1) % corners.len()]);
                let out = 4.0 * self.bulge * (1.0 - 2.0 * (s - s.floor()));
                Vector2::new(d.x + out * d.y, d.y - out * d.x)
            }
        }
    }

    /// Second derivative of [`Rim::point`].
    pub fn bend(&self, s: f64) -> Vector2<f64> {
        match &self.curve {
            Curve::Circle => Vector2::new(-0.5 * s.cos(), -0.5 * s.sin()),
            Curve::Polygon(corners) => {
                let k = s.floor() as usize % corners.len();
                let d = side(corners[k], corners[(k + 1) % corners.len()]);
                Vector2::new(-8.0 * self.bulge * d.y, 8.0 * self.bulge * d.x)
            }
        }
    }

    /// The parameter after a step; on a polygon it stays inside its side.
    pub fn slid(&self, s: f64, step: f64) -> f64 {
        match &self.curve {
            Curve::Circle => s + step,
            Curve::Polygon(_) => {
                let side = s.floor();
                let t = s - side;
                // At most nine tenths of the way to a corner.
                side + (t + step).clamp(0.1 * t, 1.0 - 0.1 * (1.0 - t))
            }
        }
    }

    /// How much the parameter grows in one turn.
    pub fn turn(&self) -> f64 {
        match &self.curve {
            Curve::Circle => std::f64::consts::TAU,
            Curve::Polygon(corners) => corners.len() as f64,
        }
    }

    /// The parameter, near `s`, of the point of the curve nearest to `p`.
    pub fn nearest(&self, s: f64, p: [f64; 2]) -> f64 {
        match &self.curve {
            Curve::Circle => {
                let t = (p[1] - 0.5).atan2(p[0] - 0.5);
                let turns = ((s - t) / std::f64::consts::TAU).round();
                t + turns * std::f64::consts::TAU
            }
            Curve::Polygon(corners) => {
                let k = s.floor() as usize % corners.len();
                let (a, b) = (corners[k], corners[(k + 1) % corners.len()]);
                let d = side(a, b);
                let t = side(a, p).dot(&d) / d.norm_squared();
                self.slid(s, t - (s - s.floor()))
            }
        }
    }
}
