//! A parameterized mesh as a picture: the layout coloured by area ratio, and the surface with a checker pattern.

use std::fmt::Write;

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct UvPicture<'a> {
    /// Places of vertices in space.
    pub vertices: &'a [[f64; 3]],
    /// Vertices of each triangle.
    pub triangles: &'a [[u32; 3]],
    /// Points of the unit square.
    pub points: &'a [[f64; 2]],
    /// Points of each triangle's corners.
    pub corners: &'a [[u32; 3]],
}

/// Side of a panel.
const SIDE: f64 = 600.0;
/// Margin around panels.
const MARGIN: f64 = 20.0;
/// Squares of the checker pattern along the unit square.
const SQUARES: f64 = 24.0;
/// Steps of colour for the area ratio, from half to twice of what is wanted.
const STEPS: usize = 21;

/// Draws both panels side by side. Cost: O(n log n); about 60 bytes a triangle.
pub fn uv_svg(picture: &UvPicture) -> String {
    let (width, height) = (2.0 * SIDE + 3.0 * MARGIN, SIDE + 2.0 * MARGIN + 24.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         stroke-linejoin=\"round\" font-family=\"sans-serif\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    layout(picture, &mut out);
    surface(picture, &mut out);
    let base = SIDE + 2.0 * MARGIN + 8.0;
    let _ = writeln!(
        out,
        "<text x=\"{MARGIN}\" y=\"{base}\">layout: blue half, white as wanted, red twice the area</text>\n\
         <text x=\"{}\" y=\"{base}\">surface with a checker pattern of the layout</text>\n</svg>",
        SIDE + 2.0 * MARGIN
    );
    out
}

/// Appends a closed path of three points.
fn path(out: &mut String, p: [[f64; 2]; 3]) {
    let [a, b, c] = p;
    let _ = write!(out, "M{:.2} {:.2}L{:.2} {:.2} {:.2} {:.2}z", a[0], a[1], b[0], b[1], c[0], c[1]);
}

fn layout(picture: &UvPicture, out: &mut String) {
    let flat = |f: usize| picture.corners[f].map(|p| picture.points[p as usize]);
    let n = picture.triangles.len();
    let plane: Vec<f64> = (0..n).map(|f| double_area(flat(f)).abs()).collect();
    let space: Vec<f64> = (0..n)
        .map(|f| {
            let n = normal(picture.triangles[f].map(|v| picture.vertices[v as usize]));
            (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]).sqrt()
        })
        .collect();
    let factor = space.iter().sum::<f64>() / plane.iter().sum::<f64>();
    let mut paths = vec![String::new(); STEPS];
    for f in 0..n {
        let t = 0.5 + 0.5 * (plane[f] * factor / space[f]).log2();
        let step = if t.is_finite() { (t.clamp(0.0, 1.0) * (STEPS - 1) as f64).round() as usize } else { 0 };
        path(&mut paths[step], flat(f).map(|p| [MARGIN + SIDE * p[0], MARGIN + SIDE * (1.0 - p[1])]));
    }
    for (step, d) in paths.iter().enumerate().filter(|(_, d)| !d.is_empty()) {
        let color = colorous::RED_BLUE.eval_continuous(1.0 - step as f64 / (STEPS - 1) as f64);
        let _ = writeln!(
            out,
            "<path fill=\"#{color:x}\" stroke=\"#000\" stroke-opacity=\"0.35\" stroke-width=\"0.15\" d=\"{d}\"/>"
        );
    }
}

/// The surface from where its box shows most, far triangles first.
fn surface(picture: &UvPicture, out: &mut String) {
    let corners = |f: usize| picture.triangles[f].map(|v| picture.vertices[v as usize]);
    let n = picture.triangles.len();
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for p in (0..n).flat_map(corners) {
        for c in 0..3 {
            low[c] = low[c].min(p[c]);
            high[c] = high[c].max(p[c]);
        }
    }
    // Along the shortest side of the box, from a little to the side and above.
    let depth = (0..3).min_by(|&a, &b| (high[a] - low[a]).total_cmp(&(high[b] - low[b]))).unwrap_or(2);
    let (right, up) = if depth == 1 { (0, 2) } else { ((depth + 1) % 3, (depth + 2) % 3) };
    let sign = if depth == 1 { -1.0 } else { 1.0 };
    let middle = [0, 1, 2].map(|c| (low[c] + high[c]) / 2.0);
    let view = |p: [f64; 3]| {
        let (x, y, z) = (p[right] - middle[right], p[up] - middle[up], sign * (p[depth] - middle[depth]));
        let (s, c) = (0.45f64.sin(), 0.45f64.cos());
        let (x, z) = (c * x + s * z, c * z - s * x);
        let (s, c) = (0.25f64.sin(), 0.25f64.cos());
        [x, c * y - s * z, c * z + s * y]
    };
    let seen: Vec<[[f64; 3]; 3]> = (0..n).map(|f| corners(f).map(view)).collect();
    let reach = seen.iter().flatten().fold(f64::MIN_POSITIVE, |m: f64, p| m.max(p[0].abs()).max(p[1].abs()));
    let mut order: Vec<usize> = (0..n).collect();
    let far = |f: usize| seen[f][0][2] + seen[f][1][2] + seen[f][2][2];
    order.sort_by(|&a, &b| far(a).total_cmp(&far(b)).then(a.cmp(&b)));
    let place = |p: [f64; 3]| {
        let half = SIDE / 2.0;
        [2.0 * MARGIN + SIDE + half + half * p[0] / reach, MARGIN + half - half * p[1] / reach]
    };
    for f in order {
        let uv = picture.corners[f].map(|p| picture.points[p as usize]);
        let square = |c: usize| (SQUARES * (uv[0][c] + uv[1][c] + uv[2][c]) / 3.0).floor() as i64;
        let m = normal(seen[f]);
        let length = (m[0] * m[0] + m[1] * m[1] + m[2] * m[2]).sqrt().max(f64::MIN_POSITIVE);
        let light = 0.35 + 0.65 * ((0.3 * m[0] + 0.4 * m[1] + 0.87 * m[2]) / length).abs();
        let base = if (square(0) + square(1)) % 2 == 0 { [250.0, 235.0, 205.0] } else { [60.0, 105.0, 160.0] };
        let [r, g, b] = base.map(|x| (x * light).clamp(0.0, 255.0) as u8);
        let mut d = String::new();
        path(&mut d, seen[f].map(place));
        let color = format!("#{r:02x}{g:02x}{b:02x}");
        let _ = writeln!(out, "<path fill=\"{color}\" stroke=\"{color}\" stroke-width=\"0.3\" d=\"{d}\"/>");
    }
}

fn double_area([a, b, c]: [[f64; 2]; 3]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

fn normal([a, b, c]: [[f64; 3]; 3]) -> [f64; 3] {
    let (d, e) = ([b[0] - a[0], b[1] - a[1], b[2] - a[2]], [c[0] - a[0], c[1] - a[1], c[2] - a[2]]);
    [d[1] * e[2] - d[2] * e[1], d[2] * e[0] - d[0] * e[2], d[0] * e[1] - d[1] * e[0]]
}
