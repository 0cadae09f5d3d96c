//! Meshes of tetrahedra and solids from the command line.

use super::support::Folder;
use insta::assert_snapshot;
use serde_json::Value;

const FILES: [&str; 9] = ["a22.msh", "b22.msh", "a41.msh", "b41.msh", "a.mesh", "a.vtu", "b.vtu", "z.vtu", "r.vtu"];

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/tets/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

const SITES: &str = "0.1,0.2,0.3\n0.9,0.4,0.2\n0.3,0.8,0.7\n0.6,0.1,0.9\n0.5,0.5,0.5\n";

/// A cube as a surface, its corners numbered by their bits.
fn cube(name: &str, f: &Folder, flaw: &str) {
    let mut text = String::new();
    for k in 0..8 {
        text += &format!("v {} {} {}\n", k & 1, (k >> 1) & 1, (k >> 2) & 1);
    }
    for q in ["1 5 7 3", "2 4 8 6", "1 2 6 5", "3 7 8 4", "1 3 4 2", "5 6 8 7"] {
        if q != flaw {
            text += &format!("f {q}\n");
        }
    }
    f.write(name, text);
}

/// Every format holds the cube: the costs are those of the box.
#[test]
fn every_format_is_the_cube() {
    let f = Folder::new();
    f.write("y.csv", SITES);
    f.expect(0, "solve --domain cube --points y.csv -o box.json --tol 1e-13");
    let cost = |f: &Folder, name: &str| f.json(name)["cost"].as_f64().unwrap();
    let stated = cost(&f, "box.json");
    for name in FILES {
        f.write(name, data(name));
        f.expect(0, &format!("solve --domain {name} --points y.csv -o s.json --tol 1e-13"));
        assert!((cost(&f, "s.json") - stated).abs() <= 1e-12, "{name}");
    }
    cube("cube.obj", &f, "");
    f.expect(0, "solve --domain solid:cube.obj --points y.csv -o s.json --tol 1e-13");
    assert!((cost(&f, "s.json") - stated).abs() <= 1e-12);
}

#[test]
fn the_whole_way_in_tetrahedra() {
    let f = Folder::new();
    f.write("y.csv", SITES);
    f.write("m.msh", data("a41.msh"));
    f.expect(0, "solve --domain m.msh --points y.csv -o s.json --hessian");
    let run = f.expect(0, "check s.json");
    assert!(run.out.contains("the exact measures of 5 cells sum to exactly the domain's"), "{}", run.out);
    assert!(run.out.contains("every vertex in exactly 4 cells"), "{}", run.out);
    for ending in ["vtu", "npz", "obj", "ply"] {
        f.expect(0, &format!("cells s.json -o c.{ending}"));
    }
    f.expect(0, "sample s.json -n 500 -o x.csv --seed 4");
    assert_eq!(f.read("x.csv").lines().count(), 501);
    f.expect(0, "map s.json --points y.csv -o i.csv --kind cell");
    f.expect(0, "plot s.json -o p.png --view 30,20 --size 200x150");
    f.expect(0, "quantize --domain m.msh -n 6 --steps 3 -o q.json");
    f.expect(0, "check q.json");
    // Densities, and a problem that holds its mesh.
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1,
            "domain": {"type": "tetmesh", "vertices": [[0,0,0],[1,0,0],[0,1,0],[0,0,1]], "tets": [[0,2,1,3]]},
            "density": {"type": "vertex", "values": [0, 0, 0, 4]}, "sites": [[0, 0, 0.2], [0, 0, 0.6]]}"#,
    );
    f.expect(0, "solve p.json -o v.json --tol 1e-13");
    f.expect(0, "check v.json");
    // rho = 4 z on a corner of the cube: the height that halves 4 z (1 - z)^2 / 2 is that of
    // 6 z^2 - 8 z^3 + 3 z^4 = 1/2. The bisector lies there.
    let v: Value = f.json("v.json");
    let h = |i: usize| v["heights"][i].as_f64().unwrap();
    let z = (h(0) - h(1)) / 0.4;
    assert!((6.0 * z * z - 8.0 * z * z * z + 3.0 * z.powi(4) - 0.5).abs() < 1e-12, "{z}");
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "tetmesh", "path": "m.msh"},
            "density": {"type": "cell", "values": [1, 1, 1, 1, 0]}, "sites": [[0.1, 0.1, 0.1], [0.9, 0.9, 0.1]]}"#,
    );
    f.expect(0, "solve p.json -o c.json");
    f.expect(0, "check c.json");
}

#[test]
fn the_whole_way_in_a_solid() {
    let f = Folder::new();
    f.write("y.csv", SITES);
    cube("cube.obj", &f, "");
    f.expect(0, "solve --domain solid:cube.obj --points y.csv -o s.json --density affine:0,0,2,0");
    let run = f.expect(0, "check s.json");
    assert!(run.out.contains("the exact measures of 5 cells sum to exactly the domain's"), "{}", run.out);
    // Cells are those of a box: the faces between the parts of the cube are not there.
    f.expect(0, "solve --domain cube --points y.csv -o b.json --density affine:0,0,2,0");
    for (solution, out) in [("s.json", "c.obj"), ("b.json", "b.obj")] {
        f.expect(0, &format!("cells {solution} -o {out}"));
    }
    let faces = |name: &str| f.read(name).lines().filter(|l| l.starts_with("f ")).count();
    assert_eq!(faces("c.obj"), faces("b.obj"));
    for ending in ["vtu", "stl", "npz", "ply"] {
        f.expect(0, &format!("cells s.json -o c.{ending}"));
    }
    let error = f.error(3, "cells s.json -o c.tess");
    assert_eq!(error, "c.tess: cells of solids and of tetrahedra are no complex in this version; write .vtu or .npz");
    f.expect(0, "sample s.json -n 100 -o x.npy");
    f.expect(0, "plot s.json -o p.png --size 200x150");
    f.expect(0, "quantize --domain solid:cube.obj -n 5 --steps 2 -o q.json");
    f.expect(0, "check q.json");
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "solid", "path": "cube.obj"},
            "sites": [[0.1, 0.1, 0.1], [0.9, 0.9, 0.1]]}"#,
    );
    f.expect(0, "solve p.json -o o.json");
    f.expect(0, "check o.json");
}

