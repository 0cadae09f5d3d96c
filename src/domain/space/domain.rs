//! Where sources in space live: boxes, of which any axes may be periodic (the torus, also that of
//! the plane), convex polyhedra, meshes of tetrahedra, solids.

use super::body::Body;
use super::metric::Metric;
use super::parts::Parts;
use crate::domain::DomainError;
use crate::exact::big::{self, Rational};
use crate::exact::power::{is_exact, scaled};
use std::sync::Arc;

/// A box, some of whose axes may be periodic, a convex polyhedron, or a union of convex parts. With
/// `D = 2` a torus of the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceDomain<const D: usize = 3> {
    min: [f64; D],
    max: [f64; D],
    periodic: [bool; D],
    body: Option<Arc<Body>>,
    parts: Option<Arc<Parts>>,
    metric: Option<Arc<Metric>>,
}

/// Images of a site that may be neighbours are moved by at most so many periods.
const MOST_PERIODS: i8 = 3;

impl<const D: usize> SpaceDomain<D> {
    /// A box.
    ///
    /// # Errors
    /// Corners that are not finite or in the wrong order, or an extent that is no sound double.
    pub fn boxed(min: [f64; D], max: [f64; D]) -> Result<SpaceDomain<D>, DomainError> {
        SpaceDomain::torus(min, max, [false; D])
    }

    /// A box whose opposite sides are glued along some of the axes.
    ///
    /// # Errors
    /// As [`SpaceDomain::boxed`].
    ///
    /// ```
    /// use brenier::SpaceDomain;
    /// let torus = SpaceDomain::torus([0.0; 3], [1.0, 1.0, 2.0], [true, true, false]).unwrap();
    /// assert_eq!(torus.wrapped([1.25, -0.25, 3.0]), [0.25, 0.75, 3.0]);
    /// ```
    pub fn torus(min: [f64; D], max: [f64; D], periodic: [bool; D]) -> Result<SpaceDomain<D>, DomainError> {
        for (vertex, corner) in [min, max].iter().enumerate() {
            if let Some((axis, &value)) = corner.iter().enumerate().find(|(_, x)| !x.is_finite()) {
                return Err(DomainError::NonFiniteVertex { vertex, axis, value });
            }
        }
        if let Some(axis) = (0..D).find(|&k| min[k] >= max[k]) {
            return Err(DomainError::EmptyBox { axis, min: min[axis], max: max[axis] });
        }
        for k in 0..D {
            let (extent, far) = (max[k] - min[k], min[k].abs().max(max[k].abs()));
            if !((1e-140..=1e140).contains(&extent) && far <= 1e140) {
                return Err(DomainError::ExtentOutOfRange { extent: if far <= 1e140 { extent } else { far } });
            }
        }
        // -0.0 and 0.0 are the same place.
        let plain = |x: [f64; D]| x.map(|x| x + 0.0);
        Ok(SpaceDomain { min: plain(min), max: plain(max), periodic, body: None, parts: None, metric: None })
    }

    /// With the cost `(x - y)' M (x - y)`, on a torus to the nearest image. The numbers are those
    /// at `xx`, `yy`, `zz`, `yz`, `xz`, `xy`, in the plane at `xx`, `yy`, `xy`. A lattice `L` that
    /// is not orthogonal is the unit torus in its own coordinates, with `M = L'L`.
    ///
    /// # Errors
    /// What is no metric; one that mixes periodic axes with others, or is so skew on a torus that
    /// neighbours are more than three periods away; a domain in parts.
    ///
    /// ```
    /// use brenier::SpaceDomain;
    /// let torus = SpaceDomain::torus([0.0; 2], [1.0; 2], [true; 2]).unwrap();
    /// // Hexagons: two vectors of length 1 at 60 degrees.
    /// let hexagonal = torus.with_metric(&[1.0, 1.0, 0.5]).unwrap();
    /// assert_eq!(hexagonal.metric().unwrap().numbers(2), [1.0, 1.0, 0.5]);
    /// ```
    pub fn with_metric(mut self, numbers: &[f64]) -> Result<SpaceDomain<D>, DomainError> {
        let wrong = |why: &str| DomainError::Metric { why: why.into() };
        self.metric = Metric::new(numbers, D)?.map(Arc::new);
        let Some(metric) = &self.metric else { return Ok(self) };
        if self.parts.is_some() {
            return Err(wrong("not in this version where the domain is a solid or a mesh of tetrahedra"));
        }
        let mixed = |k: usize, l: usize| metric.rows()[k][l] != 0.0 && self.periodic[k] != self.periodic[l];
        if (0..D).any(|k| (0..D).any(|l| mixed(k, l))) {
            return Err(wrong("it mixes periodic axes with others; such entries must be 0"));
        }
        if self.images().is_none() {
            return Err(wrong("too skew for these periods; choose shorter vectors that span the lattice"));
        }
        Ok(self)
    }

