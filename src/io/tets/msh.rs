//! Gmsh's .msh, versions 2.2 and 4.1.
//!
//! Version 2.2 lists nodes and elements one by one, each with its tags; as bytes, elements of one
//! type come in blocks. Version 4.1 has blocks of entities in both codings; counts and tags are
//! eight bytes wide there. Nodes are named by tags that need not follow each other. A binary file
//! says by the number 1 after its first line in which order its bytes are.

use super::super::error::IoError;
use super::cursor::{Coding, Cursor};
use super::file::TetFile;
use std::collections::HashMap;
use std::path::Path;

/// Gmsh's element types: number, nodes, dimension, name.
const TYPES: [(i64, usize, u8, &str); 32] = [
    (1, 2, 1, "lines"),
    (2, 3, 2, "triangles"),
    (3, 4, 2, "quadrangles"),
    (4, 4, 3, "tetrahedra"),
    (5, 8, 3, "hexahedra"),
    (6, 6, 3, "prisms"),
    (7, 5, 3, "pyramids"),
    (8, 3, 1, "lines of order 2"),
    (9, 6, 2, "triangles of order 2"),
    (10, 9, 2, "quadrangles of order 2"),
    (11, 10, 3, "tetrahedra of order 2"),
    (12, 27, 3, "hexahedra of order 2"),
    (13, 18, 3, "prisms of order 2"),
    (14, 14, 3, "pyramids of order 2"),
    (15, 1, 0, "points"),
    (16, 8, 2, "quadrangles of order 2"),
    (17, 20, 3, "hexahedra of order 2"),
    (18, 15, 3, "prisms of order 2"),
    (19, 13, 3, "pyramids of order 2"),
    (20, 9, 2, "triangles of order 3"),
    (21, 10, 2, "triangles of order 3"),
    (22, 12, 2, "triangles of order 4"),
    (23, 15, 2, "triangles of order 4"),
    (24, 15, 2, "triangles of order 5"),
    (25, 21, 2, "triangles of order 5"),
    (26, 4, 1, "lines of order 3"),
    (27, 5, 1, "lines of order 4"),
    (28, 6, 1, "lines of order 5"),
    (29, 20, 3, "tetrahedra of order 3"),
    (30, 35, 3, "tetrahedra of order 4"),
    (31, 56, 3, "tetrahedra of order 5"),
    (92, 64, 3, "hexahedra of order 3"),
];

const TET: i64 = 4;

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<TetFile, IoError> {
    let mut cursor = Cursor::new(path, bytes);
    let mut mesh = Mesh::default();
    let mut coding = Coding::Text;
    let mut version = None;
    while let Some(word) = cursor.word() {
        match word {
            b"$MeshFormat" => {
                let told = cursor.real("the version")?;
                if ![2.2, 4.1].contains(&told) && !(2.0..2.2).contains(&told) {
                    return Err(cursor.error(format!(
                        "version {told} is not read; save it as version 4.1 or 2.2 (Mesh.MshFileVersion)"
                    )));
                }
                version = Some(told);
                let kind = cursor.int("the file type")?;
                let size = cursor.int("the size of numbers")?;
                if !(kind == 0 || kind == 1) || size != 8 {
                    let what = format!("file type {kind} with numbers of {size} bytes is not read; 0 or 1, and 8 are");
                    return Err(cursor.error(what));
                }
                if kind == 1 {
                    cursor.end_line();
                    cursor.coding = Coding::LittleEndian;
                    coding = match cursor.int("the order of bytes")? {
                        1 => Coding::LittleEndian,
                        0x0100_0000 => Coding::BigEndian,
                        n => return Err(cursor.error(format!("the order of bytes is told by {n}; it must be 1"))),
                    };
                    cursor.coding = Coding::Text;
                }
                close(&mut cursor, b"$EndMeshFormat")?;
            }
            b"$Nodes" | b"$Elements" => {
                let Some(version) = version else {
                    return Err(cursor.error("begins without $MeshFormat; is it a .msh file?"));
                };
                let old = version < 4.0;
                let nodes = word == b"$Nodes";
                // In old files the first count is text in both codings.
                if !old && coding != Coding::Text {
                    cursor.end_line();
                    cursor.coding = coding;
                }
                match (old, nodes) {
                    (true, true) => mesh.old_nodes(&mut cursor, coding)?,
                    (true, false) => mesh.old_elements(&mut cursor, coding)?,
                    (false, true) => mesh.nodes(&mut cursor)?,
                    (false, false) => mesh.elements(&mut cursor)?,
                }
                cursor.coding = Coding::Text;
                close(&mut cursor, if nodes { b"$EndNodes" } else { b"$EndElements" })?;
            }
            _ if word.starts_with(b"$") => {
                // Sections that say nothing of tetrahedra, whatever is in them.
                let mut end = b"$End".to_vec();
                end.extend_from_slice(&word[1..]);
                if !cursor.skip_past(&end) {
                    let name = String::from_utf8_lossy(&word[..word.len().min(40)]).into_owned();
                    return Err(cursor.error(format!("section {name} has no end")));
                }
            }
            _ if version.is_none() => return Err(cursor.error("begins without $MeshFormat; is it a .msh file?")),
            _ => return Err(cursor.error("text between sections; each begins with $Name and ends with $EndName")),
        }
    }
    mesh.file(&cursor)
}

