//! Signs (placeholder while the ladder is written).
use super::big;
/// Sign of the signed area of the triangle `abc`: 1 if counter-clockwise.
pub fn orient2d_sign(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> i32 {
    let r = |v: f64| big::rational(v);
    let d = |p: f64, q: f64| r(p) - r(q);
    let det = d(a[0], c[0]) * d(b[1], c[1]) - d(a[1], c[1]) * d(b[0], c[0]);
    det.cmp0() as i32
}
