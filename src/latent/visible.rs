//! Which codes may be seen along a line: all that can be on the upper envelope, by two passes of
//! vectors over all codes.
//!
//! At some places `t_0 < ... < t_P` of the line the highest codes are found. Let `p` be highest at
//! one place and `q` at the next. A line that is above both somewhere between the two places is
//! steeper than `p`, which it is not above before, and less steep than `q`; so it is above both
//! where they meet. Nothing else between these places can be on the envelope, and each comparison
//! is one with a number. What rounding may do lies within a margin: of the place `s` where `p` and
//! `q` meet an error moves the value of such a line, less `p`, by no more than its slope's
//! difference to `p` allows, which is at most that of `q`, by whose size the error of `s` was
//! divided.

use crate::dense::{Instructions, Task, widely};

/// Places along a line.
pub(super) const PLACES: usize = 6;

/// Codes that are compared together.
const LANES: usize = 8;

/// Lists the lines `a + b t` that may be the largest anywhere from the first place to the last, in
/// their order. `margin` is more than rounding makes of values near the largest. Cost: two passes.
pub(super) fn visible(a: &[f64], b: &[f64], places: &[f64; PLACES], margin: f64, out: &mut Vec<u32>) {
    out.clear();
    widely(Instructions::widest(), Visible { a, b, places, margin, out });
}

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
            let mut ids = vec![7];
            visible(&a, &b, &places, 1e-12, &mut ids);
            assert!(ids.windows(2).all(|p| p[0] < p[1]));
            let part = |of: &[f64]| ids.iter().map(|i| of[*i as usize]).collect::<Vec<f64>>();
            let (mut one, mut other) = (Envelope::default(), Envelope::default());
            let whole: Vec<(u32, f64, f64)> =
                one.of(&a, &b, -1.0, 1.0).iter().map(|p| (p.line, p.from, p.to)).collect();
            let some: Vec<(u32, f64, f64)> = other
                .of(&part(&a), &part(&b), -1.0, 1.0)
                .iter()
                .map(|p| (ids[p.line as usize], p.from, p.to))
                .collect();
            assert_eq!(whole, some, "{case}");
            (all, seen) = (all + n, seen + ids.len());
        }
        assert!(2 * seen < all, "{seen} of {all}");
    }
}
