//! `brenier parameterize --sphere` from outside.

use crate::{shapes, support::Folder};
use brenier::exact::predicates::cone_sign_exact;
use brenier::parameterize::SphereProof;
use insta::assert_snapshot;

/// An .obj of the boundary of some cubes.
fn cubes(cells: &[[i32; 3]], parts: i32) -> String {
    let mesh = shapes::voxels(cells, parts);
    let vertices = mesh.vertices.iter().map(|p| format!("v {} {} {}\n", p[0], p[1], p[2]));
    let faces = mesh.triangles.iter().map(|t| format!("f {} {} {}\n", t[0] + 1, t[1] + 1, t[2] + 1));
    vertices.chain(faces).collect()
}

/// Points and triangles of an .obj or .off as they stand there.
fn numbers(text: &str) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let (mut points, mut triangles) = (Vec::new(), Vec::new());
    let off = text.starts_with("OFF");
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |k: usize| words[k].parse::<f64>().unwrap();
        match words.first() {
            Some(&"v") => points.push([number(1), number(2), number(3)]),
            Some(&"f") => triangles.push([1, 2, 3].map(|k| words[k].parse::<u32>().unwrap() - 1)),
            Some(&"3") if off && words.len() == 4 => triangles.push([1, 2, 3].map(|k| words[k].parse().unwrap())),
            Some(_) if off && words.len() == 3 && !line.ends_with(" 0") => {
                points.push([number(0), number(1), number(2)]);
            }
            _ => {}
        }
    }
    (points, triangles)
}

#[test]
fn a_cube_becomes_a_ball() {
    let f = Folder::new();
    f.write("cube.obj", cubes(&[[0, 0, 0]], 3) + "v 7 7 7\n");
    let run = f.expect(
        0,
        "parameterize cube.obj -o ball.obj --sphere --report r.json --plot p.png --size 300x150 --html p.html",
    );
    assert_eq!(run.err, "");
    let out: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(out[0], @"surface    56 vertices and 108 triangles, genus 0");
    assert_snapshot!(out[1], @"map        one to one: all 108 triangles positive, the sphere covered once, exactly on the numbers written");
    assert!(run.out.contains("note       vertex 56 has no face and was left out"), "{}", run.out);
    assert!(
        run.out.ends_with("written    ball.obj\nwritten    r.json\nwritten    p.html\nwritten    p.png\n"),
        "{}",
        run.out
    );
    // As many vertices, the same triangles; each positive, by big integers, on the numbers written.
    let (points, triangles) = numbers(&f.read("ball.obj"));
    assert_eq!((points.len(), &triangles), (57, &numbers(&f.read("cube.obj")).1));
    for t in &triangles {
        let [a, b, c] = t.map(|v| points[v as usize]);
        assert_eq!(cone_sign_exact(a, b, c), 1);
    }
    assert!(SphereProof::new(&triangles, &points).one_to_one());
    assert_eq!(points[56], [0.0; 3]);
    let r = f.json("r.json");
    assert_eq!((r["format"].as_str(), r["degree"].as_i64()), (Some("brenier/sphere-map"), Some(1)));
    assert_eq!((r["bijective"].as_bool(), r["flipped"].as_u64(), r["flat"].as_u64()), (Some(true), Some(0), Some(0)));
    assert_eq!((r["vertices"].as_u64(), r["placed"].as_u64()), (Some(57), Some(56)));
    assert!(r["area_error"].as_f64().unwrap() < 5e-3 && r["worst"].as_array().unwrap().len() == 20);
    let png = png::Decoder::new(std::io::Cursor::new(f.read_bytes("p.png"))).read_info().unwrap();
    assert_eq!((png.info().width, png.info().height), (300, 150));
    let page = f.read("p.html");
    assert!(page.contains("One to one: all 108 triangles positive, the sphere covered once"));
    assert!(page.contains("front and back") && page.contains("brenier.charts();"));
    // The same numbers with one thread, in every format; no drawing is left out.
    let json = f.expect(0, "parameterize cube.obj -o again.obj --sphere --json --threads 1 --plot p.svg").out;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["bijective"], true);
    assert!(f.read("again.obj") == f.read("ball.obj"));
    assert!(f.read("p.svg").contains("sphere: one to one, area error "));
    f.expect(0, "parameterize cube.obj -o ball.off --sphere --quiet");
    assert_eq!(numbers(&f.read("ball.off")), (points, triangles));
    f.expect(0, "parameterize cube.obj -o ball.ply --sphere --quiet");
    // Single precision is judged as it stands in the file: a ball so coarse bears it.
    f.expect(0, "parameterize cube.obj -o ball.stl --sphere --quiet");
    assert_eq!(f.read_bytes("ball.stl").len(), 84 + 50 * 108);
    // Four times as dense on one face: that face grows.
    let dense = |k: usize| if k < 18 { "4\n" } else { "1\n" };
    f.write("dense.txt", (0..108).map(dense).collect::<String>());
    f.expect(0, "parameterize cube.obj -o dense.obj --sphere --density dense.txt --report d.json --quiet");
    assert!(f.json("d.json")["area_error"].as_f64().unwrap() < 2e-2);
}

