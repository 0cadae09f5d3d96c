//! The light that a solid makes, traced through its triangles: nothing of the design is used.

use super::design::LensTarget;
use super::optics::Optic;
use super::picture::Light;
use super::plate::Plate;

/// A traced picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traced {
    /// Energy of each pixel, of a beam of energy 1 per unit of area.
    pub light: Light,
    /// Energy that fell on the surface.
    pub beam: f64,
    /// Energy that left it but missed the picture.
    pub beside: f64,
    /// Energy that was reflected totally or sent downwards.
    pub lost: f64,
}

/// Each side of a triangle is cut into so many for its rays, where they land in different places.
const CUTS: usize = 4;

/// Sends rays through the top of a solid to a picture of these columns and rows, with these half
/// sizes (tangents of angles, or lengths on the screen). Energy is the area of the beam that a ray
/// stands for, its place the middle of that. Shadows of facets on each other and light that is
/// reflected at glass are left out. Cost: O(triangles).
pub fn trace(plate: &Plate, optic: Optic, target: LensTarget, half: [f64; 2], size: [usize; 2]) -> Traced {
    let light = Light { width: size[0], values: vec![0.0; size[0] * size[1]] };
    let mut found = Traced { light, ..Traced::default() };
    for t in &plate.triangles[..plate.top] {
        let corners = t.map(|v| plate.vertices[v as usize]);
        let [a, b, c] = corners;
        let (u, v) = ([b[0] - a[0], b[1] - a[1], b[2] - a[2]], [c[0] - a[0], c[1] - a[1], c[2] - a[2]]);
        let normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        let energy = 0.5 * normal[2];
        if energy.is_nan() || energy <= 0.0 {
            continue;
        }
        found.beam += energy;
        let Some(way) = optic.deflected(normal) else {
            found.lost += energy;
            continue;
        };
        let cuts = if matches!(target, LensTarget::Angle(_)) { 1 } else { CUTS };
        for from in middles(corners, cuts) {
            let share = energy / (cuts * cuts) as f64;
            let at = match target {
                LensTarget::Angle(_) => [way[0] / way[2], way[1] / way[2]],
                LensTarget::Screen { distance, .. } => {
                    let t = (distance - from[2]) / way[2];
                    [from[0] + t * way[0], from[1] + t * way[1]]
                }
            };
            let place = |k: usize, turn: f64| (0.5 + 0.5 * turn * at[k] / half[k]) * size[k] as f64;
            let (x, y) = (place(0, 1.0), place(1, -1.0));
            if x >= 0.0 && y >= 0.0 && x < size[0] as f64 && y < size[1] as f64 {
                found.light.values[y as usize * size[0] + x as usize] += share;
            } else {
                found.beside += share;
            }
        }
    }
    found
}

/// The middles of the equal triangles that cutting each side into `cuts` makes.
fn middles([a, b, c]: [[f64; 3]; 3], cuts: usize) -> Vec<[f64; 3]> {
    let n = cuts as f64;
    let mut points = Vec::with_capacity(cuts * cuts);
    for i in 0..cuts {
        for j in 0..cuts - i {
            let mut add = |s: f64, t: f64| {
                points.push([0, 1, 2].map(|k| a[k] + (b[k] - a[k]) * s / n + (c[k] - a[k]) * t / n));
            };
            add(i as f64 + 1.0 / 3.0, j as f64 + 1.0 / 3.0);
            if i + j + 1 < cuts {
                add(i as f64 + 2.0 / 3.0, j as f64 + 2.0 / 3.0);
            }
        }
    }
    points
}
