//! Normals or rays: directions as given, their lengths left aside, equal ones merged, and whether
//! they surround the origin.

use crate::exact::elementary::sqrt;
use crate::exact::predicates::{Pole, PolePlane, pole_plane_dd};
use crate::exact::{Counters, Dd, big, power};
use crate::hull::solid::SolidHull;

/// Why directions cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectionError {
    /// A coordinate is not finite.
    #[error("{what}[{index}] is not finite; every coordinate must be")]
    NotFinite {
        /// The list.
        what: &'static str,
        /// The entry.
        index: usize,
    },
    /// No direction.
    #[error("{what}[{index}] is zero; give a vector of any other length")]
    Zero {
        /// The list.
        what: &'static str,
        /// The entry.
        index: usize,
    },
    /// Coordinates too different for doubles.
    #[error("{what}[{index}] has coordinates whose ratio no double can hold; write the small one as 0")]
    TooUneven {
        /// The list.
        what: &'static str,
        /// The entry.
        index: usize,
    },
    /// Too few.
    #[error("{found} different {what}; a polytope has at least 4")]
    TooFew {
        /// The list.
        what: &'static str,
        /// Different ones.
        found: usize,
    },
    /// They lie in a closed half-space.
    #[error(
        "all {what} lie in the half-space of the v with <{}, v> >= 0, the nearest to its other side at {least:.3e}; \
         no bounded polytope has them, add {what} beyond the plane",
        vector(.inner)
    )]
    HalfSpace {
        /// The list.
        what: &'static str,
        /// The half-space's inner normal, of length 1.
        inner: [f64; 3],
        /// The least product of it with a direction of length 1.
        least: f64,
    },
}

fn vector(v: &[f64; 3]) -> String {
    format!("({:.6}, {:.6}, {:.6})", v[0], v[1], v[2])
}

/// Different directions that surround the origin.
#[derive(Clone, Debug)]
pub struct Directions {
    /// The vectors as given, times powers of two so that their largest coordinates are in `[1, 2)`.
    pub vectors: Vec<[f64; 3]>,
    /// Their lengths.
    pub lengths: Vec<Dd>,
    /// Powers of two by which the given vectors are these.
    pub exponents: Vec<i32>,
    /// For each given vector the number of its direction.
    pub of_input: Vec<u32>,
    /// For each direction the first given vector that has it.
    pub first: Vec<u32>,
}

impl Directions {
    /// Checks and merges; `what` they are called in errors ("normals"). Cost: O(n log n).
    ///
    /// # Errors
    /// [`DirectionError`].
    pub fn new(given: &[[f64; 3]], what: &'static str) -> Result<Directions, DirectionError> {
        let mut scaled = Vec::with_capacity(given.len());
        for (index, v) in given.iter().enumerate() {
            if v.iter().any(|x| !x.is_finite()) {
                return Err(DirectionError::NotFinite { what, index });
            }
            let largest = v.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            if largest == 0.0 {
                return Err(DirectionError::Zero { what, index });
            }
            let e = -power::exponent(largest);
            // Zeros of either sign are one number.
            let w = v.map(|x| power::scaled(x, e) + 0.0);
            if v.iter().zip(w).any(|(x, w)| *x != 0.0 && (w.abs() < 2f64.powi(-200))) {
                return Err(DirectionError::TooUneven { what, index });
            }
            scaled.push((w, e));
        }
        // Equal directions have one primitive vector of integers.
        let mut order: Vec<u32> = (0..given.len() as u32).collect();
        let primitive = |k: &u32| {
            let v = big::common_integers(&scaled[*k as usize].0);
            let gcd = v.iter().fold(big::Integer::new(), |g, x| g.gcd(x));
            (v.into_iter().map(|x| x / &gcd).collect::<Vec<_>>(), *k)
        };
        let mut keyed: Vec<(Vec<big::Integer>, u32)> = order.iter().map(primitive).collect();
        keyed.sort();
        let mut representative = vec![0u32; given.len()];
        for group in keyed.chunk_by(|a, b| a.0 == b.0) {
            group.iter().for_each(|g| representative[g.1 as usize] = group[0].1);
        }
        order.retain(|&k| representative[k as usize] == k);
        let mut number = vec![0u32; given.len()];
        order.iter().zip(0..).for_each(|(&k, i)| number[k as usize] = i);
        let found = order.len();
        if found < 4 {
            return Err(DirectionError::TooFew { what, found });
        }
        let vectors: Vec<[f64; 3]> = order.iter().map(|&k| scaled[k as usize].0).collect();
        surround(&vectors, what)?;
        Ok(Directions {
            lengths: vectors.iter().map(length).collect(),
            exponents: order.iter().map(|&k| scaled[k as usize].1).collect(),
            of_input: representative.iter().map(|&k| number[k as usize]).collect(),
            first: order,
            vectors,
        })
    }

    /// Number of different directions.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// There are none: never.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// How many given vectors were merged into others.
    pub fn merged(&self) -> usize {
        self.of_input.len() - self.len()
    }

