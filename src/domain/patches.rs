//! Sources made of convex patches, on each of which the density is one polynomial: the triangles of
//! a mesh, the pixels of an image.

use super::cut::Cut;
use super::density::value;
use super::pixels::Pieces;
use super::raster::Raster;
use super::{Between, ConvexPolygon, Density, Domain, Image, Law, Outline, PlanarMesh};
use crate::exact::Dd;
use crate::exact::big::Rational;
use crate::exact::predicates::orient2d_sign;
use petgraph::unionfind::UnionFind;
use std::collections::HashMap;
use std::sync::Arc;

/// A convex piece of the source with its density.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Of a piece of a pixel those of the pixel.
    corners: [[f64; 2]; 4],
    count: u8,
    law: PatchLaw,
    /// What there is of a pixel.
    cut: Option<Arc<Cut>>,
}

/// Density on a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
enum PatchLaw {
    Constant(f64),
    /// `<g, x> + c`.
    Affine([f64; 2], f64),
    /// Values at the corners: affine on a triangle, bilinear on a rectangle.
    Corners([f64; 4]),
}

impl Patch {
    /// Corners, counter-clockwise; a rectangle begins at its lower left one. Those of a piece of a
    /// pixel are rounded.
    pub fn corners(&self) -> &[[f64; 2]] {
        match &self.cut {
            None => &self.corners[..self.count as usize],
            Some(cut) => &cut.vertices,
        }
    }

    /// Corners and edges, by which everything is decided.
    pub fn outline(&self) -> Outline<'_> {
        match &self.cut {
            None => Outline::of(&self.corners[..self.count as usize]),
            Some(cut) => Outline::of_cut(&cut.corners, &cut.vertices, &cut.edges),
        }
    }

    /// Exact corners.
    pub fn exact_corners(&self) -> Vec<[Rational; 2]> {
        let outline = self.outline();
        (0..outline.len()).map(|k| outline.corner(k).exact()).collect()
    }

    /// The density on the patch for floating-point integrals.
    pub fn law(&self) -> Law {
        let [v, w, x, _] = self.corners;
        match self.law {
            PatchLaw::Constant(c) => Law::constant(c),
            PatchLaw::Affine(g, c) => Law::affine(g, c),
            PatchLaw::Corners(r) if self.count == 3 => Law::on_triangle([v, w, x], [r[0], r[1], r[2]]),
            PatchLaw::Corners(r) => Law::on_rectangle([v, x], r),
        }
    }

    /// The same, exact.
    pub fn exact_law(&self) -> super::ExactLaw {
        use super::ExactLaw;
        let [v, w, x, _] = self.corners;
        match self.law {
            PatchLaw::Constant(c) => ExactLaw::affine([0.0; 2], c),
            PatchLaw::Affine(g, c) => ExactLaw::affine(g, c),
            PatchLaw::Corners(r) if self.count == 3 => ExactLaw::on_triangle([v, w, x], [r[0], r[1], r[2]]),
            PatchLaw::Corners(r) => ExactLaw::on_rectangle([v, x], r),
        }
    }

    /// Mass, to about 100 bits.
    pub fn mass(&self) -> Dd {
        if let Some(cut) = &self.cut {
            let [low, _, high, _] = self.corners;
            let values = match self.law {
                PatchLaw::Corners(r) => r,
                PatchLaw::Constant(c) => [c; 4],
                // An image has no such law.
                PatchLaw::Affine(..) => [0.0; 4],
            };
            return cut.integral([low, high], values);
        }
        let side = |a: [f64; 2], b: [f64; 2]| [0, 1].map(|k| Dd::difference(b[k], a[k]));
        let c = &self.corners;
        let sum = |values: &[f64]| values.iter().fold(Dd::ZERO, |s, &r| s + Dd::from_f64(r));
        // The mean over the patch is that of the corners, for affine laws as for bilinear ones.
        let mean = match self.law {
            PatchLaw::Constant(c) => Dd::from_f64(c),
            PatchLaw::Corners(r) => sum(&r[..self.count as usize]).over(Dd::from_f64(f64::from(self.count))),
            PatchLaw::Affine(g, c) => {
                let at = |v: &[f64; 2]| Dd::product(g[0], v[0]) + Dd::product(g[1], v[1]) + Dd::from_f64(c);
                let all = self.corners().iter().fold(Dd::ZERO, |s, v| s + at(v));
                all.over(Dd::from_f64(f64::from(self.count)))
            }
        };
        let (a, b) = (side(c[0], c[1]), side(c[0], c[2]));
        // Of a rectangle this is half the area, too: its diagonal cuts it in two.
        let twice = a[0] * b[1] - a[1] * b[0];
        mean * if self.count == 3 { twice.scale(0.5) } else { twice }
    }

    /// Area, rounded.
    pub fn area(&self) -> f64 {
        Patch { law: PatchLaw::Constant(1.0), ..self.clone() }.mass().to_f64()
    }

    /// Some point of the interior.
    pub fn centre(&self) -> [f64; 2] {
        let n = self.corners().len() as f64;
        [0, 1].map(|k| self.corners().iter().map(|v| v[k] / n).sum())
    }

    /// The point with coordinates `u, v` in the unit square, carried onto the patch so that areas
    /// are in proportion.
    pub(super) fn point(&self, u: f64, v: f64) -> [f64; 2] {
        if let Some(cut) = &self.cut {
            return cut.point(u, v);
        }
        let c = &self.corners;
        if self.count == 4 {
            return [0, 1]
                .map(|k| if k == 0 { (1.0 - u) * c[0][0] + u * c[2][0] } else { (1.0 - v) * c[0][1] + v * c[2][1] });
        }
        let root = u.sqrt();
        [0, 1].map(|k| (1.0 - root) * c[0][k] + root * ((1.0 - v) * c[1][k] + v * c[2][k]))
    }

    fn is_positive(&self) -> bool {
        match self.law {
            PatchLaw::Constant(c) => c > 0.0,
            PatchLaw::Corners(r) => r[..self.count as usize].iter().any(|&r| r > 0.0),
            PatchLaw::Affine(g, c) => {
                let law = super::ExactLaw::affine(g, c);
                self.corners().iter().any(|&v| law.value_at(v).cmp0().is_gt())
            }
        }
    }
}

