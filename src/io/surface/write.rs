//! Meshes out: .obj, .ply, .off, .stl, .vtk and .vtp. Vertices and faces keep their order,
//! coordinates their bits (but for .stl).

use super::super::atomic::write_atomically;
use super::super::ending::ending;
use super::super::error::{IoError, quoted};
use super::data::{Encoding, Field, MeshData};
use super::{solids, vtp};
use std::io::{self, Write};
use std::path::Path;

/// Whether [`write_surface`] writes files of this name.
pub fn writes_surface(path: &Path) -> bool {
    Kind::of(path).is_some()
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Obj,
    Ply,
    Off,
    Stl,
    Vtk,
    Vtp,
}

impl Kind {
    fn of(path: &Path) -> Option<Kind> {
        match ending(path).as_str() {
            "obj" => Some(Kind::Obj),
            "ply" => Some(Kind::Ply),
            "off" => Some(Kind::Off),
            "stl" => Some(Kind::Stl),
            "vtk" => Some(Kind::Vtk),
            "vtp" => Some(Kind::Vtp),
            _ => None,
        }
    }
}

/// Writes a mesh, atomically; the extension tells the format. Fields go into .ply (as properties
/// `name`, or `name_0`, `name_1`, ...) and .vtk and .vtp (as arrays), texture coordinates into
/// .obj, which is always text, and .ply (as a list `texcoord` of each face).
/// [`super::read_surface`] gives the same vertices and triangles from .obj and .ply, bit by bit.
/// Cost: O(n).
///
/// # Errors
/// [`IoError::Content`] for other extensions, for data that the format does not hold and for lists
/// of the wrong length; the system's.
pub fn write_surface(path: &Path, mesh: &MeshData, encoding: Encoding) -> Result<(), IoError> {
    let fail = |what: String| Err(IoError::content(path, what));
    let Some(kind) = Kind::of(path) else {
        return fail("meshes are written as .obj, .ply, .off, .stl, .vtk or .vtp; choose one of these".into());
    };
    for (list, n, things) in
        [(mesh.vertex_fields, mesh.vertices.len(), "vertices"), (mesh.face_fields, mesh.count(), "faces")]
    {
        for f in list {
            if matches!(kind, Kind::Obj | Kind::Off | Kind::Stl) {
                let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
                let what = format!("an .{ending} holds no data like {}; write .ply or .vtk", quoted(f.name));
                return fail(what);
            }
            if f.name.is_empty() || f.name.contains(|c: char| c.is_whitespace() || c.is_control()) {
                return fail(format!("{} is no name for data; use one word", quoted(f.name)));
            }
            if f.columns == 0 || Some(f.values.len()) != n.checked_mul(f.columns) {
                let (name, found, columns) = (quoted(f.name), f.values.len(), f.columns);
                return fail(format!(
                    "{name} has {found} numbers, {n} {things} with {columns} each need another number"
                ));
            }
        }
    }
    if let Some(texture) = mesh.texture
        && (!matches!(kind, Kind::Obj | Kind::Ply)
            || texture.corners.len() != mesh.triangles.len()
            || !mesh.polygons.is_empty())
    {
        return fail("texture coordinates are written for each triangle of an .obj or .ply only".into());
    }
    write_atomically(path, |w| match kind {
        Kind::Obj => write_obj(w, mesh),
        Kind::Ply => write_ply(w, mesh, encoding),
        Kind::Off => solids::write_off(w, mesh),
        Kind::Stl => solids::write_stl(w, mesh),
        Kind::Vtk => write_vtk(w, mesh, encoding),
        Kind::Vtp => vtp::write(w, mesh, encoding),
    })
}

fn write_obj(w: &mut dyn Write, mesh: &MeshData) -> io::Result<()> {
    for [x, y, z] in mesh.vertices {
        writeln!(w, "v {x:?} {y:?} {z:?}")?;
    }
    if let Some(texture) = mesh.texture {
        texture.points.iter().try_for_each(|[u, v]| writeln!(w, "vt {u:?} {v:?}"))?;
    }
    let mut groups = mesh.groups.iter().peekable();
    for (k, f) in mesh.faces().enumerate() {
        while let Some(group) = groups.next_if(|g| g.first as usize <= k) {
            // A name that would end the line is not written.
            let name: String = group.name.chars().filter(|c| !c.is_control()).collect();
            writeln!(w, "g {name}")?;
        }
        match mesh.texture {
            None => {
                w.write_all(b"f")?;
                f.iter().try_for_each(|&v| write!(w, " {}", u64::from(v) + 1))?;
                w.write_all(b"\n")?;
            }
            Some(texture) => {
                let [a, b, c] = [f[0], f[1], f[2]].map(|v| u64::from(v) + 1);
                let [i, j, k] = texture.corners[k].map(|v| u64::from(v) + 1);
                writeln!(w, "f {a}/{i} {b}/{j} {c}/{k}")?;
            }
        }
    }
    Ok(())
}

