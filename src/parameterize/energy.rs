//! What distortion of a triangle costs, with derivatives.
//!
//! `J` maps the triangle in space, scaled to its wanted area, to the plane; `s_1 >= s_2 > 0` are
//! its singular values. Its cost is
//!
//! ```text
//! psi = area * (log det J)^2 + share * (det J - 1)^2 + angle * ((s_1/s_2 + s_2/s_1)/2 - 1).
//! ```
//!
//! The second term is for charts that cannot have all their areas: it asks for few that are wrong,
//! where the first one asks for none that is very wrong. The others grow without bound as a
//! triangle flattens, and none changes if the plane is turned. Eigenvectors of the Hessian of such
//! a function of `s_1, s_2` are known (Smith, de Goes, Kim 2019): with `J = U diag(s) V^T` two of
//! the form `U D V^T` with diagonal `D`, the twist `U [0 -1; 1 0] V^T` and the flip
//! `U [0 1; 1 0] V^T`, so negative eigenvalues can be left out exactly.

use super::scale::unit_sides;
use super::system::Local;
use crate::domain::vector::{Matrix2, Vector2, side};

/// Weights of the two terms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub area: f64,
    pub share: f64,
    pub angle: f64,
    /// Take the area term for the square of a linear function (Gauss and Newton's way). Near the
    /// end that is better than leaving out what is negative: it neither stiffens nor softens ways
    /// along which no area changes.
    pub gauss: bool,
}

/// A triangle in space as the energy sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    /// Inverse of the matrix whose columns are the sides from the first corner, in a frame of its
    /// plane, scaled to the wanted area.
    inverse: Matrix2<f64>,
    /// Weight of the triangle.
    pub weight: f64,
}

impl Reference {
    /// Of a triangle with the given wanted area in the plane. Triangles whose height is under a
    /// millionth of their longest side are made a little higher: their shape is noise.
    pub fn new(corners: [[f64; 3]; 3], wanted: f64, weight: f64) -> Reference {
        let (d, e) = unit_sides(corners);
        let (l, m) = (d.norm(), e.norm());
        let longest = l.max(m).max((e - d).norm()).max(f64::MIN_POSITIVE);
        let l = l.max(1e-6 * longest);
        let along = d.dot(&e) / l;
        let height = (d.cross(&e).norm() / l).max(1e-6 * longest);
        let scale = (wanted / (0.5 * l * height)).sqrt();
        let (l, along, height) = (l * scale, along * scale, height * scale);
        Reference { inverse: Matrix2::new(1.0 / l, -along / (l * height), 0.0, 1.0 / height), weight }
    }

    /// The Jacobian matrix for corners in the plane.
    pub fn jacobian(&self, [a, b, c]: [[f64; 2]; 3]) -> Matrix2<f64> {
        Matrix2::from_columns(&[side(a, b), side(a, c)]) * self.inverse
    }

    /// The cost; infinite unless the triangle is positive.
    pub fn value(&self, corners: [[f64; 2]; 3], w: Weights) -> f64 {
        let j = self.jacobian(corners);
        let det = j.determinant();
        if !(det > 0.0) {
            return f64::INFINITY;
        }
        // By rows: the norm of a matrix adds by columns, and would round otherwise.
        let square: f64 = j.transpose().iter().map(|x| x * x).sum();
        let log = det.ln();
        self.weight
            * (w.area * log * log + w.share * (det - 1.0) * (det - 1.0) + w.angle * (square / (2.0 * det) - 1.0))
    }

