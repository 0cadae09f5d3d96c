//! Polygons and lines in a raster with depth: which one is seen at each sample.

use crate::domain::vector::{Vector2, normal, side};

/// What nothing covers.
pub(super) const NOTHING: u32 = u32::MAX;

/// Marks drawn over polygons, the later over the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Mark {
    None,
    Wall,
    Border,
    Curve,
    Rim,
    Dot,
}

/// Some rows of a raster. Sample `(x, y)` has its middle at `(x + 1/2, y + 1/2)`; a larger `z` is
/// nearer to the eye.
pub(super) struct Buffer {
    width: usize,
    /// First row.
    top: usize,
    rows: usize,
    depth: Vec<f64>,
    /// What is seen.
    pub(super) seen: Vec<u32>,
    /// What is drawn over it.
    pub(super) mark: Vec<Mark>,
    /// Whose that is, if it matters.
    pub(super) whose: Vec<u32>,
    /// Whose marks are drawn now.
    pub(super) pen: u32,
}

impl Buffer {
    /// Rows `top .. top + rows` of a raster, empty.
    pub(super) fn new(width: usize, top: usize, rows: usize) -> Buffer {
        let n = width * rows;
        let depth = vec![f64::NEG_INFINITY; n];
        Buffer { width, top, rows, depth, seen: vec![NOTHING; n], mark: vec![Mark::None; n], whose: Vec::new(), pen: 0 }
    }

    /// From now on it is kept whose marks are.
    pub(super) fn keep_owners(&mut self) {
        self.whose = vec![0; self.mark.len()];
    }

    /// The first row.
    pub(super) fn first_row(&self) -> usize {
        self.top
    }

    /// Samples from `low` to `high`, whose middles lie in between, of `n` from `first` on.
    fn samples(low: f64, high: f64, first: usize, n: usize) -> std::ops::Range<usize> {
        let clamp = |v: f64| v.clamp(first as f64, (first + n) as f64) as usize;
        let (a, b) = (clamp((low - 0.5).ceil()), clamp((high - 0.5).floor() + 1.0));
        a..b.max(a)
    }

    /// Draws a convex polygon. Its fan triangles have the numbers `id + 1`, `id + 2`, ...: that of
    /// corner `k` has the corners `0`, `k`, `k + 1`. Of what is equally near, the first stays.
    pub(super) fn fan(&mut self, corners: &[[f64; 3]], id: u32) {
        for k in 1..corners.len().saturating_sub(1) {
            self.triangle([corners[0], corners[k], corners[k + 1]], id + k as u32);
        }
    }

    /// Draws a convex polygon under one number.
    pub(super) fn fill(&mut self, corners: &[[f64; 3]], id: u32) {
        for k in 1..corners.len().saturating_sub(1) {
            self.triangle([corners[0], corners[k], corners[k + 1]], id);
        }
    }

    fn triangle(&mut self, t: [[f64; 3]; 3], id: u32) {
        self.each(t, |buffer, at, z| {
            if z > buffer.depth[at] {
                buffer.depth[at] = z;
                buffer.seen[at] = id;
            }
        });
    }

    /// Calls `visit` with what is seen at each sample of a convex polygon.
    pub(super) fn under(&mut self, corners: &[[f64; 3]], mut visit: impl FnMut(u32)) {
        for k in 1..corners.len().saturating_sub(1) {
            self.each([corners[0], corners[k], corners[k + 1]], |buffer, at, _| visit(buffer.seen[at]));
        }
    }

