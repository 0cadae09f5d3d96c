//! A parameterized surface and its layout, to be drawn with a checker pattern.

use super::look::Look;
use super::model::{Model, Polygons, Side};
use super::normals::Smooth;
use super::view::{Up, View};
use crate::domain::vector::{length, normal};
use crate::parameterize::{LayoutProof, Parameterization};

/// Squares of the pattern along the unit square.
pub(super) const SQUARES: usize = 24;
/// The light squares.
pub(super) const LIGHT: [u8; 3] = [250, 247, 238];
/// The dark squares at the corners `(0, 0)`, `(1, 0)`, `(0, 1)`, `(1, 1)` of the unit square; in
/// between they are mixed, so that one sees what lies where. The pages' shader is given the same.
pub(super) const DARK: [[u8; 3]; 4] = [[38, 70, 160], [190, 70, 38], [20, 140, 110], [160, 50, 130]];
/// Triangles that are flipped or flat.
pub(super) const WRONG: [u8; 3] = [230, 0, 20];
/// Edges of triangles are drawn in layouts of up to this many.
const EDGES: usize = 20_000;

/// A parameterized surface: pictures and a page with the surface and its layout side by side, under
/// one checker pattern.
///
/// ```
/// use brenier::parameterize::{ParameterizeOptions, parameterize};
/// use brenier::plot::{Charts, Up};
/// let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
/// let t = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
/// let found = parameterize(&v, &t, &ParameterizeOptions::default()).unwrap();
/// let charts = Charts::new(&v, &found);
/// let picture = charts.pixels(charts.best_view(Up::Z), 200, 100);
/// assert_eq!((picture.width, picture.height), (200, 100));
/// assert!(charts.html(charts.best_view(Up::Z), "tetrahedron").contains("One to one: all 4 triangles positive"));
/// ```
pub struct Charts<'a> {
    pub(super) vertices: &'a [[f64; 3]],
    pub(super) found: &'a Parameterization,
    pub(super) proof: LayoutProof,
    sides: Vec<[Side; 3]>,
}

/// A corner of a piece of a triangle.
#[derive(Clone, Copy)]
struct Corner {
    at: [f64; 3],
    normal: [f32; 3],
    uv: [f64; 2],
    side: Side,
}