    /// Gradient and the nearest positive semidefinite matrix to the Hessian, for the coordinates of
    /// the corners in turn.
    pub fn derivatives(&self, corners: [[f64; 2]; 3], w: Weights) -> ([f64; 6], Local) {
        let (u, s, v) = svd(self.jacobian(corners));
        let [s1, s2] = s;
        let det = s1 * s2;
        let log = det.ln();
        let (area, share, angle) = (w.area * self.weight, w.share * self.weight, w.angle * self.weight);
        // First and second derivatives by the singular values.
        let slope = share * 2.0 * (det - 1.0);
        let p1 = area * 2.0 * log / s1 + slope * s2 + angle * 0.5 * (1.0 / s2 - s2 / (s1 * s1));
        let p2 = area * 2.0 * log / s2 + slope * s1 + angle * 0.5 * (1.0 / s1 - s1 / (s2 * s2));
        let bend = if w.gauss { 0.0 } else { area * 2.0 * log };
        let slope = if w.gauss { 0.0 } else { slope };
        let p11 = (area * 2.0 - bend) / (s1 * s1) + share * 2.0 * s2 * s2 + angle * s2 / (s1 * s1 * s1);
        let p22 = (area * 2.0 - bend) / (s2 * s2) + share * 2.0 * s1 * s1 + angle * s1 / (s2 * s2 * s2);
        let both = share * 2.0 * det + slope;
        let p12 = area * 2.0 / det + both - angle * 0.5 * (1.0 / (s1 * s1) + 1.0 / (s2 * s2));
        // (p1 + p2)/(s1 + s2) and (p1 - p2)/(s1 - s2), divided by hand.
        let (squares, mixed) = ((s1 * s1 + s2 * s2) / (det * det), 1.0 / det);
        let twist = bend / det + slope + angle * 0.5 * (mixed - (squares - mixed));
        let flip = -bend / det - slope + angle * 0.5 * (mixed + (squares + mixed));
        let (values, axes) = symmetric2(p11, p12, p22);
        let r = std::f64::consts::FRAC_1_SQRT_2;
        // What a corner's move does to J, the rows of the inverse and minus their sum for the first
        // corner, turned by V^T: then D takes it to the frame of U.
        let [second, third] = [0, 1].map(|k| self.inverse.row(k).transpose());
        let moves = [-second - third, second, third].map(|m| v.tr_mul(&m));
        let spread = |d: [[f64; 2]; 2]| -> [f64; 6] {
            let mut all = [0.0; 6];
            for (k, m) in moves.iter().enumerate() {
                let [x, y] = d.map(|row| row[0] * m.x + row[1] * m.y);
                all[2 * k] = u.m11 * x + u.m12 * y;
                all[2 * k + 1] = u.m21 * x + u.m22 * y;
            }
            all
        };
        let diagonal = |a: f64, b: f64| [[a, 0.0], [0.0, b]];
        let modes = [
            (values[0], diagonal(axes[0].x, axes[0].y)),
            (values[1], diagonal(axes[1].x, axes[1].y)),
            (twist, [[0.0, -r], [r, 0.0]]),
            (flip, [[0.0, r], [r, 0.0]]),
        ];
        let gradient = spread(diagonal(p1, p2));
        let mut hessian = [[0.0; 6]; 6];
        for (value, d) in modes.into_iter().filter(|m| m.0 > 0.0) {
            let q = spread(d);
            for a in 0..6 {
                for b in a..6 {
                    hessian[a][b] += value * q[a] * q[b];
                }
            }
        }
        for a in 0..6 {
            for b in 0..a {
                hessian[a][b] = hessian[b][a];
            }
        }
        (gradient, hessian)
    }
}

/// Singular value decomposition `j = u diag(s) v^T` of a matrix with positive determinant; `u`, `v`
/// are rotations.
///
/// `nalgebra` has the small value as a difference: of a long and narrow triangle nothing is left of
/// it there; the determinant over the large value keeps its digits. No angle is computed: these
/// are taken of every triangle in every step.
fn svd(j: Matrix2<f64>) -> (Matrix2<f64>, [f64; 2], Matrix2<f64>) {
    // Sum of a multiple of a rotation (e, h) and one of a reflection (f, g).
    let (e, f) = ((j.m11 + j.m22) / 2.0, (j.m11 - j.m22) / 2.0);
    let (g, h) = ((j.m21 + j.m12) / 2.0, (j.m21 - j.m12) / 2.0);
    // By their angles s and d, u turns by (s + d)/2 and v by (d - s)/2: the rotation is what is
    // between them, so one half angle does. That of v is a half of the angle of (e, -h)(f, g).
    let v = half(e * f + h * g, e * g - h * f);
    let s1 = e.hypot(h) + f.hypot(g);
    let s2 = j.determinant() / s1;
    // The first column of v goes to s1 times that of u.
    let to = Vector2::new(j.m11 * v.x + j.m12 * v.y, j.m21 * v.x + j.m22 * v.y);
    let u = to / to.x.hypot(to.y);
    let rotation = |c: Vector2<f64>| Matrix2::new(c.x, -c.y, c.y, c.x);
    (rotation(u), [s1, s2], rotation(v))
}

