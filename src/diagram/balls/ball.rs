//! A cell cut by its ball: the convex polygon of labels that [`crate::diagram`] made, and the disc
//! `|x - y_i|^2 <= w_i`.
//!
//! The polygon part stays exact. What is new is computed in double-double and only for integrals:
//! which vertices lie in the disc, and where edges cross the circle. Every such question is asked
//! of the nearest site among those tied there (of near ones the lowest), with the edge in the
//! direction in which that site's cell sees it, so that the two cells of a wall get the same bits,
//! and an edge is cut where its ends say so: the pieces always fit together. The cell in the disc
//! is then a convex polygon and, beyond some of its edges, circular segments ([`super::segment`]);
//! what is left of the cell outside is, for each arc, a polygon less its segment. All of these are
//! summed, never the cell less the inside.
//!
//! **Error.** The power `|x - y|^2 - w` of a point is good to `2^-98 (|x - y|^2 + |y|^2 + |h|)`, of
//! a site far from the domain to `2^-98 (|y| + |h|)` in units of the domain; crossings inherit it
//! divided by the sine of the angle at which edge and circle meet (where that is small the piece in
//! question is a sliver of the same smallness). The masses of the pieces are good to a few ulps
//! (integrate.rs, segment.rs).

use super::super::label::Label;
use super::super::moments::{Moments, joined};
use super::super::plane::integrate::{self, LocalDensity};
use super::super::plane::point::Point;
use super::disc::{Disc, NARROW};
use super::segment::Segment;
use super::source::Source;
use crate::domain::Law;
use crate::exact::Dd;
use std::f64::consts::PI;

/// An arc of the boundary, counter-clockwise about the site.
#[derive(Clone, Copy, Debug)]
struct Arc {
    from: Point,
    to: Point,
    /// Index in the ring of the last point before the arc.
    after: u32,
    /// First vertex of the cell outside beside the arc, and how many there are.
    first: u32,
    count: u32,
    /// Half the angle under which it is seen from the site.
    half_angle: f64,
}

/// How a cell meets its disc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Not at all.
    #[default]
    Empty,
    /// The disc lies in the cell.
    Full,
    /// The ring of points, with arcs beside some of its edges.
    Ring,
}

/// Where a side of the part in the disc begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// At the vertex of the cell where its edge begins.
    Vertex,
    /// Where its edge enters the disc.
    Entering,
    /// Where its edge leaves the disc: here begins an arc.
    Leaving,
}

/// A corner of the part in the disc.
#[derive(Clone, Copy, Debug)]
pub struct Corner {
    /// Where it is.
    pub at: Point,
    /// The edge of the cell on which it lies.
    pub edge: u32,
    /// How.
    pub begins: Begins,
    /// The angle of the arc that begins here.
    pub angle: f64,
}

/// Scratch and result: one cell in its disc.
#[derive(Default)]
pub struct BallCell {
    /// What there is.
    pub shape: Shape,
    inside: Vec<bool>,
    /// For each edge of the cell the part in the disc.
    parts: Vec<Option<(Point, Point)>>,
    /// Corners of the part in the disc, those where arcs begin and end included.
    ring: Vec<Point>,
    /// The edge of the cell that begins at each of them; `None` for an arc.
    edges: Vec<Option<u32>>,
    arcs: Vec<Arc>,
    rest: Vec<Point>,
    disc: Option<Disc>,
}