impl<'a> Charts<'a> {
    /// Looks at a parameterization of a mesh with these vertices. Cost: O(n log n).
    ///
    /// # Panics
    /// If the parameterization is not of a mesh with as many vertices.
    pub fn new(vertices: &'a [[f64; 3]], found: &'a Parameterization) -> Charts<'a> {
        Charts { vertices, found, proof: found.prove(&found.points), sides: sides(&found.corners) }
    }

    /// With another proof: of points that were rounded when they were written.
    pub fn judged(self, proof: LayoutProof) -> Charts<'a> {
        Charts { proof, ..self }
    }

    /// The view of the surface that shows most.
    pub fn best_view(&self, up: Up) -> View {
        self.model(false, true).best_view(up)
    }

    /// Where the corners of a triangle lie in the plane.
    pub(super) fn flat(&self, f: usize) -> [[f64; 2]; 3] {
        self.found.corners[f].map(|p| self.found.points[p as usize])
    }

    /// Where they lie in space.
    fn space(&self, f: usize) -> [[f64; 3]; 3] {
        self.found.triangles[f].map(|v| self.vertices[v as usize])
    }

    /// Whether a triangle is clockwise or flat.
    pub(super) fn is_wrong(&self, f: usize) -> bool {
        let has = |list: &[u32]| list.binary_search(&(f as u32)).is_ok();
        has(&self.proof.flipped) || has(&self.proof.flat)
    }

    /// What a side of a triangle is.
    pub(super) fn side(&self, f: usize, k: usize) -> Side {
        self.sides[f][k]
    }

    /// Loops of points around the charts, in the direction of their triangles.
    pub(super) fn outlines(&self) -> Vec<Vec<u32>> {
        let none = u32::MAX;
        let mut next = vec![none; self.found.points.len()];
        let mut starts = Vec::new();
        for (t, sides) in self.found.corners.iter().zip(&self.sides) {
            for k in (0..3).filter(|&k| sides[k] == Side::Border) {
                next[t[k] as usize] = t[(k + 1) % 3];
                starts.push(t[k]);
            }
        }
        let mut loops = Vec::new();
        for start in starts {
            let (mut p, mut around) = (start, Vec::new());
            while next[p as usize] != none {
                around.push(p);
                p = std::mem::replace(&mut next[p as usize], none);
            }
            if around.len() > 2 {
                loops.push(around);
            }
        }
        loops
    }

    /// All triangles in space or, `flat`, in the plane; divided where the pattern's colour changes,
    /// or whole.
    pub(super) fn model(&self, flat: bool, divided: bool) -> Model<'static> {
        let smooth = (!flat).then(|| Smooth::new(self.vertices, &self.found.triangles));
        let n = self.found.triangles.len();
        let mut polygons = Polygons::default();
        let mut areas = Vec::with_capacity(n);
        for f in 0..n {
            let uv = self.flat(f);
            let at = if flat { uv.map(|p| [p[0], p[1], 0.0]) } else { self.space(f) };
            let normals = smooth.as_ref().map_or([[0.0, 0.0, 1.0]; 3], |s| s.of(f));
            areas.push(0.5 * length(&normal(at)));
            let side = |k: usize| match self.sides[f][k] {
                Side::Border => Side::Border,
                // On the surface edges would hide the pattern.
                s if !divided || flat && n <= EDGES => s,
                _ => Side::Inner,
            };
            let corners: Vec<Corner> =
                (0..3).map(|k| Corner { at: at[k], normal: normals[k], uv: uv[k], side: side(k) }).collect();
            let mut put = |owner: usize, piece: &[Corner]| {
                polygons.push(owner as u32, piece.iter().map(|c| (c.at, c.normal, c.side)));
            };
            match (divided, self.is_wrong(f)) {
                (false, _) => put(f, &corners),
                (true, true) => put(SQUARES * SQUARES, &corners),
                (true, false) => {
                    for (i, strip) in cut(corners, 0) {
                        cut(strip, 1).for_each(|(j, piece)| put(j * SQUARES + i, &piece));
                    }
                }
            }
        }
        let colors = (0..SQUARES * SQUARES).map(|k| square(k % SQUARES, k / SQUARES)).chain([WRONG]);
        Model {
            flat,
            sites: Vec::new(),
            masses: &[],
            prescribed: &[],
            centroids: Vec::new(),
            areas,
            polygons,
            adjacent: Vec::new(),
            palette: Some(colors.collect()),
            look: Look::default(),
        }
    }
}

/// Colour of a square of the pattern.
pub(super) fn square(i: usize, j: usize) -> [u8; 3] {
    if (i + j).is_multiple_of(2) {
        return LIGHT;
    }
    let [x, y] = [i, j].map(|k| (k as f64 + 0.5) / SQUARES as f64);
    let weight = [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y];
    std::array::from_fn(|c| (0..4).map(|k| weight[k] * f64::from(DARK[k][c])).sum::<f64>().round() as u8)
}

/// Divides a convex piece where a coordinate of the plane passes from square to square. What is
/// outside the unit square belongs to the squares there.
fn cut(piece: Vec<Corner>, axis: usize) -> impl Iterator<Item = (usize, Vec<Corner>)> {
    let number = |x: f64| ((x * SQUARES as f64).floor().max(0.0) as usize).min(SQUARES - 1);
    let low = piece.iter().map(|c| c.uv[axis]).fold(f64::INFINITY, f64::min);
    let high = piece.iter().map(|c| c.uv[axis]).fold(f64::NEG_INFINITY, f64::max);
    let (first, last) = (number(low), number(high));
    let mut rest = piece;
    (first..=last.max(first)).map(move |k| {
        if k >= last {
            return (k, std::mem::take(&mut rest));
        }
        let (below, above) = split(&rest, axis, (k + 1) as f64 / SQUARES as f64);
        rest = above;
        (k, below)
    })
}