fn write_ply(w: &mut dyn Write, mesh: &MeshData, encoding: Encoding) -> io::Result<()> {
    let binary = encoding == Encoding::Binary;
    let format = if binary { "binary_little_endian" } else { "ascii" };
    write!(w, "ply\nformat {format} 1.0\ncomment written by brenier\nelement vertex {}\n", mesh.vertices.len())?;
    w.write_all(b"property double x\nproperty double y\nproperty double z\n")?;
    let declare = |w: &mut dyn Write, fields: &[Field]| {
        fields.iter().try_for_each(|f| match f.columns {
            1 => writeln!(w, "property double {}", f.name),
            n => (0..n).try_for_each(|k| writeln!(w, "property double {}_{k}", f.name)),
        })
    };
    declare(w, mesh.vertex_fields)?;
    // Many programs read `int` only.
    let index = if mesh.vertices.len() <= i32::MAX as usize { "int" } else { "uint" };
    // Few programs read other counts than bytes.
    let wide = mesh.faces().any(|f| f.len() > usize::from(u8::MAX));
    let counts = if wide { "uint" } else { "uchar" };
    write!(w, "element face {}\nproperty list {counts} {index} vertex_indices\n", mesh.count())?;
    if mesh.texture.is_some() {
        w.write_all(b"property list uchar double texcoord\n")?;
    }
    declare(w, mesh.face_fields)?;
    w.write_all(b"end_header\n")?;
    for (k, v) in mesh.vertices.iter().enumerate() {
        let numbers = v.iter().chain(mesh.vertex_fields.iter().flat_map(|f| f.of(k)));
        if binary {
            numbers.map(|x| x.to_le_bytes()).try_for_each(|b| w.write_all(&b))?;
        } else {
            write_words(w, numbers)?;
        }
    }
    for (k, f) in mesh.faces().enumerate() {
        let mut numbers = mesh.face_fields.iter().flat_map(|f| f.of(k));
        let at = mesh.texture.map(|x| x.corners[k].map(|c| x.points[c as usize]));
        if binary {
            if wide {
                w.write_all(&(f.len() as u32).to_le_bytes())?
            } else {
                w.write_all(&[f.len() as u8])?
            }
            f.iter().try_for_each(|v| w.write_all(&v.to_le_bytes()))?;
            if let Some(at) = at {
                w.write_all(&[6])?;
                at.as_flattened().iter().try_for_each(|x| w.write_all(&x.to_le_bytes()))?;
            }
            numbers.try_for_each(|x| w.write_all(&x.to_le_bytes()))?;
        } else {
            write!(w, "{}", f.len())?;
            f.iter().try_for_each(|v| write!(w, " {v}"))?;
            if let Some(at) = at {
                write!(w, " 6")?;
                at.as_flattened().iter().try_for_each(|x| write!(w, " {x:?}"))?;
            }
            numbers.try_for_each(|x| write!(w, " {x:?}"))?;
            w.write_all(b"\n")?;
        }
    }
    Ok(())
}

/// VTK's legacy format, version 3.0: its binary numbers have the highest byte first.
fn write_vtk(w: &mut dyn Write, mesh: &MeshData, encoding: Encoding) -> io::Result<()> {
    let binary = encoding == Encoding::Binary;
    let format = if binary { "BINARY" } else { "ASCII" };
    write!(w, "# vtk DataFile Version 3.0\nwritten by brenier\n{format}\nDATASET POLYDATA\n")?;
    writeln!(w, "POINTS {} double", mesh.vertices.len())?;
    write_numbers(w, mesh.vertices.as_flattened(), 3, binary)?;
    let n = mesh.count();
    writeln!(w, "POLYGONS {n} {}", n + mesh.corners())?;
    for f in mesh.faces() {
        if binary {
            w.write_all(&(f.len() as u32).to_be_bytes())?;
            f.iter().try_for_each(|v| w.write_all(&v.to_be_bytes()))?;
        } else {
            write!(w, "{}", f.len())?;
            f.iter().try_for_each(|v| write!(w, " {v}"))?;
            w.write_all(b"\n")?;
        }
    }
    if binary {
        w.write_all(b"\n")?;
    }
    let lists = [("POINT_DATA", mesh.vertices.len(), mesh.vertex_fields), ("CELL_DATA", n, mesh.face_fields)];
    for (place, n, fields) in lists.into_iter().filter(|l| !l.2.is_empty()) {
        write!(w, "{place} {n}\nFIELD FieldData {}\n", fields.len())?;
        for f in fields {
            writeln!(w, "{} {} {n} double", f.name, f.columns)?;
            write_numbers(w, f.values, f.columns, binary)?;
        }
    }
    Ok(())
}

