//! Which codes may be seen along a line: all that can be on the upper envelope.
//!
//! Two passes of vectors go over all codes. The line through a point of the source has the point at
//! 0, where one code is highest; which one is known for all lines through it. Less that code every
//! other one is at most 0 there, so between 0 and a place it is seen only if it is above at that
//! place. Beyond the place the same holds with the code that is highest there. In many dimensions a
//! line is short beside the differences of values, and few codes are left.
//!
//! These few are looked at more closely. At some places `t_0 < ... < t_P` of the line the highest
//! codes are found. Let `p` be highest at one place and `q` at the next. A line that is above both
//! somewhere between the two places is steeper than `p`, which it is not above before, and less
//! steep than `q`; so it is above both where they meet. Nothing else between these places can be on
//! the envelope, and each comparison is one with a number. What rounding may do lies within a
//! margin: of the place `s` where `p` and `q` meet an error moves the value of such a line, less
//! `p`, by no more than its difference of slopes to `p` allows, at most that of `q`, by whose
//! size the error of `s` was divided.

use crate::dense::{Instructions, Task, widely};

/// Places along a line.
pub(super) const PLACES: usize = 6;

/// Codes that are compared together.
const LANES: usize = 8;

/// Some of the lines `a + b t`, in their order.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub ids: Vec<u32>,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
}

impl Lines {
    fn clear(&mut self) {
        self.ids.clear();
        self.a.clear();
        self.b.clear();
    }

    fn push(&mut self, id: u32, a: f64, b: f64) {
        self.ids.push(id);
        self.a.push(a);
        self.b.push(b);
    }

    /// These of all.
    fn take(&mut self, ids: &[u32], (a, b): (&[f64], &[f64])) {
        self.clear();
        ids.iter().for_each(|&i| self.push(i, a[i as usize], b[i as usize]));
    }

    /// The highest at a place; one of them where some tie. At least one line.
    fn highest(&self, t: f64) -> (f64, f64) {
        let lines = self.a.iter().zip(&self.b).map(|(&a, &b)| (a, b));
        lines.reduce(|p, q| if q.0 + q.1 * t > p.0 + p.1 * t { q } else { p }).unwrap_or_default()
    }

    /// The lines of both, each once.
    fn merge(&mut self, one: &Lines, other: &Lines) {
        self.clear();
        let mut k = 0;
        for i in 0..one.ids.len() {
            let id = one.ids[i];
            while k < other.ids.len() && other.ids[k] < id {
                self.push(other.ids[k], other.a[k], other.b[k]);
                k += 1;
            }
            k += usize::from(other.ids.get(k) == Some(&id));
            self.push(id, one.a[i], one.b[i]);
        }
        (k..other.ids.len()).for_each(|k| self.push(other.ids[k], other.a[k], other.b[k]));
    }
}

/// Finds lines that may be seen; keeps its memory between them.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// As many as there are codes.
    ids: Vec<u32>,
    above: [Lines; 2],
    some: Lines,
    between: Vec<u32>,
    /// What was found.
    pub seen: Lines,
}

impl Sight {
    /// Lists the lines `a + b t` that may be the largest anywhere from the first place to the last.
    /// `top` is one that is largest at 0, and `margin` more than rounding makes of values near the
    /// largest. Cost: two passes over all, and two over those few that one of these leaves.
    pub(super) fn look(&mut self, all: (&[f64], &[f64]), top: usize, places: &[f64; PLACES], margin: f64) {
        let set = Instructions::widest();
        let near = [places[1].min(0.0), places[PLACES - 2].max(0.0)];
        let far = [places[0].min(near[0]), places[PLACES - 1].max(near[1])];
        self.ids.resize(all.0.len(), 0);
        let mut above = |tops: [(f64, f64); 2], at: [f64; 2], found: &mut Lines| {
            let count = widely(set, Above { all, tops, at, margin, ids: &mut self.ids });
            found.take(&self.ids[..count], all);
        };
        let [first, next] = &mut self.above;
        above([(all.0[top], all.1[top]); 2], near, first);
        above(near.map(|t| first.highest(t)), far, next);
        self.some.merge(first, next);
        let some = &self.some;
        self.between.clear();
        widely(set, Visible { a: &some.a, b: &some.b, places, margin, out: &mut self.between });
        self.seen.clear();
        for k in self.between.iter().map(|k| *k as usize) {
            self.seen.push(some.ids[k], some.a[k], some.b[k]);
        }
    }
}

