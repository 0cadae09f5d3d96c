//! Cells of the plane as areas, united over the patches of the source.

use super::super::label::Label;
use super::super::outlines::Outlines;
use super::super::unite::{Pieces, Side, apart, united};
use super::ground::{Corners, outline_of};
use super::integrate::{self, LocalDensity};
use super::point::Point;
use super::proof::Integrals;
use super::snapshot::Diagram;
use crate::domain::{ExactLaw, Law};
use crate::exact::big::Rational;
use rayon::prelude::*;

/// Cells whose pieces are found in one go.
const CHUNK: usize = 1024;

impl Diagram {
    /// The cells as areas: one part where a cell hangs together, with its holes; `whole` false:
    /// each of its polygons in the patches by itself. Where the source carries no mass there are no
    /// cells. Cost: a sort of the sides.
    ///
    /// What lies between triangles or pixels vanishes because labels say that it is the same on
    /// both sides, and cells that meet name the same vertices.
    ///
    /// ```
    /// use brenier::{Diagram, Heights, PlanarMesh, Problem, ProblemData};
    /// let corners = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    /// let square = PlanarMesh::new(corners, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
    /// let problem = Problem::new(ProblemData::new(square, vec![[0.25, 0.5], [0.75, 0.5]])).unwrap();
    /// let (heights, _) = Heights::from_weights(problem.sites(), &[0.0, 0.0]);
    /// let cells = Diagram::new(&problem, &heights).unwrap().areas(true);
    /// assert_eq!((&cells.rings[..], &cells.areas[..]), (&[0, 4, 8][..], &[0.5, 0.5][..]));
    /// ```
    pub fn areas(&self, whole: bool) -> Outlines {
        self.areas_with_witnesses(whole).0
    }

    /// The same, and for each vertex a side of the pieces that begins there.
    fn areas_with_witnesses(&self, whole: bool) -> (Outlines, Vec<u32>) {
        let corners = Corners::of(self.problem());
        let pieces = self.pieces_by_name(&corners, |_, pieces, sides, thin| {
            pieces.sides.extend(sides);
            thin
        });
        let exact = |side: usize| self.exact_begin(&pieces, side);
        let unite = if whole { united } else { apart };
        unite(&pieces, self.len(), Vec::new(), &exact)
    }