/// What is wrong is named, with its place and a cure.
#[test]
fn flaws_are_named() {
    let f = Folder::new();
    f.write("y.csv", SITES);
    let with = |name: &str, text: &str| {
        f.write(name, text);
        f.error(3, &format!("solve --domain {name} --points y.csv -o s.json"))
    };
    let msh = |rest: &str| format!("$MeshFormat\n2.2 0 8\n$EndMeshFormat\n{rest}");
    assert_snapshot!(with("m.msh", "hello"), @"m.msh: line 1: begins without $MeshFormat; is it a .msh file?");
    assert_snapshot!(with("m.msh", "$MeshFormat\n4.0 0 8\n$EndMeshFormat\n"), @"m.msh: line 2: version 4 is not read; save it as version 4.1 or 2.2 (Mesh.MshFileVersion)");
    assert_snapshot!(with("m.msh", &msh("$Nodes\n9\n1 0 0 0\n")), @"m.msh: line 5: the number of nodes is 9, but the file has only 9 bytes more");
    assert_snapshot!(with("m.msh", &msh("$Nodes\n1\n1 0 0 x\n$EndNodes\n")), @r#"m.msh: line 6: a coordinate is "x", no number"#);
    assert_snapshot!(with("m.msh", &msh("$Nodes\n1\n1 0 0 0\n$EndNodes\n$Elements\n1\n1 5 0 1 1 1 1 1 1 1 1\n")), @"m.msh: line 10: hexahedra (type 5) are not read; make a mesh of tetrahedra of order 1");
    assert_snapshot!(with("m.msh", &msh("$Nodes\n1\n1 0 0 0\n$EndNodes\n$Elements\n1\n1 4 0 1 1 1 7\n$EndElements\n")), @"m.msh: line 12: tetrahedron 0 names node 7, which is not there");
    assert_snapshot!(with("m.msh", &msh("")), @"m.msh: has no tetrahedra; mesh the volume, and save its elements");
    assert_snapshot!(with("m.mesh", "MeshVersionFormatted 2\nDimension 3\nVertices\n1\n0 0 0 1\nTetrahedra\n1\n1 1 1 2 0\n"), @"m.mesh: line 8: tetrahedron 1 names vertex 2, but there are 1 before it");
    assert_snapshot!(with("m.mesh", "MeshVersionFormatted 2\nDimension 2\n"), @"m.mesh: line 2: dimension 2; a mesh of tetrahedra has 3");
    assert_snapshot!(with("m.vtu", "<VTKFile type=\"PolyData\"/>"), @"m.vtu: is no VTKFile of type UnstructuredGrid; save the mesh as one");
    assert_snapshot!(with("m.vtu", "<VTKFile type=\"UnstructuredGrid\">\n<Piece/></VTKFile>"), @"m.vtu: line 2: this piece has no array of coordinates");
    // Two of one side.
    let twice = "MeshVersionFormatted 2\nDimension 3\nVertices 5\n0 0 0 0\n1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 2 0\n\
                 Tetrahedra 2\n1 2 3 4 0\n1 2 3 5 0\nEnd\n";
    assert_snapshot!(with("m.mesh", twice), @"m.mesh: tets 0 and 1 lie on the same side of their facet (0, 1, 2); each point may be covered once");
    cube("open.obj", &f, "5 6 8 7");
    let run = f.error(3, "solve --domain solid:open.obj --points y.csv -o s.json");
    assert_snapshot!(run, @"open.obj: the surface is not closed: edge (4, 5) of face 2 has 1 face; fill the hole, or give its triangles as a mesh");
    f.error(2, "solve --domain solid: --points y.csv -o s.json");
    f.error(5, "solve --domain solid:none.obj --points y.csv -o s.json");
    // Limits.
    f.write("m.msh", data("a41.msh"));
    f.error(4, "solve --domain m.msh --points y.csv -o s.json --max-memory 2000");
}

/// Every prefix of every file, and every byte of it changed: an answer, and no panic.
#[test]
fn torn_files() {
    use brenier::ReadLimit;
    use brenier::internals::io::parse_tets;
    let limit = ReadLimit { bytes: 1 << 24 };
    for name in FILES {
        let whole = data(name);
        assert_eq!(parse_tets(name.as_ref(), &whole, limit).unwrap().tets.len(), 5, "{name}");
        for end in 0..whole.len() {
            let _ = parse_tets(name.as_ref(), &whole[..end], limit);
            let mut other = whole.clone();
            other[end] ^= 1 << (end % 8);
            let _ = parse_tets(name.as_ref(), &other, limit);
        }
    }
}
