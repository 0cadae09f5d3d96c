//! The solved map: where points go, its potential, where it jumps; and random points of the source
//! with their images.

use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use brenier::sample::{Method, Sampler};
use brenier::transport::{BrenierMap, SingularOptions, SolveOptions, solve};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Two grids of sites, far apart: the map tears the square in two.
    let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0])?;
    let place = |k: i32| [f64::from(k % 10), f64::from(k / 10 % 10)].map(|c| c / 10.0);
    let sites = (0..200).map(|k| [0.5 * place(k)[0] + if k < 100 { -2.0 } else { 2.0 }, place(k)[1]]);
    let problem = Problem::new(ProblemData::new(square, sites.collect()))?;
    let solution = solve(&problem, &SolveOptions::default());
    let map = BrenierMap::new(&problem, &solution.heights)?;

    let x = [0.25, 0.5];
    println!("{x:?} is in cell {} and goes to {:?}; u = {}", map.cell_of(x), map.image(x), map.potential(x));
    let continuous = map.extension(&[]);
    println!("continuously to {:?}", continuous.at(x).map(|(image, _)| image));
    let singular = map.singular(&SingularOptions::default());
    println!("it jumps across {} walls, which form {} curves", singular.walls.len(), singular.strands.len());
    assert!(!singular.walls.is_empty());

    // Sample k depends on the seed and k alone.
    let sampler = Sampler::new(map.diagram());
    let draw = sampler.draw(Method::Independent, None, 7, 1000)?;
    let (mut points, mut cells) = (vec![[0.0; 2]; 1000], vec![0; 1000]);
    draw.fill(0, &mut points, &mut cells);
    assert!(points.iter().zip(&cells).all(|(&x, &cell)| map.cell_of(x) == cell));
    let left = points.iter().filter(|&&x| map.image(x).is_some_and(|y| y[0] < 0.0)).count();
    println!("{left} of 1000 points go to the left");
    Ok(())
}
