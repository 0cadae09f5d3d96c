//! Why some masses cannot be attained on a surface (theory/surfaces.md).
//!
//! If `y_i - y_j` is normal to a triangle, `s_ij` is constant on it: the triangle goes to the one site or to the other as a whole, the masses
//! jump where that constant passes 0, and what lies inside the jump no heights give. (The optimal plan then splits the triangle.) Newton's
//! method runs up against such a jump and stops there.

use super::solution::Solution;
use crate::diagram::surface::{SurfaceGround, SurfaceLaguerre};
use crate::exact::big::{self, Rational};
use crate::problem::SurfaceProblem;
use std::sync::Arc;

/// Sites whose values on a triangle differ by less than this share of the largest value count as tied: the steps against a jump end that near.
const NEAR: f64 = 1e-7;

/// Most triangles told by name.
const MOST_TOLD: usize = 5;

/// Triangles in jumps of the given heights, each with two sites that it lies between, ascending. Cost: a question for each triangle.
pub(super) fn jumps(problem: &SurfaceProblem, solution: &Solution<3>) -> Vec<(u32, [u32; 2])> {
    let ground = Arc::new(SurfaceGround::new(problem.facets(), problem.source_factor()));
    let mut diagram = SurfaceLaguerre::new(ground, problem.sites());
    let order = diagram.order();
    diagram.set_heights(&solution.heights.permuted(&order));
    let mut found = Vec::new();
    for k in 0..problem.facets().len() as u32 {
        let corners = problem.facets().corners(k);
        let middle = [0, 1, 2].map(|a| (corners[0][a] + corners[1][a] + corners[2][a]) / 3.0);
        let mut tied: Vec<u32> = diagram.nearly_highest(&middle, NEAR).iter().map(|&p| order[p as usize]).collect();
        tied.sort_unstable();
        let pairs = tied.iter().enumerate().flat_map(|(a, &i)| tied[a + 1..].iter().map(move |&j| [i, j]));
        let normal = |&[i, j]: &[u32; 2]| is_normal(problem.sites()[i as usize], problem.sites()[j as usize], &corners);
        if let Some(pair) = pairs.into_iter().find(normal) {
            found.push((problem.facets().name(k), pair));
        }
    }
    found
}

/// Is the difference of two sites normal to a triangle, exactly?
fn is_normal(a: [f64; 3], b: [f64; 3], corners: &[[f64; 3]; 3]) -> bool {
    let sub = |p: &[f64; 3], q: &[f64; 3]| [0, 1, 2].map(|k| big::rational(p[k]) - big::rational(q[k]));
    let d = sub(&a, &b);
    (1..3).all(|c| {
        let e = sub(&corners[c], &corners[0]);
        (0..3).map(|k| Rational::from(&d[k] * &e[k])).sum::<Rational>().cmp0().is_eq()
    })
}

/// What to say of them.
pub(super) fn told(jumps: &[(u32, [u32; 2])]) -> Option<String> {
    let (_, [i, j]) = jumps.first()?;
    let names: Vec<String> = jumps.iter().take(MOST_TOLD).map(|jump| jump.0.to_string()).collect();
    let more = match jumps.len().saturating_sub(MOST_TOLD) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let (faces, lie) = if jumps.len() == 1 { ("face", "lies") } else { ("faces", "lie") };
    Some(format!(
        "these masses cannot be attained: {faces} {}{more} {lie} in a bisector, as that of sites {i} and {j}, and would have to be \
         split; move a site along the surface, or change the masses",
        names.join(", ")
    ))
}
