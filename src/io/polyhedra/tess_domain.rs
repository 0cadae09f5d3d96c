//! The domain of a tessellation of Neper: its own vertices, edges and faces, and which of those of
//! the cells lie on them.
//!
//! The domain as a complex is the diagram of one site. What lies on what is told by labels alone: a
//! face of a cell lies on the face of the domain that it is named after, an edge where faces on two
//! of these meet, a vertex where those of a corner do.

use crate::diagram::SpaceDiagram;
use crate::diagram::space::{ComplexFace, SpaceComplex, Wall};
use crate::domain::SpaceDomain;
use crate::exact::Heights;
use crate::problem::{SpaceProblem, SpaceProblemData};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Corners of a box in Neper's order, by the upper sides that they are on.
const CORNERS: [usize; 8] = [0b000, 0b001, 0b011, 0b010, 0b100, 0b110, 0b111, 0b101];

/// Faces of the domain, by their numbers.
type On = Vec<u32>;

/// The domain with what lies on it.
pub(super) struct TessDomain {
    is_box: bool,
    all: SpaceComplex,
    /// The complex's vertices in the order in which they are written.
    order: Vec<u32>,
    /// Faces at each vertex and each edge.
    at_vertex: Vec<On>,
    at_edge: Vec<On>,
    /// Vertices, edges and faces of cells, by the faces of the domain that they are on.
    vertices: BTreeMap<On, i64>,
    edges: BTreeMap<On, Vec<i64>>,
    faces: BTreeMap<u32, Vec<i64>>,
}

/// Numbers with blanks between them, each after one.
pub(super) fn joined(list: impl Iterator<Item = i64>) -> String {
    list.fold(String::new(), |mut text, k| {
        let _ = write!(text, " {k}"); // writing to a String cannot fail
        text
    })
}

/// The faces of the domain at each vertex and at each edge.
fn meetings(all: &SpaceComplex) -> (Vec<On>, Vec<On>) {
    let mut at = [vec![BTreeSet::new(); all.vertices.len()], vec![BTreeSet::new(); all.edges.len()]];
    for ComplexFace { vertices, edges, wall, .. } in &all.faces {
        let Wall::Domain(k) = *wall else { continue };
        vertices.iter().for_each(|&v| at[0][v as usize].extend([k]));
        edges.iter().for_each(|&(e, _)| at[1][e as usize].extend([k]));
    }
    let [vertices, edges] = at.map(|list| list.into_iter().map(|on| on.into_iter().collect()).collect());
    (vertices, edges)
}

impl TessDomain {
    /// Of a domain and the complex of its cells.
    pub fn of(domain: &SpaceDomain, cells: &SpaceComplex) -> Option<TessDomain> {
        let (low, high) = domain.bounds();
        let is_box = domain.body().is_none();
        let plain = match domain.body() {
            Some(body) => SpaceDomain::of_body(body.clone()),
            None => SpaceDomain::boxed(low, high).ok()?,
        };
        let middle = [0, 1, 2].map(|k| low[k] + 0.5 * (high[k] - low[k]));
        let problem = SpaceProblem::new(SpaceProblemData::new(plain, vec![middle])).ok()?;
        let all = SpaceDiagram::new(&problem, &Heights::zeros(1)).ok()?.complex()?;
        let (at_vertex, at_edge) = meetings(&all);
        let mut order: Vec<u32> = (0..all.vertices.len() as u32).collect();
        if is_box {
            let corner =
                |v: &u32| -> usize { at_vertex[*v as usize].iter().map(|k| ((k % 2) as usize) << (k / 2)).sum() };
            order.sort_by_key(|v| CORNERS.iter().position(|&c| c == corner(v)));
        }
        let (own_vertices, own_edges) = meetings(cells);
        let vertices = own_vertices.into_iter().zip(1..).filter(|v| v.0.len() > 2).collect();
        let mut edges: BTreeMap<On, Vec<i64>> = BTreeMap::new();
        for (on, e) in own_edges.into_iter().zip(1..).filter(|e| e.0.len() > 1) {
            edges.entry(on).or_default().push(e);
        }
        let mut faces: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for (face, f) in cells.faces.iter().zip(1..) {
            if let Wall::Domain(k) = face.wall {
                faces.entry(k).or_default().push(f);
            }
        }
        Some(TessDomain { is_box, all, order, at_vertex, at_edge, vertices, edges, faces })
    }

    /// `x0`, `x1`, `y0` .. of a box, `f1`, `f2` .. else; of edges and vertices those of their
    /// faces.
    fn label(&self, on: &[u32]) -> String {
        let name = |&k: &u32| match self.is_box {
            true => format!("{}{}", ["x", "y", "z"][(k / 2 % 3) as usize], k % 2),
            false => format!("f{}", k + 1),
        };
        on.iter().map(name).collect()
    }

    pub fn write(&self, w: &mut dyn Write) -> io::Result<()> {
        let TessDomain { all, order, .. } = self;
        let mut number = vec![0i64; order.len()];
        order.iter().zip(1..).for_each(|(&v, n)| number[v as usize] = n);
        let kind = if self.is_box { "cube" } else { "planes" };
        write!(w, " **domain\n  *general\n   {kind}\n  *vertex\n   {}\n", order.len())?;
        for &v in order {
            let ([x, y, z], on) = (all.vertices[v as usize], &self.at_vertex[v as usize]);
            let own = self.vertices.get(on).copied().unwrap_or(0);
            writeln!(w, " {:3}  {x:?} {y:?} {z:?} {}\n      1 {own}", number[v as usize], self.label(on))?;
        }
        write!(w, "  *edge\n   {}\n", all.edges.len())?;
        for (k, (ends, on)) in all.edges.iter().zip(&self.at_edge).enumerate() {
            let own = self.edges.get(on).map_or(&[][..], Vec::as_slice);
            let [a, b] = ends.map(|v| number[v as usize]);
            writeln!(w, " {:3} 2 {a} {b}\n     line\n     0\n     {}", k + 1, self.label(on))?;
            writeln!(w, "     {}{}", own.len(), joined(own.iter().copied()))?;
        }
        write!(w, "  *face\n   {}\n", all.faces.len())?;
        for (n, ComplexFace { vertices, edges, wall, normal }) in all.faces.iter().enumerate() {
            let Wall::Domain(k) = *wall else { continue };
            let own = self.faces.get(&k).map_or(&[][..], Vec::as_slice);
            // Inward.
            let [a, b, c] = normal.map(|x| 0.0 - x);
            let [x, y, z] = all.vertices[vertices[0] as usize];
            let d = a * x + b * y + c * z;
            let corners = joined(vertices.iter().map(|&v| number[v as usize]));
            let sides = joined(edges.iter().map(|e| i64::from(e.0) + 1));
            writeln!(w, " {:3} {}{corners}\n     {}{sides}\n     plane", n + 1, vertices.len(), edges.len())?;
            writeln!(w, "     4 {d:?} {a:?} {b:?} {c:?}\n     {}", self.label(&[k]))?;
            writeln!(w, "   {:3}{}", own.len(), joined(own.iter().copied()))?;
        }
        Ok(())
    }
}
