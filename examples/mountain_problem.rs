//! Writes the problem of `make demo`: a mountain seen from above is spread over the unit square,
//! each vertex with its share of the surface. `mountain_problem MESH.obj PROBLEM.json`

use brenier::io::{ReadLimit, read_surface, write_atomically};
use serde_json::json;
use std::io::Write;
use std::path::Path;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output] = &arguments[..] else { return Err("usage: mountain_problem MESH PROBLEM.json".into()) };
    write(input.as_ref(), output.as_ref())
}

pub fn write(input: &Path, output: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mountain = read_surface(input, ReadLimit::default())?.into_surface(input)?;
    // The mountain's y points up, so the view is onto (x, -z), one factor for both, centred.
    let above = mountain.vertices().iter().map(|v| [v[0], -v[2]]).collect::<Vec<_>>();
    let end = |k: usize, pick: fn(f64, f64) -> f64| above.iter().map(|p| p[k]).reduce(pick).unwrap_or(0.0);
    let (low, high) = ([0, 1].map(|k| end(k, f64::min)), [0, 1].map(|k| end(k, f64::max)));
    let longest = (high[0] - low[0]).max(high[1] - low[1]);
    let placed = |p: &[f64; 2]| [0, 1].map(|k| (0.5 + (p[k] - 0.5 * (low[k] + high[k])) / longest).clamp(0.0, 1.0));
    let sites = above.iter().map(placed).collect::<Vec<_>>();

    // The share of a vertex is a third of each triangle around it.
    let mut masses = vec![0.0; sites.len()];
    for triangle in mountain.triangles() {
        let [a, b, c] = triangle.map(|i| mountain.vertices()[i as usize]);
        let (u, v) = ([0, 1, 2].map(|k| b[k] - a[k]), [0, 1, 2].map(|k| c[k] - a[k]));
        let normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        let third = 0.5 * normal.iter().map(|x| x * x).sum::<f64>().sqrt() / 3.0;
        triangle.iter().for_each(|&i| masses[i as usize] += third);
    }
    let total: f64 = masses.iter().sum();
    masses.iter_mut().for_each(|m| *m /= total);
    let domain = json!({"type": "box", "min": [0, 0], "max": [1, 1]});
    let problem =
        json!({"format": "brenier/problem", "version": 1, "domain": domain, "sites": sites, "masses": masses});
    Ok(write_atomically(output, |file| writeln!(file, "{problem}"))?)
}
