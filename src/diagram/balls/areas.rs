//! Cells in their balls as areas, united over the patches of the source; arcs stay arcs.
//!
//! A wall and the circles of its two sites meet in two points, which both cells call by the sites
//! and by which of the two it is. So do the pieces on both sides of an edge between patches.

use super::super::label::Label;
use super::super::outlines::{Circle, Outlines};
use super::super::plane::ground::Corners;
use super::super::unite::{Line, Name, Side, apart, united};
use super::ball::{BallCell, Begins, Shape};
use super::snapshot::PartialDiagram;
use crate::exact::big::rational;
use std::f64::consts::PI;

impl PartialDiagram {
    /// The cells in their balls as areas, bounded by walls and arcs, as
    /// [`super::super::Diagram::areas`].
    pub fn areas(&self, whole: bool) -> Outlines {
        let diagram = self.polygons();
        let corners = Corners::of(diagram.problem());
        let disc = self.disc();
        let pieces = diagram.pieces_by_name(&corners, |(i, patch, labels, points), pieces, polygon, thin| {
            let mut ball = BallCell::default();
            ball.compute(i, labels, points, &disc);
            if ball.shape == Shape::Full {
                let d = disc(i);
                let [x, y] = diagram.problem().sites()[i as usize];
                let name = [5, i, 0, 0, 0];
                pieces.sides.push(Side { name, at: [x + d.radius, y], line: Line::Arc, short: thin, angle: 2.0 * PI });
                return thin;
            }
            let all = ball.corners();
            for corner in &all {
                let k = corner.edge as usize;
                let (at, own) = (corner.at.rounded(), polygon[k]);
                let crossing = || crossing(&corners, patch, i, labels[k], corner.begins == Begins::Entering);
                pieces.sides.push(match corner.begins {
                    Begins::Vertex => Side { short: own.short && ball.has((k + 1) % labels.len()), ..own },
                    Begins::Entering => Side { name: crossing(), at, short: false, ..own },
                    // In a piece without area an arc is a point.
                    Begins::Leaving => Side { name: crossing(), at, line: Line::Arc, short: thin, angle: corner.angle },
                });
            }
            thin
        });
        let sites = diagram.problem().sites();
        let circle = |i: usize| Circle { centre: sites[i], radius: disc(i as u32).radius };
        let circles: Vec<Circle> = (0..self.len()).map(circle).collect();
        // Where circles cut lines there are no rationals; coordinates put vertices of one line into
        // their order.
        let place = |side: usize| pieces.sides[side].at.map(rational);
        let unite = if whole { united } else { apart };
        unite(&pieces, self.len(), circles, &place).0
    }
}

