//! The disc `|x - y_i|^2 <= w_i` of a site: which points lie in it, and where segments cross its
//! circle, in double-double (`ball.rs` has what it is for and the bounds).

use super::super::plane::integrate;
use super::super::plane::point::Point;
use crate::exact::Dd;
use crate::exact::power::{exponent, scaled, scaled_dd};
use crate::exact::predicates::Lifted;

/// Edges shorter than this (of a domain about 1 large) have no direction: vertices are good to
/// 2^-60 (point.rs).
const POINT: f64 = 1.0 / (1u64 << 50) as f64;

/// A chord shorter than this share of the radius, or an arc of more than half a circle above a
/// chord shorter than this in the domain's units, deserves a second look.
pub const NARROW: f64 = 1.0 / (1u64 << 20) as f64;

/// A direction is told from a component that is greater than this.
const STEEP: f64 = 1.0 / (1u64 << 40) as f64;

/// How a domain is measured: from a corner of it, in units in which it is about 1 large.
#[derive(Clone, Copy, Debug)]
pub struct Ruler {
    /// A power of two, about the inverse of the domain's extent.
    pub scale: f64,
    /// A corner of the domain.
    corner: [f64; 2],
}

impl Ruler {
    /// Of a domain of this extent with this corner.
    pub fn new(extent: f64, corner: [f64; 2]) -> Ruler {
        Ruler { scale: scaled(1.0, -exponent(extent).clamp(-1000, 1000)), corner }
    }

    fn of_corner(&self, x: Dd, axis: usize) -> Dd {
        (x - Dd::from_f64(self.corner[axis])).scale(self.scale)
    }
}

/// The disc of a site, in units in which the domain is about 1 large.
#[derive(Clone, Copy, Debug)]
pub struct Disc {
    pub site: [f64; 2],
    kind: Kind,
    pub ruler: Ruler,
    /// Radius, in the given units.
    pub radius: f64,
}

/// How the power `|x - y|^2 - w` is computed.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// No disc: `w` is not positive.
    None,
    /// With the weight.
    Near(Dd),
    /// The site is more than [`FAR`] away from a corner `o` of the domain: with `q = x - o` and
    /// `z = y - o` the power is `|q|^2 - 2 <q, z> + c`, `c = |o|^2 - 2 <o, y> - 2 h`, and no square
    /// of `y` is formed: at a distance `d` it would cost all but `2^-100 d` of a point's place. (A
    /// disc that meets the domain has `h` about `d`, too.)
    Far { site: [Dd; 2], constant: Dd },
}

/// Sites farther than this are far, in units in which the domain is about 1 large.
const FAR: f64 = 1024.0;

impl Disc {
    /// The disc of a site whose weight is `|y|^2 + 2 (h - shift)`.
    pub fn new(site: &Lifted, shift: Dd, ruler: Ruler) -> Disc {
        let (y, scale) = (site.site(), ruler.scale);
        let none = Disc { site: y, kind: Kind::None, ruler, radius: 0.0 };
        let z = [0, 1].map(|k| ruler.of_corner(Dd::from_f64(y[k]), k));
        let size = z[0].hi.abs().max(z[1].hi.abs());
        if size <= FAR {
            let weight = weight(site, shift);
            let root = (weight.hi * scale * scale).max(0.0).sqrt() / scale;
            let kind = if weight.hi > 0.0 { Kind::Near(weight.scale(scale).scale(scale)) } else { Kind::None };
            return Disc { kind, radius: root, ..none };
        }
        let h = (site.h - shift).scale(scale).scale(scale).scale(2.0);
        let o = ruler.corner.map(|o| Dd::from_f64(o).scale(scale));
        // |o|^2 - 2 <o, y> = -|o|^2 - 2 <o, z>
        let along = o[0] * (z[0] + z[0] + o[0]) + o[1] * (z[1] + z[1] + o[1]);
        let constant = -along - h;
        // w = |z|^2 - c, in units of the distance: the square of that may not be a double.
        let unit = scaled(1.0, -exponent(size));
        let [a, b] = z.map(|z| z.hi * unit);
        let weight = (a * a + b * b) - (constant.hi * unit) * unit;
        if !(weight > 0.0) {
            return none;
        }
        Disc { kind: Kind::Far { site: z, constant }, radius: weight.sqrt() / unit / scale, ..none }
    }

