//! The flags of pictures, the same for every command that draws one: what is written is looked at.

use crate::support::{Folder, csv, points};

fn folder() -> Folder {
    let f = Folder::new();
    f.write("y.csv", csv(&points(30)));
    let masses = |k: usize| 1.0 + (k % 3) as f64;
    f.write("m.txt", (0..30).map(|k| format!("{}\n", masses(k))).collect::<String>());
    let rows: String = (0..30).map(|k| format!("town{k},{}\n", k * k)).collect();
    f.write("v.csv", format!("name,people\n{rows}"));
    f.expect(0, "solve --domain square --points y.csv --masses m.txt -o s.json");
    f
}

#[test]
fn paper_colours_words_and_lines() {
    let f = folder();
    let drawn = |flags: &str| {
        f.expect(0, &format!("plot s.json -o a.svg {flags}"));
        let svg = f.read("a.svg");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{flags}");
        svg
    };
    let plain = drawn("");
    let wide = drawn("--width 8cm");
    let attribute = |svg: &str, name: &str| {
        svg.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_string()
    };
    assert_eq!(attribute(&wide, "width"), "80mm");
    let [w, h]: [f64; 2] = {
        let view = attribute(&wide, "viewBox");
        let numbers: Vec<f64> = view.split(' ').map(|n| n.parse().unwrap()).collect();
        [numbers[2], numbers[3]]
    };
    let height: f64 = attribute(&wide, "height").trim_end_matches("mm").parse().unwrap();
    assert!((height - 80.0 * h / w).abs() < 1e-3);
    assert_eq!(attribute(&drawn("--width 3in"), "width"), "76.2mm");
    // Colours of another scale.
    for palette in ["magma", "cividis", "turbo", "blues", "reds", "greys"] {
        assert_ne!(drawn(&format!("--palette {palette}")), plain, "{palette}");
    }
    assert_eq!(drawn("--palette viridis"), plain);
    let grey = drawn("--palette greys");
    let fills: Vec<&str> = grey.split("fill=\"#").skip(1).map(|t| &t[..6]).collect();
    assert!(fills.iter().all(|c| c[..2] == c[2..4] && c[2..4] == c[4..]), "{fills:?}");
    // Words.
    let named = drawn("--values v.csv --label name --title Towns&<things>");
    assert!(named.contains("town29") && named.contains("Towns&amp;&lt;things&gt;"), "{named}");
    assert!(drawn("--label site").contains(">\n29\n</text>"));
    assert!(plain.contains("mass of the cell") && !drawn("--legend none").contains("mass of the cell"));
    let people = drawn("--values v.csv");
    assert!(people.contains("people") && people.contains("841"), "the first column of numbers");
    assert_eq!(drawn("--values v.csv --color people"), people);
    // Lines and dots.
    assert!(drawn("--stroke 3").contains("stroke-width=\"300\""));
    let levels = drawn("--levels 7 --color potential");
    assert!(levels.contains("potential") && levels.matches('M').count() > plain.matches('M').count() + 14);
    let dots = drawn("--color sites --radius 2");
    assert_eq!((dots.matches("<circle").count(), dots.matches("r=\"200\"").count()), (30, 30));
    let by_mass = drawn("--color sites --radius mass:2");
    let radii: std::collections::BTreeSet<&str> =
        by_mass.split(" r=\"").skip(1).map(|t| t.split('"').next().unwrap()).collect();
    // Masses 1, 2 and 3 of mean 2: areas as they.
    assert_eq!(radii.into_iter().collect::<Vec<_>>(), ["141", "200", "245"]);
}

#[test]
fn every_command_takes_them() {
    let f = folder();
    for (k, run) in [
        "solve --domain square --points y.csv -o a.json --plot",
        "quantize --domain square -n 9 --steps 2 -o a.json --plot",
        "diagram s.json -o a.json --plot",
        "interpolate s.json --t 0.5 -o a.json --plot",
        "singular s.json -o a.json --plot",
        "alexandrov s.json -o a.obj --plot",
        "plot s.json -o",
    ]
    .iter()
    .enumerate()
    {
        f.expect(0, &format!("{run} a.svg --color distance --palette reds --title T{k} --width 50mm --legend none"));
        let svg = f.read("a.svg");
        assert!(svg.contains(&format!("\nT{k}\n")) && svg.contains("width=\"50mm\""), "{run}");
        assert!(!svg.contains("distance to site"), "{run}");
    }
    // Quantizations tell neighbours apart, unless something else is wanted.
    f.expect(0, "quantize --domain square -n 9 --steps 2 -o a.json --plot a.svg");
    f.expect(0, "plot a.json -o b.svg --color cells");
    assert_eq!(f.read("a.svg"), f.read("b.svg"));
    // Pixels and pages.
    for flags in
        ["--palette greys", "--stroke 0", "--radius 9", "--radius mass:9", "--color potential", "--values v.csv"]
    {
        f.expect(0, "plot s.json -o a.png --size 64x64");
        f.expect(0, &format!("plot s.json -o b.png --size 64x64 {flags}"));
        assert_ne!(f.read_bytes("a.png"), f.read_bytes("b.png"), "{flags}");
    }
    f.expect(0, "plot s.json -o a.html --palette greys");
    f.expect(0, "alexandrov s.json -o a.obj --plot a.png --color slope --view 20,40 --size 64x64");
    // On surfaces, too.
    f.write("o.obj", "v 1 0 0\nv -1 0 0\nv 0 1 0\nv 0 -1 0\nv 0 0 1\nv 0 0 -1\nf 1 3 5\nf 3 2 5\nf 2 4 5\nf 4 1 5\nf 3 1 6\nf 2 3 6\nf 4 2 6\nf 1 4 6\n");
    f.expect(
        0,
        "quantize --domain o.obj -n 6 --steps 2 -o o.json --plot o.svg --color potential --view 30,30 --width 40mm",
    );
    assert!(f.read("o.svg").contains("potential") && f.read("o.svg").contains("40mm"));
}
