//! How far a convex polygon is, seen from near and from very far.

use super::Outline;
use crate::exact::Dd;

/// Where a polygon `X` is nearest to a point `y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touching {
    /// `min over X of |x|^2 / 2 - <x, y>`, which is `(dist(y, X)^2 - |y|^2) / 2`, to about 100 bits
    /// of its terms.
    ///
    /// No square of `y` is formed outside of `X`: of a point at a distance `d` the difference of
    /// the two squares would keep `2^-100 d^2`, this keeps `2^-100 d`.
    pub height: Dd,
    /// The square of the distance, rounded; 0 inside.
    pub square: f64,
}

/// Where a convex polygon with its corners counter-clockwise is nearest to a point. Cost:
/// O(corners).
///
/// ```
/// use brenier::domain::{Outline, touching};
/// let triangle = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
/// let to = |y| touching(Outline::of(&triangle), y).square;
/// assert_eq!([to([0.25, 0.25]), to([0.5, -2.0]), to([1.0, 1.0]), to([4.0, 4.0])], [0.0, 4.0, 0.5, 24.5]);
/// assert_eq!(touching(Outline::of(&triangle), [1e200, 0.0]).height.to_f64(), -1e200);
/// ```
pub fn touching(polygon: Outline<'_>, y: [f64; 2]) -> Touching {
    let dot = |a: [Dd; 2], b: [Dd; 2]| a[0] * b[0] + a[1] * b[1];
    let from = |p: [f64; 2], q: [f64; 2]| [Dd::difference(q[0], p[0]), Dd::difference(q[1], p[1])];
    let mut least: Option<Touching> = None;
    let mut inside = true;
    for k in 0..polygon.len() {
        let (p, q) = (polygon.vertex(k), polygon.vertex(k + 1));
        let (e, d) = (from(p, q), from(p, y));
        inside &= (e[0] * d[1] - e[1] * d[0]).hi >= 0.0;
        let t = dot(e, d).over(dot(e, e));
        let t = if t.hi > 0.0 { if t.hi < 1.0 { t } else { Dd::from_f64(1.0) } } else { Dd::ZERO };
        let x = [0, 1].map(|k| Dd::from_f64(p[k]) + t * e[k]);
        let height = dot(x, x).scale(0.5) - (x[0].times(y[0]) + x[1].times(y[1]));
        if least.is_none_or(|l| height < l.height) {
            let r = [0, 1].map(|k| (d[k] - t * e[k]).to_f64());
            least = Some(Touching { height, square: r[0] * r[0] + r[1] * r[1] });
        }
    }
    let within = || {
        let square = Dd::product(y[0], y[0]) + Dd::product(y[1], y[1]);
        Touching { height: -square.scale(0.5), square: 0.0 }
    };
    least.filter(|_| !inside).unwrap_or_else(within)
}
