//! Domains that people have: polygons with holes, GeoJSON, drawings, images on any of them.

use crate::support::{Folder, csv, points};
use insta::assert_snapshot;

fn problem(domain: &str) -> String {
    format!(
        "{{\"format\": \"brenier/problem\", \"version\": 1, \"domain\": {domain},\n \
         \"sites\": [[0.5, 0.5], [3, 1], [1, 3], [3, 3]]}}"
    )
}

const RING: &str = r#"{"type": "polygon", "vertices": [[0,0],[4,0],[4,4],[2,1.5],[0,4]], "holes": [[[1,0.5],[1.5,1],[1,1]],[[3,1],[3,2],[2.5,1]]]}"#;
const PARTS: &str = r#"{"type": "multipolygon", "parts": [
    {"vertices": [[0,0],[0,4],[4,4],[4,0]], "holes": [[[1,1],[1,3],[3,3],[3,1]]]},
    {"vertices": [[1,1],[2,1],[2,2],[1,2]]},
    {"vertices": [[4,4],[6,4],[5,5.5],[6,6],[4,6]]}, {"vertices": [[8,0],[9,0],[9,1],[8,1]]}]}"#;

/// The whole way with a problem file, and with the domain alone: solved, checked, resumed, mapped,
/// drawn, sampled.
#[test]
fn polygons_go_the_whole_way() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(60)));
    for (name, domain, noun) in [
        ("ring", RING, "a polygon of 11 vertices and 2 holes, constant density"),
        ("parts", PARTS, "4 polygons of 21 vertices and 1 hole, constant density"),
    ] {
        f.write("p.json", problem(domain));
        let run = f.expect(0, "solve p.json -o s.json --hessian");
        assert!(run.out.contains(noun), "{}", run.out);
        f.expect(0, "check s.json");
        f.write("d.json", domain);
        f.expect(1, "solve --domain d.json --points y.csv -o t.json --plot t.svg --checkpoint t.ck --max-iterations 3");
        f.expect(0, "solve --domain d.json --points y.csv -o u.json --resume t.ck");
        f.expect(0, "check u.json");
        let kept = &f.json("u.json")["problem"]["data"]["domain"];
        assert_eq!(kept["type"], serde_json::from_str::<serde_json::Value>(domain).unwrap()["type"]);
        assert!(kept.get("triangles").is_none(), "files keep rings");
        f.write("x.csv", csv(&points(20)));
        f.expect(0, "map u.json --points x.csv -o sent.csv");
        f.expect(0, "map u.json --points x.csv -o sent.csv --kind extension");
        f.expect(0, "interpolate u.json --t 0.5 -o half.json");
        f.expect(0, "singular u.json -o walls.json");
        f.expect(0, "alexandrov u.json -o a.obj");
        f.expect(0, "sample u.json -n 500 -o k.csv");
        for picture in ["u.svg", "u.png", "u.html"] {
            f.expect(0, &format!("plot u.json -o {picture}"));
        }
        let svg = f.read("u.svg");
        assert!(svg.contains("clip-rule=\"evenodd\""), "{name}");
        f.expect(0, "quantize --domain d.json -n 40 --steps 3 -o q.json");
        f.expect(0, "check q.json");
        f.expect(0, "solve --domain d.json --points y.csv --density affine:1,0,0.5 -o w.json");
        f.expect(0, "check w.json");
        let few = "0.5,0.5,0.5\n3,3.5,0.25\n";
        f.write("few.csv", few.replace("0.5,0.5,0.5", "x,y,mass\n0.5,0.5,0.5"));
        f.expect(0, "solve --domain d.json --points few.csv --partial -o r.json --plot r.svg");
        f.expect(0, "check r.json");
    }
}

