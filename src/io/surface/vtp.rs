//! VTK's XML format of polygonal data: what ParaView prefers to the legacy one.
//!
//! As text everything stands inside. As bytes the arrays are appended raw, after an underscore:
//! each is its length in bytes (eight bytes, lowest first) and its numbers; the XML names offsets
//! from behind the underscore.

use super::data::{Encoding, Field, MeshData};
use std::io::{self, Write};

/// An array on its way out.
enum Array<'a> {
    Doubles(&'a [f64]),
    Corners,
    Ends,
}

pub(super) fn write(w: &mut dyn Write, mesh: &MeshData, encoding: Encoding) -> io::Result<()> {
    let (n, faces) = (mesh.vertices.len(), mesh.count());
    let mut out = Arrays { w, mesh, binary: encoding == Encoding::Binary, offset: 0 };
    out.w.write_all(b"<?xml version=\"1.0\"?>\n<!-- written by brenier -->\n")?;
    out.w.write_all(
        b"<VTKFile type=\"PolyData\" version=\"1.0\" byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<PolyData>\n",
    )?;
    writeln!(
        out.w,
        "<Piece NumberOfPoints=\"{n}\" NumberOfVerts=\"0\" NumberOfLines=\"0\" NumberOfStrips=\"0\" NumberOfPolys=\"{faces}\">"
    )?;
    let fields = |f: &Field| (f.name.to_string(), f.columns);
    let mut appended: Vec<Array> = Vec::new();
    for (tag, list) in [("PointData", mesh.vertex_fields), ("CellData", mesh.face_fields)] {
        writeln!(out.w, "<{tag}>")?;
        for f in list {
            let (name, columns) = fields(f);
            out.declare(&mut appended, "Float64", &name, columns, Array::Doubles(f.values))?;
        }
        writeln!(out.w, "</{tag}>")?;
    }
    out.w.write_all(b"<Points>\n")?;
    out.declare(&mut appended, "Float64", "Points", 3, Array::Doubles(mesh.vertices.as_flattened()))?;
    out.w.write_all(b"</Points>\n<Polys>\n")?;
    out.declare(&mut appended, "Int64", "connectivity", 1, Array::Corners)?;
    out.declare(&mut appended, "Int64", "offsets", 1, Array::Ends)?;
    out.w.write_all(b"</Polys>\n</Piece>\n</PolyData>\n")?;
    if out.binary {
        out.w.write_all(b"<AppendedData encoding=\"raw\">\n_")?;
        appended.iter().try_for_each(|array| out.append(array))?;
        out.w.write_all(b"\n</AppendedData>\n")?;
    }
    out.w.write_all(b"</VTKFile>\n")
}

struct Arrays<'a, 'm> {
    w: &'a mut dyn Write,
    mesh: &'a MeshData<'m>,
    binary: bool,
    offset: u64,
}

impl Arrays<'_, '_> {
    /// Numbers of an array, all of eight bytes.
    fn len(&self, array: &Array) -> usize {
        match array {
            Array::Doubles(values) => values.len(),
            Array::Corners => self.mesh.corners(),
            Array::Ends => self.mesh.count(),
        }
    }

    /// Writes the element of an array, with its numbers, or with the place where they will be.
    fn declare<'x>(
        &mut self,
        appended: &mut Vec<Array<'x>>,
        kind: &str,
        name: &str,
        columns: usize,
        array: Array<'x>,
    ) -> io::Result<()> {
        // Names may hold what XML must not.
        let name = name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        write!(self.w, "<DataArray type=\"{kind}\" Name=\"{name}\" NumberOfComponents=\"{columns}\" ")?;
        if self.binary {
            writeln!(self.w, "format=\"appended\" offset=\"{}\"/>", self.offset)?;
            self.offset += 8 + 8 * self.len(&array) as u64;
            appended.push(array);
            return Ok(());
        }
        self.w.write_all(b"format=\"ascii\">\n")?;
        match array {
            Array::Doubles(values) => values.chunks(columns).try_for_each(|row| {
                let words: Vec<String> = row.iter().map(|x| format!("{x:?}")).collect();
                writeln!(self.w, "{}", words.join(" "))
            })?,
            Array::Corners => self.mesh.faces().try_for_each(|f| {
                let words: Vec<String> = f.iter().map(u32::to_string).collect();
                writeln!(self.w, "{}", words.join(" "))
            })?,
            Array::Ends => ends(self.mesh).try_for_each(|end| writeln!(self.w, "{end}"))?,
        }
        self.w.write_all(b"</DataArray>\n")
    }

    fn append(&mut self, array: &Array) -> io::Result<()> {
        self.w.write_all(&(8 * self.len(array) as u64).to_le_bytes())?;
        match array {
            Array::Doubles(values) => values.iter().try_for_each(|x| self.w.write_all(&x.to_le_bytes())),
            Array::Corners => {
                let mut corners = self.mesh.faces().flatten();
                corners.try_for_each(|&v| self.w.write_all(&u64::from(v).to_le_bytes()))
            }
            Array::Ends => ends(self.mesh).try_for_each(|end| self.w.write_all(&end.to_le_bytes())),
        }
    }
}

