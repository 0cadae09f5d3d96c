//! Pages in a real browser: they open from a file, draw, turn, and tell the truth about the cell
//! under the pointer.
//!
//! Needs chromium and chromedriver (`make test` installs them where apt can). Without them the test
//! says so and passes, unless `BRENIER_BROWSER=required`.

mod charts;
mod driver;

use driver::{Browser, Shot};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What lies left of this is the panel.
const PANEL: usize = 290;

fn brenier(folder: &Path, args: &str) {
    let run = Command::new(env!("CARGO_BIN_EXE_brenier")).current_dir(folder).args(args.split_whitespace()).output();
    let run = run.expect("brenier runs");
    assert!(run.status.success(), "brenier {args}\n{}", String::from_utf8_lossy(&run.stderr));
}

fn json(path: PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("json")
}

fn browser() -> Option<Browser> {
    match Browser::start() {
        Ok(browser) => Some(browser),
        Err(why) if std::env::var("BRENIER_BROWSER").is_ok_and(|v| v == "required") => panic!("{why}"),
        Err(why) => {
            // Past the capture of the test's output.
            let _ = std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!("tests/browser: not run, no browser: {why}\n"),
            );
            None
        }
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|k| a[k] * b[k]).sum()
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|k| a[k] - b[k])
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// A knobbly ball: vertices, triangles, and points on it.
struct Ball {
    vertices: Vec<[f64; 3]>,
    triangles: Vec<[usize; 3]>,
    sites: Vec<[f64; 3]>,
}

impl Ball {
    fn new(sites: usize) -> Ball {
        let radius = |d: [f64; 3]| 1.0 + 0.12 * (3.0 * d[0]).sin() * (4.0 * d[1]).cos() + 0.1 * (5.0 * d[2]).sin();
        let place = |d: [f64; 3]| d.map(|c| c * radius(d) + 2.0);
        let (rings, around) = (18, 30);
        let mut vertices = vec![place([0.0, 0.0, 1.0]), place([0.0, 0.0, -1.0])];
        for r in 1..rings {
            for k in 0..around {
                let (t, f) =
                    (std::f64::consts::PI * r as f64 / rings as f64, std::f64::consts::TAU * k as f64 / around as f64);
                vertices.push(place([t.sin() * f.cos(), t.sin() * f.sin(), t.cos()]));
            }
        }
        let at = |r: usize, k: usize| match r {
            0 => 0,
            r if r == rings => 1,
            r => 2 + (r - 1) * around + k % around,
        };
        let mut triangles = Vec::new();
        for r in 0..rings {
            for k in 0..around {
                let [a, b, c, d] = [at(r, k), at(r + 1, k), at(r + 1, k + 1), at(r, k + 1)];
                triangles.extend(
                    [[a, b, c], [a, c, d]].into_iter().filter(|t| t[0] != t[1] && t[1] != t[2] && t[2] != t[0]),
                );
            }
        }
        let spiral = |k: usize| {
            let z = 1.0 - (2 * k + 1) as f64 / sites as f64;
            let f = k as f64 * 2.399_963;
            place([(1.0 - z * z).sqrt() * f.cos(), (1.0 - z * z).sqrt() * f.sin(), z])
        };
        Ball { vertices, triangles, sites: (0..sites).map(spiral).collect() }
    }

    fn obj(&self) -> String {
        let v = self.vertices.iter().map(|v| format!("v {:?} {:?} {:?}\n", v[0], v[1], v[2]));
        v.chain(self.triangles.iter().map(|t| format!("f {} {} {}\n", t[0] + 1, t[1] + 1, t[2] + 1))).collect()
    }

    /// Where a ray first meets the surface (Möller and Trumbore).
    fn hit(&self, from: [f64; 3], along: [f64; 3]) -> [f64; 3] {
        let mut best = f64::INFINITY;
        for t in &self.triangles {
            let [a, b, c] = t.map(|v| self.vertices[v]);
            let (e, f) = (minus(b, a), minus(c, a));
            let p = cross(along, f);
            let d = dot(e, p);
            let s = minus(from, a);
            let q = cross(s, e);
            let (u, v, t) = (dot(s, p) / d, dot(along, q) / d, dot(f, q) / d);
            if u >= 0.0 && v >= 0.0 && u + v <= 1.0 && t > 0.0 {
                best = best.min(t);
            }
        }
        assert!(best.is_finite(), "the ray meets the surface");
        std::array::from_fn(|k| from[k] + best * along[k])
    }
}