/// The patches of a source that carry mass.
#[derive(Clone, Debug, PartialEq)]
pub struct Patches {
    ground: Ground,
    density: Density,
    /// Triangle, `row * columns + column`, or index of the piece; ascending.
    names: Arc<[u32]>,
    /// Whether some that carry mass are left out.
    partly: bool,
}

/// What the patches are pieces of.
#[derive(Clone, Debug, PartialEq)]
enum Ground {
    Mesh(Arc<PlanarMesh>),
    Grid(Arc<Image>, ConvexPolygon),
    /// An image on a domain that is no box.
    Cut(Arc<Image>, Arc<Pieces>),
}

impl Patches {
    /// The patches of a sound source; `None` if it is one polygon with one density. Values that are
    /// missing from a density count as 0 ([`Density::validate`] names them).
    pub fn of(domain: &Domain, density: &Density) -> Option<Patches> {
        let (ground, count) = match (domain, density) {
            (Domain::Convex(polygon), Density::Image(image)) if polygon.is_box() => {
                let [columns, rows] = image.grid();
                (Ground::Grid(image.clone(), polygon.clone()), columns * rows)
            }
            (_, Density::Image(image)) => {
                let columns = image.grid()[0];
                let mass = |k: u32| {
                    let (_, rho) = image.patch(k as usize % columns, k as usize / columns);
                    rho.iter().any(|r| *r > 0.0)
                };
                let pieces = Pieces::of(image, domain, mass);
                let count = pieces.all.len();
                (Ground::Cut(image.clone(), Arc::new(pieces)), count)
            }
            (Domain::Mesh(mesh), _) => (Ground::Mesh(mesh.clone()), mesh.triangles().len()),
            _ => return None,
        };
        let mut patches = Patches { ground, density: density.clone(), names: Arc::from([]), partly: false };
        let solid = |&name: &u32| patches.named(name).is_some_and(|p| p.is_positive());
        patches.names = (0..count as u32).filter(solid).collect();
        Some(patches)
    }

    /// Those patches alone whose number `keep` accepts.
    pub fn some(&self, keep: impl Fn(usize) -> bool) -> Patches {
        let names = self.names.iter().enumerate().filter(|(k, _)| keep(*k)).map(|(_, &name)| name).collect();
        Patches { ground: self.ground.clone(), density: self.density.clone(), names, partly: true }
    }

    /// Number of patches.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Does no patch carry mass?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Patch `k`. Cost: O(1). Panics if there are not so many, as slices do.
    pub fn get(&self, k: usize) -> Patch {
        // Every kept name is one of a patch.
        self.named(self.names[k]).unwrap_or(Patch {
            corners: [[0.0; 2]; 4],
            count: 3,
            law: PatchLaw::Constant(0.0),
            cut: None,
        })
    }

