//! Medit's .mesh, as text: keywords with a count and as many rows of numbers.

use super::super::error::{IoError, quoted};
use super::cursor::Cursor;
use super::file::TetFile;
use std::path::Path;

/// Solids that are no tetrahedra of order 1.
const SOLIDS: [&[u8]; 6] = [b"Hexahedra", b"Prisms", b"Pyramids", b"TetrahedraP2", b"HexahedraQ2", b"TetrahedraP3"];

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<TetFile, IoError> {
    let mut cursor = Cursor::new(path, bytes);
    cursor.comment = Some(b'#');
    let mut file = TetFile::default();
    let mut others = 0;
    let mut begun = false;
    while let Some(word) = cursor.word() {
        if !begun && word != b"MeshVersionFormatted" {
            return Err(cursor.error("begins without MeshVersionFormatted; is it a .mesh file in text?"));
        }
        match word {
            b"MeshVersionFormatted" => {
                let version = cursor.int("the version")?;
                if !(1..=4).contains(&version) {
                    return Err(cursor.error(format!("version {version} is not read; 1 to 4 are")));
                }
                begun = true;
            }
            b"Dimension" => match cursor.int("the dimension")? {
                3 => {}
                n => return Err(cursor.error(format!("dimension {n}; a mesh of tetrahedra has 3"))),
            },
            b"Vertices" => {
                let count = cursor.count("the number of vertices", false, 8)?;
                file.vertices.reserve(count);
                for _ in 0..count {
                    let x = cursor.real("a coordinate")?;
                    file.vertices.push([x, cursor.real("a coordinate")?, cursor.real("a coordinate")?]);
                    cursor.int("a reference")?;
                }
            }
            b"Tetrahedra" => {
                let count = cursor.count("the number of tetrahedra", false, 10)?;
                file.tets.reserve(count);
                for k in 0..count {
                    let mut corners = [0; 4];
                    for corner in &mut corners {
                        let n = cursor.int("a corner")?;
                        let place = n.checked_sub(1).and_then(|n| u32::try_from(n).ok());
                        *corner = place.filter(|p| (*p as usize) < file.vertices.len()).ok_or_else(|| {
                            let all = file.vertices.len();
                            cursor
                                .error(format!("tetrahedron {} names vertex {n}, but there are {all} before it", k + 1))
                        })?;
                    }
                    file.tets.push(corners);
                    cursor.int("a reference")?;
                }
            }
            b"End" => break,
            _ if word[0].is_ascii_alphabetic() => {
                let count = cursor.peek().and_then(|w| std::str::from_utf8(w).ok()?.parse::<u64>().ok());
                if SOLIDS.contains(&word) && count != Some(0) {
                    let name = String::from_utf8_lossy(word).into_owned();
                    return Err(cursor.error(format!("{name} are not read; make a mesh of tetrahedra of order 1")));
                }
                others += u64::from(matches!(word, b"Triangles" | b"Edges" | b"Quadrilaterals")) * count.unwrap_or(0);
                // Numbers up to the next keyword.
                while cursor.peek().is_some_and(|w| !w[0].is_ascii_alphabetic()) {
                    cursor.word();
                }
            }
            _ => {
                let word = String::from_utf8_lossy(&word[..word.len().min(40)]).into_owned();
                return Err(cursor.error(format!("{} where a keyword should be; is a count wrong?", quoted(&word))));
            }
        }
    }
    if others > 0 {
        file.notes.push(format!("{others} elements that are no tetrahedra passed over"));
    }
    Ok(file)
}
