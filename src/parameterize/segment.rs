//! A surface divided into patches that unroll with little stretch.
//!
//! Patches grow by merging: first every polygon is one, then the two that suit each other best
//! become one, and so on. A patch suits if it is nearly developable. Two numbers tell, and both add
//! up when patches merge. On a developable patch of constant slope (planes, cylinders, cones)
//! normals lie on a circle of the sphere, so that their covariance has the eigenvalue 0; on a
//! spherical cap of opening `t` the root of the least eigenvalue is `(1 - cos t) / sqrt(12)`. And
//! the defects of the vertices inside sum to the curvature that unrolling has to stretch away: the
//! apex of a cone, which normals do not show.
//!
//! Every patch stays a disk: two disks make one if, and only if, what they share is one arc.
//! Counted: of `s` shared edges `s - 1` ends come to lie inside.

use super::chart::{NONE, ends};
use super::ground::Ground;
use crate::domain::vector::Vector3;
use nalgebra::Matrix3;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::f64::consts::{PI, TAU};

/// Stretch, less one, that the root of the least eigenvalue foretells. On a small cap of opening
/// `t` the map of equal areas has `1 / (1 - (1 - cos t) / 2)`, so the half of `sqrt(12)`.
const BY_NORMALS: f64 = 1.74;
/// The same for curvature inside, as a share of a full turn: 1 / (1 - k) for all of it in one
/// vertex, half of it on a cap, and normals count there already.
const BY_CURVATURE: f64 = 0.75;
/// What normals apart cost although they stretch nothing: sides of a box merge first, then around
/// its edges.
const PLANE: f64 = 0.02;
/// Patches whose outline is so many times as long as that of a circle stay apart, unless one of
/// them is so by itself: arms take much room in a square. A strip of 1 by 8 has 1.8.
const RAGGED: f64 = 1.8;
/// Stretch, less one, below which patches are as good as flat: then only their outline counts.
const FLAT: f64 = 0.005;

/// Stretch, less one, that normals foretell: by sums of them and of their products, by area.
pub(super) fn bend(area: f64, first: &Vector3<f64>, second: &Matrix3<f64>) -> f64 {
    let mean = first / area;
    let covariance = second / area - mean * mean.transpose();
    let least = covariance.symmetric_eigenvalues().min();
    // Not a number where all triangles have no area: as good as flat.
    if least > 0.0 { BY_NORMALS * least.sqrt() } else { 0.0 }
}

/// What is to be expected of two patches together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foretold {
    /// Stretch, less one.
    pub stretch: f64,
    /// By how much the outline is longer than that of a circle.
    pub outline: f64,
    /// Root of the mean square by which normals are off their mean.
    spread: f64,
}

/// A patch.
#[derive(Clone, Debug, Default)]
struct Patch {
    faces: usize,
    area: f64,
    /// Sums of normals and of their products, by area.
    first: Vector3<f64>,
    second: Matrix3<f64>,
    /// Sum of the defects of the vertices inside.
    curvature: f64,
    /// What its outline costs.
    outline: f64,
    /// Shared half-edges by neighbour, one of each pair.
    shared: BTreeMap<u32, Vec<u32>>,
    /// Counts merges, so that what was said of it before is known to be old.
    age: u32,
}

/// A pair to merge: price, patches, their ages. The cheapest comes first.
pub(super) type Offer = Reverse<(u64, [u32; 2], [u32; 2])>;
pub(super) type Offers = BinaryHeap<Offer>;

/// All patches.
pub(super) struct Patchwork<'a> {
    ground: &'a Ground<'a>,
    /// For each triangle a number; [`Patchwork::find`] has the patch. [`NONE`] for those outside.
    label: Vec<u32>,
    parent: Vec<u32>,
    patch: Vec<Patch>,
    alive: usize,
}

