//! Squares of the plane with the cells that meet them.
//!
//! A box is cut into about as many squares as there are cells, and a square that many cells meet
//! into four, and so on. A square lists all sites that may be the highest somewhere in it. They
//! hang together: on the way from one point of the square to another the highest site changes to a
//! neighbour. So a search from one of them over neighbours finds all, and leaves out only sites
//! that another one certainly beats on the whole square ([`wins_on_box`]).
//!
//! A point is put into its square by comparisons of doubles, and the square's box contains every
//! point that is put there; so the list is right for it.

use super::Graph;
use crate::exact::predicates::{BoxAbout, wins_on_box};
use rayon::prelude::*;

/// Most sites of a list.
const FEW: usize = 8;
/// A search that has found so many is given up.
const MANY: usize = 64;
/// How often a square is cut into four. Where many cells meet in a point no cutting helps.
const DEPTH: u32 = 12;
/// Most squares along an axis, and in all, before any is cut.
const ALONG: f64 = 32768.0;
const MOST: f64 = 4e6;

/// Marks of [`Square::count`].
const CUT: u32 = u32::MAX;
const START: u32 = u32::MAX - 1;

/// `count` sites from `lists[at]`; or four squares from `squares[at]`; or only the site `at` to
/// start a walk from.
#[derive(Clone, Copy, Debug)]
struct Square {
    at: u32,
    count: u32,
}

/// The squares. Sites are positions.
#[derive(Clone, Debug)]
pub struct Squares {
    low: [f64; 2],
    /// Squares per unit length.
    density: [f64; 2],
    count: [usize; 2],
    squares: Vec<Square>,
    lists: Vec<u32>,
}

/// Ends of an interval.
type Span = [f64; 2];

impl Squares {
    /// Cost: O(n) searches of a few cells each, in parallel.
    pub fn new(graph: &Graph, low: [f64; 2], high: [f64; 2]) -> Squares {
        let size = [0, 1].map(|k| high[k] - low[k]);
        let sound = size.iter().all(|s| *s > 1e-290 && *s < 1e290) && low.iter().chain(&high).all(|v| v.abs() < 1e290);
        let number = (graph.points.len() as f64).min(MOST);
        let count = if sound {
            let x = (number * size[0] / size[1]).sqrt().clamp(1.0, ALONG.min(number)).ceil();
            [x as usize, (number / x).clamp(1.0, ALONG).ceil() as usize]
        } else {
            [1, 1]
        };
        let density = [0, 1].map(|k| count[k] as f64 / size[k]);
        let mut squares = Squares { low, density, count, squares: Vec::new(), lists: Vec::new() };
        if !sound {
            squares.squares = vec![Square { at: graph.visible, count: START }];
            squares.lists = vec![graph.visible];
            (squares.low, squares.density) = ([f64::INFINITY; 2], [1.0; 2]); // every point lies outside
            return squares;
        }
        // A row of squares is a task. Its first squares come first, those cut from them after all
        // rows.
        let rows: Vec<Row> = (0..count[1]).into_par_iter().map(|y| squares.row(graph, y)).collect();
        let mut after = (count[0] * count[1]) as u32;
        let mut cut = Vec::new();
        for row in rows {
            let lists = squares.lists.len() as u32;
            let shift = |s: &Square| match s.count {
                CUT => Square { at: s.at + after, ..*s },
                START => *s,
                _ => Square { at: s.at + lists, ..*s },
            };
            squares.squares.extend(row.first.iter().map(shift));
            cut.extend(row.cut.iter().map(shift));
            after += row.cut.len() as u32;
            squares.lists.extend(row.lists);
        }
        squares.squares.extend(cut);
        squares
    }

    /// An interval that contains all numbers that are put into stripe `k`. The stripe of `x` is the
    /// whole part of `fl(fl(x - low) density)`, at most `2^-50` of it off, that is `2^-35` stripes;
    /// the ends below are off by half an ulp of theirs and as little.
    fn stripe(&self, axis: usize, k: usize) -> Span {
        let width = 1.0 / self.density[axis];
        let end = |k: f64| self.low[axis] + k * width;
        let (a, b) = (end(k as f64), end(k as f64 + 1.0));
        let slack = 1e-6 * width + 4.0 * f64::EPSILON * a.abs().max(b.abs());
        [a - slack, b + slack]
    }

