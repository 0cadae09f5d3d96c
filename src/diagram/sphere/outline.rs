//! Cells as areas: arcs as chords whose corners both neighbours share.

use super::super::outlines::Outlines;
use super::shape::{NodeName, SphereArc};
use super::sites::Between;
use super::snapshot::SphereDiagram;
use crate::exact::predicates::{ExactCrossing, Meeting};
use std::collections::HashMap;

/// No chord is farther from its arc than this, of a radius of 1.
const TOLERANCE: f64 = 2e-5;

/// Most chords of an arc.
const MOST: f64 = 4096.0;

/// An arc by its cells, the lower one first, and where it begins as seen from that.
type Name = (u32, u32, NodeName);

impl SphereArc {
    /// How many chords stand for the arc: one of the angle `t` is `p (1 - cos(t / 2))` from it.
    fn chords(&self) -> usize {
        let radius = self.radius;
        let most = 4.0 * (0.5 * TOLERANCE / radius.max(TOLERANCE)).sqrt().min(1.0).asin();
        let fewest = (3.0 * self.angle / std::f64::consts::TAU).ceil().max(1.0);
        (self.angle / most).ceil().clamp(fewest, MOST) as usize
    }

    /// The corners of the chords, without the last one.
    fn corners(&self) -> impl Iterator<Item = [f64; 3]> + '_ {
        let n = self.chords();
        (0..n).map(move |k| if k == 0 { self.ends[0] } else { self.at(k as f64 / n as f64) })
    }
}

impl SphereDiagram {
    /// The rings of a cell as polygons, corners in space.
    pub fn polygons(&self, i: usize) -> Vec<Vec<[f64; 3]>> {
        let Some(shape) = self.shape(i) else { return Vec::new() };
        let sphere = self.ground.sphere;
        let ring = |ring: Vec<u32>| {
            ring.iter().flat_map(|&a| shape.arcs[a as usize].corners()).map(|u| sphere.at(&u)).collect()
        };
        self.rings(i).into_iter().map(ring).collect()
    }

    /// The point of a name: the same bits whichever cell asks. `None` for whole circles.
    fn place(&self, name: &NodeName) -> Option<[f64; 3]> {
        let [a, b, c] = name.sites;
        let row = |j: u32| match self.inner.between(a, j) {
            Between::Wall(row, _) => Some(row),
            Between::Everywhere(_) => None,
        };
        if c == u32::MAX {
            return None;
        }
        let (p, q) = (row(b)?, row(c)?);
        let meeting = if name.even { p.leaves(&q) } else { q.leaves(&p) };
        if let Meeting::Cross(at) = meeting {
            return Some(at.x);
        }
        let (p, q) = (self.inner.exact(a, b), self.inner.exact(a, c));
        let found = if name.even { ExactCrossing::of(&p, &q) } else { ExactCrossing::of(&q, &p) };
        found.map(|x| x.near().x)
    }

    /// The cells with common corners. Each has one part, with all its rings, the cell on their left
    /// seen from outside; a cell that is all of the sphere has a part without rings.
    pub(super) fn outlines(&self) -> Outlines<3> {
        let mut all = Outlines { cells: vec![0], parts: vec![0], rings: vec![0], ..Outlines::default() };
        let sphere = self.ground.sphere;
        let mut nodes: HashMap<NodeName, u32> = HashMap::new();
        // Inner corners of arcs that the lower cell has made.
        let mut inner: HashMap<Name, Vec<u32>> = HashMap::new();
        for (i, &p) in self.place.iter().enumerate() {
            let shape = self.shape(i);
            for ring in self.rings(i) {
                for a in ring {
                    let Some(shape) = shape else { continue };
                    let (arc, [first, last]) = (&shape.arcs[a as usize], shape.names[a as usize]);
                    let mut add = |x: [f64; 3]| {
                        all.vertices.push(sphere.at(&x));
                        all.vertices.len() as u32 - 1
                    };
                    let begin = *nodes.entry(first).or_insert_with(|| add(self.place(&first).unwrap_or(arc.ends[0])));
                    let name = if p < arc.site { (p, arc.site, first) } else { (arc.site, p, last) };
                    let between: Vec<u32> = match inner.get(&name) {
                        Some(between) if p < arc.site => between.clone(),
                        Some(between) => between.iter().rev().copied().collect(),
                        None => {
                            let between: Vec<u32> = arc.corners().skip(1).map(&mut add).collect();
                            let forwards = p < arc.site;
                            let own: Vec<u32> =
                                if forwards { between.clone() } else { between.iter().rev().copied().collect() };
                            inner.insert(name, own);
                            between
                        }
                    };
                    all.corners.push(begin);
                    all.corners.extend(between);
                    all.beyond.resize(all.corners.len(), self.order[arc.site as usize]);
                }
                all.rings.push(all.corners.len());
            }
            if shape.is_some() {
                all.parts.push(all.rings.len() - 1);
            }
            all.cells.push(all.parts.len() - 1);
            let radius = sphere.radius();
            all.areas.push(shape.map_or(0.0, |s| s.region(false).area * radius * radius));
        }
        all
    }
}