/// Lists the lines that are above one line at one place, or above another at another one, but for a
/// margin; returns how many there are.
struct Above<'a> {
    all: (&'a [f64], &'a [f64]),
    tops: [(f64, f64); 2],
    at: [f64; 2],
    margin: f64,
    ids: &'a mut [u32],
}

impl Task for Above<'_> {
    type Output = usize;

    #[inline(always)]
    fn run(self) -> usize {
        let ((a, b), ids) = (self.all, self.ids);
        let [s, t] = self.at;
        let [p, q] = self.tops;
        let (least_s, least_t) = (p.0 + p.1 * s - self.margin, q.0 + q.1 * t - self.margin);
        // Each number is written behind those that stay, and stays if it is to: no branch to guess.
        let mut count = 0;
        let ((whole_a, end_a), (whole_b, end_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        for (g, (a, b)) in whole_a.iter().zip(whole_b).enumerate() {
            // One number says whether any of the eight is above, as few are.
            let mut over = [0.0; LANES];
            for l in 0..LANES {
                let (v, w) = (a[l] + b[l] * s - least_s, a[l] + b[l] * t - least_t);
                over[l] = if v > w { v } else { w };
            }
            if over.iter().any(|v| *v >= 0.0) {
                for l in 0..LANES {
                    ids[count] = (g * LANES + l) as u32;
                    count += usize::from(over[l] >= 0.0);
                }
            }
        }
        let begin = whole_a.len() * LANES;
        for (l, (&a, &b)) in end_a.iter().zip(end_b).enumerate() {
            ids[count] = (begin + l) as u32;
            count += usize::from(a + b * s >= least_s || a + b * t >= least_t);
        }
        count
    }
}

/// Lists the lines that may be the largest between the places, by two passes.
struct Visible<'a> {
    a: &'a [f64],
    b: &'a [f64],
    places: &'a [f64; PLACES],
    margin: f64,
    out: &'a mut Vec<u32>,
}

impl Task for Visible<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let tops = tops(self.a, self.b, self.places);
        // Where neighbours meet, and how high.
        let (mut at, mut least) = ([0.0; PLACES - 1], [0.0; PLACES - 1]);
        for j in 0..PLACES - 1 {
            let (p, q) = (tops[j], tops[j + 1]);
            let steeper = self.b[q] - self.b[p];
            let meet = if steeper > 0.0 { (self.a[p] - self.a[q]) / steeper } else { self.places[j] };
            at[j] = meet.clamp(self.places[j], self.places[j + 1]);
            least[j] = self.a[p] + self.b[p] * at[j] - self.margin;
        }
        let ((a, end_a), (b, end_b)) = (self.a.as_chunks::<LANES>(), self.b.as_chunks::<LANES>());
        for (g, (a, b)) in a.iter().zip(b).enumerate() {
            // One number says whether any of the eight is seen, as few are.
            let mut over = [f64::NEG_INFINITY; LANES];
            for j in 0..PLACES - 1 {
                for l in 0..LANES {
                    let v = a[l] + b[l] * at[j] - least[j];
                    over[l] = if v > over[l] { v } else { over[l] };
                }
            }
            if over.iter().any(|v| *v >= 0.0) {
                let seen = (0..LANES).filter(|l| over[*l] >= 0.0);
                self.out.extend(seen.map(|l| (g * LANES + l) as u32));
            }
        }
        let begin = a.len() * LANES;
        for (l, (a, b)) in end_a.iter().zip(end_b).enumerate() {
            if (0..PLACES - 1).any(|j| a + b * at[j] >= least[j]) {
                self.out.push((begin + l) as u32);
            }
        }
    }
}

