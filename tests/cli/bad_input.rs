//! Bad input: the text after `error: ` and exit code 3, line by line of the contract; and hard
//! input that is solved.

use crate::support::{Folder, csv, points, square};
use insta::assert_snapshot;

/// Twenty sites of which entry `[17][1]` is `value`.
fn with_bad_site(value: &str) -> String {
    let sites: Vec<String> = points(20)
        .iter()
        .enumerate()
        .map(|(k, p)| if k == 17 { format!("[{:?}, {value}]", p[0]) } else { format!("{p:?}") })
        .collect();
    square(&format!("\"sites\": [{}]", sites.join(",\n  ")))
}

#[test]
fn coordinates_that_are_not_numbers() {
    let f = Folder::new();
    let nan = "p.json: sites[17][1] is NaN; every coordinate must be finite";
    for value in ["\"nan\"", "\"NaN\"", "NaN"] {
        assert_eq!(f.refused(3, &with_bad_site(value)), nan, "{value}");
    }
    for (value, name) in [
        ("\"inf\"", "inf"),
        ("Infinity", "inf"),
        ("1e999", "inf"),
        ("\"1e99999\"", "inf"),
        ("-1e999", "-inf"),
        ("-Infinity", "-inf"),
        ("\"-inf\"", "-inf"),
    ] {
        let expected = format!("p.json: sites[17][1] is {name}; every coordinate must be finite");
        assert_eq!(f.refused(3, &with_bad_site(value)), expected, "{value}");
    }
    assert_snapshot!(f.refused(3, &with_bad_site("1e141")), @"p.json: sites[17][1] = 1e141 exceeds 1e140 in absolute value; rescale the sites");
    assert_snapshot!(f.refused(3, &with_bad_site("\"abc\"")), @r#"p.json: line 20: sites[17][1]: "abc" is not a number; write 0.5, "1/3" or "0x1p-3""#);
    assert_snapshot!(f.refused(3, &with_bad_site("null")), @r#"p.json: line 20: sites[17][1]: invalid type: null, expected a number, or a string such as "1/3""#);
    f.write("y.csv", csv(&points(17)) + "0.5,nan\n");
    assert_snapshot!(f.error(3, "solve --domain square --points y.csv -o s.json"), @"y.csv: sites[17][1] is NaN; every coordinate must be finite");
}

/// A stream with nothing in it, where something is wanted.
#[test]
fn empty_streams() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(3)));
    for (run, what) in [
        ("solve - -o s.json", "line 1: the file ends while parsing a value; it is cut off"),
        ("solve --domain square --points - -o s.json", "sites is empty; at least one site is needed"),
        ("solve --domain - --points y.csv -o s.json", "domain has 0 vertices"),
        ("solve --domain square --points y.csv --masses - -o s.json", "masses has 0 entries"),
        ("check -", "line 1: the file ends while parsing a value; it is cut off"),
    ] {
        let output = f.command(run).stdin(std::process::Stdio::null()).output().unwrap();
        let (code, text) = (output.status.code(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(code, Some(3), "{run}: {text}");
        assert!(text.contains(&format!("error: -: {what}")), "{run}: {text}");
    }
}

/// Faces are named as the file has them, not by the triangles they are cut into.
#[test]
fn faces_are_those_of_the_file() {
    let f = Folder::new();
    let square = |z: &str, x: i32| format!("v {x} 0 0\nv {} 0 {z}\nv {} 1 {z}\nv {x} 1 0\n", x + 1, x + 1);
    for z in ["0", "0.5"] {
        let quads = format!("{}{}{}", square(z, 0), square(z, 4), square(z, 8));
        f.write("quads.obj", format!("{quads}f 1 2 3 4\nf 5 6 7 8\nf 9 10 11 12\n"));
        f.write("y.csv", if z == "0" { "0,0\n9,1\n" } else { "0,0,0\n9,1,0.2\n" });
        let run = f.expect(0, "solve --domain quads.obj --points y.csv -o s.json");
        let note = "the source falls into 3 components: 0 (face 0, mass 0.333333); 1 (face 1, mass 0.333333); 2 (face 2, mass 0.333333)";
        assert!(run.out.contains(note), "{}", run.out);
    }
}

#[test]
fn masses() {
    let f = Folder::new();
    assert_snapshot!(
        f.refused(3, &square(r#""sites": [[0.25, 0.5], [0.75, 0.5]], "masses": [0.49, 0.49], "normalize": false"#)),
        @r#"p.json: masses sum to 0.98, domain has measure 1 (relative gap 2.0e-2); make them equal or set "normalize": true"#
    );
    let five = r#""sites": [[0.1, 0.5], [0.3, 0.5], [0.5, 0.5], [0.7, 0.5], [0.9, 0.5]], "masses": "#;
    let masses = |list: &str| f.refused(3, &square(&format!("{five}{list}")));
    assert_snapshot!(masses("[1, 1, 1, 1, 0]"), @"p.json: masses[4] = 0; masses must be positive, drop the site");
    assert_snapshot!(masses("[1, -0.25, 1, 1, 1]"), @"p.json: masses[1] = -0.25; masses must be positive, drop the site");
    assert_snapshot!(masses("[1, 1, NaN, 1, 1]"), @"p.json: masses[2] is NaN; every mass must be finite");
    assert_snapshot!(masses("[1, 1, \"nan\", 1, 1]"), @"p.json: masses[2] is NaN; every mass must be finite");
    assert_snapshot!(masses("[1, 1, 1]"), @"p.json: masses has 3 entries, sites has 5; give one per site");
    f.write("y.csv", csv(&points(3)));
    f.write("m.txt", "1\n0\n1\n");
    assert_snapshot!(f.error(3, "solve --domain square --points y.csv --masses m.txt -o s.json"), @"m.txt: masses[1] = 0; masses must be positive, drop the site");
}

#[test]
fn duplicates_are_merged_with_a_warning() {
    let f = Folder::new();
    f.write(
        "p.json",
        square(r#""sites": [[0.25, 0.5], [0.75, 0.5], [0.25, 0.5], [0.75, 0.25]], "masses": [1, 1, 2, 4]"#),
    );
    let run = f.expect(0, "solve p.json -o s.json");
    assert_snapshot!(run.err, @"warning: p.json: sites 0 and 2 coincide; merged (mass 3)");
    let s = f.json("s.json");
    assert_eq!(s["site_of_input"], serde_json::json!([0, 1, 0, 2]));
    assert_eq!(s["masses"].as_array().unwrap().len(), 3);
    f.expect(0, "check s.json");
    assert_snapshot!(f.error(3, "solve p.json -o t.json --strict"), @"p.json: sites 0 and 2 coincide; drop one or merge them");
}

#[test]
fn domains() {
    let f = Folder::new();
    let domain = |d: &str| {
        f.refused(
            3,
            &format!("{{\"format\": \"brenier/problem\", \"version\": 1, \"domain\": {d}, \"sites\": [[0, 0]]}}"),
        )
    };
    let polygon = |v: &str| domain(&format!("{{\"type\": \"polygon\", \"vertices\": {v}}}"));
    assert_snapshot!(polygon("[[0,0],[1,0],[2,0]]"), @"p.json: domain has zero area; its vertices must not all lie on one line");
    assert_snapshot!(polygon("[[0,0],[1,0]]"), @"p.json: domain has 2 vertices; a polygon needs at least 3");
    assert_snapshot!(polygon("[[0,0],[1,0],[1,\"inf\"]]"), @"p.json: domain vertex 2 has coordinate 1 = inf; every coordinate must be finite");
    assert_snapshot!(polygon("[[0,0],[1,0],[1,1,1]]"), @"p.json: domain: vertices[2] has 3 coordinates; give [x, y]");
    assert_snapshot!(domain(r#"{"type": "box", "min": [0, 2], "max": [1, 1]}"#), @"p.json: domain box has min[1] = 2 and max[1] = 1; min must be less than max");
    assert_snapshot!(domain(r#"{"type": "box", "min": [0, 0, 0], "max": [1, 1, 1]}"#), @"p.json: sites[0] has 2 coordinates, the domain has 3; give [x, y, z]");
    assert_snapshot!(domain(r#"{"type": "box", "min": [0, 0, 0], "max": [1, 1]}"#), @"p.json: domain: min has 3 coordinates and max has 2; give [x, y] or [x, y, z] each");
    assert_snapshot!(domain(r#"{"type": "torus", "min": [0, 0], "max": [1, 1], "periodic": [true]}"#), @"p.json: domain: periodic has 1 entries, min has 2; give true or false for each axis");
    assert_snapshot!(domain(r#"{"type": "polyhedron", "halfspaces": [[1,0,0,1]]}"#), @"p.json: the half-spaces leave an unbounded domain; add rows [a, b, c, d] that bound it on all sides");
    assert_snapshot!(domain(r#"{"type": "polyhedron", "halfspaces": [[1,0,0]]}"#), @"p.json: line 1: halfspaces[0] has 3 numbers; give [a, b, c, d]");
    assert_snapshot!(domain(r#"{"type": "polyhedron", "vertices": [[0,0,0],[1,0,0],[0,1,0],[1,1,0]]}"#), @"p.json: domain has no volume; the corners of a polyhedron must not all lie in one plane");
    assert_snapshot!(domain(r#"{"type": "sphere", "vertices": []}"#), @r#"p.json: domain: a sphere has no field "vertices"; drop it"#);
    assert_snapshot!(domain(r#"{"type": "sphere", "radius": 0}"#), @"p.json: domain radius is 0; give a positive number from 1e-140 to 1e140");
    assert_snapshot!(domain(r#"{"type": "sphere", "center": [1, 2]}"#), @"p.json: domain: center has 2 coordinates; give [x, y, z]");
    assert_snapshot!(domain(r#"{"type": "solid", "vertices": [[0,0,0]]}"#), @r#"p.json: domain: a solid needs "vertices": [[x, y, z], ...] and "triangles": [[a, b, c], ...], or "path" alone"#);
    assert_snapshot!(domain(r#"{"type": "tetmesh", "vertices": [[0,0,0]], "tets": [[0,1,2,3]]}"#), @"p.json: tets[0][1] = 1, but there are 1 vertices; count from 0");
    assert_snapshot!(domain(r#"{"type": "tetmesh", "vertices": [[0,0,0]], "tets": [[0,1,2]]}"#), @"p.json: line 1: domain.tets[0]: invalid length 3, expected an array of length 4");
    assert_snapshot!(domain(r#"{"type": "bx"}"#), @r#"p.json: domain: unknown type "bx"; use "box", "torus", "polyhedron", "sphere", "polygon", "multipolygon", "mesh", "tetmesh", "solid", "geojson" or "svg""#);
    assert_snapshot!(domain(r#"{"type": "box", "min": [0,0], "max": [1,1], "vertices": []}"#), @r#"p.json: domain: a box has no field "vertices"; drop it"#);
    assert_snapshot!(domain(r#"{"min": [0,0]}"#), @r#"p.json: domain: "type" is missing; use "box", "torus", "polyhedron", "sphere", "polygon", "multipolygon", "mesh", "tetmesh", "solid", "geojson" or "svg""#);
}

/// What is no list has its place told as well.
#[test]
fn fields_of_the_wrong_kind() {
    let f = Folder::new();
    let refused = |fields: &str| f.refused(3, &square(&format!("{fields}, \"sites\": [[0.5, 0.5]]")));
    assert_snapshot!(refused(r#""normalize": 1"#), @"p.json: line 3: normalize: invalid type: integer `1`, expected a boolean");
    assert_snapshot!(refused(r#""partial": "yes""#), @r#"p.json: line 3: partial: invalid type: string "yes", expected a boolean"#);
    assert_snapshot!(refused(r#""metric": ["1/3", 0, 1]"#), @r#"p.json: line 3: metric[0]: invalid type: string "1/3", expected f64"#);
    assert_snapshot!(refused(r#""metric": [1, 1e999, 1]"#), @"p.json: metric[1] is inf; every number must be finite");
    assert_snapshot!(refused(r#""metric": [1, 0, 1]"#), @r#"p.json: "metric" needs a box or a polyhedron in space, or a torus; drop it"#);
    assert_snapshot!(refused(r#""density": {"type": 3}"#), @"p.json: line 3: density.type: invalid type: integer `3`, expected a string");
    assert_snapshot!(refused(r#""density": {"type": "image", "values": [1], "width": -1}"#), @"p.json: line 3: density.width: invalid value: integer `-1`, expected u64");
}

#[test]
fn densities() {
    let f = Folder::new();
    let density = |d: &str| f.refused(3, &square(&format!("\"density\": {d}, \"sites\": [[0.5, 0.5]]")));
    assert_snapshot!(density(r#"{"type": "affine", "g": [1, 0], "c": -0.5}"#), @"p.json: density is negative at domain vertex 0; it must be at least 0 on the whole domain");
    assert_snapshot!(density(r#"{"type": "affine", "g": [0, 0]}"#), @"p.json: density is zero on the whole domain; there is no mass to transport");
    assert_snapshot!(density(r#"{"type": "affine", "g": [1, 1e999]}"#), @"p.json: density.g[1] is inf; every coefficient must be finite");
    assert_snapshot!(density(r#"{"type": "affine", "g": [1, 0, 0], "c": 1}"#), @"p.json: density: g has 3 coordinates, the domain has 2; give [gx, gy]");
    f.write("p.json", square(r#""density": {"type": "image", "path": "rho.png"}, "sites": [[0.5, 0.5]]"#));
    assert_eq!(f.error(5, "solve p.json -o s.json"), "rho.png: cannot read: no such file or folder; check the path");
    f.write("rho.png", b"GIF89a");
    assert_snapshot!(density(r#"{"type": "image", "path": "rho.png"}"#), @"rho.png: is no sound .png (it does not begin as one); restore or convert it");
    assert_snapshot!(density(r#"{"type": "image", "values": [1, 2, 3], "width": 2}"#), @"p.json: an image of 3 pixels does not have rows of 2; give full rows");
    assert_snapshot!(density(r#"{"type": "image", "values": [1, -2], "width": 2}"#), @"p.json: pixel in row 0, column 1 is -2; every pixel must be finite and at least 0");
    assert_snapshot!(density(r#"{"type": "image", "values": [1, 2], "width": 2, "max": [0.5, 1]}"#), @"p.json: the image covers [0.0, 0.0] to [0.5, 1.0] only; it must cover the whole domain");
    assert_snapshot!(density(r#"{"type": "image", "values": [1, 2], "width": 2, "interpolation": "cubic"}"#), @r#"p.json: density: unknown interpolation "cubic"; use "constant" or "bilinear""#);
    assert_snapshot!(density(r#"{"type": "image", "values": [1, 2]}"#), @r#"p.json: density: "values" of an image need their "width""#);
    assert_snapshot!(density(r#"{"type": "image", "values": [0, 0], "width": 1}"#), @"p.json: density is zero on the whole domain; there is no mass to transport");
    assert_snapshot!(density(r#"{"type": "vertex", "values": [1, 2]}"#), @r#"p.json: a density of type "vertex" needs a domain of type "mesh" or "tetmesh""#);
    assert_snapshot!(density(r#"{"type": "gauss"}"#), @r#"p.json: density: unknown type "gauss"; use "constant", "affine", "vertex", "face", "cell", "corner" or "image""#);
    assert_snapshot!(density(r#"{"type": "constant", "c": 2}"#), @r#"p.json: density: type "constant" has no field "c"; drop it"#);
}

#[test]
fn meshes() {
    let f = Folder::new();
    let text = |domain: &str, density: &str| {
        format!(
            "{{\"format\": \"brenier/problem\", \"version\": 1, \"domain\": {domain},\n\"density\": {density},\n\"sites\": [[0.5, 0.5]]}}"
        )
    };
    let vertices = r#""vertices": [[0,0],[1,0],[1,1],[0,1],[2,0]]"#;
    let mesh =
        |t: &str, d: &str| f.refused(3, &text(&format!("{{\"type\": \"mesh\", {vertices}, \"triangles\": {t}}}"), d));
    let constant = r#"{"type": "constant"}"#;
    assert_snapshot!(mesh("[[0,1,7]]", constant), @"p.json: triangles[0][2] = 7, but there are 5 vertices; count from 0");
    assert_snapshot!(mesh("[[0,1,2],[0,1,3]]", constant), @"p.json: faces 0 and 1 overlap; a planar domain covers every point once");
    assert_snapshot!(mesh("[[0,1,2],[0,2,3],[2,0,4]]", constant), @"p.json: edge (0, 2) has 3 faces; in the plane it has at most 2");
    assert_snapshot!(mesh("[[0,1,4]]", constant), @"p.json: domain has zero area; its vertices must not all lie on one line");
    assert_snapshot!(mesh("[]", constant), @"p.json: a mesh needs at least one triangle");
    assert_snapshot!(mesh("[[0,1,-2]]", constant), @"p.json: line 1: domain.triangles[0]: invalid value: integer `-2`, expected u32");
    assert_snapshot!(mesh("[[0,1]]", constant), @"p.json: line 1: domain.triangles[0]: invalid length 2, expected an array of length 3");
    assert_snapshot!(mesh("[[0,1,2]]", r#"{"type": "face", "values": [1, 2]}"#), @r#"p.json: density has 2 values of type "face", the mesh needs 1"#);
    assert_snapshot!(mesh("[[0,1,2]]", r#"{"type": "vertex", "values": [1, 2, -3, 0, 0]}"#), @"p.json: density values[2] is -3; every value must be finite and at least 0");
    assert_snapshot!(mesh("[[0,1,2]]", r#"{"type": "corner", "values": [[1, 2, "nan"]]}"#), @"p.json: density values[0][2] is NaN; every value must be finite and at least 0");
    assert_snapshot!(mesh("[[0,1,2]]", r#"{"type": "corner", "values": [[1, 2], 3]}"#), @"p.json: line 2: density.values[0][2]: 2 numbers; give three for each triangle");
    assert_snapshot!(mesh("[[0,1,2]]", r#"{"type": "vertex", "values": [0, 0, 0, 1, 1]}"#), @"p.json: density is zero on the whole domain; there is no mass to transport");
    assert_snapshot!(f.refused(3, &text(r#"{"type": "mesh", "vertices": [[0,0,0],[1,0],[0,1,1]], "triangles": [[0,1,2]]}"#, constant)), @"p.json: domain: vertices[0] has 3 coordinates; give [x, y] each, or [x, y, z] each");
    assert_snapshot!(f.refused(3, &text(r#"{"type": "mesh", "vertices": [[0,0]]}"#, constant)), @r#"p.json: domain: a mesh needs "vertices" and "triangles", or "path" alone"#);
    f.write("m.stl", "solid");
    f.write("p.json", text(r#"{"type": "mesh", "path": "m.stl"}"#, constant));
    assert_snapshot!(f.error(3, "solve p.json -o s.json"), @r#"m.stl: the file ends without "endsolid"; it is cut off"#);
    f.write("m.obj", "v 0 0\n");
    assert_snapshot!(f.error(2, "solve --domain image --points m.obj -o s.json"), @"--domain image: give the image, --density image:FILE");
    assert_snapshot!(f.error(2, "solve --domain square --points m.obj --density constant --invert -o s.json"), @"--invert and --bilinear are for --density image:FILE");
}

#[test]
fn fields_and_versions() {
    let f = Folder::new();
    let text = square("\"sites\": [[0.5, 0.5]],\n\n\n\n\n \"wieghts\": [1]");
    assert_snapshot!(f.refused(3, &text), @r#"p.json: line 8: unknown field "wieghts"; correct its name or drop it"#);
    let nested = "{\"format\": \"brenier/problem\", \"version\": 1,\n \"domain\": {\"type\": \"box\",\n  \"min\": [0, 0],\n  \"mx\": [1, 1]}}";
    assert_snapshot!(f.refused(3, nested), @r#"p.json: line 4: unknown field "mx"; correct its name or drop it"#);
    let newer = square("\"sites\": [[0.5, 0.5]]").replace("\"version\": 1", "\"future\": {}, \"version\": 3");
    assert_snapshot!(f.refused(3, &newer), @"p.json: version 3 is newer than this program (1); use a newer brenier");
    assert_snapshot!(f.refused(3, &square("\"sites\": [[0.5, 0.5]]").replace("problem", "mesh")), @r#"p.json: format is "brenier/mesh", expected "brenier/problem"; give a file of that format"#);
    assert_snapshot!(f.refused(3, "{\"version\": 1}"), @r#"p.json: "format" is missing; the file must say "format": "brenier/problem""#);
    assert_snapshot!(f.refused(3, "{\"format\": \"brenier/problem\"}"), @r#"p.json: "version" is missing; the file must say "version": 1"#);
    assert_snapshot!(f.refused(3, &square("\"normalize\": true")), @r#"p.json: "sites" is missing"#);
    assert_snapshot!(f.refused(3, &square("\"sites\": []")), @"p.json: sites is empty; at least one site is needed");
    assert_snapshot!(f.refused(3, &square("\"sites\": [],\n \"sites\": []")), @r#"p.json: line 4: field "sites" appears twice; keep one"#);
    assert_snapshot!(f.refused(3, &square("\"sites\": [[0.5, 0.5], [1, 1, 1]]")), @"p.json: sites[1] has 3 coordinates, the domain has 2; give [x, y]");
    assert_snapshot!(f.refused(3, &square("\"sites\": [[0.5, 0.5],\n [1 1]]")), @"p.json: line 4: expected `,` or `]`; not valid JSON here");
    assert_snapshot!(f.refused(3, "{\"format\": \"brenier/problem\",\n"), @"p.json: line 2: the file ends while parsing a value; it is cut off");
    assert_snapshot!(f.refused(3, "[1]"), @r#"p.json: line 1: invalid type: sequence, expected an object with "format", "version", "domain" and "sites""#);
    assert_snapshot!(f.refused(3, &(square("\"sites\": [[0.5, 0.5]]") + "x")), @"p.json: line 4: trailing characters; not valid JSON here");
    assert_snapshot!(f.refused(3, &square("\"sites\": [[0.5, 0.5]], \"heights\": [1], \"weights\": [1]")), @r#"p.json: both "heights" and "weights" are given; drop one"#);
    assert_snapshot!(f.refused(3, &square("\"sites\": [[0.5, 0.5]], \"heights\": [\"inf\"]")), @"p.json: heights[0] is not finite; every height must be finite");
}

#[test]
fn sizes_are_believed_only_when_the_file_has_them() {
    let f = Folder::new();
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967295, 2), }";
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.resize(1024, 0);
    f.write("y.npy", bytes);
    f.write("p.json", square("\"sites\": {\"path\": \"y.npy\"}"));
    let text = "y.npy: 4294967295 rows of 2 declared, file has 1 kB; it is cut off or damaged";
    assert_eq!(f.error(3, "solve p.json -o s.json"), text);
    assert_eq!(f.error(3, "solve --domain square --points y.npy -o s.json"), text);
    f.write("y.xyz", "4294967295\n0 0 0\n");
    assert_snapshot!(f.error(3, "solve --domain square --points y.xyz -o s.json"), @"y.xyz: line 1: 4294967295 points declared, file has 1; it is cut off");
}

#[test]
fn files_that_are_referred_to() {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": {\"path\": \"y.csv\"}"));
    assert_snapshot!(f.error(5, "solve p.json -o s.json"), @"y.csv: cannot read: no such file or folder; check the path");
    f.write("y.csv", "x,y\n0.5,0.5\n0.25,zero\n");
    assert_snapshot!(f.error(3, "solve p.json -o s.json"), @r#"y.csv: line 3: "zero" is not a number; write numbers like 0.5 or 1e-3"#);
    f.write("y.csv", "x,y\n");
    assert_snapshot!(f.error(3, "solve p.json -o s.json"), @"y.csv: sites is empty; at least one site is needed");
    f.write("p.json", square("\"sites\": {\"file\": \"y.csv\"}"));
    assert_snapshot!(f.error(3, "solve p.json -o s.json"), @r#"p.json: line 3: unknown field "file"; correct its name or drop it"#);
}

/// Solved, checked, and every mass right.
fn solved(f: &Folder) {
    let run = f.expect(0, "solve p.json -o s.json");
    assert!(run.out.contains("converged after"), "{}", run.out);
    let check = f.expect(0, "check s.json");
    assert!(check.out.ends_with("verified: s.json\n"), "{}", check.out);
}

#[test]
fn hard_but_sound_problems_are_solved() {
    let f = Folder::new();
    let problem = |fields: &str| {
        f.write("p.json", square(fields));
        solved(&f);
    };
    problem("\"sites\": [[0.5, 0.5]]");
    problem("\"sites\": [[3, 5], [3, 5.5]], \"masses\": [\"1/3\", 2]");
    problem("\"sites\": [[0, 0], [0.25, 0.125], [0.5, 0.25], [1, 0.5], [2, 1]]"); // collinear
    problem("\"sites\": [[1000, 1000], [1000.5, 1000], [1000, 1000.5], [1000.25, 1000.75]]"); // far outside
    problem("\"sites\": [[0.1, 0.2], [0.5, 0.9], [0.9, 0.3], [0.4, 0.4]], \"masses\": [1e-12, 1, 1, 1]");
    problem("\"sites\": [[0.1, 0.2], [0.5, 0.9], [0.9, 0.3]], \"density\": {\"type\": \"affine\", \"g\": [1, 1]}");
}