    /// The metric of the cost; `None`: the euclidean one.
    pub fn metric(&self) -> Option<&Metric> {
        self.metric.as_deref()
    }

    /// By how many periods images are moved at most that may be neighbours; `None`: by too many.
    ///
    /// With `x - y = sum c_k L_k e_k` the walls to the own images along the axes say `|G c|_k <=
    /// G_kk / 2` for the matrix `G` of the periods, so that `|c_k|` is at most `b_k = sum_l
    /// |G^-1|_kl G_ll / 2`. Two sites of one point are within twice that of each other, and less
    /// than a period of it is between them in the box.
    pub(crate) fn images(&self) -> Option<[i8; 3]> {
        let (low, high, periodic) = self.in_space();
        let skew = |m: &Metric| (0..3).any(|k| (0..3).any(|l| k != l && periodic[k] && m.rows()[k][l] != 0.0));
        let Some(metric) = self.metric.as_deref().filter(|m| skew(m)) else {
            return Some(periodic.map(i8::from));
        };
        // Other axes are by themselves.
        let side = [0, 1, 2].map(|k| match periodic[k] {
            true => big::rational(high[k]) - big::rational(low[k]),
            false => Rational::from(1),
        });
        let g: [[Rational; 3]; 3] =
            [0, 1, 2].map(|k| [0, 1, 2].map(|l| big::rational(metric.rows()[k][l]) * &side[k] * &side[l]));
        let minor = |k: usize, l: usize| {
            let (p, q, r, s) = ((k + 1) % 3, (k + 2) % 3, (l + 1) % 3, (l + 2) % 3);
            Rational::from(&g[p][r] * &g[q][s]) - Rational::from(&g[p][s] * &g[q][r])
        };
        let det: Rational = (0..3).map(|l| minor(0, l) * &g[0][l]).sum();
        let mut range = [0i8; 3];
        for k in (0..3).filter(|&k| periodic[k]) {
            let twice: Rational = (0..3).map(|l| minor(k, l).abs() * &g[l][l]).sum::<Rational>() / &det;
            let least = (1..=MOST_PERIODS).find(|&s| twice <= i32::from(s))?;
            range[k] = least;
        }
        Some(range)
    }

    /// Lower and upper corner of the bounding box.
    pub fn bounds(&self) -> ([f64; D], [f64; D]) {
        (self.min, self.max)
    }

    /// Which axes are periodic.
    pub fn periodic(&self) -> [bool; D] {
        self.periodic
    }

    /// Is any axis periodic?
    pub fn is_torus(&self) -> bool {
        self.periodic.contains(&true)
    }

    /// The polyhedron, if it is one.
    pub fn body(&self) -> Option<&Arc<Body>> {
        self.body.as_ref()
    }

    /// The convex parts, if it is made of those.
    pub fn parts(&self) -> Option<&Arc<Parts>> {
        self.parts.as_ref()
    }

    /// Is it the whole bounding box?
    pub fn is_box(&self) -> bool {
        self.body.is_none() && self.parts.is_none()
    }

    /// The largest side of the bounding box.
    pub fn extent(&self) -> f64 {
        (0..D).map(|k| self.max[k] - self.min[k]).fold(0.0, f64::max)
    }

