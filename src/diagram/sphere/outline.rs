//! Cells as areas: arcs as chords whose corners both neighbours share.

use super::super::outlines::Outlines;
use super::shape::SphereArc;
use super::snapshot::SphereDiagram;
use std::collections::HashMap;

/// No chord is farther from its arc than this, of a radius of 1.
const TOLERANCE: f64 = 2e-5;

/// Most chords of an arc.
const MOST: f64 = 4096.0;

/// An arc by its lower cell, the higher one, and where it begins as seen from the lower.
type Name = (u32, u32, [u64; 3]);

fn bits(x: &[f64; 3]) -> [u64; 3] {
    x.map(|x| (x + 0.0).to_bits())
}

impl SphereArc {
    /// How many chords stand for the arc: one of the angle `t` is `p (1 - cos(t / 2))` from it.
    fn chords(&self) -> usize {
        let radius = self.radius();
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

    /// The cells with common corners. Each has one part, with all its rings, the cell on their left
    /// seen from outside; a cell that is all of the sphere has a part without rings.
    pub(super) fn outlines(&self) -> Outlines<3> {
        let mut all = Outlines { cells: vec![0], parts: vec![0], rings: vec![0], ..Outlines::default() };
        let sphere = self.ground.sphere;
        // Ends of arcs, and inner corners of arcs of the lower cell, by their bits.
        let mut nodes: HashMap<[u64; 3], u32> = HashMap::new();
        let mut inner: HashMap<Name, Vec<u32>> = HashMap::new();
        for i in 0..self.sites.len() {
            let rings = self.rings(i);
            for ring in &rings {
                for &a in ring {
                    let arc = self.shape(i).map(|s| s.arcs[a as usize]);
                    let Some(arc) = arc else { continue };
                    let site = self.order[arc.site as usize];
                    let mut add = |x: [f64; 3]| {
                        all.vertices.push(sphere.at(&x));
                        all.vertices.len() as u32 - 1
                    };
                    let (first, last) = (bits(&arc.ends[0]), bits(&arc.ends[1]));
                    let lower = (i as u32) < site;
                    let name = if lower { (i as u32, site, first) } else { (site, i as u32, last) };
                    let (begin, between) = match inner.get(&name) {
                        Some(between) => (nodes.get(&first).copied(), between.iter().rev().copied().collect()),
                        None => {
                            let begin = *nodes.entry(first).or_insert_with(|| add(arc.ends[0]));
                            let between: Vec<u32> = arc.corners().skip(1).map(&mut add).collect();
                            inner.insert(name, between.clone());
                            (Some(begin), between)
                        }
                    };
                    let begin = begin.unwrap_or_else(|| add(arc.ends[0]));
                    nodes.entry(first).or_insert(begin);
                    let corners = std::iter::once(begin).chain(between);
                    let before = all.corners.len();
                    all.corners.extend(corners);
                    all.beyond.resize(all.beyond.len() + all.corners.len() - before, site);
                }
                all.rings.push(all.corners.len());
            }
            if self.shape(i).is_some() {
                all.parts.push(all.rings.len() - 1);
            }
            all.cells.push(all.parts.len() - 1);
            let radius = self.ground.sphere.radius();
            all.areas.push(self.shape(i).map_or(0.0, |s| s.region().area * radius * radius));
        }
        all
    }
}