impl BallCell {
    /// Cuts the cell of `site` (labels and vertices of its polygon) by its disc. `disc_of` tells
    /// the disc of any site; sites are compared by their numbers to choose who answers. Cost:
    /// O(vertices).
    pub fn compute(&mut self, site: u32, labels: &[Label], points: &[Point], disc_of: impl Fn(u32) -> Disc) {
        let own = disc_of(site);
        self.disc = Some(own);
        self.shape = Shape::Empty;
        self.ring.clear();
        self.edges.clear();
        self.arcs.clear();
        self.inside.clear();
        self.parts.clear();
        let n = points.len();
        if n < 3 || labels.len() != n || !own.lives() {
            self.parts.resize(labels.len(), None);
            return;
        }
        let other = |l: Label| match l {
            Label::Bisector(j) => j,
            Label::Domain(_) => site,
        };
        // Where sites are tied their powers are equal: none is negative if one of them has no disc.
        // Rounding would say so of one side of the wall only.
        let lives = |l: Label| match l {
            Label::Bisector(j) => disc_of(j).lives(),
            Label::Domain(_) => true,
        };
        let rank = |i: u32| (if i == site { own } else { disc_of(i) }.rank(), i);
        let knows_best = |i: u32, j: u32| if rank(j) < rank(i) { j } else { i };
        for k in 0..n {
            let before = labels[if k == 0 { n - 1 } else { k - 1 }];
            let who = knows_best(knows_best(site, other(before)), other(labels[k]));
            let disc = if who == site { own } else { disc_of(who) };
            self.inside.push(lives(before) && lives(labels[k]) && disc.power(&points[k]).hi < 0.0);
        }
        for k in 0..n {
            let next = if k + 1 == n { 0 } else { k + 1 };
            let (p, q) = (&points[k], &points[next]);
            let who = knows_best(site, other(labels[k]));
            self.parts.push(match (self.inside[k], self.inside[next]) {
                (true, true) => Some((*p, *q)),
                (true, false) => Some((*p, if who == site { own } else { disc_of(who) }.exit(p, q))),
                (false, true) => Some((if who == site { own } else { disc_of(who) }.exit(q, p), *q)),
                (false, false) if !lives(labels[k]) => None,
                (false, false) if who == site => own.chord(p, q),
                (false, false) => disc_of(who).chord(q, p).map(|(a, b)| (b, a)),
            });
        }
        self.assemble(points);
    }

    fn assemble(&mut self, points: &[Point]) {
        let n = points.len();
        let Some(start) = self.parts.iter().position(Option::is_some) else {
            let inside = self.disc.is_some_and(|d| d.is_in(points));
            self.shape = if inside { Shape::Full } else { Shape::Empty };
            return;
        };
        self.shape = Shape::Ring;
        for step in 0..n {
            let k = (start + step) % n;
            let Some((from, to)) = self.parts[k] else { continue };
            self.ring.push(from);
            self.edges.push(Some(k as u32));
            if self.inside[(k + 1) % n] {
                continue; // the next part begins where this one ends
            }
            self.ring.push(to);
            self.edges.push(None);
            let mut count = 1;
            while self.parts[(k + count) % n].is_none() && count < n {
                count += 1;
            }
            let Some((end, _)) = self.parts[(k + count) % n] else { continue };
            let (first, after) = (((k + 1) % n) as u32, (self.ring.len() - 1) as u32);
            let half_angle = self.half_angle(&to, &end, points);
            self.arcs.push(Arc { from: to, to: end, after, first, count: count as u32, half_angle });
        }
    }

    /// The boundary of the part in the disc, corner after corner; none if the disc lies in the
    /// cell, or there is nothing.
    pub fn corners(&self) -> Vec<Corner> {
        let mut arcs = self.arcs.iter();
        let mut last = 0;
        let corner = |(point, edge): (&Point, &Option<u32>)| {
            if let Some(k) = *edge {
                last = k;
                let vertex = self.inside.get(k as usize).copied().unwrap_or(false);
                return Corner {
                    at: *point,
                    edge: k,
                    begins: if vertex { Begins::Vertex } else { Begins::Entering },
                    angle: 0.0,
                };
            }
            let angle = arcs.next().map_or(0.0, |arc| 2.0 * arc.half_angle);
            Corner { at: *point, edge: last, begins: Begins::Leaving, angle }
        };
        self.ring.iter().zip(&self.edges).map(corner).collect()
    }

    /// Does vertex `k` of the cell lie in the disc?
    pub fn has(&self, k: usize) -> bool {
        self.inside.get(k).copied().unwrap_or(false)
    }

