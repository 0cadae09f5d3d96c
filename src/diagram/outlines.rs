//! Cells as areas: rings of vertices that neighbours share, in flat lists with offsets.

use std::f64::consts::PI;

/// Nobody is beyond a side: it bounds the domain, or what no cell has.
pub const NOBODY: u32 = u32::MAX;

/// The disc that bounds a cell of partial transport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// The site.
    pub centre: [f64; 2],
    /// Its radius.
    pub radius: f64,
}

/// The areas of all cells, in the order of the sites.
///
/// Cell `i` consists of the parts `cells[i] .. cells[i + 1]`, part `p` of the rings `parts[p] ..
/// parts[p + 1]`, ring `r` of the corners `rings[r] .. rings[r + 1]`. A corner is the number of a
/// vertex; rings close by themselves. Cells that meet in a point name the same vertex there.
///
/// In the plane the first ring of a part is its outline, counter-clockwise; the others are holes,
/// clockwise. On a surface rings are the boundary of the part, which lies on their left, seen from
/// the side to which its triangles turn; a part without boundary has no ring.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Outlines<const D: usize = 2> {
    /// Coordinates.
    pub vertices: Vec<[f64; D]>,
    /// First part of each cell, and the end.
    pub cells: Vec<usize>,
    /// First ring of each part, and the end.
    pub parts: Vec<usize>,
    /// First corner of each ring, and the end.
    pub rings: Vec<usize>,
    /// Vertices.
    pub corners: Vec<u32>,
    /// For each corner the cell beyond the side that begins there, or [`NOBODY`].
    pub beyond: Vec<u32>,
    /// For each corner the angle of the arc that begins there, about the site and
    /// counter-clockwise; 0 for a straight side. Empty if there are no arcs.
    pub angles: Vec<f64>,
    /// The disc of each site; empty if there are no arcs.
    pub circles: Vec<Circle>,
    /// Area of each cell, arcs as arcs.
    pub areas: Vec<f64>,
}

impl<const D: usize> Outlines<D> {
    /// Number of sites.
    pub fn len(&self) -> usize {
        self.cells.len().saturating_sub(1)
    }

    /// No sites.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers of the parts of a cell.
    pub fn parts_of(&self, cell: usize) -> std::ops::Range<usize> {
        self.cells[cell]..self.cells[cell + 1]
    }

    /// Numbers of the rings of a part.
    pub fn rings_of(&self, part: usize) -> std::ops::Range<usize> {
        self.parts[part]..self.parts[part + 1]
    }

    /// The corners of a ring, as places in `corners`, `beyond` and `angles`.
    pub fn corners_of(&self, ring: usize) -> std::ops::Range<usize> {
        self.rings[ring]..self.rings[ring + 1]
    }

    /// The angle of the side that begins at a corner; 0 if it is straight.
    pub fn angle(&self, corner: usize) -> f64 {
        self.angles.get(corner).copied().unwrap_or(0.0)
    }

    /// Where a corner is.
    pub fn place(&self, corner: usize) -> [f64; D] {
        self.vertices[self.corners[corner] as usize]
    }

    /// Points between the ends of the side that begins at a corner of a cell, so many that no chord
    /// is farther than `tolerance` from its arc.
    fn between(&self, cell: usize, corner: usize, tolerance: f64) -> impl Iterator<Item = [f64; D]> {
        let (angle, from) = (self.angle(corner), self.place(corner));
        let circle = self.circle(cell);
        let steps = steps(angle, circle.radius, tolerance);
        let first = (from[1] - circle.centre[1]).atan2(from[0] - circle.centre[0]);
        (1..steps).map(move |k| {
            let t = first + angle * (k as f64 / steps as f64);
            let mut point = [0.0; D];
            point[0] = circle.centre[0] + circle.radius * t.cos();
            point[1] = circle.centre[1] + circle.radius * t.sin();
            point
        })
    }

    /// The disc of a cell, a point where there is none.
    pub fn circle(&self, cell: usize) -> Circle {
        self.circles.get(cell).copied().unwrap_or(Circle { centre: [0.0; 2], radius: 0.0 })
    }

    /// How far arcs may be from their chords where nobody says so: a hundred-thousandth of the
    /// extent, below what pictures and maps show.
    pub fn usual_tolerance(&self) -> f64 {
        let (low, high) = self.bounds().unwrap_or(([0.0; D], [1.0; D]));
        let size = (0..D).map(|k| high[k] - low[k]).fold(0.0, f64::max);
        let discs = || self.circles.iter().map(|c| c.radius).fold(f64::MIN_POSITIVE, f64::max);
        1e-5 * if size > 0.0 { size } else { discs() }
    }

    /// The same with chords for arcs, no farther from them than `tolerance`; areas stay those with
    /// arcs. Cost: O([`Outlines::count`]).
    pub fn flattened(self, tolerance: f64) -> Outlines<D> {
        if self.angles.is_empty() {
            return self;
        }
        let mut all = Outlines { rings: vec![0], vertices: self.vertices.clone(), ..Outlines::default() };
        for cell in 0..self.len() {
            for ring in self.parts_of(cell).flat_map(|p| self.rings_of(p)) {
                for corner in self.corners_of(ring) {
                    all.corners.push(self.corners[corner]);
                    all.beyond.push(self.beyond[corner]);
                    for point in self.between(cell, corner, tolerance) {
                        all.corners.push(all.vertices.len() as u32);
                        all.vertices.push(point);
                        all.beyond.push(NOBODY);
                    }
                }
                all.rings.push(all.corners.len());
            }
        }
        Outlines { cells: self.cells, parts: self.parts, areas: self.areas, ..all }
    }

