//! Charts side by side in the unit square.
//!
//! Boxes around charts are placed one after the other, the highest first, each as low as the
//! skyline of those before it allows. The square is the smallest in which all find a place, by
//! bisection: with more room all places stay possible, mostly.

/// Free space around each chart, as a share of its longer side, where no padding is asked for.
const GAP: f64 = 0.01;
/// Padding is kept in spite of rounding: by this share more.
const ROUNDED: f64 = 1.0 + 1e-9;
/// More boxes go on shelves, whose cost is not their square.
const MANY: usize = 2000;
/// Doublings of the square until all fit, and halvings of what it is too large.
const DOUBLINGS: usize = 40;
const HALVINGS: usize = 20;

/// Where a chart goes: `p -> scale (p - from) + to`, then a quarter turn in its box if it has a
/// height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placement {
    pub scale: f64,
    pub from: [f64; 2],
    pub to: [f64; 2],
    /// The height of its box, if it is to be turned.
    pub turned: Option<f64>,
}

impl Placement {
    pub fn apply(&self, p: [f64; 2]) -> [f64; 2] {
        let [x, y] = [0, 1].map(|c| (p[c] - self.from[c]) * self.scale);
        let q = self.turned.map_or([x, y], |height| [height - y, x]);
        [0, 1].map(|c| q[c] + self.to[c])
    }
}

/// How boxes are placed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Room {
    /// Least distance of two boxes, and twice that to the square's sides, as a share of its side; 0
    /// for some of their own size.
    pub padding: f64,
    /// Whether boxes may be turned by a quarter.
    pub turn: bool,
}

/// Places boxes `(low, high)`, to be scaled by the given factors relative to one another, in the
/// unit square. One box fills it. `None` if padding leaves no room. Cost: O(n^2), O(n log n) for
/// more than two thousand.
pub(super) fn packed(boxes: &[([f64; 2], [f64; 2])], factor: &[f64], room: Room) -> Option<Vec<Placement>> {
    let padding = room.padding * ROUNDED;
    if !(padding < 1.0) {
        return None;
    }
    if let [(low, high)] = boxes {
        let longest = (high[0] - low[0]).max(high[1] - low[1]);
        let (scale, to) = ((1.0 - padding) / longest, [padding / 2.0; 2]);
        return Some(vec![Placement { scale, from: *low, to, turned: None }]);
    }
    let size: Vec<[f64; 2]> = boxes.iter().zip(factor).map(|(b, f)| [0, 1].map(|c| (b.1[c] - b.0[c]) * f)).collect();
    let gap = |i: usize, side: f64| {
        if padding > 0.0 { 0.5 * padding * side } else { GAP * size[i][0].max(size[i][1]) }
    };
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|&i, &j| size[j][1].total_cmp(&size[i][1]).then(size[j][0].total_cmp(&size[i][0])).then(i.cmp(&j)));
    let fit = |side: f64| {
        let padded = |i: usize| size[i].map(|s| s + 2.0 * gap(i, side));
        if boxes.len() > MANY { shelves(&order, padded, side) } else { skyline(&order, padded, side, room.turn) }
    };
    let area: f64 = size.iter().map(|s| s[0] * s[1]).sum();
    let mut low = area.sqrt();
    let mut high = low;
    let mut best = None;
    for _ in 0..DOUBLINGS {
        best = fit(high).map(|places| (high, places));
        if best.is_some() {
            break;
        }
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..HALVINGS {
        let side = 0.5 * (low + high);
        match fit(side) {
            Some(places) => (high, best) = (side, Some((side, places))),
            None => low = side,
        }
    }
    let (side, places) = best?;
    let place = |(i, spot): (usize, Spot)| {
        let height = (boxes[i].1[1] - boxes[i].0[1]) * factor[i] / side;
        Placement {
            scale: factor[i] / side,
            from: boxes[i].0,
            to: spot.at.map(|x| (x + gap(i, side)) / side),
            turned: spot.turned.then_some(height),
        }
    };
    Some(places.into_iter().enumerate().map(place).collect())
}

/// Where a box lies.
#[derive(Clone, Copy, Debug, Default)]
struct Spot {
    at: [f64; 2],
    turned: bool,
}

/// Boxes on shelves, if all find a place.
fn shelves(order: &[usize], size: impl Fn(usize) -> [f64; 2], side: f64) -> Option<Vec<Spot>> {
    let (mut x, mut y, mut height) = (0.0, 0.0, 0.0f64);
    let mut spots = vec![Spot::default(); order.len()];
    for &i in order {
        let [w, h] = size(i);
        if x > 0.0 && x + w > side {
            (x, y) = (0.0, y + height);
            height = 0.0;
        }
        spots[i].at = [x, y];
        x += w;
        height = height.max(h);
        if x > side || y + height > side {
            return None;
        }
    }
    Some(spots)
}