    /// All patches in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Patch> + '_ {
        (0..self.len()).map(|k| self.get(k))
    }

    /// The bounding box.
    pub fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for patch in self.iter() {
            for v in patch.corners() {
                for k in 0..2 {
                    (low[k], high[k]) = (low[k].min(v[k]), high[k].max(v[k]));
                }
            }
        }
        (low, high)
    }

    /// The convex hull, corners rounded. `None` if they are too near a line for a polygon. Cost: a
    /// sort of all corners.
    pub fn hull(&self) -> Option<ConvexPolygon> {
        let mut order: Vec<[f64; 2]> = self.iter().flat_map(|patch| patch.corners().to_vec()).collect();
        order.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
        order.dedup();
        // Andrew's chains (1979): those of the lower and of the upper side.
        let half = |points: &mut dyn Iterator<Item = &[f64; 2]>| {
            let mut chain: Vec<[f64; 2]> = Vec::new();
            for &p in points {
                while let [.., a, b] = chain[..]
                    && orient2d_sign(a, b, p) <= 0
                {
                    chain.pop();
                }
                chain.push(p);
            }
            chain.pop();
            chain
        };
        let lower = half(&mut order.iter());
        ConvexPolygon::new([lower, half(&mut order.iter().rev())].concat()).ok()
    }

    /// What a patch is called: its triangle in the mesh as given; for an image
    /// `row * columns + column` in the grid of its patches, of which there may be several pieces.
    pub fn name(&self, k: usize) -> u32 {
        match &self.ground {
            Ground::Cut(_, pieces) => pieces.all[self.names[k] as usize].pixel,
            _ => self.names[k],
        }
    }

    /// The mesh, if the patches are triangles.
    pub fn mesh(&self) -> Option<&PlanarMesh> {
        match &self.ground {
            Ground::Mesh(mesh) => Some(mesh),
            Ground::Grid(..) | Ground::Cut(..) => None,
        }
    }

    /// Are some patches pieces of pixels?
    pub fn are_cut(&self) -> bool {
        matches!(self.ground, Ground::Cut(..))
    }

    /// The patches as pixels in rows, where they are the pixels of an image on a box and such rows
    /// serve. Cost: O(pixels).
    pub(crate) fn raster(&self) -> Option<Raster> {
        match &self.ground {
            // The numbers of a row are the image's, whatever patches are left out.
            Ground::Grid(image, polygon) if !self.partly => Raster::new(image, polygon),
            _ => None,
        }
    }

    /// For every patch the number of its component, and how many there are: patches with a common
    /// edge belong together. Components are numbered by their first patch. Cost: O(patches).
    pub fn components(&self) -> (Vec<u32>, usize) {
        match &self.ground {
            Ground::Mesh(mesh) => {
                let (all, count) = mesh.components(self.names.iter().copied());
                (self.names.iter().map(|&f| all[f as usize]).collect(), count)
            }
            Ground::Grid(image, _) => grid_components(&self.names, image.grid()[0]),
            Ground::Cut(_, pieces) => numbered(&pieces.joined(&self.names).0, self.len()),
        }
    }

    /// For every patch its edges without a patch beyond, as bits: the boundary of where the source
    /// lives. An edge that touches others in parts (a T-junction) counts. Cost: O(patches), in a
    /// hash table for a mesh.
    pub fn rims(&self) -> Vec<u8> {
        match &self.ground {
            Ground::Mesh(_) => {
                let place = |p: [f64; 2]| p.map(f64::to_bits);
                let mut sides: HashMap<[[u64; 2]; 2], Option<(u32, u8)>> = HashMap::with_capacity(2 * self.len());
                for (k, patch) in self.iter().enumerate() {
                    for e in 0..3 {
                        let (a, b) = (place(patch.corners[e]), place(patch.corners[(e + 1) % 3]));
                        sides
                            .entry([a.min(b), a.max(b)])
                            .and_modify(|s| *s = None)
                            .or_insert(Some((k as u32, e as u8)));
                    }
                }
                let mut rims = vec![0; self.len()];
                sides.into_values().flatten().for_each(|(k, e)| rims[k as usize] |= 1 << e);
                rims
            }
            Ground::Grid(image, _) => {
                let columns = image.grid()[0] as u32;
                let has = |name: Option<u32>| name.is_some_and(|n| self.names.binary_search(&n).is_ok());
                let rim = |&name: &u32| {
                    let below = has(name.checked_sub(columns));
                    let right = (name + 1) % columns != 0 && has(Some(name + 1));
                    let above = has(name.checked_add(columns));
                    let left = name % columns != 0 && has(Some(name - 1));
                    [below, right, above, left].iter().enumerate().fold(0, |bits, (e, &n)| bits | u8::from(!n) << e)
                };
                self.names.iter().map(rim).collect()
            }
            Ground::Cut(_, pieces) => pieces.joined(&self.names).1.iter().map(|shared| !shared).collect(),
        }
    }

    /// The patch of a name; `None` if it has no area: a flat triangle, or a pixel beside the
    /// domain.
    fn named(&self, name: u32) -> Option<Patch> {
        match &self.ground {
            Ground::Mesh(mesh) => {
                let face = name as usize;
                if mesh.flat().binary_search(&name).is_ok() {
                    return None;
                }
                let (v, given) = mesh.corners(face);
                let corner_values = |r: [f64; 3]| {
                    let r = given.map(|k| r[k]);
                    if r[0] == r[1] && r[1] == r[2] {
                        PatchLaw::Constant(r[0])
                    } else {
                        PatchLaw::Corners([r[0], r[1], r[2], 0.0])
                    }
                };
                let law = match &self.density {
                    Density::Affine { g, c } => PatchLaw::Affine(*g, *c),
                    Density::Face(values) => PatchLaw::Constant(value(values, face)),
                    Density::Vertex(values) => corner_values(mesh.triangles()[face].map(|v| value(values, v as usize))),
                    Density::Corner(values) => corner_values(value(values, face)),
                    Density::Constant | Density::InSpace { .. } | Density::Cell(_) | Density::Image(_) => {
                        PatchLaw::Constant(1.0)
                    }
                };
                Some(Patch { corners: [v[0], v[1], v[2], v[2]], count: 3, law, cut: None })
            }
            Ground::Cut(image, pieces) => {
                let piece = &pieces.all[name as usize];
                let columns = image.grid()[0];
                let ([low, high], rho) = image.patch(piece.pixel as usize % columns, piece.pixel as usize / columns);
                let corners = [low, [high[0], low[1]], high, [low[0], high[1]]];
                let law = match image.between() {
                    Between::Bilinear if rho.iter().any(|r| *r != rho[0]) => PatchLaw::Corners(rho),
                    _ => PatchLaw::Constant(rho[0]),
                };
                Some(Patch { corners, count: 4, law, cut: piece.cut.as_ref().map(|c| c.1.clone()) })
            }
            Ground::Grid(image, polygon) => {
                let columns = image.grid()[0];
                let ([low, high], rho) = image.patch(name as usize % columns, name as usize / columns);
                let (lo, hi) = polygon.bounds();
                let clipped = [0, 1].map(|k| [low[k].max(lo[k]), high[k].min(hi[k])]);
                let [[x0, x1], [y0, y1]] = clipped;
                if x0 >= x1 || y0 >= y1 {
                    return None;
                }
                let corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
                let whole = [x0, y0] == low && [x1, y1] == high;
                let law = match image.between() {
                    Between::Constant => PatchLaw::Constant(rho[0]),
                    Between::Bilinear if rho.iter().all(|r| *r == rho[0]) => PatchLaw::Constant(rho[0]),
                    Between::Bilinear if whole => PatchLaw::Corners(rho),
                    Between::Bilinear => PatchLaw::Corners(cut(low, high, rho, corners)),
                };
                Some(Patch { corners, count: 4, law, cut: None })
            }
        }
    }
}

