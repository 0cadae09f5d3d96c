//! The truth on a surface: enclosed by rationals.

use super::super::surface_certificate::{SurfaceCertificate, certify_surface};
use super::bounds::Slack;
use super::truth::{Found, Proof, Truth, Verifiable, VerifyError};
use super::{Line, count};
use crate::diagram::SurfaceDiagram;
use crate::domain::Surface;
use crate::exact::Heights;
use crate::problem::SurfaceProblem;

impl Verifiable<3> for SurfaceProblem {
    fn truth(&self, heights: &Heights, level: u8) -> Result<Truth<3>, VerifyError> {
        let diagram = SurfaceDiagram::new(self, heights)?;
        let mut proof = Proof::nothing(level);
        let (line, valid) = ladder(&diagram, level);
        if !valid {
            return Ok(Truth { lines: vec![line], still: None, whole: None, found: None, proof });
        }
        proof.hidden = diagram.hidden().len();
        proof.cells = diagram.len() - proof.hidden;
        proof.adjacencies = diagram.hessian().len();
        let (mut whole, mut found) = (None, None);
        if level >= 5 {
            let c = certify_surface(self, heights)?;
            whole = Some(area(&c, self.surface()));
            proof.proved = c.sound();
            proof.max_relative_error = c.max_relative_error;
            proof.w2_squared = c.w2_squared;
            proof.map_cost = c.map_cost;
            proof.exact_cells = c.cells;
            proof.total_is_domain = c.sound();
            found = c.sound().then(|| {
                let slack = Slack::of(&diagram, &c.masses);
                Found {
                    masses: c.masses,
                    centroids: c.centroids,
                    error: c.max_relative_error,
                    cost: c.map_cost,
                    optimum: Some(c.w2_squared),
                    rest: None,
                    dual: None,
                    proved: true,
                    slack,
                }
            });
        }
        Ok(Truth { lines: vec![line], still: Some(Box::new(diagram)), whole, found, proof })
    }

    fn given(&self) -> Option<&Heights> {
        self.heights()
    }

    fn stays(&self) -> Option<f64> {
        None
    }
}

/// What the levels of the validity ladder say, and whether it was climbed.
fn ladder(diagram: &SurfaceDiagram, level: u8) -> (Line, bool) {
    let steps = ["numbers finite", "adjacency symmetric", "every vertex in exactly its cells", "geometry exact"];
    let climbed = level.min(4);
    for step in 1..=climbed {
        if let Err(defect) = diagram.validate(step) {
            return (Line::fail("diagram", format!("level {step} fails: {defect}")), false);
        }
    }
    let (pieces, walls) = (count(diagram.all_pieces().count(), "polygon"), count(diagram.hessian().len(), "wall"));
    let text = format!("{pieces} in cells, {walls} between cells; {}", steps[..usize::from(climbed)].join(", "));
    (Line::pass("diagram", text), true)
}

/// Do the polygons fill the surface?
fn area(truth: &SurfaceCertificate, surface: &Surface) -> Line {
    let text = match (truth.gap, truth.defect) {
        (Some(triangle), _) => format!("face {} is not filled by its polygons", surface.face(triangle)),
        (None, Some((triangle, site))) => {
            format!("cell {site} in face {} is not what its walls say", surface.face(triangle))
        }
        (None, None) => format!("{} in cells; those of every face fill it exactly", count(truth.polygons, "polygon")),
    };
    Line::new("area", truth.sound(), text)
}
