//! Tessellations of Neper (.tess, format 3.5): vertices, edges and faces that cells share, the
//! domain, and what is the same on a torus.
//!
//! Written as its manual says ("File and Directory Formats") and its reader wants it: numbers from
//! 1, signs for turned edges and faces, the constant of a plane before its normal. Weights there
//! are squared, so what is written is the root of a weight above the least one.

use super::super::atomic::write_atomically;
use super::super::error::IoError;
use super::cells::Polyhedra;
use super::tess_domain::{TessDomain, joined};
use crate::diagram::space::{ComplexFace, SpaceComplex, Twin};
use std::io::{self, Write};
use std::path::Path;

/// Writes the cells as one complex.
///
/// # Errors
/// [`IoError::Content`] where they are none, and of domains in parts; the system's.
pub(super) fn write(path: &Path, cells: &Polyhedra<'_>) -> Result<(), IoError> {
    if cells.domain.parts().is_some() {
        let what = "cells of solids and of tetrahedra are no complex in this version; write .vtu or .npz";
        return Err(IoError::content(path, what));
    }
    let none = "a cell without volume lies between others, so faces are no complex; write .vtu or .npz";
    let all = cells.diagram.complex().ok_or_else(|| IoError::content(path, none))?;
    let domain = TessDomain::of(cells.domain, &all).ok_or_else(|| IoError::content(path, none))?;
    write_atomically(path, |w| text(w, cells, &all, &domain))
}

/// Numbers from 1, negative where turned.
fn signed(list: &[(u32, bool)]) -> String {
    let number = |&(k, along): &(u32, bool)| if along { i64::from(k) + 1 } else { -i64::from(k) - 1 };
    joined(list.iter().map(number))
}

fn from_one(list: &[u32]) -> String {
    joined(list.iter().map(|&k| i64::from(k) + 1))
}

fn text(w: &mut dyn Write, cells: &Polyhedra<'_>, all: &SpaceComplex, domain: &TessDomain) -> io::Result<()> {
    let torus = cells.domain.is_torus();
    let kind = if torus { "periodic" } else { "standard" };
    write!(w, "***tess\n **format\n   3.5\n **general\n   3 {kind}\n **cell\n")?;
    writeln!(w, "  {}", all.cells.len())?;
    let sites = cells.diagram.sites();
    if all.cells.len() < sites.len() {
        // Hidden sites have no cells.
        writeln!(w, "  *id\n  {}", joined(all.cells.iter().map(|c| i64::from(c.site) + 1)))?;
    }
    let least = all.cells.iter().fold(f64::INFINITY, |m: f64, c| m.min(cells.weights[c.site as usize]));
    writeln!(w, "  *seed")?;
    for (k, cell) in all.cells.iter().enumerate() {
        let [x, y, z] = sites[cell.site as usize];
        let weight = (cells.weights[cell.site as usize] - least).max(0.0).sqrt();
        writeln!(w, "   {} {x:?} {y:?} {z:?} {weight:?}", k + 1)?;
    }
    write!(w, " **vertex\n {}\n", all.vertices.len())?;
    for (k, [x, y, z]) in all.vertices.iter().enumerate() {
        writeln!(w, " {:3}  {x:?} {y:?} {z:?}     0", k + 1)?;
    }
    write!(w, " **edge\n {}\n", all.edges.len())?;
    for (k, [a, b]) in all.edges.iter().enumerate() {
        writeln!(w, " {:3}  {} {} 0", k + 1, a + 1, b + 1)?;
    }
    write!(w, " **face\n {}\n", all.faces.len())?;
    for (k, face) in all.faces.iter().enumerate() {
        let ComplexFace { vertices, edges, normal: [a, b, c], .. } = face;
        let [x, y, z] = all.vertices[vertices[0] as usize];
        let d = a * x + b * y + c * z;
        writeln!(w, " {:3} {}{}", k + 1, vertices.len(), from_one(vertices))?;
        writeln!(w, "     {}{}\n    {d:?} {a:?} {b:?} {c:?}\n     0 0 0.0 0.0 0.0", edges.len(), signed(edges))?;
    }
    write!(w, " **polyhedron\n {}\n", all.cells.len())?;
    for (k, cell) in all.cells.iter().enumerate() {
        writeln!(w, " {:3} {}{}", k + 1, cell.faces.len(), signed(&cell.faces))?;
    }
    domain.write(w)?;
    if torus {
        periodicity(w, cells, all)?;
    }
    writeln!(w, "***end")
}

fn periodicity(w: &mut dyn Write, cells: &Polyhedra<'_>, all: &SpaceComplex) -> io::Result<()> {
    let ((low, high), periodic) = (cells.domain.bounds(), cells.domain.periodic());
    let [a, b, c] = periodic.map(u8::from);
    let [x, y, z] = [0, 1, 2].map(|k| if periodic[k] { high[k] - low[k] } else { 0.0 });
    write!(w, " **periodicity\n  *general\n   {a} {b} {c}\n   {x:?} {y:?} {z:?}\n")?;
    // Seeds beyond those of the cells: the images that are neighbours.
    let number = |site: u32| all.cells.binary_search_by_key(&site, |c| c.site).ok();
    let images: Vec<_> = all.images.iter().filter_map(|&(site, turn)| Some((number(site)?, turn))).collect();
    write!(w, "  *seed\n   {}\n", images.len())?;
    for (k, (of, [x, y, z])) in images.iter().enumerate() {
        writeln!(w, "   {} {} {x} {y} {z}", all.cells.len() + k + 1, of + 1)?;
    }
    for (name, twins) in ["vertex", "edge", "face"].iter().zip(&all.twins) {
        write!(w, "  *{name}\n   {}\n", twins.len())?;
        for Twin { copy, of, shift: [x, y, z], along } in twins {
            let way = match (*name, along) {
                ("vertex", _) => "",
                (_, true) => " 1",
                (_, false) => " -1",
            };
            writeln!(w, "   {} {} {x} {y} {z}{way}", copy + 1, of + 1)?;
        }
    }
    Ok(())
}
