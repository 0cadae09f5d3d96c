//! Integrals of a convex polygon over the pixels of an image, row by row.
//!
//! The polygon has two chains from its lowest to its highest vertex. In a row of pixels each runs
//! through some columns; a piece of it in one pixel, from `(x_1, y_1)` to `(x_2, y_2)`, has to its
//! right, in that pixel, the area `(r - (x_1 + x_2)/2) (y_2 - y_1)`, `r` the pixel's right side,
//! and in the pixels further right their width times `y_2 - y_1`. Added up with one sign for the
//! left chain and the other for the right one this gives what the polygon covers of each pixel:
//! `area + cover w`. The sums for moments are of the same kind, with `x`, `x^2`, `y`, `y^2` in the
//! integral. A pixel inside costs a few operations, and one at the boundary a division.
//!
//! Coordinates are relative to the middle of the polygon, and the polygon's bounding box stands for
//! the outermost lines, so nothing is larger than the polygon.
//!
//! # What sums are off
//!
//! Let `X`, `Y` be the largest coordinates, `e` what a vertex is off (`point.rs`) and `u` the
//! rounding of a double. A vertex is moved by `2u` of itself and by `e`, a line by `u`; where a
//! side crosses a line, the share of the side up to there has the error `3u`, and the point is
//! moved by at most `6u` along the side and by `4u` more: by less than `16u X + e` and
//! `16u Y + e` in all. So the polygon of the pieces differs from the true one, in the pixel of a
//! piece `(dx, dy)` and those around it, by an area of less than `(20u X + e) |dy| + (20u Y + e)
//! |dx|` (the rounding of `x_1 + x_2` among it), counted with the greatest density there
//! ([`Raster::around`]). Lines that are moved by `u` inside the polygon shift less than
//! `2u X h + 2u Y w` from pixel to pixel, `w` and `h` its sides in the polygon's box. Sums over the
//! `n` pieces in a row, whose heights sum to at most `2h`, round by `4 (n + 4) u h w` a pixel; and
//! those over pixels and rows by as many `u` of the mass as there are terms. Pixels are far wider
//! than all this ([`Raster::new`]), so a piece lies in its pixel or in one next to that.

use super::point::Point;
use crate::domain::Raster;
use crate::exact::dd::two_sum;

/// Rounding of a double.
const U: f64 = 0.5 * f64::EPSILON;

/// What vertices are off, of twice the largest coordinate.
const VERTEX: f64 = 1.0 / (1u64 << 60) as f64;

/// Integrals of a polygon, before the source factor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Where coordinates are counted from.
    pub origin: [f64; 2],
    /// `int rho`.
    pub mass: f64,
    /// `int x rho`, `int y rho`; only with moments, as all that follows but `off`.
    pub first: [f64; 2],
    /// `int |x|^2 rho`.
    pub second: f64,
    /// The largest `|x|^2` there may be.
    pub far: f64,
    /// A bound of the error of the mass.
    pub off: f64,
}

/// What pieces leave in a column of a row.
#[derive(Clone, Copy, Debug, Default)]
struct Column {
    /// `int (r - x) dy` in the pixel itself; with moments also of `(r^2 - x^2)/2`, `(r - x) y`,
    /// `(r^3 - x^3)/3` and `(r - x) y^2`.
    area: [f64; 5],
    /// `int dy`, `int y dy`, `int y^2 dy` of the columns further right.
    cover: [f64; 3],
}

/// Scratch.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    vertices: Vec<[f64; 2]>,
    lines: [Vec<f64>; 2],
    row: Row,
}

/// A row of pixels while pieces are added.
#[derive(Clone, Debug, Default)]
struct Row {
    columns: Vec<Column>,
    /// First column with a piece, and the end.
    met: [usize; 2],
    pieces: usize,
    /// What pieces leave uncertain along the axes, times densities.
    border: [f64; 2],
}

/// A chain from the lowest to the highest vertex, upwards.
struct Chain<'a> {
    vertices: &'a [[f64; 2]],
    /// The vertex where the present side begins.
    at: usize,
    end: usize,
    counterclockwise: bool,
    /// How far it has come, and in which column that is.
    from: [f64; 2],
    column: usize,
}

