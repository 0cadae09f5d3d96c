//! The cells as one complex: vertices, edges and faces that neighbours share, and on a torus those
//! that are images of each other.
//!
//! A vertex is where four things meet: images of sites, and faces of the domain. All cells of the
//! four see it under the same names, up to a common shift on a torus, so names tell which vertices
//! are one. On grids some of them are one point besides (the perturbation keeps them apart): these
//! are found in rationals and become one; edges and faces without size vanish.

use super::shape::Shape;
use super::snapshot::SpaceDiagram;
use super::wall::{Shift, Wall};
use crate::exact::big::Rational;
use std::collections::HashMap;

/// Periods by which something is moved.
type Turn = [i8; 3];

/// Moved things, from one of them.
type Form = Vec<(u32, Turn)>;

/// A face, once for the cells on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct ComplexFace {
    /// Its corners, counter-clockwise seen from outside of the first cell that has it.
    pub vertices: Vec<u32>,
    /// The edges from each corner to the next one, and whether they are run along.
    pub edges: Vec<(u32, bool)>,
    /// What it lies on, as that cell says it.
    pub wall: Wall,
    /// The outward normal there.
    pub normal: [f64; 3],
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ComplexCell {
    /// Its site.
    pub site: u32,
    /// Its faces, and whether their normals point outwards.
    pub faces: Vec<(u32, bool)>,
}

/// Two things that are the same on the torus: the second one moved by some periods is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The copy.
    pub copy: u32,
    /// What it is a copy of, of a lower number.
    pub of: u32,
    /// By how many periods it is moved.
    pub shift: Turn,
    /// Whether both are run along the same way.
    pub along: bool,
}

/// Cells that share vertices, edges and faces. On a torus each cell lies where its site is, so that
/// what is cut by the seam occurs more than once ([`Twin`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpaceComplex {
    /// Vertices.
    pub vertices: Vec<[f64; 3]>,
    /// Edges.
    pub edges: Vec<[u32; 2]>,
    /// Faces.
    pub faces: Vec<ComplexFace>,
    /// Cells with volume, by site.
    pub cells: Vec<ComplexCell>,
    /// Vertices, edges and faces that are copies.
    pub twins: [Vec<Twin>; 3],
    /// Images of sites that are neighbours, by site.
    pub images: Vec<(u32, Turn)>,
}

/// Points that are one, up to a shift: each of a class is moved by the offset from its parent.
#[derive(Default)]
struct Classes {
    parent: Vec<u32>,
    offset: Vec<Turn>,
}

fn plus(a: Turn, b: Turn) -> Turn {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

fn minus(a: Turn, b: Turn) -> Turn {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

impl Classes {
    fn fresh(&mut self) -> u32 {
        self.parent.push(self.parent.len() as u32);
        self.offset.push([0; 3]);
        self.parent.len() as u32 - 1
    }

    /// The class that a point belongs to, and its shift there.
    fn root(&self, (mut class, mut turn): (u32, Turn)) -> (u32, Turn) {
        while self.parent[class as usize] != class {
            turn = plus(turn, self.offset[class as usize]);
            class = self.parent[class as usize];
        }
        (class, turn)
    }

    fn join(&mut self, a: (u32, Turn), b: (u32, Turn)) {
        let (a, b) = (self.root(a), self.root(b));
        if a.0 != b.0 {
            let (low, high) = if a.0 < b.0 { (a, b) } else { (b, a) };
            self.parent[high.0 as usize] = low.0;
            self.offset[high.0 as usize] = minus(low.1, high.1);
        }
    }
}

/// A list of moved things up to a common shift: from one of them, the one from which it sorts
/// first, and that one's shift. No list of finite length is its own image, so there is one shift.
fn canonical(list: &[(u32, Turn)]) -> (Form, Turn) {
    let from = |&(_, at): &(u32, Turn)| {
        let mut moved: Vec<_> = list.iter().map(|&(k, turn)| (k, minus(turn, at))).collect();
        moved.sort_unstable();
        (moved, at)
    };
    list.iter().map(from).min().unwrap_or_default()
}

/// Vertices by name, while the complex grows.
struct Builder<'a, const D: usize> {
    diagram: &'a SpaceDiagram<D>,
    classes: Classes,
    /// The class and shift of each corner of each cell.
    corners: Vec<Vec<(u32, Turn)>>,
}

impl<const D: usize> Builder<'_, D> {
    /// Names the corners of all cells, and joins those that are one point.
    fn name(&mut self) {
        let diagram = self.diagram;
        let mut known: HashMap<(Form, Vec<u32>), u32> = HashMap::new();
        for i in 0..diagram.sites.len() {
            let Some(shape) = diagram.shape(i) else {
                self.corners.push(Vec::new());
                continue;
            };
            let mut corners = Vec::with_capacity(shape.skeleton.corners.len());
            for corner in &shape.skeleton.corners {
                let (mut sites, mut faces) = (vec![(i as u32, [0; 3])], Vec::new());
                for &f in corner {
                    match diagram.named(shape.skeleton.labels[f as usize]) {
                        Wall::Domain(k) => faces.push(k),
                        Wall::Site(j, s) => sites.push((j, s.periods())),
                    }
                }
                faces.sort_unstable();
                let (form, turn) = canonical(&sites);
                let class = *known.entry((form, faces)).or_insert_with(|| self.classes.fresh());
                corners.push((class, turn));
            }
            self.corners.push(corners);
        }
        for i in 0..diagram.sites.len() {
            for group in diagram.coincident(i) {
                for pair in group.windows(2) {
                    let [a, b] = [pair[0], pair[1]].map(|k| self.corners[i][k as usize]);
                    self.classes.join(a, b);
                }
            }
        }
    }
}