impl<'a> Patchwork<'a> {
    /// Patches as labels have them (numbers from 0, [`NONE`] for triangles that do not take part);
    /// triangles of one label are joined by edges. Cost: O(n log n).
    pub fn new(ground: &'a Ground<'a>, label: Vec<u32>) -> Patchwork<'a> {
        let count = label.iter().filter(|&&a| a != NONE).max().map_or(0, |&a| a + 1);
        let patch = vec![Patch::default(); count as usize];
        let mut all = Patchwork { ground, label, parent: (0..count).collect(), patch, alive: 0 };
        for f in 0..all.label.len() {
            let a = all.label[f];
            if a == NONE {
                continue;
            }
            let (area, normal) = (ground.area[f], ground.normal[f]);
            let patch = &mut all.patch[a as usize];
            patch.faces += 1;
            patch.area += area;
            patch.first += normal * area;
            patch.second += normal * normal.transpose() * area;
            for h in (3 * f as u32)..(3 * f as u32 + 3) {
                let o = ground.opposite[h as usize];
                let b = if o == NONE { NONE } else { all.label[o as usize / 3] };
                if b == a {
                    continue;
                }
                patch.outline += ground.cost[h as usize];
                if b != NONE {
                    patch.shared.entry(b).or_default().push(h.min(o));
                }
            }
        }
        for v in 0..ground.rim.len() as u32 {
            if let Some(&f) = ground.star(v).first()
                && let a = all.label[f as usize]
                && a != NONE
                && all.is_inside(v, [a, a])
            {
                all.patch[a as usize].curvature += ground.defect[v as usize];
            }
        }
        all.alive = all.patch.iter().filter(|p| p.faces > 0).count();
        all
    }

    /// Each polygon a patch; only triangles for which `within` holds.
    pub fn of_polygons(ground: &'a Ground<'a>, within: impl Fn(u32) -> bool) -> Patchwork<'a> {
        let n = ground.triangles.len();
        let mut label = vec![NONE; n];
        let (mut open, mut count) = (Vec::new(), 0);
        for f in 0..n as u32 {
            if label[f as usize] != NONE || !within(f) {
                continue;
            }
            label[f as usize] = count;
            open.push(f);
            while let Some(g) = open.pop() {
                for o in (0..3).map(|k| ground.opposite[3 * g as usize + k]).filter(|&o| o != NONE) {
                    let next = o / 3;
                    let same = ground.polygon[next as usize] == ground.polygon[f as usize];
                    if same && label[next as usize] == NONE && within(next) {
                        label[next as usize] = count;
                        open.push(next);
                    }
                }
            }
            count += 1;
        }
        Patchwork::new(ground, label)
    }

    fn find(&mut self, mut a: u32) -> u32 {
        while self.parent[a as usize] != a {
            let up = self.parent[self.parent[a as usize] as usize];
            self.parent[a as usize] = up;
            a = up;
        }
        a
    }

    fn root(&self, mut a: u32) -> u32 {
        while self.parent[a as usize] != a {
            a = self.parent[a as usize];
        }
        a
    }

    /// Whether all triangles around a vertex belong to two patches.
    fn is_inside(&self, v: u32, two: [u32; 2]) -> bool {
        let belongs = |&f: &u32| {
            let label = self.label[f as usize];
            label != NONE && two.contains(&self.root(label))
        };
        !self.ground.rim[v as usize] && self.ground.star(v).iter().all(belongs)
    }

    /// Number of patches.
    pub fn count(&self) -> usize {
        self.alive
    }

    /// The patch of each triangle, [`NONE`] for those outside.
    pub fn labels(&mut self) -> Vec<u32> {
        let list = self.label.clone();
        list.into_iter().map(|a| if a == NONE { NONE } else { self.find(a) }).collect()
    }

    /// Patches beside one, ascending.
    pub fn neighbours(&self, a: u32) -> Vec<u32> {
        self.patch[a as usize].shared.keys().copied().collect()
    }

    /// Vertices that come to lie inside if two neighbours merge.
    fn enclosed(&self, a: u32, b: u32) -> Vec<u32> {
        let Some(edges) = self.patch[a as usize].shared.get(&b) else { return Vec::new() };
        let mut ends: Vec<u32> = edges
            .iter()
            .flat_map(|&h| {
                let (u, v) = ends(self.ground.triangles, h);
                [u, v]
            })
            .collect();
        ends.sort_unstable();
        ends.dedup();
        ends.retain(|&v| self.is_inside(v, [a, b]));
        ends
    }

    /// Whether two disks, neighbours, make one.
    pub fn is_disk(&self, a: u32, b: u32) -> bool {
        let shared = self.patch[a as usize].shared.get(&b).map_or(0, Vec::len);
        shared > 0 && self.enclosed(a, b).len() + 1 == shared
    }

    /// What is to be expected of two patches together.
    pub fn foretold(&self, a: u32, b: u32) -> Foretold {
        let (p, q) = (&self.patch[a as usize], &self.patch[b as usize]);
        let area = p.area + q.area;
        let first = p.first + q.first;
        let bend = bend(area, &first, &(p.second + q.second));
        let inside: f64 = self.enclosed(a, b).iter().map(|&v| self.ground.defect[v as usize]).sum();
        let curvature = (p.curvature + q.curvature + inside).abs();
        let between: f64 = p.shared.get(&b).map_or(0.0, |e| e.iter().map(|&h| self.ground.cost[h as usize]).sum());
        let outline = (p.outline + q.outline - 2.0 * between).max(0.0);
        let stretch = bend + BY_CURVATURE * curvature / TAU;
        let spread = (1.0 - (first / area).norm_squared()).max(0.0).sqrt();
        Foretold { stretch, outline: outline / (4.0 * PI * area).sqrt().max(f64::MIN_POSITIVE), spread }
    }

    /// By how much the outline of a patch is longer than that of a circle.
    pub fn outline(&self, a: u32) -> f64 {
        let patch = &self.patch[a as usize];
        patch.outline / (4.0 * PI * patch.area).sqrt().max(f64::MIN_POSITIVE)
    }

    /// Makes two neighbours one; returned is its number.
    pub fn merge(&mut self, a: u32, b: u32) -> u32 {
        let inside: f64 = self.enclosed(a, b).iter().map(|&v| self.ground.defect[v as usize]).sum();
        // The larger one stays, so that ways to the root are short.
        let (a, b) = if self.patch[a as usize].faces >= self.patch[b as usize].faces { (a, b) } else { (b, a) };
        let old = std::mem::take(&mut self.patch[b as usize]);
        self.parent[b as usize] = a;
        self.alive -= 1;
        let between = self.patch[a as usize].shared.remove(&b).unwrap_or_default();
        let cost: f64 = between.iter().map(|&h| self.ground.cost[h as usize]).sum();
        for (c, edges) in old.shared {
            if c == a {
                continue;
            }
            let theirs = &mut self.patch[c as usize].shared;
            let moved = theirs.remove(&b).unwrap_or_default();
            theirs.entry(a).or_default().extend(moved);
            self.patch[a as usize].shared.entry(c).or_default().extend(edges);
        }
        let patch = &mut self.patch[a as usize];
        patch.faces += old.faces;
        patch.area += old.area;
        patch.first += old.first;
        patch.second += old.second;
        patch.curvature += old.curvature + inside;
        patch.outline = (patch.outline + old.outline - 2.0 * cost).max(0.0);
        patch.age = patch.age.max(old.age) + 1;
        a
    }

    /// How often two patches have grown; [`NONE`] for one that is part of another by now.
    pub fn ages(&self, pair: [u32; 2]) -> [u32; 2] {
        pair.map(|a| if self.parent[a as usize] == a { self.patch[a as usize].age } else { NONE })
    }

    /// Whether two patches with such an outline together had better stay apart.
    pub fn is_ragged(&self, a: u32, b: u32, outline: f64) -> bool {
        outline > RAGGED.max(self.outline(a)).max(self.outline(b))
    }

    /// Merges neighbours, the cheapest first, while the stretch that is foretold keeps to `most`
    /// and there are more than `count` patches. Cost: O(n log n) for patches with few neighbours.
    pub fn grow(&mut self, most: f64, count: usize) {
        let mut heap = BinaryHeap::new();
        let numbers: Vec<u32> = (0..self.patch.len() as u32).filter(|&a| self.patch[a as usize].faces > 0).collect();
        let offer = |all: &Patchwork, heap: &mut Offers, a: u32, b: u32| {
            let Foretold { stretch, outline, spread } = all.foretold(a, b);
            if stretch <= most && (most.is_infinite() || !all.is_ragged(a, b, outline)) {
                let price = (stretch + FLAT + PLANE * spread) * outline;
                let pair = [a.min(b), a.max(b)];
                // Bits of numbers that are not negative are in their order.
                heap.push(Reverse((price.to_bits(), pair, all.ages(pair))));
            }
        };
        for &a in &numbers {
            for b in self.neighbours(a).into_iter().filter(|&b| b > a) {
                offer(self, &mut heap, a, b);
            }
        }
        while self.alive > count {
            let Some(Reverse((_, [a, b], ages))) = heap.pop() else { break };
            if self.ages([a, b]) != ages || !self.is_disk(a, b) {
                continue;
            }
            let a = self.merge(a, b);
            for b in self.neighbours(a) {
                offer(self, &mut heap, a, b);
            }
        }
    }
}