/// What the point is called where an edge of a piece of cell `i` enters its disc, or leaves it.
fn crossing(corners: &Corners, patch: usize, i: u32, label: Label, enters: bool) -> Name {
    match label {
        // For the cell on the other side, which walks the other way, the first is the second.
        Label::Bisector(j) => [3, i.min(j), i.max(j), u32::from(enters == (i < j)), 0],
        Label::Domain(e) => {
            let ((a, b), forward) = corners.edge(patch, e);
            [4, a, b, i, u32::from(enters == forward)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::outlines::NOBODY;
    use super::*;
    use crate::domain::{ConvexPolygon, Domain, PlanarMesh};
    use crate::exact::Heights;
    use crate::problem::{Problem, ProblemData};

    /// A square of side 4 in two triangles for each unit square, without one of these.
    fn plate() -> PlanarMesh {
        let v = (0..25).map(|k| [f64::from(k % 5), f64::from(k / 5)]).collect();
        let squares = (0..16).filter(|k| *k != 6).map(|k| k / 4 * 5 + k % 4);
        PlanarMesh::new(v, squares.flat_map(|a| [[a, a + 1, a + 6], [a, a + 6, a + 5]]).collect()).unwrap()
    }

    /// Areas are those of the integrals, arcs are in one piece, and walls are mutual. How many arcs
    /// there are.
    fn check(domain: impl Into<Domain>, sites: &[[f64; 2]], weights: &[f64]) -> usize {
        let n = sites.len();
        let mut data = ProblemData::new(domain, sites.to_vec());
        (data.masses, data.partial) = (Some(vec![1.0 / n as f64; n]), true);
        let problem = Problem::new(data).unwrap();
        let (heights, _) = Heights::from_weights(problem.sites(), weights);
        let diagram = PartialDiagram::new(&problem, &heights).unwrap();
        let all = diagram.areas(true);
        let mut sides = Vec::new();
        for i in 0..n {
            let (area, mass) = (all.areas[i], diagram.masses()[i]);
            assert!((area - mass).abs() <= 1e-12 * mass.max(1e-3), "{i}: {area} {mass}");
            assert_eq!(all.parts_of(i).is_empty(), mass == 0.0, "{i}");
            for ring in all.parts_of(i).flat_map(|p| all.rings_of(p)) {
                let range = all.corners_of(ring);
                for c in range.clone() {
                    let next = if c + 1 == range.end { range.start } else { c + 1 };
                    let both_arcs = all.angle(c) != 0.0 && all.angle(next) != 0.0 && c != next;
                    assert!(!both_arcs || range.len() == 2, "arcs that follow each other are one");
                    if all.beyond[c] != NOBODY {
                        sides.push((all.corners[c], all.corners[next], i as u32, all.beyond[c]));
                    }
                }
            }
        }
        sides.sort_unstable();
        for &(a, b, i, j) in &sides {
            assert!(sides.binary_search(&(b, a, j, i)).is_ok(), "the wall of {i} and {j} has two sides");
        }
        all.angles.iter().filter(|a| **a != 0.0).count()
    }

    #[test]
    fn areas_are_those_of_the_integrals() {
        let square = || ConvexPolygon::rectangle([0.0; 2], [4.0; 2]).unwrap();
        // A disc, in one piece and in many; one that reaches over the corner; two that overlap; all
        // of the square.
        assert_eq!(check(square(), &[[2.1, 2.0]], &[0.5]), 1);
        assert_eq!(check(plate(), &[[1.3, 3.1]], &[0.6]), 1);
        assert_eq!(check(plate(), &[[0.2, 0.1]], &[0.6]), 1);
        assert_eq!(check(plate(), &[[0.9, 1.4], [1.7, 1.0]], &[0.7, 0.6]), 3);
        assert_eq!(check(square(), &[[2.0, 2.0]], &[9.0]), 0);
        assert_eq!(check(plate(), &[[1.0, 1.0], [3.0, 3.0]], &[1.0, 1.0]), 2);
        let mut state = 9u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for n in [3, 10, 40] {
            for _ in 0..6 {
                let sites: Vec<[f64; 2]> = (0..n).map(|_| [4.0 * draw(), 4.0 * draw()]).collect();
                let weights: Vec<f64> = (0..n).map(|_| 4.0 * draw() * draw() / f64::from(n)).collect();
                assert!(check(square(), &sites, &weights) > 0);
                assert!(check(plate(), &sites, &weights) > 0);
            }
        }
        // Walls along edges of triangles, circles through their vertices.
        let grid: Vec<[f64; 2]> = (0..16).map(|k| [f64::from(k % 4) + 0.5, f64::from(k / 4) + 0.5]).collect();
        for weight in [0.125, 0.25, 0.4, 0.5] {
            check(square(), &grid, &[weight; 16]);
            check(plate(), &grid, &[weight; 16]);
        }
        let knots: Vec<[f64; 2]> = (0..9).map(|k| [f64::from(k % 3) + 1.0, f64::from(k / 3) + 1.0]).collect();
        for weight in [0.25, 0.3, 0.5, 1.0] {
            check(plate(), &knots, &[weight; 9]);
        }
    }
}