impl Scan {
    /// The integrals over a convex polygon, counter-clockwise; `None` without vertices, where they
    /// are no numbers, or all at one height. Cost: O(vertices + pixels met).
    pub fn sums<const MOMENTS: bool>(&mut self, vertices: &[Point], raster: &Raster) -> Option<Sums> {
        let origin = self.enter(vertices)?;
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        let (mut lowest, mut highest) = (0, 0);
        for (k, v) in self.vertices.iter().enumerate() {
            if v[1] < low[1] {
                lowest = k;
            }
            if v[1] > high[1] {
                highest = k;
            }
            for axis in 0..2 {
                (low[axis], high[axis]) = (low[axis].min(v[axis]), high[axis].max(v[axis]));
            }
        }
        if low[1] >= high[1] {
            return None;
        }
        let first = [0, 1].map(|axis| {
            let (o, lines) = (origin[axis], raster.lines(axis));
            stretch(lines, raster.near(axis, o + low[axis]), o, [low[axis], high[axis]], &mut self.lines[axis])
        });
        let size = [0, 1].map(|axis| low[axis].abs().max(high[axis].abs()));
        let [columns, rows] = self.lines.each_ref().map(|lines| lines.len() - 1);
        self.row.columns.clear();
        self.row.columns.resize(columns, Column::default());
        self.row.border = [0.0; 2];
        let mut chains = [false, true].map(|counterclockwise| {
            let from = self.vertices[lowest];
            let column = self.lines[0][1..columns].partition_point(|l| *l <= from[0]);
            Chain { vertices: &self.vertices, at: lowest, end: highest, counterclockwise, from, column }
        });
        let mut all = Sums { origin, far: size[0] * size[0] + size[1] * size[1], ..Sums::default() };
        let mut rounded = 0.0;
        for k in 0..rows {
            let (bottom, top) = (self.lines[1][k], self.lines[1][k + 1]);
            let row = &mut self.row;
            (row.met, row.pieces) = ([columns, 0], 0);
            let around = &raster.around(first[1] + k)[first[0]..first[0] + columns];
            for (chain, sign) in chains.iter_mut().zip([1.0, -1.0]) {
                let until = if k + 1 == rows { f64::INFINITY } else { top };
                chain.up_to(until, &self.lines[0], |column, p, q| {
                    row.add::<MOMENTS>((column, self.lines[0][column + 1]), (p, q), sign, around);
                });
            }
            let densities = &raster.row(first[1] + k)[first[0]..first[0] + columns];
            let (wide, count) = row.swept::<MOMENTS>(&self.lines[0], densities, &mut all);
            let height = top - bottom;
            rounded += (4.0 * (row.pieces + 4) as f64 * height + 2.0 * size[1]) * wide + 2.0 * size[0] * height * count;
        }
        let e = 2.0 * VERTEX * raster.reach();
        let [across, along] = size.map(|s| 20.0 * U * s + e);
        let border = across * self.row.border[1] + along * self.row.border[0];
        let terms = (columns + rows + 8) as f64;
        all.off = (1.0 + 64.0 * U) * (border + U * rounded + terms * U * all.mass);
        Some(all)
    }

    /// Takes over the vertices, relative to about their middle, which is returned.
    fn enter(&mut self, vertices: &[Point]) -> Option<[f64; 2]> {
        self.vertices.clear();
        if vertices.is_empty() {
            return None;
        }
        let (mut x, mut y) = (0.0, 0.0);
        for p in vertices {
            (x, y) = (x + p.x.hi, y + p.y.hi);
        }
        let o = [x, y].map(|s| s / vertices.len() as f64);
        let mut sum = 0.0;
        for p in vertices {
            let v = [(p.x, o[0]), (p.y, o[1])].map(|(c, o)| {
                let (s, e) = two_sum(c.hi, -o);
                s + (e + c.lo)
            });
            sum += v[0].abs() + v[1].abs();
            self.vertices.push(v);
        }
        sum.is_finite().then_some(o)
    }
}

/// Writes down the lines that a stretch `[low, high]` meets, both relative to `o`, its ends among
/// them, and returns the number of the first column or row; `near` is a guess of that.
fn stretch(lines: &[f64], near: usize, o: f64, [low, high]: [f64; 2], to: &mut Vec<f64>) -> usize {
    let (at, count) = (|k: usize| lines[k] - o, lines.len() - 1);
    let mut first = near;
    while first > 0 && at(first) > low {
        first -= 1;
    }
    while first + 1 < count && at(first + 1) <= low {
        first += 1;
    }
    to.clear();
    to.push(low);
    to.extend((first + 1..count).map(at).take_while(|l| *l < high));
    to.push(high);
    first
}

