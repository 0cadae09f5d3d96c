//! Convex polygons in space that are cut by planes, in rationals: pieces of triangles.

use crate::exact::big::{self, Rational};
use std::sync::Arc;

/// A corner of a polygon.
#[derive(Clone, Debug)]
pub(super) struct Vertex {
    exact: [Rational; 3],
    /// Rounded.
    near: [f64; 3],
}

impl Vertex {
    pub fn of(x: &[f64; 3]) -> Arc<Vertex> {
        Arc::new(Vertex { exact: x.map(big::rational), near: *x })
    }
}

/// A plane, positive on one side.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    exact: [Rational; 4],
    near: [f64; 4],
}

/// Relative rounding of the value of a plane: an entry and a coordinate are rounded once each, and
/// so are their product and four sums, less than 9 units of `2^-53` of the terms.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

impl Plane {
    fn new(exact: [Rational; 4]) -> Plane {
        let near = exact.each_ref().map(big::nearest_f64);
        Plane { exact, near }
    }

    /// Positive where three points turn counter-clockwise as seen from there.
    pub fn through(p: [[f64; 3]; 3]) -> Plane {
        let [a, b, c] = p.map(|x| x.map(big::rational));
        let from = |x: &[Rational; 3]| [0, 1, 2].map(|k| Rational::from(&x[k] - &a[k]));
        let (u, v) = (from(&b), from(&c));
        let [x, y, z] = [0, 1, 2].map(|k| {
            let (i, j) = ((k + 1) % 3, (k + 2) % 3);
            Rational::from(&u[i] * &v[j]) - Rational::from(&u[j] * &v[i])
        });
        let d = -(Rational::from(&x * &a[0]) + Rational::from(&y * &a[1]) + Rational::from(&z * &a[2]));
        Plane::new([x, y, z, d])
    }

    /// Positive above a coordinate, or below it.
    pub fn axis(axis: usize, value: f64, above: bool) -> Plane {
        let mut exact: [Rational; 4] = Default::default();
        exact[axis] = Rational::from(if above { 1 } else { -1 });
        exact[3] = big::rational(if above { -value } else { value });
        Plane::new(exact)
    }

    fn value(&self, v: &Vertex) -> Rational {
        let mut sum = self.exact[3].clone();
        for (n, x) in self.exact.iter().zip(&v.exact) {
            sum += Rational::from(n * x);
        }
        sum
    }

    /// 1, 0 or -1: on which side of it a corner lies.
    pub fn side(&self, v: &Vertex) -> i32 {
        let (mut sum, mut size) = (self.near[3], self.near[3].abs());
        for k in 0..3 {
            let term = self.near[k] * v.near[k];
            sum += term;
            size += term.abs();
        }
        let bound = ROUNDING * size + 1e-290;
        if sum > bound {
            return 1;
        }
        if -sum > bound {
            return -1;
        }
        self.value(v).cmp0() as i32
    }
}

/// A convex polygon with area.
pub(super) type Polygon = Vec<Arc<Vertex>>;

/// The parts of a polygon that lie on the positive and on the negative side of a plane, each with
/// area; both none if it lies in the plane.
pub(super) fn cut(polygon: &Polygon, plane: &Plane) -> [Option<Polygon>; 2] {
    let sides: Vec<i32> = polygon.iter().map(|v| plane.side(v)).collect();
    let (any_above, any_below) = (sides.contains(&1), sides.contains(&-1));
    if !(any_above && any_below) {
        return [any_above.then(|| polygon.clone()), any_below.then(|| polygon.clone())];
    }
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (k, v) in polygon.iter().enumerate() {
        let next = (k + 1) % polygon.len();
        if sides[k] >= 0 {
            above.push(v.clone());
        }
        if sides[k] <= 0 {
            below.push(v.clone());
        }
        if sides[k] * sides[next] < 0 {
            let w = &polygon[next];
            let (p, q) = (plane.value(v), plane.value(w));
            let share = &p / (p.clone() - &q);
            let exact = [0, 1, 2].map(|k| {
                let along = Rational::from(&w.exact[k] - &v.exact[k]) * &share;
                along + &v.exact[k]
            });
            let near = exact.each_ref().map(big::nearest_f64);
            let crossing = Arc::new(Vertex { exact, near });
            above.push(crossing.clone());
            below.push(crossing);
        }
    }
    [Some(above), Some(below)]
}

/// What of a triangle lies inside all planes, with area.
pub(super) fn within<'p>(triangle: [[f64; 3]; 3], planes: impl IntoIterator<Item = &'p Plane>) -> Option<Polygon> {
    let mut polygon: Polygon = triangle.iter().map(Vertex::of).collect();
    for plane in planes {
        let [inside, _] = cut(&polygon, plane);
        polygon = inside?;
    }
    Some(polygon)
}
