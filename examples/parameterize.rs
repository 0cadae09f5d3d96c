//! A hilly square is laid flat with a knob between areas and angles: what each costs.
//!
//!     cargo run --release --example parameterize
//!
//! With a name it also writes a page of the last one, to look around in:
//!
//!     cargo run --release --example parameterize -- hill.html

use brenier::io::write_atomically;
use brenier::parameterize::{Boundary, ParameterizeOptions, parameterize};
use brenier::plot::{Charts, Up};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = 40;
    let mut vertices = Vec::new();
    let mut triangles = Vec::new();
    for j in 0..=n {
        for i in 0..=n {
            let (x, y) = (f64::from(i) / f64::from(n) - 0.5, f64::from(j) / f64::from(n) - 0.5);
            vertices.push([x, y, (-14.0 * (x * x + y * y)).exp()]);
            if i < n && j < n {
                let a = (j * (n + 1) + i) as u32;
                let (b, c, d) = (a + 1, a + n as u32 + 2, a + n as u32 + 1);
                triangles.extend([[a, b, c], [a, c, d]]);
            }
        }
    }
    let mut last = None;
    println!("{:>8} {:>12} {:>12} {:>22}", "shape", "area weight", "area error", "stretch 50, 95, 99 %");
    for (name, boundary) in [("disk", Boundary::Disk), ("square", Boundary::Square), ("free", Boundary::Free)] {
        for area_weight in [1.0, 100.0, 1e4] {
            let options = ParameterizeOptions { boundary: boundary.clone(), area_weight, ..Default::default() };
            let found = parameterize(&vertices, &triangles, &options)?;
            assert!(found.bijective);
            let d = &found.distortion;
            let [a, b, c] = d.stretch;
            println!("{name:>8} {area_weight:>12} {:>12.2e} {a:>8.2}{b:>7.2}{c:>7.2}", d.area_error);
            last = Some(found);
        }
    }
    if let (Some(path), Some(found)) = (std::env::args_os().nth(1), last) {
        let charts = Charts::new(&vertices, &found);
        let page = charts.html(charts.best_view(Up::Z), "hill");
        write_atomically(path.as_ref(), |w| w.write_all(page.as_bytes()))?;
    }
    Ok(())
}