    pub fn lives(&self) -> bool {
        !matches!(self.kind, Kind::None)
    }

    /// Of sites that are tied somewhere the one that knows best how far its circle is: near ones
    /// before far ones, for a point that is off by a rounding changes a power in proportion to the
    /// distance of the site. Ties go to the lower number.
    pub fn rank(&self) -> i32 {
        match self.kind {
            Kind::Far { site, .. } => exponent(site[0].hi.abs().max(site[1].hi.abs())),
            _ => 0,
        }
    }

    fn seen_from_centre(&self, p: &Point) -> [Dd; 2] {
        let scale = self.ruler.scale;
        [(p.x - Dd::from_f64(self.site[0])).scale(scale), (p.y - Dd::from_f64(self.site[1])).scale(scale)]
    }

    /// `|p - y|^2 - w`, negative inside.
    pub fn power(&self, p: &Point) -> Dd {
        match self.kind {
            Kind::None => Dd::from_f64(f64::INFINITY),
            Kind::Near(weight) => {
                let [x, y] = self.seen_from_centre(p);
                x * x + y * y - weight
            }
            Kind::Far { site, constant } => {
                let q = [self.ruler.of_corner(p.x, 0), self.ruler.of_corner(p.y, 1)];
                let slope = q[0] * site[0] + q[1] * site[1];
                (q[0] * q[0] + q[1] * q[1]) + (constant - slope.scale(2.0))
            }
        }
    }

    /// Where the segment from `p`, which is inside, to `q` leaves the disc.
    pub fn exit(&self, p: &Point, q: &Point) -> Point {
        let Some([b, a, f, d]) = self.quadratic(p, q) else { return *p };
        let f = if f.hi > 0.0 { Dd::ZERO } else { f };
        let root = sqrt(d);
        let t = if b.hi > 0.0 { (-f).over(b + root) } else { (root - b).over(a) };
        between(p, q, t)
    }

    /// Where the segment between two points outside enters the disc and leaves it.
    pub fn chord(&self, p: &Point, q: &Point) -> Option<(Point, Point)> {
        let [b, a, f, d] = self.quadratic(p, q)?;
        // The nearest point must lie between the ends.
        if !(b.hi < 0.0 && -b.hi < a.hi) {
            return None;
        }
        if !(d.hi > 0.0) {
            return None;
        }
        let sum = sqrt(d) - b;
        let (enters, leaves) = (f.over(sum), sum.over(a));
        if !(enters < leaves) {
            return None;
        }
        let ends = (between(p, q, enters), between(p, q, leaves));
        (ends.0 != ends.1).then_some(ends)
    }

    /// `a t^2 + 2 b t + f`, the power along the segment, as `b`, `a`, `f` up to a positive factor,
    /// and `b^2 - a f`. Of a near site that is `a w` less the square of the cross product of the
    /// segment with the way to its begin: what a small disc is beside a far begin does not drown in
    /// the squares.
    fn quadratic(&self, p: &Point, q: &Point) -> Option<[Dd; 4]> {
        let scale = self.ruler.scale;
        let e = [(q.x - p.x).scale(scale), (q.y - p.y).scale(scale)];
        let [x, y] = self.seen_from_centre(p);
        let (a, b, f) = (e[0] * e[0] + e[1] * e[1], x * e[0] + y * e[1], self.power(p));
        let sound = a.hi > 0.0 && a.is_finite() && b.is_finite() && f.is_finite();
        // The square of a slope towards a far site may not be a double.
        let size = exponent(b.hi);
        let shrunk = |v: Dd| if size > 200 { scaled_dd(v, -size) } else { v };
        sound.then(|| {
            let (b, a, f) = (shrunk(b), shrunk(a), shrunk(f));
            let cross = x * e[1] - y * e[0];
            let d = if let Kind::Near(w) = self.kind { a * w - cross * cross } else { b * b - a * f };
            [b, a, f, d]
        })
    }