/// Values of a bilinear density at the corners of a part of its rectangle, rounded: a part's
/// density is defined by these.
fn cut(low: [f64; 2], high: [f64; 2], rho: [f64; 4], corners: [[f64; 2]; 4]) -> [f64; 4] {
    let law = super::ExactLaw::on_rectangle([low, high], rho);
    corners.map(|v| crate::exact::big::nearest_f64(&law.value_at(v)).max(0.0))
}

/// Components of cells of a grid that share a side.
fn grid_components(names: &[u32], columns: usize) -> (Vec<u32>, usize) {
    let mut sets = UnionFind::<u32>::new(names.len());
    // Names ascend, so those of the row below do.
    let mut j = 0;
    for (k, &name) in names.iter().enumerate() {
        if k > 0 && names[k - 1] + 1 == name && !(name as usize).is_multiple_of(columns) {
            sets.union(k as u32 - 1, k as u32);
        }
        let Some(below) = name.checked_sub(columns as u32) else { continue };
        while names[j] < below {
            j += 1;
        }
        if names[j] == below {
            sets.union(j as u32, k as u32);
        }
    }
    numbered(&sets, names.len())
}

/// Sets as numbers in the order of their first members, and how many there are.
fn numbered(sets: &UnionFind<u32>, len: usize) -> (Vec<u32>, usize) {
    let mut number = vec![u32::MAX; len];
    let mut count = 0;
    let component = (0..len as u32)
        .map(|k| {
            let slot = &mut number[sets.find(k) as usize];
            if *slot == u32::MAX {
                *slot = count;
                count += 1;
            }
            *slot
        })
        .collect();
    (component, count as usize)
}
