//! A source whose density is an image: dark pixels are heavy.

use brenier::domain::{Between, ConvexPolygon, Density, Image};
use brenier::io::{ReadLimit, read_image};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{SolveOptions, solve};
use std::path::Path;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Pixels from a file, over the rectangle [0, 4/3] x [0, 1], inverted; or made here.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/still.png");
    let place = ([0.0, 0.0], [4.0 / 3.0, 1.0]);
    let read = read_image(&path, ReadLimit::default(), Some(place), Between::Constant, true)?;
    let made = Image::new(2, vec![1.0, 0.0, 0.5, 0.25], place.0, place.1, Between::Bilinear)?;

    for image in [read, made] {
        let sites = (0..60).map(|k| [f64::from(k % 10) / 7.5 + 0.06, f64::from(k / 10) / 6.0 + 0.08]).collect();
        let mut data = ProblemData::new(ConvexPolygon::rectangle(place.0, place.1)?, sites);
        println!("{} by {} pixels", image.width(), image.height());
        data.density = Density::Image(image.into());
        let problem = Problem::new(data)?;
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged);
        println!("W2^2 = {} after {} steps", solution.cost, solution.report.iterations.len() - 1);
    }
    Ok(())
}