    /// From one point of the circle to another.
    ///
    /// In a domain `1` by `1e-40` both are where they should be to `2^-100` of 1, which says
    /// nothing of how they lie to each other. But a chord is normal to the line from the centre to
    /// its middle, which is well known, and one coordinate of its ends may be known much better
    /// than the other.
    pub fn between(&self, from: &Point, to: &Point) -> [f64; 2] {
        let chord = to.minus(from);
        let (size, length) = (integrate::reach(from, to), chord[0].abs().max(chord[1].abs()));
        if length >= integrate::DOUBTFUL * size[0].max(size[1]) || length >= NARROW * self.radius {
            return chord;
        }
        let half = [0, 1].map(|k| Dd::from_f64(0.5 * chord[k]));
        let middle = Point { x: from.x + half[0], y: from.y + half[1] };
        let [x, y] = self.seen_from_centre(&middle).map(Dd::to_f64);
        let far = x.hypot(y);
        let along = [-y / far, x / far];
        let better = usize::from(size[1] * along[0].abs() < size[0] * along[1].abs());
        if !(along[better].abs() > STEEP) {
            return chord;
        }
        let length = chord[better] / along[better];
        along.map(|t| length * t)
    }

    /// Does the disc, whose circle meets no edge of the polygon, lie inside it? Then every edge is
    /// at least a radius away. (Asking for half of that tells a disc beside a polygon of no width
    /// from one inside; edges of no length have no side. A polygon that is all rounding may have a
    /// single edge that counts as one, so it must also be a radius wide and high.)
    pub fn is_in(&self, polygon: &[Point]) -> bool {
        let n = polygon.len();
        let wide = |axis: usize| {
            let along = |p: &Point| p.minus(&polygon[0])[axis];
            let (low, high) = polygon.iter().map(along).fold((0.0f64, 0.0f64), |(l, h), d| (l.min(d), h.max(d)));
            high - low > self.radius
        };
        if n < 3 || !(wide(0) && wide(1)) {
            return false;
        }
        let (radius, scale) = (self.radius * self.ruler.scale, self.ruler.scale);
        let mut solid = false;
        (0..n).all(|k| {
            let (p, q) = (&polygon[k], &polygon[if k + 1 == n { 0 } else { k + 1 }]);
            let [x, y] = self.seen_from_centre(p);
            let e = [(q.x - p.x).scale(scale), (q.y - p.y).scale(scale)];
            let length = e[0].hi.hypot(e[1].hi);
            // p - y turned against the edge
            let d = e[1] * x - e[0] * y;
            solid |= length >= POINT;
            length < POINT || d.hi > 0.5 * radius * length
        }) && solid
    }
}

/// `|y|^2 + 2 (h - shift)`.
pub fn weight(site: &Lifted, shift: Dd) -> Dd {
    let square = Dd::product(site.x, site.x) + Dd::product(site.y, site.y);
    square + (site.h - shift).scale(2.0)
}

/// Square root, relative error below `2^-98`; 0 for what is not positive.
fn sqrt(a: Dd) -> Dd {
    if !(a.hi > 0.0) {
        return Dd::ZERO;
    }
    let s = a.hi.sqrt();
    let rest = a - Dd::product(s, s);
    Dd::sum(s, rest.hi / (2.0 * s))
}

/// The point at `t`, kept to the segment.
fn between(p: &Point, q: &Point, t: Dd) -> Point {
    if !(t.hi > 0.0) {
        return *p;
    }
    if !(t < Dd::from_f64(1.0)) {
        return *q;
    }
    Point { x: p.x + t * (q.x - p.x), y: p.y + t * (q.y - p.y) }
}
