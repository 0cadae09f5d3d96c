//! Meshes and images end to end.

use crate::support::{Folder, csv, points};
use brenier::io::write_npy;

const L: &str = "v 0 0 3\nv 1 0 3\nv 2 0 3\nv 0 1 3\nv 1 1 3\nv 2 1 3\nv 0 2 3\nv 1 2 3\n\
                 f 1 2 5\nf 1 5 4\nf 2 3 6\nf 6 2 5\nf 4 5 8\nf 4 8 7\nf 1 2 3\n";

#[test]
fn a_mesh_is_solved_checked_and_drawn() {
    let f = Folder::new();
    f.write("l.obj", L);
    f.write("y.csv", csv(&points(40)));
    let run = f.expect(0, "solve --domain l.obj --points y.csv -o s.json --plot s.svg --hessian");
    assert!(run.out.contains("40 sites in a mesh of 7 triangles, constant density"), "{}", run.out);
    assert!(run.out.contains("l.obj lies in the plane z = 3; x and y are used"), "{}", run.out);
    assert!(run.out.contains("face 6 of the mesh has zero area and was left out"), "{}", run.out);
    f.expect(0, "check s.json");
    let svg = f.read("s.svg");
    assert!(svg.contains("clipPath") && svg.contains("url(#domain)"));
    // The same by a problem file with the mesh beside it.
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1, "domain": {"type": "mesh", "path": "l.obj"}, "sites": {"path": "y.csv"}}"#,
    );
    f.expect(0, "solve p.json -o t.json");
    f.expect(0, "check t.json");
    assert_eq!(f.json("s.json")["heights"], f.json("t.json")["heights"]);
    assert!(f.error(2, "solve p.json -o l.obj").contains("solutions are written as .json"));
    // Another mesh is another problem.
    f.write("l.obj", L.replace("v 2 0 3", "v 3 0 3"));
    assert!(f.run("check t.json").code != 0);
}

#[test]
fn cells_of_a_mesh_are_listed_by_triangle() {
    let f = Folder::new();
    f.write(
        "p.json",
        r#"{"format": "brenier/problem", "version": 1,
            "domain": {"type": "mesh", "vertices": [[0,0],[2,0],[2,1],[0,1]], "triangles": [[0,1,2],[2,0,3]]},
            "density": {"type": "corner", "values": [[1,1,1],[1,1,3]]},
            "sites": [[0.5,0.5],[1.5,0.5]], "weights": [0,0]}"#,
    );
    f.expect(0, "diagram p.json -o d.json --cells --hessian");
    let d = f.json("d.json");
    let cells = d["cells"].as_array().unwrap();
    assert_eq!(
        cells.iter().map(|c| (c["site"].as_u64().unwrap(), c["face"].as_u64().unwrap())).collect::<Vec<_>>(),
        [(0, 0), (0, 1), (1, 0), (1, 1)]
    );
    f.expect(0, "check d.json --level 4");
    let wrong = f.read("d.json").replace("\"face\":1", "\"face\":0").replace("\"face\": 1", "\"face\": 0");
    f.write("wrong.json", wrong);
    assert!(f.run("check wrong.json --level 4").code != 0);
}

#[test]
fn an_image_is_a_density() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(30)));
    // Dark below, bright above; the first row is the upper one.
    let mut npy = Vec::new();
    write_npy(&mut npy, 3, &[1.0, 1.0, 1.0, 0.25, 0.25, 0.25]).unwrap();
    f.write("rho.npy", npy);
    let upper = |f: &Folder| {
        let centroids = f.json("s.json")["centroids"].as_array().unwrap().clone();
        centroids.iter().filter(|c| c[1].as_f64().unwrap() > 0.5).count()
    };
    f.expect(0, "solve --domain image --density image:rho.npy --points y.csv -o s.json");
    f.expect(0, "check s.json");
    assert!(upper(&f) >= 22, "{}", upper(&f));
    assert_eq!(f.json("s.json")["problem"]["data"]["domain"]["vertices"][2], serde_json::json!([1.5, 1.0]));
    f.expect(0, "solve --domain square --density image:rho.npy --invert --bilinear --points y.csv -o s.json");
    f.expect(0, "check s.json");
    assert!(upper(&f) <= 12, "{}", upper(&f));
    f.expect(0, "quantize --domain image --density image:rho.npy -n 50 --steps 3 -o q.json");
    f.expect(0, "check q.json");
    f.expect(0, "plot q.json -o q.svg --color sites");
    assert!(f.read("q.svg").matches("h0").count() >= 50);
}
