//! Where a model's points lie in a picture.

use super::model::Model;
use super::view::View;
use crate::domain::vector::{Vector3, bounds, side};

/// The map from space to samples.
pub(super) struct Screen {
    center: [f64; 3],
    frame: [Vector3<f64>; 3],
    /// What lies in the middle of the picture, in the plane of the picture.
    middle: [f64; 2],
    half: [f64; 2],
    /// Units of the picture per unit length.
    pub(super) scale: f64,
}

impl Screen {
    /// Everything, with a margin, in a picture of this size.
    pub(super) fn new(model: &Model<'_>, view: &View, size: [f64; 2], margin: f64) -> Screen {
        let (center, _) = model.ball();
        let frame = view.frame();
        let seen = |c: &[f64; 3]| [0, 1].map(|k| side(center, *c).dot(&frame[k]));
        let (low, high) = bounds(model.polygons.corners.iter().map(seen));
        let scale =
            (0..2).map(|k| (size[k] - 2.0 * margin).max(1.0) / (high[k] - low[k])).fold(f64::INFINITY, f64::min);
        let middle = [0, 1].map(|k| low[k] + 0.5 * (high[k] - low[k]));
        let scale = if scale.is_finite() { scale } else { 1.0 };
        Screen { center, frame, middle, half: size.map(|s| 0.5 * s), scale }
    }

    /// Where a point is seen; y points down, z to the eye.
    pub(super) fn point(&self, p: [f64; 3]) -> [f64; 3] {
        let d = side(self.center, p);
        let [x, y, z] = self.frame.map(|axis| d.dot(&axis));
        [
            self.half[0] + (x - self.middle[0]) * self.scale,
            self.half[1] - (y - self.middle[1]) * self.scale,
            z * self.scale,
        ]
    }

    /// A normal in the picture's axes.
    pub(super) fn turned(&self, n: [f32; 3]) -> Vector3<f64> {
        let n = Vector3::from(n.map(f64::from));
        self.frame.map(|axis| axis.dot(&n)).into()
    }
}