/// Samples lie in the polygon, and its masses are those of its area.
#[test]
fn samples_and_areas_are_those_of_the_polygon() {
    let f = Folder::new();
    f.write(
        "p.json",
        problem(RING)
            .replace("\"sites\"", "\"normalize\": false, \"masses\": [2.6875, 2.6875, 2.6875, 2.6875], \"sites\""),
    );
    // The pentagon has 16 - 2.5 * 4 / 2 = 11, the holes 1/8 and 1/4: what is left is 10.625, not
    // 10.75.
    let error = f.error(3, "solve p.json -o s.json");
    assert!(error.contains("10.625"), "{error}");
    f.write("p.json", problem(RING));
    f.expect(0, "solve p.json -o s.json");
    f.expect(0, "sample s.json -n 3000 -o k.csv --what points");
    for line in f.read("k.csv").lines().skip(1) {
        let p: Vec<f64> = line.split(',').map(|v| v.parse().unwrap()).collect();
        let (x, y) = (p[0], p[1]);
        assert!((0.0..=4.0).contains(&x) && y >= 0.0 && y <= 1.5 + 1.25 * (x - 2.0).abs() + 1e-12, "{line}");
        assert!(!(x > 1.0 + 1e-12 && y < 1.0 - 1e-12 && y > x - 0.5 + 1e-12 && x < 1.5), "in the first hole: {line}");
    }
}

