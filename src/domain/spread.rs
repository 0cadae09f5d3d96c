//! Points spread evenly over a source, for a first guess where sites may go.
//!
//! Roberts' additive recurrence `R2` ("The unreasonable effectiveness of quasirandom sequences",
//! 2018), `u_k = frac(s + k a)` with `a = (1/g, 1/g^2)`, `g^3 = g + 1`, fills the unit square
//! evenly. The Rosenblatt map carries the square onto the source: the first coordinate gives the
//! abscissa left of which that share of the mass lies, the second the same along the vertical chord
//! there. It preserves measure, so no point is rejected, however thin the polygon.
//!
//! Between two abscissae of vertices the chord is linear in `x`, hence the mass on it, length times
//! density in the middle, is quadratic, and Simpson's rule is exact.

use super::Law;
use super::{ConvexPolygon, Density, Domain, Facets, Patches};

/// Steps of the recurrence.
const STEP: [f64; 2] = [0.754_877_666_246_692_7, 0.569_840_290_998_053_3];

/// Bisections for an abscissa: more than a double has bits.
const BISECTIONS: usize = 60;

/// `n` points spread over the source in proportion to its density; another `seed` shifts the
/// sequence. The same input gives the same points. They lie in the domain up to rounding; in a
/// polygon a few ulps wide some may coincide. On a triangle or pixel of a source made of such, they
/// are spread evenly, in number as its mass. No points are spread over a source without mass, or
/// with one beyond doubles.
///
/// Cost: O((n + m) log m) for a polygon of `m` vertices or a source of `m` patches.
///
/// ```
/// use brenier::domain::{ConvexPolygon, Density, Domain, spread};
/// let square = Domain::Convex(ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap());
/// let points = spread(&square, &Density::Affine { g: [2.0, 0.0], c: 0.0 }, 1000, 1);
/// // A quarter of the mass lies left of 1/2.
/// let left = points.iter().filter(|p| p[0] < 0.5).count();
/// assert!((240..=260).contains(&left));
/// ```
pub fn spread(domain: &Domain, density: &Density, n: usize, seed: u64) -> Vec<[f64; 2]> {
    match Patches::of(domain, density) {
        Some(patches) => spread_over(&patches, n, seed),
        None => {
            let Some(law) = density.law() else { return Vec::new() };
            let strips = strips(domain.frame(), &law);
            shares(strips.iter().map(|s| s.mass), n, seed, |k, u, v| strips[k].point(u, v))
        }
    }
}

/// [`spread`] over patches.
pub(crate) fn spread_over(patches: &Patches, n: usize, seed: u64) -> Vec<[f64; 2]> {
    let masses = patches.iter().map(|p| p.mass().to_f64());
    shares(masses, n, seed, |k, u, v| patches.get(k).point(u, v))
}

/// As [`spread`], over a surface, in proportion to area times density. Triangles are taken along a
/// curve, so that points are spread evenly also where there are fewer of them than triangles. No
/// points are spread over nothing.
///
/// Cost: O((n + m) log m) for `m` triangles.
pub fn spread_on(facets: &Facets, n: usize, seed: u64) -> Vec<[f64; 3]> {
    let order = facets.along_curve();
    shares(order.iter().map(|&k| facets.mass(k)), n, seed, |k, u, v| {
        let (corners, rho) = (facets.corners(order[k]), facets.rho(order[k]));
        let (s, t) = in_triangle(&rho, u, v);
        [0, 1, 2].map(|a| (1.0 - s) * corners[0][a] + s * ((1.0 - t) * corners[1][a] + t * corners[2][a]))
    })
}

/// The unit square on a triangle with these densities at its corners, by Rosenblatt's map: the
/// point is the share `s` of the way from the first corner to the point at `t` of the side opposite
/// to it.
///
/// The mass per `s` is `s` times the mean density of the segment there, `(1 - s) r_0 + s m` with
/// `m = (r_1 + r_2) / 2`; that up to `s` is the cubic `r_0 (s^2 / 2 - s^3 / 3) + m s^3 / 3`.
fn in_triangle(rho: &[f64; 3], u: f64, v: f64) -> (f64, f64) {
    let [r0, r1, r2] = *rho;
    if r0 == r1 && r1 == r2 {
        return (u.sqrt(), v);
    }
    let mean = 0.5 * (r1 + r2);
    let mass_to = |s: f64| s * s * (r0 * (0.5 - s / 3.0) + mean * s / 3.0);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..BISECTIONS {
        let middle = 0.5 * (low + high);
        if mass_to(middle) < u * mass_to(1.0) { low = middle } else { high = middle }
    }
    let s = 0.5 * (low + high);
    (s, along((1.0 - s) * r0 + s * r1, (1.0 - s) * r0 + s * r2, v))
}