impl<const D: usize> SpaceDiagram<D> {
    /// The cell of a domain that is not in parts; `None` if it is hidden.
    fn shape(&self, i: usize) -> Option<&Shape> {
        self.of_cell(i).first().map(|p| &p.shape)
    }

    /// Corners of a cell that are one point, in groups: exactly.
    ///
    /// Of two corners that are one the computed ones differ by at most twice the error along each
    /// axis, so only cells with an edge that short are looked at: on the way from one corner to
    /// another one at the same place around a convex cell all edges have no length.
    fn coincident(&self, i: usize) -> Vec<Vec<u32>> {
        let Some(shape) = self.shape(i) else { return Vec::new() };
        let near = |a: u32, b: u32| {
            let (a, b) = (&shape.points[a as usize], &shape.points[b as usize]);
            (0..3).all(|k| (a[k] - b[k]).abs() <= 2.0 * shape.error)
        };
        let short = |face: usize| {
            let ring = shape.skeleton.ring(face);
            (0..ring.len()).any(|k| near(ring[k], ring[(k + 1) % ring.len()]))
        };
        if !(0..shape.skeleton.labels.len()).any(short) {
            return Vec::new();
        }
        let Some(points) = self.exact_corners(i, shape) else { return Vec::new() };
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        let at = |k: &u32| -> &[Rational; 3] { &points[*k as usize] };
        order.sort_by(|a, b| at(a).cmp(at(b)));
        let groups = order.chunk_by(|a, b| at(a) == at(b)).filter(|g| g.len() > 1);
        groups.map(<[u32]>::to_vec).collect()
    }

