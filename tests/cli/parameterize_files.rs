//! Files with points that `brenier parameterize` writes, read by hand.

use crate::support::Folder;
use serde_json::Value;

/// A torus of `n` by `m` squares, which has to be cut open, in two named parts.
fn torus(n: usize, m: usize) -> String {
    let mut text = String::from("o ring\n");
    for i in 0..n {
        for j in 0..m {
            let [a, b] = [(i, n), (j, m)].map(|(k, of)| std::f64::consts::TAU * k as f64 / of as f64);
            let r = 1.0 + 0.35 * b.cos();
            text += &format!("v {:?} {:?} {:?}\n", r * a.cos(), r * a.sin(), 0.35 * b.sin());
        }
    }
    let at = |i: usize, j: usize| (i % n) * m + j % m + 1;
    for i in 0..n {
        if i == 0 || i == n / 2 {
            text += if i == 0 { "g west\n" } else { "g east\n" };
        }
        for j in 0..m {
            let [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            text += &format!("f {a} {b} {c}\nf {a} {c} {d}\n");
        }
    }
    text
}

/// What an .obj says: vertices, points, and of each triangle the vertices and points of its
/// corners.
struct Obj {
    vertices: Vec<[f64; 3]>,
    points: Vec<[f64; 2]>,
    triangles: Vec<[usize; 3]>,
    corners: Vec<[usize; 3]>,
}

fn obj(text: &str) -> Obj {
    let rows = |word: &'static str| {
        text.lines().filter_map(move |l| l.strip_prefix(word)).map(|l| l.split(' ').collect::<Vec<_>>())
    };
    let part = |w: &str, k: usize| w.split('/').nth(k).map_or(0, |p| p.parse::<usize>().unwrap() - 1);
    Obj {
        vertices: rows("v ").map(|w| [0, 1, 2].map(|k| w[k].parse().unwrap())).collect(),
        points: rows("vt ").map(|w| [0, 1].map(|k| w[k].parse().unwrap())).collect(),
        triangles: rows("f ").map(|w| [0, 1, 2].map(|k| part(w[k], 0))).collect(),
        corners: rows("f ").map(|w| [0, 1, 2].map(|k| part(w[k], 1))).collect(),
    }
}

#[test]
fn obj_and_ply_have_the_same_points_at_the_corners() {
    let f = Folder::new();
    f.write("torus.obj", torus(12, 8));
    f.expect(0, "parameterize torus.obj -o uv.obj");
    f.expect(0, "parameterize torus.obj -o uv.ply");
    let (before, after) = (f.read("torus.obj"), f.read("uv.obj"));
    let (input, found) = (obj(&before), obj(&after));
    // The cut doubles points, not vertices; all lines but those of points are as they were.
    assert!(found.points.len() > 96 && found.vertices == input.vertices && found.triangles == input.triangles);
    let names = |text: &str| text.lines().filter(|l| l.starts_with("g ")).map(String::from).collect::<Vec<_>>();
    assert_eq!(names(&after), ["g west", "g east"]);
    let first = after.split("g east\n").next().unwrap().matches("\nf ").count();
    assert_eq!(first, 96);
    // The binary .ply, byte by byte.
    let bytes = f.read_bytes("uv.ply");
    let end = bytes.windows(11).position(|w| w == b"end_header\n").unwrap() + 11;
    let header = std::str::from_utf8(&bytes[..end]).unwrap();
    assert!(header.contains("element vertex 96\n") && header.contains("element face 192\n"), "{header}");
    let mut at = end;
    let mut take = |n: usize| {
        at += n;
        &bytes[at - n..at]
    };
    for v in &input.vertices {
        let read = [0, 1, 2].map(|_| f64::from_le_bytes(take(8).try_into().unwrap()));
        assert_eq!(read.map(f64::to_bits), v.map(f64::to_bits));
    }
    for (t, c) in input.triangles.iter().zip(&found.corners) {
        assert_eq!(take(1), [3]);
        assert_eq!([0, 1, 2].map(|_| u32::from_le_bytes(take(4).try_into().unwrap()) as usize), *t);
        assert_eq!(take(1), [6]);
        for &p in c {
            let read = [0, 1].map(|_| f64::from_le_bytes(take(8).try_into().unwrap()));
            assert_eq!(read.map(f64::to_bits), found.points[p].map(f64::to_bits));
        }
    }
    assert_eq!(at, bytes.len());
}