    /// Calls `visit` with each sample of a triangle and its depth there.
    fn each(&mut self, t: [[f64; 3]; 3], mut visit: impl FnMut(&mut Buffer, usize, f64)) {
        let [a, b, c] = t;
        let n = normal(t);
        // As seen, twice its area.
        if !(n.z != 0.0 && n.z.is_finite()) {
            return;
        }
        let y = [a[1], b[1], c[1]];
        let (low, high) = (y[0].min(y[1]).min(y[2]), y[0].max(y[1]).max(y[2]));
        // Depth is linear: it is taken at the first corner and its gradient.
        let (dx, dy) = (-n.x / n.z, -n.y / n.z);
        let near = a[2].max(b[2]).max(c[2]);
        for row in Buffer::samples(low, high, self.top, self.rows) {
            let middle = row as f64 + 0.5;
            // Where the row enters and leaves: the crossings of the edges that reach it.
            let (mut left, mut right) = (f64::INFINITY, f64::NEG_INFINITY);
            for (p, q) in [(a, b), (b, c), (c, a)] {
                let (p, q) = if p[1] <= q[1] { (p, q) } else { (q, p) };
                if p[1] <= middle && middle <= q[1] {
                    let x = if q[1] > p[1] {
                        let s = (middle - p[1]) / (q[1] - p[1]);
                        p[0] + s * (q[0] - p[0])
                    } else {
                        p[0]
                    };
                    left = left.min(x);
                    right = right.max(x);
                }
            }
            let base = (row - self.top) * self.width;
            for x in Buffer::samples(left, right, 0, self.width) {
                // Steep triangles must not reach before their corners.
                let z = (a[2] + dx * (x as f64 + 0.5 - a[0]) + dy * (middle - a[1])).min(near);
                visit(self, base + x, z);
            }
        }
    }

    /// Draws a point.
    pub(super) fn point(&mut self, p: [f64; 3], id: u32) {
        let inside = |v: f64, first: usize, n: usize| v >= first as f64 && v < (first + n) as f64;
        if inside(p[0], 0, self.width) && inside(p[1], self.top, self.rows) {
            let at = (p[1] as usize - self.top) * self.width + p[0] as usize;
            if p[2] > self.depth[at] {
                self.depth[at] = p[2];
                self.seen[at] = id;
            }
        }
    }

    /// Draws a segment of some width over what is not nearer than it by more than `slack`.
    pub(super) fn line(&mut self, a: [f64; 3], b: [f64; 3], width: f64, slack: f64, mark: Mark) {
        let half = 0.5 * width;
        let d = side([a[0], a[1]], [b[0], b[1]]);
        let ll = d.norm_squared();
        let (low, high) = (a[1].min(b[1]) - half, a[1].max(b[1]) + half);
        for row in Buffer::samples(low, high, self.top, self.rows) {
            let y = row as f64 + 0.5;
            // The part of the segment that may reach the row.
            let (mut left, mut right) = (a[0].min(b[0]), a[0].max(b[0]));
            if d.y.abs() > 1e-9 * ll.sqrt() {
                let at = |y: f64| a[0] + d.x * ((y - a[1]) / d.y).clamp(0.0, 1.0);
                let (p, q) = (at(y - half), at(y + half));
                (left, right) = (p.min(q), p.max(q));
            }
            for x in Buffer::samples(left - half, right + half, 0, self.width) {
                let p = Vector2::new(x as f64 + 0.5 - a[0], y - a[1]);
                let t = if ll > 0.0 { (p.dot(&d) / ll).clamp(0.0, 1.0) } else { 0.0 };
                if (p - d * t).norm_squared() <= half * half {
                    self.put(row, x, a[2] + t * (b[2] - a[2]) + slack, mark);
                }
            }
        }
    }

    /// Draws a disk.
    pub(super) fn disk(&mut self, c: [f64; 3], radius: f64, slack: f64, mark: Mark) {
        self.line(c, c, 2.0 * radius, slack, mark);
    }

    /// Does nothing hide a point, up to this much? Outside of the raster nothing is seen.
    pub(super) fn is_in_front(&self, [x, y, z]: [f64; 3], slack: f64) -> bool {
        let (inside, row) = (x >= 0.0 && y >= self.top as f64, y.max(0.0) as usize);
        let x = x.max(0.0) as usize;
        inside && x < self.width && row < self.top + self.rows && {
            z + slack >= self.depth[(row - self.top) * self.width + x]
        }
    }