/// Where a share `v` of the mass lies of a segment whose density goes linearly from `a` to `b`:
/// `a s + (b - a) s^2 / 2 = v (a + b) / 2`.
fn along(a: f64, b: f64, v: f64) -> f64 {
    let s = v * (a + b) / (a + (a * a + v * (b * b - a * a)).max(0.0).sqrt());
    if s.is_finite() { s.clamp(0.0, 1.0) } else { v }
}

/// `n` points of a source in parts of these masses; `point` gives the one at `(u, v)` of the unit
/// square in a part.
fn shares<const D: usize>(
    masses: impl Iterator<Item = f64>,
    n: usize,
    seed: u64,
    point: impl Fn(usize, f64, f64) -> [f64; D],
) -> Vec<[f64; D]> {
    let shift = [0, 1].map(|k| unit(seed.wrapping_mul(2).wrapping_add(k)));
    let sum = masses.scan(0.0, |sum, mass| {
        *sum += mass;
        Some(*sum)
    });
    let below: Vec<f64> = sum.collect();
    let total = below.last().copied().unwrap_or(0.0);
    if !(total > 0.0 && total.is_finite()) {
        return Vec::new();
    }
    let at = |k: usize| {
        let [u, v] = [0, 1].map(|c| (shift[c] + k as f64 * STEP[c]).fract());
        let part = below.partition_point(|&b| b < u * total).min(below.len() - 1);
        let before = if part == 0 { 0.0 } else { below[part - 1] };
        point(part, ((u * total - before) / (below[part] - before)).clamp(0.0, 1.0), v)
    };
    (1..=n).map(at).collect()
}

/// The polygon between two abscissae of vertices: a trapezoid, or a triangle.
struct Strip {
    /// Abscissae of its two sides.
    x: [f64; 2],
    /// Lower and upper end of each side.
    ends: [[f64; 2]; 2],
    /// Density at these ends, over the largest on the polygon.
    rho: [[f64; 2]; 2],
    mass: f64,
}

impl Strip {
    /// Lower and upper end, and the density there, on the chord at `t` between the sides.
    fn chord(&self, t: f64) -> ([f64; 2], [f64; 2]) {
        let mix = |v: [[f64; 2]; 2]| [0, 1].map(|k| (1.0 - t) * v[0][k] + t * v[1][k]);
        (mix(self.ends), mix(self.rho))
    }

    /// Mass per `t` at `t`.
    fn rate(&self, t: f64) -> f64 {
        let (end, rho) = self.chord(t);
        (self.x[1] - self.x[0]) * (end[1] - end[0]).max(0.0) * 0.5 * (rho[0] + rho[1])
    }

    /// Mass up to `t`.
    fn mass_to(&self, t: f64) -> f64 {
        t * (self.rate(0.0) + 4.0 * self.rate(0.5 * t) + self.rate(t)) / 6.0
    }

    /// The point with the share `u` of the strip's mass on its left, and the share `v` of its
    /// chord's below.
    fn point(&self, u: f64, v: f64) -> [f64; 2] {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if self.mass_to(middle) < u * self.mass { low = middle } else { high = middle }
        }
        let t = 0.5 * (low + high);
        let (end, [a, b]) = self.chord(t);
        let s = along(a, b, v);
        [(1.0 - t) * self.x[0] + t * self.x[1], (1.0 - s) * end[0] + s * end[1]]
    }
}

fn strips(domain: &ConvexPolygon, law: &Law) -> Vec<Strip> {
    let v = domain.vertices();
    let n = v.len();
    // From the lexicographically first vertex to the last go two monotone chains, the lower one
    // counter-clockwise.
    let first = (0..n).min_by(|&a, &b| v[a].partial_cmp(&v[b]).unwrap_or(std::cmp::Ordering::Equal)).unwrap_or(0);
    let last = (0..n).max_by(|&a, &b| v[a].partial_cmp(&v[b]).unwrap_or(std::cmp::Ordering::Equal)).unwrap_or(0);
    let chain =
        |from: usize, to: usize| -> Vec<[f64; 2]> { (0..=(to + n - from) % n).map(|k| v[(from + k) % n]).collect() };
    let lower = chain(first, last);
    let mut upper = chain(last, first);
    upper.reverse();
    let value = |p: [f64; 2]| if law.is_constant { law.c } else { law.g[0] * p[0] + law.g[1] * p[1] + law.c };
    let largest = v.iter().map(|&p| value(p)).fold(0.0, f64::max);
    let rho = |x: f64, y: f64| (value([x, y]) / largest).max(0.0);
    let mut x: Vec<f64> = v.iter().map(|p| p[0]).collect();
    x.sort_by(f64::total_cmp);
    x.dedup();
    let strip = |side: &[f64]| {
        let x = [side[0], side[1]];
        // Each end is told by the edge that spans the strip: where an edge is vertical the chain
        // has two at one abscissa.
        let ends = x.map(|at| [height(&lower, x, at), height(&upper, x, at)]);
        let rho = [0, 1].map(|k| ends[k].map(|y| rho(x[k], y)));
        let mut strip = Strip { x, ends, rho, mass: 0.0 };
        strip.mass = strip.mass_to(1.0);
        strip
    };
    x.windows(2).map(strip).collect()
}