/// Chunks of a .glb, by the specification: twelve bytes, then length, kind and bytes of each,
/// padded to four.
fn chunks(bytes: &[u8]) -> (Value, Vec<u8>) {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((&bytes[..4], word(4), word(8)), (&b"glTF"[..], 2, bytes.len()));
    let json = word(12);
    assert_eq!((&bytes[16..20], json % 4), (&b"JSON"[..], 0));
    let binary = 20 + json;
    assert_eq!((&bytes[binary + 4..binary + 8], word(binary) % 4), (&b"BIN\0"[..], 0));
    assert_eq!(binary + 8 + word(binary), bytes.len());
    (serde_json::from_slice(&bytes[20..binary]).unwrap(), bytes[binary + 8..].to_vec())
}

/// The numbers of an accessor, four bytes each.
fn accessor(root: &Value, data: &[u8], index: &Value, kind: &str, component: u64) -> Vec<[u8; 4]> {
    let a = &root["accessors"][index.as_u64().unwrap() as usize];
    assert_eq!((a["type"].as_str(), a["componentType"].as_u64()), (Some(kind), Some(component)));
    let view = &root["bufferViews"][a["bufferView"].as_u64().unwrap() as usize];
    let number = |v: &Value| v.as_u64().unwrap_or(0) as usize;
    let (start, length) = (number(&view["byteOffset"]) + number(&a["byteOffset"]), number(&view["byteLength"]));
    let columns = ["SCALAR", "VEC2", "VEC3"].iter().position(|k| *k == kind).unwrap() + 1;
    assert_eq!(length, 4 * columns * number(&a["count"]));
    data[start..start + length].chunks_exact(4).map(|b| b.try_into().unwrap()).collect()
}

/// The numbers in a glTF file are those of the .obj, rounded once; seams are the only reason for
/// more vertices.
fn same_as_obj(root: &Value, data: &[u8], found: &Obj) {
    let primitive = &root["meshes"][0]["primitives"][0];
    let floats = |name: &str, kind: &str| -> Vec<f32> {
        let list = accessor(root, data, &primitive["attributes"][name], kind, 5126);
        list.into_iter().map(f32::from_le_bytes).collect()
    };
    let (positions, points) = (floats("POSITION", "VEC3"), floats("TEXCOORD_0", "VEC2"));
    let index: Vec<usize> = accessor(root, data, &primitive["indices"], "SCALAR", 5125)
        .into_iter()
        .map(|b| u32::from_le_bytes(b) as usize)
        .collect();
    assert_eq!((positions.len() / 3, index.len()), (found.points.len(), 3 * found.triangles.len()));
    for (k, &v) in index.iter().enumerate() {
        let (vertex, point) = (found.triangles[k / 3][k % 3], found.corners[k / 3][k % 3]);
        assert_eq!(positions[3 * v..3 * v + 3], found.vertices[vertex].map(|x| x as f32));
        let [a, b] = found.points[point];
        assert_eq!(points[2 * v..2 * v + 2], [a as f32, (1.0 - b) as f32]);
    }
    let bounds = &root["accessors"][primitive["attributes"]["POSITION"].as_u64().unwrap() as usize];
    for k in 0..3 {
        let low = found.vertices.iter().map(|v| v[k] as f32).fold(f32::INFINITY, f32::min);
        assert_eq!(bounds["min"][k].as_f64().unwrap() as f32, low);
    }
    // Their second axis points down: every triangle is clockwise, in the numbers as they are
    // (differences of such floats are exact in doubles, and so are their products up to the last
    // bit).
    for t in index.chunks_exact(3) {
        let [a, b, c] = [t[0], t[1], t[2]].map(|v| [points[2 * v], points[2 * v + 1]].map(f64::from));
        assert!((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) < 0.0);
    }
}

