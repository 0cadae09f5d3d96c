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

/// Width, height and pixels.
fn png(f: &Folder, name: &str) -> (usize, usize, Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(std::fs::File::open(f.path(name)).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    (info.width as usize, info.height as usize, buffer.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect())
}

/// The content of the page of a .pdf, unpacked, and its size in points.
fn pdf(f: &Folder, name: &str) -> (String, [f64; 2]) {
    use std::io::Read;
    let bytes = f.read_bytes(name);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("%PDF-1.") && text.trim_end().ends_with("%%EOF"), "{name}");
    let size = text.split("/MediaBox [").nth(1).unwrap().split(']').next().unwrap();
    let size: Vec<f64> = size.split_whitespace().map(|n| n.parse().unwrap()).collect();
    let at = |word: &[u8]| bytes.windows(word.len()).position(|w| w == word).unwrap() + word.len();
    let (begin, end) = (at(b"stream\n"), at(b"endstream") - b"\nendstream".len());
    let mut content = String::new();
    flate2::read::ZlibDecoder::new(&bytes[begin..end]).read_to_string(&mut content).unwrap();
    (content, [size[2], size[3]])
}

#[test]
fn every_command_draws_for_paper_and_screen() {
    let f = folder();
    f.write("o.obj", "v 1 0 0\nv -1 0 0\nv 0 1 0\nv 0 -1 0\nv 0 0 1\nv 0 0 -1\nf 1 3 5\nf 3 2 5\nf 2 4 5\nf 4 1 5\nf 3 1 6\nf 2 3 6\nf 4 2 6\nf 1 4 6\n");
    f.expect(0, "quantize --domain o.obj -n 6 --steps 2 -o o.json");
    for run in [
        "solve --domain square --points y.csv -o a.json --plot",
        "quantize --domain square -n 9 --steps 2 -o a.json --plot",
        "diagram s.json -o a.json --plot",
        "interpolate s.json --t 0.5 -o a.json --plot",
        "singular s.json -o a.json --plot",
        "alexandrov s.json -o a.obj --plot",
        "plot o.json -o",
        "plot s.json -o",
    ] {
        f.expect(0, &format!("{run} a.pdf --color distance --width 80mm --title Paper"));
        let (content, [width, height]) = pdf(&f, "a.pdf");
        // 80 mm, and the words, in the units of the page.
        assert!((width - 80.0 * 72.0 / 25.4).abs() < 1e-3 && height > 100.0, "{run}: {width} {height}");
        assert!(content.contains("(Paper) Tj") && content.contains("(distance to site) Tj"), "{run}");
        assert_eq!(content.matches("\nq\n").count(), content.matches("\nQ").count(), "{run}");
        f.expect(0, &format!("{run} a.png --size 200x150 --color distance"));
        f.expect(0, &format!("{run} b.png --size 640x420 --color distance --legend right --title Screen"));
        assert_eq!((png(&f, "a.png").0, png(&f, "b.png").1), (200, 420), "{run}");
        f.expect(0, &format!("{run} a.html --color distance"));
        assert!(f.read("a.html").starts_with("<!DOCTYPE html>"), "{run}");
    }
    f.expect(0, "parameterize o.obj -o a.obj --plot a.pdf");
    assert!(pdf(&f, "a.pdf").0.matches(" l\n").count() > 50);
    // A mesh is clipped to itself.
    f.write("l.obj", "v 0 0 0\nv 2 0 0\nv 2 1 0\nv 1 1 0\nv 1 2 0\nv 0 2 0\nf 1 2 3\nf 1 3 4\nf 1 4 5\nf 1 5 6\n");
    f.expect(0, "quantize --domain l.obj -n 7 --steps 2 -o l.json --plot l.pdf");
    assert!(pdf(&f, "l.pdf").0.contains("W"));
}

