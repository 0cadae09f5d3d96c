//! Convex polygons in space whose corners are rationals, as the boundary of a body is put together
//! from that of its pieces: what two pieces have in common vanishes, edges become common, and what
//! lies in one plane becomes one polygon where that is convex.

use crate::exact::big::{self, Rational};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) type Point = [Rational; 3];

/// Corners by number: equal points have one.
#[derive(Default)]
pub(super) struct Corners {
    pub points: Vec<Point>,
    known: HashMap<Point, u32>,
}

/// A convex polygon, and whose it is.
#[derive(Clone, Debug)]
pub(super) struct Facet {
    /// Corners, counter-clockwise seen from outside; no two are one.
    pub ring: Vec<u32>,
    /// What the caller calls it: a face of a piece.
    pub of: u32,
}

impl Corners {
    /// The number of a point.
    pub fn number(&mut self, point: Point) -> u32 {
        if let Some(&k) = self.known.get(&point) {
            return k;
        }
        let k = self.points.len() as u32;
        self.points.push(point.clone());
        self.known.insert(point, k);
        k
    }

    fn at(&self, k: u32) -> &Point {
        &self.points[k as usize]
    }

    /// Twice the vector of an area.
    fn area(&self, ring: &[u32]) -> Point {
        let mut sum: Point = Default::default();
        for pair in ring[1..].windows(2) {
            let turn = self.turn([ring[0], pair[0], pair[1]]);
            sum.iter_mut().zip(turn).for_each(|(s, t)| *s += t);
        }
        sum
    }

    /// `(b - a) x (c - a)`.
    fn turn(&self, [a, b, c]: [u32; 3]) -> Point {
        let from = |p: u32| [0, 1, 2].map(|k| Rational::from(&self.at(p)[k] - &self.at(a)[k]));
        let (u, v) = (from(b), from(c));
        let minor = |p: usize, q: usize| Rational::from(&u[p] * &v[q]) - Rational::from(&u[q] * &v[p]);
        [minor(1, 2), minor(2, 0), minor(0, 1)]
    }

    /// A ring without repetitions; `None` if it has no area.
    pub fn ring(&self, corners: impl Iterator<Item = u32>) -> Option<Vec<u32>> {
        let mut ring: Vec<u32> = Vec::new();
        for k in corners {
            if ring.last() != Some(&k) {
                ring.push(k);
            }
        }
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        let flat = |ring: &[u32]| self.area(ring).iter().all(|x| x.cmp0().is_eq());
        (ring.len() >= 3 && !flat(&ring)).then_some(ring)
    }

    /// What of each facet no other one covers, that looks the other way in the same plane; tells of
    /// each pair that does. Cost: about n log n, and that of the pairs.
    pub fn uncovered(&mut self, up: &[Facet], down: &[Facet], met: &mut dyn FnMut(u32, u32)) -> Vec<Facet> {
        let Some(first) = up.first() else { return down.to_vec() };
        // Seen along an axis on which the plane's normal is not across.
        let normal = self.area(&first.ring);
        let Some(axis) = (0..3).find(|&k| !normal[k].cmp0().is_eq()) else { return Vec::new() };
        let (p, q) = ((axis + 1) % 3, (axis + 2) % 3);
        let seen = Seen { p, q, turned: normal[axis].cmp0().is_lt() };
        let mut all = self.without(up, down, &seen, met);
        let back = Seen { turned: !seen.turned, ..seen };
        all.extend(self.without(down, up, &back, &mut |_, _| {}));
        all
    }

    /// The facets less the others; `seen`: so that the facets are counter-clockwise.
    fn without(
        &mut self,
        facets: &[Facet],
        others: &[Facet],
        seen: &Seen,
        met: &mut dyn FnMut(u32, u32),
    ) -> Vec<Facet> {
        let bounds = |f: &Facet| seen.bounds(self, &f.ring);
        let mut order: Vec<([f64; 4], &Facet)> = others.iter().map(|f| (bounds(f), f)).collect();
        order.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
        let widest = order.iter().map(|o| o.0[1] - o.0[0]).fold(0.0, f64::max);
        let mut left = Vec::new();
        for facet in facets {
            let own = seen.bounds(self, &facet.ring);
            let mut rest = vec![facet.ring.clone()];
            let begin = order.partition_point(|o| o.0[0] < own[0] - widest * (1.0 + 1e-9));
            for (at, other) in order[begin..].iter().take_while(|o| o.0[0] <= own[1]) {
                // Rounded numbers in their order are in that of what they are rounded from.
                if at[1] < own[0] || at[3] < own[2] || at[2] > own[3] {
                    continue;
                }
                let mut next = Vec::new();
                for ring in rest {
                    match self.minus(&ring, &other.ring, seen) {
                        None => next.push(ring),
                        Some(pieces) => {
                            met(facet.of, other.of);
                            next.extend(pieces);
                        }
                    }
                }
                rest = next;
            }
            left.extend(rest.into_iter().map(|ring| Facet { ring, of: facet.of }));
        }
        left
    }