fn close(cursor: &mut Cursor<'_>, end: &[u8]) -> Result<(), IoError> {
    match cursor.word() {
        Some(word) if word == end => Ok(()),
        _ => Err(cursor.error(format!("{} is missing here; is a count wrong?", String::from_utf8_lossy(end)))),
    }
}

#[derive(Default)]
struct Mesh {
    vertices: Vec<[f64; 3]>,
    place: HashMap<i64, u32>,
    /// By tags.
    tets: Vec<[i64; 4]>,
    others: usize,
}

impl Mesh {
    fn node(&mut self, cursor: &Cursor<'_>, tag: i64, at: [f64; 3]) -> Result<(), IoError> {
        if self.vertices.len() >= u32::MAX as usize {
            return Err(cursor.error("too many nodes"));
        }
        if self.place.insert(tag, self.vertices.len() as u32).is_some() {
            return Err(cursor.error(format!("node {tag} is there twice")));
        }
        self.vertices.push(at);
        Ok(())
    }

    fn point(cursor: &mut Cursor<'_>) -> Result<[f64; 3], IoError> {
        Ok([cursor.real("a coordinate")?, cursor.real("a coordinate")?, cursor.real("a coordinate")?])
    }

    fn kind(cursor: &Cursor<'_>, kind: i64) -> Result<(usize, bool), IoError> {
        let Some((number, nodes, dimension, name)) = TYPES.iter().find(|t| t.0 == kind) else {
            return Err(cursor.error(format!("element type {kind} is not known; tetrahedra are type 4")));
        };
        if *dimension == 3 && *number != TET {
            let cure = "make a mesh of tetrahedra of order 1";
            return Err(cursor.error(format!("{name} (type {kind}) are not read; {cure}")));
        }
        Ok((*nodes, *number == TET))
    }

    /// Corners of an element, kept if it is a tetrahedron.
    fn element(&mut self, tet: bool, corners: &[i64]) {
        match corners {
            &[a, b, c, d] if tet => self.tets.push([a, b, c, d]),
            _ => self.others += 1,
        }
    }

    fn old_nodes(&mut self, cursor: &mut Cursor<'_>, coding: Coding) -> Result<(), IoError> {
        let least = if coding == Coding::Text { 8 } else { 28 };
        let count = cursor.count("the number of nodes", false, least)?;
        if coding != Coding::Text {
            cursor.end_line();
            cursor.coding = coding;
        }
        self.vertices.reserve(count);
        for _ in 0..count {
            let tag = cursor.int("a node")?;
            let at = Mesh::point(cursor)?;
            self.node(cursor, tag, at)?;
        }
        Ok(())
    }