/// The site of the cell at a point: the one that maximizes `<x, y> + h`.
fn owner(point: [f64; 3], sites: &[[f64; 3]], heights: &Value) -> usize {
    let value = |i: usize| dot(point, sites[i]) + heights[i].as_f64().expect("a height");
    (0..sites.len()).max_by(|&a, &b| value(a).total_cmp(&value(b))).expect("sites")
}

/// The description inside a page.
fn page(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a page");
    let start = text.split_once("id=\"page\">").expect("a description").1;
    serde_json::from_str(start.split_once("</script>").expect("its end").0).expect("json")
}

fn vector(v: &Value) -> [f64; 3] {
    std::array::from_fn(|k| v[k].as_f64().expect("a number"))
}

/// Opens a page and waits for its picture. Nothing may be asked of a network, nor go wrong.
fn open(b: &Browser, path: &Path) {
    b.open(path);
    b.wait("return ['ready', 'failed'].includes(document.documentElement.dataset.state)");
    assert_eq!(b.errors(), Vec::<String>::new(), "{}", path.display());
    assert_eq!(b.script("return document.documentElement.dataset.state"), "ready", "{}", path.display());
    b.settle();
}

/// Middle of the picture.
fn middle(b: &Browser) -> [i64; 2] {
    let size = b.script("return [innerWidth, innerHeight]");
    let [w, h] = [0, 1].map(|k| size[k].as_i64().expect("a size"));
    [(w + PANEL as i64) / 2, h / 2]
}

/// The site the page tells of, and what it says of it.
fn told(b: &Browser) -> usize {
    b.wait("return !document.getElementById('info').hidden");
    b.text("cell-site").parse().expect("a site")
}

fn is_white(c: [u8; 3]) -> bool {
    c.iter().all(|&v| v > 250)
}

#[test]
fn pages_work_in_a_browser() {
    let Some(b) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let f = folder.path();
    surface(&b, f);
    views(&b, f);
    plane(&b, f);
    hostile_names(&b, f);
    damaged(&b, f);
}

#[test]
fn pages_of_charts_work_in_a_browser() {
    let Some(b) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    charts::charts(&b, folder.path());
    charts::ball(&b, folder.path());
}

/// Hues of the shape in sixteenths, with shadows and ink left out.
fn hues(shot: &Shot) -> usize {
    let mut found = BTreeSet::new();
    for y in 0..shot.height {
        for x in PANEL..shot.width {
            let c = shot.at(x, y).map(i32::from);
            let (low, high) = (c.iter().min().unwrap_or(&0), c.iter().max().unwrap_or(&0));
            if high - low > 60 {
                let k = (0..3).find(|&k| c[k] == *high).unwrap_or(0);
                let hue = 60 * (2 * k as i32) + 60 * (c[(k + 1) % 3] - c[(k + 2) % 3]) / (high - low);
                found.insert(hue.rem_euclid(360) / 22);
            }
        }
    }
    found.len()
}

