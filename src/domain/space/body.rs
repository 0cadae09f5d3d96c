//! Convex polyhedra as domains, from vertices or from half-spaces.
//!
//! Half-spaces are clipped one by one from a box beyond all doubles that may be given. Vertices are
//! the same by polarity: about an inner point `o` the vertex `v` is the half-space
//! `<v - o, z> <= 1`, and a corner of what these leave is a face through three vertices. All in
//! integers.

use super::integrals::{ExactAffine, Integrals, corners, integrals, joints};
use super::polytope::{Clip, Face, Planes, Polytope, Work};
use super::skeleton::Skeleton;
use crate::domain::DomainError;
use crate::exact::big::{self, Integer, Rational};
use crate::exact::power::scaled;
use crate::exact::predicates::{ExactRow, PlaneRow, Yield};
use crate::exact::{Counters, Dd};

/// What a polyhedron was given by.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BodyData {
    /// Points whose convex hull it is.
    Vertices(Vec<[f64; 3]>),
    /// Rows `[a, b, c, d]` with `a x + b y + c z <= d`.
    Halfspaces(Vec<[f64; 4]>),
}

/// A bounded convex polyhedron with an inside.
#[derive(Clone, Debug)]
pub struct Body {
    data: BodyData,
    /// Its faces, inward: `<n, x> + d >= 0` in integers.
    planes: Vec<[Integer; 4]>,
    /// A point in the middle, about which `polytope` is.
    centre: [f64; 3],
    polytope: Polytope<u32>,
    /// Exact corners.
    corners: Vec<[Rational; 3]>,
    bounds: ([f64; 3], [f64; 3]),
}

impl PartialEq for Body {
    fn eq(&self, other: &Body) -> bool {
        self.data == other.data
    }
}

/// The box that is clipped reaches so far (its power of two): beyond any corner of half-spaces with
/// doubles of reasonable size, and of their polars.
const FAR: u32 = 900;

/// Faces of the box about everything are numbered from here.
const BOX: u32 = u32::MAX - 6;

/// Planes by their number, the last six those of the box.
struct Numbered<'a>(&'a [[Integer; 4]]);

impl Planes<u32> for Numbered<'_> {
    fn exact(&self, label: &u32) -> ExactRow {
        if *label >= BOX {
            let k = (*label - BOX) as usize;
            let mut v: [Integer; 4] = Default::default();
            v[k / 2] = Integer::from(if k.is_multiple_of(2) { 1 } else { -1 });
            v[3] = Integer::from(1) << FAR;
            return ExactRow::new(v);
        }
        ExactRow::new(self.0[*label as usize].clone())
    }
    fn periodic(&self) -> [bool; 3] {
        [false; 3]
    }
}

/// The row of integers in doubles.
fn near(row: &[Integer; 4]) -> PlaneRow {
    let bits = row[..3].iter().map(|x| x.significant_bits()).max().unwrap_or(0) as i32;
    let of = |x: &Integer| {
        let shifted = Rational::from(x);
        big::nearest_f64(&if bits >= 0 { shifted >> bits as u32 } else { shifted })
    };
    let v = row.each_ref().map(of);
    PlaneRow::new([v[0], v[1], v[2]], v[3], v[3].abs() * f64::EPSILON)
}

/// What all half-spaces leave of the box about everything.
fn clipped(planes: &[[Integer; 4]]) -> Polytope<u32> {
    let numbered = Numbered(planes);
    let sides = [0u32, 1, 2, 3, 4, 5].map(|k| {
        let ExactRow { v, .. } = numbered.exact(&(BOX + k));
        Face::new(BOX + k, near(&v), Yield::Never)
    });
    let mut polytope = Polytope::boxed(sides);
    let (mut work, mut counters) = (Work::default(), Counters::default());
    for (k, plane) in (0..).zip(planes) {
        let face = Face::new(k, near(plane), Yield::Face(k));
        if polytope.clip(face, &numbered, &mut work, &mut counters) == Clip::Emptied {
            break;
        }
    }
    polytope
}