    /// The point of the box that is the same on the torus; what lies inside stays, to the bit.
    pub fn wrapped(&self, mut x: [f64; D]) -> [f64; D] {
        for k in 0..D {
            let (low, high) = (self.min[k], self.max[k]);
            if !self.periodic[k] || (low..high).contains(&x[k]) || !x[k].is_finite() {
                continue;
            }
            let (exact, base) = (big::rational(x[k]), big::rational(low));
            let period = big::rational(high) - &base;
            let turns = Rational::from(&exact - &base) / &period;
            let turns = turns.floor();
            let at = big::nearest_f64(&(exact - turns * period));
            // Rounded up to the other end, it is the beginning.
            x[k] = if (low..high).contains(&at) { at } else { low };
        }
        x
    }

    /// In space, with the third axis from 0 to 1 where there are two: corners and periodic axes.
    pub(crate) fn in_space(&self) -> ([f64; 3], [f64; 3], [bool; 3]) {
        let at = |x: &[f64; D], k: usize, other: f64| x.get(k).copied().unwrap_or(other);
        let three = [0, 1, 2];
        (
            three.map(|k| at(&self.min, k, 0.0)),
            three.map(|k| at(&self.max, k, 1.0)),
            three.map(|k| self.periodic.get(k).copied().unwrap_or(false)),
        )
    }

    /// Exact points whose convex hull holds the domain and that belong to it, with their numbers.
    pub(crate) fn corners(&self) -> Vec<(usize, [Rational; 3])> {
        if let Some(parts) = &self.parts {
            let at = |v: u32| (v as usize, parts.vertices()[v as usize].map(big::rational));
            return parts.used().into_iter().map(at).collect();
        }
        if let Some(body) = &self.body {
            return body.corners().iter().cloned().enumerate().collect();
        }
        let (low, high, _) = self.in_space();
        let corner = |c: usize| [0, 1, 2].map(|k| big::rational(if (c >> k) & 1 == 0 { low[k] } else { high[k] }));
        (0..8).map(corner).enumerate().collect()
    }

    /// In other units of length, by a power of two; `None` if digits would be lost.
    pub(crate) fn scaled(&self, e: i32) -> Option<SpaceDomain<D>> {
        let exact = self.min.iter().chain(&self.max).all(|&x| is_exact(x, e));
        if !exact {
            return None;
        }
        let body = match &self.body {
            Some(body) => Some(Arc::new(body.scaled(e)?)),
            None => None,
        };
        let parts = match &self.parts {
            Some(parts) => Some(Arc::new(parts.scaled(e)?)),
            None => None,
        };
        let each = |x: [f64; D]| x.map(|x| scaled(x, e));
        let (min, max) = (each(self.min), each(self.max));
        Some(SpaceDomain { min, max, periodic: self.periodic, body, parts, metric: self.metric.clone() })
    }

    /// The domain in half a line.
    pub fn noun(&self) -> String {
        if let Some(parts) = &self.parts {
            return parts.noun();
        }
        let names = ["x", "y", "z"];
        let along: String = (0..D).filter(|&k| self.periodic[k]).map(|k| names[k.min(2)]).collect();
        match (&self.body, along.len()) {
            (Some(body), _) => format!("a convex polyhedron of {} faces", body.faces()),
            (None, 0) => "a box".into(),
            (None, n) if n == D => format!("a torus of {D} dimensions"),
            _ => format!("a box periodic along {along}"),
        }
    }
}

impl SpaceDomain<3> {
    /// A convex polyhedron.
    pub fn of_body(body: impl Into<Arc<Body>>) -> SpaceDomain<3> {
        let body = body.into();
        let (min, max) = body.bounds();
        SpaceDomain { min, max, periodic: [false; 3], body: Some(body), parts: None, metric: None }
    }