    /// Half the angle of the arc above a chord.
    fn half_angle(&self, from: &Point, to: &Point, points: &[Point]) -> f64 {
        let Some(disc) = &self.disc else { return 0.0 };
        let chord = disc.between(from, to);
        let length = chord[0].hypot(chord[1]);
        if !(length > 0.0) {
            return 0.0;
        }
        let to_centre = Point::from_f64(disc.site).minus(from);
        // Distance from the chord to the centre, positive if the arc is less than half the circle.
        let distance = (chord[0] / length) * to_centre[1] - (chord[1] / length) * to_centre[0];
        if length < NARROW * disc.radius {
            // Such a chord may be rounding and point anywhere, also along the radius, so its length
            // alone tells the angle. The arc is all but the whole circle if what the edges cut off
            // is as small as the chord; this is possible only if the disc is in the cell but for
            // that.
            let half_angle = (0.5 * length / disc.radius).asin();
            let near = |p: &Point| p.minus(from).iter().all(|d| d.abs() <= 2.0 * length);
            let most =
                distance < 0.0 && self.parts.iter().flatten().all(|(p, q)| near(p) && near(q)) && disc.is_in(points);
            return if most { PI - half_angle } else { half_angle };
        }
        let half_angle = (0.5 * length).atan2(distance);
        if distance < 0.0 && length * disc.ruler.scale < NARROW {
            // In a cell of no width, as where a wall runs along an edge of a patch, the chord is
            // rounding and may point anywhere. But an arc of more than half a circle encloses more
            // than half the disc.
            let area = integrate::mass(points, &LocalDensity::new(Law::constant(1.0), 1.0));
            if area < 1.5 * disc.radius * disc.radius {
                return 0.0;
            }
        }
        half_angle
    }

    /// The part in the disc of edge `k` of the cell.
    pub fn part(&self, k: usize) -> Option<&(Point, Point)> {
        self.parts.get(k).and_then(Option::as_ref)
    }

    /// The segment beyond an arc, the middle of its chord, and its outward direction.
    fn segment(&self, arc: &Arc, source: &Source) -> (Segment, [f64; 2], [f64; 2]) {
        let chord = self.disc.map_or([0.0; 2], |disc| disc.between(&arc.from, &arc.to));
        let length = chord[0].hypot(chord[1]);
        let along = if length > 0.0 { [chord[0] / length, chord[1] / length] } else { [1.0, 0.0] };
        let out = [along[1], -along[0]];
        let half = [0.5 * chord[0], 0.5 * chord[1]];
        let from = arc.from.rounded();
        let g = source.gradient([from[0] + half[0], from[1] + half[1]]);
        let segment = Segment {
            radius: self.radius(),
            half_angle: arc.half_angle,
            density: source.local().middle(&arc.from, &arc.to),
            outwards: g[0] * out[0] + g[1] * out[1],
            along: g[0] * along[0] + g[1] * along[1],
            // (x_1 - m_1) (x_2 - m_2) in the axes `out` and `along`.
            bend: source.mixed() * (out[0] * out[1]),
            twist: source.mixed() * (out[0] * out[0] - out[1] * out[1]),
        };
        (segment, out, half)
    }

    fn density_at_centre(&self, source: &Source) -> f64 {
        let centre = Point::from_f64(self.disc.map_or([0.0; 2], |d| d.site));
        source.local().mean(&centre, &centre)
    }

    fn radius(&self) -> f64 {
        self.disc.map_or(0.0, |d| d.radius)
    }