/// The parts of a convex piece below and above a value.
fn split(piece: &[Corner], axis: usize, value: f64) -> (Vec<Corner>, Vec<Corner>) {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for (k, &c) in piece.iter().enumerate() {
        let d = piece[(k + 1) % piece.len()];
        let (from, to) = (c.uv[axis], d.uv[axis]);
        let (mine, other) = if from < value { (&mut below, &mut above) } else { (&mut above, &mut below) };
        mine.push(c);
        if (from < value) != (to < value) {
            let t = (value - from) / (to - from);
            let mix = |a: f64, b: f64| a + t * (b - a);
            let at = std::array::from_fn(|i| mix(c.at[i], d.at[i]));
            let normal = std::array::from_fn(|i| mix(f64::from(c.normal[i]), f64::from(d.normal[i])) as f32);
            let mut uv: [f64; 2] = std::array::from_fn(|i| mix(c.uv[i], d.uv[i]));
            uv[axis] = value;
            // Here the outline of one part goes along the cut, that of the other one along the rest
            // of the side.
            mine.push(Corner { at, normal, uv, side: Side::Inner });
            other.push(Corner { at, normal, uv, side: c.side });
        }
    }
    (below, above)
}

/// What the sides of all triangles are: borders of charts, and of two that meet one to be drawn.
fn sides(corners: &[[u32; 3]]) -> Vec<[Side; 3]> {
    let mut edges = Vec::with_capacity(3 * corners.len());
    for (f, t) in corners.iter().enumerate() {
        for k in 0..3 {
            let (a, b) = (t[k], t[(k + 1) % 3]);
            edges.push((a.min(b), a.max(b), f as u32, k as u8));
        }
    }
    edges.sort_unstable();
    let mut sides = vec![[Side::Drawn; 3]; corners.len()];
    for group in edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (f, k) = (group[0].2 as usize, group[0].3 as usize);
        sides[f][k] = if group.len() == 1 { Side::Border } else { Side::Wall };
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vector::side;

    #[test]
    fn pieces_fill_the_triangle_and_keep_their_squares() {
        let uv = [[0.03, 0.11], [0.71, 0.2], [0.37, 0.93]];
        let corner = |p: [f64; 2]| Corner { at: [p[0], p[1], 7.0], normal: [0., 0., 1.], uv: p, side: Side::Border };
        let area =
            |c: &[Corner]| (1..c.len() - 1).map(|k| 0.5 * normal([c[0].at, c[k].at, c[k + 1].at]).z).sum::<f64>();
        let whole = uv.map(corner).to_vec();
        let (mut sum, mut border, mut count) = (0.0, 0.0, 0);
        for (i, strip) in cut(whole.clone(), 0) {
            for (j, piece) in cut(strip, 1) {
                if piece.len() < 3 {
                    continue;
                }
                count += 1;
                sum += area(&piece);
                for (k, c) in piece.iter().enumerate() {
                    let inside = |x: f64, k: usize| (x * SQUARES as f64 - k as f64 - 0.5).abs() < 0.5 + 1e-9;
                    assert!(inside(c.uv[0], i) && inside(c.uv[1], j), "{:?} in {i} {j}", c.uv);
                    assert!((c.at[0] - c.uv[0]).abs() + (c.at[1] - c.uv[1]).abs() < 1e-12);
                    let d = piece[(k + 1) % piece.len()];
                    border += if c.side == Side::Border { side(c.at, d.at).norm() } else { 0.0 };
                }
            }
        }
        assert!((sum - area(&whole)).abs() < 1e-12 && count > 150, "{sum} {count}");
        let length: f64 = (0..3).map(|k| side(whole[k].at, whole[(k + 1) % 3].at).norm()).sum();
        assert!((border - length).abs() < 1e-9, "{border} {length}");
        // Outside the unit square, and where there is no number: one piece.
        let far = [[2.0, 3.0], [f64::NAN, 5.0], [4.0, f64::INFINITY]].map(corner).to_vec();
        assert_eq!(cut(far, 0).map(|(k, p)| (k, p.len())).collect::<Vec<_>>(), [(SQUARES - 1, 3)]);
    }

    #[test]
    fn every_inner_edge_is_drawn_once() {
        let sides = sides(&[[0, 1, 2], [0, 2, 3]]);
        let count = |s: Side| sides.iter().flatten().filter(|&&x| x == s).count();
        assert_eq!((count(Side::Border), count(Side::Wall), count(Side::Drawn)), (4, 1, 1));
    }
}
