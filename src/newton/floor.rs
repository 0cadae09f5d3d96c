//! The floor under the masses, on a diagram made up for it: the only way to a small residual that
//! loses a cell is shut.

use super::maximize;
use super::state::{NewtonOptions, Start};
use crate::diagram::{Graph, Laguerre, MeasureError, Measures, Want};
use crate::exact::Heights;

/// Three cells. Along Newton's first direction the errors of the two large ones fall linearly to
/// zero, and the small one keeps its mass until it drops, near the end of the step, to two fifths.
struct Trap {
    asked: Vec<f64>,
}

const TARGET: [f64; 3] = [1.0, 1.0, 0.01];
const ERROR: f64 = 0.2;

impl Laguerre for Trap {
    fn len(&self) -> usize {
        3
    }

    fn measures(&mut self, heights: &Heights, _: Want) -> Result<Measures, MeasureError> {
        let h = |i: usize| heights.get(i).to_f64();
        // Conductance 1 between the first two: Newton's step from zero raises their difference by
        // the error.
        let s = (h(1) - h(0)) / ERROR;
        self.asked.push(s);
        let small = TARGET[2] - 0.006 * s.powi(4);
        let mass = vec![1.0 + ERROR * (1.0 - s), 1.0 - ERROR * (1.0 - s) + (TARGET[2] - small), small];
        let (row, column) = (vec![0, 2, 4, 6], vec![1, 2, 0, 2, 0, 1]);
        let weak = 1e-9;
        let graph = Graph { row, column, weight: vec![1.0, weak, 1.0, weak, weak, weak] };
        Ok(Measures { mass: Some(mass), graph, ..Measures::default() })
    }
}

/// The whole step would quarter the residual, but leave less than half of the least mass: half of
/// it is taken.
#[test]
fn a_step_that_would_all_but_lose_a_cell_is_not_taken() {
    let mut trap = Trap { asked: Vec::new() };
    let options = NewtonOptions { tolerance: 1e-9, max_iterations: 1, time_limit: None };
    let start = Start::Fresh(Heights::zeros(3));
    let result = maximize(&mut trap, &TARGET, start, &options, &mut |_| true);
    assert!((result.state.mass_floor - 0.005).abs() < 1e-15);
    assert!(trap.asked.iter().any(|s| (s - 1.0).abs() < 1e-6), "the whole step is tried: {:?}", trap.asked);
    assert_eq!(result.state.iterations[1].step, 0.5);
}