    /// A mesh of tetrahedra, or a solid.
    ///
    /// # Errors
    /// An extent that is no sound double.
    ///
    /// ```
    /// use brenier::{SpaceDomain, SpaceProblem, SpaceProblemData, TetMesh};
    /// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    /// let mesh = TetMesh::new(corners, vec![[0, 1, 2, 3]]).unwrap();
    /// let domain = SpaceDomain::of_parts(mesh).unwrap();
    /// let problem = SpaceProblem::new(SpaceProblemData::new(domain, vec![[0.1; 3], [0.3; 3]])).unwrap();
    /// assert!(brenier::solve(&problem, &Default::default()).report.converged);
    /// ```
    pub fn of_parts(parts: impl Into<Parts>) -> Result<SpaceDomain<3>, DomainError> {
        let parts = Arc::new(parts.into());
        let (min, max) = parts.bounds();
        let extent = (0..3).map(|k| max[k] - min[k]).fold(0.0, f64::max);
        if !(1e-140..=1e140).contains(&extent) {
            return Err(DomainError::ExtentOutOfRange { extent });
        }
        Ok(SpaceDomain { min, max, periodic: [false; 3], body: None, parts: Some(parts), metric: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_is_exact_and_stays_inside() {
        let torus = SpaceDomain::torus([0.1, -1.0], [0.7, 2.0], [true, false]).unwrap();
        for x in [0.1, 0.69999, 0.7, -5.3, 1e9, -1e-300, 0.1 - 1e-17] {
            let [a, b] = torus.wrapped([x, 7.0]);
            assert!((0.1..0.7).contains(&a) && b == 7.0, "{x} {a}");
            assert_eq!(torus.wrapped([a, b]), [a, b]);
        }
        assert_eq!(torus.wrapped([0.7, 0.0])[0], 0.1);
    }

    #[test]
    fn boxes_that_are_none_are_refused() {
        assert!(SpaceDomain::boxed([0.0; 3], [1.0, 0.0, 1.0]).is_err());
        assert!(SpaceDomain::boxed([0.0; 3], [1.0, f64::NAN, 1.0]).is_err());
        assert!(SpaceDomain::boxed([0.0; 3], [1.0, 1e150, 1.0]).is_err());
    }

    /// Volumes and faces of the Platonic solids that have rational corners, and of hulls with
    /// points that are none of their corners.
    #[test]
    fn polyhedra_from_vertices_and_half_spaces() {
        let one = super::super::ExactAffine::new([0.0; 3], 1.0);
        let volume = |body: &Body| body.integrals(&one).volume;
        let mut cube: Vec<[f64; 3]> = (0..8).map(|k| [0, 1, 2].map(|a| f64::from((k >> a) & 1))).collect();
        cube.extend([[0.5, 0.5, 0.5], [0.5, 0.5, 1.0], [0.0, 0.5, 0.0], [1.0, 1.0, 1.0]]);
        let hull = Body::hull(cube).unwrap();
        assert_eq!((hull.faces(), volume(&hull)), (6, Rational::from(1)));
        assert_eq!(hull.corners().len(), 8);
        let octahedron: Vec<[f64; 3]> =
            (0..3).flat_map(|k| [1.0, -1.0].map(|s| [0, 1, 2].map(|a| if a == k { s } else { 0.0 }))).collect();
        let hull = Body::hull(octahedron).unwrap();
        assert_eq!((hull.faces(), volume(&hull)), (8, Rational::from((4, 3))));
        let rows: Vec<[f64; 4]> =
            (0..8).map(|k| [0, 1, 2, 3].map(|a| if a == 3 || (k >> a) & 1 == 0 { 1.0 } else { -1.0 })).collect();
        let body = Body::of_halfspaces(rows.clone()).unwrap();
        assert_eq!((body.faces(), volume(&body)), (8, Rational::from((4, 3))));
        assert_eq!(body.bounds(), ([-1.0; 3], [1.0; 3]));
        assert_eq!(Body::of_halfspaces(rows[..4].to_vec()).unwrap_err(), DomainError::Unbounded);
        let mut none = rows.clone();
        none.push([1.0, 0.0, 0.0, -2.0]);
        assert_eq!(Body::of_halfspaces(none).unwrap_err(), DomainError::NothingInside);
        let mut flat = rows;
        flat.extend([[1.0, 0.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0]]);
        assert_eq!(Body::of_halfspaces(flat).unwrap_err(), DomainError::FlatBody);
        let plane: Vec<[f64; 3]> = (0..9).map(|k| [f64::from(k % 3), f64::from(k / 3), 0.25]).collect();
        assert_eq!(Body::hull(plane).unwrap_err(), DomainError::FlatBody);
    }
}
