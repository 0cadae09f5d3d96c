//! Surfaces end to end.

use crate::support::Folder;
use insta::assert_snapshot;

/// A roof over the unit square, of a quadrangle and two triangles, and six points on and off it.
const ROOF: &str = "o roof\nv 0 0 0\nv 1 0 0\nv 1 1 1\nv 0 1 1\nv 0 2 0\nv 1 2 0\nf 1 2 3 4\nf 4 3 6\nf 4 6 5\n";
const POINTS: &str = "0.2,0.3,0.3\n0.7,0.1,0.4\n0.5,0.9,1\n0.4,1.5,0.2\n0.8,1.2,0.9\n0.1,1.8,0.1\n";

#[test]
fn a_surface_is_solved_and_checked() {
    let f = Folder::new();
    f.write("roof.obj", ROOF);
    f.write("y.csv", POINTS);
    let run = f.expect(0, "solve --domain roof.obj --points y.csv -o s.json --hessian");
    assert!(run.out.contains("6 sites in a surface of 4 triangles, constant density"), "{}", run.out);
    let check = f.expect(0, "check s.json");
    assert!(check.out.contains("those of every face fill it exactly"), "{}", check.out);
    assert!(check.out.contains("verified: s.json"), "{}", check.out);
    let s = f.json("s.json");
    assert_eq!(s["centroids"][0].as_array().unwrap().len(), 3);
    // The same by a problem file with the mesh beside it, and with the same mesh in another format.
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "roof.obj"}, "sites": {"path": "y.csv"}}"#,
    );
    f.expect(0, "solve p.json -o t.json");
    f.expect(0, "check t.json");
    assert_eq!(s["heights"], f.json("t.json")["heights"]);
    f.write("roof.off", "OFF\n6 3 0\n0 0 0\n1 0 0\n1 1 1\n0 1 1\n0 2 0\n1 2 0\n4 0 1 2 3\n3 3 2 5\n3 3 5 4\n");
    f.expect(0, "solve --domain roof.off --points y.csv -o u.json");
    assert_eq!(s["heights"], f.json("u.json")["heights"]);
    // A wrong claim is found.
    let wrong = f.read("s.json").replacen("\"cost\": 0.", "\"cost\": 1.", 1);
    f.write("wrong.json", wrong);
    assert!(f.run("check wrong.json").code != 0);
    // Another mesh is another problem.
    f.write("roof.obj", ROOF.replace("v 1 2 0", "v 1 3 0"));
    assert!(f.run("check t.json").code != 0);
}

#[test]
fn an_interrupted_solve_goes_on() {
    let f = Folder::new();
    f.write("roof.obj", ROOF);
    f.write("y.csv", POINTS);
    f.expect(0, "solve --domain roof.obj --points y.csv -o whole.json");
    f.expect(1, "solve --domain roof.obj --points y.csv -o s.json --max-iterations 1 --checkpoint c");
    f.expect(0, "solve --domain roof.obj --points y.csv -o s.json --resume c");
    assert_eq!(f.json("whole.json")["heights"], f.json("s.json")["heights"]);
}

/// Two sheets, one above the other, joined along an edge, with a cell that lies on both.
const SHEETS: &str =
    "v 0 0 0\nv 4 0 0\nv 4 1 0\nv 0 1 0\nv 0 0 1\nv 4 0 1\nv 4 1 1\nv 0 1 1\nf 1 2 3 4\nf 5 6 7 8\nf 1 4 8 5\n";