    /// A convex polygon less another one, which looks the other way; `None` if they have no area in
    /// common.
    fn minus(&mut self, ring: &[u32], other: &[u32], seen: &Seen) -> Option<Vec<Vec<u32>>> {
        let (mut rest, mut outside) = (ring.to_vec(), Vec::new());
        for k in 0..other.len() {
            // Backwards, so that its inside is on the left.
            let (b, a) = (other[k], other[(k + 1) % other.len()]);
            let [inner, outer] = self.split(&rest, (a, b), seen);
            rest = inner?;
            outside.extend(outer);
        }
        Some(outside)
    }

    /// The parts of a convex polygon on the left and on the right of a line.
    fn split(&mut self, ring: &[u32], (a, b): (u32, u32), seen: &Seen) -> [Option<Vec<u32>>; 2] {
        let sides: Vec<Ordering> = ring.iter().map(|&k| seen.side(self, [a, b, k])).collect();
        if !sides.contains(&Ordering::Less) {
            return [sides.contains(&Ordering::Greater).then(|| ring.to_vec()), None];
        }
        if !sides.contains(&Ordering::Greater) {
            return [None, Some(ring.to_vec())];
        }
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for k in 0..ring.len() {
            let next = (k + 1) % ring.len();
            if sides[k].is_ge() {
                left.push(ring[k]);
            }
            if sides[k].is_le() {
                right.push(ring[k]);
            }
            if sides[k].is_ne() && sides[next] == sides[k].reverse() {
                let crossing = self.crossing([ring[k], ring[next]], (a, b), seen);
                left.push(crossing);
                right.push(crossing);
            }
        }
        [self.ring(left.into_iter()), self.ring(right.into_iter())]
    }

    /// Where an edge crosses a line of its plane.
    fn crossing(&mut self, [u, v]: [u32; 2], (a, b): (u32, u32), seen: &Seen) -> u32 {
        let (f, g) = (seen.value(self, [a, b, u]), seen.value(self, [a, b, v]));
        let share = &f / Rational::from(&f - &g);
        let point = [0, 1, 2].map(|k| {
            let (x, y) = (&self.at(u)[k], &self.at(v)[k]);
            Rational::from(y - x) * &share + x
        });
        self.number(point)
    }

    /// The line through two corners: equal for all pairs on it, up to its sense.
    fn line(&self, a: u32, b: u32) -> [Rational; 6] {
        let (p, q) = (self.at(a), self.at(b));
        let d = [0, 1, 2].map(|k| Rational::from(&q[k] - &p[k]));
        let minor = |k: usize, l: usize| Rational::from(&p[k] * &q[l]) - Rational::from(&p[l] * &q[k]);
        let m = [minor(1, 2), minor(2, 0), minor(0, 1)];
        let unit = d.iter().find(|x| !x.cmp0().is_eq()).cloned().unwrap_or_else(|| Rational::from(1));
        let [a, b, c] = d;
        let [e, f, g] = m;
        [a, b, c, e, f, g].map(|x| x / &unit)
    }

    /// Divides edges where others on their lines end, so that each edge is one of all facets there.
    pub fn divide(&self, facets: &mut [Facet]) {
        let upwards = |(a, b): (u32, u32)| if self.at(a) < self.at(b) { (a, b) } else { (b, a) };
        let edges: BTreeSet<(u32, u32)> = facets.iter().flat_map(|f| sides(&f.ring)).map(upwards).collect();
        let mut lines: HashMap<[Rational; 6], Vec<(u32, u32)>> = HashMap::new();
        for &(a, b) in &edges {
            lines.entry(self.line(a, b)).or_default().push((a, b));
        }
        // What lies inside of each edge that others divide, upwards.
        let mut inside: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
        for edges in lines.into_values().filter(|edges| edges.len() > 1) {
            let mut on: Vec<u32> = edges.iter().flat_map(|&(a, b)| [a, b]).collect();
            on.sort_by(|a, b| self.at(*a).cmp(self.at(*b)));
            on.dedup();
            let place: HashMap<u32, usize> = on.iter().enumerate().map(|(k, &x)| (x, k)).collect();
            for (a, b) in edges {
                let between = &on[place[&a] + 1..place[&b]];
                if !between.is_empty() {
                    inside.insert((a, b), between.to_vec());
                }
            }
        }
        for facet in facets.iter_mut() {
            let mut ring = Vec::with_capacity(facet.ring.len());
            for (a, b) in sides(&facet.ring) {
                ring.push(a);
                match inside.get(&(a, b)) {
                    Some(between) => ring.extend(between),
                    None => ring.extend(inside.get(&(b, a)).into_iter().flatten().rev()),
                }
            }
            facet.ring = ring;
        }
    }

