//! Cells in their balls as areas, united over the patches of the source; arcs stay arcs.
//!
//! A wall and the circles of its two sites meet in two points, which both cells call by the sites and by which of the two it is. So do the
//! pieces on both sides of an edge between patches.

use super::super::label::Label;
use super::super::outlines::{Circle, Outlines};
use super::super::plane::ground::Corners;
use super::super::unite::{Line, Name, Side, apart, united};
use super::ball::{BallCell, Begins, Shape};
use super::snapshot::PartialDiagram;
use crate::exact::big::rational;
use std::f64::consts::PI;

impl PartialDiagram {
    /// The cells in their balls as areas, bounded by walls and arcs, as [`super::super::Diagram::areas`].
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
        // Where circles cut lines there are no rationals; coordinates put vertices of one line into their order.
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