    fn old_elements(&mut self, cursor: &mut Cursor<'_>, coding: Coding) -> Result<(), IoError> {
        let count = cursor.count("the number of elements", false, 4)?;
        if coding != Coding::Text {
            cursor.end_line();
            cursor.coding = coding;
        }
        let mut corners = Vec::new();
        let mut done = 0;
        while done < count {
            // As bytes: type, how many, number of tags; then element after element.
            let (kind, many, tags) = if coding == Coding::Text {
                cursor.int("an element")?;
                let kind = cursor.int("an element type")?;
                (kind, 1, cursor.count("a number of tags", false, 2)?)
            } else {
                let kind = cursor.int("an element type")?;
                let many = cursor.count("a number of elements", false, 4)?;
                (kind, many, cursor.count("a number of tags", false, 4)?)
            };
            if many == 0 || many > count - done {
                return Err(cursor.error(format!("{many} elements, but {} are left", count - done)));
            }
            let (nodes, tet) = Mesh::kind(cursor, kind)?;
            for _ in 0..many {
                if coding != Coding::Text {
                    cursor.int("an element")?;
                }
                for _ in 0..tags {
                    cursor.int("a tag")?;
                }
                corners.clear();
                for _ in 0..nodes {
                    corners.push(cursor.int("a node of an element")?);
                }
                self.element(tet, &corners);
            }
            done += many;
        }
        Ok(())
    }

    fn nodes(&mut self, cursor: &mut Cursor<'_>) -> Result<(), IoError> {
        let blocks = cursor.count("the number of blocks", true, 4)?;
        cursor.count("the number of nodes", true, 4)?;
        cursor.long("the least tag")?;
        cursor.long("the greatest tag")?;
        let mut tags = Vec::new();
        for _ in 0..blocks {
            let dimension = cursor.int("a dimension")?;
            cursor.int("an entity")?;
            let parametric = cursor.int("whether nodes have parameters")?;
            let count = cursor.count("a number of nodes", true, 8)?;
            tags.clear();
            for _ in 0..count {
                tags.push(cursor.long("a node")?);
            }
            let further = if parametric == 0 { 0 } else { dimension.clamp(0, 3) };
            for &tag in &tags {
                let at = Mesh::point(cursor)?;
                for _ in 0..further {
                    cursor.real("a parameter")?;
                }
                self.node(cursor, tag, at)?;
            }
        }
        Ok(())
    }

    fn elements(&mut self, cursor: &mut Cursor<'_>) -> Result<(), IoError> {
        let blocks = cursor.count("the number of blocks", true, 4)?;
        cursor.count("the number of elements", true, 4)?;
        cursor.long("the least tag")?;
        cursor.long("the greatest tag")?;
        let mut corners = Vec::new();
        for _ in 0..blocks {
            cursor.int("a dimension")?;
            cursor.int("an entity")?;
            let kind = cursor.int("an element type")?;
            let count = cursor.count("a number of elements", true, 4)?;
            let (nodes, tet) = Mesh::kind(cursor, kind)?;
            for _ in 0..count {
                cursor.long("an element")?;
                corners.clear();
                for _ in 0..nodes {
                    corners.push(cursor.long("a node of an element")?);
                }
                self.element(tet, &corners);
            }
        }
        Ok(())
    }

    fn file(self, cursor: &Cursor<'_>) -> Result<TetFile, IoError> {
        let mut tets = Vec::with_capacity(self.tets.len());
        for (k, tet) in self.tets.iter().enumerate() {
            let mut corners = [0; 4];
            for (corner, tag) in corners.iter_mut().zip(tet) {
                let Some(&place) = self.place.get(tag) else {
                    return Err(cursor.error(format!("tetrahedron {k} names node {tag}, which is not there")));
                };
                *corner = place;
            }
            tets.push(corners);
        }
        let others = (self.others > 0).then(|| format!("{} elements that are no tetrahedra passed over", self.others));
        Ok(TetFile { vertices: self.vertices, tets, notes: others.into_iter().collect() })
    }
}