/// Boxes on the skyline of those before, if all find a place: each so that it reaches least high;
/// of several places the one with the least room lost under it.
fn skyline(order: &[usize], size: impl Fn(usize) -> [f64; 2], side: f64, turn: bool) -> Option<Vec<Spot>> {
    // Roofs from the left: where each begins and how high it is.
    let mut roofs: Vec<[f64; 2]> = vec![[0.0, 0.0]];
    let mut spots = vec![Spot::default(); order.len()];
    for &i in order {
        let mut best: Option<([f64; 2], usize, Spot, [f64; 2])> = None;
        for turned in [false, true].into_iter().take(if turn { 2 } else { 1 }) {
            let [a, b] = size(i);
            let [w, h] = if turned { [b, a] } else { [a, b] };
            for k in 0..roofs.len() {
                let x = roofs[k][0];
                if x + w > side {
                    break;
                }
                let under = roofs[k..].iter().take_while(|r| r[0] < x + w);
                let y = under.clone().map(|r| r[1]).fold(0.0, f64::max);
                if y + h > side {
                    continue;
                }
                let ends = roofs[k + 1..].iter().map(|r| r[0]).chain([side]);
                let lost: f64 = under.zip(ends).map(|(r, end)| (end.min(x + w) - r[0]) * (y - r[1])).sum();
                let score = [y + h, lost];
                if best.as_ref().is_none_or(|b| score < b.0) {
                    best = Some((score, k, Spot { at: [x, y], turned }, [w, h]));
                }
            }
        }
        let (_, k, spot, [w, h]) = best?;
        spots[i] = spot;
        let end = spot.at[0] + w;
        // What is left of the last roof under it goes on beside it.
        let covered = roofs[k..].iter().take_while(|r| r[0] < end).count();
        let last = roofs[k + covered - 1][1];
        let next = roofs.get(k + covered).map_or(side, |r| r[0]);
        let mut fresh = vec![[spot.at[0], spot.at[1] + h]];
        if end < next {
            fresh.push([end, last]);
        }
        roofs.splice(k..k + covered, fresh);
    }
    Some(spots)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Boxes = Vec<([f64; 2], [f64; 2])>;

    fn boxes(n: u32) -> (Boxes, Vec<f64>) {
        let one = |k: u32| ([f64::from(k), -1.0], [f64::from(k) + 1.0, f64::from(k % 5)]);
        ((0..n).map(one).collect(), (0..n).map(|k| 1.0 + f64::from(k % 7)).collect())
    }

    #[test]
    fn boxes_are_apart_and_inside() {
        for (n, turn) in [(37, false), (37, true), (2001, false)] {
            let (boxes, factor) = boxes(n);
            let placed = packed(&boxes, &factor, Room { padding: 0.0, turn }).unwrap();
            let ends: Vec<_> = boxes
                .iter()
                .zip(&placed)
                .map(|(b, p)| crate::domain::vector::bounds([p.apply(b.0), p.apply(b.1)].into_iter()))
                .collect();
            for (i, a) in ends.iter().enumerate() {
                assert!((0..2).all(|c| a.0[c] > 0.0 && a.1[c] < 1.0), "{a:?}");
                let scale = placed[i].scale / placed[0].scale;
                assert!((scale - factor[i] / factor[0]).abs() < 1e-12);
                assert!(ends[..i].iter().all(|b| (0..2).any(|c| a.1[c] < b.0[c] || b.1[c] < a.0[c])));
            }
            let fill: f64 = ends.iter().map(|(l, h)| (h[0] - l[0]) * (h[1] - l[1])).sum();
            assert!(fill > 0.7, "{n} {turn}: {fill}");
        }
        let one = packed(&[([0.0, 0.0], [1.0, 0.5])], &[3.0], Room::default()).unwrap();
        assert_eq!(one[0].apply([0.25, 0.5]), [0.25, 0.5]);
    }

    /// The distance along one of the axes is what two boxes are apart in texels.
    #[test]
    fn padding_is_kept() {
        for (n, padding) in [(1, 0.25), (7, 0.01), (60, 1.0 / 64.0), (60, 0.1)] {
            let (boxes, factor) = boxes(n);
            let placed = packed(&boxes, &factor, Room { padding, turn: true }).unwrap();
            let ends: Vec<_> = boxes
                .iter()
                .zip(&placed)
                .map(|(b, p)| crate::domain::vector::bounds([p.apply(b.0), p.apply(b.1)].into_iter()))
                .collect();
            for (i, a) in ends.iter().enumerate() {
                assert!((0..2).all(|c| a.0[c] >= padding / 2.0 && a.1[c] <= 1.0 - padding / 2.0), "{n}: {a:?}");
                assert!(
                    ends[..i].iter().all(|b| (0..2).any(|c| b.0[c] - a.1[c] >= padding || a.0[c] - b.1[c] >= padding))
                );
            }
        }
        // A hundred boxes a tenth apart have no room.
        let (boxes, factor) = boxes(100);
        assert!(packed(&boxes, &factor, Room { padding: 0.11, turn: true }).is_none());
        assert!(packed(&boxes[..1], &factor[..1], Room { padding: 1.0, turn: true }).is_none());
    }

    /// A box is turned about its own corner, not mirrored.
    #[test]
    fn quarter_turns() {
        let p = Placement { scale: 2.0, from: [1.0, 1.0], to: [0.0, 0.0], turned: Some(8.0) };
        assert_eq!(p.apply([1.0, 1.0]), [8.0, 0.0]);
        assert_eq!(p.apply([2.0, 1.0]), [8.0, 2.0]);
        assert_eq!(p.apply([1.0, 5.0]), [0.0, 0.0]);
    }
}
