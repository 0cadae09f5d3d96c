//! From where a surface is seen.

use super::model::Model;
use super::raster::Buffer;
use crate::domain::vector::{Vector3, length, side};
use rayon::prelude::*;

/// The axis that points upwards in a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Up {
    /// The x axis.
    X,
    /// The y axis, as most models have it.
    #[default]
    Y,
    /// The z axis.
    Z,
}

/// A direction to look from: the angle around the upward axis and that above the horizon, in
/// degrees.
///
/// With `Up::Z`, azimuth 0 looks from +x and 90 from +y; with `Up::Y`, 0 from +z and 90 from +x;
/// with `Up::X`, 0 from +y and 90 from +z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Angle around the upward axis.
    pub azimuth: f64,
    /// Angle above the horizon, from -90 to 90.
    pub elevation: f64,
    /// The upward axis.
    pub up: Up,
}

impl View {
    /// Axes of space in the order (azimuth 0, azimuth 90, up).
    fn axes(&self) -> [usize; 3] {
        match self.up {
            Up::X => [1, 2, 0],
            Up::Y => [2, 0, 1],
            Up::Z => [0, 1, 2],
        }
    }

    /// Unit vector from the middle to the eye.
    pub(super) fn direction(&self) -> [f64; 3] {
        let (a, e) = (self.azimuth.to_radians(), self.elevation.to_radians());
        self.placed([e.cos() * a.cos(), e.cos() * a.sin(), e.sin()])
    }

    pub(super) fn up(&self) -> [f64; 3] {
        self.placed([0.0, 0.0, 1.0])
    }

    /// A vector by its coordinates along the view's axes.
    fn placed(&self, local: [f64; 3]) -> [f64; 3] {
        let mut d = [0.0; 3];
        self.axes().iter().zip(local).for_each(|(&k, v)| d[k] = v);
        d
    }

    /// Right, up and towards the eye, in the picture.
    pub(super) fn frame(&self) -> [Vector3<f64>; 3] {
        let (a, e) = (self.azimuth.to_radians(), self.elevation.to_radians());
        // Also where the eye is straight above, where a cross product with the upward axis would
        // vanish.
        let right = self.placed([-a.sin(), a.cos(), 0.0]);
        let up = self.placed([-e.sin() * a.cos(), -e.sin() * a.sin(), e.cos()]);
        [right, up, self.direction()].map(Vector3::from)
    }
}

/// Side of the small pictures that views are judged by.
const SMALL: usize = 96;

impl Model<'_> {
    /// The view that shows most: the one whose picture has the largest entropy of what each polygon
    /// covers (Vázquez, Feixas, Sbert and Heidrich 2001), among 24 azimuths a little above the
    /// horizon. Cost: 24 small pictures.
    pub fn best_view(&self, up: Up) -> View {
        if self.flat {
            return View { azimuth: -90.0, elevation: 90.0, up: Up::Z };
        }
        let (center, radius) = self.ball();
        let candidate = |k: usize| View { azimuth: 15.0 * k as f64, elevation: 18.0, up };
        let scores: Vec<f64> = (0..24).into_par_iter().map(|k| self.entropy(&candidate(k), center, radius)).collect();
        // The first of those that are best but for rounding.
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        candidate(scores.iter().position(|s| *s >= best - 1e-9).unwrap_or(2))
    }

    fn entropy(&self, view: &View, center: [f64; 3], radius: f64) -> f64 {
        let (frame, half) = (view.frame(), 0.5 * SMALL as f64);
        let scale = half / radius;
        let to_screen = |c: &[f64; 3]| {
            let d = side(center, *c);
            [half + scale * d.dot(&frame[0]), half - scale * d.dot(&frame[1]), scale * d.dot(&frame[2])]
        };
        let mut buffer = Buffer::new(SMALL, 0, SMALL);
        let mut corners = Vec::new();
        for p in 0..self.polygons.len() {
            let all = &self.polygons.corners[self.polygons.range(p)];
            // What is smaller than half a pixel is a point.
            let size = all[1..].iter().map(|c| length(&side(all[0], *c))).fold(0.0, f64::max);
            if size * scale < 0.5 {
                buffer.point(to_screen(&all[0]), p as u32);
            } else {
                corners.clear();
                corners.extend(all.iter().map(to_screen));
                buffer.fill(&corners, p as u32);
            }
        }
        buffer.entropy()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_orthonormal_and_right_handed() {
        let near = |a: [f64; 3], b: [f64; 3]| side(a, b).norm() < 1e-12;
        for up in [Up::X, Up::Y, Up::Z] {
            for (azimuth, elevation) in [(0.0, 0.0), (30.0, 20.0), (200.0, -50.0), (10.0, 90.0), (0.0, -90.0)] {
                let view = View { azimuth, elevation, up };
                let [r, u, d] = view.frame();
                assert!(near(r.cross(&u).into(), d.into()), "{view:?}");
                assert!(u.dot(&Vector3::from(view.up())) >= -1e-12 && near(d.into(), view.direction()));
            }
        }
        let d = |azimuth, up| View { azimuth, elevation: 0.0, up }.direction();
        assert!(near(d(0.0, Up::Y), [0.0, 0.0, 1.0]) && near(d(90.0, Up::Y), [1.0, 0.0, 0.0]));
        assert!(near(d(0.0, Up::Z), [1.0, 0.0, 0.0]) && near(d(90.0, Up::Z), [0.0, 1.0, 0.0]));
        assert!(near(d(0.0, Up::X), [0.0, 1.0, 0.0]) && near(d(90.0, Up::X), [0.0, 0.0, 1.0]));
    }
}
