//! Meshes from glTF 2.0, .glb or .gltf: the triangles of the scene, all transformations carried
//! out, with their points (TEXCOORD_0) and the names of their nodes.
//!
//! The format has a vertex for each place, normal and point, so surfaces fall apart along seams and
//! creases; vertices at the same place in one node are made one. What the crate describes is read
//! here with every offset checked.

use super::super::error::{IoError, quoted};
use super::super::read::{ReadLimit, read_file};
use super::SurfaceFile;
use super::builder::NO_VALUE;
use ::gltf::accessor::{DataType, Dimensions};
use ::gltf::mesh::Mode;
use ::gltf::{Accessor, Gltf, Node, Primitive, Semantic, buffer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;

/// Bytes of the header of a .glb.
const HEADER: usize = 12;

/// A file that is being read.
struct Reading<'a> {
    path: &'a Path,
    buffers: Vec<Vec<u8>>,
    file: SurfaceFile,
    /// Triangles that may still come.
    room: usize,
    /// Vertices that were made one with others, and primitives that are no triangles.
    merged: usize,
    skipped: usize,
}

/// Reads the triangles of the scene (of all meshes if there is none). `.gltf` files may have their
/// data in files beside them.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let fail = |what: String| IoError::content(path, what);
    // The crate trusts this one length.
    if bytes.starts_with(b"glTF") && bytes.get(8..HEADER).is_none_or(|l| length(l) < HEADER) {
        return Err(fail("is cut off or damaged; export it again".into()));
    }
    let read = Gltf::from_slice(bytes).map_err(|e| fail(described(&e)))?;
    let mut buffers = Vec::new();
    let mut total = bytes.len();
    for b in read.buffers() {
        let data = match b.source() {
            buffer::Source::Bin => read.blob.clone().unwrap_or_default(),
            buffer::Source::Uri(uri) => external(path, uri)?,
        };
        total += data.len();
        buffers.push(data);
    }
    // Meshes and numbers can be used many times over; most files have some bytes for each triangle.
    let mut reading = Reading { path, buffers, file: SurfaceFile::default(), room: total, merged: 0, skipped: 0 };
    match read.default_scene().or_else(|| read.scenes().next()) {
        Some(scene) => {
            let mut open: Vec<(Node, [[f64; 4]; 4])> = scene.nodes().map(|n| (n, IDENTITY)).collect();
            open.reverse();
            let mut seen = vec![false; read.nodes().len()];
            while let Some((node, above)) = open.pop() {
                // Nodes are a forest: one with two ways to it would be there twice.
                if std::mem::replace(&mut seen[node.index()], true) {
                    return Err(fail("has a node below two others, or below itself; export it again".into()));
                }
                let here = product(above, node.transform().matrix().map(|c| c.map(f64::from)));
                if let Some(mesh) = node.mesh() {
                    let name = node.name().or(mesh.name()).unwrap_or_default().to_string();
                    reading.mesh(&name, mesh.primitives(), here)?;
                }
                let below: Vec<_> = node.children().map(|n| (n, here)).collect();
                open.extend(below.into_iter().rev());
            }
        }
        None => {
            for mesh in read.meshes() {
                let name = mesh.name().unwrap_or_default().to_string();
                reading.mesh(&name, mesh.primitives(), IDENTITY)?;
            }
        }
    }
    Ok(reading.finished())
}