fn surface(b: &Browser, f: &Path) {
    let ball = Ball::new(120);
    std::fs::write(f.join("ball.obj"), ball.obj()).expect("written");
    let csv: String = ball.sites.iter().map(|y| format!("{:?},{:?},{:?}\n", y[0], y[1], y[2])).collect();
    std::fs::write(f.join("y.csv"), csv).expect("written");
    let masses: String = (0..120).map(|i| format!("{}\n", 1.0 + 0.25 * f64::from(i % 5))).collect();
    std::fs::write(f.join("m.txt"), masses).expect("written");
    brenier(f, "solve --domain ball.obj --points y.csv --masses m.txt -o s.json --plot s.html");
    let solution = json(f.join("s.json"));
    let path = f.join("s.html");
    b.requests();
    open(b, &path);
    let requests = b.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].starts_with("file://") && requests[0].ends_with("/s.html"), "{requests:?}");

    // A shape in the middle, nothing in the corners, several colours.
    let first = b.shot("surface");
    let (w, h) = (first.width, first.height);
    assert!(is_white(first.at(w - 5, 5)) && is_white(first.at(w - 5, h - 5)) && is_white(first.at(PANEL, h - 5)));
    let shape = first.share(PANEL, |c| !is_white(c));
    assert!((0.2..0.8).contains(&shape), "{shape}");
    let center = middle(b);
    assert!(!is_white(first.at(center[0] as usize, center[1] as usize)));
    assert_eq!(b.script("return document.getElementById('color').value"), "mass");
    b.keys("view", "ccc");
    assert_eq!(b.script("return document.getElementById('color').value"), "cells");
    let colored = b.shot("surface-cells");
    assert!(hues(&colored) >= 6, "{}", hues(&colored));

    // The cell under the pointer is that of the point that the ray through it meets.
    b.pointer(&[[center[0] + 3, center[1]], center], false);
    let site = told(b);
    let view = &page(&path)["view"];
    let (middle_of_ball, direction) = (vector(&view["center"]), vector(&view["direction"]));
    let eye: [f64; 3] = std::array::from_fn(|k| middle_of_ball[k] + 100.0 * direction[k]);
    let point = ball.hit(eye, direction.map(|d| -d));
    assert_eq!(site, owner(point, &ball.sites, &solution["heights"]));
    let number = |id: &str| b.text(id).parse::<f64>().expect("a number");
    // The page is drawn from the diagram, the solution from the solver's integrals.
    let mass = solution["masses"][site].as_f64().expect("a mass");
    assert!((number("cell-mass") - mass).abs() <= 1e-12 * mass, "{} {mass}", number("cell-mass"));
    assert_eq!(number("cell-prescribed"), 1.0 + 0.25 * (site % 5) as f64);
    assert!(number("cell-error") < 1e-9 && number("cell-area") > 0.0);
    let centroid = vector(&solution["centroids"][site]);
    let text = b.text("cell-centroid");
    let shown: Vec<f64> = text.trim_matches(['(', ')']).split(", ").map(|c| c.parse().expect("a number")).collect();
    assert!((0..3).all(|k| (shown[k] - centroid[k]).abs() < 1e-7), "{text} {centroid:?}");

    // A click keeps it, Escape lets go.
    b.pointer(&[center, center], true);
    b.wait("return document.getElementById('info').dataset.how === 'chosen'");
    b.pointer(&[[w as i64 - 8, 8]], false);
    b.settle();
    assert_eq!(told(b), site);
    let chosen = b.shot("surface-chosen");
    assert!(chosen.difference(&colored) > 0.001);
    b.keys("view", "\u{e00c}");
    b.wait("return document.getElementById('info').hidden");

    // A site by its number; the next one by a key.
    b.keys("find", "7\u{e007}");
    b.wait("return document.getElementById('info').dataset.site === '7'");
    // It has turned to the eye: what was the middle of the picture is somewhere else.
    assert!(b.shot("surface-found").difference(&chosen) > 0.1);
    b.keys("view", "n");
    b.wait("return document.getElementById('info').dataset.site === '8'");
    b.keys("view", "\u{e00c}");

    // Dragging turns, the wheel zooms, keys do both, and 0 goes back.
    b.keys("view", "0");
    let before = b.shot("surface-before");
    b.pointer(&[center, [center[0] + 60, center[1] + 25], [center[0] + 120, center[1] + 40], [w as i64 - 8, 8]], true);
    let turned = b.shot("surface-turned");
    assert!(turned.difference(&before) > 0.1, "{}", turned.difference(&before));
    b.wheel(center, -400);
    let near = b.shot("surface-near");
    let shape = |s: &Shot| s.share(PANEL, |c| !is_white(c));
    assert!(shape(&near) > 1.15 * shape(&turned), "{} {}", shape(&near), shape(&turned));
    b.pointer(&[[w as i64 - 8, 8]], false);
    b.keys("view", "0");
    let back = b.shot("surface-back");
    assert!(back.difference(&before) < 0.002, "{}", back.difference(&before));
    b.keys("view", "\u{e012}\u{e012}+");
    assert!(b.shot("surface-keys").difference(&before) > 0.1);
    b.keys("view", "0s");
    let dots = b.shot("surface-sites");
    assert!(dots.difference(&before) > 0.002, "{}", dots.difference(&before));
    assert_eq!(b.errors(), Vec::<String>::new());
    assert_eq!(b.requests(), Vec::<String>::new());
}