    fn row(&self, graph: &Graph, y: usize) -> Row {
        let mut row = Row::default();
        let mut owner = graph.visible;
        let tall = self.stripe(1, y);
        for x in 0..self.count[0] {
            let wide = self.stripe(0, x);
            owner = graph.climb(owner, [middle(wide), middle(tall)]);
            let square = row.square(graph, [wide, tall], owner, 0);
            row.first.push(square);
        }
        row
    }

    /// Sites of which one is the highest at `x`, and `true`; or, with `false`, a site from which a
    /// walk is short. Never none.
    #[inline(always)]
    pub fn at(&self, x: [f64; 2]) -> (&[u32], bool) {
        let place = [0, 1].map(|k| (x[k] - self.low[k]) * self.density[k]);
        let inside = (0..2).all(|k| place[k] >= 0.0 && place[k] < self.count[k] as f64);
        let stripe = [0, 1].map(|k| (place[k] as usize).min(self.count[k] - 1));
        let mut square = &self.squares[stripe[1] * self.count[0] + stripe[0]];
        if square.count == CUT {
            let mut spans = [0, 1].map(|k| self.stripe(k, stripe[k]));
            while square.count == CUT {
                let half = [0, 1].map(|k| x[k] >= middle(spans[k]));
                spans = [0, 1].map(|k| part(spans[k], half[k]));
                square = &self.squares[square.at as usize + usize::from(half[0]) + 2 * usize::from(half[1])];
            }
        }
        if square.count == START {
            return (std::slice::from_ref(&square.at), false);
        }
        let list = &self.lists[square.at as usize..][..square.count as usize];
        (list, inside)
    }
}

fn middle(span: Span) -> f64 {
    0.5 * span[0] + 0.5 * span[1]
}

/// The upper half of an interval, or the lower.
fn part(span: Span, upper: bool) -> Span {
    if upper { [middle(span), span[1]] } else { [span[0], middle(span)] }
}

/// A row of squares in the making.
#[derive(Default)]
struct Row {
    first: Vec<Square>,
    cut: Vec<Square>,
    lists: Vec<u32>,
}

impl Row {
    /// The square of this box, whose middle belongs to `owner`.
    fn square(&mut self, graph: &Graph, spans: [Span; 2], owner: u32, depth: u32) -> Square {
        let [x, y] = spans;
        let about = BoxAbout::of(&[[x[0], y[0]], [x[1], y[1]]]);
        let found = meeting(graph, owner, &about);
        if found.len() <= FEW {
            let at = self.lists.len() as u32;
            self.lists.extend(&found);
            return Square { at, count: found.len() as u32 };
        }
        if depth == DEPTH {
            return Square { at: owner, count: START };
        }
        let at = self.cut.len();
        self.cut.resize(at + 4, Square { at: owner, count: START });
        for k in 0..4 {
            let quarter = [part(x, k & 1 == 1), part(y, k & 2 == 2)];
            let owner = graph.climb(owner, quarter.map(middle));
            self.cut[at + k] = self.square(graph, quarter, owner, depth + 1);
        }
        Square { at: at as u32, count: CUT }
    }
}

/// The sites that may be the highest somewhere in a box, one of them being known; more than [`FEW`]
/// need not be all.
fn meeting(graph: &Graph, owner: u32, about: &BoxAbout) -> Vec<u32> {
    let wins = |a: u32, b: u32| wins_on_box(graph.point(a), graph.point(b), about);
    let mut found = vec![owner];
    let mut next = 0;
    while next < found.len() && found.len() < MANY {
        for &m in graph.neighbors(found[next]) {
            if !found.contains(&m) && !found.iter().any(|&c| wins(c, m)) {
                found.push(m);
            }
        }
        next += 1;
    }
    if found.len() < MANY {
        // Some that came early are beaten by some that came late.
        let keep: Vec<u32> = found.iter().copied().filter(|&m| !found.iter().any(|&c| wins(c, m))).collect();
        return keep;
    }
    found
}