    /// A ring of straight sides as a polygon: points that follow each other differ, the last one
    /// and the first, too. Empty if doubles cannot tell three of its points apart.
    pub fn polygon(&self, ring: usize) -> Vec<[f64; D]> {
        let mut points: Vec<[f64; D]> = self.corners_of(ring).map(|c| self.place(c)).collect();
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            points.clear();
        }
        points
    }

    /// How many corners all rings have once they are [flattened](Outlines::flattened). Cost:
    /// O(corners).
    pub fn count(&self, tolerance: f64) -> usize {
        if self.angles.is_empty() {
            return self.corners.len();
        }
        let of = |cell: usize| {
            let corners = self.parts_of(cell).flat_map(|p| self.rings_of(p)).flat_map(|r| self.corners_of(r));
            let radius = self.circle(cell).radius;
            corners.map(move |c| steps(self.angle(c), radius, tolerance))
        };
        (0..self.len()).flat_map(of).fold(0, usize::saturating_add)
    }

    /// The cells beyond the sides of each cell, ascending, as first neighbours and the end, and the
    /// neighbours.
    pub fn neighbors(&self) -> (Vec<usize>, Vec<u32>) {
        let (mut start, mut all) = (vec![0], Vec::new());
        for i in 0..self.len() {
            let first = all.len();
            let corners = self.parts_of(i).flat_map(|p| self.rings_of(p)).flat_map(|r| self.corners_of(r));
            all.extend(corners.map(|c| self.beyond[c]).filter(|&j| j != NOBODY));
            all[first..].sort_unstable();
            let mut own = all.split_off(first);
            own.dedup();
            all.append(&mut own);
            start.push(all.len());
        }
        (start, all)
    }

    /// Lowest and highest coordinates of the vertices.
    pub fn bounds(&self) -> Option<([f64; D], [f64; D])> {
        let first = *self.vertices.first()?;
        let all = self.vertices.iter().fold((first, first), |(mut low, mut high), v| {
            for k in 0..D {
                (low[k], high[k]) = (low[k].min(v[k]), high[k].max(v[k]));
            }
            (low, high)
        });
        Some(all)
    }
}

impl<const D: usize> Outlines<D> {
    /// The signed area of a ring of a cell in the plane of the first two coordinates. About its
    /// first corner, so that little cancels; above its chord an arc of angle `t` has `r^2 (t - sin
    /// t) / 2`.
    pub fn area_of_ring(&self, cell: usize, ring: usize) -> f64 {
        let corners = self.corners_of(ring);
        let Some(first) = corners.clone().next() else { return 0.0 };
        let o = self.place(first);
        let radius = self.circles.get(cell).map_or(0.0, |c| c.radius);
        let mut area = 0.0;
        for c in corners.clone() {
            let (p, q) = (self.place(c), self.place(if c + 1 == corners.end { corners.start } else { c + 1 }));
            area += 0.5 * ((p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0]));
            let angle = self.angle(c);
            if angle != 0.0 {
                area += 0.5 * radius * radius * (angle - angle.sin());
            }
        }
        area
    }
}

/// Into how many chords an arc is divided: the height of an arc of angle `t` above its chord is `r
/// (1 - cos(t / 2)) = 2 r sin(t / 4)^2`.
fn steps(angle: f64, radius: f64, tolerance: f64) -> usize {
    if angle == 0.0 {
        return 1;
    }
    let most = 4.0 * (0.5 * tolerance / radius).clamp(0.0, 1.0).sqrt().asin();
    // A circle is no less than a triangle, and no more corners than that can be told apart.
    let fewest = (3.0 * angle / (2.0 * PI)).ceil().max(1.0);
    (angle / most).ceil().clamp(fewest, MOST_STEPS) as usize
}

/// Most chords of an arc.
const MOST_STEPS: f64 = (1u64 << 24) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    /// The unit disc, and half of it.
    fn discs() -> Outlines {
        Outlines {
            vertices: vec![[1.0, 0.0], [-1.0, 0.0]],
            cells: vec![0, 1, 2],
            parts: vec![0, 1, 2],
            rings: vec![0, 1, 3],
            corners: vec![0, 0, 1],
            beyond: vec![NOBODY, NOBODY, 0],
            angles: vec![2.0 * PI, PI, 0.0],
            circles: vec![Circle { centre: [0.0; 2], radius: 1.0 }; 2],
            areas: vec![PI, 0.5 * PI],
        }
    }

    #[test]
    fn arcs_become_polygons_within_the_tolerance() {
        let all = discs();
        assert!((all.area_of_ring(0, 0) - PI).abs() < 1e-15 && (all.area_of_ring(1, 1) - 0.5 * PI).abs() < 1e-15);
        for tolerance in [1e-1, 1e-3, 1e-6] {
            let flat = all.clone().flattened(tolerance);
            assert_eq!((flat.corners.len(), &flat.areas, flat.circles.len()), (all.count(tolerance), &all.areas, 0));
            for ring in [0, 1] {
                let points = flat.polygon(ring);
                let n = points.len();
                let height = |k: usize| {
                    let (p, q) = (points[k], points[(k + 1) % n]);
                    let middle = (0.5 * (p[0] + q[0])).hypot(0.5 * (p[1] + q[1]));
                    if middle < 1e-9 { 0.0 } else { 1.0 - middle }
                };
                let highest = (0..n).map(height).fold(0.0, f64::max);
                assert!(highest <= tolerance * (1.0 + 1e-6) && highest > 0.4 * tolerance.min(0.2), "{highest}");
            }
        }
        assert_eq!(all.clone().flattened(1e9).polygon(0).len(), 3);
        assert_eq!(all.neighbors(), (vec![0, 0, 1], vec![0]));
        assert!(steps(PI, 1.0, 0.0) > 1_000_000);
    }
}
