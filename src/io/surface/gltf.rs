//! Meshes with points of a plane out as glTF 2.0, .glb or .gltf, in single precision, with normals
//! and a checker for a texture, so that every viewer shows where the points are
//! (<https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html>).

use super::super::atomic::write_atomically;
use super::super::ending::has_ending;
use super::super::error::IoError;
use super::checker;
use crate::domain::vector::{Vector3, normal, side, unit};
use ::gltf::json::accessor::{ComponentType, GenericComponentType, Type};
use ::gltf::json::image::MimeType;
use ::gltf::json::material::{PbrMetallicRoughness, StrengthFactor};
use ::gltf::json::validation::{Checked, USize64};
use ::gltf::json::{
    Accessor, Asset, Buffer, Image, Index, Material, Mesh, Node, Root, Scene, Texture, Value, buffer, mesh, texture,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;
use std::path::Path;

/// A mesh as glTF holds it: every vertex has one point, so those on seams are there more than once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SingleMesh {
    /// Coordinates.
    pub positions: Vec<[f32; 3]>,
    /// A point of the plane for each vertex. As in all of glTF `(0, 0)` is the *upper* left corner
    /// of a picture, so these ought to be `(u, 1 - v)`.
    pub points: Vec<[f32; 2]>,
    /// A normal of length one for each vertex.
    pub normals: Vec<[f32; 3]>,
    /// Vertices of each triangle.
    pub triangles: Vec<[u32; 3]>,
}

impl SingleMesh {
    /// A mesh with points, coordinates rounded; `corners` are the points of each triangle's
    /// corners. Vertices stay in their order, those without a triangle are left out. Cost: O(n log
    /// n).
    ///
    /// # Panics
    /// If there are not as many triangles of points as of vertices, or fewer points or vertices
    /// than they name.
    pub fn new(vertices: &[[f64; 3]], triangles: &[[u32; 3]], points: &[[f32; 2]], corners: &[[u32; 3]]) -> SingleMesh {
        let pair = |f: usize, k: usize| [triangles[f][k], corners[f][k]];
        let mut origin: Vec<[u32; 2]> =
            (0..triangles.len()).flat_map(|f| (0..3).map(move |k| (f, k))).map(|(f, k)| pair(f, k)).collect();
        origin.sort_unstable();
        origin.dedup();
        let number = |p: [u32; 2]| origin.partition_point(|q| *q < p) as u32;
        SingleMesh {
            positions: origin.iter().map(|o| vertices[o[0] as usize].map(|x| x as f32)).collect(),
            points: origin.iter().map(|o| points[o[1] as usize]).collect(),
            normals: normals(vertices, triangles, &origin, &number, corners),
            triangles: (0..triangles.len()).map(|f| [0, 1, 2].map(|k| number(pair(f, k)))).collect(),
        }
    }