/// The direction at half the angle of another one; the first axis for none.
fn half(x: f64, y: f64) -> Vector2<f64> {
    let length = x.hypot(y);
    if !(length > 0.0) {
        return Vector2::new(1.0, 0.0);
    }
    // cos^2 = (1 + cos)/2 or sin^2 = (1 - cos)/2, whichever does not cancel; 2 sin cos = sin.
    let (x, y) = (x / length, y / length);
    let long = (0.5 * (1.0 + x.abs())).sqrt();
    let short = y / (2.0 * long);
    if x >= 0.0 { Vector2::new(long, short) } else { Vector2::new(short.abs(), long.copysign(y)) }
}

/// Eigenvalues and eigenvectors of `[a b; b c]`, in closed form; `nalgebra`'s iterate, and round
/// otherwise.
fn symmetric2(a: f64, b: f64, c: f64) -> ([f64; 2], [Vector2<f64>; 2]) {
    let axis = half(a - c, 2.0 * b);
    let (mean, radius) = ((a + c) / 2.0, ((a - c) / 2.0).hypot(b));
    ([mean + radius, mean - radius], [axis, Vector2::new(-axis.y, axis.x)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: [[f64; 3]; 3] = [[0.1, 0.2, 0.3], [1.4, 0.3, -0.2], [0.2, 1.1, 0.9]];
    const PLANE: [[f64; 2]; 3] = [[0.0, 0.1], [0.9, 0.3], [-0.2, 1.5]];

    #[test]
    fn decompositions() {
        for [a, b, c, d] in [[1.0, 2.0, -0.5, 3.0], [2.0, 0.0, 0.0, 2.0], [0.0, -1.0, 1.0, 0.0]] {
            let j = Matrix2::new(a, b, c, d);
            let (u, s, v) = svd(j);
            let back = u * Matrix2::from_diagonal(&s.into()) * v.transpose();
            assert!((back - j).amax() < 1e-14, "{j:?}");
            assert!(s[0] >= s[1] && s[1] > 0.0);
        }
        let ([p, q], [x, _]) = symmetric2(2.0, 1.0, 2.0);
        assert!((p - 3.0).abs() < 1e-15 && (q - 1.0).abs() < 1e-15 && (x[0] - x[1]).abs() < 1e-15);
    }

    /// An isometry to the wanted area costs nothing; the gradient is that of the value.
    #[test]
    fn derivatives_are_those_of_the_value() {
        let area = crate::domain::vector::area_in_space(SPACE);
        let w = Weights { area: 0.7, share: 0.4, angle: 0.3, gauss: false };
        let flat = |p: [[f64; 3]; 3]| Reference::new(p, area, 1.0);
        let [l, m, n] = [(0, 1), (0, 2), (1, 2)].map(|(a, b)| side(SPACE[a], SPACE[b]).norm());
        let x = (l * l + m * m - n * n) / (2.0 * l);
        let isometric = [[0.0, 0.0], [l, 0.0], [x, (m * m - x * x).sqrt()]];
        assert!(flat(SPACE).value(isometric, w).abs() < 1e-14);
        let r = Reference::new(SPACE, 0.4, 2.0);
        let (gradient, hessian) = r.derivatives(PLANE, w);
        for k in 0..6 {
            let at = |h: f64| {
                let mut p = PLANE;
                p[k / 2][k % 2] += h;
                p
            };
            let slope = (r.value(at(1e-6), w) - r.value(at(-1e-6), w)) / 2e-6;
            assert!((slope - gradient[k]).abs() < 1e-8 * (1.0 + slope.abs()), "{k}: {slope} {}", gradient[k]);
        }
        // Near the least cost nothing is left out: the Hessian is the derivative of the gradient.
        let r = Reference::new(SPACE, 0.999 * area, 1.0);
        let (_, hessian_there) = r.derivatives(isometric, w);
        for k in 0..6 {
            let at = |h: f64| {
                let mut p = isometric;
                p[k / 2][k % 2] += h;
                r.derivatives(p, w).0
            };
            let (plus, minus) = (at(1e-6), at(-1e-6));
            for i in 0..6 {
                let slope = (plus[i] - minus[i]) / 2e-6;
                assert!((slope - hessian_there[i][k]).abs() < 1e-2, "{i} {k}: {slope} {}", hessian_there[i][k]);
            }
        }
        assert!((0..6).all(|i| hessian[i][i] >= 0.0));
        assert_eq!(r.value([PLANE[0], PLANE[2], PLANE[1]], w), f64::INFINITY);
    }
}
