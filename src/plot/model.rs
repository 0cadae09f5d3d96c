//! What a shaded picture shows: the cells of a diagram as polygons in space.

use super::colors::{self, Scale};
use super::look::Look;
use super::scene::Color;
use crate::diagram::{Diagram, Label, PartialDiagram};
use crate::domain::vector::{Vector3, bounds, length, normal, side};
use crate::problem::Problem;

/// What a side of a polygon is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Side {
    /// An edge of the mesh inside a cell: not drawn.
    Inner = 0,
    /// A wall between cells.
    Wall = 1,
    /// A wall that the polygon on its other side draws.
    Drawn = 2,
    /// The boundary of the source.
    Border = 3,
    /// A curve drawn over the cells.
    Curve = 4,
}

/// A diagram as polygons in space, each of one cell, with what there is to tell of the cells.
///
/// A diagram in the plane lies at height zero and is drawn without light. Everything is in the
/// order of the problem's sites.
pub struct Model<'a> {
    /// Whether it lies in the plane.
    pub(super) flat: bool,
    pub(super) sites: Vec<[f64; 3]>,
    pub(super) masses: &'a [f64],
    /// The masses asked for.
    pub(super) prescribed: &'a [f64],
    pub(super) centroids: Vec<Option<[f64; 3]>>,
    pub(super) areas: Vec<f64>,
    pub(super) polygons: Polygons,
    /// Pairs of cells with a common wall; the lower one first.
    pub(super) adjacent: Vec<(u32, u32)>,
    /// Colours by owner, where these are no cells.
    pub(super) palette: Option<Vec<[u8; 3]>>,
    pub(super) look: Look,
}

/// Polygons in space.
#[derive(Default)]
pub(super) struct Polygons {
    /// Start of each polygon's corners, and the end.
    start: Vec<u32>,
    /// Cell of each polygon; the number of sites if it belongs to none.
    pub(super) owner: Vec<u32>,
    /// Corners in their cyclic order.
    pub(super) corners: Vec<[f64; 3]>,
    /// Normal of the surface at each corner.
    pub(super) normals: Vec<[f32; 3]>,
    /// The side from each corner to the next.
    pub(super) sides: Vec<Side>,
}

impl Polygons {
    pub(super) fn push(&mut self, owner: u32, corners: impl Iterator<Item = ([f64; 3], [f32; 3], Side)>) {
        if self.start.is_empty() {
            self.start.push(0);
        }
        let before = self.corners.len();
        for (corner, normal, side) in corners {
            self.corners.push(corner);
            self.normals.push(normal);
            self.sides.push(side);
        }
        if self.corners.len() < before + 3 {
            self.corners.truncate(before);
            self.normals.truncate(before);
            self.sides.truncate(before);
            return;
        }
        self.owner.push(owner);
        self.start.push(self.corners.len() as u32);
    }

    pub(super) fn len(&self) -> usize {
        self.owner.len()
    }

    /// Where the corners of polygon `p` are.
    pub(super) fn range(&self, p: usize) -> std::ops::Range<usize> {
        self.start[p] as usize..self.start[p + 1] as usize
    }

    /// The polygon that has corner `c`.
    pub(super) fn of_corner(&self, c: usize) -> usize {
        self.start.partition_point(|&s| s as usize <= c) - 1
    }

    fn area(&self, p: usize) -> f64 {
        let c = &self.corners[self.range(p)];
        length(&c[1..].windows(2).map(|w| normal([c[0], w[0], w[1]]) * 0.5).sum())
    }
}

fn lift(p: [f64; 2]) -> [f64; 3] {
    [p[0], p[1], 0.0]
}

const UPWARDS: [f32; 3] = [0.0, 0.0, 1.0];