#[test]
fn gltf_holds_the_same_in_single_precision() {
    let f = Folder::new();
    f.write("torus.obj", torus(12, 8));
    f.expect(0, "parameterize torus.obj -o uv.obj");
    let found = obj(&f.read("uv.obj"));
    let run = f.expect(0, "parameterize torus.obj -o uv.glb");
    assert_eq!(run.err, "");
    assert!(run.out.contains("one to one: all 192 triangles positive"), "{}", run.out);
    let bytes = f.read_bytes("uv.glb");
    let (root, data) = chunks(&bytes);
    same_as_obj(&root, &data, &found);
    // The crate's own reader validates it.
    let read = gltf::Gltf::from_slice(&bytes).unwrap();
    let mesh = read.meshes().next().unwrap();
    let primitive = mesh.primitives().next().unwrap();
    assert_eq!(primitive.get(&gltf::Semantic::Positions).unwrap().count(), found.points.len());
    assert_eq!(primitive.indices().unwrap().count(), 576);
    assert!(read.default_scene().unwrap().nodes().next().unwrap().mesh().is_some());
    assert_eq!(read.blob.as_deref(), Some(&data[..]));
    // The same as text, with the data inside.
    f.expect(0, "parameterize torus.obj -o uv.gltf --quiet");
    let root: Value = serde_json::from_str(&f.read("uv.gltf")).unwrap();
    gltf::Gltf::from_slice(&f.read_bytes("uv.gltf")).unwrap();
    let uri = root["buffers"][0]["uri"].as_str().unwrap();
    use base64::Engine;
    let text = uri.strip_prefix("data:application/octet-stream;base64,").unwrap();
    assert_eq!(base64::engine::general_purpose::STANDARD.decode(text).unwrap(), data);
    same_as_obj(&root, &data, &found);
}

/// A crumb beside two squares, a hundred million times smaller: doubles hold its layout, single
/// precision does not, and that is said.
#[test]
fn single_precision_is_proved_as_written() {
    let f = Folder::new();
    let mut text = String::new();
    for size in [1.0, 0.5, 1e-8] {
        for k in 0..25 {
            let (i, j) = (f64::from(k % 5), f64::from(k / 5));
            text += &format!("v {:?} {:?} {:?}\n", 9.0 - 9.0 * size + size * i, size * j, 0.1 * size * i * j);
        }
    }
    for part in [1, 26, 51] {
        for k in 0..16 {
            let a = part + 5 * (k / 4) + k % 4;
            text += &format!("f {a} {} {}\nf {a} {} {}\n", a + 1, a + 6, a + 6, a + 5);
        }
    }
    f.write("crumb.obj", text);
    f.expect(0, "parameterize crumb.obj -o uv.obj --boundary square");
    f.expect(0, "parameterize crumb.obj -o uv.ply --boundary square");
    let run = f.expect(1, "parameterize crumb.obj -o uv.glb --boundary square --report r.json");
    let start = "warning: uv.glb: not one to one any more in its single precision: ";
    assert!(run.err.starts_with(start), "{}", run.err);
    // All of it is in the crumb.
    let first: u32 =
        run.err.split("(triangle ").nth(1).and_then(|t| t.split([',', ')']).next()).unwrap().parse().unwrap();
    assert!((64..96).contains(&first), "{}", run.err);
    assert!(run.err.ends_with("; write .obj or .ply, which hold doubles\n"), "{}", run.err);
    assert!(run.out.contains("map        not one to one: "), "{}", run.out);
    let r = f.json("r.json");
    assert_eq!(r["bijective"], false);
    assert!(r["flat"].as_u64().unwrap() + r["flipped"].as_u64().unwrap() > 0, "{r}");
    // The state is written all the same.
    chunks(&f.read_bytes("uv.glb"));
}
