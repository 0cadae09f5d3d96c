//! Files as other programs write them: read as they were meant, or refused; never misread.

use crate::support::Folder;

fn data(f: &Folder, name: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers").join(name);
    f.write(name, std::fs::read(path).unwrap());
}

fn cost(f: &Folder, args: &str) -> f64 {
    f.expect(0, &format!("{args} -o s.json"));
    f.json("s.json")["cost"].as_f64().unwrap()
}

const PLAIN: &str = "0.1,0.1\n0.9,0.2\n0.5,0.5\n0.2,0.8\n0.8,0.9\n";

#[test]
fn columns_mean_what_they_are_called() {
    let f = Folder::new();
    f.write("plain.csv", PLAIN);
    let right = cost(&f, "solve --domain square --points plain.csv");
    assert!((0.04..0.05).contains(&right));
    data(&f, "id.csv");
    data(&f, "pandas.csv");
    let rows: Vec<Vec<&str>> = PLAIN.lines().map(|l| l.split(',').collect()).collect();
    let written = |name: &str, head: &str, row: &dyn Fn(usize, &str, &str) -> String| {
        let body: String = rows.iter().enumerate().map(|(k, r)| row(k, r[0], r[1])).collect();
        f.write(name, format!("{head}\n{body}"));
    };
    written("swapped.csv", "y,x", &|_, x, y| format!("{y},{x}\n"));
    written("lat.csv", "Name;LAT;LON", &|k, x, y| format!("n{k};{};{}\n", y.replace('.', ","), x.replace('.', ",")));
    written("r.txt", "\"x\" \"y\"", &|k, x, y| format!("\"{k}\" {x} {y}\n"));
    written("odd.csv", "q,b,c", &|k, x, y| format!("{k},{y},{x}\n"));
    for args in [
        "id.csv",
        "pandas.csv",
        "swapped.csv",
        "lat.csv",
        "r.txt",
        "odd.csv --columns c,b",
        "odd.csv --columns y=2,x=3",
    ] {
        assert_eq!(cost(&f, &format!("solve --domain square --points {args}")), right, "{args}");
    }
    // The same reader behind problem files, `quantize` and `map`.
    f.write("p.json", crate::support::square("\"sites\": {\"path\": \"pandas.csv\"}"));
    assert_eq!(cost(&f, "solve p.json"), right);
    f.expect(0, "map s.json --points id.csv -o a.csv --kind cell");
    f.expect(0, "map s.json --points odd.csv --columns c,b -o b.csv --kind cell");
    assert_eq!((f.read("a.csv"), f.read("b.csv")), ("0\n1\n2\n3\n4\n".into(), "0\n1\n2\n3\n4\n".into()));
    f.expect(0, "quantize --domain square --points id.csv --steps 1 -o q.csv");
    f.expect(0, "quantize --domain square --points plain.csv --steps 1 -o r.csv");
    assert_eq!(f.read("q.csv"), f.read("r.csv"));
    let text = f.error(3, "solve --domain square --points odd.csv -o t.json");
    assert_eq!(
        text,
        "odd.csv: has the columns \"q\", \"b\" and \"c\"; name two of them x and y, or say which they are with --columns"
    );
    written("bare.csv", "0,0,0", &|k, x, y| format!("{},{x},{y}\n", k + 1));
    let text = f.error(3, "solve --domain square --points bare.csv -o t.json");
    assert!(text.contains("only counts the rows"), "{text}");
    assert!(f.error(3, "solve --domain square --points id.csv --columns x,w -o t.json").contains("none is \"w\""));
    f.expect(2, "solve --domain square --points id.csv --columns q=x -o t.json");
}

#[test]
fn masses_stand_beside_their_sites() {
    let f = Folder::new();
    f.write("both.csv", "mass,x,y\n1,0.25,0.5\n3,0.75,0.5\n");
    f.expect(0, "solve --domain square --points both.csv -o s.json");
    let masses = &f.json("s.json")["masses"];
    assert!((masses[1].as_f64().unwrap() / masses[0].as_f64().unwrap() - 3.0).abs() < 1e-9, "{masses}");
    // A file of their own comes first, and its column is found by name, too.
    f.write("m.csv", "x,mass\n5,1\n5,1\n");
    f.expect(0, "solve --domain square --points both.csv --masses m.csv -o s.json");
    let masses = &f.json("s.json")["masses"];
    assert_eq!(masses[0].as_f64().map(|m| (m * 1e9).round()), masses[1].as_f64().map(|m| (m * 1e9).round()));
}