impl Chain<'_> {
    /// Goes on up to a height, and hands on the pieces with their columns.
    fn up_to(&mut self, top: f64, lines: &[f64], mut piece: impl FnMut(usize, [f64; 2], [f64; 2])) {
        let (count, last) = (self.vertices.len(), lines.len() - 2);
        while self.at != self.end {
            let next = match self.counterclockwise {
                true if self.at + 1 == count => 0,
                true => self.at + 1,
                false if self.at == 0 => count - 1,
                false => self.at - 1,
            };
            let (p, q) = (self.vertices[self.at], self.vertices[next]);
            let side = [q[0] - p[0], q[1] - p[1]];
            let ends = q[1] <= top;
            // Rounding may turn a side that is nearly level downwards.
            let to = match ends {
                true => [q[0], q[1].max(self.from[1])],
                false => [p[0] + (top - p[1]) / side[1] * side[0], top],
            };
            let crossing = |x: f64, low: f64| [x, (p[1] + (x - p[0]) / side[0] * side[1]).max(low).min(to[1])];
            if to[0] > self.from[0] {
                while self.column < last && lines[self.column + 1] < to[0] {
                    let at = crossing(lines[self.column + 1], self.from[1]);
                    piece(self.column, self.from, at);
                    (self.from, self.column) = (at, self.column + 1);
                }
            } else {
                while self.column > 0 && lines[self.column] > to[0] {
                    let at = crossing(lines[self.column], self.from[1]);
                    piece(self.column, self.from, at);
                    (self.from, self.column) = (at, self.column - 1);
                }
            }
            piece(self.column, self.from, to);
            self.from = to;
            if !ends {
                return;
            }
            self.at = next;
        }
    }
}

impl Row {
    /// Adds a piece in a column with this right side.
    #[inline(always)]
    fn add<const MOMENTS: bool>(
        &mut self,
        (column, r): (usize, f64),
        (p, q): ([f64; 2], [f64; 2]),
        sign: f64,
        around: &[f64],
    ) {
        let ([x, y], [v, w]) = (p, q);
        self.met = [self.met[0].min(column), self.met[1].max(column + 1)];
        self.pieces += 1;
        self.border[0] += (v - x).abs() * around[column];
        self.border[1] += (w - y) * around[column];
        let (at, rise) = (&mut self.columns[column], sign * (w - y));
        at.area[0] += rise * (r - 0.5 * (x + v));
        at.cover[0] += rise;
        if MOMENTS {
            let (middle, squares) = (0.5 * (y + w), (y * (y + w) + w * w) / 3.0);
            at.area[1] += rise * (0.5 * (r * r - (x * (x + v) + v * v) / 3.0));
            at.area[2] += rise * (r * middle - (x * (2.0 * y + w) + v * (y + 2.0 * w)) / 6.0);
            at.area[3] += rise * ((r * r * r - 0.25 * (x + v) * (x * x + v * v)) / 3.0);
            let mixed = x * (3.0 * y * y + w * (2.0 * y + w)) + v * (y * (y + 2.0 * w) + 3.0 * w * w);
            at.area[4] += rise * (r * squares - mixed / 12.0);
            at.cover[1] += rise * middle;
            at.cover[2] += rise * squares;
        }
    }

    /// Adds what is covered of each pixel to the sums, and clears the row. Told are the sum of the
    /// densities met, each times the width of its column, and that sum without widths.
    fn swept<const MOMENTS: bool>(&mut self, lines: &[f64], densities: &[f64], all: &mut Sums) -> (f64, f64) {
        let mut cover = [0.0; 3];
        let (mut wide, mut count) = (0.0, 0.0);
        let (mut mass, mut first, mut second) = (0.0, [0.0; 2], 0.0);
        let [from, to] = self.met;
        for j in from..to.max(from) {
            let (at, rho) = (std::mem::take(&mut self.columns[j]), densities[j]);
            let (l, r) = (lines[j], lines[j + 1]);
            let w = r - l;
            mass += rho * (at.area[0] + cover[0] * w).max(0.0);
            if MOMENTS {
                first[0] += rho * (at.area[1] + cover[0] * (w * (0.5 * (l + r))));
                first[1] += rho * (at.area[2] + cover[1] * w);
                let along = at.area[3] + cover[0] * (w * ((l * (l + r) + r * r) / 3.0));
                second += rho * (along + (at.area[4] + cover[2] * w));
                cover[1] += at.cover[1];
                cover[2] += at.cover[2];
            }
            cover[0] += at.cover[0];
            (wide, count) = (wide + rho * w, count + rho);
        }
        all.mass += mass;
        all.first = [all.first[0] + first[0], all.first[1] + first[1]];
        all.second += second;
        (wide, count)
    }
}
