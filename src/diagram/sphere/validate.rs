//! The validity ladder on the sphere.
//!
//! | level | what |
//! |---|---|
//! | 1 | numbers are sound |
//! | 2 | every arc is seen from both sides, every boundary closes |
//! | 3 | areas sum to the sphere's, and each is what turning along its boundary says |
//! | 4 | cut once more, from other beginnings, all cells are the same |

use super::super::ladder::Invalid;
use super::cut::Room;
use super::shape::Shape;
use super::snapshot::SphereDiagram;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Up to so many sites all of them are tried at level 4.
const FEW: usize = 64;

/// How far two computations of one angle may lie apart.
const BLUR: f64 = 1e-6;

impl SphereDiagram {
    /// Climbs to a level from 1 to 4.
    pub(super) fn check(&self, level: u8) -> Result<(), Invalid> {
        match level {
            1 => self.numbers(),
            2 => self.both_sides(),
            3 => self.areas_fill(),
            _ => self.cut_again(),
        }
    }

    fn numbers(&self) -> Result<(), Invalid> {
        for i in 0..self.sites.len() {
            let sound = |x: &f64| x.is_finite();
            let arcs = self.shape(i).is_none_or(|s| {
                s.arcs.iter().all(|a| a.ends.as_flattened().iter().all(sound) && a.angle >= 0.0 && sound(&a.angle))
            });
            let centre = self.centroids[i].is_none_or(|c| c.iter().all(sound));
            let mass = self.masses[i];
            if !(arcs && centre && mass.is_finite() && mass >= 0.0 && self.spreads[i] >= 0.0) {
                return Err(Invalid::Number { cell: i });
            }
        }
        Ok(())
    }

    /// The angles of each wall, by position: the same number of arcs, and as long, from both sides.
    fn both_sides(&self) -> Result<(), Invalid> {
        let mut walls: Vec<(u32, u32, usize, f64)> = Vec::new();
        for (i, shape) in self.shapes.iter().enumerate() {
            let Some(shape) = shape else { continue };
            let cell = self.order[i] as usize;
            let known = shape.arcs.iter().all(|a| (a.site as usize) < self.shapes.len() && a.site as usize != i);
            let mut seen = vec![false; shape.next.len()];
            shape.next.iter().for_each(|&k| seen[k as usize] = true);
            if !known || seen.contains(&false) || shape.next.len() != shape.arcs.len() {
                return Err(Invalid::Labels { cell });
            }
            for group in shape.arcs.chunk_by(|a, b| a.site == b.site) {
                walls.push((i as u32, group[0].site, group.len(), group.iter().map(|a| a.angle).sum()));
            }
        }
        let back = |w: &(u32, u32, usize, f64)| {
            let found = walls.binary_search_by_key(&(w.1, w.0), |v| (v.0, v.1)).ok()?;
            let v = &walls[found];
            (v.2 == w.2 && (v.3 - w.3).abs() <= BLUR).then_some(())
        };
        match walls.iter().find(|w| back(w).is_none()) {
            Some(w) => {
                let named = |k: u32| self.order[k as usize] as usize;
                Err(Invalid::OneSided { cell: named(w.0), other: named(w.1) })
            }
            None => Ok(()),
        }
    }

    /// The cells cover the sphere once: their areas sum to `4 pi`, and turning along the boundary
    /// of each by Gauss and Bonnet gives its area up to a multiple of `2 pi`, which counts its
    /// parts and holes.
    fn areas_fill(&self) -> Result<(), Invalid> {
        let mut sum = 0.0;
        let mut off = 1e-12 * self.shapes.len() as f64;
        for shape in self.shapes.iter().flatten() {
            let region = shape.region(false);
            sum += region.area;
            off += region.off;
        }
        if (sum - 4.0 * PI).abs() > off + 1e-9 {
            return Err(Invalid::Area);
        }
        for (i, shape) in self.shapes.iter().enumerate() {
            let Some(shape) = shape.as_ref().filter(|s| !s.arcs.is_empty()) else { continue };
            let turned = (shape.region(false).area + turning(shape)) / (2.0 * PI);
            if (turned - turned.round()).abs() > BLUR * (1.0 + shape.arcs.len() as f64) {
                return Err(Invalid::Labels { cell: self.order[i] as usize });
            }
        }
        Ok(())
    }

    fn cut_again(&self) -> Result<(), Invalid> {
        let cutter = self.cutter();
        let n = self.shapes.len();
        let again = |i: usize| {
            let mut room = Room::default();
            // From other beginnings: all of them, or the neighbours backwards.
            let warm: Vec<u32> = match (n <= FEW, &self.shapes[i]) {
                (true, _) => (0..n as u32).rev().filter(|&j| j as usize != i).collect(),
                (false, Some(shape)) => shape.arcs.iter().rev().map(|a| a.site).collect(),
                (false, None) => Vec::new(),
            };
            cutter.cell(i as u32, &warm, &mut room);
            let found = Shape::of(&room.cell, &cutter.walls(i as u32));
            let same = match (&self.shapes[i], &found) {
                (None, None) => true,
                (Some(a), Some(b)) => {
                    let alike = |(p, q): (&super::SphereArc, &super::SphereArc)| p.site == q.site;
                    let angles = |s: &Shape| s.arcs.iter().map(|a| a.angle).sum::<f64>();
                    a.arcs.len() == b.arcs.len()
                        && a.arcs.iter().zip(&b.arcs).all(alike)
                        && (angles(a) - angles(b)).abs() <= BLUR
                }
                _ => false,
            };
            if same { Ok(()) } else { Err(self.order[i] as usize) }
        };
        let wrong = (0..n).into_par_iter().map(again).collect::<Result<(), usize>>();
        wrong.map_err(|cell| match self.shape(cell) {
            None => Invalid::Lost { site: cell },
            Some(_) => Invalid::Labels { cell },
        })
    }
}

/// The geodesic curvature along the boundary and the angles at its corners: by Gauss and Bonnet `2
/// pi` times the Euler number, less the area.
fn turning(shape: &Shape) -> f64 {
    let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let cross =
        |a: &[f64; 3], b: &[f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let mut sum = 0.0;
    for (arc, &next) in shape.arcs.iter().zip(&shape.next) {
        // The curvature of a circle is c / p, its length p times the angle.
        sum += arc.height * arc.angle;
        let after = &shape.arcs[next as usize];
        if arc.is_whole() {
            continue;
        }
        let x = &arc.ends[1];
        let (u, v) = (cross(&arc.axis, x), cross(&after.axis, x));
        sum += dot(x, &cross(&u, &v)).atan2(dot(&u, &v));
    }
    sum
}