    /// The polygons in which cells meet patches, with the names of their vertices, by site and
    /// patch. `add` gets what is a piece (site, labels, points), its sides, and whether it has no
    /// area; it adds what is to be there and says whether that has none.
    pub(in super::super) fn pieces_by_name(
        &self,
        corners: &Corners,
        add: impl Fn((u32, usize, &[Label], &[Point]), &mut Pieces<2>, Vec<Side<2>>, bool) -> bool + Sync,
    ) -> Pieces<2> {
        let chunk = |c: usize| {
            let mut pieces = Pieces::new();
            for i in c * CHUNK..((c + 1) * CHUNK).min(self.len()) {
                self.each_named_part(i, |patch, labels, points| {
                    let thin = self.is_thin(patch, i, labels, points);
                    let sides = self.sides(corners, patch, i, labels, points);
                    let thin = add((i as u32, patch, labels, points), &mut pieces, sides, thin);
                    pieces.end(i as u32, thin);
                });
            }
            pieces
        };
        let found: Vec<Pieces<2>> = (0..self.len().div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
        let mut all = Pieces::new();
        found.into_iter().for_each(|p| all.append(p));
        all.seams.clone_from(&corners.seams);
        all
    }

    /// Calls `f` with patch, labels and vertices of each part of a cell; of a source without
    /// patches that is the cell.
    fn each_named_part(&self, i: usize, mut f: impl FnMut(usize, &[Label], &[Point])) {
        let (Some(parts), Some(patches)) = (self.parts(), self.problem().patches()) else {
            if !self.labels(i).is_empty() {
                f(0, self.labels(i), self.points(i));
            }
            return;
        };
        for (patch, labels) in parts.of_site(i) {
            f(patch as usize, labels, &self.points_of(&patches.get(patch as usize), i, labels));
        }
    }

    fn sides(&self, corners: &Corners, patch: usize, i: usize, labels: &[Label], points: &[Point]) -> Vec<Side<2>> {
        let n = labels.len();
        let side = |k: usize| {
            let before = labels[if k == 0 { n - 1 } else { k - 1 }];
            Side {
                name: corners.vertex(patch, i as u32, before, labels[k]),
                at: points[k].rounded(),
                line: corners.line(patch, labels[k]),
                short: self.is_no_side(patch, i, labels, points, k),
                angle: 0.0,
            }
        };
        (0..n).map(side).collect()
    }

    /// Has side `k` of a part no length, exactly?
    fn is_no_side(&self, patch: usize, i: usize, labels: &[Label], points: &[Point], k: usize) -> bool {
        let next = if k + 1 == points.len() { 0 } else { k + 1 };
        self.is_short(&points[k], &points[next])
            && outline_of(self.problem(), patch, |outline| {
                self.exact_vertex_between(outline, i, labels, k) == self.exact_vertex_between(outline, i, labels, next)
            })
    }

    /// Has a part no area, exactly? The computed one is good to `2^-40` of its bounding box
    /// (integrate.rs).
    fn is_thin(&self, patch: usize, i: usize, labels: &[Label], points: &[Point]) -> bool {
        let Some(first) = points.first() else { return true };
        let (mut wide, mut size) = ([0.0f64; 2], 0.0f64);
        for p in points {
            let d = p.minus(first);
            (0..2).for_each(|k| wide[k] = wide[k].max(d[k].abs()));
            p.rounded().iter().for_each(|c| size = size.max(c.abs()));
        }
        let side = wide[0].max(wide[1]);
        let area = integrate::mass(points, &LocalDensity::new(Law::constant(1.0), 1.0));
        if area > 1e-11 * side * side && side > 1e-12 * size {
            return false;
        }
        let vertices: Vec<[Rational; 2]> = outline_of(self.problem(), patch, |outline| {
            (0..labels.len()).map(|k| self.exact_vertex_between(outline, i, labels, k)).collect()
        });
        !Integrals::of(&vertices, &ExactLaw::affine([0.0; 2], 1.0)).mass.cmp0().is_gt()
    }

    /// Exact coordinates of the begin of a side of [`Diagram::pieces_by_name`], where pieces are
    /// the parts themselves.
    fn exact_begin(&self, pieces: &Pieces<2>, side: usize) -> [Rational; 2] {
        let piece = pieces.start.partition_point(|&s| s <= side) - 1;
        let (i, k) = (pieces.owner[piece] as usize, side - pieces.start[piece]);
        match self.parts() {
            None => self.rational_vertex(i, k),
            Some(parts) => {
                let (patch, labels) = parts.part(piece);
                outline_of(self.problem(), patch as usize, |outline| self.exact_vertex_between(outline, i, labels, k))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Between, ConvexPolygon, Density, Domain, Image, PlanarMesh};
    use crate::exact::Heights;
    use crate::problem::{Problem, ProblemData};

    /// Numbers in the unit interval.
    fn draw(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*state >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Exact areas of all rings, from labels: those of all cells sum to that of all patches, and
    /// each to that of its pieces.
    fn check(diagram: &Diagram) -> Outlines {
        let corners = Corners::of(diagram.problem());
        let pieces = diagram.pieces_by_name(&corners, |_, pieces, sides, thin| {
            pieces.sides.extend(sides);
            thin
        });
        let (all, witness) = diagram.areas_with_witnesses(true);
        let even = ExactLaw::affine([0.0; 2], 1.0);
        let place = |c: usize| diagram.exact_begin(&pieces, witness[all.corners[c] as usize] as usize);
        let mut total = Rational::new();
        for i in 0..all.len() {
            let mut own = Rational::new();
            for part in all.parts_of(i) {
                for (k, ring) in all.rings_of(part).enumerate() {
                    let p: Vec<[Rational; 2]> = all.corners_of(ring).map(place).collect();
                    let n = p.len();
                    assert!(n > 2, "{i}");
                    let twice: Rational = (0..n)
                        .map(|k| p[k][0].clone() * &p[(k + 1) % n][1] - p[k][1].clone() * &p[(k + 1) % n][0])
                        .sum();
                    assert_eq!(twice.cmp0().is_gt(), k == 0, "the first ring is the outline, the others are holes");
                    own += twice / 2u32;
                }
            }
            let mut pieces = Rational::new();
            diagram.each_named_part(i, |patch, labels, _| {
                let vertices: Vec<[Rational; 2]> = outline_of(diagram.problem(), patch, |outline| {
                    (0..labels.len()).map(|k| diagram.exact_vertex_between(outline, i, labels, k)).collect()
                });
                pieces += Integrals::of(&vertices, &even).mass.reduced();
            });
            assert_eq!(own, pieces, "cell {i}");
            assert!((own.to_f64() - all.areas[i]).abs() <= 1e-13 * own.to_f64().max(1e-3));
            total += own;
        }
        let domain: Rational = match diagram.problem().patches() {
            Some(patches) => patches.iter().map(|p| Integrals::of(&p.exact_corners(), &even).mass.reduced()).sum(),
            None => {
                let v: Vec<[Rational; 2]> =
                    diagram.problem().frame().vertices().iter().map(|v| v.map(crate::exact::big::rational)).collect();
                Integrals::of(&v, &even).mass.reduced()
            }
        };
        assert_eq!(total, domain, "all cells together are the domain");
        // Who is beyond whom is mutual, and along the same vertices.
        let mut sides: Vec<(u32, u32, u32, u32)> = Vec::new();
        for i in 0..all.len() {
            for ring in all.parts_of(i).flat_map(|p| all.rings_of(p)) {
                let range = all.corners_of(ring);
                for c in range.clone() {
                    let next = if c + 1 == range.end { range.start } else { c + 1 };
                    sides.push((all.corners[c], all.corners[next], i as u32, all.beyond[c]));
                }
            }
        }
        sides.sort_unstable();
        assert!(sides.windows(2).all(|w| (w[0].0, w[0].1) != (w[1].0, w[1].1)), "no side is walked twice");
        for &(a, b, i, j) in sides.iter().filter(|s| s.3 != super::super::super::outlines::NOBODY) {
            assert!(sides.binary_search(&(b, a, j, i)).is_ok(), "the wall of {i} and {j} has two equal sides");
        }
        all
    }

    fn problem(domain: impl Into<Domain>, density: Density, sites: Vec<[f64; 2]>) -> Problem {
        Problem::new(ProblemData::new(domain, sites).density(density)).unwrap()
    }

    fn at_weights(problem: &Problem, weights: &[f64]) -> Diagram {
        let (heights, _) = Heights::from_weights(problem.sites(), weights);
        Diagram::new(problem, &heights).unwrap()
    }

    /// A square of `n` by `n` squares in two triangles each, without those that `keep` refuses.
    fn mesh(n: u32, keep: impl Fn(u32, u32) -> bool) -> PlanarMesh {
        let v = (0..(n + 1) * (n + 1)).map(|k| [f64::from(k % (n + 1)), f64::from(k / (n + 1))]).collect();
        let mut t = Vec::new();
        for y in 0..n {
            for x in (0..n).filter(|&x| keep(x, y)) {
                let a = y * (n + 1) + x;
                t.extend([[a, a + 1, a + n + 2], [a, a + n + 2, a + n + 1]]);
            }
        }
        PlanarMesh::new(v, t).unwrap()
    }

    #[test]
    fn areas_of_polygons_are_exact() {
        let mut state = 1;
        for n in [1, 2, 7, 60] {
            let sites: Vec<[f64; 2]> = (0..n).map(|_| [draw(&mut state), draw(&mut state)]).collect();
            let weights: Vec<f64> = (0..n).map(|_| 0.02 * draw(&mut state)).collect();
            let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
            check(&at_weights(&problem(square, Density::Constant, sites), &weights));
        }
        // A grid: four cells meet in every vertex, and that is one vertex.
        let sites: Vec<[f64; 2]> = (0..16).map(|k| [f64::from(k % 4) + 0.5, f64::from(k / 4) + 0.5]).collect();
        let square = ConvexPolygon::rectangle([0.0, 0.0], [4.0, 4.0]).unwrap();
        let all = check(&at_weights(&problem(square, Density::Constant, sites), &[0.0; 16]));
        assert_eq!((all.vertices.len(), all.corners.len()), (25, 64));
    }

    #[test]
    fn areas_over_triangles_are_exact() {
        let mut state = 2;
        for hole in [false, true] {
            let plate = || mesh(5, |x, y| !(hole && (1..4).contains(&x) && y == 2 || hole && x == 4 && y == 4));
            for n in [1, 3, 12, 40] {
                let sites: Vec<[f64; 2]> = (0..n).map(|_| [5.0 * draw(&mut state), 5.0 * draw(&mut state)]).collect();
                let all = check(&at_weights(&problem(plate(), Density::Constant, sites), &vec![0.0; n]));
                if n == 1 {
                    assert_eq!((all.parts.len(), all.rings.len()), (2, if hole { 3 } else { 2 }));
                }
            }
            // Walls on edges of triangles, through vertices, along diagonals: sites on a grid.
            for shift in [0.0, 0.5, 0.25] {
                for step in [1, 2] {
                    let places = (0..36).filter(|k| k % step == 0);
                    let sites: Vec<[f64; 2]> =
                        places.map(|k| [f64::from(k % 6) + shift, f64::from(k / 6) + shift]).collect();
                    let n = sites.len();
                    let all = check(&at_weights(&problem(plate(), Density::Constant, sites), &vec![0.0; n]));
                    assert!(all.vertices.iter().all(|v| v.iter().all(|c| (8.0 * c).fract() == 0.0)));
                }
            }
        }
    }

    /// A cell that touches a triangle in an edge only, whose other two cells meet within that edge.
    #[test]
    fn cells_that_meet_within_an_edge_share_the_vertex() {
        for flip in [false, true] {
            let v = vec![[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0], [2.0, -1.0], [0.0, -1.0]];
            let square = PlanarMesh::new(v, vec![[0, 1, 2], [0, 2, 3], [1, 0, 5], [1, 5, 4]]).unwrap();
            let mut sites = vec![[0.5, 0.5], [1.5, 0.5], [1.0, -0.5]];
            let weights = [0.0, 0.0, 0.25];
            if flip {
                sites.reverse();
            }
            let weights: Vec<f64> = if flip { weights.iter().rev().copied().collect() } else { weights.to_vec() };
            // The third cell is what lies below the axis: x^2 terms cancel at these weights only
            // where it is flat, so it is told by brute force.
            let all = check(&at_weights(&problem(square, Density::Constant, sites), &weights));
            assert_eq!(all.len(), 3);
        }
        let v = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [4.0, -4.0], [0.0, -4.0]];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let square = PlanarMesh::new(v.clone(), vec![[0, 1, 2], [0, 2, 3], [1, 0, 5], [1, 5, 4]]).unwrap();
            // Above the axis two cells that meet at x = 2, below it one: sites far below and above,
            // so that the wall is the axis.
            let sites = [[1.0, 3.0], [3.0, 3.0], [2.0, -3.0]];
            let heights = [0.0, -4.0, -2.0];
            let sites = order.map(|k: usize| sites[k]).to_vec();
            let problem = problem(square, Density::Constant, sites);
            let diagram = Diagram::new(&problem, &Heights::from_f64(&order.map(|k| heights[k]))).unwrap();
            check(&diagram);
        }
    }

    /// Sheets whose edges do not match, exactly and by rounding errors.
    #[test]
    fn meshes_that_do_not_match_are_united() {
        let mut state = 3;
        for slant in [0.0, 0.3] {
            let at = |x: f64, y: f64| [x + slant * y, y];
            // Below one square, above three narrow ones of unequal widths.
            let mut v = vec![at(0.0, -1.0), at(3.0, -1.0), at(3.0, 0.0), at(0.0, 0.0)];
            let mut t = vec![[0, 1, 2], [0, 2, 3]];
            for (from, to) in [(0.0, 0.7), (0.7, 2.0), (2.0, 3.0)] {
                let n = v.len() as u32;
                v.extend([at(from, 0.0), at(to, 0.0), at(to, 2.0), at(from, 2.0)]);
                t.extend([[n, n + 1, n + 2], [n, n + 2, n + 3]]);
            }
            for n in [1, 4, 25] {
                let sites: Vec<[f64; 2]> =
                    (0..n).map(|_| at(3.0 * draw(&mut state), 3.0 * draw(&mut state) - 1.0)).collect();
                let plate = PlanarMesh::new(v.clone(), t.clone()).unwrap();
                let all = check(&at_weights(&problem(plate, Density::Constant, sites), &vec![0.0; n]));
                if n == 1 {
                    assert_eq!((all.parts.len(), all.rings.len()), (2, 2), "one part, one ring");
                }
            }
        }
    }

    #[test]
    fn areas_over_pixels_are_exact() {
        let mut state = 4;
        let (low, high) = ([0.0, 0.0], [1.0, 1.0]);
        for holes in [false, true] {
            let values: Vec<f64> = (0..64).map(|_| if holes && draw(&mut state) < 0.3 { 0.0 } else { 1.0 }).collect();
            for n in [1, 5, 30] {
                let image = Image::new(8, values.clone(), low, high, Between::Constant).unwrap();
                let square = ConvexPolygon::rectangle(low, high).unwrap();
                let sites: Vec<[f64; 2]> = (0..n).map(|_| [draw(&mut state), draw(&mut state)]).collect();
                let all = check(&at_weights(&problem(square, Density::Image(image.into()), sites), &vec![0.0; n]));
                if !holes {
                    // Nothing of the pixels is left.
                    let (plain, image) = (n, all.corners.len());
                    let square = ConvexPolygon::rectangle(low, high).unwrap();
                    assert!(plain > 0 && (n > 1 || image == 4), "{image} {:?}", square.vertices());
                }
            }
        }
    }

    /// Pixels that a boundary cuts: whole ones beside pieces, corners on lines of the grid, a
    /// boundary through grid points and along grid lines.
    #[test]
    fn areas_over_pixels_that_are_cut_are_exact() {
        let mut state = 5;
        let image = || Image::new(8, vec![1.0; 64], [0.0, 0.0], [8.0, 8.0], Between::Constant).unwrap();
        let shapes = [
            vec![[1.0, 1.0], [7.0, 2.3], [5.5, 7.25], [2.1, 6.0]],
            vec![[0.0, 4.0], [4.0, 0.0], [8.0, 4.0], [4.0, 8.0]],
            vec![[1.0, 0.0], [6.0, 0.0], [8.0, 1.0], [0.1, 7.7]],
            vec![[0.3, 0.1], [0.3f64.next_up(), 5.0], [0.2, 7.0]],
        ];
        for shape in shapes {
            for n in [1, 2, 9, 40] {
                let domain = ConvexPolygon::new(shape.clone()).unwrap();
                let sites: Vec<[f64; 2]> = (0..n).map(|_| [8.0 * draw(&mut state), 8.0 * draw(&mut state)]).collect();
                let all = check(&at_weights(&problem(domain, Density::Image(image().into()), sites), &vec![0.0; n]));
                if n == 1 {
                    assert_eq!((all.parts.len(), all.rings.len()), (2, 2), "one part, one ring");
                    assert_eq!(all.corners.len(), shape.len(), "nothing of the pixels is left");
                }
            }
        }
    }
}