    /// The sums of given numbers over the vectors of each direction.
    pub(super) fn sums(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.len()];
        self.of_input.iter().zip(values).for_each(|(&k, v)| sums[k as usize] += v);
        sums
    }

    /// The points `n / s`.
    pub(super) fn poles(&self, s: &[Dd]) -> Vec<Pole> {
        self.vectors.iter().zip(s).map(|(&n, &s)| Pole { n, s }).collect()
    }
}

/// The length of a vector.
pub(super) fn length(v: &[f64; 3]) -> Dd {
    sqrt(v.iter().fold(Dd::ZERO, |s, x| s + Dd::product(*x, *x)))
}

/// Is the origin inside of the vectors' hull? Exact: lengths do not matter.
fn surround(vectors: &[[f64; 3]], what: &'static str) -> Result<(), DirectionError> {
    let rows: Vec<Pole> = vectors.iter().map(|&n| Pole { n, s: Dd::from_f64(1.0) }).collect();
    let origin = Pole { n: [0.0; 3], s: Dd::from_f64(1.0) };
    let refused = |v: [f64; 3]| {
        let dot = |a: &[f64; 3], b: &[f64; 3]| (a[0] * b[0] + a[1] * b[1]) + a[2] * b[2];
        let size = dot(&v, &v).sqrt();
        let products = vectors.iter().map(|n| dot(n, &v) / (size * dot(n, n).sqrt()));
        let (low, high) = products.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p), h.max(p)));
        let turn = if high.abs() > low.abs() || low > 0.0 { 1.0 } else { -1.0 };
        let least = if turn > 0.0 { low } else { -high };
        Err(DirectionError::HalfSpace { what, inner: v.map(|x| turn * x / size + 0.0), least: least.max(0.0) })
    };
    match SolidHull::new(&rows) {
        Ok(hull) => {
            for face in &hull.faces {
                let at = face.map(|k| &rows[k as usize]);
                let below = PolePlane::through(at[0], at[1], at[2]).side(at, &origin, &mut Counters::default());
                if below <= 0 {
                    let plane = pole_plane_dd(at);
                    return refused([plane[0].hi, plane[1].hi, plane[2].hi]);
                }
            }
            Ok(())
        }
        Err(flat) => match flat.spanning.iter().map(|&k| &rows[k as usize]).collect::<Vec<_>>()[..] {
            [a, b, c] => {
                let plane = pole_plane_dd([a, b, c]);
                refused([plane[0].hi, plane[1].hi, plane[2].hi])
            }
            [a, ref rest @ ..] => {
                // Across both, or across the one and an axis.
                let axis = (0..3).min_by(|&i, &j| a.n[i].abs().total_cmp(&a.n[j].abs())).unwrap_or(0);
                let other = rest.first().map_or(std::array::from_fn(|k| f64::from(u8::from(k == axis))), |b| b.n);
                let cross = cross(a.n, other);
                // Opposite directions have no plane of their own.
                let e = std::array::from_fn(|k| f64::from(u8::from(k == axis)));
                refused(if cross == [0.0; 3] { self::cross(a.n, e) } else { cross })
            }
            [] => Ok(()),
        },
    }
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_do_not_matter_and_equal_directions_are_one() {
        let third = 1.0 / 3.0;
        let given = [
            [3.0, 0.0, 0.0],
            [1e-300, 0.0, 0.0],
            [0.0, 1.0, 2.0],
            [0.0, third, 2.0 * third],
            [0.0, -1.0, 0.0],
            [-1e200, 0.0, -1e199],
        ];
        let d = Directions::new(&given, "normals").unwrap();
        assert_eq!(d.of_input, [0, 0, 1, 1, 2, 3]);
        assert_eq!((d.len(), d.merged()), (4, 2));
        assert_eq!(d.sums(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), [3.0, 7.0, 5.0, 6.0]);
        // Another ulp is another direction.
        let near = [[1.0, 0.0, 0.0], [1.0, f64::EPSILON, 0.0], [-1.0, 1.0, 0.0], [-1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]];
        assert_eq!(Directions::new(&near, "rays").unwrap().len(), 5);
    }

    #[test]
    fn what_surrounds_nothing_is_refused_with_the_half_space() {
        let inner = |given: &[[f64; 3]]| match Directions::new(given, "normals").unwrap_err() {
            DirectionError::HalfSpace { inner, least, .. } => {
                assert!(given.iter().all(|n| (0..3).map(|k| n[k] * inner[k]).sum::<f64>() >= -1e-12), "{inner:?}");
                assert!(least >= 0.0);
                inner
            }
            other => panic!("{other}"),
        };
        // A tent on the ground: the side below is missing.
        let tent = [[1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, -1.0, 1.0]];
        inner(&tent);
        // A prism without bases; normals on one plane, and on a line.
        let prism = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]];
        assert_eq!(inner(&prism).map(f64::abs), [0.0, 0.0, 1.0]);
        let closed = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(inner(&closed), [0.0, 0.0, 1.0]);
        assert!(matches!(
            Directions::new(&[[1.0, 0.0, 0.0], [-2.0, 0.0, 0.0], [2.0, 0.0, 0.0]], "normals"),
            Err(DirectionError::TooFew { found: 2, .. })
        ));
        assert!(matches!(Directions::new(&[[0.0; 3]], "normals"), Err(DirectionError::Zero { index: 0, .. })));
    }
}
