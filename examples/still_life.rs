//! Renders a still life, three balls on a table in the light of a window, as a grey .png: the density of the picture in docs/img/stipple.png.
//!
//! `cargo run --release --example still_life -- still_life.png [HEIGHT]`

use std::fs::File;
use std::io::BufWriter;

type V = [f64; 3];

fn dot(a: V, b: V) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn add(a: V, b: V, t: f64) -> V {
    [0, 1, 2].map(|k| a[k] + t * b[k])
}

fn unit(a: V) -> V {
    let length = dot(a, a).sqrt();
    a.map(|c| c / length)
}

/// Centre, radius, reflectance.
const BALLS: [(V, f64, f64); 3] =
    [([-0.95, 1.0, 0.2], 1.0, 0.85), ([0.85, 0.62, -0.55], 0.62, 0.55), ([0.15, 0.34, -1.35], 0.34, 0.95)];

/// Where a ray first meets a ball in front of it.
fn ball(from: V, along: V) -> Option<(f64, usize)> {
    let meet = |(k, &(centre, radius, _)): (usize, &(V, f64, f64))| {
        let o = add(from, centre, -1.0);
        let (b, c) = (dot(o, along), dot(o, o) - radius * radius);
        let root = b * b - c;
        let t = -b - root.max(0.0).sqrt();
        (root > 0.0 && t > 1e-6).then_some((t, k))
    };
    BALLS.iter().enumerate().filter_map(meet).min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Light that reaches a point: the share of a square window of 12 by 12 panes that it sees, and a little from everywhere.
fn light(at: V, normal: V) -> f64 {
    let mut seen = 0.0;
    for i in 0..12 {
        for j in 0..12 {
            let pane = [-5.5 + 0.25 * f64::from(i), 5.0 + 0.25 * f64::from(j), -4.5 + 0.1 * f64::from(i)];
            let to = unit(add(pane, at, -1.0));
            let cosine = dot(to, normal);
            if cosine > 0.0 && ball(add(at, normal, 1e-4), to).is_none() {
                seen += cosine / 144.0;
            }
        }
    }
    // Corners where a ball meets the table are darker.
    let above: f64 = BALLS
        .iter()
        .map(|&(c, r, _)| (dot(add(at, c, -1.0), add(at, c, -1.0)).sqrt() / r - 1.0).abs().min(1.0))
        .product();
    0.9 * seen + 0.16 * (0.35 + 0.65 * above) * (0.6 + 0.4 * normal[1])
}

/// Brightness of what a ray meets.
fn shade(from: V, along: V, bounce: bool) -> f64 {
    if let Some((t, k)) = ball(from, along) {
        let at = add(from, along, t);
        let normal = unit(add(at, BALLS[k].0, -1.0));
        let matt = BALLS[k].2 * light(at, normal);
        if !bounce {
            return matt;
        }
        let mirrored = add(along, normal, -2.0 * dot(along, normal));
        let gloss = 0.04 + 0.5 * (1.0 - dot(normal, along).abs()).powi(4);
        let spark = dot(mirrored, unit([-0.62, 0.66, -0.43])).max(0.0).powi(60);
        return matt * (1.0 - gloss) + gloss * shade(add(at, normal, 1e-4), mirrored, false) + 0.8 * spark;
    }
    let to_table = -from[1] / along[1];
    let to_wall = (3.2 - from[2]) / along[2];
    if to_table > 0.0 && (to_table < to_wall || to_wall <= 0.0) {
        let at = add(from, along, to_table);
        return 0.7 * light(at, [0.0, 1.0, 0.0]);
    }
    if to_wall <= 0.0 {
        // The room behind the eye.
        return 0.2;
    }
    let at = add(from, along, to_wall);
    0.32 * (0.25 + light(at, [0.0, 0.0, -1.0])) * (1.15 - 0.12 * at[1])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: still_life FILE.png [HEIGHT]")?;
    let height: u32 = arguments.next().map_or(Ok(480), |h| h.parse())?;
    let width = height * 4 / 3;
    let eye = [0.3, 1.9, -6.2];
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for row in 0..height {
        for column in 0..width {
            let mut sum = 0.0;
            for sample in 0..4 {
                let (dx, dy) = (0.25 + 0.5 * f64::from(sample % 2), 0.25 + 0.5 * f64::from(sample / 2));
                let x = (f64::from(column) + dx) / f64::from(height) - 2.0 / 3.0;
                let y = 0.5 - (f64::from(row) + dy) / f64::from(height);
                sum += shade(eye, unit([0.86 * x - 0.03, 0.86 * y - 0.16, 1.3]), true).clamp(0.0, 1.0);
            }
            // Towards what the eye sees, and nowhere quite white: the density shall not vanish.
            let grey = (sum / 4.0).powf(1.0 / 1.6).min(1.0);
            pixels.push((250.0 * grey).round() as u8);
        }
    }
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(())
}