impl Reading<'_> {
    fn fail<T>(&self, what: String) -> Result<T, IoError> {
        Err(IoError::content(self.path, what))
    }

    /// All primitives of a mesh: one surface.
    fn mesh<'p>(
        &mut self,
        name: &str,
        primitives: impl Iterator<Item = Primitive<'p>>,
        place: [[f64; 4]; 4],
    ) -> Result<(), IoError> {
        self.file.begin_group(name.as_bytes());
        let start = self.file.vertices.len();
        let from = self.file.triangles.len();
        let mirrored = determinant(place) < 0.0;
        for primitive in primitives {
            if !matches!(primitive.mode(), Mode::Triangles | Mode::TriangleStrip | Mode::TriangleFan) {
                self.skipped += 1;
                continue;
            }
            let Some(positions) = primitive.get(&Semantic::Positions) else { continue };
            if positions.dimensions() != Dimensions::Vec3 {
                return self.fail("has positions that are not three numbers each; export it again".into());
            }
            let first = self.file.vertices.len();
            let count = positions.count();
            let places = self.numbers(&positions)?;
            self.file.vertices.extend(places.as_chunks::<3>().0.iter().map(|&p| moved(place, p)));
            let first_point = self.file.points.values.len() as u32;
            let points = primitive.get(&Semantic::TexCoords(0)).filter(|a| a.dimensions() == Dimensions::Vec2);
            let points = match points.map(|a| self.numbers(&a)).transpose()? {
                // Their second axis points down.
                Some(list) if list.len() == 2 * count => {
                    self.file.points.values.extend(list.as_chunks::<2>().0.iter().map(|[u, v]| [*u, 1.0 - v]));
                    true
                }
                _ => false,
            };
            let corners: Vec<u32> = match primitive.indices() {
                Some(list) => self.numbers(&list)?.into_iter().map(|x| x as u32).collect(),
                None => (0..count as u32).collect(),
            };
            if let Some(&v) = corners.iter().find(|&&v| v as usize >= count) {
                return self.fail(format!("names vertex {v} of a part with {count}; it is damaged, export it again"));
            }
            for (n, t) in triangles(&corners, primitive.mode()).enumerate() {
                let [a, b, c] = t;
                if a == b || b == c || c == a {
                    continue;
                }
                let even = n.is_multiple_of(2) || primitive.mode() != Mode::TriangleStrip;
                let t = if even != mirrored { [a, b, c] } else { [b, a, c] };
                if self.room == 0 {
                    return self.fail(
                        "uses its numbers so often that there are more triangles than bytes; write every mesh out once"
                            .into(),
                    );
                }
                self.room -= 1;
                let triangle = self.file.triangles.len();
                self.file.push(self.path, &t.map(|v| first as u32 + v))?;
                if points {
                    self.file.points.push(triangle, &t.map(|v| first_point + v));
                }
            }
        }
        self.weld(start, from);
        Ok(())
    }

    /// Vertices from `start` on that are at one place become the first of them, in the triangles
    /// from `from` on; vertices stay without gaps.
    fn weld(&mut self, start: usize, from: usize) {
        let list = &self.file.vertices[start..];
        // Adding zero makes both zeros one.
        let key = |v: &[f64; 3]| v.map(|x| (x + 0.0).to_bits());
        let mut order: Vec<u32> = (0..list.len() as u32).collect();
        order.sort_by_key(|&v| (key(&list[v as usize]), v));
        let mut first: Vec<u32> = (0..list.len() as u32).collect();
        for same in order.chunk_by(|&a, &b| key(&list[a as usize]) == key(&list[b as usize])) {
            same.iter().for_each(|&v| first[v as usize] = same[0]);
        }
        let mut number = vec![0; list.len()];
        let mut kept = Vec::new();
        for v in 0..list.len() {
            if first[v] as usize == v {
                number[v] = (start + kept.len()) as u32;
                kept.push(list[v]);
            }
        }
        self.merged += list.len() - kept.len();
        for v in self.file.triangles[from..].iter_mut().flatten() {
            *v = number[first[*v as usize - start] as usize];
        }
        self.file.vertices.truncate(start);
        self.file.vertices.extend(kept);
    }

    /// All numbers of an accessor, element after element.
    fn numbers(&self, accessor: &Accessor) -> Result<Vec<f64>, IoError> {
        let broken = || IoError::content(self.path, "has numbers beyond its data; it is cut off or damaged");
        if accessor.sparse().is_some() {
            return self.fail("has sparse numbers, which are not read; export it without".into());
        }
        let Some(view) = accessor.view() else { return self.fail("has numbers without data; export it again".into()) };
        let data = self.buffers.get(view.buffer().index()).ok_or_else(broken)?;
        let columns = accessor.dimensions().multiplicity();
        let (kind, count) = (accessor.data_type(), accessor.count());
        let size = kind.size() * columns;
        let stride = view.stride().unwrap_or(size);
        let end = view.offset().checked_add(view.length()).filter(|&e| e <= data.len()).ok_or_else(broken)?;
        let data = data.get(view.offset()..end).and_then(|d| d.get(accessor.offset()..)).ok_or_else(broken)?;
        // The last element ends inside, so there are no more of them than bytes.
        let last = count.checked_sub(1).and_then(|k| k.checked_mul(stride)).and_then(|s| s.checked_add(size));
        if count > 0 && last.is_none_or(|l| l > data.len()) || stride == 0 {
            return Err(broken());
        }
        let mut list = Vec::with_capacity(count * columns);
        for k in 0..count {
            let element = &data[k * stride..k * stride + size];
            list.extend(element.chunks_exact(kind.size()).map(|b| number(b, kind, accessor.normalized())));
        }
        Ok(list)
    }

    fn finished(mut self) -> SurfaceFile {
        self.file.end_groups();
        self.file.finish_corners();
        if self.file.points.corners.iter().flatten().all(|&c| c == NO_VALUE) {
            self.file.points = Default::default();
        }
        let path = self.path.display();
        if self.merged > 0 {
            let what = match self.merged {
                1 => "1 vertex was made one with another at its place".to_string(),
                n => format!("{n} vertices were made one with others at their place"),
            };
            self.file.notes.push(format!("{path}: {what}; the format divides them along seams"));
        }
        if self.skipped > 0 {
            self.file.notes.push(format!("{path}: parts that are points or lines were left out"));
        }
        self.file
    }
}