/// Divides by the greatest common divisor.
fn reduced(row: [Integer; 4]) -> [Integer; 4] {
    let gcd = row.iter().fold(Integer::new(), |g, x| g.gcd(x));
    if gcd <= 1 { row } else { row.map(|x| x.div_exact(&gcd)) }
}

impl Body {
    /// The convex hull of points.
    ///
    /// # Errors
    /// Fewer than four points, one that is not finite, or all in one plane.
    pub fn hull(vertices: Vec<[f64; 3]>) -> Result<Body, DomainError> {
        if vertices.len() < 4 {
            return Err(DomainError::TooFewCorners { found: vertices.len() });
        }
        for (vertex, v) in vertices.iter().enumerate() {
            if let Some((axis, &value)) = v.iter().enumerate().find(|(_, x)| !(x.abs() <= 1e140)) {
                return Err(DomainError::NonFiniteVertex { vertex, axis, value });
            }
        }
        let (flat, e) = big::integers_and_unit(vertices.as_flattened());
        let points: Vec<[Integer; 3]> =
            flat.chunks_exact(3).map(|p| [p[0].clone(), p[1].clone(), p[2].clone()]).collect();
        let base = independent(&points).ok_or(DomainError::FlatBody)?;
        // Four times their mean: an inner point.
        let inner = [0, 1, 2].map(|k| base.iter().map(|&b| &points[b][k]).sum::<Integer>());
        // Polars in units of 2^e / 4.
        let polar = |p: &[Integer; 3]| {
            let n = [0, 1, 2].map(|k| &inner[k] - Integer::from(&p[k] * 4u32));
            let [x, y, z] = n;
            [x, y, z, Integer::from(1) << 40u32]
        };
        let polars: Vec<[Integer; 4]> = points.iter().map(polar).collect();
        let polytope = clipped(&polars);
        let mut planes: Vec<[Integer; 4]> = Vec::new();
        for node in &polytope.nodes {
            let at = node.faces.map(|f| polytope.faces[f as usize].label);
            if at.iter().any(|&k| k >= BOX) {
                return Err(DomainError::FlatBody);
            }
            let [a, b, c] = at.map(|k| &points[k as usize]);
            let edge = |p: &[Integer; 3]| [0, 1, 2].map(|k| Integer::from(&p[k] - &a[k]));
            let (u, v) = (edge(b), edge(c));
            let cross = |i: usize, j: usize| Integer::from(&u[i] * &v[j]) - Integer::from(&u[j] * &v[i]);
            let n = [cross(1, 2), cross(2, 0), cross(0, 1)];
            let at_a: Integer = n.iter().zip(a).map(|(n, a)| Integer::from(n * a)).sum();
            let at_inner: Integer = n.iter().zip(&inner).map(|(n, o)| Integer::from(n * o)).sum();
            // Positive at the inner point.
            let inward = at_inner > Integer::from(&at_a * 4u32);
            let [x, y, z] = n;
            let row = [x, y, z, -at_a];
            planes.push(reduced(if inward { row } else { row.map(|x| -x) }));
        }
        planes.sort();
        planes.dedup();
        // Back from units of 2^e.
        let planes = planes.into_iter().map(|[x, y, z, d]| match e {
            0.. => reduced([x, y, z, d << e as u32]),
            _ => {
                let s = e.unsigned_abs();
                reduced([x << s, y << s, z << s, d])
            }
        });
        Body::of_planes(BodyData::Vertices(vertices), planes.collect())
    }