    /// Positions, points, normals, corners: all numbers have four bytes, so everything is aligned.
    /// At the end the picture.
    fn bytes(&self, picture: &[u8]) -> Vec<u8> {
        let numbers = [self.positions.as_flattened(), self.points.as_flattened(), self.normals.as_flattened()].concat();
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        bytes.extend(self.triangles.as_flattened().iter().flat_map(|v| v.to_le_bytes()));
        bytes.extend_from_slice(picture);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    /// The description, with the data in a buffer of this address, or in that of a .glb.
    fn root(&self, picture: usize, length: usize, uri: Option<String>) -> Root {
        let mut root =
            Root { asset: Asset { generator: Some("brenier".into()), ..Asset::default() }, ..Root::default() };
        let data = root.push(Buffer {
            byte_length: USize64::from(length),
            uri,
            name: None,
            extensions: None,
            extras: Default::default(),
        });
        let n = self.positions.len();
        let mut offset = 0;
        let mut accessor =
            |root: &mut Root, bytes: usize, target, count: usize, component, kind, bounds: [Option<Value>; 2]| {
                let view = root.push(buffer::View {
                    buffer: data,
                    byte_length: USize64::from(bytes),
                    byte_offset: Some(USize64::from(offset)),
                    byte_stride: None,
                    target: Some(Checked::Valid(target)),
                    name: None,
                    extensions: None,
                    extras: Default::default(),
                });
                offset += bytes;
                let [min, max] = bounds;
                root.push(Accessor {
                    buffer_view: Some(view),
                    byte_offset: Some(USize64(0)),
                    count: USize64::from(count),
                    component_type: Checked::Valid(GenericComponentType(component)),
                    type_: Checked::Valid(kind),
                    min,
                    max,
                    normalized: false,
                    name: None,
                    sparse: None,
                    extensions: None,
                    extras: Default::default(),
                })
            };
        // The format wants the bounds of positions.
        let bound = |pick: fn(f32, f32) -> f32| {
            let start = self.positions.first().copied().unwrap_or_default();
            let all = self.positions.iter().fold(start, |m, p| std::array::from_fn(|k| pick(m[k], p[k])));
            Some(Value::from(all.to_vec()))
        };
        let bounds = [bound(f32::min), bound(f32::max)];
        let (float, array) = (ComponentType::F32, buffer::Target::ArrayBuffer);
        let position = accessor(&mut root, 12 * n, array, n, float, Type::Vec3, bounds);
        let point = accessor(&mut root, 8 * n, array, n, float, Type::Vec2, [None, None]);
        let normal = accessor(&mut root, 12 * n, array, n, float, Type::Vec3, [None, None]);
        let corners = 3 * self.triangles.len();
        let (number, elements) = (ComponentType::U32, buffer::Target::ElementArrayBuffer);
        let index = accessor(&mut root, 4 * corners, elements, corners, number, Type::Scalar, [None, None]);
        let attributes = [
            (mesh::Semantic::Positions, position),
            (mesh::Semantic::TexCoords(0), point),
            (mesh::Semantic::Normals, normal),
        ];
        let material = material(&mut root, data, picture, offset);
        let primitive = mesh::Primitive {
            attributes: attributes.into_iter().map(|(name, list)| (Checked::Valid(name), list)).collect(),
            indices: Some(index),
            material: Some(material),
            mode: Checked::Valid(mesh::Mode::Triangles),
            targets: None,
            extensions: None,
            extras: Default::default(),
        };
        let mesh: Index<Mesh> = root.push(Mesh {
            primitives: vec![primitive],
            weights: None,
            name: None,
            extensions: None,
            extras: Default::default(),
        });
        let node = root.push(Node { mesh: Some(mesh), ..Node::default() });
        let scene = root.push(Scene { nodes: vec![node], name: None, extensions: None, extras: Default::default() });
        root.scene = Some(scene);
        root
    }
}

/// Neighbours bend by more than this, in radians, at a crease, and have normals of their own there.
const CREASE: f64 = 1.0;

/// A normal for each vertex and point: the mean over the triangles around the vertex, by their
/// angles there, without those beyond a crease from the ones that have this point. So seams in
/// creases keep them sharp, and others are not seen.
fn normals(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    origin: &[[u32; 2]],
    number: &dyn Fn([u32; 2]) -> u32,
    corners: &[[u32; 3]],
) -> Vec<[f32; 3]> {
    let facing: Vec<Vector3<f64>> = triangles.iter().map(|t| unit(&normal(t.map(|v| vertices[v as usize])))).collect();
    // Corners by vertex: triangle, number of vertex and point, normal by angle.
    let mut around: Vec<(u32, u32, u32, f64)> = Vec::with_capacity(3 * triangles.len());
    let mut own = vec![Vector3::zeros(); origin.len()];
    for (f, t) in triangles.iter().enumerate() {
        let p = t.map(|v| vertices[v as usize]);
        for k in 0..3 {
            let (d, e) = (side(p[k], p[(k + 1) % 3]), side(p[k], p[(k + 2) % 3]));
            let angle = d.cross(&e).norm().atan2(d.dot(&e));
            let at = number([t[k], corners[f][k]]);
            own[at as usize] += facing[f] * angle;
            around.push((t[k], at, f as u32, angle));
        }
    }
    around.sort_by_key(|a| (a.0, a.2));
    let mut sums = vec![Vector3::zeros(); origin.len()];
    for star in around.chunk_by(|a, b| a.0 == b.0) {
        let mut numbers: Vec<u32> = star.iter().map(|a| a.1).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for at in numbers {
            let mean = unit(&own[at as usize]);
            for &(_, other, f, angle) in star {
                if other == at || mean.dot(&facing[f as usize]) > CREASE.cos() {
                    sums[at as usize] += facing[f as usize] * angle;
                }
            }
        }
    }
    let sound = |n: &Vector3<f64>| if *n == Vector3::zeros() { [0.0, 0.0, 1.0] } else { (*n).into() };
    sums.iter().map(|n| sound(&unit(n)).map(|x: f64| x as f32)).collect()
}

/// A material with a picture of so many bytes, which begin at `offset` of a buffer.
fn material(root: &mut Root, data: Index<Buffer>, picture: usize, offset: usize) -> Index<Material> {
    let view = root.push(buffer::View {
        buffer: data,
        byte_length: USize64::from(picture),
        byte_offset: Some(USize64::from(offset)),
        byte_stride: None,
        target: None,
        name: None,
        extensions: None,
        extras: Default::default(),
    });
    let image = root.push(Image {
        buffer_view: Some(view),
        mime_type: Some(MimeType("image/png".into())),
        uri: None,
        name: None,
        extensions: None,
        extras: Default::default(),
    });
    let sampler = root.push(texture::Sampler {
        mag_filter: Some(Checked::Valid(texture::MagFilter::Linear)),
        min_filter: Some(Checked::Valid(texture::MinFilter::LinearMipmapLinear)),
        wrap_s: Checked::Valid(texture::WrappingMode::ClampToEdge),
        wrap_t: Checked::Valid(texture::WrappingMode::ClampToEdge),
        name: None,
        extensions: None,
        extras: Default::default(),
    });
    let texture = root.push(Texture {
        sampler: Some(sampler),
        source: image,
        name: None,
        extensions: None,
        extras: Default::default(),
    });
    let base_color_texture =
        texture::Info { index: texture, tex_coord: 0, extensions: None, extras: Default::default() };
    root.push(Material {
        // Open surfaces have a back.
        double_sided: true,
        pbr_metallic_roughness: PbrMetallicRoughness {
            base_color_texture: Some(base_color_texture),
            metallic_factor: StrengthFactor(0.0),
            roughness_factor: StrengthFactor(0.9),
            ..PbrMetallicRoughness::default()
        },
        ..Material::default()
    })
}

/// Whether [`write_gltf`] writes files of this name.
pub fn writes_gltf(path: &Path) -> bool {
    has_ending(path, "glb") || has_ending(path, "gltf")
}

/// Writes a mesh as .glb, or as .gltf with its data inside, atomically. Cost: O(n).
///
/// # Errors
/// [`IoError::Content`] for other extensions, for coordinates that are not finite in single
/// precision, and for more than 4 GB; the system's.
pub fn write_gltf(path: &Path, mesh: &SingleMesh) -> Result<(), IoError> {
    let fail = |what: &str| Err(IoError::content(path, what.to_string()));
    if !writes_gltf(path) {
        return fail("glTF is written as .glb or .gltf; choose one of these");
    }
    let numbers = mesh.positions.as_flattened().iter().chain(mesh.points.as_flattened());
    if !numbers.clone().all(|x| x.is_finite()) {
        return fail("has coordinates that single precision does not hold; write .obj or .ply");
    }
    // Too small for it: all at one place.
    if mesh.positions.len() > 1 && mesh.positions.iter().all(|p| *p == mesh.positions[0]) {
        return fail("has coordinates that single precision does not tell apart; write .obj or .ply");
    }
    let picture = match checker::png() {
        Ok(picture) => picture,
        Err(e) => return fail(&e.to_string()),
    };
    let bytes = mesh.bytes(&picture);
    // Lengths are 32 bits; some room is for the description.
    if bytes.len() > u32::MAX as usize - (1 << 20) {
        return fail("is too large for the format; write .ply");
    }
    let length = bytes.len();
    let content = if has_ending(path, "gltf") {
        let uri = format!("data:application/octet-stream;base64,{}", STANDARD.encode(&bytes));
        mesh.root(picture.len(), length, Some(uri)).to_vec().map_err(|e| e.to_string())
    } else {
        let header = ::gltf::binary::Header { magic: *b"glTF", version: 2, length: 0 };
        let json = mesh.root(picture.len(), length, None).to_vec().map_err(|e| e.to_string());
        json.and_then(|json| {
            let file = ::gltf::binary::Glb { header, json: json.into(), bin: Some(bytes.into()) };
            file.to_vec().map_err(|e| e.to_string())
        })
    };
    match content {
        Ok(content) => write_atomically(path, |w| w.write_all(&content)),
        Err(what) => fail(&what),
    }
}