/// From three sides, each time the middle of the window is where it ought to be.
fn views(b: &Browser, f: &Path) {
    let ball = Ball::new(120);
    let heights = &json(f.join("s.json"))["heights"];
    for (k, view) in ["0,0 --up z", "100,-35", "215,60 --up x"].iter().enumerate() {
        brenier(f, &format!("plot s.json -o v{k}.html --color cells --view {view}"));
        let path = f.join(format!("v{k}.html"));
        open(b, &path);
        let center = middle(b);
        b.pointer(&[[center[0] + 3, center[1]], center], false);
        let view = &page(&path)["view"];
        let (c, d) = (vector(&view["center"]), vector(&view["direction"]));
        let eye: [f64; 3] = std::array::from_fn(|k| c[k] + 100.0 * d[k]);
        let point = ball.hit(eye, d.map(|d| -d));
        assert_eq!(told(b), owner(point, &ball.sites, heights), "view {k}");
    }
}

/// In the plane the window is a map: any pixel is a known point.
fn plane(b: &Browser, f: &Path) {
    let n = 40;
    let sites: Vec<[f64; 2]> =
        (1..=n).map(|k| [0.754_877_666, 0.569_840_291].map(|s: f64| (f64::from(k) * s).fract())).collect();
    let csv: String = sites.iter().map(|y| format!("{:?},{:?}\n", y[0], y[1])).collect();
    std::fs::write(f.join("flat.csv"), csv).expect("written");
    brenier(f, "solve --domain square --points flat.csv -o flat.json --plot flat.html");
    let heights = &json(f.join("flat.json"))["heights"];
    open(b, &f.join("flat.html"));
    let shot = b.shot("plane");
    // The square's sides, from the pixels.
    let row = shot.height / 2;
    let ink = |x: usize| !is_white(shot.at(x, row));
    let left = (PANEL..shot.width).find(|&x| ink(x)).expect("a side") as f64;
    let right = (PANEL..shot.width).rfind(|&x| ink(x)).expect("a side") as f64 + 1.0;
    let side = right - left;
    let center = [0.5 * (left + right), shot.height as f64 / 2.0];
    assert!((center[0] - middle(b)[0] as f64).abs() < 2.0, "the square is in the middle");
    let high: Vec<[f64; 3]> = sites.iter().map(|y| [y[0], y[1], 0.0]).collect();
    let mut seen = BTreeSet::new();
    for (x, y) in [(0.5, 0.5), (0.85, 0.2), (0.7, 0.9), (0.95, 0.55), (0.6, 0.33)] {
        let (px, py) = ((center[0] + (x - 0.5) * side).floor(), (center[1] - (y - 0.5) * side).floor());
        let point = [0.5 + (px + 0.5 - center[0]) / side, 0.5 - (py + 0.5 - center[1]) / side, 0.0];
        b.pointer(&[[px as i64 + 2, py as i64], [px as i64, py as i64]], false);
        b.settle();
        let site = told(b);
        assert_eq!(site, owner(point, &high, heights), "at {point:?}");
        seen.insert(site);
    }
    assert!(seen.len() > 2);
    assert_eq!(b.requests().iter().filter(|r| !r.starts_with("file://")).count(), 0);
}

/// Names of files are text, whatever they look like.
fn hostile_names(b: &Browser, f: &Path) {
    let name = "{{data}}<img src=x onerror=hacked=1>'\"&amp;<script>hacked=1<!--.json";
    std::fs::copy(f.join("flat.json"), f.join(name)).expect("copied");
    let run = Command::new(env!("CARGO_BIN_EXE_brenier"))
        .current_dir(f)
        .args(["plot", name, "-o", "named.html"])
        .output()
        .expect("brenier runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    open(b, &f.join("named.html"));
    assert_eq!(b.script("return document.querySelector('h1').textContent"), name);
    assert_eq!(b.script("return document.title"), name);
    assert_eq!(b.script("return typeof hacked"), "undefined");
    assert_eq!(b.script("return document.images.length"), 0);
}

/// A page cut short says so.
fn damaged(b: &Browser, f: &Path) {
    let text = std::fs::read_to_string(f.join("flat.html")).expect("a page");
    let at = text.find("id=\"data\">").expect("data") + 600;
    let end = at + text[at..].find("</script>").expect("an end");
    let shorter = format!("{}{}", &text[..at + (end - at) / 8 * 4], &text[end..]);
    std::fs::write(f.join("damaged.html"), shorter).expect("written");
    b.open(&f.join("damaged.html"));
    b.wait("return document.documentElement.dataset.state === 'failed'");
    assert!(b.text("trouble").contains("WebGL 2"), "{}", b.text("trouble"));
    b.errors();
}