/// The legend has all colours of its scale, and takes room beside the drawing.
#[test]
fn legends_titles_and_words_of_pixels() {
    let f = folder();
    f.expect(0, "plot s.json -o a.png --color distance --label site");
    f.expect(0, "plot s.json -o b.png --color distance --label site --legend right --title T");
    let ((w, h, plain), (width, height, pixels)) = (png(&f, "a.png"), png(&f, "b.png"));
    assert!(width > w + 100 && height > h + 20, "{width} {height}");
    // Where there is no title and no legend the drawing is the same.
    let same = (0..h).all(|y| plain[y * w..(y + 1) * w] == pixels[(height - h + y) * width..][..w]);
    assert!(same);
    let column = |x: usize| (0..height).map(|y| pixels[y * width + x]).collect::<std::collections::BTreeSet<_>>();
    assert!((w..width).any(|x| column(x).len() >= 60), "all steps of the scale stand in one column");
    // Where there is no room nothing is beside.
    f.expect(0, "plot s.json -o c.png --size 100x40 --color distance --legend right --title T");
    f.expect(0, "plot s.json -o d.png --size 100x40 --color distance");
    assert_eq!(f.read_bytes("c.png"), f.read_bytes("d.png"));
    // Words on surfaces, where their cells are seen.
    f.write("o.obj", "v 1 0 0\nv -1 0 0\nv 0 1 0\nv 0 -1 0\nv 0 0 1\nv 0 0 -1\nf 1 3 5\nf 3 2 5\nf 2 4 5\nf 4 1 5\nf 3 1 6\nf 2 3 6\nf 4 2 6\nf 1 4 6\n");
    f.expect(0, "quantize --domain o.obj -n 40 --steps 2 -o o.json");
    f.expect(0, "plot o.json -o o.svg --label site --view 30,30");
    f.expect(0, "plot o.json -o p.svg --view 30,30");
    let count = |name: &str| f.read(name).matches("<text").count();
    let words = count("o.svg") - count("p.svg");
    assert!((18..36).contains(&words), "some of forty cells are behind: {words}");
    f.expect(0, "plot o.json -o o.png --label site --view 30,30");
    f.expect(0, "plot o.json -o p.png --view 30,30");
    assert_ne!(f.read_bytes("o.png"), f.read_bytes("p.png"));
}

/// Dots and cells with the colours of a picture: red on the left, blue on the right, green above.
#[test]
fn colours_of_a_picture() {
    let f = folder();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(png::ColorType::Rgb);
    let colors = [[0, 200, 0], [0, 200, 0], [200, 0, 0], [0, 0, 200]];
    encoder.write_header().unwrap().write_image_data(colors.as_flattened()).unwrap();
    std::fs::write(f.path("ink.png"), &bytes).unwrap();
    f.write("four.csv", "0.2,0.3\n0.8,0.2\n0.3,0.8\n0.7,0.9\n");
    f.expect(0, "solve --domain square --points four.csv -o four.json");
    for shown in ["--color sites", "--color cells", "--color sites --radius 4"] {
        f.expect(0, &format!("plot four.json -o d.svg --ink ink.png {shown}"));
        let svg = f.read("d.svg");
        for color in ["#c80000", "#0000c8", "#00c800"] {
            assert!(svg.contains(color), "{shown}: {color}");
        }
        f.expect(0, &format!("plot four.json -o d.png --ink ink.png --size 200x200 {shown}"));
        let (w, _, pixels) = png(&f, "d.png");
        let has = |c: [u8; 3]| pixels.iter().position(|p| *p == c);
        let [red, blue, green] =
            [[200, 0, 0], [0, 0, 200], [0, 200, 0]].map(|c| has(c).unwrap_or_else(|| panic!("{shown}: {c:?}")));
        assert!(red % w < blue % w && green < red, "{shown}");
    }
    assert!(f.error(5, "plot four.json -o d.svg --ink nothing.png").contains("nothing.png"));
    assert!(f.error(3, "plot four.json -o d.svg --ink four.csv").contains("four.csv"));
    assert!(f.error(2, "plot four.json -o d.html --ink ink.png").contains("--ink is for .svg, .pdf and .png"));
}

