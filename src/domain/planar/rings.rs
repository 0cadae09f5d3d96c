//! Rings as lists of places without repetitions, which remember what they are called.

use super::error::{EdgeName, RingError, RingName};
use crate::exact::power::scaled;

/// A polygon as people write it: an outer ring and holes in it, each in either sense.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygon {
    /// Vertices of the outer ring.
    pub outer: Vec<[f64; 2]>,
    /// Vertices of each hole.
    pub holes: Vec<Vec<[f64; 2]>>,
}

impl Polygon {
    /// Number of vertices of all rings.
    pub fn vertices(&self) -> usize {
        self.rings().map(Vec::len).sum()
    }

    /// The outer ring, then the holes.
    pub fn rings(&self) -> impl Iterator<Item = &Vec<[f64; 2]>> {
        std::iter::once(&self.outer).chain(&self.holes)
    }

    /// All coordinates times `2^e`, which the caller knows to be exact.
    pub(in crate::domain) fn scaled(&self, e: i32) -> Polygon {
        let ring = |ring: &Vec<[f64; 2]>| ring.iter().map(|v| v.map(|x| scaled(x, e))).collect();
        Polygon { outer: ring(&self.outer), holes: self.holes.iter().map(ring).collect() }
    }
}

/// A closed ring: consecutive places differ, the last and the first, too.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    /// Which part.
    pub part: usize,
    /// Which hole; `None`: the outer ring.
    pub hole: Option<usize>,
    /// Places in order.
    pub places: Vec<[f64; 2]>,
    /// The vertex as given of each place.
    pub given: Vec<u32>,
}

/// How the parts are called, by their index.
pub(super) type Names<'n> = &'n dyn Fn(usize) -> Option<String>;

impl Ring {
    pub(super) fn name(&self, names: Names<'_>) -> RingName {
        RingName { part: names(self.part), hole: self.hole }
    }

    /// The edge from place `k` to the next one.
    pub(super) fn edge(&self, k: usize, names: Names<'_>) -> EdgeName {
        let [from, to] = self.ends(k);
        EdgeName { ring: self.name(names), edge: self.given[k] as usize, from, to }
    }

    /// Ends of the edge from place `k`.
    pub(super) fn ends(&self, k: usize) -> [[f64; 2]; 2] {
        [self.places[k], self.places[(k + 1) % self.places.len()]]
    }
}

/// The rings of some polygons in order, part by part, the outer one first; and how many vertices
/// repeated the one before them. A last vertex that repeats the first one closes the ring and is
/// not counted. Rings that are left with fewer than three places keep them: they have no area.
pub(super) fn rings_of(parts: &[Polygon], names: Names<'_>) -> Result<(Vec<Ring>, usize), RingError> {
    let (mut rings, mut repeated) = (Vec::new(), 0);
    for (part, polygon) in parts.iter().enumerate() {
        let lists = std::iter::once((None, &polygon.outer));
        for (hole, list) in lists.chain(polygon.holes.iter().enumerate().map(|(k, h)| (Some(k), h))) {
            let mut ring = Ring { part, hole, places: Vec::with_capacity(list.len()), given: Vec::new() };
            if list.len() < 3 {
                return Err(RingError::TooFewVertices { ring: ring.name(names), found: list.len() });
            }
            for (vertex, v) in list.iter().enumerate() {
                if let Some(axis) = v.iter().position(|c| !c.is_finite()) {
                    return Err(RingError::NonFinite { ring: ring.name(names), vertex, axis, value: v[axis] });
                }
                // -0.0 and 0.0 are the same place; one of them is stored.
                let v = v.map(|c| c + 0.0);
                if ring.places.last() == Some(&v) {
                    repeated += 1;
                } else {
                    ring.places.push(v);
                    ring.given.push(vertex as u32);
                }
            }
            let mut closed = false;
            while ring.places.len() > 1 && ring.places[0] == ring.places[ring.places.len() - 1] {
                ring.places.pop();
                ring.given.pop();
                repeated += usize::from(closed);
                closed = true;
            }
            rings.push(ring);
        }
    }
    if rings.is_empty() { Err(RingError::NoRings) } else { Ok((rings, repeated)) }
}