/// Corners of the triangles, as they come.
fn triangles(corners: &[u32], mode: Mode) -> Box<dyn Iterator<Item = [u32; 3]> + '_> {
    match mode {
        Mode::TriangleStrip => Box::new(corners.windows(3).map(|w| [w[0], w[1], w[2]])),
        Mode::TriangleFan => {
            let first = corners.first().copied().unwrap_or(0);
            Box::new(corners.windows(2).skip(1).map(move |w| [first, w[0], w[1]]))
        }
        _ => Box::new(corners.as_chunks::<3>().0.iter().copied()),
    }
}

fn length(bytes: &[u8]) -> usize {
    bytes.try_into().map_or(0, |b| u32::from_le_bytes(b) as usize)
}

/// A number of so many bytes.
fn number(b: &[u8], kind: DataType, normalized: bool) -> f64 {
    let pair = || [b[0], b[1]];
    let four = || [b[0], b[1], b[2], b[3]];
    let (value, most) = match kind {
        DataType::I8 => (f64::from(b[0] as i8), 127.0),
        DataType::U8 => (f64::from(b[0]), 255.0),
        DataType::I16 => (f64::from(i16::from_le_bytes(pair())), 32767.0),
        DataType::U16 => (f64::from(u16::from_le_bytes(pair())), 65535.0),
        DataType::U32 => (f64::from(u32::from_le_bytes(four())), f64::from(u32::MAX)),
        DataType::F32 => return f64::from(f32::from_le_bytes(four())),
    };
    if normalized { (value / most).max(-1.0) } else { value }
}

/// Data outside the file: in the address itself, or in a file beside it.
fn external(path: &Path, uri: &str) -> Result<Vec<u8>, IoError> {
    let fail = |what: String| Err(IoError::content(path, what));
    if let Some(rest) = uri.strip_prefix("data:") {
        let Some((_, text)) = rest.split_once(";base64,") else {
            return fail("has data that are not base64; export it again".into());
        };
        return match STANDARD.decode(text.trim_end()) {
            Ok(data) => Ok(data),
            Err(e) => fail(format!("has data that are not base64 ({e}); export it again")),
        };
    }
    let name = uri.replace("%20", " ");
    let beside = Path::new(&name);
    // No way out of the folder: what a file names is not what the one who runs this has named.
    let plain = beside.components().all(|c| matches!(c, std::path::Component::Normal(_)));
    if !plain || name.contains(':') {
        return fail(format!("has its data at {}; put them into a file beside it", quoted(uri)));
    }
    read_file(&path.parent().unwrap_or(Path::new("")).join(beside), ReadLimit::default())
}

/// What the crate says, in one line.
fn described(e: &::gltf::Error) -> String {
    match e {
        ::gltf::Error::Validation(list) => {
            let told = list.first().map(|(at, what)| format!(": {what} at {at}")).unwrap_or_default();
            format!("is no valid glTF{told}; export it again, without compression")
        }
        other => format!("is no glTF ({other}); export it again"),
    }
}

const IDENTITY: [[f64; 4]; 4] = [[1., 0., 0., 0.], [0., 1., 0., 0.], [0., 0., 1., 0.], [0., 0., 0., 1.]];

/// Matrices as the format has them: lists of columns.
fn product(a: [[f64; 4]; 4], b: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
    b.map(|column| std::array::from_fn(|r| (0..4).map(|k| a[k][r] * column[k]).sum()))
}

fn moved(m: [[f64; 4]; 4], p: [f64; 3]) -> [f64; 3] {
    // Numbers of the file stay as they are where nothing moves.
    if m == IDENTITY {
        return p;
    }
    std::array::from_fn(|r| m[0][r] * p[0] + m[1][r] * p[1] + m[2][r] * p[2] + m[3][r])
}