/// Flags of a picture that a family cannot heed are refused by their name; on a torus of the plane
/// sites have the colours of a picture as everywhere.
#[test]
fn flags_that_do_not_fit_are_told() {
    let f = Folder::new();
    f.write("four.csv", "0.2,0.3\n0.8,0.2\n0.3,0.8\n0.7,0.9\n");
    f.write("space.csv", "0.2,0.3,0.1\n0.8,0.2,0.9\n0.3,0.8,0.5\n");
    f.expect(0, "solve --domain torus --points four.csv -o t.json");
    f.expect(0, "solve --domain cube --points space.csv -o c.json");
    f.expect(0, "solve --domain sphere --points space.csv -o s.json");
    f.write("m.csv", "0.1\n0.1\n0.2\n0.1\n");
    f.expect(0, "solve --domain square --points four.csv --masses m.csv --partial -o p.json");
    for (file, place) in [("t", "a torus"), ("c", "in space"), ("s", "a sphere"), ("p", "partial transport")] {
        let told = f.error(2, &format!("plot {file}.json -o d.svg --levels 5"));
        assert_eq!(
            told,
            format!("{file}.json: --levels is for whole maps in the plane, this is {place}; leave it out")
        );
    }
    let told = f.error(2, "map p.json --points four.csv -o i.csv --kind cell --tear");
    assert_eq!(told, "--tear is for --kind extension");
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[200, 0, 100]).unwrap();
    std::fs::write(f.path("ink.png"), &bytes).unwrap();
    f.expect(0, "plot t.json -o d.svg --ink ink.png --color sites");
    assert!(f.read("d.svg").contains("#c80064"));
    assert!(f.error(2, "plot c.json -o d.svg --ink ink.png").contains("this is in space"));
    assert!(f.error(3, "remesh s.json -o m.obj").ends_with("remesh needs a surface, this is a sphere"));
    let told = f.error(2, "interpolate c.json --t 0.5 -o h.json");
    assert!(told.ends_with("this is in space; polyhedra are written with -o cells.vtu"), "{told}");
    f.expect(0, "interpolate c.json --t 0.5 -o h.vtu");
    let told = f.error(3, "solve --domain cube --points space.csv --density affine:0.1,0,1 -o d.json");
    assert!(told.contains("give 3 slopes and a constant"), "{told}");
    // Voxels of a torus are no areas, and cells of a solid in pieces have no borders. Nothing is
    // solved before that is said.
    for flags in ["--values m.csv", "--view 10,20", "--tolerance 0.1"] {
        let told = f.error(2, &format!("cells t.json -o d.vti {flags}"));
        assert!(told.ends_with("are for cells that are areas; these are voxels"), "{flags}: {told}");
    }
    assert!(f.error(2, "cells t.json -o d.vti --explode 0.1").contains("--explode is for cells in space"));
    f.write(
        "tets.json",
        r#"{"format": "brenier/problem", "version": 1, "sites": [[0.1, 0.1, 0.2], [0.3, 0.2, 0.1]],
            "domain": {"type": "tetmesh", "vertices": [[0,0,0],[1,0,0],[0,1,0],[0,0,1]], "tets": [[0,1,2,3]]}}"#,
    );
    let told = f.error(2, "solve tets.json -o d.json --plot d.svg --stroke 2");
    assert!(told.contains("cells of a domain in pieces have no borders") && !f.path("d.json").exists(), "{told}");
}

/// Numbers of --values colour the cells beside words that are not of it.
#[test]
fn values_are_seen_beside_the_names_of_sites() {
    let f = folder();
    f.expect(0, "plot s.json -o a.svg --values v.csv --label site");
    f.expect(0, "plot s.json -o b.svg --values v.csv --color people --label site");
    assert_eq!(f.read("a.svg"), f.read("b.svg"));
    assert!(f.read("a.svg").contains("people"));
    f.expect(0, "plot s.json -o a.svg --values v.csv --color mass --label name");
    assert!(f.read("a.svg").contains("town7"));
}
