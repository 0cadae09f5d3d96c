//! Closed surfaces for the tests of this room.

use std::f64::consts::PI;

/// A sphere of so many rings between its poles, each with so many vertices.
pub(super) fn globe(rings: usize, around: usize) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let profile: Vec<[f64; 2]> =
        (0..=rings + 1).map(|k| (PI * k as f64 / (rings + 1) as f64).sin_cos()).map(|(s, c)| [s, -c]).collect();
    turned(&profile, around)
}

/// A surface of revolution about the third axis: radius and height from the lower pole to the upper
/// one.
pub(super) fn turned(profile: &[[f64; 2]], around: usize) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
    let rings = profile.len() - 2;
    let mut points = vec![[0.0, 0.0, profile[0][1]]];
    for p in &profile[1..=rings] {
        for j in 0..around {
            let (s, c) = (2.0 * PI * j as f64 / around as f64).sin_cos();
            points.push([p[0] * c, p[0] * s, p[1]]);
        }
    }
    points.push([0.0, 0.0, profile[rings + 1][1]]);
    let last = points.len() as u32 - 1;
    let at = |i: usize, j: usize| (1 + i * around + j % around) as u32;
    let mut triangles = Vec::new();
    for j in 0..around {
        triangles.push([0, at(0, j + 1), at(0, j)]);
        triangles.push([last, at(rings - 1, j), at(rings - 1, j + 1)]);
        for i in 1..rings {
            triangles.push([at(i - 1, j), at(i - 1, j + 1), at(i, j + 1)]);
            triangles.push([at(i - 1, j), at(i, j + 1), at(i, j)]);
        }
    }
    (points, triangles)
}