#[test]
fn rings_are_refused_by_name() {
    let f = Folder::new();
    let refused = |f: &Folder, domain: &str| f.refused(3, &problem(domain));
    let frame = r#""vertices": [[0,0],[8,0],[8,8],[0,8]]"#;
    let with = |holes: &str| format!(r#"{{"type": "polygon", {frame}, "holes": {holes}}}"#);
    assert_snapshot!(refused(&f, &with("[[[6,6],[12,6],[6,7]]]")), @"p.json: edge 1 of the outer ring ([8.0, 0.0] to [8.0, 8.0]) crosses edge 0 of hole 0 ([6.0, 6.0] to [12.0, 6.0]); rings may touch, but not cross");
    assert_snapshot!(refused(&f, r#"{"type": "polygon", "vertices": [[0,0],[2,2],[2,0],[0,1]]}"#), @"p.json: edge 0 of the outer ring ([0.0, 0.0] to [2.0, 2.0]) crosses edge 2 of the outer ring ([2.0, 0.0] to [0.0, 1.0]); rings may touch, but not cross");
    assert_snapshot!(refused(&f, &with("[[[1,1],[2]]]")), @"p.json: domain: holes[0][1] has 1 coordinates; give [x, y]");
    assert_snapshot!(refused(&f, &with("[[[1,1],[2,\"x\"]]]")), @r#"p.json: line 1: domain.holes[0][1][1]: "x" is not a number; write 0.5, "1/3" or "0x1p-3""#);
    assert_snapshot!(refused(&f, &with("[[[1,1],[2,NaN]]]")), @"p.json: domain.holes[0][1][1] is NaN; every coordinate must be finite");
    assert_snapshot!(refused(&f, &with("[[[1,1],[2,2]]]")), @"p.json: hole 0 has 2 vertices; a ring needs at least 3");
    assert_snapshot!(refused(&f, &with("7")), @"p.json: line 1: invalid type: integer `7`, expected a list of holes, each a list of [x, y]");
    assert_snapshot!(refused(&f, r#"{"type": "multipolygon", "parts": []}"#), @"p.json: there are no rings; give at least one");
    assert_snapshot!(refused(&f, r#"{"type": "multipolygon", "parts": [{"holes": []}]}"#), @r#"p.json: domain: parts[0]: a polygon needs "vertices": [[x, y], ...]"#);
    assert_snapshot!(refused(&f, r#"{"type": "multipolygon", "parts": [{"vertices": [[0,0],[1,0],[0,"q"]]}]}"#), @r#"p.json: line 1: domain.parts[0].vertices[2][1]: "q" is not a number; write 0.5, "1/3" or "0x1p-3""#);
    assert_snapshot!(refused(&f, r#"{"type": "box", "min": [0,0], "max": [1,1], "holes": []}"#), @r#"p.json: domain: a box has no field "holes"; drop it"#);
    assert_snapshot!(refused(&f, r#"{"type": "FeatureCollection"}"#), @r#"p.json: domain: type "FeatureCollection" is GeoJSON; put it into a file of its own and give {"type": "geojson", "path": ...}"#);
    assert_snapshot!(refused(&f, r#"{"type": "hexagon"}"#), @r#"p.json: domain: unknown type "hexagon"; use "box", "torus", "polyhedron", "sphere", "polygon", "multipolygon", "mesh", "tetmesh", "solid", "geojson" or "svg""#);
    let values = problem(RING).replace("\"sites\"", "\"density\": {\"type\": \"face\", \"values\": [1]}, \"sites\"");
    assert_snapshot!(f.refused(3, &values), @r#"p.json: a density of type "face" needs a domain of type "mesh""#);
}

const LAND: &str = r#"{"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"NAME": "Ostland", "iso": "OL"}, "geometry": {"type": "Polygon", "coordinates":
  [[[0,0],[4,0],[4,4],[2,3],[0,4],[0,0]], [[1,1],[1,2],[2,2],[1,1]]]}},
 {"type": "Feature", "id": 7, "properties": {"name": "Westland"}, "geometry": {"type": "MultiPolygon", "coordinates":
  [[[[4,0],[8,0,11],[8,4],[6,1],[4,4],[4,0]]], [[[9,0],[10,0],[10,1],[9,0]]]]}},
 {"type": "Feature", "properties": null, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}"#;

#[test]
fn geojson_is_a_domain() {
    let f = Folder::new();
    f.write("land.geojson", LAND);
    f.write("y.csv", csv(&points(25)));
    let solve = "solve --domain land.geojson --points y.csv -o s.json";
    let run = f.expect(0, solve);
    assert!(run.out.contains("3 polygons of 16 vertices and 1 hole"), "{}", run.out);
    for note in [
        "3 features of land.geojson united",
        "1 geometry that is no polygon was left out",
        "the third coordinates of land.geojson were left out",
    ] {
        assert!(run.out.contains(note), "{note}: {}", run.out);
    }
    f.expect(0, "check s.json");
    for (names, noun) in [
        ("--feature Ostland", "a polygon of 8 vertices and 1 hole"),
        ("--feature OL", "a polygon of 8 vertices and 1 hole"),
        ("--feature iso=OL", "a polygon of 8 vertices and 1 hole"),
        ("--feature 7", "2 polygons of 8 vertices"),
        ("--feature #1", "2 polygons of 8 vertices"),
        ("--feature Westland --feature Ostland", "3 polygons of 16 vertices and 1 hole"),
    ] {
        let run = f.expect(0, &format!("{solve} {names}"));
        assert!(run.out.contains(noun), "{names}: {}", run.out);
        f.expect(0, "check s.json");
    }
    assert_snapshot!(f.error(3, &format!("{solve} --feature Nordland")), @r#"land.geojson: has no feature "Nordland"; use "Ostland", "Westland""#);
    assert_snapshot!(f.error(3, &format!("{solve} --feature #2")), @"land.geojson: holds only points or lines; a domain needs a Polygon or MultiPolygon");
    assert_snapshot!(f.error(2, "solve --domain square --feature A --points y.csv -o s.json"), @"--feature is for a --domain in .geojson or .svg, not for square");
    assert_snapshot!(f.error(3, "solve --domain y.csv --feature A --points y.csv -o s.json"), @"y.csv: has no features; names choose among those of a .geojson or .svg");
    // By a problem file, which then names the other one; and as .json.
    f.write("p.json", problem(r#"{"type": "geojson", "path": "land.geojson", "feature": ["Ostland", "Westland"]}"#));
    f.expect(0, "solve p.json -o t.json");
    f.expect(0, "check t.json");
    assert!(f.read("t.json").contains("land.geojson"), "the file is remembered with its hash");
    f.write("land.json", LAND);
    f.expect(0, "solve --domain land.json --feature Ostland --points y.csv -o s.json");
    f.write("land.geojson", LAND.replace("[2,3]", "[2,5]"));
    assert!(f.run("check t.json").code != 0, "another file is another problem");
    // Overlapping features are named.
    f.write(
        "land.geojson",
        LAND.replace("[[[[4,0],[8,0,11],[8,4],[6,1],[4,4],[4,0]]]", "[[[[3,0],[8,0,11],[8,4],[6,1],[4,4],[3,0]]]"),
    );
    let error = f.error(3, solve);
    assert!(
        error.contains(r#"of feature "Ostland""#) && error.contains(r#"of part 0 of feature "Westland""#),
        "{error}"
    );
    for (text, what) in [
        ("{", "is not sound GeoJSON"),
        (r#"{"type": "Topology"}"#, "is not sound GeoJSON"),
        (r#"{"type": "Point", "coordinates": [1]}"#, "is not sound GeoJSON"),
        (r#"{"type": "Polygon", "coordinates": []}"#, "holds nothing"),
        (r#"{"type": "Polygon", "coordinates": [[[0,0],[1,1]]]}"#, "has 2 vertices"),
        (r#"{"type": "GeometryCollection", "geometries": []}"#, "holds nothing"),
    ] {
        f.write("land.geojson", text);
        let error = f.error(3, solve);
        assert!(error.starts_with("land.geojson: ") && error.contains(what), "{text}: {error}");
    }
}

#[test]
fn drawings_are_domains() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(25)));
    f.write(
        "ring.svg",
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'><path id='a' fill-rule='evenodd' \
         d='M0 2A2 2 0 0 1 4 2A2 2 0 0 1 0 2zM1 2A1 1 0 0 1 3 2A1 1 0 0 1 1 2z'/><rect id='b' x='5' width='1' height='1'/></svg>",
    );
    let run = f.expect(0, "solve --domain ring.svg --feature a --points y.csv -o s.json --plot s.svg");
    assert!(run.out.contains("and 1 hole") && run.out.contains("every y was taken as -y"), "{}", run.out);
    f.expect(0, "check s.json");
    // The area is that of the ring to the stated tolerance: the factor of the source is 1 over it.
    let area = 1.0 / f.json("s.json")["report"]["source_factor"].as_f64().unwrap();
    assert!((area - 3.0 * std::f64::consts::PI).abs() < 1e-2, "{area}");
    f.expect(0, "solve --domain ring.svg --points y.csv -o s.json");
    f.expect(0, "check s.json");
    assert_snapshot!(f.error(3, "solve --domain ring.svg --feature c --points y.csv -o s.json"), @r#"ring.svg: has no element with the id "c"; shapes are "a", "b""#);
    f.write("p.json", problem(r#"{"type": "svg", "path": "ring.svg", "feature": "b"}"#));
    f.expect(0, "solve p.json -o t.json");
    f.expect(0, "check t.json");
}

/// An image on a polygon with a hole: the same masses as by hand, and the whole way.
#[test]
fn images_on_any_domain() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(40)));
    f.write("d.json", RING);
    let mut npy = Vec::new();
    let values: Vec<f64> = (0..70).map(|k| f64::from(k % 7) / 6.0).collect();
    brenier::io::write_npy(&mut npy, 7, &values).unwrap();
    f.write("rho.npy", npy);
    for more in ["", " --bilinear", " --invert"] {
        for domain in ["d.json", "disk", "land.geojson"] {
            f.write("land.geojson", LAND);
            f.expect(
                0,
                &format!("solve --domain {domain} --density image:rho.npy --points y.csv -o s.json --plot s.svg{more}"),
            );
            let check = f.expect(0, "check s.json");
            assert!(check.out.contains("PASS  optimum"), "{}", check.out);
        }
    }
    for picture in ["u.svg", "u.png", "u.html"] {
        f.expect(0, &format!("plot s.json -o {picture}"));
    }
    f.expect(0, "sample s.json -n 300 -o k.csv");
    f.expect(0, "map s.json --points y.csv -o m.csv");
    f.expect(0, "quantize --domain d.json --density image:rho.npy -n 60 --steps 3 -o q.json");
    f.expect(0, "check q.json");
    f.write("few.csv", "x,y,mass\n0.5,0.5,0.5\n3,3.5,0.25\n");
    f.expect(0, "solve --domain d.json --density image:rho.npy --points few.csv --partial -o r.json --plot r.svg");
    f.expect(0, "check r.json");
}

/// A map of the world by longitudes and latitudes, half of it empty: the whole way.
#[test]
fn images_on_the_sphere() {
    let f = Folder::new();
    let sites: String = points(30)
        .iter()
        .map(|&[u, v]| {
            let (z, a) = (2.0 * u - 1.0, std::f64::consts::TAU * v);
            let r = (1.0 - z * z).sqrt();
            format!("{},{},{z}\n", r * a.cos(), r * a.sin())
        })
        .collect();
    f.write("y.csv", sites);
    let mut npy = Vec::new();
    let values: Vec<f64> = (0..24 * 12).map(|k| if k % 24 < 12 { f64::from(k % 7) } else { 0.0 }).collect();
    brenier::io::write_npy(&mut npy, 24, &values).unwrap();
    f.write("world.npy", npy);
    let run = f.expect(0, "solve --domain sphere --density image:world.npy --points y.csv -o s.json --cells c.obj");
    assert!(run.out.contains("in the unit sphere, density by an image of 24 x 12 pixels"), "{}", run.out);
    let check = f.expect(0, "check s.json");
    assert!(check.out.contains("verified: s.json"), "{}", check.out);
    // Nothing is in the east.
    let all = f.json("s.json");
    assert_eq!(all["problem"]["data"]["density"]["min"], serde_json::json!([-180.0, -90.0]));
    assert!(all["centroids"].as_array().unwrap().iter().all(|c| c[1].as_f64().unwrap() < 0.0));
    for picture in ["s.svg", "s.png", "s.html"] {
        f.expect(0, &format!("plot s.json -o {picture}"));
    }
    f.expect(0, "sample s.json -n 300 -o k.csv");
    f.expect(0, "map s.json --points y.csv -o m.csv --kind cell");
    f.expect(0, "quantize --domain sphere --density image:world.npy -n 40 --steps 3 -o q.json");
    f.expect(0, "check q.json");
    // A file may place the image on a part of the sphere.
    let problem = |density: &str| {
        format!(
            "{{\"format\": \"brenier/problem\", \"version\": 1, \"domain\": {{\"type\": \"sphere\"}}, \
             \"density\": {{\"type\": \"image\", {density}}},\n \"sites\": [[0.9, 0.1, 0.1], [0.9, 0.2, 0.3]]}}"
        )
    };
    f.write("p.json", problem(r#""width": 2, "values": [1, 2, 3, 4], "min": [0, 0], "max": [40, 20]"#));
    f.expect(0, "solve p.json -o t.json");
    f.expect(0, "check t.json");
    f.write("p.json", problem(r#""width": 1, "values": [1], "max": [40, 100]"#));
    let error = f.error(3, "solve p.json -o t.json");
    assert!(error.contains("on a sphere these are degrees"), "{error}");
    let error = f.error(3, "solve --domain sphere --density image:world.npy --bilinear --points y.csv -o t.json");
    assert!(error.contains("a bilinear image needs a domain in the plane"), "{error}");
}

#[test]
fn words_for_domains() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(9)));
    let run = f.expect(0, "solve --domain disk --points y.csv -o s.json");
    assert!(run.out.contains("a convex polygon of 256 vertices"), "{}", run.out);
    assert_snapshot!(f.error(2, "solve --domain squre --points y.csv -o s.json"), @"--domain squre: no such domain, and no such file; use square, disk, disk:N, image, cube, torus, torus3, sphere, solid:MESH, or a file (.csv, .obj, .msh, .geojson, .svg, .json, ...)");
    assert_snapshot!(f.error(5, "solve --domain land.geojson --points y.csv -o s.json"), @"land.geojson: cannot read: no such file or folder; check the path");
}

/// A small grey JPEG of our own making would need an encoder; this one is 16 by 16, white above,
/// black below.
#[test]
fn jpegs_are_images() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(20)));
    f.write("half.jpg", HALF_JPG);
    f.expect(0, "solve --domain image --density image:half.jpg --points y.csv -o s.json");
    f.expect(0, "check s.json");
    let centroids = f.json("s.json")["centroids"].as_array().unwrap().clone();
    assert!(centroids.iter().all(|c| c[1].as_f64().unwrap() > 0.5), "mass only above");
    for cut in [1, 20, HALF_JPG.len() / 2, HALF_JPG.len() - 12] {
        f.write("cut.jpg", &HALF_JPG[..cut]);
        let error = f.error(3, "solve --domain image --density image:cut.jpg --points y.csv -o s.json");
        assert!(error.starts_with("cut.jpg: ") && error.contains("; "), "{error}");
    }
    let run = f.run("solve --domain image --density image:half.jpg --points y.csv -o s.json --max-memory 2kB");
    assert!(run.code != 0);
}

const HALF_JPG: &[u8] = include_bytes!("half.jpg");