/// The highest line at each place; one of them where some tie.
#[inline(always)]
fn tops(a: &[f64], b: &[f64], places: &[f64; PLACES]) -> [usize; PLACES] {
    let mut most = [[f64::NEG_INFINITY; LANES]; PLACES];
    let mut group = [[0u64; LANES]; PLACES];
    let ((whole_a, end_a), (whole_b, end_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (g, (a, b)) in whole_a.iter().zip(whole_b).enumerate() {
        for j in 0..PLACES {
            for l in 0..LANES {
                let v = a[l] + b[l] * places[j];
                let more = v > most[j][l];
                most[j][l] = if more { v } else { most[j][l] };
                group[j][l] = if more { g as u64 } else { group[j][l] };
            }
        }
    }
    let begin = whole_a.len() * LANES;
    std::array::from_fn(|j| {
        let mut top = (f64::NEG_INFINITY, 0);
        for l in 0..LANES.min(begin) {
            if most[j][l] > top.0 {
                top = (most[j][l], group[j][l] as usize * LANES + l);
            }
        }
        for (l, (a, b)) in end_a.iter().zip(end_b).enumerate() {
            let v = a + b * places[j];
            if v > top.0 {
                top = (v, begin + l);
            }
        }
        top.1
    })
}

#[cfg(test)]
mod tests {
    use super::super::envelope::Envelope;
    use super::*;

    /// The envelope of what may be seen is that of all: numbers of few bits that tie all the time,
    /// and others, of any count.
    #[test]
    fn nothing_of_the_envelope_is_left_out() {
        let mut state = 5u64;
        let mut draw = |m: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % m
        };
        let (mut all, mut seen) = (0, 0);
        let mut sight = Sight::default();
        for case in 0..300 {
            let n = 1 + draw(90) as usize;
            let m = if case % 3 == 0 { 6 } else { 100_000 };
            let b: Vec<f64> = (0..n).map(|_| draw(m) as f64 / m as f64 - 0.5).collect();
            // Lines near the tangents of a parabola are nearly all on the envelope; else few are.
            let near = case % 2 == 0;
            let a: Vec<f64> = b
                .iter()
                .map(|b| if near { -b * b + draw(m) as f64 / m as f64 * 1e-3 } else { draw(m) as f64 / m as f64 })
                .collect();
            let places = [-1.0, -0.5, -0.25, 0.125, 0.25, 1.0];
            let top = (0..n).fold(0, |m, i| if a[i] > a[m] { i } else { m });
            sight.look((&a, &b), top, &places, 1e-12);
            let Lines { ids, a: seen_a, b: seen_b } = &sight.seen;
            assert!(ids.windows(2).all(|p| p[0] < p[1]));
            let own = |k: usize| (a[ids[k] as usize], b[ids[k] as usize]) == (seen_a[k], seen_b[k]);
            assert!(seen_a.len() == ids.len() && seen_b.len() == ids.len() && (0..ids.len()).all(own));
            let (mut one, mut other) = (Envelope::default(), Envelope::default());
            let whole: Vec<(u32, f64, f64)> =
                one.of(&a, &b, -1.0, 1.0).iter().map(|p| (p.line, p.from, p.to)).collect();
            let some: Vec<(u32, f64, f64)> =
                other.of(seen_a, seen_b, -1.0, 1.0).iter().map(|p| (ids[p.line as usize], p.from, p.to)).collect();
            assert_eq!(whole, some, "{case}");
            (all, seen) = (all + n, seen + ids.len());
        }
        assert!(2 * seen < all, "{seen} of {all}");
    }
}