impl<'a> Model<'a> {
    /// A diagram in the plane. Where the source is a mesh or image, cells are what lies in it.
    pub fn of_plane(problem: &'a Problem, diagram: &'a Diagram) -> Model<'a> {
        Model::of_plane_along(problem, diagram, |_, _| Vec::new())
    }

    /// The same, where the boundary of a mesh passes through more points: those between two of its
    /// vertices, in their order.
    pub(super) fn of_plane_along(
        problem: &'a Problem,
        diagram: &'a Diagram,
        between: impl Fn([f64; 2], [f64; 2]) -> Vec<[f64; 2]>,
    ) -> Model<'a> {
        let mut model = Model::empty(problem, diagram.masses(), diagram.centroids());
        let whole = problem.domain().mesh().is_none();
        for i in 0..diagram.len() {
            let pieces = if whole {
                vec![(diagram.vertices(i).to_vec(), diagram.labels(i).to_vec())]
            } else {
                diagram.pieces(i).into_iter().map(|p| (p.vertices, p.labels.to_vec())).collect()
            };
            for (vertices, labels) in pieces {
                model.adjacent.extend(walls_of(i as u32, &labels));
                let side = |l: &Label| match *l {
                    Label::Bisector(j) if j as usize > i => Side::Wall,
                    Label::Bisector(_) => Side::Drawn,
                    Label::Domain(_) if whole => Side::Border,
                    Label::Domain(_) => Side::Inner,
                };
                let corners = vertices.iter().zip(&labels).map(|(&v, l)| (lift(v), UPWARDS, side(l)));
                model.polygons.push(i as u32, corners);
            }
        }
        if let Some(mesh) = problem.domain().mesh() {
            // The boundary, as polygons of no area that belong to nobody.
            for [first, last] in mesh.boundary() {
                let mut a = first;
                for b in between(first, last).into_iter().chain([last]) {
                    model.line([a, b], Side::Border);
                    a = b;
                }
            }
        }
        model.finish()
    }

    /// Cells in their balls, arcs in steps of at most `step` (an angle). Where the source is a
    /// mesh, what of them lies in it.
    pub fn of_partial(problem: &'a Problem, diagram: &'a PartialDiagram, step: f64) -> Model<'a> {
        let mut model = Model::empty(problem, diagram.masses(), diagram.centroids());
        let mesh = problem.domain().mesh();
        for i in 0..diagram.len() {
            model.adjacent.extend(walls_of(i as u32, diagram.polygons().labels(i)));
            let pieces = match mesh {
                Some(_) => diagram.pieces(i, step),
                None => vec![diagram.outline(i, step).into_iter().map(|v| (v, true)).collect()],
            };
            for piece in pieces {
                let side = |own: bool| if own { Side::Wall } else { Side::Inner };
                model.polygons.push(i as u32, piece.iter().map(|&(v, own)| (lift(v), UPWARDS, side(own))));
            }
        }
        // The boundary, as polygons of no area that belong to nobody.
        let outline = problem.frame().outline();
        let frame = || (0..outline.len()).map(|k| [outline.vertex(k), outline.vertex(k + 1)]).collect();
        let sides: Vec<[[f64; 2]; 2]> = mesh.map_or_else(frame, |mesh| mesh.boundary());
        sides.into_iter().for_each(|side| model.line(side, Side::Border));
        model.finish()
    }

    /// Cells in the plane given by their outlines, one for each site, empty where there is none.
    pub fn of_outlines(
        problem: &'a Problem,
        outlines: &[Vec<[f64; 2]>],
        masses: &'a [f64],
        centroids: &[Option<[f64; 2]>],
    ) -> Model<'a> {
        let mut model = Model::empty(problem, masses, centroids);
        for (i, outline) in (0..).zip(outlines) {
            model.polygons.push(i, outline.iter().map(|&v| (lift(v), UPWARDS, Side::Wall)));
        }
        let frame = problem.frame().outline();
        let frame = || (0..frame.len()).map(|k| [frame.vertex(k), frame.vertex(k + 1)]).collect();
        let sides: Vec<[[f64; 2]; 2]> = problem.domain().mesh().map_or_else(frame, |mesh| mesh.boundary());
        sides.into_iter().for_each(|side| model.line(side, Side::Border));
        model.finish()
    }

    /// The same with curves in the plane drawn over the cells.
    #[must_use]
    pub fn with_curves(mut self, curves: &[&[[f64; 2]]]) -> Model<'a> {
        for curve in curves {
            curve.windows(2).for_each(|w| self.line([w[0], w[1]], Side::Curve));
        }
        self
    }

    /// A segment, as a polygon of no area that belongs to nobody.
    fn line(&mut self, [a, b]: [[f64; 2]; 2], kind: Side) {
        let none = self.sites.len() as u32;
        let corners = [(a, kind), (b, Side::Inner), (b, Side::Inner)];
        self.polygons.push(none, corners.into_iter().map(|(p, side)| (lift(p), UPWARDS, side)));
    }

    /// What a legend of these colours is called, and the values it is of; none of colours that only
    /// tell cells apart.
    pub(super) fn legend_of(&self, color: Color) -> Option<(String, Vec<f64>)> {
        let (title, values) = match color {
            Color::Mass => ("mass of the cell", self.masses.to_vec()),
            Color::Area => ("area of the cell", self.areas.clone()),
            Color::Distance => ("distance to site", self.distances()),
            Color::Values => return self.look.values.as_ref().map(|v| (v.name.clone(), v.numbers.clone())),
            Color::Cells | Color::Sites => return None,
        };
        Some((title.to_string(), values))
    }

    fn empty(problem: &'a Problem, masses: &'a [f64], centroids: &[Option<[f64; 2]>]) -> Model<'a> {
        Model {
            flat: true,
            sites: problem.sites().iter().copied().map(lift).collect(),
            masses,
            prescribed: problem.masses(),
            centroids: centroids.iter().map(|c| c.map(lift)).collect(),
            areas: Vec::new(),
            polygons: Polygons::default(),
            adjacent: Vec::new(),
            palette: None,
            look: Look::default(),
        }
    }

    /// The same, made otherwise.
    #[must_use]
    pub fn with(mut self, look: Look) -> Model<'a> {
        self.look = look;
        self
    }

    /// Areas from the polygons; pairs once.
    pub(super) fn finish(mut self) -> Model<'a> {
        self.areas = vec![0.0; self.sites.len()];
        for p in 0..self.polygons.len() {
            if let Some(a) = self.areas.get_mut(self.polygons.owner[p] as usize) {
                *a += self.polygons.area(p);
            }
        }
        self.adjacent.sort_unstable();
        self.adjacent.dedup();
        self
    }

    /// Number of cells that show.
    pub(super) fn shown(&self) -> usize {
        self.areas.iter().filter(|a| **a > 0.0).count()
    }

    /// How far the map moves the centroid of each cell.
    pub(super) fn distances(&self) -> Vec<f64> {
        let distance = |(c, y): (&Option<[f64; 3]>, &[f64; 3])| c.map_or(f64::NAN, |c| length(&side(*y, c)));
        self.centroids.iter().zip(&self.sites).map(distance).collect()
    }

    /// Numbers of colours such that neighbours differ.
    pub(super) fn tints(&self) -> Vec<u8> {
        colors::tints(self.sites.len(), &self.adjacent)
    }

    /// What the colours show in the end ([`Color`] says when another value takes the place of one
    /// that is the same for all), and the colour of each cell; the last is that of what belongs to
    /// nobody.
    pub(super) fn paint(&self, wanted: Color) -> (Color, Option<Scale>, Vec<[u8; 3]>) {
        if let Some(palette) = &self.palette {
            return (Color::Cells, None, palette.clone());
        }
        if let Some(inks) = self.look.inks(self.sites.len()).filter(|_| wanted != Color::Sites) {
            return (Color::Cells, None, inks.iter().copied().chain([BARE]).collect());
        }
        let of = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(&self.areas).filter(|(_, a)| **a > 0.0).map(|(v, _)| *v).collect()
        };
        let distances = self.distances();
        let (color, values, scale) = match wanted {
            Color::Mass => (wanted, self.masses, Scale::of(&of(self.masses))),
            Color::Area => (wanted, &self.areas[..], Scale::of(&of(&self.areas))),
            Color::Distance => (wanted, &distances[..], Scale::linear(&of(&distances))),
            Color::Values => match self.look.numbers(self.sites.len()) {
                Some(own) => (wanted, &own.numbers[..], Scale::of(&of(&own.numbers))),
                None => (Color::Mass, self.masses, Scale::of(&of(self.masses))),
            },
            Color::Cells | Color::Sites => (wanted, self.masses, None),
        };
        let fallback = scale.is_none() && matches!(wanted, Color::Mass | Color::Area) && self.shown() > 1;
        let (color, values, scale) = match Scale::linear(&of(&distances)) {
            Some(scale) if fallback => (Color::Distance, &distances[..], Some(scale)),
            _ => (color, values, scale),
        };
        let mut paint: Vec<[u8; 3]> = match color {
            Color::Cells => self.tints().into_iter().map(|t| colors::PALETTE[t as usize]).collect(),
            Color::Sites => vec![[255; 3]; self.sites.len()],
            _ => values
                .iter()
                .map(|&v| self.look.ramp.rgb(scale.as_ref().map_or(colors::STEPS / 2, |s| s.step(v))))
                .collect(),
        };
        paint.push(BARE);
        (color, scale, paint)
    }

    /// A ball around what is to be seen: its middle and radius. Sites count as far as they are
    /// near.
    pub(super) fn ball(&self) -> ([f64; 3], f64) {
        let (low, high) = bounds(self.polygons.corners.iter().copied());
        let center = (Vector3::from(low) + side(low, high) * 0.5).into();
        let corner = self.polygons.corners.iter().map(|c| length(&side(center, *c)));
        let radius = corner.fold(0.0, f64::max);
        (center, if radius > 0.0 { radius } else { 1.0 })
    }
}

/// Colour of what carries no mass.
pub(super) const BARE: [u8; 3] = [214, 216, 220];

fn walls_of(i: u32, labels: &[Label]) -> impl Iterator<Item = (u32, u32)> + '_ {
    labels.iter().filter_map(move |l| match *l {
        Label::Bisector(j) if j > i => Some((i, j)),
        _ => None,
    })
}