    /// What lies in all half-spaces `a x + b y + c z <= d`.
    ///
    /// # Errors
    /// A number that is not finite, a row without direction, or that nothing, something flat or
    /// something unbounded is left.
    pub fn of_halfspaces(rows: Vec<[f64; 4]>) -> Result<Body, DomainError> {
        let mut planes = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            if let Some((entry, &value)) = row.iter().enumerate().find(|(_, x)| !(x.abs() <= 1e140)) {
                return Err(DomainError::HalfspaceNumber { index, entry, value });
            }
            if row[..3] == [0.0; 3] {
                return Err(DomainError::NoDirection { index });
            }
            let [a, b, c, d]: [Integer; 4] = match big::common_integers(row).try_into() {
                Ok(row) => row,
                Err(_) => return Err(DomainError::NoDirection { index }),
            };
            planes.push([-a, -b, -c, d]);
        }
        Body::of_planes(BodyData::Halfspaces(rows), planes)
    }

    fn of_planes(data: BodyData, planes: Vec<[Integer; 4]>) -> Result<Body, DomainError> {
        let rough = clipped(&planes);
        if rough.is_empty() {
            return Err(DomainError::NothingInside);
        }
        if rough.nodes.iter().any(|n| n.faces.iter().any(|&f| rough.faces[f as usize].label >= BOX)) {
            return Err(DomainError::Unbounded);
        }
        let (skeleton, used) = Skeleton::of(&rough);
        let exact = |f: &u32| ExactRow::new(planes[rough.faces[*f as usize].label as usize].clone());
        let rows: Vec<ExactRow> = used.iter().map(exact).collect();
        let zero: [Rational; 3] = Default::default();
        let at = corners(&joints(&skeleton, &rows).ok_or(DomainError::FlatBody)?, &zero);
        let one = ExactAffine::new([0.0; 3], 1.0);
        let whole = integrals(&skeleton, &at, &one).ok_or(DomainError::FlatBody)?;
        if whole.volume.cmp0().is_le() {
            return Err(DomainError::FlatBody);
        }
        let mean = |k: usize| big::nearest_f64(&Rational::from(&whole.first[k] / &whole.mass));
        let centre = [0, 1, 2].map(mean);
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for x in &at {
            for k in 0..3 {
                let x = big::nearest_f64(&x[k]);
                (low[k], high[k]) = (low[k].min(x), high[k].max(x));
            }
        }
        let extent = (0..3).map(|k| high[k] - low[k]).fold(0.0, f64::max);
        if !(1e-140..=1e140).contains(&extent) {
            return Err(DomainError::ExtentOutOfRange { extent });
        }
        // Once more about its middle, without what bounds it no more.
        let kept: Vec<[Integer; 4]> =
            used.iter().map(|&f| planes[rough.faces[f as usize].label as usize].clone()).collect();
        let moved: Vec<[Integer; 4]> = kept.iter().map(|row| about(row, &centre)).collect();
        let mut polytope = clipped(&moved);
        polytope.nodes.shrink_to_fit();
        Ok(Body { data, planes: kept, centre, polytope, corners: at, bounds: (low, high) })
    }

    /// What it was given by.
    pub fn data(&self) -> &BodyData {
        &self.data
    }

    /// Number of faces.
    pub fn faces(&self) -> usize {
        self.planes.len()
    }

    /// The bounding box, rounded.
    pub fn bounds(&self) -> ([f64; 3], [f64; 3]) {
        self.bounds
    }

    /// A point inside, about which `polytope` is.
    pub fn centre(&self) -> [f64; 3] {
        self.centre
    }

    /// The body in coordinates from its centre, faces by number.
    pub(crate) fn polytope(&self) -> &Polytope<u32> {
        &self.polytope
    }

    /// A face about the centre, in integers.
    pub(crate) fn exact(&self, face: u32) -> ExactRow {
        ExactRow::new(about(&self.planes[face as usize], &self.centre))
    }

    /// A face from another point, in doubles: normal, constant, and a bound of the error of this.
    pub(crate) fn near(&self, face: u32, origin: [Dd; 3]) -> ([f64; 3], f64, f64) {
        let row = &self.planes[face as usize];
        let bits = row[..3].iter().map(|x| x.significant_bits()).max().unwrap_or(0);
        let mut d = Rational::from(&row[3]);
        for (n, o) in row.iter().zip(&origin) {
            d += big::rational_dd(*o) * n;
        }
        let n = [0, 1, 2].map(|k| big::nearest_f64(&(Rational::from(&row[k]) >> bits)));
        let d = big::nearest_f64(&(d >> bits));
        (n, d, d.abs() * f64::EPSILON)
    }

    /// The exact corners.
    pub(crate) fn corners(&self) -> &[[Rational; 3]] {
        &self.corners
    }

    /// Exact integrals of a density over it.
    pub(crate) fn integrals(&self, density: &ExactAffine) -> Integrals {
        let (skeleton, used) = Skeleton::of(&self.polytope);
        let rows: Vec<ExactRow> = used.iter().map(|&f| self.exact(self.polytope.faces[f as usize].label)).collect();
        let centre = self.centre.map(big::rational);
        let found = joints(&skeleton, &rows).and_then(|j| integrals(&skeleton, &corners(&j, &centre), density));
        found.unwrap_or_default()
    }

    /// Does it hold a point? Decided exactly; its boundary belongs to it.
    pub fn holds(&self, x: &[f64; 3]) -> bool {
        self.planes.iter().all(|row| {
            let inner = row.iter().zip(x).fold(Rational::new(), |s, (n, x)| s + big::rational(*x) * n);
            (inner + &row[3]).cmp0().is_ge()
        })
    }

    /// In other units of length, by a power of two; `None` if digits would be lost.
    pub fn scaled(&self, e: i32) -> Option<Body> {
        match &self.data {
            BodyData::Vertices(v) => Body::hull(v.iter().map(|v| v.map(|x| scaled(x, e))).collect()).ok(),
            BodyData::Halfspaces(rows) => {
                let row = |r: &[f64; 4]| [r[0], r[1], r[2], scaled(r[3], e)];
                Body::of_halfspaces(rows.iter().map(row).collect()).ok()
            }
        }
    }
}