/// The ordinate at `x` of the chain's edge above or below the strip between two abscissae.
fn height(chain: &[[f64; 2]], strip: [f64; 2], x: f64) -> f64 {
    let k = chain.partition_point(|p| p[0] <= strip[0]).clamp(1, chain.len() - 1);
    let (a, b) = (chain[k - 1], chain[k]);
    let t = ((x - a[0]) / (b[0] - a[0])).clamp(0.0, 1.0);
    (1.0 - t) * a[1] + t * b[1]
}

/// A number in [0, 1) that looks random: Steele, Lea and Flood's SplitMix64 (2014).
pub(super) fn unit(k: u64) -> f64 {
    let mut z = k.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Empirical moments are those of the source, on polygons with and without vertical edges.
    #[test]
    fn moments_are_those_of_the_source() {
        let triangle = ConvexPolygon::new(vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).unwrap();
        let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
        let disk = ConvexPolygon::disk(64).unwrap();
        // int x (x + y) / int (x + y) over the triangle: (1/12 + 1/24) / (1/3) = 3/8.
        let sum = Density::Affine { g: [1.0, 1.0], c: 0.0 };
        let twice_x = Density::Affine { g: [2.0, 0.0], c: 0.0 };
        for (domain, density, mean) in [
            (&triangle, Density::Constant, [1.0 / 3.0; 2]),
            (&triangle, sum, [3.0 / 8.0; 2]),
            (&square, twice_x, [2.0 / 3.0, 0.5]),
            (&disk, Density::Constant, [0.0; 2]),
        ] {
            for seed in [0, 1, u64::MAX] {
                let points = spread(&Domain::Convex(domain.clone()), &density, 4000, seed);
                let found = [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / 4000.0);
                assert!((0..2).all(|k| (found[k] - mean[k]).abs() < 2e-3), "{found:?} {mean:?}");
            }
        }
    }

    /// On a surface, too: the square with density x + y in two triangles of opposite windings, one
    /// of them tilted.
    #[test]
    fn moments_are_those_of_a_surface() {
        use crate::domain::{Surface, SurfaceDensity};
        let v = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 2.], [0., 1., 0.]];
        let surface = std::sync::Arc::new(Surface::new(v, vec![[0, 1, 2], [0, 3, 2]]).unwrap());
        let facets = Facets::of(&surface, &SurfaceDensity::Vertex(vec![0.0, 1.0, 2.0, 1.0].into()));
        let points = spread_on(&facets, 20_000, 1);
        assert_eq!(points, spread_on(&facets, 20_000, 1));
        assert_ne!(points, spread_on(&facets, 20_000, 2));
        // Over the triangle u, v, w with densities r: mean of x is sum_k x_k (r_k + sum r) / (4 sum
        // r). Both have the same area and mass.
        let mean = |x: [f64; 3], r: [f64; 3]| {
            let sum: f64 = r.iter().sum();
            (0..3).map(|k| x[k] * (r[k] + sum)).sum::<f64>() / (4.0 * sum)
        };
        let r = [0.0, 1.0, 2.0];
        let expected = [
            0.5 * (mean([0., 1., 1.], r) + mean([0., 0., 1.], r)),
            0.5 * (mean([0., 0., 1.], r) + mean([0., 1., 1.], r)),
            mean([0., 0., 2.], r),
        ];
        let found = [0, 1, 2].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / 20_000.0);
        assert!((0..3).all(|k| (found[k] - expected[k]).abs() < 2e-3), "{found:?} {expected:?}");
    }

    /// However thin the polygon, every point is a finite one near it.
    #[test]
    fn needles() {
        let needle = [[-6.0, -6.0], [1.0, 1f64.next_down()], [1.0, 1.0]].map(|v| v.map(|c| c * 2f64.powi(-53)));
        let needle = ConvexPolygon::new(needle.to_vec()).unwrap();
        let rod = ConvexPolygon::new(vec![[0.0, 0.0], [1e-13, 0.0], [1e-13, 1e100], [0.0, 1e100]]).unwrap();
        let steep = Density::Affine { g: [1e150, 0.0], c: 0.0 };
        for (domain, density) in [(&needle, Density::Constant), (&rod, Density::Constant), (&rod, steep)] {
            let (lo, hi) = domain.bounds();
            for p in spread(&Domain::Convex(domain.clone()), &density, 100, 3) {
                assert!((0..2).all(|k| p[k] >= lo[k] && p[k] <= hi[k]), "{p:?}");
            }
        }
    }
}