    /// Facets of one plane that look one way, joined where the whole is convex; edges are divided.
    pub fn joined(&self, facets: Vec<Facet>) -> Vec<Facet> {
        let mut owner: HashMap<(u32, u32), usize> = HashMap::new();
        for (k, facet) in facets.iter().enumerate() {
            sides(&facet.ring).for_each(|side| {
                owner.insert(side, k);
            });
        }
        let mut group = petgraph::unionfind::UnionFind::<usize>::new(facets.len());
        for (&(a, b), &k) in &owner {
            if let Some(&l) = owner.get(&(b, a)) {
                group.union(k, l);
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        // By their first members: which one stands for a group may differ.
        let mut first: HashMap<usize, usize> = HashMap::new();
        for k in 0..facets.len() {
            let key = *first.entry(group.find(k)).or_insert(k);
            groups.entry(key).or_default().push(k);
        }
        let mut all = Vec::new();
        for members in groups.into_values() {
            let around = members.iter().flat_map(|&k| sides(&facets[k].ring));
            let outer: Vec<(u32, u32)> = around.filter(|&(a, b)| !owner.contains_key(&(b, a))).collect();
            match (members.len() > 1).then(|| self.one_convex(&outer)).flatten() {
                Some(ring) => all.push(Facet { ring, of: facets[members[0]].of }),
                None => all.extend(members.iter().map(|&k| facets[k].clone())),
            }
        }
        all
    }

    /// Edges as one convex ring, if they are.
    fn one_convex(&self, edges: &[(u32, u32)]) -> Option<Vec<u32>> {
        let next: HashMap<u32, u32> = edges.iter().copied().collect();
        if next.len() < edges.len() {
            return None;
        }
        let begin = edges.iter().map(|e| e.0).min()?;
        let mut ring = vec![begin];
        loop {
            let after = *next.get(ring.last()?)?;
            if after == begin {
                break;
            }
            ring.push(after);
            if ring.len() > edges.len() {
                return None;
            }
        }
        let m = ring.len();
        if m < edges.len() {
            return None;
        }
        let normal = self.area(&ring);
        let convex = (0..m).all(|k| {
            let turn = self.turn([ring[k], ring[(k + 1) % m], ring[(k + 2) % m]]);
            let along: Rational = turn.iter().zip(&normal).map(|(t, n)| Rational::from(t * n)).sum();
            along.cmp0().is_ge()
        });
        convex.then_some(ring)
    }

    /// Takes out corners that lie inside of an edge of all facets there.
    pub fn straighten(&self, facets: &mut [Facet]) {
        let mut beside: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (a, b) in facets.iter().flat_map(|f| sides(&f.ring)) {
            beside.entry(a).or_default().insert(b);
            beside.entry(b).or_default().insert(a);
        }
        let idle = |(k, others): &(&u32, &BTreeSet<u32>)| match others.iter().collect::<Vec<_>>()[..] {
            [&a, &b] => self.turn([**k, a, b]).iter().all(|x| x.cmp0().is_eq()),
            _ => false,
        };
        let idle: Vec<u32> = beside.iter().filter(idle).map(|(k, _)| *k).collect();
        facets.iter_mut().for_each(|f| f.ring.retain(|k| idle.binary_search(k).is_err()));
    }

    /// A corner in doubles.
    pub fn double(&self, k: u32) -> [f64; 3] {
        self.at(k).each_ref().map(big::nearest_f64)
    }
}

/// A plane seen along an axis.
#[derive(Clone, Copy)]
struct Seen {
    p: usize,
    q: usize,
    turned: bool,
}

impl Seen {
    /// Twice the area of a triangle.
    fn value(&self, all: &Corners, [a, b, c]: [u32; 3]) -> Rational {
        let (p, q) = if self.turned { (self.q, self.p) } else { (self.p, self.q) };
        let from = |at: u32, k: usize| Rational::from(&all.at(at)[k] - &all.at(a)[k]);
        from(b, p) * from(c, q) - from(b, q) * from(c, p)
    }

    fn side(&self, all: &Corners, triangle: [u32; 3]) -> Ordering {
        self.value(all, triangle).cmp0()
    }

    /// Bounds in doubles, of which none is beyond the next one to the true one.
    fn bounds(&self, all: &Corners, ring: &[u32]) -> [f64; 4] {
        let mut found = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
        for &k in ring {
            let [x, y] = [self.p, self.q].map(|axis| big::nearest_f64(&all.at(k)[axis]));
            found = [found[0].min(x), found[1].max(x), found[2].min(y), found[3].max(y)];
        }
        found
    }
}

/// The sides of a ring.
pub(super) fn sides(ring: &[u32]) -> impl Iterator<Item = (u32, u32)> + '_ {
    (0..ring.len()).map(|k| (ring[k], ring[(k + 1) % ring.len()]))
}
