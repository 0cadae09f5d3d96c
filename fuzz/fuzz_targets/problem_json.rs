//! Problem files: no bytes panic; what parses is written in the canonical form and read back the
//! same.

#![no_main]

use brenier::domain::{Between, Density, Domain};
use brenier::io::{ReadLimit, canonical_sha256, parse_problem, sha256_hex};
use brenier::problem::ProblemData;
use libfuzzer_sys::fuzz_target;
use std::fmt::Write;
use std::path::Path;

/// Files that a problem refers to are looked for in a folder that does not exist.
const NAME: &str = "no-such-folder/p.json";

fuzz_target!(|data: &[u8]| {
    // A reference to an absolute path would read this machine.
    if data.windows(6).any(|w| w == b"\"path\"") {
        return;
    }
    let limit = ReadLimit { bytes: 1 << 20 };
    let Ok(file) = parse_problem::<ProblemData>(Path::new(NAME), data, limit) else { return };
    let first = file.data.clone();
    let sound = file.clone().problem();
    if let Err(e) = &sound {
        assert!(e.to_string().starts_with(NAME), "{e} does not name the file");
    }
    // JSON has no infinities; such a problem is refused, and cannot be written.
    let numbers = first.sites.iter().flatten().chain(first.masses.iter().flatten());
    if !numbers
        .chain(first.heights.iter().flat_map(|h| h.as_slice()).flat_map(|h| [&h.hi, &h.lo]))
        .all(|x| x.is_finite())
    {
        assert!(sound.is_err());
        return;
    }
    let finite = match &first.density {
        Density::Affine { g, c } => [g[0], g[1], *c].iter().all(|x| x.is_finite()),
        Density::Vertex(v) | Density::Face(v) => v.iter().all(|x| x.is_finite()),
        Density::Corner(rows) => rows.iter().flatten().all(|x| x.is_finite()),
        _ => true,
    };
    if !finite {
        assert!(sound.is_err());
        return;
    }
    let text = canonical(&first, false);
    assert_eq!(sha256_hex(text.as_bytes()), canonical_sha256(&first), "another canonical form:\n{text}");
    for text in [text, canonical(&first, true)] {
        let again = parse_problem::<ProblemData>(Path::new(NAME), text.as_bytes(), limit)
            .unwrap_or_else(|e| panic!("{e}\n{text}"));
        let second = &again.data;
        assert_eq!(canonical(&first, false), canonical(second, false));
        if text.contains("heights") {
            assert_eq!(first.heights, second.heights);
        }
        assert_eq!(again.id.sha256, sha256_hex(text.as_bytes()));
        assert!(again.notes.iter().all(|n| n.contains("zero area")), "{:?}", again.notes);
        assert_eq!(sound.is_ok(), again.problem().is_ok());
    }
});

/// The canonical text as `docs/file-format.md` describes it, written independently; with heights
/// where asked for.
fn canonical(data: &ProblemData, heights: bool) -> String {
    let list = |values: &mut dyn Iterator<Item = f64>| -> String {
        let all: Vec<String> = values.map(number).collect();
        format!("[{}]", all.join(","))
    };
    let points = |p: &[[f64; 2]]| {
        let all: Vec<String> = p.iter().map(|p| list(&mut p.iter().copied())).collect();
        format!("[{}]", all.join(","))
    };
    let mut t = String::from("{\"format\": \"brenier/problem\",\n \"version\": 1");
    let mut field = |key: &str, value: String| write!(t, ",\n \"{key}\": {value}").expect("a String");
    let domain = match &data.domain {
        Domain::Convex(polygon) => format!("{{\"type\":\"polygon\",\"vertices\":{}}}", points(polygon.vertices())),
        Domain::Mesh(mesh) => {
            let triangles = format!("{:?}", mesh.triangles()).replace(' ', "");
            format!("{{\"type\":\"mesh\",\"vertices\":{},\"triangles\":{triangles}}}", points(mesh.vertices()))
        }
    };
    field("domain", domain);
    let values = |kind: &str, values: &[f64]| {
        format!("{{\"type\":\"{kind}\",\"values\":{}}}", list(&mut values.iter().copied()))
    };
    let density = match &data.density {
        Density::Affine { g, c } => {
            format!("{{\"type\":\"affine\",\"g\":{},\"c\":{}}}", list(&mut g.iter().copied()), number(*c))
        }
        Density::Vertex(v) => values("vertex", v),
        Density::Face(v) => values("face", v),
        Density::Corner(rows) => {
            let rows: Vec<String> = rows.iter().map(|r| list(&mut r.iter().copied())).collect();
            format!("{{\"type\":\"corner\",\"values\":[{}]}}", rows.join(","))
        }
        Density::Image(image) => format!(
            "{{\"type\":\"image\",\"width\":{},\"values\":{},\"min\":{},\"max\":{},\"interpolation\":\"{}\"}}",
            image.width(),
            list(&mut image.values().iter().copied()),
            list(&mut image.min().into_iter()),
            list(&mut image.max().into_iter()),
            if image.between() == Between::Constant { "constant" } else { "bilinear" }
        ),
        _ => "{\"type\":\"constant\"}".to_string(),
    };
    field("density", density);
    field("sites", points(&data.sites));
    if let Some(masses) = &data.masses {
        field("masses", list(&mut masses.iter().copied()));
    }
    if let (true, Some(h)) = (heights, &data.heights) {
        field("heights", list(&mut h.hi().into_iter()));
        field("heights_lo", list(&mut h.lo().into_iter()));
    }
    field("normalize", data.normalize.to_string());
    t.push_str("}\n");
    t
}

/// A double as serde_json writes it.
fn number(x: f64) -> String {
    serde_json::to_string(&x).expect("a number")
}
