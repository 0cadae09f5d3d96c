//! Meshes without data on them: .off, and .stl for machines that make things.

use super::data::MeshData;
use std::io::{self, Write};

/// Vertices and polygons as text.
pub(super) fn write_off(w: &mut dyn Write, mesh: &MeshData) -> io::Result<()> {
    writeln!(w, "OFF\n{} {} 0", mesh.vertices.len(), mesh.count())?;
    for [x, y, z] in mesh.vertices {
        writeln!(w, "{x:?} {y:?} {z:?}")?;
    }
    for f in mesh.faces() {
        write!(w, "{}", f.len())?;
        f.iter().try_for_each(|v| write!(w, " {v}"))?;
        w.write_all(b"\n")?;
    }
    Ok(())
}

/// Triangles with their normals, in single precision, as the format has it; polygons are cut into
/// fans.
pub(super) fn write_stl(w: &mut dyn Write, mesh: &MeshData) -> io::Result<()> {
    let triangles = || mesh.faces().flat_map(|f| (1..f.len().saturating_sub(1)).map(move |k| [f[0], f[k], f[k + 1]]));
    let count = u32::try_from(triangles().count())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "an .stl holds at most 4294967295 triangles"))?;
    let mut head = [0u8; 80];
    let text = b"written by brenier";
    head[..text.len()].copy_from_slice(text);
    w.write_all(&head)?;
    w.write_all(&count.to_le_bytes())?;
    for t in triangles() {
        let [a, b, c] = t.map(|v| mesh.vertices[v as usize]);
        for vector in [normal(a, b, c), a, b, c] {
            for x in vector {
                w.write_all(&(x as f32).to_le_bytes())?;
            }
        }
        w.write_all(&[0, 0])?;
    }
    Ok(())
}

/// The unit normal of a triangle, zero where it has none.
fn normal(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> [f64; 3] {
    let (u, v) = ([b[0] - a[0], b[1] - a[1], b[2] - a[2]], [c[0] - a[0], c[1] - a[1], c[2] - a[2]]);
    let n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    let largest = n.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return [0.0; 3];
    }
    let n = n.map(|x| x / largest);
    let size = n.iter().map(|x| x * x).sum::<f64>().sqrt();
    n.map(|x| x / size)
}