fn determinant(m: [[f64; 4]; 4]) -> f64 {
    let [a, b, c] = [0, 1, 2].map(|k| [m[k][0], m[k][1], m[k][2]]);
    a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A .gltf with one mesh: two triangles over four vertices, of which two are given twice.
    fn text(nodes: &str) -> String {
        let mut data = Vec::new();
        let places = [[0f32, 0., 0.], [1., 0., 0.], [0., 1., 0.], [1., 0., 0.], [0., 1., 0.], [1., 1., 0.]];
        data.extend(places.as_flattened().iter().flat_map(|x| x.to_le_bytes()));
        let points = [[0f32, 0.], [0.5, 0.], [0., 0.5], [0.75, 0.], [0.5, 0.5], [0.75, 0.5]];
        data.extend(points.as_flattened().iter().flat_map(|x| x.to_le_bytes()));
        data.extend([0u8, 1, 2, 3, 5, 4]);
        let n = data.len();
        let data = STANDARD.encode(&data);
        format!(
            r#"{{"asset":{{"version":"2.0"}},"scene":0,"scenes":[{{"nodes":[0]}}],"nodes":{nodes},
            "meshes":[{{"primitives":[{{"attributes":{{"POSITION":0,"TEXCOORD_0":1}},"indices":2}}]}}],
            "accessors":[{{"bufferView":0,"componentType":5126,"count":6,"type":"VEC3","min":[0,0,0],"max":[1,1,0]}},
            {{"bufferView":1,"componentType":5126,"count":6,"type":"VEC2"}},
            {{"bufferView":2,"componentType":5121,"count":6,"type":"SCALAR"}}],
            "bufferViews":[{{"buffer":0,"byteLength":72}},{{"buffer":0,"byteOffset":72,"byteLength":48}},
            {{"buffer":0,"byteOffset":120,"byteLength":6}}],
            "buffers":[{{"byteLength":{n},"uri":"data:application/octet-stream;base64,{data}"}}]}}"#
        )
    }

    fn read(text: &str) -> Result<SurfaceFile, String> {
        super::super::parse_surface(Path::new("a.gltf"), text.as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn vertices_at_one_place_are_one() {
        let file = read(&text(r#"[{"mesh":0,"name":"two"}]"#)).unwrap();
        assert_eq!(file.vertices, [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [1., 1., 0.]]);
        assert_eq!(file.triangles, [[0, 1, 2], [1, 3, 2]]);
        assert_eq!(file.groups[0].name, "two");
        assert_eq!(file.points.values[1], [0.5, 1.0]);
        assert_eq!(file.points.corners, [[0, 1, 2], [3, 5, 4]]);
        assert_eq!(
            file.notes,
            ["a.gltf: 2 vertices were made one with others at their place; the format divides them along seams"]
        );
        // Where the points differ from one side to the other there is a seam.
        assert_eq!(file.point_seams(), [[1, 2]]);
    }

    #[test]
    fn nodes_move_what_is_below_them() {
        let nodes = r#"[{"children":[1,2],"translation":[10,0,0],"scale":[2,2,2]},
            {"mesh":0,"rotation":[0,0,0.7071067811865476,0.7071067811865476]},{"mesh":0,"scale":[-1,1,1]}]"#;
        let file = read(&text(nodes)).unwrap();
        assert_eq!((file.vertices.len(), file.triangles.len()), (8, 4));
        let close = |v: [f64; 3], w: [f64; 3]| (0..3).all(|k| (v[k] - w[k]).abs() < 1e-6);
        // A quarter turn about z carries (1, 0, 0) to (0, 1, 0).
        assert!(close(file.vertices[1], [10.0, 2.0, 0.0]) && close(file.vertices[3], [8.0, 2.0, 0.0]));
        assert!(close(file.vertices[5], [8.0, 0.0, 0.0]));
        // A mirror turns triangles over, so they are wound the other way; all look up.
        for t in &file.triangles {
            let [a, b, c] = t.map(|v| file.vertices[v as usize]);
            assert!((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0);
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let good = text(r#"[{"mesh":0}]"#);
        let error = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            read(&good.replace(from, to)).unwrap_err()
        };
        let beyond = "a.gltf: has numbers beyond its data; it is cut off or damaged";
        assert_eq!(error(r#""byteOffset":120,"byteLength":6"#, r#""byteOffset":120,"byteLength":600"#), beyond);
        assert_eq!(error(r#""count":6,"type":"SCALAR""#, r#""count":7,"type":"SCALAR""#), beyond);
        assert_eq!(error(r#""count":6,"type":"VEC2""#, r#""count":18446744073709551615,"type":"VEC2""#), beyond);
        assert!(error(r#""indices":2"#, r#""indices":9"#).starts_with("a.gltf: is no valid glTF"));
        assert!(
            error("data:application/octet-stream;base64,", "../secret?").contains("put them into a file beside it")
        );
        assert!(error("data:application/octet-stream;base64,", "data:;base64,!").contains("not base64"));
        assert!(error(r#"[{"mesh":0}]"#, r#"[{"mesh":0,"children":[0]}]"#).contains("below itself"));
        let wide = r#"[{"children":[1,1,1]},{"mesh":0}]"#;
        assert!(error(r#"[{"mesh":0}]"#, wide).contains("below two others"));
        let glb = |length: u32| [&b"glTF"[..], &2u32.to_le_bytes(), &length.to_le_bytes()].concat();
        for length in [0, 5, 12, u32::MAX] {
            assert!(super::super::parse_surface(Path::new("a.glb"), &glb(length)).is_err());
        }
        assert!(super::super::parse_surface(Path::new("a.glb"), b"glTF").is_err());
    }
}
