//! Newton's step: the changes of support numbers for wanted changes of areas.
//!
//! For unit normals `dA_i/dh_j = l_ij / sin th_ij` and `dA_i/dh_i = -sum_j l_ij cot th_ij`. Let `S`
//! be minus this matrix. Moving the polytope changes no area: `S n = 0` for each coordinate of the
//! normals. Growing it tells the other special direction: `S h = -2 A`. On the vectors `e` with
//! `<A, e> = 0`, which keep the volume, `S` is positive but for translations (Minkowski's second
//! inequality). So `S d = -r` is solved by `d = a h + e` with `a = <h, r> / (2 <h, A>)` and
//! `S e = 2 a A - r`, `<A, e> = 0`.

use super::super::directions::Directions;
use super::super::sparse::Factor;
use super::measure::Measured;
use nalgebra::{DMatrix, DVector};

/// So many facets are solved for directly.
const DENSE: usize = 256;

/// Most iterations of conjugate gradients.
const MOST: usize = 400;

/// The matrix `S`.
struct Matrix<'a> {
    diagonal: Vec<f64>,
    walls: &'a [(u32, u32, f64)],
}

impl Matrix<'_> {
    fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut y: Vec<f64> = self.diagonal.iter().zip(x).map(|(d, x)| d * x).collect();
        for &(i, j, w) in self.walls {
            y[i as usize] -= w * x[j as usize];
            y[j as usize] -= w * x[i as usize];
        }
        y
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The change of the support numbers (for unit normals) whose first-order change of the areas is
/// `wanted`. `None` if it cannot be found.
pub(super) fn newton(directions: &Directions, at: &Measured, wanted: &[f64]) -> Option<Vec<f64>> {
    let units: Vec<[f64; 3]> =
        directions.vectors.iter().zip(&directions.lengths).map(|(n, l)| n.map(|x| x / l.hi)).collect();
    let supports: Vec<f64> = at.rows.iter().zip(&directions.lengths).map(|(r, l)| r.s.hi / l.hi).collect();
    let mut diagonal = vec![0.0; units.len()];
    for &(i, j, w) in &at.walls {
        let (i, j) = (i as usize, j as usize);
        let cosine = (0..3).map(|k| units[i][k] * units[j][k]).sum::<f64>();
        diagonal[i] += w * cosine;
        diagonal[j] += w * cosine;
    }
    let matrix = Matrix { diagonal, walls: &at.walls };
    let areas = &at.areas;
    let growth = dot(&supports, wanted) / (2.0 * dot(&supports, areas));
    let right: Vec<f64> = areas.iter().zip(wanted).map(|(a, r)| 2.0 * growth * a - r).collect();
    let e = if units.len() <= DENSE {
        direct(&matrix, &units, areas, &right)?
    } else {
        iterated(&matrix, &supports, areas, right)?
    };
    let step: Vec<f64> = supports.iter().zip(e).map(|(h, e)| growth * h + e).collect();
    step.iter().all(|d| d.is_finite()).then_some(step)
}

/// Elimination, with the conditions `<A, e> = 0` and `sum e_i n_i = 0` and a multiplier for each.
fn direct(matrix: &Matrix<'_>, units: &[[f64; 3]], areas: &[f64], right: &[f64]) -> Option<Vec<f64>> {
    let n = units.len();
    let mut m = DMatrix::zeros(n + 4, n + 4);
    for i in 0..n {
        m[(i, i)] = matrix.diagonal[i];
        let borders = [areas[i], units[i][0], units[i][1], units[i][2]];
        for (k, b) in borders.into_iter().enumerate() {
            m[(i, n + k)] = b;
            m[(n + k, i)] = b;
        }
    }
    for &(i, j, w) in matrix.walls {
        m[(i as usize, j as usize)] = -w;
        m[(j as usize, i as usize)] = -w;
    }
    // Rows and columns of about the same size, whatever the facets are.
    let size = |k: usize| {
        let rows = if k < n { 0..n } else { 0..n + 4 };
        rows.fold(0.0f64, |s, i| s.max(m[(i, k)].abs()))
    };
    let mut scale: Vec<f64> = (0..n).map(|k| 1.0 / size(k).sqrt()).collect();
    for k in n..n + 4 {
        let largest = (0..n).fold(0.0f64, |s, i| s.max(m[(i, k)].abs() * scale[i]));
        scale.push(1.0 / largest);
    }
    if !scale.iter().all(|s| s.is_finite()) {
        return None;
    }
    for i in 0..n + 4 {
        for j in 0..n + 4 {
            m[(i, j)] *= scale[i] * scale[j];
        }
    }
    let b = DVector::from_fn(n + 4, |i, _| if i < n { right[i] * scale[i] } else { 0.0 });
    let lu = m.clone().lu();
    let mut x = lu.solve(&b)?;
    // Once more for what rounding left.
    let rest = b - &m * &x;
    x += lu.solve(&rest)?;
    Some((0..n).map(|i| x[i] * scale[i]).collect())
}

/// Conjugate gradients on the vectors with `<A, e> = 0`.
///
/// `S` is a graph Laplacian `L` less a diagonal; on a ball's polytope they are `-Laplace - 2` and
/// `-Laplace` of the sphere. Taking `L` plus the diagonal `A_i / h_i` to precondition leaves the
/// eigenvalues `(l (l + 1) - 2) / (l (l + 1) + 1)`, between 4/7 and 1, whatever the number of
/// facets.
fn iterated(matrix: &Matrix<'_>, supports: &[f64], areas: &[f64], right: Vec<f64>) -> Option<Vec<f64>> {
    let mut diagonal: Vec<f64> = areas.iter().zip(supports).map(|(a, h)| a / h).collect();
    for &(i, j, w) in matrix.walls {
        diagonal[i as usize] += w;
        diagonal[j as usize] += w;
    }
    let factor = Factor::new(&diagonal, matrix.walls)?;
    let volume = dot(areas, supports);
    let project = |e: &mut Vec<f64>| {
        let share = dot(areas, e) / volume;
        e.iter_mut().zip(supports).for_each(|(e, h)| *e -= share * h);
    };
    let project_right = |r: &mut Vec<f64>| {
        let share = dot(supports, r) / volume;
        r.iter_mut().zip(areas).for_each(|(r, a)| *r -= share * a);
    };
    let mut r = right;
    project_right(&mut r);
    let prepared = |r: &[f64]| {
        let mut z = r.to_vec();
        factor.solve(&mut z);
        project(&mut z);
        z
    };
    let mut x = vec![0.0; r.len()];
    let mut z = prepared(&r);
    let mut direction = z.clone();
    let mut rz = dot(&r, &z);
    let enough = rz * 1e-26;
    for _ in 0..MOST {
        if rz <= enough || rz.is_nan() {
            break;
        }
        let image = matrix.times(&direction);
        let curvature = dot(&direction, &image);
        if curvature.is_nan() || curvature <= 0.0 {
            break;
        }
        let length = rz / curvature;
        x.iter_mut().zip(&direction).for_each(|(x, d)| *x += length * d);
        r.iter_mut().zip(&image).for_each(|(r, s)| *r -= length * s);
        project_right(&mut r);
        z = prepared(&r);
        let next = dot(&r, &z);
        let share = next / rz;
        rz = next;
        direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + share * *d);
    }
    Some(x)
}