#[test]
fn meshes_of_other_programs_are_read() {
    let f = Folder::new();
    for name in ["off_modelnet.off", "ply_tristrips.ply", "stl_a_end_solid.stl"] {
        data(&f, name);
        f.expect(0, &format!("parameterize {name} -o out.obj"));
    }
    data(&f, "concave_L3.obj");
    data(&f, "L3_right.obj");
    f.write("y.xyz", "1.5 0.5 1.5\n0.5 0.5 0.5\n0.5 1.5 0.5\n");
    let [concave, right] =
        ["concave_L3.obj", "L3_right.obj"].map(|m| cost(&f, &format!("solve --domain {m} --points y.xyz")));
    assert!((concave - right).abs() < 1e-9 * right, "{concave} {right}");
    // A vertex that is not finite and has no face.
    data(&f, "nanv.obj");
    f.write("z.xyz", "0.2 0.2 0\n0.8 0.7 0\n");
    f.expect(0, "solve --domain nanv.obj --points z.xyz -o s.json");
    f.expect(0, "check s.json");
}

#[test]
fn faces_are_those_of_the_file() {
    let f = Folder::new();
    // Two quadrilaterals, then one that overlaps the second.
    f.write("m.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 2 0 0\nv 2 1 0\nv 1.5 0.2 0\nv 3 0.2 0\nv 3 0.8 0\nf 1 2 3 4\nf 2 5 6 3\nf 7 8 9\n");
    f.write("y.csv", "0.5,0.5\n");
    assert_eq!(
        f.error(3, "solve --domain m.obj --points y.csv -o s.json"),
        "m.obj: faces 1 and 2 overlap; a planar domain covers every point once"
    );
    f.write("bow.obj", "v 0 0 0\nv 1 1 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 1 2 3 4\n");
    assert_eq!(
        f.error(3, "solve --domain bow.obj --points y.csv -o s.json"),
        "bow.obj: line 6: face 1 crosses itself; correct it, or cut it into triangles"
    );
}

#[test]
fn a_node_beside_its_edge_is_accepted() {
    let f = Folder::new();
    data(&f, "tjunction_ulp.json");
    let run = f.expect(0, "solve tjunction_ulp.json -o s.json");
    assert!(run.out.contains("2 pairs of triangles overlap by a rounding error of a corner"), "{}", run.out);
    f.expect(0, "check s.json");
}

#[test]
fn landmarks_have_one_place_in_the_square() {
    let f = Folder::new();
    f.write("m.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0.5 0.5 0.1\nf 1 2 5\nf 2 3 5\nf 3 4 5\nf 4 1 5\n");
    f.write("l.csv", "u,v,vertex\n0.45,0.5,4\n0.45,0.5,4\n");
    f.expect(0, "parameterize m.obj -o a.obj --landmarks l.csv");
    f.write("k.csv", "4,0.45,0.5\n");
    f.expect(0, "parameterize m.obj -o b.obj --landmarks k.csv");
    assert_eq!(f.read("a.obj"), f.read("b.obj"));
    f.write("l.csv", "4,0.5,0.5\n0,0.1,0.1\n4,0.5,0.25\n");
    assert_eq!(
        f.error(3, "parameterize m.obj -o a.obj --landmarks l.csv"),
        "l.csv: rows 1 and 3 give vertex 4 two places; keep one"
    );
    f.write("l.csv", "4,0.5,1.5\n");
    assert_eq!(
        f.error(3, "parameterize m.obj -o a.obj --landmarks l.csv"),
        "l.csv: row 1: the place (0.5, 1.5) is outside the unit square; give numbers from 0 to 1"
    );
}

#[test]
fn close_vertices_become_one_where_asked() {
    let f = Folder::new();
    // A square in two halves that nearly touch.
    f.write("m.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1e-9 0\nv 1 1.000000001 0\nv 0 1 0\nf 1 2 3\nf 4 5 6\n");
    let out = f.expect(0, "parameterize m.obj -o a.obj").out;
    assert!(out.contains("in 2 charts") && out.contains("--merge 1e-8 would make them one"), "{out}");
    let out = f.expect(0, "parameterize --merge 1e-8 m.obj -o a.obj").out;
    assert!(out.contains("in 1 chart") && out.contains("2 vertices were merged with others"), "{out}");
    // Without a distance what follows is the mesh.
    let out = f.expect(0, "parameterize --merge m.obj -o a.obj").out;
    assert!(out.contains("in 2 charts"), "{out}");
    f.expect(2, "parameterize m.obj -o a.obj --merge -1");
}
