//! A hilly square is laid flat with a knob between areas and angles:
//! `cargo run --example parameterize [hill.html]`.

use brenier::parameterize::{Boundary, ParameterizeOptions, parameterize};
use brenier::plot::{Charts, Up};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = 16;
    let (mut vertices, mut triangles) = (Vec::new(), Vec::new());
    for j in 0..=n {
        for i in 0..=n {
            let (x, y) = (f64::from(i) / f64::from(n) - 0.5, f64::from(j) / f64::from(n) - 0.5);
            vertices.push([x, y, (-14.0 * (x * x + y * y)).exp()]);
            if i < n && j < n {
                let (a, d) = ((j * (n + 1) + i) as u32, ((j + 1) * (n + 1) + i) as u32);
                triangles.extend([[a, a + 1, d + 1], [a, d + 1, d]]);
            }
        }
    }
    let mut errors = Vec::new();
    for area_weight in [1.0, 100.0, 1e4] {
        let options = ParameterizeOptions::default().boundary(Boundary::Square).area_weight(area_weight);
        let found = parameterize(&vertices, &triangles, &options)?;
        assert!(found.bijective, "proved on the points as they are");
        let [median, _, worst] = found.distortion.stretch;
        println!("area error {:.2e}, stretch {median:.2} to {worst:.2}", found.distortion.area_error);
        errors.push(found.distortion.area_error);
        if let Some(path) = std::env::args().nth(1).filter(|path| path.ends_with(".html")) {
            let charts = Charts::new(&vertices, &found);
            std::fs::write(path, charts.html(charts.best_view(Up::Z), "hill"))?;
        }
    }
    assert!(errors.windows(2).all(|pair| pair[1] < pair[0]), "the more areas count, the better they are kept");
    Ok(())
}