/// A plane in coordinates from another origin.
fn about(row: &[Integer; 4], origin: &[f64; 3]) -> [Integer; 4] {
    let (o, e) = big::integers_and_unit(origin);
    // x = o 2^e + z: <n, z> + d + 2^e <n, o>.
    let inner: Integer = row.iter().zip(&o).map(|(n, o)| Integer::from(n * o)).sum();
    let [x, y, z, d] = row.clone();
    match e {
        0.. => reduced([x, y, z, d + (inner << e as u32)]),
        _ => {
            let s = e.unsigned_abs();
            reduced([x << s, y << s, z << s, (d << s) + inner])
        }
    }
}

/// Four points that lie in no plane.
fn independent(points: &[[Integer; 3]]) -> Option<[usize; 4]> {
    let from = |a: usize, b: usize| [0, 1, 2].map(|k| Integer::from(&points[b][k] - &points[a][k]));
    let cross = |u: &[Integer; 3], v: &[Integer; 3]| {
        [(1, 2), (2, 0), (0, 1)].map(|(i, j)| Integer::from(&u[i] * &v[j]) - Integer::from(&u[j] * &v[i]))
    };
    let zero = |v: &[Integer; 3]| v.iter().all(|x| x.cmp0().is_eq());
    let b = (1..points.len()).find(|&b| !zero(&from(0, b)))?;
    let u = from(0, b);
    let c = (1..points.len()).find(|&c| !zero(&cross(&u, &from(0, c))))?;
    let n = cross(&u, &from(0, c));
    let off = |d: usize| from(0, d).iter().zip(&n).map(|(x, n)| Integer::from(x * n)).sum::<Integer>();
    let d = (1..points.len()).find(|&d| !off(d).cmp0().is_eq())?;
    Some([0, b, c, d])
}
