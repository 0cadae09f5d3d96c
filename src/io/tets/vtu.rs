//! VTK's unstructured grids in XML.

use super::super::error::IoError;
use super::super::read::ReadLimit;
use super::file::TetFile;
use super::vtk_arrays::{Kind, Place, Storage};
use roxmltree::{Document, Node};
use std::path::Path;

/// VTK's number of tetrahedra; lower ones are points, lines and polygons.
const TET: f64 = 10.0;

/// Bytes in memory for each byte of XML.
const GROWTH: u64 = 40;

pub(super) fn parse(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<TetFile, IoError> {
    let content = |what: String| IoError::content(path, what);
    let (xml, appended) = split(bytes);
    let needs = (xml.len() as u64).saturating_mul(GROWTH);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    let text = String::from_utf8(xml).map_err(|_| content("is no text in UTF-8 outside of its data".into()))?;
    let document = Document::parse(&text).map_err(|e| content(format!("is no XML: {e}")))?;
    let root = document.root_element();
    let told = root.attribute("type").unwrap_or("");
    if root.tag_name().name() != "VTKFile" || told != "UnstructuredGrid" {
        return Err(content("is no VTKFile of type UnstructuredGrid; save the mesh as one".into()));
    }
    let compressed = match root.attribute("compressor") {
        None | Some("") => false,
        Some("vtkZLibDataCompressor") => true,
        Some(other) => {
            return Err(content(format!("is compressed by {other:.60}; save it with zlib, or uncompressed")));
        }
    };
    let behind = |tag: &str| document.descendants().find(|n| n.has_tag_name(tag));
    let coded = behind("AppendedData").and_then(|n| n.attribute("encoding")) == Some("base64");
    let storage = Storage {
        little: root.attribute("byte_order") != Some("BigEndian"),
        head: if root.attribute("header_type") == Some("UInt64") { 8 } else { 4 },
        compressed,
        appended: appended.map(|data| (data, coded)),
        most: limit.bytes / 4,
    };
    let mut file = TetFile::default();
    let mut others = 0;
    for piece in document.descendants().filter(|n| n.has_tag_name("Piece")) {
        others += read_piece(piece, &storage, &mut file)
            .map_err(|(node, what)| IoError::line(path, line_of(&document, node), what))?;
    }
    if others > 0 {
        file.notes.push(format!("{others} cells that are no tetrahedra passed over"));
    }
    Ok(file)
}

fn line_of(document: &Document<'_>, node: Node<'_, '_>) -> u64 {
    document.text_pos_at(node.range().start).row.into()
}

/// The XML without what is appended, and that.
fn split(bytes: &[u8]) -> (Vec<u8>, Option<&[u8]>) {
    let find = |from: usize, what: &[u8]| {
        bytes.get(from..).and_then(|b| b.windows(what.len()).position(|w| w == what)).map(|k| from + k)
    };
    let begin = find(0, b"<AppendedData").and_then(|at| find(at, b">"));
    let Some(tag) = begin.filter(|&at| bytes[at - 1] != b'/') else { return (bytes.to_vec(), None) };
    let Some(data) = find(tag, b"_") else { return (bytes.to_vec(), None) };
    let close = b"</AppendedData>";
    let end = bytes.windows(close.len()).rposition(|w| w == close).filter(|&at| at > data);
    let end = end.unwrap_or(bytes.len());
    let mut xml = bytes[..=tag].to_vec();
    xml.extend_from_slice(&bytes[end..]);
    (xml, Some(&bytes[data + 1..end]))
}

type Wrong<'a, 'i> = (Node<'a, 'i>, String);

/// Adds a piece; how many of its cells are no tetrahedra.
fn read_piece<'a, 'i>(piece: Node<'a, 'i>, storage: &Storage<'_>, file: &mut TetFile) -> Result<usize, Wrong<'a, 'i>> {
    let array = |section: &str, name: Option<&str>| -> Result<Vec<f64>, Wrong<'a, 'i>> {
        let what = name.unwrap_or("coordinates");
        let section = piece.children().find(|n| n.has_tag_name(section));
        let found = section.and_then(|s| {
            let named = |n: &Node<'a, 'i>| name.is_none() || n.attribute("Name") == name;
            s.children().find(|n| n.has_tag_name("DataArray") && named(n))
        });
        let Some(node) = found else { return Err((piece, format!("this piece has no array of {what}"))) };
        let wrong = |why: String| (node, format!("array of {what}: {why}"));
        let told = node.attribute("type").unwrap_or("");
        let kind = Kind::of(told).ok_or_else(|| wrong(format!("type {told:.40} is not known")))?;
        let text = node.text().unwrap_or("");
        let place = match node.attribute("format").unwrap_or("ascii") {
            "ascii" => Place::Text(text),
            "binary" => Place::Base64(text),
            "appended" => {
                let offset = node.attribute("offset").and_then(|o| o.trim().parse().ok());
                Place::Appended(offset.ok_or_else(|| wrong("it has no offset".into()))?)
            }
            other => return Err(wrong(format!("format {other:.40} is not known; use ascii, binary or appended"))),
        };
        storage.numbers(kind, &place).map_err(wrong)
    };
    let points = array("Points", None)?;
    let (rows, rest) = points.as_chunks::<3>();
    if !rest.is_empty() {
        return Err((piece, format!("{} coordinates are not three for each point", points.len())));
    }
    let [connectivity, offsets, types] = ["connectivity", "offsets", "types"].map(|name| array("Cells", Some(name)));
    let (connectivity, offsets, types) = (connectivity?, offsets?, types?);
    if offsets.len() != types.len() {
        return Err((piece, format!("{} offsets and {} types; give one of each a cell", offsets.len(), types.len())));
    }
    let base = file.vertices.len();
    if base + rows.len() >= u32::MAX as usize {
        return Err((piece, "too many points".into()));
    }
    file.vertices.extend_from_slice(rows);
    let (mut begin, mut others) = (0, 0);
    for (cell, (&end, &kind)) in offsets.iter().zip(&types).enumerate() {
        let corners =
            (end >= begin as f64 && end <= connectivity.len() as f64).then(|| &connectivity[begin..end as usize]);
        let Some(corners) = corners else {
            return Err((piece, format!("cell {cell} ends at {end}, which is no place behind the cell before it")));
        };
        begin = end as usize;
        if kind < TET {
            others += 1;
            continue;
        }
        if kind != TET {
            let what = format!("cell {cell} is of type {kind}; only tetrahedra (type 10) are read");
            return Err((piece, what));
        }
        let &[a, b, c, d] = corners else {
            return Err((piece, format!("cell {cell} is a tetrahedron of {} points", corners.len())));
        };
        let mut tet = [0; 4];
        for (slot, point) in tet.iter_mut().zip([a, b, c, d]) {
            if !(point >= 0.0 && point < rows.len() as f64 && point.fract() == 0.0) {
                return Err((piece, format!("cell {cell} names point {point}, but there are {}", rows.len())));
            }
            *slot = (base + point as usize) as u32;
        }
        file.tets.push(tet);
    }
    Ok(others)
}