fn write_numbers(w: &mut dyn Write, numbers: &[f64], columns: usize, binary: bool) -> io::Result<()> {
    if binary {
        numbers.iter().try_for_each(|x| w.write_all(&x.to_be_bytes()))?;
        return w.write_all(b"\n");
    }
    numbers.chunks(columns).try_for_each(|row| write_words(w, row.iter()))
}

fn write_words<'a>(w: &mut dyn Write, numbers: impl Iterator<Item = &'a f64>) -> io::Result<()> {
    for (k, x) in numbers.enumerate() {
        write!(w, "{}{x:?}", if k == 0 { "" } else { " " })?;
    }
    w.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::super::builder::Group;
    use super::super::data::Texture;
    use super::super::read_surface;
    use super::*;
    use crate::io::ReadLimit;

    const VERTICES: [[f64; 3]; 4] =
        [[0.1, -0.0, 1e-300], [1.0 / 3.0, 5e-324, -2.5], [1e22, f64::MAX, 7.0], [f64::NAN, f64::INFINITY, 0.0]];
    const TRIANGLES: [[u32; 3]; 2] = [[0, 1, 2], [2, 1, 0]];

    fn text(kind: &str, mesh: &MeshData) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("m.{kind}"));
        write_surface(&path, mesh, Encoding::Text)
            .map_err(|e| e.to_string().rsplit("m.").next().unwrap().to_string())?;
        Ok(std::fs::read_to_string(path).unwrap())
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let marks = Field { name: "mark", columns: 1, values: &[1.0, 2.0, 3.0, 4.0] };
        let pairs = Field { name: "pair", columns: 2, values: &[1.0, 2.0, 3.0, 4.0] };
        let (vertex_fields, face_fields) = ([marks], [pairs, pairs]);
        let mesh = MeshData { vertices: &VERTICES, triangles: &TRIANGLES, ..MeshData::default() };
        let full = MeshData { vertex_fields: &vertex_fields, face_fields: &face_fields, ..mesh };
        let with_texture =
            MeshData { texture: Some(Texture { points: &[[0.5, 1.0]], corners: &[[0; 3], [0; 3]] }), ..mesh };
        // A vertex that is not finite and has no face stands where one with a face is.
        let mut expected = VERTICES;
        expected[3] = VERTICES[0];
        let bits = |v: &[[f64; 3]]| v.iter().map(|p| p.map(f64::to_bits)).collect::<Vec<_>>();
        for (name, mesh, encoding) in [
            ("a.obj", mesh, Encoding::Binary),
            ("b.obj", with_texture, Encoding::Text),
            ("a.ply", mesh, Encoding::Binary),
            ("b.ply", mesh, Encoding::Text),
            ("c.ply", full, Encoding::Binary),
            ("d.ply", full, Encoding::Text),
        ] {
            let path = folder.path().join(name);
            write_surface(&path, &mesh, encoding).unwrap();
            let file = read_surface(&path, ReadLimit::default()).unwrap();
            assert_eq!(bits(&file.vertices), bits(&expected), "{name}");
            assert_eq!(file.triangles, TRIANGLES, "{name}");
        }
    }

    #[test]
    fn texts() {
        let v = [[0.0, 0.0, 0.5], [1.0, 0.0, 0.0], [0.0, 1e-9, 0.0]];
        let mass = [Field { name: "mass", columns: 1, values: &[0.25] }];
        let uv = [Field { name: "uv", columns: 2, values: &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0] }];
        let plain = MeshData { vertices: &v, triangles: &[[0, 1, 2]], ..MeshData::default() };
        let mesh = MeshData { vertex_fields: &uv, face_fields: &mass, ..plain };
        let vtk = "# vtk DataFile Version 3.0\nwritten by brenier\nASCII\nDATASET POLYDATA\nPOINTS 3 double\n\
            0.0 0.0 0.5\n1.0 0.0 0.0\n0.0 1e-9 0.0\nPOLYGONS 1 4\n3 0 1 2\nPOINT_DATA 3\nFIELD FieldData 1\nuv 2 3 double\n\
            0.0 0.0\n1.0 0.0\n0.0 1.0\nCELL_DATA 1\nFIELD FieldData 1\nmass 1 1 double\n0.25\n";
        assert_eq!(text("vtk", &mesh).unwrap(), vtk);
        let ply = text("ply", &mesh).unwrap();
        assert!(
            ply.ends_with("end_header\n0.0 0.0 0.5 0.0 0.0\n1.0 0.0 0.0 1.0 0.0\n0.0 1e-9 0.0 0.0 1.0\n3 0 1 2 0.25\n"),
            "{ply}"
        );
        let uv = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        let textured = MeshData { texture: Some(Texture { points: &uv, corners: &[[0, 1, 2]] }), ..plain };
        let obj = "v 0.0 0.0 0.5\nv 1.0 0.0 0.0\nv 0.0 1e-9 0.0\nvt 0.0 0.0\nvt 1.0 0.0\nvt 0.0 1.0\nf 1/1 2/2 3/3\n";
        assert_eq!(text("obj", &textured).unwrap(), obj);
        let error = |kind: &str, mesh: &MeshData| text(kind, mesh).unwrap_err();
        assert_eq!(error("obj", &mesh), "obj: an .obj holds no data like \"uv\"; write .ply or .vtk");
        assert_eq!(
            error("step", &mesh),
            "step: meshes are written as .obj, .ply, .off, .stl, .vtk or .vtp; choose one of these"
        );
        assert_eq!(error("stl", &mesh), "stl: an .stl holds no data like \"uv\"; write .ply or .vtk");
        let short = [Field { name: "m", columns: 2, values: &[0.25] }];
        let wrong = error("ply", &MeshData { face_fields: &short, ..plain });
        assert_eq!(wrong, "ply: \"m\" has 1 numbers, 1 faces with 2 each need another number");
        let named = [Field { name: "a b", ..mass[0] }];
        assert_eq!(
            error("vtk", &MeshData { face_fields: &named, ..plain }),
            "vtk: \"a b\" is no name for data; use one word"
        );
        let group = |name: &str, first| Group { name: name.into(), first };
        let groups = [group("none", 0), group("left arm", 0), group("late", 5)];
        let grouped = obj.replace("f 1/1", "g none\ng left arm\nf 1/1");
        assert_eq!(text("obj", &MeshData { groups: &groups, ..textured }).unwrap(), grouped);
        let ply = text("ply", &MeshData { face_fields: &mass, ..textured }).unwrap();
        assert!(
            ply.ends_with(
                "texcoord\nproperty double mass\nend_header\n0.0 0.0 0.5\n1.0 0.0 0.0\n0.0 1e-9 0.0\n\
            3 0 1 2 6 0.0 0.0 1.0 0.0 0.0 1.0 0.25\n"
            ),
            "{ply}"
        );
        assert!(error("vtk", &textured).contains("of an .obj or .ply only"));
    }

    /// Polygons survive in .off; in .stl they are triangles with the normal of the polygon.
    #[test]
    fn solids_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let v = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.75]];
        let faces: [&[u32]; 5] = [&[3, 2, 1, 0], &[0, 1, 4], &[1, 2, 4], &[2, 3, 4], &[3, 0, 4]];
        let mesh = MeshData { vertices: &v, polygons: &faces, ..MeshData::default() };
        for name in ["p.off", "p.stl"] {
            let path = folder.path().join(name);
            write_surface(&path, &mesh, Encoding::Binary).unwrap();
            let file = read_surface(&path, ReadLimit::default()).unwrap();
            assert_eq!((file.vertices.len(), file.triangles.len()), (5, 6), "{name}");
            let at = |t: &[u32; 3]| t.map(|c| file.vertices[c as usize]);
            let volume = |[a, b, c]: [[f64; 3]; 3]| {
                a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                    + a[2] * (b[0] * c[1] - b[1] * c[0])
            };
            let sum: f64 = file.triangles.iter().map(|t| volume(at(t))).sum();
            assert!((sum / 6.0 - 0.25).abs() < 1e-12, "{name}: outward, closed");
        }
        let bytes = std::fs::read(folder.path().join("p.stl")).unwrap();
        assert_eq!(bytes.len(), 84 + 6 * 50);
        assert_eq!(bytes[84..96], [0.0f32, 0.0, -1.0].map(f32::to_le_bytes).concat(), "the base looks down");
    }

    #[test]
    fn polygons_come_after_triangles() {
        let v = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let site = [Field { name: "site", columns: 1, values: &[7.0, 8.0] }];
        let plain =
            MeshData { vertices: &v, triangles: &[[0, 1, 4]], polygons: &[&[0, 1, 2, 3]], ..MeshData::default() };
        let mesh = MeshData { face_fields: &site, ..plain };
        assert!(text("obj", &plain).unwrap().ends_with("f 1 2 5\nf 1 2 3 4\n"));
        assert!(text("ply", &mesh).unwrap().ends_with("3 0 1 4 7.0\n4 0 1 2 3 8.0\n"));
        assert!(text("vtk", &mesh).unwrap().contains("POLYGONS 2 9\n3 0 1 4\n4 0 1 2 3\nCELL_DATA 2\n"));
        let long: Vec<u32> = (0..300).map(|k| k % 5).collect();
        let wide = MeshData { polygons: &[&long], face_fields: &[], ..plain };
        assert!(text("ply", &wide).unwrap().contains("property list uint int vertex_indices"));
    }
}