    /// Mass inside, mass outside, and `int rho dl / r` over the free arcs, for the cell with these
    /// vertices. Cost: O(vertices).
    pub fn masses(&mut self, points: &[Point], source: &Source) -> [f64; 3] {
        match self.shape {
            Shape::Empty => [0.0, integrate::mass(points, source.local()), 0.0],
            Shape::Full => {
                let density = self.density_at_centre(source);
                let inside = density * (PI * self.radius() * self.radius());
                let outside = (integrate::mass(points, source.local()) - inside).max(0.0);
                [inside, outside, 2.0 * PI * density]
            }
            Shape::Ring => {
                let mut inside = integrate::mass(&self.ring, source.local());
                let (mut outside, mut free) = (0.0, 0.0);
                let arcs = std::mem::take(&mut self.arcs);
                for arc in &arcs {
                    let (segment, ..) = self.segment(arc, source);
                    let mass = segment.mass();
                    inside += mass;
                    free += segment.arc();
                    self.rest.clear();
                    self.rest.push(arc.from);
                    self.rest.extend((0..arc.count).map(|k| points[(arc.first + k) as usize % points.len()]));
                    self.rest.push(arc.to);
                    outside += (integrate::mass(&self.rest, source.local()) - mass).max(0.0);
                }
                self.arcs = arcs;
                [inside, outside, free]
            }
        }
    }

    /// Mass, centroid and spread of the part in the disc. Cost: O(vertices).
    pub fn moments(&self, source: &Source) -> Moments {
        match self.shape {
            Shape::Empty => Moments::default(),
            Shape::Full => {
                // A bilinear density is harmonic: what it has beyond the affine one at the centre
                // integrates to 0, also times x and |x|^2.
                let site = self.disc.map_or([0.0; 2], |d| d.site);
                let (density, r, g) = (self.density_at_centre(source), self.radius(), source.gradient(site));
                if !(density > 0.0) {
                    return Moments::default();
                }
                let area = PI * r * r;
                let c = [0, 1].map(|k| r * (r * g[k]) / (4.0 * density));
                let spread = area * density * (0.5 * r * r - (c[0] * c[0] + c[1] * c[1])).max(0.0);
                let centre = [0, 1].map(|k| Dd::sum(site[k], c[k]));
                Moments { mass: area * density, spread, ..Moments::default() }.centred(centre)
            }
            Shape::Ring => {
                let polygon = integrate::moments(&self.ring, source.local());
                let pieces = self.arcs.iter().map(|arc| {
                    let (segment, out, half) = self.segment(arc, source);
                    let m = segment.moments();
                    let [u, v] = m.centroid;
                    let along = [-out[1], out[0]];
                    let at = |o: Dd, k: usize| o + Dd::from_f64(half[k] + u * out[k] + v * along[k]);
                    m.centred([at(arc.from.x, 0), at(arc.from.y, 1)])
                });
                let pieces = std::iter::once(polygon).chain(pieces).filter(|m| m.mass > 0.0);
                // Of the polygon alone an error would be told.
                Moments { off: 0.0, ..joined(&pieces.collect::<Vec<Moments>>()) }
            }
        }
    }

    /// The boundary as a polyline, arcs in steps of at most `step` of angle; with each corner the
    /// edge of the cell on which the side after it lies, `None` on an arc.
    pub fn outline(&self, step: f64) -> Vec<([f64; 2], Option<u32>)> {
        let Some(disc) = self.disc.filter(|_| self.shape != Shape::Empty) else { return Vec::new() };
        let circle = |from: f64, angle: f64, out: &mut Vec<([f64; 2], Option<u32>)>| {
            let pieces = (angle / step).ceil().clamp(1.0, 4096.0);
            for k in 1..pieces as usize {
                let t = from + angle * k as f64 / pieces;
                out.push(([disc.site[0] + disc.radius * t.cos(), disc.site[1] + disc.radius * t.sin()], None));
            }
        };
        let mut line = Vec::new();
        if self.shape == Shape::Full {
            line.push(([disc.site[0] + disc.radius, disc.site[1]], None));
            circle(0.0, 2.0 * PI, &mut line);
            return line;
        }
        let mut arcs = self.arcs.iter();
        let mut next = arcs.next();
        for (k, (p, edge)) in self.ring.iter().zip(&self.edges).enumerate() {
            line.push((p.rounded(), *edge));
            if let Some(arc) = next.filter(|arc| arc.after as usize == k) {
                let d = arc.from.minus(&Point::from_f64(disc.site));
                circle(d[1].atan2(d[0]), 2.0 * arc.half_angle, &mut line);
                next = arcs.next();
            }
        }
        line
    }
}