#[test]
fn a_diagram_lists_polygons_and_parts_and_is_checked_at_every_level() {
    let f = Folder::new();
    f.write("sheets.obj", SHEETS);
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "sheets.obj"}, "masses": [4, 5],
            "sites": [[3, 0.5, 0.5], [1, 0.5, 0.5]], "weights": [0, 0]}"#,
    );
    let run = f.expect(0, "diagram p.json -o d.json --cells --hessian --mesh cells.ply");
    let line = |name: &str| run.out.lines().find(|l| l.starts_with(name)).unwrap_or_default().to_string();
    assert_snapshot!(line("parts"), @"parts      1 cell in more than one part: 2 of site 0");
    assert_snapshot!(line("result"), @"result     max relative mass error 0.00e0");
    let d = f.json("d.json");
    assert_eq!(d["report"]["parts"].to_string(), r#"{"disconnected":1,"most":[[0,2]]}"#);
    assert_eq!(d["cells"].as_array().unwrap().len(), 10);
    assert_snapshot!(d["cells"][0], @"");
    assert_snapshot!(d["hessian"], @"");
    let ply = f.read_bytes("cells.ply");
    let head = String::from_utf8_lossy(&ply[..ply.len().min(300)]).into_owned();
    assert!(
        head.contains("element face 10\n") && head.contains("property double site\nproperty double mass\n"),
        "{head}"
    );
    // Vertices are shared: 8 of the surface, 2 on each long edge, 1 on each diagonal.
    assert!(head.contains("element vertex 14\n"), "{head}");
    for level in 1..=5 {
        let check = f.expect(0, &format!("check d.json --level {level}"));
        assert!(check.out.contains("verified: d.json"), "{}", check.out);
    }
    assert_snapshot!(f.expect(0, "check d.json --level 4").out, @"");
    // Claims are compared.
    for (from, to) in [
        ("\"most\": [[0, 2]]", "\"most\": [[0, 3]]"),
        ("\"most\":[[0,2]]", "\"most\":[[0,3]]"),
        ("[2.0,0.0,0.0]", "[2.1,0.0,0.0]"),
    ] {
        let text = f.read("d.json");
        if text.contains(from) {
            f.write("wrong.json", text.replacen(from, to, 1));
            assert!(f.run("check wrong.json --level 2").code == 1, "{from}");
        }
    }
    for name in ["cells.obj", "cells.vtk", "cells.vtp"] {
        f.expect(0, &format!("diagram p.json -o d.json --mesh {name}"));
    }
    assert_snapshot!(f.error(2, "diagram p.json -o d.json --mesh cells.stl"), @"cells.stl: meshes are written as .obj, .ply, .vtk or .vtp");
    assert_snapshot!(f.error(2, "diagram p.json -o d.json --plot cells.svg"), @"cells.svg: surfaces are not drawn in this version; leave out --plot");
    let solved = f.expect(0, "solve p.json -o s.json");
    assert!(solved.out.contains("1 cell in more than one part: 2 of site 0"), "{}", solved.out);
}

#[test]
fn what_surfaces_cannot_do_is_said() {
    let f = Folder::new();
    f.write("roof.obj", ROOF);
    f.write("y.csv", POINTS);
    f.write("flat.csv", "0.2,0.3\n");
    assert_snapshot!(f.error(3, "solve --domain roof.obj --points flat.csv -o s.json"), @"flat.csv: has 2 numbers per point; give x, y and z");
    assert_snapshot!(f.error(2, "solve --domain roof.obj --points y.csv --partial -o s.json"), @"--partial needs a box or polygon in this version; roof.obj is a surface");
    assert_snapshot!(f.error(2, "solve --domain roof.obj --points y.csv -o s.json --plot s.svg"), @"s.svg: surfaces are not drawn in this version; leave out --plot");
    assert_snapshot!(f.error(2, "quantize --domain roof.obj -n 5 -o s.json --centroids"), @"");
    assert_snapshot!(f.error(2, "quantize --domain square -n 5 -o s.csv --centroids"), @"");
    assert_snapshot!(f.error(2, "quantize --domain roof.obj -n 5 -o s.json --plot s.svg"), @"");
    assert_snapshot!(f.error(3, "quantize --domain roof.obj --points flat.csv -o s.json"), @"");
    assert_snapshot!(f.error(3, "solve --domain roof.obj --points y.csv --density affine:1,0,0 -o s.json"), @r#"y.csv: a density of type "affine" needs a domain of type "polygon""#);
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "roof.obj"}, "sites": [[0, 0, 1], [1, 1]]}"#,
    );
    assert_snapshot!(f.error(3, "solve p.json -o s.json"), @"p.json: sites[1] has 2 coordinates, the domain has 3; give [x, y, z]");
    assert_snapshot!(f.error(3, "diagram p.json -o s.json"), @"p.json: sites[1] has 2 coordinates, the domain has 3; give [x, y, z]");
    f.expect(0, "solve --domain roof.obj --points y.csv -o s.json");
    assert_snapshot!(f.error(3, "plot s.json -o s.svg"), @"s.json: is the solution of a problem on a surface; this needs one in the plane");
    // Two sites above one another over a square.
    f.write("square.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 5 5 5\nv 6 5 5\nv 5 6 5.5\nf 1 2 3 4\nf 5 6 7\n");
    f.write("tower.csv", "0.5,0.5,1\n0.5,0.5,2\n5.2,5.3,5\n");
    let run = f.expect(1, "solve --domain square.obj --points tower.csv -o t.json");
    let line = run.out.lines().find(|l| l.starts_with("result")).unwrap_or_default();
    assert!(line.contains("these masses cannot be attained: faces 0, 1 lie in a bisector"), "{}", run.out);
}