    /// The cells as one complex; `None` where cells without volume lie between others, so that
    /// faces have nothing of the same shape on their other side; nor of a domain in parts, whose
    /// cells are in pieces.
    ///
    /// Cost: O(vertices) about, and rationals where cells have edges of no length.
    pub fn complex(&self) -> Option<SpaceComplex> {
        if self.ground.parts.is_some() {
            return None;
        }
        let mut builder = Builder { diagram: self, classes: Classes::default(), corners: Vec::new() };
        builder.name();
        let Builder { classes, corners, .. } = builder;
        let mut all = SpaceComplex::default();
        // Where each class, moved, has its vertex; and the first one of each class.
        let mut places: HashMap<(u32, Turn), u32> = HashMap::new();
        let mut first: HashMap<u32, (u32, Turn)> = HashMap::new();
        let mut roots: Vec<(u32, Turn)> = Vec::new();
        let mut edges: HashMap<[u32; 2], u32> = HashMap::new();
        let mut faces: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut sides: Vec<u8> = Vec::new();
        for i in 0..self.sites.len() {
            let Some(shape) = self.shape(i).filter(|_| self.is_solid(self.place[i] as usize)) else { continue };
            let mut cell = ComplexCell { site: i as u32, faces: Vec::new() };
            for face in 0..shape.skeleton.labels.len() {
                let mut ring: Vec<u32> = Vec::new();
                for &k in shape.skeleton.ring(face) {
                    let root = classes.root(corners[i][k as usize]);
                    let id = *places.entry(root).or_insert_with(|| {
                        let id = all.vertices.len() as u32;
                        let &mut (model, turn) = first.entry(root.0).or_insert((id, root.1));
                        let at = match model == id {
                            true => shape.corner(k),
                            false => self.ground.moved(&all.vertices[model as usize], minus(root.1, turn)),
                        };
                        all.vertices.push(at);
                        roots.push(root);
                        id
                    });
                    if ring.last() != Some(&id) {
                        ring.push(id);
                    }
                }
                while ring.len() > 1 && ring.first() == ring.last() {
                    ring.pop();
                }
                if ring.len() < 3 {
                    continue;
                }
                let mut key = ring.clone();
                key.sort_unstable();
                if let Some(&known) = faces.get(&key) {
                    sides[known as usize] += 1;
                    cell.faces.push((known, false));
                    continue;
                }
                let id = all.faces.len() as u32;
                faces.insert(key, id);
                sides.push(1);
                cell.faces.push((id, true));
                let mut around = Vec::with_capacity(ring.len());
                for k in 0..ring.len() {
                    let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
                    let edge = *edges.entry([a.min(b), a.max(b)]).or_insert_with(|| {
                        all.edges.push([a, b]);
                        all.edges.len() as u32 - 1
                    });
                    around.push((edge, all.edges[edge as usize] == [a, b]));
                }
                let wall = self.named(shape.skeleton.labels[face]);
                if let Wall::Site(j, shift) = wall
                    && shift != Shift::NONE
                {
                    all.images.push((j, shift.periods()));
                }
                all.faces.push(ComplexFace { vertices: ring, edges: around, wall, normal: shape.normal(face) });
            }
            all.cells.push(cell);
        }
        all.images.sort_unstable();
        all.images.dedup();
        let fits = self.twins(&mut all, &roots, &sides);
        fits.then_some(all)
    }

    /// Finds what is the same on the torus. False if a face has not two sides.
    fn twins(&self, all: &mut SpaceComplex, roots: &[(u32, Turn)], sides: &[u8]) -> bool {
        let torus = self.ground.periodic.contains(&true);
        let at = |k: u32| roots[k as usize];
        let vertices = (0..roots.len() as u32).map(|k| (canonical(&[at(k)]), true)).collect();
        let edge = |&[a, b]: &[u32; 2]| {
            let (form, turn) = canonical(&[at(a), at(b)]);
            let along = (at(a).0, minus(at(a).1, turn)) == form[0];
            ((form, turn), along)
        };
        let edges = all.edges.iter().map(edge).collect();
        let face = |f: &ComplexFace| (canonical(&f.vertices.iter().map(|&k| at(k)).collect::<Vec<_>>()), true);
        let faces: Vec<_> = all.faces.iter().map(face).collect();
        if torus {
            all.twins = [same(vertices), same(edges), same(faces)];
        }
        let mut two = sides.to_vec();
        for twin in &all.twins[2] {
            two[twin.copy as usize] += 1;
            two[twin.of as usize] += 1;
        }
        all.faces.iter().zip(two).all(|(f, n)| n == if matches!(f.wall, Wall::Domain(_)) { 1 } else { 2 })
    }
}

type Placed = ((Form, Turn), bool);

/// Copies among things with their forms: all but the first of each form.
fn same(list: Vec<Placed>) -> Vec<Twin> {
    let mut known: HashMap<Form, (u32, Turn, bool)> = HashMap::new();
    let mut twins = Vec::new();
    for (copy, ((form, turn), way)) in (0u32..).zip(list) {
        match known.get(&form) {
            Some(&(of, first, along)) => {
                twins.push(Twin { copy, of, shift: minus(turn, first), along: along == way });
            }
            None => {
                known.insert(form, (copy, turn, way));
            }
        }
    }
    twins
}