#[test]
fn what_does_not_go_onto_a_sphere() {
    let f = Folder::new();
    f.write("cube.obj", cubes(&[[0, 0, 0]], 1));
    let ring: Vec<[i32; 3]> = (0..9).filter(|k| *k != 4).map(|k| [k / 3, k % 3, 0]).collect();
    f.write("ring.obj", cubes(&ring, 1));
    f.write("two.obj", cubes(&[[0, 0, 0], [5, 0, 0]], 1));
    let cube = f.read("cube.obj");
    f.write("open.obj", &cube[..cube.trim_end().rfind('\n').unwrap() + 1]);
    for (args, code, told) in [
        ("ring.obj -o x.obj", 3, "ring.obj: the surface has genus 1, so nothing lays it onto a sphere one to one"),
        ("two.obj -o x.obj", 3, "two.obj: the mesh is 2 surfaces that do not hang together (faces 0 and 12 "),
        ("open.obj -o x.obj", 3, "open.obj: the surface is not closed (boundary loops: 1; one has the edge ("),
        ("cube.obj -o x.glb", 2, "x.glb: meshes on the sphere are written as .obj, .ply, .off or .stl"),
        ("cube.obj -o x.obj --boundary square", 2, "cannot be used with"),
        ("cube.obj -o x.obj --remesh", 2, "cannot be used with"),
        ("cube.obj -o cube.obj", 2, "cube.obj"),
    ] {
        let run = f.run(&format!("parameterize --sphere {args}"));
        assert_eq!(run.code, code, "{args}: {}", run.err);
        assert!(run.err.contains(told), "{args}: {}", run.err);
    }
    assert!(f.names().iter().all(|n| !n.starts_with('x')) && f.read("cube.obj") == cube);
    let run = f.run("parameterize cube.obj -o x.stl");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("x.stl: such a file has no place for points of the plane"), "{}", run.err);
}

/// One face with a share of 1e-10 of the mass is smaller than single precision tells apart: doubles
/// bear it, and a file that does not ends with exit 1, and says why.
#[test]
fn what_single_precision_turns_over_is_told() {
    let f = Folder::new();
    f.write("cube.obj", cubes(&[[0, 0, 0]], 3));
    let faint = |k: usize| if k < 18 { "1e-10\n" } else { "1\n" };
    f.write("faint.txt", (0..108).map(faint).collect::<String>());
    f.expect(0, "parameterize cube.obj -o ball.obj --sphere --density faint.txt --quiet");
    let run = f.run("parameterize cube.obj -o ball.stl --sphere --density faint.txt --report r.json --html p.html");
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("map        not one to one: "), "{}", run.out);
    assert!(run.err.contains("ball.stl: not one to one any more in its single precision: "), "{}", run.err);
    assert!(run.err.contains("write .obj, .ply or .off, which hold doubles"), "{}", run.err);
    let r = f.json("r.json");
    assert_eq!(r["bijective"], false);
    assert!(r["flipped"].as_u64().unwrap() + r["flat"].as_u64().unwrap() > 0);
    // What was written is what is judged.
    assert_eq!(f.read_bytes("ball.stl").len(), 84 + 50 * 108);
    assert!(f.read("p.html").contains("Not one to one"));
}