/// Number of corners up to and with each face.
fn ends(mesh: &MeshData) -> impl Iterator<Item = u64> {
    mesh.faces().scan(0, |end, f| {
        *end += f.len() as u64;
        Some(*end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mesh(encoding: Encoding) -> Vec<u8> {
        let v = [[0.0, 0.0, 0.5], [1.0, 0.0, 0.0], [0.0, 1e-9, 0.0], [1.0, 1.0, 0.0]];
        let site = [Field { name: "site<1>", columns: 1, values: &[3.0, 4.0] }];
        let mesh = MeshData {
            vertices: &v,
            triangles: &[[0, 1, 2]],
            polygons: &[&[0, 1, 3, 2]],
            face_fields: &site,
            ..MeshData::default()
        };
        let mut bytes = Vec::new();
        write(&mut bytes, &mesh, encoding).unwrap();
        bytes
    }

    #[test]
    fn as_text_everything_is_inside() {
        let text = String::from_utf8(mesh(Encoding::Text)).unwrap();
        assert!(text.contains(
            "NumberOfPoints=\"4\" NumberOfVerts=\"0\" NumberOfLines=\"0\" NumberOfStrips=\"0\" NumberOfPolys=\"2\""
        ));
        assert!(
            text.contains("Name=\"site&lt;1>\" NumberOfComponents=\"1\" format=\"ascii\">\n3.0\n4.0\n</DataArray>"),
            "{text}"
        );
        assert!(text.contains("format=\"ascii\">\n0 1 2\n0 1 3 2\n</DataArray>"), "{text}");
        assert!(text.contains("format=\"ascii\">\n3\n7\n</DataArray>"), "{text}");
    }

    #[test]
    fn bytes_are_where_the_offsets_say() {
        let bytes = mesh(Encoding::Binary);
        let find = |what: &[u8]| bytes.windows(what.len()).position(|w| w == what).unwrap();
        let begin = find(b"\"raw\">\n_") + 8;
        let text = String::from_utf8_lossy(&bytes[..begin]).into_owned();
        let array = |name: &str| -> Vec<[u8; 8]> {
            let after = text.split(&format!("Name=\"{name}\"")).nth(1).unwrap().split("offset=\"").nth(1).unwrap();
            let at = begin + after.split('"').next().unwrap().parse::<usize>().unwrap();
            let word = |at: usize| <[u8; 8]>::try_from(&bytes[at..at + 8]).unwrap();
            let n = u64::from_le_bytes(word(at)) as usize / 8;
            (1..=n).map(|k| word(at + 8 * k)).collect()
        };
        let integers = |name: &str| array(name).into_iter().map(u64::from_le_bytes).collect::<Vec<_>>();
        assert_eq!(integers("connectivity"), [0, 1, 2, 0, 1, 3, 2]);
        assert_eq!(integers("offsets"), [3, 7]);
        let doubles: Vec<f64> = array("Points").into_iter().map(f64::from_le_bytes).collect();
        assert_eq!(doubles[..6], [0.0, 0.0, 0.5, 1.0, 0.0, 0.0]);
        assert_eq!(array("site&lt;1>").len(), 2);
    }
}
