//! What polygons with corners on a grid of integers are, by brute force: which edges cross, and how
//! often rings go around places.
//!
//! Every bounded face of the arrangement of the edges has a stretch of an edge on its rim. So the
//! places a little to the left and to the right of the middle of every stretch between two corners
//! are in all of them.

/// A place of the grid.
pub type Place = [i64; 2];

/// An outer ring and holes.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub outer: Vec<Place>,
    pub holes: Vec<Vec<Place>>,
}

impl Part {
    /// All rings, the outer one first.
    pub fn rings(&self) -> impl Iterator<Item = &Vec<Place>> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

/// What is to be expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// Two edges cross where no corner is.
    Crossing,
    /// The rings contradict each other.
    Contradiction,
    /// Nothing is inside.
    Nothing,
    /// Sound: twice the area, and the places inside and outside, in units of `1 / SCALE`.
    Sound(i64, Vec<Place>, Vec<Place>),
}

/// Places are told in units of `1 / SCALE`.
pub const SCALE: i64 = 2 * NEAR;

/// Half the inverse of how near to an edge places are, over the length of the edge: corners of a
/// grid of 16 are farther from edges.
const NEAR: i64 = 10_000;

pub fn cross(a: Place, b: Place, c: Place) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

fn edges(ring: &[Place]) -> impl Iterator<Item = [Place; 2]> + '_ {
    (0..ring.len()).map(|k| [ring[k], ring[(k + 1) % ring.len()]]).filter(|[a, b]| a != b)
}

fn crosses([a, b]: [Place; 2], [c, d]: [Place; 2]) -> bool {
    let apart = |s: i64, t: i64| s.signum() * t.signum() < 0;
    apart(cross(a, b, c), cross(a, b, d)) && apart(cross(c, d, a), cross(c, d, b))
}

/// How often a ring (of the grid) goes around a place in units of `1 / SCALE` on none of its edges.
fn winding(ring: &[Place], p: Place) -> i64 {
    let mut w = 0;
    for [a, b] in edges(ring).map(|e| e.map(|q| q.map(|c| c * SCALE))) {
        let side = (i128::from(b[0] - a[0]) * i128::from(p[1] - a[1])
            - i128::from(b[1] - a[1]) * i128::from(p[0] - a[0]))
        .signum();
        if a[1] <= p[1] && p[1] < b[1] && side > 0 {
            w += 1;
        }
        if b[1] <= p[1] && p[1] < a[1] && side < 0 {
            w -= 1;
        }
    }
    w
}

/// A little to either side of the middle of each stretch of each edge.
fn places(all: &[&Vec<Place>]) -> Vec<Place> {
    let corners: Vec<Place> = all.iter().flat_map(|r| r.iter().copied()).collect();
    let mut places = Vec::new();
    for [a, b] in all.iter().flat_map(|r| edges(r)) {
        let d = [b[0] - a[0], b[1] - a[1]];
        let along = |p: &Place| (p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1];
        let on = |p: &&Place| cross(a, b, **p) == 0 && along(p) >= 0 && along(p) <= along(&b);
        let mut stops: Vec<Place> = corners.iter().filter(on).copied().collect();
        stops.sort_by_key(along);
        stops.dedup();
        for w in stops.windows(2) {
            let middle = [0, 1].map(|k| NEAR * (w[0][k] + w[1][k]));
            places.push([middle[0] - d[1], middle[1] + d[0]]);
            places.push([middle[0] + d[1], middle[1] - d[0]]);
        }
    }
    places
}

/// Do two edges cross inside both, perhaps in a corner of a third one? Where that encloses nothing
/// it may be refused or not.
pub fn cross_anywhere(parts: &[Part]) -> bool {
    let every: Vec<[Place; 2]> = parts.iter().flat_map(Part::rings).flat_map(|r| edges(r)).collect();
    every.iter().enumerate().any(|(k, e)| every[k + 1..].iter().any(|f| crosses(*e, *f)))
}

/// What is to be expected of some parts.
pub fn expected(parts: &[Part]) -> Expected {
    let all: Vec<&Vec<Place>> = parts.iter().flat_map(Part::rings).collect();
    let every: Vec<[Place; 2]> = all.iter().flat_map(|r| edges(r)).collect();
    // Where edges cross in a corner of some ring both are divided there; then the places tell.
    let corners: Vec<Place> = all.iter().flat_map(|r| r.iter().copied()).collect();
    let on = |[a, b]: [Place; 2], p: &Place| {
        let inner = (0..2).all(|k| a[k].min(b[k]) <= p[k] && p[k] <= a[k].max(b[k]));
        inner && cross(a, b, *p) == 0
    };
    let meet = |e: [Place; 2], f: [Place; 2]| crosses(e, f) && !corners.iter().any(|p| on(e, p) && on(f, p));
    if every.iter().enumerate().any(|(k, e)| every[k + 1..].iter().any(|f| meet(*e, *f))) {
        return Expected::Crossing;
    }
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut sense = vec![0; all.len()];
    for p in places(&all) {
        let (mut ring, mut total) = (0, 0);
        for part in parts {
            let mut sum = 0;
            for (k, r) in part.rings().enumerate() {
                let w = winding(r, p);
                if sense[ring] == 0 {
                    sense[ring] = w.signum();
                }
                if w != 0 && w != sense[ring] {
                    return Expected::Contradiction;
                }
                sum += w.abs() * if k == 0 { 1 } else { -1 };
                ring += 1;
            }
            if !(0..=1).contains(&sum) {
                return Expected::Contradiction;
            }
            total += sum;
        }
        match total {
            0 => outside.push(p),
            1 => inside.push(p),
            _ => return Expected::Contradiction,
        }
    }
    if inside.is_empty() {
        return Expected::Nothing;
    }
    let twice = |r: &Vec<Place>| edges(r).map(|[a, b]| a[0] * b[1] - a[1] * b[0]).sum::<i64>().abs();
    let area = |p: &Part| twice(&p.outer) - p.holes.iter().map(twice).sum::<i64>();
    Expected::Sound(parts.iter().map(area).sum(), inside, outside)
}