    fn put(&mut self, row: usize, x: usize, z: f64, mark: Mark) {
        let at = (row - self.top) * self.width + x;
        if z >= self.depth[at] && mark > self.mark[at] {
            self.mark[at] = mark;
            if let Some(whose) = self.whose.get_mut(at) {
                *whose = self.pen;
            }
        }
    }

    /// Entropy of the shares of the raster that each number covers.
    pub(super) fn entropy(&self) -> f64 {
        let mut seen: Vec<u32> = self.seen.iter().copied().filter(|&s| s != NOTHING).collect();
        seen.sort_unstable();
        let all = self.seen.len() as f64;
        let share = |g: &[u32]| g.len() as f64 / all;
        seen.chunk_by(|a, b| a == b).map(|g| -share(g) * share(g).ln()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(b: &Buffer) -> Vec<String> {
        let sign = |k: usize| match (b.mark[k], b.seen[k]) {
            (Mark::None, NOTHING) => '.',
            (Mark::None, s) => char::from_digit(s % 36, 36).unwrap_or('?'),
            _ => '#',
        };
        (0..b.rows).map(|r| (0..b.width).map(|x| sign(r * b.width + x)).collect()).collect()
    }

    #[test]
    fn the_nearer_polygon_is_seen_without_gaps() {
        let mut b = Buffer::new(8, 0, 4);
        b.fill(&[[0., 0., 0.], [8., 0., 0.], [8., 4., 0.], [0., 4., 0.]], 1);
        // Rises from left to right through the first.
        b.fill(&[[2., 1., -2.], [6., 1., 2.], [6., 3., 2.], [2., 3., -2.]], 2);
        assert_eq!(text(&b), ["11111111", "11112211", "11112211", "11111111"]);
    }

    #[test]
    fn bands_are_parts_of_the_whole() {
        let star: Vec<[f64; 3]> =
            (0..7).map(|k| f64::from(k) * 0.9).map(|t| [20.0 + 17.0 * t.cos(), 15.0 + 13.0 * t.sin(), t]).collect();
        let draw = |top, rows| {
            let mut b = Buffer::new(40, top, rows);
            b.fan(&star, 100);
            b.line([3.0, 2.0, 9.0], [36.0, 27.0, 9.0], 1.5, 0.0, Mark::Wall);
            b.line([3.0, 2.0, -9.0], [36.0, 2.5, -9.0], 1.5, 0.0, Mark::Wall);
            b.disk([20.0, 15.0, 9.0], 4.0, 0.0, Mark::Dot);
            b
        };
        let whole = draw(0, 30);
        let (mut seen, mut mark) = (Vec::new(), Vec::new());
        for top in [0, 7, 14, 21, 28] {
            let band = draw(top, 7.min(30 - top));
            seen.extend(band.seen);
            mark.extend(band.mark);
        }
        assert_eq!((seen, mark.clone()), (whole.seen.clone(), whole.mark));
        let covered = whole.seen.iter().filter(|&&s| s != NOTHING).count() as f64;
        assert!((covered - 600.0).abs() < 90.0, "{covered}");
        let dots = mark.iter().filter(|&&m| m == Mark::Dot).count() as f64;
        assert!((dots - 16.0 * std::f64::consts::PI).abs() < 4.0, "{dots}");
    }

    #[test]
    fn lines_hide_behind_what_is_nearer() {
        let mut b = Buffer::new(8, 0, 3);
        b.fill(&[[3., 0., 5.], [5., 0., 5.], [5., 3., 5.], [3., 3., 5.]], 1);
        b.line([0., 1.5, 0.], [8., 1.5, 0.], 1.0, 0.5, Mark::Wall);
        assert_eq!(text(&b), ["...11...", "###11###", "...11..."]);
        // Not finite, or without area: nothing.
        b.fill(&[[0., 0., 0.], [f64::NAN, 1., 0.], [2., 2., 0.]], 2);
        b.fill(&[[0., 0., 0.], [4., 0., 0.], [8., 0., 0.]], 2);
        assert!(!b.seen.contains(&2));
    }
}
